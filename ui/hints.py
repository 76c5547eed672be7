"""Terms of the glossary marked in quoted text: what each is called in the other language, a tap or a Tab key away.

The text itself stays as it is: hints are hidden elements beside the terms, which neither reading nor copying meets.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from kb import glossary
from kb.glossary import Mention
from kb.language import other_language
from ui.texts import LANGUAGES, Texts

MOST = 8
"""Hints in one clause: each is a stop for the Tab key."""


def hinted(text: str, language: str, texts: Texts, *, name: str, mark: tuple[int, int] | None = None) -> str:
    """Return `text` escaped, its terms made hints; `mark` is a part of it to highlight, `name` is unique on the page.

    >>> html = hinted("Thiết bị y tế <b>", "vi", Texts("en"), name="a")
    >>> "Thiết bị y tế</span>" in html, "medical device" in html, html.endswith(" &lt;b&gt;")
    (True, True, True)
    >>> hinted("không có gì", "vi", Texts("vi"), name="a", mark=(6, 8))
    'không <mark><span class="sr-only">[phần được trích dẫn] </span>có</mark> gì'
    """
    start, end = mark or (0, 0)
    cuts = (start, end) if start < end else ()
    mentions = [found for found in _mentions(text, language) if not any(found.start < cut < found.end for cut in cuts)]
    parts, at = [], 0
    for place, closing, content in sorted(_pieces(mentions[:MOST], text, language, texts, name, cuts)):
        parts += [escape(text[at:place]), content]
        at = closing
    return "".join(parts) + escape(text[at:])


def _mentions(text: str, language: str) -> tuple[Mention, ...]:
    return glossary.load().hints(text, language) if language in LANGUAGES else ()


def _pieces(
    mentions: list[Mention], text: str, language: str, texts: Texts, name: str, cuts: tuple[int, ...]
) -> Iterator[tuple[int, int, str]]:
    """What stands in place of `text[start:end]`: terms, and the ends of the highlighted part between them."""
    if cuts:
        # Sorted by (start, end): the mark opens before a term that begins with it and closes before one behind it.
        said = f'<span class="sr-only">[{escape(texts("highlighted"))}] </span>'
        yield cuts[0], cuts[0], f"<mark>{said}"
        yield cuts[1], cuts[1], "</mark>"
    for number, mention in enumerate(mentions, start=1):
        term = escape(text[mention.start : mention.end])
        yield mention.start, mention.end, _hint(term, mention, language, texts, f"{name}-{number}")


def _hint(term: str, mention: Mention, language: str, texts: Texts, name: str) -> str:
    entry = mention.entry
    other = other_language(language)
    remark = entry.remark(texts.language)
    said = f'<b lang="{other}">{escape(entry.term(other))}</b>'
    said += "" if entry.reviewed else f" <i>({escape(texts('term_awaits_review'))})</i>"
    said += f"<br>{escape(remark)}" if remark else ""
    # No <button>: browsers do not break one over two lines.
    name = escape(name)
    return (
        f'<span class="hinted"><span class="term" role="button" tabindex="0" aria-describedby="{name}">{term}</span>'
        f'<span class="hint" role="tooltip" id="{name}" lang="{texts.language}">{said}</span></span>'
    )
