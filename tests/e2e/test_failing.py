"""Without a verdict nothing passes: looked at from the origin, which sees none of it."""

import json
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from clients import Via, curl, wait_until
from origin import Reply
from processes import ADDON, ROOT, answers, free_port
from tokens import aws_key_id

MARKED = b'{"marked": "clean but unscanned"}'
FLAGS_UNAVAILABLE = """
[egress]
private = ["127.0.0.1", "localhost"]
[failure]
unavailable = "flag"
"""


def assert_refused(via: Via, world, status: int = 503) -> None:
    seen = curl(via, "POST", world.plain_url("/marked"), [("Content-Type", "application/json")], MARKED)
    assert seen.status == status
    assert seen.headers["x-should-retry"] == "false"
    assert seen.headers["scangate-reason"].startswith("no_verdict")
    assert not world.origin.log.holds("marked", MARKED)
    tunnel = curl(via, "POST", world.url("/marked"), [], MARKED)
    assert tunnel.status == 0
    assert world.origin.log.connections == 0


def passes(via: Via, world) -> bool:
    return curl(via, "GET", world.plain_url("/")).status == 200


def test_with_no_service_there_nothing_passes(start, world):
    assert_refused(start(f"scangate_backend=http://127.0.0.1:{free_port()}", policy=None).via, world)


@pytest.mark.parametrize("transport", ["tcp", "unix"])
def test_a_service_that_stops_and_comes_back(transport, start, service, world, tmp_path):
    port, path = free_port(), tmp_path / "scan.sock"
    listen = f"127.0.0.1:{port}" if transport == "tcp" else f"unix:{path}"
    backend = f"http://{listen}" if transport == "tcp" else listen
    running = service(listen)
    proxy = start(f"scangate_backend={backend}", policy=None)
    wait_until(lambda: passes(proxy.via, world))
    key = aws_key_id()
    assert curl(proxy.via, "POST", world.plain_url(), [], json.dumps({"k": key}).encode()).status == 403
    running.stop()
    world.origin.log.clear()
    assert_refused(proxy.via, world)
    service(listen)
    wait_until(lambda: passes(proxy.via, world))


def test_a_service_that_stalls(start, service, world):
    port = free_port()
    running = service(f"127.0.0.1:{port}")
    proxy = start(f"scangate_backend=http://127.0.0.1:{port}", "scangate_timeout_ms=300", policy=None)
    wait_until(lambda: passes(proxy.via, world))
    running.pause()
    world.origin.log.clear()
    began = time.monotonic()
    assert_refused(proxy.via, world)
    assert time.monotonic() - began < 5
    running.resume()
    wait_until(lambda: passes(proxy.via, world))


