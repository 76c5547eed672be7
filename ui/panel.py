"""The source panel as HTML: one clause whole, the quote highlighted, and all that a reader must know of its document.

Everything that comes from a document, a question or a browser goes through `escape`.
"""

from __future__ import annotations

from html import escape
from urllib.parse import urlsplit

from kb.cite import cite
from kb.currency import Currency
from kb.records import Authority, Clause, ClauseView, Verdict
from kb.validity import validity
from ui.hints import hinted
from ui.parts import (
    badges,
    clause_link,
    concern_badges,
    copy_button,
    joined,
    kind_badge,
    language_note,
    official_link,
    place,
    reader_link,
    verdict_badge,
    web_link,
)
from ui.texts import Texts

Span = tuple[int, int]


def empty(texts: Texts) -> str:
    """Return the panel before a source is opened."""
    return (
        f'<aside class="empty" aria-labelledby="panel-title">'
        f'<h2 id="panel-title" class="heading">{escape(texts("panel"))}</h2>'
        f'<p class="quiet">{escape(texts("panel_empty"))}</p></aside>'
    )


def failed(message: str, texts: Texts) -> str:
    """Return the panel that says why a source cannot be opened."""
    return (
        f'<aside aria-labelledby="panel-title"><h2 id="panel-title" tabindex="-1">{escape(texts("panel_failed"))}</h2>'
        f"<p>{escape(message)}</p>{_close(texts)}</aside>"
    )


def opened(
    view: ClauseView,
    texts: Texts,
    *,
    span: Span | None = None,
    verdict: Verdict | None = None,
    currency: Currency | None = None,
) -> str:
    """Return the panel that shows a clause whole, `span` of the version's text highlighted in it.

    `verdict` is what comparing the quote with this text found, None where nothing was quoted; `currency` is where the
    document stands today. The element says in its data what is open, for the address bar and the contents list.
    """
    document, metadata = view.document, view.document.metadata
    title = metadata.title or texts("untitled")
    language = escape(metadata.language or "")
    page = texts("page", page=view.clause.page_from) if view.clause.page_from is not None else None
    where = [part for part in (place(view.clause.address, title), page) if part]
    link = clause_link(texts, document=document.id, address=view.clause.address, version=document.version, span=span)
    return (
        f'<aside aria-labelledby="panel-title" data-link="{escape(link)}" data-document="{escape(document.id)}"'
        f' data-version="{document.version}" data-position="{view.clause.position}">'
        f'<p class="heading">{escape(texts("panel"))}</p>'
        f'<h2 id="panel-title" tabindex="-1" lang="{language}">{escape(title)}</h2>{_close(texts)}'
        f'<p class="badges">{_marks(view, texts, verdict, currency)}</p>'
        f"{_path(view, texts)}"
        f'<h3 class="place" lang="{language}">{joined(where)}</h3>'
        f'<div class="text" lang="{language}" tabindex="0" role="group" aria-label="{escape(texts("whole_clause"))}">'
        f"{marked_text(view, span, texts)}</div>"
        f"{_neighbours(view, texts)}{_citation(view, texts, span)}{_facts(view, texts, currency)}</aside>"
    )


def marked_text(view: ClauseView, span: Span | None, texts: Texts) -> str:
    """Return the clause's text, escaped, with hints and the part of it that lies in `span` in <mark>."""
    start, end = span or (0, 0)
    start, end = (min(max(at - view.clause.start, 0), len(view.text)) for at in (start, end))
    return hinted(view.text, view.document.metadata.language or "", texts, name="panel", mark=(start, end))


def _marks(view: ClauseView, texts: Texts, verdict: Verdict | None, currency: Currency | None) -> str:
    metadata = view.document.metadata
    marks = kind_badge(metadata.kind, metadata.authority, texts)
    marks += badges(metadata.authority, validity(view.document, None), texts)
    marks += concern_badges(currency.concerns, texts, currency.by) if currency is not None else ""
    marks += verdict_badge(verdict, texts) if verdict is not None else ""
    return marks + language_note(metadata.language, texts.language, texts)


