"""The service backend against a server that answers, lies, stalls, hangs up and comes back."""

import asyncio
import json

import pytest

from scangate_addon.http_client import Target
from scangate_addon.judgement import NoVerdict
from scangate_addon.message import Connect, Request, Response, WebSocket
from scangate_addon.service import Service

CONNECT = Connect("a.example", 443, "a.example", "192.0.2.1")
BLOCKS = dict.fromkeys(["unavailable", "error", "over_limit", "undecodable"], "block")
FINDING = {"rule": "a.b", "part": "body", "start": 1}
POLICY = {
    "limits": {"body_bytes": 1000},
    "egress": {"passthrough": []},
    "failure": {"outbound": BLOCKS, "inbound": BLOCKS},
}
REQUEST = Request(b"POST", b"https://a.example/\xff", "HTTP/1.1", ((b"a", b"\xfe"),), b"\x00x", ((b"t", b"u"),), CONNECT, "f")  # fmt: skip
ANSWER = {"scan_id": "1", "verdict": "allow", "reason_code": None, "findings": [], "edits": [], "coverage": {}}


class Peer:
    """A scan service of which every move is scripted."""

    def __init__(self, answer=None):
        self.answer = answer or (lambda asked: http(ANSWER | {"id": asked["id"]}))
        self.asked, self.connections = [], 0

    async def serve(self, reader, writer):
        self.connections += 1
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
                body = await reader.readexactly(length)
                asked = json.loads(body) if body else {}
                self.asked.append(asked)
                answer = self.answer(asked)
                if asyncio.iscoroutine(answer):
                    answer = await answer
                if answer is None:
                    break
                writer.write(answer)
        except asyncio.IncompleteReadError:
            pass
        writer.close()


def http(document, status="200 OK", extra=""):
    body = json.dumps(document).encode()
    verdict = document.get("verdict", "")
    head = f"HTTP/1.1 {status}\r\ncontent-type: application/json\r\nscan-verdict: {verdict}\r\n{extra}"
    return f"{head}content-length: {len(body)}\r\n\r\n".encode() + body


def talk(peer, conversation, timeout_ms=500, path=None):
    """Run a conversation with `peer`, over TCP or a Unix socket."""

    async def run():
        if path:
            server = await asyncio.start_unix_server(peer.serve, path)
            target = Target.parse(f"unix:{path}")
        else:
            server = await asyncio.start_server(peer.serve, "127.0.0.1", 0)
            target = Target("127.0.0.1", server.sockets[0].getsockname()[1])
        service = Service(target, timeout_ms, "bottle")
        try:
            return await conversation(service)
        finally:
            service.close()
            server.close()

    return asyncio.run(run())


@pytest.mark.parametrize("over_socket", [False, True], ids=["tcp", "unix"])
def test_a_verdict_comes_back_and_the_connection_is_kept(over_socket, tmp_path):
    peer = Peer()

    async def conversation(service):
        return [(await service.scan(REQUEST)).verdict for _ in range(3)]

    assert talk(peer, conversation, path=str(tmp_path / "s") if over_socket else None) == ["allow"] * 3
    assert peer.connections == 1


def test_a_request_travels_as_agreed():
    peer = Peer()
    talk(peer, lambda service: service.scan(REQUEST))
    [asked] = peer.asked
    assert asked.pop("id")
    assert asked == {
        "type": "http.request", "session": "bottle", "flow": "f", "method": "POST", "version": "HTTP/1.1",
        "url": {"base64": "aHR0cHM6Ly9hLmV4YW1wbGUv/w=="}, "headers": [["a", {"base64": "/g=="}]],
        "body": {"base64": "AHg="}, "trailers": [["t", "u"]],
        "connect": {"host": "a.example", "port": 443, "sni": "a.example", "peer": "192.0.2.1"},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("message", "fields"),
    [
        (
            Response(200, b"OK", b"GET", b"https://a.example/", "HTTP/2", (), b"", (), Connect("a.example", 1), "f"),
            {"type": "http.response", "status": 200, "reason": "OK", "version": "HTTP/2", "headers": [], "flow": "f",
             "request": {"method": "GET", "url": "https://a.example/"}, "body": {"base64": ""},
             "connect": {"host": "a.example", "port": 1}},
        ),
        (
            WebSocket(b"wss://a.example/", False, True, b"hi", Connect("a.example", 1), "f"),
            {"type": "websocket.message", "flow": "f", "url": "wss://a.example/", "from_client": False,
             "opcode": "text", "body": {"base64": "aGk="}, "connect": {"host": "a.example", "port": 1}},
        ),
        (Connect("a.example", 443, "b.example"), {"type": "connect", "host": "a.example", "port": 443, "sni": "b.example"}),
    ],
    ids=["response", "websocket", "connect"],
)  # fmt: skip
def test_other_messages_travel_as_agreed(message, fields):
    peer = Peer()
    talk(peer, lambda service: service.scan(message))
    [asked] = peer.asked
    assert {key: value for key, value in asked.items() if key not in ("id", "session")} == fields


