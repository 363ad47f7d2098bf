"""Uploads that flow: what may not leave does not, and their clients are told why."""

import asyncio
import gzip
import os
import subprocess
from pathlib import Path

import httpx
import pytest

from clients import curl, http2_first, wait_until, with_httpx, with_httpx_h2, with_node, with_requests
from duplex import Duplex, call
from origin import Reply
from tokens import aws_key_id

SENT = {"whose length is known": [], "in chunks": [("Transfer-Encoding", "chunked")]}


@pytest.mark.parametrize("how", SENT)
def test_a_long_upload_arrives_whole(how, flowing, start):
    proxy = start("scangate_stream_bytes=100000")
    body = b"ordinary text that may go out. " * 50_000
    flowing.uploads.__init__()
    headers = [("Content-Type", "text/plain"), ("Expect", ""), *SENT[how]]
    seen = curl(proxy.via, "POST", flowing.url("/upload"), headers, body)
    assert seen.status == 200
    assert (flowing.uploads.lengths, flowing.uploads.whole) == ([len(body)], 1)


PLACES = [
    ("beginning", 200_000),
    ("middle", 700_000),
    ("end", 200_000),
    pytest.param("middle", 7_000_000, marks=pytest.mark.full),
]


@pytest.mark.parametrize("how", SENT)
@pytest.mark.parametrize(("place", "lines"), PLACES)
def test_a_secret_in_a_long_upload_does_not_arrive(how, place, lines, flowing, start, tmp_path):
    proxy = start("scangate_stream_bytes=100000")
    file, key = upload_with_key(tmp_path, place, lines)
    flowing.uploads.__init__()
    flowing.uploads.needle = key[:12]
    more = [part for name, value in SENT[how] for part in ("-H", f"{name}: {value}")]
    command = ["curl", "-sSi", "-x", proxy.via.proxy, "-H", "Expect:", "-H", "Content-Type: text/plain", "-m", "60"]
    sent = [*command, *more, "-T", str(file), "-X", "POST", flowing.url("/upload")]
    done = subprocess.run(sent, capture_output=True, check=False)
    assert_refused(done.stdout)
    wait_until(lambda: flowing.uploads.lengths or place == "beginning", 10)
    assert not flowing.uploads.found
    assert flowing.uploads.whole == 0


