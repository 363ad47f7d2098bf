"""Carries out the edits of a service's answer: byte ranges, nothing else is touched."""

from collections.abc import Iterable
from dataclasses import replace

from mitmproxy.net import encoding

from scangate_addon.answer import Edit
from scangate_addon.judgement import Edited, NoVerdict
from scangate_addon.message import Connect, Fields, Message, Request, Response, WebSocket

OF_THE_OLD_BODY = (b"content-encoding", b"content-length")


def apply(message: Message, edits: tuple[Edit, ...], body_bytes: int) -> Edited:
    """Return `message` with `edits` carried out.

    Raises:
        NoVerdict: an edit names a part or range that the message does not have.
    """
    by_part: dict[tuple[str, int], list[Edit]] = {}
    for edit in edits:
        by_part.setdefault((edit.part, edit.index), []).append(edit)
    edited = Edited(
        url=_whole(by_part, "url", message.url) if isinstance(message, Request) else None,
        headers=None if isinstance(message, WebSocket) else _fields(by_part, "header", _headers(message)),
        body=_whole(by_part, "body", _decoded(message, body_bytes)) if ("body", 0) in by_part else None,
        trailers=None if isinstance(message, WebSocket) else _fields(by_part, "trailer", _trailers(message)),
    )
    if by_part:
        raise NoVerdict("error", "an edit is of a part that cannot be edited")
    return edited


def _whole(by_part: dict[tuple[str, int], list[Edit]], part: str, raw: bytes) -> bytes | None:
    edits = by_part.pop((part, 0), None)
    return None if edits is None else cut(raw, edits)


def _fields(by_part: dict[tuple[str, int], list[Edit]], kind: str, fields: Fields) -> Fields | None:
    """Edit the values of `header:<name>` and `trailer:<name>`; `index` tells repeats apart."""
    if not any(part.startswith(f"{kind}:") for part, _ in by_part):
        return None
    seen: dict[str, int] = {}
    edited = []
    for name, value in fields:
        key = name.decode("latin-1").lower()
        index = seen.get(key, 0)
        seen[key] = index + 1
        edits = by_part.pop((f"{kind}:{key}", index), None)
        edited.append((name, value if edits is None else cut(value, edits)))
    return tuple(edited)


def cut(raw: bytes, edits: Iterable[Edit]) -> bytes:
    """Return `raw` with every range replaced.

    Raises:
        NoVerdict: ranges overlap, are out of order, or reach past the end.
    """
    pieces, at = [], 0
    for edit in edits:
        if not at <= edit.start <= edit.end <= len(raw):
            raise NoVerdict("error", "an edit does not fit the message")
        pieces += [raw[at : edit.start], edit.replacement]
        at = edit.end
    return b"".join([*pieces, raw[at:]])


def _headers(message: Message) -> Fields:
    return message.headers if isinstance(message, Request | Response) else ()


def _trailers(message: Message) -> Fields:
    return message.trailers if isinstance(message, Request | Response) else ()


def _decoded(message: Message, body_bytes: int) -> bytes:
    """The body with its Content-Encoding undone: what the offsets of edits refer to.

    The scanner has decoded the same bytes within its bounds before it spoke of edits.
    """
    if isinstance(message, Connect) or message.body is None:
        raise NoVerdict("error", "an edit is of a body that is not there")
    if isinstance(message, WebSocket):
        return message.body
    body = message.body
    try:
        for coding in reversed(codings(message.headers)):
            body = decode(body, coding)
    except ValueError as error:
        raise NoVerdict("undecodable", "the body cannot be decoded here for its redaction") from error
    if len(body) > body_bytes:
        raise NoVerdict("over_limit", "the decoded body is over the limit")
    return body


def decode(body: bytes, coding: str) -> bytes:
    """Undo one coding.

    Raises:
        ValueError: the body is not in that coding, or nobody knows it.
    """
    decoded = encoding.decode(body, coding)
    if not isinstance(decoded, bytes):
        raise ValueError("a coding of text, not of bytes")
    return decoded


def codings(fields: Fields) -> list[str]:
    """The names in Content-Encoding, outermost last."""
    values = [value.decode("latin-1") for name, value in fields if name.lower() == b"content-encoding"]
    names = [name.strip().lower() for value in values for name in value.split(",")]
    return ["gzip" if name == "x-gzip" else name for name in names if name not in ("", "identity")]


def rewritten(message: Message, edited: Edited) -> Message:
    """Return the message as it will travel: the body plain, its old length and coding gone."""
    if isinstance(message, Connect):
        return message
    if isinstance(message, WebSocket):
        return message if edited.body is None else replace(message, body=edited.body)
    body = message.body if edited.body is None else edited.body
    headers = message.headers if edited.headers is None else edited.headers
    if edited.body is not None:
        headers = tuple(pair for pair in headers if pair[0].lower() not in OF_THE_OLD_BODY)
    trailers = message.trailers if edited.trailers is None else edited.trailers
    if isinstance(message, Request) and edited.url is not None:
        message = replace(message, url=edited.url)
    return replace(message, headers=headers, body=body, trailers=trailers)
