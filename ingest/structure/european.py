"""The clause tree of acts in English: EU regulations and directives, and acts that count in sections (UK, US, Singapore ...).

Addresses are those of design 4.9: "Chapter III Section 2", "Article 6(1)(a)(ii)", "Article 3(63)", "Recital 47", "Annex III point 5(b)",
"Section 12(1)(a)". What stands before the first recital or article is "Preamble", signatures are "Closing", notes gathered at the end
are "Notes". Anchors of EUR-Lex are not needed: the marks alone decide.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ingest.structure.items import Name, numbered, table_rows
from ingest.structure.lines import Line, ends_sentence, is_capitals, is_contents_line
from ingest.structure.numbering import Item, follows, tokens
from ingest.structure.quotes import quoted_lines
from ingest.structure.tree import CUT, Mark, assemble
from kb.records import BlockKind, Clause, SourceText

_NUMERAL = r"(?:[IVXLC]{1,7}[a-z]?|\d{1,3}[A-Za-z]?|[A-Z])"
_SEPARATED = r"(?P<sep>\s*[-–—:.]\s*|\s+|$)(?P<rest>.*)$"
_ARTICLE = re.compile(rf"(?P<label>(?:Article|ARTICLE|Art\.)\s+(?P<n>\d{{1,3}}[a-z]{{0,2}}))(?![\w(/]){_SEPARATED}")
_SECTION_AS_ARTICLE = re.compile(rf"(?P<label>(?:Section|SECTION|SEC\.|Sec\.|§)\s*(?P<n>\d{{1,4}}[A-Za-z]{{0,2}}))(?![\w(/-]|\.\d){_SEPARATED}")
_CONTAINER = re.compile(
    rf"(?P<label>(?P<word>PART|Part|TITLE|Title|CHAPTER|Chapter|SUBCHAPTER|SECTION|Section|SUBSECTION|Subsection)\s+(?P<n>{_NUMERAL}))"
    rf"(?![\w(/]|\.[\dA-Z(]){_SEPARATED}"
)
_ANNEX = re.compile(
    rf"(?P<label>(?P<word>ANNEX|Annex|APPENDIX|Appendix|SCHEDULE|Schedule)(?:\s+(?P<n>{_NUMERAL}))?)(?![\w(/]){_SEPARATED}"
)
_CLOSING = re.compile(r"(?:Done at \w+|This (?:Regulation|Directive|Decision) (?:shall be binding in its entirety|is addressed to))")
_WHEREAS = re.compile(r"Whereas\s*:?$", re.I)
_ENACTING = re.compile(r"(?:HAVE|HAS) (?:ADOPTED|DECIDED)|BE IT ENACTED|Be it enacted", re.I)
_NOTE = re.compile(r"\(?\*?\d{1,3}\)?\s+.*(?:\bOJ [CL]\b|https?://|\bJudgment\b|\bECLI\b|OJ L,)", re.S)
_SENTENCE = re.compile(r"(?:of|to|in|and|or|shall|is|are|which|that|the|as|for|by|does|may|applies|also|lays?)\b|[,;)]")
_LEVEL = {"part": 10, "title": 12, "chapter": 20, "subchapter": 25, "section": 30, "subsection": 40}
_LEAF = 100
_STYLES = ("1.1", "1.", "(1)", "(a)", "(i)", "(A)")
_ANNEX_STYLES = ("1.1", "1.", "(1)", "(a)", "(i)", "a)", "(A)")


@dataclass(frozen=True, slots=True)
class _Head:
    index: int
    kind: str
    number: str
    label: str
    rest: str
    word: str = ""


def is_act(lines: Sequence[Line]) -> bool:
    """Whether the lines hold articles in sequence (five, or two from the first on), or three sections that are named so."""
    articles = _in_order(_articles(lines, _ARTICLE))
    if len(articles) >= 5 or (len(articles) >= 2 and articles[0].number == "1"):
        return True
    sections = _in_order(_articles(lines, _SECTION_AS_ARTICLE))
    return len(sections) >= 3 and (sections[0].number in ("1", "101") or sections[0].label.startswith("§"))


def build_act(source: SourceText, lines: Sequence[Line]) -> tuple[Clause, ...]:
    """Return the clause tree of an act in English."""
    return assemble(source.text, _Act(lines).marks(), source.pages)


def _articles(lines: Sequence[Line], pattern: re.Pattern[str]) -> list[_Head]:
    heads = []
    for index, line in enumerate(lines):
        match = pattern.match(line.text)
        if not match or is_contents_line(line.text) or line.kind is BlockKind.TABLE_ROW:
            continue
        rest, separated = match["rest"], bool(match["sep"].strip())
        if rest and (len(rest) > 250 or _SENTENCE.match(rest)):
            continue
        if rest and not separated and not (rest[:1].isupper() and not ends_sentence(rest)):
            continue
        before = lines[index - 1].text if index else ""
        if not line.first and before and not ends_sentence(before) and not is_capitals(before) and before[-1:].islower() and rest:
            continue
        heads.append(_Head(index, "article", match["n"], match["label"], rest))
    return heads


def _in_order(heads: list[_Head]) -> list[_Head]:
    """Return the heads that carry the numbering on; those quoted from another act or listed as contents fall out of it.

    A number that comes again while the text has gone on counting is left out, unless the counting begins anew with 1 and 2.
    """
    kept: list[_Head] = []
    last: int | None = None
    for position, head in enumerate(heads):
        number = int(re.match(r"\d+", head.number).group())  # type: ignore[union-attr]
        later = [int(re.match(r"\d+", other.number).group()) for other in heads[position + 1 :]]  # type: ignore[union-attr]
        if last is None or number == last + 1 or (number == last and head.number != kept[-1].number):
            pass
        elif number <= last:
            if not (number == 1 and later[:1] == [2]):
                continue
        elif last + 1 in later[:200]:
            continue
        kept.append(head)
        last = number
    return kept


class _Act:
    """One pass over the lines of an act, collecting marks."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self.lines = lines
        quoted = quoted_lines([line.text for line in lines])
        self.quoted = quoted if len(quoted) * 2 < len(lines) else frozenset()
        articles = [head for head in _articles(lines, _ARTICLE) if head.index not in self.quoted]
        self.word = "Article"
        if len(_in_order(articles)) < 2:
            articles = [head for head in _articles(lines, _SECTION_AS_ARTICLE) if head.index not in self.quoted]
            self.word = "Section"
        self.articles = articles
        self.found: list[Mark] = []

    def marks(self) -> list[Mark]:
        notes = self._notes()
        heads = self._heads(notes)
        first = next((head.index for head in heads if head.kind != "closing"), notes)
        if first > 0:
            self._preamble(first)
        above: dict[int, Mark] = {}
        annex: Mark | None = None
        for head, following in zip(heads, [*heads[1:], None], strict=False):
            annex = self._open(head, following.index if following else notes, above, annex)
        self._annexes(heads, notes)
        if notes < len(self.lines):
            self.found.append(Mark(start=self.lines[notes].start, level=0, kind=CUT, step=""))
            self.found.append(Mark(start=self.lines[notes].start, level=_LEAF, kind="notes", step="Notes"))
        return self.found

    def _notes(self) -> int:
        """Return the index of the first of the notes that end the document, else the number of lines."""
        index = len(self.lines)
        while index and (self.lines[index - 1].kind is BlockKind.FOOTNOTE or _NOTE.match(self.lines[index - 1].text)):
            index -= 1
        return index if len(self.lines) - index >= 2 else len(self.lines)

    # -- heads ---------------------------------------------------------------------------------------------------------

    def _heads(self, until: int) -> list[_Head]:
        annexes = self._annex_heads(until)
        bounds = [head.index for head in annexes]
        body_end = bounds[0] if bounds else until
        articles = _in_order([head for head in self.articles if head.index < body_end])
        inside = [head for head in self.articles if head.index >= body_end and head.rest == ""]
        first_article = articles[0].index if articles else 0
        heads = articles + annexes + self._containers(until, first_article) + self._inside(inside, bounds)
        last_article = articles[-1].index if articles else 0
        for index in range(last_article, body_end):
            if _CLOSING.match(self.lines[index].text) and index not in self.quoted:
                heads.append(_Head(index, "closing", "", "", ""))
                break
        taken: set[int] = set()
        ordered = []
        for head in sorted(heads, key=lambda head: head.index):
            if head.index not in taken:
                taken.add(head.index)
                ordered.append(head)
        return ordered

    @staticmethod
    def _inside(articles: list[_Head], bounds: list[int]) -> list[_Head]:
        """Articles of a model text inside an annex: only where an annex holds at least three in sequence."""
        kept: list[_Head] = []
        for start, end in zip(bounds, [*bounds[1:], 10**9], strict=False):
            run = _in_order([head for head in articles if start < head.index < end])
            if len(run) >= 3:
                kept += run
        return kept

    def _annex_heads(self, until: int) -> list[_Head]:
        heads: list[_Head] = []
        last_article = max((head.index for head in _in_order(self.articles)), default=0)
        for index in range(until):
            line = self.lines[index]
            match = _ANNEX.match(line.text)
            if not match or index in self.quoted or is_contents_line(line.text) or line.kind is BlockKind.TABLE_ROW:
                continue
            rest = match["rest"]
            if rest and (_SENTENCE.match(rest) or len(rest) > 250 or rest.endswith((".", ";", ","))):
                continue
            if rest and not match["sep"].strip() and not is_capitals(rest):
                continue
            if not match["word"].isupper() and not (line.first and (not rest or match["sep"].strip())):
                continue
            number = match["n"] or ""
            if heads and heads[-1].number == number and number:
                continue  # a running head, or a reference on a line of its own
            if index < last_article:
                continue
            heads.append(_Head(index, "annex", number, match["label"], rest, match["word"].capitalize()))
        return heads

    def _containers(self, until: int, first_article: int) -> list[_Head]:
        heads = []
        for index in range(until):
            line = self.lines[index]
            match = _CONTAINER.match(line.text)
            if not match or index in self.quoted or is_contents_line(line.text) or line.kind is BlockKind.TABLE_ROW:
                continue
            word, rest = match["word"], match["rest"]
            kind = word.lower()
            if kind == self.word.lower() and _SECTION_AS_ARTICLE.match(line.text):
                continue
            if rest and (_SENTENCE.match(rest) or len(rest) > 200 or rest.endswith((".", ";", ","))):
                continue
            if rest and not match["sep"].strip() and not is_capitals(rest) and not (word.isupper() and line.first):
                continue
            if not word.isupper() and not line.first:
                continue
            if index < first_article - 60 and not word.isupper():
                continue
            heads.append(_Head(index, kind, match["n"], match["label"], rest, word.capitalize()))
        return heads

    # -- marks ---------------------------------------------------------------------------------------------------------

    def _open(self, head: _Head, until: int, above: dict[int, Mark], annex: Mark | None) -> Mark | None:
        start = self.lines[head.index].start
        if head.kind == "closing":
            self.found.append(Mark(start=start, level=0, kind=CUT, step=""))
            self.found.append(Mark(start=start, level=_LEAF, kind="closing", step="Closing"))
            return annex
        heading, body = self._heading(head, until)
        if head.kind == "annex":
            above.clear()
            step = f"{head.word} {head.number}".strip()
            mark = Mark(start=start, level=0, kind="annex", step=step, label=head.label, heading=heading)
            above[0] = mark
            self.found.append(mark)
            return mark
        if head.kind == "article":
            mark = Mark(start=start, level=50, kind="article", step=f"{self.word} {head.number}", label=head.label)
            mark.heading, mark.base = heading, annex
            self.found.append(mark)
            places = [i for i in range(body, until) if i not in self.quoted]
            if not heading and head.rest:
                places = [head.index, *places]
            self.found += numbered(self.lines, places, holder=mark, styles=_STYLES, name=_paragraph_name, rows=True)
            return annex
        level = _LEVEL[head.kind]
        for deeper in [key for key in above if key >= level]:
            del above[deeper]
        higher = [key for key in above if key < level and (key > 12 or annex is not None)]
        base = above[max(higher)] if higher and head.kind not in ("chapter", "title", "part") else annex
        if annex is not None and higher:
            base = above[max(higher)]
        mark = Mark(
            start=start, level=level, kind=head.kind, step=f"{head.word} {head.number}", label=head.label, heading=heading, base=base
        )
        above[level] = mark
        self.found.append(mark)
        return annex

    def _heading(self, head: _Head, until: int) -> tuple[str, int]:
        """Return the title after a head and the index of the first line of its text."""
        parts = [head.rest] if head.rest else []
        if head.kind == "article" and head.rest.endswith((".", ";", ":")) and len(head.rest) > 120:
            return "", head.index + 1
        index = head.index + 1
        while index < min(until, head.index + 6) and not (parts and head.kind == "article" and not self._wraps(parts[-1], index)):
            line = self.lines[index]
            if line.kind is BlockKind.TABLE_ROW or tokens(line.text, ("1.1", "1.", "(1)", "(a)", "A.")):
                break
            title = len(line.text) <= 300 and not line.text.endswith((".", ";", ":", ","))
            heading = line.kind is BlockKind.HEADING
            if not heading and not (title and (not parts or is_capitals(line.text) or self._wraps(parts[-1], index))):
                break
            if parts and heading and not is_capitals(line.text) and line.level is not None and index > head.index + 1:
                break
            parts.append(line.text)
            index += 1
        if index >= until and head.kind == "article" and not head.rest and parts:
            return "", head.index + 1  # an article of one short line: its text, not a title
        return " ".join(" ".join(parts).split()), index

    def _wraps(self, before: str, index: int) -> bool:
        """Whether line `index` goes on with a title that the end of the line before broke."""
        return not self.lines[index].first and self.lines[index].text[:1].islower() and not ends_sentence(before)

    def _preamble(self, until: int) -> None:
        preamble = Mark(start=self.lines[0].start, level=0, kind="preamble", step="Preamble")
        self.found.append(preamble)
        whereas = next((i for i in range(until) if _WHEREAS.match(self.lines[i].text)), None)
        if whereas is None:
            return
        enacting = next((i for i in range(whereas, until) if _ENACTING.match(self.lines[i].text)), until)
        last = "0"
        for index in range(whereas + 1, enacting):
            for token, label, _ in tokens(self.lines[index].text, ("(1)",)):
                if follows("(1)", last, token.value):
                    last = token.value
                    self.found.append(
                        Mark(start=self.lines[index].start, level=60, kind="recital", step=f"Recital {token.value}", label=label)
                    )
        if enacting < until:
            self.found.append(Mark(start=self.lines[enacting].start, level=60, kind=CUT, step=""))

    # -- annexes -------------------------------------------------------------------------------------------------------

    def _annexes(self, heads: list[_Head], until: int) -> None:
        """Add points and tables of each annex. Points go on through its sections, or count anew in each."""
        by_start = {mark.start: mark for mark in self.found}
        annexes = [head for head in heads if head.kind == "annex"]
        for head, following in zip(annexes, [*annexes[1:], None], strict=False):
            end = following.index if following else until
            holder = by_start[self.lines[head.index].start]
            inner = [other for other in heads if head.index < other.index < end]
            if any(other.kind == "article" for other in inner):
                continue
            regions = [(head, head.index + 1)] + [(other, other.index + 1) for other in inner if other.kind != "closing"]
            limits = [other.index for other, _ in regions[1:]] + [end]
            places = [range(first, limit) for (_, first), limit in zip(regions, limits, strict=True)]
            anew = [any(_opens(self.lines[i].text) for i in place) for place in places]
            if sum(anew) > 1:
                for (region, _), place in zip(regions, places, strict=True):
                    self._points([i for i in place if i not in self.quoted], by_start[self.lines[region.index].start])
            else:
                self._points([i for place in places for i in place if i not in self.quoted], holder)
            self.found += table_rows(self.lines, head.index + 1, end, holder=holder, words=("table", "row"))

    def _points(self, places: list[int], holder: Mark) -> None:
        self.found += numbered(self.lines, places, holder=holder, styles=_ANNEX_STYLES, name=_point_name)


