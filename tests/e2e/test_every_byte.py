"""Every byte that a client controls can carry a secret: each is scanned, or stays here.

Requests are written byte by byte to a socket, as no library would send them; the origin's raw bytes are looked at.
"""

import base64
import gzip
import socket
import struct
import time
import zlib

import pytest
import zstandard

from clients import curl
from duplex import Duplex
from tokens import aws_key_id, github_token

HEAD = "POST {url} HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\nuser-agent: raw\r\n"


def send(via, world, request: bytes) -> bytes:
    """Send bytes to the proxy and return what comes back within a moment."""
    host, _, port = via.proxy.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=10) as link:
        link.sendall(request)
        link.settimeout(3)
        got = b""
        try:
            while data := link.recv(65536):
                got += data
                if b"\r\n\r\n" in got:
                    link.settimeout(0.5)
        except (TimeoutError, ConnectionResetError):
            pass
    return got


def head(world, *lines: str, path: str = "/x", method: str = "POST") -> str:
    start = HEAD.format(url=world.plain_url(path), port=world.origin.plain_port).replace("POST", method, 1)
    return start + "".join(f"{line}\r\n" for line in lines) + "\r\n"


def with_body(world, body: bytes, *lines: str) -> bytes:
    return head(world, f"content-length: {len(body)}", *lines).encode("latin-1") + body


def chunked(world, chunks: bytes, *lines: str) -> bytes:
    return head(world, "transfer-encoding: chunked", *lines).encode() + chunks


def gzip_member(body: bytes, *, name: bytes = b"", comment: bytes = b"", extra: bytes = b"") -> bytes:
    """A gzip member with the optional fields of RFC 1952."""
    flags = (8 if name else 0) | (16 if comment else 0) | (4 if extra else 0)
    packed = zlib.compressobj(wbits=-15)
    data = packed.compress(body) + packed.flush()
    field = struct.pack("<H", len(extra)) + extra if extra else b""
    names = (name + b"\0" if name else b"") + (comment + b"\0" if comment else b"")
    start = b"\x1f\x8b\x08" + bytes([flags]) + b"\0" * 4 + b"\0\xff"
    return start + field + names + data + struct.pack("<II", zlib.crc32(body), len(body))


def part(name: str, text: str) -> bytes:
    return f'--b\r\ncontent-disposition: form-data; name="{name}"\r\n\r\n{text}\r\n--b--\r\n'.encode()


def brotli_metadata(text: bytes) -> bytes:
    """A stream of brotli without content, and a block that readers skip (RFC 7932, 9.2)."""
    # A window of 16 bits; a block that is not the last, has no length, and one byte that says how much is skipped.
    bits = [0, 0, 1, 1, 0, 1, 0, *((len(text) - 1) >> at & 1 for at in range(8)), 0]
    head = bytes(sum(bits[start + at] << at for at in range(8)) for start in (0, 8))
    return head + text + b"\x03"


