"""Tables to blocks: rows of `cell | cell`, or plain paragraphs where a table only places text on the page."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from ingest.readers.assemble import Piece
from kb.records import BlockKind

Cell = Sequence[Piece]
SEPARATOR = " | "

# A mark alone in its cell, the text beside it: how EUR-Lex and many word processors lay out points.
_MARK = re.compile(r"\([\w.]{1,6}\)|[\w]{1,6}[.)]|\d{1,3}(?:\.\d{1,3})+\.?|[-–—•▪●○◦*+‣]|[‘“\"'][\w(.)]{1,6}")
# What stands in the two columns at the head and foot of every Vietnamese act.
_LETTERHEAD = re.compile(
    r"cộng\s*h[oò][aà]\s*xã\s*hội\s*chủ\s*nghĩa|độc\s*lập\s*[-–]\s*tự\s*do|nơi\s*nhận\s*:|^\W*(?:tm|kt|tl|q)\.\s*\w",
    re.IGNORECASE,
)


def table_pieces(rows: Sequence[Sequence[Cell]]) -> list[Piece]:
    """Return a table's blocks in reading order: one TABLE_ROW a row for data, the cells' own blocks for mere layout.

    Layout is: a single column in use, the letterhead or signatures of an act, or a mark ("(a)", "—") beside its text.
    """
    filled = [[cell for cell in row if _text(cell)] for row in rows]
    filled_rows = [row for row in filled if row]
    if not filled_rows:
        return []
    if all(len(row) == 1 for row in filled_rows) or _is_letterhead(filled_rows):
        return [piece for row in filled_rows for cell in row for piece in cell]
    if all(len(row) == 1 or is_marked([_text(cell) for cell in row]) for row in filled_rows):
        return [piece for row in filled_rows for piece in (_marked(row) if len(row) == 2 else row[0])]
    return [_row(row) for row in rows if any(_text(cell) for cell in row)]


def is_marked(cells: Sequence[str]) -> bool:
    """Tell whether the texts of a row's cells are a mark and the text beside it."""
    filled = [text for text in cells if text]
    return len(filled) == 2 and bool(_MARK.fullmatch(filled[0]))


def _is_letterhead(rows: Sequence[Sequence[Cell]]) -> bool:
    if len(rows) > 4 or max(len(row) for row in rows) > 3:
        return False
    return any(_LETTERHEAD.search(piece.text) for row in rows for cell in row for piece in cell)


def _marked(row: Sequence[Cell]) -> list[Piece]:
    """Return the second cell's blocks, the first of them opening with the first cell's mark."""
    (mark, *_), (first, *others) = [piece for piece in row[0] if piece.text], [piece for piece in row[1] if piece.text]
    kind = first.kind if first.kind is not BlockKind.TABLE_ROW else BlockKind.PARAGRAPH
    return [replace(first, text=f"{mark.text} {first.text}", kind=kind, anchor=mark.anchor or first.anchor), *others]


def _row(row: Sequence[Cell]) -> Piece:
    anchor = next((piece.anchor for cell in row for piece in cell if piece.anchor), None)
    return Piece(text=SEPARATOR.join(_text(cell) for cell in row).strip(), kind=BlockKind.TABLE_ROW, anchor=anchor)


def _text(cell: Cell) -> str:
    return " ".join(piece.text for piece in cell if piece.text)
