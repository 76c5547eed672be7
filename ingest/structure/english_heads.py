"""Which lines of an act in English open a title, chapter, section, article, annex, or its closing formula."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from ingest.structure.lines import Line, ends_sentence, is_capitals, is_contents_line
from ingest.structure.sequence import in_sequence
from kb.records import BlockKind

_NUMERAL = r"(?:[IVXLC]{1,7}[a-z]?|\d{1,3}[A-Za-z]?|[A-Z])"
_REST = r"(?P<sep>\s*[-–—:.]\s*|\s+|$)(?P<rest>.*)$"
_ARTICLE = re.compile(rf"(?P<label>(?:Article|ARTICLE|Art\.)\s+(?P<n>\d{{1,3}}[a-z]{{0,2}}))(?![\w(/]){_REST}")
_SECTION = re.compile(
    rf"(?P<label>(?:Section|SECTION|SEC\.|Sec\.|§)\s*(?P<n>\d{{1,4}}[A-Za-z]{{0,2}}))(?![\w(/-]|\.\d){_REST}"
)
_CONTAINER = re.compile(
    r"(?P<label>(?P<word>PART|Part|TITLE|Title|CHAPTER|Chapter|SUBCHAPTER|SECTION|Section|SUBSECTION|Subsection)"
    rf"\s+(?P<n>{_NUMERAL}))(?![\w(/]|\.[\dA-Z(]){_REST}"
)
_ANNEX = re.compile(
    r"(?P<label>(?P<word>ANNEX|Annex|APPENDIX|Appendix|SCHEDULE|Schedule)"
    rf"(?:\s+(?P<n>{_NUMERAL}))?)(?![\w(/]){_REST}"
)
_CLOSING = re.compile(
    r"Done at \w+|This (?:Regulation|Directive|Decision) (?:shall be binding in its entirety|is addressed to)"
)
_SENTENCE = re.compile(r"(?:of|to|in|and|or|shall|is|are|which|that|the|as|for|by|does|may|applies|also|lays?)\b|[,;)]")


@dataclass(frozen=True, slots=True)
class Head:
    """A line that opens a clause above the paragraphs: index, kind, number, mark as printed, rest of the line, word."""

    index: int
    kind: str
    number: str
    label: str
    rest: str
    word: str = ""


def is_act(lines: Sequence[Line]) -> bool:
    """Whether the lines hold articles in sequence (five, or two from the first on), or three named sections."""
    articles = _in_order(_articles(lines, _ARTICLE))
    if len(articles) >= 5 or (len(articles) >= 2 and articles[0].number == "1"):
        return True
    sections = _in_order(_articles(lines, _SECTION))
    return len(sections) >= 3 and (sections[0].number in ("1", "101") or sections[0].label.startswith("§"))


def article_word(lines: Sequence[Line]) -> str:
    """Return what the act calls its articles: "Article", or "Section" where it has no two articles."""
    return "Article" if len(_in_order(_articles(lines, _ARTICLE))) >= 2 else "Section"


def find_heads(lines: Sequence[Line], quoted: Collection[int], until: int) -> list[Head]:
    """Return the heads among `lines` up to `until` but those at indices in `quoted`, in order, one a line."""
    word = article_word(lines)
    found = [
        head
        for head in _articles(lines, _ARTICLE if word == "Article" else _SECTION)
        if head.index not in quoted and head.index < until
    ]
    annexes = _annexes(lines, quoted, until, after=max((head.index for head in _in_order(found)), default=0))
    body_end = annexes[0].index if annexes else until
    articles = _in_order([head for head in found if head.index < body_end])
    heads = [*articles, *annexes, *_inside(found, annexes)]
    first = articles[0].index if articles else 0
    heads += _containers(lines, quoted, until, word=word, first_article=first)
    for index in range(articles[-1].index if articles else 0, body_end):
        if _CLOSING.match(lines[index].text) and index not in quoted:
            heads.append(Head(index, "closing", "", "", ""))
            break
    by_index: dict[int, Head] = {}
    for head in heads:
        by_index.setdefault(head.index, head)
    return [by_index[index] for index in sorted(by_index)]


def _articles(lines: Sequence[Line], pattern: re.Pattern[str]) -> list[Head]:
    heads = []
    for index, line in enumerate(lines):
        match = pattern.match(line.text)
        if not match or is_contents_line(line.text) or line.kind is BlockKind.TABLE_ROW:
            continue
        rest, separated = match["rest"], bool(match["sep"].strip())
        if rest and (len(rest) > 250 or _SENTENCE.match(rest)):
            continue
        if rest and not separated and not (rest[:1].isupper() and not ends_sentence(rest)):
            continue
        before = lines[index - 1].text if index else ""
        if not line.first and rest and before[-1:].islower() and not ends_sentence(before) and not is_capitals(before):
            continue
        heads.append(Head(index, "article", match["n"], match["label"], rest))
    return heads


def _in_order(heads: Sequence[Head]) -> list[Head]:
    return [heads[position] for position in in_sequence([head.number for head in heads])]


def _inside(articles: Sequence[Head], annexes: Sequence[Head]) -> list[Head]:
    """Return articles of a model text inside an annex: only where an annex holds at least three in sequence."""
    kept: list[Head] = []
    for annex, following in zip(annexes, [*annexes[1:], None], strict=False):
        end = following.index if following else None
        run = [h for h in articles if annex.index < h.index and (end is None or h.index < end) and not h.rest]
        run = _in_order(run)
        kept += run if len(run) >= 3 else []
    return kept


def _annexes(lines: Sequence[Line], quoted: Collection[int], until: int, *, after: int) -> list[Head]:
    heads: list[Head] = []
    for index in range(after, until):
        line = lines[index]
        match = _ANNEX.match(line.text)
        if not match or index in quoted or is_contents_line(line.text) or line.kind is BlockKind.TABLE_ROW:
            continue
        rest, separated, number = match["rest"], bool(match["sep"].strip()), match["n"] or ""
        if rest and (_SENTENCE.match(rest) or len(rest) > 250 or rest.endswith((".", ";", ","))):
            continue
        if rest and not separated and not is_capitals(rest):
            continue
        if not match["word"].isupper() and not ((not rest or separated) and _stands_alone(line, match)):
            continue
        if heads and number and heads[-1].number == number:
            continue  # a running head
        heads.append(Head(index, "annex", number, match["label"], rest, match["word"].capitalize()))
    return heads


def _containers(
    lines: Sequence[Line], quoted: Collection[int], until: int, *, word: str, first_article: int
) -> list[Head]:
    heads = []
    for index in range(until):
        line = lines[index]
        match = _CONTAINER.match(line.text)
        if not match or index in quoted or is_contents_line(line.text) or line.kind is BlockKind.TABLE_ROW:
            continue
        capitals, rest = match["word"].isupper(), match["rest"]
        if match["word"].lower() == word.lower() and _SECTION.match(line.text):
            continue
        if rest and (_SENTENCE.match(rest) or len(rest) > 200 or rest.endswith((".", ";", ","))):
            continue
        if rest and not match["sep"].strip() and not is_capitals(rest) and not (capitals and line.first):
            continue
        if not capitals and (index < first_article - 60 or not _stands_alone(line, match)):
            continue
        heads.append(Head(index, match["word"].lower(), match["n"], match["label"], rest, match["word"].capitalize()))
    return heads


def _stands_alone(line: Line, match: re.Match[str]) -> bool:
    """Whether a mark in small letters is a heading of its own, not the rest of a sentence that a line break has cut."""
    if not match["rest"]:
        return match["sep"].strip() != "."
    return line.first or match["sep"].strip() in ("-", "–", "—", ":")
