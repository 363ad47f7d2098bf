"""Reads a service's answer, and believes only what is complete, consistent and for the message that was sent."""

import json
from dataclasses import dataclass
from typing import TypeAlias

from scangate_addon.http_client import Reply
from scangate_addon.judgement import VERDICTS, Judgement, NoVerdict, failure_of, is_in_name
from scangate_addon.message import Message

Json: TypeAlias = dict[str, object]


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace a byte range of a part."""

    part: str
    index: int
    start: int
    end: int
    replacement: bytes


def read_answer(reply: Reply, scan: str, message: Message) -> tuple[Judgement, tuple[Edit, ...]]:
    """Return the verdict in `reply` to the scan named `scan`, and the edits of a redaction.

    Raises:
        NoVerdict: a problem, a wrong scan, an unknown verdict, or anything else that is not as agreed.
    """
    document = _object(reply)
    if reply.status != 200:
        raise _problem(reply.status, document)
    verdict, scan_id, reason = document.get("verdict"), document.get("scan_id"), document.get("reason_code")
    _need(document.get("id") == scan, "the answer is not to the message that was sent")
    _need(isinstance(verdict, str) and verdict in VERDICTS, "the verdict is none of allow, redact, block")
    _need(reply.headers.get("scan-verdict") == verdict, "header and body differ about the verdict")
    _need(isinstance(scan_id, str) and scan_id != "", "there is no scan_id")
    _need(reason is None or isinstance(reason, str), "reason_code is not a string")
    _need(verdict == "allow" or bool(reason), "a verdict other than allow has no reason_code")
    _need(isinstance(document.get("coverage"), dict), "there is no coverage")
    rules, places = _findings(document.get("findings"))
    edits = _edits(document.get("edits")) if verdict == "redact" else ()
    _need(verdict != "redact" or bool(edits), "a redaction has no edits")
    in_name = is_in_name(message, places)
    # The checks above are what mypy cannot see.
    return Judgement(verdict, reason, scan_id, rules, is_in_name=in_name), edits  # type: ignore[arg-type]


def read_policy(reply: Reply) -> Json:
    """Return the policy's fields.

    Raises:
        NoVerdict: it is none.
    """
    document = _object(reply)
    if reply.status != 200:
        raise _problem(reply.status, document)
    return document


def _object(reply: Reply) -> Json:
    kind = reply.headers.get("content-type", "").split(";")[0]
    _need(kind in ("application/json", "application/problem+json"), "the answer is not JSON")
    try:
        document = json.loads(reply.body)
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        raise NoVerdict("error", "the answer is not a JSON object")
    return document


def _problem(status: int, document: Json) -> NoVerdict:
    code = document.get("code")
    name = code if isinstance(code, str) and code.replace("_", "").isalnum() else "unknown"
    return NoVerdict(failure_of(name), f"the service answered {status} {name[:40]}")


def _findings(findings: object) -> tuple[tuple[str, ...], list[tuple[str, str, int]]]:
    """Return the rules, each once, and where each finding is."""
    if not isinstance(findings, list):
        raise NoVerdict("error", "there are no findings")
    places = [_place(finding) for finding in findings]
    return tuple(dict.fromkeys(rule for rule, _, _ in places)), places


def _place(finding: object) -> tuple[str, str, int]:
    fields = finding if isinstance(finding, dict) else {}
    rule, part, start = fields.get("rule"), fields.get("part"), fields.get("start")
    if not isinstance(rule, str) or not isinstance(part, str) or type(start) is not int:
        raise NoVerdict("error", "a finding names no rule or place")
    return rule, part, start


def _edits(edits: object) -> tuple[Edit, ...]:
    if not isinstance(edits, list):
        raise NoVerdict("error", "the edits are not a list")
    return tuple(_edit(edit) for edit in edits)


def _edit(edit: object) -> Edit:
    fields = edit if isinstance(edit, dict) else {}
    part, replacement = fields.get("part"), fields.get("replacement")
    index, start, end = fields.get("index", 0), fields.get("start"), fields.get("end")
    if not isinstance(part, str) or not isinstance(replacement, str):
        raise NoVerdict("error", "an edit has no part or replacement")
    if not (type(index) is int and type(start) is int and type(end) is int and 0 <= start <= end and index >= 0):
        raise NoVerdict("error", "an edit has no range")
    return Edit(part, index, start, end, replacement.encode("utf-8"))


def _need(fact: bool, otherwise: str) -> None:
    if not fact:
        raise NoVerdict("error", otherwise)
