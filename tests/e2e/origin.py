"""A TLS origin on loopback that speaks HTTP/1.1, HTTP/2 and WebSocket, and remembers every byte that reached it."""

import asyncio
import contextlib
import ssl
import threading
from collections.abc import Coroutine
from dataclasses import dataclass, field
from pathlib import Path

import h2.config
import h2.connection
import h2.events
import h11
from wsproto import ConnectionType, WSConnection
from wsproto.events import AcceptConnection, BytesMessage, CloseConnection, Ping, Pong, TextMessage
from wsproto.events import Request as Handshake

Headers = list[tuple[bytes, bytes]]


@dataclass
class Received:
    """A request as it arrived."""

    protocol: str
    method: bytes
    target: bytes
    headers: Headers
    body: bytes

    def header(self, name: str) -> bytes | None:
        """The first header of that name."""
        return next((value for key, value in self.headers if key.lower() == name.encode()), None)


@dataclass
class Reply:
    """What the origin answers on a path. `endless` repeats the body, chunk by chunk, until the peer hangs up.

    Over HTTP/2 the body comes `after_s` seconds after the head; or it is what the request has, as it comes.
    """

    status: int = 200
    headers: Headers = field(default_factory=lambda: [(b"content-type", b"text/plain")])
    body: bytes = b"ok"
    endless: bool = False
    after_s: float = 0
    echoes: bool = False


@dataclass
class Log:
    """Everything that reached the origin."""

    requests: list[Received] = field(default_factory=list)
    messages: list[str | bytes] = field(default_factory=list)
    close_codes: list[int] = field(default_factory=list)
    # Payloads of pings and pongs, and reasons of closes.
    control: list[bytes] = field(default_factory=list)
    raw: bytearray = field(default_factory=bytearray)
    connections: int = 0
    # Requests over HTTP/2 that wait for their answer, and the most that there were.
    waiting: int = 0
    most_waiting: int = 0

    def clear(self) -> None:
        """Forget."""
        self.requests.clear()
        self.messages.clear()
        self.close_codes.clear()
        self.control.clear()
        self.raw.clear()
        self.connections = self.most_waiting = 0

    def holds(self, *needles: str | bytes) -> bool:
        """Whether any of these bytes arrived, TLS undone."""
        seen = bytes(self.raw) + b"".join(request.target + request.body for request in self.requests)
        seen += b"".join(key + value for request in self.requests for key, value in request.headers)
        return any((needle.encode() if isinstance(needle, str) else needle) in seen for needle in needles)


