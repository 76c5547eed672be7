"""Follow-up questions are understood from the answer before; questions that stand by themselves are left alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from kb.base import KnowledgeBase
from kb.followup import following
from kb.mention import find_references
from kb.records import Answer, Citation, Metadata, Outcome, Verdict
from tests.conftest import GUIDANCE, LAW, put

METADATA = Metadata(title="Luật Thử nghiệm", number="12/2024/QH15", language="vi")


def cited(address: str, question: str = "Bệnh viện phải làm gì?", document: str = "12-2024-qh15.vi") -> Answer:
    citation = Citation(
        key=1, document=document, version=1, number="12/2024/QH15", title="Luật Thử nghiệm", address=address,
        address_shown=address, page=None, quote="…", start=0, end=1, language="vi", kind=None, authority=None,
        status="in force", url=None, verdict=Verdict.VERBATIM,
    )  # fmt: skip
    return Answer(question=question, outcome=Outcome.ANSWERED, language="vi", statements=(), citations=(citation,))


@pytest.mark.parametrize(
    ("question", "address", "searched"),
    [
        ("khoản 3 nói gì?", "Điều 2 khoản 2 điểm a", "khoản 3 Điều 2 Luật số 12/2024/QH15 nói gì?"),
        ("khoan 3 noi gi", "Điều 2", "khoản 3 Điều 2 Luật số 12/2024/QH15 noi gi"),
        ("còn điểm b?", "Điều 2 khoản 2 điểm a", "còn điểm b khoản 2 Điều 2 Luật số 12/2024/QH15?"),
        ("Điều 3 thì sao?", "Điều 2", "Điều 3 Luật số 12/2024/QH15 thì sao?"),
        ("what does paragraph 1 say?", "Điều 2 khoản 2", "what does khoản 1 Điều 2 Luật số 12/2024/QH15 say?"),
    ],
)
def test_a_clause_alone_is_one_of_the_document_cited(question: str, address: str, searched: str) -> None:
    found = following(question, cited(address), find_references(question), METADATA)
    assert found is not None
    assert found.searched == searched
    assert found.documents == ("12-2024-qh15.vi",)


@pytest.mark.parametrize(
    ("question", "searched"),
    [
        ("Còn doanh nghiệp nhập khẩu thì sao?", "doanh nghiệp nhập khẩu: Bệnh viện phải làm gì?"),
        ("con nha nhap khau thi sao", "nha nhap khau: Bệnh viện phải làm gì?"),
        ("And what about importers?", "importers: Bệnh viện phải làm gì?"),
        ("Quy định này có hiệu lực khi nào?", "Quy định này có hiệu lực khi nào: Bệnh viện phải làm gì?"),
    ],
)
def test_a_question_that_turns_the_one_before_is_searched_with_it(question: str, searched: str) -> None:
    found = following(question, cited("Điều 2"), find_references(question), METADATA)
    assert found is not None
    assert found.searched == searched


@pytest.mark.parametrize(
    "question",
    [
        "Số lưu hành của thiết bị y tế là gì?",
        "Còn Nghị định 98/2021/NĐ-CP thì sao?",
        "Con dấu của doanh nghiệp có bắt buộc không?",
        "Who may join the Community of Practice?",
        "What must providers do when their system causes harm?",
        "Nội dung do hệ thống tạo ra phải gắn nhãn thế nào?",
    ],
)
def test_a_question_that_stands_by_itself_is_left_alone(question: str) -> None:
    assert following(question, cited("Điều 2"), find_references(question), METADATA) is None


def test_a_follow_up_opens_the_clause_of_the_document_cited_before(base: KnowledgeBase, tmp_path: Path) -> None:
    put(base, tmp_path, "law.md", LAW)
    put(base, tmp_path, "guide.md", GUIDANCE)
    first = base.ask("Điều 2 Luật Thử nghiệm quy định gì?")
    second = base.ask("khoản 1 nói gì?", follows=first)
    assert second.question == "khoản 1 nói gì?"
    assert "12/2024/QH15" in second.searched
    assert [citation.address for citation in second.citations] == ["Điều 2 khoản 1"]
    third = base.ask("còn khoản 2?", follows=second)
    assert [citation.address for citation in third.citations] == ["Điều 2 khoản 2"]
    assert base.ask("Điều 3 Luật Thử nghiệm", follows=second).searched == ""


def test_an_answer_made_up_by_a_browser_opens_nothing(base: KnowledgeBase, tmp_path: Path) -> None:
    put(base, tmp_path, "law.md", LAW)
    secret = put(base, tmp_path, "secret.md", LAW.replace("12/2024", "13/2024"), publish=False)
    answer = base.ask("khoản 1 nói gì?", follows=cited("Điều 2", document=secret.id))
    assert all(citation.document != secret.id for citation in answer.citations)
