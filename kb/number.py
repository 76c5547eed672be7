"""Document numbers: the one canonical spelling of each, and a key by which every spelling compares.

Known series: Vietnamese instruments, EU acts, MDCG guidance, FDA dockets, ISO/IEC and national standards, IMDRF, NIST,
OECD, the US Code of Federal Regulations and numbered acts. A number of another series has no canonical form here, but
still a key.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass


class _FoldTable(dict[int, str]):
    """Maps one character to one character, so that offsets survive folding; filled as characters are met."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        category = unicodedata.category(char)
        if char in "đĐðÐ":  # the Icelandic eth stands for đ in many Vietnamese files
            folded = "d"
        elif category == "Zs":
            folded = " "
        elif category == "Pd":
            folded = "-"
        elif char in "’‘ʼ":
            folded = "'"
        else:
            bare = "".join(c for c in unicodedata.normalize("NFD", char) if not unicodedata.combining(c)).lower()
            folded = bare if len(bare) == 1 else char
        self[code] = folded
        return folded


_FOLD = _FoldTable()


def fold(text: str) -> str:
    """Return `text` (NFC) in lower case without marks, đ as d, every dash and space the plain one; the length stays.

    >>> fold("Điều 9 – NGHỊ ĐỊNH")
    'dieu 9 - nghi dinh'
    """
    return text.translate(_FOLD)


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundNumber:
    """A document number found in a text at `text[start:end]` (NFC).

    `canonical` is its one spelling, `key` compares exactly, `loose` compares without what people leave out (issuing
    body, revision, edition year). `type` is a word such as law, decree, circular, regulation; None where unknown.
    """

    start: int
    end: int
    canonical: str
    key: str
    loose: str
    type: str | None


