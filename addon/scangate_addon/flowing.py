"""Bodies that are scanned while they flow: what mitmproxy streams goes through an outlet, chunk by chunk.

mitmproxy fails open around stream callables too: one that raises hangs the connection, and one that ends a message
early leaves it looking whole. So an outlet raises nothing, and what is cut ends abnormally.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Protocol

from mitmproxy import http

from scangate_addon import denial, layers, marks
from scangate_addon.denial import Denial
from scangate_addon.judgement import Judgement, NoVerdict, Verdict, failure_of

log = logging.getLogger("scangate")
EVENTS = "text/event-stream"
LINES = frozenset({"application/x-ndjson", "application/ndjson", "application/jsonl", "application/stream+json"})
_WITHOUT_BODY = frozenset({204, 205, 304})
_NOBODY = denial.unscanned(NoVerdict("error", "nobody let it out"), request=True)


class Stream(Protocol):
    """The wheel's scanner of one body."""

    @property
    def rewrites(self) -> bool:
        """Whether what comes out may differ from what went in."""

    @property
    def holds(self) -> bool:
        """Whether anything is ever held back."""

    @property
    def verdict(self) -> Verdict:
        """The verdict so far."""

    @property
    def reason_code(self) -> str | None:
        """Why."""

    @property
    def scan_id(self) -> str:
        """Names the scan."""

    @property
    def finding_count(self) -> int:
        """How many findings there are."""

    def rule_ids(self) -> list[str]:
        """The rules that fired."""

    def push(self, raw: bytes, /) -> bytes:
        """Return what may go on."""

    def finish(self) -> bytes:
        """Return the rest."""


class Outlet:
    """What mitmproxy calls with each chunk of a body, and with b"" at its end. Lets out what the scanner released."""

    def __init__(
        self, flow: http.HTTPFlow, stream: Stream, direction: str, lets_pass: Callable[[NoVerdict], bool]
    ) -> None:
        self._flow = flow
        self._stream = stream
        self._direction = direction
        self._lets_pass = lets_pass
        self._marked = 0
        self._is_open = True
        self._is_unscanned = False
        self._tail = b""
        self._begun: bytes | BaseException | None = None
        self.came_whole = False

    async def begin(self, first: bytes) -> bool:
        """Scan the first chunk off the loop, before mitmproxy hands it over. False where it had better not go on."""
        try:
            self._begun = await asyncio.to_thread(self._stream.push, first)
        except Exception as error:  # noqa: BLE001  told when the chunk comes
            self._begun = error
        return self._stream.verdict != "block" and isinstance(self._begun, bytes)

    def __call__(self, chunk: bytes) -> list[bytes]:
        """Return what may go on. An empty chunk in the list would end a chunked message, so that none is."""
        if not self._is_open:
            return []
        try:
            released = self._pass(chunk)
        except BaseException as error:  # noqa: BLE001  mitmproxy would hang without a word
            released = self._without_verdict(chunk, error)
        self._tail = (self._tail + released)[-4:]
        return [released] if released else []

    def _without_verdict(self, chunk: bytes, error: BaseException) -> bytes:
        try:
            return self._give_up(chunk, _no_verdict(error))
        except BaseException as worse:  # noqa: BLE001  not even a refusal: then it ends without one
            log.warning("cut: refusing a stream raised %s", type(worse).__name__)
            self._is_open = False
            end(self._flow, self._direction)
            return b""

    def _pass(self, chunk: bytes) -> bytes:
        if self._is_unscanned:
            self.came_whole = not chunk
            return chunk
        released = self._released(chunk)
        if self._stream.finding_count != self._marked:
            self._mark()
        if self._stream.verdict == "block":
            why = denial.blocked(self._judgement(), self._flow.request.host)
            self._tail = (self._tail + released)[-4:]
            return released + self._cut(why)
        self.came_whole = not chunk
        return released

    def _released(self, chunk: bytes) -> bytes:
        begun, self._begun = self._begun, None
        if isinstance(begun, BaseException):
            raise begun
        if begun is not None:
            return begun
        return self._stream.push(chunk) if chunk else self._stream.finish()

    def _judgement(self) -> Judgement:
        stream = self._stream
        return Judgement(stream.verdict, stream.reason_code, stream.scan_id, tuple(stream.rule_ids()))

    def _mark(self) -> None:
        """Mark the flow at its first finding, at the end, and at a block."""
        if not self._marked or self._stream.verdict == "block":
            marks.judged(self._flow, self._judgement(), self._direction)
        self._marked = self._stream.finding_count

    def _give_up(self, chunk: bytes, error: NoVerdict) -> bytes:
        """Without a verdict the policy decides; bytes that were held or changed cannot be let go after all."""
        may_pass = not (self._stream.holds or self._stream.rewrites)
        if may_pass and self._lets_pass(error):
            marks.let_through(self._flow, error, self._direction)
            self._is_unscanned = True
            self.came_whole = not chunk
            return chunk
        why = denial.unscanned(error, request=self._direction != "in")
        marks.refused(self._flow, why, error, self._direction)
        return self._cut(why)

    def _cut(self, why: Denial) -> bytes:
        """Let nothing more out, and return what the client is still told."""
        self._is_open = False
        end(self._flow, self._direction, why)
        response = self._flow.response
        if self._direction != "in" or response is None or "content-encoding" in response.headers:
            return b""
        kind = kind_of(response)
        if kind == EVENTS:
            begun = b"" if not self._tail or self._tail.endswith((b"\n\n", b"\n\r\n")) else b"\n\n"
            return begun + denial.to_event(why, self._flow)
        return denial.to_line(why) if kind in LINES else b""


