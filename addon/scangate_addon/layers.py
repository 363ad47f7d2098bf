"""What mitmproxy's HTTP layer has no call for: ending one message, and letting one flow that was held at first.

Its own means are blunter: closing a connection ends the other streams in it too, and the client is told a 502.
"""

import asyncio
import contextlib
import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias
from weakref import WeakKeyDictionary

from mitmproxy import flow as flows
from mitmproxy import http
from mitmproxy.net.http.status_codes import CLIENT_CLOSED_REQUEST, NO_RESPONSE
from mitmproxy.proxy import commands
from mitmproxy.proxy.layer import CommandGenerator
from mitmproxy.proxy.layers.http import (
    DropStream,
    HttpLayer,
    HttpStream,
    SendHttp,
    _events,
)
from mitmproxy.proxy.layers.http._events import (
    RequestData,
    RequestEndOfMessage,
    RequestProtocolError,
    RequestTrailers,
    ResponseData,
    ResponseEndOfMessage,
    ResponseHeaders,
    ResponseProtocolError,
    ResponseTrailers,
)
from mitmproxy.proxy.layers.http._hooks import HttpErrorHook, HttpResponseHook
from mitmproxy.proxy.layers.http._http2 import Http2Server

from scangate_addon import hosts

State: TypeAlias = Callable[[HttpStream, Any], CommandGenerator[None]]

# How long a client that has its refusal may go on sending; what it sends is thrown away.
LINGER_S = 30
_NO_ERROR = 0  # RFC 9113, 7
_WHY = "cut by policy"
_ENDS = (RequestTrailers, RequestEndOfMessage, ResponseTrailers, ResponseEndOfMessage)

# mitmproxy 12 has names for what 11 says with statuses.
_codes: Any = getattr(_events, "ErrorCode", None)
_CANCELLED: Any = CLIENT_CLOSED_REQUEST if _codes is None else _codes.CANCEL
_SILENT: Any = NO_RESPONSE if _codes is None else _codes.KILL

_cut: WeakKeyDictionary[http.HTTPFlow, http.Response | None] = WeakKeyDictionary()
_asked: WeakKeyDictionary[http.HTTPFlow, int] = WeakKeyDictionary()


@dataclass
class ScangateHeldHook(commands.StartHook):
    """So much of a request is held as the gate wanted to see; it may have the body flow from now on."""

    flow: http.HTTPFlow


def cut(flow: http.HTTPFlow, refusal: http.Response | None) -> None:
    """Let nothing more of a message on its way pass. A client that has no answer yet gets `refusal`."""
    _cut.setdefault(flow, refusal)


def ask_at(flow: http.HTTPFlow, held_bytes: int) -> None:
    """Run the hook `scangate_held` once so many bytes of a request are held."""
    _asked[flow] = held_bytes


def install() -> None:
    """Have mitmproxy's streams obey."""
    patched: Any = HttpStream
    patched.state_consume_request_body = _asking(HttpStream.state_consume_request_body)
    patched.state_stream_request_body = _obeying(HttpStream.state_stream_request_body)
    patched.state_stream_response_body = _obeying(HttpStream.state_stream_response_body)
    patched.handle_protocol_error = _saying_why(HttpStream.handle_protocol_error)


def _asking(original: State) -> State:
    @functools.wraps(original)
    def state(self: HttpStream, event: Any) -> CommandGenerator[None]:
        yield from original(self, event)
        enough = _asked.get(self.flow)
        if enough is None or len(self.request_body_buf) < enough or not _is_held(self):
            return
        del _asked[self.flow]
        self.flow.request.data.content = bytes(self.request_body_buf)
        yield ScangateHeldHook(self.flow)
        self.flow.request.data.content = None
        if not (yield from self.check_killed(True)) and self.flow.request.stream:
            yield from _let_flow(self)

    return state


def _is_held(stream: HttpStream) -> bool:
    return bool(stream.client_state == stream.state_consume_request_body)


def _let_flow(stream: HttpStream) -> CommandGenerator[None]:
    """As mitmproxy does it for `stream_large_bodies`."""
    held = RequestData(stream.stream_id, bytes(stream.request_body_buf))
    stream.request_body_buf.clear()
    yield from stream.start_request_stream()
    yield from stream.client_state(held)


