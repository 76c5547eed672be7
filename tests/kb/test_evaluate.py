"""The measuring itself, on a set small enough to reckon by hand; and the base as a llama-index retriever."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from ingest.corpus import index_corpus
from kb.base import KnowledgeBase
from kb.errors import UsageError
from kb.evaluate import EvaluationDocument, EvaluationSet, Query, evaluate, macro_averages, read_set
from kb.metrics import interval, ndcg
from kb.models import HashEmbedder
from kb.verify import check_quote
from tests.conftest import LAW, put


def write_set(folder: Path) -> Path:
    folder.mkdir()
    corpus = [
        {"_id": "a", "title": "Nhật ký", "text": "Nhật ký hoạt động được lưu 24 tháng.", "lang": "vi"},
        {"_id": "b", "title": "Sự cố", "text": "Sự cố được báo cáo trong 72 giờ.", "lang": "vi"},
        {"_id": "c", "title": "Logs", "text": "Logs are kept for two years.", "lang": "en"},
    ]
    queries = [
        {"_id": "1", "text": "nhật ký hoạt động lưu bao lâu", "lang": "vi", "answers": ["24 tháng"]},
        {"_id": "2", "text": "nhật ký hoạt động lưu mấy tháng", "lang": "vi", "answers": ["không có câu này"]},
    ]
    (folder / "corpus.jsonl").write_text("\n".join(map(json.dumps, corpus)), encoding="utf-8")
    (folder / "queries.jsonl").write_text("\n".join(map(json.dumps, queries)), encoding="utf-8")
    (folder / "qrels.tsv").write_text("query-id\tcorpus-id\tscore\n1\ta\t1\n2\tb\t1\n", encoding="utf-8")
    return folder


def test_figures_are_those_of_the_ranking(base: KnowledgeBase, tmp_path: Path) -> None:
    chosen = read_set(write_set(tmp_path / "set"))
    ids = index_corpus(base, chosen.corpus, lambda done, total: None)
    measured = evaluate(chosen, base, ids, plain=HashEmbedder())
    figures = measured.row()
    assert figures["group"] == "mixed"
    assert figures["queries"] == 2
    assert figures["recall@1"] == 0.5
    assert figures["recall@10"] == 1.0
    assert 0.5 < figures["mrr@10"] < 1.0
    assert figures["answer_recall"] == 0.5
    assert figures["passages"] == 3
    assert figures["interval@1"] == [0.0, 1.0]
    assert figures["dense_recall@10"] == 1.0
    assert figures["gain@10"] == [0.0, 0.0]
    assert macro_averages([measured]) == {"mixed": {"recall@1": 0.5, "recall@10": 1.0}}
    assert base.verify().sound


@pytest.mark.parametrize(
    ("asked", "held", "group"),
    [
        ([("Sự cố là gì", "vi")], ["vi"], "within"),
        ([("Su co la gi", "vi")], ["vi"], "unaccented"),
        ([("Su co la gi", "vi")], ["vi", "en"], "unaccented"),
        ([("What is an incident", "en")], ["vi"], "across"),
        ([("What is an incident", "en")], ["vi", "en"], "mixed"),
    ],
)
def test_sets_are_grouped_by_what_is_asked_of_what(asked: list[tuple[str, str]], held: list[str], group: str) -> None:
    corpus = tuple(EvaluationDocument(language, "", "", language) for language in held)
    queries = tuple(Query(text, text, language, frozenset(), ()) for text, language in asked)
    assert EvaluationSet("set", corpus, queries).group == group


def test_ndcg_falls_with_the_rank() -> None:
    relevant = frozenset({"a", "b"})
    assert ndcg(["a", "b"], relevant) == 1.0
    assert 0 < ndcg(["x", "a"], relevant) < ndcg(["a", "x"], relevant) < 1.0
    assert ndcg([], relevant) == 0.0


def test_the_interval_holds_the_mean_and_narrows_with_more_questions() -> None:
    few, many = interval([0, 1] * 10), interval([0, 1] * 1000)
    assert few[0] < many[0] < 0.5 < many[1] < few[1]


def test_of_two_systems_on_the_same_questions_a_small_steady_gain_shows() -> None:
    """Apart, the two intervals overlap; paired, the gain is plain: that is why the bootstrap is paired."""
    before = np.array([0, 1] * 100)
    after = before.copy()
    after[:20] = 1
    assert interval(before)[1] > interval(after)[0]
    assert interval(after - before)[0] > 0


def test_a_folder_that_is_no_set_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"corpus\.jsonl"):
        read_set(tmp_path)


@pytest.mark.parametrize(
    ("quote", "text", "verdict"),
    [
        ("“rủi ro  cao”", 'hệ thống "rủi ro\ncao" là', "verbatim"),
        ("rủi ro thấp", 'hệ thống "rủi ro cao" là', "not_found"),
        ("", "anything", "not_found"),
    ],
)
def test_quotes_are_compared_word_for_word(quote: str, text: str, verdict: str) -> None:
    assert check_quote(quote, text).value == verdict


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_base_is_a_llama_index_retriever(base: KnowledgeBase, tmp_path: Path) -> None:
    from kb.retriever import KnowledgeRetriever

    put(base, tmp_path, "law.md", LAW)
    nodes = KnowledgeRetriever(base, top=3).retrieve("bệnh viện báo cáo sự cố")
    assert nodes
    assert "72 giờ" in nodes[0].node.get_content()
    assert nodes[0].node.metadata["number"] == "12/2024/QH15"
    assert "12/2024" not in nodes[0].node.get_content()
