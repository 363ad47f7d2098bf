"""Through an outlet goes what the scanner released, whatever the scanner does."""

import asyncio
import json
from dataclasses import dataclass, field

import pytest
from mitmproxy import http
from mitmproxy.proxy.layers.http import (
    HttpRequestHeadersHook,
    HttpRequestHook,
    HttpResponseHeadersHook,
    HttpResponseHook,
)
from mitmproxy.test import tflow, tutils
from support import ALLOW, BLOCK

from scangate_addon import denial, flowing, layers, streams
from scangate_addon.flowing import Outlet
from scangate_addon.judgement import NoVerdict, Policy, Streamed

EVENTS = http.Headers(content_type="text/event-stream")


class ScanError(Exception):
    """The wheel's, by name."""

    code = "undecodable"


@dataclass
class Script:
    """A stream that answers chunk by chunk as told."""

    answers: list[object] = field(default_factory=list)
    holds: bool = True
    rewrites: bool = False
    verdict: str = "allow"
    reason_code: str | None = None
    scan_id: str = "scan-7"
    finding_count: int = 0
    rest: bytes = b""

    def rule_ids(self):
        return ["aws.access-key-id"] if self.finding_count else []

    def push(self, raw):
        answer = self.answers.pop(0) if self.answers else raw
        if isinstance(answer, BaseException):
            raise answer
        if answer == "block":
            self.verdict, self.reason_code, self.finding_count = "block", "secret_inbound", 1
            return b""
        return answer

    def finish(self):
        return self.rest


def live(**kwargs):
    flow = tflow.tflow(**kwargs)
    flow.live = True
    return flow


@pytest.fixture
def ended(monkeypatch):
    """Flows that were cut, by direction."""
    cut = []
    monkeypatch.setattr(flowing, "end", lambda flow, direction, why=None: cut.append(direction))
    return cut


def outlet(script, flow, direction="in", lets_pass=False):
    return Outlet(flow, script, direction, lambda _: lets_pass)


def test_chunks_go_on_as_the_scanner_releases_them_and_no_empty_one(ended):
    out = outlet(Script([b"one", b"", b"two"], rest=b"three"), live(resp=True))
    assert [out(b"1"), out(b"2"), out(b"3"), out.came_whole, out(b"")] == [[b"one"], [], [b"two"], False, [b"three"]]
    assert out.came_whole
    assert ended == []


@pytest.mark.parametrize("error", [ScanError(), ValueError("boom"), KeyboardInterrupt(), asyncio.CancelledError()])
@pytest.mark.parametrize("direction", ["in", "out"])
def test_an_error_cuts_for_good(error, direction, ended):
    out = outlet(Script([b"one", error]), live(resp=True), direction)
    assert out(b"1") == [b"one"]
    assert [out(b"2"), out(b"3"), out(b"")] == [[], [], []]
    assert ended == [direction]
    assert not out.came_whole


def test_a_refusal_that_raises_itself_ends_the_stream_all_the_same(ended, monkeypatch):
    monkeypatch.setattr(flowing.marks, "judged", lambda *_: 1 / 0)
    monkeypatch.setattr(flowing.marks, "refused", lambda *_: 1 / 0)
    out = outlet(Script(["block"]), live(resp=True))
    assert [out(b"1"), out(b"2"), out(b"")] == [[], [], []]
    assert ended == ["in"]
    assert not out.came_whole


def test_an_error_that_the_policy_lets_pass_passes_only_what_nothing_was_held_of(ended):
    flow = live(resp=True)
    out = outlet(Script([b"1", ScanError()], holds=False), flow, lets_pass=True)
    assert [out(b"1"), out(b"2"), out(b"3"), out(b"")] == [[b"1"], [b"2"], [b"3"], []]
    assert out.came_whole
    assert "NOT SCANNED" in flow.comment
    out = outlet(Script([ScanError()], holds=True), live(resp=True), lets_pass=True)
    assert out(b"1") == []
    assert ended == ["in"]


@pytest.mark.parametrize(
    ("path", "headers", "shape"),
    [
        (b"/v1/messages", {"anthropic-version": "1"}, lambda data: data["type"] == "error"),
        (b"/v1/chat/completions", {}, lambda data: data["error"]["code"] == "secret_inbound"),
        (b"/anything", {}, lambda data: data["error"]["code"] == "secret_inbound"),
    ],
)
def test_a_block_ends_events_with_one_that_says_why(path, headers, shape, ended):
    flow = live(req=tutils.treq(path=path, headers=http.Headers(**headers)), resp=tutils.tresp(headers=EVENTS))
    out = outlet(Script([b"data: 1\n\n", "block"]), flow)
    out(b"1")
    [last] = out(b"2")
    event, data = last.rstrip().split(b"\n")
    assert event == b"event: error"
    assert shape(json.loads(data.removeprefix(b"data: ")))
    assert flow.marked == ":no_entry:"
    assert ended == ["in"]


def test_an_event_that_had_begun_is_ended_first(ended):
    out = outlet(Script([b"data: half", "block"]), live(resp=tutils.tresp(headers=EVENTS)))
    out(b"1")
    assert out(b"2")[0].startswith(b"\n\nevent: error\n")