BAD = {
    "hangs up": lambda _: None,
    "stalls": lambda _: asyncio.sleep(9),
    "talks nonsense": lambda _: b"SSH-2.0-x\r\n\r\n",
    "answers by half": lambda asked: http(ANSWER | {"id": asked["id"]})[:-5] + b"",
    "has no length": lambda _: b"HTTP/1.1 200 OK\r\n\r\n{}",
    "claims a vast length": lambda _: b"HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\n",
    "sends headers without end": lambda _: b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 20_000,
    "answers to someone else": lambda _: http(ANSWER | {"id": "other"}),
    "fails": lambda _: http({"code": "overloaded"}, "503 Service Unavailable"),
}


@pytest.mark.parametrize("answer", BAD.values(), ids=BAD)
def test_a_bad_service_gives_no_verdict(answer):
    with pytest.raises(NoVerdict):
        talk(Peer(answer), lambda service: service.scan(REQUEST), timeout_ms=200)


def test_nobody_there_is_no_verdict():
    async def run():
        await Service(Target("127.0.0.1", 1), 200, "bottle").scan(REQUEST)

    with pytest.raises(NoVerdict) as caught:
        asyncio.run(run())
    assert caught.value.failure == "unavailable"


def test_a_late_answer_is_not_taken_for_the_next_one():
    given_up = asyncio.Event()

    async def late(asked):
        await given_up.wait()
        return http(ANSWER | {"id": asked["id"]})

    async def conversation(service):
        with pytest.raises(NoVerdict):
            await service.scan(REQUEST)
        given_up.set()
        await asyncio.sleep(0.1)
        return (await service.scan(REQUEST)).verdict

    assert talk(Peer(late), conversation, timeout_ms=1000) == "allow"


def test_a_kept_connection_that_died_is_replaced():
    peer = Peer()

    async def conversation(service):
        await service.scan(REQUEST)
        service._client._idle[0]._writer.transport.abort()
        await asyncio.sleep(0)
        return (await service.scan(REQUEST)).verdict

    assert talk(peer, conversation) == "allow"
    assert peer.connections == 2


def test_a_redaction_is_looked_at_again():
    def answer(asked):
        if asked["body"] == {"base64": "AHg="}:
            edits = [{"part": "body", "start": 1, "end": 2, "replacement": "y"}]
            redact = {"verdict": "redact", "reason_code": "pii_outbound", "findings": [FINDING], "edits": edits}
            return http(ANSWER | redact | {"id": asked["id"]})
        return http(ANSWER | {"id": asked["id"]})

    async def conversation(service):
        await service.policy()
        return await service.scan(REQUEST)

    peer = Peer(lambda asked: http(POLICY) if not asked else answer(asked))
    judgement = talk(peer, conversation)
    assert (judgement.verdict, judgement.edited.body, judgement.edited.url) == ("redact", b"\x00y", None)
    assert peer.asked[-1]["body"] == {"base64": "AHk="}


def test_a_redaction_that_leaves_something_behind_is_no_verdict():
    edits = [{"part": "body", "start": 1, "end": 2, "replacement": "y"}]
    redact = {"verdict": "redact", "reason_code": "pii_outbound", "findings": [FINDING], "edits": edits}
    peer = Peer(lambda asked: http(POLICY) if not asked else http(ANSWER | redact | {"id": asked["id"]}))

    async def conversation(service):
        await service.policy()
        return await service.scan(REQUEST)

    with pytest.raises(NoVerdict):
        talk(peer, conversation)
