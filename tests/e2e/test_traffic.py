"""Ordinary traffic passes: what real programs sent and received is scanned again, and nothing of it is disturbed."""

from pathlib import Path

import pytest

import traffic
from scangate import Scanner
from scangate.offline import flows
from world import World


def disturbed(file: Path, scanner: Scanner) -> list[str]:
    """What of a recording would not go on as it is; an empty one is a failure."""
    stopped, number = [], 0
    for number, message in enumerate(flows.messages(file.read_bytes()), 1):
        report = message.ask(scanner, file.name, 60_000).report()
        if report["verdict"] != "allow":
            rules = sorted({found["rule"] for found in report["findings"] if found["action"] in ("block", "redact")})
            stopped.append(f"{file.stem} {number}: {message.what}: {report['reason_code']} {rules}")
    assert number > 3, f"{file.stem}: only {number} messages were recorded"
    return stopped


@pytest.fixture
def scanner(world: World) -> Scanner:
    """What scans in a bottle that may reach the origin."""
    return Scanner(str(world.policy()))


def test_pages_forms_and_files_pass(tmp_path, world, scanner):
    with traffic.recorded(tmp_path / "http.mitm", tmp_path / "home", world.trust(), env=world.environment()) as bottle:
        traffic.http_clients(bottle, world)
    assert disturbed(tmp_path / "http.mitm", scanner) == []


def test_a_repository_is_pushed_and_cloned(tmp_path, scanner):
    source = tmp_path / "source"
    traffic.make_repository(source)
    traffic.with_git(tmp_path / "git.mitm", tmp_path / "home", source)
    assert disturbed(tmp_path / "git.mitm", scanner) == []


@pytest.mark.full
def test_recorded_traffic_passes(scanner):
    traffic.main()
    files = sorted(traffic.FOLDER.glob("*.mitm"))
    assert {file.stem for file in files} >= {"cargo", "git", "http", "npm", "pip"}
    assert [stopped for file in files for stopped in disturbed(file, scanner)] == []
