"""References in a question: which clause of which instrument the asker means, before anything is searched.

An instrument is meant by its number ("98/2021/NĐ-CP"), a part of it ("Nghị định 98", "luật 134/2025") or a name
("Luật Trí tuệ nhân tạo", "GDPR"); an address goes with the instrument beside it. `kb.reference` finds the documents.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace

from kb.address import FoundAddress, find_addresses
from kb.names import Words, type_of
from kb.naming import YEAR, NameFinder, find_names
from kb.number import find_numbers, fold
from kb.spelling import is_unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A clause, an instrument or both, named at `question[start:end]` (offsets in the NFC form).

    `number` is canonical, or the part that was given ("98/2021", "98"); `type` a word such as law, decree, circular,
    regulation; `name` the words that name the instrument, as written; `jurisdiction` the code of a country or union
    named beside it. `words` are the folded words of the name and those after it, for titles that are longer.
    """

    address: str | None = None
    number: str | None = None
    type: str | None = None
    name: str | None = None
    start: int
    end: int
    jurisdiction: str | None = None
    words: Words = ()


def find_references(question: str, *, known: NameFinder | None = None) -> tuple[Reference, ...]:
    """Return the clauses and instruments that `question` refers to, in order.

    `known(words, position)` tells how many of the folded `words` from `position` on are the name of a document in the
    base (`kb.reference.DocumentNames.longest`); without it names are known from `aliases.toml` and type words.

    >>> [(r.address, r.name) for r in find_references("so sánh Điều 9 Luật Trí tuệ nhân tạo với Article 6 AI Act")]
    [('Điều 9', 'Luật Trí tuệ nhân tạo'), ('Article 6', 'AI Act')]
    >>> [(r.address, r.number, r.type) for r in find_references("khoản 3 điều 7 nghị định 98/2021/NĐ-CP thế nào")]
    [('Điều 7 khoản 3', '98/2021/NĐ-CP', 'decree')]
    >>> [(r.number, r.type) for r in find_references("Nghị định 142 quy dinh gi ve conformity assessment")]
    [('142', 'decree')]
    >>> find_references("điều kiện vay 24/7 từ ngày 24/10/2025 là gì?")
    ()
    """
    text = unicodedata.normalize("NFC", question)
    folded = fold(text)
    numbers = [*_full_numbers(text, folded)]
    numbers += [part for part in _partial_numbers(text, folded) if not _overlaps(part, numbers)]
    addresses = [found for found in find_addresses(text) if not _overlaps(found, numbers)]
    taken = [(number.start, number.end) for number in numbers] + [(found.start, found.end) for found in addresses]
    names = [
        Reference(
            name=found.name,
            type=found.type,
            jurisdiction=found.jurisdiction,
            words=found.words,
            start=found.start,
            end=found.end,
        )
        for found in find_names(text, folded, taken=taken, known=known)
    ]
    instruments = _merged(folded, sorted([*numbers, *names], key=lambda instrument: instrument.start))
    return tuple(
        sorted(_paired(folded, addresses, instruments), key=lambda reference: (reference.start, reference.end))
    )


def _overlaps(one: Reference | FoundAddress, others: list[Reference] | list[FoundAddress]) -> bool:
    return any(one.start < other.end and other.start < one.end for other in others)


# -- numbers -----------------------------------------------------------------------------------------------------------

_NUMBERED = (
    r"bo luat|dao luat|luat|phap lenh|nghi dinh|thong tu lien tich|thong tu|quyet dinh|nghi quyet|chi thi"
    r"|van ban hop nhat|an le|law|decree|joint circular|circular|decision|resolution|directive|ordinance|regulation"
)
_SIGN = r"(?:\s?(?:so|no|nr|number)\.?\s?:?)?"
_TYPE_BEFORE = re.compile(rf"(?<!\w)(?P<type>{_NUMBERED}|nd|tt|ttlt|qd|nq|vbhn){_SIGN}\s?$")
_TYPED = re.compile(
    rf"(?<!\w)(?:(?P<type>{_NUMBERED}){_SIGN}\s|(?P<short>nd|tt|ttlt|qd|nq|vbhn)[\s-]?(?:so\s)?)"
    rf"(?P<n>\d{{1,4}})(?:\s?/\s?(?P<y>{YEAR})|\s(?:nam|of)\s(?P<of>{YEAR}))?(?![\w/]|[.,]\d)"
)
_UNTYPED = re.compile(rf"(?<![\w/.,-])(?P<sign>(?:so|no\.?)\s)?(?P<n>\d{{1,4}})/(?P<y>{YEAR})(?![\w/]|[.-]\d)")


_MONTHS, _MOST_A_YEAR = 12, 600  # decrees and circulars of one year; more than that is a score or a ratio


def _full_numbers(text: str, folded: str) -> Iterator[Reference]:
    for found in find_numbers(text):
        before = _TYPE_BEFORE.search(folded, max(0, found.start - 40), found.start)
        named = type_of(before["type"], text[before.start("type") : before.end("type")]) if before else None
        start = before.start() if before and named else found.start
        # A law and a resolution of the National Assembly have numbers of one form; only their word tells them apart.
        kind = named if named and found.type in (None, "law") else found.type
        yield Reference(number=found.canonical, type=kind, start=start, end=found.end)


