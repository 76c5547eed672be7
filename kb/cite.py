"""Citations as official texts write them: "điểm a khoản 2 Điều 9 Luật số 134/2025/QH15", "Article 6(1) of ..."."""

from __future__ import annotations

import re

from kb.address import parse_address, shown
from kb.language import ENGLISH, VIETNAMESE
from kb.number import find_numbers
from kb.records import Metadata

_TYPES = {
    # The types of kb.number, as Vietnamese law names them and as English writes of it.
    "law": ("Luật", "Law"),
    "ordinance": ("Pháp lệnh", "Ordinance"),
    "decree": ("Nghị định", "Decree"),
    "circular": ("Thông tư", "Circular"),
    "joint circular": ("Thông tư liên tịch", "Joint Circular"),
    "resolution": ("Nghị quyết", "Resolution"),
    "decision": ("Quyết định", "Decision"),
    "directive": ("Chỉ thị", "Directive"),
    "consolidated text": ("Văn bản hợp nhất", "Consolidated Text"),
}
_TITLED = (
    "Bộ luật", "Luật", "Pháp lệnh", "Nghị quyết", "Nghị định", "Thông tư liên tịch", "Thông tư", "Quyết định",
    "Chỉ thị",
)  # fmt: skip
_OF_VIET_NAM = re.compile(r"^\d+(/\d{4})?[-/]\w", re.ASCII)
_IN_ANNEX = re.compile(r"((?:Annex|Appendix) [^ ]+) (.+)")


def cite(metadata: Metadata, address: str) -> str:
    """Return the citation of a clause as an official text in the document's language writes it.

    A document without a number is cited by its title.

    >>> cite(Metadata(number="134/2025/QH15", title="Luật Trí tuệ nhân tạo", language="vi"), "Điều 9 khoản 2 điểm a")
    'điểm a khoản 2 Điều 9 Luật số 134/2025/QH15'
    >>> act = Metadata(number="Regulation (EU) 2024/1689", title="Artificial Intelligence Act", language="en")
    >>> cite(act, "Article 6(1)(a)"), cite(act, "Annex III point 5(b)")
    ('Article 6(1)(a) of Regulation (EU) 2024/1689', 'point 5(b) of Annex III to Regulation (EU) 2024/1689')
    >>> cite(Metadata(number="98/2021/NĐ-CP", language="en"), "Article 2(1)")
    'Article 2(1) of Decree No. 98/2021/NĐ-CP'
    >>> cite(Metadata(title="Ghi chú A", language="vi"), "Ghi chú A / Ai được tham gia")
    'mục “Ai được tham gia”, Ghi chú A'
    >>> cite(Metadata(title="Note C", language="en"), "Note C / What Decree 98/2021/NĐ-CP is")
    '“What Decree 98/2021/NĐ-CP is”, Note C'
    >>> guide = Metadata(title="Guide B", language="en")
    >>> cite(guide, "Section 4.2"), cite(guide, "Guide B")
    ('Section 4.2 of Guide B', 'Guide B')
    """
    language = metadata.language if metadata.language == VIETNAMESE else ENGLISH
    name = instrument(metadata)
    title = metadata.title or ""
    place = shown(address.removeprefix(f"{title} / ")) if title else shown(address)
    if not place or place in (title, name):
        return name
    if language == VIETNAMESE:
        return f"mục “{place}”, {name}" if _is_heading(address) else f"{place} {name}"
    if _is_heading(address):
        return f"“{place}”, {name}"
    in_annex = _IN_ANNEX.fullmatch(place)
    if in_annex:
        return f"{in_annex[2][0].lower()}{in_annex[2][1:]} of {in_annex[1]} to {name}"
    return f"{place} {'to' if place.startswith(('Annex', 'Appendix')) else 'of'} {name}"


def instrument(metadata: Metadata) -> str:
    """Return how an official text names the document: type and number, else its title.

    >>> instrument(Metadata(number="142/2026/NĐ-CP", title="Nghị định quy định chi tiết", language="vi"))
    'Nghị định số 142/2026/NĐ-CP'
    >>> instrument(Metadata(number="MDCG 2019-11 rev.1", language="en"))
    'MDCG 2019-11 rev.1'
    """
    number, title = metadata.number, metadata.title or ""
    if number is None:
        return title or "?"
    if not _OF_VIET_NAM.match(number):
        return number
    kinds = [found.type for found in find_numbers(number)]
    words = _TYPES.get(kinds[0] or "") if kinds else None
    if metadata.language == VIETNAMESE:
        stated = next((word for word in _TITLED if title.casefold().startswith(word.casefold())), None)
        word = stated or (words[0] if words else None)
        return f"{word} số {number}" if word else number
    return f"{words[1]} No. {number}" if words else number


def _is_heading(address: str) -> bool:
    """Whether the place is named by a heading's words rather than by a number."""
    return parse_address(address) is None
