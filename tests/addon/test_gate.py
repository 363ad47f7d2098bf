"""Nothing passes without an explicit verdict, whatever the scanner does. Driven the way mitmproxy drives hooks."""

import asyncio

import pytest
from mitmproxy import http
from mitmproxy.proxy.layers.http import (
    HttpConnectHook,
    HttpRequestHeadersHook,
    HttpRequestHook,
    HttpResponseHeadersHook,
    HttpResponseHook,
)
from mitmproxy.proxy.layers.websocket import WebsocketMessageHook
from mitmproxy.test import tflow, tutils
from support import ALLOW, BLOCK

from scangate_addon.judgement import Edited, Judgement, NoVerdict, Policy
from scangate_addon.message import Connect, Request, Response, WebSocket


class Panic(BaseException):
    """What a panic in Rust looks like in Python."""


# What a scanner can do that is no verdict, and the status a request then gets.
NO_VERDICTS = {
    "says there is none": NoVerdict("unavailable", "down"),
    "over the limit": NoVerdict("over_limit", "too large"),
    "raises": ValueError("boom"),
    "panics": Panic(),
    "is cancelled from inside": asyncio.CancelledError(),
    "times out": TimeoutError(),
    "answers nothing": None,
    "answers an unknown verdict": Judgement("maybe", None, "scan-9"),  # type: ignore[arg-type]
    "answers something else": "allow",
    "redacts without edits": Judgement("redact", "secret_outbound", "scan-9"),
}


def live(**kwargs):
    flow = tflow.tflow(**kwargs)
    flow.live = True
    return flow


async def ask(proxy, flow):
    await proxy.fire(HttpRequestHeadersHook(flow))
    await proxy.fire(HttpRequestHook(flow))


@pytest.mark.parametrize("answer", NO_VERDICTS.values(), ids=NO_VERDICTS)
def test_a_request_without_a_verdict_is_refused(proxy, answer):
    flow = live()
    asyncio.run(ask(proxy(lambda _: answer), flow))
    assert flow.response.status_code == 503
    assert flow.response.headers["x-should-retry"] == "false"


@pytest.mark.parametrize("answer", NO_VERDICTS.values(), ids=NO_VERDICTS)
def test_a_response_without_a_verdict_is_replaced(proxy, answer):
    flow = live(resp=tutils.tresp(content=b"from the server"))
    asyncio.run(proxy(lambda _: answer).fire(HttpResponseHook(flow)))
    assert flow.response.status_code == 502
    assert b"from the server" not in flow.response.content


@pytest.mark.parametrize("answer", [*NO_VERDICTS.values(), BLOCK], ids=[*NO_VERDICTS, "blocks"])
def test_a_websocket_message_without_a_verdict_is_dropped(proxy, answer):
    flow = tflow.twebsocketflow()
    asyncio.run(proxy(lambda _: answer).fire(WebsocketMessageHook(flow)))
    assert flow.websocket.messages[-1].dropped


@pytest.mark.parametrize("answer", [*NO_VERDICTS.values(), BLOCK], ids=[*NO_VERDICTS, "blocks"])
def test_a_tunnel_without_a_verdict_is_refused(proxy, answer):
    flow = live(req=tutils.treq(method=b"CONNECT"))
    asyncio.run(proxy(lambda _: answer).fire(HttpConnectHook(flow)))
    assert flow.response.status_code in (403, 503)
    assert flow.response.reason.startswith("Blocked by policy")


def test_an_allowed_request_goes_out_as_it_came(proxy):
    flow = live(req=tutils.treq(content=b"\x00body", path=b"/\xff?q=%20"))
    before = flow.request.get_state()
    asyncio.run(ask(proxy(), flow))
    assert flow.response is None
    assert flow.request.get_state() == before


def test_an_allowed_response_comes_in_as_it_was(proxy):
    flow = live(resp=True)
    before = flow.response
    asyncio.run(proxy().fire(HttpResponseHook(flow)))
    assert flow.response is before
    assert flow.response.content == b"message"


def test_an_allowed_websocket_message_passes_and_history_is_forgotten(proxy):
    flow = tflow.twebsocketflow()
    assert len(flow.websocket.messages) > 1
    asyncio.run(proxy().fire(WebsocketMessageHook(flow)))
    assert not flow.websocket.messages[-1].dropped
    assert len(flow.websocket.messages) == 1


def test_an_allowed_tunnel_opens(proxy):
    flow = live(req=tutils.treq(method=b"CONNECT"))
    asyncio.run(proxy().fire(HttpConnectHook(flow)))
    assert flow.response is None


@pytest.mark.parametrize("direction", ["out", "in"])
def test_a_block_is_a_403_that_names_reason_and_scan_in_both_directions(proxy, direction):
    flow = live(resp=direction == "in")
    prox = proxy(lambda _: BLOCK)
    asyncio.run(ask(prox, flow) if direction == "out" else prox.fire(HttpResponseHook(flow)))
    assert flow.response.status_code == 403
    assert flow.response.headers["scangate-reason"] == "secret_outbound"
    assert "scan-2" in flow.response.text
    assert flow.marked == ":no_entry:"
    assert "aws.access-key-id" in flow.comment


def test_a_streamed_body_is_not_taken_for_an_empty_one(proxy):
    flow = live()
    flow.request.data.content = None
    prox = proxy()
    asyncio.run(ask(prox, flow))
    assert flow.response.status_code == 503
    assert prox.scanner.asked == []


