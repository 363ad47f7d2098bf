"""Starts the real programs under test, and ends them again."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from clients import Via, wait_until

ROOT = Path(__file__).resolve().parents[2]
ADDON = ROOT / "addon" / "addon.py"


def binary(name: str) -> Path:
    """A program of the workspace, built by `make`."""
    target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    found = [target / profile / name for profile in ("release", "debug") if (target / profile / name).exists()]
    if not found:
        raise FileNotFoundError(f"{name} is not built: cargo build -p {name}")
    return max(found, key=lambda path: path.stat().st_mtime)


def mitmdump() -> str:
    """The mitmdump under test: the one that MITMDUMP names, else the one beside this Python."""
    return os.environ.get("MITMDUMP") or str(Path(sys.executable).with_name("mitmdump"))


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def answers(port: int) -> bool:
    """Whether somebody listens."""
    with socket.socket() as probe:
        probe.settimeout(1)
        # A port that nobody listens on may be the one that this socket was given: then it talks to itself.
        return probe.connect_ex(("127.0.0.1", port)) == 0 and probe.getsockname()[1] != port


class Process:
    """A program that runs for a while, its output in a file."""

    def __init__(self, command: list[str], log: Path, env: dict[str, str] | None = None) -> None:
        self.log = log
        with log.open("wb") as output:
            self._process = subprocess.Popen(
                command,
                stdout=output,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                env={**os.environ, **(env or {})},
            )

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def is_alive(self) -> bool:
        """Whether it runs."""
        return self._process.poll() is None

    def output(self) -> str:
        """What it has said so far."""
        return self.log.read_text(errors="replace")

    def pause(self) -> None:
        """Stop it without ending it: connections stay open, nothing answers."""
        self._process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let it go on."""
        self._process.send_signal(signal.SIGCONT)

    def wait(self, seconds: float = 20) -> int:
        """Wait for it to end by itself; return its status."""
        return self._process.wait(seconds)

    def kill(self) -> None:
        """End it at once, without a chance to tidy up."""
        self._process.kill()
        self._process.wait(10)

    def ask_to_stop(self) -> None:
        """Ask it to end."""
        if self.is_alive():
            self.resume()
            self._process.terminate()

    def stop(self) -> None:
        """End it."""
        self.ask_to_stop()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(10)


def stop_all(processes: Sequence[Process]) -> None:
    """End all of them, at the same time."""
    for process in processes:
        process.ask_to_stop()
    for process in processes:
        process.stop()


def command(script: Path, program: str) -> list[str]:
    """The proxy under test with a script; `scangate-proxy` has the addon in it and takes none."""
    if Path(program).name != "scangate-proxy":
        return [program, "-s", str(script)]
    if script != ADDON:
        pytest.skip("scangate-proxy runs no scripts")
    return [program]


class Mitmdump(Process):
    """mitmdump with the real addon, or what stands in for it."""

    def __init__(
        self,
        folder: Path,
        ca: Path,
        *options: str,
        script: Path = ADDON,
        env: dict[str, str] | None = None,
        program: str | None = None,
    ) -> None:
        self.port = free_port()
        folder.mkdir(parents=True, exist_ok=True)
        named = [part for option in options for part in ("--set", option)]
        listen = ["--listen-host", "127.0.0.1", "-p", str(self.port), "--set", "flow_detail=0"]
        start = command(script, program or mitmdump())
        confdir = ["--set", f"confdir={ca / 'proxy'}"]
        super().__init__([*start, *listen, *confdir, *named], folder / "mitmdump.log", env)
        self.via = Via(f"http://127.0.0.1:{self.port}", ca / "trust" / "ca.pem")

    def ready(self) -> "Mitmdump":
        """Wait until it takes connections."""
        wait_until(lambda: answers(self.port) or not self.is_alive())
        if not self.is_alive():
            raise RuntimeError(f"mitmdump ended: {self.output()}")
        return self


class Service(Process):
    """The real scan service."""

    def __init__(self, folder: Path, policy: Path, listen: str) -> None:
        command = [str(binary("scan-service")), "--listen", listen, "--policy", str(policy)]
        super().__init__(command, folder / f"service-{free_port()}.log")
