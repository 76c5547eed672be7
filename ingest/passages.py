"""From a clause tree to passages: spans small enough for the embedding model, with the words needed to read each alone.

A short article is one passage. A long one splits at its paragraphs (khoản), a long paragraph at its points, a long
point at sentences, and tiny neighbours are joined again. No passage crosses the border of an article, recital, section
or annex.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from ingest.structure.tree import page_of
from kb.records import Clause, PageSpan, Passage

# Clauses beneath an article; a passage may hold several of them, but never parts of two of any other kind.
_INNER = frozenset(("clause", "paragraph", "point", "subpoint", "table", "row"))
_SENTENCE = re.compile(r"(?<=[.;:!?…])[\"”’)]*\s+|\n+")
_BLANKS = re.compile(r"\s+")
_CONTEXT_LINE = 240  # characters of one heading or lead-in within a context
_WIDE_TOKEN = 12  # characters a token; longer text cannot fit, which saves counting it


@dataclass(frozen=True, slots=True)
class _Span:
    start: int
    end: int
    clause: int


def split(
    source_text: str,
    clauses: Sequence[Clause],
    pages: Sequence[PageSpan],
    *,
    count_tokens: Callable[[str], int],
    max_tokens: int,
    title: str | None,
) -> tuple[Passage, ...]:
    """Return the passages of a version, in text order.

    `count_tokens` measures what the model reads; `context`, a line break and the text together never pass `max_tokens`.
    `title` opens every context where it is given. Every character that is not blank lies in exactly one passage, but
    for headings with nothing beneath them (they stand in contexts) and contents lists.

    Raises ValueError where `max_tokens` is under 16.
    """
    if max_tokens < 16:
        raise ValueError("max_tokens must be at least 16")
    splitter = _Splitter(source_text, clauses, count_tokens, max_tokens, title)
    passages = []
    for position, span in enumerate(splitter.spans()):
        context = splitter.context(span)
        passages.append(
            Passage(
                position=position,
                clause=span.clause,
                start=span.start,
                end=span.end,
                context=context,
                page_from=page_of(pages, span.start),
                page_to=page_of(pages, span.end - 1),
            )
        )
    return tuple(passages)


class _Splitter:
    def __init__(
        self,
        text: str,
        clauses: Sequence[Clause],
        count_tokens: Callable[[str], int],
        max_tokens: int,
        title: str | None,
    ) -> None:
        self.text = text
        self.clauses = clauses
        self.count = count_tokens
        self.max = max_tokens
        self.title = " ".join(title.split()) if title else None
        self.children: dict[int | None, list[Clause]] = defaultdict(list)
        for clause in clauses:
            self.children[clause.parent].append(clause)

    def spans(self) -> Iterator[_Span]:
        for clause in self.children[None]:
            yield from self._outer(clause)

    # -- articles and what stands above them ---------------------------------------------------------------------------

    def _outer(self, clause: Clause) -> Iterator[_Span]:
        """Yield the spans of a clause that no passage may cross, and of those beneath it."""
        if clause.kind == "contents":
            return
        outer = [child for child in self.children[clause.position] if child.kind not in _INNER]
        regions: list[tuple[int, int]] = []
        at = clause.start
        for child in outer:
            regions.append((at, child.start))
            at = child.end
        regions.append((at, clause.end))
        for (start, end), beneath in zip(regions, [*outer, None], strict=True):
            span = self._trim(start, end, clause.position)
            if span is not None and not self._is_bare(clause, span, holds_more=bool(outer)):
                yield from self._inner(span, clause)
            if beneath is not None:
                yield from self._outer(beneath)

    def _is_bare(self, clause: Clause, span: _Span, *, holds_more: bool) -> bool:
        """Whether `span` is nothing but the head of `clause`, which contexts carry."""
        if not self._is_head(clause, span):
            return False
        repeated = re.search(r" \(\d+\)$", clause.address) is not None
        return holds_more or repeated or clause.kind not in ("article", "recital", "annex", "form")

    def _is_head(self, clause: Clause, span: _Span) -> bool:
        """Whether `span` is the label and heading of `clause` and no more."""
        if span.start != clause.start:
            return False
        words = _fold(re.sub(r"\d{16,}", "", self.text[span.start : span.end]))
        return words in (_fold(clause.label + clause.heading), _fold(clause.label), _fold(clause.heading))

    def _inner(self, span: _Span, owner: Clause) -> Iterator[_Span]:
        """Yield the spans of a region: whole where it fits, else its parts, tiny neighbours joined."""
        if self._fits(span):
            yield span
            return
        inside = [
            child
            for child in self.children[owner.position]
            if child.kind in _INNER and span.start <= child.start and child.end <= span.end
        ]
        if not inside:
            yield from self._sentences(span)
            return
        parts: list[tuple[_Span, Clause | None]] = []
        at = span.start
        for child in inside:
            between = self._trim(at, child.start, owner.position)
            if between is not None and (owner.kind in _INNER or not self._is_head(owner, between)):
                parts.append((between, None))
            parts.append((_Span(child.start, child.end, child.position), child))
            at = child.end
        rest = self._trim(at, span.end, owner.position)
        if rest is not None:
            parts.append((rest, None))
        yield from self._pack(parts, owner)

    def _pack(self, parts: Sequence[tuple[_Span, Clause | None]], owner: Clause) -> Iterator[_Span]:
        """Join tiny neighbours, and a lead-in with the first item after it; split what is too long."""
        held: _Span | None = None
        lead_in = False
        for part, child in parts:
            if held is not None:
                joined = _Span(held.start, part.end, owner.position)
                if (lead_in or self._tiny(held) or self._tiny(part)) and self._fits(joined, half=not lead_in):
                    held, lead_in = joined, False
                    continue
                yield held
                held = None
            if self._fits(part):
                held, lead_in = part, child is None
            elif child is None:
                yield from self._sentences(part)
            else:
                yield from self._inner(part, child)
        if held is not None:
            yield held

    def _sentences(self, span: _Span) -> Iterator[_Span]:
        """Yield pieces of a text without inner clauses: whole sentences, else words, else as many characters as fit."""
        start = span.start
        while start < span.end:
            end = self._furthest(start, span)
            piece = self._trim(start, end, span.clause)
            if piece is not None:
                yield piece
            start = end

    def _furthest(self, start: int, span: _Span) -> int:
        """Return the end of the longest piece from `start` that fits and ends well."""
        for pattern in (_SENTENCE, _BLANKS):
            ends = [start + match.end() for match in pattern.finditer(self.text[start : span.end])]
            ends = [end for end in ends if end < span.end and self.text[start:end].strip()] + [span.end]
            low, high = 0, len(ends)
            while low < high:  # the first end that does not fit any more
                middle = (low + high) // 2
                if self._fits(_Span(start, ends[middle], span.clause)):
                    low = middle + 1
                else:
                    high = middle
            if low:
                return ends[low - 1]
        size = len(self.text[start : span.end])
        while size > 1 and not self._fits(_Span(start, start + size, span.clause)):
            size = max(1, size // 2)
        return start + size

    # -- measures ------------------------------------------------------------------------------------------------------

    def _trim(self, start: int, end: int, clause: int) -> _Span | None:
        words = self.text[start:end]
        if not words.strip():
            return None
        left = len(words) - len(words.lstrip())
        return _Span(start + left, start + len(words.rstrip()), clause)

    def _fits(self, span: _Span, *, half: bool = False) -> bool:
        limit = self.max // 2 if half else self.max
        words = self.text[span.start : span.end]
        if len(words) > limit * _WIDE_TOKEN:
            return False
        return self.count(f"{self.context(span)}\n{words}") <= limit

    def _tiny(self, span: _Span) -> bool:
        words = self.text[span.start : span.end]
        return len(words) <= self.max * 2 and self.count(words) <= self.max // 6

    # -- context -------------------------------------------------------------------------------------------------------

    def context(self, span: _Span) -> str:
        """Return the lines above `span`: title, headings, and lead-ins that the span itself does not hold.

        Where they would take over a third of what the model reads, the outermost headings are left out first.
        """
        lines = [self.title] if self.title else []
        chain: list[Clause] = []
        at: int | None = span.clause
        while at is not None:
            chain.append(self.clauses[at])
            at = self.clauses[at].parent
        lead_ins: list[str] = []
        for clause in reversed(chain):
            if clause.start == span.start:
                break
            if clause.kind in _INNER:
                lead_ins.append(self._lead_in(clause, span))
            else:
                lines.append(_heading(clause))
        for position, clause in enumerate(reversed(chain)):
            if position == len(chain) - 1 and clause.kind not in _INNER and clause.start != span.start:
                lead_ins.append(self._lead_in(clause, span))
        lines += lead_ins
        kept = [line for line in dict.fromkeys(_shortened(line) for line in lines if line) if line]
        while kept and self.count("\n".join(kept)) > self.max // 3:
            kept.pop(1 if len(kept) > 2 else 0)
        return "\n".join(kept)

    def _lead_in(self, clause: Clause, span: _Span) -> str:
        """Return the words of `clause` before its first inner clause, where they introduce a list that holds `span`."""
        inside = [child for child in self.children[clause.position] if child.kind in _INNER]
        if not inside or not inside[0].start <= span.start:
            return _heading(clause) if clause.kind in _INNER else ""
        if clause.kind == "table":
            inside = inside[1:] if len(inside) > 1 and inside[0].start < span.start else inside
        words = self.text[clause.start : inside[0].start].strip()
        if clause.kind not in _INNER:
            head = f"{clause.label} {clause.heading}".split()
            words = " ".join(words.split())
            found = _after_head(words, head)
            words = found if found.endswith(":") else ""
        return words


def _after_head(words: str, head: Sequence[str]) -> str:
    """Return `words` without the label and heading they begin with."""
    wanted = _fold("".join(head))
    seen = 0
    for index, character in enumerate(words):
        if seen == len(wanted):
            return words[index:].lstrip(" .:-–—")
        seen += len(_fold(character))
    return ""


def _heading(clause: Clause) -> str:
    """Return the label and heading of a clause on one line, its address where it has neither.

    >>> _heading(Clause(position=0, address="Điều 9", kind="article", label="Điều 9", heading="Tên", start=0, end=9))
    'Điều 9. Tên'
    """
    if clause.kind in ("preamble", "closing", "document", "notes", "table", "row", "heading", "paragraph"):
        return clause.heading or (clause.address if clause.kind == "heading" else "")
    label = clause.label.strip() or clause.address
    return f"{label.rstrip('. ')}. {clause.heading}" if clause.heading else label


def _shortened(line: str) -> str:
    line = " ".join(line.split())
    return line if len(line) <= _CONTEXT_LINE else line[:_CONTEXT_LINE].rsplit(" ", 1)[0] + " …"


def _fold(text: str) -> str:
    return "".join(character for character in text.lower() if character.isalnum())
