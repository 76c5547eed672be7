"""The clause tree of acts in English: EU regulations and directives, and acts that count in sections (UK, US,
Singapore).

Addresses are those of design 4.9: "Chapter III Section 2", "Article 6(1)(a)(ii)", "Article 3(63)", "Recital 47",
"Annex III point 5(b)", "Section 12(1)(a)". What stands before the first article is "Preamble" and holds the recitals;
signatures are "Closing", notes gathered at the end "Notes". Anchors of EUR-Lex are not needed: the marks alone decide.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ingest.structure.english_heads import Head, article_word, find_heads, is_act
from ingest.structure.items import Name, numbered, prose, table_rows
from ingest.structure.lines import Line, ends_sentence, is_capitals
from ingest.structure.numbering import Item, follows, tokens
from ingest.structure.quotes import quoted_lines
from ingest.structure.tree import CUT, LEAF, Mark, assemble
from kb.records import BlockKind, Clause, SourceText

__all__ = ["build_act", "is_act"]

_WHEREAS = re.compile(r"(?:^|[,.;]\s+)Whereas\s*:?(?:$|\s+(?=\(1\)))", re.I)
_ENACTING = re.compile(r"\b(?:HAVE|HAS) (?:ADOPTED|DECIDED)\b|\bBE IT ENACTED\b")
_NOTE = re.compile(r"\(?\*?\d{1,3}\)?\s+.*(?:\bOJ [CL]\b|https?://|\bJudgment\b|\bECLI\b|OJ L,)", re.S)
_LEVEL = {"part": 10, "title": 12, "chapter": 20, "subchapter": 25, "section": 30, "subsection": 40}
_ARTICLE_LEVEL, _ITEM_LEVEL = 50, 60
_STYLES = ("1.1", "1.", "(1)", "(a)", "(i)", "a)", "(A)")
_NUMBERED = ("1.1", "1.", "(1)", "(a)", "A.")


def build_act(source: SourceText, lines: Sequence[Line]) -> tuple[Clause, ...]:
    """Return the clause tree of an act in English."""
    return assemble(source.text, _Act(lines).marks(), source.pages)


class _Act:
    """One pass over the heads of an act, collecting marks."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self.lines = lines
        quoted = quoted_lines([line.text for line in lines])
        self.quoted = quoted if len(quoted) * 2 < len(lines) else frozenset()
        self.word = article_word(lines)
        self.found: list[Mark] = []
        self.above: dict[int, Mark] = {}  # the containers now open, by level
        self.annex: Mark | None = None
        self.of_head: dict[int, Mark] = {}

    def marks(self) -> list[Mark]:
        notes = self._notes()
        heads = find_heads(self.lines, self.quoted, notes)
        first = next((head.index for head in heads if head.kind != "closing"), notes)
        if first > 0:
            self._preamble(first)
        for head, following in zip(heads, [*heads[1:], None], strict=False):
            self._open(head, following.index if following else notes)
        annexes = [head for head in heads if head.kind == "annex"]
        for head, following in zip(annexes, [*annexes[1:], None], strict=False):
            self._annex(head, following.index if following else notes, heads)
        if notes < len(self.lines):
            self._leaf(notes, "notes", "Notes")
        return self.found

    def _leaf(self, index: int, kind: str, step: str) -> None:
        """Add a clause at the top of the tree that holds no other."""
        start = self.lines[index].start
        self.found.append(Mark(start=start, level=0, kind=CUT, step=""))
        self.found.append(Mark(start=start, level=LEAF, kind=kind, step=step))

    def _notes(self) -> int:
        """Return the index of the first of the notes that end the document, else the number of lines."""
        index = len(self.lines)
        while index and (self.lines[index - 1].kind is BlockKind.FOOTNOTE or _NOTE.match(self.lines[index - 1].text)):
            index -= 1
        return index if len(self.lines) - index >= 2 else len(self.lines)

    def _preamble(self, until: int) -> None:
        """Add the preamble and the recitals between "Whereas" and the enacting words."""
        self.found.append(Mark(start=self.lines[0].start, level=0, kind="preamble", step="Preamble"))
        whereas = next((i for i in range(until) if _WHEREAS.search(self.lines[i].text)), None)
        if whereas is None:
            return
        enacting = next((i for i in range(whereas, until) if _ENACTING.search(self.lines[i].text)), until)
        last = "0"
        for index in range(whereas, enacting):
            line = self.lines[index]
            opening = _WHEREAS.search(line.text) if index == whereas else None
            at = opening.end() if opening else 0  # the first recital may stand on the same line
            for token, label, _ in tokens(line.text[at:], ("(1)",)):
                if follows("(1)", last, token.value):
                    last, step = token.value, f"Recital {token.value}"
                    start = line.start + at
                    self.found.append(Mark(start=start, level=_ITEM_LEVEL, kind="recital", step=step, label=label))
        if enacting < until:
            self.found.append(Mark(start=self.lines[enacting].start, level=_ITEM_LEVEL, kind=CUT, step=""))

    # -- heads ---------------------------------------------------------------------------------------------------------

    def _open(self, head: Head, until: int) -> None:
        """Add the mark of `head`, and the paragraphs of an article, up to line `until`."""
        if head.kind == "closing":
            self._leaf(head.index, "closing", "Closing")
            return
        heading, body = self._heading(head, until)
        start = self.lines[head.index].start
        mark = Mark(start=start, level=0, kind=head.kind, step="", label=head.label, heading=heading)
        if head.kind == "annex":
            mark.step = f"{head.word} {head.number}".strip()
            self.annex, self.above = mark, {0: mark}
        elif head.kind == "article":
            mark.level, mark.step, mark.base = _ARTICLE_LEVEL, f"{self.word} {head.number}", self.annex
        else:
            mark.level, mark.step = _LEVEL[head.kind], f"{head.word} {head.number}"
            mark.base = self._holder(mark.level, head.kind)
            self.above[mark.level] = mark
        self.found.append(mark)
        self.of_head[head.index] = mark
        if head.kind == "article":
            places = [i for i in range(body, until) if i not in self.quoted]
            if not heading and head.rest:
                places = [head.index, *places]
            self.found += numbered(self.lines, places, holder=mark, styles=_STYLES, name=_paragraph_name)

    def _holder(self, level: int, kind: str) -> Mark | None:
        """Return what the address of a container begins with; chapters of the act itself are counted through."""
        for deeper in [key for key in self.above if key >= level]:
            del self.above[deeper]
        if self.annex is None and kind in ("part", "title", "chapter"):
            return None
        higher = [key for key in self.above if self.annex is not None or key > _LEVEL["title"]]
        return self.above[max(higher)] if higher else self.annex

    def _heading(self, head: Head, until: int) -> tuple[str, int]:
        """Return the title after a head and the index of the first line of its text."""
        if head.kind == "article" and head.rest.endswith((".", ";", ":")) and len(head.rest) > 120:
            return "", head.index + 1
        parts = [head.rest] if head.rest else []
        index = head.index + 1
        while index < min(until, head.index + 6):
            line = self.lines[index]
            wraps = bool(parts) and not line.first and line.text[:1].islower() and not ends_sentence(parts[-1])
            if parts and head.kind == "article" and not wraps:
                break
            if line.kind is BlockKind.TABLE_ROW or tokens(line.text, _NUMBERED):
                break
            titled = len(line.text) <= 300 and not line.text.endswith((".", ";", ":", ","))
            styled = line.kind is BlockKind.HEADING
            if not styled and not (titled and (not parts or is_capitals(line.text) or wraps)):
                break
            if styled and parts and index > head.index + 1 and not is_capitals(line.text):
                break
            parts.append(line.text)
            index += 1
        if index >= until and head.kind == "article" and not head.rest and parts:
            return "", head.index + 1  # an article of one short line: its text, not a title
        return " ".join(" ".join(parts).split()), index

    # -- annexes -------------------------------------------------------------------------------------------------------

    def _annex(self, head: Head, until: int, heads: Sequence[Head]) -> None:
        """Add the points and tables of an annex. Points go on through its sections, or count anew in each."""
        holder = self.of_head[head.index]
        inner = [other for other in heads if head.index < other.index < until and other.kind != "closing"]
        if any(other.kind == "article" for other in inner):
            return
        starts = [head.index, *(other.index for other in inner)]
        regions = [
            [i for i in prose(self.lines, start + 1, end) if i not in self.quoted]
            for start, end in zip(starts, [*starts[1:], until], strict=True)
        ]
        if sum(any(_opens(self.lines[i].text) for i in region) for region in regions) > 1:
            for start, region in zip(starts, regions, strict=True):
                self._points(region, self.of_head[start])
        else:
            self._points([i for region in regions for i in region], holder)
        self.found += table_rows(self.lines, head.index + 1, until, holder=holder, words=("table", "row"))

    def _points(self, places: list[int], holder: Mark) -> None:
        self.found += numbered(self.lines, places, holder=holder, styles=_STYLES, name=_point_name)


