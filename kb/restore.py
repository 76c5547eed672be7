"""Restoring a base from a backup: checked to the last byte, made whole beside the old one, then swapped in.

The new base is a complete one, opened, its vectors made and verified, before the old one is touched (kb.swap).
"""

from __future__ import annotations

import shutil
import sqlite3
import zipfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout

from kb.archive import (
    LIBRARY,
    SETTINGS_FILE,
    VECTORS,
    Manifest,
    contents,
    could_not_write,
    damaged,
    faults,
    no_space,
    open_archive,
)
from kb.errors import BaseBusy, ModelMismatch, UsageError
from kb.models import Embedder, Progress, VectorCache
from kb.settings import Settings
from kb.swap import NEW, STAGING, commit, finish_restore

VECTORS_GROW = 4
"""The vector store needs about so many times the bytes of the cached vectors."""

NEARLY_FULL = 16 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """A base that was restored. `kept` is the folder that holds the one before it, if there was one.

    `rebuild_needed`: its vectors come from another model than the one configured, so that it cannot answer before
    `cop-kb rebuild`.
    """

    file: Path
    home: Path
    documents: int
    passages: int
    created_at: datetime
    kept: Path | None
    rebuild_needed: bool


def restore(
    file: Path,
    settings: Settings,
    *,
    replace: bool = False,
    embedder: Embedder | None = None,
    progress: Progress = lambda done, total: None,
) -> Restored:
    """Make the backup in `file` the base in `settings.home`.

    Whatever happens, the home holds either the base it held or the restored one. Raises NotABackup, DamagedBackup,
    NewerBackup, BaseBusy when the base is in use, UsageError when it holds documents (unless `replace`, which keeps
    them aside), NoSpace, BackupError, ModelError.
    """
    file = file.expanduser().resolve()
    with open_archive(file) as (archive, manifest):
        with could_not_write(settings.home):
            settings.home.mkdir(parents=True, exist_ok=True)
        with _owned(settings.home):
            finish_restore(settings.home)
            if not replace:
                _insist_empty(settings.library_file)
            staging = settings.home / STAGING
            try:
                with could_not_write(settings.home):
                    _unpack(archive, manifest, staging / NEW, progress)
                    _merge_vectors(staging / NEW / VECTORS, manifest.model, settings.cache_file)
                with _noticing_a_full_disk(settings.home):
                    rebuild_needed = _complete(staging / NEW, manifest, settings, embedder, progress)
                with could_not_write(settings.home):
                    commit(settings.home)
            except BaseException:
                shutil.rmtree(staging, ignore_errors=True)
                raise
            kept = finish_restore(settings.home)
    return Restored(
        file=file,
        home=settings.home,
        documents=manifest.documents,
        passages=manifest.passages,
        created_at=manifest.created_at,
        kept=kept,
        rebuild_needed=rebuild_needed,
    )


@contextmanager
def _owned(home: Path) -> Iterator[None]:
    """Own the base in `home`. Raises BaseBusy when another process does."""
    lock = FileLock(home / "owner.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise BaseBusy(
            f"The base in {home} is in use. Stop the application first, then restore.",
            f"Kho tại {home} đang được sử dụng. Hãy dừng ứng dụng trước rồi mới phục hồi.",
        ) from error
    try:
        yield
    finally:
        lock.release()


@contextmanager
def _noticing_a_full_disk(folder: Path) -> Iterator[None]:
    """Turn any failure on a full disk into NoSpace: each store has errors of its own for it."""
    try:
        yield
    except Exception as error:
        if shutil.disk_usage(folder).free < NEARLY_FULL:
            raise no_space(folder) from error
        raise


