"""Which of the articles found in a text carry its numbering on."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence


def leading(number: str) -> int:
    """Return the number that an article's number begins with, 0 without one.

    >>> leading("39a"), leading("45.12.NĐ.5"), leading("x")
    (39, 45, 0)
    """
    match = re.match(r"\d+", number)
    return int(match.group()) if match else 0


def in_sequence(numbers: Sequence[str]) -> list[int]:
    """Return the positions of `numbers` that carry a count on, in order.

    A number that falls back, or jumps ahead of one that is still to come, is quoted from another act and left out. A
    count that begins anew with 1 and 2 (a copy, or another instrument in the same file) is kept.

    >>> in_sequence(["1", "2", "34", "3", "3a", "2", "5"])
    [0, 1, 3, 4, 6]
    >>> in_sequence(["1", "2", "3", "1", "2"])
    [0, 1, 2, 3, 4]
    """
    values = [leading(number) for number in numbers]
    anew = [at for at in range(1, len(values) - 1) if values[at] == 1 and values[at + 1] == 2]
    places: dict[int, list[int]] = defaultdict(list)
    for at, value in enumerate(values):
        places[value].append(at)

    def after(at: int, these: Sequence[int]) -> int:
        index = bisect_right(these, at)
        return these[index] if index < len(these) else len(values)

    kept: list[int] = []
    last: int | None = None
    for at, value in enumerate(values):
        if last is not None and value != last + 1 and at not in anew:
            inserted = value == last and numbers[at] != numbers[kept[-1]]
            if value <= last and not inserted:
                continue
            due = after(at, places[last + 1])
            if value > last and due < len(values) and due < after(at, anew):
                continue
        kept.append(at)
        last = value
    return kept
