"""The cover of guidance, standards and reports: number, title, issuing body and day."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ingest.dates import parse_date
from ingest.mastheads.masthead import Masthead
from kb.number import canonical_number, find_numbers
from kb.records import Authority, Kind, SourceText

_BODIES = (
    (r"Medical Device Coordination Group|\bMDCG\b", "Medical Device Coordination Group", "EU"),
    (r"Food and Drug Administration|\bFDA\b", "U.S. Food and Drug Administration", "US"),
    (
        r"National Institute of Standards and Technology|\bNIST\b",
        "National Institute of Standards and Technology",
        "US",
    ),
    (r"World Health Organization", "World Health Organization", "INT"),
    (
        r"International Medical Device Regulators Forum|\bIMDRF\b",
        "International Medical Device Regulators Forum",
        "INT",
    ),
    (r"International Telecommunication Union|\bITU(?:-T)?\b", "International Telecommunication Union", "INT"),
    (
        r"\bOECD\b|Organisation for Economic Co-operation",
        "Organisation for Economic Co-operation and Development",
        "INT",
    ),
    (
        r"International Organization for Standardization|\bISO/IEC\b",
        "International Organization for Standardization",
        "INT",
    ),
    (
        r"Medicines (?:and|&) Healthcare products Regulatory Agency|\bMHRA\b",
        "Medicines and Healthcare products Regulatory Agency",
        "UK",
    ),
    (r"Health Sciences Authority", "Health Sciences Authority", "SG"),
    (r"Therapeutic Goods Administration", "Therapeutic Goods Administration", "AU"),
    (r"Health Canada", "Health Canada", "CA"),
    (r"Department for Science, Innovation and Technology|Department of Health and Social Care", "", "UK"),
    (r"European Commission", "European Commission", "EU"),
)
_UK = re.compile(r"Crown copyright|Presented to Parliament|Secretary of State for|gov\.uk")
_ISSUED_HERE = re.compile(
    r"^(?:This )?(?:document|guidance) (?:was )?(?:issued|published|adopted) on\s*:?\s*(?P<when>.{8,30})", re.I | re.M
)
_ISSUED = re.compile(
    r"^(?:issued|published|adopted|endorsed|date[d]?|date of issue)\s*(?:on|by [^:\n]{3,60} on)?\s*:?"
    r"\s+(?P<when>.{8,30})",
    re.I | re.M,
)
_DRAFT = re.compile(
    r"^(?:Draft (?:Guidance|for)|DRAFT\b|Draft$|.*\bdraft (?:guidance )?document is being distributed)", re.I
)
_GUIDANCE = re.compile(r"\bguidance\b|\bguideline|nonbinding recommendations|not legally binding", re.I)
_NOT_TITLE = re.compile(
    r"Contains Nonbinding|Guidance for Industry|Food and Drug Administration Staff$|Document issued|Page \d"
    r"|\d+$|[_\-=\s]+$|https?://"
    r"|Medical Devices?$|.*Coordination Group Document|MDCG \d|(?:January|February|March|April|May|June|July"
    r"|August|September"
    r"|October|November|December)\s+\d{4}|This document|For questions|Joint .* and$",
    re.I,
)


def read_guidance(source: SourceText, head: Sequence[str]) -> Masthead:
    """Return what a cover states; what the running text says of other documents does not count."""
    words = "\n".join(head)[:4000]
    top = "\n".join(head[:40])
    number, standard = _own_number(head, words)
    bodies = sorted((m.start(), name, place) for pattern, name, place in _BODIES if (m := re.search(pattern, top)))
    issuer, jurisdiction = (bodies[0][1] or None, bodies[0][2]) if bodies else (None, None)
    if _UK.search(words) and jurisdiction is None:
        jurisdiction = "UK"
    guidance = bool(_GUIDANCE.search(words[:3000]))
    draft = any(_DRAFT.match(line) for line in head[:25])
    kind = Kind.STANDARD if standard else Kind.APPRAISAL_GUIDANCE if guidance and bodies else None
    authority = Authority.STANDARD if standard else Authority.GUIDANCE if guidance else None
    stated = [m for pattern in (_ISSUED_HERE, _ISSUED) for m in pattern.finditer(words) if parse_date(m["when"])]
    return Masthead(
        number=number,
        title=_guidance_title(head, number),
        issuer=issuer,
        issued=parse_date(stated[0]["when"]) if stated else None,
        kind=kind,
        authority=Authority.DRAFT if draft else authority,
        jurisdiction=jurisdiction,
    )


def _own_number(head: Sequence[str], words: str) -> tuple[str | None, bool]:
    """Return the document's own number and whether it is that of a standard.

    Its own is one that makes a line of the cover, or the docket to send comments to; a number in a sentence is
    another's.
    """
    for line in head[:40]:
        found = find_numbers(line)
        if (
            found
            and found[0].start == 0
            and len(line) - found[0].end <= 15
            and found[0].type in ("guidance", "standard")
        ):
            return found[0].canonical, found[0].type == "standard"
    docket = re.search(
        r"docket\s+(?:number|no\.?)\s*:?\s*(?P<docket>FDA-\d{4}-[A-Z]-\d+)", " ".join(words.split()), re.I
    )
    return (docket["docket"] if docket else None), False


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
