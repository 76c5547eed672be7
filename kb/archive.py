"""The file that a backup is: what lies in it, its manifest and seal, and how it is opened.

It is a zip archive that any unzip program reads:

    library.db       the library as of one moment
    vectors.db       the cached vectors of its passages, so that a restored base embeds nothing
    downloads/…      the official texts as they were fetched
    cop-kb.toml      the settings, where they lie in the home
    manifest.json    when, by which program and schema, how many documents, and the SHA-256 of each of the others

Chroma's folder is left out: it is made from the vectors. The archive's comment, the last bytes of the file, is a
seal: the SHA-256 of all before it, so that no damaged byte goes unnoticed, in whatever part of the archive it lies.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import sqlite3
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Annotated, Final

from pydantic import Field, TypeAdapter

from kb.errors import BackupError, DamagedBackup, NewerBackup, NoSpace, NotABackup, UsageError
from kb.migrations import STEPS

FORMAT: Final = 1
MANIFEST, LIBRARY, VECTORS = "manifest.json", "library.db", "vectors.db"
DOWNLOADS, SETTINGS_FILE = "downloads", "cop-kb.toml"

SEAL: Final = b"cop-kb sha256 "
DIGEST = 64
"""Hexadecimal digits of a SHA-256: the last bytes of the file."""

CHUNK = 1 << 20
LARGEST_MANIFEST = 32 << 20
LARGEST_RATIO, ALWAYS_ALLOWED = 100, 256 << 20
"""A backup that says it unpacks to more than this many times its size, and to more than 256 MB, is not one of ours."""

_UNREADABLE: Final = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError, KeyError, NotImplementedError, OSError, OverflowError,
    RecursionError, RuntimeError, ValueError,
)  # fmt: skip
"""What zipfile and json raise over a damaged or hostile file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One file in the backup."""

    name: str
    bytes: Annotated[int, Field(ge=0)]
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a backup says of itself. `schema` is the library's, `model` what its vectors come from, if there are any."""

    format: int
    program: str
    schema: int
    model: str | None
    created_at: datetime
    documents: int
    versions: int
    passages: int
    members: tuple[Member, ...]


MANIFEST_JSON = TypeAdapter(Manifest)


def read_manifest(file: Path) -> Manifest:
    """Return what a backup says of itself, its seal checked. Raises what open_archive raises."""
    with open_archive(file) as (_, manifest):
        return manifest


@contextmanager
def open_archive(file: Path) -> Iterator[tuple[zipfile.ZipFile, Manifest]]:
    """Open a backup whose seal is whole and whose members are those it states.

    Raises NotABackup, DamagedBackup, NewerBackup, UsageError where there is no such file.
    """
    try:
        with file.open("rb") as stream:
            begins_as_zip = stream.read(4) == b"PK\x03\x04"
            stream.seek(max(0, file.stat().st_size - DIGEST - len(SEAL)))
            marked = stream.read(len(SEAL)) == SEAL
        digest, written = digest_to_seal(file)
    except OSError as error:
        raise UsageError(
            f"The file {file} cannot be read: {error.strerror}.", f"Không đọc được tệp {file}: {error.strerror}."
        ) from error
    if not marked or digest.hexdigest().encode() != written:
        raise _what_is_wrong(file, ours=marked, begins_as_zip=begins_as_zip)
    with ExitStack() as stack:
        with _reading(file.name):
            archive = stack.enter_context(zipfile.ZipFile(file))
            manifest = _read_manifest(archive)
        _check_manifest(archive, manifest, file.stat().st_size)
        yield archive, manifest


def _what_is_wrong(file: Path, *, ours: bool, begins_as_zip: bool) -> BackupError:
    """Return why a file without a whole seal cannot be restored: another kind of file, or which part is damaged."""
    try:
        with zipfile.ZipFile(file) as archive:
            manifest = _read_manifest(archive)
            for member in manifest.members:
                try:
                    for _ in contents(archive, member):
                        pass
                except DamagedBackup as error:
                    return error
    except NewerBackup:
        return damaged(file.name) if ours else _not_a_backup(file)
    except zipfile.BadZipFile:
        return damaged(file.name) if ours or begins_as_zip else _not_a_backup(file)
    except _UNREADABLE:
        return damaged(MANIFEST) if ours else _not_a_backup(file)
    return damaged(file.name)


def _read_manifest(archive: zipfile.ZipFile) -> Manifest:
    """Return the manifest. Raises NewerBackup, or one of _UNREADABLE."""
    if archive.getinfo(MANIFEST).file_size > LARGEST_MANIFEST:
        raise ValueError("too large")
    with archive.open(MANIFEST) as stream:
        written = stream.read(LARGEST_MANIFEST)
    stated = json.loads(written)
    if not isinstance(stated, dict) or not isinstance(stated["format"], int):
        raise ValueError("no format")
    if stated["format"] > FORMAT:
        raise _newer()
    return MANIFEST_JSON.validate_json(written)


