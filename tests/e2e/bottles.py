"""Bottles with a real mitmdump before a TLS origin on loopback."""

import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from processes import mitmdump

REPOSITORY = Path(__file__).resolve().parents[2]
ALLOWED = ["a.test", "*.w.test"]
INSIDE = ["a.test", "x.w.test"]
OUTSIDE = "other.test"
PAGE = "hello from the origin\n"

# Every name leads to loopback. The address itself must stay: mitmproxy writes it into the leaf.
RESOLVER = """
import socket
original = socket.getaddrinfo
def getaddrinfo(host, *args, **kwargs):
    return original("127.0.0.1", *args, **kwargs)
socket.getaddrinfo = getaddrinfo
"""


@dataclass(frozen=True)
class Bottle:
    """A running proxy, and the environment of who sits behind it."""

    out: Path
    proxy: str
    port: int
    env: dict[str, str]
    limited: bool
    signer: subprocess.Popen[str] | None = None

    def url(self, host: str) -> str:
        """Return the address of the origin under a name."""
        return f"https://{host}:{self.port}/"

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a client in the bottle."""
        return subprocess.run(command, env=self.env, capture_output=True, text=True, timeout=30, check=False)


def ca_prep_binary() -> str:
    """Find the program to test."""
    built = [REPOSITORY / "target" / profile / "ca-prep" for profile in ("release", "debug")]
    named = os.environ.get("CA_PREP_BIN")
    for path in [Path(named)] if named else built:
        if path.is_file():
            return str(path)
    pytest.fail("no ca-prep: build it with `cargo build -p ca-prep`, or set CA_PREP_BIN")


def ca_prep(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run ca-prep to its end."""
    command = [ca_prep_binary(), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)


def free_port() -> int:
    """Find a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for(port: int, process: subprocess.Popen[str]) -> None:
    """Wait until somebody listens.

    Raises:
        RuntimeError: the process ended, or took longer than 20 seconds.
    """
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError(f"nothing listens on {port}")


@contextmanager
def running(command: list[str], log: Path) -> Iterator[subprocess.Popen[str]]:
    """Run a process, and end it in the end."""
    with log.open("w") as out, subprocess.Popen(command, stdout=out, stderr=out, text=True) as process:
        try:
            yield process
        finally:
            process.send_signal(signal.SIGCONT)
            process.terminate()
            process.wait(timeout=10)


def origin_certificate(folder: Path) -> Path:
    """Make a certificate like a big site's, with names that mitmproxy must not copy."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "cdn.test")])
    names = [x509.DNSName(host) for host in ["cdn.test", OUTSIDE, *ALLOWED]]
    now = datetime.now(timezone.utc)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = folder / "origin.pem"
    encoding = serialization.Encoding.PEM
    pkcs8, plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    path.write_bytes(key.private_bytes(encoding, pkcs8, plain) + certificate.public_bytes(encoding))
    return path


class Page(BaseHTTPRequestHandler):
    """Answers every GET with the same page."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Answer."""
        body = PAGE.encode()
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def environment(out: Path, proxy: str) -> dict[str, str]:
    """Return what the bottle exports, as a shell reads it, and nothing of ours that has to do with TLS."""
    script = 'set -a; . "$1/trust/env"; env -0'
    base = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    said = subprocess.run(["sh", "-c", script, "sh", str(out)], env=base, capture_output=True, text=True, check=True)
    pairs = (line.split("=", 1) for line in said.stdout.split("\0") if "=" in line)
    return dict(pairs) | {"HTTPS_PROXY": proxy, "https_proxy": proxy, "NO_PROXY": ""}


def make(way: str, folder: Path, stack: ExitStack) -> subprocess.Popen[str] | None:
    """Make the files of a bottle; where a signer stays, return it."""
    out = str(folder / "ca")
    hosts = [word for host in ALLOWED for word in ("--host", host)]
    if way == "sign":
        command = [ca_prep_binary(), "sign", "--out", out, "--socket", str(folder / "signer"), *hosts]
        signer = stack.enter_context(running(command, folder / "signer.log"))
        deadline = time.monotonic() + 10
        while not (folder / "ca" / "mitmdump.args").exists() and time.monotonic() < deadline:
            time.sleep(0.02)
        return signer
    policy = folder / "policy.toml"
    policy.write_text(f'[egress]\nallow = {json.dumps(ALLOWED)}\n[actions]\nsecret = "block"\n')
    arguments = {
        "issue": ["issue", "--policy", str(policy)],
        "issue-rsa": ["issue", "--key", "rsa-2048", *hosts],
        "issue-any": ["issue"],
        "seal": ["seal", *hosts],
    }[way]
    done = ca_prep(*arguments, "--out", out)
    assert done.returncode == 0, done.stderr
    return None


def as_written(arguments: list[str]) -> list[str]:
    """Keep the arguments that ca-prep wrote."""
    return arguments


def asking_the_signer(folder: Path) -> list[str]:
    """Return what has mitmdump ask for certificates: the addon, with a policy that lets it reach the origin."""
    policy = folder / "addon-policy.toml"
    policy.write_text('[egress]\nprivate = ["127.0.0.1"]\n')
    return ["-s", str(REPOSITORY / "addon" / "addon.py"), "--set", f"scangate_policy={policy}"]


@contextmanager
def bottle_of(
    way: str, folder: Path, port: int, chosen: Callable[[list[str]], list[str]] = as_written
) -> Iterator[Bottle]:
    """Make a bottle, and run mitmdump with the arguments that were written for it."""
    (folder / "resolver.py").write_text(RESOLVER)
    with ExitStack() as stack:
        signer = make(way, folder, stack)
        arguments = chosen((folder / "ca" / "mitmdump.args").read_text().splitlines())
        listen = free_port()
        command = [mitmdump(), "--ssl-insecure", "--listen-port", str(listen), *arguments]
        scripts = ["-s", str(folder / "resolver.py"), *(asking_the_signer(folder) if signer else [])]
        proxy = running([*command, *scripts], folder / "mitmdump.log")
        wait_for(listen, stack.enter_context(proxy))
        url = f"http://127.0.0.1:{listen}"
        out = folder / "ca"
        yield Bottle(out, url, port, environment(out, url), way != "issue-any", signer)