def _opens(text: str) -> bool:
    return any(token.value == "1" for token, _, _ in tokens(text, ("1.",)))


def _paragraph_name(item: Item) -> Name | None:
    """Return what an item of an article is called: paragraph, point, subpoint; the address takes brackets."""
    token = item.path[-1]
    if token.style == "1.1":
        return None
    outer = [above.style for above in item.path[:-1]]
    if token.style in ("1.", "(1)"):
        if any(style in ("1.", "(1)", "(a)", "a)") for style in outer):
            return None
        return Name(kind="paragraph", step=f"({token.value})", join="")
    value = token.value.upper() if token.style == "(A)" else token.value
    kind = "point" if len(outer) <= 1 and token.style in ("(a)", "a)") else "subpoint"
    return Name(kind=kind, step=f"({value})", join="")


def _point_name(item: Item) -> Name | None:
    """Return what an item of an annex is called: point 5, point 10.4.1, and brackets for what lies beneath."""
    token = item.path[-1]
    outer = [above.style for above in item.path[:-1]]
    if token.style in ("1.", "1.1"):
        if any(style not in ("1.", "1.1") for style in outer) or (token.style == "1." and outer):
            return None
        titled = len(item.body) < 200 and item.body[:1].isupper() and not item.body.endswith((".", ";", ":", ","))
        return Name(kind="point", step=f"point {token.value}", flat=True, heading=item.body if titled else "")
    value = token.value.upper() if token.style == "(A)" else token.value
    if not outer:
        return Name(kind="point", step=f"point ({value})")
    return Name(kind="subpoint", step=f"({value})", join="")
