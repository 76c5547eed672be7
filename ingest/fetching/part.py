"""A body that came only in part, kept so that the next attempt goes on where this one broke off."""

from __future__ import annotations

import hashlib
import json
import os
import zlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO

from ingest.fetching.bounds import TooLarge, TryLater, WebError

_BLOCK = 65_536
_ENDINGS = (b"%%EOF", b"</html", b"PK\x05\x06")
"""Whole PDF, HTML and DOCX files hold one of these near their end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """What a response says of the body it carries: `total` is its length in bytes as sent, where that is stated."""

    url: str
    media_type: str = ""
    encoding: str = ""
    etag: str | None = None
    last_modified: str | None = None
    total: int | None = None
    framed: bool = True
    """False where only the end of the connection ends the body: then nothing says whether all of it came."""

    @property
    def validator(self) -> str | None:
        """What `If-Range` may name: a strong entity tag, else the date of the last change."""
        if self.etag and not self.etag.startswith("W/"):
            return self.etag
        return self.last_modified


class Part:
    """The file that a body is gathered in, with a note beside it of which body that is."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._note = file.with_suffix(".json")

    def begun(self, url: str) -> tuple[Body, int] | None:
        """Return what was gathered before from `url` and how many bytes; None where going on is not possible."""
        try:
            body = Body(**json.loads(self._note.read_text(encoding="utf-8")))
            size = self.file.stat().st_size
        except (OSError, ValueError, TypeError):
            return None
        usable = body.url == url and size > 0 and body.validator and (body.total is None or size < body.total)
        return (body, size) if usable else None

    def drop(self) -> None:
        """Forget what was gathered."""
        self.file.unlink(missing_ok=True)
        self._note.unlink(missing_ok=True)

    def gather(self, body: Body, chunks: Iterator[bytes], *, start: int, max_bytes: int) -> Iterator[int]:
        """Write `chunks` from `start` on, yielding the size reached. Raises TooLarge, and then forgets all."""
        self.file.parent.mkdir(parents=True, exist_ok=True)
        if start == 0:
            self.drop()
            self._note.write_text(json.dumps(asdict(body)), encoding="utf-8")
        if (body.total or 0) > max_bytes:
            self.drop()
            raise too_large(body.url, max_bytes, body.total)
        size = start
        with self.file.open("r+b" if start else "wb") as out:
            out.seek(start)
            out.truncate()
            for chunk in chunks:
                size += len(chunk)
                if size > max_bytes:
                    break
                out.write(chunk)
                yield size
        if size > max_bytes:
            self.drop()
            raise too_large(body.url, max_bytes, None)

    def finish(self, body: Body, *, max_bytes: int) -> tuple[Path, str, int]:
        """Return the whole body as a file of its own, decoded, with its SHA-256 and size.

        Raises TryLater where part of it is missing, TooLarge where it unpacks to more than `max_bytes`.
        """
        size = self.file.stat().st_size
        if body.total is not None and size > body.total:
            self.drop()
            raise broken_off(body.url)
        if (body.total is not None and size < body.total) or (not body.framed and not self._looks_whole(body)):
            raise broken_off(body.url)
        whole = self.file.with_suffix(".whole")
        digest, written = hashlib.sha256(), 0
        try:
            with self.file.open("rb") as packed, whole.open("wb") as out:
                for block in _unpacked(packed, body):
                    written += len(block)
                    if written > max_bytes:
                        raise too_large(body.url, max_bytes, None)
                    digest.update(block)
                    out.write(block)
                out.flush()
                os.fsync(out.fileno())
        except WebError:
            whole.unlink(missing_ok=True)
            self.drop()
            raise
        self.drop()
        return whole, digest.hexdigest(), written

    def _looks_whole(self, body: Body) -> bool:
        if body.encoding or body.media_type == "text/plain":
            return True
        with self.file.open("rb") as file:
            file.seek(max(0, self.file.stat().st_size - 4000))
            tail = file.read().lower()
        return any(ending.lower() in tail for ending in _ENDINGS)


def _unpacked(packed: BinaryIO, body: Body) -> Iterator[bytes]:
    """Yield a body's bytes in small blocks, however strongly they were packed. Raises TryLater for a torn one."""
    if body.encoding in ("", "identity"):
        while block := packed.read(_BLOCK):
            yield block
        return
    if body.encoding not in ("gzip", "x-gzip"):
        raise WebError(
            f"{body.url} came packed in a way that was not asked for ({body.encoding}).",
            f"Dữ liệu từ {body.url} được nén theo kiểu không được yêu cầu ({body.encoding}).",
        )
    inflate = zlib.decompressobj(wbits=31)
    try:
        while block := packed.read(_BLOCK):
            while block and not inflate.eof:
                yield inflate.decompress(block, _BLOCK)
                block = inflate.unconsumed_tail
                if inflate.eof and inflate.unused_data.startswith(b"\x1f\x8b"):  # one packed piece after another
                    block, inflate = inflate.unused_data, zlib.decompressobj(wbits=31)
        yield inflate.flush()
    except zlib.error as error:
        raise WebError(
            f"{body.url} came damaged: what the site packed does not unpack.",
            f"Dữ liệu tải từ {body.url} bị hỏng, không giải nén được.",
        ) from error
    if not inflate.eof:
        raise broken_off(body.url)


def broken_off(url: str) -> TryLater:
    """Return the error for a body of which the end is missing."""
    return TryLater(
        f"The download from {url} broke off before its end. What came is kept; the same command goes on from there.",
        f"Việc tải từ {url} bị ngắt giữa chừng. Phần đã tải được giữ lại; chạy lại lệnh này để tải tiếp.",
    )


def too_large(url: str, limit: int, size: int | None) -> TooLarge:
    """Return the error for a body over the size limit."""
    stated_en = f"is {size / 1e6:.1f} MB, over" if size else "is larger than"
    stated_vi = f"có dung lượng {size / 1e6:.1f} MB, vượt" if size else "lớn hơn"
    return TooLarge(
        f"The file at {url} {stated_en} the limit of {limit / 1e6:.0f} MB. The setting COP_KB_MAX_FILE_MB raises it.",
        f"Tệp tại {url} {stated_vi} giới hạn {limit / 1e6:.0f} MB. Có thể nâng giới hạn bằng thiết lập "
        "COP_KB_MAX_FILE_MB.",
    )
