"""Which lines of guidance, standards, reports and notes are headings: as the format marks or numbers show them."""

from __future__ import annotations

from collections.abc import Sequence

from ingest.structure.contents import DIVISION, Found, split_number
from ingest.structure.lines import Line, is_capitals, is_contents_line
from ingest.structure.numbering import outline, tokens
from kb.records import BlockKind

_STYLES = ("1.1", "I.", "A.", "1.", "1")


def styled_headings(lines: Sequence[Line], first: int) -> list[Found]:
    """Return the headings that the format marks after line `first`; one broken over several lines is one heading."""
    found: list[Found] = []
    for index, line in enumerate(lines):
        if line.kind is not BlockKind.HEADING or index < first:
            continue
        before = found[-1] if found and found[-1].last == index - 1 else None
        if before is not None and (
            not line.first or (before.number and not before.title and not split_number(line.text)[0])
        ):
            found[-1] = Found(before.first, index, before.number, f"{before.title} {line.text}".strip(), before.level)
            continue
        number, title = split_number(line.text)
        found.append(Found(index, index, number, title, line.level or 1))
    return found


def merged(styled: Sequence[Found], announced: Sequence[Found]) -> list[Found]:
    """Return the announced headings, and styled ones between them; before the first announced one stands the cover."""
    taken = {index for heading in announced for index in range(heading.first, heading.last + 1)}
    levels = {heading.first: heading.level for heading in styled}
    own = [Found(h.first, h.last, h.number, h.title, levels.get(h.first)) for h in announced]
    more = [h for h in styled if h.first > announced[0].first and not taken & set(range(h.first, h.last + 1))]
    return sorted([*own, *more], key=lambda heading: heading.first)


def numbered_titles(lines: Sequence[Line], first: int) -> list[Found]:
    """Return lines that look like titles: numbered in sequence or in capitals, short, with text beneath."""
    candidates: list[tuple[int, int, str, str]] = []
    for index in range(first, len(lines)):
        line = lines[index]
        if line.kind in (BlockKind.TABLE_ROW, BlockKind.FOOTNOTE) or is_contents_line(line.text):
            continue
        number, title = split_number(line.text)
        last = index
        if number and not title and index + 1 < len(lines):
            last, title = index + 1, lines[index + 1].text
        if not number:
            if _is_capital_heading(lines, index):
                candidates.append((index, index, "", line.text))
            continue
        if title and not title[:1].isupper() and not title[:1].isdigit() and title[:1] not in "‘“\"'":
            continue
        if len(title) > 150 or title.endswith((".", ";", ",")) or not (title or DIVISION.match(line.text)):
            continue
        candidates.append((index, last, number, title))
    texts = [f"{number} {title}" if number and not DIVISION.match(number) else "" for _, _, number, title in candidates]
    in_sequence = {item.index for item in outline(texts, styles=_STYLES, gap=0)}
    found: list[Found] = []
    for position, (start, last, number, title) in enumerate(candidates):
        division = bool(DIVISION.match(number)) if number else True
        if position not in in_sequence and not division:
            continue
        following = candidates[position + 1] if position + 1 < len(candidates) else None
        beneath = last + 1 < len(lines) and (
            following is None or following[0] > last + 1 or _deeper(number, following[2])
        )
        if division or beneath or "." in number.strip("."):
            found.append(Found(start, last, number, title))
    return found if len(found) >= 2 else []


def _is_capital_heading(lines: Sequence[Line], index: int) -> bool:
    """Whether a line in capitals stands alone over running text, not in a stack of lines or over a signature."""
    text = lines[index].text
    if not lines[index].first or not is_capitals(text) or not 3 < len(text) < 120 or index + 1 >= len(lines):
        return False
    if text.endswith(":"):
        return True
    before = lines[index - 1].text if index else text
    return not is_capitals(before) and not is_capitals(lines[index + 1].text) and len(lines[index + 1].text) > 40


def _deeper(number: str, below: str) -> bool:
    """Whether a heading numbered `below` may stand directly beneath one numbered `number`."""
    styles = {
        style
        for number_ in (number, below)
        for token, _, _ in tokens(f"{number_} X", _STYLES)
        for style in (token.style,)
    }
    return len(styles) > 1 or below.startswith(number.rstrip(".") + ".")
