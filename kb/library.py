"""The library: documents, versions, clauses and passages in one SQL database, the truth that all else is derived from.

Every change is one transaction; what the vector store owes after it is written in the same transaction
(`vector_changes`).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Connection,
    Row,
    Select,
    create_engine,
    delete,
    event,
    func,
    insert,
    literal,
    select,
    text,
    tuple_,
    update,
)
from sqlalchemy.dialects.sqlite import insert as upsert

from kb import lexical
from kb.address import address_key
from kb.currency import review_due
from kb.errors import NotInBase
from kb.language import ENGLISH, VIETNAMESE, fold
from kb.lexical import CURRENT, HISTORIC
from kb.marks import count_pairs
from kb.migrations import migrate
from kb.number import number_key
from kb.records import Audience, Authority, Clause, Document, Kind, Metadata, PageSpan, ParsedDocument, Remark
from kb.schema import clauses, documents, facts, pages, passages, syllable_pairs, vector_changes, versions
from kb.vectors import collection_name

DRAFT = "draft"
PUBLISHED = "published"
SUPERSEDED = "superseded"
WITHDRAWN = "withdrawn"
KEPT_TREES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPassage:
    """A passage with all that a search must know of its document to show it, or not."""

    id: int
    version_id: int
    document: str
    version: int
    status: str
    metadata: Metadata
    clause: int
    clause_kind: str
    start: int
    end: int
    context: str
    text: str
    page: int | None
    language: str
    text_hash: str
    owner: str | None


class Library:
    """One open library file."""

    def __init__(self, file: Path) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        self.engine = create_engine(f"sqlite:///{file}", connect_args={"timeout": 60})

        @event.listens_for(self.engine, "connect")
        def prepare(connection: Any, _record: Any) -> None:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")  # what was reported done survives a power cut
            connection.execute("PRAGMA foreign_keys = ON")

        migrate(self.engine)
        # A version's tree never changes, and every clause that is opened asks for it.
        self._tree = lru_cache(maxsize=KEPT_TREES)(self._read_tree)
        self.postings = lexical.PostingsMemory()

    def close(self) -> None:
        """Close the file."""
        self.engine.dispose()

    def read(self) -> AbstractContextManager[Connection]:
        """Return a connection for reading."""
        return self.engine.connect()

    # -- documents in ---------------------------------------------------------------------------------------------

    def find_source(self, source: str) -> Row[str, int, str, str] | None:
        """Return (document_id, version, status, file_hash) of the newest version from `source`, or None."""
        query = (
            select(versions.c.document_id, versions.c.version, versions.c.status, versions.c.file_hash)
            .join(documents, documents.c.id == versions.c.document_id)
            .where(documents.c.source == source)
            .order_by(versions.c.version.desc())
        )
        with self.read() as connection:
            return connection.execute(query).first()

    def same_number(self, number: str | None, language: str | None, source: str) -> tuple[str, ...]:
        """Return the ids of other documents in the base that state the same number in the same language."""
        if not number:
            return ()
        query = (
            select(versions.c.document_id)
            .join(documents, documents.c.id == versions.c.document_id)
            .where(
                versions.c.number_key == number_key(number),
                versions.c.language == language,
                documents.c.source != source,
                versions.c.status.in_([PUBLISHED, DRAFT]),
            )
            .distinct()
        )
        with self.read() as connection:
            return tuple(connection.execute(query).scalars())

    def add(self, parsed: ParsedDocument, *, source: str, file_hash: str, publish: bool) -> Document:
        """Store `parsed` as the newest version of the document from `source`, publishing it where asked; return it.

        Publishing takes the version published before out of the current index in the same transaction.
        """
        moment = now()
        with self.engine.begin() as connection:
            known = connection.execute(select(documents.c.id).where(documents.c.source == source)).scalar()
            document = known or self._new_id(connection, parsed.metadata)
            if known is None:
                connection.execute(insert(documents).values(id=document, source=source, created_at=moment))
            newest = connection.execute(
                select(func.max(versions.c.version)).where(versions.c.document_id == document)
            ).scalar()
            version = (newest or 0) + 1
            version_id = connection.execute(
                insert(versions).values(
                    document_id=document,
                    version=version,
                    status=DRAFT,
                    file_hash=file_hash,
                    format=parsed.format,
                    text=parsed.text,
                    remarks=[asdict(remark) for remark in parsed.remarks],
                    created_at=moment,
                    **_metadata_values(parsed.metadata),
                )
            ).inserted_primary_key
            assert version_id is not None
            self._add_parts(connection, int(version_id[0]), parsed)
            if publish:
                self._publish(connection, int(version_id[0]), document)
        return self.document(document, version)

    def publish(self, document: str, version: int) -> None:
        """Publish a draft; the version published before is superseded in the same transaction."""
        with self.engine.begin() as connection:
            self._publish(connection, self._version_id(connection, document, version), document)

    def set_checked(self, document: str, version: int, *, checked: date, due: date | None) -> None:
        """Keep that a version was checked on a day, and when it is due again (None: after the usual time)."""
        with self.engine.begin() as connection:
            version_id = self._version_id(connection, document, version)
            connection.execute(
                update(versions).where(versions.c.id == version_id).values(checked=checked, review_due=due)
            )

    def _add_parts(self, connection: Connection, version_id: int, parsed: ParsedDocument) -> None:
        if parsed.pages:
            connection.execute(insert(pages), [{"version_id": version_id, **asdict(page)} for page in parsed.pages])
        if parsed.clauses:
            connection.execute(
                insert(clauses),
                [
                    {"version_id": version_id, "address_key": address_key(clause.address), **asdict(clause)}
                    for clause in parsed.clauses
                ],
            )
        language = parsed.metadata.language or ENGLISH
        if parsed.passages:
            connection.execute(
                insert(passages),
                [
                    {
                        "version_id": version_id,
                        "language": language,
                        "text_hash": text_hash(parsed.text[passage.start : passage.end]),
                        **asdict(passage),
                    }
                    for passage in parsed.passages
                ],
            )

    def _publish(self, connection: Connection, version_id: int, document: str) -> None:
        moment = now()
        before = connection.execute(
            select(versions.c.id).where(versions.c.document_id == document, versions.c.status == PUBLISHED)
        ).scalars()
        for old in before.all():
            self._move(connection, old, to=HISTORIC)
            connection.execute(
                update(versions).where(versions.c.id == old).values(status=SUPERSEDED, superseded_at=moment)
            )
        connection.execute(
            update(versions).where(versions.c.id == version_id).values(status=PUBLISHED, published_at=moment)
        )
        self._move(connection, version_id, to=CURRENT)

    def _move(self, connection: Connection, version_id: int, *, to: str) -> None:
        """Index a version as current or historic; a historic one leaves the current index."""
        version = connection.execute(select(versions).where(versions.c.id == version_id)).one()
        rows = connection.execute(select(passages).where(passages.c.version_id == version_id)).all()
        if not rows:
            return
        language = rows[0].language
        ids = [row.id for row in rows]
        if to == HISTORIC:
            lexical.remove(connection, ids, language=language, period=CURRENT)
            self._owe(connection, ids, collection_name(version.audience, language, CURRENT, version.owner), "remove")
            self._count_syllables(connection, version, language, sign=-1)
        self._index_words(connection, version_id, period=to)
        self._owe(connection, ids, collection_name(version.audience, language, to, version.owner), "add")

    def _index_words(self, connection: Connection, version_id: int, *, period: str) -> None:
        version = connection.execute(select(versions).where(versions.c.id == version_id)).one()
        rows = connection.execute(select(passages).where(passages.c.version_id == version_id)).all()
        if rows:
            language = rows[0].language
            contents = [(row.id, passage_content(row.context, version.text[row.start : row.end])) for row in rows]
            lexical.add(connection, contents, language=language, period=period)
            if period == CURRENT:
                self._count_syllables(connection, version, language, sign=1)

    def _owe(self, connection: Connection, ids: Iterable[int], collection: str, action: str) -> None:
        rows = [{"passage_id": passage, "collection": collection, "action": action} for passage in ids]
        statement = upsert(vector_changes)
        connection.execute(
            statement.on_conflict_do_update(
                index_elements=["passage_id", "collection"], set_={"action": statement.excluded.action}
            ),
            rows,
        )

    def _count_syllables(self, connection: Connection, version: Row[Any], language: str, *, sign: int) -> None:
        """Learn from (or unlearn) a public Vietnamese text; what others may not see must not shape their questions."""
        if language != VIETNAMESE or version.audience != Audience.PUBLIC or version.owner is not None:
            return
        _, found = count_pairs([version.text])
        rows = [
            {
                "folded_first": fold(first),
                "folded_second": fold(second),
                "first": first,
                "second": second,
                "count": sign * count,
            }
            for (first, second), count in found.items()
        ]
        if rows:
            statement = upsert(syllable_pairs)
            connection.execute(
                statement.on_conflict_do_update(
                    index_elements=["folded_first", "folded_second", "first", "second"],
                    set_={"count": syllable_pairs.c.count + statement.excluded.count},
                ),
                rows,
            )

    def _new_id(self, connection: Connection, metadata: Metadata) -> str:
        """A short name fit for links, from the number, the work's name or the title; the language where it is known."""
        stem = re.sub(r"[^a-z0-9]+", "-", fold(metadata.number or metadata.pair or metadata.title or "document")).strip(
            "-"
        )[:60]
        base = f"{stem or 'document'}.{metadata.language}" if metadata.language else stem or "document"
        taken = set(connection.execute(select(documents.c.id).where(documents.c.id.startswith(base))).scalars())
        return next(name for n in range(1, len(taken) + 2) if (name := base if n == 1 else f"{base}-{n}") not in taken)

    # -- what the vector store owes -----------------------------------------------------------------------------------

    def owed_changes(self) -> dict[tuple[str, str], list[int]]:
        """Return the passages that wait to enter or leave the vector store, by (collection, action)."""
        owed: dict[tuple[str, str], list[int]] = {}
        with self.read() as connection:
            for row in connection.execute(select(vector_changes).order_by(vector_changes.c.passage_id)):
                owed.setdefault((row.collection, row.action), []).append(row.passage_id)
        return owed

    def settle(self, collection: str, ids: Sequence[int]) -> None:
        """Strike what has been carried out."""
        with self.engine.begin() as connection:
            connection.execute(
                text("DELETE FROM vector_changes WHERE collection = :collection AND passage_id = :passage"),
                [{"collection": collection, "passage": passage} for passage in ids],
            )

    def owe_everything(self) -> None:
        """Mark every indexed passage as owed: the vectors are to be made anew."""
        with self.engine.begin() as connection:
            connection.execute(delete(vector_changes))
            for collection, ids in self._expected(connection).items():
                self._owe(connection, ids, collection, "add")

    def rebuild_lexical(self) -> None:
        """Make the lexical index and the syllable counts anew from the passages, in one transaction."""
        with self.engine.begin() as connection:
            lexical.clear(connection)
            connection.execute(delete(syllable_pairs))
            query = select(versions.c.id, versions.c.status).where(versions.c.status.in_([PUBLISHED, SUPERSEDED]))
            for version_id, status in connection.execute(query).all():
                self._index_words(connection, version_id, period=_period(status))

    def expected_vectors(self) -> dict[str, set[int]]:
        """Return which passages each collection of the vector store should hold."""
        with self.read() as connection:
            return self._expected(connection)

    def _expected(self, connection: Connection) -> dict[str, set[int]]:
        query = (
            select(passages.c.id, passages.c.language, versions.c.audience, versions.c.owner, versions.c.status)
            .join(versions, versions.c.id == passages.c.version_id)
            .where(versions.c.status.in_([PUBLISHED, SUPERSEDED]))
        )
        expected: dict[str, set[int]] = {}
        for row in connection.execute(query):
            name = collection_name(row.audience, row.language, _period(row.status), row.owner)
            expected.setdefault(name, set()).add(row.id)
        return expected

    def expected_lexical(self) -> dict[tuple[str, str], set[int]]:
        """Return which passages the lexical index should hold, by (language, period)."""
        query = (
            select(passages.c.id, passages.c.language, versions.c.status)
            .join(versions, versions.c.id == passages.c.version_id)
            .where(versions.c.status.in_([PUBLISHED, SUPERSEDED]))
        )
        expected: dict[tuple[str, str], set[int]] = {}
        with self.read() as connection:
            for row in connection.execute(query):
                expected.setdefault((row.language, _period(row.status)), set()).add(row.id)
        return expected

    # -- reading
    # --------------------------------------------------------------------------------------------------------

    def documents(self, *, include_drafts: bool = False) -> tuple[Document, ...]:
        """Return each document as of its published version, or its newest draft where asked and none is published."""
        statuses = [PUBLISHED, DRAFT] if include_drafts else [PUBLISHED]
        query = (
            _described()
            .where(versions.c.status.in_(statuses))
            .order_by(versions.c.document_id, versions.c.status == PUBLISHED, versions.c.version)
        )
        with self.read() as connection:
            newest = {row.document_id: row for row in connection.execute(query)}
            return self._documents(connection, list(newest.values()))

    def document(self, document: str, version: int | None = None) -> Document:
        """Return one document: the version named, else the published one, else the newest. Raises NotInBase."""
        query = (
            _described()
            .where(versions.c.document_id == document)
            .order_by((versions.c.status == PUBLISHED).desc(), versions.c.version.desc())
        )
        if version is not None:
            query = query.where(versions.c.version == version)
        with self.read() as connection:
            row = connection.execute(query).first()
            if row is None:
                raise _unknown_document(document, version)
            return self._documents(connection, [row])[0]

    def versions(self, document: str) -> tuple[Document, ...]:
        """Return every version of a document, newest first; () where there is none."""
        query = _described().where(versions.c.document_id == document).order_by(versions.c.version.desc())
        with self.read() as connection:
            return self._documents(connection, connection.execute(query).all())

    def _documents(self, connection: Connection, rows: Sequence[Row[Any]]) -> tuple[Document, ...]:
        def count(table: Any) -> dict[int, int]:
            query = (
                select(table.c.version_id, func.count())
                .where(table.c.version_id.in_([row.id for row in rows]))
                .group_by(table.c.version_id)
            )
            return {int(version): int(number) for version, number in connection.execute(query)}

        counted = {table.name: count(table) for table in (clauses, passages, pages)}
        return tuple(
            Document(
                id=row.document_id,
                version=row.version,
                status=row.status,
                metadata=_metadata(row),
                format=row.format,
                source=row.source,
                clauses=counted["clauses"].get(row.id, 0),
                passages=counted["passages"].get(row.id, 0),
                pages=counted["pages"].get(row.id),
                review_due=row.review_due or review_due(row.checked or row.created_at.date(), row.authority),
            )
            for row in rows
        )

    def text(self, document: str, version: int) -> str:
        """Return the whole text of a version. Raises NotInBase."""
        query = select(versions.c.text).where(versions.c.document_id == document, versions.c.version == version)
        with self.read() as connection:
            found = connection.execute(query).scalar()
        if found is None:
            raise _unknown_document(document, version)
        return str(found)

    def remarks(self, document: str, version: int) -> tuple[Remark, ...]:
        """Return what was remarked when a version was read."""
        query = select(versions.c.remarks).where(versions.c.document_id == document, versions.c.version == version)
        with self.read() as connection:
            return tuple(Remark(**remark) for remark in connection.execute(query).scalar() or ())

    def clauses(self, document: str, version: int) -> tuple[Clause, ...]:
        """Return the clause tree of a version in reading order. Raises NotInBase."""
        with self.read() as connection:
            version_id = self._version_id(connection, document, version)
        return self._tree(version_id)

    def _read_tree(self, version_id: int) -> tuple[Clause, ...]:
        query = select(clauses).where(clauses.c.version_id == version_id).order_by(clauses.c.position)
        with self.read() as connection:
            return tuple(_clause(row) for row in connection.execute(query))

    def clauses_by_key(self, document: str, version: int, keys: Collection[str]) -> tuple[Clause, ...]:
        """Return the clauses whose folded address is one of `keys`. Raises NotInBase."""
        with self.read() as connection:
            version_id = self._version_id(connection, document, version)
            query = select(clauses).where(clauses.c.version_id == version_id, clauses.c.address_key.in_(keys))
            return tuple(_clause(row) for row in connection.execute(query.order_by(clauses.c.position)))

    def pages(self, document: str, version: int) -> tuple[PageSpan, ...]:
        """Return the page map of a version. Raises NotInBase."""
        with self.read() as connection:
            version_id = self._version_id(connection, document, version)
            query = select(pages).where(pages.c.version_id == version_id).order_by(pages.c.number)
            return tuple(PageSpan(number=row.number, start=row.start, end=row.end) for row in connection.execute(query))

    def passages(self, ids: Collection[int], *, texts: bool = True) -> dict[int, StoredPassage]:
        """Return the passages with these ids; those that are gone are left out.

        `texts` False leaves their texts empty: cutting them out of long documents is most of the work.
        """
        cut = func.substr(versions.c.text, passages.c.start + 1, passages.c.end - passages.c.start)
        query = (
            select(
                passages,
                *[column for column in versions.c if column.name not in ("id", "text", "language")],
                versions.c.language.label("document_language"),
                clauses.c.kind.label("clause_kind"),
                (cut if texts else literal("")).label("passage"),
            )
            .join(versions, versions.c.id == passages.c.version_id)
            .join(clauses, (clauses.c.version_id == passages.c.version_id) & (clauses.c.position == passages.c.clause))
            .where(passages.c.id.in_(ids))
        )
        described: dict[int, Metadata] = {}
        found: dict[int, StoredPassage] = {}
        with self.read() as connection:
            for row in connection.execute(query):
                if row.version_id not in described:
                    described[row.version_id] = _metadata(row, language=row.document_language)
                found[row.id] = StoredPassage(
                    id=row.id,
                    version_id=row.version_id,
                    document=row.document_id,
                    version=row.version,
                    status=row.status,
                    metadata=described[row.version_id],
                    clause=row.clause,
                    clause_kind=row.clause_kind,
                    start=row.start,
                    end=row.end,
                    context=row.context,
                    text=row.passage,
                    page=row.page_from,
                    language=row.language,
                    text_hash=row.text_hash,
                    owner=row.owner,
                )
        return found

    def clause_addresses(self, wanted: Collection[tuple[int, int]]) -> dict[tuple[int, int], str]:
        """Return the address of each (version id, clause position)."""
        query = select(clauses.c.version_id, clauses.c.position, clauses.c.address).where(
            clauses.c.version_id.in_({version for version, _ in wanted}),
            clauses.c.position.in_({position for _, position in wanted}),
        )
        with self.read() as connection:
            return {(version, position): address for version, position, address in connection.execute(query)}

    def passage_contents(self, ids: Sequence[int]) -> list[tuple[int, str, str]]:
        """Return (id, language, text with context) of passages, as they are embedded, without those that are gone."""
        found = self.passages(ids)
        return [
            (passage, found[passage].language, passage_content(found[passage].context, found[passage].text))
            for passage in ids
            if passage in found
        ]

    def syllables(self, folded: Collection[str]) -> dict[str, dict[str, int]]:
        """See kb.marks.SyllableCounts: counts of the base's own public Vietnamese text."""
        query = (
            select(syllable_pairs.c.folded_second, syllable_pairs.c.second, func.sum(syllable_pairs.c.count))
            .where(syllable_pairs.c.folded_second.in_(folded), syllable_pairs.c.count > 0)
            .group_by(syllable_pairs.c.folded_second, syllable_pairs.c.second)
        )
        found: dict[str, dict[str, int]] = {}
        with self.read() as connection:
            for unmarked, marked, count in connection.execute(query):
                found.setdefault(unmarked, {})[marked] = int(count)
        return found

    def pairs(self, folded: Collection[tuple[str, str]]) -> dict[tuple[str, str], dict[tuple[str, str], int]]:
        """See kb.marks.SyllableCounts."""
        columns = syllable_pairs.c
        query = select(columns.folded_first, columns.folded_second, columns.first, columns.second, columns.count).where(
            tuple_(columns.folded_first, columns.folded_second).in_(list(folded)), columns.count > 0
        )
        found: dict[tuple[str, str], dict[tuple[str, str], int]] = {}
        with self.read() as connection:
            for first, second, marked_first, marked_second, count in connection.execute(query):
                found.setdefault((first, second), {})[marked_first, marked_second] = int(count)
        return found

    # -- single values ------------------------------------------------------------------------------------------------

    def fact(self, name: str) -> str | None:
        """Return a single value kept about the base, or None."""
        with self.read() as connection:
            return connection.execute(select(facts.c.value).where(facts.c.name == name)).scalar()

    def set_fact(self, name: str, value: str) -> None:
        """Keep a single value about the base."""
        statement = upsert(facts).values(name=name, value=value)
        with self.engine.begin() as connection:
            connection.execute(statement.on_conflict_do_update(index_elements=["name"], set_={"value": value}))

    def _version_id(self, connection: Connection, document: str, version: int) -> int:
        query = select(versions.c.id).where(versions.c.document_id == document, versions.c.version == version)
        found = connection.execute(query).scalar()
        if found is None:
            raise _unknown_document(document, version)
        return int(found)


