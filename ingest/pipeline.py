"""Documents in: file -> text -> clause tree -> passages -> library, one file after another, each by itself.

A file that cannot be read is reported and the rest go on. What is reported done is stored; a run that was broken off
is simply given again: files already in are passed over, vectors already made are found in the cache.
"""

from __future__ import annotations

import glob
import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from enum import StrEnum
from importlib.resources import as_file, files
from pathlib import Path

from ingest.metadata import read_metadata
from ingest.passages import split
from ingest.readers import read
from ingest.structure import build_tree
from kb.base import KnowledgeBase
from kb.errors import DocumentError, KnowledgeBaseError, UsageError
from kb.library import DRAFT, PUBLISHED
from kb.models import Progress
from kb.records import (
    Audience,
    Authority,
    Clause,
    Document,
    Kind,
    Metadata,
    ParsedDocument,
    Remark,
    SourceText,
)

PASSAGE_TOKENS = 256
"""The longest passage, in the model's tokens: shorter ones are found better than the longest that it can read."""

STARTER_SOURCE = "starter:"


class Result(StrEnum):
    """What became of one file."""

    ADDED = "added"
    NEW_VERSION = "new version"
    PUBLISHED = "published"
    UNCHANGED = "unchanged"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What the person who ingests says of the files; what is None is taken from the content."""

    title: str | None = None
    number: str | None = None
    kind: Kind | None = None
    authority: Authority | None = None
    jurisdiction: str | None = None
    audience: Audience | None = None
    licence: str | None = None
    language: str | None = None
    issuer: str | None = None
    issued: date | None = None
    effective: date | None = None
    expires: date | None = None
    url: str | None = None

    def over(self, metadata: Metadata) -> Metadata:
        """Return `metadata` with what was said put over it."""
        said = {key: value for key, value in asdict(self).items() if value is not None}
        return replace(metadata, **said)

    def mark(self) -> str:
        """What of the options belongs to a file's identity: said otherwise, it is a new version."""
        return repr(sorted((key, str(value)) for key, value in asdict(self).items() if value is not None))


@dataclass(frozen=True, slots=True, kw_only=True)
class FileReport:
    """What became of one file. `error` is set for a failed one only; `remarks` are what to know of it."""

    path: str
    result: Result
    document: str | None = None
    version: int | None = None
    title: str | None = None
    number: str | None = None
    clauses: int = 0
    passages: int = 0
    status: str | None = None
    remarks: tuple[Remark, ...] = ()
    error: KnowledgeBaseError | None = field(default=None, compare=False)


