"""What a note points to: the clauses of the official text that it names, once that text is in the base.

A note in our own words says which articles carry what it tells. As soon as the base holds the instrument, those clauses
are what an answer quotes.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from kb import lookup
from kb.language import fold, words
from kb.lookup import Resolved
from kb.records import Authority, Clause, Document
from kb.search import Found, Scope

if TYPE_CHECKING:
    from kb.base import KnowledgeBase

MOST_CLAUSES = 2
_SENTENCE = re.compile(r"(?<=[.;:?!])\s+|\n")


def clauses_named(question: str, item: Found, base: KnowledgeBase, scope: Scope) -> tuple[tuple[Document, Clause], ...]:
    """Return the clauses of a held official text that a note's passage names, of the sentence nearest to the question.

    At most MOST_CLAUSES. () for anything but a note, and for one whose instrument is not held or not for this person.
    """
    metadata = item.passage.metadata
    if metadata.authority != Authority.NOTE or not metadata.about:
        return ()
    held = [base.document(name) for name in sorted(base.official_texts(metadata.about))]
    seen = [document for document in held if document.metadata.audience in scope.audiences]
    asked = set(words(fold(question)))
    named: dict[tuple[str, int], tuple[int, Document, Clause]] = {}
    for sentence in _SENTENCE.split(item.passage.text) if seen else ():
        shared = len(asked & set(words(fold(sentence))))
        for reference in base.references(sentence, scope):
            found = _clause(reference, seen, base, title=metadata.title or "")
            if found is not None:
                document, clause = found
                named.setdefault((document.id, clause.position), (shared, document, clause))
    most = max((shared for shared, _, _ in named.values()), default=0)
    return tuple((document, clause) for shared, document, clause in named.values() if shared == most)[:MOST_CLAUSES]


def _clause(
    item: Resolved, seen: Sequence[Document], base: KnowledgeBase, *, title: str
) -> tuple[Document, Clause] | None:
    """The clause of one of the texts that a reference means.

    One without an instrument means the note's own, as does a name that stands in the note's `title`.
    """
    address = item.reference.address
    if address is None:
        return None
    own = not item.names_instrument or _stands_in(title, item.reference.words)
    for document in seen:
        if own or document.id in item.documents:
            clause = lookup.find_clause(base.library, document, address)
            if clause is not None:
                return document, clause
    return None


def _stands_in(title: str, name: Sequence[str]) -> bool:
    """Whether a title holds the beginning of a name: "Law on Trials ..." in "Note on the Law on Trials".

    A name read from a sentence may run on into it, so only its first telling words count.
    """
    telling = name[:3] if len(name) > 2 and name[1] in ("on", "of", "ve") else name[:2]
    return len(telling) > 1 and " ".join(telling) in fold(title)
