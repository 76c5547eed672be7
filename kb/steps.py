"""The steps of a clause address: their levels, their numbers, and how each tradition writes them (design 4.9).

An address is a chain of steps, outermost first. `Steps` holds the chain by level, so that one written in Vietnamese can
be written in English and back.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

VI, EN = "vi", "en"
# From the outermost level to the innermost. A paragraph is one of a numbered section; an article has clauses (khoản).
LEVELS = (
    "annex", "appendix", "form", "part", "title", "chapter", "section", "subsection", "article", "recital", "rule",
    "paragraph", "clause", "point", "item", "subitem", "table", "row",
)  # fmt: skip
RANK = {level: rank for rank, level in enumerate(LEVELS)}
INSIDE = ("clause", "point", "item", "subitem")
_ABOVE_ARTICLE = {"part", "title", "chapter", "section", "subsection"}
_WORDS = {
    VI: {
        "annex": "Phụ lục", "form": "mẫu số", "part": "Phần", "chapter": "Chương", "section": "mục",
        "subsection": "tiểu mục", "article": "Điều", "rule": "quy tắc", "paragraph": "đoạn", "clause": "khoản",
        "point": "điểm", "item": "tiết",
        "table": "bảng", "row": "dòng",
    },
    EN: {
        "annex": "Annex", "appendix": "Appendix", "part": "Part", "title": "Title", "chapter": "Chapter",
        "section": "Section", "subsection": "Subsection", "article": "Article", "recital": "Recital", "rule": "rule",
        "paragraph": "paragraph", "table": "table", "row": "row",
    },
}  # fmt: skip
_LOWER_ALONE = {"table", "row"}


@dataclass(frozen=True, slots=True)
class Steps:
    """The steps of one address in the words of one tradition ("vi" or "en"), ordered from the outermost."""

    language: str
    steps: tuple[tuple[str, str], ...]

    def get(self, level: str) -> str | None:
        """Return the number at `level`, None where the address has no such step."""
        return dict(self.steps).get(level)

    def has(self, *levels: str) -> bool:
        """Return whether any of `levels` is a step of this address."""
        return any(level in levels for level, _ in self.steps)

    def written(self) -> str:
        """Return the canonical address."""
        return self._vietnamese() if self.language == VI else self._english()

    def inside_out(self) -> str:
        """Return the address as Vietnamese readers say it: điểm a khoản 2 Điều 9."""
        return " ".join(
            f"{_WORDS[VI][level]} {number}" for level, number in reversed(self.steps) if level in _WORDS[VI]
        )

    def _vietnamese(self) -> str:
        parts: list[str] = []
        for level, number in self.steps:
            word = _WORDS[VI].get(level)
            if word is None:
                continue
            if not parts and level not in _LOWER_ALONE:
                word = word[0].upper() + word[1:]
            elif parts and level in ("part", "chapter") and self.has("annex"):
                word = word.lower()
            parts.append(f"{word} {number}")
        return " ".join(parts)

    def _english(self) -> str:
        text = ""
        bracketed = self.has("article", "section") and not self.has("annex", "appendix")
        for level, number in self.steps:
            if level not in INSIDE:
                text = f"{text} {_WORDS[EN].get(level, level)} {number}".lstrip()
                bracketed = bracketed or level == "paragraph"
            elif bracketed:
                text += f"({number})"
            else:
                text += f" point {number}" if level == "clause" else f" point ({number})"
                bracketed = True
        return text

    def other_names(self) -> Iterator[Steps]:
        """Yield the chains by which the same place may go elsewhere: first in this tradition, then in the other."""
        steps, other = dict(self.steps), EN if self.language == VI else VI
        if self.has("recital", "title", "form"):
            return
        if self.language == EN:
            numbered = _renamed(steps, "section", "clause") if {"annex", "section"} <= set(steps) else None
            if numbered and "clause" not in steps:
                yield arranged(EN, numbered)  # acts call points of an annex sections: "Section 10.4 of Annex I"
            if set(steps) == {"annex", "clause"}:  # an annex whose paragraphs have no numbers
                yield Steps(EN, tuple(_renamed(steps, "clause", "paragraph").items()))
            steps = _renamed(steps, "appendix", "annex")
            yield arranged(VI, steps | ({"point": "đ"} if steps.get("point") == "dd" else {}))
            return
        readings = [steps]
        if {"annex", "section"} <= set(steps) and "clause" not in steps:
            readings.insert(0, _renamed(steps, "section", "clause"))
        for reading in readings:
            yield arranged(other, reading)
            if reading.get("point") == "đ":
                yield arranged(other, reading | {"point": "dd"})
        if "annex" in steps:
            yield arranged(other, _renamed(steps, "annex", "appendix"))


def _renamed(steps: Mapping[str, str], old: str, new: str) -> dict[str, str]:
    return {(new if level == old else level): number for level, number in steps.items()}


def arranged(language: str, steps: Mapping[str, str]) -> Steps:
    """Return `steps` in order with their numbers as addresses write them.

    What stands above an article is dropped, for articles are counted through a whole act; the outermost numbers of a
    Vietnamese annex are its mục.
    """
    chain = dict(steps)
    if "paragraph" in chain and (language == VI or {"article", "annex"} & set(chain)):
        chain = _renamed(chain, "paragraph", "clause")
    if "article" in chain or "recital" in chain:
        chain = {level: number for level, number in chain.items() if level not in _ABOVE_ARTICLE}
    if language == VI and "annex" in chain and "clause" in chain and not {"section", "article"} & set(chain):
        chain = _renamed(chain, "clause", "section")
    if language == VI and chain.get("point") == "dd":
        chain["point"] = "đ"
    spelled = {level: _spelled(level, number, language, chain) for level, number in chain.items()}
    return Steps(language, tuple(sorted(spelled.items(), key=lambda step: RANK[step[0]])))


def _spelled(level: str, number: str, language: str, chain: Mapping[str, str]) -> str:
    if level in ("annex", "title", "chapter") or (level == "part" and language == VI):
        return _container_number(number.lower(), roman=True)
    if level in ("appendix", "part"):
        return _container_number(number.lower(), roman=False)
    if level in ("section", "subsection"):
        value = roman_value(number)
        if value and "chapter" in chain:
            return str(value)
        number = re.sub(r"^0+(?=\d)", "", number).upper()
        return number[:-1] + number[-1].lower() if re.fullmatch(r"[\d.]*\d[A-Z]", number) else number
    return number


ORDINALS = {word: n for n, word in enumerate("nhat hai ba tu nam sau bay tam chin muoi".split(), start=1)}


def _container_number(value: str, *, roman: bool) -> str:
    """Return the number of an annex, chapter and the like: "III" (or "3" where not `roman`), "A", "IIa"."""
    if value in ORDINALS:
        value = str(ORDINALS[value])
    match = re.fullmatch(r"0*(\d+)([a-zđ]?)", value)
    if match:
        number = int(match[1])
        return (_roman(number) if roman and 0 < number < 90 else str(number)) + match[2]
    if roman_value(value) is None and len(value) > 1 and roman_value(value[:-1]) is not None:
        return value[:-1].upper() + value[-1]
    return value.upper()


_ROMAN = re.compile(r"(?=[ivxl])(xl|l?x{0,3})(ix|iv|v?i{0,3})")
_TENS = ["", "x", "xx", "xxx", "xl", "l", "lx", "lxx", "lxxx"]
_ONES = ["", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix"]


def roman_value(text: str) -> int | None:
    """Return the number that a Roman numeral below 90 stands for, else None. L, C, D and M alone are letters.

    >>> roman_value("XIV"), roman_value("iix"), roman_value("L"), roman_value("C")
    (14, None, None, None)
    """
    folded = text.lower()
    match = _ROMAN.fullmatch(folded)
    if not match or folded == "l":
        return None
    return 10 * _TENS.index(match[1]) + _ONES.index(match[2])


def _roman(number: int) -> str:
    return (_TENS[number // 10] + _ONES[number % 10]).upper()
