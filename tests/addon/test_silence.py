"""What mitmproxy's log lines are cut to."""

import logging

import pytest

from scangate_addon.silence import cut_quotes


@pytest.mark.parametrize(
    ("words", "args", "want"),
    [
        ("server connect shop.example:443", (), "server connect shop.example:443"),
        ("Bad line: b'GET /marked'", (), "Bad line"),
        ("Bad line: %r", (b"GET /marked",), "Bad line"),
        ("%s sent %r after its answer", ("shop.example", "marked"), "shop.example sent"),
        ("it can't be read", (), "it can't be read"),
    ],
)
def test_a_line_ends_before_its_first_quotation(words, args, want):
    record = logging.LogRecord("mitmproxy.proxy.server", logging.INFO, __file__, 1, words, args, None)
    assert cut_quotes(record)
    assert record.getMessage() == want
