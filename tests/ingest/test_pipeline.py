"""What is done with one file after another: new, changed, or saying the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.pipeline import Options, Result, ingest_as, ingest_files
from kb.base import KnowledgeBase
from kb.records import Authority
from tests.conftest import LAW


def test_other_bytes_that_say_the_same_are_no_new_version(base: KnowledgeBase, tmp_path: Path) -> None:
    path = tmp_path / "law.md"
    for content, expected, version in [
        (LAW, Result.ADDED, 1),
        (LAW, Result.UNCHANGED, 1),
        (LAW.replace("\n", "\r\n"), Result.UNCHANGED, 1),
        (LAW.replace("24 tháng", "36 tháng"), Result.NEW_VERSION, 2),
        (LAW.replace("24 tháng", "36 tháng") + "\n\n", Result.UNCHANGED, 2),
        (LAW, Result.NEW_VERSION, 3),
    ]:
        path.write_bytes(content.encode())
        (report,) = ingest_files(base, [path])
        assert (report.result, report.version) == (expected, version)


def test_the_same_text_said_to_be_something_else_is_a_new_version(base: KnowledgeBase, tmp_path: Path) -> None:
    path = tmp_path / "law.md"
    path.write_text(LAW, encoding="utf-8")
    list(ingest_files(base, [path]))
    (report,) = ingest_files(base, [path], Options(authority=Authority.DRAFT))
    assert (report.result, report.version) == (Result.NEW_VERSION, 2)


@pytest.mark.parametrize("publish_again", [True, False])
def test_a_draft_saved_anew_is_published_as_it_is(base: KnowledgeBase, tmp_path: Path, publish_again: bool) -> None:
    path = tmp_path / "law.md"
    path.write_text(LAW, encoding="utf-8")
    list(ingest_files(base, [path], publish=False))
    path.write_text(LAW + "\n\n", encoding="utf-8")
    (report,) = ingest_files(base, [path], publish=publish_again)
    assert report.version == 1
    assert report.result is (Result.PUBLISHED if publish_again else Result.UNCHANGED)


def test_a_mark_holds_versions_together_whatever_the_file_is_called(base: KnowledgeBase, tmp_path: Path) -> None:
    for name, content in [("a.md", LAW), ("b.md", LAW.replace("24 tháng", "36 tháng"))]:
        (tmp_path / name).write_text(content, encoding="utf-8")
        report = ingest_as(base, tmp_path / name, "fetch:law", Options())
    assert (report.result, report.version) == (Result.NEW_VERSION, 2)
    (document,) = base.documents()
    assert (document.source, document.version) == ("fetch:law", 2)
