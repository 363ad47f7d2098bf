"""What mitmproxy says by itself of bytes that it could not read.

Its error pages and its log quote them: what a server sent would reach the client past every hook, and what anybody
sent would stand in the log.
"""

import functools
import logging
import re
from collections.abc import Callable
from typing import Any, TypeAlias
from weakref import WeakSet

from mitmproxy.http import Message
from mitmproxy.proxy.layer import CommandGenerator
from mitmproxy.proxy.layers import http as http_layers
from mitmproxy.proxy.layers.http import HttpStream
from mitmproxy.proxy.layers.http._events import RequestProtocolError, ResponseProtocolError

ProtocolError: TypeAlias = RequestProtocolError | ResponseProtocolError

UNREADABLE = "The answer of the server broke off, or is no HTTP that can be read and scanned."
_QUOTE = re.compile(r"(?<!\w)(?:bytearray\()?b?['\"]")
_dialling: WeakSet[HttpStream] = WeakSet()


def install() -> None:
    """Have mitmproxy quote nobody."""
    patched: Any = HttpStream
    patched.make_server_connection = _noting_when_it_dials(HttpStream.make_server_connection)
    patched.handle_protocol_error = _quoting_nobody(HttpStream.handle_protocol_error)
    layers: Any = http_layers
    layers.validate_headers = _saying_no_more(layers.validate_headers)
    logging.getLogger("mitmproxy.proxy.server").addFilter(cut_quotes)


def _noting_when_it_dials(
    original: Callable[[HttpStream], CommandGenerator[bool]],
) -> Callable[[HttpStream], CommandGenerator[bool]]:
    """Why a server cannot be reached are words of this system's; the client may read them."""

    @functools.wraps(original)
    def make_server_connection(self: HttpStream) -> CommandGenerator[bool]:
        _dialling.add(self)
        is_there = yield from original(self)
        _dialling.discard(self)
        return is_there

    return make_server_connection


def _quoting_nobody(
    original: Callable[[HttpStream, ProtocolError], CommandGenerator[None]],
) -> Callable[[HttpStream, ProtocolError], CommandGenerator[None]]:
    @functools.wraps(original)
    def handle_protocol_error(self: HttpStream, event: ProtocolError) -> CommandGenerator[None]:
        if isinstance(event, RequestProtocolError):
            event.message = without_quotes(event.message)
        elif self not in _dialling:
            event.message = UNREADABLE
        yield from original(self, event)

    return handle_protocol_error


def _saying_no_more(original: Callable[[Message], None]) -> Callable[[Message], None]:
    @functools.wraps(original)
    def validate_headers(message: Message) -> None:
        try:
            original(message)
        except ValueError:
            raise ValueError("a head that not everybody reads alike") from None

    return validate_headers


def cut_quotes(record: logging.LogRecord) -> bool:
    """Shorten a line of mitmproxy's to what it says in its own words."""
    # Arguments are quoted bytes as well, and would no longer fit what is left of the words.
    record.msg, record.args = without_quotes(record.getMessage()), ()
    return True


def without_quotes(text: str) -> str:
    """The text up to the first quotation."""
    return _QUOTE.split(text, maxsplit=1)[0].rstrip(" :")
