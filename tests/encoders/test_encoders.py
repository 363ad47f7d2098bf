"""Tokens of every strong rule, encoded by programs that are not ours, are stopped."""

import base64
import binascii
import bz2
import codecs
import gzip
import json
import lzma
import os
import quopri
import random
import shutil
import subprocess
import urllib.parse
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from scangate import Scanner

ROOT = Path(__file__).resolve().parents[2]
PROSE = "the value that you asked for is {} and nothing else"


def tokens() -> list[dict[str, str]]:
    """What the program `tokens` prints; `make` builds it."""
    target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    built = [path for profile in ("release", "debug") if (path := target / profile / "tokens").exists()]
    if not built:
        raise FileNotFoundError("the program is not built: cargo build -p promises")
    newest = max(built, key=lambda path: path.stat().st_mtime)
    seed = str(random.randrange(1 << 32))
    output = subprocess.run([newest, seed], capture_output=True, check=True, timeout=60).stdout
    return [json.loads(line) for line in output.splitlines()]


def base64_of(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def node(script: str, texts: list[str]) -> list[str]:
    """What Node's `script` makes of each text, which it knows as `text`."""
    program = f"console.log(JSON.stringify(JSON.parse(require('fs').readFileSync(0)).map(text => {script})))"
    made = subprocess.run(["node", "-e", program], input=json.dumps(texts), capture_output=True, check=True, text=True)
    encoded: list[str] = json.loads(made.stdout)
    return encoded


ENCODERS: dict[str, Callable[[str], str]] = {
    "base64": lambda text: base64_of(text.encode()),
    "urlsafe base64": lambda text: base64.urlsafe_b64encode(text.encode()).decode(),
    "base64 in lines": lambda text: base64.encodebytes(text.encode()).decode(),
    "base32": lambda text: base64.b32encode(text.encode()).decode(),
    "base85": lambda text: base64.b85encode(text.encode()).decode(),
    "Ascii85": lambda text: base64.a85encode(text.encode()).decode(),
    "hex": lambda text: binascii.hexlify(text.encode()).decode(),
    "hex with colons": lambda text: text.encode().hex(":"),
    "quoted-printable": lambda text: quopri.encodestring(text.encode(), quotetabs=True).decode(),
    "percent": lambda text: urllib.parse.quote(text, safe=""),
    "rot13": lambda text: codecs.encode(text, "rot13"),
    "numbers": lambda text: json.dumps(list(text.encode())),
    "JSON in JSON": lambda text: json.dumps(json.dumps({"text": text})),
    "gzip": lambda text: base64_of(gzip.compress(text.encode())),
    "zlib": lambda text: base64_of(zlib.compress(text.encode())),
    "bzip2": lambda text: base64_of(bz2.compress(text.encode())),
    "xz": lambda text: base64_of(lzma.compress(text.encode())),
    "UTF-16": lambda text: base64_of(text.encode("utf-16")),
}

NODE = {
    "Buffer base64": "Buffer.from(text).toString('base64')",
    "Buffer base64url": "Buffer.from(text).toString('base64url')",
    "Buffer hex": "Buffer.from(text).toString('hex')",
    "Buffer UTF-16": "Buffer.from(text, 'utf16le').toString('base64')",
    "Buffer as JSON": "JSON.stringify(Buffer.from(text))",
    "escape": "encodeURIComponent(text)",
    "deflate": "require('zlib').deflateSync(text).toString('base64')",
}

OPENSSL = {"openssl base64": ["base64"], "openssl in one line": ["base64", "-A"]}


@pytest.fixture(scope="module")
def scanner() -> Scanner:
    return Scanner()


@pytest.fixture(scope="module")
def texts(scanner: Scanner) -> dict[str, str]:
    """Return a text for each rule whose token is stopped as it is."""
    made = {token["rule"]: PROSE.format(token["text"]) for token in tokens()}
    plain = {rule: text for rule, text in made.items() if is_stopped(scanner, text)}
    assert len(plain) > 250
    return plain


def is_stopped(scanner: Scanner, text: str) -> bool:
    message = {
        "type": "http.request",
        "method": "POST",
        "url": "https://sink.example/",
        "headers": [],
        "body": text.encode(),
    }
    return scanner.scan(message)["verdict"] == "block"


def all_are_stopped(scanner: Scanner, encoded: dict[str, str]) -> None:
    missed = [rule for rule, text in encoded.items() if not is_stopped(scanner, f'{{"note": {json.dumps(text)}}}')]
    # By chance a token may be cut by what its encoding makes of the text beside it.
    assert len(missed) * 100 <= len(encoded), missed


@pytest.mark.parametrize("encoder", ENCODERS)
def test_what_python_encodes_is_stopped(scanner: Scanner, texts: dict[str, str], encoder: str) -> None:
    all_are_stopped(scanner, {rule: ENCODERS[encoder](text) for rule, text in texts.items()})


@pytest.mark.parametrize("encoder", NODE)
def test_what_node_encodes_is_stopped(scanner: Scanner, texts: dict[str, str], encoder: str) -> None:
    if not shutil.which("node"):
        pytest.skip("node is missing")
    encoded = node(NODE[encoder], list(texts.values()))
    all_are_stopped(scanner, dict(zip(texts, encoded, strict=True)))


@pytest.mark.parametrize("encoder", OPENSSL)
def test_what_openssl_encodes_is_stopped(scanner: Scanner, texts: dict[str, str], encoder: str) -> None:
    if not shutil.which("openssl"):
        pytest.skip("openssl is missing")
    few = dict(random.sample(sorted(texts.items()), 40))
    encoded = {
        rule: subprocess.run(
            ["openssl", *OPENSSL[encoder]], input=text, capture_output=True, check=True, text=True
        ).stdout
        for rule, text in few.items()
    }
    all_are_stopped(scanner, encoded)
