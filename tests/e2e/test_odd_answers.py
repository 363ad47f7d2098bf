"""What a server sends beside its answer, or in place of one, is scanned or stays out, and stands in no log.

Origins write bytes and frames that no library would; the bytes that the client gets are looked at.
"""

import base64
import socket
import struct

import pytest
from wsproto.utilities import generate_accept_token

from clients import curl, run_curl
from flowing import Pieces, delta, read
from odd_origin import ALT_SVC, ORIGIN, UNKNOWN, frame, over_http2, plain
from origin import Reply
from processes import free_port
from test_every_byte import WEBSOCKET, chunked, head, send
from tokens import aws_key_id

BLOCKS = """
[egress]
private = ["127.0.0.1", "localhost"]
[actions.inbound]
secret = "block"
"""
OK = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"
CHUNKED = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"
ANSWERS = {
    "half a head": lambda k: b"HTTP/1.1 200 OK\r\nx: " + k,
    "no HTTP": lambda k: k,
    "a line that is no header": lambda k: b"HTTP/1.1 200 OK\r\nbad " + k + b"\r\n\r\n",
    "status line": lambda k: k + b"\r\n\r\n",
    "version": lambda k: b"HTTP/1.1" + k + b" 200 OK\r\n\r\n",
    "reason": lambda k: b"HTTP/1.1 200 " + k + b"\r\ncontent-length: 0\r\n\r\n",
    "length": lambda k: b"HTTP/1.1 200 OK\r\ncontent-length: " + k + b"\r\n\r\n",
    "second length": lambda k: b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\ncontent-length: " + k + b"\r\n\r\n",
    "coding of the transfer": lambda k: b"HTTP/1.1 200 OK\r\ntransfer-encoding: " + k + b"\r\n\r\n",
    "name of a header": lambda k: b"HTTP/1.1 200 OK\r\nx@" + k + b": 1\r\ncontent-length: 0\r\n\r\n",
    "folded header": lambda k: b"HTTP/1.1 200 OK\r\nx: a\r\n " + k + b"\r\ncontent-length: 0\r\n\r\n",
    "size of a chunk": lambda k: CHUNKED + k + b"\r\n",
    "chunk extension": lambda k: CHUNKED + b"1;n=" + k + b"\r\nx\r\n0\r\n\r\n",
    "trailer": lambda k: CHUNKED + b"1\r\nx\r\n0\r\nx-n: " + k + b"\r\n\r\n",
    "interim answer": lambda k: b"HTTP/1.1 103 Early Hints\r\nlink: </x>; a=" + k + b"\r\n\r\n" + OK,
    "after the answer": lambda k: OK + k,
    "less than its length": lambda k: b"HTTP/1.1 200 OK\r\ncontent-length: 90\r\n\r\n" + k,
    "until it closes": lambda k: b"HTTP/1.0 200 OK\r\n\r\n" + k,
}


@pytest.fixture(scope="module")
def blocking(start):
    return start(policy=BLOCKS)


def ask(via, port: int) -> bytes:
    """What a socket gets for a GET, to the last byte."""
    proxy_host, _, proxy_port = via.proxy.removeprefix("http://").partition(":")
    got = b""
    with socket.create_connection((proxy_host, int(proxy_port)), timeout=10) as link:
        link.sendall(
            f"GET http://127.0.0.1:{port}/ HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\nconnection: close\r\n\r\n".encode()
        )
        while data := link.recv(65536):
            got += data
    return got


@pytest.mark.parametrize("place", ANSWERS)
def test_no_byte_of_an_answer_passes_unscanned(place, blocking):
    key = aws_key_id().encode()
    with plain(ANSWERS[place](key)) as origin:
        got = ask(blocking.via, origin.port)
    assert got.startswith(b"HTTP/1.1 ")
    assert key not in got
    assert key.decode() not in blocking.output()


