"""What is cut out arrives cut out: the right length, no stale coding, still valid JSON. Through both backends."""

import gzip
import json

import pytest

from clients import CLIENTS, curl, wait_until
from origin import Reply
from processes import answers, free_port
from tokens import aws_key_id

JSON = ("Content-Type", "application/json")


def chat(secret: str) -> bytes:
    """A request to a model API with a secret in its history."""
    said = [{"role": "user", "content": f"my key is {secret}, café \u2603"}, {"role": "user", "content": "go on"}]
    return json.dumps({"model": "m", "messages": said}, ensure_ascii=False).encode()


@pytest.fixture(params=["in process", "service"])
def proxy(request, start, service):
    if request.param == "in process":
        return start()
    port = free_port()
    service(f"127.0.0.1:{port}")
    wait_until(lambda: answers(port))
    started = start(f"scangate_backend=http://127.0.0.1:{port}", policy=None)
    wait_until(lambda: curl(started.via, "GET", "http://127.0.0.1:1/").status != 503)
    return started


@pytest.mark.parametrize("coding", ["identity", "gzip"])
def test_a_secret_in_a_conversation_is_cut_out_on_its_way_to_a_model(coding, proxy, world):
    key = aws_key_id()
    body = chat(key) if coding == "identity" else gzip.compress(chat(key))
    coded = [] if coding == "identity" else [("Content-Encoding", coding)]
    seen = curl(proxy.via, "POST", world.url("/v1/chat/completions", "api.openai.com"), [JSON, *coded], body)
    assert seen.status == 200
    [received] = world.origin.log.requests
    said = json.loads(received.body)["messages"]
    assert key not in received.body.decode()
    assert said[0]["content"].startswith("my key is [redacted:aws.access-key-id")
    assert said[0]["content"].endswith(", café \u2603")
    assert said[1]["content"] == "go on"
    assert received.header("content-length") == str(len(received.body)).encode()
    assert received.header("content-encoding") is None


@pytest.mark.parametrize("name", CLIENTS)
def test_every_client_can_be_redacted(name, via, world):
    key = aws_key_id()
    seen = CLIENTS[name](via, "POST", world.url("/v1/chat/completions", "api.openai.com"), [JSON], chat(key))
    assert seen.status == 200
    [received] = world.origin.log.requests
    assert key.encode() not in received.body
    assert len(json.loads(received.body)["messages"]) == 2


INBOUND = """
[egress]
private = ["127.0.0.1", "localhost"]
[actions.inbound]
secret = "redact"
"""


def test_a_response_is_redacted_when_the_policy_says_so(start, world):
    key = aws_key_id()
    packed = gzip.compress(json.dumps({"key": key}).encode())
    headers = [(b"content-type", b"application/json"), (b"content-encoding", b"gzip")]
    world.origin.replies["/"] = Reply(200, headers, packed)
    seen = curl(start(policy=INBOUND).via, "GET", world.url())
    assert seen.status == 200
    assert key not in seen.text
    assert json.loads(seen.body)["key"].startswith("[redacted:aws.access-key-id")
    assert seen.headers["content-length"] == str(len(seen.body))
    assert "content-encoding" not in seen.headers
