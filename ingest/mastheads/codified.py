"""Codified texts (Pháp điển), in which a note above each article names the instrument that it comes from."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace

from ingest.dates import parse_date
from ingest.mastheads.masthead import Masthead
from kb.number import canonical_number
from kb.records import Authority, Kind

_SOURCE_NOTE = re.compile(
    r"\(\s*Điều\s+[\w.]+\s+(?P<type>Bộ luật|Luật|Pháp lệnh|Nghị định|Nghị quyết|Thông tư liên tịch|Thông tư|Quyết định)"
    r"\s+số\s+"
    r"(?P<number>[^\s,()]+)(?:\s+(?P<title>[^()]*?)\s+ngày\s+(?P<issued>\d{1,2}/\d{1,2}/\d{4})\s+của"
    r"\s+(?P<issuer>[^,()]+?))?"
    r"\s*,\s*có hiệu lực thi hành kể từ ngày\s+(?P<effective>\d{1,2}/\d{1,2}/\d{4})\s*\)"
)


def read_codified(text: str) -> Masthead | None:
    """Return what the source notes of a codified text state, None for a text without them.

    Where all notes name one instrument the text is that instrument, whatever a header says; where they name several,
    their numbers are returned as `about` and the rest stays open.
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
