"""A refusal has the shape of the API that was called, says that it is policy, and tells nothing of what was found."""

import json

import pytest
from mitmproxy.test import tflow, tutils

from scangate_addon import denial
from scangate_addon.judgement import Judgement, NoVerdict

BLOCKED = denial.blocked(Judgement("block", "secret_outbound", "01SCAN", ("gitlab.token",)), "git.example.org")
RPC = b'{"jsonrpc": "2.0", "id": %s, "method": "tools/call", "params": {}}'


def refuse(host="a.example", path=b"/", body=b"", method=b"POST", why=BLOCKED, **headers):
    names = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    request = tutils.treq(host=host, path=path, content=body, method=method, headers=names)
    return denial.to_response(why, tflow.tflow(req=request))


def test_every_refusal_says_what_an_agent_must_know():
    response = refuse()
    assert response.status_code == 403
    assert response.headers["x-should-retry"] == "false"
    for needed in ("policy", "secret_outbound", "01SCAN", "do not retry", "another way"):
        assert needed in response.text


def test_a_secret_that_may_be_at_home_names_the_line_to_add():
    assert '"gitlab.token" = ["git.example.org"]' in refuse().text


KINDS = {
    "anthropic by header": ({"anthropic_version": "2023-06-01"}, lambda doc: doc["type"] == "error" and doc["error"]["type"] == "permission_error"),
    "anthropic by path": ({"path": b"/v1/messages?beta=true"}, lambda doc: doc["type"] == "error"),
    "openai by host": ({"host": "api.openai.com"}, lambda doc: doc["error"]["code"] == "secret_outbound"),
    "openai by path": ({"path": b"/openai/v1/chat/completions"}, lambda doc: doc["error"]["type"] == "policy_violation"),
    "google": ({"path": b"/v1beta/models/g:generateContent?key=x"}, lambda doc: doc["error"]["status"] == "PERMISSION_DENIED"),
    "json by accept": ({"accept": "application/json, */*"}, lambda doc: doc["error"]["code"] == "secret_outbound"),
    "json by body": ({"content_type": "application/json; charset=utf-8"}, lambda doc: doc["error"]["scan_id"] == "01SCAN"),
}  # fmt: skip


@pytest.mark.parametrize(("call", "fits"), KINDS.values(), ids=KINDS)
def test_json_apis_get_json_of_their_own_shape(call, fits):
    response = refuse(**call)
    assert response.status_code == 403
    assert response.headers["content-type"] == "application/json"
    assert fits(json.loads(response.content))


@pytest.mark.parametrize(("sent", "called"), [(b"7", 7), (b'"abc"', "abc")])
def test_an_mcp_call_gets_a_json_rpc_error_with_its_id(sent, called):
    response = refuse(body=RPC % sent, content_type="application/json")
    document = json.loads(response.content)
    assert response.status_code == 200
    assert (document["id"], document["error"]["code"]) == (called, -32001)
    assert document["error"]["data"] == {"reason_code": "secret_outbound", "scan_id": "01SCAN"}


def test_a_batch_of_calls_gets_an_error_for_each():
    response = refuse(body=b"[" + RPC % b"1" + b"," + RPC % b"2" + b"]")
    assert [error["id"] for error in json.loads(response.content)] == [1, 2]


@pytest.mark.parametrize("body", [RPC % b"null", RPC % b"true", b'{"jsonrpc": "2.0"', b'{"jsonrpc": "1.0", "id": 1}'])
def test_what_only_looks_like_a_call_gets_a_plain_403(body):
    assert refuse(body=body).status_code == 403


def test_an_event_stream_gets_an_error_event():
    response = refuse(accept="text/event-stream")
    assert response.headers["content-type"] == "text/event-stream"
    assert response.text.startswith("event: error\ndata: {")
    assert response.text.endswith("\n\n")


def test_grpc_gets_a_status():
    response = refuse(content_type="application/grpc+proto")
    assert (response.status_code, response.headers["grpc-status"]) == (200, "7")


def test_everyone_else_gets_text():
    assert refuse(accept="text/html").headers["content-type"].startswith("text/plain")


def test_a_head_request_gets_no_body():
    response = refuse(method=b"HEAD")
    assert (response.content, response.headers["content-length"]) == (b"", "0")


@pytest.mark.parametrize(("request_side", "status"), [(True, 503), (False, 502)])
def test_no_verdict_is_503_for_a_request_and_502_for_a_response(request_side, status):
    why = denial.unscanned(NoVerdict("unavailable", "connection refused by 10.1.2.3"), request=request_side)
    response = refuse(why=why)
    assert response.status_code == status
    assert response.headers["scangate-reason"] == "no_verdict_unavailable"
    assert "10.1.2.3" not in response.text


def test_a_close_reason_fits_its_frame():
    why = denial.Denial(403, "r" * 200, "01SCAN", "")
    assert len(denial.to_close_reason(why).encode()) <= 123
