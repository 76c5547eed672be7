"""Helpers of the structure tests: source texts from plain lines, and what every clause tree must keep to."""

from __future__ import annotations

from collections.abc import Sequence

from kb.records import Block, BlockKind, Clause, PageSpan, SourceText


def source(text: str, *, kinds: dict[str, tuple[BlockKind, int | None]] | None = None, **rest: object) -> SourceText:
    """Return a source text whose lines are its blocks; `kinds` gives kind and level for lines that begin so."""
    blocks = []
    at = 0
    for line in text.split("\n"):
        if line.strip():
            kind, level = next(
                (value for begin, value in (kinds or {}).items() if line.startswith(begin)), (BlockKind.PARAGRAPH, None)
            )
            blocks.append(Block(start=at, end=at + len(line), kind=kind, level=level))
        at += len(line) + 1
    return SourceText(text=text, format="text", blocks=tuple(blocks), **rest)  # type: ignore[arg-type]


def paged(text: str) -> SourceText:
    """Return a source text whose form feeds are page breaks."""
    pages, at = [], 0
    for number, page in enumerate(text.split("\f"), 1):
        pages.append(PageSpan(number=number, start=at, end=at + len(page)))
        at += len(page) + 1
    return source(text.replace("\f", "\n"), pages=tuple(pages))


def addresses(clauses: Sequence[Clause], *kinds: str) -> list[str]:
    return [clause.address for clause in clauses if not kinds or clause.kind in kinds]


def words(text: str, clauses: Sequence[Clause], address: str) -> str:
    """Return the text of the one clause with this address."""
    (clause,) = [clause for clause in clauses if clause.address == address]
    return text[clause.start : clause.end]


def assert_sound(given: SourceText, clauses: Sequence[Clause]) -> None:
    """Assert what `build_tree` promises: unique addresses, nested spans in order, no text lost, pages as the map has
    them.
    """
    assert len({clause.address for clause in clauses}) == len(clauses)
    ends: dict[int | None, int] = {None: 0}
    covered = [False] * len(given.text)
    for position, clause in enumerate(clauses):
        assert clause.position == position
        assert 0 <= clause.start < clause.end <= len(given.text)
        assert given.text[clause.start : clause.end].strip() == given.text[clause.start : clause.end]
        if clause.parent is None:
            covered[clause.start : clause.end] = [True] * (clause.end - clause.start)
        else:
            parent = clauses[clause.parent]
            assert clause.parent < position
            assert parent.start <= clause.start
            assert clause.end <= parent.end
        assert clause.start >= ends[clause.parent], clause
        ends[clause.parent] = clause.end
        ends[position] = clause.start
        if given.pages:
            assert clause.page_from is not None
            assert clause.page_to is not None
            assert clause.page_from <= clause.page_to
    lost = [given.text[i] for i, seen in enumerate(covered) if not seen and not given.text[i].isspace()]
    assert not lost, "".join(lost)[:100]
