"""The typed calls: what the addon uses."""

from typing import Any

import pytest

from scangate import Answer, ScanError, Scanner

REQUEST: dict[str, Any] = {
    "method": b"POST",
    "url": b"https://example.com/items",
    "version": "HTTP/2.0",
    "headers": ((b"content-type", b"text/plain"),),
    "body": b"hello",
}
RESPONSE: dict[str, Any] = {
    "status": 200,
    "reason": b"OK",
    "request_method": b"GET",
    "request_url": b"https://example.com/",
    "version": "HTTP/1.1",
    "headers": [],
    "body": None,
}
WEBSOCKET: dict[str, Any] = {"url": b"wss://example.com/", "from_client": False, "text": False, "body": b"\x00\xff"}
CONNECT: dict[str, Any] = {"host": "example.com", "port": 443}
CALLS = [
    ("scan_request", REQUEST),
    ("scan_response", RESPONSE),
    ("scan_websocket", WEBSOCKET),
    ("scan_connect", CONNECT),
]


def call(scanner: Scanner, name: str, arguments: dict[str, Any], **more: Any) -> Answer:
    answer = getattr(scanner, name)(**arguments, **more)
    assert isinstance(answer, Answer)
    return answer


@pytest.mark.parametrize(("name", "arguments"), CALLS)
def test_a_clean_message_is_allowed(scanner: Scanner, name: str, arguments: dict[str, Any]) -> None:
    answer = call(scanner, name, arguments)
    assert (answer.verdict, answer.reason_code, answer.finding_count) == ("allow", None, 0)
    assert answer.rule_ids() == []
    assert answer.edited is None
    assert answer.scan_id in repr(answer)


@pytest.mark.parametrize(("name", "arguments"), CALLS)
def test_the_report_is_what_scan_returns(scanner: Scanner, name: str, arguments: dict[str, Any]) -> None:
    answer = call(scanner, name, arguments)
    report = answer.report()
    assert (report["verdict"], report["scan_id"]) == (answer.verdict, answer.scan_id)
    assert list(report) == list(scanner.scan({"type": "text", "text": ""}))


def test_every_scan_has_its_own_id(scanner: Scanner) -> None:
    ids = {call(scanner, "scan_connect", CONNECT).scan_id for _ in range(100)}
    assert len(ids) == 100


@pytest.mark.parametrize(("name", "arguments"), CALLS)
def test_every_call_takes_session_flow_and_deadline(scanner: Scanner, name: str, arguments: dict[str, Any]) -> None:
    assert call(scanner, name, arguments, session="s", flow="f", deadline_ms=60_000).verdict == "allow"


@pytest.mark.parametrize(
    "connect", [None, ("example.com", 443, None, None), (None, None, "example.com", "192.0.2.1:443")]
)
def test_the_connection_may_be_partly_known(scanner: Scanner, connect: Any) -> None:
    assert call(scanner, "scan_request", REQUEST, connect=connect).verdict == "allow"


@pytest.mark.parametrize(
    "wrong",
    [
        {"url": "https://example.com/"},
        {"body": "text"},
        {"body": bytearray(b"may change while it is scanned")},
        {"headers": [("accept", "*/*")]},
        {"headers": [(b"accept",)]},
        {"headers": None},
        {"headers": b"accept"},
        {"version": b"HTTP/2"},
        {"connect": ("example.com", 443)},
        {"deadline_ms": 1.5},
        {"session": 7},
    ],
    ids=str,
)
def test_a_wrong_type_is_a_type_error(scanner: Scanner, wrong: dict[str, Any]) -> None:
    with pytest.raises((TypeError, ValueError)) as refused:
        scanner.scan_request(**{**REQUEST, **wrong})
    assert "accept" not in str(refused.value)


def test_arguments_are_named(scanner: Scanner) -> None:
    positional: Any = scanner.scan_connect
    with pytest.raises(TypeError):
        positional("example.com", 443)


@pytest.mark.parametrize(
    ("name", "arguments", "wrong"),
    [
        ("scan_connect", CONNECT, {"host": "\udcff"}),
        ("scan_connect", CONNECT, {"port": 65_536}),
        ("scan_connect", CONNECT, {"deadline_ms": -1}),
        ("scan_response", RESPONSE, {"status": -1}),
        ("scan_request", REQUEST, {"connect": (None, 65_536, None, None)}),
        ("scan_request", REQUEST, {"connect": (None, None, "\udcff", None)}),
        ("scan_request", REQUEST, {"session": "\udcff"}),
    ],
)
def test_an_impossible_value_is_no_verdict(
    scanner: Scanner, name: str, arguments: dict[str, Any], wrong: dict[str, Any]
) -> None:
    with pytest.raises(ScanError) as refused:
        call(scanner, name, {**arguments, **wrong})
    assert (refused.value.code, refused.value.retryable) == ("invalid_value", False)


def test_what_is_over_a_limit_gets_no_verdict(scanner: Scanner) -> None:
    with pytest.raises(ScanError) as refused:
        scanner.scan_request(**{**REQUEST, "headers": [(b"a", b"b")] * 10_000})
    assert (refused.value.code, refused.value.retryable) == ("over_limit", False)
    assert "headers" in str(refused.value)


def test_bodies_are_borrowed(scanner: Scanner) -> None:
    """64 MiB are admitted without 64 MiB more being allocated for them."""
    import resource

    body = bytes(64 << 20)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    scanner.scan_websocket(url=b"wss://example.com/", from_client=False, text=False, body=body)
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert after - before < 32 << 10
