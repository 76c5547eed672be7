"""Addresses of clauses: one canonical form for both traditions (design 4.9), read from every usual spelling.

"Điều 9 khoản 2 điểm a", "Article 6(1)(a)", "Annex III point 5(b)", "Section 4.2.1 paragraph 3". `kb.spelling` reads
what people write, `kb.steps` holds the chain of steps and writes it.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from kb.number import canonical_number, fold, number_key
from kb.spelling import groups, read_whole
from kb.steps import EN, VI, Steps, roman_value

__all__ = [
    "FoundAddress",
    "address_key",
    "canonical_number",
    "equivalents",
    "find_addresses",
    "kind_of",
    "number_key",
    "ordinal_parts",
    "parent",
    "parse_address",
    "shown",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundAddress:
    """An address at `text[start:end]` (NFC). `weak`: such words also stand in ordinary speech ("part 5", "mục 3")."""

    start: int
    end: int
    address: str
    weak: bool


def find_addresses(text: str) -> tuple[FoundAddress, ...]:
    """Return the clause addresses in `text`, in order; offsets count in its NFC form. A list gives one for each number.

    >>> [found.address for found in find_addresses("So sánh điểm a, b khoản 2 Điều 9 với point (a) of Article 6(1)")]
    ['Điều 9 khoản 2 điểm a', 'Điều 9 khoản 2 điểm b', 'Article 6(1)(a)']
    >>> find_addresses("điều kiện vay khoản 5 triệu, điểm 9, articles about 6 topics")
    ()
    """
    text = unicodedata.normalize("NFC", text)
    found = []
    for group in groups(text, fold(text)):
        start, end = min(token.start for token in group.tokens), max(token.end for token in group.tokens)
        titled = any(token.level == "section" and token.capital and token.language == EN for token in group.tokens)
        for steps in group.chains():
            strong = (
                steps.has("article", "recital", "annex", "appendix", "chapter")
                or titled
                or "." in (steps.get("section") or "")
            )
            found.append(FoundAddress(start=start, end=end, address=steps.written(), weak=not strong))
    return tuple(found)


def parse_address(text: str) -> str | None:
    """Return the canonical address that `text` spells, in either language, marked or not; None where it is none.

    The whole text must be the address: use `find_addresses` inside a sentence. A heading without a number
    ("Introduction / Scope") has no other spelling and gives None.

    >>> parse_address("điểm a khoản 2 Điều 9"), parse_address("dieu 9 khoan 2 diem a"), parse_address("Đ9 k2")
    ('Điều 9 khoản 2 điểm a', 'Điều 9 khoản 2 điểm a', 'Điều 9 khoản 2')
    >>> parse_address("point (a) of Article 6(1)"), parse_address("Art 6 para 1"), parse_address("annex 3, point 5 (b)")
    ('Article 6(1)(a)', 'Article 6(1)', 'Annex III point 5(b)')
    >>> parse_address("chapter 3 section 2"), parse_address("phu luc 1"), parse_address("điều kiện")
    ('Chapter III Section 2', 'Phụ lục I', None)
    """
    steps = _read(text)
    if steps is None:
        return {"phu luc": "Phụ lục", "annex": "Annex"}.get(fold(unicodedata.normalize("NFC", text)).strip())
    return steps.written()


def _read(text: str) -> Steps | None:
    text = " ".join(unicodedata.normalize("NFC", text).split()).strip(" .,;:?!\"'“”«»")
    return read_whole(text, fold(text))


def _steps(address: str) -> Steps | None:
    """Return the steps of an address that is canonical and wholly numbered, None for any other."""
    steps = _read(address)
    return steps if steps and steps.written() == address else None


def equivalents(address: str) -> tuple[str, ...]:
    """Return what else the same place may be called, mostly in the other tradition, the likeliest first.

    >>> equivalents("Điều 9 khoản 2 điểm a"), equivalents("Article 6(1)"), equivalents("Recital 47")
    (('Article 9(2)(a)',), ('Điều 6 khoản 1',), ())
    >>> equivalents("Phụ lục III mục 5"), equivalents("Điều 3 khoản 1 điểm đ")
    (('Annex III point 5', 'Annex III Section 5', 'Appendix III Section 5'), ('Article 3(1)(đ)', 'Article 3(1)(dd)'))
    >>> equivalents("Annex I Section 10.4")
    ('Annex I point 10.4', 'Phụ lục I mục 10.4')
    """
    steps = _steps(address)
    names = [other.written() for other in steps.other_names()] if steps else []
    return tuple(dict.fromkeys(name for name in names if name != address))


_NUMERAL = re.compile(
    r"\b(phu luc|annex|appendix|chuong|chapter|phan|part|title|muc|section|article) ([ivxl]+)(?=[a-z]?(?:[ .(/]|$))"
)


def address_key(address: str) -> str:
    """Return the key by which addresses compare: no case, no marks but the đ of a point, Roman and plain numbers alike.

    Any address has a key, those that other documents make up ("Quy chế Điều 3") too.

    >>> address_key("Chương II mục 1") == address_key("chuong 2 muc 1")
    True
    >>> address_key("Annex III") == address_key("ANNEX 3")
    True
    >>> address_key("Điều 9 khoản 2 điểm đ"), address_key("Điều 9 khoản 2 điểm d")
    ('dieu 9 khoan 2 diem đ', 'dieu 9 khoan 2 diem d')
    """
    text = " ".join(unicodedata.normalize("NFC", address).split())
    letters = list(fold(text))
    for match in re.finditer(r"(?:diem |\()(d)\d?(?!\w)", "".join(letters)):
        if text[match.start(1)] in "đĐðÐ":
            letters[match.start(1)] = "đ"
    key = _NUMERAL.sub(lambda match: f"{match[1]} {roman_value(match[2]) or match[2]}", "".join(letters))
    return re.sub(r"(?<!\w|\.)0+(?=\d)", "", key)


def shown(address: str) -> str:
    """Return the address as a reader of its tradition writes it: Vietnamese articles inside out, all else as stored.

    >>> shown("Điều 9 khoản 2 điểm a"), shown("Article 6(1)(a)"), shown("Chương II mục 1")
    ('điểm a khoản 2 Điều 9', 'Article 6(1)(a)', 'Chương II mục 1')
    """
    steps = _steps(address)
    return steps.inside_out() if steps and steps.language == VI and steps.steps[0][0] == "article" else address


_REPEAT = re.compile(r" \(\d+\)$")  # the mark of a repeated address is no step
_DECIMAL = re.compile(r"(.*(?:Section|point|[Mm]ục|khoản) [\dA-Z]+(?:\.\w+)*)\.\w+")
_LAST_STEP = (
    re.compile(r" point \([^()\s]+\)$"),
    re.compile(
        r"(?:\([^()\s]+\)"
        r"| (?:phần|chương|mục|tiểu mục|Điều|đoạn|khoản|điểm|tiết|bảng|dòng|quy tắc|mẫu số"
        r"|Part|Title|Chapter|Section|Subsection|Article|rule|paragraph|point|table|row) [^\s/()]+)$"
    ),
    re.compile(r" / [^/]+$"),
)


def parent(address: str) -> str | None:
    """Return the address one step further out; None for an outermost one.

    >>> parent("Article 6(1)(a)"), parent("Điều 9 khoản 2"), parent("Section 4.2.1"), parent("Điều 9")
    ('Article 6(1)', 'Điều 9', 'Section 4.2', None)
    >>> parent("Annex III point 5(b)"), parent("Introduction / Scope paragraph 2"), parent("Introduction / Scope")
    ('Annex III point 5', 'Introduction / Scope', 'Introduction')
    """
    address = _REPEAT.sub("", address)
    decimal = _DECIMAL.fullmatch(address)
    if decimal:
        return decimal[1]
    for step in _LAST_STEP:
        shorter = step.sub("", address)
        if shorter != address:
            return shorter
    return None


_KINDS = {
    "phụ": "annex", "annex": "annex", "appendix": "annex", "mẫu": "form", "phần": "part", "part": "part",
    "title": "title", "chương": "chapter", "chapter": "chapter", "mục": "section", "section": "section",
    "tiểu": "subsection", "subsection": "subsection", "điều": "article", "article": "article", "recital": "recital",
}  # fmt: skip


def kind_of(address: str) -> str | None:
    """Return the kind of the outermost step (article, annex, recital, chapter, section ...); None for a heading.

    >>> kind_of("Điều 9 khoản 2"), kind_of("Annex III point 5(b)"), kind_of("Introduction / Scope")
    ('article', 'annex', None)
    """
    word, _, rest = address.partition(" ")
    return _KINDS.get(word.lower()) if rest and not rest.startswith("/") else None


_ALPHABET = "abcdđefghijklmnopqrstuvwxyz"
_COUNT = re.compile(r"(?<=[ (.])(?:\d+[a-zđ]?|[a-zđ]{1,6}\d?)(?![^\W_])")


def ordinal_parts(address: str) -> tuple[tuple[int, str], ...]:
    """Return the numbers of an address for sorting, outermost first: each a count and a suffix ("9a" is (9, "a")).

    Letters count through the Vietnamese alphabet, where đ follows d. Only addresses of the same shape compare sensibly.

    >>> ordinal_parts("Điều 9a khoản 2 điểm đ"), ordinal_parts("Annex XIV point 5(b)"), ordinal_parts("Section 4.2.1")
    (((9, 'a'), (2, ''), (5, '')), ((14, ''), (5, ''), (2, '')), ((4, ''), (2, ''), (1, '')))
    >>> max(["Điều 9", "Điều 35", "Điều 4"], key=ordinal_parts)
    'Điều 35'
    """
    parts: list[tuple[int, str]] = []
    for value in _COUNT.findall(address_key(address)):
        number = re.fullmatch(r"(\d+)([a-zđ]?)", value)
        letter = re.fullmatch(r"(([a-zđ])\2*)(\d?)", value)
        roman = roman_value(value)
        if number:
            parts.append((int(number[1]), number[2]))
        elif roman and (len(value) > 1 or len(parts) > 2):  # (ii), and an (i) that stands behind a letter
            parts.append((roman, ""))
        elif letter:
            parts.append((26 * (len(letter[1]) - 1) + _ALPHABET.index(letter[2]) + 1, letter[3]))
    return tuple(parts)
