"""The library: every document that a visitor may read, narrowed by what it is and by words; one row for a work.

Pure functions of records; ui.pages asks the base and fills the template.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from markupsafe import Markup

from kb.catalogue import title
from kb.currency import Currency
from kb.language import fold
from kb.number import find_numbers, number_key
from kb.records import Authority, Concern, Document, Hit
from kb.validity import NO_LONGER_IN_FORCE, validity
from ui.parts import badges, concern_badges, kind_badge, language_note, shortened
from ui.site import word
from ui.texts import Texts

ROWS_A_PAGE = 60
MOST_PASSAGES = 10
PASSAGES_ASKED = 30
PASSAGES_ASKED_NARROWED = 60
"""A search knows nothing of the filters: where some are set, most of what it finds may have to go."""
LONGEST_EXCERPT = 320
FACETS = ("kind", "jurisdiction", "authority", "language", "status", "year")
NAMES = {
    "kind": "facet_kind",
    "jurisdiction": "facet_jurisdiction",
    "authority": "facet_authority",
    "language": "facet_language",
    "status": "facet_status",
    "year": "facet_year",
}
_ORDER = [*Authority, None]
_HOME = "VN"
NOTE_STATUS = "note"


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a facet: what the address says, what people read, how many rows it leaves, whether it is chosen."""

    value: str
    name: str
    count: int
    chosen: bool


@dataclass(frozen=True, slots=True)
class Facet:
    """A way to narrow a list, with its values."""

    key: str
    name: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """One document with whether it may be relied on and its value of each facet, "" where it has none."""

    document: Document
    currency: Currency
    status: str
    values: dict[str, str]

    @property
    def work(self) -> str:
        """What the language versions of one work share."""
        return self.document.metadata.pair or f"={self.document.id}"


@dataclass(frozen=True, slots=True)
class Work:
    """A work in one or more languages; `item` is the version in the reader's language where there is one."""

    item: Item
    others: tuple[Document, ...]

    @property
    def document(self) -> Document:
        """The version shown first."""
        return self.item.document

    @property
    def versions(self) -> tuple[Document, ...]:
        """All versions."""
        return (self.item.document, *self.others)


@dataclass(frozen=True, slots=True)
class Group:
    """Rows under one heading."""

    authority: Authority | None
    works: tuple[Work, ...]


@dataclass(frozen=True, slots=True)
class Shelf:
    """What the page shows: rows by how far they bind, the ways to narrow them, and how many there are in all."""

    groups: tuple[Group, ...]
    facets: tuple[Facet, ...]
    count: int
    total: int
    page: int
    pages: int
    ids: frozenset[str] = field(default_factory=frozenset)


def standing(document: Document, currency: Currency) -> str:
    """Return where a document stands: as kb.validity says, but for a repeal that the catalogue knows of."""
    if Concern.REPEALED in currency.concerns and document.metadata.authority != Authority.NOTE:
        return NO_LONGER_IN_FORCE
    return validity(document, None)


def year_of(document: Document) -> str:
    """Return the year a document was issued in, else that of its effect, "" where neither is stated."""
    day = document.metadata.issued or document.metadata.effective
    return str(day.year) if day else ""


def items(documents: Iterable[Document], currency_of: Callable[[Document], Currency]) -> list[Item]:
    """Return the documents as the library shows them."""
    found = []
    for document in documents:
        metadata, currency = document.metadata, currency_of(document)
        status = standing(document, currency)
        values = {
            "kind": metadata.kind.value if metadata.kind else "",
            "jurisdiction": metadata.jurisdiction or "",
            "authority": metadata.authority.value if metadata.authority else "",
            "language": metadata.language or "",
            "status": NOTE_STATUS if metadata.authority == Authority.NOTE else status,
            "year": year_of(document),
        }
        found.append(Item(document, currency, status, values))
    return found


