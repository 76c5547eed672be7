"""Notes lead to the clauses they name; lists are quoted whole; what a question asks for ranks its quotes."""

from __future__ import annotations

from pathlib import Path

from kb.base import KnowledgeBase
from kb.models import SentenceTransformerEmbedder
from kb.records import Audience, Authority
from kb.settings import Settings
from tests.conftest import LAW, put

NOTE = """---
title: Note on the Law on Trials
kind: note
authority: note
language: en
about: [12/2024/QH15]
---
# Note on the Law on Trials

## What a hospital must do when something goes wrong

Under the Law on Trials a hospital reports an incident within 72 hours (Article 2(2)(a)). Other duties are in Article 3.

## What is uncertain

Whether the Law on Trials will be detailed by a decree is not known.
"""


def test_a_note_leads_to_the_clause_it_names(tmp_path: Path, cache: Path, model: SentenceTransformerEmbedder) -> None:
    question = "What must a hospital do when something goes wrong, under the Law on Trials?"
    with KnowledgeBase(Settings(home=tmp_path / "home", cache=cache), embedder=model) as base:
        note = put(base, tmp_path, "note.md", NOTE)
        assert {citation.document for citation in base.ask(question).citations} == {note.id}
        law = put(base, tmp_path, "law.md", LAW)
        citations = base.ask(question).citations
        # The clause of the sentence nearest to the question, then the note, which is in the asker's language.
        assert [(c.document, c.address) for c in citations][:1] == [(law.id, "Điều 2 khoản 2 điểm a")]
        assert citations[1].document == note.id
        assert all(citation.address != "Điều 3" for citation in citations)


def test_a_note_does_not_lead_to_a_text_that_others_may_not_see(
    tmp_path: Path, cache: Path, model: SentenceTransformerEmbedder
) -> None:
    question = "What must a hospital do when something goes wrong, under the Law on Trials?"
    with KnowledgeBase(Settings(home=tmp_path / "home", cache=cache), embedder=model) as base:
        note = put(base, tmp_path, "note.md", NOTE)
        put(base, tmp_path, "law.md", LAW, audience=Audience.REGULATORS, authority=Authority.BINDING)
        assert {citation.document for citation in base.ask(question).citations} == {note.id}


def test_points_of_one_list_are_quoted_as_the_list(
    tmp_path: Path, cache: Path, model: SentenceTransformerEmbedder
) -> None:
    points = "\n".join(
        f"{letter}) Bảo đảm {words} trong suốt quá trình vận hành hệ thống thử nghiệm tại bệnh viện;"
        for letter, words in zip(
            "abcdđe",
            [
                "an toàn người bệnh",
                "bảo mật dữ liệu",
                "giám sát của con người",
                "lưu nhật ký",
                "báo cáo sự cố",
                "đào tạo",
            ],
            strict=True,
        )
    )
    law = LAW.replace("a) Báo cáo sự cố trong thời hạn 72 giờ;\nb) Cử người giám sát hệ thống.", points)
    with KnowledgeBase(Settings(home=tmp_path / "home", cache=cache), embedder=model) as base:
        put(base, tmp_path, "law.md", law)
        citations = base.ask("Bệnh viện phải bảo đảm những gì trong quá trình vận hành hệ thống thử nghiệm?").citations
        assert citations[0].address == "Điều 2 khoản 2"
        assert all(word in citations[0].quote for word in ("người bệnh", "bảo mật", "nhật ký", "đào tạo"))