def _described() -> Select[Any]:
    """Versions with all that describes them: all but their text, which is long."""
    columns = [column for column in versions.c if column.name != "text"]
    return select(*columns, documents.c.source).join(documents, documents.c.id == versions.c.document_id)


def text_hash(content: str) -> str:
    """Return the SHA-256 of a passage's text with white space folded: equal texts are the same passage."""
    return hashlib.sha256(" ".join(content.split()).encode()).hexdigest()


def passage_content(context: str, passage: str) -> str:
    """Return a passage as it is indexed and embedded: its context, then its text."""
    return f"{context}\n{passage}" if context else passage


def _period(status: str) -> str:
    return CURRENT if status == PUBLISHED else HISTORIC


def now() -> datetime:
    """Return the present moment as the library keeps it: UTC without a zone."""
    return datetime.now(UTC).replace(tzinfo=None)


def _unknown_document(document: str, version: int | None) -> NotInBase:
    which = f"“{document}”" + (f" (version {version})" if version is not None else "")
    which_vi = f"“{document}”" + (f" (phiên bản {version})" if version is not None else "")
    return NotInBase(
        f"The base holds no document {which}. `cop-kb list` shows what it holds.",
        f"Kho không có tài liệu {which_vi}. Lệnh `cop-kb list` liệt kê các tài liệu hiện có.",
    )


