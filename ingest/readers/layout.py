"""How the lines of PDF pages belong together: which go on in a paragraph, which are headings, and of what level."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise

from ingest.readers.flow import Line
from ingest.readers.lines import begins_unit, ends_sentence, goes_on, has_leader, is_complete, is_mark
from kb.records import BlockKind

_LONGEST_HEADING = 200


class Layout:
    """The measures of a document's body: letter size, line pitch, and margins page by page."""

    def __init__(self, pages: Iterable[Sequence[Line]]) -> None:
        sheets = [page for page in pages if page]
        weights: Counter[float] = Counter()
        for line in (line for page in sheets for line in page):
            weights[line.size] += len(line.text)
        self.size = weights.most_common(1)[0][0] if weights else 0.0
        body = [line for page in sheets for line in page if abs(line.size - self.size) < 0.6]
        self.right = _right(body, self.size)
        # A page of few lines does not show its margin: it has the document's, unless its own reaches farther.
        self._rights = {
            page[0].page: _right(page, self.size) if len(page) > 8 else max(self.right, _right(page, self.size))
            for page in sheets
        }
        pitches: Counter[float] = Counter()
        for page in sheets:
            for above, below in pairwise(page):
                if (
                    abs(above.size - self.size) < 0.6
                    and abs(below.size - self.size) < 0.6
                    and 0 < below.top - above.top < 2.3 * self.size
                ):
                    pitches[round(below.top - above.top, 0)] += 1
        self.pitch = pitches.most_common(1)[0][0] if pitches else 1.2 * self.size

    def follows(self, before: Line, line: Line) -> bool:
        """Tell whether `line` goes on with the paragraph that `before` ends so far."""
        if line.kind is not before.kind:
            return False
        if line.kind is BlockKind.FOOTNOTE:
            return not line.apart
        same_page = before.page == line.page
        if is_mark(before.text) and same_page and abs(before.top - line.top) < 3:
            return not begins_unit(line.text)
        if is_complete(before.text) or begins_unit(line.text, before.text):
            return False
        if abs(before.size - line.size) > 0.08 * max(before.size, line.size):
            return False
        if line.kind is BlockKind.HEADING:
            return (
                same_page and line.level == before.level and line.bold == before.bold and self._is_close(before, line)
            )
        if before.bold and not line.bold and (not self._is_full(before, line) or line.text[0].isupper()):
            return False
        if same_page and not self._is_close(before, line):
            return False
        if goes_on(line.text) and not ends_sentence(before.text):
            return True
        if not self._is_full(before, line):
            return False
        if not same_page and (ends_sentence(before.text) or abs(before.x0 - line.x0) > 3 * line.size):
            return False
        # A first line set in from the margin begins a paragraph where the one before it may have ended.
        return not (ends_sentence(before.text) and line.x0 > before.x0 + 0.8 * line.size)

    def _is_close(self, before: Line, line: Line) -> bool:
        gap = line.top - before.top
        usual = max(self.pitch * max(line.size, before.size) / (self.size or 1), 1.0)
        return -2 < gap < 1.45 * usual and line.x0 < before.x1 + 3 * line.size

    def _is_full(self, before: Line, line: Line) -> bool:
        """Tell whether the first word of `line` had no more room beside `before`."""
        width = (line.x1 - line.x0) / max(len(line.text), 1)
        word = len(line.text.split(" ", 1)[0]) * width
        right = self._rights.get(before.page, self.right)
        return before.x1 + width + word > right - 0.6 * line.size


def with_headings(
    pages: Sequence[Sequence[Line]], layout: Layout, outline: Sequence[tuple[str, int, int]]
) -> list[list[Line]]:
    """Return the lines with headings marked: those that the outline names, and those in larger letters than the body's.

    The outline's levels are taken over; elsewhere the largest size in use is level 1 (or follows the outline's).
    """
    named = {(page, _key(title)): level for title, level, page in outline if title}
    levels = [_named_levels(page, named) for page in pages]
    by_size = _size_levels(pages, levels, layout)
    marked: list[list[Line]] = []
    for page, own in zip(pages, levels, strict=True):
        lines = list(page)
        for index, line in enumerate(lines):
            level = own.get(index) or (by_size.get(round(line.size)) if _is_large(line, layout) else None)
            if level is not None and not line.note:
                lines[index] = replace(line, kind=BlockKind.HEADING, level=level)
        marked.append(lines)
    return marked


def _size_levels(pages: Sequence[Sequence[Line]], levels: Sequence[dict[int, int]], layout: Layout) -> dict[int, int]:
    """Return the heading level of each letter size: as the outline has it, else by rank below the next larger size."""
    stated: dict[int, Counter[int]] = {}
    for page, own in zip(pages, levels, strict=True):
        for index, level in own.items():
            stated.setdefault(round(page[index].size), Counter())[level] += 1
    sizes = {round(line.size) for page in pages for line in page if _is_large(line, layout)}
    found: dict[int, int] = {}
    level = 0
    for size in sorted(sizes, reverse=True):
        level = (
            stated[size].most_common(1)[0][0] if size in stated else min(level + 1, 6) if not stated else max(level, 1)
        )
        found[size] = level
    return found


def _named_levels(lines: Sequence[Line], named: dict[tuple[int, str], int]) -> dict[int, int]:
    """Return the levels of lines that, alone or with up to three after them, make a title of the outline."""
    levels: dict[int, int] = {}
    for index, line in enumerate(lines):
        if line.page is None or index in levels or has_leader(line.text):
            continue
        text = ""
        for end in range(index, min(index + 4, len(lines))):
            text += _key(lines[end].text)
            level = named.get((line.page, text)) or named.get((line.page, re.sub(r"^[\d.]+|^[ivxlc]+\.", "", text)))
            if level is not None:
                levels.update(dict.fromkeys(range(index, end + 1), level))
                break
    return levels


def _is_large(line: Line, layout: Layout) -> bool:
    letters = sum(character.isalpha() for character in line.text)
    return (
        line.size >= 1.12 * layout.size
        and letters > 1
        and len(line.text) <= _LONGEST_HEADING
        and not has_leader(line.text)
    )


def _right(page: Sequence[Line], size: float) -> float:
    """Return the right margin of a page's body text."""
    ends = sorted(line.x1 for line in page if abs(line.size - size) < 0.6) or sorted(line.x1 for line in page)
    return ends[int(0.95 * (len(ends) - 1))] if ends else 0.0


def _key(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).lower()
