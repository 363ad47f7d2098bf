"""What the agent sees instead of a message: in the shape of the API it called, and nothing of what was found."""

import time
from dataclasses import dataclass

from mitmproxy import http
from mitmproxy.net.http import status_codes

from scangate_addon import shapes
from scangate_addon.judgement import Judgement, NoVerdict

_ADVICE = (
    "This is a decision, not a fault: do not retry, and do not try to send or fetch it another way, "
    "in another encoding or through another host. Ask the operator of this sandbox if it should be allowed."
)


@dataclass(frozen=True, slots=True)
class Denial:
    """Why a message does not pass."""

    status: int
    reason_code: str
    scan_id: str | None
    text: str

    @property
    def headers(self) -> dict[str, str]:
        """Headers of every refusal."""
        named = {"scangate-reason": self.reason_code, "x-should-retry": "false", "cache-control": "no-store"}
        return named if self.scan_id is None else {**named, "scangate-scan-id": self.scan_id}


def blocked(judgement: Judgement, host: str) -> Denial:
    """The refusal of a message that the policy does not let pass."""
    reason = judgement.reason_code or "policy"
    text = f"Blocked by the Scangate policy of this sandbox: {reason} (scan {judgement.scan_id}). {_ADVICE}"
    if reason == "secret_outbound":
        text += home_hint(judgement.rules, host)
    return Denial(403, reason, judgement.scan_id, text)


def home_hint(rules: tuple[str, ...], host: str) -> str:
    """The line that lets a credential through to a host of its own, for the operator to add."""
    if not rules:
        return ""
    lines = ", ".join(f'"{rule}" = ["{host}"]' for rule in rules[:3])
    return f" If the credential belongs to this host, the operator can say so in policy.toml under [home]: {lines}."


def unscanned(error: NoVerdict, *, request: bool) -> Denial:
    """The refusal of a message that nobody gave a verdict on."""
    reason = f"no_verdict_{error.failure}"
    text = f"Not let through by Scangate: there is no verdict on this message ({reason}). {_ADVICE}"
    return Denial(503 if request else 502, reason, None, text)


class Refusal(http.Response):
    """A response that the addon made: it needs no verdict, and a verdict may lift it."""


def to_response(denial: Denial, flow: http.HTTPFlow) -> Refusal:
    """Return the refusal as the client of `flow` understands it."""
    shape = shapes.shape_of(flow)
    status, headers, body = shape(denial.status, denial.text, denial.reason_code, denial.scan_id, flow)
    return refusal(status, {**denial.headers, **headers}, b"" if flow.request.method == "HEAD" else body)


def refusal(status: int, headers: dict[str, str], body: bytes) -> Refusal:
    """Return a response of ours."""
    fields = [(name.encode(), value.encode()) for name, value in headers.items()]
    length = (b"content-length", b"%d" % len(body))
    reason = status_codes.RESPONSES.get(status, "").encode()
    now = time.time()
    return Refusal(b"HTTP/1.1", status, reason, http.Headers((*fields, length)), body, None, now, now)


def to_event(denial: Denial, flow: http.HTTPFlow) -> bytes:
    """Return the refusal as the last event of a stream that has begun."""
    return shapes.event_of(denial.status, denial.text, denial.reason_code, denial.scan_id, flow)


def to_line(denial: Denial) -> bytes:
    """Return the refusal as the last line of a stream of JSON."""
    return shapes.line_of(denial.text, denial.reason_code, denial.scan_id)


def to_connect(denial: Denial) -> Refusal:
    """Return the refusal of a tunnel; clients show its reason phrase, seldom its body."""
    response = refusal(denial.status, {**denial.headers, "content-type": "text/plain"}, denial.text.encode())
    response.reason = f"Blocked by policy: {denial.reason_code}"
    return response


def to_close_reason(denial: Denial) -> str:
    """Return what a WebSocket close frame has room for: 123 bytes."""
    return f"Blocked by policy: {denial.reason_code} (scan {denial.scan_id or 'none'})"[:123]


_NOT_YET = unscanned(NoVerdict("error", "no verdict yet"), request=True)
# What every request carries until its verdict. One for all: making a response costs as much as many scans.
# It is never sent: whoever finds it in the end puts one of its own in its place.
STANDING = refusal(_NOT_YET.status, _NOT_YET.headers, _NOT_YET.text.encode())
