"""The clause tree of Vietnamese legal acts: Phần, Chương, Mục, Điều, khoản, điểm, Phụ lục.

Addresses are those of design 4.9: "Chương II", "Chương II mục 1", "Điều 9 khoản 2 điểm a", "Phụ lục I mục 3". What
stands before the first mark is "Mở đầu", the closing formula with signatures and recipients "Kết thúc". An instrument
or form inside the file (a regulation issued with a decision, "Mẫu số 02" of an annex) has its own numbering, so its
addresses begin with its name: "Quy chế Điều 3", "Phụ lục I mẫu số 02 Điều 5". Articles quoted by an amending act
belong to the text of its clause.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ingest.structure.items import Name, numbered, table_rows
from ingest.structure.lines import Line, ends_sentence, is_capitals
from ingest.structure.numbering import Item
from ingest.structure.quotes import quoted_lines
from ingest.structure.tree import CUT, LEAF, Mark, assemble
from ingest.structure.vietnamese_heads import (
    ATTACHED,
    ATTACHMENT_NOTE,
    MACHINE_ID,
    Head,
    find_heads,
    is_vietnamese_act,
    unglue,
)
from kb.records import BlockKind, Clause, SourceText

__all__ = ["ITEM_STYLES", "build_vietnamese", "is_vietnamese_act", "item_name"]

ITEM_STYLES = ("1.1", "I.", "A.", "1.", "a)")
_CLAUSE_STYLES = ("1.1", "1.", "1", "a)")
_LEVEL = {"part": 10, "chapter": 20, "section": 30, "subsection": 40, "article": 50}
_WORDS = {"part": "Phần", "chapter": "Chương", "section": "mục", "subsection": "tiểu mục"}
_NUMBERED = re.compile(r"\d+\s*\.|[a-zđ]\d?\s?\)|[-–(]")
_NOT_HEADING = re.compile(rf"{ATTACHMENT_NOTE.pattern}|\d{{16,}}$|CỘNG H[ÒO]|[_\-*.\s]+$|[IVX]+\.\s", re.I)


def build_vietnamese(source: SourceText, lines: Sequence[Line]) -> tuple[Clause, ...]:
    """Return the clause tree of a Vietnamese act."""
    return assemble(source.text, _Act(unglue(lines)).marks(), source.pages)


class _Act:
    """One pass over the heads of an act, collecting marks."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self.lines = lines
        self.quoted = quoted_lines([line.text for line in lines])
        self.found: list[Mark] = []
        self.above: dict[int, Mark] = {}  # the containers now open, by level
        self.scope: Mark | None = None  # the instrument, annex or form now open, which addresses begin with

    def marks(self) -> list[Mark]:
        heads = find_heads(self.lines, self.quoted)
        if not heads or heads[0].index > 0:
            self.found.append(Mark(start=self.lines[0].start, level=LEAF, kind="preamble", step="Mở đầu"))
        for head, following in zip(heads, [*heads[1:], None], strict=False):
            self._open(head, following.index if following else len(self.lines))
        return self.found

    def _open(self, head: Head, until: int) -> None:
        """Add the marks of `head` and of what is numbered beneath it, up to line `until`."""
        match head.kind:
            case "closing":
                level = 0 if self.scope is None else self.scope.level + 1
                self.found.append(Mark(start=self._start(head), level=level, kind=CUT, step=""))
                self.found.append(
                    Mark(start=self._start(head), level=LEAF, kind="closing", step="Kết thúc", base=self.scope)
                )
            case "annex" | "form" | "attached":
                self._open_scope(head, until)
            case "article":
                self._open_article(head, until)
            case _:
                self._open_container(head, until)

    def _start(self, head: Head) -> int:
        """Return where a head begins; a machine's own id on the line above belongs to it."""
        above = self.lines[head.index - 1] if head.index else None
        return above.start if above is not None and MACHINE_ID.match(above.text) else self.lines[head.index].start

    def _open_scope(self, head: Head, until: int) -> None:
        heading, body = self._heading(head, until)
        mark = self._scope_mark(head, heading)
        self.scope, self.above = mark, {mark.level: mark}
        self.found.append(mark)
        self._items(body, until, mark)

    def _scope_mark(self, head: Head, heading: str) -> Mark:
        """Return the mark of an annex, form or attached instrument: forms lie in annexes, annexes in instruments."""
        outer = self.scope
        mark = Mark(start=self._start(head), level=0, kind=head.kind, step="", label=head.label, heading=heading)
        if head.kind == "attached":
            word = ATTACHED.match(head.label)
            mark.kind, mark.step = "instrument", (word["word"] if word else head.label).capitalize()
            return mark
        if head.kind == "form":
            while outer is not None and (outer.kind == "form" or outer.step == "phụ lục"):
                outer = outer.base
            mark.level, mark.base = 4, outer
            mark.step = f"{'Mẫu' if outer is None else 'mẫu'} số {head.number}"
            return mark
        if not head.number and outer is not None and (outer.kind == "form" or outer.step.startswith("Phụ lục ")):
            mark.level, mark.base, mark.step = 6, outer, "phụ lục"  # an annex of its own in a numbered annex or form
            return mark
        while outer is not None and outer.kind != "instrument":
            outer = outer.base
        mark.level, mark.base = (0 if outer is None else 1), outer
        mark.step = f"Phụ lục {head.number}".strip()
        return mark

    def _open_article(self, head: Head, until: int) -> None:
        heading, body = self._article_heading(head, until)
        mark = Mark(
            start=self._start(head),
            level=_LEVEL["article"],
            kind="article",
            step=f"Điều {head.number}",
            label=head.label,
            heading=heading,
            base=self.scope,
        )
        self.found.append(mark)
        places = self._places(body, until)
        self.found += numbered(self.lines, places, holder=mark, styles=_CLAUSE_STYLES, name=_clause_name)

    def _open_container(self, head: Head, until: int) -> None:
        heading, body = self._heading(head, until)
        level = _LEVEL[head.kind]
        for deeper in [key for key in self.above if key >= level]:
            del self.above[deeper]
        base, word = self.scope, _WORDS[head.kind]
        if head.kind in ("section", "subsection"):
            base = self.above[max(self.above)] if self.above else self.scope
            word = word if base is not None else word.capitalize()
        mark = Mark(
            start=self._start(head),
            level=level,
            kind=head.kind,
            step=f"{word} {head.number}",
            label=head.label,
            heading=heading,
            base=base,
        )
        self.above[level] = mark
        self.found.append(mark)
        if self.scope is not None:
            self._items(body, until, mark)

    def _items(self, first: int, until: int, holder: Mark) -> None:
        """Add the numbered items and tables of an annex, form or attached text."""
        places = self._places(first, until)
        self.found += numbered(self.lines, places, holder=holder, styles=ITEM_STYLES, name=item_name)
        self.found += table_rows(self.lines, first, until, holder=holder, words=("bảng", "dòng"))

    def _places(self, first: int, until: int) -> list[int]:
        """Return the indices of lines that may carry numbers of this act: no quotations, no tables."""
        rows = BlockKind.TABLE_ROW
        return [i for i in range(first, until) if i not in self.quoted and self.lines[i].kind is not rows]

    # -- headings ------------------------------------------------------------------------------------------------------

    def _heading(self, head: Head, until: int) -> tuple[str, int]:
        """Return the heading of a container or annex and the index of the first line after it.

        It stands after the mark and goes on while lines are in capitals; else it is the one short line below the mark.
        """
        parts = [head.rest] if head.rest else [head.label] if head.kind == "attached" else []
        index = head.index + 1
        while index < min(until, head.index + 7):
            line = self.lines[index]
            whole = bool(head.rest) and not is_capitals(head.rest)
            if whole or line.kind is BlockKind.TABLE_ROW or _NOT_HEADING.match(line.text):
                break
            short = (
                len(line.text) <= 250
                and not line.text.endswith((";", ".", ":", ","))
                and not _NUMBERED.match(line.text)
            )
            if not (is_capitals(line.text) and len(line.text) <= 300) and not (short and not parts):
                break
            parts.append(line.text)
            index += 1
        return " ".join(" ".join(parts).split()), index

    def _article_heading(self, head: Head, until: int) -> tuple[str, int]:
        """Return the title of an article ("" where its text follows the number at once) and where its text begins."""
        title, index = head.rest, head.index + 1
        if not title:
            below = self.lines[index].text if index + 1 < until else ""
            titled = below and len(below) < 200 and not ends_sentence(below) and not _NUMBERED.match(below)
            return (below, index + 1) if titled else ("", index)
        while index < min(until, head.index + 3) and not ends_sentence(title) and self.lines[index].text[:1].islower():
            if _NUMBERED.match(self.lines[index].text):
                break
            title, index = f"{title} {self.lines[index].text}", index + 1
        if title.endswith((".", ";", ":", ",", "./.")) or len(title) > 400:
            return "", head.index + 1
        return " ".join(title.split()), index


