"""Page breaks that a converter dropped, told by the running line and page number that it left behind."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise

_LEAST = 5
_LONGEST = 120
_NUMBER = re.compile(r"(?:page|trang)?\s*(\d{1,4})(?:\s*(?:of|/)\s*\d+)?", re.IGNORECASE)


def with_lost_breaks(text: str) -> str:
    r"""Return `text` with form feeds where pages must have begun; unchanged where it has form feeds or shows no pages.

    Pages show where one line comes again and again after an empty line, beside a lone number that counts up.

    >>> pages = [f"Text of page {n}, and\n\nCouncil guide\n{n}\nmore text" for n in range(1, 9)]
    >>> with_lost_breaks("\n".join(pages)).count("\f")
    8
    """
    if "\f" in text:
        return text
    lines = text.splitlines()
    heads = _heads(lines)
    return "\n".join(f"\f{line}" if index in heads else line for index, line in enumerate(lines)) if heads else text


def _heads(lines: Sequence[str]) -> set[int]:
    places: dict[str, list[int]] = defaultdict(list)
    for index, line in enumerate(lines):
        said = line.strip()
        if 5 < len(said) <= _LONGEST and any(map(str.isalpha, said)) and index and not lines[index - 1].strip():
            places[said].append(index)
    for said, found in sorted(places.items(), key=lambda item: -len(item[1])):
        if len(found) < _LEAST:
            break
        numbers = [_number_beside(lines, index) for index in found]
        stated = [number for number in numbers if number is not None]
        counting = sum(later == earlier + 1 for earlier, later in pairwise(stated))
        if counting >= max(_LEAST - 1, len(found) // 2):
            return {index for index, line in enumerate(lines) if line.strip() == said}
    return set()


def _number_beside(lines: Sequence[str], index: int) -> int | None:
    """Return the lone number on the nearest filled line after or before a line."""
    for step in (1, -1):
        at = index + step
        while 0 <= at < len(lines) and not lines[at].strip() and abs(at - index) < 4:
            at += step
        if 0 <= at < len(lines) and (match := _NUMBER.fullmatch(lines[at].strip())):
            # A number before the line belongs to the page before it.
            return int(match[1]) + (step < 0)
    return None
