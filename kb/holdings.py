"""What the base holds of the catalogue's sources: their texts, told by mark, number, address or title, and notes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from kb.catalogue import FETCHED, Source, UrlKind, number_keys, same_year, squeezed
from kb.number import find_numbers, number_key
from kb.records import Authority, Document, Kind

SPEAKING_TITLE = 4
"""A title of so many words names its source even where more follows it."""
_BRACKETED = re.compile(r"\([^()]*\)")
_LEADING = re.compile(r"(?:(?:draft|final|guidance|guideline|document|du thao|huong dan) )+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """What the base holds of one source: its text, in whatever language and version, and notes about it."""

    official: tuple[Document, ...] = ()
    notes: tuple[Document, ...] = ()


def holdings(sources: Sequence[Source], documents: Iterable[Document]) -> dict[str, Holding]:
    """Return what `documents` hold of each source, by its id, for every source.

    A document is the text of a source that it was fetched from or whose number it has. Only one that so belongs to
    none is known by its address or, where the source has no number that documents state, by its title.
    A note belongs to its `pair` and to all it is `about`.
    """
    official: dict[str, list[Document]] = {source.id: [] for source in sources}
    notes: dict[str, list[Document]] = {source.id: [] for source in sources}
    for document in documents:
        metadata = document.metadata
        if metadata.kind == Kind.NOTE or metadata.authority == Authority.NOTE:
            about = {number_key(number) for number in metadata.about}
            for source in sources:
                if metadata.pair == source.id or not about.isdisjoint(number_keys(source)):
                    notes[source.id].append(document)
        else:
            for source in _texts_of(sources, document):
                official[source.id].append(document)
    return {
        source.id: Holding(official=tuple(official[source.id]), notes=tuple(notes[source.id])) for source in sources
    }


def _texts_of(sources: Sequence[Source], document: Document) -> Sequence[Source]:
    """The sources, as a rule one or none, whose text `document` is."""
    metadata = document.metadata
    key = number_key(metadata.number) if metadata.number else ""
    sure = [
        source
        for source in sources
        if document.source == FETCHED + source.id
        or (key in number_keys(source) and same_year(key, source, metadata.issued))
    ]
    if sure:
        return sure
    if metadata.url:
        address = _address(metadata.url)
        there = [s for s in sources if address in _addresses(s)]
        if len(there) == 1:  # several sources may share a page that lists them
            return there
    return _titled(sources, document) if metadata.title else ()


def _titled(sources: Sequence[Source], document: Document) -> Sequence[Source]:
    """The one source whose title the document's own is or begins with; none where two would do."""
    own = _bare(document.metadata.title or "")
    jurisdiction = document.metadata.jurisdiction
    found: dict[str, list[Source]] = {}
    for source in sources:
        if jurisdiction and jurisdiction != source.jurisdiction:
            continue
        numbered = source.number is not None and bool(find_numbers(source.number))
        for name in {_bare(source.title_en), _bare(source.title_vi)}:
            length = len(name.split())
            if numbered:
                # Documents of this series state their number. One that shows none is told by a long title alone, but
                # for Vietnamese law, where each decree has the title of the one before.
                same = not document.metadata.number and source.jurisdiction != "VN" and length >= 8 and own == name
            else:
                same = own == name or (length >= SPEAKING_TITLE and own.startswith(f"{name} "))
            if same:
                found.setdefault(name, []).append(source)
    if not found:
        return ()
    longest = found[max(found, key=len)]
    return longest if len(longest) == 1 else ()


@cache
def _bare(name: str) -> str:
    """The folded words of a title without what stands in brackets and without words such as draft at its beginning."""
    return _LEADING.sub("", squeezed(_BRACKETED.sub(" ", name)))


def _addresses(source: Source) -> set[str]:
    """The addresses at which the text of this source alone is found."""
    page = {source.url} if source.url_kind is not UrlKind.SITE else set()
    return {_address(url) for url in page | {source.file_url or ""} if url}


def _address(url: str) -> str:
    return url.strip().partition("#")[0].partition("://")[2].removeprefix("www.").rstrip("/")
