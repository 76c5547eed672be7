"""From numbered lines to marks: the paragraphs, points and items beneath one clause."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby

from ingest.structure.lines import Line
from ingest.structure.numbering import Item, outline
from ingest.structure.tree import CUT, Mark
from kb.records import BlockKind

_LEVEL = 60
_ROW_LEVEL = 80
_MARK_CELL = re.compile(r"[|\s]*(?:\(?(?:\d{1,2}|[a-z]{1,4})[.)]|[—–•-])\s*\|")


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """What an item is called: its kind, its step of the address and how that is joined to what stands before.

    `flat` says that the step names the whole way from the holder (decimal numbers do).
    """

    kind: str
    step: str
    join: str = " "
    flat: bool = False
    heading: str = ""


def numbered(
    lines: Sequence[Line],
    places: Sequence[int],
    *,
    holder: Mark | None,
    styles: Sequence[str],
    name: Callable[[Item], Name | None],
) -> list[Mark]:
    """Return marks for the numbered lines among `places` (indices into `lines`), addressed from `holder`.

    `name` says what an item is called, None for one that gets no clause. Points end before text that stands flush after
    their list.
    """
    by_line = {
        places[item.index]: item for item in outline([lines[i].text.lstrip("| ") for i in places], styles=styles)
    }
    marks: list[Mark] = []
    above: list[tuple[int, Mark, Name]] = []
    for index in places:
        item = by_line.get(index)
        if item is None:
            later = next((by_line[i] for i in places if i > index and i in by_line), None)
            marks += _flush(lines, index, above, later)
            continue
        depth = len(item.path) - 1
        while above and above[-1][0] >= depth:
            above.pop()
        called = name(item)
        if called is None or (depth and (not above or above[-1][0] != depth - 1)):
            continue
        base: Mark | None = above[-1][1] if above else holder
        if called.flat:
            base = next((mark.base for _, mark, named in above if named.flat), base)
        mark = Mark(
            start=lines[index].start,
            level=_LEVEL + depth,
            kind=called.kind,
            step=called.step,
            label=item.label,
            heading=called.heading,
            base=base,
            join=called.join,
        )
        marks.append(mark)
        above.append((depth, mark, called))
    return marks


def _flush(lines: Sequence[Line], index: int, above: list[tuple[int, Mark, Name]], later: Item | None) -> list[Mark]:
    """Cut the points whose list is over where a whole new sentence begins on a line of its own."""
    text = lines[index].text
    if (
        not lines[index].first
        or not text[:1].isupper()
        or not lines[index - 1].text.rstrip(" ”\"'/").endswith((".", ";"))
    ):
        return []
    next_depth = len(later.path) - 1 if later else -1
    marks: list[Mark] = []
    while above and above[-1][1].kind in ("point", "subpoint") and above[-1][0] > next_depth:
        _, mark, _ = above.pop()
        marks.append(Mark(start=lines[index].start, level=mark.level, kind=CUT, step=""))
    return marks[-1:]


def prose(lines: Sequence[Line], first: int, until: int) -> list[int]:
    """Return the indices of lines `first` to `until` that are no table, and of tables that only lay out a list.

    A table lays out a list where at least half of its rows begin with a cell that holds nothing but a mark.
    """
    places: list[int] = []
    for table, run in groupby(range(first, until), key=lambda index: lines[index].kind is BlockKind.TABLE_ROW):
        indices = list(run)
        marked = sum(bool(_MARK_CELL.match(lines[index].text)) for index in indices)
        if not table or marked * 2 >= len(indices):
            places += indices
    return places


def table_rows(lines: Sequence[Line], first: int, until: int, *, holder: Mark, words: tuple[str, str]) -> list[Mark]:
    """Return marks for the tables among lines `first` to `until`, one a table and one a row.

    `words` are what a table and a row are called. Tables of fewer than three rows, and those that lay out a list, get
    none.
    """
    marks: list[Mark] = []
    listed = set(prose(lines, first, until))
    number = 0
    for data, run in groupby(range(first, until), key=lambda index: index not in listed):
        indices = list(run)
        starts = list({lines[index].block: lines[index].start for index in reversed(indices)}.values())[::-1]
        if not data or len(starts) < 3:
            continue
        number += 1
        whole = Mark(start=starts[0], level=_ROW_LEVEL, kind="table", step=f"{words[0]} {number}", base=holder)
        marks.append(whole)
        for row, start in enumerate(starts, 1):
            marks.append(Mark(start=start, level=_ROW_LEVEL + 1, kind="row", step=f"{words[1]} {row}", base=whole))
        if indices[-1] + 1 < until:
            marks.append(Mark(start=lines[indices[-1] + 1].start, level=_ROW_LEVEL, kind=CUT, step=""))
    return marks
