"""The catalogue of official sources: what exists, where its official text is, and how it stands in law.

A `Source` restates facts about one instrument in our own words; it is not its text. `ingest.catalogue` reads the rows,
this module answers questions about them: which one a number names, how it stands, what of it the base holds.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from typing import Literal

from kb.language import fold
from kb.number import FoundNumber, find_numbers, number_key
from kb.records import Authority, Kind

FETCHED = "fetch:"
"""What `Document.source` begins with where the text was fetched; the id of its source follows."""


_PARTIAL_DATE = re.compile(r"\d{4}(?:-\d\d){0,2}")
_UNDATED = re.compile(r"\d+/[a-z]")  # a Vietnamese number without a year: 127/qd-ttg
_TWO_NUMBERS = re.compile(r"\s+/\s+|\s*;\s*")
_WORD = re.compile(r"[^\W_]+")

Confirmed = Literal["confirmed", "partly", "to check"]


class Standing(StrEnum):
    """How an instrument stands on the day its facts were checked."""

    IN_FORCE = "in force"
    AMENDED = "amended"
    """In force as amended, or in part."""
    REPEALED = "repealed"
    """Repealed, replaced or lapsed."""
    NOT_YET = "not yet in force"
    DRAFT = "draft"
    CURRENT = "current"
    """Guidance, a standard, a programme or a directory in use: nothing that law puts in force."""
    UNCLEAR = "unclear"


class Licence(StrEnum):
    """What may be done with the official text."""

    OFFICIAL_TEXT = "official-text"
    """Vietnamese legal text: outside copyright."""
    EU_REUSE = "EU-reuse"
    US_PUBLIC_DOMAIN = "US-public-domain"
    OGL = "OGL-3.0"
    WHO = "CC-BY-NC-SA-3.0-IGO"
    IMDRF = "imdrf-internal"
    """Personal, educational or internal non-commercial use, notice kept."""
    CC_BY = "CC-BY (check)"
    LINK_ONLY = "link-only"
    """Facts and link only; the text stays where it is."""
    SOLD = "sold"
    """Sold by its publisher; a licence may forbid to load a copy into an AI tool."""


class UrlKind(StrEnum):
    """What the official address leads to."""

    TEXT = "text"
    """The text itself, as a file or a page."""
    PAGE = "page"
    """A page about this one source, which shows or links its text."""
    SITE = "site"
    """A site or list on which a person has to look for it, by number or title."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One official source. `issued` and `effective` are as far as known: "2025-12-10", "2025-12", "2025" or None.

    `replaces`, `replaced_by` and `amended_by` hold official numbers, `amended_by` only what is in effect on the day
    `checked`. `file_url` is the file itself where its address is known. `also_hosts` are further hosts from which an
    official download may come or to which it may be sent on. Texts in two languages say the same; `relation`
    and `to_check` may be empty. Titles of foreign instruments in Vietnamese are ours, for reference.
    """

    id: str
    core: bool
    kind: Kind
    authority: Authority
    jurisdiction: str
    issuer_en: str
    issuer_vi: str
    number: str | None
    title_en: str
    title_vi: str
    issued: str | None
    effective: str | None
    standing: Standing
    status_en: str
    status_vi: str
    relation_en: str
    relation_vi: str
    replaces: tuple[str, ...]
    replaced_by: tuple[str, ...]
    amended_by: tuple[str, ...]
    url: str
    file_url: str | None
    also_hosts: tuple[str, ...]
    languages: tuple[str, ...]
    licence: Licence
    why_en: str
    why_vi: str
    confirmed: Confirmed
    to_check_en: str
    to_check_vi: str
    checked: date
    url_kind: UrlKind = UrlKind.PAGE


# One source -----------------------------------------------------------------------------------------------------------


def title(source: Source, language: str) -> str:
    """Return the title in `language` ("vi" or "en"; anything else reads English)."""
    return text_of(source, "title", language)


def text_of(
    source: Source, name: Literal["title", "issuer", "status", "relation", "why", "to_check"], language: str
) -> str:
    """Return one of a source's bilingual texts in `language` ("vi" or "en"; anything else reads English)."""
    return str(getattr(source, f"{name}_{'vi' if language == 'vi' else 'en'}"))


def may_fetch(licence: Licence) -> bool:
    """Return whether a text under `licence` may be downloaded into the base by script; else only its link is shown."""
    return licence not in (Licence.LINK_ONLY, Licence.SOLD)


def fetchable(source: Source) -> bool:
    """Return whether the text may be downloaded and the catalogue's address leads to it, not to a whole site."""
    return may_fetch(source.licence) and (source.file_url is not None or source.url_kind is not UrlKind.SITE)


def first_day(value: str | None) -> date | None:
    """Return the first day of a date known in full, to the month or to the year. Raises ValueError for anything else.

    >>> first_day("2025-12"), first_day("2025"), first_day(None)
    (datetime.date(2025, 12, 1), datetime.date(2025, 1, 1), None)
    """
    if value is None:
        return None
    if not _PARTIAL_DATE.fullmatch(value):
        raise ValueError(value)
    return date.fromisoformat(value + "-01" * (2 - value.count("-")))


