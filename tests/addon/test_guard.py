"""Without a gate nothing leaves: the script may break or vanish while mitmproxy goes on."""

import asyncio

import pytest
from mitmproxy import exceptions, tls
from mitmproxy.options import Options
from mitmproxy.proxy.context import Context
from mitmproxy.proxy.layers.dns import DnsRequestHook
from mitmproxy.proxy.layers.http import HttpConnectHook, HttpRequestHeadersHook, HttpRequestHook, HttpResponseHook
from mitmproxy.proxy.layers.tcp import TcpMessageHook, TcpStartHook
from mitmproxy.proxy.layers.tls import TlsClienthelloHook
from mitmproxy.proxy.layers.websocket import WebsocketMessageHook
from mitmproxy.test import tflow, tutils


class Raises:
    """Another addon, behind the gate, that throws in every hook."""

    def __init__(self, error):
        self.error = error

    def request(self, _):
        raise self.error

    response = websocket_message = http_connect = request


def live(**kwargs):
    flow = tflow.tflow(**kwargs)
    flow.live = True
    return flow


@pytest.fixture
def orphaned(proxy):
    prox = proxy()
    prox.unload_gate()
    return prox.tctx.master.addons


def fire(addons, *hooks):
    async def run():
        for hook in hooks:
            await addons.handle_lifecycle(hook)

    asyncio.run(run())


def test_a_request_is_refused_when_the_gate_is_gone(orphaned):
    flow = live()
    fire(orphaned, HttpRequestHeadersHook(flow), HttpRequestHook(flow))
    assert flow.response.status_code == 503


def test_a_response_is_replaced_when_the_gate_is_gone(orphaned):
    flow = live(resp=True)
    fire(orphaned, HttpResponseHook(flow))
    assert flow.response.status_code == 502


def test_a_websocket_message_is_dropped_when_the_gate_is_gone(orphaned):
    flow = tflow.twebsocketflow()
    fire(orphaned, WebsocketMessageHook(flow))
    assert flow.websocket.messages[-1].dropped


def test_a_tunnel_is_refused_when_the_gate_is_gone(orphaned):
    flow = live(req=tutils.treq(method=b"CONNECT"))
    fire(orphaned, HttpConnectHook(flow))
    assert flow.response.status_code == 503


def test_a_gate_that_comes_back_works_again(proxy):
    prox = proxy()
    prox.unload_gate()
    again = proxy()
    assert again.guard is prox.guard
    flow = live()

    async def run():
        await again.fire(HttpRequestHeadersHook(flow))
        await again.fire(HttpRequestHook(flow))

    asyncio.run(run())
    assert flow.response is None


@pytest.mark.parametrize("error", [ValueError("boom"), exceptions.AddonHalt()], ids=["raises", "halts"])
def test_an_addon_between_gate_and_guard_cannot_turn_a_block_into_a_pass(proxy, error):
    prox = proxy(lambda _: ValueError("no verdict"))
    prox.tctx.master.addons.add(Raises(error))
    flow = live()

    async def run():
        await prox.fire(HttpRequestHeadersHook(flow))
        await prox.fire(HttpRequestHook(flow))

    asyncio.run(run())
    assert flow.response.status_code == 503


def test_the_guard_stays_last(proxy):
    prox = proxy()
    prox.tctx.master.addons.add(Raises(ValueError()))
    prox.gate.running()
    assert prox.tctx.master.addons.chain[-1] is prox.guard


def test_a_pass_is_good_once(proxy):
    flow, prox = live(), proxy()
    prox.guard.passes.grant(flow, flow.request)
    assert prox.guard.passes.spend(flow, flow.request)
    assert not prox.guard.passes.spend(flow, flow.request)


def test_a_pass_is_for_one_thing(proxy):
    flow, prox = live(resp=True), proxy()
    prox.guard.passes.grant(flow, flow.request)
    assert not prox.guard.passes.spend(flow, flow.response)


def test_raw_tcp_is_emptied(proxy):
    flow = tflow.ttcpflow()
    flow.live = True
    prox = proxy()
    asyncio.run(prox.fire(TcpStartHook(flow)))
    asyncio.run(prox.fire(TcpMessageHook(flow)))
    assert flow.error is not None
    assert flow.messages[-1].content == b""


def test_a_name_look_up_is_killed(proxy):
    flow = tflow.tdnsflow()
    flow.live = True
    asyncio.run(proxy().fire(DnsRequestHook(flow)))
    assert flow.error is not None


def test_a_tunnel_that_another_addon_leaves_closed_is_opened(proxy):
    hello = tls.ClientHelloData(context_to("a.example"), None)
    hello.ignore_connection = True
    asyncio.run(proxy().fire(TlsClienthelloHook(hello)))
    assert not hello.ignore_connection


def context_to(host):
    context = Context(tflow.tclient_conn(), Options())
    context.server.address = (host, 443)
    return context