def _insist_empty(library: Path) -> None:
    """Raise UsageError where a library holds documents, or holds something that cannot be read."""
    if not library.exists() or not library.stat().st_size:
        return
    try:
        with closing(sqlite3.connect(f"{library.resolve().as_uri()}?mode=ro", uri=True)) as opened:
            (tables,) = opened.execute("SELECT count(*) FROM sqlite_master WHERE name = 'documents'").fetchone()
            documents = opened.execute("SELECT count(*) FROM documents").fetchone()[0] if tables else 0
    except sqlite3.DatabaseError:
        documents = None
    if documents != 0:
        raise UsageError(
            f"The base in {library.parent} already holds "
            + (f"{documents} documents. " if documents else "data that cannot be read. ")
            + "Restore with --replace: the present base is then kept aside in a folder of its own.",
            f"Kho tại {library.parent} đang có "
            + (f"{documents} tài liệu. " if documents else "dữ liệu không đọc được. ")
            + "Hãy phục hồi với --replace; khi đó kho hiện tại được giữ lại trong một thư mục riêng.",
        )


def _unpack(archive: zipfile.ZipFile, manifest: Manifest, folder: Path, progress: Progress) -> None:
    """Write every member below `folder`."""
    total = sum(member.bytes for member in manifest.members)
    vectors = sum(member.bytes for member in manifest.members if member.name == VECTORS)
    folder.mkdir(parents=True)
    if shutil.disk_usage(folder).free < total + VECTORS_GROW * vectors:
        raise no_space(folder.parent.parent)
    done = 0
    for member in manifest.members:
        target = folder / member.name
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("xb") as stream:
            for chunk in contents(archive, member):
                stream.write(chunk)
                done += len(chunk)
                progress(done, total)


def _merge_vectors(file: Path, model: str | None, cache: Path) -> None:
    """Add the backup's vectors to the cache, which other bases may share: what it holds already stays."""
    with _checking(VECTORS), closing(sqlite3.connect(file)) as vectors:
        odd = vectors.execute(
            "SELECT count(*) FROM vectors WHERE model IS NOT ? OR typeof(text_hash) != 'blob' OR "
            "typeof(vector) != 'blob' OR length(vector) != (SELECT length(vector) FROM vectors LIMIT 1)",
            (model,),
        ).fetchone()[0]
        if odd or faults(vectors) is not None:
            raise damaged(VECTORS)
    VectorCache(cache).close()
    with closing(sqlite3.connect(cache, timeout=60, isolation_level=None)) as into:
        into.execute("ATTACH ? AS restored", (str(file),))
        into.execute("INSERT OR IGNORE INTO main.vectors SELECT model, text_hash, vector FROM restored.vectors")


def _complete(
    folder: Path, manifest: Manifest, settings: Settings, embedder: Embedder | None, progress: Progress
) -> bool:
    """Make a whole base, verified, of what was unpacked; return whether it needs `cop-kb rebuild` before it answers."""
    from kb.base import KnowledgeBase  # which itself begins by finishing a restore

    with _checking(LIBRARY), closing(sqlite3.connect(folder / LIBRARY)) as library:
        (schema,) = library.execute("PRAGMA user_version").fetchone()
        (documents,) = library.execute("SELECT count(*) FROM documents").fetchone()
        (passages,) = library.execute("SELECT count(*) FROM passages").fetchone()
        stated = (manifest.schema, manifest.documents, manifest.passages)
        if faults(library) is not None or (schema, documents, passages) != stated:
            raise damaged(LIBRARY)
    (folder / VECTORS).unlink()
    if (settings.home / SETTINGS_FILE).exists():
        (folder / SETTINGS_FILE).unlink(missing_ok=True)  # this machine's own settings stay
    beside = settings.model_copy(update={"home": folder, "cache": settings.cache or settings.home})
    rebuild_needed = False
    with KnowledgeBase(beside, embedder=embedder) as base:
        base.library.owe_everything()
        try:
            base.settle(progress)
        except ModelMismatch:
            rebuild_needed = True
        report = base.verify()
        if report.lexical_missing or report.lexical_extra:
            base.library.rebuild_lexical()
            report = base.verify()
        if report.damaged_passages or not (report.sound or rebuild_needed):
            raise damaged(LIBRARY)
    (folder / "owner.lock").unlink(missing_ok=True)
    return rebuild_needed


@contextmanager
def _checking(name: str) -> Iterator[None]:
    """Turn what SQLite raises over a file that is no database of ours into DamagedBackup."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        raise damaged(name) from error