# Numbers --------------------------------------------------------------------------------------------------------------


def standing_of(number: str, sources: Sequence[Source], *, issued: date | None = None) -> Source | None:
    """Return the source that `number` names, in whatever spelling, or None.

    A number without its edition or revision ("ISO 13485", "MDCG 2019-11") names the one source it begins. Vietnamese
    numbers without a year come again every year: `issued`, where known, must then be of the source's year.
    """
    key = number_key(number)
    for source in sources:
        if key in number_keys(source) and same_year(key, source, issued):
            return source
    if not any(char.isdecimal() for char in key):
        return None
    begun = [source for source in sources if any(own.startswith(f"{key} ") for own in number_keys(source))]
    return begun[0] if len(begun) == 1 else None


def superseded_numbers(sources: Iterable[Source]) -> dict[str, tuple[str, ...]]:
    """Return the numbers (ids, of sources without one) that now replace an instrument, by its `number_key`.

    It need not have a row of its own. What a draft or a text not yet in force would replace is not among them.
    """
    found: dict[str, dict[str, None]] = {}
    for source in sources:
        if source.standing in (Standing.DRAFT, Standing.NOT_YET, Standing.UNCLEAR):
            continue
        for replaced in source.replaces:
            found.setdefault(number_key(replaced), {})[source.number or source.id] = None
        if source.number and source.replaced_by:
            found.setdefault(number_key(source.number), {}).update(dict.fromkeys(source.replaced_by))
    return {key: tuple(numbers) for key, numbers in found.items()}


def number_keys(source: Source) -> frozenset[str]:
    """Return the keys (`kb.number.number_key`) of all that the source's number says; empty where it has none."""
    return _keys(source.number) if source.number else frozenset()


@cache
def _keys(number: str) -> frozenset[str]:
    """A number may be two, as of MDCG 2025-6 / AIB 2025-1."""
    parts = _TWO_NUMBERS.split(number)
    found = {found.key for part in parts for found in find_numbers(part)}
    return frozenset(found | {number_key(part) for part in parts})


def same_year(key: str, source: Source, issued: date | None) -> bool:
    """Return whether years allow a document with this number to be the source; they matter for numbers without one."""
    if issued is None or source.issued is None or not _UNDATED.match(key):
        return True
    return source.issued[:4] == str(issued.year)


# Choosing -------------------------------------------------------------------------------------------------------------


def choose(
    sources: Iterable[Source],
    *,
    kind: Kind | None = None,
    jurisdiction: str | None = None,
    issuer: str | None = None,
    standing: Standing | None = None,
    language: str | None = None,
    year: int | None = None,
    core: bool | None = None,
    words: str = "",
) -> tuple[Source, ...]:
    """Return the sources that meet every condition given, in their order.

    `issuer` is a whole issuer in either language, `language` one the official text exists in, `year` that of issue (of
    effect, where issue is unknown). Every one of `words` must begin a word of the numbers, titles, issuers or the id,
    marks and case aside; a document number counts in whatever spelling, also where it is one that the source replaces.
    """
    numbers, rest = _asked(words)
    return tuple(
        source
        for source in sources
        if (kind is None or source.kind is kind)
        and (jurisdiction is None or source.jurisdiction == jurisdiction)
        and (issuer is None or fold(issuer) in (fold(source.issuer_en), fold(source.issuer_vi)))
        and (standing is None or source.standing is standing)
        and (language is None or language in source.languages)
        and (year is None or (source.issued or source.effective or "")[:4] == str(year))
        and (core is None or source.core is core)
        and _speaks_of(source, numbers, rest)
    )


def _asked(words: str) -> tuple[tuple[FoundNumber, ...], tuple[str, ...]]:
    """The document numbers among `words`, and the words about them as the haystack spells words."""
    rest = unicodedata.normalize("NFC", words)
    numbers = find_numbers(rest)
    for number in reversed(numbers):
        rest = f"{rest[: number.start]} {rest[number.end :]}"
    return numbers, tuple(bare for word in rest.split() if (bare := squeezed(word)))


def _speaks_of(source: Source, numbers: Sequence[FoundNumber], words: Sequence[str]) -> bool:
    if not numbers and not words:
        return True
    hay = f" {_haystack(source)}"
    known = number_keys(source).union(*map(_keys, source.replaces))
    return all(number.key in known or f" {squeezed(number.canonical)}" in hay for number in numbers) and all(
        f" {word}" in hay for word in words
    )


@cache
def _haystack(source: Source) -> str:
    said = (source.title_en, source.title_vi, source.issuer_en, source.issuer_vi, source.id, source.number or "")
    return squeezed(" ".join((*said, *source.replaces)))


def squeezed(text: str) -> str:
    """Return the words of `text`, folded, a space between, numbers without leading zeros ("07/2023" as "7/2023")."""
    return " ".join(word.lstrip("0") or "0" for word in _WORD.findall(fold(text)))
