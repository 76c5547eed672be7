"""The conversation as HTML: the start, questions, answers. Pure functions of records and texts.

Everything that comes from a document, a question or a browser goes through `escape`.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from kb.records import Answer, Citation, Hit, Outcome, Statement
from ui.conversation import Turn
from ui.parts import badges, clause_link, joined, language_note, linked, place, verdict_badge
from ui.texts import Texts

MOST_RELATED = 5
LONGEST_EXCERPT = 240
EXAMPLES = {
    "for_regulator": ("example_regulator_1", "example_regulator_2"),
    "for_enterprise": ("example_enterprise_1", "example_enterprise_2"),
    "for_member": ("example_member_1", "example_member_2"),
    "for_unaccented": ("example_unaccented",),
}


# -- the start -------------------------------------------------------------------------------------------------------


def intro(texts: Texts, holdings: int | None = None) -> str:
    """Return what stands in place of a conversation not yet begun: what this is, what it is not, example questions.

    `holdings` is the number of documents in the base, None while the page has not asked.
    """
    held = f" {texts('intro_holdings', count=holdings)}" if holdings else ""
    groups = "".join(
        f'<div class="group"><h4>{escape(texts(group))}</h4><ul>'
        + "".join(f"<li>{_example(texts(key), texts)}</li>" for key in keys)
        + "</ul></div>"
        for group, keys in EXAMPLES.items()
    )
    return (
        f'<div class="intro{"" if holdings is None else " loaded"}"><h2>{escape(texts("intro_heading"))}</h2>'
        f"<p>{escape(texts('intro_what'))}</p>"
        f'<p class="quiet">{escape(texts("intro_not") + held)}</p>'
        f'<p class="quiet only-small">{escape(texts("question_hint"))}</p>'
        f'<h3>{escape(texts("examples_heading"))}</h3><div class="examples">{groups}</div></div>'
    )


def _example(question: str, texts: Texts) -> str:
    language = "vi" if question == Texts("vi")("example_unaccented") else texts.language
    question = escape(question)
    return f'<button type="button" class="example" lang="{language}" data-question="{question}">{question}</button>'


# -- the conversation ------------------------------------------------------------------------------------------------


def conversation(turns: Sequence[Turn], texts: Texts, *, fresh: bool = False, waiting: str = "") -> str:
    """Return the conversation, oldest first.

    `fresh` says that the last question was asked just now; `waiting` is what a turn without an answer says.
    """
    items = "".join(
        f'<li class="turn{" fresh" if fresh and turn is turns[-1] else ""}">{_turn(turn, at, texts, waiting)}</li>'
        for at, turn in enumerate(turns)
    )
    return f'<h2 class="sr-only">{escape(texts("conversation"))}</h2><ol class="turns">{items}</ol>'


def _turn(turn: Turn, at: int, texts: Texts, waiting: str) -> str:
    asked = f'<h3 class="asked"><span>{escape(texts("asked"))}</span> {escape(turn.question)}</h3>'
    if turn.answer is not None:
        return asked + _answer(turn.answer, at, turn.searched, texts)
    if turn.failure is not None:
        return asked + (
            f'<div class="answer failed"><p class="outcome">{escape(texts("outcome_failed"))}</p>'
            f"<p>{escape(turn.failure.message(texts.language))}</p></div>"
        )
    return asked + f'<div class="answer waiting"><p><span class="dots"></span>{escape(waiting)}</p></div>'


def _answer(answer: Answer, turn: int, searched: int, texts: Texts) -> str:
    cited = {citation.key: citation for citation in answer.citations}
    said = "".join(_statement(statement, turn, cited, answer.language, texts) for statement in answer.statements)
    return (
        f'<div class="answer {answer.outcome.value}">'
        f'<p class="outcome">{escape(texts("outcome_" + answer.outcome.value))}</p>'
        f'<div class="said" lang="{escape(answer.language)}">{said}</div>'
        f"{_advice(answer, searched, texts)}{_sources(answer, turn, texts)}{_related(answer, texts)}</div>"
    )


def _statement(statement: Statement, turn: int, cited: dict[int, Citation], language: str, texts: Texts) -> str:
    citations = [cited[key] for key in statement.citations if key in cited]
    keys = "".join(f" {_key_link(citation, turn, texts)}" for citation in citations)
    if not statement.quoted:
        return f"<p>{linked(statement.text)}{keys}</p>"
    own = {citation.language for citation in citations}
    foreign = f' lang="{escape(own.pop())}"' if len(own) == 1 and own != {language} else ""
    return f"<blockquote{foreign}>{escape(statement.text)}{keys}</blockquote>"


def _key_link(citation: Citation, turn: int, texts: Texts) -> str:
    where = place(citation.address, citation.title)
    name = texts("open_source", key=citation.key, title=citation.title, address=where)
    return (
        f'<a class="key" href="{escape(_citation_link(citation, texts))}" data-turn="{turn}" data-key="{citation.key}"'
        f' lang="{texts.language}" aria-label="{escape(name)}">[{citation.key}]</a>'
    )


def _citation_link(citation: Citation, texts: Texts) -> str:
    return clause_link(
        texts,
        document=citation.document,
        address=citation.address,
        version=citation.version,
        span=(citation.start, citation.end),
    )


def _advice(answer: Answer, searched: int, texts: Texts) -> str:
    """What to do next where there is no answer."""
    if answer.outcome == Outcome.DECLINED:
        return f'<p class="quiet">{escape(texts("declined_next"))}</p>'
    if answer.outcome != Outcome.NOT_IN_BASE:
        return ""
    where = texts("not_in_base_searched", count=searched) if searched else texts("not_in_base_none")
    tips = "".join(f"<li>{escape(texts(f'not_in_base_try_{number}'))}</li>" for number in (1, 2, 3))
    return (
        f'<p class="quiet">{escape(where)} {escape(texts("not_in_base_silence"))}</p>'
        f'<p class="quiet">{escape(texts("not_in_base_try"))}</p><ul class="quiet tips">{tips}</ul>'
    )


def _sources(answer: Answer, turn: int, texts: Texts) -> str:
    if not answer.citations:
        return ""
    items = "".join(
        f"<li>{_key_link(citation, turn, texts)}<div>"
        f'<p class="title" lang="{escape(citation.language)}">{escape(citation.title)}</p>'
        f'<p class="quiet">{joined(_place(citation, texts))}</p>'
        f'<p class="badges">{badges(citation.authority, citation.status, texts)}'
        f"{verdict_badge(citation.verdict, texts)}{language_note(citation.language, answer.language, texts)}</p>"
        "</div></li>"
        for citation in answer.citations
    )
    return f'<section class="sources"><h4>{escape(texts("sources"))}</h4><ol>{items}</ol></section>'


def _place(citation: Citation, texts: Texts) -> list[str]:
    page = texts("page", page=citation.page) if citation.page is not None else None
    return [part for part in (citation.number, place(citation.address, citation.title), page) if part]


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
    excerpt = text if len(text) <= LONGEST_EXCERPT else text[:LONGEST_EXCERPT].rsplit(" ", 1)[0] + " …"
    return (
        f'<a class="clause" href="{escape(link)}">{joined([hit.title, place(hit.address, hit.title)])}</a>'
        f'<p class="quiet" lang="{escape(hit.language)}">{escape(excerpt)}</p>'
    )
