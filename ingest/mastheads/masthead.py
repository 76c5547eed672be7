"""What the text of a document states about itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from kb.records import Authority, Kind


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
