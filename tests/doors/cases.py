"""The corpus as the Rust side makes it concrete, each case with the library's answer."""

import functools
import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


class Case:
    """One case. Says its name and never its content, should a test fail."""

    def __init__(self, line: Mapping[str, Any]) -> None:
        case = line["case"]
        self.name: str = case["name"]
        self.policy: str = case["policy"]
        self.json: str = case["json"]
        self.before: list[str] = case["before"]
        self.json_only: bool = case["json_only"]
        self.needles: list[str] = [needle.lower() for needle in case["needles"]]
        self.expect: dict[str, Any] = case["expect"]
        self.library: dict[str, Any] = line["library"]

    def __repr__(self) -> str:
        return self.name

    def message(self) -> Any:
        """The message as Python has it."""
        return json.loads(self.json)

    def earlier(self) -> list[Any]:
        """The messages that were sent before, as Python has them."""
        return [json.loads(message) for message in self.before]

    def is_for_python(self) -> bool:
        """Whether it can be said without JSON."""
        try:
            self.message()
        except json.JSONDecodeError:
            return False
        return not self.json_only

    def has_typed_call(self) -> bool:
        """Whether it is well-formed, and there is a typed call for it."""
        return "report" in self.library and self.message()["type"] != "text"

    def is_redacted(self) -> bool:
        """Whether edits cut out all that was found."""
        return bool(self.expect.get("report", {}).get("verdict") == "redact")

    def repeats(self, text: str) -> bool:
        """Whether `text` holds anything of what was scanned."""
        return any(needle in text.lower() for needle in self.needles)


@functools.cache
def printed() -> list[Case]:
    """What the program `corpus` prints; `make` builds it."""
    target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    built = [path for profile in ("release", "debug") if (path := target / profile / "corpus").exists()]
    if not built:
        raise FileNotFoundError("the corpus is not built: cargo build -p promises")
    newest = max(built, key=lambda path: path.stat().st_mtime)
    output = subprocess.run([newest], capture_output=True, check=True, timeout=120).stdout
    return [Case(json.loads(line)) for line in output.splitlines()]
