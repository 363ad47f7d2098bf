"""Certificates from `ca-prep sign`, whose process alone has the authority's key; docs/tls.md has the protocol."""

import asyncio
import hashlib
import logging
import tempfile
from collections import OrderedDict
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from mitmproxy import certs, tls
from mitmproxy.certs import CertStoreEntry

log = logging.getLogger("scangate")

# mitmproxy's store forgets nothing that an addon put there.
MAX_LEAVES = 1000
MAX_ANSWER_BYTES = 64 * 1024
TIMEOUT_S = 2


class NoCertificate(Exception):
    """The signer refused, or could not be understood; says nothing that a client chose."""


class Signer:
    """Asks for the leaf of each host once, and keeps the newest."""

    def __init__(self, socket: str) -> None:
        self._socket = socket
        self._kept: OrderedDict[str, CertStoreEntry] = OrderedDict()
        self._issuer = b""
        self._chains = tempfile.TemporaryDirectory(prefix="scangate-chains-")

    async def provide(self, store: certs.CertStore, data: tls.ClientHelloData) -> None:
        """Have mitmproxy show a leaf of the signer's for the host that a client wants.

        Without one mitmproxy signs with an authority that no bottle trusts, and the handshake fails.
        """
        address = data.context.server.address
        host = data.client_hello.sni or (address[0] if address else None)
        if host is None or self._is_kept(store, host):
            return
        try:
            leaf = await asyncio.wait_for(ask(self._socket, host), TIMEOUT_S)
            self._keep(store, host, leaf)
        except (NoCertificate, OSError, asyncio.IncompleteReadError, TimeoutError, ValueError) as error:
            log.warning("no certificate from the signer, the handshake will fail: %s", reason_of(error))

    def close(self) -> None:
        """Forget all leaves and their chains."""
        self._kept.clear()
        self._chains.cleanup()

    def _is_kept(self, store: certs.CertStore, host: str) -> bool:
        entry = self._kept.get(host)
        # mitmproxy makes a new store when its options change.
        if entry is None or store.certs.get(host) is not entry:
            return False
        self._kept.move_to_end(host)
        return True

    def _keep(self, store: certs.CertStore, host: str, pem: bytes) -> None:
        loaded = x509.load_pem_x509_certificates(pem)
        if len(loaded) < 2:
            raise NoCertificate("its answer lacks the intermediate")
        key: Any = certs.load_pem_private_key(pem, None)
        chain = [certs.Cert(certificate) for certificate in loaded]
        self._follow(store, loaded[1].public_bytes(Encoding.PEM))
        entry = CertStoreEntry(chain[0], key, self._chain_path(), chain)
        self._kept[host] = store.certs[host] = entry
        if len(self._kept) > MAX_LEAVES:
            oldest, gone = self._kept.popitem(last=False)
            if store.certs.get(oldest) is gone:
                del store.certs[oldest]

    def _follow(self, store: certs.CertStore, issuer: bytes) -> None:
        """Drop the leaves of the authority before, when the signer has come back with a new one."""
        if issuer == self._issuer:
            return
        for host, entry in self._kept.items():
            if store.certs.get(host) is entry:
                del store.certs[host]
        self._kept.clear()
        self._issuer = issuer
        self._chain_path().write_bytes(issuer)

    def _chain_path(self) -> Path:
        # mitmproxy keeps what it read from a path: each authority has its own.
        return Path(self._chains.name) / f"{hashlib.sha256(self._issuer).hexdigest()[:16]}.pem"


async def ask(socket: str, host: str) -> bytes:
    """Return key, leaf and intermediate for `host` as PEM.

    Raises:
        NoCertificate: the signer refused, or its answer is none.
        OSError, asyncio.IncompleteReadError: it is gone.
    """
    reader, writer = await asyncio.open_unix_connection(socket, limit=1024)
    try:
        writer.write(host.encode() + b"\n")
        word, _, rest = (await reader.readline()).decode("ascii", "replace").strip().partition(" ")
        if word != "ok":
            raise NoCertificate(f"it says {rest.partition(' ')[0]!r}" if word == "error" else "it went silent")
        length = int(rest) if rest.isdecimal() else 0
        if not 0 < length <= MAX_ANSWER_BYTES:
            raise NoCertificate("its answer has no length")
        return await reader.readexactly(length)
    finally:
        writer.close()


def reason_of(error: Exception) -> str:
    """Say what went wrong, without what a client sent."""
    if isinstance(error, NoCertificate):
        return str(error)
    if isinstance(error, TimeoutError):
        return f"it did not answer within {TIMEOUT_S} s"
    return type(error).__name__
