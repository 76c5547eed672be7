"""A document's text as HTML for reading: clause by clause, every word of it once, with anchors, pages and highlights.

The text is cut where clauses, lines, pages and the highlighted span begin and end; nothing is added to what the
document says but the numbers of pages. Everything goes through `escape`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from copy import copy
from dataclasses import dataclass
from html import escape
from itertools import count, groupby, pairwise
from urllib.parse import quote_plus

from markupsafe import Markup

from kb.address import address_key, shown
from kb.records import Clause, Document, PageSpan
from ui.parts import place
from ui.texts import Texts

LONG_RUN = 12
"""So many neighbours without headings, such as recitals, are folded into one entry of the contents."""
_LISTED = {"part", "title", "chapter", "section", "subsection", "article", "annex", "form", "heading", "recital",
           "preamble", "closing", "contents"}  # fmt: skip
"""The kinds of clause that a contents list names whether they have headings or not."""
_TABLE_ROW = re.compile(r"\|(?: |$)")
_ITEM = re.compile(r"[-–—•*+] ")
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of a contents list with those beneath it; `anchor` is None where it only gathers others."""

    name: str
    anchor: str | None
    address: str | None
    entries: tuple[Entry, ...] = ()


class Reading:
    """One version of a document, ready to be read. Holds nothing of a visitor."""

    def __init__(self, document: Document, text: str, clauses: Sequence[Clause], pages: Sequence[PageSpan]) -> None:
        self.document = document
        self.text = text
        self.clauses = tuple(clauses)
        self.pages = tuple(page for page in pages if page.start < page.end)
        self.children: dict[int | None, list[Clause]] = {}
        for clause in self.clauses:
            self.children.setdefault(clause.parent, []).append(clause)
        self.anchors = _anchors(self.clauses)
        self._contents: tuple[Entry, ...] | None = None

    def as_of(self, document: Document) -> Reading:
        """Return this reading with `document` as the library has it now: what is said of a text may change."""
        if document == self.document:
            return self
        renewed = copy(self)
        renewed.document = document
        return renewed

    @property
    def title(self) -> str:
        """The document's title, "" where it states none."""
        return self.document.metadata.title or ""

    def name(self, clause: Clause) -> str:
        """Return how a list names a clause: its label and heading."""
        if not clause.heading:
            return place(clause.address, self.title)
        label = clause.label.rstrip(".: ")
        return f"{label}. {clause.heading}" if label else clause.heading

    @property
    def listed(self) -> frozenset[str]:
        """The anchors that the contents list leads to."""
        return frozenset(_anchors_of(self.contents()))

    # -- the contents list

    def contents(self) -> tuple[Entry, ...]:
        """Return the contents list: the parts of the document down to articles and headings."""
        if self._contents is None:
            self._contents = self._entries(None)
        return self._contents

    def _entries(self, parent: int | None) -> tuple[Entry, ...]:
        listed = [clause for clause in self.children.get(parent, ()) if clause.heading or clause.kind in _LISTED]
        found: list[Entry] = []
        for kind, together in groupby(listed, key=lambda clause: "" if clause.heading else clause.kind):
            run = list(together)
            entries = [entry for clause in run for entry in self._entry(clause)]
            if kind and len(run) > LONG_RUN and len(entries) == len(run):
                found.append(Entry(f"{entries[0].name} – {entries[-1].name}", None, None, tuple(entries)))
            else:
                found += entries
        return tuple(found)

    def _entry(self, clause: Clause) -> Iterator[Entry]:
        below = self._entries(clause.position)
        here = Entry(self.name(clause), self.anchors[clause.position], clause.address)
        if not below:
            yield here
        elif clause.heading == self.title:  # the title above all else is the page's own
            yield from below
        elif not (clause.heading or clause.label):  # a preamble that holds the chapters is no level of its own
            yield here
            yield from below
        else:
            yield Entry(here.name, here.anchor, here.address, below)

    # -- the text

    def body(self, texts: Texts, *, span: Span | None = None, at: Clause | None = None, tools: str = "") -> Markup:
        """Return the whole text; `span` is highlighted, `tools` (HTML) stands after the beginning of clause `at`."""
        return Markup(_Writer(self, texts, span, at, tools).whole())

    def part(self, clause: Clause, texts: Texts, *, prefix: str, alone: bool) -> Markup:
        """Return one clause, `alone` or with all beneath it; `prefix` keeps its anchors apart from another text's."""
        return Markup(_Writer(self, texts, None, None, "", prefix).one(clause, alone))


