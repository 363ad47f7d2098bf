"""Some minutes of traffic: what the proxy holds does not grow with what passed through it."""

import asyncio
import time
from pathlib import Path

import pytest
from websockets.asyncio.client import connect

from crowd import Crowd

pytestmark = pytest.mark.full

WARM_UP_S, SECONDS, CLIENTS, SOCKETS = 45, 120, 20, 5
# Allocators and caches breathe; a kilobyte kept of each of some ten thousand messages would not fit in.
MAX_GROWTH_KIB = 12 * 1024


def resident_kib(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0])


async def chatter(via, world, until: float) -> int:
    """Send messages of 4 KiB over one WebSocket; return how many came back."""
    count = 0
    async with connect(f"ws://127.0.0.1:{world.origin.plain_port}/ws", proxy=via.proxy) as link:
        while time.monotonic() < until:
            await link.send("a line of a log " * 256)
            await link.recv()
            count += 1
            world.origin.log.messages.clear()
    return count


def test_memory_is_flat(start, world):
    proxy = start()
    crowd = Crowd(proxy.via, world, CLIENTS)

    async def run() -> tuple[int, int, int]:
        until = time.monotonic() + WARM_UP_S + SECONDS
        sending = asyncio.create_task(crowd.run())
        talking = [asyncio.create_task(chatter(proxy.via, world, until)) for _ in range(SOCKETS)]
        await asyncio.sleep(WARM_UP_S)
        before = resident_kib(proxy.pid)
        while time.monotonic() < until:
            await asyncio.sleep(5)
            world.origin.log.raw.clear()
            world.origin.log.requests.clear()
        crowd.ended = True
        messages = sum(await asyncio.gather(*talking))
        await sending
        return before, resident_kib(proxy.pid), messages

    before, after, messages = asyncio.run(run())
    assert sum(crowd.statuses.values()) > 1000
    assert messages > 1000
    assert after - before < MAX_GROWTH_KIB, f"{before} KiB grew to {after}"
