"""What the text of a document says about itself: number, issuer, title and dates in its head and its clause on effect."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from ingest.dates import find_dates, parse_date
from ingest.structure.lines import is_capitals
from kb.number import canonical_number, find_numbers
from kb.records import Authority, Clause, Kind, SourceText

_HEAD = 6000  # characters of the head of a document without a preamble


@dataclass(frozen=True, slots=True, kw_only=True)
class Masthead:
    """What the text states; None and () where it does not."""

    number: str | None = None
    title: str | None = None
    issuer: str | None = None
    issued: date | None = None
    effective: date | None = None
    kind: Kind | None = None
    authority: Authority | None = None
    jurisdiction: str | None = None
    aliases: tuple[str, ...] = ()
    about: tuple[str, ...] = ()


def read_masthead(source: SourceText, clauses: Sequence[Clause], *, language: str | None) -> Masthead:
    """Return what the text states of itself, by the tradition that its head shows."""
    head = _head_lines(source, clauses)
    codified = _codified(source.text)
    if codified is not None:
        return codified
    if language == "vi":
        return _vietnamese(source.text, head, clauses)
    european = _european(source.text, head, clauses)
    return european if european is not None else _guidance(source, head)


def _head_lines(source: SourceText, clauses: Sequence[Clause]) -> list[str]:
    end = _HEAD
    for clause in clauses:
        if clause.kind in ("recital", "chapter", "part", "article", "section", "title"):
            end = max(200, min(_HEAD, clause.start))
            break
    return [line for line in (" ".join(raw.split()).strip("*_ ") for raw in source.text[:end].splitlines()) if line]


# -- Vietnamese acts -----------------------------------------------------------------------------------------------------

_TYPES = {
    "LUẬT": Kind.REGULATION, "BỘ LUẬT": Kind.REGULATION, "HIẾN PHÁP": Kind.REGULATION, "PHÁP LỆNH": Kind.REGULATION,
    "NGHỊ ĐỊNH": Kind.REGULATION, "NGHỊ QUYẾT": Kind.REGULATION, "QUYẾT ĐỊNH": Kind.REGULATION, "THÔNG TƯ": Kind.REGULATION,
    "THÔNG TƯ LIÊN TỊCH": Kind.REGULATION, "CHỈ THỊ": Kind.REGULATION, "LỆNH": Kind.REGULATION,
    "VĂN BẢN HỢP NHẤT": Kind.REGULATION, "KẾ HOẠCH": Kind.PROGRAMME, "CHƯƠNG TRÌNH": Kind.PROGRAMME,
    "HƯỚNG DẪN": Kind.APPRAISAL_GUIDANCE, "BÁO CÁO": None, "THÔNG BÁO": None, "CÔNG VĂN": None, "TỜ TRÌNH": None, "ÁN LỆ": None,
}  # fmt: skip
_LAWS = ("LUẬT", "BỘ LUẬT", "PHÁP LỆNH")
_TYPE_LINE = re.compile(rf"(?P<type>{'|'.join(sorted(_TYPES, key=len, reverse=True))})\s*:?$")
_NUMBER_LINE = re.compile(r"(?:(?:Luật|Bộ luật|Pháp lệnh|Nghị quyết|Hiến pháp)\s+)?số\s*:\s*(?P<number>\S.*)$", re.I)
_NOT_ISSUER = re.compile(r"CỘNG H|ĐỘC LẬP|SỐ\s*:|LUẬT SỐ|NGÀY|THÔNG TIN VĂN BẢN|VĂN BẢN$|DỰ THẢO|[|_\-*]|\d", re.I)
_TITLE_ENDS = re.compile(r"Căn cứ|Theo |Xét |\(|Điều |Chương |Phần |Mục |Quốc hội|Chính phủ|Bộ trưởng|Thủ tướng|Kính gửi|\d+\.", re.I)
_EFFECT = re.compile(
    r"(?:Luật|Bộ luật|Pháp lệnh|Nghị định|Nghị quyết|Thông tư|Thông tư liên tịch|Quyết định|Chỉ thị|Quy chế|Văn bản)\s+này\s+"
    r"(?:chính thức\s+)?có\s+hiệu\s+lực(?:\s+thi\s+hành)?\s*(?:,\s*)?(?:(?:kể\s+)?từ\s+)?(?P<when>ngày\s+.{1,40})",
    re.S,
)
_SIGNED = re.compile(r"ngày\s+(?:ký|ban hành)", re.I)


def _vietnamese(text: str, head: Sequence[str], clauses: Sequence[Clause]) -> Masthead:
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


def _number_in(line: str) -> str | None:
    match = _NUMBER_LINE.search(line)
    if not match:
        return None
    found = find_numbers(match["number"])
    if found and found[0].start == 0:
        return found[0].canonical
    word = match["number"].split()[0].rstrip(".,;")
    return (canonical_number(word) or word) if re.search(r"\d", word) and "/" in word else None


def _vietnamese_issuer(text: str, head: Sequence[str]) -> str | None:
    for line in head[:8]:
        for part in re.split(r"\s*(?:\||\t|CỘNG H[ÒO]A.*)\s*", line):
            if is_capitals(part) and 5 <= len(part) <= 90 and not _NOT_ISSUER.search(part) and not _TYPE_LINE.match(part):
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
    """Return the usual spelling of words set in capitals: as the text itself writes them elsewhere, else with one capital.

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
    articles = [clause for clause in clauses if clause.kind == "article" and not clause.address.startswith(("Phụ lục", "Mẫu"))]
    named = [clause for clause in articles if "hiệu lực" in clause.heading.lower()]
    for clause in [*reversed(named), *reversed(articles[-6:])]:
        match = _EFFECT.search(text[clause.start : clause.end])
        if match:
            if _SIGNED.match(match["when"]):
                return issued
            day = next(((start, found) for start, _, found in find_dates(match["when"])), None)
            return day[1] if day and day[0] < 4 else None
    return None


