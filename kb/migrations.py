"""An empty file gets today's schema (kb.schema); an older one gets to it by numbered steps, in one transaction.

The number reached is SQLite's `user_version`. A step, once released, is never edited: a change is a new step.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection, Engine, text

from kb.errors import IntegrityError
from kb.lexical import CURRENT, HISTORIC, add, create_tables
from kb.schema import fetches, glossary_proposals, metadata, sources


def _currency_catalogue_glossary(connection: Connection) -> None:
    connection.exec_driver_sql("ALTER TABLE versions ADD COLUMN review_due DATE")
    metadata.create_all(connection, tables=[sources, fetches, glossary_proposals])


def _forms_of_english(connection: Connection) -> None:
    """The lexical index gets stems of English words: made anew from the passages."""
    create_tables(connection)
    rows = connection.execute(
        text(
            "SELECT passages.id, passages.language, passages.context, substr(versions.text, passages.start + 1, "
            'passages."end" - passages.start) AS content, versions.status FROM passages '
            "JOIN versions ON versions.id = passages.version_id WHERE versions.status IN ('published', 'superseded')"
        )
    )
    for row in rows.all():
        period = CURRENT if row.status == "published" else HISTORIC
        add(connection, [(row.id, f"{row.context}\n{row.content}")], language=row.language, period=period)


STEPS: tuple[Callable[[Connection], None], ...] = (_currency_catalogue_glossary, _forms_of_english)
"""The step at index 0 leads from schema 1 to schema 2, and so on."""


def migrate(engine: Engine) -> None:
    """Bring the library file up to date. Raises IntegrityError when a newer program has written it."""
    newest = len(STEPS) + 1
    with engine.begin() as connection:
        reached = int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())
        if reached > newest:
            raise IntegrityError(
                "This library was written by a newer version of the program. Update the program to open it.",
                "Kho này do phiên bản mới hơn của chương trình tạo ra. Hãy cập nhật chương trình để mở.",
            )
        if reached == 0:
            metadata.create_all(connection)
            create_tables(connection)
        else:
            for step in STEPS[reached - 1 :]:
                step(connection)
        connection.exec_driver_sql(f"PRAGMA user_version = {newest}")
