"""Documents and versions: what is stored, what is current, and that the three stores agree."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ingest.pipeline import Options, Result, expand, ingest_files
from kb.base import KnowledgeBase
from kb.errors import BaseBusy, IntegrityError, ModelMismatch, NotInBase, UsageError
from kb.models import HashEmbedder
from kb.records import Audience, Outcome
from kb.settings import Settings
from tests.conftest import GUIDANCE, LAW, put


def test_a_document_keeps_its_clauses_and_words(base: KnowledgeBase, tmp_path: Path) -> None:
    document = put(base, tmp_path, "law.md", LAW)
    assert document.metadata.number == "12/2024/QH15"
    assert document.metadata.language == "vi"
    view = base.clause(document.id, "điểm a khoản 2 Điều 2")
    assert view.clause.address == "Điều 2 khoản 2 điểm a"
    assert view.text.strip() == "a) Báo cáo sự cố trong thời hạn 72 giờ;"
    assert [clause.address for clause in view.ancestors][-2:] == ["Điều 2", "Điều 2 khoản 2"]
    assert view.next == "Điều 2 khoản 2 điểm b"
    whole = base.clause(document.id, "dieu 2")
    assert "24 tháng" in whole.text
    assert "72 giờ" in whole.text


def test_the_same_bytes_again_change_nothing(base: KnowledgeBase, tmp_path: Path) -> None:
    put(base, tmp_path, "law.md", LAW)
    (report,) = ingest_files(base, [tmp_path / "law.md"])
    assert report.result == Result.UNCHANGED
    assert report.version == 1
    assert len(base.documents()) == 1


def test_a_changed_file_is_a_new_version_and_answers_instead(base: KnowledgeBase, tmp_path: Path) -> None:
    first = put(base, tmp_path, "law.md", LAW)
    second = put(base, tmp_path, "law.md", LAW.replace("24 tháng", "36 tháng"))
    assert (second.id, second.version) == (first.id, 2)
    found = " ".join(hit.text for hit in base.search("nhật ký hoạt động lưu bao lâu"))
    assert "36 tháng" in found
    assert "24 tháng" not in found
    assert "24 tháng" in base.clause(first.id, "Điều 2 khoản 1", 1).text
    assert base.document(first.id, 1).status == "superseded"
    assert base.verify().sound


def test_a_draft_answers_nothing_until_it_is_published(base: KnowledgeBase, tmp_path: Path) -> None:
    draft = put(base, tmp_path, "law.md", LAW, publish=False)
    assert draft.status == "draft"
    assert base.documents() == ()
    assert base.search("nhật ký hoạt động") == ()
    assert base.ask("Điều 2 Luật Thử nghiệm").outcome == Outcome.NOT_IN_BASE
    (report,) = ingest_files(base, [tmp_path / "law.md"], publish=True)
    assert report.result == Result.PUBLISHED
    assert base.search("nhật ký hoạt động")
    assert base.verify().sound


def test_nobody_finds_what_is_for_others(base: KnowledgeBase, tmp_path: Path) -> None:
    put(base, tmp_path, "alert.md", LAW, audience=Audience.REGULATORS)
    put(base, tmp_path, "guide.md", GUIDANCE)
    question = "nhật ký hoạt động trong thời hạn 24 tháng"
    assert all("24 tháng" not in hit.text for hit in base.search(question))
    assert all("24 tháng" not in citation.quote for citation in base.ask(question).citations)
    assert base.ask("Điều 2 Luật Thử nghiệm").outcome == Outcome.NOT_IN_BASE
    seen = base.search(question, audiences=[Audience.PUBLIC, Audience.REGULATORS])
    assert any("24 tháng" in hit.text for hit in seen)


def test_what_was_in_force_on_a_day(base: KnowledgeBase, tmp_path: Path) -> None:
    put(base, tmp_path, "law.md", LAW)
    from datetime import date

    question = "bệnh viện báo cáo sự cố"
    assert not base.search(question, as_of=date(2024, 6, 30))
    assert base.search(question, as_of=date(2024, 7, 1))


def test_an_expired_document_is_no_longer_found(base: KnowledgeBase, tmp_path: Path) -> None:
    from datetime import date

    put(base, tmp_path, "law.md", LAW, expires=date(2025, 1, 1))
    assert base.search("bệnh viện báo cáo sự cố") == ()
    assert base.search("bệnh viện báo cáo sự cố", as_of=date(2024, 12, 31))


def test_one_process_owns_a_base(base: KnowledgeBase) -> None:
    with pytest.raises(BaseBusy):
        KnowledgeBase(base.settings, embedder=HashEmbedder())


def test_a_crash_before_the_vectors_heals_at_the_next_start(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home", cache=tmp_path / "cache")
    with KnowledgeBase(settings, embedder=HashEmbedder()) as base:
        put(base, tmp_path, "guide.md", GUIDANCE)
        from ingest.pipeline import parse

        (tmp_path / "law.md").write_text(LAW, encoding="utf-8")
        parsed = parse(base, tmp_path / "law.md", Options())
        base.add(parsed, source="law", file_hash="1", publish=True, settle=False)
        report = base.verify()
        assert not report.sound
        assert report.vectors_missing
    with KnowledgeBase(settings, embedder=HashEmbedder()) as base:
        base.warm()
        assert base.verify().sound
        assert any("72 giờ" in hit.text for hit in base.search("báo cáo sự cố"))


def test_verify_sees_each_kind_of_damage_and_rebuild_mends_it(base: KnowledgeBase, tmp_path: Path) -> None:
    put(base, tmp_path, "law.md", LAW)
    (collection,) = base.vectors.collections()
    lost = sorted(base.vectors.ids(collection))[0]
    base.vectors.remove(collection, [lost])
    with base.library.engine.begin() as connection:
        connection.exec_driver_sql(f"DELETE FROM lexical_vi_current WHERE rowid = {lost}")
        connection.exec_driver_sql("INSERT INTO lexical_en_current(rowid, words, forms) VALUES (999, 'stray', '')")
    report = base.verify()
    assert report.vectors_missing == (lost,)
    assert report.lexical_missing == (lost,)
    assert report.lexical_extra == (999,)
    base.rebuild()
    assert base.verify().sound


def test_another_model_asks_for_rebuild_and_never_answers(tmp_path: Path) -> None:
    class Other(HashEmbedder):
        name = "other-model"

    settings = Settings(home=tmp_path / "home", cache=tmp_path / "cache")
    with KnowledgeBase(settings, embedder=HashEmbedder()) as base:
        put(base, tmp_path, "law.md", LAW)
    with KnowledgeBase(settings, embedder=Other()) as base:
        with pytest.raises(ModelMismatch, match="rebuild"):
            base.search("báo cáo sự cố")
        base.rebuild()
        assert base.search("báo cáo sự cố")
        assert base.verify().sound


def test_a_library_of_a_newer_program_is_not_touched(base: KnowledgeBase) -> None:
    with base.library.engine.begin() as connection:
        connection.exec_driver_sql("PRAGMA user_version = 999")
    base.close()
    with pytest.raises(IntegrityError, match="newer"):
        KnowledgeBase(base.settings, embedder=HashEmbedder())


def test_a_library_of_the_first_schema_is_brought_up_to_date(base: KnowledgeBase, tmp_path: Path) -> None:
    document = put(base, tmp_path, "law.md", LAW)

    def schema() -> set[tuple[str, ...]]:
        with base.library.read() as connection:
            tables = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'").scalars().all()
            return {
                (table, *(str(value) for value in column[1:6]))
                for table in tables
                for column in connection.exec_driver_sql(f"PRAGMA table_info({table})")
            }

    today = schema()
    with base.library.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE versions DROP COLUMN review_due")
        for table in ("sources", "fetches", "glossary_proposals"):
            connection.exec_driver_sql(f"DROP TABLE {table}")
        connection.exec_driver_sql("PRAGMA user_version = 1")
    base.close()
    with KnowledgeBase(base.settings, embedder=HashEmbedder()) as again:
        base.library = again.library
        assert schema() == today
        assert again.document(document.id).review_due is not None
        assert again.ask("Điều 2 Luật Thử nghiệm").citations


def test_the_same_number_from_another_file_is_said(base: KnowledgeBase, tmp_path: Path) -> None:
    put(base, tmp_path, "law.md", LAW)
    (tmp_path / "copy.md").write_text(LAW + "\nPhụ lục thêm.\n", encoding="utf-8")
    (report,) = ingest_files(base, [tmp_path / "copy.md"])
    assert any("12/2024/QH15" in remark.en and "12/2024/QH15" in remark.vi for remark in report.remarks)


def test_unknown_things_are_said_to_be_unknown(base: KnowledgeBase, tmp_path: Path) -> None:
    with pytest.raises(NotInBase, match="cop-kb list"):
        base.document("nothing")
    document = put(base, tmp_path, "law.md", LAW)
    with pytest.raises(NotInBase, match="Điều 99"):
        base.clause(document.id, "Điều 99")
    with pytest.raises(UsageError):
        base.ask("   ")
    with pytest.raises(UsageError):
        base.ask("x" * 3000)


def test_expand_takes_files_folders_and_globs(tmp_path: Path) -> None:
    for name in ("a.md", "b.txt", "sub/c.md", ".hidden"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    assert [path.name for path in expand([str(tmp_path)])] == ["a.md", "b.txt", "c.md"]
    assert [path.name for path in expand([str(tmp_path / "*.md"), str(tmp_path / "a.md")])] == ["a.md"]
    with pytest.raises(UsageError, match="nowhere"):
        expand([str(tmp_path / "nowhere")])


def test_one_bad_file_never_stops_the_rest(base: KnowledgeBase, tmp_path: Path) -> None:
    (tmp_path / "a-bad.pdf").write_bytes(os.urandom(4000))
    (tmp_path / "b-empty.md").write_bytes(b"")
    (tmp_path / "c-good.md").write_text(LAW, encoding="utf-8")
    reports = list(ingest_files(base, expand([str(tmp_path / "*.*")])))
    assert [report.result for report in reports] == [Result.FAILED, Result.FAILED, Result.ADDED]
    assert all(report.error is None or (report.error.en and report.error.vi) for report in reports)
