"""Every byte that a client controls can carry a secret: each is scanned, or stays here.

Requests are written byte by byte to a socket, as no library would send them; the origin's raw bytes are looked at.
"""

import gzip
import socket
import struct
import time
import zlib

import pytest

from tokens import aws_key_id

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


MULTIPART = "content-type: multipart/form-data; boundary=b"
GZIP = "content-encoding: gzip"
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
