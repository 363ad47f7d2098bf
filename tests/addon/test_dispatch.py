"""Events reach every addon that has a hook for them, in mitmproxy's order, and pass over the others."""

import asyncio
import types

import pytest
from mitmproxy import exceptions
from mitmproxy.addonmanager import AddonManager
from mitmproxy.proxy.layers.http import HttpRequestHook
from mitmproxy.proxy.layers.http._http1 import Http1Client
from mitmproxy.test import taddons, tflow

from scangate_addon import changes, dispatch


class Says:
    """Says its name when it hears of a request."""

    def __init__(self, name, heard, error=None, inner=()):
        self.name, self.heard, self.error = name, heard, error
        if inner:
            self.addons = list(inner)

    def request(self, _flow):
        self.heard.append(self.name)
        if self.error:
            raise self.error


class Waits(Says):
    async def request(self, _flow):
        await asyncio.sleep(0)
        self.heard.append(self.name)


class Deaf:
    request = None


class Holds:
    """Has no hook, and addons that have one."""

    def __init__(self, *inner):
        self.addons = list(inner)


def heard_of(*addons, heard):
    async def run():
        with taddons.context() as tctx:
            manager = tctx.master.addons
            manager.chain = list(addons)
            await manager.handle_lifecycle(HttpRequestHook(tflow.tflow()))

    dispatch.install()
    asyncio.run(run())
    return heard


def test_everybody_with_a_hook_hears_in_order():
    heard = []
    inner = Says("inner", heard)
    chain = [
        Says("first", heard),
        Deaf(),
        object(),
        Holds(inner, Deaf()),
        Waits("waits", heard),
        Says("outer", heard, inner=[inner]),
    ]
    assert heard_of(*chain, heard=heard) == ["first", "inner", "waits", "outer", "inner"]


@pytest.mark.parametrize(
    ("error", "goes_on"), [(ValueError("boom"), True), (exceptions.AddonHalt(), False)], ids=["raises", "halts"]
)
def test_who_raises_is_passed_and_who_halts_is_last(error, goes_on, caplog):
    heard = []
    chain = [Says("first", heard, error), Says("second", heard)]
    assert heard_of(*chain, heard=heard) == ["first", "second"][: 2 if goes_on else 1]
    assert ("Addon error" in caplog.text) == goes_on


def test_what_is_no_hook_is_told_or_left_as_before(caplog):
    heard = []
    module, odd = types.SimpleNamespace(request=types.ModuleType("request")), types.SimpleNamespace(request="no hook")
    assert heard_of(module, odd, Says("last", heard), heard=heard) == ["last"]
    assert "not callable" in caplog.text


def test_it_is_put_in_once():
    changes.install()
    read = Http1Client.read_headers
    changes.install()
    assert AddonManager.trigger_event is dispatch.trigger_event
    assert Http1Client.read_headers is read
