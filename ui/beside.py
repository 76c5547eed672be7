"""Two language versions of one work beside each other: which part of the one stands beside which of the other."""

from __future__ import annotations

from collections.abc import Hashable
from difflib import SequenceMatcher

from kb.address import kind_of, ordinal_parts
from kb.records import Clause
from ui.reading import Reading

Row = tuple[Clause | None, Clause | None]
"""What stands beside what; None where the other version has nothing of the kind."""


def rows(one: Reading, other: Reading) -> tuple[Row, ...]:
    """Return the parts of both versions in reading order, those with the same number or place in one row.

    Numbered articles, recitals and annexes find each other by number whatever their language calls them; headings
    without numbers by their place among the others.
    """
    ones, others = _parts(one), _parts(other)
    matcher = SequenceMatcher(None, [key for key, _ in ones], [key for key, _ in others], autojunk=False)
    found: list[Row] = []
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag == "equal":
            found += zip([part for _, part in ones[a:b]], [part for _, part in others[c:d]], strict=True)
        else:
            found += [(part, None) for _, part in ones[a:b]]
            found += [(None, part) for _, part in others[c:d]]
    return tuple(found)


def holds_parts(reading: Reading, clause: Clause) -> bool:
    """Whether the parts of a clause have rows of their own, so that only its heading stands in its row."""
    if clause.kind in _NUMBERED:
        return False
    return any(child.heading or child.kind in _NUMBERED for child in reading.children.get(clause.position, ()))


def _parts(reading: Reading) -> list[tuple[Hashable, Clause]]:
    """The clauses that stand in a row of their own: articles and the like, and headings that hold no others."""
    parts: list[tuple[Hashable, Clause]] = []

    def walk(parent: int | None, place: tuple[int, ...]) -> None:
        for at, clause in enumerate(reading.children.get(parent, ())):
            here = (*place, at)
            if holds_parts(reading, clause):
                numbers = ordinal_parts(clause.address) if clause.kind != "heading" else ()
                parts.append((("above", clause.kind, numbers or here), clause))
                walk(clause.position, here)
            else:
                parts.append((_key(clause, here), clause))

    walk(None, ())
    return parts


_NUMBERED = {"article", "recital", "annex", "form"}


def _key(clause: Clause, place: tuple[int, ...]) -> Hashable:
    kind, numbers = kind_of(clause.address), ordinal_parts(clause.address)
    # "Điều chưa chắc chắn" is a heading, though it begins like an article.
    return (kind, numbers) if kind in _NUMBERED and numbers and clause.kind != "heading" else ("place", place)