def upload_with_key(folder: Path, place: str, lines: int) -> tuple[Path, bytes]:
    """A file of text with a key in it."""
    key, filler = aws_key_id().encode(), b"ordinary text that may go out. " * lines
    at = {"beginning": 0, "middle": len(filler) // 2, "end": len(filler)}[place]
    file = folder / "upload"
    file.write_bytes(filler[:at] + b" " + key + b" " + filler[at:])
    return file, key


def assert_refused(answer: bytes) -> None:
    """The client was told what it is told of any other request."""
    head, _, body = answer.partition(b"\r\n\r\n")
    assert b" 403" in head.split(b"\r\n")[0]
    assert b"scangate-reason: secret_outbound" in head
    assert b"do not retry" in body


@pytest.mark.parametrize("place", ["middle", "end"])
def test_over_http2_a_refused_upload_ends_its_own_stream_alone(place, start, world, tmp_path):
    proxy = start("scangate_stream_bytes=100000")
    file, key = upload_with_key(tmp_path, place, 300_000)
    world.origin.replies["/slow"] = Reply(200, body=b"slow", after_s=2)

    async def both() -> tuple[httpx.Response, httpx.Response]:
        trust = http2_first(proxy.via.ca)
        async with httpx.AsyncClient(proxy=proxy.via.proxy, verify=trust, http2=True, trust_env=False) as client:
            await client.get(world.url("/first"))
            slow = asyncio.create_task(client.get(world.url("/slow")))
            await asyncio.sleep(0.2)
            headers = {"content-type": "text/plain"}
            return await client.post(world.url("/up"), content=file.read_bytes(), headers=headers), await slow

    refused, slow = asyncio.run(both())
    assert (refused.status_code, refused.headers["scangate-reason"]) == (403, "secret_outbound")
    assert (slow.status_code, slow.content, slow.http_version) == (200, b"slow", "HTTP/2")
    assert world.origin.log.connections == 1
    assert not world.origin.log.holds(key[:12])


@pytest.mark.parametrize("send", [with_requests, with_httpx, with_httpx_h2, with_node])
def test_clients_read_the_refusal_of_an_upload_that_had_begun(send, start, world, tmp_path):
    proxy = start("scangate_stream_bytes=100000")
    file, key = upload_with_key(tmp_path, "middle", 300_000)
    seen = send(proxy.via, "POST", world.url("/up"), [("Content-Type", "text/plain")], file.read_bytes())
    assert (seen.status, seen.headers["scangate-reason"]) == (403, "secret_outbound")
    assert not world.origin.log.holds(key[:12])


@pytest.mark.parametrize("key_in_it", [True, False], ids=["a secret in it", "clean"])
def test_a_long_archive_is_read_before_it_leaves(key_in_it, flowing, start, tmp_path):
    proxy = start("scangate_stream_bytes=100000")
    key = aws_key_id() if key_in_it else ""
    file = tmp_path / "backup.gz"
    file.write_bytes(gzip.compress(os.urandom(300_000).hex().encode() + f" {key} ".encode() + b"words " * 1000))
    flowing.uploads.__init__()
    seen = curl(proxy.via, "POST", flowing.url("/up"), [("Expect", "")], file.read_bytes())
    assert seen.status == (403 if key_in_it else 200)
    assert flowing.uploads.whole == (0 if key_in_it else 1)


def test_an_archive_in_a_long_form_that_flows_does_not_leave_unread(flowing, start):
    proxy = start("scangate_stream_bytes=100000", policy=SMALL_LIMIT)
    packed = gzip.compress(os.urandom(200_000))
    start_of_part = b'--b\r\ncontent-disposition: form-data; name="a"\r\n\r\n'
    body = start_of_part + b"words " * 100_000 + b"\r\n" + start_of_part + packed + b"\r\n--b--\r\n"
    flowing.uploads.__init__()
    flowing.uploads.needle = packed[100:120]
    headers = [("Expect", ""), ("Content-Type", "multipart/form-data; boundary=b")]
    seen = curl(proxy.via, "POST", flowing.url("/up"), headers, body)
    assert (seen.status, seen.headers["scangate-reason"]) == (403, "incomplete")
    assert (flowing.uploads.found, flowing.uploads.whole) == (False, 0)


SMALL_LIMIT = """
[egress]
private = ["127.0.0.1", "localhost"]
[limits]
body_bytes = 100000
"""


GRPC = {"content-type": "application/grpc", "te": "trailers"}


def test_a_call_that_is_answered_before_it_ends_works(start, world):
    world.origin.replies["/chat"] = Reply(200, [(b"content-type", b"application/grpc")], echoes=True)
    with Duplex(start().via, world.url("/chat"), GRPC) as chat:
        for words in ["hello", "the password", "and 4111 1111"]:
            chat.send(call(words))
            assert chat.hear() == call(words)
        chat.end()
        assert chat.hear() is None


def test_a_secret_in_a_call_that_goes_on_ends_it(start, world):
    world.origin.replies["/chat"] = Reply(200, [(b"content-type", b"application/grpc")], echoes=True)
    key = aws_key_id()
    with Duplex(start().via, world.url("/chat"), GRPC) as chat:
        chat.send(call("hello"))
        assert chat.hear() == call("hello")
        chat.send(call(f"my key is {key} so"))
        assert chat.hear() is None
        assert chat.is_reset
    assert not world.origin.log.holds(key, key[:10])


def test_a_secret_at_the_beginning_of_a_call_is_refused_as_calls_are(start, world):
    key = aws_key_id()
    with Duplex(start().via, world.url("/chat"), GRPC) as chat:
        chat.send(call(f"my key is {key} so"))
        assert chat.hear() is None
        assert (chat.headers[":status"], chat.headers["grpc-status"]) == ("200", "7")
        assert "secret_outbound" in chat.headers["grpc-message"]
        # A client that reads its answer while it sends may go on until it has: what it sends goes nowhere.
        assert not chat.is_reset
        chat.send(call("the rest"))
        chat.end()
    assert not world.origin.log.holds(key, "the rest")


@pytest.mark.parametrize("headers", [{"content-type": "text/plain"}, {**GRPC, "grpc-encoding": "gzip"}])
def test_any_other_request_that_waits_for_its_answer_is_held(headers, start, world):
    world.origin.replies["/chat"] = Reply(200, echoes=True)
    with Duplex(start().via, world.url("/chat"), headers) as chat:
        chat.send(call("hello"))
        assert chat.hear(seconds=1) is None
        assert not world.origin.log.holds("hello")
        chat.end()
        assert chat.hear() == call("hello")
        # Until its end has arrived: later it would stand in the next test's log.
        assert chat.hear() is None
