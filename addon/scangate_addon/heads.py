"""Heads over HTTP/1 that do not end: mitmproxy keeps all that comes until one is whole."""

import functools
from collections.abc import Callable
from typing import Any, TypeAlias

from mitmproxy.proxy import events
from mitmproxy.proxy.layer import CommandGenerator
from mitmproxy.proxy.layers.http._http1 import Http1Client, Http1Connection, Http1Server

Reader: TypeAlias = Callable[[Any, events.ConnectionEvent], CommandGenerator[None]]

# Far more than the scanner takes of a URL and headers, unless its policy says otherwise.
MAX_BYTES = 16 << 20


def install() -> None:
    """Have a connection end whose head has become too long."""
    sides: tuple[Any, ...] = (Http1Server, Http1Client)
    for side in sides:
        side.read_headers = _ending(side.read_headers)


def _ending(original: Reader) -> Reader:
    @functools.wraps(original)
    def read_headers(self: Http1Connection, event: events.ConnectionEvent) -> CommandGenerator[None]:
        if len(self.buf) > MAX_BYTES:
            self.buf.maybe_extract_at_most(len(self.buf))
            self.state = self.done
            event = events.ConnectionClosed(self.conn)
        yield from original(self, event)

    return read_headers
