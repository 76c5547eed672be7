"""Automatic numbering of Word: the marks that it shows before paragraphs but keeps out of their text.

Follows ISO/IEC 29500-1, section 17.9: a paragraph names a `num`, that an `abstractNum` with nine levels, each a pattern
such as "Điều %1." and a number format; a level starts anew after a higher one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

_ROMAN = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"),
    (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Level:
    """One level of a list: its pattern, number format and first number."""

    pattern: str
    format: str
    start: int
    legal: bool
    suffix: str


@dataclass(slots=True)
class Numbering:
    """The lists of one document and how far each has counted."""

    levels: dict[str, dict[int, Level]] = field(default_factory=dict)
    shared: dict[str, str] = field(default_factory=dict)
    restarts: dict[tuple[str, int], int] = field(default_factory=dict)
    counts: dict[str, dict[int, int]] = field(default_factory=dict)
    met: set[tuple[str, int]] = field(default_factory=set)

    def mark(self, number_id: str, depth: int) -> tuple[str, str]:
        """Count a paragraph of list `number_id` at `depth` (from 0); returns its mark ("" if none) and format."""
        level = self.levels.get(number_id, {}).get(depth)
        if level is None:
            return "", "none"
        counts = self.counts.setdefault(self.shared[number_id], {})
        restart = self.restarts.get((number_id, depth))
        if restart is not None and (number_id, depth) not in self.met:
            counts[depth] = restart
        else:
            counts[depth] = counts.get(depth, level.start - 1) + 1
        self.met.add((number_id, depth))
        for deeper in [key for key in counts if key > depth]:
            del counts[deeper]
        if level.format == "bullet":
            return (level.pattern if level.pattern in ("+", "*", "–", "—") else "-"), "bullet"
        return self._filled(number_id, depth, level, counts), level.format

    def _filled(self, number_id: str, depth: int, level: Level, counts: dict[int, int]) -> str:
        def number(match: re.Match[str]) -> str:
            other = int(match[1]) - 1
            at = self.levels[number_id].get(other, level)
            count = counts.get(other, at.start) if other <= depth else at.start
            return formatted(count, "decimal" if level.legal else at.format)

        return re.sub(r"%([1-9])", number, level.pattern).strip()


def formatted(count: int, format: str) -> str:
    """Return `count` in one of Word's number formats (decimal where the format is unknown).

    >>> [formatted(4, kind) for kind in ("decimal", "upperRoman", "lowerLetter", "decimalZero")]
    ['4', 'IV', 'd', '04']
    >>> formatted(28, "upperLetter")
    'BB'
    """
    if format == "none":
        return ""
    if format in ("upperLetter", "lowerLetter") and count > 0:
        letters = chr(ord("a") + (count - 1) % 26) * ((count - 1) // 26 + 1)
        return letters.upper() if format == "upperLetter" else letters
    if format in ("upperRoman", "lowerRoman") and 0 < count < 4000:
        roman = ""
        for value, sign in _ROMAN:
            roman += sign * (count // value)
            count %= value
        return roman.upper() if format == "upperRoman" else roman
    return f"{count:02}" if format == "decimalZero" else str(count)


def read_numbering(root: Any) -> Numbering:
    """Return the lists declared by `root`, the parsed `w:numbering` element, or none for None."""
    numbering = Numbering()
    if root is None:
        return numbering
    abstracts: dict[str, dict[int, Level]] = {}
    links: dict[str, str] = {}
    styles: dict[str, str] = {}
    for abstract in root.iter("{*}abstractNum"):
        key = _attribute(abstract, "abstractNumId")
        abstracts[key] = dict(map(_level, abstract.iterfind("{*}lvl")))
        for link in abstract.iterfind("{*}numStyleLink"):
            links[key] = _attribute(link, "val")
        for style in abstract.iterfind("{*}styleLink"):
            styles[_attribute(style, "val")] = key
    for num in root.iterfind("{*}num"):
        key = _attribute(num, "numId")
        reference = num.find("{*}abstractNumId")
        abstract_id = _attribute(reference, "val") if reference is not None else ""
        abstract_id = styles.get(links.get(abstract_id, ""), abstract_id)
        levels = dict(abstracts.get(abstract_id, {}))
        numbering.shared[key] = abstract_id
        for override in num.iterfind("{*}lvlOverride"):
            depth = int(_attribute(override, "ilvl") or 0)
            for own in override.iterfind("{*}lvl"):
                levels[depth] = _level(own)[1]
            for start in override.iterfind("{*}startOverride"):
                numbering.restarts[key, depth] = _whole(_attribute(start, "val"), 1)
        numbering.levels[key] = levels
    return numbering


def _level(element: Any) -> tuple[int, Level]:
    def value(name: str, default: str) -> str:
        child = element.find("{*}" + name)
        return default if child is None else _attribute(child, "val") or default

    legal = element.find("{*}isLgl") is not None
    level = Level(
        value("lvlText", ""), value("numFmt", "decimal"), _whole(value("start", "1"), 1), legal, value("suff", "tab")
    )
    return _whole(_attribute(element, "ilvl"), 0), level


def _attribute(element: Any, name: str) -> str:
    return next((value for key, value in element.attrib.items() if key.rpartition("}")[2] == name), "")


def _whole(text: str, default: int) -> int:
    return int(text) if text.lstrip("-").isdigit() else default