MULTIPART = "content-type: multipart/form-data; boundary=b"
GZIP = "content-encoding: gzip"
WEBSOCKET = ["connection: upgrade", "upgrade: websocket", "sec-websocket-version: 13", "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ=="]  # fmt: skip
PLACES = {
    "method": lambda w, k: head(w, "content-length: 0", method=k).encode(),
    "path": lambda w, k: head(w, "content-length: 0", path=f"/{k}/x").encode(),
    "query value": lambda w, k: head(w, "content-length: 0", path=f"/x?q={k}").encode(),
    "query name": lambda w, k: head(w, "content-length: 0", path=f"/x?{k}=1").encode(),
    "fragment": lambda w, k: head(w, "content-length: 0", path=f"/x#{k}").encode(),
    "path parameter": lambda w, k: head(w, "content-length: 0", path=f"/x;s={k}").encode(),
    "percent in path": lambda w, k: head(w, "content-length: 0", path="/" + "".join(f"%{ord(c):02x}" for c in k)).encode(),
    "userinfo": lambda w, k: head(w, "content-length: 0").replace("//127", f"//u:{k}@127", 1).encode(),
    "header value": lambda w, k: head(w, "content-length: 0", f"x-note: {k}").encode(),
    "header name": lambda w, k: head(w, "content-length: 0", f"x-{k}: 1").encode(),
    "second of a repeated header": lambda w, k: head(w, "content-length: 0", "x-n: 1", f"x-n: {k}").encode(),
    "folded header": lambda w, k: head(w, "content-length: 0", "x-n: 1", f" {k}").encode(),
    "cookie": lambda w, k: head(w, "content-length: 0", f"cookie: a=1; note={k}").encode(),
    "content-type parameter": lambda w, k: with_body(w, b"x", f"content-type: text/plain; n={k}"),
    "version": lambda w, k: head(w, "content-length: 0").replace("HTTP/1.1", f"HTTP/1.1{k}", 1).encode(),
    "body": lambda w, k: with_body(w, k.encode()),
    "body of a GET": lambda w, k: with_body(w, k.encode()).replace(b"POST", b"GET", 1),
    "chunks": lambda w, k: chunked(w, b"a\r\n" + k[:10].encode() + b"\r\na\r\n" + k[10:].encode() + b"\r\n0\r\n\r\n"),
    "chunk extension": lambda w, k: chunked(w, f"1;n={k}\r\nx\r\n0\r\n\r\n".encode()),
    "last chunk extension": lambda w, k: chunked(w, f"1\r\nx\r\n0;n={k}\r\n\r\n".encode()),
    "trailer": lambda w, k: chunked(w, f"1\r\nx\r\n0\r\nx-note: {k}\r\n\r\n".encode(), "trailer: x-note"),
    "trailer name": lambda w, k: chunked(w, f"1\r\nx\r\n0\r\nx-{k}: 1\r\n\r\n".encode()),
    "after the message": lambda w, k: with_body(w, b"x") + k.encode(),
    "second request": lambda w, k: with_body(w, b"x") + with_body(w, k.encode()),
    "multipart value": lambda w, k: with_body(w, part("a", k), MULTIPART),
    "multipart name": lambda w, k: with_body(w, part(k, "x"), MULTIPART),
    "multipart file name": lambda w, k: with_body(w, part(f'a"; filename="{k}', "x"), MULTIPART),
    "multipart boundary": lambda w, k: with_body(w, part("a", "x").replace(b"--b", b"--" + k.encode()), f"content-type: multipart/form-data; boundary={k}"),
    "multipart preamble": lambda w, k: with_body(w, k.encode() + b"\r\n" + part("a", "x"), MULTIPART),
    "multipart epilogue": lambda w, k: with_body(w, part("a", "x") + k.encode(), MULTIPART),
    "multipart part header": lambda w, k: with_body(w, part("a", "x").replace(b"\r\n\r\n", f"\r\nx-n: {k}\r\n\r\n".encode(), 1), MULTIPART),
    "gzip": lambda w, k: with_body(w, gzip.compress(k.encode()), GZIP),
    "gzip file name": lambda w, k: with_body(w, gzip_member(b"x", name=k.encode()), GZIP),
    "gzip comment": lambda w, k: with_body(w, gzip_member(b"x", comment=k.encode()), GZIP),
    "gzip extra field": lambda w, k: with_body(w, gzip_member(b"x", extra=b"sg\x14\0" + k.encode()), GZIP),
    "second gzip member": lambda w, k: with_body(w, gzip_member(b"x ") + gzip_member(k.encode()), GZIP),
    "after gzip": lambda w, k: with_body(w, gzip_member(b"x") + k.encode(), GZIP),
    "after deflate": lambda w, k: with_body(w, zlib.compress(b"x") + k.encode(), "content-encoding: deflate"),
    "NUL in a header": lambda w, k: head(w, "content-length: 0", f"x-n: {k[:10]}\0{k[10:]}").encode(),
    "line feed in a header": lambda w, k: head(w, "content-length: 0", f"x-n: a\nx-b: {k}").encode(),
    "scheme": lambda w, k: head(w, "content-length: 0").replace("http://", f"{k}://", 1).encode(),
    "HTTP/0.9": lambda w, k: f"GET {w.plain_url('/' + k)}\r\n".encode(),
    "upgrade to HTTP/2": lambda w, k: head(w, "content-length: 0", "connection: upgrade, http2-settings", "upgrade: h2c", f"http2-settings: {base64.urlsafe_b64encode(k.encode()).decode()}").encode(),
    "lengths that differ": lambda w, k: head(w, "content-length: 1", f"content-length: {len(k)}").encode() + k.encode(),
    "length and chunks": lambda w, k: head(w, "content-length: 5", "transfer-encoding: chunked").encode() + b"0\r\n\r\n" + k.encode(),
    "coding of the transfer": lambda w, k: chunked(w, b"14\r\n" + k.encode() + b"\r\n0\r\n\r\n").replace(b"chunked", b"identity, chunked", 1),
    "expect": lambda w, k: head(w, "content-length: 0", f"expect: {k}").encode(),
    "after 100 Continue": lambda w, k: with_body(w, k.encode(), "expect: 100-continue"),
    "codings in a list": lambda w, k: with_body(w, gzip.compress(k.encode()), "content-encoding: identity, gzip"),
    "codings in two lines": lambda w, k: with_body(w, gzip.compress(zlib.compress(k.encode())), "content-encoding: deflate", "content-encoding: gzip"),
    "metadata of brotli": lambda w, k: with_body(w, brotli_metadata(k.encode()), "content-encoding: br"),
    "a frame that zstd skips": lambda w, k: with_body(w, b"\x50\x2a\x4d\x18" + struct.pack("<I", len(k)) + k.encode() + zstandard.compress(b"x"), "content-encoding: zstd"),
    "signature of aws-chunked": lambda w, k: with_body(w, f"5;chunk-signature={k}\r\nhello\r\n0\r\n\r\n".encode(), "content-encoding: aws-chunked"),
    "WebSocket protocol": lambda w, k: head(w, *WEBSOCKET, f"sec-websocket-protocol: {k}", method="GET").encode(),
    "WebSocket extension": lambda w, k: head(w, *WEBSOCKET, f"sec-websocket-extensions: x; p={k}", method="GET").encode(),
    "WebSocket frame of no known kind": lambda w, k: head(w, *WEBSOCKET, method="GET").encode() + b"\x83" + bytes([0x80 | len(k)]) + b"\0\0\0\0" + k.encode(),
    "behind a WebSocket's handshake": lambda w, k: head(w, *WEBSOCKET, method="GET").encode() + k.encode(),
    "unknown coding": lambda w, k: with_body(w, b"x", f"content-encoding: {k}"),
}  # fmt: skip


