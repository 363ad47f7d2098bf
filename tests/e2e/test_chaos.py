"""A minute of a service that is killed, frozen and brought back at random while fifty clients send marked secrets."""

import asyncio
import random
import time

import pytest

from clients import wait_until
from crowd import CLEAN, SECRET, Crowd
from processes import Service, free_port

pytestmark = pytest.mark.full

CLIENTS = 50
SECONDS = 60


async def harm(service, listen: str, until: float) -> Service:
    """Stop, freeze and restart the service at random; return the one that runs in the end."""
    running = service(listen)
    while time.monotonic() < until:
        await ready(running)
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
    return running


async def ready(service: Service) -> None:
    """Wait until its rules are compiled: on a busy machine that takes longer than the harm."""
    await asyncio.to_thread(wait_until, lambda: " ready" in service.output())


async def seconds_until_it_passes(crowd: Crowd) -> float:
    """How long it takes until a clean request succeeds."""
    begin = time.monotonic()
    while await crowd.send("hello") != 200:
        assert time.monotonic() - begin < 20
    return time.monotonic() - begin


@pytest.mark.parametrize("transport", ["tcp", "unix"])
def test_no_secret_passes_while_the_service_comes_and_goes(transport, start, service, world, tmp_path):
    listen = f"127.0.0.1:{free_port()}" if transport == "tcp" else f"unix:{tmp_path / 'scan.sock'}"
    backend = f"http://{listen}" if transport == "tcp" else listen
    proxy = start(f"scangate_backend={backend}", "scangate_timeout_ms=1000", policy=None)
    crowd = Crowd(proxy.via, world, CLIENTS)

    async def run() -> tuple[float, float]:
        sending = asyncio.create_task(crowd.run())
        running = await harm(service, listen, time.monotonic() + SECONDS)
        crowd.ended = True
        await sending
        await ready(running)
        return await seconds_until_it_passes(crowd), await seconds_until_it_passes(crowd)

    back_after_s, usual_s = asyncio.run(run())
    assert back_after_s < 1 + 10 * usual_s
    assert crowd.statuses[CLEAN, 200] > 0, "the proxy was of use in between"
    assert crowd.statuses[SECRET, 403] > 0
    assert crowd.statuses[SECRET, 200] == 0
    assert sum(count for (_, status), count in crowd.statuses.items() if status in (502, 503)) > 0
    wait_until(lambda: proxy.is_alive())
    assert not world.origin.log.holds(*crowd.secrets)
