"""Records what programs send and receive: a mitmdump that only writes down stands between."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from clients import Via, wait_until
from processes import Process, answers, free_port

# The one whose captures this Python reads, whichever is under test.
MITMDUMP = str(Path(sys.executable).with_name("mitmdump"))
WAIT_S = 300


@dataclass(frozen=True)
class Bottle:
    """Where recorded programs run: behind the proxy, with a home of their own and none of this machine's settings."""

    via: Via
    home: Path

    def run(self, *command: str, folder: Path | None = None, **more: str) -> None:
        """Run a program to its end.

        Raises:
            CalledProcessError: it failed; its output is part of the error.
        """
        proxies = dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), self.via.proxy)
        trust = dict.fromkeys(
            (
                "SSL_CERT_FILE",
                "PIP_CERT",
                "NPM_CONFIG_CAFILE",
                "NODE_EXTRA_CA_CERTS",
                "CURL_CA_BUNDLE",
                "GIT_SSL_CAINFO",
                "CARGO_HTTP_CAINFO",
            ),
            str(self.via.ca),
        )
        kept = {"RUSTUP_HOME": os.environ.get("RUSTUP_HOME", str(Path.home() / ".rustup"))}
        env = {"PATH": os.environ["PATH"], "HOME": str(self.home), "no_proxy": "", **kept, **proxies, **trust, **more}
        done = subprocess.run(
            command, cwd=folder or self.home, env=env, capture_output=True, timeout=WAIT_S, check=False
        )
        if done.returncode:
            output = (done.stdout + done.stderr).decode("utf-8", "replace")[-4000:]
            raise subprocess.CalledProcessError(done.returncode, command[0], output)


@contextmanager
def recorded(file: Path, home: Path, *options: str, env: dict[str, str] | None = None) -> Iterator[Bottle]:
    """Write all that passes into `file`, a capture of mitmproxy."""
    file.unlink(missing_ok=True)
    ca = home / "ca"
    port = free_port()
    listen = ["--listen-host", "127.0.0.1", "-p", str(port), "--set", "flow_detail=0", "--set", f"confdir={ca}"]
    named = [part for option in options for part in ("--set", option)]
    home.mkdir(parents=True, exist_ok=True)
    proxy = Process([MITMDUMP, *listen, *named, "-w", str(file)], home / "mitmdump.log", env)
    try:
        wait_until(lambda: answers(port) or not proxy.is_alive())
        yield Bottle(Via(f"http://127.0.0.1:{port}", ca / "mitmproxy-ca-cert.pem"), home)
    finally:
        proxy.stop()