class Flows:
    """A scanner in this process that opens streams."""

    def __init__(self, prox, script, head=ALLOW):
        self.script = script
        self.heads = []

        def stream(message):
            self.heads.append(message)
            if isinstance(head, BaseException):
                raise head
            return Streamed(head, script)

        prox.scanner.stream = stream
        prox.tctx.options.update(scangate_stream_bytes=1000)


async def respond(prox, flow, *hooks):
    for hook in hooks:
        await prox.fire(hook(flow))


def streamed(headers=EVENTS):
    flow = live(resp=tutils.tresp(headers=headers))
    flow.response.data.content = None
    return flow


def test_events_flow_and_pass_at_their_end(proxy, ended):
    prox, flow = proxy(), streamed()
    Flows(prox, Script())
    asyncio.run(respond(prox, flow, HttpResponseHeadersHook))
    assert isinstance(flow.response.stream, Outlet)
    assert flow.response.stream(b"x") + flow.response.stream(b"") == [b"x"]
    asyncio.run(respond(prox, flow, HttpResponseHook))
    assert flow.error is None
    assert prox.scanner.asked == []


def test_a_stream_that_was_cut_is_killed_at_its_end(proxy, ended):
    prox, flow = proxy(), streamed()
    Flows(prox, Script(["block"]))
    asyncio.run(respond(prox, flow, HttpResponseHeadersHook))
    flow.response.stream(b"x")
    asyncio.run(respond(prox, flow, HttpResponseHook))
    assert flow.error is not None


@pytest.mark.parametrize("answer", [ALLOW, BLOCK, NoVerdict("error", "none")], ids=["allow", "block", "none"])
def test_trailers_of_a_stream_are_scanned(proxy, answer, ended):
    prox, flow = proxy(lambda _: answer), streamed()
    Flows(prox, Script())
    asyncio.run(respond(prox, flow, HttpResponseHeadersHook))
    flow.response.stream(b"")
    flow.response.trailers = http.Headers(x_note="a note")
    asyncio.run(respond(prox, flow, HttpResponseHook))
    assert [asked.trailers for asked in prox.scanner.asked] == [((b"x-note", b"a note"),)]
    assert (flow.error is None) == (answer is ALLOW)


def test_what_another_addon_streams_does_not_flow(proxy, ended):
    class Meddler:
        def responseheaders(self, flow):
            flow.response.stream = lambda chunk: chunk

    prox, flow = proxy(), streamed()
    Flows(prox, Script())
    prox.tctx.master.addons.add(Meddler())
    asyncio.run(respond(prox, flow, HttpResponseHeadersHook))
    assert flow.response.stream is False


def test_an_outlet_without_a_gate_does_not_flow(proxy, ended):
    prox, flow = proxy(), streamed()
    flow.response.stream = outlet(Script(), flow)
    prox.unload_gate()
    asyncio.run(prox.tctx.master.addons.handle_lifecycle(HttpResponseHeadersHook(flow)))
    assert flow.response.stream is False


def test_a_stream_whose_gate_vanishes_goes_on_scanned_and_ends_cut(proxy, ended):
    prox, flow = proxy(), streamed()
    Flows(prox, Script([b"released"]))
    asyncio.run(respond(prox, flow, HttpResponseHeadersHook))
    prox.unload_gate()
    assert flow.response.stream(b"pushed") == [b"released"]
    flow.response.stream(b"")
    asyncio.run(prox.tctx.master.addons.handle_lifecycle(HttpResponseHook(flow)))
    assert flow.error is not None


@pytest.mark.parametrize(
    ("headers", "holds", "flows"),
    [
        ({"content-length": "999"}, False, False),
        ({"content-length": "1000"}, True, True),
        ({"transfer-encoding": "chunked"}, False, True),
        ({"transfer-encoding": "chunked"}, True, False),
        ({"content-type": "application/x-ndjson", "content-length": "10"}, True, True),
    ],
)
def test_which_responses_flow(proxy, headers, holds, flows, ended):
    fields = [(name.encode(), value.encode()) for name, value in headers.items()]
    prox, flow = proxy(), streamed(http.Headers(fields))
    Flows(prox, Script(holds=holds))
    asyncio.run(respond(prox, flow, HttpResponseHeadersHook))
    assert isinstance(flow.response.stream, Outlet) == flows


@pytest.mark.parametrize(
    "head", [BLOCK, NoVerdict("undecodable", "x"), ValueError("boom")], ids=["block", "none", "raises"]
)
def test_a_head_that_may_not_pass_has_its_body_held(proxy, head, ended):
    prox, flow = proxy(), streamed()
    Flows(prox, Script(), head)
    asyncio.run(respond(prox, flow, HttpResponseHeadersHook))
    assert flow.response.stream is False


def upload(length=5000, **headers):
    flow = live(req=tutils.treq(method=b"POST", headers=http.Headers(content_length=str(length), **headers)))
    flow.request.data.content = None
    return flow


