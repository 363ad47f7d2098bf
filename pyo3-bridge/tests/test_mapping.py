"""`Scanner.scan`: messages in the form of `POST /scan`."""

from types import MappingProxyType
from typing import Any

import pytest

from scangate import ScanError, Scanner

REQUEST: dict[str, object] = {"type": "http.request", "method": "GET", "url": "https://example.com/"}
RESPONSE: dict[str, object] = {
    "type": "http.response",
    "status": 200,
    "request": {"method": "GET", "url": "https://example.com/"},
}
WEBSOCKET: dict[str, object] = {
    "type": "websocket.message",
    "url": "wss://example.com/",
    "from_client": True,
    "opcode": "text",
    "body": {"text": "hello"},
}
CONNECT: dict[str, object] = {"type": "connect", "host": "example.com", "port": 443, "sni": None}
TEXT: dict[str, object] = {"type": "text", "text": "hello", "direction": "inbound"}

NOT_UTF8 = b"\xff\xfe\x00ordinary"


@pytest.mark.parametrize("message", [REQUEST, RESPONSE, WEBSOCKET, CONNECT, TEXT], ids=lambda m: str(m["type"]))
def test_every_type_of_message_gets_an_answer(scanner: Scanner, message: dict[str, object]) -> None:
    answer = scanner.scan(message)
    assert answer["verdict"] == "allow"
    assert answer["findings"] == []
    assert answer["policy_hash"] == scanner.policy_hash


def test_an_answer_has_the_fields_of_the_contract_in_their_order(scanner: Scanner) -> None:
    assert list(scanner.scan(REQUEST)) == [
        "scan_id",
        "id",
        "verdict",
        "reason_code",
        "findings",
        "edits",
        "coverage",
        "ruleset",
        "policy_hash",
        "duration_us",
    ]


def test_the_id_is_echoed(scanner: Scanner) -> None:
    assert scanner.scan({**REQUEST, "id": "m-1"})["id"] == "m-1"
    assert scanner.scan(REQUEST)["id"] is None


def test_any_mapping_will_do(scanner: Scanner) -> None:
    request = MappingProxyType({"method": "GET", "url": "https://example.com/"})
    assert scanner.scan(MappingProxyType({**RESPONSE, "request": request}))["verdict"] == "allow"


@pytest.mark.parametrize(
    "part",
    [
        {"body": b""},
        {"body": b"plain"},
        {"body": NOT_UTF8},
        {"body": {"text": "plain"}},
        {"body": {"base64": "cGxhaW4="}},
        {"body": None},
        {"headers": [("accept", "*/*"), (b"x-raw", NOT_UTF8), ["x-list", {"base64": "cGxhaW4="}]]},
        {"headers": ((b"accept", b"*/*"),), "trailers": []},
        {"method": b"GET", "url": b"https://example.com/\xff"},
        {"connect": {"host": "example.com", "port": 443, "sni": None, "peer": "192.0.2.1:443"}},
    ],
    ids=str,
)
def test_parts_may_be_text_or_bytes(scanner: Scanner, part: dict[str, object]) -> None:
    assert scanner.scan({**REQUEST, **part})["verdict"] == "allow"


CANARY = "do-not-" + "repeat-me"
NUMBERED: dict[Any, Any] = {**REQUEST, 7: CANARY}


@pytest.mark.parametrize(
    ("message", "code", "place"),
    [
        ([REQUEST], "malformed", "a message is a mapping"),
        ("text", "malformed", "a message is a mapping"),
        ({**REQUEST, CANARY: 1}, "unknown_field", "known are type, id"),
        ({**REQUEST, "status": 200}, "unknown_field", "status"),
        ({**CONNECT, "body": b""}, "unknown_field", "body"),
        ({**TEXT, "body": b""}, "unknown_field", "body"),
        ({"type": "http.request", "method": "GET"}, "unknown_field", "url"),
        ({"method": "GET"}, "unknown_field", "type"),
        ({**RESPONSE, "request": {"method": "GET"}}, "unknown_field", "request: the field"),
        ({**RESPONSE, "request": {"method": "GET", "url": "/", CANARY: 1}}, "unknown_field", "request: unknown"),
        ({**REQUEST, "type": CANARY}, "invalid_value", "type: expected one of http.request"),
        ({**REQUEST, "connect": {"port": CANARY}}, "invalid_value", "connect.port: expected u16, not str"),
        ({**REQUEST, "connect": {"port": 65536}}, "invalid_value", "connect.port"),
        ({**REQUEST, "connect": {"port": 1 << 80}}, "invalid_value", "connect.port"),
        ({**RESPONSE, "status": True}, "invalid_value", "status: expected u16, not bool"),
        ({**RESPONSE, "status": 1.5}, "invalid_value", "status"),
        ({**REQUEST, "body": CANARY}, "invalid_value", "body: expected one of text, base64, omitted"),
        ({**REQUEST, "body": {}}, "invalid_value", "body"),
        ({**REQUEST, "body": {"text": CANARY, "base64": ""}}, "invalid_value", "body"),
        ({**REQUEST, "body": {CANARY: ""}}, "invalid_value", "body"),
        ({**REQUEST, "body": {"base64": CANARY + "!"}}, "invalid_value", "body"),
        ({**REQUEST, "body": {"text": "\udc80"}}, "invalid_value", "body.text: the string is not valid Unicode"),
        ({**REQUEST, "headers": CANARY}, "invalid_value", "headers"),
        ({**REQUEST, "headers": {CANARY: "v"}}, "invalid_value", "headers: expected a sequence, not a mapping"),
        ({**REQUEST, "headers": [(CANARY,)]}, "invalid_value", "headers[0]"),
        ({**REQUEST, "headers": [("a", "b"), (CANARY, "v", "w")]}, "invalid_value", "headers[1]"),
        ({**REQUEST, "headers": [("a", 7)]}, "invalid_value", "headers[0][1]: expected"),
        ({**REQUEST, "headers": [("a", {CANARY: ""})]}, "invalid_value", "headers[0][1]: only the key `base64`"),
        ({**REQUEST, "method": object()}, "invalid_value", "method"),
        (NUMBERED, "invalid_value", "keys are strings"),
        ({**REQUEST, "body": {"omitted": 1 << 40}}, "over_limit", "body"),
    ],
)
def test_what_is_wrong_has_a_code_and_a_place_and_repeats_nothing(
    scanner: Scanner, message: Any, code: str, place: str
) -> None:
    with pytest.raises(ScanError) as refused:
        scanner.scan(message)
    assert refused.value.code == code
    assert refused.value.retryable is False
    assert place in str(refused.value)
    assert CANARY not in str(refused.value)
    assert CANARY not in repr(refused.value)


def test_a_message_that_holds_itself_is_refused(scanner: Scanner) -> None:
    headers: list[object] = []
    headers.append(headers)
    with pytest.raises(ScanError) as refused:
        scanner.scan({**REQUEST, "headers": headers})
    assert refused.value.code == "invalid_value"
