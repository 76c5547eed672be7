"""The page on which people ask: a Gradio Blocks of one language, its handlers, and nothing that outlives a request.

The conversation travels with each request (it is kept in the visitor's browser), so that two visitors cannot meet.
Handlers check all that they are given: Gradio's functions can be called without the page.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kb.base import LONGEST_QUESTION, KnowledgeBase
from kb.errors import KnowledgeBaseError, NotInBase
from kb.records import Answer, ClauseView, Document, Outcome, Verdict
from kb.search import Scope
from kb.verify import check_quote
from ui import conversation, panel, render
from ui.conversation import Failure, Turn
from ui.parts import place
from ui.texts import Texts

if TYPE_CHECKING:
    import gradio as gr

READABLE = ("published", "superseded")
_POLL_SECONDS = 0.2
_LOG = logging.getLogger(__name__)


def build(base: KnowledgeBase, language: str) -> gr.Blocks:
    """Return the page in `language` over `base`."""
    global gr  # Gradio looks the handlers' annotations up in this module
    import gradio as gr

    texts = Texts(language)
    page = _Page(base, texts)
    script = (Path(__file__).parent / "page.js").read_text(encoding="utf-8")
    blocks: gr.Blocks
    with gr.Blocks(title=texts("page_title"), analytics_enabled=False, fill_width=True) as blocks:
        # The browser encrypts what it keeps with this secret, which every visitor is told: it hides nothing, and being
        # fixed it lets both languages, and the next start, read the same conversation.
        turns = gr.BrowserState([], storage_key="cop-kb-conversation", secret="cop-kb")
        with gr.Row(elem_id="layout"):
            with gr.Column(elem_id="chat"):
                notice = gr.HTML("", elem_id="notice", apply_default_css=False, js_on_load=None)
                talk = gr.HTML(
                    render.intro(texts),
                    elem_id="conversation",
                    apply_default_css=False,
                    js_on_load=_part(script, "talk"),
                )
                status = gr.HTML(_spoken(""), elem_id="status", apply_default_css=False, js_on_load=None)
                with gr.Column(elem_id="ask"):
                    question = gr.Textbox(
                        label=texts("question_label"),
                        info=texts("question_hint"),
                        placeholder=texts("question_placeholder"),
                        lines=1,
                        max_lines=6,
                        elem_id="question",
                        html_attributes=gr.InputHTMLAttributes(
                            autocomplete="off", spellcheck=False, enterkeyhint="send"
                        ),
                    )
                    problem = gr.HTML("", elem_id="problem", apply_default_css=False, js_on_load=None)
                    with gr.Row(elem_id="buttons"):
                        send = gr.Button(texts("send"), variant="primary", elem_id="send")
                        clear = gr.Button(texts("clear"), variant="secondary", elem_id="clear")
            with gr.Column(elem_id="side"):
                source = gr.HTML(
                    panel.empty(texts),
                    elem_id="source",
                    apply_default_css=False,
                    js_on_load=_part(script, "source"),
                )
        answering: dict[str, Any] = {
            "outputs": [talk, turns, question, problem, source, status],
            "show_progress": "hidden",
            "api_visibility": "private",
            "concurrency_limit": None,
        }
        quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private", "concurrency_limit": None}

        async def ask_example(asked: list[dict[str, Any]], event: gr.EventData) -> AsyncIterator[Any]:
            async for step in page.ask(_told(event).get("question"), asked):
                yield step

        def open_source(asked: list[dict[str, Any]], event: gr.EventData) -> tuple[str, str]:
            return page.open(_told(event), asked)

        def load(asked: list[dict[str, Any]], request: gr.Request) -> tuple[str, str]:
            return page.load(asked, dict(request.query_params))

        gr.on([question.submit, send.click], page.ask, [question, turns], **answering)
        talk.ask(ask_example, [turns], **answering)
        talk.open(open_source, [turns], [source, status], **quiet)
        source.open(open_source, [turns], [source, status], **quiet)
        source.close(page.close, None, [source, status], **quiet)
        clear.click(page.clear, None, [talk, turns, question, problem, source, status], **quiet)
        blocks.load(load, [turns], [talk, source], **quiet)
        blocks.load(page.watch_loading, None, [notice], **quiet)
    return blocks


def _told(event: gr.EventData) -> dict[str, Any]:
    data = event._data
    return data if isinstance(data, dict) else {}


def _part(script: str, name: str) -> str:
    return f'const part = "{name}";\n{script}'


class _Page:
    """The handlers of one language. Holds the base and the words, no visitor's data."""

    def __init__(self, base: KnowledgeBase, texts: Texts) -> None:
        self.base = base
        self.texts = texts

    # Outputs of `ask` and `clear`: conversation, turns for the browser to keep, question box, problem, source, status.

    async def ask(self, question: object, asked: object) -> AsyncIterator[tuple[Any, ...]]:
        """Show the question at once, then its answer and the first source of it."""
        problem = self._problem(question)
        if problem is not None:
            yield gr.skip(), gr.skip(), gr.skip(), _alert(problem), gr.skip(), gr.skip()
            return
        turns = (*conversation.load(asked), Turn(question=str(question).strip()))[-conversation.MOST_TURNS :]
        waiting = self.texts("searching" if self.base.ready else "model_loading")
        shown = render.conversation(turns, self.texts, fresh=True, waiting=waiting)
        yield shown, gr.skip(), "", "", gr.skip(), _spoken(waiting)
        turn = await self._answered(turns[-1])
        turns = (*turns[:-1], turn)
        source = self._first_source(turn.answer) if turn.answer else gr.skip()
        shown = render.conversation(turns, self.texts, fresh=True)
        yield shown, conversation.dump(turns), gr.skip(), "", source, _spoken(self._outcome(turn))

    async def _answered(self, turn: Turn) -> Turn:
        try:
            while not self.base.ready:
                if self.base.loading_error is not None:
                    return Turn(question=turn.question, failure=Failure.of(self.base.loading_error))
                await asyncio.sleep(_POLL_SECONDS)
            answer = await asyncio.to_thread(self.base.ask, turn.question)
            return Turn(question=turn.question, answer=answer, searched=self._holdings())
        except KnowledgeBaseError as error:
            return Turn(question=turn.question, failure=Failure.of(error))
        except Exception:  # a defect: the visitor reads a sentence, the log keeps the trace
            _LOG.exception("a question was not answered")
            failure = Failure(vi=Texts("vi")("internal_failure"), en=Texts("en")("internal_failure"))
            return Turn(question=turn.question, failure=failure)

    def clear(self) -> tuple[Any, ...]:
        """Forget the conversation."""
        start = render.intro(self.texts, self._holdings())
        return start, [], "", "", panel.empty(self.texts), _spoken(self.texts("cleared"))

    def open(self, wanted: dict[str, Any], asked: object) -> tuple[str, str]:
        """Return the source panel and the spoken status for what a link or citation names."""
        if "key" in wanted:
            return self._open_citation(wanted, asked)
        address, document, version = wanted.get("address"), wanted.get("document"), _number(wanted.get("version"))
        if not isinstance(address, str) or not isinstance(document, str) or (version is None and wanted.get("version")):
            return self._failed(self.texts("panel_bad_link"))
        try:
            view = self._view(document, address, version)
        except KnowledgeBaseError as error:
            return self._failed(error.message(self.texts.language))
        return self._opened(view, panel.opened(view, self.texts, span=_span(wanted.get("quote"))))

    def _open_citation(self, wanted: dict[str, Any], asked: object) -> tuple[str, str]:
        turns = conversation.load(asked)
        turn, key = _number(wanted.get("turn")), _number(wanted.get("key"))
        answer = turns[turn].answer if turn is not None and turn < len(turns) else None
        citations = answer.citations if answer else ()
        citation = next((citation for citation in citations if citation.key == key), None)
        if citation is None:
            return self._failed(self.texts("panel_bad_link"))
        try:
            view = self._view(citation.document, citation.address, citation.version)
        except KnowledgeBaseError as error:
            return self._failed(error.message(self.texts.language))
        # The quote is compared again now: the browser kept the citation, the library holds the truth.
        inside = view.text[max(citation.start - view.clause.start, 0) : max(citation.end - view.clause.start, 0)]
        verdict = check_quote(citation.quote, inside)
        if verdict == Verdict.VERBATIM and citation.verdict != Verdict.VERBATIM:
            verdict = citation.verdict
        html = panel.opened(view, self.texts, span=(citation.start, citation.end), verdict=verdict)
        return self._opened(view, html)

    def load(self, asked: object, query: dict[str, str]) -> tuple[str, str]:
        """Return the conversation that the browser kept and the panel that the address asks for."""
        turns = conversation.load(asked)
        talk = render.conversation(turns, self.texts) if turns else render.intro(self.texts, self._holdings())
        source = self.open(dict(query), asked)[0] if "document" in query else panel.empty(self.texts)
        return talk, source

    def close(self) -> tuple[str, str]:
        """Empty the source panel."""
        return panel.empty(self.texts), _spoken("")

    async def watch_loading(self) -> AsyncIterator[str]:
        """Say that the model is loading until it is, or why it cannot."""
        if self.base.ready:
            yield ""
            return
        yield f'<p class="loading">{escape(self.texts("model_loading_notice"))}</p>'
        while not self.base.ready and self.base.loading_error is None:
            await asyncio.sleep(_POLL_SECONDS)
        error = self.base.loading_error
        yield _alert(error.message(self.texts.language)) if error is not None else ""

    def _holdings(self) -> int:
        """How many documents a visitor's question is looked for in."""
        return sum(_readable(document) for document in self.base.documents())

    def _problem(self, question: object) -> str | None:
        if not isinstance(question, str) or not any(letter.isalnum() for letter in question):
            return self.texts("question_empty")
        if len(question) > LONGEST_QUESTION:
            return self.texts("question_too_long", length=len(question), limit=LONGEST_QUESTION)
        return None

    def _view(self, document: str, address: str, version: int | None) -> ClauseView:
        """A clause that any visitor may read. Raises NotInBase as if others did not exist."""
        view = self.base.clause(document, address, version)
        if not _readable(view.document):
            raise NotInBase(Texts("en")("not_here"), Texts("vi")("not_here"))
        return view

    def _first_source(self, answer: Answer) -> Any:
        if answer.outcome != Outcome.ANSWERED or not answer.citations:
            return gr.skip()
        turn = conversation.dump((Turn(question=answer.question, answer=answer),))
        return self.open({"turn": 0, "key": answer.citations[0].key}, turn)[0]

    def _opened(self, view: ClauseView, html: str) -> tuple[str, str]:
        title = view.document.metadata.title or self.texts("untitled")
        where = place(view.clause.address, title)
        opened = (
            f"<!-- {time.monotonic_ns()} -->"  # the browser heeds changed values only; this one must be shown again
        )
        return html + opened, _spoken(self.texts("panel_opened", title=title, address=where))

    def _failed(self, message: str) -> tuple[str, str]:
        return panel.failed(message, self.texts), _spoken(message)

    def _outcome(self, turn: Turn) -> str:
        if turn.answer is None:
            return self.texts("status_other", outcome=self.texts("outcome_failed"))
        if turn.answer.outcome == Outcome.ANSWERED:
            return self.texts("status_answered", count=len(turn.answer.citations))
        return self.texts("status_other", outcome=self.texts(f"outcome_{turn.answer.outcome.value}"))


def _readable(document: Document) -> bool:
    """Whether any visitor may read the document."""
    return document.status in READABLE and document.metadata.audience in Scope().audiences


def _number(value: object) -> int | None:
    """`value` as a whole number from 0, None for anything else.

    >>> _number("12"), _number(3), _number("-1"), _number(True), _number("9" * 30)
    (12, 3, None, None, None)
    """
    if isinstance(value, bool) or not isinstance(value, (int, str)):
        return None
    digits = str(value)
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 9 else None


def _span(value: object) -> tuple[int, int] | None:
    """The span in a link.

    >>> _span("120-340"), _span("340-120"), _span("x"), _span(None)
    ((120, 340), None, None, None)
    """
    start, _, end = value.partition("-") if isinstance(value, str) else ("", "", "")
    first, last = _number(start), _number(end)
    return (first, last) if first is not None and last is not None and first < last else None


def _alert(message: str) -> str:
    return f'<p role="alert" class="alert">{escape(message)}</p>'


def _spoken(message: str) -> str:
    return f'<p role="status" class="sr-only">{escape(message)}</p>'
