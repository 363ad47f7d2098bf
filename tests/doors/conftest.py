"""What the tests of the corpus share."""

from collections.abc import Callable

import pytest
from cases import Case, printed

CASES: dict[str, Callable[[Case], bool]] = {
    "case": Case.is_for_python,
    "typed_case": Case.has_typed_call,
    "redacted_case": Case.is_redacted,
}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test once for each case that fits the name of its argument."""
    for name, fits in CASES.items():
        if name in metafunc.fixturenames:
            metafunc.parametrize(name, [case for case in printed() if fits(case)], ids=repr)


@pytest.fixture(scope="session")
def corpus_codes() -> set[str]:
    """Return every code that a case of the corpus ends with."""
    return {case.expect["problem"] for case in printed() if "problem" in case.expect}
