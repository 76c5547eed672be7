"""Exact lookup: what a question refers to by number, name or address, found in the library whatever the vectors say."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from kb.address import address_key, equivalents, kind_of, ordinal_parts, parse_address
from kb.language import fold
from kb.library import PUBLISHED, Library
from kb.mention import Reference, find_references
from kb.number import number_key
from kb.records import Authority, Clause, Document, Hit
from kb.reference import DocumentName, DocumentNames
from kb.search import Scope

MOST_CLAUSES = 3
"""Clauses shown where an address names no instrument and several hold it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """One reference of a question against the base.

    `documents` are the ids it may mean, best first; `clauses` the clauses its address names in them; `last` is, where
    the documents hold no such clause, the last of its kind ("Điều 35").
    """

    reference: Reference
    documents: tuple[str, ...]
    clauses: tuple[tuple[Document, Clause], ...] = ()
    last: str | None = None

    @property
    def names_instrument(self) -> bool:
        """Whether the reference says which instrument it means."""
        return bool(self.reference.number or self.reference.name)


class DocumentIndex:
    """All published documents and their names, read once and again after a change."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._documents: dict[str, Document] | None = None
        self._names = DocumentNames(())
        self._official: dict[str, list[str]] = {}
        self._lock = threading.Lock()

    def forget(self) -> None:
        """Read the names again at the next question."""
        with self._lock:
            self._documents = None

    def documents(self) -> tuple[Document, ...]:
        """Return every published document."""
        return tuple(self._read().values())

    def find(self, name: str) -> str | None:
        """Return the document that a person means by `name`, official texts before notes; None where there is none."""
        documents = self._read()
        for reference in find_references(name, known=self._names.longest):
            matched = self._ordered(self._names.match(reference), documents)
            if matched:
                return matched[0].id
        titled = [key for key, document in documents.items() if fold(document.metadata.title or "") == fold(name)]
        return next((document.id for document in self._ordered(titled, documents)), None)

    def official(self, numbers: Iterable[str]) -> frozenset[str]:
        """Return the documents, notes apart, that have one of `numbers`."""
        self._read()
        return frozenset(name for number in numbers for name in self._official.get(number_key(number), ()))

    def resolve(self, question: str, scope: Scope) -> tuple[Resolved, ...]:
        """Return every reference in `question` with the documents and clauses it names, as far as `scope` allows."""
        documents = {key: value for key, value in self._read().items() if _visible(value, scope)}
        references = find_references(question, known=self._names.longest)
        return tuple(self._resolve(reference, documents) for reference in references)

    def _resolve(self, reference: Reference, documents: dict[str, Document]) -> Resolved:
        matched = self._ordered(self._names.match(reference), documents)
        named = bool(reference.number or reference.name)
        ids = tuple(document.id for document in matched)
        if reference.address is None:
            return Resolved(reference=reference, documents=ids)
        # A clause is a clause of the instrument itself: a note about it has articles in its text, not in its tree.
        candidates = matched if named else self._ordered(documents, documents)
        candidates = [document for document in candidates if document.metadata.authority != Authority.NOTE]
        clauses = [
            (document, clause)
            for document in candidates
            if (clause := find_clause(self._library, document, reference.address)) is not None
        ]
        last = None
        if named and candidates and not clauses:
            last = _last_alike(self._library, candidates[0], reference.address)
        return Resolved(
            reference=reference,
            documents=ids,
            clauses=tuple(_distinct(self._library, clauses)[:MOST_CLAUSES]),
            last=last,
        )

    def _ordered(self, ids: Iterable[object], documents: dict[str, Document]) -> list[Document]:
        """Binding texts first, notes last, else in the order given."""
        found = [documents[str(key)] for key in ids if str(key) in documents]
        places = {Authority.BINDING: 0, Authority.NOTE: 2}
        return sorted(found, key=lambda document: places.get(document.metadata.authority or Authority.GUIDANCE, 1))

    def _read(self) -> dict[str, Document]:
        with self._lock:
            if self._documents is None:
                self._documents = {document.id: document for document in self._library.documents()}
                self._official = {}
                for document in self._documents.values():
                    if document.metadata.number and document.metadata.authority != Authority.NOTE:
                        self._official.setdefault(number_key(document.metadata.number), []).append(document.id)
                self._names = DocumentNames(
                    DocumentName(
                        id=document.id,
                        number=document.metadata.number,
                        title=document.metadata.title or "",
                        aliases=document.metadata.aliases,
                        language=document.metadata.language,
                        jurisdiction=document.metadata.jurisdiction,
                    )
                    for document in self._documents.values()
                )
            return self._documents


def find_clause(library: Library, document: Document, address: str) -> Clause | None:
    """Return the clause of `document` that `address` names in any usual spelling and in either tradition, or None."""
    canonical = parse_address(address) or address
    # As it stands first: the stored address of a repeat, "Điều 9 (2)", would parse as a clause of the first.
    keys = [address_key(form) for form in (address, canonical, *equivalents(canonical))]
    found = {
        address_key(clause.address): clause for clause in library.clauses_by_key(document.id, document.version, keys)
    }
    return next((found[key] for key in keys if key in found), None)


def exact_hits(resolved: Sequence[Resolved], library: Library) -> tuple[Hit, ...]:
    """Return the clauses that a question names as search results, whole, score 1 more than any passage can have."""
    hits: list[Hit] = []
    for item in resolved:
        for document, clause in item.clauses:
            metadata = document.metadata
            hits.append(
                Hit(
                    rank=len(hits) + 1,
                    score=9.0,
                    passage=-1,
                    document=document.id,
                    version=document.version,
                    number=metadata.number,
                    title=metadata.title or document.id,
                    address=clause.address,
                    language=metadata.language or "en",
                    page=clause.page_from,
                    text=library.text(document.id, document.version)[clause.start : clause.end],
                    context="",
                    start=clause.start,
                    end=clause.end,
                    kind=metadata.kind,
                    authority=metadata.authority,
                )
            )
    return tuple(hits)


def merge(first: Sequence[Hit], then: Sequence[Hit]) -> tuple[Hit, ...]:
    """Return `first` followed by `then`, without passages that lie inside a clause of `first`, ranked anew."""

    def covered(hit: Hit) -> bool:
        return any(
            hit.document == whole.document and whole.start <= hit.start and hit.end <= whole.end for whole in first
        )

    kept = [*first, *(hit for hit in then if not covered(hit))]
    return tuple(replace(hit, rank=rank) for rank, hit in enumerate(kept, start=1))


def _visible(document: Document, scope: Scope) -> bool:
    return document.status == PUBLISHED and (document.metadata.audience in scope.audiences)


def _distinct(library: Library, clauses: Sequence[tuple[Document, Clause]]) -> list[tuple[Document, Clause]]:
    """Drop clauses whose text an earlier one has: one law in two files."""
    seen: set[str] = set()
    kept = []
    for document, clause in clauses:
        text = " ".join(library.text(document.id, document.version)[clause.start : clause.end].split())
        if text not in seen:
            seen.add(text)
            kept.append((document, clause))
    return kept


def _last_alike(library: Library, document: Document, address: str) -> str | None:
    """The last clause of the same shape: of all articles for an article, of its own article for a khoản."""
    tree = library.clauses(document.id, document.version)
    wanted = [address, *equivalents(address)]
    kind = kind_of(parse_address(address) or address)
    outer = [clause for clause in tree if clause.kind == kind and kind_of(clause.address) == kind]
    holders = [
        clause
        for clause in outer
        if any(ordinal_parts(clause.address)[:1] == ordinal_parts(form)[:1] for form in wanted)
    ]
    if not holders:
        return max((clause.address for clause in outer), key=ordinal_parts, default=None)
    inside = [clause for clause in tree if clause.parent == holders[0].position]
    return inside[-1].address if inside else holders[0].address


def is_plain(reference: Reference) -> bool:
    """Whether a reference without an instrument surely means a clause ("Điều 9 nói gì?"), not a figure of speech."""
    return reference.address is not None and kind_of(reference.address) in ("article", "annex", "recital")
