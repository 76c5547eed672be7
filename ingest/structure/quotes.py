"""Which lines of an amending act are the quoted text of another act."""

from __future__ import annotations

import re
from collections.abc import Sequence

_AMENDS = re.compile(r"(?:sửa đổi|bổ sung|thay thế|replaced by|amended|inserted|added|deleted)", re.I)
_OPENS = re.compile(r"^[“\"«‘']")
_CLOSES = re.compile(r"[”\"»’'][\s.;,]*(?:\(.*\))?[\s.;,]*$")
_LEADS_IN = re.compile(r"(?:như sau|sau đây|following|as follows)\s*[:.]?\s*$|:\s*$", re.I)
_MARK = re.compile(
    r"^(?:(?:Điều|Chương|Mục|Phụ lục|ĐIỀU|CHƯƠNG|Article|ANNEX|Annex)\s+[\dIVXLA]|\d+[a-zđ]?\s*\."
    r"|\(?[a-zđ]{1,3}\d?\s*\)|\(\d+\))"
)
_NEXT_AMENDMENT = re.compile(
    r"^(?:\d+[a-zđ]?\.|[a-zđ]\))\s*(?:Sửa đổi|Bổ sung|Bãi bỏ|Thay thế|Thay|Bỏ|Điều|Khoản|Điểm|Tên|Chương|Mục"
    r"|Đoạn|Cụm từ|Phụ lục|Mẫu)"
)
_ARTICLE_NUMBER = re.compile(r"^(?:Điều|ĐIỀU)\s+(\d+)")
_LIMIT = 1500


def quoted_lines(texts: Sequence[str]) -> frozenset[int]:
    """Return the indices of lines that quote another act.

    A quotation opens on a line that begins with a quotation mark (after a lead-in, or before a clause mark) and closes
    where the marks are balanced again; one that never closes ends where the amending act visibly goes on. Without
    quotation marks, an article that follows "… sửa đổi, bổ sung như sau:" and is named in that lead-in is quoted too.

    >>> sorted(quoted_lines(["1. Sửa đổi Điều 5 như sau:", "“Điều 5. Tên", "1. Một.”.", "2. Bãi bỏ Điều 6."]))
    [1, 2]
    """
    quoted: set[int] = set()
    index = 0
    while index < len(texts):
        text = texts[index]
        before = texts[index - 1] if index else ""
        end = None
        if _OPENS.match(text) and (_LEADS_IN.search(before) or _MARK.match(text.lstrip("“\"«‘'*_ "))):
            end = _closing(texts, index)
        elif _AMENDS.search(before) and _LEADS_IN.search(before):
            end = _unmarked(texts, index, before)
        if end is None:
            index += 1
            continue
        quoted.update(range(index, end + 1))
        index = end + 1
    return frozenset(quoted)


def _closing(texts: Sequence[str], first: int) -> int | None:
    """Return the line where the quotation that opens on line `first` closes, else the last before the act goes on."""
    mark = texts[first][0]
    balance = 0
    for index in range(first, min(len(texts), first + _LIMIT)):
        text = texts[index]
        if mark in "\"'":
            balance += text.count(mark) if mark == '"' else (text.startswith("'") + bool(_CLOSES.search(text)))
            if balance % 2 == 0 and _CLOSES.search(text):
                return index
        else:
            closing = {"“": "”", "«": "»", "‘": "’"}[mark]
            balance += text.count(mark) - text.count(closing)
            if balance <= 0 and (_CLOSES.search(text) or index == first):
                return index
        if (
            index > first
            and _NEXT_AMENDMENT.match(text)
            and _LEADS_IN.search(text)
            and _CLOSES.search(texts[index - 1])
        ):
            return index - 1
    return first if _CLOSES.search(texts[first]) else None


def _unmarked(texts: Sequence[str], first: int, lead_in: str) -> int | None:
    """Return the last line of an article quoted without marks after `lead_in`, None where line `first` is not one."""
    match = _ARTICLE_NUMBER.match(texts[first])
    if not match or not re.search(rf"Điều\s+{match[1]}\b", lead_in):
        return None
    for index in range(first + 1, len(texts)):
        number = _ARTICLE_NUMBER.match(texts[index])
        if number or _NEXT_AMENDMENT.match(texts[index]):
            return index - 1
    return None
