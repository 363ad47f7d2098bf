"""What a scan of a file says."""

import enum
from dataclasses import dataclass
from typing import Any


class Unreadable(Exception):
    """A file that cannot be read or understood; says what would be right."""


class Seriousness(enum.IntEnum):
    """What a finding is worth, from the mildest."""

    allow = 0
    flag = 1
    redact = 2
    block = 3


@dataclass(frozen=True)
class Result:
    """One message of a file."""

    file: str
    # Which message of the file, from 1 on, and what it is without anything that could be a secret.
    number: int
    message: str
    # The fields of an answer of `/scan`; None when there was no verdict.
    answer: dict[str, Any] | None
    # Why there was no verdict: the code of the problem.
    error: str | None = None
    # Whether the file is the message, so that offsets are those of the file.
    is_whole_file: bool = False

    @property
    def findings(self) -> list[dict[str, Any]]:
        """Its findings."""
        found: list[dict[str, Any]] = self.answer["findings"] if self.answer else []
        return found

    @property
    def seriousness(self) -> Seriousness:
        """The strictest action of its findings."""
        return max((Seriousness[finding["action"]] for finding in self.findings), default=Seriousness.allow)
