"""Name service and fence of a mitmproxy under test. Python imports this by itself from PYTHONPATH.

The names in ORIGIN_NAMES lead to the origin on loopback, as DNS would say; the one that ORIGIN_MOVES names leads to
another address from its second look-up on. No connection leaves loopback, whatever a test
tries: an attempt is refused and, as every look-up, written to the file ORIGIN_LOOKUPS.
"""

import asyncio.selector_events as events
import os
import socket

_getaddrinfo = socket.getaddrinfo
_sock_connect = events.BaseSelectorEventLoop.sock_connect
_NAMES = {name: int(port) for name, port in (pair.split("=") for pair in os.environ.get("ORIGIN_NAMES", "").split())}
_seen: set[str] = set()
_LOCAL = (None, "", "localhost", "127.0.0.1")


def _note(what):
    if "ORIGIN_LOOKUPS" in os.environ:
        with open(os.environ["ORIGIN_LOOKUPS"], "a", encoding="utf-8") as file:
            file.write(f"{what}\n")


def _resolve(host, port, *rest, **options):
    name = host.decode() if isinstance(host, bytes) else host
    if name not in _LOCAL:
        _note(name)
    if name in _NAMES:
        has_moved = name == os.environ.get("ORIGIN_MOVES") and name in _seen
        _seen.add(name)
        return _getaddrinfo("127.0.0.2" if has_moved else "127.0.0.1", _NAMES[name], *rest, **options)
    if name not in _LOCAL:
        raise socket.gaierror(socket.EAI_NONAME, "no such name on loopback")
    return _getaddrinfo(host, port, *rest, **options)


async def _connect(loop, link, address):
    if link.family in (socket.AF_INET, socket.AF_INET6) and not str(address[0]).startswith("127."):
        _note(address[0])
        raise ConnectionRefusedError("only loopback is reached from here")
    return await _sock_connect(loop, link, address)


socket.getaddrinfo = _resolve
events.BaseSelectorEventLoop.sock_connect = _connect
