"""What mitmproxy says by itself of bytes that it could not read.

Its error pages and its log quote them: what a server sent would reach the client past every hook, and what anybody
sent would stand in the log, as the server name of a handshake that fails does before anyone has looked at it.
"""

import functools
import logging
import re
import traceback
from collections.abc import Callable
from typing import Any, TypeAlias
from weakref import WeakSet

from mitmproxy.http import Message
from mitmproxy.proxy.commands import Log
from mitmproxy.proxy.layer import CommandGenerator
from mitmproxy.proxy.layers import http as http_layers
from mitmproxy.proxy.layers.http import HttpStream
from mitmproxy.proxy.layers.http._events import RequestProtocolError, ResponseProtocolError
from mitmproxy.proxy.layers.tls import ClientTLSLayer

ProtocolError: TypeAlias = RequestProtocolError | ResponseProtocolError

UNREADABLE = "The answer of the server broke off, or is no HTTP that can be read and scanned."
# Who logs what was read or raised while it was.
_SPEAKERS = ("mitmproxy.proxy.server", "mitmproxy.addonmanager")
_QUOTE = re.compile(r"(?<!\w)(?:bytearray\()?b?['\"]")
_dialling: WeakSet[HttpStream] = WeakSet()


def install() -> None:
    """Have mitmproxy quote nobody."""
    patched: Any = HttpStream
    patched.make_server_connection = _noting_when_it_dials(HttpStream.make_server_connection)
    patched.handle_protocol_error = _quoting_nobody(HttpStream.handle_protocol_error)
    layers: Any = http_layers
    layers.validate_headers = _saying_no_more(layers.validate_headers)
    handshakes: Any = ClientTLSLayer
    handshakes.on_handshake_error = _naming_the_target(ClientTLSLayer.on_handshake_error)
    for name in _SPEAKERS:
        logging.getLogger(name).addFilter(cut_quotes)


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


def _naming_the_target(
    original: Callable[[ClientTLSLayer, str], CommandGenerator[None]],
) -> Callable[[ClientTLSLayer, str], CommandGenerator[None]]:
    """Say where the tunnel leads, which was looked at, and not what the client calls it."""

    @functools.wraps(original)
    def on_handshake_error(self: ClientTLSLayer, error: str) -> CommandGenerator[None]:
        claimed, (target, *_) = self.conn.sni, self.context.server.address or ("",)
        for command in original(self, error):
            if isinstance(command, Log) and claimed:
                command.message = command.message.replace(f"for {claimed}", f"for {target}")
            yield command

    return on_handshake_error


def cut_quotes(record: logging.LogRecord) -> bool:
    """Shorten a line of mitmproxy's to what it says in its own words."""
    # Arguments are quoted bytes as well, and would no longer fit what is left of the words.
    record.msg, record.args = without_quotes(record.getMessage()) + _place(record), ()
    record.exc_info = record.exc_text = None
    return True


def _place(record: logging.LogRecord) -> str:
    """Where an exception was raised, and its type; its words may be anybody's."""
    if not record.exc_info or record.exc_info[0] is None:
        return ""
    kind, _, trace = record.exc_info
    return "\n" + "".join(traceback.format_tb(trace)) + kind.__name__


def without_quotes(text: str) -> str:
    """The text up to the first quotation."""
    return _QUOTE.split(text, maxsplit=1)[0].rstrip(" :")