def _metadata_values(metadata: Metadata) -> dict[str, Any]:
    values = asdict(metadata)
    values["audience"] = metadata.audience or Audience.PUBLIC
    values["number_key"] = number_key(metadata.number) if metadata.number else None
    values["about"] = list(metadata.about)
    values["aliases"] = list(metadata.aliases)
    return values


def _metadata(row: Row[Any], *, language: str | None = None) -> Metadata:
    def day(value: object) -> date | None:
        return value if isinstance(value, date) else None

    return Metadata(
        title=row.title,
        number=row.number,
        kind=Kind(row.kind) if row.kind else None,
        authority=Authority(row.authority) if row.authority else None,
        jurisdiction=row.jurisdiction,
        audience=Audience(row.audience),
        licence=row.licence,
        language=language or row.language,
        issuer=row.issuer,
        issued=day(row.issued),
        effective=day(row.effective),
        expires=day(row.expires),
        checked=day(row.checked),
        review_due=day(row.review_due),
        url=row.url,
        pair=row.pair,
        about=tuple(row.about),
        aliases=tuple(row.aliases),
    )


def _clause(row: Row[Any]) -> Clause:
    return Clause(
        position=row.position,
        address=row.address,
        kind=row.kind,
        label=row.label,
        heading=row.heading,
        start=row.start,
        end=row.end,
        page_from=row.page_from,
        page_to=row.page_to,
        parent=row.parent,
    )
