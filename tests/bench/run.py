"""The engine's figures of one run: ourselves, the peer and the floor on the same bodies, round by round.

The table goes to standard output, all figures to bench-results/engine.json, the plot to bench-results/engine.svg;
docs/bench.svg is such a plot, checked in.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import corpus
import plot
import report

ROUNDS = 7
STARTS = 5
MEBIBYTES = (1, 4, 16, 64)
RESULTS = report.ROOT / "bench-results"
CORPUS = report.ROOT / ".scangate/bench-corpus"
PEER = "kingfisher-secret-scanner==1.5.0"
PEER_VENV = report.ROOT / ".scangate/bench-venv"
PEER_ASKS = {"mixed": "scan mixed", "request": "request", "response": "response"}
ENGINE_ASKS = PEER_ASKS | {"mixed_doubled": "scan-doubled mixed", "floor": "floor"}
Reply = dict[str, Any]


class Process:
    """A bench that answers a line with a line."""

    def __init__(self, *command: str) -> None:
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.says = self._read()

    def ask(self, words: str) -> Reply:
        assert self._process.stdin
        self._process.stdin.write(words + "\n")
        self._process.stdin.flush()
        reply = self._read()
        if "error" in reply:
            raise SystemExit(f"bench: {words}: {reply['error']}")
        return reply

    def close(self) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait(timeout=30)

    def _read(self) -> Reply:
        assert self._process.stdout
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit(f"bench: {self._process.args!r} ended early")
        reply: Reply = json.loads(line)
        return reply


def best(replies: list[Reply], key: str) -> Reply:
    """Return the round that a busy machine disturbed least."""
    return min(replies, key=lambda reply: float(reply[key]))


def measure(engine: Process, peer: Process | None) -> Reply:
    """Ask everybody in turn, round by round."""
    asked = [(what, engine, words) for what, words in ENGINE_ASKS.items()]
    if peer:
        asked += [(f"peer_{what}", peer, words) for what, words in PEER_ASKS.items()]
    rounds: dict[str, list[Reply]] = {what: [] for what, _, _ in asked}
    for _ in range(ROUNDS):
        for what, process, words in asked:
            rounds[what].append(process.ask(words))
    return {what: best_of_all(replies) for what, replies in rounds.items()}


def best_of_all(replies: list[Reply]) -> Reply:
    """Return the best round, and the best of each percentile."""
    if "p50_us" not in replies[0]:
        return best(replies, "seconds" if "seconds" in replies[0] else "literals_seconds")
    return best(replies, "p50_us") | {"p99_us": best(replies, "p99_us")["p99_us"]}


def worst_cases(engine: Process) -> Reply:
    """Scan dense bodies of two sizes, and one mixed body of growing size."""
    dense = {}
    for name in engine.says["dense"]:
        small, large = (best([engine.ask(f"dense {size} {name}") for _ in range(2)], "seconds") for size in (1, 4))
        growth = large["seconds"] / small["seconds"] * small["bytes"] / large["bytes"]
        dense[name] = large | {"growth": growth}
    linear = {size: best([engine.ask(f"linear {size}") for _ in range(3)], "seconds") for size in MEBIBYTES}
    kinds = {kind: best([engine.ask(f"scan {kind}") for _ in range(3)], "seconds") for kind in engine.says["kinds"]}
    return {"dense": dense, "linear": linear, "kinds": kinds}


def started(command: list[str], times: int) -> Reply:
    """Return the quickest of some starts."""
    replies = []
    for _ in range(times):
        made = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
        replies.append(json.loads(made.stdout))
    return best(replies, "cpu_ms")


def built() -> str:
    """Build the engine's bench and return its path."""
    command = ["cargo", "bench", "--no-run", "--quiet", "-p", "scanner", "--bench", "engine"]
    command += ["--message-format", "json-render-diagnostics"]
    made = subprocess.run(command, cwd=report.ROOT, check=True, stdout=subprocess.PIPE, text=True)
    paths = [json.loads(line).get("executable") for line in made.stdout.splitlines()]
    return str(next(path for path in reversed(paths) if path))


def peer_python() -> str | None:
    """Return the interpreter that has the peer, installed once; none, loudly, where it cannot be installed."""
    python = PEER_VENV / "bin/python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(PEER_VENV)], check=True)
    command = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", PEER]
    if subprocess.run(command, check=False).returncode != 0:
        say(f"THE PEER {PEER} CANNOT BE INSTALLED; its figures are missing below")
        return None
    return str(python)


def start_peer(python: str) -> tuple[Process, Reply]:
    """Start the peer without its cache of compiled rules, with it, and once more to be asked."""
    script = str(Path(__file__).with_name("peer.py"))
    with tempfile.TemporaryDirectory() as cache:
        os.environ["KF_RULE_CACHE_DIR"] = cache
        say("the peer compiles its rules")
        cold = started([python, script, "start"], 1)
        warm = started([python, script, "start"], 2)
        peer = Process(python, script, str(CORPUS))
    return peer, {"peer": peer.says, "peer_start_cold": cold, "peer_start_warm": warm}


def say(text: str) -> None:
    print(f"· {text}", file=sys.stderr, flush=True)


def main() -> None:
    say("building the bench and its corpus")
    path = built()
    figures: Reply = {"machine": report.machine(), "corpus": corpus.build(CORPUS)}
    figures["start"] = started([path, "start"], STARTS)
    peer = None
    if python := peer_python():
        peer, of_peer = start_peer(python)
        figures |= of_peer
    engine = Process(path, "serve", str(CORPUS))
    say("measuring")
    figures |= {"engine": engine.says} | measure(engine, peer) | worst_cases(engine)
    figures |= {what: engine.ask(what) for what in ("findings", "recall", "allocations", "memory")}
    engine.close()
    if peer:
        figures["peer_memory"] = peer.ask("memory")
        peer.close()
    rows = report.rows(figures)
    figures["rows"] = [row.__dict__ for row in rows]
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "engine.json").write_text(json.dumps(figures, indent=1), encoding="utf-8")
    (RESULTS / "engine.svg").write_text(plot.draw(figures), encoding="utf-8")
    print(report.table(figures, rows))


if __name__ == "__main__":
    main()