_VN_TYPES = {
    "nd": "decree",
    "tt": "circular",
    "ttlt": "joint circular",
    "nq": "resolution",
    "nqlt": "resolution",
    "qd": "decision",
    "ct": "directive",
    "pl": "ordinance",
    "vbhn": "consolidated text",
    "qh": "law",
    "ubtvqh": "resolution",
    "l": "law",
    "lct": "law",
    "sl": "decree",
    "al": "case law",
    "tb": "notice",
    "kh": "plan",
    "hd": "guidance",
    "kl": "conclusion",
    "cd": "telegram",
    "ctr": "programme",
    "ttr": "submission",
    "qc": "regulation",
}
_JOINT = {"ttlt", "nqlt"}
_PARTY = {"tw", "bct", "bbt", "qutw", "dutw"}  # organs of the Party write 57-NQ/TW
# Codes whose usual spelling is not plain capitals, keyed by the folded form.
_SPELLING = {
    "nd": "NĐ",
    "qd": "QĐ",
    "cd": "CĐ",
    "ttg": "TTg",
    "ttr": "TTr",
    "ctr": "CTr",
    "hdnd": "HĐND",
    "hdtp": "HĐTP",
    "hdbt": "HĐBT",
    "bgddt": "BGDĐT",
    "bldtbxh": "BLĐTBXH",
    "bgdvdt": "BGDVĐT",
    "bgd": "BGD",
    "bkhdt": "BKHĐT",
    "tld": "TLĐ",
    "tldldvn": "TLĐLĐVN",
}
_TYPE = "|".join(sorted(_VN_TYPES, key=len, reverse=True))
_YEAR = r"(?:19|20)\d\d"
_EDGE = r"(?<![\w/.])"  # a number begins where no word, fraction or decimal runs into it
_VN_DATED = re.compile(
    rf"{_EDGE}(?P<n>\d{{1,5}})\s?[/-]\s?(?P<y>{_YEAR})(?:\s?[/-]\s?|\s)"
    rf"(?:(?P<body>(?:ubtv)?qh)\s?(?P<term>\d{{1,2}})?|(?P<type>{_TYPE})(?P<issuers>(?:\s?-\s?[a-z]{{1,10}}\d{{0,2}})*|\s?cp))"
    r"(?![\w/])"
)
_VN_UNDATED = re.compile(
    rf"{_EDGE}(?P<n>\d{{1,5}})\s?(?P<sep>[/-])\s?(?P<type>{_TYPE})(?P<issuers>(?:\s?[-/]\s?[a-z]{{1,10}}\d{{0,2}})+)(?!\w)"
)
_VN_LETTER = re.compile(
    rf"{_EDGE}(?P<n>\d{{1,5}})\s?/\s?(?P<code>(?:b[a-z]{{2,7}}|vpcp|ubnd|ttg)(?:-[a-z]{{2,6}})+)(?!\w)"
)
_EU_TYPE = (
    r"(?P<type>(?:(?:implementing|delegated)\s)?(?:regulation|directive|decision)|quy dinh|quy che|chi thi|quyet dinh)"
)
_EU_MARKED = re.compile(
    rf"(?<!\w)(?:{_EU_TYPE}\s)?(?:so\s)?\(?(?P<union>eu|ec|eec|euratom)(?:,\s?euratom)?\)?\s?(?:(?:no|so)\.?\s?)?"
    r"(?P<a>\d{1,4})\s?/\s?(?P<b>\d{1,5})(?![\w/])"
)
_EU_SUFFIXED = re.compile(
    rf"{_EDGE}(?:{_EU_TYPE}\s)?(?:(?:no|so)\.?\s?)?(?P<a>\d{{1,4}})\s?/\s?(?P<b>\d{{1,5}})\s?/\s?"
    r"(?P<union>eu|ec|eec|euratom|jha)(?!\w)"
)
_EU_BARE = re.compile(rf"{_EDGE}(?:{_EU_TYPE}\s(?:no\.?\s?)?)?(?P<a>20\d\d)/(?P<b>\d{{1,4}})(?![\w/])")
_MDCG = re.compile(
    r"(?<!\w)mdcg[\s_-]?(?P<y>20\d\d)\s?[-_/]\s?(?P<n>\d{1,2})(?!\d)(?:[\s,_-]{0,3}\(?rev(?:ision)?[.\s]{0,2}(?P<rev>\d{1,2})\)?)?"
)
_FDA = re.compile(r"(?<!\w)fda[-\s](?P<y>(?:19|20)\d\d)[-\s](?P<k>[a-z])[-\s](?P<n>\d{3,5})(?!\w)")
_STANDARD = re.compile(
    r"(?<!\w)(?P<body>(?:(?:tcvn|qcvn|en|bs|din|ansi|aami|iso|iec|ieee|astm|clsi)[\s/-]{0,3}){1,4}"
    r"(?:(?:ts|tr|tir|pas|guide|dis|fdis)\s?)?)"
    r"(?P<n>\d{3,6}(?:-\d{1,3}){0,3})(?P<y>\s?:\s?(?:19|20)\d\d(?:\s?\+\s?a\d{1,2}(?:\s?:\s?(?:19|20)\d\d)?)*)?(?!\w)"
)
_IMDRF = re.compile(
    r"(?<!\w)imdrf\s?/?\s?(?:[a-z&]+\s?wg\s?/?\s?)?n\s?(?P<n>\d{1,3})(?=\W|_|final|$)"
    r"(?:\s?final\s?:\s?\d{4})?(?:\s?\((?:edition \d|draft)\))?"
)
_NIST = re.compile(
    r"(?<!\w)nist\s?(?P<series>ai|sp|ir|cswp)\s?(?P<n>\d{1,4}(?:-\d{1,3})?[a-z]?(?:\s?r(?:ev)?\.?\s?\d)?)(?!\w)"
)
_OECD = re.compile(r"(?<!\w)oecd/legal/(?P<n>\d{4})(?!\w)")
_CFR = re.compile(r"(?<!\w)(?P<t>\d{1,2})\s?c\.?f\.?r\.?\s(?:parts?\s)?(?P<n>\d{1,4})(?!\w)")
_ACT = re.compile(r"(?<!\w)act\s(?:no\.?\s?)?(?P<n>\d{1,3})\sof\s(?P<y>(?:19|20)\d\d)(?!\w)")


def _spelled(code: str, original: str) -> str:
    """Return one code of a Vietnamese number in its usual letters: known ones from the table, others in capitals."""
    return _SPELLING.get(code, original.replace("ð", "đ").replace("Ð", "Đ").upper())


def _issuers(match: re.Match[str], text: str) -> tuple[list[str], int]:
    """Return the issuing bodies of a Vietnamese number, spelled, and where the last of them ends.

    A body set off by spaces must be in capitals ("NĐ - CP"), or the dash belongs to the sentence; only joint texts have
    several.
    """
    start, end = match.span("issuers")
    bodies: list[str] = []
    for part in re.finditer(r"(\s?[-/]?\s?)([a-z]{1,10}\d{0,2})", match.string[start:end]):
        written = text[start + part.start(2) : start + part.end(2)]
        spaced = part[1].strip() != part[1]
        if bodies and (match["type"] not in _JOINT or part[1].strip() == "/"):
            return bodies, start + part.start()
        if spaced and not written.isupper() and written != "TTg":
            return bodies, start + part.start()
        bodies.append(_spelled(part[2], written))
    return bodies, end


