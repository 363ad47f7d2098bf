"""What a scanner answers, whichever door it stands behind."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias, get_args

from scangate_addon.message import Fields, Message, Request

if TYPE_CHECKING:
    from scangate_addon.flowing import Stream

Verdict: TypeAlias = Literal["allow", "redact", "block"]
VERDICTS = frozenset(get_args(Verdict))

Failure: TypeAlias = Literal["unavailable", "error", "over_limit", "undecodable"]
FAILURES: tuple[str, ...] = get_args(Failure)

_NAMES = frozenset({"method", "connect", "header:host"})


@dataclass(frozen=True, slots=True)
class Edited:
    """A message with its findings cut out. What is None stays as it is."""

    url: bytes | None = None
    headers: Fields | None = None
    body: bytes | None = None
    trailers: Fields | None = None


@dataclass(frozen=True, slots=True)
class Judgement:
    """An explicit verdict: the only thing that lets a message pass."""

    verdict: Verdict
    reason_code: str | None
    scan_id: str
    rules: tuple[str, ...] = ()
    edited: Edited | None = None
    # Something was found in what a log calls the message by.
    is_in_name: bool = False


@dataclass(frozen=True, slots=True)
class Streamed:
    """The verdict on a head, and what scans the body that follows it."""

    head: Judgement
    stream: "Stream"


def is_in_name(message: Message, places: Iterable[tuple[str, str, int]]) -> bool:
    """Whether one of these findings (rule, part, first byte) is in the method or host of a message."""
    origin = message.url.find(b"/", len(b"https://")) if isinstance(message, Request) else 0
    return any(
        part in _NAMES or (part == "url" and start < origin)
        for rule, part, start in places
        # A host that may not be reached is named.
        if not rule.startswith("host.")
    )


class NoVerdict(Exception):
    """The scanner gave none. Never a verdict in disguise: the policy says what a flow gets then."""

    def __init__(self, failure: Failure, reason: str) -> None:
        super().__init__(reason)
        self.failure = failure


@dataclass(frozen=True, slots=True)
class Policy:
    """What the addon needs of the policy."""

    body_bytes: int
    passthrough: tuple[str, ...]
    passes_out: frozenset[str]
    passes_in: frozenset[str]
    judges_inbound: bool = True

    def lets_pass(self, failure: Failure, direction: str) -> bool:
        """Whether the policy names this way to pass without a verdict."""
        return failure in (self.passes_in if direction == "in" else self.passes_out)


class Backend(Protocol):
    """A scanner: the wheel in this process, or a service."""

    async def policy(self) -> Policy:
        """Return the policy that the scanner judges by.

        Raises:
            NoVerdict: the scanner cannot be asked.
        """

    async def scan(self, message: Message) -> Judgement:
        """Return the verdict on `message`.

        Raises:
            NoVerdict: there is none.
        """

    def stream(self, head: Message) -> Streamed | None:
        """Return the verdict on a head and a stream for its body; None when it would take a round trip per chunk.

        Raises:
            NoVerdict: this body cannot be scanned while it flows.
        """

    def close(self) -> None:
        """Let go of connections."""


# RFC 9457 codes and those of `scangate.ScanError`: which line of `[failure]` each falls under.
_FAILURE_OF_CODE: dict[str, Failure] = {"over_limit": "over_limit", "undecodable": "undecodable"}
_UNAVAILABLE = frozenset({"deadline", "overloaded", "rate_limited", "unauthorized"})


def failure_of(code: str) -> Failure:
    """Return the line of the policy's `[failure]` for a problem code."""
    if code in _UNAVAILABLE:
        return "unavailable"
    return _FAILURE_OF_CODE.get(code, "error")
