"""`scangate scan` on what a real mitmdump recorded, and on files of other kinds."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from clients import curl, wait_until
from processes import ADDON, Mitmdump
from tokens import aws_key_id

SCANGATE = str(Path(sys.executable).with_name("scangate"))


def scan(*arguments: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([SCANGATE, "scan", *arguments], input=stdin, capture_output=True, timeout=60, check=False)


@pytest.fixture(scope="module")
def recorded(world, tmp_path_factory):
    """A capture and a HAR file of the same flows, and the secret that one of them sent."""
    folder, key = tmp_path_factory.mktemp("recorded"), aws_key_id()
    capture, har = folder / "flows.mitm", folder / "flows.har"
    idle = folder / "idle.py"
    idle.write_text("")
    options = [world.trust(), f"save_stream_file={capture}", f"hardump={har}"]
    stock = str(Path(sys.executable).with_name("mitmdump"))
    proxy = Mitmdump(folder, world.ca, *options, script=idle, env=world.environment(), program=stock).ready()
    assert curl(proxy.via, "GET", world.url("/page")).status == 200
    body = json.dumps({"note": {"k": key}}).encode()
    json_type = [("content-type", "application/json")]
    assert curl(proxy.via, "POST", world.url(f"/leak?k={key}"), json_type, body).status == 200
    proxy.stop()
    wait_until(har.exists)
    return {"mitm": capture, "har": har}, key


@pytest.mark.parametrize("kind", ["mitm", "har"])
def test_a_recording_is_scanned_message_by_message(kind, recorded):
    files, key = recorded
    done = scan("--format", "json", str(files[kind]))
    assert done.returncode == 1, done.stderr
    entries = json.loads(done.stdout)
    assert [entry["message"] for entry in entries] == [
        "GET shop.example",
        "200 from shop.example",
        "POST shop.example",
        "200 from shop.example",
    ]
    worst = [entry["number"] for entry in entries if entry["answer"]["verdict"] == "block"]
    assert worst == [3]
    places = {(found["part"], found["pointer"]) for found in entries[2]["answer"]["findings"]}
    assert ("body", "/note/k") in places or ("url", None) in places
    assert key.encode() not in done.stdout


def test_mitmdump_reads_a_capture_and_says_what_it_would_have_done(recorded, world, tmp_path):
    files, key = recorded
    again = tmp_path / "again.mitm"
    command = [str(Path(sys.executable).with_name("mitmdump")), "-n", "-r", str(files["mitm"]), "-s", str(ADDON)]
    policy = ["--set", f"scangate_policy={world.policy()}"]
    options = [*policy, "--set", f"confdir={tmp_path}", "--set", "flow_detail=0", "-w", str(again)]
    done = subprocess.run([*command, *options], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.count("POST shop.example block out: aws.access-key-id") == 1
    assert "error" not in done.stdout.lower()
    assert key not in done.stdout
    assert key.encode() in again.read_bytes(), "a recording is not changed"


def test_the_table_and_sarif_name_the_place_and_not_the_secret(recorded):
    files, key = recorded
    shown = scan(str(files["har"]))
    assert b"aws.access-key-id" in shown.stdout
    assert key.encode() not in shown.stdout + shown.stderr
    said = json.loads(scan("--format", "sarif", str(files["har"])).stdout)
    (run,) = said["runs"]
    assert {rule["id"] for rule in run["tool"]["driver"]["rules"]} == {one["ruleId"] for one in run["results"]}
    assert {one["level"] for one in run["results"]} == {"error"}


def test_any_other_file_is_one_message(tmp_path):
    (file := tmp_path / "notes.txt").write_text(f"the key is {aws_key_id()}")
    said = json.loads(scan("--format", "sarif", str(file)).stdout)
    (found,) = said["runs"][0]["results"]
    assert found["locations"][0]["physicalLocation"]["region"] == {"byteOffset": 11, "byteLength": 20}
    assert scan("-", stdin=b"nothing to see").returncode == 0
    assert scan("-", stdin=b"\xff\x00 " + aws_key_id().encode()).returncode == 1


def test_what_cannot_be_read_is_said_and_the_rest_is_scanned(recorded, tmp_path):
    files, _ = recorded
    cut = tmp_path / "cut.mitm"
    cut.write_bytes(files["mitm"].read_bytes()[:-100])
    (broken := tmp_path / "broken.har").write_text('{"log": {"entries": [{"request": {}}]}}')
    done = scan("--format", "json", "missing.txt", str(cut), str(broken), str(files["har"]))
    assert done.returncode == 2
    for word in [b"missing.txt: No such file", b"cut.mitm: a capture of mitmproxy", b"broken.har: log.entries[0]"]:
        assert word in done.stderr
    assert {entry["file"] for entry in json.loads(done.stdout)} >= {str(files["har"])}


def test_the_policy_decides_and_fail_on_sets_the_bar(tmp_path):
    (file := tmp_path / "notes.txt").write_text(f"the key is {aws_key_id()}")
    (policy := tmp_path / "policy.toml").write_text('[actions]\nsecret = "flag"\n')
    assert scan("--policy", str(policy), str(file)).returncode == 0
    assert scan("--policy", str(policy), "--fail-on", "flag", str(file)).returncode == 1
    policy.write_text("[actionz]\n")
    wrong = scan("--policy", str(policy), str(file))
    assert wrong.returncode == 2
    assert b"actionz" in wrong.stderr


def test_who_looks_on_sees_how_far_it_is(recorded):
    files, _ = recorded
    reader, writer = os.openpty()
    command = [SCANGATE, "scan", str(files["har"]), str(files["mitm"])]
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=writer, timeout=60, check=False)
    os.close(writer)
    assert "100.0%" in os.read(reader, 65536).decode()
    os.close(reader)
