"""Rows of README's failure table that a hook or a parser shows elsewhere, once more with real bytes, seen from the origin."""

import asyncio
import base64
import json
import lzma
import threading

import pytest
from websockets.exceptions import ConnectionClosed

from clients import curl, wait_until
from flowing import Pieces, read
from processes import ADDON, free_port
from test_failing import BLOCKS, POLICY, http, impostor, passes
from test_websocket import talk
from tokens import aws_key_id


def nested(text: str, times: int = 8) -> bytes:
    """Deeper than is looked at."""
    for _ in range(times):
        text = base64.b64encode(f"some text around it {text} and after".encode()).decode()
    return text.encode()


TICKS = [b"data: tick and tock, %c.\n\n" % letter for letter in b"abcdefghijkl"]
SEALED = [("Content-Type", "text/plain"), ("Content-MD5", "1B2M2Y8AsgTpgAmY7PhCfg==")]


@pytest.mark.parametrize("what", ["nested too deep", "packed in a way that is not undone", "encrypted"])
def test_what_was_not_looked_at_whole_does_not_leave(what, via, world):
    body = {
        "nested too deep": nested(aws_key_id()),
        "packed in a way that is not undone": lzma.compress(b"some words"),
        "encrypted": b"age-encryption.org/v1\n-> X25519 abc\n",
    }[what]
    seen = curl(via, "POST", world.plain_url(), [("Content-Type", "application/octet-stream")], body)
    assert (seen.status, seen.headers["scangate-reason"]) == (403, "incomplete")
    assert world.origin.log.requests == []


def test_a_signed_body_that_would_have_to_be_cut_does_not_leave(via, world):
    key = aws_key_id()
    body = json.dumps({"messages": [{"role": "user", "content": f"my key is {key}"}]}).encode()
    seen = curl(via, "POST", world.url("/v1/chat/completions", "api.openai.com"), SEALED, body)
    assert seen.status == 403
    assert world.origin.log.requests == []


def test_a_scan_past_its_deadline_does_not_let_its_message_leave(start, world):
    proxy = start("scangate_timeout_ms=1")
    body = b'{"marked": "' + b"plain words " * 700_000 + b'"}'
    seen = curl(proxy.via, "POST", world.plain_url(), [("Content-Type", "application/json"), ("Expect", "")], body)
    assert (seen.status, seen.headers["scangate-reason"]) == (503, "no_verdict_unavailable")
    assert world.origin.log.requests == []


def problem(status: int, code: str) -> bytes:
    body = json.dumps({"type": "about:blank", "title": code, "status": status, "code": code, "retryable": True})
    head = f"HTTP/1.1 {status} No\r\ncontent-type: application/problem+json\r\ncontent-length: {len(body)}\r\n\r\n"
    return (head + body).encode()


def verdict(asked: bytes, **fields: object) -> bytes:
    """An answer of the service to what it was asked."""
    message = json.loads(asked.partition(b"\r\n\r\n")[2])
    answer = {"scan_id": "1", "reason_code": None, "findings": [], "edits": [], "coverage": {}, "id": message["id"]}
    return http({**answer, **fields}, str(fields["verdict"]))


EDIT = {"part": "body", "start": 0, "end": 4, "replacement": "-"}
ANSWERS = {
    "is overloaded": lambda asked: problem(503, "overloaded"),
    "is past its deadline": lambda asked: problem(503, "deadline"),
    "redacts and leaves it": lambda asked: verdict(asked, verdict="redact", edits=[EDIT], reason_code="secret_outbound"),
    "redacts past the end": lambda asked: verdict(asked, verdict="redact", edits=[{**EDIT, "end": 1 << 20}], reason_code="x"),
    "redacts another part": lambda asked: verdict(asked, verdict="redact", edits=[{**EDIT, "part": "no-part"}], reason_code="x"),
}  # fmt: skip


