"""A client of HTTP/2 whose request and answer go on at the same time, as those of gRPC do."""

import contextlib
import socket
import ssl
import time
from types import TracebackType
from typing import Self

import h2.config
import h2.connection
import h2.events

from clients import Via


def call(words: str) -> bytes:
    """A message of gRPC with one text in it."""
    message = b"\n" + bytes([len(words)]) + words.encode()
    return b"\0" + len(message).to_bytes(4, "big") + message


# What a test wants to send, no library would.
AS_IT_IS = h2.config.H2Configuration(
    header_encoding="utf-8", validate_outbound_headers=False, normalize_outbound_headers=False
)


class Duplex:
    """One request through the proxy, its body sent bit by bit."""

    def __init__(self, via: Via, url: str, headers: dict[str, str]) -> None:
        host, _, path = url.removeprefix("https://").partition("/")
        trust = ssl.create_default_context(cafile=str(via.ca))
        trust.set_alpn_protocols(["h2"])
        self._link = trust.wrap_socket(tunnel(via, host), server_hostname=host)
        self._h2 = h2.connection.H2Connection(AS_IT_IS)
        self._h2.initiate_connection()
        self._stream = self._h2.get_next_available_stream_id()
        pseudo = {":method": "POST", ":scheme": "https", ":authority": host, ":path": f"/{path}"}
        fields = sorted({**pseudo, **headers}.items(), key=lambda pair: not pair[0].startswith(":"))
        self._h2.send_headers(self._stream, fields)
        self._flush()
        self.headers: dict[str, str] = {}
        self.is_reset = False
        self._is_over = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _type: type | None, _error: BaseException | None, _trace: TracebackType | None) -> None:
        self._link.close()

    def _flush(self) -> None:
        self._link.sendall(self._h2.data_to_send())

    def send(self, data: bytes) -> None:
        """Send some of the body."""
        self._h2.send_data(self._stream, data)
        self._flush()

    def end(self, trailers: dict[str, str] | None = None) -> None:
        """End the body."""
        if trailers:
            self._h2.send_headers(self._stream, list(trailers.items()), end_stream=True)
        else:
            self._h2.end_stream(self._stream)
        self._flush()

    def hear(self, seconds: float = 10) -> bytes | None:
        """The next data of the answer; None when it has ended, or nothing came in time."""
        until = time.monotonic() + seconds
        while not self._is_over and (left := until - time.monotonic()) > 0:
            self._link.settimeout(left)
            try:
                data = self._link.recv(65536)
            except TimeoutError:
                return None
            if not data:
                self._is_over = True
            heard = b"".join(self._take(event) for event in self._h2.receive_data(data))
            with contextlib.suppress(OSError):
                self._flush()
            if heard:
                return heard
        return None

    def _take(self, event: h2.events.Event) -> bytes:
        match event:
            case h2.events.ResponseReceived(headers=headers):
                self.headers = dict(headers)
            case h2.events.DataReceived(data=data):
                return bytes(data)
            case h2.events.StreamEnded():
                self._is_over = True
            case h2.events.StreamReset() | h2.events.ConnectionTerminated():
                self._is_over = self.is_reset = True
        return b""


def tunnel(via: Via, host: str) -> socket.socket:
    """A tunnel to a host."""
    proxy_host, _, proxy_port = via.proxy.removeprefix("http://").partition(":")
    link = socket.create_connection((proxy_host, int(proxy_port)), timeout=10)
    link.sendall(f"CONNECT {host}:443 HTTP/1.1\r\nHost: {host}:443\r\n\r\n".encode())
    answer = b""
    while b"\r\n\r\n" not in answer:
        answer += link.recv(4096)
    assert b" 200 " in answer.split(b"\r\n")[0] + b" ", answer
    return link
