"""The conversation as HTML: questions, answers, their sources, and what can be done with them.

Pure functions of records and texts. Everything that comes from a document, a question or a browser goes through
`escape`.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from urllib.parse import urlencode

from kb.records import Answer, Citation, Hit, Outcome, Statement
from ui.conversation import Turn
from ui.hints import hinted
from ui.parts import (
    badges,
    clause_link,
    concern_badges,
    copy_button,
    joined,
    kind_badge,
    language_note,
    linked,
    number,
    official_link,
    place,
    shortened,
    verdict_badge,
)
from ui.plain import answer_text
from ui.texts import Texts

MOST_RELATED = 5
LONGEST_EXCERPT = 240
LONGEST_SHARED = 1500
"""Characters of a question that a link carries; longer links are cut off by mail programs."""


def conversation(
    turns: Sequence[Turn], texts: Texts, *, fresh: int | None = None, waiting: str = "", slow: bool = False
) -> str:
    """Return the conversation, oldest first.

    `fresh` is the place of the question asked just now; `waiting` is what a turn without an answer says, which can be
    stopped where it is `slow`.
    """
    items = "".join(
        f'<li class="turn{" fresh" if at == fresh else ""}">{_turn(turn, at, texts, waiting, slow)}</li>'
        for at, turn in enumerate(turns)
    )
    return f'<h2 class="sr-only">{escape(texts("conversation"))}</h2><ol class="turns">{items}</ol>'


def _turn(turn: Turn, at: int, texts: Texts, waiting: str, slow: bool) -> str:
    question = f'<span class="question">{escape(turn.question)}</span>'
    asked = f'<h3 class="asked"><span>{escape(texts("asked"))}</span> {question}</h3>'
    if turn.answer is not None:
        return asked + _answer(turn.answer, turn, at, texts)
    if turn.failure is not None:
        return asked + (
            f'<div class="answer failed"><p class="outcome">{escape(texts("outcome_failed"))}</p>'
            f"<p>{escape(turn.failure.message(texts.language))}</p>{_actions(turn, at, texts)}</div>"
        )
    stop = f' <button type="button" class="small" data-do="stop">{escape(texts("stop"))}</button>' if slow else ""
    return asked + f'<div class="answer waiting"><p><span class="dots"></span>{escape(waiting)}{stop}</p></div>'


def _answer(answer: Answer, turn: Turn, at: int, texts: Texts) -> str:
    cited = {citation.key: citation for citation in answer.citations}
    said = "".join(
        _statement(statement, f"t{at}-{place}", cited, answer.language, texts)
        for place, statement in enumerate(answer.statements)
    )
    day = f' <span class="day">{escape(texts.date(turn.day))}</span>' if turn.day else ""
    return (
        f'<div class="answer {answer.outcome.value}">'
        f'<p class="head"><span class="outcome">{escape(texts("outcome_" + answer.outcome.value))}</span>{day}</p>'
        f"{_searched(answer, texts)}"
        f'<div class="said" lang="{escape(answer.language)}">{said}</div>'
        f"{_advice(answer, turn.searched, texts)}{_sources(answer, texts)}{_related(answer, texts)}"
        f"{_actions(turn, at, texts)}</div>"
    )


def _searched(answer: Answer, texts: Texts) -> str:
    """The question really searched, which the visitor may correct."""
    if not answer.searched:
        return ""
    edit = (
        f'<button type="button" class="small" data-edit="{escape(answer.searched)}">'
        f"{escape(texts('correct_searched'))}</button>"
    )
    return f'<p class="searched">{escape(texts("searched_as", question=answer.searched))} {edit}</p>'


def _statement(statement: Statement, name: str, cited: dict[int, Citation], language: str, texts: Texts) -> str:
    citations = [cited[key] for key in statement.citations if key in cited]
    keys = "".join(f" {_key_link(citation, texts)}" for citation in citations)
    if not statement.quoted:
        return f"<p>{linked(statement.text)}{keys}</p>"
    own = {citation.language for citation in citations}
    tongue = own.pop() if len(own) == 1 else language
    foreign = f' lang="{escape(tongue)}"' if tongue != language else ""
    return f"<blockquote{foreign}>{hinted(statement.text, tongue, texts, name=name)}{keys}</blockquote>"


def _key_link(citation: Citation, texts: Texts) -> str:
    where = place(citation.address, citation.title)
    name = texts("open_source", key=citation.key, title=citation.title, address=where)
    link = clause_link(
        texts,
        document=citation.document,
        address=citation.address,
        version=citation.version,
        span=(citation.start, citation.end),
    )
    return (
        f'<a class="key" href="{escape(link)}" data-key="{citation.key}" lang="{texts.language}"'
        f' aria-label="{escape(name)}">[{citation.key}]</a>'
    )


def _advice(answer: Answer, searched: int, texts: Texts) -> str:
    """What to do next where there is no answer."""
    if answer.outcome == Outcome.DECLINED:
        return f'<p class="quiet">{escape(texts("declined_next"))}</p>'
    if answer.outcome != Outcome.NOT_IN_BASE:
        return ""
    held = texts("not_in_base_searched", count=number(searched, texts)) if searched else texts("not_in_base_none")
    tips = "".join(f"<li>{escape(texts(f'not_in_base_try_{tip}'))}</li>" for tip in (1, 2, 3))
    return (
        f'<p class="quiet">{escape(held)} {escape(texts("not_in_base_silence"))}</p>'
        f'<p class="quiet">{escape(texts("not_in_base_try"))}</p><ul class="quiet tips">{tips}</ul>'
    )


def _sources(answer: Answer, texts: Texts) -> str:
    if not answer.citations:
        return ""
    items = "".join(
        f"<li>{_key_link(citation, texts)}<div>"
        f'<p class="title" lang="{escape(citation.language)}">{escape(citation.title)}</p>'
        f'<p class="quiet">{joined(_place(citation, texts))}</p>'
        f'<p class="badges">{kind_badge(citation.kind, citation.authority, texts)}'
        f"{badges(citation.authority, citation.status, texts)}{concern_badges(citation.concerns, texts)}"
        f"{verdict_badge(citation.verdict, texts)}{language_note(citation.language, answer.language, texts)}</p>"
        f"{_printed(citation)}</div></li>"
        for citation in answer.citations
    )
    return f'<section class="sources"><h4>{escape(texts("sources"))}</h4><ol>{items}</ol></section>'


def _place(citation: Citation, texts: Texts) -> list[str]:
    page = texts("page", page=citation.page) if citation.page is not None else None
    return [part for part in (citation.number, place(citation.address, citation.title), page) if part]


def _printed(citation: Citation) -> str:
    """What only paper needs: the citation in the official style and the address in full."""
    lines = [line for line in (citation.cite_as, official_link(citation.url)) if line]
    return "".join(f'<p class="printed">{escape(line)}</p>' for line in lines)


def _related(answer: Answer, texts: Texts) -> str:
    hits = answer.also_retrieved[:MOST_RELATED]
    if not hits or answer.outcome not in (Outcome.ANSWERED, Outcome.NOT_IN_BASE):
        return ""
    items = "".join(f"<li>{_hit(hit, texts)}</li>" for hit in hits)
    name = escape(texts("also_retrieved", count=len(hits)))
    return f'<details class="related"><summary>{name}</summary><ul>{items}</ul></details>'


def _hit(hit: Hit, texts: Texts) -> str:
    link = clause_link(
        texts, document=hit.document, address=hit.address, version=hit.version, span=(hit.start, hit.end)
    )
    text = " ".join(hit.text.split())
    excerpt = shortened(text, LONGEST_EXCERPT)
    return (
        f'<a class="clause" href="{escape(link)}">{joined([hit.title, place(hit.address, hit.title)])}</a>'
        f'<p class="quiet" lang="{escape(hit.language)}">{escape(excerpt)}</p>'
    )


def _actions(turn: Turn, at: int, texts: Texts) -> str:
    """What can be done with a turn: copy, print, share, ask again, edit the question."""
    buttons = [
        f'<button type="button" class="small" data-again="{at}">{escape(texts("ask_again"))}</button>',
        f'<button type="button" class="small" data-edit="{escape(turn.question)}">{escape(texts("edit"))}</button>',
    ]
    if turn.answer is not None:
        question = turn.answer.searched or turn.question
        link = f"../{texts.language}/?{urlencode({'q': question[:LONGEST_SHARED]})}"
        buttons = [
            copy_button(texts("copy_answer"), texts, text=answer_text(turn, texts)),
            f'<button type="button" class="small" data-do="print">{escape(texts("print"))}</button>',
            copy_button(texts("share"), texts, link=link),
            *buttons,
        ]
    name = escape(texts("answer_actions"))
    return f'<div class="actions" role="group" aria-label="{name}">{"".join(buttons)}</div>'
