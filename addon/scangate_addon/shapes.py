"""How each kind of API says no. A row of `_SHAPES` is one kind: when it applies, and what it looks like."""

import json
from collections.abc import Callable
from typing import TypeAlias

from mitmproxy import http

Answer: TypeAlias = tuple[int, dict[str, str], bytes]
Shape: TypeAlias = Callable[[int, str, str, str | None, http.HTTPFlow], Answer]

JSON = {"content-type": "application/json"}
# A JSON-RPC call longer than this is not read only to find its id.
_MAX_CALL_BYTES = 256 * 1024
_OPENAI_PATHS = ("/chat/completions", "/completions", "/responses", "/embeddings", "/images/generations", "/models")


def shape_of(flow: http.HTTPFlow) -> Shape:
    """Return the first shape that fits what the client called."""
    for fits, shape in _SHAPES:
        if fits(flow):
            return shape
    return _text


def _is_rpc(flow: http.HTTPFlow) -> bool:
    return bool(_rpc_ids(flow.request))


def _rpc(_status: int, text: str, reason: str, scan_id: str | None, flow: http.HTTPFlow) -> Answer:
    data = {"reason_code": reason, "scan_id": scan_id}
    error = {"code": -32001, "message": text, "data": data}
    errors = [{"jsonrpc": "2.0", "id": call, "error": error} for call in _rpc_ids(flow.request)]
    one = len(errors) == 1 and not flow.request.data.content.lstrip().startswith(b"[")  # type: ignore[union-attr]
    return 200, JSON, _dumps(errors[0] if one else errors)


def _rpc_ids(request: http.Request) -> list[str | int]:
    """Ids of the JSON-RPC calls in a body; notifications have none and are answered as plain HTTP."""
    body = request.data.content
    if body is None or len(body) > _MAX_CALL_BYTES or b'"jsonrpc"' not in body:
        return []
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return []
    calls = document if isinstance(document, list) else [document]
    ids = [call.get("id") for call in calls if isinstance(call, dict) and call.get("jsonrpc") == "2.0"]
    return [call for call in ids if type(call) is int or (isinstance(call, str) and len(call) <= 64)]


def _is_anthropic(flow: http.HTTPFlow) -> bool:
    path = _path(flow)
    return "anthropic-version" in flow.request.headers or path.endswith(("/v1/messages", "/messages/count_tokens"))


def _anthropic(status: int, text: str, reason: str, scan_id: str | None, _flow: http.HTTPFlow) -> Answer:
    kind = "permission_error" if status == 403 else "api_error"
    error = {"type": kind, "message": text, "reason_code": reason, "scan_id": scan_id}
    return status, JSON, _dumps({"type": "error", "error": error})


def _is_google(flow: http.HTTPFlow) -> bool:
    return _path(flow).endswith((":generateContent", ":streamGenerateContent", ":embedContent", ":countTokens"))


def _google(status: int, text: str, reason: str, scan_id: str | None, _flow: http.HTTPFlow) -> Answer:
    name = "PERMISSION_DENIED" if status == 403 else "UNAVAILABLE"
    error = {"code": status, "message": text, "status": name, "reason_code": reason, "scan_id": scan_id}
    return status, JSON, _dumps({"error": error})


def _is_openai(flow: http.HTTPFlow) -> bool:
    return flow.request.host == "api.openai.com" or _path(flow).endswith(_OPENAI_PATHS)


def _openai(status: int, text: str, reason: str, scan_id: str | None, _flow: http.HTTPFlow) -> Answer:
    error = {"message": text, "type": "policy_violation", "param": None, "code": reason, "scan_id": scan_id}
    return status, JSON, _dumps({"error": error})


def _is_grpc(flow: http.HTTPFlow) -> bool:
    return _kind(flow.request).startswith("application/grpc")


def _grpc(status: int, text: str, _reason: str, _scan_id: str | None, _flow: http.HTTPFlow) -> Answer:
    code = "7" if status == 403 else "14"
    return 200, {"content-type": "application/grpc", "grpc-status": code, "grpc-message": text}, b""


def _is_events(flow: http.HTTPFlow) -> bool:
    answered = flow.response is not None and _kind(flow.response) == "text/event-stream"
    return answered or str(flow.request.headers.get("accept", "")).startswith("text/event-stream")


def _events(status: int, text: str, reason: str, scan_id: str | None, _flow: http.HTTPFlow) -> Answer:
    data = _dumps({"error": {"message": text, "code": reason, "scan_id": scan_id}})
    return status, {"content-type": "text/event-stream"}, b"event: error\ndata: " + data + b"\n\n"


def event_of(status: int, text: str, reason: str, scan_id: str | None, flow: http.HTTPFlow) -> bytes:
    """Return the event that ends a stream, as its reader expects an error: in the shape of the API that was called."""
    shape = shape_of(flow)
    if shape is _rpc:
        return b"event: message\ndata: " + _rpc(status, text, reason, scan_id, flow)[2] + b"\n\n"
    if shape in (_anthropic, _google):
        return b"event: error\ndata: " + shape(status, text, reason, scan_id, flow)[2] + b"\n\n"
    return b"event: error\ndata: " + _openai(status, text, reason, scan_id, flow)[2] + b"\n\n"


def line_of(text: str, reason: str, scan_id: str | None) -> bytes:
    """Return the line that ends a stream of JSON lines."""
    return _dumps({"error": text, "code": reason, "scan_id": scan_id}) + b"\n"


def _is_json(flow: http.HTTPFlow) -> bool:
    return "json" in flow.request.headers.get("accept", "") or "json" in _kind(flow.request)


def _text(status: int, text: str, _reason: str, _scan_id: str | None, _flow: http.HTTPFlow) -> Answer:
    return status, {"content-type": "text/plain; charset=utf-8"}, text.encode() + b"\n"


def _path(flow: http.HTTPFlow) -> str:
    return flow.request.path.split("?", 1)[0]


def _kind(message: http.Message) -> str:
    return str(message.headers.get("content-type", "")).split(";")[0].strip().lower()


def _dumps(document: object) -> bytes:
    return json.dumps(document).encode("ascii")


_SHAPES: tuple[tuple[Callable[[http.HTTPFlow], bool], Shape], ...] = (
    (_is_grpc, _grpc),
    (_is_rpc, _rpc),
    (_is_anthropic, _anthropic),
    (_is_google, _google),
    (_is_openai, _openai),
    (_is_events, _events),
    (_is_json, _openai),
)
