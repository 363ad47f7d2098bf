"""The tests run against the installed wheel."""

import pytest

from scangate import Scanner


@pytest.fixture(scope="session")
def scanner() -> Scanner:
    return Scanner()
