"""A small HTTP/1.1 client with keep-alive: asyncio streams over TCP or a Unix socket, nothing to install."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

IDLE_CONNECTIONS = 64
MAX_ANSWER_BYTES = 64 << 20


class BadReply(Exception):
    """What came back is no HTTP/1.1 answer that this client reads."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where the service listens: a Unix socket, or host and port."""

    host: str
    port: int
    socket: str | None = None

    @classmethod
    def parse(cls, spec: str) -> "Target":
        """Return the target named by `http://host:port` or `unix:/path`.

        Raises:
            ValueError: it is neither.
        """
        if spec.startswith("unix:/"):
            return cls("localhost", 0, spec.removeprefix("unix:"))
        url = urlsplit(spec)
        if url.scheme != "http" or not url.hostname or url.path.strip("/") or url.query or url.username:
            raise ValueError(f"{spec!r} is neither 'inprocess', 'http://HOST:PORT' nor 'unix:/PATH'")
        return cls(url.hostname, url.port or 80)

    async def open(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Connect."""
        if self.socket is not None:
            return await asyncio.open_unix_connection(self.socket)
        return await asyncio.open_connection(self.host, self.port)


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer, read to its end."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Connection:
    """One connection, one exchange at a time."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def exchange(self, request: bytes) -> Reply:
        """Send a request and read its answer."""
        self._writer.write(request)
        await self._writer.drain()
        head = await self._reader.readuntil(b"\r\n\r\n")
        status, headers = parse_head(head)
        length = headers.get("content-length", "")
        if not (length.isascii() and length.isdigit()) or int(length) > MAX_ANSWER_BYTES:
            raise BadReply("the answer has no usable Content-Length")
        return Reply(status, headers, await self._reader.readexactly(int(length)))

    def is_open(self) -> bool:
        """Whether the other side has hung up, as far as is known."""
        return not self._reader.at_eof() and not self._writer.is_closing()

    def close(self) -> None:
        """Hang up at once."""
        self._writer.transport.abort()


class Client:
    """Keeps connections to one target, and opens as many as are asked for at once."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._idle: list[Connection] = []

    async def call(self, method: str, path: str, body: bytes = b"") -> Reply:
        """Send a request, and once more if a kept connection turns out to be dead.

        Raises:
            OSError, EOFError, BadReply: there is no answer.
        """
        request = self._request(method, path, body)
        while self._idle:
            kept = self._idle.pop()
            if not kept.is_open():
                kept.close()
                continue
            try:
                return await self._exchange(kept, request)
            except (ConnectionError, asyncio.IncompleteReadError):
                break
        return await self._exchange(Connection(*await self._target.open()), request)

    async def _exchange(self, connection: Connection, request: bytes) -> Reply:
        try:
            reply = await connection.exchange(request)
        except BaseException:
            connection.close()
            raise
        if len(self._idle) < IDLE_CONNECTIONS and reply.headers.get("connection", "") != "close":
            self._idle.append(connection)
        else:
            connection.close()
        return reply

    def _request(self, method: str, path: str, body: bytes) -> bytes:
        host = f"[{self._target.host}]" if ":" in self._target.host else self._target.host
        head = f"{method} {path} HTTP/1.1\r\nhost: {host}\r\ncontent-type: application/json\r\n"
        return f"{head}content-length: {len(body)}\r\n\r\n".encode("ascii") + body

    def close(self) -> None:
        """Hang up all kept connections."""
        while self._idle:
            self._idle.pop().close()


def parse_head(head: bytes) -> tuple[int, dict[str, str]]:
    """Return status and headers of an answer, names in lower case.

    Raises:
        BadReply: it is no HTTP/1.1 head.
    """
    try:
        status_line, *lines = head.decode("ascii").rstrip("\r\n").split("\r\n")
        version, status, *_ = status_line.split(" ", 2)
        pairs = [line.split(":", 1) for line in lines]
        headers = {name.lower(): value.strip() for name, value in pairs}
    except ValueError as error:
        raise BadReply("the answer's head is not HTTP") from error
    if version != "HTTP/1.1" or len(status) != 3 or not status.isdigit():
        raise BadReply("the answer's status line is not HTTP/1.1")
    return int(status), headers
