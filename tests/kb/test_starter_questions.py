"""Sixty questions that a base of starter notes must answer from the right note, and twenty that it must refuse."""

from __future__ import annotations

import tomllib
from pathlib import Path

from kb.base import KnowledgeBase
from kb.records import Answer, Outcome

QUESTIONS = tomllib.loads((Path(__file__).parent / "starter_questions.toml").read_text(encoding="utf-8"))
LEAST_ANSWERED = 0.9


def _notes(base: KnowledgeBase, answer: Answer) -> set[str | None]:
    return {base.document(citation.document).metadata.pair for citation in answer.citations}


def test_the_notes_answer_nine_questions_in_ten(starter_base: KnowledgeBase) -> None:
    failed = []
    for question in QUESTIONS["answered"]:
        answer = starter_base.ask(question["ask"])
        quotes = " ".join(citation.quote for citation in answer.citations)
        said = not question["says"] or any(words in quotes for words in question["says"])
        if answer.outcome != Outcome.ANSWERED or not _notes(starter_base, answer) & set(question["notes"]) or not said:
            failed.append((question["ask"], answer.outcome.value, sorted(map(str, _notes(starter_base, answer)))))
    assert len(failed) <= (1 - LEAST_ANSWERED) * len(QUESTIONS["answered"]), failed


def test_what_the_notes_cannot_know_is_refused(starter_base: KnowledgeBase) -> None:
    outcomes = {question: starter_base.ask(question).outcome for question in QUESTIONS["unknown"]}
    assert {question for question, outcome in outcomes.items() if outcome == Outcome.ANSWERED} == set()
