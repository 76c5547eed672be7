"""The start of a conversation as HTML: what this is, for whom, what it will not do, examples, earlier conversations."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from ui.conversation import Recent
from ui.parts import number
from ui.texts import Texts

EXAMPLES = {
    "for_regulator": ("example_regulator_1", "example_regulator_2"),
    "for_enterprise": ("example_enterprise_1", "example_enterprise_2"),
    "for_member": ("example_member_1", "example_member_2"),
    "for_unaccented": ("example_unaccented",),
}


def intro(texts: Texts, holdings: int | None = None, recent: Sequence[Recent] = (), *, cleared: bool = False) -> str:
    """Return what stands in place of a conversation not yet begun.

    `holdings` is the number of documents in the base, None while the page has not asked; `recent` are the other
    conversations that the browser keeps; `cleared` says that one was deleted just now, which can be undone.
    """
    held = f" {texts('intro_holdings', count=number(holdings, texts))}" if holdings else ""
    groups = "".join(
        f'<div class="group"><h4>{escape(texts(group))}</h4><ul>'
        + "".join(f"<li>{_example(texts(key), texts)}</li>" for key in keys)
        + "</ul></div>"
        for group, keys in EXAMPLES.items()
    )
    return (
        f'<div class="intro{"" if holdings is None else " loaded"}">{_undo(texts) if cleared else ""}'
        f"<h2>{escape(texts('intro_heading'))}</h2>"
        f"<p>{escape(texts('intro_what'))}</p>"
        f'<p class="for">{escape(texts("intro_for"))}</p>'
        f'<p class="quiet">{escape(texts("intro_not") + held)}</p>'
        f'{_recent(recent, texts)}<h3>{escape(texts("examples_heading"))}</h3><div class="examples">{groups}</div>'
        f'<p class="quiet only-small">{escape(texts("question_hint"))}</p></div>'
    )


def _example(question: str, texts: Texts) -> str:
    language = "vi" if question == Texts("vi")("example_unaccented") else texts.language
    question = escape(question)
    return f'<button type="button" class="example" lang="{language}" data-question="{question}">{question}</button>'


def _undo(texts: Texts) -> str:
    button = f'<button type="button" class="small" data-do="undo">{escape(texts("undo"))}</button>'
    return f'<p class="cleared">{escape(texts("cleared"))} {button}</p>'


def _recent(recent: Sequence[Recent], texts: Texts) -> str:
    if not recent:
        return ""
    items = "".join(
        f'<li><button type="button" class="link" data-conversation="{escape(item.id)}">{escape(item.question)}</button>'
        f' <span class="quiet">{escape(texts("recent_size", count=item.count, day=texts.date(item.day)))}</span>'
        f' <button type="button" class="small" data-forget="{escape(item.id)}"'
        f' aria-label="{escape(texts("forget_named", question=item.question))}">{escape(texts("forget"))}</button></li>'
        for item in recent
    )
    name = escape(texts("recent", count=len(recent)))
    return f'<details class="recent"><summary>{name}</summary><ul>{items}</ul></details>'
