"""Which lines of a Vietnamese act open a part, chapter, section, article, annex, form or attached instrument."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from ingest.structure.lines import Line, ends_sentence, is_capitals, is_contents_line
from ingest.structure.numbering import follows, roman
from ingest.structure.sequence import in_sequence, leading
from kb.records import BlockKind

_CODIFIED = r"\d+(?:\.\d+)+\.[A-ZĐ]{2,4}(?:\.\d+)+[a-zđ]?\d?"  # 45.12.NĐ.5, 1.11.TT.2.39a
_ARTICLE = re.compile(
    rf"(?P<label>(?:Điều|ĐIỀU|Dieu|DIEU)\s*(?P<n>{_CODIFIED}|\d{{1,4}}(?:[a-zđ]{{1,2}}\d?)?(?![\w/])))"
    r"\s*(?P<sep>[.:]|[-–](?=\s))?\s*(?:\[\d+\]|\(\d+\)(?=\s))?\s*(?P<rest>.*)$",
    re.S,
)
_NUMERAL = r"(?:[IVXLivxl]{1,7}|\d{1,3}|[A-ZĐ]|thứ\s+\w+|THỨ\s+\w+)(?:[a-zđ](?!\w))?"
_END = r"\s*(?P<sep>[.:]|[-–](?=\s))?\s*(?P<rest>.*)$"
_SO = r"(?:(?:số|SỐ|Số)\s*:?\s*)?"
_CONTAINER = re.compile(
    r"(?P<word>PHẦN|Phần|CHƯƠNG|Chương|TIỂU MỤC|Tiểu mục|MỤC|Mục)\s+" + _SO + rf"(?P<n>{_NUMERAL})(?![\w/])" + _END,
    re.S,
)
_ANNEX = re.compile(
    r"(?P<word>PHỤ LỤC|Phụ lục|PHỤ BIỂU|Phụ biểu)"
    rf"(?:\s+{_SO}(?P<n>[IVXL]{{1,7}}[a-zđA-Z]?|\d{{1,3}}[a-zđA-Z]?|[A-Z](?!\w))(?![\w/]))?" + _END,
    re.S,
)
_FORM = re.compile(
    rf"(?P<word>Mẫu|MẪU|Biểu mẫu|BIỂU MẪU)\s+{_SO}"
    r"(?P<n>\d{1,3}[a-zđA-Z]?(?:[./-][\dA-ZĐ-]+)*|[IVXL]{1,6})(?!\w)" + _END,
    re.S,
)
ATTACHED = re.compile(
    r"(?P<word>QUY CHẾ|QUY ĐỊNH|ĐIỀU LỆ|CHƯƠNG TRÌNH|KẾ HOẠCH|ĐỀ ÁN|CHIẾN LƯỢC|QUY TRÌNH|HƯỚNG DẪN|DANH MỤC|QUY CHUẨN"
    r"|NỘI QUY)\b"
)
ATTACHMENT_NOTE = re.compile(r"\(?\s*(?:Được\s+)?(?:Ban hành\s+)?(?:kèm|Kèm)\s+theo\b", re.I)
MACHINE_ID = re.compile(r"\d{16,}$")
_CLOSING = re.compile(
    r"(?:(?:Bộ luật|Luật|Pháp lệnh|Nghị quyết|Hiến pháp)\s+này\s+(?:đã\s+)?được\s+"
    r"(?:Quốc hội|Ủy ban|Uỷ ban|Hội đồng)\b.*\bthông qua\b"
    r"|Nơi nhận\s*:|Nơi nhận$|(?:TM|T/M|KT|TL|TUQ|Q)\.\s*[A-ZĐÂĂÊÔƠƯÁÀẢÃẠỨỪỘỦ]{2}"
    r"|CHỦ TỊCH QUỐC HỘI\b|XÁC THỰC VĂN BẢN HỢP NHẤT)",
    re.S,
)
# What ends the line before a reference that a line break has moved to the begin of a line.
_REFERENCE_BEFORE = re.compile(
    r"(?:(?:khoản|điểm|Khoản|Điểm)\s+[\da-zđ]{1,3}|,"
    r"|\b(?:tại|và|theo|hoặc|của|các|với|đến|từ|là|trừ|số|ở|cho|quy định|căn cứ|Điều))$"
)
_AFTER_REFERENCE = re.compile(
    r"(?:của|này|và|hoặc|Luật|Nghị định|Thông tư|Bộ luật|Quyết định|Pháp lệnh|Hiến pháp|Quy chế|Quy định này)\b|[,;)]"
)
_KINDS = {"phần": "part", "chương": "chapter", "mục": "section", "tiểu mục": "subsection"}


@dataclass(frozen=True, slots=True)
class Head:
    """A line that opens a clause above the paragraphs: its index, kind, number, mark as printed, and what follows the
    mark.

    Kinds are part, chapter, section, subsection, article, annex, form, attached (an instrument issued with this one)
    and closing.
    """

    index: int
    kind: str
    number: str
    label: str
    rest: str


def is_vietnamese_act(lines: Sequence[Line]) -> bool:
    """Whether the lines hold at least two articles, or one and a preamble, of a Vietnamese act."""
    articles = sum(1 for line in lines if (m := _ARTICLE.match(line.text)) and (m["sep"] or not m["rest"]))
    return articles >= 2 or (articles == 1 and any(line.text.startswith("Căn cứ ") for line in lines))


def find_heads(lines: Sequence[Line], quoted: Collection[int]) -> list[Head]:
    """Return the heads among `lines` but those at indices in `quoted`, articles out of sequence left out."""
    heads: list[Head] = []
    closed = annexed = False  # past the closing formula; past the first annex
    article = ""
    for index, line in enumerate(lines):
        if index in quoted or is_contents_line(line.text):
            continue
        before = lines[index - 1].text if index else ""
        head = (
            _container(index, line, before)
            or _annex(index, line, before, after_body=closed or annexed)
            or _article(index, line, before, article)
        )
        if head is None and article and not annexed and not closed and _CLOSING.match(line.text):
            head, closed = Head(index, "closing", "", "", ""), True
        if head is None and closed and not annexed and _is_attached(lines, index):
            head = Head(index, "attached", "", line.text, "")
        if head is None:
            continue
        if head.kind in ("annex", "form", "attached"):
            closed, annexed, article = False, head.kind != "attached", ""
        elif head.kind == "article":
            closed, article = False, head.number
        heads.append(head)
    return _in_order(heads)


def _container(index: int, line: Line, before: str) -> Head | None:
    match = _CONTAINER.match(line.text)
    if not match:
        return None
    kind, rest = _KINDS[match["word"].lower()], match["rest"]
    plain = rest and not match["sep"] and not is_capitals(rest)
    if plain and (not match["word"].isupper() or kind in ("section", "subsection")):
        return None
    if rest and (len(rest) > 250 or rest.endswith((";", ",")) or _AFTER_REFERENCE.match(rest)):
        return None
    if _REFERENCE_BEFORE.search(before) and not is_capitals(before):
        return None
    number = match["n"].lower() if match["n"][:1] in "tT" else match["n"]
    return Head(index, kind, number, line.text[: match.end("n")], rest)


def _annex(index: int, line: Line, before: str, *, after_body: bool) -> Head | None:
    match, kind = _ANNEX.match(line.text), "annex"
    if not match:
        match, kind = _FORM.match(line.text), "form"
    if not match or (kind == "form" and not after_body):
        return None
    rest, number = match["rest"], match["n"] or ""
    if line.kind is BlockKind.TABLE_ROW and (rest or kind == "form"):
        return None
    if len(rest) > 250 or rest.endswith((";", ".", ",")) or _AFTER_REFERENCE.match(rest):
        return None
    if rest and not match["sep"] and not is_capitals(rest) and not rest.startswith("("):
        return None
    if (
        kind == "annex"
        and not number
        and not is_capitals(line.text)
        and (rest or (before.endswith(":") and not after_body))
    ):
        return None
    if _REFERENCE_BEFORE.search(before) and not is_capitals(before):
        return None
    return Head(index, kind, number, line.text[: match.end("n")] if number else match["word"], rest)


def _article(index: int, line: Line, before: str, last: str) -> Head | None:
    """Read a line as the head of an article; without a full stop after the number only where that number is due."""
    match = _ARTICLE.match(line.text)
    if not match or (line.kind is BlockKind.TABLE_ROW and " | " in line.text):
        return None
    rest, separated = match["rest"], bool(match["sep"])
    if _AFTER_REFERENCE.match(rest) and not (separated and rest[:1].isupper()):
        return None
    heading = line.first and line.kind is BlockKind.HEADING
    moved = _REFERENCE_BEFORE.search(before) and not is_capitals(before)
    if moved and not heading and not (line.first and separated and ends_sentence(before)):
        return None
    if rest and not separated and not (rest[:1].isupper() and (not last or follows("1.", last, match["n"]))):
        return None
    return Head(index, "article", match["n"], match["label"], rest)


def _is_attached(lines: Sequence[Line], index: int) -> bool:
    text = lines[index].text
    noted = any(ATTACHMENT_NOTE.match(line.text) for line in lines[index + 1 : index + 8])
    return noted and bool(ATTACHED.match(text)) and is_capitals(text)


def _in_order(heads: Sequence[Head]) -> list[Head]:
    """Drop article heads that break the sequence of their instrument or annex: they are quoted from another act."""
    kept: list[Head] = []
    run: list[Head] = []
    for head in [*heads, None]:
        if head is not None and head.kind not in ("annex", "form", "attached"):
            run.append(head)
            continue
        articles = [one for one in run if one.kind == "article" and "." not in one.number]
        due = {id(articles[position]) for position in in_sequence([one.number for one in articles])}
        kept += [one for one in run if one.kind != "article" or "." in one.number or id(one) in due]
        run = []
        if head is not None:
            kept.append(head)
    return kept


_GLUED = re.compile(
    r"(?<=[.;:!?”\"])\s+(?=(?:Điều|ĐIỀU)\s+(?P<article>\d{1,4})[a-zđ]?\s*[.:]\s+[^\W\d_a-zà-ỹ]"
    r"|(?:Chương|CHƯƠNG)\s+(?P<chapter>[IVXL]{1,6})(?:\s*$|\s+[^\W\d_a-zà-ỹ]{3}))"
)


# The first paragraph on the line of its article's title; "Phụ lục 1." and the like are no paragraphs.
_FIRST_PARAGRAPH = re.compile(
    r"(?<!Phụ lục)(?<!khoản)(?<!Khoản)(?<!loại)(?<!Loại)(?<!nhóm)(?<!Nhóm)(?<!số)(?<!mức)(?<!cấp)(?<![.;:,\d])"
    r"\s+(?=1\s?\.\s+[^\W\d_a-zà-ỹ])"
)


def unglue(lines: Sequence[Line]) -> tuple[Line, ...]:
    """Split lines in which a line break was lost.

    The next chapter or article after the end of a sentence: only the number that is due counts, and only where no
    line of its own begins with it. The first paragraph after the title of its article.
    """
    begins = [leading(match["n"]) if (match := _ARTICLE.match(line.text)) else 0 for line in lines]
    chapters = [_chapter(line) or 0 for line in lines]
    next_begins, next_chapters = _following(begins), _following(chapters)
    result: list[Line] = []
    article = chapter = 0
    for index, line in enumerate(lines):
        article, chapter = begins[index] or article, chapters[index] or chapter
        cuts = [0]
        for match in _GLUED.finditer(line.text) if line.end - line.start == len(line.text) else ():
            number = int(match["article"] or 0) or roman(match["chapter"] or "") or 0
            if match["article"] and number == article + 1 > 1 and number != next_begins[index]:
                article += 1
            elif match["chapter"] and number == chapter + 1 > 1 and number != next_chapters[index]:
                chapter += 1
            else:
                continue
            cuts.append(match.end())
        for cut in [*cuts]:
            titled = _ARTICLE.match(line.text, cut) if line.end - line.start == len(line.text) else None
            paragraph = (
                _FIRST_PARAGRAPH.search(line.text, titled.start("rest") + 3) if titled and titled["sep"] else None
            )
            if paragraph and paragraph.start() - cut < 300:
                cuts.append(paragraph.end())
        cuts.sort()
        for start, end in zip(cuts, [*cuts[1:], len(line.text)], strict=True):
            text, place = line.text[start:end].rstrip(), line.start + start
            result.append(replace(line, start=place, end=place + len(text), text=text, first=line.first or start > 0))
    return tuple(result)


def _following(numbers: Sequence[int]) -> list[int]:
    """Return for each position the next number after it that is not 0, 0 where none comes.

    >>> _following([0, 3, 0, 4])
    [3, 4, 4, 0]
    """
    result = [0] * len(numbers)
    for position in range(len(numbers) - 2, -1, -1):
        result[position] = numbers[position + 1] or result[position + 1]
    return result


def _chapter(line: Line) -> int | None:
    match = _CONTAINER.match(line.text)
    return roman(match["n"]) if match and match["word"].lower() == "chương" else None
