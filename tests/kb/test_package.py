"""The house rules: imports do nothing, arrows go one way, words exist in both languages, settings are described."""

from __future__ import annotations

import ast
import re
import string
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from kb import errors
from kb.errors import KnowledgeBaseError, UsageError
from kb.settings import Settings, load_settings
from tests.conftest import REPOSITORY

PACKAGES = ("kb", "ingest", "ui", "prompts")

IMPORT_ALL = """
import importlib, os, sys
events = []
def watch(event, arguments):
    if event in ("socket.connect", "socket.bind", "socket.getaddrinfo", "os.mkdir", "sqlite3.connect"):
        events.append((event, repr(arguments)))
    if event == "open" and isinstance(arguments[1], str) and set(arguments[1]) & set("wax+"):
        events.append((event, repr(arguments)))
sys.dont_write_bytecode = True
sys.addaudithook(watch)
for name in sys.argv[1:]:
    importlib.import_module(name)
heavy = {"torch", "sentence_transformers", "chromadb", "gradio", "transformers"} & set(sys.modules)
print(events, sorted(heavy))
assert not events, events
assert not heavy, heavy
"""


def modules() -> list[str]:
    """Every module of ours but the adapter whose whole purpose is llama-index."""
    found = []
    for package in PACKAGES:
        for path in sorted((REPOSITORY / package).rglob("*.py")):
            parts = path.relative_to(REPOSITORY).with_suffix("").parts
            found.append(".".join(parts[:-1] if parts[-1] == "__init__" else parts))
    return [name for name in found if name != "kb.retriever"]


def test_importing_opens_nothing_and_loads_no_model(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", IMPORT_ALL, *modules()],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={"PYTHONPATH": str(REPOSITORY), "PATH": "", "HOME": str(tmp_path)},
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("package", "forbidden"),
    [("kb", ("ingest", "ui", "gradio", "app")), ("ingest", ("ui", "gradio", "app")), ("ui", ("app",))],
)
def test_arrows_go_one_way(package: str, forbidden: tuple[str, ...]) -> None:
    for path in (REPOSITORY / package).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            for name in names:
                assert name.split(".")[0] not in forbidden, f"{path.name} imports {name}"


@pytest.mark.parametrize(
    ("library", "homes"),
    [
        ("chromadb", {"vectors.py"}),
        ("sentence_transformers", {"models.py", "adapter.py", "reranking.py"}),
        ("llama_index", {"retriever.py"}),
    ],
)
def test_each_library_is_touched_in_one_place(library: str, homes: set[str]) -> None:
    touching = {
        path.name
        for package in PACKAGES
        for path in (REPOSITORY / package).rglob("*.py")
        if re.search(rf"^\s*(?:from|import) {library}\b", path.read_text(encoding="utf-8"), re.MULTILINE)
    }
    assert touching == homes


def test_prompts_have_the_same_sentences_and_places_in_both_languages() -> None:
    names = {path.name.split(".")[0] for path in (REPOSITORY / "prompts").glob("*.toml")}
    assert names
    for name in names:
        texts = {
            language: tomllib.loads((REPOSITORY / "prompts" / f"{name}.{language}.toml").read_text(encoding="utf-8"))
            for language in ("vi", "en")
        }
        assert texts["vi"].keys() == texts["en"].keys()
        for key in texts["vi"]:
            places = [{field for _, field, _, _ in string.Formatter().parse(texts[lang][key])} for lang in texts]
            assert places[0] == places[1], f"{name}: {key}"
            assert texts["vi"][key] != texts["en"][key]


def test_every_error_is_of_one_family_and_speaks_both_languages() -> None:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, Exception)]
    assert len(kinds) > 10
    for kind in kinds:
        assert issubclass(kind, KnowledgeBaseError)
        assert kind.__name__ in (errors.__doc__ or "")
        error = kind("It failed.", "Không thành công.")
        assert (str(error), error.message("vi"), error.message("en")) == (
            "It failed.",
            "Không thành công.",
            "It failed.",
        )


def test_settings_are_described_and_read_from_variables_then_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert all(field.description for field in Settings.model_fields.values())
    monkeypatch.chdir(tmp_path)
    (tmp_path / "cop-kb.toml").write_text('port = 7000\npage_language = "en"\n')
    monkeypatch.setenv("COP_KB_PORT", "7001")
    settings = load_settings()
    assert (settings.port, settings.page_language) == (7001, "en")
    monkeypatch.setenv("COP_KB_PORT", "many")
    with pytest.raises(UsageError, match="COP_KB_PORT"):
        load_settings()


def test_nothing_of_ours_names_a_machine_path_or_a_registry() -> None:
    host = re.compile(r"pypi\.org|files\.pythonhosted|deb\.debian|registry\.npmjs|/work/|/root/")
    for pattern in ("*.py", "*.md", "*.toml", "run", "*.txt", "*.yml"):
        for path in REPOSITORY.rglob(pattern):
            below = path.relative_to(REPOSITORY).parts
            if below[0].startswith(".") or "egg-info" in str(path) or path == Path(__file__).resolve():
                continue
            assert not host.search(path.read_text(encoding="utf-8")), path
