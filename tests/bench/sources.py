"""Real text that the build has on this machine anyway: sources of dependencies, lock files, commits.

Nothing is downloaded but what Cargo and pip unpacked for the build. Too little text is an error, never a smaller bench.
"""

import itertools
import json
import subprocess
import sysconfig
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# No package may drown the others; few have scripts.
MOST_OF_ONE_PACKAGE = 400_000
MOST_SCRIPTS = 3_000_000
LEAST = {"prose": 1_500_000, "code": 8_000_000, "scripts": 1_000_000, "locks": 1_500_000, "commits": 10_000}


@dataclass(frozen=True)
class Sources:
    """Texts by what they are."""

    prose: list[str]
    code: list[str]
    scripts: list[str]
    locks: list[str]
    commits: list[str]


def gather() -> Sources:
    """Read everything; fail where there is too little of one kind."""
    packages = crates()
    vendored = [text for package in packages for text in in_archives(package)]
    python = Path(sysconfig.get_path("purelib"))
    python_packages = sorted(path for path in python.iterdir() if path.is_dir())
    sources = Sources(
        prose=texts(packages, ("*.md",)) + texts(python_packages, ("METADATA", "*.rst", "*.md")),
        code=texts(packages, ("*.rs",)) + texts([*python_packages, Path(sysconfig.get_path("stdlib"))], ("*.py",)),
        scripts=[text for name, text in vendored if name.endswith(".js")]
        + large(texts(python_packages, ("*.js",), MOST_SCRIPTS)),
        locks=locks(packages) + [text for name, text in vendored if name.endswith("package-lock.json")],
        # Tests hold what must be found, and are no ordinary text.
        commits=[
            output("git", "log", "--stat", "-n", "2000"),
            output("git", "log", "-p", "-n", "12", "--", ".", ":!*/tests/*")[:600_000],
        ],
    )
    for kind, least in LEAST.items():
        there = sum(map(len, getattr(sources, kind)))
        if there < least:
            message = (
                f"corpus: only {there} bytes of {kind}, {least} are needed; run `cargo fetch` and `make run` first"
            )
            raise SystemExit(message)
    return sources


def crates() -> list[Path]:
    """Return the unpacked sources of every dependency that the lock file pins."""
    metadata = json.loads(output("cargo", "metadata", "--format-version", "1", "--locked"))
    foreign = (package for package in metadata["packages"] if package["source"])
    return sorted(Path(package["manifest_path"]).parent for package in foreign)


def texts(packages: Iterable[Path], patterns: tuple[str, ...], most: int = MOST_OF_ONE_PACKAGE) -> list[str]:
    """Return the files of each package that fit, up to a limit for each package."""
    return [text for package in packages for text in of_package(package, patterns, most)]


def of_package(package: Path, patterns: tuple[str, ...], room: int) -> Iterator[str]:
    for path in itertools.chain.from_iterable(sorted(package.rglob(pattern)) for pattern in patterns):
        if room <= 0:
            return
        if path.is_file():
            text = path.read_text(encoding="utf-8", errors="ignore")[:room]
            room -= len(text)
            yield text


def in_archives(package: Path) -> Iterator[tuple[str, str]]:
    """Yield scripts and lock files of archives that a crate carries, as that of Swagger UI."""
    for archive in sorted(package.rglob("*.zip")):
        with zipfile.ZipFile(archive) as files:
            for name in sorted(files.namelist()):
                if name.endswith((".min.js", "-bundle.js", "-preset.js", "-core.js", "package-lock.json")):
                    yield name, files.read(name).decode("utf-8", "ignore")


def large(scripts: list[str]) -> list[str]:
    """Leave out scripts of a few lines."""
    return [script for script in scripts if len(script) > 20_000]


def locks(packages: list[Path]) -> list[str]:
    own = [ROOT / "Cargo.lock", *sorted((ROOT / "tests").glob("*/package-lock.json"))]
    foreign = [package / "Cargo.lock" for package in packages]
    return [path.read_text(encoding="utf-8") for path in [*own, *foreign] if path.is_file()]


def output(*command: str) -> str:
    """Return what a command prints."""
    return subprocess.run(
        command, cwd=ROOT, check=True, stdout=subprocess.PIPE, encoding="utf-8", errors="ignore"
    ).stdout