def _check_manifest(archive: zipfile.ZipFile, manifest: Manifest, size: int) -> None:
    """Insist that the archive holds what its manifest lists, under names that stay in their folder, and in bounds."""
    if manifest.schema > len(STEPS) + 1:
        raise _newer()
    inside = archive.infolist()
    stated = {member.name: member.bytes for member in manifest.members}
    found = {entry.filename: entry.file_size for entry in inside if entry.filename != MANIFEST}
    if len(inside) != len(manifest.members) + 1 or found != stated or not {LIBRARY, VECTORS} <= stated.keys():
        raise damaged(MANIFEST)
    for entry in inside:
        if entry.filename != MANIFEST and not is_safe(entry.filename):
            raise damaged(entry.filename)
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) or entry.flag_bits & 1:
            raise damaged(entry.filename)
    if sum(stated.values()) > max(ALWAYS_ALLOWED, LARGEST_RATIO * size):
        raise damaged(MANIFEST)


def contents(archive: zipfile.ZipFile, member: Member) -> Iterator[bytes]:
    """Yield a member's bytes, no more of them than stated. Raises DamagedBackup when they are not those stated."""
    digest, size = hashlib.sha256(), 0
    with _reading(member.name):
        with archive.open(member.name) as stream:
            while chunk := stream.read(CHUNK):
                size += len(chunk)
                if size > member.bytes:
                    break
                digest.update(chunk)
                yield chunk
        if size != member.bytes or digest.hexdigest() != member.sha256:
            raise damaged(member.name)


@contextmanager
def _reading(name: str) -> Iterator[None]:
    """Turn what zipfile and json raise over a damaged part into DamagedBackup."""
    try:
        yield
    except _UNREADABLE as error:
        raise damaged(name) from error


@contextmanager
def could_not_write(folder: Path) -> Iterator[None]:
    """Turn a failure to write below `folder` into NoSpace or BackupError."""
    try:
        yield
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
        raise (no_space(folder) if full else _failed(str(error))) from error
    except sqlite3.OperationalError as error:
        # SQLite calls a file that may not grow any further an I/O error.
        full = error.sqlite_errorcode in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_WRITE)
        raise (no_space(folder) if full else _failed(str(error))) from error


def faults(library: sqlite3.Connection) -> str | None:
    """Return the first fault that SQLite finds in the file or between its tables, None where there is none."""
    try:
        (found,) = library.execute("PRAGMA integrity_check(1)").fetchone()
        orphan = library.execute("PRAGMA foreign_key_check").fetchone()
    except sqlite3.OperationalError:
        raise  # could not be read: says nothing about the file
    except sqlite3.DatabaseError as error:
        return str(error)
    if found != "ok":
        return str(found)
    return None if orphan is None else f"a row of {orphan[0]} without its row in {orphan[2]}"


def is_safe(name: str) -> bool:
    r"""Return whether a member's name stays inside the folder that it is unpacked to, on every system.

    >>> [is_safe(name) for name in ("library.db", "downloads/vn/luật.pdf", "downloads/a..b")]
    [True, True, True]
    >>> [is_safe(name) for name in ("../library.db", "/etc/passwd", "downloads/../../x", "a\\b", "downloads//x", "")]
    [False, False, False, False, False, False]
    """
    path = PurePosixPath(name)
    if path.as_posix() != name or path.is_absolute() or ".." in path.parts or name == ".":
        return False
    if "\\" in name or any(ord(letter) < 32 for letter in name) or (os.name == "nt" and ":" in name):
        return False
    return name in (LIBRARY, VECTORS, SETTINGS_FILE) or (path.parts[0] == DOWNLOADS and len(path.parts) > 1)


def digest_to_seal(file: Path) -> tuple[hashlib._Hash, bytes]:
    """Return the hash of all before the seal's digits, and these last bytes as they stand in the file."""
    digest = hashlib.sha256()
    left = file.stat().st_size - DIGEST
    with file.open("rb") as stream:
        while left > 0 and (chunk := stream.read(min(CHUNK, left))):
            digest.update(chunk)
            left -= len(chunk)
        return digest, stream.read(DIGEST)


def _not_a_backup(file: Path) -> NotABackup:
    return NotABackup(
        f"{file} is not a backup of a base. `cop-kb backup FILE` makes one.",
        f"Tệp {file} không phải là bản sao lưu của kho. Lệnh `cop-kb backup FILE` tạo bản sao lưu.",
    )


def damaged(part: str) -> DamagedBackup:
    """Return the error that names which part of a backup is damaged."""
    return DamagedBackup(
        f"The backup is damaged or incomplete ({part}). Nothing was restored. Copy the file again, or use another one.",
        f"Bản sao lưu bị hỏng hoặc không đầy đủ ({part}). Chưa phục hồi nội dung nào. "
        "Hãy sao chép lại tệp hoặc dùng bản sao lưu khác.",
    )


def _newer() -> NewerBackup:
    return NewerBackup(
        "This backup was written by a newer version of the program. Update the program, then restore.",
        "Bản sao lưu này do phiên bản mới hơn của chương trình tạo ra. Hãy cập nhật chương trình rồi phục hồi.",
    )


def no_space(folder: Path) -> NoSpace:
    """Return the error that names where there is no space."""
    return NoSpace(
        f"There is not enough space in {folder}. Nothing was changed. Make room, or choose another disk.",
        f"Không đủ dung lượng trống tại {folder}. Chưa có gì thay đổi. Hãy giải phóng dung lượng hoặc chọn ổ đĩa khác.",
    )


def _failed(reason: str) -> BackupError:
    return BackupError(
        f"Reading or writing failed: {reason}. Nothing was changed.",
        f"Đọc hoặc ghi dữ liệu không thành công: {reason}. Chưa có gì thay đổi.",
    )
