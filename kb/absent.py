"""What to say of a clause or an instrument that a question names and the base does not hold."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kb import lookup
from kb.address import address_key, equivalents, find_addresses, parent, shown
from kb.language import fold
from kb.lookup import Resolved
from kb.number import find_numbers, number_key
from kb.records import Authority, Document, Statement
from kb.search import Found
from kb.wording import sentence

if TYPE_CHECKING:
    from kb.base import KnowledgeBase


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """A clause that the question names and the base cannot show; `noted` is the note held instead of its instrument."""

    text: str
    address: str
    noted: Document | None = None


def missing_clause(resolved: Sequence[Resolved], base: KnowledgeBase, language: str) -> Missing | None:
    """Return what to say where the question names a clause that the base cannot show; None where it names none."""
    for item in resolved:
        address = item.reference.address
        if address is None:
            continue
        if not item.names_instrument:
            if lookup.is_plain(item.reference):
                return Missing(text=sentence("no_address", language, where=shown(address)), address=address)
            continue
        if not item.documents:
            continue
        document = base.document(item.documents[0])
        title = document.metadata.title or document.id
        if document.metadata.authority == Authority.NOTE:
            name = item.reference.number or item.reference.name or title
            url = document.metadata.url or "-"
            text = sentence("only_note_of", language, name=name, where=shown(address), url=url)
            return Missing(text=text, address=address, noted=document)
        key = "no_clause" if item.last else "no_clause_at_all"
        text = sentence(key, language, title=title, where=shown(address), last=shown(item.last or ""))
        return Missing(text=text, address=address)
    return None


def notes_on(missing: Missing, item: Found) -> bool:
    """Return whether a passage is of the note on the missing clause's instrument and speaks of that clause."""
    noted, metadata = missing.noted, item.passage.metadata
    if noted is None or (item.passage.document != noted.id and (noted.metadata.pair or "") != metadata.pair):
        return False
    wanted = {address_key(form) for form in (missing.address, *equivalents(missing.address))}
    for spoken in find_addresses(item.passage.text):
        place: str | None = spoken.address
        while place is not None:
            if address_key(place) in wanted:
                return True
            place = parent(place)
    return False


def lead_unheld(resolved: Sequence[Resolved], language: str) -> Statement | None:
    """Return what to say first where the question names a clause of an instrument that is no document here."""
    item = next((item for item in resolved if item.reference.address and item.names_instrument), None)
    if item is None:
        return None
    number, where = item.reference.number or item.reference.name, shown(item.reference.address or "")
    return Statement(text=sentence("lead_unheld", language, number=number, where=where))


def not_held(resolved: Sequence[Resolved], found: Sequence[Found]) -> str | None:
    """Return an instrument that the question names and that neither a document nor any passage found speaks of."""
    for item in resolved:
        number, name = item.reference.number, item.reference.name
        # A name alone may be any words after "luật"; only a number, or a clause of it, surely means one instrument.
        if item.documents or not (number or (name and item.reference.address)):
            continue
        # "Nghị định 142" is the beginning of a number; only a whole one has a key.
        meant = fold(number or name or "")
        if not any(_speaks_of(meant, _surroundings(entry)) for entry in found):
            return number or name
    return None


def _speaks_of(meant: str, text: str) -> bool:
    """Whether a number, its beginning, or a name (folded) stands in `text` as words of its own."""
    keys = {found.key for found in find_numbers(text)} | {found.loose for found in find_numbers(text)}
    if number_key(meant) in keys:
        return True
    return re.search(rf"(?<![\w/]){re.escape(meant)}(?!\w)", fold(text)) is not None


def _surroundings(found: Found) -> str:
    """All that says what instrument a passage is of or about."""
    metadata = found.passage.metadata
    return " ".join([metadata.title or "", *metadata.about, found.passage.context, found.passage.text])
