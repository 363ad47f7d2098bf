"""Trailers over HTTP/1: mitmproxy crashes over one, so that both sides wait for ever.

They stay here, as any hop may have it (RFC 9110, 6.5.1), and the message goes on without. Those of HTTP/2 are scanned.
"""

import functools
from collections.abc import Callable
from typing import Any, TypeAlias

import h11
from h11._readers import ChunkedReader
from mitmproxy.proxy.layer import CommandGenerator
from mitmproxy.proxy.layers.http import _http1
from mitmproxy.proxy.layers.http._base import HttpEvent
from mitmproxy.proxy.layers.http._events import RequestTrailers, ResponseTrailers

from scangate_addon import heads

Sender: TypeAlias = Callable[[Any, HttpEvent], CommandGenerator[None]]


def install() -> None:
    """Have mitmproxy read and write messages of HTTP/1 without trailers."""
    patched: Any = _http1
    patched.make_body_reader = _reading_none(patched.make_body_reader)
    for side in (patched.Http1Server, patched.Http1Client):
        side.send = _sending_none(side.send)


class BareReader(ChunkedReader):
    """Reads a body in chunks up to its end, and what follows as if it were not there."""

    def __call__(self, buffer: Any) -> Any:
        """Return the next event, None when bytes are missing."""
        event = super().__call__(buffer)
        if event is None and len(buffer) > heads.MAX_BYTES:
            raise h11.RemoteProtocolError("a line without an end")
        return h11.EndOfMessage() if isinstance(event, h11.EndOfMessage) else event


def _reading_none(original: Callable[[int | None], Any]) -> Callable[[int | None], Any]:
    @functools.wraps(original)
    def make_body_reader(expected_size: int | None) -> Any:
        return BareReader() if expected_size is None else original(expected_size)

    return make_body_reader


def _sending_none(original: Sender) -> Sender:
    @functools.wraps(original)
    def send(self: Any, event: HttpEvent) -> CommandGenerator[None]:
        if not isinstance(event, RequestTrailers | ResponseTrailers):
            yield from original(self, event)

    return send
