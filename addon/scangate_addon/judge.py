"""Keeps the scanner and its policy: opened when configured, asked until it answers, gone when the script is."""

import asyncio
import logging
from collections.abc import Callable

from scangate_addon.judgement import Backend, Failure, Judgement, NoVerdict, Policy, Streamed
from scangate_addon.message import Message, is_sound
from scangate_addon.options import Settings

log = logging.getLogger("scangate")
_POLICY_RETRY_S = 0.25
_NOBODY = "the scanner is not there yet"


class Judge:
    """Gives verdicts while there is a scanner whose policy is known, and only then."""

    def __init__(self, opener: Callable[[Settings], Backend], learned: Callable[[Policy], None]) -> None:
        self._opener = opener
        self._learned = learned
        self._backend: Backend | None = None
        self._policy: Policy | None = None
        self._asking: asyncio.Task[None] | None = None

    @property
    def is_open(self) -> bool:
        """Whether a scanner was opened."""
        return self._backend is not None

    @property
    def policy(self) -> Policy | None:
        """The policy, once it is known."""
        return self._policy

    @property
    def body_bytes(self) -> int:
        """Bytes of a body that are held at most; none while the policy is not known."""
        return 0 if self._policy is None else self._policy.body_bytes

    @property
    def judges_inbound(self) -> bool:
        """Whether what servers send may be cut or stopped; so long as the policy is not known, nothing comes."""
        return self._policy is not None and self._policy.judges_inbound

    def lets_pass(self, failure: Failure, direction: str) -> bool:
        """Whether the policy names this way to pass without a verdict; an unknown policy names none."""
        return self._policy is not None and self._policy.lets_pass(failure, direction)

    def open(self, settings: Settings) -> None:
        """Use the scanner that `settings` name from now on."""
        backend = self._opener(settings)
        self.close()
        self._backend = backend
        self.ask_for_policy()

    def close(self) -> None:
        """Let go of the scanner: without it there are no verdicts."""
        if self._asking is not None:
            self._asking.cancel()
        if self._backend is not None:
            self._backend.close()
        self._asking = self._backend = self._policy = None

    def ask_for_policy(self) -> None:
        """Begin to ask, once there is a loop to wait on."""
        if self._backend is None or self._asking is not None:
            return
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            return
        self._asking = loop.create_task(self._learn_policy(self._backend))

    async def _learn_policy(self, backend: Backend) -> None:
        waited = False
        while self._policy is None:
            try:
                policy = await backend.policy()
            except NoVerdict as error:
                if not waited:
                    log.warning("everything is refused until the scanner answers: %s", error)
                waited = True
                await asyncio.sleep(_POLICY_RETRY_S)
            else:
                self._learned(policy)
                self._policy = policy

    async def verdict(self, message: Message) -> Judgement:
        """Return the verdict on `message`.

        Raises:
            NoVerdict: there is none, for whatever reason.
        """
        if self._backend is None or self._policy is None:
            raise NoVerdict("unavailable", _NOBODY)
        if not is_sound(message):
            raise NoVerdict("error", "its head breaks lines")
        try:
            return await self._backend.scan(message)
        except NoVerdict:
            raise
        except Exception as error:
            # Its words could quote the message.
            raise NoVerdict("error", f"the scanner raised {type(error).__name__}") from error

    def stream(self, head: Message) -> Streamed | None:
        """Return the verdict on the head of a message and a stream for its body; None where bodies cannot flow.

        Raises:
            NoVerdict: this body cannot be scanned while it flows.
        """
        if self._backend is None or self._policy is None:
            return None
        if not is_sound(head):
            raise NoVerdict("error", "its head breaks lines")
        return self._backend.stream(head)