def test_streaming_is_switched_off_in_both_directions(proxy):
    flow = live(resp=True)
    flow.request.stream = flow.response.stream = True

    async def run():
        prox = proxy()
        await prox.fire(HttpRequestHeadersHook(flow))
        flow.response = tutils.tresp()
        flow.response.stream = True
        await prox.fire(HttpResponseHeadersHook(flow))

    asyncio.run(run())
    assert not flow.request.stream
    assert not flow.response.stream


def test_an_upgrade_to_something_else_than_websocket_is_refused(proxy):
    flow = live(resp=tutils.tresp(status_code=101, headers=http.Headers(upgrade="something")))
    asyncio.run(proxy().fire(HttpResponseHook(flow)))
    assert flow.response.status_code == 502


def test_nothing_passes_before_the_policy_is_known(proxy):
    flow = live()
    prox = proxy()

    async def run():
        prox.gate._judge._policy = None
        await prox.tctx.master.addons.handle_lifecycle(HttpRequestHeadersHook(flow))
        await prox.tctx.master.addons.handle_lifecycle(HttpRequestHook(flow))

    prox.gate._judge._asking = None
    asyncio.run(run())
    assert flow.response.status_code == 503


def test_a_redaction_changes_body_length_and_coding_and_nothing_else(proxy):
    headers = http.Headers(content_encoding="gzip", content_length="3", authorization="kept")
    flow = live(req=tutils.treq(content=b"old", headers=headers))
    answer = Judgement("redact", "pii_outbound", "scan-3", ("x.y",), Edited(body=b'{"a": "[redacted:x.y]"}'))
    asyncio.run(ask(proxy(lambda _: answer), flow))
    assert flow.response is None
    assert flow.request.raw_content == b'{"a": "[redacted:x.y]"}'
    assert flow.request.headers.get("content-encoding") is None
    assert flow.request.headers["content-length"] == "23"
    assert flow.request.headers["authorization"] == "kept"


def test_a_redaction_that_would_change_the_host_is_refused(proxy):
    answer = Judgement("redact", "pii_outbound", "scan-3", ("x.y",), Edited(url=b"http://elsewhere.example/"))
    flow = live()
    asyncio.run(ask(proxy(lambda _: answer), flow))
    assert flow.response.status_code == 503


def test_a_websocket_message_is_redacted(proxy):
    answer = Judgement("redact", "pii_outbound", "scan-3", ("x.y",), Edited(body=b"[redacted:x.y]"))
    flow = tflow.twebsocketflow()
    asyncio.run(proxy(lambda _: answer).fire(WebsocketMessageHook(flow)))
    assert flow.websocket.messages[-1].content == b"[redacted:x.y]"
    assert not flow.websocket.messages[-1].dropped


@pytest.mark.parametrize(("failure", "passes"), [("unavailable", True), ("error", False)])
def test_only_the_failure_that_the_policy_names_lets_pass(proxy, failure, passes):
    rules = Policy(1 << 20, (), frozenset({"unavailable"}), frozenset({"error"}))
    flow = live()
    asyncio.run(ask(proxy(lambda _: NoVerdict(failure, "why"), rules=rules), flow))
    assert (flow.response is None) == passes
    assert ("NOT SCANNED" in flow.comment) == passes


def test_the_scanner_is_told_what_is_dialled_and_what_is_claimed(proxy):
    request = tutils.treq(host="dialled.example", port=8443, scheme=b"https", path=b"/p", authority=b"claimed.example")
    flow = live(req=request)
    flow.client_conn.sni = "hello.example"
    flow.server_conn.peername = ("192.0.2.7", 8443)
    prox = proxy()
    asyncio.run(ask(prox, flow))
    [asked] = prox.scanner.asked
    assert isinstance(asked, Request)
    assert asked.url == b"https://dialled.example:8443/p"
    assert asked.headers[-1] == (b"host", b"claimed.example")
    assert asked.connect == Connect("dialled.example", 8443, "hello.example", "192.0.2.7")


def test_bytes_go_to_the_scanner_undecoded(proxy):
    flow = live(resp=tutils.tresp(content=b"\x1f\x8b not gzip", headers=http.Headers(content_encoding="gzip")))
    prox = proxy()
    asyncio.run(prox.fire(HttpResponseHook(flow)))
    [asked] = prox.scanner.asked
    assert isinstance(asked, Response)
    assert asked.body == b"\x1f\x8b not gzip"


def test_both_ways_of_a_websocket_are_asked_about(proxy):
    prox = proxy()
    flow = tflow.twebsocketflow()

    async def run():
        for from_client in (True, False):
            flow.websocket.messages.append(tflow.twebsocketflow().websocket.messages[0])
            flow.websocket.messages[-1].from_client = from_client
            await prox.fire(WebsocketMessageHook(flow))

    asyncio.run(run())
    assert [asked.from_client for asked in prox.scanner.asked if isinstance(asked, WebSocket)] == [True, False]


def test_an_answer_of_another_addon_is_left_alone(proxy):
    flow = live()
    theirs = flow.response = tutils.tresp(status_code=407)
    prox = proxy()
    asyncio.run(ask(prox, flow))
    assert flow.response is theirs
    assert prox.scanner.asked == []


def test_allow_is_only_given_for_this_flow(proxy):
    flow, other = live(), live()
    prox = proxy(lambda asked: ALLOW if asked.flow == flow.id else BLOCK)

    async def both():
        await asyncio.gather(ask(prox, flow), ask(prox, other))

    asyncio.run(both())
    assert flow.response is None
    assert other.response.status_code == 403
