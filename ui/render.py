"""The page's HTML: the start, the conversation, the source panel. Pure functions of records and texts.

Everything that comes from a document, a question or a browser goes through `escape`. Links carry all that the page
needs to open a clause, so that they also work when copied (see page.js).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import escape
from urllib.parse import urlencode, urlsplit

from kb.address import shown
from kb.answer import validity
from kb.records import Answer, Authority, Citation, Clause, ClauseView, Hit, Outcome, Statement, Verdict
from ui.conversation import Turn
from ui.texts import LANGUAGES, Texts, table

MOST_RELATED = 5
LONGEST_EXCERPT = 240
EXAMPLES = {
    "for_regulator": ("example_regulator_1", "example_regulator_2"),
    "for_enterprise": ("example_enterprise_1", "example_enterprise_2"),
    "for_member": ("example_member_1", "example_member_2"),
    "for_unaccented": ("example_unaccented",),
}
_WEB_ADDRESS = re.compile(r"""(https?://[^\s<>"']+[^\s<>"'.,;:!?)\]])""")
_CAUTIOUS = {"draft", "superseded", "withdrawn", "not yet in force", "no longer in force"}


def clause_link(texts: Texts, *, document: str, address: str, version: int, span: tuple[int, int] | None = None) -> str:
    """Return the permanent link to a clause, relative to a page; `span` is the part of the text to highlight."""
    query = {"lang": texts.language, "document": document, "address": address, "version": version}
    if span is not None:
        query["quote"] = f"{span[0]}-{span[1]}"
    return "../?" + urlencode(query)


def official_link(url: str | None) -> str | None:
    """Return `url` if a browser may follow it.

    >>> official_link("https://congbao.chinhphu.vn/x"), official_link("javascript:alert(1)"), official_link(None)
    ('https://congbao.chinhphu.vn/x', None, None)
    """
    try:
        parts = urlsplit(url or "")
    except ValueError:
        return None
    return url if parts.scheme in ("http", "https") and parts.hostname else None


def place(address: str, title: str) -> str:
    """Return `address` as readers write it, without the document's title in front of its headings.

    >>> place("Điều 9 khoản 2", "Luật A"), place("Note B / Who may join", "Note B"), place("Note B", "Note B")
    ('khoản 2 Điều 9', 'Who may join', 'Note B')
    """
    return shown(address).removeprefix(f"{title} / ")


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
        return f"<p>{_linked(statement.text)}{keys}</p>"
    own = {citation.language for citation in citations}
    foreign = f' lang="{escape(own.pop())}"' if len(own) == 1 and own != {language} else ""
    return f"<blockquote{foreign}>{escape(statement.text)}{keys}</blockquote>"


def _linked(text: str) -> str:
    """`text` escaped, its web addresses made links.

    >>> _linked("<b> at https://example.org/a?b=1&c=2.").replace(' target="_blank" rel="noopener noreferrer"', "")
    '&lt;b&gt; at <a class="official" href="https://example.org/a?b=1&amp;c=2">https://example.org/a?b=1&amp;c=2</a>.'
    """
    parts = _WEB_ADDRESS.split(text)
    return "".join(_web_link(part, escape(part)) if at % 2 else escape(part) for at, part in enumerate(parts))


def _web_link(url: str, content: str) -> str:
    return f'<a class="official" href="{escape(url)}" target="_blank" rel="noopener noreferrer">{content}</a>'


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
        f'<p class="quiet">{_joined(_place(citation, texts))}</p>'
        f'<p class="badges">{_badges(citation.authority, citation.status, texts)}{_verdict(citation.verdict, texts)}'
        f"{_language_note(citation.language, answer.language, texts)}</p></div></li>"
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
        f'<a class="clause" href="{escape(link)}">{_joined([hit.title, place(hit.address, hit.title)])}</a>'
        f'<p class="quiet" lang="{escape(hit.language)}">{escape(excerpt)}</p>'
    )


# -- the source panel ------------------------------------------------------------------------------------------------


def empty_panel(texts: Texts) -> str:
    """Return the panel before a source is opened."""
    return (
        f'<aside aria-labelledby="panel-title"><h2 id="panel-title" class="small">{escape(texts("panel"))}</h2>'
        f'<p class="quiet">{escape(texts("panel_empty"))}</p></aside>'
    )


def failed_panel(message: str, texts: Texts) -> str:
    """Return the panel that says why a source cannot be opened."""
    return (
        f'<aside aria-labelledby="panel-title"><h2 id="panel-title" tabindex="-1">{escape(texts("panel_failed"))}</h2>'
        f"<p>{escape(message)}</p>{_close(texts)}</aside>"
    )


def panel(
    view: ClauseView, texts: Texts, *, span: tuple[int, int] | None = None, verdict: Verdict | None = None
) -> str:
    """Return the panel that shows a clause whole, `span` of the version's text highlighted in it.

    `verdict` is what comparing the quote with this text found; None where nothing was quoted.
    """
    document, metadata = view.document, view.document.metadata
    title = metadata.title or texts("untitled")
    language = escape(metadata.language or "")
    badges = _badges(metadata.authority, validity(document, None), texts)
    badges += _verdict(verdict, texts) if verdict is not None else ""
    badges += _language_note(metadata.language, texts.language, texts)
    page = texts("page", page=view.clause.page_from) if view.clause.page_from is not None else None
    where = [part for part in (place(view.clause.address, title), page) if part]
    return (
        f'<aside aria-labelledby="panel-title"><p class="small">{escape(texts("panel"))}</p>'
        f'<h2 id="panel-title" tabindex="-1" lang="{language}">{escape(title)}</h2>'
        f'<p class="badges">{badges}</p>'
        f"{_path(view, texts, span)}"
        f'<h3 class="place" lang="{language}">{_joined(where)}</h3>'
        f'<div class="text" lang="{language}" tabindex="0" role="group" aria-label="{escape(texts("whole_clause"))}">'
        f"{marked_text(view, span, texts)}</div>"
        f"{_neighbours(view, texts)}{_facts(view, texts)}{_addresses(view, texts, span)}{_close(texts)}</aside>"
    )