def _clause_name(item: Item) -> Name | None:
    """Return what an item of an article is called: khoản, or điểm for a letter."""
    styles = [token.style for token in item.path]
    value = item.path[-1].value
    if styles[-1] == "a)":
        return Name(kind="point", step=f"điểm {value}") if styles.count("a)") == 1 else None
    if "a)" in styles or styles.count("1.") > 1:
        return None
    return Name(kind="clause", step=f"khoản {value}", flat=True)


def item_name(item: Item, *, outermost: str = "mục") -> Name | None:
    """Return what an item outside articles is called: the outermost number "mục", the next "khoản", a letter "điểm"."""
    styles = [token.style for token in item.path]
    token = item.path[-1]
    if token.style == "a)":
        return Name(kind="point", step=f"điểm {token.value}") if styles.count("a)") == 1 else None
    if "a)" in styles or styles.count("1.") > 1:
        return None
    rank = len([style for style in styles if style in ("I.", "A.")]) + (token.style in ("1.", "1.1"))
    word = outermost if rank == 1 else "khoản"
    if token.style in ("1.", "1.1"):
        return Name(kind="clause", step=f"{word} {token.value}", flat=True)
    title = item.body if len(item.body) < 250 and not item.body.endswith((".", ";", ":")) else ""
    return Name(kind="section", step=f"{word} {token.value.upper()}", heading=title)
