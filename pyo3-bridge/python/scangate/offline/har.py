"""HAR 1.2, as browsers, mitmproxy and test tools write it: bodies stand in it decoded."""

import base64
import binascii
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from scangate.offline.messages import Fields, Recorded, Request, Response, request, response, websocket
from scangate.offline.results import Unreadable

# They speak of bodies as they were sent, which a HAR file does not have.
OF_THE_WIRE = {b"content-encoding", b"transfer-encoding", b"content-length"}
TEXT_FRAME = 1


def is_har(name: str, content: bytes) -> bool:
    """Whether a file is one, by its name or by how it begins."""
    head = content[:512].lstrip(b"\xef\xbb\xbf \t\r\n")
    return name.lower().endswith(".har") or (head.startswith(b"{") and b'"log"' in head)


def messages(content: bytes) -> Iterator[Recorded]:
    """Every request, response and WebSocket message, in order.

    Raises:
        Unreadable: it is no HAR file.
    """
    try:
        entries = json.loads(content)["log"]["entries"]
    except (ValueError, KeyError, TypeError) as error:
        raise Unreadable("no HAR file: it should be JSON with log.entries") from error
    for index, entry in enumerate(entries):
        done = len(content) * (index + 1) // len(entries)
        try:
            yield from _entry(entry, done)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise Unreadable(f"log.entries[{index}] is not what HAR 1.2 says") from error


def _entry(entry: dict[str, Any], done: int) -> Iterator[Recorded]:
    asked = _request(entry["request"])
    yield request(asked, done)
    for heard in entry.get("_webSocketMessages", []):
        is_text = heard.get("opcode", TEXT_FRAME) == TEXT_FRAME
        data = heard["data"].encode("utf-8", "surrogatepass") if is_text else base64.b64decode(heard["data"])
        yield websocket(asked, data, from_client=heard["type"] == "send", is_text=is_text, read_bytes=done)
    # A browser writes status 0 for an answer that never came.
    if (answered := entry.get("response")) and answered["status"] >= 100:
        yield response(asked, _response(answered), done)


def _request(recorded: dict[str, Any]) -> Request:
    post = recorded.get("postData")
    return Request(
        method=_bytes(recorded["method"]),
        url=_bytes(recorded["url"]),
        version=None,
        headers=_headers(recorded),
        body=None if post is None else _body(post),
        host=urlsplit(recorded["url"]).hostname or "?",
    )


def _response(recorded: dict[str, Any]) -> Response:
    content = recorded.get("content") or {}
    return Response(recorded["status"], None, _headers(recorded), _body(content) if "text" in content else None)


def _headers(recorded: dict[str, Any]) -> Fields:
    pairs = [(_bytes(header["name"]), _bytes(header["value"])) for header in recorded.get("headers", [])]
    # `:method` and its kin of HTTP/2 stand in the URL already.
    return [pair for pair in pairs if pair[0].lower() not in OF_THE_WIRE and not pair[0].startswith(b":")]


def _body(part: dict[str, Any]) -> bytes:
    written: str | None = part.get("text")
    if written is None:
        pairs = part.get("params", [])
        return b"&".join(_bytes(f"{pair['name']}={pair.get('value', '')}") for pair in pairs)
    if part.get("encoding") != "base64":
        return _bytes(written)
    try:
        return base64.b64decode(written, validate=True)
    except binascii.Error as error:
        raise ValueError("bad base64") from error


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
