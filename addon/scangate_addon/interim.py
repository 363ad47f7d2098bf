"""Interim answers over HTTP/1 (100, 102, 103): mitmproxy takes one for the answer, and hangs up on what follows.

They stay here, as mitmproxy itself has it over HTTP/2: a proxy that asks for none need not pass them on.
"""

import functools
import re
from collections.abc import Callable
from typing import Any, TypeAlias

from mitmproxy.proxy import events
from mitmproxy.proxy.layer import CommandGenerator
from mitmproxy.proxy.layers.http._http1 import Http1Client

Reader: TypeAlias = Callable[[Http1Client, events.ConnectionEvent], CommandGenerator[None]]

# 101 is none: what follows it is another protocol.
_INTERIM = re.compile(rb"HTTP/1\.\d 1(?!01)\d\d[^\r\n]*\r?\n(?:[^\r\n]+\r?\n)*\r?\n")


def install() -> None:
    """Have mitmproxy wait for the answer proper."""
    patched: Any = Http1Client
    patched.read_headers = _skipping_interim(Http1Client.read_headers)


def _skipping_interim(original: Reader) -> Reader:
    @functools.wraps(original)
    def read_headers(self: Http1Client, event: events.ConnectionEvent) -> CommandGenerator[None]:
        if self.request is not None and isinstance(event, events.DataReceived):
            _skip(self.buf)
            if not self.buf:
                return
        yield from original(self, event)

    return read_headers


def _skip(buffer: Any) -> None:
    # Few answers begin like this: the rest of a buffer is not copied for the others.
    while buffer._data.startswith(b"HTTP/1.1 1") and (head := _INTERIM.match(bytes(buffer))):
        buffer.maybe_extract_at_most(head.end())
