"""A service's answer is believed only when it is complete, consistent and to the message that was sent."""

import json

import pytest

from scangate_addon.answer import Edit, read_answer, read_policy
from scangate_addon.http_client import Reply
from scangate_addon.judgement import NoVerdict
from scangate_addon.message import Connect, Request
from scangate_addon.policy import parse_policy

GOOD = {
    "scan_id": "01J",
    "id": "scan-1",
    "verdict": "allow",
    "reason_code": None,
    "findings": [],
    "edits": [],
    "coverage": {"complete": True, "scanned_bytes": 1, "skipped": []},
}
EDIT = {"part": "body", "start": 1, "end": 3, "replacement": "x"}
FINDING = {"rule": "a.b", "part": "body", "start": 1}
MESSAGE = Request(b"GET", b"https://a.example/b", "HTTP/1.1", (), b"", (), Connect("a.example", 443), "f")
REDACT = {"verdict": "redact", "reason_code": "pii_outbound", "findings": [FINDING], "edits": [EDIT]}
BLOCK = {"verdict": "block", "reason_code": "secret_outbound", "findings": [FINDING, FINDING], "edits": None}
BLOCKS = dict.fromkeys(["unavailable", "error", "over_limit", "undecodable", "incomplete", "unredactable"], "block")
FAILURE = {"outbound": BLOCKS, "inbound": {**BLOCKS, "error": "flag"}, "model_api": BLOCKS}
POLICY = {"limits": {"body_bytes": 10}, "egress": {"passthrough": ["a.example"]}, "failure": FAILURE}


def reply(status=200, body=None, **headers):
    document = {**GOOD, **(body or {})}
    named = {"content-type": "application/json", "scan-verdict": str(document["verdict"]), **headers}
    return Reply(
        status, {name.replace("_", "-"): value for name, value in named.items()}, json.dumps(document).encode()
    )


@pytest.mark.parametrize("body", [{}, REDACT, BLOCK], ids=["allow", "redact", "block"])
def test_a_whole_answer_is_believed(body):
    judgement, edits = read_answer(reply(body=body), "scan-1", MESSAGE)
    assert judgement.verdict == {**GOOD, **body}["verdict"]
    assert judgement.rules == (("a.b",) if body else ())
    assert edits == ((Edit("body", 0, 1, 3, b"x"),) if body is REDACT else ())


@pytest.mark.parametrize(
    ("part", "start", "rule", "is_in_name"),
    [
        ("body", 0, "a.b", False),
        ("method", 0, "a.b", True),
        ("connect", 0, "a.b", True),
        ("connect", 0, "host.not-allowed", False),
        ("url", 8, "a.b", True),
        ("url", 18, "a.b", False),
    ],
)
def test_what_is_found_in_a_name_is_told_from_what_is_not(part, start, rule, is_in_name):
    finding = {"rule": rule, "part": part, "start": start}
    judgement, _ = read_answer(reply(body={**BLOCK, "findings": [finding]}), "scan-1", MESSAGE)
    assert judgement.is_in_name == is_in_name


LIES = {
    "to another message": reply(body={"id": "scan-2"}),
    "to no message": reply(body={"id": None}),
    "an unknown verdict": reply(body={"verdict": "maybe"}),
    "no verdict": reply(body={"verdict": None}),
    "a verdict of another type": reply(body={"verdict": ["allow"]}),
    "header says otherwise": reply(scan_verdict="block"),
    "no header": Reply(200, {"content-type": "application/json"}, json.dumps(GOOD).encode()),
    "no scan_id": reply(body={"scan_id": ""}),
    "no findings": reply(body={"findings": None}),
    "findings without rules": reply(body={"findings": [{}]}),
    "a finding without a place": reply(body={"findings": [{"rule": "a.b", "part": "url", "start": "1"}]}),
    "no coverage": reply(body={"coverage": None}),
    "reason of another type": reply(body={"reason_code": 1}),
    "a block without a reason": reply(body={**BLOCK, "reason_code": None}),
    "a redaction without edits": reply(body={**REDACT, "edits": []}),
    "a redaction with null edits": reply(body={**REDACT, "edits": None}),
    "an edit without a part": reply(body={**REDACT, "edits": [{**EDIT, "part": None}]}),
    "an edit that runs backwards": reply(body={**REDACT, "edits": [{**EDIT, "start": 9}]}),
    "an edit before the start": reply(body={**REDACT, "edits": [{**EDIT, "start": -1}]}),
    "an edit at true": reply(body={**REDACT, "edits": [{**EDIT, "start": True}]}),
    "another status": reply(status=204),
    "a page": reply(content_type="text/html"),
    "nonsense": Reply(200, {"content-type": "application/json", "scan-verdict": "allow"}, b"allow"),
    "a list": Reply(200, {"content-type": "application/json", "scan-verdict": "allow"}, b"[]"),
    "nested without end": Reply(200, {"content-type": "application/json"}, b"[" * 100_000),
    "not UTF-8": Reply(200, {"content-type": "application/json"}, b'{"verdict": "\xff"}'),
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
def test_a_lie_is_no_verdict(lie):
    with pytest.raises(NoVerdict):
        read_answer(lie, "scan-1", MESSAGE)


@pytest.mark.parametrize(
    ("code", "failure"),
    [("over_limit", "over_limit"), ("undecodable", "undecodable"), ("deadline", "unavailable"), ("odd", "error")],
)
def test_a_problem_falls_under_its_line_of_the_policy(code, failure):
    problem = Reply(503, {"content-type": "application/problem+json"}, json.dumps({"code": code}).encode())
    with pytest.raises(NoVerdict) as caught:
        read_answer(problem, "scan-1", MESSAGE)
    assert caught.value.failure == failure


def test_what_a_service_says_is_not_quoted():
    problem = Reply(400, {"content-type": "application/problem+json"}, b'{"code": "it was hunter2!"}')
    with pytest.raises(NoVerdict) as caught:
        read_answer(problem, "scan-1", MESSAGE)
    assert "hunter2" not in str(caught.value)


def test_a_policy_is_read():
    policy = parse_policy(POLICY)
    assert (policy.body_bytes, policy.passthrough) == (10, ("a.example",))
    assert policy.lets_pass("error", "in")
    assert not policy.lets_pass("error", "out")
    assert not policy.lets_pass("unavailable", "in")


@pytest.mark.parametrize(
    "change",
    [{"limits": {}}, {"limits": {"body_bytes": True}}, {"egress": None}, {"egress": {"passthrough": "a"}},
     {"failure": {"outbound": BLOCKS}}, {"failure": None},
    {"failure": {**FAILURE, "inbound": {**BLOCKS, "error": "allow"}}}],
    ids=str,
)  # fmt: skip
def test_a_policy_with_a_hole_is_none(change):
    with pytest.raises(NoVerdict):
        parse_policy({**POLICY, **change})


def test_a_policy_that_is_a_problem_is_none():
    with pytest.raises(NoVerdict):
        read_policy(Reply(503, {"content-type": "application/problem+json"}, b'{"code": "overloaded"}'))
