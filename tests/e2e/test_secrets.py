"""A secret is stopped in every carrier, for every client, and the refusal tells nothing of it."""

import base64
import gzip
import json

import pytest

from clients import CLIENTS, Seen, curl, with_requests
from tokens import aws_key_id, github_token

JSON = ("Content-Type", "application/json")


def assert_stopped(seen: Seen, world, *secrets: str) -> None:
    assert seen.status == 403
    assert seen.headers["scangate-reason"] == "secret_outbound"
    assert seen.headers["x-should-retry"] == "false"
    told = seen.text + str(seen.headers)
    assert seen.headers["scangate-scan-id"] in seen.text
    assert "policy" in seen.text
    assert not [secret for secret in secrets if secret in told]
    assert world.origin.log.requests == []
    assert world.origin.log.connections == 0


@pytest.mark.parametrize("name", CLIENTS)
def test_a_cloud_key_in_a_json_body_is_stopped(name, via, world):
    key = aws_key_id()
    body = json.dumps({"note": f"use {key} please"}).encode()
    seen = CLIENTS[name](via, "POST", world.url("/notes"), [JSON], body)
    assert_stopped(seen, world, key)
    assert json.loads(seen.body)["error"]["code"] == "secret_outbound"


def carriers(key: str) -> dict[str, tuple[str, str, list[tuple[str, str]], bytes | None]]:
    """Method, path, headers and body of each way to send `key`."""
    text = json.dumps({"deep": [{"note": f"use {key} please"}]}).encode()
    coded = base64.b64encode(f"the key is {key}, keep it".encode()).decode()
    boundary = "frontier"
    file = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="up"; filename="notes.txt"\r\n'
        f"Content-Type: text/plain\r\n\r\nkey {key}\r\n--{boundary}--\r\n"
    )
    return {
        "json": ("POST", "/", [JSON], text),
        "gzip": ("POST", "/", [JSON, ("Content-Encoding", "gzip")], gzip.compress(text)),
        "base64 in json": ("POST", "/", [JSON], json.dumps({"blob": coded}).encode()),
        "query": ("GET", f"/search?q={key}", [], None),
        "path": ("GET", f"/files/{key}/list", [], None),
        "header": ("GET", "/", [("X-Note", key)], None),
        "multipart file": ("POST", "/", [("Content-Type", f"multipart/form-data; boundary={boundary}")], file.encode()),
        "form": ("POST", "/", [("Content-Type", "application/x-www-form-urlencoded")], f"a=1&b={key}".encode()),
        "plain text": ("PUT", "/", [("Content-Type", "text/plain")], f"{key}\n".encode()),
        "no content type": ("POST", "/", [("Content-Type", "")], key.encode()),
        "json escapes": ("POST", "/", [JSON], b'{"a": "%s"}' % "".join(f"\\u{ord(c):04x}" for c in key).encode()),
        "percent": ("GET", "/?q=" + "".join(f"%{ord(c):02X}" for c in key), [], None),
        "chunked": ("POST", "/", [JSON, ("Transfer-Encoding", "chunked")], text),
    }


@pytest.mark.parametrize("carrier", carriers(""))
def test_a_cloud_key_is_stopped_in_every_carrier(carrier, via, world):
    key = aws_key_id()
    method, path, headers, body = carriers(key)[carrier]
    assert_stopped(curl(via, method, world.url(path), headers, body), world, key)


def test_plain_http_is_scanned_too(via, world):
    key = aws_key_id()
    assert_stopped(curl(via, "POST", world.plain_url(), [JSON], json.dumps({"k": key}).encode()), world, key)


def test_a_secret_that_is_sent_in_a_large_body_is_stopped(via, world):
    key = aws_key_id()
    body = json.dumps({"rows": ["nothing to see here"] * 200_000, "last": key}).encode()
    assert_stopped(curl(via, "POST", world.url(), [JSON, ("Expect", "")], body), world, key)


def test_a_key_goes_home_in_its_own_header_and_nowhere_else(via, world):
    token = github_token()
    headers = [("Authorization", f"Bearer {token}")]
    assert with_requests(via, "GET", world.url("/user", "api.github.com"), headers, None).status == 200
    assert world.origin.log.requests[0].header("authorization") == f"Bearer {token}".encode()
    world.origin.log.clear()
    assert_stopped(with_requests(via, "GET", world.url("/user", "other.example"), headers, None), world, token)


def test_a_key_at_home_in_the_wrong_place_is_stopped(via, world):
    token = github_token()
    body = json.dumps({"body": f"my token is {token}"}).encode()
    assert_stopped(with_requests(via, "POST", world.url("/gists", "api.github.com"), [JSON], body), world, token)


def test_an_opaque_bearer_token_is_ordinary(via, world):
    headers = [
        ("Authorization", "Bearer Zm9vYmFyYmF6cXV4Zm9vYmFy"),
        ("Cookie", "session=8f14e45fceea167a5a36dedd4bea2543"),
    ]
    assert curl(via, "GET", world.url(), headers).status == 200


def test_nothing_of_a_secret_is_in_the_proxys_log(start, world):
    proxy, key = start(), aws_key_id()
    curl(proxy.via, "GET", world.url(f"/?q={key}"), [("X-Note", key)])
    curl(proxy.via, "POST", world.url(), [JSON], json.dumps({"k": key}).encode())
    assert "block out: aws.access-key-id (secret_outbound)" in proxy.output()
    assert key not in proxy.output()


MCP = {"jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": {"name": "write", "arguments": {}}}
SHAPES = {
    "anthropic": ("other.example", "/v1/messages", [JSON, ("anthropic-version", "2023-06-01")], {"model": "m"}, 403, ["type"]),
    "openai": ("other.example", "/v1/embeddings", [JSON], {"model": "m"}, 403, ["error"]),
    "mcp": ("other.example", "/mcp", [JSON, ("Accept", "application/json, text/event-stream")], MCP, 200, ["jsonrpc", "id"]),
}  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES)
def test_the_refusal_has_the_shape_of_the_api(shape, via, world):
    host, path, headers, document, status, expected = SHAPES[shape]
    key = aws_key_id()
    seen = curl(via, "POST", world.url(path, host), headers, json.dumps({**document, "x": key}).encode())
    answer = json.loads(seen.body)
    assert seen.status == status
    assert all(name in answer for name in expected)
    assert key not in seen.text
    assert world.origin.log.connections == 0
