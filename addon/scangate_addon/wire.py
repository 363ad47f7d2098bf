"""Messages as `POST /scan` wants them."""

import base64
import json

from scangate_addon.message import Connect, Fields, Message, Request, Response, WebSocket


def to_json(message: Message, scan: str, session: str) -> bytes:
    """Return `message` as JSON; `scan` is echoed in the answer and tells answers apart."""
    document = {"id": scan, "session": session, **_fields(message)}
    return json.dumps(document, separators=(",", ":")).encode("ascii")


def _fields(message: Message) -> dict[str, object]:
    match message:
        case Request():
            return {
                "type": "http.request",
                "method": text(message.method),
                "url": text(message.url),
                **_http(message),
            }
        case Response():
            request = {"method": text(message.request_method), "url": text(message.request_url)}
            return {
                "type": "http.response",
                "status": message.status,
                "reason": text(message.reason),
                "request": request,
                **_http(message),
            }
        case WebSocket():
            return {
                "type": "websocket.message",
                "flow": message.flow,
                "url": text(message.url),
                "from_client": message.from_client,
                "opcode": "text" if message.text else "binary",
                "body": _body(message.body),
                "connect": _connect(message.connect),
            }
        case Connect():
            return {"type": "connect", **_connect(message)}


def _http(message: Request | Response) -> dict[str, object]:
    document: dict[str, object] = {
        "flow": message.flow,
        "version": message.version,
        "headers": pairs(message.headers),
        "connect": _connect(message.connect),
    }
    if message.trailers:
        document["trailers"] = pairs(message.trailers)
    if message.body is not None:
        document["body"] = _body(message.body)
    return document


def _connect(connect: Connect) -> dict[str, object]:
    document: dict[str, object] = {"host": connect.host, "port": connect.port}
    if connect.sni is not None:
        document["sni"] = connect.sni
    if connect.peer is not None:
        document["peer"] = connect.peer
    return document


def _body(body: bytes) -> dict[str, str]:
    return {"base64": base64.b64encode(body).decode("ascii")}


def pairs(fields: Fields) -> list[list[object]]:
    """Header fields as `[name, value]`."""
    return [[text(name), text(value)] for name, value in fields]


def text(raw: bytes) -> object:
    """Bytes as a string where they are ASCII, as `{"base64": …}` where they are not."""
    if raw.isascii():
        return raw.decode("ascii")
    return _body(raw)
