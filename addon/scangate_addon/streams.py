"""Which bodies flow. The others are held until their verdict, so that a refusal comes in their place."""

import logging
from collections.abc import Callable

from mitmproxy import http

from scangate_addon import flowing, marks, message, rewrite
from scangate_addon.flowing import EVENTS, LINES, Outlet
from scangate_addon.judge import Judge
from scangate_addon.judgement import Edited, Judgement, NoVerdict, Streamed

log = logging.getLogger("scangate")


class Streams:
    """Opens an outlet for a body that should flow and whose head may pass."""

    def __init__(self, judge: Judge) -> None:
        self._judge = judge
        self.min_bytes = 0

    def of_request(self, flow: http.HTTPFlow) -> Outlet | None:
        """Let a long upload flow. What may not pass by its head is held, and refused as ever."""
        length = flowing.length_of(flow.request)
        if not self.min_bytes or length is None or length < self.min_bytes or flow.request.method == "CONNECT":
            return None
        opened = self._open(message.request_of(flow))
        if opened is None or opened.head.verdict == "block":
            return None
        if not _edit(lambda edited: rewrite.edit_request(flow.request, edited), opened.head):
            return None
        outlet = self._outlet(flow, opened, "out")
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
        has_events = flowing.kind_of(response) in {EVENTS, *LINES}
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
            log.error("held: the scanner raised %s", type(error).__name__)
        return None

    def _outlet(self, flow: http.HTTPFlow, opened: Streamed, direction: str) -> Outlet:
        marks.judged(flow, opened.head, direction)
        return Outlet(flow, opened.stream, direction, lambda error: self._judge.lets_pass(error.failure, direction))


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
