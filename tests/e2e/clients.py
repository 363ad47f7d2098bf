"""Real clients, one call each: what the proxy does must be right for all of them."""

import base64
import json
import ssl
import subprocess
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx
import requests

HERE = Path(__file__).parent
WAIT_S = 20


@dataclass(frozen=True)
class Via:
    """The way out of the bottle: the proxy, and who signs for it."""

    proxy: str
    ca: Path


@dataclass(frozen=True)
class Seen:
    """What a client saw."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode("utf-8", "replace")


Pairs = Sequence[tuple[str, str]]
Send = Callable[[Via, str, str, Pairs, bytes | None], Seen]


def curl(via: Via, method: str, url: str, headers: Pairs = (), body: bytes | None = None, *more: str) -> Seen:
    """curl over HTTP/1.1."""
    return run_curl(via, method, url, headers, body, "--http1.1", *more)


def curl_h2(via: Via, method: str, url: str, headers: Pairs = (), body: bytes | None = None) -> Seen:
    """curl over HTTP/2."""
    return run_curl(via, method, url, headers, body, "--http2")


def run_curl(via: Via, method: str, url: str, headers: Pairs, body: bytes | None, *more: str) -> Seen:
    """curl with any options; the status is 0 when there was no answer."""
    command = [
        "curl",
        "-sS",
        "-i",
        "-X",
        method,
        "-x",
        via.proxy,
        "--cacert",
        str(via.ca),
        "--suppress-connect-headers",
    ]
    command += ["-m", str(WAIT_S), *more]
    for name, value in headers:
        command += ["-H", f"{name}: {value}"]
    if body is not None:
        command += ["--data-binary", "@-"]
    done = subprocess.run([*command, url], input=body or b"", capture_output=True, timeout=WAIT_S + 5, check=False)
    return parse(done.stdout) if done.stdout else Seen(0, {}, done.stderr)


def parse(raw: bytes) -> Seen:
    """Read the last answer of `curl -i`: interim ones come before it."""
    head, _, body = raw.partition(b"\r\n\r\n")
    while head.startswith((b"HTTP/1.1 100", b"HTTP/2 100")):
        head, _, body = body.partition(b"\r\n\r\n")
    status, *lines = head.decode("latin-1").split("\r\n")
    pairs = (line.split(":", 1) for line in lines)
    return Seen(int(status.split()[1]), {name.lower(): value.strip() for name, value in pairs}, body)


def with_requests(via: Via, method: str, url: str, headers: Pairs = (), body: bytes | None = None) -> Seen:
    """The requests package."""
    proxies = {"http": via.proxy, "https": via.proxy}
    got = requests.request(
        method, url, headers=dict(headers), data=body, proxies=proxies, verify=str(via.ca), timeout=WAIT_S
    )
    return Seen(got.status_code, {name.lower(): value for name, value in got.headers.items()}, got.content)


def with_httpx(via: Via, method: str, url: str, headers: Pairs = (), body: bytes | None = None) -> Seen:
    """The httpx package over HTTP/1.1."""
    return run_httpx(via, method, url, headers, body, http2=False)


def with_httpx_h2(via: Via, method: str, url: str, headers: Pairs = (), body: bytes | None = None) -> Seen:
    """The httpx package over HTTP/2."""
    return run_httpx(via, method, url, headers, body, http2=True)


def run_httpx(via: Via, method: str, url: str, headers: Pairs, body: bytes | None, *, http2: bool) -> Seen:
    """The httpx package."""
    trust = http2_first(via.ca) if http2 else ssl.create_default_context(cafile=str(via.ca))
    with httpx.Client(proxy=via.proxy, verify=trust, http2=http2, timeout=WAIT_S, trust_env=False) as client:
        got = client.request(method, url, headers=list(headers), content=body)
    return Seen(got.status_code, {name.lower(): value for name, value in got.headers.items()}, got.content)


class Http2First(ssl.SSLContext):
    """httpx names HTTP/1.1 first, and gets it from a proxy that takes its word."""

    def set_alpn_protocols(self, _protocols: Iterable[str]) -> None:
        """Offer HTTP/2, and nothing else."""
        super().set_alpn_protocols(["h2"])


def http2_first(authority: Path) -> ssl.SSLContext:
    """What makes httpx speak HTTP/2."""
    context = Http2First(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(authority)
    return context


def with_node(via: Via, method: str, url: str, headers: Pairs = (), body: bytes | None = None) -> Seen:
    """Node's fetch through undici's ProxyAgent."""
    call = {
        "proxy": via.proxy,
        "ca": via.ca.read_text(),
        "method": method,
        "url": url,
        "headers": list(headers),
        "body": None if body is None else base64.b64encode(body).decode(),
    }
    done = subprocess.run(
        ["node", str(HERE / "fetch.mjs")],
        input=json.dumps(call).encode(),
        capture_output=True,
        timeout=WAIT_S,
        check=False,
    )
    if done.returncode:
        raise OSError(done.stderr.decode())
    got = json.loads(done.stdout)
    return Seen(got["status"], dict(got["headers"]), base64.b64decode(got["body"]))


CLIENTS: dict[str, Send] = {
    "curl": curl,
    "curl-h2": curl_h2,
    "requests": with_requests,
    "httpx": with_httpx,
    "httpx-h2": with_httpx_h2,
    "node": with_node,
}


def wait_until(true: Callable[[], object], seconds: float = WAIT_S) -> None:
    """Wait for something that another process does.

    Raises:
        TimeoutError: it did not happen.
    """
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            raise TimeoutError("it did not happen in time")
        time.sleep(0.02)
