"""The source panel as HTML: one clause whole, the quote highlighted, and all that a reader must know of its document.

Everything that comes from a document, a question or a browser goes through `escape`.
"""

from __future__ import annotations

from html import escape
from urllib.parse import urlsplit

from kb.answer import validity
from kb.records import Authority, Clause, ClauseView, Verdict
from ui.parts import badges, clause_link, joined, language_note, official_link, place, verdict_badge, web_link
from ui.texts import Texts


def empty(texts: Texts) -> str:
    """Return the panel before a source is opened."""
    return (
        f'<aside aria-labelledby="panel-title"><h2 id="panel-title" class="small">{escape(texts("panel"))}</h2>'
        f'<p class="quiet">{escape(texts("panel_empty"))}</p></aside>'
    )


def failed(message: str, texts: Texts) -> str:
    """Return the panel that says why a source cannot be opened."""
    return (
        f'<aside aria-labelledby="panel-title"><h2 id="panel-title" tabindex="-1">{escape(texts("panel_failed"))}</h2>'
        f"<p>{escape(message)}</p>{_close(texts)}</aside>"
    )


def opened(
    view: ClauseView, texts: Texts, *, span: tuple[int, int] | None = None, verdict: Verdict | None = None
) -> str:
    """Return the panel that shows a clause whole, `span` of the version's text highlighted in it.

    `verdict` is what comparing the quote with this text found; None where nothing was quoted.
    """
    document, metadata = view.document, view.document.metadata
    title = metadata.title or texts("untitled")
    language = escape(metadata.language or "")
    marks = badges(metadata.authority, validity(document, None), texts)
    marks += verdict_badge(verdict, texts) if verdict is not None else ""
    marks += language_note(metadata.language, texts.language, texts)
    page = texts("page", page=view.clause.page_from) if view.clause.page_from is not None else None
    where = [part for part in (place(view.clause.address, title), page) if part]
    return (
        f'<aside aria-labelledby="panel-title"><p class="small">{escape(texts("panel"))}</p>'
        f'<h2 id="panel-title" tabindex="-1" lang="{language}">{escape(title)}</h2>'
        f'<p class="badges">{marks}</p>'
        f"{_path(view, texts, span)}"
        f'<h3 class="place" lang="{language}">{joined(where)}</h3>'
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
            f"<li>{web_link(link, escape(texts('official_text')) + apart)}"
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
