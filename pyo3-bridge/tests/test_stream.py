"""A body scanned chunk by chunk: what may go on comes back, and nothing else."""

import base64
import gzip
import secrets
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from scangate import ScanError, Scanner

CUT = '[actions.inbound]\nsecret = "redact"\n'
BLOCK = '[actions.inbound]\nsecret = "block"\n'


def aws_key_id() -> str:
    return "AK" + "IA" + base64.b32encode(secrets.token_bytes(10)).decode()


def response(**headers: str) -> dict[str, object]:
    pairs = [[name.replace("_", "-"), value] for name, value in headers.items()]
    request = {"method": "GET", "url": "https://source.example/"}
    return {"type": "http.response", "status": 200, "request": request, "headers": pairs}


def test_what_is_only_flagged_comes_back_at_once_and_uncopied(scanner: Scanner) -> None:
    stream = scanner.stream(response(content_type="text/plain"))
    chunk = f"the key is {aws_key_id()} and".encode()
    assert stream.push(chunk) is chunk
    assert stream.finish() == b""
    assert (stream.holds, stream.rewrites, stream.verdict) == (False, False, "allow")
    assert (stream.finding_count, stream.rule_ids()) == (1, ["aws.access-key-id"])
    assert stream.findings[0]["start"] == 11
    assert stream.report()["reason_code"] == stream.reason_code == "secret_inbound"


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_a_secret_is_cut_out_across_chunks(size: int) -> None:
    stream = Scanner.from_policy_text(CUT).stream(response(content_type="text/plain"))
    body = f"the key is {aws_key_id()} and more".encode()
    out = b"".join(stream.push(body[at : at + size]) for at in range(0, len(body), size)) + stream.finish()
    assert out == b"the key is [redacted:aws.access-key-id] and more"
    assert (stream.rewrites, stream.holds, stream.verdict) == (True, True, "redact")


def test_nothing_comes_back_after_a_block() -> None:
    stream = Scanner.from_policy_text(BLOCK).stream(response(content_type="text/plain"))
    assert stream.push(b"before it ") == b"before it "
    assert stream.push(f"{aws_key_id()} and".encode()) == b""
    assert (stream.verdict, stream.push(b"after"), stream.finish()) == ("block", b"", b"")


def test_a_coding_is_undone_where_something_may_be_cut_out() -> None:
    stream = Scanner.from_policy_text(CUT).stream(response(content_type="text/plain", content_encoding="gzip"))
    raw = gzip.compress(b"plain text in a coat")
    assert stream.push(raw[:12]) + stream.push(raw[12:]) + stream.finish() == b"plain text in a coat"


def test_a_broken_coding_is_no_verdict_for_good(scanner: Scanner) -> None:
    stream = scanner.stream(response(content_encoding="gzip"))
    for call in (lambda: stream.push(b"no gzip at all"), lambda: stream.push(b""), stream.finish):
        with pytest.raises(ScanError) as raised:
            call()
        assert raised.value.code == "undecodable"


def test_the_head_has_a_verdict_of_its_own(scanner: Scanner) -> None:
    key = aws_key_id().encode()
    stream = scanner.stream_request(
        method=b"POST", url=b"https://sink.example/?k=" + key, version="HTTP/1.1", headers=[(b"x-one", b"1")]
    )
    assert (stream.head.verdict, stream.verdict) == ("block", "allow")
    stream = scanner.stream_response(
        status=200, reason=b"OK", request_method=b"GET", request_url=b"https://x.example/", version=None, headers=[]
    )
    assert stream.head.verdict == "allow"


@pytest.mark.parametrize(
    "message",
    [
        {**response(), "body": {"text": "a body"}},
        {**response(), "body": b"a body"},
        {"type": "text", "text": "no head"},
        {"type": "connect", "host": "a.example", "port": 443},
    ],
)
def test_only_a_head_begins_a_stream(scanner: Scanner, message: dict[str, object]) -> None:
    with pytest.raises(ScanError) as raised:
        scanner.stream(message)
    assert raised.value.code == "invalid_value"


def test_a_coding_that_cannot_flow_is_told_at_once(scanner: Scanner) -> None:
    with pytest.raises(ScanError) as raised:
        scanner.stream(response(content_encoding="aws-chunked"))
    assert raised.value.code == "undecodable"


def test_threads_have_streams_of_their_own_and_may_share_one() -> None:
    scanner = Scanner.from_policy_text(CUT)
    body = f"word {aws_key_id()} word ".encode() * 2000

    def whole(_: int) -> bytes:
        stream = scanner.stream(response(content_type="text/plain"))
        return b"".join(stream.push(body[at : at + 3000]) for at in range(0, len(body), 3000)) + stream.finish()

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(whole, range(8))) == {b"word [redacted:aws.access-key-id] word " * 2000}
    shared, sizes, lock = scanner.stream(response()), [0], threading.Lock()

    def some(_: int) -> None:
        released = len(shared.push(b"ordinary words and more of them \n" * 300))
        with lock:
            sizes[0] += released

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(some, range(40)))
    assert sizes[0] + len(shared.finish()) == 33 * 300 * 40
