"""The things the base speaks of, as frozen records: documents, clauses, passages, answers.

Every text position is an offset in characters into the text of one document version (Unicode NFC), half open:
`text[start:end]`. Pages count from 1 and are None where the format has none. A field that the document does not
state is None here and shown as `unknown`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum


class Kind(StrEnum):
    """What a document is for (design, section 1)."""

    REGULATION = "regulation"
    APPRAISAL_GUIDANCE = "appraisal-guidance"
    BLUEPRINT = "blueprint"
    STANDARD = "standard"
    DIRECTORY = "directory"
    EARLY_WARNING = "early-warning"
    PROGRAMME = "programme"
    PILOT_REPORT = "pilot-report"
    REPORTING_GUIDELINE = "reporting-guideline"
    NOTE = "note"


class Authority(StrEnum):
    """How far a document binds its readers."""

    BINDING = "binding law"
    STANDARD = "standard"
    GUIDANCE = "guidance"
    BLUEPRINT = "blueprint"
    DRAFT = "draft"
    NOTE = "note"


class Audience(StrEnum):
    """Who may see a document."""

    PUBLIC = "public"
    COMMUNITY = "community"
    REGULATORS = "regulators"


class Outcome(StrEnum):
    """The four outcomes of a question, never mixed (design 4.8)."""

    ANSWERED = "answered"
    NOT_IN_BASE = "not_in_base"
    COULD_NOT_CHECK = "could_not_check"
    DECLINED = "declined"


class Verdict(StrEnum):
    """What exact comparison of a citation's quote with its stored clause found."""

    VERBATIM = "verbatim"
    ADAPTED = "adapted"
    NOT_FOUND = "not_found"
    COULD_NOT_CHECK = "could_not_check"


class Concern(StrEnum):
    """Why a source should be checked before anybody relies on it (kb.currency)."""

    OVERDUE = "overdue"
    """Its review is overdue."""
    AMENDED = "amended"
    """The catalogue knows of amendments to it."""
    REPEALED = "repealed"
    """The catalogue knows that it was repealed, replaced or has lapsed."""


