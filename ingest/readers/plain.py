"""Plain text: lines to paragraphs, with pages where form feeds mark them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from ingest.readers.assemble import Piece, assemble
from ingest.readers.breaks import with_lost_breaks
from ingest.readers.flow import Line, paragraphs
from ingest.readers.lines import begins_unit, clean, ends_sentence, follows, is_mark, wrap_width
from ingest.readers.notes import with_notes
from ingest.readers.running import without_running
from ingest.readers.sniff import decode
from kb.records import BlockKind, SourceText

_RULE = re.compile(r"[-_=*~.·•\s]{3,}$")


def read_plain(data: bytes, path: Path) -> SourceText:
    """Return the text of a plain text file in UTF-8 or UTF-16; form feeds are read as page breaks.

    Raises UnsupportedFormat for binary data, DamagedDocument for other encodings.
    """
    pieces, pages = read_lines(decode(data, path))
    return assemble(pieces, format="text", page_numbers=pages)


def read_lines(text: str) -> tuple[list[Piece], list[int]]:
    """Return the paragraphs of `text` and its page numbers (none without form feeds).

    Lines that were broken at a width are joined; page numbers and lines that repeat at the edge of pages are left out.
    """
    sheets = sheets_of(with_lost_breaks(text))
    return join_lines([_lines(sheet, number) for number, sheet in sheets]), page_numbers(text)


def sheets_of(text: str) -> list[tuple[int | None, str]]:
    """Return the pages of `text` with their numbers from 1, cut at form feeds; without any, the whole under None."""
    sheets = text.split("\f")
    while len(sheets) > 1 and not sheets[-1].strip():
        sheets.pop()
    return [(None, sheets[0])] if len(sheets) == 1 else list(enumerate(sheets, start=1))


def page_numbers(text: str) -> list[int]:
    """Return the numbers of the pages that form feeds mark in `text`, none without them."""
    return [number for number, _ in sheets_of(text) if number is not None]


def join_lines(pages: Sequence[Sequence[Line]]) -> list[Piece]:
    """Return the lines of all pages as paragraphs, running heads and feet left out."""
    kept = with_notes(without_running(pages)) if len(pages) > 1 else pages
    width = wrap_width([line.text for page in kept for line in page if line.kind is BlockKind.PARAGRAPH])

    def joined(before: Line, line: Line) -> bool:
        if line.kind is not before.kind or line.kind in (BlockKind.HEADING, BlockKind.TABLE_ROW):
            return False
        if is_mark(before.text) and line.page == before.page:
            return not begins_unit(line.text)
        if line.note:
            return not line.apart
        if line.apart and (line.page == before.page or ends_sentence(before.text)):
            return False
        return follows(before.text, line.text, width)

    return paragraphs(kept, joined)


def _lines(sheet: str, page: int | None) -> list[Line]:
    lines: list[Line] = []
    apart = False
    for raw in re.split(r"\r\n|[\n\r\v\x85\u2028\u2029]", sheet):
        text = clean(raw)
        if not text or _RULE.fullmatch(text):
            apart = True
            continue
        lines.append(Line(text=text, page=page, apart=apart))
        apart = False
    return lines
