"""The masthead of EU acts: type, number, authors, day, subject, short title, and the article on application."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from ingest.dates import parse_date
from ingest.mastheads.masthead import Masthead
from kb.number import canonical_number
from kb.records import Authority, Clause, Kind

_EU_ACT = re.compile(
    r"(?P<proposal>Proposal for an?\s+)?(?P<by>(?:COMMISSION|COUNCIL|Commission|Council)\s+)?(?:(?:DELEGATED"
    r"|IMPLEMENTING|Delegated|Implementing)\s+)?"
    r"(?P<type>REGULATION|DIRECTIVE|DECISION|RECOMMENDATION|Regulation|Directive|Decision)\s+"
    r"(?P<number>\((?:EU|EC|EEC)[^)]*\)\s+(?:No\s+)?\d+/\d+|\d+/\d+/(?:EU|EC|EEC))"
)
_AMENDS = re.compile(
    r",?\s+(?:and\s+)?(?:amending|repealing)\b.*?(?=\s*\([A-Z][^()]*(?:Act|Regulation|Directive)\)|$)", re.S
)
_SHORT = re.compile(r"\((?P<short>[A-Z][A-Za-z ]+ (?:Act|Regulation|Directive|Code))\)")


def read_european(text: str, head: Sequence[str], clauses: Sequence[Clause]) -> Masthead | None:
    at = next((i for i, line in enumerate(head[:40]) if _EU_ACT.match(line) and len(line) < 400), None)
    if at is None or not any(clause.kind == "article" for clause in clauses):
        return None
    match = _EU_ACT.match(head[at])
    assert match is not None
    lines: list[str] = []
    for line in head[at : at + 8]:
        if lines and re.match(r"\(Text with|THE EUROPEAN|THE COUNCIL|Having regard|REGULATION|DIRECTIVE", line):
            break
        lines.append(line)
    whole = " ".join(lines)
    if at + 1 < len(head) and len(lines) == 1 and not re.search(r"\bof \d", whole):
        following = next(
            (i for i in range(at + 1, min(at + 4, len(head))) if re.match(r"(?i)regulation|directive", head[i])), None
        )
        if following is not None:  # a short title stands above the full one
            return read_european(text, head[following:], clauses)
    joint = re.search(r"EUROPEAN PARLIAMENT AND OF THE COUNCIL", whole, re.I)
    issuer = (
        "European Parliament and Council"
        if joint
        else {"c": "European Commission"}.get((match["by"] or "")[:1].lower())
    )
    if match["by"] and match["by"].strip().lower() == "council":
        issuer = "Council of the European Union"
    dated = re.search(r"\bof (\d{1,2} [A-Z][a-z]+ \d{4})\s*(.*)$", whole, re.S)
    number = canonical_number(
        match.group().title().replace("(Eu)", "(EU)").replace("(Ec)", "(EC)")
    ) or canonical_number(match["number"])
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
