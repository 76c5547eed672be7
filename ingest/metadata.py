"""What is known of a document as a whole, from its content alone: never from the name of its file.

Three witnesses, in this order: our own front matter, the text itself (masthead and clause on effect), other headers
(information tables, foreign front matter, HTML meta). Where a header and the text disagree, the text wins. What nobody
states stays None.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum
from typing import TypeVar

from ingest.dates import parse_date
from ingest.mastheads import Masthead, codified_instrument, read_masthead
from ingest.stated import foreign_values, is_file_name, own_values
from kb.language import text_language
from kb.number import canonical_number, number_key
from kb.records import Audience, Authority, BlockKind, Clause, Kind, Metadata, SourceText

# FDA ends the titles of its guidance with those whom it addresses.
_AUDIENCE = re.compile(r"\s*:\s*Guidance for Industry(?: and Food and Drug Administration Staff)?$")
_Word = TypeVar("_Word", bound=StrEnum)


def read_metadata(source: SourceText, clauses: Sequence[Clause]) -> Metadata:
    """Return what the content states; every field that it does not state is None or ()."""
    own = own_values(source.properties)
    foreign = foreign_values(source.properties)
    language = own.get("language") if own.get("language") in ("vi", "en") else text_language(source.text)
    head = read_masthead(source, clauses, language=language)
    number = head.number or _number(foreign.get("number"))
    if head.number and foreign.get("number") and number_key(foreign["number"]) != number_key(head.number):
        foreign = {}  # a header for another instrument
    if head.about and number in head.about and number is not None:
        head = replace(
            codified_instrument(source.text, number),
            about=tuple(n for n in head.about if n != number),
            jurisdiction="VN",
        )
    found = Metadata(
        title=_title(source, head, foreign),
        number=number,
        kind=head.kind,
        authority=head.authority,
        jurisdiction=head.jurisdiction,
        language=language,
        issuer=head.issuer or foreign.get("issuer"),
        issued=head.issued or parse_date(foreign.get("issued", "")),
        effective=head.effective or parse_date(foreign.get("effective", "")),
        expires=parse_date(foreign.get("expires", "")),
        url=foreign.get("url"),
        about=head.about,
        aliases=head.aliases,
    )
    return _overridden(found, own)


def _number(stated: str | None) -> str | None:
    return (canonical_number(stated) or stated) if stated else None


def _title(source: SourceText, head: Masthead, foreign: dict[str, str]) -> str | None:
    """Return the title: as the masthead of an act composes it, else stated, else the first heading, else the first
    lines.
    """
    stated = [foreign.get("title"), _with_type(foreign.get("subject"), foreign.get("type"))]
    headings = [
        " ".join(source.text[block.start : block.end].split())
        for block in source.blocks[:12]
        if block.kind is BlockKind.HEADING and block.level == 1
    ]
    act = head.kind is Kind.REGULATION and head.title
    candidates = (
        [head.title, *stated] if act else [*stated, head.title, *headings[:1], source.properties.get("html.title")]
    )
    if head.jurisdiction == "VN" and not act:
        candidates = [head.title, *stated, *headings[:1]]
    return next((_AUDIENCE.sub("", title.strip()) for title in candidates if title and not is_file_name(title)), None)


def _with_type(subject: str | None, type_name: str | None) -> str | None:
    if not subject:
        return None
    return f"{type_name} {subject[:1].lower()}{subject[1:]}" if type_name else subject


def _overridden(found: Metadata, own: dict[str, str]) -> Metadata:
    """Return `found` with the values of our own front matter in place."""
    if not own:
        return found
    return replace(
        found,
        title=own.get("title", found.title),
        number=_number(own.get("number")) or found.number,
        kind=_word(Kind, own.get("kind")) or found.kind,
        authority=_word(Authority, own.get("authority")) or found.authority,
        jurisdiction=own.get("jurisdiction", found.jurisdiction),
        audience=_word(Audience, own.get("audience")),
        licence=own.get("licence"),
        issuer=own.get("issuer", found.issuer),
        issued=parse_date(own.get("issued", "")) or found.issued,
        effective=parse_date(own.get("effective", "")) or found.effective,
        expires=parse_date(own.get("expires", "")) or found.expires,
        checked=parse_date(own.get("checked", "")),
        review_due=parse_date(own.get("review-due", "")),
        url=own.get("url", found.url),
        pair=own.get("pair"),
        about=tuple(canonical_number(item) or item for item in _list(own.get("about"))) or found.about,
        aliases=_list(own.get("aliases")) or found.aliases,
    )


def _word(words: type[_Word], value: str | None) -> _Word | None:
    """Return the member of `words` that `value` names, None for any other value."""
    return next((word for word in words if value and word.value == value.strip().lower()), None)


def _list(value: str | None) -> tuple[str, ...]:
    """Return the items of a comma separated list.

    >>> _list("134/2025/QH15, 98/2021/NĐ-CP")
    ('134/2025/QH15', '98/2021/NĐ-CP')
    """
    return tuple(item.strip(" \"'") for item in re.split(r"[,;\n]", (value or "").strip("[] ")) if item.strip(" \"'"))
