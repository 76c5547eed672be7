"""The clause tree of Vietnamese legal acts: Phần, Chương, Mục, Điều, khoản, điểm, Phụ lục.

Addresses are those of design 4.9: "Chương II", "Chương II mục 1", "Điều 9 khoản 2 điểm a", "Phụ lục I mục 3". What stands before
the first mark is "Mở đầu", the closing formula with signatures and recipients "Kết thúc". An instrument or form inside the file
(a regulation issued with a decision, "Mẫu số 02" of an annex) has its own numbering, so its addresses begin with its name:
"Quy chế Điều 3", "Phụ lục I mẫu số 02 Điều 5".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ingest.structure.items import Name, numbered, table_rows
from ingest.structure.lines import Line, ends_sentence, is_capitals, is_contents_line
from ingest.structure.numbering import Item, follows, roman
from ingest.structure.quotes import quoted_lines
from ingest.structure.tree import CUT, Mark, assemble
from kb.records import BlockKind, Clause, SourceText

_ARTICLE = re.compile(
    r"(?P<label>(?:Điều|ĐIỀU|Dieu|DIEU)\s*(?P<n>\d+(?:\.\d+)+\.[A-ZĐ]{2,4}(?:\.\d+)+[a-zđ]?\d?|\d{1,4}(?:[a-zđ]{1,2}\d?)?(?![\w/])))"
    r"\s*(?P<sep>[.:]|[-–](?=\s))?\s*(?:\[\d+\]|\(\d+\)(?=\s))?\s*(?P<rest>.*)$",
    re.S,
)
_NUMERAL = r"(?:[IVXLivxl]{1,7}|\d{1,3}|[A-ZĐ]|thứ\s+\w+|THỨ\s+\w+)(?:[a-zđ](?!\w))?"
_CONTAINER = re.compile(
    rf"(?P<word>PHẦN|Phần|CHƯƠNG|Chương|TIỂU MỤC|Tiểu mục|MỤC|Mục)\s+(?:(?:số|SỐ)\s+)?(?P<n>{_NUMERAL})(?![\w/])"
    r"\s*(?P<sep>[.:]|[-–](?=\s))?\s*(?P<rest>.*)$",
    re.S,
)
_ANNEX = re.compile(
    r"(?P<word>PHỤ LỤC|Phụ lục|PHỤ BIỂU|Phụ biểu)(?:\s+(?:(?:số|SỐ|Số)\s*:?\s*)?(?P<n>[IVXL]{1,7}[a-zđA-Z]?|\d{1,3}[a-zđA-Z]?|[A-Z](?!\w))(?![\w/]))?"
    r"\s*(?P<sep>[.:]|[-–](?=\s))?\s*(?P<rest>.*)$",
    re.S,
)
_FORM = re.compile(
    r"(?P<word>Mẫu|MẪU|Biểu mẫu|BIỂU MẪU)\s+(?:(?:số|SỐ|Số)\s*:?\s*)?(?P<n>\d{1,3}[a-zđA-Z]?(?:[./-][\dA-ZĐ-]+)*|[IVXL]{1,6})(?!\w)"
    r"\s*(?P<sep>[.:]|[-–](?=\s))?\s*(?P<rest>.*)$",
    re.S,
)
_ATTACHED = re.compile(
    r"(?P<word>QUY CHẾ|QUY ĐỊNH|ĐIỀU LỆ|CHƯƠNG TRÌNH|KẾ HOẠCH|ĐỀ ÁN|CHIẾN LƯỢC|QUY TRÌNH|HƯỚNG DẪN|DANH MỤC|QUY CHUẨN|NỘI QUY)\b"
)
_ATTACHMENT_NOTE = re.compile(r"\(?\s*(?:Được\s+)?(?:Ban hành\s+)?(?:kèm|Kèm)\s+theo\b", re.I)
_CLOSING = re.compile(
    r"(?:(?:Bộ luật|Luật|Pháp lệnh|Nghị quyết|Hiến pháp)\s+này\s+(?:đã\s+)?được\s+(?:Quốc hội|Ủy ban|Uỷ ban|Hội đồng)\b.*\bthông qua\b"
    r"|Nơi nhận\s*:|Nơi nhận$|(?:TM|T/M|KT|TL|TUQ|Q)\.\s*[A-ZĐÂĂÊÔƠƯÁÀẢÃẠỨỪỘỦ]{2}"
    r"|CHỦ TỊCH QUỐC HỘI\b|XÁC THỰC VĂN BẢN HỢP NHẤT)",
    re.S,
)
_REFERENCE_BEFORE = re.compile(
    r"(?:(?:khoản|điểm|Khoản|Điểm)\s+[\dа-яa-zđ]{1,3}|,|\b(?:tại|và|theo|hoặc|của|các|với|đến|từ|là|trừ|số|ở|cho|quy định|căn cứ|Điều))$"
)
_MACHINE_ID = re.compile(r"\d{16,}$")
_NOT_HEADING = re.compile(rf"{_ATTACHMENT_NOTE.pattern}|\d{{16,}}$|CỘNG H[ÒO]|[_\-*.\s]+$|[IVX]+\.\s", re.I)
_AFTER_REFERENCE = re.compile(
    r"(?:của|này|và|hoặc|Luật|Nghị định|Thông tư|Bộ luật|Quyết định|Pháp lệnh|Hiến pháp|Quy chế|Quy định này)\b|[,;)]"
)

_LEVEL = {"part": 10, "chapter": 20, "section": 30, "subsection": 40, "article": 50}
ITEM_STYLES = ("1.1", "I.", "A.", "1.", "a)")
_LEAF = 100
_WORDS = {"phần": "part", "chương": "chapter", "mục": "section", "tiểu mục": "subsection"}
_TITLES = {"part": "Phần", "chapter": "Chương", "section": "mục", "subsection": "tiểu mục"}


@dataclass(frozen=True, slots=True)
class _Head:
    """A line that opens a container, an article, an annex or a form."""

    index: int
    kind: str
    number: str
    label: str
    rest: str
    separated: bool


def is_vietnamese_act(lines: Sequence[Line]) -> bool:
    """Whether the lines hold at least two articles, or one and a preamble, of a Vietnamese act."""
    articles = sum(1 for line in lines if (m := _ARTICLE.match(line.text)) and (m["sep"] or not m["rest"]))
    return articles >= 2 or (articles == 1 and any(line.text.startswith("Căn cứ ") for line in lines))


def build_vietnamese(source: SourceText, lines: Sequence[Line]) -> tuple[Clause, ...]:
    """Return the clause tree of a Vietnamese act."""
    lines = _unglue(lines)
    return assemble(source.text, _Act(lines).marks(), source.pages)


class _Act:
    """One pass over the lines of an act, collecting marks."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self.lines = lines
        self.quoted = quoted_lines([line.text for line in lines])
        self.found: list[Mark] = []

    def marks(self) -> list[Mark]:
        heads = self._articles_in_order(self._heads())
        first = heads[0].index if heads else len(self.lines)
        if first > 0:
            self._add(Mark(start=self.lines[0].start, level=_LEAF, kind="preamble", step="Mở đầu"))
        open_by_level: dict[int, Mark] = {}
        scope: Mark | None = None
        for head, following in zip(heads, [*heads[1:], None], strict=False):
            until = following.index if following else len(self.lines)
            scope = self._open(head, until, open_by_level, scope)
        return self.found

    # -- heads ---------------------------------------------------------------------------------------------------------

    def _heads(self) -> list[_Head]:
        heads: list[_Head] = []
        closed = False  # past the closing formula: annexes and attached instruments
        annexed = False
        last_article = ""
        for index, line in enumerate(self.lines):
            if index in self.quoted or is_contents_line(line.text):
                continue
            text = line.text
            before = self.lines[index - 1].text if index else ""
            head = self._container(index, text, before) or self._annex(index, text, before, closed or annexed)
            if head is None and (match := _ARTICLE.match(text)) and self._is_article(match, before, last_article, line):
                head = _Head(index, "article", match["n"], match["label"], match["rest"], bool(match["sep"]))
            if head is None and not annexed and last_article and _CLOSING.match(text):
                if not closed:
                    head = _Head(index, "closing", "", "", "", False)
                closed = True
            if head is None and closed and not annexed and self._is_attached(index, text):
                head = _Head(index, "attached", "", text, "", False)
            if head is None:
                continue
            if head.kind in ("annex", "form", "attached"):
                closed, annexed, last_article = False, head.kind != "attached", ""
            if head.kind == "article":
                last_article, closed = head.number, False
            heads.append(head)
        return heads

    def _container(self, index: int, text: str, before: str) -> _Head | None:
        match = _CONTAINER.match(text)
        if not match:
            return None
        kind = _WORDS[match["word"].lower()]
        rest = match["rest"]
        plain = not match["sep"] and rest and not is_capitals(rest)
        if plain and (not match["word"].isupper() or kind in ("section", "subsection")):
            return None
        if rest and (len(rest) > 250 or rest.endswith((";", ",")) or _AFTER_REFERENCE.match(rest)):
            return None
        if _REFERENCE_BEFORE.search(before) and not is_capitals(before):
            return None
        number = match["n"]
        return _Head(index, kind, number if number[:1] not in "tT" else number.lower(), text[: match.end("n")], rest, True)

    def _annex(self, index: int, text: str, before: str, after_body: bool) -> _Head | None:
        match = _ANNEX.match(text)
        kind = "annex"
        if not match:
            match = _FORM.match(text)
            kind = "form"
            if not match or not after_body or self.lines[index].kind is BlockKind.TABLE_ROW:
                return None
        rest, number = match["rest"], match["n"] or ""
        if self.lines[index].kind is BlockKind.TABLE_ROW and (rest or kind == "form"):
            return None
        if rest.endswith((";", ".", ",")) or len(rest) > 250 or _AFTER_REFERENCE.match(rest):
            return None
        if rest and not match["sep"] and not is_capitals(rest) and not rest.startswith("("):
            return None
        if kind == "annex" and not number and rest and not is_capitals(text):
            return None
        if _REFERENCE_BEFORE.search(before) and not is_capitals(before):
            return None
        if kind == "annex" and not number and not rest and not after_body and not is_capitals(text) and before.endswith(":"):
            return None
        label = text[: match.end("n")] if number else match["word"]
        return _Head(index, kind, number, label, rest, bool(match["sep"]))

    def _is_article(self, match: re.Match[str], before: str, last: str, line: Line) -> bool:
        rest = match["rest"]
        if _AFTER_REFERENCE.match(rest) and not (match["sep"] and rest[:1].isupper()):
            return False
        if _REFERENCE_BEFORE.search(before) and not (line.first and match["sep"] and ends_sentence(before)):
            if not (line.first and line.kind is BlockKind.HEADING) and not is_capitals(before):
                return False
        if match["sep"] or not rest:
            return True
        return rest[:1].isupper() and (not last or follows("1.", last, match["n"]))

    def _is_attached(self, index: int, text: str) -> bool:
        if not (_ATTACHED.match(text) and is_capitals(text)):
            return False
        return any(_ATTACHMENT_NOTE.match(line.text) for line in self.lines[index + 1 : index + 8])

    # -- order of articles ---------------------------------------------------------------------------------------------

    def _articles_in_order(self, heads: list[_Head]) -> list[_Head]:
        """Drop article heads that break the sequence of their instrument: they are quoted from another act.

        A later run that starts at 1 again and goes on with 2 is kept (a copy, or another instrument in the same file).
        """
        kept: list[_Head] = []
        run: list[_Head] = []

        def settle() -> None:
            kept.extend(_in_sequence(run))
            run.clear()

        for head in heads:
            if head.kind in ("annex", "form", "attached"):
                settle()
                kept.append(head)
            else:
                run.append(head)
        settle()
        return sorted(kept, key=lambda head: head.index)

    # -- marks ---------------------------------------------------------------------------------------------------------

    def _add(self, mark: Mark) -> Mark:
        self.found.append(mark)
        return mark

    def _open(self, head: _Head, until: int, above: dict[int, Mark], scope: Mark | None) -> Mark | None:
        """Add the mark of `head` and of what is numbered beneath it; return the instrument, annex or form now open."""
        line = self.lines[head.index]
        start = line.start
        if head.index and _MACHINE_ID.match(self.lines[head.index - 1].text):
            start = self.lines[head.index - 1].start  # a machine's own id above a heading belongs to it
        body = head.index + 1
        if head.kind == "closing":
            self._add(Mark(start=start, level=0 if scope is None else scope.level + 1, kind=CUT, step=""))
            self._add(Mark(start=start, level=_LEAF, kind="closing", step="Kết thúc", base=scope))
            return scope
        if head.kind in ("annex", "form", "attached"):
            heading, body = self._heading(head, until)
            mark = self._scope_mark(head, start, heading, above, scope)
            above.clear()
            above[mark.level] = mark
            self._add(mark)
            self._annex_items(body, until, mark)
            return mark
        if head.kind == "article":
            heading, body = self._article_heading(head, until)
            mark = Mark(start=start, level=_LEVEL["article"], kind="article", step=f"Điều {head.number}", label=head.label)
            mark.heading, mark.base = heading, scope
            self._add(mark)
            self._clauses(body if heading or not head.rest else head.index + 1, until, mark)
            return scope
        heading, body = self._heading(head, until)
        level = _LEVEL[head.kind]
        for deeper in [key for key in above if key >= level]:
            del above[deeper]
        base = scope
        if head.kind in ("section", "subsection"):
            higher = [key for key in above if key < level]
            base = above[max(higher)] if higher else scope
        word = _TITLES[head.kind] if base is not None or head.kind not in ("section", "subsection") else _TITLES[head.kind].capitalize()
        mark = Mark(start=start, level=level, kind=head.kind, step=f"{word} {head.number}", label=head.label, heading=heading, base=base)
        above[level] = mark
        self._add(mark)
        if scope is not None:
            self._annex_items(body, until, mark)
        return scope

    def _scope_mark(self, head: _Head, start: int, heading: str, above: dict[int, Mark], scope: Mark | None) -> Mark:
        if head.kind == "attached":
            word = _ATTACHED.match(head.label)
            name = word["word"].capitalize() if word else head.label.capitalize()
            return Mark(start=start, level=0, kind="instrument", step=name, label=head.label, heading=heading)
        outer = scope
        while outer is not None and head.kind == "form" and (outer.kind == "form" or outer.step == "phụ lục"):
            outer = outer.base
        if head.kind == "form":
            return Mark(
                start=start, level=4, kind="form", step=f"{'mẫu' if outer else 'Mẫu'} số {head.number}", label=head.label,
                heading=heading, base=outer,
            )  # fmt: skip
        step = f"Phụ lục {head.number}".strip()
        if outer is not None and not head.number and (outer.kind == "form" or outer.step.startswith("Phụ lục ")):
            return Mark(start=start, level=6, kind="annex", step="phụ lục", label=head.label, heading=heading, base=outer)
        attached = outer
        while attached is not None and attached.kind != "instrument":
            attached = attached.base
        level = 1 if attached is not None else 0
        return Mark(start=start, level=level, kind="annex", step=step, label=head.label, heading=heading, base=attached)

    def _heading(self, head: _Head, until: int) -> tuple[str, int]:
        """Return the heading of a container or annex and the index of the first line after it."""
        parts = [head.rest] if head.rest else []
        index = head.index + 1
        if head.kind == "attached":
            parts = [head.label]
        while index < min(until, head.index + 7):
            line = self.lines[index]
            if line.kind is BlockKind.TABLE_ROW or _NOT_HEADING.match(line.text) or (head.rest and not is_capitals(head.rest)):
                break
            short = len(line.text) <= 250 and not line.text.endswith((";", ".", ":", ",")) and not re.match(r"\d|[a-zđ]\)|[-–(]", line.text)
            if not (is_capitals(line.text) and len(line.text) <= 300) and not (not parts and short):
                break
            parts.append(line.text)
            index += 1
        return " ".join(" ".join(parts).split()), index

    def _article_heading(self, head: _Head, until: int) -> tuple[str, int]:
        """Return the title of an article ("" where its text follows the number at once) and where its text begins."""
        title, index = head.rest, head.index + 1
        if not title:
            line = self.lines[index] if index < until else None
            titled = line is not None and len(line.text) < 200 and not ends_sentence(line.text) and not re.match(r"\d+\.|[a-zđ]\)|\(", line.text)
            return (line.text, index + 1) if line is not None and titled and index + 1 < until else ("", index)
        while index < until and index < head.index + 3 and not ends_sentence(title) and self.lines[index].text[:1].islower():
            if re.match(r"[a-zđ]\d?\s?[).]", self.lines[index].text):
                break
            title, index = f"{title} {self.lines[index].text}", index + 1
        if title.endswith((".", ";", ":", ",", "./.")) or len(title) > 400:
            return "", head.index + 1
        return " ".join(title.split()), index

    def _clauses(self, first: int, until: int, article: Mark) -> None:
        """Add the khoản and điểm of lines `first` to `until`."""
        places = [i for i in range(first, until) if i not in self.quoted]
        self.found += numbered(self.lines, places, holder=article, styles=("1.1", "1.", "1", "a)"), name=_clause_name)

    def _annex_items(self, first: int, until: int, holder: Mark) -> None:
        """Add the numbered items and tables of an annex, form or attached text."""
        places = [i for i in range(first, until) if i not in self.quoted]
        self.found += numbered(self.lines, places, holder=holder, styles=ITEM_STYLES, name=item_name)
        self.found += table_rows(self.lines, first, until, holder=holder, words=("bảng", "dòng"))


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


