"""A gate in a mitmproxy of its own, with a scanner that answers what the test says."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from mitmproxy.addons import block, onboarding, proxyserver
from mitmproxy.test import taddons

from scangate_addon.gate import Gate
from scangate_addon.guard import Guard
from scangate_addon.judgement import Judgement, Policy, Streamed
from scangate_addon.message import Message

Says = Callable[[Message], object]
ALLOW = Judgement("allow", None, "scan-1")
BLOCK = Judgement("block", "secret_outbound", "scan-2", ("aws.access-key-id",))


@dataclass
class Scripted:
    """A scanner that answers, raises or waits as told."""

    says: Says
    rules: Policy = field(default_factory=lambda: Policy(1 << 20, (), frozenset(), frozenset()))
    asked: list[Message] = field(default_factory=list)

    async def policy(self) -> Policy:
        return self.rules

    async def scan(self, message: Message) -> Judgement:
        self.asked.append(message)
        answer = self.says(message)
        if isinstance(answer, Awaitable):
            answer = await answer
        if isinstance(answer, BaseException):
            raise answer
        return answer  # type: ignore[return-value]

    def stream(self, head: Message) -> Streamed | None:
        """Let nothing flow, as a service does."""

    def close(self) -> None:
        pass


@dataclass
class Proxy:
    """mitmproxy's addon chain with a gate in it."""

    gate: Gate
    guard: Guard
    tctx: taddons.context
    scanner: Scripted

    async def fire(self, hook: object) -> None:
        """Run a hook as the proxy does: exceptions are swallowed, as there."""
        self.gate.running()
        if self.gate._judge._asking is not None:
            await self.gate._judge._asking
        await self.tctx.master.addons.handle_lifecycle(hook)

    def unload_gate(self) -> None:
        """What happens when the script is deleted."""
        self.tctx.master.addons.remove(self.gate)


@contextmanager
def options_context() -> Iterator[taddons.context]:
    """Options alone, without a scanner."""
    with taddons.context(proxyserver.Proxyserver(), block.Block(), onboarding.Onboarding()) as tctx:
        yield tctx
