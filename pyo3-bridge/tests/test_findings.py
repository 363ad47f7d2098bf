"""What comes back when something was found. Secrets are made up here, at run time."""

import gzip
import json
import secrets
import string
from typing import Any

import pytest

from scangate import ScanError, Scanner


def cloud_key() -> str:
    return "AK" + "IA" + "".join(secrets.choice(string.ascii_uppercase + "234567") for _ in range(16))


def arguments(host: str, body: bytes, *headers: tuple[bytes, bytes]) -> dict[str, Any]:
    return {
        "method": b"POST",
        "url": f"https://{host}/v1/messages".encode(),
        "version": "HTTP/1.1",
        "headers": [(b"Host", host.encode()), (b"Content-Type", b"application/json"), *headers],
        "body": body,
        "connect": (host, 443, host, None),
    }


def test_a_leaked_key_is_blocked_and_named_by_its_rule_alone(scanner: Scanner) -> None:
    key = cloud_key()
    answer = scanner.scan_request(**arguments("example.com", json.dumps({"note": f"use {key} here"}).encode()))
    assert (answer.verdict, answer.reason_code, answer.finding_count) == ("block", "secret_outbound", 1)
    assert answer.rule_ids() == [answer.report()["findings"][0]["rule"]]  # type: ignore[index]
    assert answer.edited is None
    assert key not in repr(answer) + json.dumps(answer.report())


def test_a_mapping_gets_the_same_answer(scanner: Scanner) -> None:
    body = json.dumps({"note": f"use {cloud_key()} here"}).encode()
    typed: dict[str, Any] = scanner.scan_request(**arguments("example.com", body)).report()
    fields: dict[str, Any] = {
        "type": "http.request",
        "method": "POST",
        "url": "https://example.com/v1/messages",
        "version": "HTTP/1.1",
        "headers": [("Host", "example.com"), (b"Content-Type", b"application/json")],
        "connect": {"host": "example.com", "port": 443, "sni": "example.com"},
    }
    for form in (body, {"text": body.decode()}):
        mapped = scanner.scan({**fields, "body": form})
        assert mapped.pop("scan_id") != typed["scan_id"]
        assert {**mapped, "duration_us": 0} == {**{k: v for k, v in typed.items() if k != "scan_id"}, "duration_us": 0}


def test_a_redacted_message_is_handed_back_ready_to_send(scanner: Scanner) -> None:
    key = cloud_key()
    plain = json.dumps({"messages": [{"role": "user", "content": f"why does {key} not work?"}]}).encode()
    sent = gzip.compress(plain)
    headers = ((b"Content-Encoding", b"gzip"), (b"Content-Length", str(len(sent)).encode()), (b"X-Other", b"kept"))
    answer = scanner.scan_request(**arguments("api.anthropic.com", sent, *headers))
    assert (answer.verdict, answer.reason_code) == ("redact", "secret_outbound")
    edited = answer.edited
    assert edited is not None
    assert (edited.url, edited.trailers, edited.reason) == (None, None, None)
    assert edited.body is not None
    assert key.encode() not in edited.body
    assert json.loads(edited.body)["messages"][0]["role"] == "user"
    assert edited.headers == [
        (b"Host", b"api.anthropic.com"),
        (b"Content-Type", b"application/json"),
        (b"Content-Length", str(len(edited.body)).encode()),
        (b"X-Other", b"kept"),
    ]
    again = scanner.scan_request(**{**arguments("api.anthropic.com", edited.body), "headers": edited.headers})
    assert again.verdict == "allow"


def test_a_body_that_is_not_what_it_says_gets_no_verdict(scanner: Scanner) -> None:
    with pytest.raises(ScanError) as refused:
        scanner.scan_request(**arguments("example.com", b"no gzip", (b"Content-Encoding", b"gzip")))
    assert (refused.value.code, refused.value.retryable) == ("undecodable", False)


def test_a_scan_past_its_deadline_gets_no_verdict(scanner: Scanner) -> None:
    body = b'{"note": "ordinary text"}\n' * 100_000
    with pytest.raises(ScanError) as refused:
        scanner.scan_request(**arguments("example.com", body), deadline_ms=0)
    assert (refused.value.code, refused.value.retryable) == ("deadline", True)