def _in_sequence(run: list[_Head]) -> list[_Head]:
    """Return `run` without the articles that stand out of sequence; other heads stay."""
    articles = [head for head in run if head.kind == "article"]
    dropped: set[int] = set()
    last: int | None = None
    for position, head in enumerate(articles):
        if not re.match(r"\d+[a-zđ\d]*$", head.number):
            continue
        number = _leading(head.number)
        later = [_leading(other.number) for other in articles[position + 1 :]]
        if last is None:
            last = number
        elif number < last or (number == last and head.number.isdigit()):
            if number == 1 and later[:1] == [2]:
                last = 1
            elif later[:1] == [number + 1] and last == max(_leading(a.number) for a in articles):
                last = number
            else:
                dropped.add(head.index)
        elif number > last + 1 and last + 1 in later and 1 not in later[: later.index(last + 1)]:
            dropped.add(head.index)
        else:
            last = number
    return [head for head in run if head.index not in dropped]


def _leading(number: str) -> int:
    match = re.match(r"\d+", number)
    return int(match.group()) if match else 0


_GLUED = re.compile(
    r"(?<=[.;:!?”\"])\s+(?=(?:Điều|ĐIỀU)\s+(?P<article>\d{1,4})[a-zđ]?\s*[.:]\s+[^\W\d_a-zà-ỹ]"
    r"|(?:Chương|CHƯƠNG)\s+(?P<chapter>[IVXL]{1,6})(?:\s*$|\s+[^\W\d_a-zà-ỹ]{3}))"
)


