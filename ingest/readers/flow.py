"""From the lines of pages to paragraphs that run on across lines and pages."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from ingest.readers.assemble import Piece
from ingest.readers.lines import glue, words_of
from kb.records import BlockKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line as it stands on a page: its clean text, and its place and type where the format knows them.

    Lengths are in points from the page's upper left corner. `apart` says that an empty line stands before it,
    `broken` that it ends in a hyphen of line breaking.
    """

    text: str
    page: int | None = None
    placed: bool = False
    x0: float = 0.0
    x1: float = 0.0
    top: float = 0.0
    bottom: float = 0.0
    size: float = 0.0
    bold: bool = False
    apart: bool = False
    broken: bool = False
    kind: BlockKind = BlockKind.PARAGRAPH
    level: int | None = None

    @property
    def note(self) -> bool:
        return self.kind is BlockKind.FOOTNOTE


def paragraphs(pages: Iterable[Sequence[Line]], follows: Callable[[Line, Line], bool]) -> list[Piece]:
    """Return the pages' lines as pieces, joining a line to the one before it where `follows(before, line)` says so.

    The footnotes of a page come before a paragraph that runs on to the next page, so that pages stay in order.
    """
    sheets = [list(page) for page in pages]
    words = _whole_words(sheets)
    done: list[list[Line]] = []
    for sheet in sheets:
        body = [line for line in sheet if not line.note]
        notes = _grouped([line for line in sheet if line.note], follows)
        groups = _grouped(body, follows)
        if groups and done and not done[-1][-1].note and follows(done[-1][-1], groups[0][0]):
            done[-1] += groups.pop(0)
        elif groups and done and done[-1][-1].note:
            open_at = next((i for i in range(len(done) - 1, -1, -1) if not done[i][-1].note), None)
            if open_at is not None and follows(done[open_at][-1], groups[0][0]):
                done.append(done.pop(open_at) + groups.pop(0))
        done += groups + notes
    return [_piece(group, words) for group in done]


def _whole_words(sheets: Iterable[Sequence[Line]]) -> frozenset[str]:
    """Return the words of all lines but those that a line's end cuts in two."""
    texts: list[str] = []
    cut = False
    for text in (line.text for sheet in sheets for line in sheet):
        whole = text.partition(" ")[2] if cut else text
        cut = text.endswith("-") and not text.endswith(" -")
        texts.append(whole.rpartition(" ")[0] if cut else whole)
    return words_of("\n".join(texts))


def _grouped(lines: Sequence[Line], follows: Callable[[Line, Line], bool]) -> list[list[Line]]:
    groups: list[list[Line]] = []
    for line in lines:
        if groups and follows(groups[-1][-1], line):
            groups[-1].append(line)
        else:
            groups.append([line])
    return groups


def _piece(group: Sequence[Line], words: frozenset[str]) -> Piece:
    text = ""
    pages: list[tuple[int, int]] = []
    before: Line | None = None
    for line in group:
        text = glue(text, line.text, words, broken=before.broken) if before else line.text
        if line.page is not None and (not pages or pages[-1][1] != line.page):
            pages.append((len(text) - len(line.text), line.page))
        before = line
    kind = group[0].kind
    if kind is BlockKind.PARAGRAPH and re.match(r"(?:[-–—•·▪●○◦*+]|o(?=\s[A-ZĐ]))\s", text):
        kind = BlockKind.LIST_ITEM
    return Piece(text=text, kind=kind, level=group[0].level, pages=tuple(pages))
