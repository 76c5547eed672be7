"""Tables of contents: finding them, reading their entries, and finding the headings that they announce."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ingest.structure.lines import Line

_TITLE = re.compile(r"(?:(?:table of )?contents|mục lục)\s*:?$", re.I)
_PAGE_ONLY = re.compile(r"(?:(?i:page|trang)|\d{1,3}|[ivxl]{1,6})$")
# A page number and the next entry's number within a line: columns that were read as one line.
_RUN_ON = re.compile(
    r"(?:^|(?<=\s))(\d{1,3})\s+"
    r"(?=(?:\d{1,2}(?:\.\d{1,2})*[.)]|[IVX]{1,6}\.|[a-z](?:\.\d)*[.)]+|Annex|Appendix|Phụ lục)\s)"
)
_PAGE_AT_END = re.compile(r"(?P<title>.*?)[\s.…·_]*(?:(?<=[\s.…·_])(?P<page>\d{1,3}|[ivxl]{1,6}))?$", re.S)
NUMBER = re.compile(
    r"(?P<n>\d{1,2}(?:\.\d{1,2}){1,4}|(?:\d{1,2}|[IVX]{1,6}|[A-Z])(?=[.)]|\s)|[IVX]{1,6}$"
    r"|\([\dA-Za-z]{1,3}\)|[a-z](?=[.)]))"
    r"[.)]?(?:\s+|$)"
)
DIVISION = re.compile(
    r"(?P<n>(?P<word>Part|PART|Chapter|CHAPTER|Appendix|APPENDIX|Annex|ANNEX|Section|SECTION|Schedule"
    r"|SCHEDULE|Phụ lục|PHỤ LỤC|Phần|PHẦN"
    r"|Chương|CHƯƠNG)\s+(?P<value>[A-Z](?!\w)|[IVXL]{1,6}(?!\w)|\d{1,2}(?:\.\d+)*(?!\w)|One|Two|Three|Four"
    r"|Five|Six|Seven|Eight|Nine|Ten))"
    r"\s*(?:[.:–—-]\s*|\s+|$)"
)


@dataclass(slots=True)
class Entry:
    """One entry of a table of contents: its number as printed ("" where it has none) and its title."""

    number: str
    title: str
    paged: bool


@dataclass(frozen=True, slots=True)
class Found:
    """A heading: the lines it takes (`first` to `last`, both included), its number as printed and its title."""

    first: int
    last: int
    number: str
    title: str
    level: int | None = None


def split_number(text: str) -> tuple[str, str]:
    """Return the numbering mark of a heading and its title.

    >>> split_number("4.2.1 Data quality"), split_number("Appendix A: Terms"), split_number("Scope")
    (('4.2.1', 'Data quality'), ('Appendix A', 'Terms'), ('', 'Scope'))
    """
    match = DIVISION.match(text) or NUMBER.match(text)
    if not match or (match.re is NUMBER and re.match(r"[A-Z]\s", text)):
        return "", text.strip()
    number = text[: match.end()].rstrip().rstrip(":–—-").rstrip()
    if match.re is DIVISION:
        number = match["n"]
    return number, text[match.end() :].strip()


def fold(text: str) -> str:
    """Return the letters and digits of `text` in lower case: what survives line breaks, leaders and dashes."""
    return "".join(c for c in text.lower() if c.isalnum())


def find_contents(lines: Sequence[Line]) -> tuple[int, int, list[Entry]]:
    """Return where the table of contents begins and ends (line indices, half open) and its entries; (0, 0, []) without
    one.
    """
    for start, line in enumerate(lines[: max(400, len(lines) // 3)]):
        if _TITLE.match(line.text):
            end, entries = _read(lines, start + 1)
            often = Counter(fold(other.text) for other in lines)
            entries = [entry for entry in entries if often[fold(entry.title)] <= 4]  # not a running head
            if len(entries) >= 3 and sum(entry.paged for entry in entries) * 2 >= len(entries):
                return start, end, entries
    return 0, 0, []


def _read(lines: Sequence[Line], first: int) -> tuple[int, list[Entry]]:
    """Read entries from line `first` until the first of them comes again as a heading, or entries end."""
    entries: list[Entry] = []
    number = ""
    end = index = first
    plain = count = 0  # lines since the last page number; the last top number
    while index < len(lines) and plain < 6:
        for text in filter(None, map(str.strip, _RUN_ON.split(lines[index].text))):
            match = _PAGE_AT_END.match(text)
            title, page = (match["title"].strip(), match["page"]) if match else (text, None)
            title = re.sub(r"^(?:Page|Trang)\s+(?=\S)", "", title)  # the heading of the page column
            own, rest = split_number(title)
            if own.isdigit() and rest and entries and int(own) != count + 1:
                entries[-1].paged = True  # the page of the entry before
                own, title = "", rest
            if entries and not page and _again(lines, index, entries[0]):
                return end, _paged(entries)
            if _PAGE_ONLY.match(text):
                if entries and not number:
                    entries[-1].paged = True
                plain, end = 0, index + 1
            elif own and not rest and not page:
                number = own
            else:
                paged = bool(page or re.search(r"[.…]{4,}", text))
                if number or own or not entries or entries[-1].paged:
                    entries.append(Entry(own or number, rest if own else title, paged))
                    top = (own or number).rstrip(".)")
                    count = int(top) if top.isdigit() else count
                else:
                    entries[-1] = Entry(entries[-1].number, f"{entries[-1].title} {title}", paged)
                number = ""
                plain, end = (0, index + 1) if paged else (plain + 1, end)
        index += 1
    return end, _paged(entries)


def _paged(entries: list[Entry]) -> list[Entry]:
    """Return `entries` up to the last that has a page."""
    while entries and not entries[-1].paged:
        entries.pop()
    return entries


def _again(lines: Sequence[Line], index: int, entry: Entry) -> bool:
    """Whether line `index` (with the next one, where the number stands alone) is the heading of `entry`."""
    return any(fold(title) == fold(entry.title) for _, _, title in _readings(lines, index))


def find_headings(lines: Sequence[Line], first: int, entries: Sequence[Entry]) -> list[Found]:
    """Return the headings among the lines from `first` on that `entries` announce, in order; missing ones are left out.

    Of all places where an entry's words make a line, the longest chain that keeps the order of both is taken; a place
    where the number stands too counts for two.
    """
    places: list[tuple[int, int, int, str]] = []  # line, entry, last line, number
    wanted: dict[str, list[int]] = {}
    for position, entry in enumerate(entries):
        wanted.setdefault(fold(entry.title), []).append(position)
    for index in range(first, len(lines)):
        seen: set[int] = set()
        for last, number, title in _readings(lines, index):
            words = fold(title)
            for position in wanted.get(words) or wanted.get(words.rstrip("0123456789")) or ():
                if position not in seen and _agree(number, entries[position].number):
                    seen.add(position)
                    places.append((index, position, last, number))
    return [
        Found(index, last, entries[position].number or number, " ".join(entries[position].title.split()))
        for index, position, last, number in _longest_chain(places)
    ]


def _longest_chain(places: list[tuple[int, int, int, str]]) -> list[tuple[int, int, int, str]]:
    best: list[tuple[int, int]] = []  # weight of the best chain that ends here, and the place before
    for at, (index, position, _, number) in enumerate(places):
        weight, before = 0, -1
        for earlier in range(at):
            if places[earlier][2] < index and places[earlier][1] < position and best[earlier][0] > weight:
                weight, before = best[earlier][0], earlier
        best.append((weight + (2 if number else 1), before))
    chain: list[tuple[int, int, int, str]] = []
    at = max(range(len(best)), key=lambda i: best[i][0], default=-1)
    while at >= 0:
        chain.append(places[at])
        at = best[at][1]
    return chain[::-1]


def unglue(lines: Sequence[Line], first: int, entries: Sequence[Entry]) -> tuple[Line, ...]:
    """Split lines from `first` on that end in an announced, numbered heading after the end of a sentence."""
    numbered = [entry for entry in entries if entry.number and entry.title]
    if not numbered:
        return tuple(lines)
    titles = "|".join(
        rf"{re.escape(entry.number.rstrip('.'))}[.):]*\s+" + r"\s+".join(map(re.escape, entry.title.split()))
        for entry in sorted(numbered, key=lambda entry: -len(entry.title))
    )
    glued = re.compile(rf"(?<=[.!?:;”\"’)\]\d])\s+(?P<heading>{titles})$")
    result = list(lines[:first])
    for line in lines[first:]:
        match = glued.search(line.text)
        if match is None or line.end - line.start != len(line.text):
            result.append(line)
            continue
        at = line.start + match.start("heading")
        result.append(replace(line, end=line.start + match.start(), text=line.text[: match.start()]))
        result.append(replace(line, start=at, text=match["heading"], first=True))
    return tuple(result)


def _agree(number: str, wanted: str) -> bool:
    return not number or not wanted or fold(number) == fold(wanted)


def _readings(lines: Sequence[Line], index: int) -> list[tuple[int, str, str]]:
    """Return the ways to read a heading at line `index`: last line, number, title (up to three lines)."""
    number, title = split_number(lines[index].text)
    last = index
    if number and not title and index + 1 < len(lines):
        last = index + 1
        title = lines[last].text
    readings = [(last, number, title), (index, "", lines[index].text)] if last == index else [(last, number, title)]
    for more in range(last + 1, min(last + 3, len(lines))):
        title = f"{title} {lines[more].text}"
        if len(title) > 250:
            break
        readings.append((more, number, title))
    return readings
