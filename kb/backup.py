"""A backup: the whole base in one file (kb.archive), made while the base is in use. kb.restore reads it."""

from __future__ import annotations

import hashlib
import importlib.metadata
import os
import shutil
import sqlite3
import zipfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from kb.archive import (
    CHUNK,
    DIGEST,
    DOWNLOADS,
    FORMAT,
    LIBRARY,
    MANIFEST,
    MANIFEST_JSON,
    SEAL,
    SETTINGS_FILE,
    VECTORS,
    Manifest,
    Member,
    could_not_write,
    digest_to_seal,
    faults,
    is_safe,
)
from kb.errors import BackupError, BaseBusy, IntegrityError, UsageError
from kb.library import passage_content, text_hash
from kb.models import Progress, cache_key
from kb.settings import Settings
from kb.swap import sync

if TYPE_CHECKING:
    from kb.base import KnowledgeBase

BACKUPS = "backups"
"""The one folder inside the home that a backup may be written to."""

PAGES = 512
"""How many database pages are copied at once (2 MB): between two steps progress is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """A backup that was made. `sha256` is that of the whole file, as `sha256sum` prints it."""

    file: Path
    bytes: int
    documents: int
    passages: int
    created_at: datetime
    sha256: str


def backup(
    base: KnowledgeBase, file: Path, *, overwrite: bool = False, progress: Progress = lambda done, total: None
) -> Backup:
    """Write all that `base` holds to `file`; questions and changes go on meanwhile.

    `file` appears whole or not at all, whenever the process is stopped. Raises UsageError for a place that will not do
    and for a file that exists (unless `overwrite`), BaseBusy when another backup is being written there, IntegrityError
    when the library itself is damaged, NoSpace, BackupError.
    """
    file = _destination(file, base.settings, overwrite=overwrite)
    with could_not_write(file.parent), _own_folder(file.with_name(f".{file.name}.partial")) as folder:
        created_at = datetime.now(UTC).replace(microsecond=0)
        home, library, vectors = base.settings.home, folder / LIBRARY, folder / VECTORS
        _copy_library(base.settings.library_file, library, progress)
        with closing(sqlite3.connect(library)) as copy:
            _insist_sound(copy)
            model = _copy_vectors(copy, base.settings.cache_file.resolve(), vectors)
            (schema,) = copy.execute("PRAGMA user_version").fetchone()
            documents, versions, passages = (_count(copy, table) for table in ("documents", "versions", "passages"))
        archive = folder / "archive"
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as opened:
            contents = {LIBRARY: library, VECTORS: vectors, **_files_of(home)}
            manifest = Manifest(
                format=FORMAT,
                program=_program_version(),
                schema=schema,
                model=model,
                created_at=created_at,
                documents=documents,
                versions=versions,
                passages=passages,
                members=tuple(_store(opened, contents, progress)),
            )
            opened.writestr(MANIFEST, MANIFEST_JSON.dump_json(manifest, indent=2))
            opened.comment = SEAL + b"0" * DIGEST
        sha256 = _seal(archive)
        _destination(file, base.settings, overwrite=overwrite)  # another may have written it meanwhile
        size = archive.stat().st_size
        archive.replace(file)
        sync(file.parent)
    return Backup(file=file, bytes=size, documents=documents, passages=passages, created_at=created_at, sha256=sha256)


def _destination(file: Path, settings: Settings, *, overwrite: bool) -> Path:
    """Return `file` as a full path. Raises UsageError where a backup must not be written."""
    file = file.expanduser().resolve()
    home, cache = settings.home.resolve(), settings.cache_file.resolve()
    in_home = file.is_relative_to(home) and not file.is_relative_to(home / BACKUPS)
    in_cache = file.parent == cache.parent and file.name.startswith(cache.name)
    if in_home or in_cache or file.is_relative_to(settings.models_folder.resolve()):
        raise UsageError(
            f"A backup is not written among the base's own files ({home}). Name another folder, best on another disk.",
            f"Không ghi bản sao lưu vào thư mục dữ liệu của kho ({home}). "
            "Hãy chọn thư mục khác, tốt nhất là trên ổ đĩa khác.",
        )
    if file.parent == home / BACKUPS:
        file.parent.mkdir(exist_ok=True)
    if not file.parent.is_dir() or file.is_dir():
        raise UsageError(
            f"{file} cannot be written: its folder does not exist, or it is a folder itself.",
            f"Không ghi được {file}: thư mục chứa tệp không tồn tại, hoặc đường dẫn này là một thư mục.",
        )
    if file.exists() and not overwrite:
        raise UsageError(
            f"{file} exists already. Choose another name, or replace it with --overwrite.",
            f"Tệp {file} đã tồn tại. Hãy chọn tên khác hoặc dùng --overwrite để ghi đè.",
        )
    return file


@contextmanager
def _own_folder(folder: Path) -> Iterator[Path]:
    """Make `folder`, which only its owner may read; empty it of what an earlier, killed call left; remove it after."""
    if folder.is_symlink():
        folder.unlink()
    folder.mkdir(mode=0o700, exist_ok=True)
    lock = FileLock(folder / "lock")
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise BaseBusy(
            "Another backup is being written to the same file. Wait until it has finished.",
            "Một bản sao lưu khác đang được ghi vào chính tệp này. Hãy chờ đến khi hoàn tất.",
        ) from error
    try:
        for name in (LIBRARY, f"{LIBRARY}-journal", VECTORS, f"{VECTORS}-journal", "archive"):
            (folder / name).unlink(missing_ok=True)
        yield folder
    finally:
        lock.release()
        shutil.rmtree(folder, ignore_errors=True)


def _copy_library(file: Path, target: Path, progress: Progress) -> None:
    """Copy the library as it is at this moment.

    One read transaction spans all steps: writers are not held up (write-ahead log), and what they write meanwhile
    neither enters the copy nor makes it start again.
    """
    with (
        closing(sqlite3.connect(file, timeout=60, isolation_level=None)) as live,
        closing(sqlite3.connect(target, isolation_level=None)) as copy,
    ):
        (size,) = live.execute("PRAGMA page_size").fetchone()
        copy.execute("PRAGMA synchronous = OFF")  # a copy broken off is thrown away
        live.execute("BEGIN")
        live.execute("SELECT count(*) FROM sqlite_master").fetchone()
        live.backup(copy, pages=PAGES, progress=lambda _, left, total: progress(size * (total - left), size * total))
        live.execute("COMMIT")
        copy.execute("PRAGMA journal_mode = DELETE")  # one file, nothing beside it


def _insist_sound(library: sqlite3.Connection) -> None:
    """Raise IntegrityError where the library is damaged: a copy of it would be no help later."""
    fault = faults(library)
    if fault is None:
        changed = sum(text_hash(text) != stored for _, _, text, stored in _passages(library))
        fault = f"{changed} passages are not as they were stored" if changed else None
    if fault is not None:
        raise IntegrityError(
            f"The library is damaged and was not backed up: {fault}. Restore the latest sound backup.",
            f"Cơ sở dữ liệu của kho đã bị hỏng nên không sao lưu được: {fault}. "
            "Hãy phục hồi từ bản sao lưu tốt gần nhất.",
        )


def _copy_vectors(library: sqlite3.Connection, cache: Path, target: Path) -> str | None:
    """Put the cached vectors of the library's passages into a file like the cache; return their model's name."""
    row = library.execute("SELECT value FROM facts WHERE name = 'embedding-model'").fetchone()
    with closing(sqlite3.connect(target.as_uri(), uri=True, isolation_level=None)) as into:
        into.execute("PRAGMA synchronous = OFF")
        into.execute("ATTACH ? AS cache", (f"{cache.as_uri()}?mode=ro",))
        into.execute("CREATE TABLE vectors (model TEXT, text_hash BLOB, vector BLOB, PRIMARY KEY (model, text_hash))")
        into.execute("CREATE TEMP TABLE wanted (text_hash BLOB PRIMARY KEY)")
        into.execute("BEGIN")
        into.executemany("INSERT OR IGNORE INTO wanted VALUES (?)", _keys(library))
        into.execute(
            "INSERT INTO main.vectors SELECT model, text_hash, vector FROM cache.vectors "
            "WHERE model = ? AND text_hash IN (SELECT text_hash FROM wanted)",
            (row[0] if row else None,),
        )
        into.execute("COMMIT")
    return str(row[0]) if row else None


def _keys(library: sqlite3.Connection) -> Iterator[tuple[bytes]]:
    """Yield the key of every passage in kb.models.VectorCache."""
    for language, context, text, _ in _passages(library):
        yield (cache_key(passage_content(context, text), language),)


def _passages(library: sqlite3.Connection) -> Iterator[tuple[str, str, str, str]]:
    """Yield (language, context, text, hash of the text as stored) of every passage."""
    query = 'SELECT language, context, start, "end", text_hash FROM passages WHERE version_id = ?'
    for version, text in library.execute("SELECT id, text FROM versions"):
        for language, context, start, end, stored in library.execute(query, (version,)):
            yield language, context, text[start:end], stored


def _count(library: sqlite3.Connection, table: str) -> int:
    (number,) = library.execute(f"SELECT count(*) FROM {table}").fetchone()
    return int(number)


def _files_of(home: Path) -> dict[str, Path]:
    """Return the files of the home that are backed up as they are, by member name; links are not followed."""
    found = {}
    for path in sorted((home / DOWNLOADS).rglob("*")):
        if path.is_file() and not path.is_symlink():
            found[path.relative_to(home).as_posix()] = path
    if (home / SETTINGS_FILE).is_file():
        found[SETTINGS_FILE] = home / SETTINGS_FILE
    for name in found:
        if not is_safe(name) or not name.isprintable():
            raise BackupError(
                f"The file name {name!r} cannot be backed up. Rename the file.",
                f"Không sao lưu được tệp có tên {name!r}. Hãy đổi tên tệp.",
            )
    return found


def _store(archive: zipfile.ZipFile, contents: dict[str, Path], progress: Progress) -> Iterator[Member]:
    """Write the files into the archive; yield what was written. A file that is gone by now is left out."""
    total = sum(path.stat().st_size for path in contents.values() if path.exists())
    done = 0
    for name, path in contents.items():
        try:
            entry = zipfile.ZipInfo.from_file(path, name, strict_timestamps=False)
            source = path.open("rb")
        except FileNotFoundError:
            continue
        entry.compress_type = zipfile.ZIP_DEFLATED
        digest, size = hashlib.sha256(), 0
        with source, archive.open(entry, "w", force_zip64=True) as into:
            while chunk := source.read(CHUNK):
                into.write(chunk)
                digest.update(chunk)
                size += len(chunk)
                progress(min(done + size, total), total)
        done += size
        yield Member(name=name, bytes=size, sha256=digest.hexdigest())


def _seal(file: Path) -> str:
    """Complete the seal and have the file written to the disk; return the SHA-256 of the whole file."""
    digest, _ = digest_to_seal(file)
    written = digest.hexdigest().encode()
    with file.open("r+b") as stream:
        stream.seek(-DIGEST, os.SEEK_END)
        stream.write(written)
        stream.flush()
        os.fsync(stream.fileno())
    file.chmod(0o600)  # it holds what is not for everyone
    digest.update(written)
    return digest.hexdigest()


def _program_version() -> str:
    try:
        return importlib.metadata.version("cop-kb")
    except importlib.metadata.PackageNotFoundError:  # run from a folder without being installed
        return "unknown"