# -- codified texts, which name the source of each article ---------------------------------------------------------------

_SOURCE_NOTE = re.compile(
    r"\(\s*Điều\s+[\w.]+\s+(?P<type>Bộ luật|Luật|Pháp lệnh|Nghị định|Nghị quyết|Thông tư liên tịch|Thông tư|Quyết định)\s+số\s+"
    r"(?P<number>[^\s,()]+)(?:\s+(?P<title>[^()]*?)\s+ngày\s+(?P<issued>\d{1,2}/\d{1,2}/\d{4})\s+của\s+(?P<issuer>[^,()]+?))?"
    r"\s*,\s*có hiệu lực thi hành kể từ ngày\s+(?P<effective>\d{1,2}/\d{1,2}/\d{4})\s*\)"
)


def _codified(text: str) -> Masthead | None:
    """Return what the source notes of a codified text state, None for a text without them.

    Where all notes name one instrument the text is that instrument, whatever a header says; where they name several, their
    numbers are returned as `about` and the rest stays open.
    """
    notes = list(_SOURCE_NOTE.finditer(text))
    if len(notes) < 2:
        return None
    numbers = Counter(canonical_number(note["number"]) or note["number"] for note in notes)
    if len(numbers) > 1:
        about = tuple(number for number, _ in numbers.most_common())
        return Masthead(about=about, jurisdiction="VN", kind=Kind.REGULATION, authority=Authority.BINDING)
    return replace(codified_instrument(text, next(iter(numbers))), jurisdiction="VN")


def codified_instrument(text: str, number: str) -> Masthead:
    """Return what the source notes of a codified text state of the instrument `number`."""
    for note in _SOURCE_NOTE.finditer(text):
        if (canonical_number(note["number"]) or note["number"]) == number and note["title"]:
            title = note["title"].strip()
            law = note["type"] in ("Luật", "Bộ luật", "Pháp lệnh")
            return Masthead(
                number=number,
                title=f"{note['type']} {title if law else title[:1].lower() + title[1:]}",
                issuer=note["issuer"].strip(),
                issued=parse_date(note["issued"]),
                effective=parse_date(note["effective"]),
                kind=Kind.REGULATION,
                authority=Authority.BINDING,
            )
    return Masthead(number=number, kind=Kind.REGULATION, authority=Authority.BINDING)


# -- EU acts -------------------------------------------------------------------------------------------------------------