@pytest.mark.parametrize("interim", [b"100 Continue", b"102 Processing", b"103 Early Hints\r\nlink: </x.css>"])
@pytest.mark.parametrize("together", [True, False])
def test_an_answer_comes_after_interim_ones(interim, together, via):
    first = b"HTTP/1.1 " + interim + b"\r\n\r\n"
    with plain(first + first + OK) if together else plain(first, first[:9], first[9:], OK) as origin:
        seen = curl(via, "GET", f"http://127.0.0.1:{origin.port}/")
    assert (seen.status, seen.body) == (200, b"ok")


def test_why_a_server_cannot_be_reached_is_said(via):
    assert b"Connect call failed" in ask(via, free_port())


def answer(peer, stream: int, *trailers: tuple[str, str], kind: str = "text/plain") -> None:
    peer.send_headers(stream, [(":status", "200"), ("content-type", kind)])
    peer.send_data(stream, b"data: ok\n\n", end_stream=not trailers)
    if trailers:
        peer.send_headers(stream, trailers, end_stream=True)


def with_frame(kind: int, payload, flags: int = 0, of_stream: bool = False):
    def act(key, peer, stream, send):
        send(frame(kind, stream if of_stream else 0, payload(key), flags))
        answer(peer, stream)

    return act


def promise(key, peer, stream, send):
    fields = [(":method", "GET"), (":scheme", "https"), (":authority", "shop.example"), (":path", f"/{key}")]
    send(frame(5, stream, struct.pack(">I", 2) + peer.encoder.encode(fields), 4))
    answer(peer, stream)


def hints(key, peer, stream, _send):
    peer.send_headers(stream, [(":status", "103"), ("link", f"</x>; a={key}")])
    answer(peer, stream)


OVER_H2 = {
    "last words": lambda key, peer, _stream, _send: peer.close_connection(0, additional_data=key.encode()),
    "code of a reset": lambda key, _peer, stream, send: send(frame(3, stream, key.encode()[:4])),
    "status": lambda key, peer, stream, _: peer.send_headers(stream, [(":status", key)], end_stream=True),
    "pseudo header": lambda key, peer, stream, _: peer.send_headers(stream, [(":status", "200"), (":x", key)], end_stream=True),
    "trailers": lambda key, peer, stream, _: answer(peer, stream, ("x-n", key)),
    "trailers of events": lambda key, peer, stream, _: answer(peer, stream, ("x-n", key), kind="text/event-stream"),
    "promise": promise,
    "interim answer": hints,
    "another way": with_frame(ALT_SVC, lambda k: struct.pack(">H", 12) + b"https://a.ex" + f'h3="{k}.example:443"'.encode()),
    "origins": with_frame(ORIGIN, lambda k: struct.pack(">H", 28) + b"https://" + k.encode()),
    "unknown frame": with_frame(UNKNOWN, lambda k: k.encode(), 0xFF, of_stream=True),
    "settings": with_frame(4, lambda k: b"".join(struct.pack(">H", 4096 + at) + k.encode()[4 * at :][:4] for at in range(5))),
    "ping": with_frame(6, lambda k: k.encode()[:8]),
    "padding": lambda key, peer, stream, send: (
        peer.send_headers(stream, [(":status", "200")]),
        send(frame(0, stream, bytes([len(key)]) + b"ok" + key.encode(), 8)),
        peer.send_data(stream, b"", end_stream=True),
    ),
}  # fmt: skip


@pytest.mark.parametrize("place", OVER_H2)
def test_no_byte_of_an_answer_over_http2_passes_unscanned(place, blocking, world):
    key = aws_key_id()
    with over_http2(world.certificates.leaf, lambda *peer: OVER_H2[place](key, *peer)) as origin:
        seen = run_curl(blocking.via, "GET", f"https://127.0.0.1:{origin.port}/", [], None, "--http2")
    assert seen.status in (200, 403, 502)
    got = repr(seen.headers) + seen.text
    for trace in (key, key.lower(), key.encode().hex(), str(int.from_bytes(key.encode()[:4], "big"))):
        assert trace not in got
        assert trace not in blocking.output()


