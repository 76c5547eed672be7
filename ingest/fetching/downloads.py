"""What was downloaded for one source, on disk: finished files by their checksum, parts, and the inbox for people.

<home>/downloads/<id>/<first 16 of the SHA-256>.pdf    finished files, written whole or not at all
<home>/downloads/<id>/index.json                       from which address each came, and when
<home>/downloads/<id>/<key of an address>.part         a body that broke off
<home>/inbox/<id>/                                     where a person drops what a site gives to no program
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import unquote, urlsplit

from ingest.fetching.fields import Validators
from ingest.fetching.web import Download, wrong_type
from ingest.readers.sniff import Format, recognise
from kb.errors import KnowledgeBaseError, UsageError
from kb.library import now

_ID = re.compile(r"[a-z0-9][a-z0-9._-]{0,99}")
_EXTENSIONS = {
    Format.PDF: ".pdf",
    Format.DOCX: ".docx",
    Format.HTML: ".html",
    Format.MARKDOWN: ".md",
    Format.TEXT: ".txt",
}
_UNFINISHED = (".crdownload", ".part", ".partial", ".download", ".tmp", ".opdownload")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A finished file: asked for at `address`, found at `url`, at (UTC, ISO) the last time it was seen there."""

    address: str
    url: str
    file: str
    sha256: str
    bytes: int
    media_type: str
    etag: str | None
    last_modified: str | None
    at: str
    used: bool = False
    """Whether it was ingested: then it stays, as what the document was read from."""


class Downloads:
    """The files of one source. Making it makes no folder."""

    def __init__(self, home: Path, source_id: str) -> None:
        """Raises UsageError for an id that is no plain name."""
        if not _ID.fullmatch(source_id) or ".." in source_id:
            raise UsageError(
                f"“{source_id}” is not the id of a source.", f"“{source_id}” không phải là mã nguồn trong danh mục."
            )
        self.folder = home / "downloads" / source_id
        self.inbox = home / "inbox" / source_id
        self._index = self.folder / "index.json"

    def part(self, address: str) -> Path:
        """Return where the body at `address` is gathered."""
        return self.folder / f"{hashlib.sha256(address.encode()).hexdigest()[:16]}.part"

    def path(self, kept: Kept) -> Path:
        """Return where a finished file lies."""
        return self.folder / kept.file

    def kept(self) -> tuple[Kept, ...]:
        """Return the finished files that are still there and whole."""
        try:
            rows = json.loads(self._index.read_text(encoding="utf-8"))
            found = tuple(Kept(**row) for row in rows)
        except (OSError, ValueError, TypeError):
            return ()
        return tuple(kept for kept in found if self._is_whole(kept))

    def recent(self, address: str, age: timedelta) -> Kept | None:
        """Return the file asked for at `address` not longer ago than `age`."""
        since = now() - age
        return next((k for k in self.kept() if k.address == address and datetime.fromisoformat(k.at) > since), None)

    def validators(self) -> dict[str, Validators]:
        """Return what sites said of the files that we have, by where they were found."""
        return {
            kept.url: Validators(etag=kept.etag, last_modified=kept.last_modified)
            for kept in self.kept()
            if kept.etag or kept.last_modified
        }

    def keep(self, address: str, download: Download) -> Kept:
        """Take a downloaded file over under its checksum.

        Raises DocumentError for a kind that the base does not read, Refused for a web page in place of a PDF or DOCX.
        """
        try:
            extension = _EXTENSIONS[_recognised(download)]
        except KnowledgeBaseError:
            download.file.unlink(missing_ok=True)
            raise
        kept = Kept(
            address=address,
            url=download.url,
            file=download.sha256[:16] + extension,
            sha256=download.sha256,
            bytes=download.bytes,
            media_type=download.media_type,
            etag=download.etag,
            last_modified=download.last_modified,
            at=now().isoformat(),
        )
        download.file.replace(self.path(kept))
        self._put(kept)
        return kept

    def seen_again(self, address: str, url: str) -> Kept | None:
        """Return the file found at `url`, noted as seen there just now; None where it is gone."""
        known = next((kept for kept in reversed(self.kept()) if kept.url == url), None)  # the newest stands last
        if known is None:
            return None
        again = replace(known, address=address, at=now().isoformat())
        self._put(again)
        return again

    def mark_used(self, kept: Kept, *, unchanged: bool) -> None:
        """Note that the file was ingested. One that says nothing new does not take the place of the one that did."""
        if not unchanged or not any(other.used for other in self.kept()):
            self._put(replace(kept, used=True))

    # -- the inbox ----------------------------------------------------------------------------------------------------

    def dropped(self) -> tuple[Path, ...]:
        """Return the files that a person put into the inbox, without what a browser or desktop leaves there."""
        if not self.inbox.is_dir():
            return ()
        return tuple(
            file
            for file in sorted(self.inbox.iterdir())
            if file.is_file()
            and not file.is_symlink()
            and not file.name.startswith((".", "~$"))
            and file.name.lower() not in ("desktop.ini", "thumbs.db")
            and file.suffix.lower() not in _UNFINISHED
        )

    def open_inbox(self) -> Path:
        """Make the inbox and return it."""
        self.inbox.mkdir(parents=True, exist_ok=True)
        return self.inbox

    def take_over(self, dropped: Path, address: str) -> Kept:
        """Move a file that was ingested from the inbox to the finished ones."""
        data = dropped.read_bytes()
        sha256 = hashlib.sha256(data).hexdigest()
        kept = Kept(
            address=f"inbox:{address}",
            url=f"inbox:{address}",
            file=sha256[:16] + _EXTENSIONS[recognise(data, dropped)],
            sha256=sha256,
            bytes=len(data),
            media_type="",
            etag=None,
            last_modified=None,
            at=now().isoformat(),
            used=True,
        )
        self.folder.mkdir(parents=True, exist_ok=True)
        dropped.replace(self.path(kept))
        self._put(kept)
        return kept

    # -- the index ----------------------------------------------------------------------------------------------------

    def _is_whole(self, kept: Kept) -> bool:
        try:
            return self.path(kept).stat().st_size == kept.bytes
        except OSError:
            return False

    def _put(self, kept: Kept) -> None:
        """Note `kept`; what came from the same address before goes, unless a document was read from it."""
        before = self.kept()
        mine = next((other for other in before if other.file == kept.file and other.used), None)
        kept = replace(kept, used=kept.used or mine is not None)
        others = [other for other in before if other.file != kept.file]
        gone = [other for other in others if other.address == kept.address and not other.used]
        stay = [other for other in others if other not in gone]
        # Validators hold for the newest file at an address only.
        stay = [
            replace(other, etag=None, last_modified=None, address="") if other.url == kept.url else other
            for other in stay
        ]
        self._write([*stay, kept])
        for other in gone:
            self.path(other).unlink(missing_ok=True)

    def _write(self, rows: Sequence[Kept]) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        fresh = self._index.with_suffix(".new")
        fresh.write_text(json.dumps([asdict(row) for row in rows], indent=1, ensure_ascii=False), encoding="utf-8")
        fresh.replace(self._index)


def _recognised(download: Download) -> Format:
    """Return what kind of file came. Raises DocumentError, Refused for a page in place of what was promised."""
    name = Path(unquote(urlsplit(download.url).path)).name or "index.html"
    found = recognise(download.file.read_bytes(), Path(name))
    promised = name.lower().endswith((".pdf", ".docx")) or download.media_type == "application/pdf"
    if promised and found not in (Format.PDF, Format.DOCX):
        raise wrong_type(download.url, "a web page" if found is Format.HTML else "plain text")
    return found
