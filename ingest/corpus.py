"""An evaluation set's corpus put into a base as documents, through the same passages and indexes as any other."""

from __future__ import annotations

from collections.abc import Sequence

from ingest.passages import split
from ingest.pipeline import PASSAGE_TOKENS
from kb.base import KnowledgeBase
from kb.evaluate import EvaluationDocument
from kb.models import Progress
from kb.records import Clause, Metadata, ParsedDocument

LONGEST_HEADING = 200


def index_corpus(base: KnowledgeBase, corpus: Sequence[EvaluationDocument], progress: Progress) -> dict[str, str]:
    """Store each of `corpus` as a published document of one clause; return corpus ids by document id.

    Vectors are made for all together at the end, so that batches are sorted by length over the whole corpus.
    """
    embedder = base.embedder()
    ids: dict[str, str] = {}
    for item in corpus:
        clause = Clause(
            position=0,
            address="Text",
            kind="document",
            label="",
            heading=_heading(item.text),
            start=0,
            end=len(item.text),
        )
        passages = split(
            item.text,
            (clause,),
            (),
            count_tokens=embedder.count_tokens,
            max_tokens=min(PASSAGE_TOKENS, embedder.max_tokens),
            title=item.title or None,
        )
        parsed = ParsedDocument(
            text=item.text,
            format="text",
            metadata=Metadata(title=item.title or None, language=item.language),
            clauses=(clause,),
            passages=passages,
        )
        document = base.add(parsed, source=f"corpus:{item.id}", file_hash=item.id, publish=True, settle=False)
        ids[document.id] = item.id
    base.settle(progress)
    return ids


def _heading(text: str) -> str:
    """The first line where it is a heading: short, not a sentence, with text beneath it; as a clause's own would be."""
    first, _, rest = text.strip().partition("\n")
    first = first.strip()
    return first if rest.strip() and len(first) <= LONGEST_HEADING and first[-1:] not in ".;:,!?" else ""