def _clause_anchor(view: ClauseView, address: str, content: str, texts: Texts, *, role: str = "") -> str:
    link = clause_link(texts, document=view.document.id, address=address, version=view.document.version)
    return f'<a class="clause {role}" href="{escape(link)}">{content}</a>'


def _path(view: ClauseView, texts: Texts) -> str:
    if not view.ancestors:
        return ""
    steps = "".join(
        f"<li>{_clause_anchor(view, clause.address, escape(_named(clause, view, texts)), texts)}</li>"
        for clause in view.ancestors
    )
    language = escape(view.document.metadata.language or "")
    return f'<nav class="path" aria-label="{escape(texts("path"))}" lang="{language}"><ol>{steps}</ol></nav>'


def _named(clause: Clause, view: ClauseView, texts: Texts) -> str:
    if clause.address == (view.document.metadata.title or ""):
        return texts("whole_document")
    label = clause.label.rstrip(".:) ")
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


def _citation(view: ClauseView, texts: Texts, span: Span | None) -> str:
    """How to cite the clause, its lasting address, the document whole, and where the official text stands."""
    document, metadata = view.document, view.document.metadata
    cited = cite(metadata, view.clause.address)
    lasting = reader_link(texts, document=document.id, version=document.version, address=view.clause.address, span=span)
    whole = reader_link(texts, document=document.id, version=document.version)
    link = official_link(metadata.url)
    official = ""
    if link is not None:
        apart = f'<span class="sr-only"> {escape(texts("opens_new_tab"))}</span>'
        official = (
            f"<li>{web_link(link, escape(texts('official_text')) + apart)}"
            f' <span class="quiet">{escape(urlsplit(link).hostname or "")}</span></li>'
        )
    elif metadata.url:
        official = f"<li>{escape(texts('official_address', url=metadata.url))}</li>"
    return (
        f'<section class="cite"><h3>{escape(texts("cite_heading"))}</h3>'
        f'<p class="cited" lang="{escape(metadata.language or "")}">{escape(cited)}</p>'
        f'<p class="actions">{copy_button(texts("copy_citation"), texts, text=cited)}'
        f"{copy_button(texts('copy_link'), texts, link=lasting)}</p>"
        f'<ul class="addresses"><li><a class="permanent" href="{escape(lasting)}">{escape(texts("permanent_link"))}</a>'
        f'</li><li><a class="whole" href="{escape(whole)}">{escape(texts("read_whole"))}</a></li>{official}</ul>'
        "</section>"
    )


def _facts(view: ClauseView, texts: Texts, currency: Currency | None) -> str:
    metadata = view.document.metadata
    note = metadata.authority == Authority.NOTE
    rows = [
        (texts("number"), metadata.number),
        (texts("author" if note else "issuer"), metadata.issuer),
        (texts("issued"), texts.date(metadata.issued) if metadata.issued and not note else None),
        (texts("effective"), texts.date(metadata.effective) if metadata.effective else None),
        (texts("expires"), texts.date(metadata.expires) if metadata.expires else None),
        (texts("checked"), texts.date(metadata.checked) if metadata.checked else None),
        (texts("review_due"), texts.date(currency.review_due) if currency is not None else None),
        (texts("licence"), metadata.licence),
        (texts("version"), str(view.document.version)),
    ]
    return (
        '<dl class="facts">'
        + "".join(f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>" for name, value in rows if value)
        + "</dl>"
    )


def _close(texts: Texts) -> str:
    buttons = "".join(
        f'<button type="button" class="small" data-do="{action}">{escape(texts(name))}</button>'
        for action, name in (("back", "back_to_answer"), ("close", "close_panel"))
    )
    return f'<p class="close">{buttons}</p>'
