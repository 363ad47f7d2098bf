"""mitmproxy's own captures (`mitmdump -w FILE`), read by the mitmproxy that stands beside the wheel."""

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING

from scangate.offline.messages import Recorded, Request, Response, request, response, websocket
from scangate.offline.results import Unreadable

if TYPE_CHECKING:
    from mitmproxy import http


def is_capture(content: bytes) -> bool:
    """Whether a file is one: netstrings of dictionaries, `123:…}`."""
    digits, colon, rest = content[:16].partition(b":")
    return bool(colon) and digits.isdigit() and rest[:1].isdigit() and b"version" in content[:65536]


def messages(content: bytes) -> Iterator[Recorded]:
    """Every request, response and WebSocket message, in order.

    Raises:
        Unreadable: mitmproxy is not installed, or the file is cut short.
    """
    try:
        from mitmproxy import exceptions, http
        from mitmproxy.io import FlowReader
    except ModuleNotFoundError as error:
        raise Unreadable("a capture of mitmproxy; install mitmproxy beside scangate to read it") from error
    source = io.BytesIO(content)
    try:
        for flow in FlowReader(source).stream():
            if isinstance(flow, http.HTTPFlow):
                yield from _flow(flow, source.tell())
    except exceptions.FlowReadException as error:
        raise Unreadable("a capture of mitmproxy that is cut short or of another version") from error


def _flow(flow: "http.HTTPFlow", done: int) -> Iterator[Recorded]:
    asked = flow.request
    sent = Request(
        method=asked.data.method,
        url=asked.url.encode("utf-8", "surrogateescape"),
        version=asked.http_version,
        headers=[*asked.headers.fields, *(asked.trailers.fields if asked.trailers else ())],
        body=asked.raw_content,
        host=asked.host,
    )
    yield request(sent, done)
    if (got := flow.response) is not None:
        headers = [*got.headers.fields, *(got.trailers.fields if got.trailers else ())]
        yield response(sent, Response(got.status_code, got.http_version, headers, got.raw_content), done)
    for heard in flow.websocket.messages if flow.websocket else []:
        content = heard.content
        yield websocket(sent, content, from_client=heard.from_client, is_text=heard.is_text, read_bytes=done)
