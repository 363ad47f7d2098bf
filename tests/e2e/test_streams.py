"""Streams flow: events arrive when they are sent, and what is cut does not look whole."""

import gzip
import itertools
import json
import statistics
import subprocess
import time
import zlib
from pathlib import Path

import httpx
import pytest

from clients import HERE, wait_until
from flowing import Flowing, Pieces, delta, read, said
from origin import Reply
from processes import free_port
from tokens import aws_key_id, github_token

BLOCKS = """
[egress]
private = ["127.0.0.1", "localhost"]
[actions.inbound]
secret = "block"
"""
CUTS = """
[egress]
private = ["127.0.0.1", "localhost"]
[actions.inbound]
secret = "redact"
"""
EVENTS = "text/event-stream"


@pytest.fixture(scope="module")
def blocking(start):
    return start(policy=BLOCKS)


@pytest.fixture(scope="module")
def cutting(start):
    return start(policy=CUTS)


def words(*texts: str) -> list[bytes]:
    return [delta(text) for text in texts]


def test_events_arrive_when_they_are_sent(flowing, via):
    flowing.answers["/words"] = Pieces(EVENTS, words(*(f" word{i}" for i in range(12))), every_s=0.1)
    got = read(via, flowing.url("/words"))
    assert (got.status, got.is_whole) == (200, True)
    assert said(got.body) == "".join(f" word{i}" for i in range(12))
    # Held, they would come together.
    assert got.times[-1] - got.times[0] > 0.6


def test_the_median_event_is_hardly_delayed(flowing, via):
    sent = Pieces(EVENTS, [b"data: %d\n\n" % at for at in range(60)], every_s=0.02)
    flowing.answers["/fast"] = sent
    straight = gaps(read_times(flowing, None))
    through = gaps(read_times(flowing, via))
    # Each event's own time against its place in the stream; the proxy's own cost is in it.
    assert statistics.median(through) - statistics.median(straight) < 0.02


def read_times(flowing: Flowing, via) -> list[float]:
    from clients import Via

    direct = Via(flowing.url("").rstrip("/"), HERE)
    return read(via or direct, flowing.url("/fast") if via else "/fast").times


def gaps(times: list[float]) -> list[float]:
    return [later - earlier for earlier, later in itertools.pairwise(times)]


def test_an_endless_stream_flows_on(flowing, start):
    proxy = start("scangate_buffer_s=1")
    flowing.answers["/endless"] = Pieces(EVENTS, [b"data: tick\n\n"], endless=True)
    began = time.monotonic()
    got = read(proxy.via, flowing.url("/endless"), enough=lambda body: body.count(b"tick") > 50)
    assert got.status == 200
    assert time.monotonic() - began > 1.5
    wait_until(flowing.hung_up.is_set)


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_compressed_events_flow_as_they_are(coding, flowing, via):
    packer = zlib.compressobj(wbits=31 if coding == "gzip" else 15)
    pieces = [packer.compress(piece) + packer.flush(zlib.Z_SYNC_FLUSH) for piece in words("one", " two", " three")]
    pieces.append(packer.flush())
    flowing.answers["/packed"] = Pieces(EVENTS, pieces, every_s=0.2, coding=coding)
    got = read(via, flowing.url("/packed"))
    assert got.body == b"".join(pieces)
    assert got.times[-1] - got.times[0] > 0.3


def test_a_secret_in_events_is_flagged_and_arrives(flowing, start):
    proxy = start()
    key = aws_key_id()
    flowing.answers["/flag"] = Pieces(EVENTS, words("the key", f" {key}", " is it"))
    assert key in said(read(proxy.via, flowing.url("/flag")).body)
    wait_until(lambda: "aws.access-key-id" in proxy.output())


@pytest.mark.parametrize("coding", [None, "gzip"])
@pytest.mark.parametrize("cut_at", [4, 11, 20])
def test_a_secret_over_two_events_does_not_arrive(coding, cut_at, flowing, blocking):
    key = aws_key_id()
    pieces = words("The", " key is ", key[:cut_at], key[cut_at:], " so", " there")
    if coding:
        packer = zlib.compressobj(wbits=31)
        pieces = [packer.compress(piece) + packer.flush(zlib.Z_SYNC_FLUSH) for piece in pieces] + [packer.flush()]
    flowing.answers["/split"] = Pieces(EVENTS, pieces, coding=coding)
    got = read(blocking.via, flowing.url("/split"))
    assert "content-encoding" not in got.headers
    assert not got.is_whole
    assert said(got.body) == "The key is "
    last = got.body.rstrip().rsplit(b"\n\n", 1)[1].split(b"\n")
    assert last[0] == b"event: error"
    error = json.loads(last[1].removeprefix(b"data: "))["error"]
    assert error["code"] == "secret_inbound"
    assert key[:cut_at].encode() not in got.body


def test_a_secret_over_events_is_cut_out(flowing, cutting):
    key = github_token()
    flowing.answers["/cut"] = Pieces(EVENTS, words("It is ", *(key[at : at + 3] for at in range(0, 40, 3)), " ok", "."))
    got = read(cutting.via, flowing.url("/cut"))
    assert got.is_whole
    assert said(got.body).startswith("It is [redacted:github.")
    assert said(got.body).endswith(" ok.")
    assert key[10:20] not in said(got.body)


