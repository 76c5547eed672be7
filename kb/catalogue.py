"""The catalogue of official sources: what exists, where its official text is, and how it stands in law.

A `Source` restates facts about one instrument in our own words; it is not its text. `ingest.catalogue` reads the rows,
this module answers questions about them: which one a number names, how it stands, what of it the base holds.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Literal

from kb.number import number_key
from kb.records import Authority, Kind

FETCHED = "fetch:"
"""What `Document.source` begins with where the text was fetched; the id of its source follows."""

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


def superseded_numbers(sources: Iterable[Source]) -> dict[str, tuple[str, ...]]:
    """Return, by number key, the numbers of instruments that some entry replaces, to those that replace them."""
    found: dict[str, tuple[str, ...]] = {}
    for source in sources:
        for number in source.replaces:
            key = number_key(number)
            by = (source.number or source.id,)
            found[key] = (*found.get(key, ()), *by)
        if source.number and source.replaced_by:
            found[number_key(source.number)] = source.replaced_by
    return found
