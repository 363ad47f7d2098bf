"""A minute of a service that is killed, frozen and brought back at random while fifty clients send marked secrets."""

import asyncio
import random
import time

import pytest

from clients import wait_until
from crowd import CLEAN, SECRET, Crowd
from processes import free_port

pytestmark = pytest.mark.full

CLIENTS = 50
SECONDS = 60


async def harm(service, listen: str, until: float) -> None:
    """Stop, freeze and restart the service at random; it runs when this returns."""
    running = service(listen)
    while time.monotonic() < until:
        await asyncio.sleep(random.uniform(0.1, 1.5))
        match random.choice(["kill", "stop", "freeze"]):
            case "kill":
                running.kill()
                await asyncio.sleep(random.uniform(0, 1))
                running = service(listen)
            case "stop":
                running.stop()
                running = service(listen)
            case "freeze":
                running.pause()
                await asyncio.sleep(random.uniform(0, 3))
                running.resume()


@pytest.mark.parametrize("transport", ["tcp", "unix"])
def test_no_secret_passes_while_the_service_comes_and_goes(transport, start, service, world, tmp_path):
    listen = f"127.0.0.1:{free_port()}" if transport == "tcp" else f"unix:{tmp_path / 'scan.sock'}"
    backend = f"http://{listen}" if transport == "tcp" else listen
    proxy = start(f"scangate_backend={backend}", "scangate_timeout_ms=1000", policy=None)
    crowd = Crowd(proxy.via, world, CLIENTS)

    async def run() -> float:
        sending = asyncio.create_task(crowd.run())
        await harm(service, listen, time.monotonic() + SECONDS)
        crowd.ended = True
        await sending
        begin = time.monotonic()
        while await crowd.send("hello") != 200:
            assert time.monotonic() - begin < 10
        return time.monotonic() - begin

    back_after_s = asyncio.run(run())
    assert back_after_s < 1
    assert crowd.statuses[CLEAN, 200] > 0, "the proxy was of use in between"
    assert crowd.statuses[SECRET, 403] > 0
    assert crowd.statuses[SECRET, 200] == 0
    assert sum(count for (_, status), count in crowd.statuses.items() if status in (502, 503)) > 0
    wait_until(lambda: proxy.is_alive())
    assert not world.origin.log.holds(*crowd.secrets)
