"""Numbering marks at the begin of lines, and the lists they form."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

VIETNAMESE_LETTERS = "abcdđeghiklmnopqrstuvxy"
LATIN_LETTERS = "abcdefghijklmnopqrstuvwxyz"

_ROMAN = re.compile(r"^(?=[ivxlc])(?:xc|xl|l?x{0,3})(?:ix|iv|v?i{0,3})$")
_ROMAN_VALUES = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}


@dataclass(frozen=True, slots=True)
class Token:
    """A numbering mark as one style reads it: `style` such as "1.", "a)", "(i)"; `value` in lower case ("2", "đ", "iv",
    "1.2").
    """

    style: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A line that carries a numbering mark in sequence.

    `index` counts lines, `path` are the tokens of the lists it stands in, outermost first, its own last; `value` is
    the number as it should read (a letter typed twice is put right), `label` the mark as printed, `body` what follows
    it.
    """

    index: int
    path: tuple[Token, ...]
    label: str
    body: str


def roman(value: str) -> int | None:
    """Return the number that a Roman numeral up to 99 stands for, None where it is none.

    >>> roman("IV"), roman("xviii"), roman("iiii"), roman("")
    (4, 18, None, None)
    """
    value = value.lower()
    if not value or not _ROMAN.match(value):
        return None
    total = 0
    for one, following in zip(value, [*value[1:], ""], strict=True):
        worth = _ROMAN_VALUES[one]
        total += -worth if following and _ROMAN_VALUES[following] > worth else worth
    return total


def follows(style: str, before: str, after: str) -> bool:
    """Whether `after` is the next number of a list of `style` that stands at `before`.

    Letters follow the Vietnamese alphabet (no f, j, w, z) or the Latin one; inserted numbers (2a, d1) follow theirs.

    >>> follows("a)", "d", "đ"), follows("a)", "e", "g"), follows("a)", "e", "f"), follows("1.", "2a", "3")
    (True, True, True, True)
    >>> follows("a)", "b", "d"), follows("1.", "2", "4")
    (False, False)
    """
    if style == "1.1":
        (*above, last), (*also, own) = before.split("."), after.split(".")
        return above == also and int(own) == int(last) + 1
    kind = style.strip("().").lower()
    if kind == "i":
        first, second = roman(before), roman(after)
        return first is not None and second == first + 1
    if kind == "1":
        a, b = _number(before), _number(after)
        if a is None or b is None:
            return False
        if a[0] == b[0]:
            return _letter_follows(a[1], b[1]) if a[1] else b[1] == "a"
        return b[0] == a[0] + 1 and b[1] in ("", "a")
    return _letter_follows(before, after)


def _number(value: str) -> tuple[int, str] | None:
    match = re.fullmatch(r"(\d+)([a-zđ]?)", value)
    return (int(match[1]), match[2]) if match else None


def _letter_follows(before: str, after: str) -> bool:
    if not before or not after:
        return False
    if len(after) == 2 and after[1].isdigit():  # d1 after d, d2 after d1
        own = int(before[1]) if len(before) == 2 and before[1].isdigit() else 0
        return before[0] == after[0] and int(after[1]) == own + 1
    if len(before) == 2 and before[1].isdigit():
        before = before[0]
    if len(before) == len(after) == 2 and before[0] == before[1] and after[0] == after[1]:
        before, after = before[0], after[0]
    if before == "z" and after == "aa":
        return True
    for letters in (VIETNAMESE_LETTERS, LATIN_LETTERS):
        if before in letters and len(before) == 1 and letters[letters.index(before) + 1 :][:1] == after:
            return True
    return False


def _is_first(token: Token) -> bool:
    return token.value.rpartition(".")[2] == token.style.strip("().").lower()[0]


_PATTERNS = {
    "1.": re.compile(r"(?P<label>(?P<value>\d{1,3}[a-zđ]?)\s?(?:\.{1,2}(?!\d)))\s*(?=\D|$)"),
    "1.1": re.compile(r"(?P<label>(?P<value>\d{1,2}(?:\.\d{1,2}){1,4}))\.?(?:\s+|$)"),
    "1": re.compile(r"(?P<label>(?P<value>\d{1,2}))\s+(?=[^\W\d_])"),
    "1)": re.compile(r"(?P<label>(?P<value>\d{1,3}[a-zđ]?)\s?\))\s*"),
    "(1)": re.compile(r"(?P<label>\((?P<value>\d{1,3}[a-z]?)\))\s*"),
    "a)": re.compile(r"(?P<label>(?P<value>[a-zđ]{1,2}\d?)\s?\))\s*", re.I),
    "a.": re.compile(r"(?P<label>(?P<value>[a-zđ])\s?\.)\s+(?=\S)"),
    "(a)": re.compile(r"(?P<label>\((?P<value>[a-zđ]{1,2})\))\s*"),
    "(i)": re.compile(r"(?P<label>\((?P<value>[ivxl]{1,6})\))\s*"),
    "i)": re.compile(r"(?P<label>(?P<value>[ivxl]{1,6})\))\s*"),
    "i.": re.compile(r"(?P<label>(?P<value>[ivxl]{1,6})\.)\s+"),
    "I.": re.compile(r"(?P<label>(?P<value>[IVXL]{1,6})\s?[.)/])(?:\s+|$)"),
    "A.": re.compile(r"(?P<label>(?P<value>[A-ZĐ])\s?\.)(?:\s+|$)"),
    "(A)": re.compile(r"(?P<label>\((?P<value>[A-Z])\))\s*"),
}