class _Writer:
    """Writes one text once. `out` collects its HTML."""

    def __init__(
        self, reading: Reading, texts: Texts, span: Span | None, at: Clause | None, tools: str, prefix: str = ""
    ) -> None:
        self.reading = reading
        self.text = reading.text
        self.texts = texts
        self.span = span
        self.at = at.position if at else None
        self.tools = tools
        self.prefix = prefix
        self.out: list[str] = []
        self.marked = False
        self.page_starts = [(page.start, page.number) for page in reading.pages if page.start > 0]
        self.next_page = 0

    def whole(self) -> str:
        end = self._clauses(None, 0, len(self.text), 2)
        self.lines(end, len(self.text))
        return "".join(self.out)

    def one(self, clause: Clause, alone: bool) -> str:
        while self.next_page < len(self.page_starts) and self.page_starts[self.next_page][0] < clause.start:
            self.next_page += 1
        level, above = 2, clause.parent
        while above is not None:
            heading = self.reading.clauses[above].heading
            level += bool(heading and heading != self.reading.title)
            above = self.reading.clauses[above].parent
        self._clause(clause, level, alone)
        return "".join(self.out)

    def _clauses(self, parent: int | None, start: int, end: int, level: int) -> int:
        """Write the clauses beneath `parent` and the text between them from `start`; return where the last ended."""
        rows: list[Clause] = []
        for clause in self.reading.children.get(parent, ()):
            between = self.text[start : clause.start].strip()
            if rows and (between or clause.kind != "row"):
                self._table([(row.start, row.end) for row in rows], rows)
                rows = []
            self.lines(start, clause.start)
            if clause.kind == "row":
                rows.append(clause)
            else:
                self._clause(clause, level)
            start = max(start, clause.end)
        self._table([(row.start, row.end) for row in rows], rows)
        return min(start, end)

    def _clause(self, clause: Clause, level: int, alone: bool = False) -> None:
        children = self.reading.children.get(clause.position, ())
        own_end = children[0].start if children else clause.end
        here = clause.position == self.at
        element = "section" if clause.heading else "div"
        classes = f"{clause.kind.replace(' ', '-')}{' at' if here else ''}"
        anchor = escape(self.prefix + self.reading.anchors[clause.position])
        self.out.append(f'<{element} id="{anchor}" class="{escape(classes)}">')
        start = clause.start
        is_title = clause.heading and clause.heading == self.reading.title
        if clause.heading:
            start = self._heading_end(clause, own_end)
            # The document's title is the page's already: no heading twice.
            tag = 'p class="title"' if is_title else f"h{min(level, 6)}"
            self.out.append(f"<{tag}>{self._labelled(clause, clause.start, start)}</{tag.split()[0]}>")
        self.lines(start, own_end, None if clause.heading else clause)
        if here:
            self.out.append(self.tools)
        if not alone:
            end = self._clauses(clause.position, own_end, clause.end, level + bool(clause.heading and not is_title))
            self.lines(end, clause.end)
        self.out.append(f"</{element}>")

    def _heading_end(self, clause: Clause, own_end: int) -> int:
        """Where the heading's last line ends: it may stand on several lines, and its label on one of its own."""
        limit = min(own_end, clause.start + len(clause.label) + 2 * len(clause.heading) + 40)
        end = clause.start
        for written in clause.heading.split():
            at = self.text.find(written, end, limit)
            if at < 0:  # not as the reader of the file has put it together: its first line, then
                end = clause.start
                break
            end = at + len(written)
        line = self.text.find("\n", end, own_end)
        return own_end if line < 0 else line

    def lines(self, start: int, end: int, labelled: Clause | None = None) -> None:
        """Write `text[start:end]`, a paragraph a line and rows of a table together."""
        rows: list[Span] = []
        while start < end:
            line_end = self.text.find("\n", start, end)
            line_end = end if line_end < 0 else line_end
            if self.text[start:line_end].strip():
                if labelled is None and _TABLE_ROW.match(self.text, start, line_end):
                    rows.append((start, line_end))
                else:
                    self._table(rows)
                    rows = []
                    self._paragraph(start, line_end, labelled)
                    labelled = None
            start = line_end + 1
        self._table(rows)

    def _paragraph(self, start: int, end: int, labelled: Clause | None) -> None:
        item = ' class="item"' if labelled is None and _ITEM.match(self.text, start, end) else ""
        content = self._labelled(labelled, start, end) if labelled else self._inline(start, end)
        self.out.append(f"<p{item}>{content}</p>")

    def _table(self, rows: list[Span], clauses: Sequence[Clause] = ()) -> None:
        """Write rows as a table; `clauses` are those that the rows are, where they are any."""
        if not rows:
            return
        name = escape(self.texts("table"))
        self.out.append(f'<div class="table" role="region" aria-label="{name}" tabindex="0"><table>')
        for number, (start, end) in enumerate(rows):
            clause = clauses[number] if clauses else None
            anchor = f' id="{escape(self.prefix + self.reading.anchors[clause.position])}"' if clause else ""
            here = ' class="at"' if clause and clause.position == self.at else ""
            cells = [self._inline(*cell).replace("\n", "<br>") for cell in self._cells(start, end)]
            if clause:
                cells[-1] += self._after(clause)
            self.out.append(f"<tr{anchor}{here}>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>")
        self.out.append("</table></div>")
        if any(clause.position == self.at for clause in clauses):
            self.out.append(self.tools)

    def _cells(self, start: int, end: int) -> Iterator[Span]:
        at = start + 1 if self.text.startswith("|", start) else start
        while True:
            bar = self.text.find(" | ", at, end)
            yield at, end if bar < 0 else bar
            if bar < 0:
                return
            at = bar + 3

    def _after(self, clause: Clause) -> str:
        """The permanent link to a clause without a label of its own."""
        name = escape(self.texts("permanent_link_to", address=place(clause.address, self.reading.title)))
        return f'&nbsp;<a class="self after" href="{self._link(clause)}" aria-label="{name}">#</a>'

    def _labelled(self, clause: Clause, start: int, end: int) -> str:
        """A clause's first line, its label the permanent link to it."""
        if not clause.label or not self.text.startswith(clause.label, start) or start + len(clause.label) > end:
            return self._inline(start, end) + self._after(clause)
        label_end = start + len(clause.label)
        label = self._inline(start, label_end)
        return f'<a class="self" href="{self._link(clause)}">{label}</a>{self._inline(label_end, end)}'

    def _link(self, clause: Clause) -> str:
        anchor = quote_plus(self.reading.anchors[clause.position])
        return escape(f"?version={self.reading.document.version}&at={quote_plus(clause.address)}#{anchor}")

    def _inline(self, start: int, end: int) -> str:
        """`text[start:end]` escaped, with the pages that begin in it and the highlight."""
        begun: list[tuple[int, str]] = []
        while self.next_page < len(self.page_starts) and self.page_starts[self.next_page][0] < end:
            begins, number = self.page_starts[self.next_page]
            page = escape(self.texts("page", page=number))
            begun.append((max(begins, start), f'<span class="page" id="{self.prefix}page-{number}">{page}</span> '))
            self.next_page += 1
        first, last = self.span or (0, 0)
        first, last = max(first, start), min(last, end)
        if not begun and first >= last:
            return escape(self.text[start:end])
        cuts = sorted({start, end, *(at for at, _ in begun), *((first, last) if first < last else ())})
        pieces = []
        for at, until in pairwise(cuts):
            pieces += [page for begins, page in begun if begins == at]
            piece = escape(self.text[at:until])
            pieces.append(self._mark(piece) if first <= at < last else piece)
        pieces += [page for begins, page in begun if begins == end] if start == end else []
        return "".join(pieces)

    def _mark(self, piece: str) -> str:
        if self.marked:
            return f"<mark>{piece}</mark>"
        self.marked = True
        name = escape(self.texts("highlighted"))
        return f'<mark id="quote"><span class="sr-only">[{name}] </span>{piece}</mark>'


