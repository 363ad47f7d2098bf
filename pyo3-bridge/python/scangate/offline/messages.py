"""A recorded message, and how a scanner is asked about it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from scangate import Answer, Scanner

Fields = list[tuple[bytes, bytes]]


@dataclass(frozen=True)
class Request:
    """A recorded request, as `Scanner.scan_request` takes it."""

    method: bytes
    url: bytes
    version: str | None
    headers: Fields
    body: bytes | None
    host: str

    @property
    def what(self) -> str:
        """Say which one it is; a path can hold a secret."""
        method = self.method.decode("ascii", "replace") if len(self.method) <= 16 else "?"
        return f"{method} {self.host}"


@dataclass(frozen=True)
class Response:
    """A recorded response."""

    status: int
    version: str | None
    headers: Fields
    body: bytes | None


@dataclass(frozen=True)
class Recorded:
    """A message, ready to be scanned; `read_bytes` is how far in its file it lies."""

    what: str
    ask: Callable[[Scanner, str, int], Answer]
    read_bytes: int = 0
    is_whole_file: bool = False


def request(asked: Request, read_bytes: int) -> Recorded:
    """A request to scan."""
    return Recorded(asked.what, partial(_scan_request, asked), read_bytes)


def response(asked: Request, answered: Response, read_bytes: int) -> Recorded:
    """A response to scan."""
    return Recorded(f"{answered.status} from {asked.host}", partial(_scan_response, asked, answered), read_bytes)


def websocket(asked: Request, heard: bytes, *, from_client: bool, is_text: bool, read_bytes: int) -> Recorded:
    """A WebSocket message to scan."""
    direction = "to" if from_client else "from"
    ask = partial(_scan_websocket, asked.url, heard, from_client, is_text)
    return Recorded(f"WebSocket {direction} {asked.host}", ask, read_bytes)


def text(content: bytes) -> Recorded:
    """A file that is no recording. Bytes that are no text are scanned as they are."""
    return Recorded("file", partial(_scan_websocket, b"", content, True, False), len(content), is_whole_file=True)


def _scan_request(asked: Request, scanner: Scanner, session: str, deadline_ms: int) -> Answer:
    return scanner.scan_request(
        method=asked.method,
        url=asked.url,
        version=asked.version,
        headers=asked.headers,
        body=asked.body,
        session=session,
        deadline_ms=deadline_ms,
    )


def _scan_response(asked: Request, answered: Response, scanner: Scanner, session: str, deadline_ms: int) -> Answer:
    return scanner.scan_response(
        status=answered.status,
        reason=None,
        request_method=asked.method,
        request_url=asked.url,
        version=answered.version,
        headers=answered.headers,
        body=answered.body,
        session=session,
        deadline_ms=deadline_ms,
    )


def _scan_websocket(
    url: bytes, heard: bytes, from_client: bool, is_text: bool, scanner: Scanner, session: str, deadline_ms: int
) -> Answer:
    return scanner.scan_websocket(
        url=url, from_client=from_client, text=is_text, body=heard, session=session, deadline_ms=deadline_ms
    )
