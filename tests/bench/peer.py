"""The peer, Kingfisher's Python SDK, asked line by line as `scanner/benches/engine` is. Runs in a venv of its own.

Only the time inside the SDK's call counts: reading and preparing bodies is not its work.
"""

import gc
import json
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

CALLS = 4000
NANO = 1e9


def main(folder: Path) -> None:
    kinds: dict[str, list[bytes]] = {}
    for kind, body in bodies(folder):
        kinds.setdefault(kind, []).append(body)
    from kingfisher_sdk import Scanner  # type: ignore[import-not-found]  # has a venv of its own

    scanner = Scanner()
    report({"version": version("kingfisher-secret-scanner"), "rules": len(scanner.rules)})
    gc.disable()
    for line in sys.stdin:
        report(answer(scanner, kinds, line.split()))


def bodies(folder: Path) -> list[tuple[str, bytes]]:
    content = memoryview((folder / "bodies.bin").read_bytes())
    made = []
    start = 0
    for line in (folder / "bodies.tsv").read_text(encoding="utf-8").splitlines():
        kind, _, length = line.split("\t")
        made.append((kind, bytes(content[start : start + int(length)])))
        start += int(length)
    return made


def answer(scanner: Any, kinds: dict[str, list[bytes]], words: list[str]) -> dict[str, Any]:
    match words:
        case ["scan", "mixed"]:
            mixed = [body for kind, some in kinds.items() if "-" not in kind for body in some]
            return throughput(scanner, mixed)
        case ["scan", kind]:
            return throughput(scanner, kinds[kind])
        case ["request"]:
            return latency(scanner, kinds["request-2k"])
        case ["response"]:
            return latency(scanner, kinds["response-10k"])
        case ["memory"]:
            return {"rss_mb": memory("VmRSS"), "peak_mb": memory("VmHWM")}
    return {"error": "no such command"}


def throughput(scanner: Any, some: list[bytes]) -> dict[str, Any]:
    """Scan all; processor time of all its threads."""
    found = 0
    start = time.process_time_ns()
    for body in some:
        found += bool(scanner.scan(body))
    seconds = (time.process_time_ns() - start) / NANO
    return {"bytes": sum(map(len, some)), "bodies": len(some), "seconds": seconds, "found": found}


def latency(scanner: Any, some: list[bytes]) -> dict[str, Any]:
    """Time single calls over the bodies in which nothing is found."""
    clean = [body for body in some if not scanner.scan(body)]
    took = []
    for index in range(CALLS):
        body = clean[index % len(clean)]
        start = time.process_time_ns()
        scanner.scan(body)
        took.append((time.process_time_ns() - start) / 1000)
    took.sort()
    return {"p50_us": took[CALLS // 2], "p99_us": took[CALLS * 99 // 100], "bodies": len(clean)}


def memory(name: str) -> float:
    status = Path("/proc/self/status").read_text(encoding="ascii")
    line = next(line for line in status.splitlines() if line.startswith(name + ":"))
    return int(line.split()[1]) / 1024


def report(reply: dict[str, Any]) -> None:
    print(json.dumps(reply), flush=True)


def start() -> None:
    """Load the library and its rules, and nothing else."""
    clock, processor = time.perf_counter(), time.process_time()
    from kingfisher_sdk import Scanner  # loading the library is part of its start

    scanner = Scanner()
    took = {"clock_ms": (time.perf_counter() - clock) * 1000, "cpu_ms": (time.process_time() - processor) * 1000}
    report(took | {"rules": len(scanner.rules), "rss_mb": memory("VmRSS")})


if __name__ == "__main__":
    if sys.argv[1:] == ["start"]:
        start()
    else:
        main(Path(sys.argv[1]))
