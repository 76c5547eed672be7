"""What kind of thing a question asks for, a date, a period or a count, and whether a passage holds one.

Of passages about as good, the one that can hold the answer is quoted first: "khi nào" wants a date.
"""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum
from functools import lru_cache

from kb.address import find_addresses
from kb.language import fold
from kb.number import find_numbers


class Expected(StrEnum):
    """A kind of thing that an answer must hold."""

    DATE = "date"
    PERIOD = "period"
    COUNT = "count"


# "When" asks for a day where something happens on one, and for a condition elsewhere ("when is software a device?").
_HAPPENS_VI = (
    "hieu luc|ban hanh|(?<!dang )ky|ra mat|thanh lap|bat dau|ket thuc|cong bo|tham gia|ap dung|tuan thu|het han"
    "|thong qua"
)
_HAPPENS_EN = (
    "effect|force|sign|issu|publish|launch|start|begin|end|join|appl|expire|adopt|replace|compl|pass|enact|found|held"
)
_ASKS = {
    Expected.DATE: re.compile(
        r"\b(?:bao gio|(?:tu |truoc |vao |den )?(?:ngay|thang|nam) nao|ngay (?:ky|ban hanh|hieu luc)"
        r"|(?:what|which) (?:date|day|year|month)|(?:by|since|until|from) when)\b"
        rf"|\b(?:khi nao|luc nao)\b.*\b(?:{_HAPPENS_VI})\b|\b(?:{_HAPPENS_VI})\b.*\b(?:khi nao|luc nao)\b"
        rf"|\bwhen\b.*\b(?:{_HAPPENS_EN})"
    ),
    Expected.PERIOD: re.compile(
        r"\b(?:bao lau|may (?:ngay|thang|nam|gio|tuan)|bao nhieu (?:ngay|thang|nam|gio)|thoi han|trong thoi gian nao"
        r"|how (?:long|soon|many (?:days|months|years|hours|weeks))|within (?:what|which) (?:time|period)|time limit"
        r"|deadline)\b"
    ),
    Expected.COUNT: re.compile(r"\b(?:bao nhieu|may|how (?:many|much))\b"),
}
_MONTHS = "january|february|march|april|may|june|july|august|september|october|november|december"
_NUMBER_VI = "mot|hai|ba|bon|nam|sau|bay|tam|chin|muoi"
_NUMBER_EN = "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|fifty|hundred"
_DATES = re.compile(
    rf"\b\d{{1,2}} (?:{_MONTHS})\b(?: \d{{4}})?|\b(?:ngày )?\d{{1,2}} tháng \d{{1,2}}(?: năm \d{{4}})?"
    r"|\b\d{1,2}/\d{1,2}/\d{4}\b|\b(?:19|20)\d\d\b",
    re.IGNORECASE,
)
_UNIT = "gio|ngay|tuan|thang|nam|hours?|(?:working |calendar )?days?|weeks?|months?|years?"
_HOLDS = {
    Expected.DATE: re.compile(
        r"\b\d{1,2}[/.-]\d{1,2}[/.-]\d{4}\b|\bthang \d{1,2}(?: nam|[/.-])? ?\d{4}\b|\b\d{4}-\d\d-\d\d\b"
        rf"|\b(?:{_MONTHS}) \d{{4}}\b|\b(?:{_MONTHS}) \d{{1,2}}, \d{{4}}\b"
    ),
    Expected.PERIOD: re.compile(
        rf"\b(?:\d+|{_NUMBER_VI}|{_NUMBER_EN})(?: ?(?:-|den|to) ?\d+)? (?:ngay lam viec|{_UNIT})\b"
        r"|\bkhong (?:xac dinh )?thoi han\b|\bno time limit\b"
    ),
    Expected.COUNT: re.compile(rf"\b(?:\d+(?:[.,]\d+)*|{_NUMBER_VI}|{_NUMBER_EN})\b"),
}


def expected(question: str) -> Expected | None:
    """Return what an answer to `question` must hold, None where nothing can be said.

    >>> expected("Luật có hiệu lực khi nào?"), expected("luu nhat ky bao lau"), expected("How many levels are there?")
    (<Expected.DATE: 'date'>, <Expected.PERIOD: 'period'>, <Expected.COUNT: 'count'>)
    >>> expected("When is software a device?"), expected("Khi nào phải đăng ký lưu hành?"), expected("Ai ký?")
    (None, None, None)
    """
    folded = " ".join(fold(question).split())
    return next((kind for kind, asks in _ASKS.items() if asks.search(folded)), None)


@lru_cache(maxsize=1024)  # each passage is asked twice: whether it may answer, and where it ranks
def holds(kind: Expected, passage: str) -> bool:
    """Return whether `passage` holds something of the kind.

    >>> holds(Expected.DATE, "từ ngày 01 tháng 3 năm 2026"), holds(Expected.DATE, "in force on 1 March 2026")
    (True, True)
    >>> holds(Expected.PERIOD, "trong thời hạn 72 giờ"), holds(Expected.PERIOD, "Điều 72")
    (True, False)
    >>> holds(Expected.COUNT, "ba mức rủi ro"), holds(Expected.COUNT, "Nghị định 98/2021/NĐ-CP, Điều 5")
    (True, False)
    """
    if kind is Expected.COUNT:
        passage = _without_names(passage)
    return _HOLDS[kind].search(" ".join(fold(passage).split())) is not None


def _without_names(passage: str) -> str:
    """The text without dates and the numbers of documents and clauses, which count nothing."""
    passage = unicodedata.normalize("NFC", passage)
    named = [(found.start, found.end) for found in find_numbers(passage)]
    named += [(found.start, found.end) for found in find_addresses(passage)]
    for start, end in sorted(named, reverse=True):
        passage = f"{passage[:start]} {passage[end:]}"
    return _DATES.sub(" ", passage)
