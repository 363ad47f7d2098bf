"""Credentials that look real and never were: built anew for every run."""

import random
import string
import zlib

_ALPHANUMERIC = string.digits + string.ascii_uppercase + string.ascii_lowercase
_BASE32 = string.ascii_uppercase + "234567"


def github_token() -> str:
    """A GitHub personal access token with its checksum."""
    body = "".join(random.choices(_ALPHANUMERIC, k=30))
    return "ghp_" + body + _base62(zlib.crc32(body.encode()), 6)


def aws_key_id() -> str:
    """The id of an AWS access key."""
    return "AK" + "IA" + "".join(random.choices(_BASE32, k=16))


def card_number() -> str:
    """A payment card number that no network issues for tests."""
    digits = [4, 5, 3, 9] + [random.randrange(10) for _ in range(11)]
    total = sum(digit if at % 2 else sum(divmod(digit * 2, 10)) for at, digit in enumerate(digits))
    return "".join(map(str, [*digits, -total % 10]))


def _base62(number: int, width: int) -> str:
    digits = ""
    while number:
        number, digit = divmod(number, 62)
        digits = _ALPHANUMERIC[digit] + digits
    return digits.rjust(width, "0")
