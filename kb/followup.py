"""Follow-up questions: "còn doanh nghiệp nhập khẩu thì sao?", "khoản 3 nói gì?", "what about class B?".

Such a question is understood from the answer before it: a clause named without an instrument is one of the document
that answer stood on, and a question that only turns the one before is searched together with it. What is really
searched is told to the person who asks.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from kb.address import parent, parse_address
from kb.cite import cite
from kb.mention import Reference
from kb.number import fold
from kb.records import Answer, Metadata

FEW_WORDS = 3
"""A question of fewer words, without an instrument, goes on from the one before."""

_TURNS = re.compile(
    r"(?:the\s)?con\s(?!so\b|nguoi\b|dau\b|duong\b)|vay\b(?!\svon)|the\sthi\b|va\s|neu\s(?:vay|the)\b|cu\sthe\s(?:hon|la)\b"
    r"|(?:and|but)\s|(?:so\s)?(?:what|how)\sabout\b|what\sif\b|in\sthat\scase\b|same\sfor\b"
)
_ASKS_AGAIN = re.compile(r"\bthi\s(?:sao|the\snao)\W*$")
_THING_VI = (
    "luat|nghi dinh|thong tu|quyet dinh|van ban|quy dinh|huong dan|dieu|khoan|diem|noi dung|truong hop|danh muc"
    "|thoa thuan|mang luoi|he thong"
)
_THING_EN = (
    "law|act|decree|circular|decision|regulation|guidance|document|article|clause|rules?|provision|list|agreement|network"
    "|note|text|system"
)
_POINTS_BACK = re.compile(
    rf"\b(?:{_THING_VI})\s(?:nay|ay|neu\stren|noi\stren|vua\sneu)\b"
    # "Do" without marks may be "by" as well as "that", "tren" may be "on".
    rf"|\b(?:{_THING_VI})\s(?:do|tren)(?=\W*$|\s(?:co|la|thi|quy|gom|bao|yeu|ap|duoc|phai)\b)"
    rf"|\b(?:this|that|these|those|the\ssame)\s(?:{_THING_EN})\b"
    # Further on, a pronoun stands for something in the same question.
    r"|^(?:\w+\s){0,3}(?:it|its|they|them)\b"
)
_DEFINES = re.compile(r"\bla\sgi\b|\bwhat\s(?:is|are)\b")
_OPENING = re.compile(
    r"(?:(?:thế |vậy |the |vay )?(?:còn|con) |(?:thế|the) (?:thì|thi) |(?:vậy|vay) (?:(?:thì|thi) )?|(?:và|va) "
    r"|(?:and |but |so )?(?:what|how) about |and |but )",
    re.IGNORECASE,
)
_CLOSING = re.compile(r"\s*(?:th[iì] (?:sao|th[eế] n[aà]o))?\s*[?.!]*$", re.IGNORECASE)

_PARAGRAPH = re.compile(r"\b(?:khoan\s\d{1,3}[a-z]?|paragraph\s\d{1,3})\b")
_POINT = re.compile(r"\b(?:diem\s[a-z]|point\s\(?(?:[a-z]|[ivx]+|\d{1,2})\)?)(?!\w)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Following:
    """A follow-up as understood: what to search, and the documents that the answer before stood on."""

    searched: str
    documents: tuple[str, ...]


def following(
    question: str, before: Answer, references: Sequence[Reference], cited: Metadata | None
) -> Following | None:
    """Return how `question` goes on from the answer `before`, or None where it stands by itself.

    `references` are those of the question, `cited` is the document of the first citation of `before`.
    """
    if any(reference.number or reference.name for reference in references):
        return None
    question = unicodedata.normalize("NFC", question).strip()
    documents = tuple(dict.fromkeys(citation.document for citation in before.citations))
    if cited is not None and before.citations:
        place = _named(references) or _inner(question, before.citations[0].address)
        if place is not None:
            address, start, end = place
            searched = question[:start] + cite(cited, address) + question[end:]
            return Following(searched=searched, documents=documents[:1])
    if references or not _goes_on(question):
        return None
    topic = (before.searched or before.question).strip().rstrip("? ")
    turned = _CLOSING.sub("", _OPENING.sub("", question, count=1) if _OPENING.match(question) else question)
    # The new words first: where the two pull apart, they say what is asked.
    return Following(searched=f"{turned}: {topic}?" if turned else f"{topic}?", documents=documents)


def _named(references: Sequence[Reference]) -> tuple[str, int, int] | None:
    """The clause that a question names by its whole address, and where."""
    return next(((item.address, item.start, item.end) for item in references if item.address is not None), None)


def _inner(question: str, cited: str) -> tuple[str, int, int] | None:
    """The clause, point or paragraph named alone in `question`, seen from the cited address, and where it is named.

    >>> _inner("khoản 3 nói gì?", "Điều 9 khoản 2 điểm a"), _inner("còn điểm b?", "Điều 9 khoản 2 điểm a")
    (('Điều 9 khoản 3', 0, 7), ('Điều 9 khoản 2 điểm b', 4, 10))
    >>> _inner("what does paragraph 3 say?", "Article 6(1)(a)"), _inner("khoản vay 3", "Điều 9")
    (('Article 6(3)', 10, 21), None)
    """
    folded = fold(question)
    outward = [cited]
    while (outer := parent(outward[-1])) is not None:
        outward.append(outer)
    for pattern, places in ((_PARAGRAPH, outward[::-1]), (_POINT, outward)):
        named = pattern.search(folded)
        if named is None:
            continue
        words = question[named.start() : named.end()]
        for place in places:
            address = parse_address(f"{words} of {place}") or parse_address(f"{words} {place}")
            if address is not None and address != place:
                return address, named.start(), named.end()
    return None


def _goes_on(question: str) -> bool:
    """Whether a question that names no instrument needs the one before to be understood.

    >>> [_goes_on(q) for q in ("Còn đơn vị nhập khẩu thì sao?", "con nha nhap khau thi sao", "What about class B?")]
    [True, True, True]
    >>> [_goes_on(q) for q in ("Luật này có mấy chương?", "When does it take effect?", "Vì sao?")]
    [True, True, True]
    >>> [_goes_on(q) for q in ("Số lưu hành là gì?", "Who may join the Community of Practice?", "Con số nào được nêu?")]
    [False, False, False]
    >>> _goes_on("What must providers do when their system fails?"), _goes_on("nội dung do AI tạo ra gắn nhãn thế nào?")
    (False, False)
    """
    folded = " ".join(fold(question).split())
    if _TURNS.match(folded) or _ASKS_AGAIN.search(folded) or _POINTS_BACK.search(folded):
        return True
    return len(re.findall(r"\w+", folded)) < FEW_WORDS and _DEFINES.search(folded) is None
