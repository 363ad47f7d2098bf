"""One scanner, many threads."""

import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from scangate import Scanner


def test_threads_share_a_scanner(scanner: Scanner) -> None:
    def verdict(number: int) -> tuple[str, str]:
        body = f"message {number} ".encode() * (number + 1)
        answer = scanner.scan_websocket(url=b"wss://example.com/", from_client=False, text=True, body=body)
        return answer.verdict, answer.scan_id

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(verdict, range(400)))
    assert {verdict for verdict, _ in answers} == {"allow"}
    assert len({scan_id for _, scan_id in answers}) == len(answers)


@pytest.fixture
def no_forced_switches() -> Iterator[None]:
    """A thread gets the GIL only when another one lets go of it."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(60)
    yield
    sys.setswitchinterval(interval)


@pytest.mark.usefixtures("no_forced_switches")
def test_other_threads_run_while_one_scans(scanner: Scanner) -> None:
    body = b"ordinary text, nothing in it " * 40_000
    ready, go, ran = threading.Event(), threading.Event(), threading.Event()

    def other() -> None:
        ready.set()
        go.wait()
        ran.set()

    thread = threading.Thread(target=other)
    thread.start()
    ready.wait()
    time.sleep(0.05)  # the other thread gets from `ready` to `go`
    go.set()
    before = ran.is_set()
    deadline = time.monotonic() + 10
    while not ran.is_set() and time.monotonic() < deadline:
        scanner.scan_websocket(url=b"wss://example.com/", from_client=False, text=True, body=body)
    during = ran.is_set()
    thread.join()
    assert (before, during) == (False, True)
