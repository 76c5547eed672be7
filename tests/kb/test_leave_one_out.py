"""Leaving out: what is taken away, what is counted, and the command."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ingest.corpus import index_corpus
from kb.base import KnowledgeBase
from kb.evaluate import EvaluationSet, read_set
from kb.leave_one_out import Refusals, far_questions, leave_one_out
from ui.cli import main

TEXTS = {
    "a": "Bệnh viện phải lưu nhật ký hoạt động của phần mềm trong hai mươi bốn tháng.",
    "a2": "Bệnh viện phải lưu nhật ký hoạt động của phần mềm trong hai mươi bốn tháng nữa.",
    "b": "Người lao động được nghỉ phép năm mười hai ngày.",
    "c": "Con chó ngủ dưới gốc cây bàng.",
}


def write_set(folder: Path, question: str, relevant: str) -> EvaluationSet:
    folder.mkdir(parents=True)
    rows = [{"_id": key, "title": "", "text": text, "lang": "vi"} for key, text in TEXTS.items()]
    (folder / "corpus.jsonl").write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    query = {"_id": "q", "text": question, "lang": "vi", "answers": []}
    (folder / "queries.jsonl").write_text(json.dumps(query), encoding="utf-8")
    (folder / "qrels.tsv").write_text(f"query-id\tcorpus-id\tscore\nq\t{relevant}\t1\n", encoding="utf-8")
    return read_set(folder)


def test_without_its_passage_and_what_repeats_it_a_question_has_little_evidence(
    base: KnowledgeBase, tmp_path: Path
) -> None:
    chosen = write_set(tmp_path / "law.vi-vi", "Bệnh viện phải lưu nhật ký hoạt động bao nhiêu tháng?", "a")
    ids = index_corpus(base, chosen.corpus, lambda done, total: None)
    refusals = leave_one_out(chosen, base, ids)
    # "a2" says the same in nearly the same words: left in, the question would still be answered.
    assert refusals.left_out[0] < 1.0
    assert len(refusals.known) in (0, 1)
    if refusals.known:
        assert refusals.known[0] > refusals.left_out[0]


def test_the_figures_are_rates_of_refusal() -> None:
    row = Refusals("set", known=(2.0,) * 19 + (0.5,), left_out=(0.5, 0.9, 1.5, 0.2), far=(0.1, 0.1)).row()
    assert row["in_use"] == {"known": 0.05, "left_out": 0.75, "far": 1.0}
    assert 0.8 < row["auc"] < 1.0
    assert row["roc"][0][0] == 0.0
    assert row["roc"][-1] == [1.0, 1.0]
    assert [point for _, point in row["roc"]] == sorted(point for _, point in row["roc"])


def test_far_questions_are_those_of_another_domain_asked_in_the_same_form(tmp_path: Path) -> None:
    law = write_set(tmp_path / "law.vi-vi", "Câu hỏi luật", "a")
    general = write_set(tmp_path / "general.vi-en", "Câu hỏi chung", "b")
    english = write_set(tmp_path / "general.en-en", "Question", "b")
    assert [query.text for query in far_questions(law, [law, general, english], 10)] == ["Câu hỏi chung"]


@pytest.mark.usefixtures("model")
def test_the_command_prints_the_figures(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_set(tmp_path / "law.vi-vi", "Bệnh viện phải lưu nhật ký bao lâu?", "a")
    write_set(tmp_path / "general.vi-vi", "Con chó ngủ ở đâu?", "c")
    sets = [str(tmp_path / "law.vi-vi"), str(tmp_path / "general.vi-vi")]
    assert main(["eval", "--leave-one-out", "--json", *sets]) == 0
    rows = json.loads(capsys.readouterr().out)["sets"]
    assert [row["set"] for row in rows] == ["law.vi-vi", "general.vi-vi"]
    assert all(row["in_use"]["far"] is not None for row in rows)
