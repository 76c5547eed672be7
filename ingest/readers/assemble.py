"""Pieces of text as a reader finds them, put together into a `SourceText`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from ingest.readers.lines import begins_unit, ends_sentence, goes_on
from kb.records import Block, BlockKind, PageSpan, SourceText

# Lines drawn with signs, and bullets that lost their text.
_RULE = re.compile(r"[-_=*~—–\s]{3,}|[-–—•·▪●○◦*]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One block on its way into the text: clean, without line breaks.

    `pages` says where in `text` pages begin, as (offset, page number) in order; a piece without any stands on the
    page of the one before it.
    """

    text: str
    kind: BlockKind = BlockKind.PARAGRAPH
    level: int | None = None
    anchor: str | None = None
    pages: tuple[tuple[int, int], ...] = ()


def soft_lines(
    text: str,
    *,
    mark: str = "",
    kind: BlockKind = BlockKind.PARAGRAPH,
    level: int | None = None,
    anchor: str | None = None,
) -> Iterator[Piece]:
    """Yield a paragraph with soft line breaks as pieces: lines that a break only wraps joined, others alone."""
    lines = [line for line in text.split("\n") if line]
    groups: list[str] = []
    for line in lines:
        joins = groups and not begins_unit(line, groups[-1])
        if joins and (kind is BlockKind.HEADING or (goes_on(line) and not ends_sentence(groups[-1]))):
            groups[-1] += f" {line}"
        else:
            groups.append(line)
    for index, line in enumerate(groups):
        opening = f"{mark} " if mark and not index else ""
        piece = Piece(text=opening + line, kind=kind, level=level, anchor=anchor if not index else None)
        yield piece if not index or kind is BlockKind.HEADING else replace(piece, kind=BlockKind.PARAGRAPH)


def assemble(
    pieces: Iterable[Piece],
    *,
    format: str,
    properties: Mapping[str, str] | None = None,
    page_numbers: Sequence[int] = (),
) -> SourceText:
    """Return the pieces as one text, a line each, with its blocks and pages; pieces without text are left out.

    `page_numbers` lists every page of the file in order. The spans of pages join without gaps: each reaches from its
    first character to that of the next page, and a page without text has an empty one.
    """
    texts: list[str] = []
    blocks: list[Block] = []
    starts: dict[int, int] = {}
    position = 0
    for piece in pieces:
        if not piece.text or _RULE.fullmatch(piece.text):
            continue
        for offset, number in piece.pages:
            starts.setdefault(number, position + offset)
        end = position + len(piece.text)
        blocks.append(Block(start=position, end=end, kind=piece.kind, level=piece.level, anchor=piece.anchor))
        texts.append(piece.text)
        position = end + 1
    text = "\n".join(texts)
    return SourceText(
        text=text,
        format=format,
        blocks=tuple(blocks),
        pages=_spans(page_numbers, starts, len(text)),
        properties=dict(properties or {}),
    )


def _spans(numbers: Sequence[int], starts: Mapping[int, int], length: int) -> tuple[PageSpan, ...]:
    spans: list[PageSpan] = []
    end = length
    for number in reversed(numbers):
        start = min(starts.get(number, end), end)
        spans.append(PageSpan(number=number, start=start, end=end))
        end = start
    if spans and spans[-1].start > 0:
        spans[-1] = PageSpan(number=spans[-1].number, start=0, end=spans[-1].end)
    return tuple(reversed(spans))