_EU_ACT = re.compile(
    r"(?P<proposal>Proposal for an?\s+)?(?P<by>(?:COMMISSION|COUNCIL|Commission|Council)\s+)?(?:(?:DELEGATED|IMPLEMENTING|Delegated|Implementing)\s+)?"
    r"(?P<type>REGULATION|DIRECTIVE|DECISION|RECOMMENDATION|Regulation|Directive|Decision)\s+(?P<number>\((?:EU|EC|EEC)[^)]*\)\s+(?:No\s+)?\d+/\d+|\d+/\d+/(?:EU|EC|EEC))"
)
_AMENDS = re.compile(r",?\s+(?:and\s+)?(?:amending|repealing)\b.*?(?=\s*\([A-Z][^()]*(?:Act|Regulation|Directive)\)|$)", re.S)
_SHORT = re.compile(r"\((?P<short>[A-Z][A-Za-z ]+ (?:Act|Regulation|Directive|Code))\)")


def _european(text: str, head: Sequence[str], clauses: Sequence[Clause]) -> Masthead | None:
    at = next((i for i, line in enumerate(head[:40]) if (m := _EU_ACT.match(line)) and len(line) < 400), None)
    if at is None or not any(clause.kind == "article" for clause in clauses):
        return None
    match = _EU_ACT.match(head[at])
    assert match is not None
    lines = []
    for line in head[at : at + 8]:
        if lines and re.match(r"\(Text with|THE EUROPEAN|THE COUNCIL|Having regard|REGULATION|DIRECTIVE", line):
            break
        lines.append(line)
    whole = " ".join(lines)
    if at + 1 < len(head) and len(lines) == 1 and not re.search(r"\bof \d", whole):
        following = next((i for i in range(at + 1, min(at + 4, len(head))) if re.match(r"(?i)regulation|directive", head[i])), None)
        if following is not None:  # a short title stands above the full one
            return _european(text, head[following:], clauses)
    joint = re.search(r"EUROPEAN PARLIAMENT AND OF THE COUNCIL", whole, re.I)
    issuer = "European Parliament and Council" if joint else {"c": "European Commission"}.get((match["by"] or "")[:1].lower())
    if match["by"] and match["by"].strip().lower() == "council":
        issuer = "Council of the European Union"
    dated = re.search(r"\bof (\d{1,2} [A-Z][a-z]+ \d{4})\s*(.*)$", whole, re.S)
    number = canonical_number(match.group().title().replace("(Eu)", "(EU)").replace("(Ec)", "(EC)")) or canonical_number(match["number"])
    subject = " ".join(dated[2].split()) if dated else ""
    short = _SHORT.search(subject)
    brief = _AMENDS.sub("", subject).strip(" .")
    title = f"{number} {brief}".strip() if number else whole
    return Masthead(
        number=number,
        title=title,
        issuer=issuer,
        issued=parse_date(dated[1]) if dated else None,
        effective=_european_effect(text, clauses),
        kind=Kind.REGULATION,
        authority=Authority.DRAFT if match["proposal"] else Authority.BINDING,
        jurisdiction="EU",
        aliases=_short_names(short["short"]) if short else (),
    )


def _short_names(name: str) -> tuple[str, ...]:
    """Return a short title with its usual abbreviations.

    >>> _short_names("Artificial Intelligence Act")
    ('Artificial Intelligence Act', 'AI Act', 'AIA')
    """
    *first, last = [word for word in name.split() if word[:1].isupper()]
    initials = "".join(word[0] for word in first)
    return (name, f"{initials} {last}", initials + last[0]) if len(first) > 1 else (name,)


def _european_effect(text: str, clauses: Sequence[Clause]) -> date | None:
    """Return the day from which the act as a whole applies (its entry into force where it names no other day)."""
    articles = [clause for clause in clauses if clause.kind == "article"]
    for clause in [c for c in articles if re.search(r"entry into force|application", c.heading, re.I)] + articles[-2:]:
        words = text[clause.start : clause.end]
        for pattern in (
            r"(?:It|This (?:Regulation|Directive|Decision)) shall apply (?:as )?from\s+(?P<when>.{8,20})",
            r"shall enter into force on\s+(?P<when>\d.{8,20})",
        ):
            match = re.search(pattern, words, re.S)
            if match and (day := parse_date(match["when"])):
                return day
    return None


# -- guidance and the rest -----------------------------------------------------------------------------------------------

