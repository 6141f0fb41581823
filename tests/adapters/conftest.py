"""What the tests of several adapters need."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture(params=["SQLite", pytest.param("PostgreSQL", marks=pytest.mark.slow)])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A new, empty database: SQLite in a file of the test's folder, or a real PostgreSQL."""
    if request.param == "SQLite":
        return f"sqlite:///{tmp_path / 'adaptbot.sqlite'}"
    new_database: Callable[[], str] = request.getfixturevalue("postgres")
    return new_database()
