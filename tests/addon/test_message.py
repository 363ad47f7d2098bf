"""What the scanner is told of a message, and how long it may take."""

from dataclasses import replace

import pytest

from scangate_addon.message import Connect, Request, scan_ms

PLACE = Connect("shop.example", 443)
REQUEST = Request(b"POST", b"https://shop.example/", "HTTP/1.1", (), b"", (), PLACE, "f")


@pytest.mark.parametrize(
    ("length", "timeout_ms", "want"),
    [(0, 2000, 2000), ((1 << 20) - 1, 2000, 2000), (7 << 20, 2000, 16_000), (64 << 20, 60_000, 600_000)],
)
def test_a_long_body_may_take_longer(length, timeout_ms, want):
    assert scan_ms(replace(REQUEST, body=bytes(length)), timeout_ms) == want


def test_what_has_no_body_may_take_as_long_as_the_option_says():
    for message in (PLACE, replace(REQUEST, body=None)):
        assert scan_ms(message, 700_000) == 700_000
