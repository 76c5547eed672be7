"""The tables of the library. Changes to them are numbered steps in `kb.migrations`."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData()

documents = Table(
    "documents",
    metadata,
    Column("id", String, primary_key=True),
    # Where it came from: a file's full path, or `starter:NAME`. The same source again is a new version.
    Column("source", String, nullable=False, unique=True),
    Column("created_at", DateTime, nullable=False),
)

versions = Table(
    "versions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("document_id", ForeignKey("documents.id", ondelete="CASCADE"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("status", String, nullable=False),  # draft | published | superseded | withdrawn
    Column("file_hash", String, nullable=False),  # SHA-256 of the file's bytes and of the options given with it
    Column("format", String, nullable=False),
    Column("text", Text, nullable=False),
    Column("title", String),
    Column("number", String),
    Column("number_key", String),
    Column("kind", String),
    Column("authority", String),
    Column("jurisdiction", String),
    Column("audience", String, nullable=False),
    Column("owner", String),  # the organisation that alone may see it; none for a shared document
    Column("licence", String),
    Column("language", String),
    Column("issuer", String),
    Column("issued", Date),
    Column("effective", Date),
    Column("expires", Date),
    Column("checked", Date),
    Column("review_due", Date),
    Column("url", String),
    Column("pair", String),
    Column("about", JSON, nullable=False),
    Column("aliases", JSON, nullable=False),
    Column("remarks", JSON, nullable=False),
    Column("created_at", DateTime, nullable=False),
    Column("published_at", DateTime),
    Column("superseded_at", DateTime),
    UniqueConstraint("document_id", "version"),
    Index("versions_number", "number_key"),
    Index("versions_status", "status"),
)

pages = Table(
    "pages",
    metadata,
    Column("version_id", ForeignKey("versions.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
)

clauses = Table(
    "clauses",
    metadata,
    Column("version_id", ForeignKey("versions.id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("address", String, nullable=False),
    Column("address_key", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("label", String, nullable=False),
    Column("heading", String, nullable=False),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("page_from", Integer),
    Column("page_to", Integer),
    Column("parent", Integer),
    UniqueConstraint("version_id", "address"),
    Index("clauses_key", "version_id", "address_key"),
)

passages = Table(
    "passages",
    metadata,
    # Never used twice, so that a vector of a deleted passage can never stand for another.
    Column("id", Integer, primary_key=True),
    Column("version_id", ForeignKey("versions.id", ondelete="CASCADE"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("clause", Integer, nullable=False),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("context", Text, nullable=False),
    Column("page_from", Integer),
    Column("page_to", Integer),
    Column("language", String, nullable=False),
    Column("text_hash", String, nullable=False),
    UniqueConstraint("version_id", "position"),
    sqlite_autoincrement=True,
)

# Changes that the vector store still owes, written in the transaction of the change itself (an outbox): whatever a
# crash leaves here is carried out at the next start.
vector_changes = Table(
    "vector_changes",
    metadata,
    Column("passage_id", Integer, primary_key=True),
    Column("collection", String, primary_key=True),
    Column("action", String, nullable=False),  # add | remove
)

# Pairs of neighbouring Vietnamese syllables in public text, for restoring the marks of questions (kb.marks).
syllable_pairs = Table(
    "syllable_pairs",
    metadata,
    Column("folded_first", String, primary_key=True),
    Column("folded_second", String, primary_key=True),
    Column("first", String, primary_key=True),
    Column("second", String, primary_key=True),
    Column("count", Integer, nullable=False),
    Index("syllable_pairs_second", "folded_second"),
    sqlite_with_rowid=False,
)

facts = Table(
    "facts",
    metadata,
    Column("name", String, primary_key=True),
    Column("value", String, nullable=False),
)
"""Single values about the base itself, such as the model its vectors come from."""

# The catalogue of official sources (kb.catalogue), as ingest read it last.
sources = Table(
    "sources",
    metadata,
    Column("id", String, primary_key=True),
    Column("position", Integer, nullable=False),
    Column("entry", JSON, nullable=False),
)

# Every attempt to download an official text; the newest of a source says where it stands.
fetches = Table(
    "fetches",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("source_id", String, nullable=False),
    Column("at", DateTime, nullable=False),
    Column("outcome", String, nullable=False),
    Column("url", String),
    Column("sha256", String),
    Column("bytes", Integer),
    Column("media_type", String),
    Column("etag", String),
    Column("last_modified", String),
    Column("document", String),
    Column("message", JSON),
    Index("fetches_source", "source_id", "id"),
    sqlite_autoincrement=True,
)

# What readers propose to change in the glossary, until a curator decides.
glossary_proposals = Table(
    "glossary_proposals",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("term", String, nullable=False),
    Column("en", String, nullable=False),
    Column("vi", String, nullable=False),
    Column("reason", Text, nullable=False),
    Column("created_at", DateTime, nullable=False),
    Column("state", String, nullable=False),  # open | accepted | declined
    sqlite_autoincrement=True,
)
