"""Policies: read from a file, or given as text."""

from pathlib import Path
from typing import Any

import pytest

from scangate import PolicyError, Scanner


def test_a_policy_is_read_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "policy.toml"
    path.write_text("")
    assert Scanner(path).policy_hash.startswith("sha256:")
    assert Scanner(path).policy_hash == Scanner(str(path)).policy_hash == Scanner.from_policy_text("").policy_hash


def test_a_bad_policy_names_file_and_line(tmp_path: Path) -> None:
    path = tmp_path / "policy.toml"
    path.write_text("# fine\n[limits]\nbody_bytes = = 1\n")
    with pytest.raises(PolicyError) as refused:
        Scanner(path)
    assert (refused.value.file, refused.value.line) == (str(path), 3)
    assert str(refused.value).startswith(f"{path}:3: ")
    assert isinstance(refused.value, ValueError)


def test_a_bad_policy_given_as_text_names_the_line() -> None:
    with pytest.raises(PolicyError) as refused:
        Scanner.from_policy_text("\nnonsense")
    assert refused.value.line == 2


def test_a_policy_that_is_not_utf8_names_the_line(tmp_path: Path) -> None:
    path = tmp_path / "policy.toml"
    path.write_bytes(b"# fine\n# \xff\n")
    with pytest.raises(PolicyError) as refused:
        Scanner(path)
    assert (refused.value.file, refused.value.line) == (str(path), 2)


def test_a_missing_policy_is_an_os_error(tmp_path: Path) -> None:
    path = tmp_path / "absent.toml"
    with pytest.raises(FileNotFoundError) as refused:
        Scanner(path)
    assert refused.value.filename == str(path)


KNOWN = """
[[known]]
name = "canary"
file = "canary.txt"
"""


def test_files_that_a_policy_names_are_found_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "policy.toml"
    path.write_text(KNOWN)
    with pytest.raises(PolicyError) as refused:
        Scanner(path)
    assert refused.value.line in (2, 4)
    (tmp_path / "canary.txt").write_text("a value that " + "nobody else has\n")
    Scanner(path)


def test_files_that_a_text_names_are_found_in_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(PolicyError):
        Scanner.from_policy_text(KNOWN)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "canary.txt").write_text("a value that " + "nobody else has\n")
    Scanner.from_policy_text(KNOWN)


OWN_RULE = """
vendor = "Acme"
source = "https://docs.acme.example/keys"
[[rule]]
id = "acme.key"
finds = "an Acme key"
keywords = ["acme_live_"]
pattern = 'acme_live_[0-9a-z]{32}'
hits = ["{{lower 3}} acme_live_{{alnum-lower 32}}"]
misses = ["acme_live_"]
"""


def test_rules_beside_a_policy_are_looked_for(tmp_path: Path) -> None:
    path = tmp_path / "policy.toml"
    path.write_text('[rules]\nfiles = ["*.rules.toml"]\n')
    with pytest.raises(PolicyError, match="no file is named") as refused:
        Scanner(path)
    assert refused.value.line == 2
    (tmp_path / "acme.rules.toml").write_text(OWN_RULE)
    answer: Any = Scanner(path).scan({"type": "text", "text": "acme_live_" + "ab12" * 8})
    assert [finding["rule"] for finding in answer["findings"]] == ["acme.key"]


def test_the_policy_says_what_the_addon_needs() -> None:
    scanner = Scanner.from_policy_text('[egress]\npassthrough = ["pinned.example.com"]\n[limits]\nbody_bytes = 1024\n')
    policy: Any = scanner.policy()
    assert policy["policy_hash"] == scanner.policy_hash
    assert policy["limits"]["body_bytes"] == 1024
    assert policy["egress"]["passthrough"] == ["pinned.example.com"]
    assert policy["failure"]["outbound"]["unavailable"] == "block"


def test_rules_say_what_is_looked_for(scanner: Scanner) -> None:
    rules = scanner.rules()
    ids = [rule["id"] for rule in rules]
    assert ids
    assert len(set(ids)) == len(ids)
    assert all(rule["finds"] for rule in rules)
    assert scanner.ruleset_hash.startswith("sha256:")
