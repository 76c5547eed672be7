"""The catalogue of official sources: which there are, how each stands, what of it the base holds and how to get it.

Pure functions of records; ui.pages asks the base and fills the template.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup

from kb.catalogue import Licence, Source, Standing, choose, fetchable, may_fetch, text_of, title
from kb.holdings import Holding
from kb.language import other_language
from kb.records import Kind
from kb.sources import Fetch, FetchOutcome
from ui.jobs import JobState
from ui.library_page import Choice, Facet
from ui.site import word
from ui.texts import Texts

FACETS = ("kind", "jurisdiction", "issuer", "standing", "language", "core", "held")
NAMES = {
    "kind": "facet_kind",
    "jurisdiction": "facet_jurisdiction",
    "issuer": "facet_issuer",
    "standing": "facet_standing",
    "language": "facet_source_language",
    "core": "facet_core",
    "held": "facet_held",
}
HELD = ("text", "note", "nothing", "missing")
"""What the base holds of a source: its text; a note only; nothing. `missing` is either of the last two."""
CORE = "core"


@dataclass(frozen=True, slots=True)
class Row:
    """One source as a list shows it."""

    source: Source
    title: str
    other_title: str
    holding: Holding
    held: str
    way: str
    """How the text can be had: fetch, site, link or sold."""
    fetch: Fetch | None

    @property
    def missing(self) -> bool:
        """Whether the base does not hold the text."""
        return self.held != "text"


@dataclass(frozen=True, slots=True)
class Listing:
    """The rows that a choice leaves, and how many rows each further choice would."""

    rows: tuple[Row, ...]
    facets: tuple[Facet, ...]
    total: int
    texts: int
    notes: int


def rows(
    sources: Sequence[Source], held: Mapping[str, Holding], fetches: Mapping[str, Fetch], texts: Texts
) -> list[Row]:
    """Return the sources as rows, in the order of the catalogue."""
    other = other_language(texts.language)
    return [
        Row(
            source=source,
            title=title(source, texts.language),
            other_title=title(source, other),
            holding=(holding := held.get(source.id, Holding())),
            held="text" if holding.official else "note" if holding.notes else "nothing",
            way=way(source),
            fetch=fetches.get(source.id),
        )
        for source in sources
    ]


def way(source: Source) -> str:
    """Return how the text of a source can be had."""
    if source.licence == Licence.SOLD:
        return "sold"
    if not may_fetch(source.licence):
        return "link"
    return "fetch" if fetchable(source) else "site"


def listing(found: Sequence[Row], chosen: Mapping[str, str], words: str, texts: Texts) -> Listing:
    """Return the rows that `chosen` and `words` leave, the core set first."""
    named = _by_words(found, words)
    return Listing(
        rows=tuple(sorted((row for row in named if _has(row, chosen, "")), key=lambda row: not row.source.core)),
        facets=tuple(_facet(key, found, named, chosen, texts) for key in FACETS),
        total=len(found),
        texts=sum(row.held == "text" for row in found),
        notes=sum(row.held == "note" for row in found),
    )


def _by_words(found: Sequence[Row], words: str) -> list[Row]:
    kept = {source.id for source in choose([row.source for row in found], words=words)}
    return [row for row in found if row.source.id in kept]


def values_of(row: Row) -> dict[str, tuple[str, ...]]:
    """Return a row's values of each facet."""
    source = row.source
    return {
        "kind": (source.kind.value,),
        "jurisdiction": (source.jurisdiction,),
        "issuer": (source.issuer_en,),
        "standing": (source.standing.value,),
        "language": source.languages,
        "core": (CORE,) if source.core else (),
        "held": (row.held,) if row.held == "text" else (row.held, "missing"),
    }


def _has(row: Row, chosen: Mapping[str, str], but: str) -> bool:
    values = values_of(row)
    return all(value in values[key] for key, value in chosen.items() if value and key != but)


