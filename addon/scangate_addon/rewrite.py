"""Puts edits into a flow, and asks servers for codings that the scanner can undo."""

from mitmproxy import http
from mitmproxy.websocket import WebSocketMessage

from scangate_addon.edits import OF_THE_OLD_BODY
from scangate_addon.judgement import Edited, NoVerdict
from scangate_addon.message import Fields, origin_of, scanned_headers

DECODABLE = ("gzip", "deflate", "br", "zstd", "identity")


def narrow(request: http.Request, *, whole: bool) -> None:
    """Ask for what can be scanned: in codings that the scanner undoes, and `whole` where answers are judged.

    A secret that the border of a range cuts is none in either part; a server may leave ranges out (RFC 9110, 14.2).
    """
    for name in ("range", "if-range") if whole else ():
        request.headers.pop(name, None)
    _narrow_codings(request)


def _narrow_codings(request: http.Request) -> None:
    """Cut Accept-Encoding to what the scanner decodes; without the header it stays as it is."""
    if "accept-encoding" not in request.headers:
        return
    wanted = request.headers.get_all("accept-encoding")
    offers = [offer.strip() for value in wanted for offer in value.split(",")]
    kept = [offer for offer in offers if offer.split(";")[0].strip().lower() in DECODABLE]
    if len(kept) != len(offers):
        request.headers["accept-encoding"] = ", ".join(kept) or "identity"


def stay_on_this_way(response: http.Response) -> None:
    """Take out what leads a client to another port and protocol, QUIC for the most part (RFC 7838)."""
    if any(name.lower() == b"alt-svc" for name, _ in response.headers.fields):
        del response.headers["alt-svc"]


def edit_request(request: http.Request, edited: Edited) -> None:
    """Change a request as its redaction says.

    Raises:
        NoVerdict: the edit would change where the request goes.
    """
    if edited.url is not None:
        origin = origin_of(request)
        if not edited.url.startswith(origin):
            raise NoVerdict("error", "a redaction would change the host")
        request.data.path = edited.url.removeprefix(origin) or b"/"
    if edited.headers is not None:
        request.headers = http.Headers(_without_authority(request, edited.headers))
    _edit_rest(request, edited)


def edit_response(response: http.Response, edited: Edited) -> None:
    """Change a response as its redaction says."""
    if edited.headers is not None:
        response.headers = http.Headers(edited.headers)
    _edit_rest(response, edited)


def edit_websocket(heard: WebSocketMessage, edited: Edited) -> None:
    """Change a WebSocket message as its redaction says."""
    if edited.body is None:
        raise NoVerdict("error", "a redaction of a WebSocket message without a body")
    heard.content = edited.body


def _edit_rest(message: http.Message, edited: Edited) -> None:
    if edited.trailers is not None:
        message.trailers = http.Headers(edited.trailers)
    if edited.body is None:
        return
    kept = [pair for pair in message.headers.fields if pair[0].lower() not in OF_THE_OLD_BODY]
    message.headers = http.Headers(kept)
    message.data.content = edited.body
    if "transfer-encoding" not in message.headers:
        message.headers["content-length"] = str(len(edited.body))


def _without_authority(request: http.Request, headers: Fields) -> Fields:
    """Take back the Host header that stood for HTTP/2's `:authority`; it may not have changed."""
    if scanned_headers(request) is request.headers.fields:
        return headers
    if headers[-1] != (b"host", request.data.authority):
        raise NoVerdict("error", "a redaction would change the host")
    return headers[:-1]


def leave_as_it_is(_edited: Edited) -> None:
    """A recording is not changed."""


def cannot_edit(_edited: Edited) -> None:
    """A tunnel is a name and a port."""
    raise NoVerdict("error", "a tunnel cannot be redacted")


def cannot_edit_trailers(_edited: Edited) -> None:
    """The head that would have to go with them has gone."""
    raise NoVerdict("error", "trailers of a body that flowed cannot be redacted")
