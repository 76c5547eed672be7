"""The clause tree of guidance, standards, reports and notes: numbered or styled headings, paragraphs beneath them.

Addresses are those of design 4.9: "Section 4.2.1", "Section IV.A.1", "Appendix A", "Introduction / Scope" where
headings carry no number, and " paragraph 3" for a paragraph of the text beneath one. In Vietnamese documents they read
"Mục I khoản 2 điểm a" and "đoạn 3". Headings come from the format where it marks them, else from the table of
contents, else from lines that are numbered in sequence and look like titles.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ingest.structure.contents import DIVISION, Found, find_contents, find_headings, unglue
from ingest.structure.headings import merged, numbered_titles, styled_headings
from ingest.structure.items import numbered, prose, table_rows
from ingest.structure.lines import Line, ends_sentence
from ingest.structure.numbering import Token, follows, tokens
from ingest.structure.tree import CUT, LEAF, Mark, assemble
from ingest.structure.vietnamese import ITEM_STYLES, item_name
from kb.records import BlockKind, Clause, SourceText

_STYLES = ("1.1", "I.", "A.", "1.", "1", "(1)", "1)", "a.", "a)", "(a)")
_SPELLED = dict(zip("One Two Three Four Five Six Seven Eight Nine Ten".split(), map(str, range(1, 11)), strict=True))
_ANNEXES = ("appendix", "annex", "schedule", "phụ lục")
_PARAGRAPH_LEVEL = 70
_BRACKETED = re.compile(r"\[(?P<n>\d{1,3})\]\s")


@dataclass(frozen=True, slots=True)
class _Words:
    section: str
    paragraph: str
    front: str
    contents: str
    document: str
    table: tuple[str, str]


_ENGLISH = _Words("Section", "paragraph", "Front matter", "Contents", "Document", ("table", "row"))
_VIETNAMESE = _Words("Mục", "đoạn", "Mở đầu", "Mục lục", "Văn bản", ("bảng", "dòng"))


def build_sections(source: SourceText, lines: Sequence[Line], *, language: str | None = None) -> tuple[Clause, ...]:
    """Return the clause tree of a document that is no legal act, its addresses in `language`."""
    if not lines:
        return ()
    words = _VIETNAMESE if language == "vi" else _ENGLISH
    contents_start, contents_end, entries = find_contents(lines)
    lines = unglue(lines, contents_end, entries)
    headings = styled_headings(lines, contents_end)
    announced = find_headings(lines, contents_end, entries)
    if len(announced) >= max(3, len(entries) // 2):
        headings = merged(headings, announced)
    elif len(headings) < 3:
        headings = numbered_titles(lines, contents_end)
    marks = _Tree(lines, words).marks([_as_annex(heading) for heading in headings], (contents_start, contents_end))
    return assemble(source.text, marks, source.pages)


def _as_annex(heading: Found) -> Found:
    """Return a numbered heading whose title names an annex ("9. Annex II – Examples") as the heading of that annex."""
    named = DIVISION.match(heading.title) if heading.number else None
    if named is None or named["word"].lower() not in _ANNEXES or not heading.title[named.end() :].strip():
        return heading
    return Found(heading.first, heading.last, named["n"], heading.title[named.end() :].strip(), heading.level)


def _division(number: str) -> re.Match[str] | None:
    return DIVISION.match(number) if number else None


def _is_title(headings: Sequence[Found]) -> bool:
    """Whether the first heading is the title of the whole: the only one of the highest style, unnumbered."""
    levels = [heading.level for heading in headings if heading.level is not None]
    first = headings[0]
    return (
        first.level is not None
        and not first.number
        and len(levels) > 1
        and levels.count(min(levels)) == 1
        and first.level == min(levels)
    )


def _paths(headings: Sequence[Found]) -> list[tuple[Token, ...]]:
    """Return for each heading the numbers it stands under, its own last; () for one without a number.

    Numbering begins anew in each appendix. Missing numbers do not matter: a heading is kept in any case.
    """
    paths: list[tuple[Token, ...]] = []
    standing: tuple[Token, ...] = ()
    for heading in headings:
        division = _division(heading.number)
        if division is not None:
            standing = () if division["word"].lower() not in ("part", "chapter", "phần", "chương") else standing
            paths.append(())
            continue
        readings = [token for token, _, _ in tokens(f"{heading.number} X", _STYLES)] if heading.number else []
        path = _placed(readings, standing)
        paths.append(path)
        standing = path or standing
    return paths


def _placed(readings: Sequence[Token], standing: tuple[Token, ...]) -> tuple[Token, ...]:
    """Return the path of a number read as one of `readings` after the path `standing`."""
    for token in readings:
        if token.style == "1.1":
            above = token.value.split(".")
            holders = tuple(
                t
                for t in standing
                if t.style in ("1.", "1.1") and above[: t.value.count(".") + 1] == t.value.split(".")
            )
            holders = tuple(t for t in holders if t.value != token.value)
            implied = [".".join(above[:n]) for n in range(1, len(above))]
            chain = (next((h for h in holders if h.value == v), Token("1.1" if "." in v else "1.", v)) for v in implied)
            return (*chain, token)
    for depth in range(len(standing) - 1, -1, -1):
        for token in readings:
            if token.style == standing[depth].style and follows(token.style, standing[depth].value, token.value):
                return (*standing[:depth], token)
    styles = [token.style for token in standing]
    for token in readings:
        if token.style not in styles and token.value in ("1", "a", "i"):
            return (*standing, token)
    for token in readings:
        if token.style in styles:
            return (*standing[: styles.index(token.style)], token)
    return (*standing, readings[0]) if readings else ()


class _Tree:
    """Turns headings and the text between them into marks."""

    def __init__(self, lines: Sequence[Line], words: _Words) -> None:
        self.lines = lines
        self.words = words
        self.found: list[Mark] = []

    def marks(self, headings: Sequence[Found], contents: tuple[int, int]) -> list[Mark]:
        headings = [heading for heading in headings if not contents[0] <= heading.first < contents[1]]
        first = headings[0].first if headings else len(self.lines)
        if not headings:
            root = Mark(start=self.lines[0].start, level=0, kind="document", step=self.words.document)
            self.found.append(root)
            self._text(0, len(self.lines), None)
            return self.found
        if first > 0 and (contents[0] > 0 or contents[1] == 0):
            front = Mark(start=self.lines[0].start, level=LEAF, kind="preamble", step=self.words.front)
            self.found.append(front)
        if contents[1] and contents[0] < first:
            self.found.append(
                Mark(start=self.lines[contents[0]].start, level=LEAF, kind="contents", step=self.words.contents)
            )
            if contents[1] < first:
                rest = Mark(start=self.lines[contents[1]].start, level=LEAF, kind="preamble", step=self.words.front)
                self.found.append(rest)
        marks = self._headings(headings)
        for mark, heading, following in zip(marks, headings, [*headings[1:], None], strict=True):
            self.found.append(mark)
            self._text(heading.last + 1, following.first if following else len(self.lines), mark)
        return self.found

    def _headings(self, headings: Sequence[Found]) -> list[Mark]:
        """Give each heading its level and address; numbers decide over the format's levels."""
        marks: list[Mark] = []
        above: list[Mark] = []
        paths = _paths(headings)
        title = _is_title(headings)
        for position, heading in enumerate(headings):
            path = paths[position]
            if _division(heading.number):
                level = 10
            elif path:
                level = 20 + 2 * len(path)
            elif heading.level is not None:
                level = self._level_by_style(heading, headings[:position], marks)
            else:
                level = self._level_unnumbered(paths[position + 1 :], above)
            while above and above[-1].level >= level:
                above.pop()
            mark = self._mark(heading, level, path, [one for one in above if not (title and one is marks[0])])
            above.append(mark)
            marks.append(mark)
        return marks

    @staticmethod
    def _level_by_style(heading: Found, earlier: Sequence[Found], marks: Sequence[Mark]) -> int:
        """Return the level of an unnumbered heading from its rank among the format's levels."""
        for other, mark in zip(reversed(earlier), reversed(marks), strict=True):
            if other.level is not None and heading.level is not None:
                if other.level == heading.level:
                    return mark.level
                if other.level < heading.level:
                    return mark.level + 1
        return 10

    @staticmethod
    def _level_unnumbered(later: Sequence[tuple[Token, ...]], above: Sequence[Mark]) -> int:
        """Return the level of a heading without number or style.

        It stands beneath the numbered section that the text is in where the numbering goes on after it, and beneath an
        appendix; else at the top.
        """
        if above and above[0].kind == "annex":
            return above[0].level + 1
        inside = next((mark for mark in above if mark.kind == "section"), None)
        return inside.level + 1 if inside is not None and any(later) else 10

    def _mark(self, heading: Found, level: int, path: tuple[Token, ...], above: Sequence[Mark]) -> Mark:
        start = self.lines[heading.first].start
        division = _division(heading.number)
        if division:
            kind = {"part": "part", "chapter": "chapter", "section": "section"}.get(division["word"].lower(), "annex")
            step = f"{division['word'].capitalize()} {_SPELLED.get(division['value'], division['value'])}"
            return Mark(start=start, level=level, kind=kind, step=step, label=heading.number, heading=heading.title)
        if path:
            value = path[-1].value
            if path[-1].style in ("I.", "A.") or len(path) == 1:
                value = value.upper()
            holder = next((mark for mark in reversed(above) if mark.kind == "section" and mark.label), None)
            joined = holder is not None and path[-1].style != "1.1"
            annex = next((mark for mark in reversed(above) if mark.kind == "annex"), None)
            return Mark(
                start=start,
                level=level,
                kind="section",
                step=self._step(path, value, joined=joined),
                label=heading.number,
                heading=heading.title,
                base=holder if joined else annex,
                join="." if joined and self.words is not _VIETNAMESE else " ",
            )
        text = f"{heading.number} {heading.title}".strip()
        base = above[-1] if above else None
        return Mark(start=start, level=level, kind="heading", step=_short(text), heading=text, base=base, join=" / ")

    def _step(self, path: tuple[Token, ...], value: str, *, joined: bool) -> str:
        if not joined:
            return f"{self.words.section} {value}"
        if self.words is not _VIETNAMESE:
            return value
        return f"{'mục' if path[-1].style in ('I.', 'A.') else 'điểm' if path[-1].style == 'a)' else 'khoản'} {value}"

    def _text(self, first: int, until: int, holder: Mark | None) -> None:
        """Add the paragraphs (and tables, and Vietnamese numbered items) of lines `first` to `until`."""
        if first >= until:
            return
        if self.words is _VIETNAMESE:
            outermost = "Mục" if holder is None else "mục" if holder.kind != "section" else "khoản"
            items = numbered(
                self.lines,
                prose(self.lines, first, until),
                holder=holder,
                styles=ITEM_STYLES,
                name=lambda item: item_name(item, outermost=outermost),
            )
            self.found += items
            until = next((i for i in range(first, until) if items and self.lines[i].start >= items[0].start), until)
        place = holder or Mark(start=0, level=0, kind="", step="")
        number = 0
        seen: set[int] = set()
        for index in range(first, until):
            line = self.lines[index]
            bracketed = _BRACKETED.match(line.text)
            if line.kind is BlockKind.FOOTNOTE and line.first:
                self.found.append(Mark(start=line.start, level=_PARAGRAPH_LEVEL, kind=CUT, step=""))
                continue
            if line.kind is BlockKind.TABLE_ROW or (line.block in seen and not bracketed):
                seen.add(line.block)
                continue
            seen.add(line.block)
            if bracketed is None and line.kind is BlockKind.LIST_ITEM and number:
                continue
            number += 1
            step = f"{self.words.paragraph} {bracketed['n'] if bracketed else number}"
            self.found.append(
                Mark(
                    start=line.start,
                    level=_PARAGRAPH_LEVEL,
                    kind="paragraph",
                    step=step,
                    label=bracketed.group().strip() if bracketed else "",
                    base=holder,
                )
            )
        if holder is not None:
            self.found += table_rows(self.lines, first, until, holder=place, words=self.words.table)


def _short(title: str) -> str:
    """Return a title fit for an address: one line, no slash with blanks, at most 80 characters at a word's end."""
    title = " ".join(title.replace(" / ", "/").split()).rstrip(" :")
    if len(title) <= 80 or ends_sentence(title[:80]):
        return title[:80] or "…"
    return title[:80].rsplit(" ", 1)[0] + " …"
