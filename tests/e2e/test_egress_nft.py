"""docs/egress.nft, loaded for real: a sandbox reaches the proxy's port and nothing else. Namespaces and loopback only."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

RULES = Path(__file__).resolve().parents[2] / "docs" / "egress.nft"
PROXY, SANDBOX, ELSEWHERE = "10.200.0.1", "10.200.0.2", "198.51.100.7"  # as in the rules; a documentation address
USER = 4200

# Answers on the proxy's port and on what must not be reached; says so once all are open.
SERVER = """
import itertools, selectors, socket, sys
both = selectors.DefaultSelector()
kinds = [("tcp", 8080), ("tcp", 443), ("tcp", 22), ("udp", 443), ("udp", 53)]
for host, (kind, port) in itertools.product(sys.argv[1:], kinds):
    server = socket.socket(type=socket.SOCK_STREAM if kind == "tcp" else socket.SOCK_DGRAM)
    server.bind((host, port))
    kind == "tcp" and server.listen()
    both.register(server, selectors.EVENT_READ, kind)
print("open", flush=True)
while True:
    for key, _ in both.select():
        if key.data == "tcp":
            key.fileobj.accept()[0].close()
        else:
            data, peer = key.fileobj.recvfrom(100)
            key.fileobj.sendto(data, peer)
"""

# Tries each place as the user given, and prints which answered.
CLIENT = """
import json, os, socket, sys
places, user = json.loads(sys.argv[1])
os.setuid(user)
ECHO = bytes([8, 0, 0xF7, 0xFD, 0, 1, 0, 1])  # an ICMP echo request with its checksum
def tried(kind, host, port):
    proto = socket.IPPROTO_ICMP if kind == "icmp" else 0
    with socket.socket(type=socket.SOCK_STREAM if kind == "tcp" else socket.SOCK_DGRAM, proto=proto) as link:
        link.settimeout(2)
        try:
            link.connect((host, port))
            if kind != "tcp":
                link.send(ECHO if kind == "icmp" else b"hello")
                link.recv(100)
            return "answered"
        except TimeoutError:
            return "silence"
        except OSError:
            return "refused"
print(json.dumps([tried(*place) for place in places]))
"""


@pytest.fixture(autouse=True)
def forget() -> None:
    """Keep the origin and authority of the other tests out: these need neither."""


def run(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout


def missing() -> str | None:
    """Why these tests cannot run here."""
    if os.geteuid() != 0:
        return "network namespaces and nftables need root"
    absent = [name for name in ("ip", "nft") if shutil.which(name) is None]
    return f"not installed: {', '.join(absent)} (Debian: iproute2, nftables)" if absent else None


def try_to_run(*command: str) -> None:
    """Run the first step that a container without rights cannot do."""
    try:
        run(*command)
    except subprocess.CalledProcessError as error:
        pytest.skip(f"no network namespaces here: {error.stderr.strip()}")


class Network:
    """The proxy's machine and a sandbox on a link, each in a namespace of its own."""

    def __init__(self) -> None:
        self.machine, self.sandbox = f"scangate-machine-{os.getpid()}", f"scangate-sandbox-{os.getpid()}"

    def build(self) -> None:
        try_to_run("ip", "netns", "add", self.machine)
        run("ip", "netns", "add", self.sandbox)
        on_machine, in_sandbox = ("ip", "-n", self.machine), ("ip", "-n", self.sandbox)
        run(*on_machine, "link", "add", "bottle", "type", "veth", "peer", "name", "eth0", "netns", self.sandbox)
        run(*on_machine, "address", "add", f"{PROXY}/30", "dev", "bottle")
        run(*on_machine, "address", "add", f"{ELSEWHERE}/32", "dev", "lo")
        run(*in_sandbox, "address", "add", f"{SANDBOX}/30", "dev", "eth0")
        for at, link in [(on_machine, "bottle"), (on_machine, "lo"), (in_sandbox, "eth0"), (in_sandbox, "lo")]:
            run(*at, "link", "set", link, "up")
        run(*in_sandbox, "route", "add", "default", "via", PROXY)
        for name in (self.machine, self.sandbox):
            run(*self.within(name), "sysctl", "-qw", "net.ipv4.ping_group_range=0 2147483647")

    def within(self, name: str) -> tuple[str, ...]:
        return ("ip", "netns", "exec", name)

    def load(self) -> None:
        run(*self.within(self.machine), "nft", "-f", str(RULES))

    def answers(self, name: str, places: list[tuple[str, str, int]], user: int = 0) -> list[str]:
        asked = json.dumps([places, user])
        return list(json.loads(run(*self.within(name), sys.executable, "-c", CLIENT, asked)))

    def remove(self) -> None:
        for name in (self.machine, self.sandbox):
            subprocess.run(["ip", "netns", "delete", name], check=False, capture_output=True)


@pytest.fixture
def network() -> Iterator[Network]:
    reason = missing()
    if reason is not None:
        pytest.skip(reason)
    built, server = Network(), None
    try:
        built.build()
        command = [*built.within(built.machine), sys.executable, "-c", SERVER, "127.0.0.1", PROXY, ELSEWHERE]
        server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert server.stdout is not None
        assert server.stdout.readline() == "open\n"
        yield built
    finally:
        if server is not None:
            server.kill()
            server.communicate()
        built.remove()


def beside_the_proxy(proxy: str) -> list[tuple[str, str, int]]:
    """What a sandbox could try: other ports, other hosts, other protocols."""
    kinds = [("tcp", 22), ("tcp", 443), ("udp", 443), ("udp", 53), ("icmp", 0)]
    return [(kind, host, port) for host in (proxy, ELSEWHERE) for kind, port in kinds] + [("tcp", ELSEWHERE, 8080)]


def test_a_sandbox_on_a_link_reaches_the_proxy_alone(network: Network) -> None:
    places = beside_the_proxy(PROXY)
    assert set(network.answers(network.sandbox, places)) == {"answered"}  # so that a refusal below means something
    network.load()
    run(*network.within(network.sandbox), "nft", "flush", "ruleset")  # root in the sandbox cannot undo it
    assert network.answers(network.sandbox, [("tcp", PROXY, 8080)]) == ["answered"]
    assert set(network.answers(network.sandbox, places)) == {"refused"}


def test_a_sandboxed_user_reaches_the_proxy_alone_and_others_are_free(network: Network) -> None:
    places = beside_the_proxy("127.0.0.1")
    assert set(network.answers(network.machine, places, USER)) == {"answered"}
    network.load()
    assert network.answers(network.machine, [("tcp", "127.0.0.1", 8080)], USER) == ["answered"]
    assert set(network.answers(network.machine, places, USER)) == {"refused"}
    assert set(network.answers(network.machine, places, USER + 1)) == {"answered"}


def test_loading_the_rules_again_replaces_them(network: Network) -> None:
    network.load()
    network.load()
    chains = run(*network.within(network.machine), "nft", "list", "ruleset")
    assert chains.count("chain ") == 2
    run(*network.within(network.machine), "nft", "delete", "table", "inet", "scangate")
    assert network.answers(network.sandbox, [("tcp", ELSEWHERE, 22)]) == ["answered"]