def tokens(text: str, styles: Sequence[str]) -> list[tuple[Token, str, str]]:
    """Return every reading of the mark at the begin of `text` in `styles`: token, mark as printed, the text after it.

    >>> tokens("i) mười", ["a)", "i)"])
    [(Token(style='a)', value='i'), 'i)', 'mười'), (Token(style='i)', value='i'), 'i)', 'mười')]
    """
    found = []
    for style in styles:
        match = _PATTERNS[style].match(text)
        if match:
            value = match["value"].lower()
            body = text[match.end() :].strip()
            if ("i" in style.lower() and roman(value) is None) or (style == "1" and not body[:1].isupper()):
                continue
            found.append((Token("1." if style == "1" else style, value), match["label"].strip(), body))
    return found


def outline(texts: Sequence[str], *, styles: Sequence[str], gap: int = 2) -> Iterator[Item]:
    """Yield the lines of `texts` whose marks make lists, with the lists they stand in.

    A mark counts when it carries on a list that is open (the innermost first), or opens one with 1, a or i; a date or a
    reference at the begin of a line does neither. Up to `gap` missing numbers are forgiven where the list has one
    more number after. `styles` are tried in order.
    """
    read = [tokens(text, styles) for text in texts]
    open_lists: list[Token] = []
    for index, readings in enumerate(read):
        chosen = _choose(readings, open_lists, index, read, gap)
        if chosen is None:
            continue
        depth, token, label, body = chosen
        open_lists = [*open_lists[:depth], token]
        yield Item(index=index, path=tuple(open_lists), label=label, body=body)


def _choose(
    readings: list[tuple[Token, str, str]],
    open_lists: list[Token],
    index: int,
    read: list[list[tuple[Token, str, str]]],
    gap: int,
) -> tuple[int, Token, str, str] | None:
    for depth in range(len(open_lists) - 1, -1, -1):
        standing = open_lists[depth]
        for token, label, body in readings:
            if token.style != standing.style:
                continue
            if standing.style == "a)" and token.value == standing.value == "d" and _later(read, index, "a)", ("e",)):
                return depth, Token("a)", "đ"), label, body  # "d" typed for "đ"
            if follows(token.style, standing.value, token.value):
                if token.value == "i" and _opens_roman(readings, read, index):
                    continue
                return depth, token, label, body
    for token, label, body in readings:
        if not _is_first(token):
            continue
        if token.style == "1.1":
            holder = token.value.rpartition(".")[0]
            if not any(standing.style in ("1.", "1.1") for standing in open_lists):
                return len(open_lists), token, label, body
            for depth in range(len(open_lists) - 1, -1, -1):
                if open_lists[depth].style in ("1.", "1.1") and open_lists[depth].value == holder:
                    return depth + 1, token, label, body
        elif token.style == "1." or token.style not in {standing.style for standing in open_lists}:
            return len(open_lists), token, label, body
    for depth in range(len(open_lists) - 1, -1, -1):
        standing = open_lists[depth]
        for token, label, body in readings:
            if token.style == standing.style == "1." and depth == 0:
                a, b = _number(standing.value), _number(token.value)
                if a and b and 1 < b[0] - a[0] <= gap + 1 and body[:1].isupper() and label.endswith("."):
                    return depth, token, label, body
    return None


def _opens_roman(readings: list[tuple[Token, str, str]], read: list[list[tuple[Token, str, str]]], index: int) -> bool:
    """Whether an "i" after an "h" opens a Roman list: a "ii" comes before any "j" or "k"."""
    if not any(token.style.strip("().") == "i" for token, _, _ in readings):
        return False
    for later in read[index + 1 :]:
        values = {token.value for token, _, _ in later}
        if "ii" in values:
            return True
        if values & {"j", "k"}:
            return False
    return False


def _later(read: list[list[tuple[Token, str, str]]], index: int, style: str, values: tuple[str, ...]) -> bool:
    """Whether the next mark of `style` after line `index` has one of `values`."""
    for later in read[index + 1 :]:
        for token, _, _ in later:
            if token.style == style:
                return token.value in values
    return False
