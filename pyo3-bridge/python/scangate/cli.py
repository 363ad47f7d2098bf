"""`scangate`: scans files that are there already. `scangate scan --help` says how."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from scangate import PolicyError, Scanner
from scangate.offline.examine import examine
from scangate.offline.formats import FORMATS
from scangate.offline.progress import Progress
from scangate.offline.results import Result, Seriousness, Unreadable

EXITS = """\
exit status: 0 nothing found, 1 something at least as serious as --fail-on, 2 usage, or something that got no verdict
"""


def parser() -> argparse.ArgumentParser:
    """The command line."""
    top = argparse.ArgumentParser(prog="scangate", description="A verdict on what an AI agent sends and receives.")
    commands = top.add_subparsers(required=True, metavar="COMMAND")
    scan = commands.add_parser(
        "scan",
        help="scan mitmproxy captures, HAR files and any other file",
        description="Scan mitmproxy captures, HAR files and any other file. Says where and what kind, never what.",
        epilog=EXITS,
    )
    scan.add_argument("files", nargs="+", metavar="FILE", help="a capture, a HAR file or any other file; - is stdin")
    scan.add_argument("--policy", type=Path, help="the policy file; the default policy without one")
    scan.add_argument("--format", choices=sorted(FORMATS), default="table", help="what to print (default: table)")
    scan.add_argument(
        "--fail-on",
        choices=[word.name for word in Seriousness],
        default="redact",
        help="the mildest action that exits with 1 (default: redact)",
    )
    return top


def main(arguments: Sequence[str]) -> int:
    """Run and return the exit status."""
    asked = parser().parse_args(arguments)
    try:
        scanner = Scanner(asked.policy)
    except (PolicyError, OSError) as error:
        sys.stderr.write(f"scangate: {error}\n")
        return 2
    results: list[Result] = []
    failed = False
    with Progress(asked.files) as progress:
        for name in asked.files:
            try:
                results += examine(scanner, name, progress)
            except Unreadable as error:
                failed = True
                progress.say(f"scangate: {name}: {error}")
    sys.stdout.write(FORMATS[asked.format](results, scanner) + "\n")
    if failed or any(result.error for result in results):
        return 2
    return int(any(result.seriousness >= Seriousness[asked.fail_on] for result in results))


def run() -> None:
    """Run as a program."""
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    run()
