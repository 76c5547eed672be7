"""The plain pages beside the chat: library, reader, catalogue, glossary, desk. Each handler asks the base and fills a
template; what a page shows is worked out in the modules named for it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from datetime import date
from urllib.parse import urlencode, urlsplit

from fastapi import FastAPI
from markupsafe import Markup
from starlette.responses import Response
from starlette.routing import Route

from kb import glossary
from kb.base import KnowledgeBase
from kb.catalogue import Source, fetchable, text_of
from kb.currency import Currency
from kb.errors import KnowledgeBaseError, NotInBase, UsageError
from kb.holdings import Holding, holdings
from kb.language import other_language
from kb.proposals import LONGEST_REASON, LONGEST_TERM
from kb.records import Authority, Clause, Document, Hit
from kb.sources import last_fetches
from kb.validity import validity
from ui import catalogue_page, glossary_page, library_page, reader_page
from ui.catalogue_page import Row
from ui.jobs import FetchJob
from ui.parts import concern_badges, place, span_of
from ui.reader_page import Chosen, Readings
from ui.reading import Reading, Span, named
from ui.rights import Pace, readable, readable_only
from ui.site import Refused, Visit, fill, for_curators, icon, path, root_of, served, static_response, word
from ui.texts import Texts

MISSING_SHOWN = 12
PROPOSALS_A_PERSON = 10
PROPOSALS_SECONDS = 3600.0
SOON_DAYS = 60
MOST_TERMS = 12


def add_pages(app: FastAPI, base: KnowledgeBase, job: FetchJob | None = None) -> None:
    """Put the pages on `app`. To be called before anything is mounted at their addresses."""
    pages = _Pages(base, job or FetchJob(base))
    gets: dict[str, Callable[[Visit], Response]] = {
        "library": pages.library,
        "library/{document}": pages.reader,
        "catalogue": pages.catalogue,
        "catalogue/{source}": pages.source,
        "fetching": pages.fetching,
        "glossary": pages.glossary,
        "glossary/propose": pages.propose_form,
        "glossary/thanks": pages.thanks,
        "desk": pages.desk,
    }
    posts: dict[str, Callable[[Visit], Response]] = {
        "catalogue/fetch-core": pages.fetch_core,
        "catalogue/{source}/fetch": pages.fetch_one,
        "fetching/stop": pages.stop,
        "glossary/propose": pages.propose,
        "desk/checked": pages.mark_checked,
    }
    for methods, handlers in ((["GET", "HEAD"], gets), (["POST"], posts)):
        for step, handler in handlers.items():
            app.router.routes.append(Route(f"/{{language}}/{step}", served(handler), methods=methods))
    for section in ("library", "catalogue", "fetching", "glossary", "desk"):
        app.router.routes.append(Route(f"/{{language}}/{section}/{{rest:path}}", served(_elsewhere), methods=["GET"]))
    app.router.routes.append(Route("/static/{name}", static_response))
    for name in ("/icon.svg", "/favicon.ico"):
        app.router.routes.append(Route(name, icon))


class _Pages:
    """The handlers. Holds the base and what all visitors share, no visitor's data."""

    def __init__(self, base: KnowledgeBase, job: FetchJob) -> None:
        self.base = base
        self.job = job
        self.readings = Readings(base)
        self.pace = Pace(PROPOSALS_A_PERSON, PROPOSALS_SECONDS)
        self._held: tuple[object, dict[str, Holding]] = (None, {})
        self._holding = threading.Lock()

    # -- the library

    def library(self, visit: Visit) -> Response:
        texts, words = visit.texts, visit.asked("q")
        documents = readable_only(self.base.documents())
        items = library_page.items(documents, self.base.currency)
        chosen = {facet: visit.asked(facet) for facet in library_page.FACETS}
        shelf = library_page.shelf(items, chosen, words, texts, visit.number("page") or 1)
        top = library_page.PASSAGES_ASKED_NARROWED if any(chosen.values()) else library_page.PASSAGES_ASKED
        passages, trouble = self._inside(words, shelf.ids, top, texts) if words else ([], "")
        missing = self._missing(chosen, words, documents, texts)

        def address(page: int) -> str:
            return urlencode({name: value for name, value in {**chosen, "q": words, "page": page}.items() if value})

        return visit.page(
            "library.html",
            shelf=shelf,
            words=words,
            chosen=chosen,
            passages=passages,
            trouble=trouble,
            missing=missing[:MISSING_SHOWN],
            missing_count=len(missing),
            turned=address,
            place=place,
            excerpt=library_page.excerpt,
            translated=lambda item: library_page.translated_title(item, texts),
            badges_of=lambda item: library_page.badges_of(item.document, item.currency, texts),
        )

    def _inside(self, words: str, ids: frozenset[str], top: int, texts: Texts) -> tuple[list[Hit], str]:
        """The best passages for `words` in the documents `ids`, or why there are none."""
        if not self.base.ready:
            error = self.base.loading_error
            return [], error.message(texts.language) if error else texts("inside_loading")
        try:
            hits = self.base.search(words, top=top)
        except KnowledgeBaseError as error:
            return [], error.message(texts.language)
        inside = library_page.literal_first((hit for hit in hits if hit.document in ids), words)
        return inside[: library_page.MOST_PASSAGES], ""

    def _missing(self, chosen: dict[str, str], words: str, documents: Sequence[Document], texts: Texts) -> list[Row]:
        """The sources of the catalogue whose text the base does not hold, narrowed as the documents are."""
        if chosen["status"] or chosen["year"]:
            return []
        wanted = {key: chosen[key] for key in ("kind", "jurisdiction", "language")} | {"held": "missing"}
        rows = catalogue_page.listing(self._rows(texts, documents), wanted, words, texts).rows
        authority = chosen["authority"]
        return [row for row in rows if not authority or row.source.authority.value == authority]

    # -- the reader

    def reader(self, visit: Visit) -> Response:
        texts = visit.texts
        reading = self.readings.open(visit.step("document"), visit.number("version"))
        document = reading.document
        address, span = visit.asked("at", 1000), span_of(visit.asked("quote"))
        clause = self.readings.find(reading, address) if address else None
        at = reader_page.chosen(reading, clause) if clause else None
        pairs = self.readings.pairs(document)
        pair = self.readings.open(pairs[0].id, None) if visit.asked("beside") and pairs else None
        currency = self.base.currency(document)
        (item,) = library_page.items([document], lambda _: currency)
        return visit.page(
            "reader.html",
            reading=reading,
            at=at,
            span=span,
            pairs=pairs,
            pair=pair,
            rows=reader_page.beside(reading, pair, texts) if pair else (),
            body="" if pair else reading.body(texts, span=span, at=clause, tools=self._tools(visit, reading, at, span)),
            contents=reading.contents(),
            opened=reader_page.opened(reading, clause),
            current=next((anchor for anchor in reader_page.way_to(reading, clause) if anchor in reading.listed), None),
            versions=self.readings.versions(document),
            status_name=lambda version: word(texts, "status", validity(version, None)),
            currency=currency,
            source=currency.source,
            notices=self._notices(visit, document, currency),
            facts=reader_page.facts(document, currency, texts),
            ask_link=_ask_link(visit, reading, at),
            badges=library_page.badges_of(document, currency, texts),
            translated=library_page.translated_title(item, texts),
        )

    def _tools(self, visit: Visit, reading: Reading, at: Chosen | None, span: Span | None) -> str:
        if at is None:
            return ""
        document = reading.document
        text = reading.text[at.clause.start : at.clause.end][:5000]
        hints = glossary.load().hints(text, document.metadata.language or "en")

        def clause_link(clause: Clause) -> str:
            query = urlencode({"version": document.version, "at": clause.address})
            return f"?{query}#{reading.anchors[clause.position]}"

        return fill(
            "tools.html",
            texts=visit.texts,
            language=visit.language,
            root=root_of(visit.request.url.path),
            reading=reading,
            at=at,
            span=span,
            terms=[hint.entry for hint in hints[:MOST_TERMS]],
            ask_link=_ask_link(visit, reading, at),
            clause_link=clause_link,
            clause_name=lambda clause: named(clause, reading.title),
        )

    def _notices(self, visit: Visit, document: Document, currency: Currency) -> list[reader_page.Notice]:
        """What a reader must know before relying on the text."""
        texts, found = visit.texts, []
        root = root_of(visit.request.url.path)
        newest = self.base.document(document.id)
        if newest.version != document.version and readable(newest):
            link = path(root, visit.language, "library", document.id)
            found.append(reader_page.Notice(texts("notice_older"), link, texts("notice_older_link")))
        if document.metadata.authority == Authority.NOTE:
            held = self._holdings().get(currency.source.id) if currency.source else None
            official = [text for text in held.official if readable(text)] if held else []
            link = path(root, visit.language, "library", official[0].id) if official else ""
            found.append(reader_page.Notice(texts("notice_note"), link, texts("notice_note_link") if official else ""))
        return found

    # -- the catalogue

    def _holdings(self, documents: Sequence[Document] | None = None) -> dict[str, Holding]:
        """What the base holds of each source; worked out anew when documents or catalogue change."""
        documents = readable_only(self.base.documents()) if documents is None else documents
        sources = self.base.catalogue()
        key = (id(sources), tuple((document.id, document.version) for document in documents))
        with self._holding:
            if self._held[0] != key:
                self._held = (key, holdings(sources, documents))
            return self._held[1]

    def _rows(self, texts: Texts, documents: Sequence[Document] | None = None) -> list[Row]:
        fetches = last_fetches(self.base.library)
        return catalogue_page.rows(self.base.catalogue(), self._holdings(documents), fetches, texts)

    def catalogue(self, visit: Visit) -> Response:
        texts, words = visit.texts, visit.asked("q")
        chosen = {facet: visit.asked(facet) for facet in catalogue_page.FACETS}
        return visit.page(
            "catalogue.html",
            listing=catalogue_page.listing(self._rows(texts), chosen, words, texts),
            words=words,
            job=self.job.state,
            other_language=other_language(visit.language),
            text_of=text_of,
            partial_date=catalogue_page.partial_date,
            standing_badge=catalogue_page.standing_badge,
        )

    def source(self, visit: Visit) -> Response:
        texts = visit.texts
        row = self._row(visit)
        return visit.page(
            "source.html",
            row=row,
            job=self.job.state,
            facts=catalogue_page.facts(row, texts),
            other_language=other_language(visit.language),
            standing_badge=catalogue_page.standing_badge,
            host_of=lambda url: urlsplit(url).hostname or "",
        )

    def _row(self, visit: Visit) -> Row:
        wanted = visit.step("source")
        row = next((row for row in self._rows(visit.texts) if row.source.id == wanted), None)
        if row is None:
            raise Refused(404, "no_source")
        return row

    def fetch_core(self, visit: Visit) -> Response:
        for_curators(visit)
        return self._fetch(visit, [source for source in self.base.catalogue() if source.core and fetchable(source)])

    def fetch_one(self, visit: Visit) -> Response:
        for_curators(visit)
        return self._fetch(visit, [self._row(visit).source])

    def _fetch(self, visit: Visit, sources: Sequence[Source]) -> Response:
        self.job.start(sources)  # while other work runs, its progress is shown instead
        return visit.go("fetching")

    def fetching(self, visit: Visit) -> Response:
        return visit.page(
            "fetching.html",
            job=self.job.state,
            results=catalogue_page.results(self.job.state, last_fetches(self.base.library), visit.texts),
        )

    def stop(self, visit: Visit) -> Response:
        for_curators(visit)
        self.job.stop()
        return visit.go("fetching")

    # -- the glossary

    def glossary(self, visit: Visit) -> Response:
        words = visit.asked("q", 200)
        loaded = glossary.load()
        return visit.page(
            "glossary.html",
            groups=glossary_page.groups(loaded, words, visit.texts),
            words=words,
            total=len(loaded.entries),
            waiting=sum(not entry.reviewed for entry in loaded.entries),
            other_language=other_language(visit.language),
        )

    def propose_form(self, visit: Visit) -> Response:
        entry = glossary.load().get(visit.asked("term", LONGEST_TERM))
        return self._propose_form(visit, glossary_page.given(entry))

    def _propose_form(self, visit: Visit, given: dict[str, str], trouble: str = "", status: int = 200) -> Response:
        return visit.page(
            "propose.html",
            status=status,
            given=given,
            trouble=trouble,
            longest_term=LONGEST_TERM,
            longest_reason=LONGEST_REASON,
        )

    def propose(self, visit: Visit) -> Response:
        given = {name: visit.form.get(name, "") for name in ("term", "en", "vi", "reason")}
        if visit.form.get("website"):  # people do not see this field
            return visit.go("glossary", "thanks")
        if not self.pace.allows(visit.request.client.host if visit.request.client else ""):
            raise Refused(429)
        try:
            self.base.propose_term(given["term"], en=given["en"], vi=given["vi"], reason=given["reason"])
        except UsageError as error:
            return self._propose_form(visit, given, error.message(visit.language), status=422)
        return visit.go("glossary", "thanks", term=given["term"] if glossary.load().get(given["term"]) else "")

    def thanks(self, visit: Visit) -> Response:
        entry = glossary.load().get(visit.asked("term", LONGEST_TERM))
        return visit.page("thanks.html", term=entry.id if entry else "")

    # -- the desk

    def desk(self, visit: Visit) -> Response:
        texts = visit.texts
        items = [item for item in self.base.currencies() if readable(item.document)]
        until = date.fromordinal(date.today().toordinal() + SOON_DAYS)
        done = visit.asked("done")
        return visit.page(
            "desk.html",
            concerned=[item for item in items if item.concerns],
            soon=[item for item in items if not item.concerns and item.review_due <= until],
            hands=[row for row in self._rows(texts) if catalogue_page.needs_hands(row.fetch)],
            proposals=self.base.term_proposals(),
            terms={entry.id: entry.term(visit.language) for entry in glossary.load().entries},
            done=next((item.document.metadata.title or done for item in items if item.document.id == done), ""),
            concern_badges=lambda *given: Markup(concern_badges(*given)),
        )

    def mark_checked(self, visit: Visit) -> Response:
        for_curators(visit)
        wanted = visit.form.get("document", "")
        try:
            document = self.base.review(wanted, checked=date.today())
        except NotInBase as error:
            raise Refused(404, "no_document") from error
        return visit.go("desk", done=document.id)


def _elsewhere(visit: Visit) -> Response:
    """What no page is at: nothing, or the page itself with a stray slash behind it."""
    if visit.step("rest"):
        raise Refused(404)
    return visit.go(visit.request.url.path.strip("/").partition("/")[2], **visit.request.query_params)


# -- small pieces ----------------------------------------------------------------------------------------------------


def _ask_link(visit: Visit, reading: Reading, at: Chosen | None) -> str:
    """The chat with the document open beside it."""
    first = at.clause if at else next(iter(reading.clauses), None)
    query = {"document": reading.document.id, "version": reading.document.version}
    address = {"address": first.address} if first else {}
    return f"{root_of(visit.request.url.path)}{visit.language}/?{urlencode({**query, **address})}"
