"""Opening sources beside the conversation, as the page's handlers do it: a clause whole, and the contents list.

Handlers check all that they are given: Gradio's functions can be called without the page.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from kb.base import KnowledgeBase
from kb.errors import KnowledgeBaseError, NotInBase
from kb.records import Answer, Citation, ClauseView, Document, Outcome, Verdict
from kb.verify import check_quote
from ui import conversation, panel
from ui.contents import Contents
from ui.parts import place, span_of, whole_number
from ui.rights import readable
from ui.texts import Texts

Span = tuple[int, int]
MOST_TREES = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """What a link to a clause names; `version` None is the one that is current."""

    document: str
    address: str
    version: int | None
    span: Span | None


class Opening:
    """The handlers of one language. Holds the base and the words, no visitor's data."""

    def __init__(self, base: KnowledgeBase, texts: Texts) -> None:
        self.base = base
        self.texts = texts
        self._contents = lru_cache(MOST_TREES)(self._read_contents)

    def open(self, told: dict[str, Any], kept: object) -> tuple[str, str]:
        """Return the source panel for what a link names, and what screen readers announce.

        A quote that the conversation (`kept`) cites is compared with the library again: the browser kept the
        citation, the library holds the truth.
        """
        link = read_link(told)
        if link is None:
            return self._failed(self.texts("panel_bad_link"))
        cited = conversation.cited(
            conversation.load(kept), document=link.document, version=link.version, span=link.span
        )
        return self._opened(link, cited)

    def first_source(self, answer: Answer) -> str | None:
        """Return the panel for the first source of an answer, None where it has none."""
        if answer.outcome != Outcome.ANSWERED or not answer.citations:
            return None
        citation = answer.citations[0]
        link = Link(
            document=citation.document,
            address=citation.address,
            version=citation.version,
            span=(citation.start, citation.end),
        )
        return self._opened(link, citation)[0]

    def close(self) -> tuple[str, str]:
        """Return the empty panel."""
        return panel.empty(self.texts), ""

    def branch(self, told: dict[str, Any]) -> dict[str, Any] | None:
        """Return a part of a document's contents list for page.js to put in its place, None where there is none.

        {"document", "version", "of": the clause beneath which it belongs or None for the whole list, "after", "html"}.
        """
        document, version = told.get("document"), whole_number(told.get("version"))
        if not isinstance(document, str) or version is None:
            return None
        try:
            found = self._readable(document, version)
        except KnowledgeBaseError:
            return None
        contents = self._contents(found.id, found.version)
        of, after = whole_number(told.get("of")), whole_number(told.get("after")) or 0
        whole = of is None and not after
        html = contents.path_to(whole_number(told.get("position"))) if whole else contents.branch(of, after)
        # Each is shown again though it be the same: the browser heeds changed values only.
        parts = {"document": document, "version": version, "of": of, "after": after, "html": html}
        return {**parts, "moment": time.monotonic_ns()}

    def _read_contents(self, document: str, version: int) -> Contents:
        """The clause tree of a version, which never changes: the last few are kept, readers unfold many branches."""
        found = self.base.document(document, version)
        return Contents(found, self.base.tree(document, version), self.base.library.text(document, version), self.texts)

    def _opened(self, link: Link, citation: Citation | None) -> tuple[str, str]:
        try:
            view = self._view(link)
        except KnowledgeBaseError as error:
            return self._failed(error.message(self.texts.language))
        verdict = None if citation is None else _verdict(citation, view)
        currency = self.base.currency(view.document)
        html = panel.opened(view, self.texts, span=link.span, verdict=verdict, currency=currency)
        title = view.document.metadata.title or self.texts("untitled")
        where = place(view.clause.address, title)
        # The browser heeds changed values only; this one must be shown again.
        return f"{html}<!-- {time.monotonic_ns()} -->", self.texts("panel_opened", title=title, address=where)

    def _view(self, link: Link) -> ClauseView:
        """A clause that any visitor may read. Raises NotInBase as if others did not exist."""
        return self.base.clause(link.document, link.address, self._readable(link.document, link.version).version)

    def _readable(self, document: str, version: int | None) -> Document:
        found = self.base.document(document, version)
        if not readable(found):
            raise NotInBase(Texts("en")("not_here"), Texts("vi")("not_here"))
        return found

    def _failed(self, message: str) -> tuple[str, str]:
        return panel.failed(message, self.texts), message


def _verdict(citation: Citation, view: ClauseView) -> Verdict:
    inside = view.text[max(citation.start - view.clause.start, 0) : max(citation.end - view.clause.start, 0)]
    found = check_quote(citation.quote, inside)
    return citation.verdict if found == Verdict.VERBATIM else found


def read_link(told: dict[str, Any]) -> Link | None:
    """Return what the query of a link names, None where it is no link to a clause.

    >>> read_link({"document": "a", "address": "Điều 1", "version": "2", "quote": "3-9"})
    Link(document='a', address='Điều 1', version=2, span=(3, 9))
    >>> read_link({"document": "a", "address": "Điều 1", "version": "x"}), read_link({"document": 3})
    (None, None)
    """
    document, address, version = told.get("document"), told.get("address"), whole_number(told.get("version"))
    if not isinstance(address, str) or not isinstance(document, str) or (version is None and told.get("version")):
        return None
    return Link(document=document, address=address, version=version, span=span_of(told.get("quote")))
