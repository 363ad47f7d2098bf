"""CPU that the addon adds to one flow of mitmproxy, in interleaved rounds beside an addon that does nothing.

Run: PYTHONPATH=tests/e2e python addon/bench/cpu_per_flow.py [rounds] [requests] [at once]

Every variant is a mitmdump of its own, kept for all rounds; a round sends the same requests to each in turn, and what
is counted is the CPU time of the mitmdump process. What is added is the median over the rounds of
the difference to the addon that does nothing in the same round, so that a busy machine disturbs both alike.
"""

import asyncio
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from mitmproxy.version import VERSION

from clients import wait_until
from processes import Process, answers, binary, free_port

ROOT = Path(__file__).resolve().parents[2]

NOOP = """
class Noop:
    async def request(self, flow): pass
    async def response(self, flow): pass
addons = [Noop()]
"""
# The addon in a mitmproxy that tells every addon of every event, as it does by itself.
STOCK = """
import sys
sys.path.insert(0, {addon!r})
from scangate_addon import dispatch
from scangate_addon.gate import Gate
dispatch.install = lambda: None
addons = [Gate()]
"""
OWN_DISPATCH = "in process, own dispatch"
LAUNCHER = "scangate-proxy"
POLICY = '[egress]\nprivate = ["127.0.0.1"]\n'
BODY = json.dumps({"model": "m", "input": "the weather in the garden was fine today " * 23}).encode()[:1024]
REPLY = json.dumps({"items": [{"id": number, "name": "a thing", "ok": True} for number in range(22)]}).encode()


class Origin(asyncio.Protocol):
    """Answers every request with the same JSON; costs next to nothing."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._buffer = b""

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while (end := self._buffer.find(b"\r\n\r\n")) >= 0 and len(self._buffer) >= end + 4 + len(BODY):
            self._buffer = self._buffer[end + 4 + len(BODY) :]
            head = f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {len(REPLY)}\r\n\r\n"
            self._transport.write(head.encode() + REPLY)


async def load(port: int, origin: int, requests: int, at_once: int) -> None:
    """Send `requests` POSTs through the proxy on `port` over so many kept connections."""
    head = (
        f"POST http://127.0.0.1:{origin}/v1/items HTTP/1.1\r\nhost: 127.0.0.1:{origin}\r\nuser-agent: bench\r\n"
        f"accept: application/json\r\ncontent-type: application/json\r\ncontent-length: {len(BODY)}\r\n\r\n"
    )

    async def one() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for _ in range(requests // at_once):
            writer.write(head.encode() + BODY)
            answer = await reader.readuntil(b"\r\n\r\n")
            if not answer.startswith(b"HTTP/1.1 200"):
                raise RuntimeError(f"the proxy refused: {answer[:200]!r}")
            await reader.readexactly(len(REPLY))
        writer.close()

    await asyncio.gather(*(one() for _ in range(at_once)))


def cpu_ms(pid: int) -> float:
    """CPU time of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * 1000 / os.sysconf("SC_CLK_TCK")


@contextmanager
def mitmdump(folder: Path, script: Path | None, *options: str) -> Iterator[tuple[Process, int]]:
    """A mitmdump with `script`; without one the launcher, which has the addon in it."""
    port = free_port()
    named = [part for option in options for part in ("--set", option)]
    start = ["scangate-proxy"] if script is None else ["mitmdump", "-s", str(script)]
    start[0] = str(Path(sys.executable).with_name(start[0]))
    command = [*start, "-q", "--listen-host", "127.0.0.1"]
    confdir = ["--set", f"confdir={folder / 'conf'}", "--set", "connection_strategy=lazy"]
    process = Process([*command, "-p", str(port), *confdir, *named], folder / f"{port}.log")
    try:
        wait_until(lambda: answers(port), 60)
        yield process, port
    finally:
        process.stop()


@contextmanager
def variants(folder: Path) -> Iterator[dict[str, tuple[Process, int]]]:
    """Every variant, started."""
    (noop := folder / "noop.py").write_text(NOOP)
    (policy := folder / "policy.toml").write_text(POLICY)
    (stock := folder / "stock.py").write_text(STOCK.format(addon=str(ROOT / "addon")))
    addon, socket = ROOT / "addon" / "addon.py", folder / "scan.sock"
    service = Process(
        [str(binary("scan-service")), "--listen", f"unix:{socket}", "--policy", str(policy)], folder / "s.log"
    )
    with ExitStack() as stack:
        stack.callback(service.stop)
        start = {
            "no-op addon": (noop,),
            "in process": (addon, f"scangate_policy={policy}"),
            OWN_DISPATCH: (stock, f"scangate_policy={policy}"),
            "service, Unix socket": (addon, f"scangate_backend=unix:{socket}"),
            LAUNCHER: (None, f"scangate_policy={policy}"),
        }
        yield {name: stack.enter_context(mitmdump(folder, *how)) for name, how in start.items()}


async def measure(folder: Path, rounds: int, requests: int, at_once: int) -> dict[str, list[float]]:
    """CPU in milliseconds a request, per variant and round."""
    server = await asyncio.get_running_loop().create_server(Origin, "127.0.0.1", 0)
    origin: int = server.sockets[0].getsockname()[1]
    taken: dict[str, list[float]] = {}
    with variants(folder) as running:
        time.sleep(1)
        for _, port in running.values():
            await load(port, origin, max(requests // 4, at_once), at_once)
        for _ in range(rounds):
            for name, (process, port) in running.items():
                before = cpu_ms(process.pid)
                await load(port, origin, requests, at_once)
                taken.setdefault(name, []).append((cpu_ms(process.pid) - before) / requests)
    server.close()
    return taken


def main(rounds: int = 15, requests: int = 320, at_once: int = 16) -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory(prefix="scangate-bench-") as folder:
        taken = asyncio.run(measure(Path(folder), rounds, requests, at_once))
    bare = taken["no-op addon"]
    print(f"1 KiB request and response, {requests} flows a round, {at_once} at once, {rounds} rounds")
    print("CPU of mitmdump in ms a flow")
    print(f"{'addon':<25} {'best':>7} {'median':>7} {'added':>7} {'a flow':>8} {'a message':>10}")
    for name, figures in taken.items():
        added = statistics.median(mine - base for mine, base in zip(figures, bare, strict=True))
        share = added / statistics.median(bare) * 100
        cost = f"{min(figures):7.3f} {statistics.median(figures):7.3f} {added:7.3f}"
        print(f"{name:<25} {cost} {share:+7.1f}% {share / 2:+9.1f}%")
    stock, mended = (
        statistics.median(other / slim for other, slim in zip(taken[name], taken[LAUNCHER], strict=True))
        for name in (OWN_DISPATCH, "in process")
    )
    print(f"the launcher's throughput: {stock:.2f} of mitmdump's with the same addon and its own dispatch (goal 1.3),")
    print(f"{mended:.2f} of mitmdump's with the addon as it is")
    print(f"mitmproxy {VERSION}, {os.cpu_count()} cores")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
