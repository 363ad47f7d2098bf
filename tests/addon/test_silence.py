"""What mitmproxy's log lines are cut to."""

import logging
import sys
from pathlib import Path

import pytest
from mitmproxy.log import MitmFormatter

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


def test_of_an_exception_its_type_and_place_are_said_and_not_its_words():
    try:
        raise AssertionError("".join(["Unexpected event: ", "mark", "ed"]))
    except AssertionError:
        caught = sys.exc_info()
    record = logging.LogRecord(
        "mitmproxy.proxy.server", logging.ERROR, __file__, 1, "mitmproxy has crashed!", (), caught
    )
    assert cut_quotes(record)
    said = MitmFormatter(colorize=False).format(record)
    assert "marked" not in said
    assert said.endswith("AssertionError")
    assert "mitmproxy has crashed!" in said
    assert Path(__file__).name in said
