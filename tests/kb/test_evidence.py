"""What tells a passage that answers from one that is merely about the same."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from kb.base import KnowledgeBase
from kb.evidence import LEAST_BACKGROUND, Evidence
from kb.expected import Expected
from kb.search import Found
from tests.conftest import LAW, put


@pytest.fixture
def item(base: KnowledgeBase, tmp_path: Path) -> Found:
    put(base, tmp_path, "law.md", LAW)
    found = base.retrieve("bệnh viện lưu nhật ký hoạt động 24 tháng", limit=1).found[0]
    return replace(found, score=0.6, named=False)


def test_the_same_score_says_less_where_many_passages_have_it(item: Found) -> None:
    alone = Evidence("vi", background=0.2)
    in_a_crowd = Evidence("vi", background=0.58)
    assert alone.speaks(item)
    assert not in_a_crowd.speaks(item)
    assert alone.weigh(item) > in_a_crowd.weigh(item)


def test_the_background_is_that_of_the_passages_behind_the_best(item: Found) -> None:
    ranked = [replace(item, score=score) for score in (0.9, 0.9, 0.9, 0.9, *[0.5] * 16, *[0.1] * 20)]
    assert Evidence.of(ranked, "vi").background == pytest.approx(0.5)


def test_a_small_shelf_has_an_unrelated_background(item: Found) -> None:
    assert Evidence.of([item], "vi").background == pytest.approx(LEAST_BACKGROUND)
    assert Evidence.of([], "vi").background == pytest.approx(LEAST_BACKGROUND)


def test_the_twin_of_a_work_in_the_other_language_is_no_background(item: Found) -> None:
    metadata = replace(item.passage.metadata, pair="work")
    own = replace(item, passage=replace(item.passage, metadata=metadata))
    twin = replace(own, passage=replace(own.passage, language="en"))
    assert Evidence.of([own] * 4 + [twin] * 16, "vi").background == pytest.approx(LEAST_BACKGROUND)
    assert Evidence.of([own] * 4 + [own] * 16, "vi").background == pytest.approx(own.unaided)


def test_a_named_document_needs_less_and_a_lacking_date_more(item: Found) -> None:
    plain = Evidence("vi", background=0.4).weigh(item)
    assert Evidence("vi", background=0.4).weigh(replace(item, named=True, score=item.score + 0.25)) > plain
    assert Evidence("vi", background=0.4, kind=Expected.DATE).weigh(item) < plain
    assert Evidence("vi", background=0.4, kind=Expected.PERIOD).weigh(item) == pytest.approx(plain)
