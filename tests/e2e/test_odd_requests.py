"""Requests that cannot be read, or whose parts come one by one: nothing of them arrives, and nothing stands in a log."""

import gzip
import socket
import zlib

import pytest

from clients import curl
from duplex import Duplex, call
from odd_origin import plain
from origin import Reply
from test_every_byte import MULTIPART, chunked, head, part, send, with_body
from tokens import aws_key_id, github_token


def dictionary(body: bytes) -> bytes:
    """A stream of zlib that needs a dictionary of the sender's."""
    packed = zlib.compressobj(zdict=body)
    return packed.compress(body) + packed.flush()


def raw_deflate(body: bytes) -> bytes:
    """Deflate without a header, which nobody can tell from other bytes."""
    packed = zlib.compressobj(wbits=-15)
    return packed.compress(body) + packed.flush()


def coded(world, coding: str, body: bytes) -> bytes:
    return chunked(world, b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)).replace(
        b": chunked", f": {coding}, chunked".encode()
    )


# What makes bytes unreadable.
ROTATED = bytes((at + 129) % 256 for at in range(256))
PACKED = {
    "a dictionary of deflate": lambda w, k: with_body(w, dictionary(k.encode()), "content-encoding: deflate"),
    "a transfer coded by deflate": lambda w, k: coded(w, "deflate", raw_deflate(k.encode())),
    "a transfer coded by compress": lambda w, k: coded(w, "compress", b"\x1f\x9d\x90" + k.encode().translate(ROTATED)),
    "a transfer coded by gzip": lambda w, k: coded(w, "gzip", gzip.compress(k.encode())),
    "archive in a form": lambda w, k: with_body(w, part("a", "x").replace(b"\r\n\r\nx", b"\r\n\r\n" + gzip.compress(k.encode()), 1), MULTIPART),
    "archive in a form with a preamble": lambda w, k: with_body(w, b"to whom it may concern\r\n" + part("a", "x").replace(b"\r\n\r\nx", b"\r\n\r\n" + gzip.compress(k.encode()), 1), MULTIPART),
}  # fmt: skip


@pytest.mark.parametrize("place", PACKED)
def test_what_is_packed_in_a_form_or_needs_a_dictionary_does_not_arrive(place, via, world):
    assert b"HTTP/1.1 200" not in send(via, world, PACKED[place](world, aws_key_id()))
    assert world.origin.log.requests == []
    assert bytes(world.origin.log.raw) == b""


NAMED = {
    "method": lambda w, k: head(w, "content-length: 0", method=k).encode(),
    "host": lambda w, k: head(w, "content-length: 0").replace("//127", f"//{k}.example/127", 1).encode(),
    "target of a tunnel": lambda w, k: f"CONNECT {k}.example:443 HTTP/1.1\r\n\r\n".encode(),
    "half a request": lambda w, k: head(w, f"x: {k}").encode()[:-4],
    "a line that is none": lambda w, k: f"GET {k}\r\n\r\n".encode(),
    "length": lambda w, k: head(w, f"content-length: {k}").encode(),
    "host without a verdict": lambda w, k: head(w, "content-encoding: x", "content-length: 1").replace("//127", f"//{k}.example/127", 1).encode() + b"x",
}  # fmt: skip


@pytest.mark.parametrize("place", NAMED)
def test_what_is_refused_is_in_no_log(place, start, world):
    proxy, key = start(), aws_key_id()
    send(proxy.via, world, NAMED[place](world, key))
    assert key.lower() not in proxy.output().lower()
    assert world.origin.log.requests == []


WITHOUT_END = {
    "head": lambda w: head(w).encode()[:-2] + b"x: ",
    "size of a chunk": lambda w: chunked(w, b"1;x="),
    "trailers": lambda w: chunked(w, b"1\r\nx\r\n0\r\nx: "),
}


@pytest.mark.parametrize("place", WITHOUT_END)
def test_what_has_no_end_is_not_kept(place, via, world):
    host, _, port = via.proxy.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=20) as link:
        link.sendall(WITHOUT_END[place](world))
        with pytest.raises(ConnectionError):
            for _ in range(64):
                link.sendall(b"x" * (1 << 20))
    assert world.origin.log.requests == []


def test_an_answer_whose_head_has_no_end_is_none(via):
    with plain(b"HTTP/1.1 200 OK\r\nx: " + b"x" * (18 << 20)) as origin:
        assert curl(via, "GET", f"http://127.0.0.1:{origin.port}/").status == 502


def test_a_secret_over_the_messages_of_a_call_does_not_arrive_whole(via, world):
    key = github_token()
    world.origin.replies["/m"] = Reply(headers=[(b"content-type", b"application/grpc")], echoes=True)
    with Duplex(via, world.url("/m"), {"content-type": "application/grpc"}) as client:
        for words in ("hello", key[:13], key[13:26], "and so on"):
            client.send(call(words))
            assert client.hear() == call(words)
        client.send(call(key[26:]))
        client.hear()
        assert client.is_reset or client.headers.get("grpc-status") == "7"
    assert not world.origin.log.holds(key[26:])
