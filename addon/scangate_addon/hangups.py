"""Connections that mitmproxy 12 means to close, and keeps open: whoever sends into one waits for ever.

The task that would close it is cancelled where it waits for its turn, and ends before it has done so.
"""

import contextlib
import functools
from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

from mitmproxy.connection import Connection
from mitmproxy.proxy.server import ConnectionHandler

Handling: TypeAlias = Callable[[ConnectionHandler, Connection], Awaitable[None]]


def install() -> None:
    """Have a connection be closed when nobody reads it any more."""
    patched: Any = ConnectionHandler
    patched.handle_connection = _closing(ConnectionHandler.handle_connection)


def _closing(original: Handling) -> Handling:
    @functools.wraps(original)
    async def handle_connection(self: ConnectionHandler, connection: Connection) -> None:
        writer = self.transports[connection].writer
        try:
            await original(self, connection)
        finally:
            self.transports.pop(connection, None)
            if writer is not None:
                with contextlib.suppress(OSError):
                    writer.close()

    return handle_connection
