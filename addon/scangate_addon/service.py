"""The scanner behind `POST /scan`."""

import asyncio
import itertools
import secrets
from dataclasses import replace

from scangate_addon import edits, wire
from scangate_addon.answer import Edit, read_answer, read_policy
from scangate_addon.http_client import BadReply, Client, Reply, Target
from scangate_addon.judgement import Judgement, NoVerdict, Policy
from scangate_addon.message import Message, scan_ms
from scangate_addon.policy import parse_policy

_NO_REPLY = (OSError, EOFError, BadReply, asyncio.LimitOverrunError, TimeoutError)


class Service:
    """Asks a scan service; every wait ends at the deadline."""

    def __init__(self, target: Target, timeout_ms: int, session: str) -> None:
        self._client = Client(target)
        self._timeout_ms = timeout_ms
        self._session = session
        self._run = secrets.token_hex(8)
        self._count = itertools.count()
        self._body_bytes = 0

    async def policy(self) -> Policy:
        """Return the service's policy."""
        policy = parse_policy(read_policy(await self._call("GET", "/policy", self._timeout_ms)))
        self._body_bytes = policy.body_bytes
        return policy

    async def scan(self, message: Message) -> Judgement:
        """Return the service's verdict. What it had redacted is only passed on after a second look finds nothing."""
        judgement, changes = await self._ask(message)
        if judgement.verdict != "redact":
            return judgement
        edited = await asyncio.to_thread(edits.apply, message, changes, self._body_bytes)
        again, _ = await self._ask(edits.rewritten(message, edited))
        if again.verdict != "allow":
            raise NoVerdict("error", "the redaction left something behind")
        return replace(judgement, edited=edited)

    async def _ask(self, message: Message) -> tuple[Judgement, tuple[Edit, ...]]:
        scan = f"{self._run}-{next(self._count)}"
        allowed_ms = scan_ms(message, self._timeout_ms)
        path = f"/scan?deadline_ms={allowed_ms}"
        reply = await self._call("POST", path, allowed_ms, wire.to_json(message, scan, self._session))
        return read_answer(reply, scan, message)

    async def _call(self, method: str, path: str, allowed_ms: int, body: bytes = b"") -> Reply:
        try:
            async with asyncio.timeout(allowed_ms / 1000):
                return await self._client.call(method, path, body)
        except _NO_REPLY as error:
            # The error's own words could quote what the service sent.
            raise NoVerdict("unavailable", f"no answer from the service: {type(error).__name__}") from error

    def stream(self, _head: Message) -> None:
        """Stream nothing: mitmproxy does not wait for a chunk, and a round trip would stop the whole proxy."""

    def close(self) -> None:
        """Hang up."""
        self._client.close()
