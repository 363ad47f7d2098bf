"""Leaves from a signer that is honest, lies, stalls, comes back as another; the socket is real."""

import asyncio
import functools
from contextlib import asynccontextmanager
from datetime import datetime, timedelta, timezone
from types import SimpleNamespace

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from scangate_addon import signer
from scangate_addon.signer import Signer

PEM = serialization.Encoding.PEM


class Authority:
    """What `ca-prep sign` answers with: key, leaf, intermediate."""

    def __init__(self):
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.certificate = certificate("authority", self.key, self.key)
        self.pem = self.certificate.public_bytes(PEM)

    def answer(self, host: str) -> bytes:
        key = ec.generate_private_key(ec.SECP256R1())
        plain = key.private_bytes(PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        return ok(plain + certificate(host, key, self.key).public_bytes(PEM) + self.pem)


def ok(pem: bytes) -> bytes:
    return b"ok %d\n" % len(pem) + pem


def certificate(name, key, issuer):
    now = datetime.now(timezone.utc)
    builder = x509.CertificateBuilder(
        x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "authority")]),
        x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)]),
        key.public_key(),
        x509.random_serial_number(),
        now,
        now + timedelta(hours=1),
    )
    return builder.sign(issuer, hashes.SHA256())


@asynccontextmanager
async def answering(tmp_path, answer):
    """A signer on a socket; yields the socket and what it was asked."""
    asked = []

    async def serve(reader, writer):
        question = (await reader.readline()).decode().strip()
        asked.append(question)
        said = answer(question)
        writer.write(said)
        await writer.drain()
        if not said:
            await reader.read()
        writer.close()

    path = str(tmp_path / "signer.sock")
    async with await asyncio.start_unix_server(serve, path):
        yield path, asked


def in_a_loop(test):
    """Run an async test."""

    @functools.wraps(test)
    def run(*args, **kwargs):
        asyncio.run(test(*args, **kwargs))

    return run


def store():
    return SimpleNamespace(certs={})


def hello(sni, address=("target.example", 443)):
    server = SimpleNamespace(address=address)
    return SimpleNamespace(client_hello=SimpleNamespace(sni=sni), context=SimpleNamespace(server=server))


@in_a_loop
async def test_a_leaf_is_asked_for_once_by_name_or_else_by_target(tmp_path):
    authority, certs = Authority(), store()
    async with answering(tmp_path, authority.answer) as (path, asked):
        leaves = Signer(path)
        for sni in ["a.example", "a.example", None, "a.example"]:
            await leaves.provide(certs, hello(sni))
    assert asked == ["a.example", "target.example"]
    entry = certs.certs["a.example"]
    assert entry.cert.cn == "a.example"
    assert entry.chain_file.read_bytes() == authority.pem
    leaves.close()
    assert not entry.chain_file.exists()


@in_a_loop
async def test_a_store_that_was_made_anew_gets_its_leaf_again(tmp_path):
    async with answering(tmp_path, Authority().answer) as (path, asked):
        leaves = Signer(path)
        for certs in (store(), store()):
            await leaves.provide(certs, hello("a.example"))
            assert "a.example" in certs.certs
    assert asked == ["a.example"] * 2


@in_a_loop
async def test_few_leaves_are_kept_and_the_used_ones_longest(tmp_path, monkeypatch):
    monkeypatch.setattr(signer, "MAX_LEAVES", 2)
    certs = store()
    async with answering(tmp_path, Authority().answer) as (path, _):
        leaves = Signer(path)
        for name in ["a.example", "b.example", "a.example", "c.example"]:
            await leaves.provide(certs, hello(name))
    assert sorted(certs.certs) == ["a.example", "c.example"]


@in_a_loop
async def test_a_new_authority_ends_the_leaves_of_the_old_one(tmp_path):
    authorities, certs = [Authority()], store()
    async with answering(tmp_path, lambda host: authorities[-1].answer(host)) as (path, _):
        leaves = Signer(path)
        await leaves.provide(certs, hello("a.example"))
        old = certs.certs["a.example"].chain_file
        authorities.append(Authority())
        await leaves.provide(certs, hello("b.example"))
    assert sorted(certs.certs) == ["b.example"]
    assert certs.certs["b.example"].chain_file != old


SAYS_SECRET = "not_allowed sesame.example"


@pytest.mark.parametrize(
    "answer",
    [
        b"error " + SAYS_SECRET.encode() + b"\n",
        b"ok\n",
        b"ok -5\n",
        b"ok 99999999\n",
        b"ok 10\nshort",
        b"ok 5\nhello",
        b"sure\n",
        b"\xff\xfe\n",
        b"x" * 5000,
        ok(Authority().pem),
        b"",
    ],
    ids=range(11),
)
@in_a_loop
async def test_anything_but_a_leaf_is_none(tmp_path, monkeypatch, caplog, answer):
    monkeypatch.setattr(signer, "TIMEOUT_S", 0.2)
    certs = store()
    async with answering(tmp_path, lambda _: answer) as (path, _):
        await Signer(path).provide(certs, hello("secret-word.example"))
    assert certs.certs == {}
    assert "handshake will fail" in caplog.text
    assert "secret-word" not in caplog.text
    assert "sesame" not in caplog.text


@in_a_loop
async def test_a_signer_that_is_gone_is_no_leaf_until_it_is_back(tmp_path):
    certs = store()
    leaves = Signer(str(tmp_path / "signer.sock"))
    await leaves.provide(certs, hello("a.example"))
    assert certs.certs == {}
    async with answering(tmp_path, Authority().answer):
        await leaves.provide(certs, hello("a.example"))
    assert "a.example" in certs.certs
