"""From a source text to its clause tree.

`build_tree` looks at the content alone: a Vietnamese act (Điều), an act in English (Article, Section), else headings
and paragraphs.
"""

from __future__ import annotations

from ingest.structure.european import build_act, is_act
from ingest.structure.lines import read_lines
from ingest.structure.sections import build_sections
from ingest.structure.vietnamese import build_vietnamese, is_vietnamese_act
from kb.language import text_language
from kb.records import Clause, SourceText

__all__ = ["build_tree"]


def build_tree(source: SourceText, *, language: str | None = None) -> tuple[Clause, ...]:
    """Return the clause tree of `source`, () for an empty text.

    The tradition is chosen by content; `language` ("vi", "en") only words the addresses of documents without articles,
    and is guessed where it is None. Spans nest, stand in order, and hold every character that is not blank; addresses
    are unique.
    """
    lines = read_lines(source)
    if is_vietnamese_act(lines):
        return build_vietnamese(source, lines)
    if is_act(lines):
        return build_act(source, lines)
    return build_sections(source, lines, language=language or text_language(source.text))
