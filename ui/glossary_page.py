"""The glossary as the page shows it: its entries by topic, or what a reader looked up. Pure functions of records."""

from __future__ import annotations

from dataclasses import dataclass

from kb.glossary import TOPICS, Entry, Glossary
from kb.language import fold
from ui.texts import Texts

MOST_FOUND = 60


@dataclass(frozen=True, slots=True)
class Group:
    """Entries under one heading."""

    id: str
    name: str
    entries: tuple[Entry, ...]

    @property
    def size(self) -> int:
        """How many entries there are."""
        return len(self.entries)


def groups(glossary: Glossary, words: str, texts: Texts) -> list[Group]:
    """Return what `words` call for, best first; every entry by topic and term for no words at all."""
    if words:
        found = [Group("found", texts("glossary_results"), glossary.look_up(words, MOST_FOUND))]
    else:
        found = [
            Group(topic, names[texts.language == "vi"], _in_order(glossary, topic, texts.language))
            for topic, names in TOPICS.items()
        ]
    return [group for group in found if group.entries]


def _in_order(glossary: Glossary, topic: str, language: str) -> tuple[Entry, ...]:
    own = (entry for entry in glossary.entries if entry.topic == topic)
    return tuple(sorted(own, key=lambda entry: fold(entry.term(language))))


def given(entry: Entry | None) -> dict[str, str]:
    """Return the fields of a proposal as they stand before anybody writes: those of `entry`, or empty."""
    if entry is None:
        return {"term": "", "en": "", "vi": "", "reason": ""}
    return {"term": entry.id, "en": entry.en, "vi": entry.vi, "reason": ""}