def _facet(key: str, found: Sequence[Row], named: Sequence[Row], chosen: Mapping[str, str], texts: Texts) -> Facet:
    counted: dict[str, int] = dict.fromkeys(_members(key), 0)
    for row in found:
        counted |= {value: 0 for value in values_of(row)[key] if value not in counted}
    for row in named:
        if _has(row, chosen, key):
            for value in values_of(row)[key]:
                counted[value] += 1
    issuers = {row.source.issuer_en: text_of(row.source, "issuer", texts.language) for row in found}
    choices = [
        Choice(value, issuers[value] if key == "issuer" else word(texts, key, value), count, chosen.get(key) == value)
        for value, count in counted.items()
        if count or chosen.get(key) == value
    ]
    if key in ("issuer", "language"):
        choices.sort(key=lambda choice: choice.name.casefold())
    return Facet(key, texts(NAMES[key]), tuple(choices))


def _members(key: str) -> Sequence[str]:
    """The values of a facet whose order is not that of the catalogue."""
    if key == "held":
        return HELD
    if key == "standing":
        return [standing.value for standing in Standing]
    return [kind.value for kind in Kind] if key == "kind" else ()


def needs_hands(fetch: Fetch | None) -> bool:
    """Whether the last attempt left something for a person to do."""
    return fetch is not None and fetch.outcome in (FetchOutcome.BY_HAND, FetchOutcome.FAILED)


def facts(row: Row, texts: Texts) -> list[tuple[str, str | None]]:
    """Return what the catalogue says of a source, by name; None or "" where it says nothing."""
    source, language = row.source, texts.language
    return [
        (texts("number"), source.number),
        (texts("issuer"), text_of(source, "issuer", language)),
        (texts("facet_jurisdiction"), word(texts, "jurisdiction", source.jurisdiction)),
        (texts("issued"), partial_date(source.issued, texts) if source.issued else None),
        (texts("effective"), partial_date(source.effective, texts) if source.effective else None),
        (texts("source_status"), text_of(source, "status", language)),
        (texts("source_relation"), text_of(source, "relation", language)),
        (texts("source_why"), text_of(source, "why", language)),
        (texts("facet_source_language"), ", ".join(word(texts, "language", name) for name in source.languages)),
        (texts("licence"), word(texts, "licence", source.licence.value)),
        (texts("source_confirmed"), word(texts, "confirmed", source.confirmed)),
        (texts("source_to_check"), text_of(source, "to_check", language)),
        (texts("checked"), texts.date(source.checked)),
    ]


def standing_badge(source: Source, texts: Texts) -> Markup:
    """Return the badge that says how a source stands in law."""
    tone = "soft" if source.standing.value in ("in force", "current") else "caution"
    return Markup('<span class="badge {}">{}</span>').format(tone, word(texts, "standing", source.standing.value))


def partial_date(value: str, texts: Texts) -> str:
    """Return a date known in full, to the month or to the year, as the language writes it.

    >>> [partial_date(value, Texts("vi")) for value in ("2025-12-10", "2025-02", "2025")]
    ['10/12/2025', 'tháng 02/2025', '2025']
    >>> [partial_date(value, Texts("en")) for value in ("2025-12-10", "2025-02", "2025")]
    ['10 December 2025', 'February 2025', '2025']
    """
    parts = [int(part) for part in value.split("-")]
    if len(parts) == 3:
        return texts.date(date(*parts))
    if len(parts) == 1:
        return value
    written = texts.date(date(parts[0], parts[1], 1))
    return f"tháng {written.removeprefix('01/')}" if texts.language == "vi" else written.removeprefix("1 ")


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one source in a run of fetching: `state` is an outcome, fetching, waiting or not_tried."""

    source: Source
    title: str
    state: str
    tone: str
    document: str | None = None
    message: str = ""


def results(run: JobState, fetches: Mapping[str, Fetch], texts: Texts) -> list[Result]:
    """Return the sources of a run with what became of each so far."""
    return [_result(run, at, source, fetches.get(source.id), texts) for at, source in enumerate(run.sources)]


def _result(run: JobState, at: int, source: Source, last: Fetch | None, texts: Texts) -> Result:
    name = title(source, texts.language)
    if last is not None and run.begun is not None and last.at >= run.begun:
        tone = "caution" if needs_hands(last) else "checked"
        message = "" if last.message is None else last.message.vi if texts.language == "vi" else last.message.en
        return Result(source, name, last.outcome.value, tone, last.document, message)
    if at < run.done:  # passed over: it was fetched not long ago
        return Result(source, name, FetchOutcome.UNCHANGED.value, "checked")
    waiting = "fetching" if at == run.done else "waiting"
    return Result(source, name, waiting if run.running else "not_tried", "soft")
