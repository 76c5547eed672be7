"""The contents list beside the source panel: a document's whole clause tree, a branch at a time.

A code of law has thousands of clauses; the browser gets the branches on the way to the open clause, and any other when
a reader unfolds it. Everything that comes from a document goes through `escape`.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from kb.records import Clause, Document
from ui.parts import clause_link, place, shortened
from ui.texts import Texts

MOST = 200
"""Clauses of one branch sent at once."""
LONGEST_NAME = 90


class Contents:
    """The clause tree of one version of a document."""

    def __init__(self, document: Document, clauses: Sequence[Clause], text: str, texts: Texts) -> None:
        self.document = document
        self.text = text
        self.texts = texts
        self.clauses = {clause.position: clause for clause in clauses}
        self.children: dict[int | None, list[Clause]] = {}
        for clause in clauses:
            self.children.setdefault(clause.parent, []).append(clause)

    def path_to(self, position: int | None) -> str:
        """Return the list from its top, unfolded down to the clause at `position`, which is marked as the open one."""
        open_ones: set[int | None] = {None}
        at = self.clauses.get(position) if position is not None else None
        while at is not None:
            open_ones.add(at.position)
            at = self.clauses.get(at.parent) if at.parent is not None else None
        return self._branch(None, 0, position, open_ones - {position})

    def branch(self, parent: int | None, after: int) -> str:
        """Return the clauses beneath the one at `parent` (None: the top), from the one numbered `after`."""
        return self._branch(parent, after, None, set())

    def _branch(self, parent: int | None, after: int, current: int | None, unfolded: set[int | None]) -> str:
        found = self.children.get(parent, [])
        way = [at for at, clause in enumerate(found) if clause.position in unfolded or clause.position == current]
        end = max([after + MOST, *(at + MOST // 2 for at in way)])
        items = "".join(self._item(clause, current, unfolded) for clause in found[after:end])
        if end < len(found):
            of = "" if parent is None else parent
            name = escape(self.texts("more_clauses", count=len(found) - end))
            items += f'<li class="more"><button type="button" data-of="{of}" data-after="{end}">{name}</button></li>'
        return f"<ul>{items}</ul>"

    def _item(self, clause: Clause, current: int | None, unfolded: set[int | None]) -> str:
        document, language = self.document, escape(self.document.metadata.language or "")
        link = clause_link(self.texts, document=document.id, address=clause.address, version=document.version)
        name = self._name(clause)
        here = ' aria-current="true"' if clause.position == current else ""
        anchor = (
            f'<a class="clause" lang="{language}" data-position="{clause.position}"{here} href="{escape(link)}">'
            f"{escape(name)}</a>"
        )
        if clause.position not in self.children:
            return f"<li>{anchor}</li>"
        unfold = clause.position in unfolded
        inner = self._branch(clause.position, 0, current, unfolded) if unfold else ""
        said = escape(self.texts("clauses_of", name=name))
        button = (
            f'<button type="button" class="fold" aria-expanded="{"true" if unfold else "false"}"'
            f' data-of="{clause.position}" aria-label="{said}"></button>'
        )
        return f"<li>{button}{anchor}{inner}</li>"

    def _name(self, clause: Clause) -> str:
        """A clause's label and heading, or its first words where it has none."""
        label = clause.label.rstrip(".:) ")
        words = clause.heading
        if not words:
            start = clause.start + (len(clause.label) if self.text.startswith(clause.label, clause.start) else 0)
            words = " ".join(self.text[start : min(clause.end, start + 2 * LONGEST_NAME)].split())
        words = shortened(words, LONGEST_NAME)
        name = f"{label}. {words}" if label and words != label else words or label
        return name or place(clause.address, self.document.metadata.title or "")
