"""Numbered steps from an empty file to today's schema; each runs once, in order, in one transaction.

The number reached is SQLite's `user_version`. A step, once released, is never edited: a change is a new step.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection, Engine

from kb.errors import IntegrityError
from kb.lexical import create_tables
from kb.schema import metadata


def _first(connection: Connection) -> None:
    metadata.create_all(connection)
    create_tables(connection)


STEPS: tuple[Callable[[Connection], None], ...] = (_first,)


def migrate(engine: Engine) -> None:
    """Bring the library file up to date. Raises IntegrityError when a newer program has written it."""
    with engine.begin() as connection:
        reached = int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())
        if reached > len(STEPS):
            raise IntegrityError(
                "This library was written by a newer version of the program. Update the program to open it.",
                "Kho này do phiên bản mới hơn của chương trình tạo ra. Hãy cập nhật chương trình để mở.",
            )
        for number, step in enumerate(STEPS[reached:], start=reached + 1):
            step(connection)
            connection.exec_driver_sql(f"PRAGMA user_version = {number}")
