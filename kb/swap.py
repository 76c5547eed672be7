"""Replacing a base by another one, prepared beside it, so that a crash leaves the one or the other, never a mixture.

The new base is made in `restore-staging`, inside the home. Each step is a rename, which a file
system carries out whole:

    restore-staging        being made: thrown away at the next opening
    restore-ready          from here on the new base counts; the old one's files are moved to `restore-ready/old`
    restore-placing        the old files are out of the way; those of `restore-placing/new` are moved into the home
    before-restore-TIME    the old base, kept

`finish_restore` carries out what is left of these; every opening of a base begins with it.
"""

from __future__ import annotations

import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

from kb.archive import DOWNLOADS, LIBRARY

STAGING, READY, PLACING = "restore-staging", "restore-ready", "restore-placing"
NEW, OLD = "new", "old"

REPLACED = (LIBRARY, f"{LIBRARY}-wal", f"{LIBRARY}-shm", "vectors", DOWNLOADS)
"""What makes up a base in its home. Caches and settings stay where they are."""


def commit(home: Path) -> None:
    """Declare the base in `restore-staging/new` the one that counts; `finish_restore` does the rest."""
    staging = home / STAGING
    for path in staging.rglob("*"):
        sync(path)
    sync(staging)
    staging.rename(home / READY)
    sync(home)


def finish_restore(home: Path) -> Path | None:
    """Carry out what a restore left to do, if anything; return where the old base is kept, if there was one.

    The caller owns the base. May be stopped at any point and called again.
    """
    staging, ready, placing = home / STAGING, home / READY, home / PLACING
    if staging.exists():
        shutil.rmtree(staging)
    if ready.exists():
        (ready / OLD).mkdir(exist_ok=True)
        for name in REPLACED:
            if (home / name).exists():
                (home / name).rename(ready / OLD / name)
        sync(ready / OLD)
        sync(home)
        ready.rename(placing)
        sync(home)
    if not placing.exists():
        return None
    kept = None
    for path in sorted(placing.glob(f"{NEW}/*")):
        path.rename(home / path.name)
    sync(home)
    if (placing / OLD).exists():
        if any((placing / OLD).iterdir()):
            kept = _unused(home)
            (placing / OLD).rename(kept)
            sync(home)
        else:
            (placing / OLD).rmdir()
    shutil.rmtree(placing)
    sync(home)
    return kept


def sync(path: Path) -> None:
    """Have the system write a file, or what a folder lists, to the disk now."""
    if path.is_dir() and os.name == "nt":
        return  # Windows keeps no such promise for folders
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _unused(home: Path) -> Path:
    """Return a folder name that tells when, and is not yet taken."""
    name = f"before-restore-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
    return next(path for n in range(1, 1000) if not (path := home / (name if n == 1 else f"{name}-{n}")).exists())
