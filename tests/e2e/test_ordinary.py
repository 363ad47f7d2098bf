"""Ordinary traffic arrives as it was sent, and comes back as it was answered, with every client."""

import gzip
import os
import zlib

import brotli
import pytest
import zstandard

from clients import CLIENTS, curl
from origin import Reply

BINARY = bytes(range(256)) * 300


@pytest.mark.parametrize("name", CLIENTS)
def test_a_request_arrives_byte_for_byte(name, via, world):
    path = "/a/b%20c;d=%E2%82%AC?q=1&q=2&empty=&x=%2F#"
    headers = [("X-Mixed-Case", "value  with  spaces"), ("Content-Type", "application/octet-stream")]
    seen = CLIENTS[name](via, "POST", world.url(path), headers, BINARY)
    assert seen.status == 200
    [received] = world.origin.log.requests
    assert received.method == b"POST"
    assert received.target == path.rstrip("#").encode()
    assert received.body == BINARY
    assert received.header("x-mixed-case") == b"value  with  spaces"
    assert received.protocol == ("HTTP/2" if name.endswith("-h2") else "HTTP/1.1")


@pytest.mark.parametrize("name", CLIENTS)
def test_a_response_comes_back_byte_for_byte(name, via, world):
    body = os.urandom(12_000)
    headers = [(b"content-type", b"application/octet-stream"), (b"x-one", b"1"), (b"etag", b'"abc"')]
    world.origin.replies["/file"] = Reply(207, headers, body)
    seen = CLIENTS[name](via, "GET", world.url("/file"), [], None)
    assert (seen.status, seen.body) == (207, body)
    assert (seen.headers["x-one"], seen.headers["etag"]) == ("1", '"abc"')


CODINGS = {
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": brotli.compress,
    "zstd": lambda raw: zstandard.ZstdCompressor().compress(raw),
}


@pytest.mark.parametrize("coding", CODINGS)
def test_a_compressed_response_is_not_touched(coding, via, world):
    body = CODINGS[coding](b"hello " * 500)
    world.origin.replies["/packed"] = Reply(200, [(b"content-encoding", coding.encode())], body)
    seen = curl(via, "GET", world.url("/packed"))
    assert (seen.body, seen.headers["content-encoding"]) == (body, coding)


@pytest.mark.parametrize("coding", CODINGS)
def test_a_compressed_request_is_not_touched(coding, via, world):
    body = CODINGS[coding](b"hello " * 500)
    assert curl(via, "PUT", world.url(), [("Content-Encoding", coding)], body).status == 200
    assert world.origin.log.requests[0].body == body


@pytest.mark.parametrize(
    ("method", "status"), [("HEAD", 200), ("GET", 204), ("GET", 304), ("DELETE", 200), ("OPTIONS", 200), ("PATCH", 200)]
)
def test_messages_without_a_body_pass(method, status, via, world):
    framed = [(b"content-length", b"2")] if method == "HEAD" else []
    world.origin.replies["/"] = Reply(status, framed, b"" if status in (204, 304) or method == "HEAD" else b"ok")
    more = ["--head"] if method == "HEAD" else []
    assert curl(via, method, world.url(), [], None, *more).status == status


def test_plain_http_passes(via, world):
    seen = curl(via, "POST", world.plain_url("/a?b=c"), [], b"hello")
    assert seen.status == 200
    assert (world.origin.log.requests[0].target, world.origin.log.requests[0].body) == (b"/a?b=c", b"hello")


def test_a_chunked_upload_passes(via, world):
    headers = [("Transfer-Encoding", "chunked"), ("Content-Type", "text/plain")]
    assert curl(via, "POST", world.url(), headers, b"x" * 100_000).status == 200
    assert world.origin.log.requests[0].body == b"x" * 100_000


def test_a_large_body_passes(via, world):
    body = os.urandom(1 << 20) * 8
    assert curl(via, "POST", world.url(), [("Expect", "")], body).status == 200
    assert world.origin.log.requests[0].body == body


def test_a_finite_event_stream_comes_whole(via, world):
    events = b"".join(b"data: {%d}\n\n" % number for number in range(50))
    world.origin.replies["/events"] = Reply(200, [(b"content-type", b"text/event-stream")], events)
    assert curl(via, "GET", world.url("/events")).body == events


def test_only_codings_that_are_scanned_are_asked_for(via, world):
    curl(via, "GET", world.url(), [("Accept-Encoding", "gzip, dcb, br;q=0.5, compress")])
    assert world.origin.log.requests[0].header("accept-encoding") == b"gzip, br;q=0.5"


def test_mitmproxys_own_pages_are_not_there(via):
    assert curl(via, "GET", "http://mitm.it/cert/pem").status != 200
