"""CPU that the addon adds to one WebSocket message, beside the same mitmproxy with an addon that does nothing.

Run: PYTHONPATH=tests/e2e:addon/bench python addon/bench/cpu_per_message.py [rounds] [messages]

Measured like `cpu_per_flow.py`: interleaved rounds, CPU time of the mitmdump process. The rate that is left is the
quotient of the two, since mitmproxy's one thread is what bounds it.
"""

import asyncio
import os
import statistics
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from mitmproxy.version import VERSION
from websockets.asyncio.client import connect
from websockets.asyncio.server import ServerConnection, serve

from cpu_per_flow import NOOP, POLICY, ROOT, cpu_ms, mitmdump

LINKS = 8
MESSAGE = '{"type": "delta", "text": "' + "the weather in the garden was fine today " * 6 + '"}'


async def echo(link: ServerConnection) -> None:
    """Send back what comes."""
    async for message in link:
        await link.send(message)


async def load(proxy: int, origin: int, messages: int) -> None:
    """Send messages over kept links, each after the answer to the one before."""

    async def one() -> None:
        async with connect(f"ws://127.0.0.1:{origin}/", proxy=f"http://127.0.0.1:{proxy}") as link:
            for _ in range(messages // LINKS):
                await link.send(MESSAGE)
                await link.recv()

    await asyncio.gather(*(one() for _ in range(LINKS)))


async def measure(folder: Path, rounds: int, messages: int) -> dict[str, list[float]]:
    """CPU in milliseconds for a message and its answer, per variant and round."""
    (noop := folder / "noop.py").write_text(NOOP)
    (policy := folder / "policy.toml").write_text(POLICY)
    taken: dict[str, list[float]] = {}
    async with serve(echo, "127.0.0.1", 0, compression=None) as server:
        origin = next(iter(server.sockets)).getsockname()[1]
        with ExitStack() as stack:
            running = {
                "no-op addon": stack.enter_context(mitmdump(folder, noop)),
                "in process": stack.enter_context(
                    mitmdump(folder, ROOT / "addon" / "addon.py", f"scangate_policy={policy}")
                ),
            }
            for _, port in running.values():
                await load(port, origin, messages // 4)
            for _ in range(rounds):
                for name, (process, port) in running.items():
                    before = cpu_ms(process.pid)
                    await load(port, origin, messages)
                    taken.setdefault(name, []).append((cpu_ms(process.pid) - before) / messages)
    return taken


def main(rounds: int = 11, messages: int = 1600) -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory(prefix="scangate-bench-") as folder:
        taken = asyncio.run(measure(Path(folder), rounds, messages))
    print(f"{len(MESSAGE)} bytes there and back, {messages} a round, {rounds} rounds; CPU of mitmdump in ms")
    for name, figures in taken.items():
        print(f"{name:<22} best {min(figures):.3f}  median {statistics.median(figures):.3f}")
    rates = [bare / mine for bare, mine in zip(taken["no-op addon"], taken["in process"], strict=True)]
    print(f"rate that is left: {statistics.median(rates):.0%} (goal 90%)")
    print(f"mitmproxy {VERSION}, {os.cpu_count()} cores")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
