"""References and the documents they mean: by exact number, by part of a number, by name; never by likeness.

Ambiguous references give all that they may mean; what the base does not hold gives nothing.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from kb.mention import Reference, find_references
from kb.names import (
    KnownName,
    Phrases,
    Words,
    known_phrases,
    leading_place,
    leading_type,
    place_code,
    title_names,
    type_of,
    words_of,
)
from kb.number import FoundNumber, find_numbers, number_key

__all__ = ["DocumentName", "DocumentNames", "Reference", "find_references", "match_documents"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentName:
    """What a document in the base is called. `id` is whatever the caller knows it by."""

    id: int | str
    number: str | None = None
    title: str = ""
    aliases: tuple[str, ...] = ()
    language: str | None = None
    jurisdiction: str | None = None


def match_documents(reference: Reference, documents: Sequence[DocumentName]) -> tuple[int | str, ...]:
    """Return the ids of the documents that `reference` means, the likeliest first; () where none does.

    The index over `documents` is kept for the next call with the same ones; hold a `DocumentNames` to be sure of it.

    >>> base = [
    ...     DocumentName(id=1, number="134/2025/QH15", title="Luật Trí tuệ nhân tạo", jurisdiction="VN"),
    ...     DocumentName(id=2, number="(EU) 2024/1689", title="Artificial Intelligence Act", jurisdiction="EU"),
    ... ]
    >>> [match_documents(find_references(q)[0], base) for q in ("luat 134/2025", "AI Act", "luật AI của EU", "GDPR")]
    [(1,), (2,), (2,), ()]
    """
    return _index(tuple(documents)).match(reference)


@lru_cache(maxsize=4)
def _index(documents: tuple[DocumentName, ...]) -> DocumentNames:
    return DocumentNames(documents)


class DocumentNames:
    """An index over what the documents of a base are called."""

    def __init__(self, documents: Iterable[DocumentName]) -> None:
        self._documents = tuple(documents)
        self._numbers = [_number(document) for document in self._documents]
        self._types = [_type(document, number) for document, number in zip(self._documents, self._numbers, strict=True)]
        self._by_key: dict[str, list[int]] = defaultdict(list)
        self._by_loose: dict[str, list[int]] = defaultdict(list)
        self._by_ordinal: dict[str, list[int]] = defaultdict(list)
        self._phrases: Phrases[int] = Phrases()
        self._callable: Phrases[int] = Phrases()  # names that stand out in a sentence by themselves
        self._titles: list[str] = []
        for index, (document, number) in enumerate(zip(self._documents, self._numbers, strict=True)):
            if number:
                self._by_loose[number.loose].append(index)
                self._by_ordinal[number.key.partition("/")[0]].append(index)
            if number or document.number:
                self._by_key[number.key if number else number_key(document.number or "")].append(index)
            self._titles.append(f" {' '.join(words_of(document.title))} ")
            names = list(title_names(document.title, self._types[index]))
            aliases = [words_of(alias) for alias in document.aliases]
            for name in (*names, *aliases):
                self._phrases.add(name, index)
                if len(name) > 4 or (len(name) > 1 and (name in aliases or type_of(name[0]) or type_of(name[-1]))):
                    self._callable.add(name, index)

    def longest(self, words: Words, position: int) -> int:
        """Return how many of the folded `words` from `position` on are a document's name; 0 where none stands there."""
        return max((len(phrase) for phrase, _ in self._callable.at(words, position)), default=0)

    def match(self, reference: Reference) -> tuple[int | str, ...]:
        """Return the ids of the documents that `reference` means, the likeliest first; () where none does."""
        found = self._by_number(reference) if reference.number else []
        if not found and reference.words:
            found = self._by_name(reference)
        return tuple(self._documents[index].id for index in found)

    # -- numbers -------------------------------------------------------------------------------------------------------

    def _by_number(self, reference: Reference) -> list[int]:
        number = reference.number or ""
        asked = next(iter(find_numbers(number)), None)
        if asked:
            exact = self._by_key.get(asked.key, [])
            return list(exact) or [
                i for i in self._by_loose.get(asked.loose, []) if _same_edition(asked, self._numbers[i])
            ]
        ordinal, _, year = number.partition("/")
        ordinal = ordinal.lstrip("0") or "0"
        held = self._by_loose.get(f"{ordinal}/{year}", []) if year else self._by_ordinal.get(ordinal, [])
        return self._newest(self._of_type(held, reference.type))

    def _of_type(self, indexes: list[int], kind: str | None) -> list[int]:
        """Keep documents of a type; resolutions of the National Assembly are numbered like laws."""
        if kind is None:
            return indexes
        same = [index for index in indexes if self._types[index] in (kind, None)]
        if not same and kind in ("resolution", "circular"):
            near = {"resolution": "law", "circular": "joint circular"}[kind]
            same = [index for index in indexes if self._types[index] == near]
        return same

    def _newest(self, indexes: Iterable[int]) -> list[int]:
        return sorted(indexes, key=lambda index: (-self._year(index), index))

    def _year(self, index: int) -> int:
        number = self._numbers[index]
        years = re.findall(r"(?<!\d)(?:19|20)\d\d(?!\d)", number.key if number else self._titles[index])
        return int(years[0]) if years else 0

    # -- names ---------------------------------------------------------------------------------------------------------

    def _by_name(self, reference: Reference) -> list[int]:
        """Return the documents whose name, or whose known name, is the longest that the reference begins with."""
        best, owners = 0, list[int]()
        words = reference.words
        for variant, start, dropped in _readings(words):
            for phrase, indexes in self._phrases.at(variant, start):
                best, owners = _longer(best, owners, start + len(phrase) + dropped, indexes)
            if start and reference.type != "law":  # "luật GDPR", but not "nghị định Luật Dữ liệu"
                continue
            for phrase, known in known_phrases().at(variant, start):
                admitted = [name for name, beside in known if _admits(name, beside, reference.jurisdiction)]
                if admitted:
                    held = [index for name in admitted for index in self._known(name)]
                    best, owners = _longer(best, owners, start + len(phrase) + dropped, held)
        if best:
            held = self._in_place(owners, reference.jurisdiction)
            if not held and leading_place(words)[0]:  # the place is part of the title: "ASEAN Medical Device Directive"
                held = list(dict.fromkeys(owners))
            return self._newest(self._in_year(held, words[best : best + 2]))
        return self._newest(self._in_place(self._about(reference), reference.jurisdiction))

    def _known(self, name: KnownName) -> list[int]:
        """Return the documents that a known name stands for: by its number, or where no number is known by title."""
        held: list[int] = []
        if name.number:
            found = next(iter(find_numbers(name.number)), None)
            held = list(self._by_key.get(found.key if found else number_key(name.number), []))
            if found and not held:
                held = [i for i in self._by_loose.get(found.loose, []) if _same_edition(found, self._numbers[i])]
        if not held and name.title:
            phrase = f" {' '.join(name.title)} "
            held = [index for index, title in enumerate(self._titles) if phrase in title]
        return held

    def _in_place(self, indexes: Iterable[int], place: str | None) -> list[int]:
        unique = dict.fromkeys(indexes)
        return [i for i in unique if place is None or place_code(self._documents[i].jurisdiction) in (place, None)]

    def _in_year(self, indexes: list[int], following: Words) -> list[int]:
        """Keep what is of the year that stands behind the name ("Luật An ninh mạng 2018", "... năm 2025")."""
        year = next((word for word in following if re.fullmatch(r"(?:19|20)\d\d", word)), None)
        if year is None or (following[0] != year and following[0] != "nam"):
            return indexes
        return [index for index in indexes if self._year(index) in (int(year), 0)]

    def _about(self, reference: Reference) -> list[int]:
        """Return decrees, circulars and the like whose title holds the subject named: "nghị định về dữ liệu y tế"."""
        words = words_of(reference.name or "")
        if reference.type in (None, "law", "constitution"):
            return []
        lead = leading_type(words)
        subject = words[lead:] if lead else words[:-1]
        while subject and subject[0] in _FILLERS:
            subject = subject[1:]
        if len(subject) < _SUBJECT:
            return []
        phrase = f" {' '.join(subject)} "
        held = [i for i, title in enumerate(self._titles) if self._types[i] == reference.type and phrase in title]
        shortest = min((len(self._titles[index]) for index in held), default=0)
        return [index for index in held if len(self._titles[index]) <= 2 * shortest]


