"""What the installed wheel holds."""

import importlib.metadata
import importlib.resources
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
INSTALLED = Path(str(importlib.resources.files("scangate")))


def python_files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*.py")}


def test_the_addon_in_the_wheel_is_the_addon_in_the_repository() -> None:
    everything = python_files(REPOSITORY / "addon")
    addon = {name: text for name, text in everything.items() if not name.startswith("bench/")}
    assert "addon.py" in addon
    assert python_files(INSTALLED / "_addon") == addon


def test_the_package_says_that_it_is_typed() -> None:
    assert (INSTALLED / "py.typed").is_file()
    assert (INSTALLED / "_scangate.pyi").is_file()


def test_one_wheel_serves_every_python_from_3_10_on() -> None:
    wheel = importlib.metadata.distribution("scangate").read_text("WHEEL") or ""
    assert "Tag: cp310-abi3-" in wheel
