"""Fixtures shared by all tests."""

from __future__ import annotations

from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent
SHARED_DATA = REPOSITORY.parent / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real documents and retrieval sets beside the project; skips where it is absent."""
    if not SHARED_DATA.is_dir():
        pytest.skip("the folder of real documents (../shared/data) is not here")
    return SHARED_DATA