@pytest.mark.parametrize("closes", [False, True], ids=["chunked", "until it closes"])
def test_lines_of_json_that_are_cut_do_not_look_whole(closes, flowing, blocking):
    key = aws_key_id()
    lines = [b'{"n": 1}\n', b'{"n": 2}\n', f'{{"key": "{key}"}}\n'.encode(), b'{"n": 3}\n']
    flowing.answers["/lines"] = Pieces("application/x-ndjson", lines, closes=closes)
    got = read(blocking.via, flowing.url("/lines"))
    assert not got.is_whole
    rows = [json.loads(line) for line in got.body.splitlines()]
    assert rows[:2] == [{"n": 1}, {"n": 2}]
    assert rows[2]["code"] == "secret_inbound"
    assert key.encode() not in got.body
    flags = subprocess.run(
        ["curl", "-sN", "-x", blocking.via.proxy, flowing.url("/lines")], capture_output=True, timeout=20, check=False
    )
    assert flags.returncode == 18  # a transfer that ended early


@pytest.mark.parametrize("version", ["--http1.1", "--http2"])
def test_over_tls_a_cut_does_not_look_whole_either(version, blocking, world):
    key = aws_key_id()
    events = b"".join(words("The", " key is ", key[:7], key[7:], " so"))
    world.origin.replies["/events"] = Reply(200, [(b"content-type", EVENTS.encode())], events)
    command = ["curl", "-sN", version, "-x", blocking.via.proxy, "--cacert", str(blocking.via.ca), world.url("/events")]
    done = subprocess.run(command, capture_output=True, timeout=20, check=False)
    assert done.returncode != 0
    assert b"event: error" in done.stdout
    assert said(done.stdout) == "The key is "
    assert key[:7].encode() not in done.stdout


def test_a_broken_coding_ends_the_stream(flowing, blocking):
    pieces = [gzip.compress(delta("fine"))[:-4], b"this is no gzip"]
    flowing.answers["/broken"] = Pieces(EVENTS, pieces, coding="gzip")
    got = read(blocking.via, flowing.url("/broken"))
    assert not got.is_whole
    assert b"no_verdict_undecodable" in got.body


def test_httpx_and_node_read_events_as_they_come(flowing, via):
    flowing.answers["/words"] = Pieces(EVENTS, words(*"abcdefgh"), every_s=0.1)
    times = []
    with (
        httpx.Client(proxy=via.proxy, trust_env=False, timeout=20) as client,
        client.stream("GET", flowing.url("/words")) as got,
    ):
        began = time.monotonic()
        times.extend(time.monotonic() - began for _ in got.iter_lines())
    assert times[-1] - times[0] > 0.3
    call = {"proxy": via.proxy, "ca": via.ca.read_text(), "url": flowing.url("/words")}
    done = subprocess.run(
        ["node", str(HERE / "stream.mjs")],
        input=json.dumps(call),
        capture_output=True,
        text=True,
        timeout=20,
        check=True,
    )
    seen = json.loads(done.stdout)
    assert said(seen["body"].encode().decode().encode()) == "abcdefgh"
    assert seen["times"][0] + 400 < seen["times"][-1]


@pytest.mark.parametrize("length", [128 << 20, pytest.param(1 << 30, marks=pytest.mark.full)])
def test_a_long_download_passes_in_bounded_memory(length, flowing, start):
    proxy = start()
    assert downloaded(proxy, flowing, 16 << 20) == 16 << 20
    before = peak_kib(proxy.pid)
    assert downloaded(proxy, flowing, length) == length
    assert peak_kib(proxy.pid) - before < 32 << 10


def downloaded(proxy, flowing: Flowing, length: int) -> int:
    command = ["curl", "-sS", "-x", proxy.via.proxy, "-o", "/dev/null", "-w", "%{size_download}", "-m", "300"]
    done = subprocess.run([*command, flowing.url(f"/big/{length}")], capture_output=True, text=True, check=True)
    return int(done.stdout)


def peak_kib(pid: int) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))


def test_streaming_can_be_switched_off(flowing, start):
    proxy = start("scangate_stream_bytes=0")
    flowing.answers["/words"] = Pieces(EVENTS, words(*"abcdef"), every_s=0.1)
    got = read(proxy.via, flowing.url("/words"))
    assert got.times[0] > 0.5
    assert said(got.body) == "abcdef"


def test_with_a_service_events_come_once_all_of_them_were_scanned(flowing, start, service):
    """mitmproxy does not wait for a chunk, so that a service gets whole bodies, and endless ones do not arrive."""
    port = free_port()
    service(f"127.0.0.1:{port}", BLOCKS)
    proxy = start(f"scangate_backend=http://127.0.0.1:{port}", "scangate_buffer_s=3", policy=None)
    flowing.answers["/words"] = Pieces(EVENTS, words(*"abcdef"), every_s=0.1)
    wait_until(lambda: read(proxy.via, flowing.url("/words")).status == 200)
    got = read(proxy.via, flowing.url("/words"))
    assert (got.times[0] > 0.5, said(got.body)) == (True, "abcdef")
    flowing.answers["/key"] = Pieces(EVENTS, words("The key is ", aws_key_id(), " so"))
    assert read(proxy.via, flowing.url("/key")).status == 403
    flowing.answers["/endless"] = Pieces(EVENTS, [b"data: tick\n\n"], endless=True)
    got = read(proxy.via, flowing.url("/endless"))
    assert (got.status, b"tick" in got.body, got.headers["scangate-reason"]) == (502, False, "no_verdict_unavailable")
