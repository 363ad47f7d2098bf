"""Which bodies flow. The others are held until their verdict, so that a refusal comes in their place."""

import logging
from collections.abc import Callable

from mitmproxy import http

from scangate_addon import denial, flowing, layers, marks, message, rewrite
from scangate_addon.flowing import EVENTS, LINES, Outlet
from scangate_addon.judge import Judge
from scangate_addon.judgement import Edited, Judgement, NoVerdict, Streamed

log = logging.getLogger("scangate")

# Calls whose request may go on while the answer comes: held, both sides would wait for each other.
DUPLEX = ("application/grpc", "application/connect+")
# What is looked at of a long body before it flows: enough to tell what is packed.
HEAD_BYTES = 32 << 10


class Streams:
    """Opens an outlet for a body that should flow and whose head may pass."""

    def __init__(self, judge: Judge) -> None:
        self._judge = judge
        self.min_bytes = 0

    def of_request(self, flow: http.HTTPFlow) -> Outlet | None:
        """Let a request flow at once whose end may wait for the answer. Other long ones show their beginning first."""
        if not self.min_bytes or flow.request.method == "CONNECT":
            return None
        if _is_duplex(flow.request):
            opened = self._open_request(flow)
            return None if opened is None else self._let_out(flow, opened, self._outlet(flow, opened, "out"))
        enough = self._shown_first(flow.request)
        if enough is not None:
            layers.ask_at(flow, enough)
        return None

    def _shown_first(self, request: http.Request) -> int | None:
        """How many bytes of a body are held before it may flow; None where all are."""
        length, limit = flowing.length_of(request), self._judge.body_bytes
        # What is in fields, and what is encoded there, is told best in a whole body.
        has_fields = any(kind in flowing.kind_of(request) for kind in ("json", "form"))
        if length is None:
            return None if has_fields else self.min_bytes
        return HEAD_BYTES if length >= self.min_bytes and (length > limit or not has_fields) else None

    async def of_held(self, flow: http.HTTPFlow) -> Outlet | None:
        """Let an upload flow of which a part is held."""
        if flow.response is not denial.STANDING:
            return None
        opened = self._open_request(flow)
        if opened is None:
            return None
        outlet = self._outlet(flow, opened, "out")
        can_flow = await outlet.begin(flow.request.raw_content or b"")
        # Then it is scanned whole, or refused without a word to its server.
        if not can_flow and (flowing.length_of(flow.request) or 0) <= self._judge.body_bytes:
            return None
        return self._let_out(flow, opened, outlet)

    def _open_request(self, flow: http.HTTPFlow) -> Streamed | None:
        opened = self._open(message.request_of(flow))
        return None if opened is None or opened.head.verdict == "block" else opened

    def _let_out(self, flow: http.HTTPFlow, opened: Streamed, outlet: Outlet) -> Outlet | None:
        if not _edit(lambda edited: rewrite.edit_request(flow.request, edited), opened.head):
            return None
        marks.judged(flow, opened.head, "out")
        flowing.prepare_request(flow.request, opened.stream)
        flow.request.stream = outlet
        # Together they would be an error of mitmproxy's; until the outlet is there, the refusal stands.
        flow.response = None
        return outlet

    def of_response(self, flow: http.HTTPFlow) -> Outlet | None:
        """Let a response flow that comes bit by bit, or is long."""
        response = flow.response
        if response is None or not self.min_bytes or not flowing.has_body(flow, response):
            return None
        length = flowing.length_of(response)
        kind = flowing.kind_of(response)
        has_events = kind in {EVENTS, *LINES} or _is_duplex(response)
        if not has_events and length is not None and length < self.min_bytes:
            return None
        opened = self._open(message.response_of(flow, response))
        if opened is None or opened.head.verdict == "block":
            return None
        # Of unknown length: most are short, and a refusal in their place says more than a cut.
        if opened.stream.holds and not has_events and length is None:
            return None
        if not _edit(lambda edited: rewrite.edit_response(response, edited), opened.head):
            return None
        outlet = self._outlet(flow, opened, "in")
        marks.judged(flow, opened.head, "in")
        flowing.prepare_response(flow, response, opened.stream)
        response.stream = outlet
        return outlet

    def _open(self, head: message.Message) -> Streamed | None:
        """Return a stream, or None where the body has to be held: then it is scanned whole."""
        try:
            return self._judge.stream(head)
        except NoVerdict as error:
            log.debug("held: %s", error)
        except Exception as error:  # noqa: BLE001  whatever it is, holding the body is safe
            log.warning("held: the scanner raised %s", type(error).__name__)
        return None

    def _outlet(self, flow: http.HTTPFlow, opened: Streamed, direction: str) -> Outlet:
        return Outlet(flow, opened.stream, direction, lambda error: self._judge.lets_pass(error.failure, direction))


def _is_duplex(what: http.Message) -> bool:
    """Whether it is a call, and its messages can be read one by one."""
    codings = (what.headers.get(name, "identity") for name in ("grpc-encoding", "connect-content-encoding"))
    return flowing.kind_of(what).startswith(DUPLEX) and all(coding == "identity" for coding in codings)


def _edit(edit: Callable[[Edited], None], head: Judgement) -> bool:
    """Cut out of a head what should not be in it. False where that cannot be done: then the message is held."""
    if head.verdict != "redact":
        return True
    try:
        edit(head.edited or Edited())
    except NoVerdict as error:
        log.debug("held: %s", error)
        return False
    return head.edited is not None
