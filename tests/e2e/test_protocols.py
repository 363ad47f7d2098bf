"""What is no HTTP does not pass: raw bytes in a tunnel, look-ups, upgrades to something unknown."""

import socket
import time
from urllib.parse import urlsplit

import pytest

from clients import curl, curl_h2
from origin import Reply


def tunnel(via, host: str, port: int) -> socket.socket:
    """Open a tunnel with CONNECT, and return the socket."""
    proxy = urlsplit(via.proxy)
    link = socket.create_connection((proxy.hostname, proxy.port), timeout=5)
    link.sendall(f"CONNECT {host}:{port} HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n".encode())
    assert b" 200 " in link.recv(4096)
    return link


@pytest.mark.parametrize(
    "sent",
    [b"SSH-2.0-OpenSSH_9.2\r\n", b"\x00\x01\x02marked\xff" * 20, b"marked\n" * 50, b"HELO marked\r\n", b"GET marked"],
    ids=["ssh", "binary", "lines", "smtp", "half a request"],
)
def test_raw_bytes_in_a_tunnel_do_not_arrive(sent, via, world):
    with tunnel(via, "127.0.0.1", world.origin.plain_port) as link:
        link.sendall(sent)
        time.sleep(0.3)
        link.close()
    assert bytes(world.origin.log.raw) == b""


def test_a_look_up_in_a_tunnel_does_not_arrive(via, world):
    query = b"\x00\x1d\xab\xcd\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x06marked\x07example\x00\x00\x01\x00\x01"
    with tunnel(via, "127.0.0.1", 53) as link:
        link.sendall(query)
        link.settimeout(1)
        try:
            answer = link.recv(4096)
        except TimeoutError:
            answer = b""
    assert answer == b"" or answer[5] & 0x0F == 2  # SERVFAIL
    assert world.origin.log.connections == 0


def test_an_upgrade_to_something_unknown_is_refused(via, world):
    world.origin.replies["/"] = Reply(101, [(b"upgrade", b"odd"), (b"connection", b"upgrade")], b"")
    seen = curl(via, "GET", world.plain_url(), [("Connection", "Upgrade"), ("Upgrade", "odd")])
    assert seen.status == 502


def test_http2_without_tls_is_not_spoken(via, world):
    headers = [("Connection", "Upgrade, HTTP2-Settings"), ("Upgrade", "h2c"), ("HTTP2-Settings", "AAMAAABkAAQAAP__")]
    curl(via, "GET", world.plain_url(), headers)
    assert all(request.header("upgrade") is None for request in world.origin.log.requests)


def test_the_hello_to_the_server_is_not_of_the_clients_making(via, world):
    seen = curl(via, "GET", world.url(), [], None, "--http1.1")
    assert seen.status == 200
    assert world.origin.log.requests[0].protocol == "HTTP/1.1"
    assert curl_h2(via, "GET", world.url()).status == 200
    assert world.origin.log.requests[1].protocol == "HTTP/2"
