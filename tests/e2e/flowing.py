"""An origin whose answers take their time, or are long, on loopback without TLS; and clients that read bit by bit."""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from clients import Via

BLOCK = 1 << 16


@dataclass
class Pieces:
    """An answer in pieces, `every_s` apart. Without an end it begins again."""

    kind: str
    pieces: list[bytes]
    every_s: float = 0.05
    coding: str | None = None
    endless: bool = False
    # How the end is told: by chunks, or by the connection's.
    closes: bool = False


@dataclass
class Uploads:
    """What arrived of bodies: their lengths, whether a needle was there, and whether they came whole."""

    needle: bytes = b"\0"
    lengths: list[int] = field(default_factory=list)
    found: bool = False
    whole: int = 0


class Flowing:
    """The origin: GET /<name> answers pieces, GET /big/<bytes> that many, POST takes anything."""

    def __init__(self) -> None:
        self.answers: dict[str, Pieces] = {}
        self.uploads = Uploads()
        self.hung_up = threading.Event()
        origin = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                try:
                    origin._answer(self)
                except OSError:
                    origin.hung_up.set()
                    self.close_connection = True

            def do_POST(self) -> None:
                origin._take(self)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def url(self, path: str) -> str:
        """The address of an answer."""
        return f"http://127.0.0.1:{self._server.server_port}{path}"

    def stop(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()

    def _answer(self, handler: BaseHTTPRequestHandler) -> None:
        if handler.path.startswith("/big/"):
            return self._big(handler, int(handler.path[5:]))
        answer = self.answers[handler.path]
        handler.send_response(200)
        handler.send_header("content-type", answer.kind)
        if answer.coding:
            handler.send_header("content-encoding", answer.coding)
        if answer.closes:
            handler.send_header("connection", "close")
        else:
            handler.send_header("transfer-encoding", "chunked")
        handler.end_headers()
        while True:
            for piece in answer.pieces:
                framed = piece if answer.closes else b"%x\r\n%s\r\n" % (len(piece), piece)
                handler.wfile.write(framed)
                time.sleep(answer.every_s)
            if not answer.endless:
                break
        if not answer.closes:
            handler.wfile.write(b"0\r\n\r\n")
        return None

    def _big(self, handler: BaseHTTPRequestHandler, length: int) -> None:
        handler.send_response(200)
        handler.send_header("content-type", "application/octet-stream")
        handler.send_header("content-length", str(length))
        handler.end_headers()
        block = (b"The quick brown fox jumps over the lazy dog, line by line. " * 1200)[:BLOCK]
        for start in range(0, length, BLOCK):
            handler.wfile.write(block[: length - start])

    def _take(self, handler: BaseHTTPRequestHandler) -> None:
        if "content-length" not in handler.headers:
            return self._take_chunks(handler)
        left = length = int(handler.headers["content-length"])
        tail = b""
        while left > 0:
            data = handler.rfile.read1(min(left, BLOCK))
            if not data:
                break
            left -= len(data)
            self.uploads.found |= self.uploads.needle in tail + data
            tail = data[-len(self.uploads.needle) :]
        self.uploads.lengths.append(length - left)
        if left:
            handler.close_connection = True
            return None
        return self._thank(handler)

    def _take_chunks(self, handler: BaseHTTPRequestHandler) -> None:
        length, tail = 0, b""
        while size := int(handler.rfile.readline() or b"0", 16):
            data = handler.rfile.read(size)
            length += len(data)
            self.uploads.found |= self.uploads.needle in tail + data
            tail = data[-len(self.uploads.needle) :]
            handler.rfile.readline()
        is_whole = handler.rfile.readline() == b"\r\n"
        self.uploads.lengths.append(length)
        if not is_whole:
            handler.close_connection = True
            return None
        return self._thank(handler)

    def _thank(self, handler: BaseHTTPRequestHandler) -> None:
        self.uploads.whole += 1
        handler.send_response(200)
        handler.send_header("content-length", "2")
        handler.end_headers()
        handler.wfile.write(b"ok")


@dataclass
class Got:
    """What a client read, and when."""

    status: int
    headers: dict[str, str]
    body: bytes
    # Seconds after the request, for each read.
    times: list[float]
    # Whether the message ended as its framing says.
    is_whole: bool


def read(via: Via, url: str, *, enough: Callable[[bytes], bool] = lambda _: False, seconds: float = 15) -> Got:
    """Read an answer through the proxy as it comes, until it ends or is enough. A bare socket: nothing is buffered."""
    host = url.removeprefix("http://").partition("/")[0]
    proxy_host, _, proxy_port = via.proxy.removeprefix("http://").partition(":")
    began = time.monotonic()
    raw, times = b"", []
    with socket.create_connection((proxy_host, int(proxy_port)), timeout=seconds) as link:
        link.sendall(f"GET {url} HTTP/1.1\r\nHost: {host}\r\nAccept: */*\r\n\r\n".encode())
        while time.monotonic() < began + seconds:
            data = link.recv(BLOCK)
            if not data:
                break
            raw += data
            times.append(time.monotonic() - began)
            head, _, body = raw.partition(b"\r\n\r\n")
            if _is_over(head, body) or enough(body):
                break
    head, _, body = raw.partition(b"\r\n\r\n")
    status, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    if headers.get("transfer-encoding") != "chunked":
        return Got(int(status.split()[1]), headers, body, times, _is_over(head, body))
    return Got(int(status.split()[1]), headers, b"".join(dechunked(body)), times, _is_over(head, body))


def _is_over(head: bytes, body: bytes) -> bool:
    lower = head.lower()
    if b"transfer-encoding: chunked" in lower:
        return body.endswith(b"\r\n0\r\n\r\n") or body == b"0\r\n\r\n"
    _, _, rest = lower.partition(b"content-length: ")
    return bool(rest) and len(body) >= int(rest.split(b"\r\n")[0])


def dechunked(body: bytes) -> Iterator[bytes]:
    """The chunks of a body, the last one maybe cut off."""
    while body:
        size, _, rest = body.partition(b"\r\n")
        length = int(size or b"0", 16)
        if not length:
            return
        yield rest[:length]
        body = rest[length + 2 :]


def delta(text: str) -> bytes:
    """An event of a chat completion."""
    choice = {"index": 0, "delta": {"content": text}, "finish_reason": None}
    event = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}
    return b"data: " + json.dumps(event).encode() + b"\n\n"


def said(events: bytes) -> str:
    """What the deltas of events say together."""
    said = ""
    for line in events.decode().splitlines():
        if line.startswith("data: {"):
            event = json.loads(line[6:])
            said += "".join(choice["delta"].get("content", "") for choice in event.get("choices", ()))
    return said