@contextmanager
def impostor(answer: Callable[[bytes], bytes]) -> Iterator[int]:
    """Something that listens where the service should, and answers every request with `answer`."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                peer, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=converse, args=(peer,), daemon=True).start()

    def converse(peer: socket.socket) -> None:
        with peer:
            while data := peer.recv(1 << 20):
                peer.sendall(answer(data))

    threading.Thread(target=serve, daemon=True).start()
    yield listener.getsockname()[1]
    listener.close()


def http(document: object, verdict: str = "allow") -> bytes:
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    head = (
        f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nscan-verdict: {verdict}\r\ncontent-length: {len(body)}"
    )
    return head.encode() + b"\r\n\r\n" + body


BLOCKS = dict.fromkeys(["unavailable", "error", "over_limit", "undecodable"], "block")
POLICY = {"limits": {"body_bytes": 1 << 20}, "egress": {"passthrough": []}}
ALLOW = {"scan_id": "1", "verdict": "allow", "reason_code": None, "findings": [], "edits": [], "coverage": {}}
LIARS = {
    "speaks no HTTP": lambda asked: b"SSH-2.0-OpenSSH\r\n\r\n",
    "answers a page": lambda asked: b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 2\r\n\r\nok",
    "allows everything without reading": lambda asked: http(ALLOW | {"id": None}),
    "allows with an id of its own": lambda asked: http(ALLOW | {"id": "made-up"}),
    "has a new verdict": lambda asked: http(ALLOW | {"verdict": "probably"}, "probably"),
}


@pytest.mark.parametrize("liar", LIARS)
def test_a_service_that_lies(liar, start, world):
    lies = []

    def answer(asked: bytes) -> bytes:
        if asked.startswith(b"GET /policy"):
            return http({**POLICY, "failure": {"outbound": BLOCKS, "inbound": BLOCKS}})
        lies.append(liar)
        return LIARS[liar](asked)

    with impostor(answer) as port:
        proxy = start(f"scangate_backend=http://127.0.0.1:{port}", policy=None)
        # Before it knows the policy it refuses without asking.
        wait_until(lambda: passes(proxy.via, world) or lies)
        assert_refused(proxy.via, world)


RAISING = '''
import asyncio
import sys
sys.path.insert(0, {addon!r})
from scangate_addon.gate import Gate
from scangate_addon import inprocess

class Panic(BaseException):
    pass

def broken(self, message):
    raise {error}

class Slow:
    """The port is open, and mitmproxy not yet done with its start: an error in its log would end it."""

    async def running(self):
        await asyncio.sleep(1)

inprocess.InProcess._judge = broken
addons = [Gate(), Slow()]
'''  # fmt: skip


@pytest.mark.parametrize("error", ["ValueError('boom')", "Panic()", "__import__('asyncio').CancelledError()"])
def test_an_addon_that_raises(error, start, world, tmp_path):
    script = tmp_path / "raising.py"
    script.write_text(RAISING.format(addon=str(ADDON.parent), error=error))
    proxy = start(script=script)
    assert_refused(proxy.via, world)
    time.sleep(1)
    assert_refused(proxy.via, world)


@pytest.fixture
def copied(tmp_path):
    """The addon in a place where it can be broken."""
    folder = tmp_path / "addon"
    shutil.copytree(ROOT / "addon", folder, ignore=shutil.ignore_patterns("__pycache__"))
    return folder / "addon.py"


@pytest.mark.parametrize("harm", ["deleted", "broken", "emptied"])
def test_a_script_that_vanishes_while_it_runs(harm, copied, start, world):
    proxy = start(script=copied)
    assert passes(proxy.via, world)
    if harm == "deleted":
        copied.unlink()
    else:
        copied.write_text("this is no python (" if harm == "broken" else "")
    wait_until(lambda: not passes(proxy.via, world))
    world.origin.log.clear()
    assert_refused(proxy.via, world)
    assert proxy.is_alive()


def test_a_script_that_is_touched_goes_on(copied, start, world):
    proxy = start(script=copied)
    assert passes(proxy.via, world)
    copied.touch()
    wait_until(lambda: proxy.output().count("Loading script") > 1)
    wait_until(lambda: passes(proxy.via, world))


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["ignore_hosts=shop"], "ignore_hosts cannot be used with Scangate"),
        (["scangate_backend=ftp://x"], "neither 'inprocess'"),
    ],
)
def test_an_option_that_would_leave_a_gap_stops_the_start(options, said, start):
    with pytest.raises(RuntimeError, match=said):
        proxy = start(*options, policy=None)
        proxy.wait()
        proxy.ready()


def test_a_wrong_policy_stops_the_start_with_place_and_remedy(start):
    with pytest.raises(RuntimeError, match=r"policy-\d+\.toml:3: .*secrets"):
        proxy = start(policy="\n[actions]\nsecrets = 'block'\n")
        proxy.wait()
        proxy.ready()


def test_a_failure_that_the_policy_flags_passes_and_is_logged(start, service, world):
    port = free_port()
    running = service(f"127.0.0.1:{port}", FLAGS_UNAVAILABLE)
    proxy = start(f"scangate_backend=http://127.0.0.1:{port}", policy=None)
    wait_until(lambda: answers(port) and passes(proxy.via, world))
    running.stop()
    assert passes(proxy.via, world)
    assert "NOT SCANNED" in proxy.output()


SMALL = """
[egress]
private = ["127.0.0.1", "localhost"]
[limits]
body_bytes = 1000
"""


@pytest.fixture(scope="module")
def small(start):
    return start(policy=SMALL)


@pytest.mark.parametrize("how", ["known length", "chunked"])
def test_a_body_over_the_limit_does_not_leave(how, small, world):
    headers = [("Expect", "")] + ([("Transfer-Encoding", "chunked")] if how == "chunked" else [])
    assert curl(small.via, "POST", world.plain_url(), headers, b"x" * 5000).status == 413
    assert world.origin.log.requests == []


def test_a_body_over_the_limit_does_not_arrive(small, world):
    world.origin.replies["/"] = Reply(body=b"inbound" * 1000)
    seen = curl(small.via, "GET", world.plain_url())
    assert seen.status == 502
    assert b"inbound" not in seen.body


def test_a_bomb_does_not_leave(small, world):
    import gzip

    bomb = gzip.compress(b"0" * 500_000, 9)
    assert len(bomb) < 1000
    seen = curl(small.via, "POST", world.plain_url(), [("Content-Encoding", "gzip")], bomb)
    assert (seen.status, seen.headers["scangate-reason"]) == (503, "no_verdict_over_limit")
    assert world.origin.log.requests == []


@pytest.mark.parametrize(
    ("coding", "body"), [("gzip", b"\x1f\x8b\x08\x00 broken"), ("compress", b"whatever"), ("gzip, zip", b"whatever")]
)
def test_a_body_that_cannot_be_decoded_does_not_pass(coding, body, via, world):
    seen = curl(via, "POST", world.plain_url(), [("Content-Encoding", coding)], body)
    assert (seen.status, seen.headers["scangate-reason"]) == (503, "no_verdict_undecodable")
    assert world.origin.log.requests == []
    world.origin.replies["/"] = Reply(200, [(b"content-encoding", coding.encode())], body)
    assert curl(via, "GET", world.plain_url()).status == 502


def test_an_endless_stream_is_cut_and_says_so(start, world):
    headers = [(b"content-type", b"text/event-stream")]
    world.origin.replies["/events"] = Reply(200, headers, b"data: tick\n\n", endless=True)
    proxy = start("scangate_buffer_s=1", "scangate_stream_bytes=0")
    seen = curl(proxy.via, "GET", world.plain_url("/events"))
    assert seen.status == 502
    assert b"tick" not in seen.body
    assert "did not end in time" in proxy.output()