async def show(prox, flow, first=b"beginning"):
    """What mitmproxy does with a long upload: the head, and then some of its body, which is held."""
    await prox.fire(HttpRequestHeadersHook(flow))
    if flow in layers._asked:
        flow.request.data.content = first
        await prox.fire(layers.ScangateHeldHook(flow))
        flow.request.data.content = None


def test_a_long_upload_flows_without_a_standing_refusal(proxy, ended):
    prox, flow = proxy(), upload()
    Flows(prox, Script())
    asyncio.run(show(prox, flow))
    assert isinstance(flow.request.stream, Outlet)
    assert flow.response is None
    assert [flow.request.stream(b"beginning"), flow.request.stream(b"")] == [[b"beginning"], []]
    asyncio.run(respond(prox, flow, HttpRequestHook))
    assert (flow.response, ended) == (None, [])


@pytest.mark.parametrize("head", [BLOCK, NoVerdict("error", "x"), ValueError("boom")], ids=["block", "none", "raises"])
def test_an_upload_whose_head_may_not_pass_is_held_and_refused(proxy, head, ended):
    prox, flow = proxy(lambda _: BLOCK), upload()
    Flows(prox, Script(), head)
    asyncio.run(show(prox, flow))
    assert flow.request.stream is False
    assert flow.response is not None


@pytest.mark.parametrize("answer", ["block", ScanError()], ids=["block", "raises"])
def test_an_upload_whose_beginning_may_not_pass_is_held(proxy, answer, ended):
    prox, flow = proxy(), upload()
    Flows(prox, Script([answer]))
    asyncio.run(show(prox, flow))
    assert (flow.request.stream, flow.response) == (False, denial.STANDING)


def test_an_upload_that_could_not_be_held_whole_is_refused_as_it_begins(proxy, ended):
    prox, flow = proxy(), upload(2 << 20)
    Flows(prox, Script(["block"]))
    asyncio.run(show(prox, flow))
    assert flow.request.stream(b"beginning") == []
    assert ended == ["out"]


@pytest.mark.parametrize("harm", ["no gate", "no pass"])
def test_an_upload_that_the_gate_did_not_let_flow_stays_held(harm, proxy, ended):
    prox, flow = proxy(), upload()
    Flows(prox, Script())
    asyncio.run(respond(prox, flow, HttpRequestHeadersHook))
    if harm == "no gate":
        prox.unload_gate()
    else:
        prox.gate._streams.of_held = None
    flow.request.stream = outlet(Script(), flow, "out")
    asyncio.run(prox.tctx.master.addons.handle_lifecycle(layers.ScangateHeldHook(flow)))
    assert (flow.request.stream, flow.response) == (False, denial.STANDING)


@pytest.mark.parametrize(
    ("length", "kind", "shown"),
    [
        (999, "text/plain", None),
        (1000, "text/plain", streams.HEAD_BYTES),
        (None, "text/plain", 1000),
        (1000, "application/json", None),
        (2 << 20, "application/json", streams.HEAD_BYTES),
        (None, "multipart/form-data; boundary=b", None),
    ],
)
def test_how_much_of_an_upload_is_looked_at_before_it_flows(length, kind, shown, proxy, ended):
    prox, flow = proxy(), upload(length or 0, content_type=kind)
    if length is None:
        del flow.request.headers["content-length"]
    Flows(prox, Script())
    asyncio.run(respond(prox, flow, HttpRequestHeadersHook))
    assert layers._asked.get(flow) == shown


def test_a_call_whose_answer_may_come_first_flows_at_once(proxy, ended):
    prox, flow = proxy(), upload(content_type="application/grpc+proto")
    Flows(prox, Script())
    asyncio.run(respond(prox, flow, HttpRequestHeadersHook))
    assert isinstance(flow.request.stream, Outlet)


def test_an_upload_that_was_cut_is_hung_up_on_at_its_end(proxy, ended):
    prox, flow = proxy(), upload()
    Flows(prox, Script([b"fine", "block"]))
    asyncio.run(show(prox, flow))
    flow.request.stream(b"fine")
    flow.request.stream(b"secret")
    flow.request.trailers = http.Headers(x="y")
    asyncio.run(respond(prox, flow, HttpRequestHook))
    assert set(ended) == {"out"}
    assert flow.request.trailers is None


def test_a_body_that_may_change_loses_length_and_coding(proxy, ended):
    fields = http.Headers(content_type="text/event-stream", content_length="10", content_encoding="gzip")
    prox, flow = proxy(), streamed(fields)
    Flows(prox, Script(rewrites=True))
    asyncio.run(respond(prox, flow, HttpResponseHeadersHook))
    assert dict(flow.response.headers) == {"content-type": "text/event-stream", "transfer-encoding": "chunked"}


def test_the_policy_of_a_service_holds_every_body(proxy, ended):
    prox, flow = proxy(rules=Policy(1 << 20, (), frozenset(), frozenset())), streamed()
    prox.tctx.options.update(scangate_stream_bytes=1000)
    asyncio.run(respond(prox, flow, HttpResponseHeadersHook))
    assert flow.response.stream is False
