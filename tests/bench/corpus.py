"""Bodies as an agent's traffic has them, the same for us and for the peer.

Half are requests to model APIs whose messages are pieces of real text, the rest pages, logs, images, lists, scripts
and lock files. Written as one file of bodies and an index, `kind <tab> media type <tab> bytes`, a line each.
"""

import hashlib
import random
import sys
from collections.abc import Callable
from pathlib import Path

import bodies
from sources import Sources, gather

MIB = 1 << 20
LEAST_BYTES = 36 * MIB
LARGE = MIB

# Kind: megabytes, media type, and what makes one body of about so many bytes.
KINDS: dict[str, tuple[int, str, Callable[[random.Random, Sources, int], str]]] = {
    "chat": (20, "application/json", bodies.chat),
    "page": (4, "text/html", bodies.page),
    "log": (4, "text/plain", bodies.log),
    "image": (3, "application/json", bodies.image),
    "list": (3, "application/json", bodies.listing),
    "script": (3, "text/javascript", bodies.script),
    "lock": (3, "text/plain", bodies.lock),
}
SMALL_REQUESTS = 256
SMALL_RESPONSES = 128


def build(folder: Path) -> str:
    """Write the corpus and return its digest."""
    chance = random.Random(20_260_101)
    sources = gather()
    made: list[tuple[str, str, bytes]] = []
    for kind, (megabytes, media_type, make) in KINDS.items():
        room = megabytes * MIB
        while room > 0:
            body = make(chance, sources, size(chance, room)).encode()
            made.append((kind, media_type, body))
            room -= len(body)
    chance.shuffle(made)
    made += [
        ("request-2k", "application/json", fitted(chance, sources, bodies.chat, 2 << 10)) for _ in range(SMALL_REQUESTS)
    ]
    for index in range(SMALL_RESPONSES):
        make, media_type = ((bodies.page, "text/html"), (bodies.listing, "application/json"))[index % 2]
        made.append(("response-10k", media_type, fitted(chance, sources, make, 10 << 10)))
    return write(folder, made)


def size(chance: random.Random, room: int) -> int:
    """Choose 1 to 64 KiB, small ones as often as large ones; now and then 1 MiB."""
    wanted = LARGE if chance.random() < 0.004 else int(1024 * 64 ** chance.random())
    return max(1024, min(wanted, room))


def fitted(
    chance: random.Random, sources: Sources, make: Callable[[random.Random, Sources, int], str], wanted: int
) -> bytes:
    """Try until a body is within an eighth of the wanted size."""
    for _ in range(1000):
        body = make(chance, sources, wanted).encode()
        if abs(len(body) - wanted) <= wanted // 8:
            return body
    raise SystemExit(f"corpus: no body of about {wanted} bytes in 1000 tries")


def write(folder: Path, made: list[tuple[str, str, bytes]]) -> str:
    content = b"".join(body for _, _, body in made)
    if len(content) < LEAST_BYTES:
        raise SystemExit(f"corpus: only {len(content)} bytes, {LEAST_BYTES} are needed")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "bodies.bin").write_bytes(content)
    index = "".join(f"{kind}\t{media_type}\t{len(body)}\n" for kind, media_type, body in made)
    (folder / "bodies.tsv").write_text(index, encoding="utf-8")
    return hashlib.sha256(content).hexdigest()


if __name__ == "__main__":
    print(build(Path(sys.argv[1])))
