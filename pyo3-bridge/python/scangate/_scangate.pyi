"""The native module. Import from `scangate`."""

from collections.abc import Mapping, Sequence
from os import PathLike
from typing import TypeAlias, final

from scangate._words import Verdict

__all__ = ["Answer", "Edited", "Scanner", "Stream", "names"]

_Pairs: TypeAlias = Sequence[tuple[bytes, bytes]]
_Connect: TypeAlias = tuple[str | None, int | None, str | None, str | None]

@final
class Scanner:
    """Rules and policy, ready to scan. Threads may share one.

    Every scan releases the GIL. Arguments of a wrong type raise `TypeError`.
    """

    def __new__(cls, policy: str | PathLike[str] | None = None) -> Scanner:
        """Return a scanner for the policy in a file, or for the default policy.

        Raises:
            PolicyError: the policy cannot be used; names the file and the line.
            OSError: the file cannot be read.
        """

    @classmethod
    def from_policy_text(cls, text: str) -> Scanner:
        """Return a scanner for a policy given as text. Files named in it are relative to the working directory.

        Raises:
            PolicyError: the policy cannot be used; names the line.
        """

    def scan(
        self,
        message: Mapping[str, object],
        *,
        session: str | None = None,
        deadline_ms: int | None = None,
    ) -> dict[str, object]:
        """Scan one message in the form of `POST /scan` and return the fields of its answer.

        `body` may also be bytes, which are not copied; header names and values are str or bytes. `session` replaces
        the one in the message.

        Raises:
            ScanError: there is no verdict; `code` says why.
        """

    def scan_request(
        self,
        *,
        method: bytes,
        url: bytes,
        version: str | None,
        headers: _Pairs,
        body: bytes | None,
        trailers: _Pairs = (),
        connect: _Connect | None = None,
        session: str | None = None,
        flow: str | None = None,
        deadline_ms: int | None = None,
    ) -> Answer:
        """Scan a request as it is on the wire, its Content-Encoding still applied. Nothing is copied.

        `connect` is host, port, SNI and peer of the connection. A `body` of None is no body at all, b"" an empty one.

        Raises:
            ScanError: there is no verdict; `code` says why.
        """

    def scan_response(
        self,
        *,
        status: int,
        reason: bytes | None,
        request_method: bytes,
        request_url: bytes,
        version: str | None,
        headers: _Pairs,
        body: bytes | None,
        trailers: _Pairs = (),
        connect: _Connect | None = None,
        session: str | None = None,
        flow: str | None = None,
        deadline_ms: int | None = None,
    ) -> Answer:
        """Scan a response as it is on the wire, its Content-Encoding still applied. Nothing is copied.

        Raises:
            ScanError: there is no verdict; `code` says why.
        """

    def scan_websocket(
        self,
        *,
        url: bytes,
        from_client: bool,
        text: bool,
        body: bytes,
        connect: _Connect | None = None,
        session: str | None = None,
        flow: str | None = None,
        deadline_ms: int | None = None,
    ) -> Answer:
        """Scan one complete WebSocket message, fragments joined and compression undone. Nothing is copied.

        Raises:
            ScanError: there is no verdict; `code` says why.
        """

    def scan_connect(
        self,
        *,
        host: str,
        port: int,
        sni: str | None = None,
        peer: str | None = None,
        session: str | None = None,
        flow: str | None = None,
        deadline_ms: int | None = None,
    ) -> Answer:
        """Judge an attempt to open a tunnel.

        Raises:
            ScanError: there is no verdict; `code` says why.
        """

    def stream(self, message: Mapping[str, object], *, session: str | None = None) -> Stream:
        """Judge the head of a request or response, in the form of `POST /scan` without a body, and return its stream.

        Raises:
            ScanError: the body cannot be scanned while it flows; it may still be scanned whole.
        """

    def stream_request(
        self,
        *,
        method: bytes,
        url: bytes,
        version: str | None,
        headers: _Pairs,
        connect: _Connect | None = None,
        session: str | None = None,
        flow: str | None = None,
    ) -> Stream:
        """Judge a request whose body is still to come.

        Raises:
            ScanError: the body cannot be scanned while it flows; it may still be scanned whole.
        """

    def stream_response(
        self,
        *,
        status: int,
        reason: bytes | None,
        request_method: bytes,
        request_url: bytes,
        version: str | None,
        headers: _Pairs,
        connect: _Connect | None = None,
        session: str | None = None,
        flow: str | None = None,
    ) -> Stream:
        """Judge a response whose body is still to come.

        Raises:
            ScanError: the body cannot be scanned while it flows; it may still be scanned whole.
        """

    def policy(self) -> dict[str, object]:
        """Return what `GET /policy` says."""

    def rules(self) -> list[dict[str, object]]:
        """Return what `GET /rules` says: one entry for each rule."""

    @property
    def ruleset_hash(self) -> str:
        """`sha256:` and the hash of the rule files."""

    @property
    def policy_hash(self) -> str:
        """`sha256:` and the hash of the policy."""

