"""Responses that do not end: a buffered stream without an end would hang for ever and say nothing."""

import asyncio
import logging
from collections.abc import Callable
from weakref import WeakKeyDictionary, WeakSet

from mitmproxy import http

from scangate_addon import hosts, layers, marks

log = logging.getLogger("scangate")


class Deadlines:
    """One timer per response that is being read."""

    def __init__(self, refusal: Callable[[http.HTTPFlow], http.Response | None]) -> None:
        self._refusal = refusal
        self._timers: WeakKeyDictionary[http.HTTPFlow, asyncio.TimerHandle] = WeakKeyDictionary()
        self._cut: WeakSet[http.HTTPFlow] = WeakSet()

    def start(self, flow: http.HTTPFlow, seconds: float) -> None:
        """Cut the response of `flow` unless it ends within `seconds`."""
        self._timers[flow] = asyncio.get_running_loop().call_later(seconds, self._cut_off, flow)

    def stop(self, flow: http.HTTPFlow) -> bool:
        """End the wait; return whether the response came whole."""
        timer = self._timers.pop(flow, None)
        if timer is not None:
            timer.cancel()
        return flow not in self._cut

    def _cut_off(self, flow: http.HTTPFlow) -> None:
        self._cut.add(flow)
        layers.cut(flow, self._refusal(flow))
        log.warning("%s cut: the response did not end in time to be scanned", marks.name_of(flow))
        try:
            hosts.end_connection(flow.client_conn, flow.server_conn)
        except LookupError:
            log.debug("the client of a cut response is gone")
