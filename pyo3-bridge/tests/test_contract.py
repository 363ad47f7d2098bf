"""What is promised to callers is what the native module does."""

import copy
import pickle
import subprocess
import sys
from typing import Any, get_args

import pytest

import scangate
from scangate import PolicyError, ScanError, _scangate

WORDS = {
    "verdict": scangate.Verdict,
    "action": scangate.Action,
    "category": scangate.Category,
    "severity": scangate.Severity,
    "confidence": scangate.Confidence,
    "code": scangate.Code,
}


def test_the_literals_are_what_rust_exports() -> None:
    assert {name: list(get_args(literal)) for name, literal in WORDS.items()} == _scangate.names()


def test_the_stubs_fit_the_native_module() -> None:
    stubtest = [sys.executable, "-m", "mypy.stubtest", "scangate._scangate"]
    checked = subprocess.run(stubtest, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.parametrize(
    "error",
    [ScanError("too much", "over_limit", False), PolicyError("p.toml:3: no such key", "p.toml", 3)],
)
def test_errors_survive_copying_and_pickling(error: Any) -> None:
    for again in (copy.copy(error), pickle.loads(pickle.dumps(error))):
        assert type(again) is type(error)
        assert str(again) == str(error) == error.args[0]
        assert vars(again) == vars(error)


def test_native_classes_cannot_be_changed(scanner: scangate.Scanner) -> None:
    answer: Any = scanner.scan_connect(host="example.com", port=443)
    with pytest.raises(AttributeError):
        answer.verdict = "allow"