@pytest.mark.parametrize("what", ANSWERS)
def test_a_service_whose_answer_is_no_way_to_pass(what, start, world):
    def answer(asked: bytes) -> bytes:
        if asked.startswith(b"GET /policy"):
            return http({**POLICY, "failure": {"outbound": BLOCKS, "inbound": BLOCKS}})
        return ANSWERS[what](asked) if b"/marked" in asked else verdict(asked, verdict="allow")

    with impostor(answer) as port:
        proxy = start(f"scangate_backend=http://127.0.0.1:{port}", policy=None)
        wait_until(lambda: passes(proxy.via, world))
        world.origin.log.clear()
        seen = curl(proxy.via, "POST", world.plain_url("/marked"), [("Content-Type", "application/json")], b'{"a": 1}')
        assert (seen.status, seen.headers["scangate-reason"][:10]) == (503, "no_verdict")
        assert world.origin.log.requests == []


MEDDLING = '''
import sys
sys.path.insert(0, {addon!r})
from mitmproxy.exceptions import AddonHalt
from scangate_addon.gate import Gate

class Meddler:
    {hook}

addons = [Gate(), Meddler()]
'''  # fmt: skip
HOOKS = {
    "raises": "def request(self, flow): raise ValueError('boom')",
    "halts": "def request(self, flow): raise AddonHalt",
    "takes the refusal away": "def request(self, flow): flow.response = None",
    "streams the request": "def requestheaders(self, flow): flow.request.stream = True",
    "streams through a function": "def requestheaders(self, flow): flow.request.stream = lambda chunk: chunk",
}


@pytest.mark.parametrize("hook", HOOKS)
def test_another_addon_does_not_let_a_secret_out(hook, start, world, tmp_path):
    script = tmp_path / "meddling.py"
    script.write_text(MEDDLING.format(addon=str(ADDON.parent), hook=HOOKS[hook]))
    proxy = start(script=script)
    key = aws_key_id()
    assert curl(proxy.via, "POST", world.plain_url(), [], f"key {key}".encode()).status in (403, 503)
    assert not world.origin.log.holds(key)
    assert passes(proxy.via, world)


BREAKING = '''
import sys
sys.path.insert(0, {addon!r})
from scangate_addon.gate import Gate
from scangate_addon.flowing import Outlet

scan, seen = Outlet._released, []

def broken(self, chunk):
    seen.append(chunk)
    if len(seen) > 4:
        raise {error}
    return scan(self, chunk)

Outlet._released = broken
addons = [Gate()]
'''  # fmt: skip


@pytest.mark.parametrize("error", ["ValueError('boom')", "__import__('asyncio').CancelledError()"])
def test_a_scanner_that_raises_in_a_stream_cuts_it(error, flowing, start, tmp_path):
    script = tmp_path / "breaking.py"
    script.write_text(BREAKING.format(addon=str(ADDON.parent), error=error))
    flowing.answers["/words"] = Pieces("text/event-stream", TICKS, every_s=0.3)
    got = read(start(script=script, policy=BLOCKS_INBOUND).via, flowing.url("/words"))
    assert not got.is_whole
    assert TICKS[0] in got.body
    assert TICKS[5] not in got.body


BLOCKS_INBOUND = """
[egress]
private = ["127.0.0.1", "localhost"]
[actions.inbound]
secret = "block"
"""


def test_a_stream_whose_script_vanishes_ends_cut(flowing, start, tmp_path):
    script = tmp_path / "addon.py"
    script.write_text(f"import sys\nsys.path.insert(0, {str(ADDON.parent)!r})\n{ADDON.read_text()}")
    proxy = start(script=script)
    flowing.answers["/words"] = Pieces("text/event-stream", TICKS, every_s=0.5)
    threading.Timer(1, script.unlink).start()
    got = read(proxy.via, flowing.url("/words"))
    assert TICKS[0] in got.body
    assert not got.is_whole


def test_a_websocket_message_does_not_leave_when_the_service_is_gone(start, service, world):
    port = free_port()
    running = service(f"127.0.0.1:{port}")
    proxy = start(f"scangate_backend=http://127.0.0.1:{port}", policy=None)
    wait_until(lambda: passes(proxy.via, world))

    async def conversation(link) -> int:
        await link.send("heard")
        assert await link.recv() == "heard"
        await asyncio.to_thread(running.stop)
        with pytest.raises(ConnectionClosed) as closed:
            await link.send("marked")
            await link.recv()
        return closed.value.rcvd.code

    assert talk(proxy.via, world, conversation, "ws") == 1008
    assert world.origin.log.messages == ["heard"]