_SUBJECT = 3  # fewer words of a subject stand in too many titles
_FILLERS = {"ve", "quy", "dinh", "huong", "dan", "chi", "tiet", "thi", "hanh", "on", "the", "for"}


def _longer(best: int, owners: list[int], reach: int, candidates: Iterable[int]) -> tuple[int, list[int]]:
    if reach > best:
        return reach, list(candidates)
    return (best, [*owners, *candidates]) if reach == best else (best, owners)


def _readings(words: Words) -> list[tuple[Words, int, int]]:
    """Return the ways to read a name: words, where the name begins in them, and how many words were left out before."""
    readings = [(words, 0, 0)]
    place, _ = leading_place(words)
    if place:
        readings.append((words[place:], 0, place))
    lead = leading_type(words)
    if lead:
        about = words[lead : lead + 1] == ("ve",)
        if about:
            readings.append((words[:lead] + words[lead + 1 :], 0, 1))
        if len(words) > lead + about:
            readings.append((words, lead + about, 0))
    return readings


def _admits(name: KnownName, beside: bool, place: str | None) -> bool:
    return place == name.jurisdiction or (place is None and not beside)


def _number(document: DocumentName) -> FoundNumber | None:
    """Return a document's number; where it states none, one that opens its title ("Nghị định 142/2026/NĐ-CP ...")."""
    if document.number:
        return next(iter(find_numbers(document.number)), None)
    first = next(iter(find_numbers(document.title)), None)
    if first is None:
        return None
    before = " ".join(word for word in words_of(document.title[: first.start]) if word not in ("so", "no"))
    return first if not before or type_of(before) else None


def _type(document: DocumentName, number: FoundNumber | None) -> str | None:
    words = words_of(document.title)
    stated = type_of(" ".join(words[: leading_type(words)]))
    if number and number.type and not (number.type == "law" and stated == "resolution"):
        return number.type
    return stated or (type_of(words[-1]) if words else None)


def _same_edition(asked: FoundNumber, held: FoundNumber | None) -> bool:
    """Return whether guidance or a standard is the edition asked for: equal editions, or one of them unstated."""
    if held is None or "/" in asked.loose:
        return False
    edition = r"rev \d+$" if asked.loose.startswith("mdcg") else r"(?<= )(?:19|20)\d\d"
    first, second = re.findall(edition, asked.key), re.findall(edition, held.key)
    return first == second or not first or not second