def _opens(text: str) -> bool:
    return any(token.value == "1" for token, _, _ in tokens(text, ("1.",)))


def _paragraph_name(item: Item) -> Name | None:
    """Return what an item of an article is called: paragraph, point, subpoint; the address takes brackets."""
    token = item.path[-1]
    value = token.value.upper() if token.style == "(A)" else token.value
    if token.style == "1.1":
        return None
    if token.style in ("1.", "(1)"):
        outer = [above.style for above in item.path[:-1]]
        if any(style in ("1.", "(1)", "(a)") for style in outer):
            return None
        return Name(kind="paragraph", step=f"({value})", join="")
    kind = "point" if len(item.path) <= 2 and token.style == "(a)" else "subpoint"
    return Name(kind=kind, step=f"({value})", join="")


def _point_name(item: Item) -> Name | None:
    """Return what an item of an annex is called: point 5, point 10.4.1, and brackets for what lies beneath."""
    token = item.path[-1]
    outer = [above.style for above in item.path[:-1]]
    if token.style in ("1.", "1.1"):
        if any(style not in ("1.", "1.1") for style in outer) or (token.style == "1." and outer):
            return None
        title = item.body if len(item.body) < 200 and not item.body.endswith((".", ";", ":", ",")) and item.body[:1].isupper() else ""
        return Name(kind="point", step=f"point {token.value}", flat=True, heading=title)
    value = token.value.upper() if token.style == "(A)" else token.value
    if not outer:
        return Name(kind="point", step=f"point ({value})")
    return Name(kind="subpoint", step=f"({value})", join="")