class BlockKind(StrEnum):
    """What a reader knows of one block of text."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    LIST_ITEM = "list-item"
    TABLE_ROW = "table-row"
    FOOTNOTE = "footnote"


@dataclass(frozen=True, slots=True, kw_only=True)
class PageSpan:
    """One page of a version's text."""

    number: int
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A run of text that a reader took as one: a heading, paragraph, list item or table row.

    `level` is the heading level (1 is the highest) where the format marks headings, else None.
    `anchor` is the element id in the source, where there is one (EUR-Lex names its articles so).
    """

    start: int
    end: int
    kind: BlockKind
    level: int | None = None
    anchor: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceText:
    """What a reader makes of a file: its text in reading order, with pages, blocks and stated properties.

    Blocks lie in order, do not overlap, and hold all of `text` but the line breaks between them. `properties` are what
    the file says about itself beside its text (front matter, information tables, HTML meta), keys in lower case, as
    written.
    `format` is one of pdf, docx, html, markdown, text.
    """

    text: str
    format: str
    blocks: tuple[Block, ...]
    pages: tuple[PageSpan, ...] = ()
    properties: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """What is known of a document as a whole; None means that nothing states it.

    `about` lists the canonical numbers of the instruments that a note describes; `pair` names the work of which this is
    one language version, the same for all its languages; `checked` is the day its facts were last checked,
    `review_due` that on which they are to be checked again.
    """

    title: str | None = None
    number: str | None = None
    kind: Kind | None = None
    authority: Authority | None = None
    jurisdiction: str | None = None
    audience: Audience | None = None
    licence: str | None = None
    language: str | None = None
    issuer: str | None = None
    issued: date | None = None
    effective: date | None = None
    expires: date | None = None
    checked: date | None = None
    review_due: date | None = None
    url: str | None = None
    pair: str | None = None
    about: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """One node of a version's clause tree; its text is `text[start:end]`, everything beneath it included.

    `address` is unique in its version and in the form of design 4.9 ("Điều 9 khoản 2 điểm a", "Article 6(1)(a)"),
    `label` the node's own mark as printed ("Điều 9", "2.", "a)"), `heading` its title without the mark ("" where it
    has none), `kind` a word such as part, chapter, section, article, clause, point, paragraph, recital, annex,
    heading, row.
    `position` counts from 0 in reading order; `parent` is the position of the clause above.
    """

    position: int
    address: str
    kind: str
    label: str
    heading: str
    start: int
    end: int
    page_from: int | None = None
    page_to: int | None = None
    parent: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A span of one clause, small enough for the embedding model, with the words needed to read it alone.

    `clause` is the position of the smallest clause that holds the span; `context` the headings above it, and the
    lead-in of its list where the span does not hold it, outermost first, a line each.
    """

    position: int
    clause: int
    start: int
    end: int
    context: str = ""
    page_from: int | None = None
    page_to: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """Something that whoever adds a document should know of it, a sentence in each language."""

    en: str
    vi: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedDocument:
    """A document as ingest hands it to the library, with what was remarked while reading it."""

    text: str
    format: str
    metadata: Metadata
    clauses: tuple[Clause, ...]
    passages: tuple[Passage, ...]
    pages: tuple[PageSpan, ...] = ()
    remarks: tuple[Remark, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A document in the base, as of one of its versions. `id` is stable and fit for links; `status` is one of
    published, superseded, draft, withdrawn; `pages` is the number of pages where the format has them; `review_due` is
    the day from which its currency is to be checked again."""

    id: str
    version: int
    status: str
    metadata: Metadata
    format: str
    source: str
    clauses: int
    passages: int
    pages: int | None = None
    review_due: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One passage found by a search; `rank` counts from 1, a higher `score` is better (no fixed range).

    `text` is the passage's own text, verbatim. `start` and `end` place it in the version's text.
    """

    rank: int
    score: float
    passage: int
    document: str
    version: int
    number: str | None
    title: str
    address: str
    language: str
    page: int | None
    text: str
    context: str
    start: int
    end: int
    kind: Kind | None
    authority: Authority | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """A quote and where it stands. `key` is the number shown in brackets; `address` the stored address and
    `address_shown` the way a reader of that tradition writes it ("điểm a khoản 2 Điều 9"); `start` and `end` place the
    quote in the version's text; `page` is that of the quote's beginning; `cite_as` is the citation as an official text
    writes it ("điểm a khoản 2 Điều 9 Luật số 134/2025/QH15"), `concerns` why the source should be checked first."""

    key: int
    document: str
    version: int
    number: str | None
    title: str
    address: str
    address_shown: str
    page: int | None
    quote: str
    start: int
    end: int
    language: str
    kind: Kind | None
    authority: Authority | None
    status: str
    url: str | None
    verdict: Verdict
    cite_as: str = ""
    concerns: tuple[Concern, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One sentence or quoted passage of an answer with the keys of the citations it stands on.

    `quoted` says that `text` is the words of its source rather than ours.
    """

    text: str
    citations: tuple[int, ...] = ()
    quoted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The answer to one question, in `language` (quotes keep their own); times are in milliseconds.

    `searched` is the question really searched where it was understood as following on from the one before, else "".
    """

    question: str
    outcome: Outcome
    language: str
    statements: tuple[Statement, ...]
    citations: tuple[Citation, ...] = ()
    also_retrieved: tuple[Hit, ...] = ()
    timing_ms: dict[str, float] = field(default_factory=dict)
    searched: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClauseView:
    """One clause as a reader opens it: its text with pages, what stands above it, and its neighbours.

    `ancestors` run from the outermost; `previous` and `next` are the addresses of the clauses of the same kind
    before and after.
    """

    document: Document
    clause: Clause
    text: str
    ancestors: tuple[Clause, ...] = ()
    previous: str | None = None
    next: str | None = None
