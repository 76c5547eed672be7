"""Whether a passage answers a question or merely is about the same: what decides `answered` against `not in the base`.

Measured by leaving out (kb.leave_one_out): a question whose passage is taken from the shelf must be refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kb.expected import Expected, holds
from kb.search import Found

NAMED_IS_KNOWN = 0.6
BACKGROUND = slice(4, 20)
"""Ranks whose mean score says what passages reach that are merely about the same."""
LEAST_BACKGROUND = 0.35
"""What a passage scores that shares a name with the question and no more: the background is never less, so that one
mention of a rare name does not stand out by itself. Stands in for ranks that a small shelf does not have."""
STANDS_OUT = 1.5
"""How much a passage's lead over the background counts beside its score; docs/retrieval.md."""
LEAST_EVIDENCE = {True: 0.9, False: 0.68}
"""Evidence below which a passage does not answer, by whether it is in the question's language; docs/retrieval.md."""
LACKING = 1.15
"""How much more is asked of a passage that does not hold the kind of thing asked for, such as a date."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Judges whether a passage says enough of what a question asks to be quoted as its answer.

    A passage that answers scores high and stands out from the many that are merely about the same: its evidence is its
    score and, STANDS_OUT times, its lead over them. `language` is the question's; `background` the mean score of the
    passages behind the best; `kind` what an answer must hold.
    """

    language: str
    background: float
    kind: Expected | None = None

    @classmethod
    def of(cls, found: Sequence[Found], language: str, kind: Expected | None = None) -> Evidence:
        """Return the judge of what a search found, best first.

        Of a work found in both languages only the question's counts: its twin is no other passage about the same.
        """
        own = {item.passage.metadata.pair for item in found if item.passage.language == language} - {None}
        twin = (item.passage.language != language and item.passage.metadata.pair in own for item in found)
        scores = [item.unaided for item, dropped in zip(found, twin, strict=True) if not dropped][BACKGROUND]
        wanting = (BACKGROUND.stop - BACKGROUND.start) - len(scores)
        total = sum(scores) + LEAST_BACKGROUND * wanting
        return cls(language, max(LEAST_BACKGROUND, total / (BACKGROUND.stop - BACKGROUND.start)), kind)

    def weigh(self, item: Found) -> float:
        """Return the evidence that a passage answers, of which 1 is just enough.

        Of an instrument that the question names, less will do: that it is asked about is already known.
        """
        enough = LEAST_EVIDENCE[item.passage.language == self.language]
        if item.named:
            enough *= NAMED_IS_KNOWN
        if self.kind is not None and not holds(self.kind, item.passage.text):
            enough *= LACKING
        return (item.unaided + STANDS_OUT * (item.unaided - self.background)) / enough

    def speaks(self, item: Found) -> bool:
        """Return whether the passage may be quoted."""
        return self.weigh(item) >= 1.0
