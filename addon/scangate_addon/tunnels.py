"""Tunnels that stay closed: the policy names the host, the client's names agree, and the server's certificate fits.

Under TLS 1.3 nobody beside the two ends sees a certificate. So a handshake of our own comes first, with the same name,
and the tunnel leads to the address that it was made with, or to one that has passed it, too.
"""

import asyncio
import contextlib
import logging
import ssl
import time
from collections.abc import Awaitable, Callable
from weakref import WeakKeyDictionary

import certifi
from mitmproxy import ctx, tls
from mitmproxy.connection import Client, Server

from scangate_addon import hosts
from scangate_addon.judgement import Policy
from scangate_addon.message import Connect

log = logging.getLogger("scangate")

TIMEOUT_S = 5
# A good certificate is taken to stay so for a while: a handshake per tunnel would double the cost of each.
FRESH_S = 300
MAX_KNOWN = 1000
ANYWHERE = ""
# RFC 9849: a second hello, with another name in it, that only the server can read.
ENCRYPTED_HELLO = 0xFE0D

MayReach = Callable[[Connect], Awaitable[bool]]


class Tunnels:
    """Says which tunnels may stay closed. `may_reach` is asked about an address before a byte is sent there."""

    def __init__(self, may_reach: MayReach) -> None:
        self._may_reach = may_reach
        self._good_until: dict[tuple[str, int, str], float] = {}
        self._closed: WeakKeyDictionary[Client, tuple[str, int]] = WeakKeyDictionary()

    async def may_stay_closed(self, policy: Policy, data: tls.ClientHelloData) -> bool:
        """Whether this connection is tunnelled unopened. Where not, it is opened and scanned."""
        address, client = data.context.server.address, data.context.client
        if address is None or not hosts.may_stay_closed(policy, data):
            return False
        host, port = address[:2]
        why = await self._refusal(data, host, port)
        if why is None:
            self._closed[client] = (host, port)
        else:
            log.warning("tunnel to %s opened in spite of [egress] passthrough: %s", host, why)
        return why is None

    async def may_lead_to(self, client: Client, server: Server) -> bool:
        """Whether a client's tunnel may go to where its name has led; any connection that is no such tunnel may."""
        if client not in self._closed:
            return True
        host, port = self._closed[client]
        if server.peername is None:
            return False
        peer, peer_port = server.peername[:2]
        if self._is_good(host, port, peer):
            return True
        why = await self._unfit(client, (host, port), (peer, peer_port))
        if why is not None:
            log.warning("tunnel to %s cut: its name has led to another address, and %s", host, why)
        return why is None

    async def _refusal(self, data: tls.ClientHelloData, host: str, port: int) -> str | None:
        if any(kind == ENCRYPTED_HELLO for kind, _ in data.client_hello.extensions):
            return "its hello has an encrypted one in it (ECH)"
        if self._is_good(host, port):
            return None
        return await self._unfit(data.context.client, (host, port), (host, port))

    async def _unfit(self, client: Client, target: tuple[str, int], address: tuple[str, int]) -> str | None:
        """Shake hands with the host of `target` at an address; return what was wrong."""
        host, port = target
        try:
            async with asyncio.timeout(TIMEOUT_S):
                peer = await self._shake_hands(client, target, address)
        except (OSError, ssl.CertificateError, TimeoutError) as error:
            return f"no handshake shows that the server is {host} ({type(error).__name__})"
        self._remember(host, port, peer)
        return None

    async def _shake_hands(self, client: Client, target: tuple[str, int], address: tuple[str, int]) -> str:
        """Return the address that it was done with."""
        host, port = target
        _, writer = await asyncio.open_connection(*address)
        try:
            peer: str = writer.get_extra_info("peername")[0]
            if not await self._may_reach(Connect(host, port, client.sni, peer)):
                raise ConnectionRefusedError("by policy")
            await writer.start_tls(trust(), server_hostname=host)
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()
        return peer

    def _is_good(self, host: str, port: int, peer: str = ANYWHERE) -> bool:
        """Whether a handshake was good a while ago, at this address or anywhere."""
        return self._good_until.get((host, port, peer), 0) > time.monotonic()

    def _remember(self, host: str, port: int, peer: str) -> None:
        if len(self._good_until) >= MAX_KNOWN:
            self._good_until.clear()
        for where in (peer, ANYWHERE):
            self._good_until[host, port, where] = time.monotonic() + FRESH_S


def trust() -> ssl.SSLContext:
    """What mitmproxy trusts upstream."""
    options = ctx.options
    folder, file = options.ssl_verify_upstream_trusted_confdir, options.ssl_verify_upstream_trusted_ca
    context = ssl.create_default_context(capath=folder, cafile=file or (None if folder else certifi.where()))
    # Python 3.13 is stricter than mitmproxy and most clients are.
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    if options.ssl_insecure:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
