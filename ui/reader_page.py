"""The reader: one version of a document with its contents list, a chosen clause and its citation, and its pair beside.

Pure functions of records and a small memory of texts; ui.pages fills the template.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass

from markupsafe import Markup

from kb import lookup
from kb.address import parse_address
from kb.base import KnowledgeBase
from kb.cite import cite
from kb.currency import Currency
from kb.errors import NotInBase
from kb.records import Authority, Clause, Document
from ui.beside import holds_parts, rows
from ui.reading import Reading, named, neighbours
from ui.rights import readable
from ui.site import Refused, word
from ui.texts import Texts

KEPT_TEXTS = 24
"""Texts kept ready; a version's text never changes."""
MOST_VERSIONS = 30
MOST_OPEN_HEADINGS = 60
"""Contents lists with so few entries are shown unfolded."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """The clause that the address names, with its citation and its neighbours."""

    clause: Clause
    anchor: str
    name: str
    citation: str
    previous: Clause | None
    next: Clause | None


@dataclass(frozen=True, slots=True)
class Cell:
    """One language's part of a row of the view side by side."""

    html: Markup
    language: str


class Readings:
    """The texts read last, ready for showing. Shared by all visitors: it holds only what the library holds."""

    def __init__(self, base: KnowledgeBase) -> None:
        self.base = base
        self._kept: OrderedDict[tuple[str, int], Reading] = OrderedDict()
        self._changing = threading.Lock()

    def open(self, document: str, version: int | None) -> Reading:
        """Return a version, the one in force where none is named. Raises Refused for what a visitor may not read."""
        try:
            found = self.base.document(document, version)
        except NotInBase as error:
            raise Refused(404, "no_document") from error
        if not readable(found):
            raise Refused(404, "no_document")
        return self._reading(found)

    def _reading(self, document: Document) -> Reading:
        key = (document.id, document.version)
        with self._changing:
            kept = self._kept.pop(key, None)
        if kept is None:
            library = self.base.library
            kept = Reading(document, library.text(*key), library.clauses(*key), library.pages(*key))
        reading = kept.as_of(document)
        with self._changing:
            self._kept[key] = reading
            while len(self._kept) > KEPT_TEXTS:
                self._kept.popitem(last=False)
        return reading

    def versions(self, document: Document) -> tuple[Document, ...]:
        """Return the versions that a visitor may read, the newest first, those of long ago left out."""
        return tuple(filter(readable, self.base.versions(document.id)))[:MOST_VERSIONS]

    def pairs(self, document: Document) -> tuple[Document, ...]:
        """Return the other language versions of the same work."""
        pair = document.metadata.pair
        if pair is None:
            return ()
        return tuple(
            other
            for other in self.base.documents()
            if other.metadata.pair == pair and other.id != document.id and readable(other)
        )

    def find(self, reading: Reading, address: str) -> Clause:
        """Return the clause that `address` means, in any usual spelling. Raises Refused where there is none."""
        for clause in reading.clauses:
            if clause.address == address:
                return clause
        found = lookup.find_clause(self.base.library, reading.document, parse_address(address) or address)
        if found is None:
            raise Refused(404, "no_clause")
        return found


def chosen(reading: Reading, clause: Clause) -> Chosen:
    """Return what the page says of a chosen clause."""
    previous, following = neighbours(reading, clause)
    return Chosen(
        clause=clause,
        anchor=reading.anchors[clause.position],
        name=named(clause, reading.title),
        citation=cite(reading.document.metadata, clause.address),
        previous=previous,
        next=following,
    )


def beside(one: Reading, other: Reading, texts: Texts) -> list[tuple[Cell, Cell]]:
    """Return the two versions as rows of cells, empty where one has nothing to set beside the other's."""
    nothing = Markup("")

    def cell(reading: Reading, clause: Clause | None, prefix: str) -> Cell:
        language = reading.document.metadata.language or ""
        if clause is None:
            return Cell(nothing, language)
        return Cell(reading.part(clause, texts, prefix=prefix, alone=holds_parts(reading, clause)), language)

    return [(cell(one, left, "one-"), cell(other, right, "two-")) for left, right in rows(one, other)]


@dataclass(frozen=True, slots=True)
class Notice:
    """A sentence above a text, with where to go from there."""

    sentence: str
    link: str = ""
    name: str = ""


def facts(document: Document, currency: Currency, texts: Texts) -> list[tuple[str, str | None]]:
    """Return what is known of a document, by name; None where it is not."""
    metadata = document.metadata
    note = metadata.authority == Authority.NOTE
    return [
        (texts("number"), metadata.number),
        (
            texts("facet_jurisdiction"),
            word(texts, "jurisdiction", metadata.jurisdiction) if metadata.jurisdiction else None,
        ),
        (texts("author" if note else "issuer"), metadata.issuer),
        (texts("issued"), texts.date(metadata.issued) if metadata.issued and not note else None),
        (texts("effective"), texts.date(metadata.effective) if metadata.effective else None),
        (texts("expires"), texts.date(metadata.expires) if metadata.expires else None),
        (texts("checked"), texts.date(metadata.checked) if metadata.checked else None),
        (texts("review_due"), texts.date(currency.review_due)),
        (texts("licence"), word(texts, "licence", metadata.licence) if metadata.licence else None),
        (texts("page_count"), str(document.pages) if document.pages else None),
        (texts("version"), str(document.version)),
    ]


def opened(reading: Reading, clause: Clause | None) -> frozenset[str]:
    """The entries of the contents list to unfold: all of a short list, else those on the way to the chosen clause."""
    if sum(1 for one in reading.clauses if one.heading) <= MOST_OPEN_HEADINGS:
        return frozenset(reading.anchors)
    return frozenset(way_to(reading, clause))


def way_to(reading: Reading, clause: Clause | None) -> list[str]:
    """The anchors of a clause and of those it stands in, innermost first."""
    found = []
    while clause is not None:
        found.append(reading.anchors[clause.position])
        clause = reading.clauses[clause.parent] if clause.parent is not None else None
    return found
