"""Small pieces of HTML that the conversation and the source panel share: links, places, badges.

Everything that comes from a document, a question or a browser goes through `escape`. Links carry all that the page
needs to open a clause, so that they also work when copied (see page.js).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape
from urllib.parse import quote, urlencode, urlsplit

from kb.address import shown
from kb.records import Authority, Concern, Kind, Verdict
from ui.texts import LANGUAGES, Texts, table

_WEB_ADDRESS = re.compile(r"""(https?://[^\s<>"']+[^\s<>"'.,;:!?)\]])""")
_CAUTIOUS = {"draft", "superseded", "withdrawn", "not yet in force", "no longer in force"}
_CONCERNS = {
    Concern.OVERDUE: ("concern_overdue", "concern_overdue"),
    Concern.AMENDED: ("concern_amended", "concern_amended_by"),
    Concern.REPEALED: ("concern_repealed", "concern_repealed_by"),
}


def clause_link(texts: Texts, *, document: str, address: str, version: int, span: tuple[int, int] | None = None) -> str:
    """Return the link that opens a clause beside the conversation; `span` is the part of the text to highlight."""
    query = {"lang": texts.language, "document": document, "address": address, "version": version}
    if span is not None:
        query["quote"] = f"{span[0]}-{span[1]}"
    return "../?" + urlencode(query)


def reader_link(
    texts: Texts, *, document: str, version: int, address: str | None = None, span: tuple[int, int] | None = None
) -> str:
    """Return the permanent link to a version of a document, or to a clause of it, relative to the chat page.

    >>> reader_link(Texts("en"), document="a b", version=2, address="Article 6(1)", span=(3, 9))
    '../en/library/a%20b?version=2&at=Article+6%281%29&quote=3-9'
    """
    query = {"version": str(version)}
    if address is not None:
        query["at"] = address
    if span is not None:
        query["quote"] = f"{span[0]}-{span[1]}"
    return f"../{texts.language}/library/{quote(document, safe='')}?{urlencode(query)}"


def number(count: int, texts: Texts) -> str:
    """Return a count with its thousands marked as the language marks them.

    >>> number(2249, Texts("vi")), number(2249, Texts("en"))
    ('2.249', '2,249')
    """
    return f"{count:,}".replace(",", "." if texts.language == "vi" else ",")


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


def copy_button(name: str, texts: Texts, *, text: str = "", link: str = "") -> str:
    """Return a button that copies `text`, or the whole address of `link`, and says so (see page.js)."""
    what = f'data-copy="{escape(text)}"' if text else f'data-copy-link="{escape(link)}"'
    return (
        f'<button type="button" class="small" {what} data-done="{escape(texts("copied"))}"'
        f' data-failed="{escape(texts("not_copied"))}">{escape(name)}</button>'
    )


def _badge(text: str, tone: str) -> str:
    return f'<span class="badge {tone}">{escape(text)}</span>'


def badges(authority: Authority | None, status: str, texts: Texts) -> str:
    """Return how far a document binds and where it stands (see kb.validity)."""
    name = (authority or "unknown").replace(" ", "_")
    tone = "binding" if authority == Authority.BINDING else "soft"
    known = "status_" + status.replace(" ", "_")
    standing = _badge(texts(known) if known in table() else status, "caution" if status in _CAUTIOUS else "soft")
    return _badge(texts("authority_" + name), tone) + standing


def kind_name(kind: Kind, texts: Texts) -> str:
    """Return what a document is for, in words."""
    return texts("kind_" + kind.value.replace("-", "_"))


def kind_badge(kind: Kind | None, authority: Authority | None, texts: Texts) -> str:
    """Return what a document is for; nothing where that is unknown or its authority says the same."""
    return "" if kind is None or authority == Authority.NOTE else _badge(kind_name(kind, texts), "soft")


def concern_badges(concerns: Iterable[Concern], texts: Texts, by: Iterable[str] = ()) -> str:
    """Return why a source should be checked first; `by` are the numbers of what amended or replaced it."""
    numbers = ", ".join(by)
    return "".join(
        _badge(texts(_CONCERNS[concern][1 if numbers else 0], numbers=numbers), "caution") for concern in concerns
    )


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


def alert(message: str) -> str:
    """Return a message that screen readers announce at once."""
    return f'<p role="alert" class="alert">{escape(message)}</p>'


def spoken(message: str) -> str:
    """Return a message for screen readers alone, announced when they pause."""
    return f'<p role="status" class="sr-only">{escape(message)}</p>'


def whole_number(value: object) -> int | None:
    """Return `value` as a whole number from 0, None for anything else.

    >>> whole_number("12"), whole_number(3), whole_number("-1"), whole_number(True), whole_number("9" * 30)
    (12, 3, None, None, None)
    """
    if isinstance(value, bool) or not isinstance(value, (int, str)):
        return None
    digits = str(value)
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 9 else None


def span_of(value: object) -> tuple[int, int] | None:
    """Return the span of a text that a link names, None for anything else.

    >>> span_of("120-340"), span_of("340-120"), span_of("x"), span_of(None)
    ((120, 340), None, None, None)
    """
    start, _, end = value.partition("-") if isinstance(value, str) else ("", "", "")
    first, last = whole_number(start), whole_number(end)
    return (first, last) if first is not None and last is not None and first < last else None


def shortened(text: str, longest: int) -> str:
    """Return `text` as far as its last whole word within `longest` characters.

    >>> shortened("one two three", 9), shortened("one", 9)
    ('one two …', 'one')
    """
    return text if len(text) <= longest else text[:longest].rsplit(" ", 1)[0] + " …"