def test_a_message_of_http1_goes_on_without_its_trailers(via, world):
    seen = send(via, world, chunked(world, b"1\r\nx\r\n0\r\nx-n: hello\r\n\r\n"))
    assert seen.startswith(b"HTTP/1.1 200")
    assert world.origin.log.requests[-1].body == b"x"
    assert not world.origin.log.holds("hello")
    with plain(CHUNKED + b"2\r\nok\r\n0\r\nx-n: hello\r\n\r\n") as origin:
        got = ask(via, origin.port)
    assert got.endswith(b"2\r\nok\r\n0\r\n\r\n")


def test_an_answer_that_points_to_another_way_does_not_lead_there(via, world):
    world.origin.replies["/"] = Reply(headers=[(b"alt-svc", b'h3=":443"; ma=86400'), (b"content-type", b"text/plain")])
    for version in ("--http1.1", "--http2"):
        seen = run_curl(via, "GET", world.url(), [], None, version)
        assert (seen.status, seen.headers.get("alt-svc")) == (200, None)


RANGES = [("Range", "bytes=0-8"), ("If-Range", '"1"')]


def test_where_answers_are_judged_none_comes_in_ranges(blocking, via, world):
    for proxy, arrives in ((blocking.via, None), (via, b"bytes=0-8")):
        curl(proxy, "GET", world.plain_url(), RANGES)
        assert world.origin.log.requests[-1].header("range") == arrives
        assert (world.origin.log.requests[-1].header("if-range") is None) == (arrives is None)


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("begins", ["", "\ufeff"])
def test_a_secret_over_events_is_found_however_their_lines_end(ends, begins, flowing, blocking):
    key = aws_key_id()
    events = [delta("it is "), delta(key[:9]), delta(key[9:]), delta(" so")]
    pieces = [event.replace(b"\n", ends.encode()) for event in events]
    flowing.answers["/lines"] = Pieces("text/event-stream", [begins.encode() + pieces[0], *pieces[1:]])
    got = read(blocking.via, flowing.url("/lines"))
    assert not got.is_whole
    assert b"secret_inbound" in got.body
    assert key[9:].encode() not in got.body


def test_fields_and_remarks_of_events_are_scanned(flowing, blocking):
    for line in ("id: {}", "event: {}", "retry: {}", ": {}", "other: {}"):
        key = aws_key_id()
        flowing.answers["/field"] = Pieces("text/event-stream", [f"{line.format(key)}\ndata: x\n\n".encode()])
        got = read(blocking.via, flowing.url("/field"))
        assert (got.is_whole, key.encode() in got.body) == (False, False), line


def test_the_key_of_a_handshake_carries_nothing(via, world):
    ours = base64.b64encode(aws_key_id()[:16].encode()).decode()
    lines = [line for line in WEBSOCKET if not line.startswith("sec-websocket-key")]
    got = send(via, world, head(world, *lines, f"sec-websocket-key: {ours}", method="GET").encode())
    assert got.startswith(b"HTTP/1.1 101")
    assert generate_accept_token(ours.encode()) in got
    arrived = world.origin.log.requests[-1].header("sec-websocket-key")
    assert len(base64.b64decode(arrived)) == 16
    assert arrived.decode() != ours


def test_a_handshake_that_answers_another_key_ends(via):
    fields = b"upgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-accept: MTIzNDU2Nzg5MDEyMzQ1Njc4OTA=\r\n\r\n"
    asked = [("Upgrade", "websocket"), ("Connection", "Upgrade"), ("Sec-WebSocket-Version", "13")]
    with plain(b"HTTP/1.1 101 Switching Protocols\r\n" + fields) as origin:
        key = [("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==")]
        assert curl(via, "GET", f"http://127.0.0.1:{origin.port}/", asked + key).status == 502