@final
class Answer:
    """A completed scan. Costs little until more than the verdict is asked for."""

    @property
    def verdict(self) -> Verdict:
        """The strictest finding decides."""

    @property
    def reason_code(self) -> str | None:
        """Why, by the strictest finding; None on an allow without flags."""

    @property
    def scan_id(self) -> str:
        """A ULID, new for every scan."""

    @property
    def finding_count(self) -> int:
        """How many findings there are, those left out of the report included."""

    @property
    def edited(self) -> Edited | None:
        """The message with its edits applied, present when the verdict is redact."""

    def report(self) -> dict[str, object]:
        """Return the fields of `POST /scan`."""

    def places(self) -> list[tuple[str, str, int]]:
        """Return rule, part and first byte of each finding."""

    def rule_ids(self) -> list[str]:
        """Return the ids of the rules that fired, each once, in the order of the findings."""

@final
class Stream:
    """A body that is scanned while it flows. Threads may share one; chunks are taken in the order of the calls.

    Text that could still become a finding is held back, at most 16 KiB of it, or 256 KiB of events that have pieces of
    one text. A finding is cut out, or the stream ends before it. Memory is bounded whatever flows.
    """

    @property
    def head(self) -> Answer:
        """The verdict on everything before the body."""

    @property
    def rewrites(self) -> bool:
        """Whether the bytes returned may differ from those pushed: Content-Encoding and Content-Length do not hold."""

    @property
    def holds(self) -> bool:
        """Whether bytes are ever held back. Not where the policy makes nothing more than a flag of a finding."""

    def push(self, raw: bytes, /) -> bytes:
        """Take the next bytes as they are on the wire and return what may go on; nothing after a block.

        Raises:
            ScanError: there is no verdict. It is final: what was not returned must not go on.
        """

    def finish(self) -> bytes:
        """Return the rest of what may go on.

        Raises:
            ScanError: there is no verdict, such as on a compressed body that was cut off.
        """

    @property
    def verdict(self) -> Verdict:
        """The verdict so far. A block stays."""

    @property
    def reason_code(self) -> str | None:
        """Why, by the strictest finding; None on an allow without flags."""

    @property
    def scan_id(self) -> str:
        """A ULID."""

    @property
    def finding_count(self) -> int:
        """How many findings there are so far, those left out of the report included."""

    @property
    def findings(self) -> list[dict[str, object]]:
        """What was seen so far, as in `POST /scan`."""

    def rule_ids(self) -> list[str]:
        """Return the ids of the rules that fired, each once, in the order of the findings."""

    def report(self) -> dict[str, object]:
        """Return the fields of `POST /scan` for the body so far."""

@final
class Edited:
    """The parts that the edits changed; None is unchanged.

    The body is decoded: the headers have lost its Content-Encoding, and state its new length.
    """

    @property
    def url(self) -> bytes | None: ...
    @property
    def reason(self) -> bytes | None: ...
    @property
    def headers(self) -> list[tuple[bytes, bytes]] | None: ...
    @property
    def body(self) -> bytes | None: ...
    @property
    def trailers(self) -> list[tuple[bytes, bytes]] | None: ...

def names() -> dict[str, list[str]]:
    """Return every word of the contract by its kind: verdict, action, category, severity, confidence, code."""