def expand(patterns: Iterable[str]) -> list[Path]:
    """Return the files that `patterns` (files, folders, globs) name, each once, hidden ones left out.

    Raises UsageError for a pattern that names nothing.
    """
    found: dict[Path, None] = {}
    for pattern in patterns:
        path = Path(pattern).expanduser()
        matched = [path] if path.exists() else [Path(name) for name in sorted(glob.glob(str(path), recursive=True))]  # noqa: PTH207 (any folder)
        if not matched:
            raise UsageError(f"There is no file or folder {pattern}.", f"Không có tệp hoặc thư mục {pattern}.")
        for item in matched:
            members = sorted(item.rglob("*")) if item.is_dir() else [item]
            for member in members:
                below = member.relative_to(item).parts if item.is_dir() else ()
                if member.is_file() and not any(part.startswith(".") for part in below):
                    found[member.resolve()] = None
    return list(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a file says of itself: its text, its clause tree, and what it states as a whole."""

    source: SourceText
    clauses: tuple[Clause, ...]
    metadata: Metadata


def look_into(base: KnowledgeBase, path: Path, *, language: str | None = None) -> Reading:
    """Return what `path` says, before anything of it is stored. Raises DocumentError."""
    source = read(path, max_bytes=base.settings.max_file_mb * 1_000_000)
    clauses = build_tree(source, language=language)
    return Reading(source=source, clauses=clauses, metadata=read_metadata(source, clauses))


def parse(base: KnowledgeBase, path: Path, options: Options, reading: Reading | None = None) -> ParsedDocument:
    """Return what `path` says, ready for the library; `reading` is that of the same file. Raises DocumentError."""
    reading = reading or look_into(base, path, language=options.language)
    source, clauses, metadata = reading.source, reading.clauses, options.over(reading.metadata)
    embedder = base.embedder()
    passages = split(
        source.text,
        clauses,
        source.pages,
        count_tokens=embedder.count_tokens,
        max_tokens=min(PASSAGE_TOKENS, embedder.max_tokens),
        title=metadata.title,
    )
    return ParsedDocument(
        text=source.text,
        format=source.format,
        metadata=metadata,
        clauses=clauses,
        passages=passages,
        pages=source.pages,
        remarks=_missing_pages(source.properties),
    )


def ingest_files(
    base: KnowledgeBase,
    paths: Sequence[Path],
    options: Options | None = None,
    *,
    publish: bool = True,
    progress: Callable[[Path], Progress] = lambda path: _no_progress,
) -> Iterator[FileReport]:
    """Ingest each of `paths`, yielding its report once it is stored. `progress(path)` is told of passages embedded."""
    for path in paths:
        try:
            yield _ingest(base, path, str(path), options or Options(), publish=publish, progress=progress(path))
        except DocumentError as error:
            yield FileReport(path=str(path), result=Result.FAILED, error=error)
        except OSError as error:
            reason = error.strerror or str(error)
            yield FileReport(
                path=str(path),
                result=Result.FAILED,
                error=DocumentError(f"{path.name} cannot be read: {reason}.", f"Không đọc được {path.name}: {reason}."),
            )


def ingest_as(
    base: KnowledgeBase,
    path: Path,
    source: str,
    options: Options,
    *,
    publish: bool = True,
    progress: Progress = lambda done, total: None,
    reading: Reading | None = None,
) -> FileReport:
    """Ingest one file as the newest version of the document from `source`, a mark such as `fetch:ID` that lasts
    while the file's name changes. `reading` spares reading it again. Raises KnowledgeBaseError, OSError.
    """
    return _ingest(base, path, source, options, publish=publish, progress=progress, reading=reading)


def ingest_starter_notes(base: KnowledgeBase, progress: Progress = lambda done, total: None) -> int:
    """Index the notes that ship with the program; return how many were new or changed."""
    notes = sorted(item.name for item in files("ingest.starter").iterdir() if item.name.endswith(".md"))
    changed = 0
    for done, name in enumerate(notes):
        with as_file(files("ingest.starter").joinpath(name)) as path:
            report = _ingest(base, path, STARTER_SOURCE + name, Options(), publish=True, progress=_no_progress)
        changed += report.result != Result.UNCHANGED
        progress(done + 1, len(notes))
    return changed


def _ingest(
    base: KnowledgeBase,
    path: Path,
    source: str,
    options: Options,
    *,
    publish: bool,
    progress: Progress,
    reading: Reading | None = None,
) -> FileReport:
    file_hash = _hash(path, base.settings.max_file_mb * 1_000_000) + options.mark()
    known = base.library.find_source(source)
    parsed = None
    if known is None or known.file_hash != file_hash:
        parsed = parse(base, path, options, reading)
        if known is not None and _says_the_same(base, parsed, base.document(known.document_id, known.version)):
            parsed = None
    if parsed is None:
        assert known is not None
        result = Result.UNCHANGED
        if publish and known.status == DRAFT:
            base.publish(known.document_id, known.version, progress)
            result = Result.PUBLISHED
        document = base.document(known.document_id, known.version)
    else:
        parsed = replace(parsed, remarks=(*parsed.remarks, *_doubles(base, parsed, source)))
        document = base.add(parsed, source=source, file_hash=file_hash, publish=publish, progress=progress)
        result = Result.ADDED if document.version == 1 else Result.NEW_VERSION
    return FileReport(
        path=str(path),
        result=result,
        document=document.id,
        version=document.version,
        title=document.metadata.title,
        number=document.metadata.number,
        clauses=document.clauses,
        passages=document.passages,
        status=PUBLISHED if document.status == PUBLISHED else document.status,
        remarks=() if result == Result.UNCHANGED else base.library.remarks(document.id, document.version),
    )


def _hash(path: Path, max_bytes: int) -> str:
    """SHA-256 of the file; of one over the limit nothing is read, the reader refuses it."""
    if path.stat().st_size > max_bytes:
        return "too-large"
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _says_the_same(base: KnowledgeBase, parsed: ParsedDocument, stored: Document) -> bool:
    """Whether a file of other bytes says what `stored` says, on the same pages: saved anew, or sent with a new date."""
    metadata = replace(parsed.metadata, audience=parsed.metadata.audience or Audience.PUBLIC)
    return (
        metadata == stored.metadata
        and parsed.text == base.library.text(stored.id, stored.version)
        and parsed.pages == base.library.pages(stored.id, stored.version)
    )


def _doubles(base: KnowledgeBase, parsed: ParsedDocument, source: str) -> tuple[Remark, ...]:
    others = base.library.same_number(parsed.metadata.number, parsed.metadata.language, source)
    return tuple(
        Remark(
            en=f"The base also holds another document with the number {parsed.metadata.number}: {other}.",
            vi=f"Kho còn có tài liệu khác cùng số hiệu {parsed.metadata.number}: {other}.",
        )
        for other in others
    )


def _missing_pages(properties: dict[str, str]) -> tuple[Remark, ...]:
    missing = properties.get("pages-without-text")
    if not missing:
        return ()
    return (
        Remark(
            en=f"These pages have no text and were left out: {missing}.",
            vi=f"Các trang sau không có lớp văn bản nên chưa được đọc: {missing}.",
        ),
    )


def _no_progress(_done: int, _total: int) -> None:
    return
