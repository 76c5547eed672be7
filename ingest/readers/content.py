"""The document on a web page, told from the site around it by where the text is dense and what looks like law.

From the page's body downwards: where one child holds most of the text and nothing that stands beside it looks like a
part of the document, only that child is read on. Prose counts by its length, links hardly, lines that open units of
an act much.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from ingest.readers.assemble import Piece
from ingest.readers.lines import begins_unit

_NAMED_UNIT = re.compile(
    r"(?:điều|chương|mục|phần|phụ\s+lục|mẫu\s+số|article|chapter|section|title|part|annex|appendix|schedule|recital)\b",
    re.IGNORECASE,
)
# What else only acts hold: their letterhead, opening words and signatures.
_LEGAL = re.compile(
    r"cộng\s*h[oò][aà]\s*xã\s*hội\s*chủ\s*nghĩa|(?:luật\s+)?số\s*:\s*\d|căn\s+cứ\s|nơi\s+nhận\s*:|(?:tm|kt)\.\s*\w|having\s+regard"
    r"|whereas\b|done\s+at\s|(?:regulation|directive)\s+\(e[uc]\)|^\(\d+\)\s|socialist\s+republic",
    re.IGNORECASE,
)
_VIETNAMESE = re.compile("[ăđơưĂĐƠƯ\u1ea0-\u1ef9]")
_MARK_WORTH = 150
_PLENTY = 5


@dataclass(frozen=True, slots=True)
class Found:
    """A block found on a page: the element that holds it, its piece, and how much of its text is links elsewhere."""

    element: Any
    piece: Piece
    linked: int = 0

    @property
    def prose(self) -> int:
        """Characters of running text: none for short scraps and for blocks that are mostly links."""
        length = len(self.piece.text)
        return length - self.linked if length >= 25 and self.linked < 0.5 * length else 0

    @property
    def is_legal(self) -> bool:
        text = self.piece.text
        if self.linked > 0.5 * len(text):
            return False
        return bool(_LEGAL.match(text)) or (bool(_NAMED_UNIT.match(text)) and begins_unit(text))


@dataclass(slots=True)
class _Share:
    """What one element holds of the page."""

    prose: int = 0
    legal: int = 0
    letters: int = 0
    vietnamese: int = 0
    items: list[Found] = field(default_factory=list)

    @property
    def score(self) -> int:
        return self.prose + _MARK_WORTH * self.legal

    def speaks_like(self, other: _Share) -> bool:
        return (self.vietnamese > 0.03 * self.letters) == (other.vietnamese > 0.03 * other.letters)


def main_content(body: Any, found: Sequence[Found]) -> list[Found]:
    """Return those blocks of a page that belong to its document, in order."""
    shares = _shares(body, found)
    chosen = body
    while True:
        children = [(child, shares[child]) for child in chosen if child in shares]
        if not children:
            break
        best, most = _main(children)
        beside = [share for child, share in children if child is not best]
        direct = [item for item in shares[chosen].items if item.element is chosen]
        if best.tag in ("p", "table") and any(item.element is best for item in most.items):
            break
        if any(not _may_go(share, most) for share in beside) or any(item.is_legal for item in direct):
            break
        chosen = best
    return _without_link_lists(shares[chosen].items) if chosen in shares else []


def _main(children: Sequence[tuple[Any, _Share]]) -> tuple[Any, _Share]:
    """Return the child that holds most; of two language versions side by side the first, which is the page's own."""
    best = max(children, key=lambda pair: pair[1].score)
    for child, share in children:
        if share is best[1]:
            break
        if share.legal >= _PLENTY and share.score > 0.4 * best[1].score and not share.speaks_like(best[1]):
            return child, share
    return best


def _may_go(share: _Share, main: _Share) -> bool:
    """Tell whether what stands beside the main part is the site's: no marks of an act, or another language."""
    if share.score == 0:
        return True
    if not share.speaks_like(main) and main.legal >= _PLENTY:
        return True
    if main.legal >= _PLENTY:
        return share.legal == 0
    return share.score < 0.12 * main.score


def _shares(body: Any, found: Sequence[Found]) -> dict[Any, _Share]:
    shares: dict[Any, _Share] = defaultdict(_Share)
    for item in found:
        text = item.piece.text
        vietnamese, prose, legal = len(_VIETNAMESE.findall(text)), item.prose, item.is_legal
        element = item.element
        while element is not None:
            share = shares[element]
            share.items.append(item)
            share.prose += prose
            share.legal += legal
            share.letters += len(text)
            share.vietnamese += vietnamese
            if element is body:
                break
            element = element.getparent()
    return shares


def _without_link_lists(items: Sequence[Found]) -> list[Found]:
    """Drop runs of blocks that are nothing but links: related documents, menus left inside the document."""
    kept: list[Found] = []
    run: list[Found] = []
    for item in items:
        if item.linked > 0.6 * len(item.piece.text) and not item.is_legal:
            run.append(item)
            continue
        kept += run if len(run) < 3 else []
        run = []
        kept.append(item)
    return kept + (run if len(run) < 3 else [])
