"""The wheel gives the answers that the library gives, and repeats nothing of what was scanned."""

import base64
import functools
import json
from collections.abc import Callable
from typing import Any, get_args

import pytest
from cases import ROOT, Case

import scangate
from scangate import Answer, ScanError, Scanner

Scan = Callable[[], Any]


def test_the_wheel_says_what_the_library_says(case: Case) -> None:
    for message in case.earlier():
        outcome(case, functools.partial(scanner(case.policy).scan, message))
    said = outcome(case, lambda: scanner(case.policy).scan(case.message()))
    if not isinstance(said, ScanError):
        assert plain(said) == case.library["report"]
        return
    assert said.code == case.expect["problem"]
    problem = case.library["problem"]
    # The engine has no word for a form that serde refuses.
    assert problem["code"] is None or (problem["code"], problem["detail"]) == (said.code, str(said))


def test_typed_calls_say_what_the_library_says(typed_case: Case) -> None:
    for message in typed_case.earlier():
        typed(scanner(typed_case.policy), message)
    answer = outcome(typed_case, lambda: typed(scanner(typed_case.policy), typed_case.message()))
    expected = typed_case.expect["report"]
    assert (answer.verdict, answer.reason_code) == (expected["verdict"], expected["reason_code"])
    assert answer.rule_ids() == expected["rules"]
    # Typed calls take no id.
    assert plain(answer.report()) == {**typed_case.library["report"], "id": None}


def test_nothing_is_left_in_an_edited_message(redacted_case: Case) -> None:
    edited = typed(scanner(redacted_case.policy), redacted_case.message()).edited
    assert edited is not None
    fields = [*(edited.headers or []), *(edited.trailers or [])]
    parts = [edited.url or b"", edited.reason or b"", edited.body or b"", *(text for field in fields for text in field)]
    repeats = redacted_case.repeats(b"\n".join(parts).decode("latin-1"))
    assert not repeats, "something is left of what was found"


def test_the_codes_of_the_wheel_are_those_of_the_engine_and_the_service(corpus_codes: set[str]) -> None:
    wheel = set(get_args(scangate.Code))
    assert wheel == set(scangate._scangate.names()["code"])
    # The deadline is the one code that no message can bring about by itself.
    assert wheel == corpus_codes | {"deadline"}
    document = json.loads((ROOT / "openapi" / "openapi.json").read_text())
    only_http = {
        "unsupported_media_type",
        "unauthorized",
        "overloaded",
        "not_ready",
        "not_found",
        "method_not_allowed",
        "internal",
    }
    assert words(document["components"]["schemas"]["Code"]) == wheel | only_http


def test_a_deadline_that_passed_has_its_code() -> None:
    with pytest.raises(ScanError) as refused:
        Scanner().scan({"type": "text", "text": "hello " * 100_000}, deadline_ms=0)
    assert (refused.value.code, refused.value.retryable) == ("deadline", True)


def words(schema: dict[str, Any]) -> set[str]:
    """The words of an enum in the OpenAPI document, each with or without a description of its own."""
    described = (word for option in schema.get("oneOf", []) for word in words(option))
    return {*schema.get("enum", []), *described}


@functools.cache
def scanner(policy: str) -> Scanner:
    """A scanner for this policy, made when it is first asked for."""
    return Scanner.from_policy_text(policy)


def outcome(case: Case, scan: Scan) -> Any:
    """What `scan` returns, or the `ScanError` it raises; checked to repeat nothing."""
    try:
        said = scan()
        text = json.dumps(said.report() if isinstance(said, Answer) else said)
    except ScanError as error:
        said, text = error, f"{error} {error!r}"
    # Told apart from the text, which pytest would print.
    repeats = case.repeats(text) or case.repeats(repr(said))
    assert not repeats, "the answer repeats what was scanned"
    return said


def plain(report: dict[str, Any]) -> dict[str, Any]:
    """The report without what differs in every scan; of fingerprints is kept which are equal."""
    seen: dict[str, int] = {}
    findings = [
        {**finding, "fingerprint": seen.setdefault(finding["fingerprint"], len(seen))} for finding in report["findings"]
    ]
    rest = {key: value for key, value in report.items() if key not in ("scan_id", "duration_us")}
    return {**rest, "findings": findings}


def typed(scanner: Scanner, message: dict[str, Any]) -> Answer:
    """The typed call for a message of this type, every byte of it handed over as bytes."""
    around: dict[str, Any] = {key: message.get(key) for key in ("session", "flow")}
    if message["type"] == "connect":
        around |= {key: message.get(key) for key in ("sni", "peer")}
        return scanner.scan_connect(host=message["host"], port=message["port"], **around)
    if connect := message.get("connect"):
        around["connect"] = tuple(connect.get(key) for key in ("host", "port", "sni", "peer"))
    if message["type"] == "websocket.message":
        return scanner.scan_websocket(
            url=octets(message["url"]),
            from_client=message["from_client"],
            text=message["opcode"] == "text",
            body=body(message) or b"",
            **around,
        )
    around |= {"version": message.get("version"), "body": body(message)}
    around |= {key: pairs(message.get(key)) for key in ("headers", "trailers")}
    if message["type"] == "http.request":
        return scanner.scan_request(method=octets(message["method"]), url=octets(message["url"]), **around)
    return scanner.scan_response(
        status=message["status"],
        reason=None if message.get("reason") is None else octets(message["reason"]),
        request_method=octets(message["request"]["method"]),
        request_url=octets(message["request"]["url"]),
        **around,
    )


def body(message: dict[str, Any]) -> bytes | None:
    """The bytes of a body; None where there is none."""
    given = message.get("body")
    return None if given is None else octets(given.get("text", given))


def pairs(fields: list[list[Any]] | None) -> list[tuple[bytes, bytes]]:
    """Headers or trailers as bytes."""
    return [(octets(name), octets(value)) for name, value in fields or []]


def octets(value: Any) -> bytes:
    """The bytes of a string, or of `{"base64": …}`."""
    return value.encode() if isinstance(value, str) else base64.b64decode(value["base64"], validate=True)
