"""What readers propose to change in the glossary, kept until a curator decides."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import func, insert, select

from kb.errors import UsageError
from kb.library import Library, now
from kb.schema import glossary_proposals

LONGEST_TERM = 200
LONGEST_REASON = 1000
MOST_OPEN = 500
"""More open proposals than this are not taken: nobody reads them, and a machine may be writing."""
OPEN = "open"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A correction of the glossary's entry `term` (its id, "" for a new one), with both terms as they should be."""

    term: str
    en: str
    vi: str
    reason: str
    created_at: datetime | None = None


def propose(library: Library, proposal: Proposal) -> None:
    """Keep `proposal`. Raises UsageError where it says nothing, too much, or too many wait already."""
    tidy = Proposal(
        term=_line(proposal.term), en=_line(proposal.en), vi=_line(proposal.vi), reason=_line(proposal.reason)
    )
    if not tidy.en or not tidy.vi:
        raise UsageError(
            "Give both the English and the Vietnamese term.", "Hãy điền cả thuật ngữ tiếng Việt và tiếng Anh."
        )
    if max(len(tidy.term), len(tidy.en), len(tidy.vi)) > LONGEST_TERM or len(tidy.reason) > LONGEST_REASON:
        raise UsageError(
            f"A term may have {LONGEST_TERM} characters, a reason {LONGEST_REASON}. Please shorten it.",
            f"Thuật ngữ dài tối đa {LONGEST_TERM} ký tự, lý do dài tối đa {LONGEST_REASON} ký tự. Hãy viết ngắn lại.",
        )
    table = glossary_proposals
    with library.engine.begin() as connection:
        waiting = connection.execute(select(func.count()).where(table.c.state == OPEN)).scalar_one()
        if waiting >= MOST_OPEN:
            raise UsageError(
                "Too many proposals are waiting already. Please tell the administrator.",
                "Hiện có quá nhiều đề xuất đang chờ xem xét. Hãy báo cho người quản trị.",
            )
        connection.execute(insert(table).values(**{**asdict(tidy), "created_at": now()}, state=OPEN))


def _line(words: str) -> str:
    return " ".join(words.split())


def open_proposals(library: Library) -> tuple[Proposal, ...]:
    """Return the proposals that nobody has decided yet, oldest first."""
    table = glossary_proposals.c
    query = select(table.term, table.en, table.vi, table.reason, table.created_at)
    with library.read() as connection:
        found = connection.execute(query.where(table.state == OPEN).order_by(table.id))
        return tuple(Proposal(**row._mapping) for row in found)
