"""Shows verdicts where mitmproxy's users look: marker, comment, metadata and one log line. Never what was found."""

import logging
from weakref import WeakSet

from mitmproxy import http, optmanager

from scangate_addon.denial import Denial
from scangate_addon.judgement import Judgement, NoVerdict

log = logging.getLogger("scangate")
_METHODS = frozenset(
    {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "REPORT"}
)
_UNNAMED = "(name not shown)"
# Flows with something in method or host that was found, or that nobody has looked at.
_unnamed: WeakSet[http.HTTPFlow] = WeakSet()
_MARKERS = {"allow": ":grey_question:", "redact": ":scissors:", "block": ":no_entry:"}


def judged(flow: http.HTTPFlow, judgement: Judgement, direction: str) -> None:
    """Mark a flow with its verdict; one that nothing was found in stays as it is."""
    if judgement.verdict == "allow" and not judgement.rules:
        return
    found = ", ".join(judgement.rules) or "no rule"
    reason = f" ({judgement.reason_code})" if judgement.reason_code else ""
    if judgement.is_in_name:
        _unnamed.add(flow)
    line = f"{judgement.verdict} {direction}: {found}{reason}, scan {judgement.scan_id}"
    _mark(flow, _MARKERS[judgement.verdict], line)
    log.log(_level(judgement), "%s %s", name_of(flow), line)


def refused(flow: http.HTTPFlow, why: Denial, error: NoVerdict, direction: str) -> None:
    """Mark a flow that got no verdict."""
    _mark(flow, ":no_entry:", f"no verdict {direction}: {why.reason_code}")
    if direction != "in" and not flow.client_conn.tls:
        _unnamed.add(flow)
    log.warning("%s no verdict %s: %s", name_of(flow), direction, error)


def let_through(flow: http.HTTPFlow, error: NoVerdict, direction: str) -> None:
    """Mark a flow that the policy lets pass without a verdict."""
    line = f"NOT SCANNED {direction}: [failure] {error.failure} lets it pass"
    _mark(flow, ":warning:", line)
    log.warning("%s %s", name_of(flow), line)


def name_of(flow: http.HTTPFlow) -> str:
    """Method and host of a flow for a log, without what may be a secret in them."""
    method, host = flow.request.method, flow.request.host
    return f"{method if method in _METHODS else '(other method)'} {_UNNAMED if flow in _unnamed else host}"


def show_comments(options: optmanager.OptManager) -> None:
    """Give mitmweb's list of flows a column with their comments, unless its user has chosen the columns."""
    if "web_columns" in options and not options.has_changed("web_columns"):
        options.update(web_columns=[*options.web_columns, "comment"])


def _mark(flow: http.HTTPFlow, marker: str, line: str) -> None:
    flow.marked = marker
    flow.comment = f"{flow.comment}\n{line}" if flow.comment else line


def _level(judgement: Judgement) -> int:
    return logging.INFO if judgement.verdict == "allow" else logging.WARNING
