"""What the text of a document says about itself, in the tradition that its head shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ingest.mastheads.codified import codified_instrument, read_codified
from ingest.mastheads.european import read_european
from ingest.mastheads.guidance import read_guidance
from ingest.mastheads.masthead import Masthead
from ingest.mastheads.vietnamese import read_translation, read_vietnamese
from kb.records import Authority, Clause, Kind, SourceText

__all__ = ["Masthead", "codified_instrument", "read_masthead"]

_HEAD = 6000  # characters of the head of a document without a preamble


def read_masthead(source: SourceText, clauses: Sequence[Clause], *, language: str | None) -> Masthead:
    """Return what the text states of itself."""
    codified = read_codified(source.text)
    if codified is not None:
        return codified
    head = _head_lines(source, clauses)
    if language == "vi":
        return read_vietnamese(source.text, head, clauses)
    found = read_european(source.text, head, clauses) or read_translation(head) or read_guidance(source, head)
    if found.kind is None and any(clause.kind == "article" for clause in clauses):
        return replace(found, kind=Kind.REGULATION, authority=found.authority or Authority.BINDING)
    return found


def _head_lines(source: SourceText, clauses: Sequence[Clause]) -> list[str]:
    """Return the lines before the first clause of the body, white space made single."""
    end = _HEAD
    for clause in clauses:
        if clause.kind in ("recital", "chapter", "part", "article", "section", "title"):
            end = max(200, min(_HEAD, clause.start))
            break
    return [line for line in (" ".join(raw.split()).strip("*_ ") for raw in source.text[:end].splitlines()) if line]