def _vietnamese(match: re.Match[str], text: str, year: str | None) -> FoundNumber | None:
    ordinal, kind = int(match["n"]), match["type"]
    bodies, end = _issuers(match, text)
    if not bodies and (year is None or kind in {"l", "hd", "cd", "kh", "tb", "qc", "ct"}):
        return None
    middle = f"/{year}" if year else ""
    spelled = _spelled(kind, text[match.start("type") : match.end("type")])
    if not year and (bodies[0].lower() in _PARTY or (match["sep"] == "-" and "/" in match["issuers"])):
        canonical = f"{ordinal:02d}-{spelled}/{bodies[0]}"
    else:
        canonical = f"{ordinal:02d}{middle}/{'-'.join([spelled, *bodies])}"
    key = f"{ordinal}{middle}/{'-'.join([kind, *(fold(body) for body in bodies)])}"
    return FoundNumber(
        start=match.start(),
        end=end,
        canonical=canonical,
        key=key,
        loose=f"{ordinal}{middle}" if year else key,
        type=_VN_TYPES[kind],
    )


def _vn_dated(match: re.Match[str], text: str) -> FoundNumber | None:
    if match["body"] is None:
        return _vietnamese(match, text, match["y"])
    ordinal, body = int(match["n"]), match["body"].upper() + (match["term"] or "")
    return FoundNumber(
        start=match.start(),
        end=match.end(),
        canonical=f"{ordinal:02d}/{match['y']}/{body}",
        key=f"{ordinal}/{match['y']}/{body.lower()}",
        loose=f"{ordinal}/{match['y']}",
        type=_VN_TYPES[match["body"]],
    )


def _vn_undated(match: re.Match[str], text: str) -> FoundNumber | None:
    return _vietnamese(match, text, None)


def _vn_letter(match: re.Match[str], text: str) -> FoundNumber | None:
    written = text[match.start("code") : match.end("code")]
    if not written.replace("TTg", "TTG").isupper():
        return None
    canonical = f"{match['n']}/{written}"
    return _plain(match, canonical, type="official letter")


_UNION = {"euratom": "Euratom"}


def _european(match: re.Match[str], text: str) -> FoundNumber | None:
    """An EU act: year/number since 2015, number/year for older regulations, year/number/union for older directives."""
    words = {"quy dinh": "regulation", "quy che": "regulation", "chi thi": "directive", "quyet dinh": "decision"}
    named = words.get(match["type"] or "", match["type"])
    a, b = int(match["a"]), int(match["b"])
    union = match.groupdict().get("union")
    written = f"{match['a']}/{match['b']}"
    modern = 2015 <= a <= 2100
    suffixed = match.re is _EU_SUFFIXED
    if match.re is _EU_BARE:
        # Without a union, 2024/1689 must not be a month (2025/10), a season (2024/25) or a span of years (2016/2020).
        looks_dated = b <= 12 or b == (a + 1) % 100 or 1990 <= b <= 2100
        if not modern or (named is None and looks_dated) or (match["type"] or "") in words:
            return None
    kind = named.rpartition(" ")[2] if named else None
    title = named[0].upper() + named[1:] if named else ""
    if title.count(" "):
        title = title.title()
    if suffixed:
        canonical = f"{title} {written}/{_UNION.get(match['union'], match['union'].upper())}"
    elif modern:
        canonical = f"{title} (EU) {written}"
    else:
        canonical = f"{title} ({_UNION.get(union or '', (union or 'eu').upper())}) No {written}"
    old_decision = "decision " if kind == "decision" and not modern else ""
    key = f"eu {old_decision}{a}/{b}"
    return FoundNumber(
        start=match.start(), end=match.end(), canonical=canonical.strip(), key=key, loose=f"{a}/{b}", type=kind
    )


def _plain(match: re.Match[str], canonical: str, *, type: str, loose: str | None = None) -> FoundNumber:
    key = _squeezed(canonical)
    return FoundNumber(
        start=match.start(),
        end=match.end(),
        canonical=canonical,
        key=key,
        loose=_squeezed(loose) if loose else key,
        type=type,
    )


def _mdcg(match: re.Match[str], _: str) -> FoundNumber:
    base = f"MDCG {match['y']}-{int(match['n'])}"
    return _plain(match, f"{base} rev.{int(match['rev'])}" if match["rev"] else base, type="guidance", loose=base)