def _anchors(clauses: Sequence[Clause]) -> list[str]:
    """Element ids, by position: the address in small letters and hyphens, numbered where two would be the same."""
    taken: set[str] = set()
    anchors = []
    for clause in clauses:
        name = re.sub(r"[^a-z0-9đ]+", "-", address_key(clause.address)).strip("-")[:80] or "clause"
        if name[0].isdigit() or name in _RESERVED or name.startswith("page-"):
            name = f"c-{name}"
        numbered = (f"{name}-{number}" for number in count(2))
        anchor = name if name not in taken else next(other for other in numbered if other not in taken)
        taken.add(anchor)
        anchors.append(anchor)
    return anchors


_RESERVED = {"main", "contents", "quote", "text", "tools", "cite", "lost"}


def _anchors_of(entries: Sequence[Entry]) -> Iterator[str]:
    for entry in entries:
        if entry.anchor:
            yield entry.anchor
        yield from _anchors_of(entry.entries)


def neighbours(reading: Reading, clause: Clause) -> tuple[Clause | None, Clause | None]:
    """Return the clauses of the same kind before and after."""
    alike = [other for other in reading.clauses if other.kind == clause.kind]
    at = alike.index(clause)
    return (alike[at - 1] if at else None, alike[at + 1] if at + 1 < len(alike) else None)


def named(clause: Clause, title: str) -> str:
    """Return where a clause stands, as readers of its tradition write it."""
    return place(clause.address, title) or shown(clause.address)
