"""A bar on standard error, for who looks at it; nothing where nobody does."""

import sys
from collections.abc import Sequence

WIDTH = 30


class Progress:
    """Counts files, and how far the current one is."""

    def __init__(self, files: Sequence[str]) -> None:
        self._files = list(files)
        self._shown = -1
        self._on = sys.stderr.isatty()

    def __enter__(self) -> "Progress":
        return self

    def __exit__(self, *_: object) -> None:
        self._clear()

    def step(self, name: str, part: float) -> None:
        """Show that so much of a file is done."""
        done = (self._files.index(name) + min(1.0, part)) / len(self._files)
        if self._on and int(done * 1000) != self._shown:
            self._shown = int(done * 1000)
            bar = "█" * int(done * WIDTH)
            sys.stderr.write(f"\r{bar:<{WIDTH}} {done:6.1%}")
            sys.stderr.flush()

    def say(self, line: str) -> None:
        """Write a line that stays."""
        self._clear()
        sys.stderr.write(line + "\n")

    def _clear(self) -> None:
        if self._on and self._shown >= 0:
            sys.stderr.write("\r" + " " * (WIDTH + 8) + "\r")