_BODIES = (
    (r"Medical Device Coordination Group|\bMDCG\b", "Medical Device Coordination Group", "EU"),
    (r"Food and Drug Administration|\bFDA\b", "U.S. Food and Drug Administration", "US"),
    (r"National Institute of Standards and Technology|\bNIST\b", "National Institute of Standards and Technology", "US"),
    (r"World Health Organization", "World Health Organization", "INT"),
    (r"International Medical Device Regulators Forum|\bIMDRF\b", "International Medical Device Regulators Forum", "INT"),
    (r"International Telecommunication Union|\bITU(?:-T)?\b", "International Telecommunication Union", "INT"),
    (r"\bOECD\b|Organisation for Economic Co-operation", "Organisation for Economic Co-operation and Development", "INT"),
    (r"International Organization for Standardization|\bISO/IEC\b", "International Organization for Standardization", "INT"),
    (r"Medicines (?:and|&) Healthcare products Regulatory Agency|\bMHRA\b", "Medicines and Healthcare products Regulatory Agency", "UK"),
    (r"Health Sciences Authority", "Health Sciences Authority", "SG"),
    (r"Therapeutic Goods Administration", "Therapeutic Goods Administration", "AU"),
    (r"Health Canada", "Health Canada", "CA"),
    (r"Department for Science, Innovation and Technology|Department of Health and Social Care", "", "UK"),
    (r"European Commission", "European Commission", "EU"),
)
_UK = re.compile(r"Crown copyright|Presented to Parliament|Secretary of State for|gov\.uk")
_ISSUED = re.compile(r"(?:Document |Guidance )?(?:issued|published|adopted|endorsed|dated)\s+(?:on\s*:?\s*)?(?P<when>.{8,30})", re.I)
_DRAFT = re.compile(r"^(?:Draft (?:Guidance|for)|DRAFT\b|Draft$|.*\bdraft (?:guidance )?document is being distributed)", re.I)
_GUIDANCE = re.compile(r"\bguidance\b|\bguideline|nonbinding recommendations|not legally binding", re.I)
_NOT_TITLE = re.compile(
    r"Contains Nonbinding|Guidance for Industry|Food and Drug Administration Staff$|Document issued|Page \d|\d+$|[_\-=\s]+$|https?://"
    r"|Medical Devices?$|.*Coordination Group Document|MDCG \d|(?:January|February|March|April|May|June|July|August|September"
    r"|October|November|December)\s+\d{4}|This document|For questions|Joint .* and$",
    re.I,
)


def _guidance(source: SourceText, head: Sequence[str]) -> Masthead:
    words = "\n".join(head)[:4000]
    top = "\n".join(head[:40])
    found = find_numbers(words)
    own = [one for one in found if one.type in ("guidance", "standard")]
    bodies = sorted((m.start(), name, place) for pattern, name, place in _BODIES if (m := re.search(pattern, top)))
    issuer, jurisdiction = (bodies[0][1] or None, bodies[0][2]) if bodies else (None, None)
    if _UK.search(words) and jurisdiction is None:
        jurisdiction = "UK"
    number = own[0].canonical if own else None
    standard = bool(own) and own[0].type == "standard"
    guidance = bool(_GUIDANCE.search(words[:3000]))
    draft = any(_DRAFT.match(line) for line in head[:25])
    kind = Kind.STANDARD if standard else Kind.APPRAISAL_GUIDANCE if guidance and bodies else None
    authority = Authority.STANDARD if standard else Authority.GUIDANCE if guidance else None
    stated = _ISSUED.search(words)
    return Masthead(
        number=number,
        title=_guidance_title(head, number),
        issuer=issuer,
        issued=parse_date(stated["when"]) if stated else None,
        kind=kind,
        authority=Authority.DRAFT if draft else authority,
        jurisdiction=jurisdiction,
    )


def _guidance_title(head: Sequence[str], number: str | None) -> str | None:
    """Return the first lines of the head that read like a title."""
    parts: list[str] = []
    for line in head[:25]:
        ends = _NOT_TITLE.match(line) or (number is not None and canonical_number(line) == number)
        if ends:
            if parts and len(" ".join(parts)) > 12:
                break
            parts = []
            continue
        if len(line) > 200 or line.endswith((".", ";")) or len(parts) >= 6:
            break
        parts.append(line)
    title = " ".join(" ".join(parts).split())
    return title if 3 < len(title) <= 300 else None