def _standard(match: re.Match[str], _: str) -> FoundNumber | None:
    if not re.search("iso|iec|tcvn|qcvn|aami|ieee|astm|clsi", match["body"]) or not (match["y"] or len(match["n"]) > 3):
        return None
    body = re.sub(r"\s*/\s*", "/", re.sub(r"[\s-]+", " ", match["body"])).strip(" /").upper()
    year = re.sub(r"\s", "", match["y"] or "").upper()
    return _plain(match, f"{body} {match['n']}{year}", type="standard", loose=f"standard {match['n']}")


def _nist(match: re.Match[str], _: str) -> FoundNumber:
    return _plain(match, f"NIST {match['series'].upper()} {match['n'].upper()}", type="standard")


_SERIES: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], str], FoundNumber | None]], ...] = (
    (_VN_DATED, _vn_dated),
    (_VN_UNDATED, _vn_undated),
    (_VN_LETTER, _vn_letter),
    (_EU_MARKED, _european),
    (_EU_SUFFIXED, _european),
    (_EU_BARE, _european),
    (_MDCG, _mdcg),
    (_FDA, lambda m, _: _plain(m, f"FDA-{m['y']}-{m['k'].upper()}-{m['n']}", type="guidance")),
    (_STANDARD, _standard),
    (_IMDRF, lambda m, _: _plain(m, f"IMDRF N{int(m['n'])}", type="guidance")),
    (_NIST, _nist),
    (_OECD, lambda m, _: _plain(m, f"OECD/LEGAL/{m['n']}", type="recommendation")),
    (_CFR, lambda m, _: _plain(m, f"{m['t']} CFR Part {m['n']}", type="regulation")),
    (_ACT, lambda m, _: _plain(m, f"Act {m['n']} of {m['y']}", type="act")),
)


def find_numbers(text: str) -> tuple[FoundNumber, ...]:
    """Return every complete document number in `text`, in order and without overlap; offsets count in its NFC form.

    >>> [n.canonical for n in find_numbers("Số: 98/2021/NĐ - CP, thay 36/2016/nd-cp; xem Regulation (EU) 2017/745")]
    ['98/2021/NĐ-CP', '36/2016/NĐ-CP', 'Regulation (EU) 2017/745']
    >>> find_numbers("ngày 24/10/2025, tỷ lệ 1/2, trực 24/7, COVID-19")
    ()
    """
    text = unicodedata.normalize("NFC", text)
    folded = fold(text)
    if not any(char.isdecimal() for char in folded):
        return ()
    found: list[FoundNumber] = []
    for pattern, build in _SERIES:
        for match in pattern.finditer(folded):
            number = build(match, text)
            if number and all(number.end <= other.start or other.end <= number.start for other in found):
                found.append(number)
    return tuple(sorted(found, key=lambda number: number.start))


def canonical_number(text: str) -> str | None:
    """Return the first complete document number in `text` in its canonical spelling; None where there is none.

    An ordinal or a year alone ("Nghị định 98", "98/2021") is not a complete number.

    >>> canonical_number("Số: 98/2021/NĐ - CP"), canonical_number("98/2021/nd-cp")
    ('98/2021/NĐ-CP', '98/2021/NĐ-CP')
    >>> canonical_number("Regulation (EC) No 178/2002"), canonical_number("EU 2024/1689")
    ('Regulation (EC) No 178/2002', '(EU) 2024/1689')
    >>> canonical_number("57-NQ/TW"), canonical_number("mdcg 2019-11 Rev 1"), canonical_number("98/2021")
    ('57-NQ/TW', 'MDCG 2019-11 rev.1', None)
    """
    numbers = find_numbers(text)
    return numbers[0].canonical if numbers else None


def _squeezed(text: str) -> str:
    """Return the letters and digits of `text`, folded, with one space for whatever stands between them."""
    return " ".join(re.findall(r"[^\W_]+", fold(unicodedata.normalize("NFC", text))))


def number_key(text: str) -> str:
    """Return the key by which document numbers compare, whatever their case, marks, spacing or leading zeros.

    A text that holds no number of a known series is its own key, folded to letters and digits.

    >>> number_key("Số: 98/2021/NĐ - CP") == number_key("98/2021/ND-CP")
    True
    >>> len({number_key(n) for n in ("Regulation (EU) 2024/1689", "2024/1689", "(EU) 2024/1689", "EU 2024/1689")})
    1
    >>> number_key("GL-04 Revision 4")
    'gl 04 revision 4'
    """
    numbers = find_numbers(text)
    return numbers[0].key if numbers else _squeezed(text)
