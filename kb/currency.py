"""Currency: whether a document may still be relied on, from its review-due date and from what the catalogue knows."""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from kb.catalogue import Source, Standing, standing_of, superseded_numbers
from kb.number import number_key
from kb.records import Authority, Concern, Document

REVIEW_MONTHS = 6
"""How long after it was last checked a document's review falls due, where nothing else is said."""
DRAFT_REVIEW_MONTHS = 3
"""The same for drafts, which become law or lapse."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Currency:
    """Where a document stands on a day. `by` are the numbers that amended or replaced it, as far as known; `source` is
    its entry in the catalogue."""

    document: Document
    review_due: date
    concerns: tuple[Concern, ...] = ()
    by: tuple[str, ...] = ()
    source: Source | None = None


def review_due(checked: date, authority: Authority | None) -> date:
    """Return the day on which the review of a document last checked on `checked` falls due.

    >>> review_due(date(2026, 8, 31), Authority.BINDING), review_due(date(2026, 11, 22), Authority.DRAFT)
    (datetime.date(2027, 2, 28), datetime.date(2027, 2, 22))
    """
    months = checked.month - 1 + (DRAFT_REVIEW_MONTHS if authority == Authority.DRAFT else REVIEW_MONTHS)
    year, month = checked.year + months // 12, months % 12 + 1
    return date(year, month, min(checked.day, calendar.monthrange(year, month)[1]))


class CurrencyCheck:
    """Compares documents with one state of the catalogue."""

    def __init__(self, sources: Sequence[Source]) -> None:
        self.sources = tuple(sources)
        self._superseded = superseded_numbers(sources)

    def __call__(self, document: Document, day: date) -> Currency:
        """Return where `document` stands on `day`.

        A note is as current as its own last check; only that its instrument was repealed concerns it too.
        """
        metadata = document.metadata
        is_note = metadata.authority == Authority.NOTE
        due = document.review_due or review_due(metadata.checked or day, metadata.authority)
        concerns = [Concern.OVERDUE] if due < day else []
        number = next(iter(metadata.about), None) if is_note else metadata.number
        source = standing_of(number, self.sources, issued=None if is_note else metadata.issued) if number else None
        by = self._superseded.get(number_key(number), ()) if number else ()
        if by or (source is not None and source.standing == Standing.REPEALED):
            concerns.append(Concern.REPEALED)
            by = by or (source.replaced_by if source else ())
        elif source is not None and source.standing == Standing.AMENDED and not is_note:
            concerns.append(Concern.AMENDED)
            by = source.amended_by
        return Currency(document=document, review_due=due, concerns=tuple(concerns), by=by, source=source)
