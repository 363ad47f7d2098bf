"""Origins that answer what no library would: any bytes over HTTP/1, any frames over HTTP/2."""

import contextlib
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable
from pathlib import Path

import h2.config
import h2.connection
import h2.events

Act = Callable[[h2.connection.H2Connection, int, Callable[[bytes], None]], None]
AS_IT_IS = h2.config.H2Configuration(client_side=False, header_encoding="utf-8", validate_outbound_headers=False)
ALT_SVC, ORIGIN, UNKNOWN = 0x0A, 0x0C, 0xF0


class Odd:
    """Serves one connection after the other on loopback, each in a thread."""

    def __init__(self, serve: Callable[[socket.socket], None]) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._serve = serve
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> "Odd":
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                link, _ = self._listener.accept()
                threading.Thread(target=self._one, args=(link,), daemon=True).start()

    def _one(self, link: socket.socket) -> None:
        with contextlib.suppress(OSError, h2.exceptions.ProtocolError), link:
            self._serve(link)


def plain(*pieces: bytes) -> Odd:
    """An origin that answers the first request of a connection with these bytes, and hangs up."""

    def serve(link: socket.socket) -> None:
        asked = b""
        while b"\r\n\r\n" not in asked:
            asked += link.recv(65536)
        for piece in pieces:
            link.sendall(piece)
            time.sleep(0.1)

    return Odd(serve)


def over_http2(leaf: Path, act: Act) -> Odd:
    """An origin over TLS that does `act` on each request; what it gives to the function is sent as it is."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(leaf)
    context.set_alpn_protocols(["h2"])

    def serve(link: socket.socket) -> None:
        with context.wrap_socket(link, server_side=True) as secured:
            peer = h2.connection.H2Connection(AS_IT_IS)
            peer.initiate_connection()

            def send(frame: bytes) -> None:
                secured.sendall(peer.data_to_send() + frame)

            send(b"")
            while data := secured.recv(65536):
                for event in peer.receive_data(data):
                    if isinstance(event, h2.events.RequestReceived):
                        act(peer, event.stream_id, send)
                send(b"")

    return Odd(serve)


def frame(kind: int, stream: int, payload: bytes, flags: int = 0) -> bytes:
    """A frame of HTTP/2."""
    return struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + payload
