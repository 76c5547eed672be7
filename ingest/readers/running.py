"""Running heads, running feet and page numbers: lines that repeat at the edge of pages."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Hashable, Iterator, Sequence

from ingest.readers.flow import Line
from ingest.readers.lines import is_label
from kb.number import find_numbers

_DEEPEST = 6
_PAGE_OF = re.compile(
    r"(?:page|trang)\s+(?:\d+|[ivxlc]+)\s*(?:(?:of|/|trên)\s*\d+)?$|\d+\s*/\s*\d+$|[-–—]\s*\d+\s*[-–—]$", re.IGNORECASE
)
_NUMBER = re.compile(r"(?<!\d)\d{1,4}(?!\d)|(?:(?<=^)|(?<=\s))[ivxlc]{1,6}(?=\s|$)")
# The national name and motto head every form of a Vietnamese act, at the same place of many pages.
_MOTTO = re.compile(r"cộng\s*h[oò][aà]\s*xã\s*hội|độc\s*lập\s*[-–]\s*tự\s*do", re.IGNORECASE)
_ROMAN = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}


def without_running(pages: Sequence[Sequence[Line]]) -> list[list[Line]]:
    """Return the lines of each page without those that repeat at its edges.

    Lines are peeled off from the outermost inwards. One goes where the same line is outermost on other pages at the
    same height (three pages; two of a document of two), or the same but for a number that counts with the pages; and
    where the same line stands at the same place on half the pages, wherever that is (watermarks, notices up the
    margin).
    """
    kept = [[line for line in page if line.text] for page in pages]
    stamps = Counter(key for page in kept for key in {_place(line) for line in _edges(page)})
    enough = max(4, (len(pages) + 1) // 2)
    kept = [_left(page, {line for line in _edges(page) if stamps[_place(line)] >= enough}) for page in kept]
    known: set[Hashable] = set()
    for edge in (0, -1):
        order = [sorted(page, key=lambda line: line.top) if _is_placed(page) else list(page) for page in kept]
        for _ in range(_DEEPEST):
            outermost = {number: lines[edge] for number, lines in enumerate(order) if lines}
            seen = Counter(key for number, line in outermost.items() for key in _keys(line, number))
            gone = {number: line for number, line in outermost.items() if _repeats(line, number, seen, len(pages))}
            # Pages of another shape bear the same line at another height, front pages with roman numbers.
            shapes = Counter(shape for line in gone.values() for shape in set(_shapes(line)))
            known |= {shape for shape, count in shapes.items() if count > 2}
            gone |= {number: line for number, line in outermost.items() if not known.isdisjoint(_shapes(line))}
            if not gone:
                break
            for number, line in gone.items():
                order[number].remove(line)
                kept[number].remove(line)
    return [_with_number(pages[0], kept[0]), *kept[1:]] if kept else kept


def _with_number(page: Sequence[Line], kept: Sequence[Line]) -> list[Line]:
    """Return the first page with the running line that bears the document's number, where no other line of it does."""
    numbers = {found.key for line in kept for found in find_numbers(line.text)}
    named = next((line for line in page if any(found.key not in numbers for found in find_numbers(line.text))), None)
    if named is None:
        return list(kept)
    return [line for line in page if line in kept or line is named]


def _repeats(line: Line, number: int, seen: Counter[tuple[Hashable, ...]], pages: int) -> bool:
    if _MOTTO.search(line.text):
        return False
    if _PAGE_OF.fullmatch(line.text) or (line.placed and re.fullmatch(r"[ivx]{1,6}", line.text)):
        return True
    alone = re.fullmatch(r"\W*(?:\d+|[ivxlc]+)\W*", line.text, re.IGNORECASE)
    enough = min(3, max(pages, 2))
    return any(seen[key] >= (2 if alone and key[0] == "counting" else enough) for key in _keys(line, number))


def _keys(line: Line, number: int) -> Iterator[tuple[Hashable, ...]]:
    """Yield what must be equal for two lines to be the same running line, each at page index `number`."""
    text = _said(line)
    for height in _heights(line):
        if not text.isdigit():
            yield ("same", text, height)
        if is_label(line.text):
            continue
        for match in _NUMBER.finditer(text):
            count = int(match[0]) if match[0].isdigit() else _roman(match[0])
            yield ("counting", text[: match.start()], text[match.end() :], count - number, match[0].isdigit(), height)


def _shapes(line: Line) -> Iterator[tuple[str, ...]]:
    """Yield a line's text as it would be with any number in the place of one of its numbers; the text itself too."""
    text = _said(line)
    if not text.isdigit():
        yield (text,)
    for match in _NUMBER.finditer(text):
        around = text[: match.start()], text[match.end() :]
        if sum(len(part) for part in around) > 4:
            yield around


def _said(line: Line) -> str:
    """Return a line's text without the differences that do not count: capitals, and a leader before its number."""
    return re.sub(r"\s*\.{4,}\s*", " ", line.text).casefold()


def _edges(page: Sequence[Line]) -> Sequence[Line]:
    """Return the lines of a page that may be stamps: all where places are known, else those near its edges."""
    if _is_placed(page) or len(page) <= 2 * _DEEPEST:
        return page
    return [*page[:_DEEPEST], *page[-_DEEPEST:]]


def _is_placed(page: Sequence[Line]) -> bool:
    return all(line.placed for line in page)


def _left(page: Sequence[Line], gone: set[Line]) -> list[Line]:
    return [line for line in page if line not in gone or _MOTTO.search(line.text)]


def _heights(line: Line) -> tuple[int, ...]:
    """Return two overlapping bands, so that lines a hair apart share one; a single one where no place is known."""
    if not line.placed:
        return (0,)
    return (2 * round(line.top / 8), 2 * round((line.top + 4) / 8) + 1)


def _place(line: Line) -> tuple[str, int, int]:
    return line.text, round(line.x0 / 4), round(line.top / 4)


def _roman(text: str) -> int:
    values = [_ROMAN[letter] for letter in text]
    return sum(-value if value < max(values[i + 1 :], default=0) else value for i, value in enumerate(values))