class Origin:
    """Runs in a thread of its own, with a TLS port and a plain one."""

    def __init__(self, leaf: Path, host: str = "127.0.0.1", tls_port: int = 0) -> None:
        self.log = Log()
        self.replies: dict[str, Reply] = {}
        self._context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self._context.load_cert_chain(leaf)
        self._context.set_alpn_protocols(["h2", "http/1.1"])
        self._servers: list[asyncio.Server] = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.tls_port = self._run(self._listen(self._context, host, tls_port))
        self.plain_port = self._run(self._listen(None, host))

    def _run(self, work: Coroutine[None, None, int]) -> int:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    async def _listen(self, context: ssl.SSLContext | None, host: str, port: int = 0) -> int:
        server = await asyncio.start_server(self._serve, host, port, ssl=context)
        self._servers.append(server)
        bound: int = server.sockets[0].getsockname()[1]
        return bound

    def stop(self) -> None:
        """Stop serving."""
        for server in self._servers:
            self._loop.call_soon_threadsafe(server.close)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.log.connections += 1
        secured = writer.get_extra_info("ssl_object")
        protocol = secured.selected_alpn_protocol() if secured else None
        speak = self._http2 if protocol == "h2" else self._http1
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, h11.RemoteProtocolError):
            await speak(reader, writer)
        writer.close()

    async def _read(self, reader: asyncio.StreamReader) -> bytes:
        data = await reader.read(65536)
        self.log.raw += data
        return data

    async def _http1(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = h11.Connection(h11.SERVER, max_incomplete_event_size=1 << 20)
        while True:
            received = await self._request(connection, reader)
            if received is None:
                return
            if received.header("upgrade") == b"websocket":
                await self._websocket(received, reader, writer)
                return
            reply = self._reply(received)
            if reply.endless:
                await self._flow(reply, connection, writer)
                return
            length = [] if _is_framed(reply.headers) else [(b"content-length", b"%d" % len(reply.body))]
            head = h11.Response(status_code=reply.status, headers=[*reply.headers, *length])
            for event in (head, h11.Data(data=reply.body), h11.EndOfMessage()):
                writer.write(connection.send(event) or b"")
            await writer.drain()
            if connection.our_state is h11.MUST_CLOSE:
                return
            connection.start_next_cycle()

    async def _request(self, connection: h11.Connection, reader: asyncio.StreamReader) -> Received | None:
        received = None
        while True:
            event = connection.next_event()
            if event is h11.NEED_DATA:
                connection.receive_data(await self._read(reader))
            elif isinstance(event, h11.Request):
                headers = [(bytes(key), bytes(value)) for key, value in event.headers]
                received = Received("HTTP/1.1", bytes(event.method), bytes(event.target), headers, b"")
                if received.header("upgrade") == b"websocket":
                    self.log.requests.append(received)
                    return received
            elif isinstance(event, h11.Data) and received is not None:
                received.body += bytes(event.data)
            elif isinstance(event, h11.EndOfMessage) and received is not None:
                self.log.requests.append(received)
                return received
            else:
                return None

    def _reply(self, received: Received) -> Reply:
        path = received.target.split(b"?")[0].decode("latin-1")
        return self.replies.get(path, Reply())

    async def _flow(self, reply: Reply, connection: h11.Connection, writer: asyncio.StreamWriter) -> None:
        headers = [*reply.headers, (b"transfer-encoding", b"chunked")]
        writer.write(connection.send(h11.Response(status_code=reply.status, headers=headers)) or b"")
        while not writer.is_closing():
            writer.write(connection.send(h11.Data(data=reply.body)) or b"")
            await writer.drain()
            await asyncio.sleep(0.02)

    async def _websocket(self, received: Received, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        peer = WSConnection(ConnectionType.SERVER)
        peer.initiate_upgrade_connection(received.headers, received.target.decode("latin-1"))
        while True:
            for event in peer.events():
                match event:
                    case Handshake():
                        writer.write(peer.send(AcceptConnection()))
                    case TextMessage(data=text):
                        self.log.messages.append(text)
                        writer.write(peer.send(TextMessage(data=self._heard(text))))
                    case BytesMessage(data=data):
                        self.log.messages.append(bytes(data))
                        writer.write(peer.send(BytesMessage(data=bytes(data))))
                    case Ping(payload=payload):
                        self.log.control.append(bytes(payload))
                        writer.write(peer.send(event.response()))
                    case Pong(payload=payload):
                        self.log.control.append(bytes(payload))
                    case CloseConnection(code=code, reason=reason):
                        self.log.close_codes.append(int(code))
                        self.log.control.append((reason or "").encode())
                        return
            await writer.drain()
            data = await self._read(reader)
            peer.receive_data(data or None)

    def _heard(self, text: str) -> str:
        """Echo, or what the test wants the server to say on hearing this."""
        reply = self.replies.get(f"ws:{text}")
        return reply.body.decode() if reply else text

    async def _http2(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False, header_encoding=None))
        connection.initiate_connection()
        writer.write(connection.data_to_send())
        open_streams: dict[int, Received] = {}
        while data := await self._read(reader):
            for event in connection.receive_data(data):
                self._on_h2(event, connection, open_streams, writer)
            writer.write(connection.data_to_send())
            await writer.drain()

    def _on_h2(
        self,
        event: h2.events.Event,
        connection: h2.connection.H2Connection,
        open_streams: dict[int, Received],
        writer: asyncio.StreamWriter,
    ) -> None:
        match event:
            case h2.events.RequestReceived(stream_id=stream, headers=pairs):
                headers = [(bytes(key), bytes(value)) for key, value in pairs]
                pseudo = dict(headers)
                received = Received("HTTP/2", pseudo[b":method"], pseudo[b":path"], headers, b"")
                open_streams[stream] = received
                reply = self._reply(received)
                if reply.echoes:
                    connection.send_headers(stream, [(b":status", b"200"), *reply.headers])
            case h2.events.DataReceived(stream_id=stream, data=data, flow_controlled_length=length):
                open_streams[stream].body += bytes(data)
                connection.acknowledge_received_data(length, stream)
                if self._reply(open_streams[stream]).echoes:
                    connection.send_data(stream, bytes(data))
            case h2.events.StreamEnded(stream_id=stream):
                received = open_streams.pop(stream)
                self.log.requests.append(received)
                reply = self._reply(received)
                if reply.echoes:
                    connection.end_stream(stream)
                    return
                status = (b":status", b"%d" % reply.status)
                connection.send_headers(stream, [status, *reply.headers])

                self.log.waiting += 1
                self.log.most_waiting = max(self.log.most_waiting, self.log.waiting)

                def finish() -> None:
                    self.log.waiting -= 1
                    connection.send_data(stream, reply.body[:16384], end_stream=True)
                    writer.write(connection.data_to_send())

                self._loop.call_later(reply.after_s, finish)


def _is_framed(headers: Headers) -> bool:
    return any(key.lower() in (b"content-length", b"transfer-encoding") for key, _ in headers)
