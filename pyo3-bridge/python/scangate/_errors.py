"""The two ways in which there is no answer."""

from scangate._words import Code


class ScanError(Exception):
    """No verdict. Never a verdict in disguise: the caller decides how to fail."""

    code: Code
    """What went wrong, as in the problem that the service answers with."""
    retryable: bool
    """Whether the same message may get a verdict next time."""

    def __init__(self, reason: str, code: Code, retryable: bool) -> None:
        super().__init__(reason, code, retryable)
        self.code = code
        self.retryable = retryable

    def __str__(self) -> str:
        return str(self.args[0])


class PolicyError(ValueError):
    """A policy that cannot be used."""

    file: str
    """The policy file."""
    line: int
    """Line of the mistake, from 1."""

    def __init__(self, reason: str, file: str, line: int) -> None:
        super().__init__(reason, file, line)
        self.file = file
        self.line = line

    def __str__(self) -> str:
        return str(self.args[0])