def shelf(every: Sequence[Item], chosen: Mapping[str, str], words: str, texts: Texts, page: int = 1) -> Shelf:
    """Return the rows that `chosen` and `words` leave, and how many each further choice would."""
    named = by_words(every, words) if words else every
    kept = works(narrowed(named, chosen), texts)
    pages = max(1, -(-len(kept) // ROWS_A_PAGE))
    page = min(max(page, 1), pages)
    shown = kept[(page - 1) * ROWS_A_PAGE : page * ROWS_A_PAGE]
    groups = [
        Group(authority, tuple(work for work in shown if work.document.metadata.authority == authority))
        for authority in _ORDER
    ]
    return Shelf(
        groups=tuple(group for group in groups if group.works),
        facets=tuple(_facet(key, every, named, chosen, texts) for key in FACETS),
        count=len(kept),
        total=len({item.work for item in every}),
        page=page,
        pages=pages,
        ids=frozenset(item.document.id for item in narrowed(every, chosen)),
    )


def by_words(every: Iterable[Item], words: str) -> list[Item]:
    """Return the documents whose title, number, issuer or other names hold all of `words`, marked or not."""
    wanted = fold(words).split()
    keys = {found.key for found in find_numbers(words)}
    kept = []
    for item in every:
        metadata = item.document.metadata
        names = (metadata.title, metadata.number, metadata.issuer, *metadata.aliases, *metadata.about)
        held = fold(" ".join(name for name in names if name))
        numbers = {number_key(number) for number in (metadata.number, *metadata.about) if number}
        if all(word in held for word in wanted) or not keys.isdisjoint(numbers):
            kept.append(item)
    return kept


def narrowed(every: Iterable[Item], chosen: Mapping[str, str], *, but: str = "") -> list[Item]:
    """Return the documents that have every chosen value, that of the facet `but` aside."""
    wanted = [(facet, value) for facet, value in chosen.items() if value and facet != but]
    return [item for item in every if all(item.values[facet] == value for facet, value in wanted)]


def works(kept: Iterable[Item], texts: Texts) -> list[Work]:
    """Return the documents as works, the language versions of one together, in the order of the page."""
    together: dict[str, list[Item]] = {}
    for item in kept:
        together.setdefault(item.work, []).append(item)
    found = []
    for versions in together.values():
        versions.sort(key=lambda item: (item.values["language"] != texts.language, item.values["language"]))
        found.append(Work(versions[0], tuple(item.document for item in versions[1:])))
    return sorted(found, key=_place)


def _place(work: Work) -> tuple[object, ...]:
    """By how far it binds, Viet Nam first, the newest first, then by title."""
    metadata = work.document.metadata
    day = metadata.effective or metadata.issued
    return (
        _ORDER.index(metadata.authority),
        metadata.jurisdiction != _HOME,
        metadata.jurisdiction or "~",
        -day.toordinal() if day and metadata.authority != Authority.NOTE else 0,
        fold(metadata.title or ""),
    )


def _facet(key: str, every: Sequence[Item], named: Sequence[Item], chosen: Mapping[str, str], texts: Texts) -> Facet:
    """A facet with the values that occur in the base; counts are of works in `named`."""
    counted: dict[str, set[str]] = {item.values[key]: set() for item in every}
    for item in narrowed(named, chosen, but=key):
        counted[item.values[key]].add(item.work)
    choices = [
        Choice(value, value if key == "year" else word(texts, key, value), len(held), chosen.get(key) == value)
        for value, held in counted.items()
        if value
    ]
    choices.sort(key=_by_year if key == "year" else _by_name)
    return Facet(key, texts(NAMES[key]), tuple(choices))


def _by_year(choice: Choice) -> tuple[str, ...]:
    return (str(9999 - int(choice.value)),)


def _by_name(choice: Choice) -> tuple[str, ...]:
    return ("" if choice.value == _HOME else "1", fold(choice.name))


def translated_title(item: Item, texts: Texts) -> str:
    """Return the catalogue's title in the page's language for a text in another, "" where there is none."""
    metadata, source = item.document.metadata, item.currency.source
    if source is None or metadata.language == texts.language or metadata.authority == Authority.NOTE:
        return ""
    return title(source, texts.language)


def literal_first(hits: Iterable[Hit], words: str) -> list[Hit]:
    """Return the passages with those that hold the very words first: a reader who searches a text expects them."""
    wanted = fold(words)
    return sorted(hits, key=lambda hit: wanted not in fold(" ".join(hit.text.split())))


def excerpt(hit: Hit) -> str:
    """Return the beginning of a passage on one line."""
    return shortened(" ".join(hit.text.split()), LONGEST_EXCERPT)


def badges_of(document: Document, currency: Currency, texts: Texts) -> Markup:
    """Return what a document is, how far it binds, where it stands, what concerns it, and its language."""
    metadata = document.metadata
    html = kind_badge(metadata.kind, metadata.authority, texts)
    html += badges(metadata.authority, standing(document, currency), texts)
    html += concern_badges(currency.concerns, texts, currency.by)
    return Markup(html + language_note(metadata.language, texts.language, texts))
