"""Where a document stands on a day: in force, not yet, no longer, superseded, draft."""

from __future__ import annotations

from datetime import date

from kb.library import DRAFT, SUPERSEDED, WITHDRAWN
from kb.records import Authority, Document

IN_FORCE = "in force"
NOT_YET_IN_FORCE = "not yet in force"
NO_LONGER_IN_FORCE = "no longer in force"
CURRENT_TEXT = "current"


def validity(document: Document, as_of: date | None) -> str:
    """Return where a document stands on a day (None: today): draft, superseded, withdrawn, in force, not yet or no
    longer.

    A document that states no day of effect, such as guidance or a note, is `current` while it is published.
    """
    day = as_of or date.today()
    metadata = document.metadata
    if document.status in (DRAFT, WITHDRAWN):
        return document.status
    if metadata.authority == Authority.DRAFT:
        return "draft"
    if metadata.expires is not None and metadata.expires <= day:
        return NO_LONGER_IN_FORCE
    if document.status == SUPERSEDED:
        return SUPERSEDED
    if metadata.effective is None:
        return CURRENT_TEXT
    return IN_FORCE if metadata.effective <= day else NOT_YET_IN_FORCE
