"""The lines of a source text, as the structure readers look at them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from kb.records import Block, BlockKind, SourceText

# One character for one, so that offsets hold: no-break spaces, tabs, and the Icelandic letter in place of Đ.
_ALIKE = str.maketrans({"\u00a0": " ", "\t": " ", "\u202f": " ", "\u2007": " ", "\u200b": " ", "\ufeff": " ", "Ð": "Đ"})

# Emphasis and quotation marks of Markdown before the first word; a reader may leave them standing.
_MARKUP = re.compile(r"^(?:[#>]+\s+)*(?:[*_]{1,3}(?=\S))?")

_SENTENCE_END = re.compile(r"[.;:!?…”\"’)\]/-]\s*$")
_LEADERS = re.compile(r"(?:\.\s?){4,}|…{2,}|_{5,}\s*\d+$")
_TRAILING_PAGE = re.compile(r"(?:\.{2,}|…|\s{2,}|\t)\s*(?:\d{1,3}|[ivxl]{1,6})\s*$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line that is not blank: its place in the source text, its words, and what the reader knew of its block.

    `text` has lost surrounding blanks and opening Markdown signs, and reads no-break spaces as spaces; `start` is
    where the line begins in the source (signs included) and `end` where it ends. `first` says that it opens its block.
    """

    start: int
    end: int
    text: str
    kind: BlockKind
    level: int | None = None
    anchor: str | None = None
    first: bool = True
    block: int = 0


def read_lines(source: SourceText) -> tuple[Line, ...]:
    """Return the lines of `source` that are not blank, in order; text outside any block counts as paragraphs.

    >>> source = SourceText(text="Điều 1.\\u00a0Tên\\n\\n  1. Một", format="text", blocks=())
    >>> [(line.start, line.text) for line in read_lines(source)]
    [(0, 'Điều 1. Tên'), (15, '1. Một')]
    """
    lines: list[Line] = []
    at = 0
    for number, block in enumerate(source.blocks):
        lines += _split(source.text, at, block.start, None, number)
        lines += _split(source.text, block.start, block.end, block, number)
        at = max(at, block.end)
    lines += _split(source.text, at, len(source.text), None, len(source.blocks))
    return tuple(lines)


def _split(text: str, start: int, end: int, block: Block | None, number: int) -> list[Line]:
    lines: list[Line] = []
    for match in re.finditer(r"[^\n\r\f\v\u2028\u2029\x85]+", text[start:end]):
        raw = match.group().translate(_ALIKE)
        words = raw.strip()
        if not words:
            continue
        left = start + match.start() + len(raw) - len(raw.lstrip())
        clean = _MARKUP.sub("", words)
        lines.append(
            Line(
                start=left,
                end=left + len(words),
                text=clean.rstrip("*_ ") if clean != words else words,
                kind=block.kind if block else BlockKind.PARAGRAPH,
                level=block.level if block else None,
                anchor=block.anchor if block and not lines else None,
                first=not lines,
                block=number,
            )
        )
    return lines


def is_capitals(text: str) -> bool:
    """Whether `text` is set in capitals (at least two letters, at most a tenth of them small).

    >>> is_capitals("QUY ĐỊNH CHUNG"), is_capitals("Quy định chung"), is_capitals("I.")
    (True, False, False)
    """
    letters = [c for c in text if c.isalpha()]
    return len(letters) >= 2 and sum(c.islower() for c in letters) * 10 <= len(letters)


def ends_sentence(text: str) -> bool:
    """Whether `text` ends in a mark that may close a sentence or clause.

    >>> ends_sentence("theo quy định tại"), ends_sentence("như sau:")
    (False, True)
    """
    return bool(_SENTENCE_END.search(text))


def is_contents_line(text: str) -> bool:
    """Whether `text` is a line of a table of contents: dot leaders, or a page number set apart.

    >>> is_contents_line("II. Scope ....... 5"), is_contents_line("3.1  Data   12"), is_contents_line("1. Scope")
    (True, True, False)
    """
    return bool(_LEADERS.search(text) or _TRAILING_PAGE.search(text))