def end(flow: http.HTTPFlow, direction: str, why: Denial = _NOBODY) -> None:
    """Cut a message that is on its way: what follows of it does not arrive, and it does not look whole.

    The client of a request is told why; that of a response has the beginning of one already.
    """
    layers.cut(flow, None if direction == "in" else _refusal(flow, why))


def _refusal(flow: http.HTTPFlow, why: Denial) -> http.Response:
    refusal = denial.to_response(why, flow)
    if not flow.request.is_http2:
        refusal.headers["connection"] = "close"
    return refusal


def kind_of(message: http.Message) -> str:
    """The media type of a message, without parameters."""
    return str(message.headers.get("content-type", "")).split(";")[0].strip().lower()


def has_body(flow: http.HTTPFlow, response: http.Response) -> bool:
    """Whether a response can have a body to stream."""
    status = response.status_code
    return status >= 200 and status not in _WITHOUT_BODY and flow.request.method not in ("HEAD", "CONNECT")


def length_of(message: http.Message) -> int | None:
    """The length that a message states; None when it states none, or nonsense."""
    text = str(message.headers.get("content-length", ""))
    return int(text) if text.isdecimal() and "transfer-encoding" not in message.headers else None


def prepare_response(flow: http.HTTPFlow, response: http.Response, stream: Stream) -> None:
    """Have the head of a response fit what will follow it, and its end be seen."""
    if stream.rewrites:
        _forget_form(response)
    # Without a length, the end of the connection would be an end like any other.
    if "content-length" not in response.headers:
        _frame(response, flow.request.http_version)


def prepare_request(request: http.Request, stream: Stream) -> None:
    """Have the head of a request fit what will follow it."""
    if stream.rewrites:
        _forget_form(request)
        _frame(request, request.http_version)


def _forget_form(message: http.Message) -> None:
    for name in ("content-length", "content-encoding"):
        message.headers.pop(name, None)


def _frame(message: http.Message, version: str) -> None:
    if version == "HTTP/1.1" and "transfer-encoding" not in message.headers:
        message.headers["transfer-encoding"] = "chunked"


def _no_verdict(error: BaseException) -> NoVerdict:
    if isinstance(error, NoVerdict):
        return error
    code = getattr(error, "code", None)
    if type(error).__name__ == "ScanError" and isinstance(code, str):
        return NoVerdict(failure_of(code), f"the scanner gave none: {code}")
    # Its words could quote the message.
    return NoVerdict("error", f"the scanner raised {type(error).__name__}")