@pytest.mark.parametrize("place", PLACES)
def test_no_byte_passes_unscanned(place, via, world):
    key = aws_key_id()
    got = send(via, world, PLACES[place](world, key))
    time.sleep(0.2)
    assert not world.origin.log.holds(key, key[2:].lower()), got[:200]
    for request in world.origin.log.requests:
        assert key.encode() not in _unpacked(request)
    assert b"HTTP/1.1 200" not in got or not _holds_anywhere(world, key)


FORM = "content-type: application/x-www-form-urlencoded"
IN_PIECES = {
    "query": lambda w, a, b: head(w, "content-length: 0", path=f"/x?p={a}&q={b}"),
    "query and fragment": lambda w, a, b: head(w, "content-length: 0", path=f"/x?p={a}#{b}"),
    "query without names": lambda w, a, b: head(w, "content-length: 0", path=f"/x?{a}&{b}"),
    "names of the query": lambda w, a, b: head(w, "content-length: 0", path=f"/x?{a}=1&{b}=2"),
    "path and query": lambda w, a, b: head(w, "content-length: 0", path=f"/{a}?p={b}"),
    "parameters of the path": lambda w, a, b: head(w, "content-length: 0", path=f"/a;x={a}/b;x={b}"),
    "method and path": lambda w, a, b: head(w, "content-length: 0", method=a, path=f"/{b}"),
    "headers": lambda w, a, b: head(w, "content-length: 0", f"x-a: {a}", f"x-b: {b}"),
    "names of headers": lambda w, a, b: head(w, "content-length: 0", f"x-{a}: 1", f"x-{b}: 2"),
    "headers of transport": lambda w, a, b: head(w, "content-length: 0", f"accept: {a}", f"cache-control: {b}"),
    "cookies without names": lambda w, a, b: head(w, "content-length: 0", f"cookie: {a}; {b}"),
    "names of cookies": lambda w, a, b: head(w, "content-length: 0", f"cookie: {a}=1; {b}=2"),
    "form without names": lambda w, a, b: with_body(w, f"{a}&{b}".encode(), FORM).decode(),
    "names of a form": lambda w, a, b: with_body(w, f"{a}=1&{b}=2".encode(), FORM).decode(),
}  # fmt: skip


