"""Small pieces of HTML that the conversation and the source panel share: links, places, badges.

Everything that comes from a document, a question or a browser goes through `escape`. Links carry all that the page
needs to open a clause, so that they also work when copied (see page.js).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape
from urllib.parse import urlencode, urlsplit

from kb.address import shown
from kb.records import Authority, Verdict
from ui.texts import LANGUAGES, Texts, table

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


def linked(text: str) -> str:
    """`text` escaped, its web addresses made links.

    >>> linked("<b> at https://example.org/a?b=1&c=2.").replace(' target="_blank" rel="noopener noreferrer"', "")
    '&lt;b&gt; at <a class="official" href="https://example.org/a?b=1&amp;c=2">https://example.org/a?b=1&amp;c=2</a>.'
    """
    parts = _WEB_ADDRESS.split(text)
    return "".join(web_link(part, escape(part)) if at % 2 else escape(part) for at, part in enumerate(parts))


def web_link(url: str, content: str) -> str:
    """Return a link to another site around `content`, which is HTML; it opens apart and tells that site nothing."""
    return f'<a class="official" href="{escape(url)}" target="_blank" rel="noopener noreferrer">{content}</a>'


def _badge(text: str, tone: str) -> str:
    return f'<span class="badge {tone}">{escape(text)}</span>'


def badges(authority: Authority | None, status: str, texts: Texts) -> str:
    """Return how far a document binds and where it stands (see kb.answer.validity)."""
    name = (authority or "unknown").replace(" ", "_")
    tone = "binding" if authority == Authority.BINDING else "soft"
    known = "status_" + status.replace(" ", "_")
    standing = _badge(texts(known) if known in table() else status, "caution" if status in _CAUTIOUS else "soft")
    return _badge(texts("authority_" + name), tone) + standing


def verdict_badge(verdict: Verdict, texts: Texts) -> str:
    """Return what comparing a quote with its source found."""
    return _badge(texts("verdict_" + verdict.value), "checked" if verdict == Verdict.VERBATIM else "caution")


def language_note(language: str | None, wanted: str, texts: Texts) -> str:
    """Return in which language a source is, nothing where that is the language `wanted` or unknown."""
    if language is None or language == wanted:
        return ""
    if language in LANGUAGES:
        return _badge(texts(f"source_in_{language}"), "soft")
    return _badge(texts("source_in_other", language=language), "soft")


def joined(parts: Iterable[str]) -> str:
    """Return the parts, escaped, on one line.

    >>> joined(["134/2025/QH15", "<b>"])
    '134/2025/QH15 · &lt;b&gt;'
    """
    return " · ".join(escape(part) for part in parts)