def marked_text(view: ClauseView, span: tuple[int, int] | None, texts: Texts) -> str:
    """Return the clause's text, escaped, with the part of it that lies in `span` in <mark>."""
    start, end = span or (0, 0)
    start, end = (min(max(at - view.clause.start, 0), len(view.text)) for at in (start, end))
    if start >= end:
        return escape(view.text)
    name = f'<span class="sr-only">[{escape(texts("highlighted"))}] </span>'
    return f"{escape(view.text[:start])}<mark>{name}{escape(view.text[start:end])}</mark>{escape(view.text[end:])}"


def _clause_anchor(
    view: ClauseView, address: str, content: str, texts: Texts, span: tuple[int, int] | None = None, role: str = ""
) -> str:
    link = clause_link(texts, document=view.document.id, address=address, version=view.document.version, span=span)
    return f'<a class="clause {role}" href="{escape(link)}">{content}</a>'


def _path(view: ClauseView, texts: Texts, span: tuple[int, int] | None) -> str:
    if not view.ancestors:
        return ""
    steps = "".join(
        f"<li>{_clause_anchor(view, clause.address, escape(_named(clause, view, texts)), texts, span)}</li>"
        for clause in view.ancestors
    )
    language = escape(view.document.metadata.language or "")
    return f'<nav class="path" aria-label="{escape(texts("path"))}" lang="{language}"><ol>{steps}</ol></nav>'


def _named(clause: Clause, view: ClauseView, texts: Texts) -> str:
    if clause.heading and clause.heading == view.document.metadata.title:
        return texts("whole_document")
    label = clause.label.rstrip(".) ")
    if not clause.heading or clause.heading == label:
        return label or clause.address
    return f"{label}. {clause.heading}" if label else clause.heading


def _neighbours(view: ClauseView, texts: Texts) -> str:
    title = view.document.metadata.title or ""
    steps = "".join(
        _clause_anchor(view, address, escape(texts(key, address=place(address, title))), texts, role=f"button {role}")
        for key, address, role in (
            ("previous_clause", view.previous, "previous"),
            ("next_clause", view.next, "next"),
        )
        if address is not None
    )
    return f'<nav class="neighbours" aria-label="{escape(texts("neighbours"))}">{steps}</nav>' if steps else ""


def _facts(view: ClauseView, texts: Texts) -> str:
    metadata = view.document.metadata
    note = metadata.authority == Authority.NOTE
    rows = [
        (texts("number"), metadata.number),
        (texts("author" if note else "issuer"), metadata.issuer),
        (texts("issued"), texts.date(metadata.issued) if metadata.issued and not note else None),
        (texts("effective"), texts.date(metadata.effective) if metadata.effective else None),
        (texts("expires"), texts.date(metadata.expires) if metadata.expires else None),
        (texts("checked"), texts.date(metadata.checked) if metadata.checked else None),
        (texts("licence"), metadata.licence),
        (texts("version"), str(view.document.version)),
    ]
    return (
        '<dl class="facts">'
        + "".join(f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>" for name, value in rows if value)
        + "</dl>"
    )


def _addresses(view: ClauseView, texts: Texts, span: tuple[int, int] | None) -> str:
    url = view.document.metadata.url
    link = official_link(url)
    official = ""
    if link is not None:
        apart = f'<span class="sr-only"> {escape(texts("opens_new_tab"))}</span>'
        official = (
            f"<li>{_web_link(link, escape(texts('official_text')) + apart)}"
            f' <span class="quiet">{escape(urlsplit(link).hostname or "")}</span></li>'
        )
    elif url:
        official = f"<li>{escape(texts('official_address', url=url))}</li>"
    permanent = _clause_anchor(
        view, view.clause.address, escape(texts("permanent_link")), texts, span, role="permanent"
    )
    return f'<ul class="addresses">{official}<li>{permanent}</li></ul>'


def _close(texts: Texts) -> str:
    return (
        f'<p class="close"><button type="button" data-do="back">{escape(texts("back_to_answer"))}</button>'
        f'<button type="button" data-do="close">{escape(texts("close_panel"))}</button></p>'
    )


# -- small parts -----------------------------------------------------------------------------------------------------


def _badge(text: str, tone: str) -> str:
    return f'<span class="badge {tone}">{escape(text)}</span>'


def _badges(authority: Authority | None, status: str, texts: Texts) -> str:
    name = (authority or "unknown").replace(" ", "_")
    tone = "binding" if authority == Authority.BINDING else "soft"
    known = "status_" + status.replace(" ", "_")
    standing = _badge(texts(known) if known in table() else status, "caution" if status in _CAUTIOUS else "soft")
    return _badge(texts("authority_" + name), tone) + standing


def _verdict(verdict: Verdict, texts: Texts) -> str:
    return _badge(texts("verdict_" + verdict.value), "checked" if verdict == Verdict.VERBATIM else "caution")


def _language_note(language: str | None, wanted: str, texts: Texts) -> str:
    if language is None or language == wanted:
        return ""
    if language in LANGUAGES:
        return _badge(texts(f"source_in_{language}"), "soft")
    return _badge(texts("source_in_other", language=language), "soft")


def _joined(parts: Iterable[str]) -> str:
    return " · ".join(escape(part) for part in parts)