def _unglue(lines: Sequence[Line]) -> tuple[Line, ...]:
    """Split lines in which the next chapter or article begins after the end of a sentence (a lost line break).

    Only the number that is due counts, and only where no line of its own begins with it.
    """
    own = {match["n"] for line in lines if (match := _ARTICLE.match(line.text))}
    chapters = {match["n"] for line in lines if (match := _CONTAINER.match(line.text)) and match["word"].lower() == "chương"}
    result: list[Line] = []
    article = chapter = 0
    for line in lines:
        begin = _ARTICLE.match(line.text)
        article = _leading(begin["n"]) if begin else article
        container = _CONTAINER.match(line.text)
        if container and container["word"].lower() == "chương":
            chapter = roman(container["n"]) or chapter
        cuts = [0]
        for match in _GLUED.finditer(line.text) if line.end - line.start == len(line.text) else ():
            if match["article"] and match["article"] not in own and int(match["article"]) == article + 1 > 1:
                article += 1
            elif match["chapter"] and match["chapter"] not in chapters and roman(match["chapter"]) == chapter + 1 > 1:
                chapter += 1
            else:
                continue
            cuts.append(match.end())
        for start, end in zip(cuts, [*cuts[1:], len(line.text)], strict=True):
            text = line.text[start:end].rstrip()
            place = line.start + start
            result.append(replace(line, start=place, end=place + len(text), text=text, first=line.first or start > 0))
    return tuple(result)
