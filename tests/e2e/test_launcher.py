"""`scangate-proxy`, the launcher of the wheel: the same gate, without a script that could break."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from clients import curl, curl_h2
from tokens import aws_key_id

LAUNCHER = str(Path(sys.executable).with_name("scangate-proxy"))

CHAIN = """
import asyncio
from mitmproxy import options
from scangate import proxy
async def chain():
    print(*[type(addon).__name__ for addon in proxy.Proxy(options.Options()).addons.chain])
asyncio.run(chain())
"""


@pytest.fixture(scope="module")
def launched(start):
    return start(program=LAUNCHER)


def test_the_launcher_gates_like_the_script(launched, world):
    assert curl_h2(launched.via, "GET", world.url("/page")).status == 200
    key = aws_key_id()
    blocked = curl(launched.via, "POST", world.url("/leak"), [], json.dumps({"k": key}).encode())
    assert (blocked.status, blocked.headers["scangate-reason"]) == (403, "secret_outbound")
    assert not world.origin.log.holds(key)
    assert curl(launched.via, "GET", "http://169.254.169.254/latest/").status == 403


def test_the_launcher_serves_no_page_of_mitmproxys(launched, world):
    assert curl(launched.via, "GET", "http://mitm.it/").status != 200


def test_what_mitmproxy_needs_is_in_the_chain():
    done = subprocess.run([sys.executable, "-c", CHAIN], capture_output=True, text=True, timeout=60, check=True)
    chain = done.stdout.split()
    assert {"Proxyserver", "NextLayer", "TlsConfig", "ErrorCheck"} < set(chain)
    assert "ScriptLoader" not in chain
    assert chain.index("Gate") < chain.index("NextLayer")
    assert chain[-1] == "Guard"


@pytest.mark.parametrize("wrong", [["-s", "x.py"], ["--set", "rawtcp=true"], ["--map-local", "|x|y"]])
def test_the_launcher_does_not_start_with_a_gap(wrong, tmp_path):
    command = [LAUNCHER, "--set", f"confdir={tmp_path}", "-p", "0", *wrong]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode != 0
    assert "listening" not in done.stdout
