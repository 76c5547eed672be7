"""Fixtures shared by all tests: every test has a home of its own, and the real model is loaded once."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.pipeline import Options, ingest_files, ingest_starter_notes
from kb.base import KnowledgeBase
from kb.models import HashEmbedder, SentenceTransformerEmbedder, make_embedder
from kb.records import Document
from kb.settings import Settings

REPOSITORY = Path(__file__).resolve().parent.parent
SHARED_DATA = REPOSITORY.parent / "shared" / "data"

os.environ |= {"HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false", "GRADIO_ANALYTICS_ENABLED": "False"}

LAW = """# Luật Thử nghiệm
Số: 12/2024/QH15

Điều 1. Phạm vi điều chỉnh
Luật này quy định về việc thử nghiệm phần mềm y tế tại các bệnh viện.

Điều 2. Trách nhiệm của bệnh viện
1. Bệnh viện phải lưu nhật ký hoạt động trong thời hạn 24 tháng.
2. Bệnh viện có trách nhiệm sau đây:
a) Báo cáo sự cố trong thời hạn 72 giờ;
b) Cử người giám sát hệ thống.

Điều 3. Điều khoản thi hành
Luật này có hiệu lực thi hành từ ngày 01 tháng 7 năm 2024.
"""

GUIDANCE = """# Guidance on device logs

## 1. Scope

This guidance concerns logs that hospital software keeps about its own operation.

## 2. Retention

Logs should be kept for two years and made available to inspectors on request.
"""


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real documents and retrieval sets beside the project; skips where it is absent."""
    if not SHARED_DATA.is_dir():
        pytest.skip("the folder of real documents (../shared/data) is not here")
    return SHARED_DATA


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where all tests keep the unpacked model and their vectors; `COP_KB_TEST_CACHE` names a lasting place."""
    return Path(os.environ.get("COP_KB_TEST_CACHE") or tmp_path_factory.mktemp("cache"))


@pytest.fixture(autouse=True)
def _own_settings(tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test sees the settings of whoever runs it."""
    for name in [name for name in os.environ if name.startswith("COP_KB_") and name != "COP_KB_TEST_CACHE"]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("COP_KB_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COP_KB_CACHE", str(cache))


@pytest.fixture(scope="session")
def model(cache: Path) -> SentenceTransformerEmbedder:
    """The bundled model, loaded once."""
    embedder = make_embedder(Settings(home=cache / "unused", cache=cache))
    embedder.load()
    return embedder


@pytest.fixture
def base(tmp_path: Path) -> Iterator[KnowledgeBase]:
    """An empty base with the deterministic embedder: for all that does not depend on what a model knows."""
    with KnowledgeBase(Settings(home=tmp_path / "home", cache=tmp_path / "cache"), embedder=HashEmbedder()) as opened:
        yield opened


@pytest.fixture(scope="session")
def starter_base(
    tmp_path_factory: pytest.TempPathFactory, cache: Path, model: SentenceTransformerEmbedder
) -> Iterator[KnowledgeBase]:
    """A base with the starter notes and the real model, as after the first start; tests do not change it."""
    home = tmp_path_factory.mktemp("starter")
    with KnowledgeBase(Settings(home=home, cache=cache), embedder=model) as opened:
        opened.warm()
        ingest_starter_notes(opened)
        yield opened


def put(base: KnowledgeBase, folder: Path, name: str, content: str, **options: object) -> Document:
    """Write a file, ingest it, and return the document."""
    path = folder / name
    path.write_text(content, encoding="utf-8")
    publish = bool(options.pop("publish", True))
    (report,) = ingest_files(base, [path], Options(**options), publish=publish)  # type: ignore[arg-type]
    assert report.error is None, report.error
    assert report.document is not None
    return base.document(report.document, report.version)