def _obeying(original: State) -> State:
    @functools.wraps(original)
    def state(self: HttpStream, event: Any) -> CommandGenerator[None]:
        yield from _without_end(self, original(self, event))
        if self.flow in _cut and self.client_state != self.state_errored:
            yield from _abort(self, _cut[self.flow])

    return state


def _saying_why(original: State) -> State:
    """A response that was held and cut ends in its refusal, not in mitmproxy's word on a server that hung up."""

    @functools.wraps(original)
    def state(self: HttpStream, event: Any) -> CommandGenerator[None]:
        refusal = _cut.get(self.flow) if isinstance(event, ResponseProtocolError) else None
        if refusal is None or self.server_state != self.state_consume_response_body:
            yield from original(self, event)
        else:
            yield from _abort(self, refusal)

    return state


def _without_end(stream: HttpStream, steps: CommandGenerator[None]) -> CommandGenerator[None]:
    """Carry out `steps`, but for what would make a message that was cut look whole."""
    reply = None
    with contextlib.suppress(StopIteration):
        while True:
            command = steps.send(reply)
            is_end = isinstance(command, SendHttp) and isinstance(command.event, _ENDS)
            reply = None if is_end and stream.flow in _cut else (yield command)


def _abort(stream: HttpStream, refusal: http.Response | None) -> CommandGenerator[None]:
    ended = RequestProtocolError(stream.stream_id, _WHY, _CANCELLED)
    yield SendHttp(ended, stream.context.server)
    if refusal is not None and _is_unanswered(stream):
        yield from _answer(stream, refusal)
    else:
        yield SendHttp(ResponseProtocolError(stream.stream_id, _WHY, _SILENT), stream.context.client)
        if stream.server_state != stream.state_done:
            stream.flow.error = flows.Error(_WHY)
            yield HttpErrorHook(stream.flow)
    stream.client_state = stream.server_state = stream.state_errored
    stream.flow.live = False
    yield DropStream(stream.stream_id)


def _is_unanswered(stream: HttpStream) -> bool:
    """Whether its client has nothing of an answer yet."""
    return stream.server_state in (stream.state_wait_for_response_headers, stream.state_consume_response_body)


def _answer(stream: HttpStream, refusal: http.Response) -> CommandGenerator[None]:
    flow, client = stream.flow, stream.context.client
    flow.response = refusal
    yield HttpResponseHook(flow)
    content = refusal.raw_content
    yield SendHttp(ResponseHeaders(stream.stream_id, refusal, not content), client)
    if content:
        yield SendHttp(ResponseData(stream.stream_id, content), client)
    yield SendHttp(ResponseEndOfMessage(stream.stream_id), client)
    # Closed or reset at once, what is unread would have its system or library throw the answer away.
    asyncio.get_running_loop().call_later(LINGER_S, _end_of_sending(stream))


def _end_of_sending(stream: HttpStream) -> Callable[[], None]:
    """What keeps a client that has its answer from sending for ever: HTTP/2 has other streams in the connection."""
    layers = stream.context.layers
    parent = layers[layers.index(stream) - 1]
    server = parent.connections.get(stream.context.client) if isinstance(parent, HttpLayer) else None
    if not isinstance(server, Http2Server):
        return functools.partial(_hang_up, stream.flow)
    server.streams.pop(stream.stream_id, None)
    return functools.partial(_reset, stream.flow, server, stream.stream_id)


def _reset(flow: http.HTTPFlow, server: Http2Server, stream_id: int) -> None:
    """Tell a client that it need not send the rest (RFC 9113, 8.1)."""
    if server.is_closed(stream_id):
        return
    server.h2_conn.reset_stream(stream_id, _NO_ERROR)
    with contextlib.suppress(LookupError):
        hosts.write_to_client(flow.client_conn, server.h2_conn.data_to_send())


def _hang_up(flow: http.HTTPFlow) -> None:
    with contextlib.suppress(LookupError):
        hosts.end_connection(flow.client_conn, flow.client_conn)
