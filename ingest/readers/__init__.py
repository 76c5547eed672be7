"""Files to text: whatever a document comes in, its text in reading order with pages, blocks and stated properties."""

from __future__ import annotations

from pathlib import Path

from ingest.readers import failures
from ingest.readers.legacy import is_legacy
from ingest.readers.sniff import Format, recognise
from kb.records import SourceText

MAX_BYTES = 50_000_000

__all__ = ["MAX_BYTES", "read"]


def read(path: Path, *, max_bytes: int = MAX_BYTES) -> SourceText:
    """Return the text of the file at `path`, read as what its content is, whatever its name.

    Raises `kb.errors.UsageError` where there is no such file, `DocumentTooLarge` over `max_bytes` (before reading it),
    and the other kinds of `kb.errors.DocumentError` for files that cannot be read.
    """
    data = _load(path, max_bytes)
    match recognise(data, path):
        case Format.PDF:
            from ingest.readers import pdf

            source = pdf.read_pdf(data, path)
        case Format.DOCX:
            from ingest.readers import docx

            source = docx.read_docx(data, path)
        case Format.HTML:
            from ingest.readers import html

            source = html.read_html(data, path)
        case Format.MARKDOWN:
            from ingest.readers import markdown

            source = markdown.read_markdown(data, path)
        case Format.TEXT:
            from ingest.readers import plain

            source = plain.read_plain(data, path)
    if not any(character.isalnum() for character in source.text):
        raise failures.empty(path)
    if is_legacy(source.text):
        raise failures.wrong_encoding(path, "Unicode")
    return source


def _load(path: Path, max_bytes: int) -> bytes:
    try:
        if not path.exists():
            raise failures.missing(path)
        if not path.is_file():
            raise failures.folder(path)
        size = path.stat().st_size
        if size > max_bytes:
            raise failures.too_large(path, size, max_bytes)
        data = path.read_bytes()
    except OSError as error:
        raise failures.unreadable(path, error.strerror or type(error).__name__) from error
    if not data.strip(b"\0 \t\r\n"):
        raise failures.empty(path)
    return data
