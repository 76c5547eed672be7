"""The page on which people ask: a Gradio Blocks of one language, its parts and what each of them calls.

The conversation travels with each request (it is kept in the visitor's browser, see kept.js), so that two visitors
cannot meet. What the handlers do is in ui.asking and ui.opening.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kb.base import KnowledgeBase
from ui import panel
from ui.asking import Asking, Step
from ui.opening import Opening
from ui.parts import spoken
from ui.start import intro
from ui.texts import Texts

if TYPE_CHECKING:
    import gradio as gr

HERE = Path(__file__).parent


def build(base: KnowledgeBase, language: str) -> gr.Blocks:
    """Return the page in `language` over `base`."""
    global gr  # Gradio looks the handlers' annotations up in this module
    import gradio as gr

    texts = Texts(language)
    asking, opening = Asking(base, texts), Opening(base, texts)
    blocks: gr.Blocks
    with gr.Blocks(title=texts("page_title"), analytics_enabled=False, fill_width=True) as blocks:
        kept = _html("kept", {}, template=_not_kept(texts))
        with gr.Row(elem_id="layout"):
            with gr.Column(elem_id="chat"):
                notice = _html("notice", "", script=False)
                talk = _html("talk", intro(texts), elem_id="conversation")
                status = _html("status", spoken(""), script=False)
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
                    problem = _html("problem", "", script=False)
                    with gr.Row(elem_id="buttons"):
                        send = gr.Button(texts("send"), variant="primary", elem_id="send")
                        new = gr.Button(texts("new_conversation"), variant="secondary", elem_id="new")
                        clear = gr.Button(texts("clear"), variant="secondary", elem_id="clear")
            with gr.Column(elem_id="side"):
                source = _html("source", panel.empty(texts))
                tree = _html("tree", {}, template=_tree(texts))
        quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private", "concurrency_limit": None}

        def changes(step: Step) -> tuple[Any, ...]:
            """A step as Gradio's outputs: talk, kept, question, problem, source, status."""
            first = opening.first_source(step.answer) if step.answer is not None else None
            said = spoken(step.said) if step.said is not None else None
            parts = (step.talk, step.turns, step.question, step.problem, first, said)
            return tuple(gr.skip() if part is None else part for part in parts)

        async def ask(typed: str, turns: Any, event: gr.EventData) -> AsyncIterator[Any]:
            async for step in asking.ask(typed, turns, _told(event)):
                yield changes(step)

        def stop(turns: Any, event: gr.EventData) -> Any:
            return changes(asking.stop(turns, _told(event)))

        def load(turns: Any, event: gr.EventData) -> Any:
            told = _told(event)
            turns = told.get("kept", turns)
            told_source, query = gr.skip(), told.get("query")
            step = changes(asking.start(turns, told))
            if isinstance(query, dict) and "document" in query:
                told_source = opening.open(query, turns)[0]
            return *step[:4], told_source, step[5]

        def open_source(turns: Any, event: gr.EventData) -> tuple[str, str]:
            html, said = opening.open(_told(event), turns)
            return html, spoken(said)

        def close_source() -> tuple[str, str]:
            html, said = opening.close()
            return html, spoken(said)

        def branch(event: gr.EventData) -> Any:
            return opening.branch(_told(event)) or gr.skip()

        everything = [talk, kept, question, problem, source, status]
        # One event for all ways to ask, so that nobody can ask twice at once and lose one of the answers.
        asked = gr.on([question.submit, send.click, talk.submit], ask, [question, kept], everything, **quiet)
        talk.stop(stop, [kept], everything, cancels=[asked], **quiet)
        kept.begin(load, [kept], everything, **quiet)
        # Whoever presses faster than the server answers sees what was pressed last.
        latest: dict[str, Any] = {"trigger_mode": "always_last", **quiet}
        source.open(open_source, [kept], [source, status], js="kept => window.copKb.citing(kept)", **latest)
        source.close(close_source, None, [source, status], **latest)
        tree.branch(branch, None, [tree], trigger_mode="multiple", **quiet)
        new.click(None, js="() => window.copKb.newConversation()")
        clear.click(None, js="() => window.copKb.clear()")
        blocks.load(asking.watch_loading, None, [notice], **quiet)
    return blocks


def _html(
    name: str, value: Any, *, elem_id: str | None = None, template: str | None = None, script: bool = True
) -> gr.HTML:
    """A part of the page. It runs page.js and its own script; one with a `template` shows that and not its value."""
    code = "".join((HERE / file).read_text(encoding="utf-8") for file in ("page.js", f"{name}.js")) if script else None
    options: dict[str, Any] = {} if template is None else {"html_template": template}
    return gr.HTML(value, elem_id=elem_id or name, apply_default_css=False, js_on_load=code, **options)


def _not_kept(texts: Texts) -> str:
    return f'<p data-not-kept="{escape(texts("not_kept"))}"></p>'


def _tree(texts: Texts) -> str:
    name = escape(texts("contents"))
    return (
        f'<nav class="contents" aria-label="{name}" hidden><details><summary>{name}</summary>'
        '<div class="tree" tabindex="-1"></div></details></nav>'
    )


def _told(event: gr.EventData) -> dict[str, Any]:
    data = event._data
    return data if isinstance(data, dict) else {}
