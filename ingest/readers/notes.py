"""Footnotes at the foot of pages, told by their numbers and the marks in the text above."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from ingest.readers.flow import Line
from kb.records import BlockKind

_NOTE = re.compile(r"(\d{1,3})(?:$|(?=\s+(?:[^\W\d_a-zà-ỹ]|[“‘\"'(]|https?:|[a-z]+\.))|(?=[A-ZĐ][^\W\d]))")
_SMALL = 0.93
# Raised digits are kept between two private signs until it is known whether they point to a footnote.
_RAISED = re.compile("(?:\ue100\\d\ue101)+")
_MOST_SKIPPED = 8
_SHORT_FOOT = 15


def with_notes(pages: Sequence[Sequence[Line]], *, body_size: float = 0.0) -> list[list[Line]]:
    """Return the pages with the lines of footnotes marked as such, the first line of each with `apart` set.

    The notes of a page begin at a line with a number due next (they count on from page to page, or from 1 on each),
    below body text that bears this number as a mark, in letters smaller than `body_size` where sizes are known; they
    reach to the page's end.
    """
    marked: list[list[Line]] = []
    last = 0
    for page in pages:
        page = [replace(line, text=_lowered(line.text, at_start=True)) for line in page]
        start = _start(page, last, body_size)
        notes = _notes(page[start:])
        last = max((number for line in notes if line.apart and (number := _number(line)) is not None), default=last)
        numbers = {number for line in notes if line.apart and (number := _number(line)) is not None}
        marked.append([*_without_marks(page[:start], numbers, body_size), *_without_marks(notes, set(), 0.0)])
    return marked


def raised(digit: str) -> str:
    """Return a digit marked as raised above its line, to be taken out again by `with_notes`."""
    return f"\ue100{digit}\ue101"


def _lowered(text: str, *, at_start: bool) -> str:
    """Return `text` with its raised digits as plain ones: those it opens with, which number a note, or all."""
    if at_start:
        match = _RAISED.match(text)
        return f"{_digits(match[0])} {text[match.end() :].lstrip()}".strip() if match else text
    return _RAISED.sub(lambda match: _digits(match[0]), text)


def _without_marks(lines: Sequence[Line], numbers: set[int], body_size: float) -> list[Line]:
    """Return the lines without raised numbers of the page's notes; other raised digits (m²) become plain ones."""

    def shown(match: re.Match[str]) -> str:
        return "" if int(_digits(match[0])) in numbers else _digits(match[0])

    kept: list[Line] = []
    for line in lines:
        alone = line.text.isdigit() and line.size < 0.75 * body_size and int(line.text) in numbers
        text = re.sub(r"\s+(?=[,.;:)])", "", _RAISED.sub(shown, line.text)) if _RAISED.search(line.text) else line.text
        if text and not alone:
            kept.append(replace(line, text=text))
    return kept


def _digits(marked: str) -> str:
    return re.sub("[\ue100\ue101]", "", marked)


def _start(page: Sequence[Line], last: int, body_size: float) -> int:
    """Return the index of a page's first footnote line, or the page's length where it has none."""
    for index in range(1, len(page)):
        number = _number(page[index])
        if number is None or (page[index].size and page[index].size > _SMALL * body_size):
            continue
        reach = _MOST_SKIPPED if page[index].text.isdigit() or len(page) - index <= _SHORT_FOOT else 1
        if not (last < number <= last + reach or number == 1) or not _is_referred(number, page[:index]):
            continue
        if page[index].text.isdigit() and (index + 1 == len(page) or page[index + 1].text.isdigit()):
            continue
        return index
    return len(page)


def _notes(lines: Sequence[Line]) -> list[Line]:
    """Return the lines of a page's notes marked as such; numbers left without their text are dropped."""
    notes: list[Line] = []
    last = 0
    for index, line in enumerate(lines):
        number = _number(line)
        bare = line.text.isdigit()
        if bare and number and (index + 1 == len(lines) or lines[index + 1].text.isdigit()):
            continue
        begins = number is not None and (not last or last < number <= last + (_MOST_SKIPPED if bare else 1))
        last = number if begins and number else last
        notes.append(replace(line, kind=BlockKind.FOOTNOTE, apart=begins))
    return notes


def _number(line: Line) -> int | None:
    match = _NOTE.match(line.text)
    return int(match[1]) if match else None


def _is_referred(number: int, body: Sequence[Line]) -> bool:
    mark = re.compile(rf"(?:[^\W\d_]|[)\]”’\"'.,;:%])\s?{number}(?=$|[\s.,;:)\]”’–-])")
    return bool(mark.search(" ".join(_lowered(line.text, at_start=False) for line in body)))