def _partial_numbers(text: str, folded: str) -> Iterator[Reference]:
    """Yield "Nghị định 98", "luat 134/2025", "Decree 98 of 2021", and "98/2021" alone where it can be no month."""
    taken: list[Reference] = []
    for match in _TYPED.finditer(folded):
        group = "short" if match["short"] else "type"
        kind = type_of(match[group], text[match.start(group) : match.end(group)])
        year = match["y"] or match["of"]
        alone = year is None and (re.fullmatch(YEAR, match["n"]) or is_unit(folded, match.end()))
        scant = year is None and len(match["n"]) == 1 and (match["short"] or kind not in ("decree", "circular"))
        if kind is None or alone or scant:
            continue
        ordinal = match["n"].lstrip("0") or "0"
        number = f"{ordinal.zfill(2)}/{year}" if year else ordinal.zfill(2)
        taken.append(Reference(number=number, type=kind, start=match.start(), end=match.end()))
    yield from taken
    for match in _UNTYPED.finditer(folded):
        reference = Reference(number=f"{match['n']}/{match['y']}", start=match.start(), end=match.end())
        likely = _MONTHS < int(match["n"]) <= _MOST_A_YEAR or match["sign"]
        if likely and not _overlaps(reference, taken):
            yield reference


# -- pairing -----------------------------------------------------------------------------------------------------------

_NAME_THEN_NUMBER = re.compile(r"\s?(?:,\s|\()?\s?(?:(?:so|no)\.?\s?:?\s?)?")
_NUMBER_THEN_NAME = re.compile(r"\s?\(\s?|\s(?:ve|on)\s")


def _merged(folded: str, instruments: list[Reference]) -> list[Reference]:
    """Join a name and the number beside it: "AI Act (Regulation (EU) 2024/1689)"."""
    merged: list[Reference] = []
    for instrument in instruments:
        last = merged[-1] if merged else None
        if last is None or last.end > instrument.start:
            merged.append(instrument)
            continue
        gap = folded[last.end : instrument.start]
        own_type = folded[instrument.start : instrument.start + 1].isalpha() and instrument.name is None
        if (
            last.name
            and instrument.number
            and not last.number
            and _NAME_THEN_NUMBER.fullmatch(gap)
            and ("(" in gap or not own_type)
        ):
            merged[-1] = replace(last, number=instrument.number, type=instrument.type or last.type, end=instrument.end)
        elif last.number and instrument.name and not last.name and _NUMBER_THEN_NAME.fullmatch(gap):
            merged[-1] = replace(
                last,
                name=instrument.name,
                words=instrument.words,
                jurisdiction=instrument.jurisdiction,
                end=instrument.end,
            )
        else:
            merged.append(instrument)
    return merged


_ADDRESS_THEN = re.compile(r"[\s,(]*(?:(?:of|in|under|from|cua|trong|tai|thuoc|theo|o|the|ban hanh kem theo)\s+)*")
_THEN_ADDRESS = re.compile(r"(?:'s)?[\s,:;()-]*(?:(?:thi|tai|o|trong|in|at|under|co)\s+)*")
_JOINED = re.compile(r"\s*,?\s*(?:(?:va|and|or|hoac|hay|den|to|&)\s+(?:the\s+)?)?")


def _paired(folded: str, addresses: list[FoundAddress], instruments: list[Reference]) -> Iterator[Reference]:
    """Give each address its instrument: the one beside it, that of the address it is joined to, or the nearest."""
    chosen: dict[int, tuple[Reference, bool]] = {}
    for index in reversed(range(len(addresses))):
        beside = _beside(folded, addresses[index], instruments)
        if beside is None and index + 1 in chosen:
            following = addresses[index + 1]
            same = following.start == addresses[index].start
            if same or _JOINED.fullmatch(folded, addresses[index].end, following.start):
                beside = chosen[index + 1][0] if same or chosen[index + 1][0].start >= following.end else None
        if beside is not None:
            chosen[index] = (beside, True)
    used = set()
    for index, address in enumerate(addresses):
        if (
            index not in chosen
            and index - 1 in chosen
            and _JOINED.fullmatch(folded, addresses[index - 1].end, address.start)
        ):
            chosen[index] = (chosen[index - 1][0], True)
        # A bare "section 4" is meant where the question names one instrument ("what does the MDR say in section 4?").
        meant = not address.weak or (len(instruments) == 1 and address.address.startswith("Section"))
        if index not in chosen and instruments and meant:
            later = [instrument for instrument in instruments if instrument.start >= address.end]
            earlier = [instrument for instrument in instruments if instrument.end <= address.start]
            free = [instrument for instrument in later if all(instrument is not given for given, _ in chosen.values())]
            nearest = free[:1] or earlier[-1:] or later[:1]
            if nearest:
                chosen[index] = (nearest[0], False)
        instrument, near = chosen.get(index, (None, False))
        if instrument is None:
            if not address.weak:
                yield Reference(address=address.address, start=address.start, end=address.end)
            continue
        used.add(id(instrument))
        start, end = (
            (min(address.start, instrument.start), max(address.end, instrument.end))
            if near
            else (address.start, address.end)
        )
        yield replace(instrument, address=address.address, start=start, end=end)
    for instrument in instruments:
        if id(instrument) not in used:
            yield instrument


def _beside(folded: str, address: FoundAddress, instruments: list[Reference]) -> Reference | None:
    """Return the instrument right after or right before an address; without a comma between is nearer."""
    after = next(
        (i for i in instruments if i.start >= address.end and _ADDRESS_THEN.fullmatch(folded, address.end, i.start)),
        None,
    )
    before = next(
        (i for i in instruments if i.end <= address.start and _THEN_ADDRESS.fullmatch(folded, i.end, address.start)),
        None,
    )
    if after and before:
        far_after, far_before = "," in folded[address.end : after.start], "," in folded[before.end : address.start]
        return before if far_after and not far_before else after
    return after or before
