"""Real parts: mitmdump with the addon and the wheel, an origin with TLS, an authority made by ca-prep."""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import certificates
from clients import Via
from flowing import Flowing
from origin import Origin
from processes import ADDON, Mitmdump, Service, binary, stop_all
from world import NAMES, POLICY, World

Start = Callable[..., Mitmdump]


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The origin, and an authority for the bottle."""
    folder = tmp_path_factory.mktemp("world")
    pair = certificates.make(folder, [*NAMES, "127.0.0.1"])
    ca = folder / "ca"
    subprocess.run([binary("ca-prep"), "issue", "--out", ca], check=True, capture_output=True)
    origin = Origin(pair.leaf)
    yield World(origin, pair, ca, folder)
    origin.stop()


@pytest.fixture(autouse=True)
def forget(world: World) -> None:
    """Each test starts with an origin that has seen nothing."""
    world.origin.log.clear()
    world.origin.replies.clear()
    world.lookups.write_text("")


@pytest.fixture(scope="module")
def start(world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Start]:
    """Return a function that starts a mitmdump; all are ended with the module."""
    running: list[Mitmdump] = []

    def launch(
        *options: str, policy: str | None = POLICY, script: Path = ADDON, program: str | None = None
    ) -> Mitmdump:
        named = [] if policy is None else [f"scangate_policy={world.policy(policy)}"]
        folder = tmp_path_factory.mktemp("proxy")
        trusts = [] if any(option.startswith("ssl_verify_upstream") for option in options) else [world.trust()]
        proxy = Mitmdump(
            folder, world.ca, *trusts, *named, *options, script=script, env=world.environment(), program=program
        )
        running.append(proxy)
        return proxy.ready()

    yield launch
    stop_all(running)


@pytest.fixture(scope="module")
def via(start: Start) -> Via:
    """A proxy that scans in process."""
    return start().via


@pytest.fixture
def service(world: World, tmp_path: Path) -> Iterator[Callable[..., Service]]:
    """Return a function that starts a scan service."""
    running: list[Service] = []

    def launch(listen: str, policy: str = POLICY) -> Service:
        running.append(Service(tmp_path, world.policy(policy), listen))
        return running[-1]

    yield launch
    stop_all(running)


@pytest.fixture(scope="module")
def flowing() -> Iterator[Flowing]:
    origin = Flowing()
    yield origin
    origin.stop()
