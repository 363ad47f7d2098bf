"""What one in-process scan costs, beside what any call into the module costs.

Run: python pyo3-bridge/bench/latency.py [calls]
"""

import json
import sys
import time
from collections.abc import Callable

from scangate import Scanner

HEADERS = (
    (b"host", b"api.example.com"),
    (b"user-agent", b"bench/1.0"),
    (b"accept", b"application/json"),
    (b"accept-encoding", b"gzip, br"),
    (b"content-type", b"application/json"),
)


def json_of(size: int) -> bytes:
    """Return a JSON document of exactly `size` bytes, of the kind that APIs exchange."""
    item = {"id": 4711, "name": "a thing", "tags": ["new", "blue"], "note": "it was seen in the garden", "ok": True}
    text = json.dumps({"items": [item] * (size // len(json.dumps(item)))})
    return text[:size].ljust(size).encode()


def percentiles(call: Callable[[], object], calls: int) -> tuple[float, float]:
    """Return p50 and p99 of one call, in microseconds."""
    for _ in range(calls // 10):
        call()
    took = []
    for _ in range(calls):
        start = time.perf_counter_ns()
        call()
        took.append(time.perf_counter_ns() - start)
    took.sort()
    return took[calls // 2] / 1000, took[calls * 99 // 100] / 1000


def main(calls: int) -> None:
    scanner = Scanner()
    request, response = json_of(2 << 10), json_of(10 << 10)
    connect = ("api.example.com", 443, "api.example.com", "192.0.2.1:443")
    answer = scanner.scan_connect(host="example.com", port=443)

    def scan_request() -> object:
        return scanner.scan_request(
            method=b"POST",
            url=b"https://api.example.com/v1/items?page=1",
            version="HTTP/2.0",
            headers=HEADERS,
            body=request,
            connect=connect,
            session="bench",
            flow="f",
            deadline_ms=2000,
        ).verdict

    def scan_response() -> object:
        return scanner.scan_response(
            status=200,
            reason=None,
            request_method=b"GET",
            request_url=b"https://api.example.com/v1/items?page=1",
            version="HTTP/2.0",
            headers=HEADERS,
            body=response,
            connect=connect,
            session="bench",
            flow="f",
            deadline_ms=2000,
        ).verdict

    rows: list[tuple[str, Callable[[], object]]] = [
        ("floor: an attribute of an answer", lambda: answer.finding_count),
        ("floor: a CONNECT of one host", lambda: scanner.scan_connect(host="example.com", port=443).verdict),
        ("request, 2 KiB JSON", scan_request),
        ("response, 10 KiB JSON", scan_response),
    ]
    for name, call in rows:
        p50, p99 = percentiles(call, calls)
        print(f"{name:34} p50 {p50:8.2f} µs   p99 {p99:8.2f} µs")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000)
