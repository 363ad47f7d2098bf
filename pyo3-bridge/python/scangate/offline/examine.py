"""Scans one file, message by message."""

import sys
from collections.abc import Iterator
from pathlib import Path

from scangate import ScanError, Scanner
from scangate.offline import flows, har
from scangate.offline.messages import Recorded, text
from scangate.offline.progress import Progress
from scangate.offline.results import Result, Unreadable

# Nobody waits on a connection for the verdict.
DEADLINE_MS = 60_000


def examine(scanner: Scanner, name: str, progress: Progress) -> Iterator[Result]:
    """Scan one file; its messages are one session.

    Raises:
        Unreadable: the file cannot be read, or is cut short.
    """
    content = read(name)
    for number, recorded in enumerate(messages(name, content), 1):
        progress.step(name, recorded.read_bytes / max(1, len(content)))
        yield judge(scanner, name, number, recorded)


def judge(scanner: Scanner, name: str, number: int, recorded: Recorded) -> Result:
    """Scan one message."""
    try:
        answer = recorded.ask(scanner, name, DEADLINE_MS)
    except ScanError as error:
        return Result(name, number, recorded.what, None, error.code)
    return Result(name, number, recorded.what, answer.report(), is_whole_file=recorded.is_whole_file)


def read(name: str) -> bytes:
    """Read a file, or standard input for `-`."""
    try:
        return sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except OSError as error:
        raise Unreadable(error.strerror or "cannot be read") from error


def messages(name: str, content: bytes) -> Iterator[Recorded]:
    """The messages that a file records; a file of no known kind is one itself."""
    if flows.is_capture(content):
        return flows.messages(content)
    if har.is_har(name, content):
        return har.messages(content)
    return iter([text(content)])