@pytest.mark.parametrize("place", IN_PIECES)
def test_no_secret_passes_in_pieces(place, via, world):
    key = github_token()
    got = send(via, world, IN_PIECES[place](world, key[:19], key[19:]).encode())
    assert b"scangate-reason: secret_outbound" in got
    assert not world.origin.log.holds(key[:19], key[19:])


def test_no_secret_passes_in_pieces_over_uploads_that_flow(start, flowing):
    via, key = start("scangate_stream_bytes=100000").via, github_token()
    seen = []
    for piece in (key[:19], key[19:]):
        body = f"{piece}\n".encode() + b"ordinary text that may go out. " * 10_000
        seen.append(
            curl(via, "POST", flowing.url("/up"), [("Content-Type", "text/plain"), ("Expect", "")], body).status
        )
    assert seen == [200, 403]


OVER_H2 = {
    "path": lambda k: {":path": f"/{k}"},
    "another host in the path": lambda k: {":path": f"https://other.example/{k}"},
    "method": lambda k: {":method": k},
    "scheme": lambda k: {":scheme": k},
    "authority": lambda k: {":authority": f"{k}.shop.example"},
    "a pseudo header of no known name": lambda k: {":x": k},
    "a protocol to connect with": lambda k: {":method": "CONNECT", ":protocol": k},
    "header": lambda k: {"x-n": k},
    "name of a header": lambda k: {f"x-{k.lower()}": "1"},
    "NUL in a header": lambda k: {"x-n": f"{k[:10]}\0{k[10:]}"},
    "line breaks in a header": lambda k: {"x-n": f"a\r\nx-b: {k[:10]}\r\nx-c: {k[10:]}"},
    "a request in a header": lambda k: {"x-n": f"a\r\n\r\nGET /{k[:10]} HTTP/1.1\r\nx: {k[10:]}"},
    "a request in the path": lambda k: {":path": f"/ HTTP/1.1\r\nx-b: {k[:10]}\r\nx-c: {k[10:]}"},
    "a request in the method": lambda k: {":method": f"GET /{k[:10]} HTTP/1.1\r\nx: {k[10:]}\r\ny:"},
    "connection": lambda k: {"connection": k},
    "host": lambda k: {"host": k},
    "cookies": lambda k: {"cookie": f"a={k}"},
}


@pytest.mark.parametrize("place", OVER_H2)
def test_no_byte_passes_unscanned_over_http2_either(place, via, world):
    key = aws_key_id()
    with Duplex(via, world.url("/x"), OVER_H2[place](key)) as client:
        client.end()
        client.hear()
        assert client.headers.get(":status") != "200"
    assert not world.origin.log.holds(key, key.lower(), key[:10], key[10:])


TRAILERS = {"value": lambda k: {"x-n": k}, "name": lambda k: {f"x-{k.lower()}": "1"}}


@pytest.mark.parametrize("place", TRAILERS)
@pytest.mark.parametrize("kind", ["text/plain", "application/grpc"])
def test_trailers_over_http2_are_scanned_too(kind, place, via, world):
    key = aws_key_id()
    with Duplex(via, world.url("/x"), {"content-type": kind}) as client:
        client.send(b"\0\0\0\0\x01x")
        client.end(TRAILERS[place](key))
        client.hear()
        assert client.headers.get("grpc-status", "7") == "7"
    assert not world.origin.log.holds(key)
    assert world.origin.log.requests == []


def test_the_same_request_without_a_secret_passes(via, world):
    assert b"HTTP/1.1 200" in send(via, world, with_body(world, b"x", "x-note: hello", "cookie: a=1"))
    assert b"HTTP/1.1 200" in send(via, world, with_body(world, gzip_member(b"x"), GZIP))
    assert b"HTTP/1.1 200" in send(via, world, with_body(world, part("a", "x"), MULTIPART))


def _unpacked(request) -> bytes:
    """The body with a gzip coding undone, every member of it."""
    if request.header("content-encoding") != b"gzip":
        return request.body
    unpacked, rest = b"", request.body
    while rest:
        member = zlib.decompressobj(wbits=31)
        unpacked += member.decompress(rest) + member.flush()
        rest = member.unused_data
    return unpacked


def _holds_anywhere(world, key: str) -> bool:
    return world.origin.log.holds(key) or any(key.encode() in _unpacked(one) for one in world.origin.log.requests)
