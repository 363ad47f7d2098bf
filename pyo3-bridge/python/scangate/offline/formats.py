"""What is printed: a table for people, JSON for programs, SARIF for code scanning."""

import json
from collections.abc import Callable, Sequence
from importlib.metadata import version
from typing import Any

from scangate import Scanner
from scangate.offline.results import Result, Seriousness

LEVELS = {Seriousness.block: "error", Seriousness.redact: "error", Seriousness.flag: "warning"}
HEAD = ("action", "rule", "where", "message", "file")


def table(results: Sequence[Result], _: Scanner) -> str:
    """One line a finding, the strictest first, and a line that counts."""
    rows = sorted((row for result in results for row in _rows(result)), key=lambda row: -row[0])
    cells = [HEAD, *(row[1] for row in rows)] if rows else []
    widths = [max(len(row[column]) for row in cells) for column in range(len(HEAD))] if cells else []
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in cells]
    files = len({result.file for result in results})
    return "\n".join([*lines, f"{len(rows)} findings in {len(results)} messages of {files} files"])


def _rows(result: Result) -> list[tuple[int, tuple[str, ...]]]:
    place = (f"{result.number} {result.message}", result.file)
    if result.error:
        return [(Seriousness.block + 1, ("no verdict", result.error, "", *place))]
    return [
        (Seriousness[found["action"]], (found["action"], found["rule"], _where(found), *place))
        for found in result.findings
    ]


def _where(finding: dict[str, Any]) -> str:
    place = finding["part"] + (f" {finding['pointer']}" if finding["pointer"] else "")
    decoded = f" by {'+'.join(finding['decoded_by'])}" if finding["decoded_by"] else ""
    times = f" ×{finding['count']}" if finding["count"] > 1 else ""
    return f"{place} {finding['start']}-{finding['end']}{decoded}{times}"


def as_json(results: Sequence[Result], _: Scanner) -> str:
    """An array: file, number, message, and the answer of `/scan` or the code of why there is none."""
    entries = [
        {"file": one.file, "number": one.number, "message": one.message, "answer": one.answer, "error": one.error}
        for one in results
    ]
    return json.dumps(entries, indent=1)


def sarif(results: Sequence[Result], scanner: Scanner) -> str:
    """SARIF 2.1.0, with the rules that fired."""
    fired = {finding["rule"] for result in results for finding in result.findings}
    rules = [_sarif_rule(rule) for rule in scanner.rules() if rule["id"] in fired]
    driver = {"name": "Scangate", "version": version("scangate"), "rules": rules}
    run = {
        "tool": {"driver": driver},
        "results": [_sarif_result(result, finding) for result in results for finding in result.findings],
        "invocations": [{"executionSuccessful": not any(result.error for result in results)}],
    }
    schema = "https://json.schemastore.org/sarif-2.1.0.json"
    return json.dumps({"$schema": schema, "version": "2.1.0", "runs": [run]}, indent=1)


def _sarif_rule(rule: dict[str, Any]) -> dict[str, Any]:
    said = {"id": rule["id"], "shortDescription": {"text": rule["finds"]}}
    return said | {"helpUri": rule["source"]} if rule["source"].startswith("https:") else said


def _sarif_result(result: Result, finding: dict[str, Any]) -> dict[str, Any]:
    location: dict[str, Any] = {"artifactLocation": {"uri": result.file}}
    if result.is_whole_file:
        location["region"] = {
            "byteOffset": finding["start"],
            "byteLength": finding["end"] - finding["start"],
        }
    said = f"{finding['rule']} in message {result.number} ({result.message}), {_where(finding)}"
    return {
        "ruleId": finding["rule"],
        "level": LEVELS.get(Seriousness[finding["action"]], "note"),
        "message": {"text": said},
        "locations": [{"physicalLocation": location}],
    }


FORMATS: dict[str, Callable[[Sequence[Result], Scanner], str]] = {"table": table, "json": as_json, "sarif": sarif}
