"""The masthead of Vietnamese acts: type line, title, number, issuer, day of issue, and the article on effect."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from datetime import date

from ingest.dates import find_dates, parse_date
from ingest.mastheads.masthead import Masthead
from ingest.structure.lines import is_capitals
from kb.number import canonical_number, find_numbers
from kb.records import Authority, Clause, Kind

_TYPES = {
    "LUẬT": Kind.REGULATION, "BỘ LUẬT": Kind.REGULATION, "HIẾN PHÁP": Kind.REGULATION, "PHÁP LỆNH": Kind.REGULATION,
    "NGHỊ ĐỊNH": Kind.REGULATION, "NGHỊ QUYẾT": Kind.REGULATION, "QUYẾT ĐỊNH": Kind.REGULATION,
    "THÔNG TƯ": Kind.REGULATION,
    "THÔNG TƯ LIÊN TỊCH": Kind.REGULATION, "CHỈ THỊ": Kind.REGULATION, "LỆNH": Kind.REGULATION,
    "VĂN BẢN HỢP NHẤT": Kind.REGULATION, "KẾ HOẠCH": Kind.PROGRAMME, "CHƯƠNG TRÌNH": Kind.PROGRAMME,
    "HƯỚNG DẪN": Kind.APPRAISAL_GUIDANCE, "BÁO CÁO": None, "THÔNG BÁO": None, "CÔNG VĂN": None,
    "TỜ TRÌNH": None, "ÁN LỆ": None,
}  # fmt: skip
_LAWS = ("LUẬT", "BỘ LUẬT", "PHÁP LỆNH")
_TYPE_LINE = re.compile(rf"(?P<type>{'|'.join(sorted(_TYPES, key=len, reverse=True))})\s*:?$")
_NUMBER_LINE = re.compile(r"(?:(?:Luật|Bộ luật|Pháp lệnh|Nghị quyết|Hiến pháp)\s+)?số\s*:\s*(?P<number>\S.*)$", re.I)
_NOT_ISSUER = re.compile(r"CỘNG H|ĐỘC LẬP|SỐ\s*:|LUẬT SỐ|NGÀY|THÔNG TIN VĂN BẢN|VĂN BẢN$|DỰ THẢO|[|_\-*]|\d", re.I)
_TITLE_ENDS = re.compile(
    r"Căn cứ|Theo |Xét |\(|Điều |Chương |Phần |Mục |Quốc hội|Chính phủ|Bộ trưởng|Thủ tướng|Kính gửi|\d+\.", re.I
)
_EFFECT = re.compile(
    r"(?:Luật|Bộ luật|Pháp lệnh|Nghị định|Nghị quyết|Thông tư|Thông tư liên tịch|Quyết định|Chỉ thị|Quy chế"
    r"|Văn bản)\s+này\s+"
    r"(?:chính thức\s+)?có\s+hiệu\s+lực(?:\s+thi\s+hành)?\s*(?:,\s*)?(?:(?:kể\s+)?từ\s+)?(?P<when>ngày\s+.{1,40})",
    re.S,
)
_SIGNED = re.compile(r"ngày\s+(?:ký|ban hành)", re.I)


def read_vietnamese(text: str, head: Sequence[str], clauses: Sequence[Clause]) -> Masthead:
    position, type_name = next(
        ((i, match["type"]) for i, line in enumerate(head) if (match := _TYPE_LINE.match(line))), (None, None)
    )
    before = head[: position if position is not None else 12]
    number = next((found for line in before if (found := _number_in(line))), None)
    issued = next((day for line in before if "ngày" in line.lower() and (day := parse_date(line))), None)
    draft = any(re.match(r"DỰ THẢO|Dự thảo", line) for line in head[:12])
    title = _vietnamese_title(text, head, position, type_name) if position is not None and type_name else None
    kind = _TYPES.get(type_name or "")
    precedent = re.search(r"ÁN LỆ SỐ\s+(\d+/\d{4}/AL)", " ".join(head[:4]))
    if precedent:
        number = canonical_number(precedent[1]) or precedent[1]
        subject = " ".join(head[1:5]).split(" Được ")[0]
        title = f"Án lệ số {number} {subject[:1].lower()}{subject[1:]}"[:300].strip()
    authority = Authority.DRAFT if draft else Authority.BINDING if kind is Kind.REGULATION else None
    if authority is None and kind is Kind.APPRAISAL_GUIDANCE:
        authority = Authority.GUIDANCE
    return Masthead(
        number=number,
        title=title,
        issuer=_vietnamese_issuer(text, before),
        issued=issued,
        effective=_vietnamese_effect(text, clauses, issued),
        kind=kind,
        authority=authority,
        jurisdiction="VN",
    )


_ISSUERS = {
    "NATIONAL ASSEMBLY": "National Assembly of Viet Nam",
    "GOVERNMENT": "Government of Viet Nam",
    "PRIME MINISTER": "Prime Minister of Viet Nam",
    "MINISTRY OF HEALTH": "Ministry of Health of Viet Nam",
}


def read_translation(head: Sequence[str]) -> Masthead | None:
    """Return what the masthead of a Vietnamese act in English states, None for any other document.

    Its number stands in the head on a line such as "Law No. 12/2031/QH16", below the name of the state.
    """
    if not any(re.search(r"SOCIALIST REPUBLIC OF VIET\s?NAM", line, re.I) for line in head[:15]):
        return None
    place, number = next(
        (
            (index, found[0].canonical)
            for index, line in enumerate(head[:20])
            if re.search(r"\bNo\b", line) and (found := find_numbers(line))
        ),
        (0, None),
    )
    if number is None:
        return None
    issuer = next((name for line in head[:6] for words, name in _ISSUERS.items() if words in line.upper()), None)
    issued = next((day for line in head[: place + 4] if (day := parse_date(line))), None)
    parts: list[str] = []
    for line in head[place + 1 : place + 8]:
        if re.match(r"Pursuant|On the basis|At the (?:proposal|request)|The (?:National|Government)", line):
            break
        if not parse_date(line) and not re.search(r"Independence|SOCIALIST|^[-_*]+$", line):
            parts.append(line)
    title = " ".join(parts)
    return Masthead(
        number=number,
        title=title.capitalize() if title and is_capitals(title) else title or None,
        issuer=issuer,
        issued=issued,
        kind=Kind.REGULATION,
        authority=Authority.BINDING,
        jurisdiction="VN",
    )


def _number_in(line: str) -> str | None:
    match = _NUMBER_LINE.search(line)
    if not match:
        return None
    found = find_numbers(match["number"])
    if found and found[0].start == 0:
        return found[0].canonical
    word = match["number"].split()[0].rstrip(".,;")
    return (canonical_number(word) or word) if re.match(r"\d+\w*[/-]", word) else None


def _vietnamese_issuer(text: str, head: Sequence[str]) -> str | None:
    for line in head[:8]:
        for part in re.split(r"\s*(?:\||\t|CỘNG H[ÒO]A.*)\s*", line):
            if (
                is_capitals(part)
                and 5 <= len(part) <= 90
                and not _NOT_ISSUER.search(part)
                and not _TYPE_LINE.match(part)
            ):
                return _in_small_letters(text, part)
    return None


def _vietnamese_title(text: str, head: Sequence[str], position: int, type_name: str) -> str | None:
    parts: list[str] = []
    for line in head[position + 1 : position + 8]:
        if (_TITLE_ENDS.match(line) and parts) or re.match(r"Căn cứ|[-_*.\s]+$", line):
            break
        parts.append(line)
    subject = " ".join(parts).strip(" .:;_-")
    name = type_name.capitalize()
    if not subject:
        return None
    if is_capitals(subject):
        whole = _in_small_letters(text, f"{type_name} {subject}", fallback="")
        if whole:
            subject = whole[len(type_name) :].strip()
            law = type_name in _LAWS and not subject.startswith("sửa đổi")
            return f"{name} {subject[:1].upper() + subject[1:] if law else subject}"
        subject = _in_small_letters(text, subject)
        subject = subject if type_name in _LAWS else subject[:1].lower() + subject[1:]
        return f"{name} {subject}"
    if type_name not in _LAWS:
        subject = subject[:1].lower() + subject[1:]
    return f"{name} {subject}"


def _in_small_letters(text: str, capitals: str, *, fallback: str | None = None) -> str:
    """Return the usual spelling of words set in capitals: as the text itself writes them elsewhere, else with one
    capital.

    >>> _in_small_letters("… do Bộ Khoa học và Công nghệ ban hành", "BỘ KHOA HỌC VÀ CÔNG NGHỆ")
    'Bộ Khoa học và Công nghệ'
    """
    pattern = r"\s+".join(re.escape(word) for word in capitals.split())
    seen = Counter(
        " ".join(match.group().split()) for match in re.finditer(pattern, text, re.I) if not is_capitals(match.group())
    )
    if seen:
        return seen.most_common(1)[0][0]
    return capitals.capitalize() if fallback is None else fallback


def _vietnamese_effect(text: str, clauses: Sequence[Clause], issued: date | None) -> date | None:
    """Return the day the act itself takes effect; the article on effect is asked first, quoted amendments never."""
    articles = [
        clause for clause in clauses if clause.kind == "article" and not clause.address.startswith(("Phụ lục", "Mẫu"))
    ]
    named = [clause for clause in articles if "hiệu lực" in clause.heading.lower()]
    for clause in [*reversed(named), *reversed(articles[-6:])]:
        match = _EFFECT.search(text[clause.start : clause.end])
        if match:
            if _SIGNED.match(match["when"]):
                return issued
            day = next(((start, found) for start, _, found in find_dates(match["when"])), None)
            return day[1] if day and day[0] < 4 else None
    return None
