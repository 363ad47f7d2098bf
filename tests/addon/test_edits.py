"""Edits of a service are carried out to the byte, or not at all."""

import gzip
import zlib

import brotli
import pytest
import zstandard

from scangate_addon import edits
from scangate_addon.answer import Edit
from scangate_addon.judgement import NoVerdict
from scangate_addon.message import Connect, Request, WebSocket

CONNECT = Connect("a.example", 443)
PLAIN = b'{"note": "my secret"}'


def request(body=PLAIN, headers=(), trailers=()):
    return Request(b"POST", b"https://a.example/p?q=secret", "HTTP/1.1", headers, body, trailers, CONNECT, "f")


def edit(part, start, end, replacement=b"[x]", index=0):
    return Edit(part, index, start, end, replacement)


CODINGS = {
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": brotli.compress,
    "zstd": lambda raw: zstandard.ZstdCompressor().compress(raw),
    "gzip, br": lambda raw: brotli.compress(gzip.compress(raw)),
    "identity": lambda raw: raw,
}


@pytest.mark.parametrize("coding", CODINGS)
def test_offsets_are_those_of_the_decoded_body(coding):
    message = request(CODINGS[coding](PLAIN), ((b"Content-Encoding", coding.encode()), (b"a", b"b")))
    edited = edits.apply(message, (edit("body", 13, 19),), 1000)
    assert edited.body == b'{"note": "my [x]"}'
    assert edits.rewritten(message, edited).headers == ((b"a", b"b"),)


def test_every_part_can_be_edited():
    headers = ((b"X-A", b"one"), (b"x-a", b"two secret"), (b"b", b"c"))
    message = request(headers=headers, trailers=((b"t", b"secret"),))
    changes = (
        edit("url", 22, 28),
        edit("header:x-a", 4, 10, index=1),
        edit("body", 0, 0, b" "),
        edit("trailer:t", 0, 6),
    )
    again = edits.rewritten(message, edits.apply(message, changes, 1000))
    assert again.url == b"https://a.example/p?q=[x]"
    assert again.headers == ((b"X-A", b"one"), (b"x-a", b"two [x]"), (b"b", b"c"))
    assert again.body == b" " + PLAIN
    assert again.trailers == ((b"t", b"[x]"),)


def test_a_websocket_message_is_edited():
    message = WebSocket(b"wss://a.example/", True, True, b"secret", CONNECT, "f")
    assert edits.rewritten(message, edits.apply(message, (edit("body", 0, 6),), 1000)).body == b"[x]"


WRONG = {
    "past the end": (request(), edit("body", 0, 99)),
    "of a header that is not there": (request(), edit("header:x", 0, 1)),
    "of a repeat that is not there": (request(headers=((b"x", b"1"),)), edit("header:x", 0, 1, index=1)),
    "of the method": (request(), edit("method", 0, 1)),
    "of a header's name": (request(headers=((b"x", b"1"),)), edit("header-name:0", 0, 1)),
    "of a body that is not there": (request(body=None), edit("body", 0, 0)),
    "of a tunnel": (CONNECT, edit("connect", 0, 1)),
    "of a body in an unknown coding": (request(b"?", ((b"content-encoding", b"zip"),)), edit("body", 0, 1)),
    "of a body that does not decode": (request(b"?", ((b"content-encoding", b"gzip"),)), edit("body", 0, 1)),
}


@pytest.mark.parametrize(("message", "change"), WRONG.values(), ids=WRONG)
def test_an_edit_that_does_not_fit_is_no_verdict(message, change):
    with pytest.raises(NoVerdict):
        edits.apply(message, (change,), 1000)


def test_overlapping_edits_are_no_verdict():
    with pytest.raises(NoVerdict):
        edits.apply(request(), (edit("body", 0, 5), edit("body", 4, 6)), 1000)


def test_a_body_that_grows_over_the_limit_is_no_verdict():
    bomb = request(gzip.compress(b"0" * 2000), ((b"content-encoding", b"gzip"),))
    with pytest.raises(NoVerdict) as caught:
        edits.apply(bomb, (edit("body", 0, 1),), 1000)
    assert caught.value.failure == "over_limit"
