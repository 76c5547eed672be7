"""The catalogue of official sources as the library keeps it, and what became of each attempt to download one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache

from pydantic import TypeAdapter
from sqlalchemy import delete, func, insert, select

from kb.catalogue import Source
from kb.library import Library
from kb.records import Remark
from kb.schema import fetches, sources


class FetchOutcome(StrEnum):
    """What became of an attempt to download an official text."""

    FETCHED = "fetched"
    UNCHANGED = "unchanged"
    BY_HAND = "by hand"
    """The site refuses programs, the licence does, or what it gives cannot be read: a person must download it."""
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetch:
    """One attempt. `at` is UTC without a zone; `document` is what it was ingested as; `message` says why not."""

    source_id: str
    at: datetime
    outcome: FetchOutcome
    url: str | None = None
    sha256: str | None = None
    bytes: int | None = None
    media_type: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    document: str | None = None
    message: Remark | None = None


@cache
def _entry() -> TypeAdapter[Source]:
    return TypeAdapter(Source)


def store_catalogue(library: Library, entries: Sequence[Source]) -> None:
    """Keep `entries` as the catalogue, in their order, in place of what it was."""
    rows = [
        {"id": entry.id, "position": position, "entry": _entry().dump_python(entry, mode="json")}
        for position, entry in enumerate(entries)
    ]
    with library.engine.begin() as connection:
        connection.execute(delete(sources))
        if rows:
            connection.execute(insert(sources), rows)


def stored_catalogue(library: Library) -> tuple[Source, ...]:
    """Return the catalogue; () before it was first read."""
    query = select(sources.c.entry).order_by(sources.c.position)
    with library.read() as connection:
        return tuple(_entry().validate_python(entry) for entry in connection.execute(query).scalars())


def record_fetch(library: Library, fetch: Fetch) -> None:
    """Keep what became of an attempt."""
    message = asdict(fetch.message) if fetch.message else None
    with library.engine.begin() as connection:
        connection.execute(insert(fetches).values(**{**asdict(fetch), "message": message}))


def last_fetches(library: Library) -> dict[str, Fetch]:
    """Return the newest attempt of each source, by its id."""
    newest = select(func.max(fetches.c.id)).group_by(fetches.c.source_id)
    query = select(*[column for column in fetches.c if column.name != "id"]).where(fetches.c.id.in_(newest))
    with library.read() as connection:
        rows = [dict(row._mapping) for row in connection.execute(query)]
    return {
        row["source_id"]: Fetch(
            **{
                **row,
                "outcome": FetchOutcome(row["outcome"]),
                "message": Remark(**row["message"]) if row["message"] else None,
            }
        )
        for row in rows
    }
