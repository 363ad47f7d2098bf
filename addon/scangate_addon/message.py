"""What the scanner is told: plain bytes out of mitmproxy's flows, nothing decoded."""

from dataclasses import dataclass, replace
from itertools import chain
from typing import TypeAlias
from weakref import WeakKeyDictionary

from mitmproxy import http
from mitmproxy.connection import Client, Server
from mitmproxy.websocket import WebSocketMessage

Fields: TypeAlias = tuple[tuple[bytes, bytes], ...]


@dataclass(frozen=True, slots=True)
class Connect:
    """Who the connection goes to: the host that is dialled, the name in the TLS hello, the address reached."""

    host: str
    port: int
    sni: str | None = None
    peer: str | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """An HTTP request. `body` is None when mitmproxy did not keep it: then nobody can scan it."""

    method: bytes
    url: bytes
    version: str
    headers: Fields
    body: bytes | None
    trailers: Fields
    connect: Connect
    flow: str


@dataclass(frozen=True, slots=True)
class Response:
    """An HTTP response and what it answers."""

    status: int
    reason: bytes
    request_method: bytes
    request_url: bytes
    version: str
    headers: Fields
    body: bytes | None
    trailers: Fields
    connect: Connect
    flow: str


@dataclass(frozen=True, slots=True)
class WebSocket:
    """One WebSocket message, fragments joined and compression undone."""

    url: bytes
    from_client: bool
    text: bool
    body: bytes
    connect: Connect
    flow: str


Message: TypeAlias = Request | Response | WebSocket | Connect

_MIB = 1 << 20
# The most that a service may be asked for: ten minutes.
_MAX_SCAN_MS = 600_000

# URL and connection of each WebSocket.
_places: WeakKeyDictionary[http.HTTPFlow, tuple[bytes, Connect]] = WeakKeyDictionary()


def is_sound(message: Message) -> bool:
    """Whether a head says the same to everybody: HTTP/2 carries line breaks that HTTP/1 ends lines at."""
    if isinstance(message, Request):
        if _breaks_line(message.method + message.url):
            return False
    elif not isinstance(message, Response):
        return True
    return not _breaks(b"".join(chain(*message.headers, *message.trailers)))


def scan_ms(message: Message, timeout_ms: int) -> int:
    """Milliseconds that a scan may take: so many for each MiB begun, for archives hold many times their own size."""
    body = None if isinstance(message, Connect) else message.body
    return max(timeout_ms, min(_MAX_SCAN_MS, timeout_ms * (1 + len(body or b"") // _MIB)))


def _breaks_line(text: bytes) -> bool:
    return b" " in text or b"\t" in text or _breaks(text)


def _breaks(text: bytes) -> bool:
    # Three searches in C take a twentieth of the time of one by a pattern.
    return b"\n" in text or b"\r" in text or b"\0" in text


def connect_of(flow: http.HTTPFlow) -> Connect:
    """The connection of a flow. Inside a tunnel, mitmproxy dials the CONNECT target, never the Host header."""
    return tunnel(flow.client_conn, flow.server_conn, flow.request.host, flow.request.port)


def tunnel(client: Client, server: Server, host: str, port: int) -> Connect:
    """The connection to `host`, with the address of `server` once it is known."""
    peer = server.peername[0] if server.peername else None
    return Connect(host, port, client.sni, peer)


def request_of(flow: http.HTTPFlow) -> Request:
    """The request of a flow, as the scanner wants it."""
    request = flow.request
    return Request(
        method=request.data.method,
        url=url_of(request),
        version=request.http_version,
        headers=scanned_headers(request),
        body=request.raw_content,
        trailers=fields(request.trailers),
        connect=connect_of(flow),
        flow=flow.id,
    )


def response_of(flow: http.HTTPFlow, response: http.Response) -> Response:
    """The response of a flow, as the scanner wants it."""
    return Response(
        status=response.status_code,
        reason=response.data.reason,
        request_method=flow.request.data.method,
        request_url=url_of(flow.request),
        version=response.http_version,
        headers=response.headers.fields,
        body=response.raw_content,
        trailers=fields(response.trailers),
        connect=connect_of(flow),
        flow=flow.id,
    )


def trailers_of(flow: http.HTTPFlow, what: http.Request | http.Response) -> Request | Response:
    """The trailers of a message whose body has been scanned already."""
    if isinstance(what, http.Request):
        return replace(request_of(flow), headers=(), body=b"")
    return replace(response_of(flow, what), headers=(), body=b"")


def websocket_of(flow: http.HTTPFlow, heard: WebSocketMessage) -> WebSocket:
    """A WebSocket message, as the scanner wants it."""
    place = _places.get(flow)
    if place is None:
        # What the handshake said holds for all of its messages.
        place = _places[flow] = (url_of(flow.request), connect_of(flow))
    url, connect = place
    return WebSocket(
        url=url,
        from_client=heard.from_client,
        text=heard.is_text,
        body=heard.content,
        connect=connect,
        flow=flow.id,
    )


def origin_of(request: http.Request) -> bytes:
    """Scheme and authority of what is dialled. What the client claims beside it travels in the headers."""
    host = f"[{request.host}]" if ":" in request.host else request.host
    usual = (request.scheme, request.port) in (("https", 443), ("http", 80))
    authority = host if usual else f"{host}:{request.port}"
    return f"{request.scheme}://{authority}".encode("utf-8", "surrogateescape")


def url_of(request: http.Request) -> bytes:
    """The absolute URL that is asked for, its path as sent."""
    return origin_of(request) + request.data.path


def scanned_headers(request: http.Request) -> Fields:
    """The headers; HTTP/2's `:authority` comes last, as the Host header it stands for."""
    headers = request.headers.fields
    if request.data.authority:
        return (*headers, (b"host", request.data.authority))
    return headers


def fields(headers: http.Headers | None) -> Fields:
    """Header fields in order, repeats kept."""
    return headers.fields if headers else ()
