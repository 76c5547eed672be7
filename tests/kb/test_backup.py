"""Backup and restore: whole, consistent while others write, checked to the last byte, and unharmed by kill -9."""

from __future__ import annotations

import hashlib
import io
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from kb import archive
from kb.archive import (
    digest_to_seal,
    is_safe,
    read_manifest,
)
from kb.backup import Backup, backup
from kb.base import KnowledgeBase
from kb.errors import BaseBusy, DamagedBackup, IntegrityError, NewerBackup, NotABackup, UsageError
from kb.models import HashEmbedder, Role, Vectors
from kb.restore import Restored, restore
from kb.settings import Settings
from kb.swap import PLACING, READY, STAGING, finish_restore
from tests.conftest import GUIDANCE, LAW, REPOSITORY, put
from ui import control
from ui.terminal import Terminal

QUESTIONS = (
    "Bệnh viện báo cáo sự cố trong thời hạn bao lâu?",
    "benh vien luu nhat ky trong bao lau",
    "How long should device logs be kept?",
    "Điều 2 Luật Thử nghiệm",
)


class NoPassages(HashEmbedder):
    """An embedder that fails when a passage is embedded: a restored base brings its vectors along."""

    def embed(self, texts: Sequence[str], *, role: Role, language: str, towards: str | None = None) -> Vectors:
        """See Embedder."""
        assert role == "query", texts
        return super().embed(texts, role=role, language=language, towards=towards)


@pytest.fixture
def place(tmp_path: Path) -> Settings:
    """An empty place to restore to, with a cache of its own."""
    return Settings(home=tmp_path / "other", cache=tmp_path / "other-cache")


def fill(base: KnowledgeBase, folder: Path) -> None:
    """Documents in every state, downloads, and settings."""
    put(base, folder, "law.md", LAW)
    put(base, folder, "law.md", LAW.replace("24 tháng", "36 tháng"))
    put(base, folder, "guide.md", GUIDANCE)
    put(base, folder, "draft.md", LAW.replace("12/2024", "13/2024"), publish=False)
    put(base, folder, "inner.md", GUIDANCE.replace("device", "inner"), audience="regulators")
    downloads = base.settings.home / "downloads"
    (downloads / "vn").mkdir(parents=True)
    (downloads / "vn" / "luật 12.pdf").write_bytes(b"%PDF" + bytes(range(256)) * 20)
    (downloads / "empty.html").touch()
    (downloads / "link").symlink_to(folder)
    (base.settings.home / "cop-kb.toml").write_text("port = 7000\n", encoding="utf-8")


def rows(library: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Everything in the library but what the vector store owes."""
    with closing(sqlite3.connect(library)) as connection:
        names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        plain = [name for name in names if not name.startswith("sqlite_") and not name.endswith("_terms")]
        return {name: sorted(connection.execute(f"SELECT * FROM {name}"), key=repr) for name in sorted(plain)}


def answers(base: KnowledgeBase) -> list[Any]:
    found = [base.ask(question) for question in QUESTIONS]
    return [(answer.outcome, answer.statements, answer.citations, answer.also_retrieved) for answer in found]


def sources(base: KnowledgeBase) -> set[str]:
    return {Path(document.source).name for document in base.documents(include_drafts=True)}


def contents_of(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not path.is_symlink()
    }


def forged(file: Path, target: Path, change: Callable[[dict[str, bytes], dict[str, Any]], None]) -> Path:
    """Write a changed copy of a backup whose seal is right all the same, as someone who means harm would."""
    with zipfile.ZipFile(file) as opened:
        members = {name: opened.read(name) for name in opened.namelist()}
    manifest = json.loads(members.pop("manifest.json"))
    change(members, manifest)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in members.items():
            made.writestr(name, content)
        made.writestr("manifest.json", json.dumps(manifest))
        made.comment = archive.SEAL + b"0" * archive.DIGEST
    digest, _ = digest_to_seal(target)
    target.write_bytes(target.read_bytes()[: -archive.DIGEST] + digest.hexdigest().encode())
    return target


def stated(name: str, content: bytes) -> dict[str, Any]:
    return {"name": name, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}


# -- there and back
# ----------------------------------------------------------------------------------------------------


def test_a_restored_base_is_the_base_that_was_backed_up(base: KnowledgeBase, tmp_path: Path, place: Settings) -> None:
    fill(base, tmp_path)
    before = answers(base)
    told: list[tuple[int, int]] = []
    made = backup(base, tmp_path / "kb.zip", progress=lambda done, total: told.append((done, total)))
    assert isinstance(made, Backup)
    assert hashlib.sha256(made.file.read_bytes()).hexdigest() == made.sha256
    assert (made.documents, made.bytes) == (4, made.file.stat().st_size)
    assert made.file.stat().st_mode & 0o077 == 0
    assert told
    assert all(0 <= done <= total for done, total in told)
    assert told[-1][0] == told[-1][1]

    done = restore(made.file, place, embedder=NoPassages())
    assert isinstance(done, Restored)
    assert (done.documents, done.passages, done.created_at) == (4, made.passages, made.created_at)
    assert (done.kept, done.rebuild_needed) == (None, False)
    expected = rows(base.settings.library_file)
    with KnowledgeBase(place, embedder=NoPassages()) as restored:
        assert restored.verify().sound
        assert answers(restored) == before
        assert rows(place.library_file) == expected
        assert restored.document("12-2024-qh15.vi", 1).status == "superseded"
        assert restored.document("13-2024-qh15.vi").status == "draft"
        assert backup(restored, tmp_path / "again.zip").passages == made.passages
    assert contents_of(place.home / "downloads") == contents_of(base.settings.home / "downloads")
    assert (place.home / "cop-kb.toml").read_text(encoding="utf-8") == "port = 7000\n"
    assert {path.name for path in place.home.iterdir()} == {
        "library.db",
        "vectors",
        "downloads",
        "cop-kb.toml",
        "owner.lock",
    }


def test_the_file_is_a_zip_that_tells_what_it_holds(base: KnowledgeBase, tmp_path: Path) -> None:
    fill(base, tmp_path)
    made = backup(base, tmp_path / "kb.zip")
    manifest = read_manifest(made.file)
    assert manifest.model == "hash-64"
    assert (manifest.documents, manifest.versions, manifest.created_at) == (4, 5, made.created_at)
    with zipfile.ZipFile(made.file) as opened:
        assert opened.testzip() is None
        assert set(opened.namelist()) == {
            "library.db",
            "vectors.db",
            "downloads/empty.html",
            "downloads/vn/luật 12.pdf",
            "cop-kb.toml",
            "manifest.json",
        }
        for member in manifest.members:
            assert stated(member.name, opened.read(member.name))["sha256"] == member.sha256
    assert sorted(path.name for path in tmp_path.glob(".*")) == []


def test_only_the_vectors_of_the_base_go_along(base: KnowledgeBase, tmp_path: Path) -> None:
    put(base, tmp_path, "law.md", LAW)
    base.embed(["a text of another base that shares the cache"], "en")
    made = backup(base, tmp_path / "kb.zip")
    with zipfile.ZipFile(made.file) as opened:
        opened.extract("vectors.db", tmp_path)
    with closing(sqlite3.connect(tmp_path / "vectors.db")) as vectors:
        (number,) = vectors.execute("SELECT count(*) FROM vectors").fetchone()
    assert number == made.passages


def test_an_empty_base_can_be_backed_up_and_restored(base: KnowledgeBase, tmp_path: Path, place: Settings) -> None:
    made = backup(base, tmp_path / "kb.zip")
    assert made.documents == 0
    assert restore(made.file, place, embedder=NoPassages()).documents == 0
    with KnowledgeBase(place, embedder=HashEmbedder()) as restored:
        put(restored, tmp_path, "law.md", LAW)
        assert restored.verify().sound


def test_a_shared_cache_keeps_what_other_bases_put_there(base: KnowledgeBase, tmp_path: Path) -> None:
    put(base, tmp_path, "law.md", LAW)
    made = backup(base, tmp_path / "kb.zip")
    shared = Settings(home=tmp_path / "one", cache=tmp_path / "shared")
    with KnowledgeBase(shared, embedder=HashEmbedder()) as other:
        put(other, tmp_path, "guide.md", GUIDANCE)
        place = shared.model_copy(update={"home": tmp_path / "two"})
        restore(made.file, place, embedder=NoPassages())  # beside a base that is open
        assert other.rebuild() == len(other.library.expected_vectors()["public.en.current"])
    with KnowledgeBase(shared, embedder=NoPassages()) as again:
        again.rebuild()
        assert again.verify().sound


def test_the_base_before_is_kept_aside_whole(base: KnowledgeBase, tmp_path: Path) -> None:
    fill(base, tmp_path)
    made = backup(base, tmp_path / "kb.zip")
    place = Settings(home=tmp_path / "other")  # its cache in its home
    with KnowledgeBase(place, embedder=HashEmbedder()) as other:
        put(other, tmp_path, "old.md", LAW.replace("12/2024", "99/2024"))
    (place.home / "downloads").mkdir()
    (place.home / "downloads" / "old.pdf").write_bytes(b"old")
    (place.home / "cop-kb.toml").write_text("port = 7001\n", encoding="utf-8")
    with pytest.raises(UsageError, match="--replace"):
        restore(made.file, place, embedder=NoPassages())
    done = restore(made.file, place, replace=True, embedder=NoPassages())
    assert done.kept is not None
    assert done.kept.parent == place.home
    assert done.kept.name.startswith("before-restore-2")
    assert (place.home / "cop-kb.toml").read_text(encoding="utf-8") == "port = 7001\n"
    assert not (place.home / "downloads" / "old.pdf").exists()
    with KnowledgeBase(place, embedder=NoPassages()) as restored:
        assert "old.md" not in sources(restored)
        assert restored.verify().sound
    assert (done.kept / "downloads" / "old.pdf").read_bytes() == b"old"
    kept = Settings(home=done.kept, cache=place.home)
    with KnowledgeBase(kept, embedder=NoPassages()) as old:
        assert sources(old) == {"old.md"}
        assert old.verify().sound
    second = restore(made.file, place, replace=True, embedder=NoPassages()).kept
    assert second is not None
    assert second != done.kept


def test_a_base_whose_library_cannot_be_read_can_be_replaced(base: KnowledgeBase, tmp_path: Path) -> None:
    put(base, tmp_path, "law.md", LAW)
    made = backup(base, tmp_path / "kb.zip")
    place = Settings(home=tmp_path / "other")
    place.home.mkdir()
    place.library_file.write_bytes(b"no database" * 1000)
    with pytest.raises(UsageError, match="cannot be read"):
        restore(made.file, place, embedder=NoPassages())
    done = restore(made.file, place, replace=True, embedder=NoPassages())
    assert done.kept is not None
    assert (done.kept / "library.db").read_bytes().startswith(b"no database")


def test_another_model_is_said_and_a_rebuild_mends_it(base: KnowledgeBase, tmp_path: Path, place: Settings) -> None:
    class Other(HashEmbedder):
        name = "another-model"

    put(base, tmp_path, "law.md", LAW)
    made = backup(base, tmp_path / "kb.zip")
    assert restore(made.file, place, embedder=Other()).rebuild_needed
    with KnowledgeBase(place, embedder=Other()) as restored:
        restored.rebuild()
        assert restored.verify().sound
        assert restored.ask(QUESTIONS[0]).citations


# -- while others write
# ----------------------------------------------------------------------------------------------------


def test_a_backup_made_while_documents_come_in_is_consistent(
    base: KnowledgeBase, tmp_path: Path, place: Settings
) -> None:
    put(base, tmp_path, "law.md", LAW)
    stop, failures, slowest = threading.Event(), list[BaseException](), [0.0]

    def add() -> None:
        number = 0
        while not stop.is_set():
            begun = time.perf_counter()
            try:
                text = LAW.replace("12/2024", f"{number % 7 + 20}/2024").replace("24 tháng", f"{number + 5} tháng")
                put(base, tmp_path, f"law-{number % 7}.md", text)
            except BaseException as error:  # shown by the main thread
                failures.append(error)
                return
            slowest[0] = max(slowest[0], time.perf_counter() - begun)
            number += 1

    writer = threading.Thread(target=add)
    writer.start()
    made = []
    try:
        for number in range(6):
            made.append(backup(base, tmp_path / f"kb-{number}.zip"))
            time.sleep(0.05)
    finally:
        stop.set()
        writer.join()
    assert not failures
    assert slowest[0] < 5
    assert made[-1].passages > made[0].passages
    for item in (made[0], made[2], made[-1]):
        restore(item.file, place, replace=True, embedder=NoPassages())
        with KnowledgeBase(place, embedder=NoPassages()) as restored:
            assert restored.verify().sound
            for document, version in versions_of(place.library_file):
                live, kept = base.document(document, version), restored.document(document, version)
                assert (live.clauses, live.passages) == (kept.clauses, kept.passages)
                assert base.library.text(document, version) == restored.library.text(document, version)


def versions_of(library: Path) -> list[tuple[str, int]]:
    with closing(sqlite3.connect(library)) as connection:
        return connection.execute("SELECT document_id, version FROM versions").fetchall()


# -- refusals
# ----------------------------------------------------------------------------------------------------


def test_places_that_will_not_do(base: KnowledgeBase, tmp_path: Path) -> None:
    home = base.settings.home
    (home / "downloads").mkdir()
    for name in ("library.db", "kb.zip", "downloads/kb.zip", "vectors/kb.zip", "cop-kb.toml"):
        with pytest.raises(UsageError, match="own files"):
            backup(base, home / name, overwrite=True)
    with pytest.raises(UsageError, match="own files"):
        backup(base, base.settings.cache_file, overwrite=True)
    (tmp_path / "elsewhere").symlink_to(home)
    with pytest.raises(UsageError, match="own files"):
        backup(base, tmp_path / "elsewhere" / "library.db", overwrite=True)
    with pytest.raises(UsageError, match="does not exist"):
        backup(base, tmp_path / "nowhere" / "kb.zip")
    with pytest.raises(UsageError, match="folder itself"):
        backup(base, tmp_path)
    assert backup(base, home / "backups" / "kb.zip").file.is_file()
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(UsageError, match="--overwrite"):
        backup(base, tmp_path / "mine.txt")
    assert (tmp_path / "mine.txt").read_text(encoding="utf-8") == "mine"
    assert zipfile.is_zipfile(backup(base, tmp_path / "mine.txt", overwrite=True).file)


def test_a_damaged_library_is_not_backed_up_over_a_good_backup(base: KnowledgeBase, tmp_path: Path) -> None:
    put(base, tmp_path, "law.md", LAW)
    good = backup(base, tmp_path / "kb.zip")
    with closing(sqlite3.connect(base.settings.library_file, isolation_level=None)) as library:
        library.execute("UPDATE versions SET text = replace(text, '72 giờ', '24 giờ')")
    with pytest.raises(IntegrityError, match="not backed up"):
        backup(base, good.file, overwrite=True)
    assert hashlib.sha256(good.file.read_bytes()).hexdigest() == good.sha256


def test_files_that_are_no_backup(tmp_path: Path, place: Settings) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        restore(tmp_path / "missing.zip", place)
    with pytest.raises(UsageError, match="cannot be read"):
        restore(tmp_path, place)
    other = io.BytesIO()
    with zipfile.ZipFile(other, "w") as opened:
        opened.writestr("word/document.xml", "<w/>")
    extension = io.BytesIO()
    with zipfile.ZipFile(extension, "w") as opened:
        opened.writestr("manifest.json", '{"format": 99, "name": "an extension"}')
    for content in (b"", b"%PDF-1.7", b"x" * 100_000, other.getvalue(), extension.getvalue()):
        (tmp_path / "file").write_bytes(content)
        with pytest.raises(NotABackup):
            restore(tmp_path / "file", place)
    assert not place.home.exists()


def test_a_damaged_byte_anywhere_is_noticed(base: KnowledgeBase, tmp_path: Path, place: Settings) -> None:
    fill(base, tmp_path)
    whole = backup(base, tmp_path / "kb.zip").file.read_bytes()
    damaged = tmp_path / "damaged.zip"
    tail = whole.rindex(b"manifest.json") - 1000
    places = {*range(0, len(whole), 151), *range(60), *range(tail, len(whole), 11), *range(len(whole) - 90, len(whole))}
    for position in sorted(places):
        changed = bytearray(whole)
        changed[position] ^= 1 << position % 8
        damaged.write_bytes(changed)
        with pytest.raises(DamagedBackup):
            restore(damaged, place)
    for size in (len(whole) - 1, len(whole) - 64, len(whole) // 2, 100, 30):
        damaged.write_bytes(whole[:size])
        with pytest.raises(DamagedBackup):
            restore(damaged, place)
    damaged.write_bytes(whole + b"\n")
    with pytest.raises(DamagedBackup):
        restore(damaged, place)
    assert not place.home.exists()


def test_the_damaged_part_is_named(base: KnowledgeBase, tmp_path: Path, place: Settings) -> None:
    fill(base, tmp_path)
    made = backup(base, tmp_path / "kb.zip")
    whole = bytearray(made.file.read_bytes())
    with zipfile.ZipFile(made.file) as opened:
        for name in ("library.db", "vectors.db", "downloads/vn/luật 12.pdf"):
            entry = opened.getinfo(name)
            changed = bytearray(whole)
            changed[entry.header_offset + 30 + len(name.encode()) + 20 + entry.compress_size // 2] ^= 16
            (tmp_path / "damaged.zip").write_bytes(changed)
            with pytest.raises(DamagedBackup) as caught:
                restore(tmp_path / "damaged.zip", place)
            assert name in caught.value.en
            assert name in caught.value.vi


@pytest.mark.parametrize(
    "name",
    ["../escaped", "downloads/../../escaped", "/tmp/escaped", "downloads\\..\\..\\escaped", "vectors/x", "other"],
)
def test_a_member_that_would_leave_its_folder_is_refused(
    base: KnowledgeBase, tmp_path: Path, place: Settings, name: str
) -> None:
    def add(members: dict[str, bytes], manifest: dict[str, Any]) -> None:
        members[name] = b"harm"
        manifest["members"].append(stated(name, b"harm"))

    bad = forged(backup(base, tmp_path / "kb.zip").file, tmp_path / "bad.zip", add)
    with pytest.raises(DamagedBackup):
        restore(bad, place)
    assert not is_safe(name)
    assert not list(tmp_path.rglob("escaped"))


def test_a_backup_that_lies_is_refused(
    base: KnowledgeBase, tmp_path: Path, place: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "ALWAYS_ALLOWED", 1 << 20)
    put(base, tmp_path, "law.md", LAW)
    good = backup(base, tmp_path / "kb.zip").file

    def bomb(members: dict[str, bytes], manifest: dict[str, Any]) -> None:
        members["downloads/bomb"] = bytes(3 << 20)
        manifest["members"].append(stated("downloads/bomb", members["downloads/bomb"]))

    def unlisted(members: dict[str, bytes], manifest: dict[str, Any]) -> None:
        members["downloads/unlisted"] = b"x"

    def missing(members: dict[str, bytes], manifest: dict[str, Any]) -> None:
        del members["vectors.db"]

    def wrong_hash(members: dict[str, bytes], manifest: dict[str, Any]) -> None:
        manifest["members"][0]["sha256"] = "0" * 64

    def wrong_size(members: dict[str, bytes], manifest: dict[str, Any]) -> None:
        manifest["members"][0]["bytes"] -= 1

    def no_library(members: dict[str, bytes], manifest: dict[str, Any]) -> None:
        members["library.db"] = b"x" * 5000
        manifest["members"][0] = stated("library.db", members["library.db"])

    def broken_rows(members: dict[str, bytes], manifest: dict[str, Any]) -> None:
        file = tmp_path / "broken.db"
        file.write_bytes(members["library.db"])
        with closing(sqlite3.connect(file, isolation_level=None)) as library:
            library.execute("DELETE FROM versions")  # their clauses stay: foreign keys are off here
        members["library.db"] = file.read_bytes()
        manifest["members"][0] = stated("library.db", members["library.db"])

    def not_a_manifest(members: dict[str, bytes], manifest: dict[str, Any]) -> None:
        manifest["members"] = "all"

    for lie in (bomb, unlisted, missing, wrong_hash, wrong_size, no_library, broken_rows, not_a_manifest):
        bad = forged(good, tmp_path / "bad.zip", lie)
        with pytest.raises(DamagedBackup):
            restore(bad, place)
        assert not place.library_file.exists(), lie
        assert not (place.home / STAGING).exists(), lie


def test_a_newer_programs_backup_is_refused(base: KnowledgeBase, tmp_path: Path, place: Settings) -> None:
    good = backup(base, tmp_path / "kb.zip").file
    for newer_by in ({"format": 2}, {"schema": 1000}):
        newer = forged(good, tmp_path / "newer.zip", lambda _, manifest, by=newer_by: manifest.update(by))  # type: ignore[misc]
        with pytest.raises(NewerBackup, match="Update the program"):
            restore(newer, place)


def test_a_base_in_use_is_left_alone(base: KnowledgeBase, tmp_path: Path) -> None:
    put(base, tmp_path, "law.md", LAW)
    made = backup(base, tmp_path / "kb.zip")
    with pytest.raises(BaseBusy, match="Stop the application first"):
        restore(made.file, base.settings, replace=True, embedder=NoPassages())
    assert base.verify().sound


# -- kill -9
# ----------------------------------------------------------------------------------------------------

WORKER = """
import json, os, resource, signal, sys
from pathlib import Path
import chromadb
from kb.backup import backup
from kb.base import KnowledgeBase
from kb.errors import KnowledgeBaseError
from kb.models import HashEmbedder
from kb.restore import restore
from kb.settings import Settings

STEPS = ("os.rename", "os.mkdir", "os.rmdir", "os.remove")

def carry_out(task):
    seen = []
    def watch(event, arguments):
        if event in STEPS:
            seen.append(event)
            if len(seen) == task.get("die_at_step"):
                os.kill(os.getpid(), signal.SIGKILL)
    settings = Settings(home=Path(task["home"]), cache=Path(task["cache"]))
    said = {}
    try:
        if task["what"] == "backup":
            with KnowledgeBase(settings, embedder=HashEmbedder()) as base:
                sys.addaudithook(watch)
                if task.get("limit"):
                    resource.setrlimit(resource.RLIMIT_FSIZE, (task["limit"], resource.RLIM_INFINITY))
                backup(base, Path(task["file"]), overwrite=True)
        else:
            sys.addaudithook(watch)
            if task.get("limit"):
                resource.setrlimit(resource.RLIMIT_FSIZE, (task["limit"], resource.RLIM_INFINITY))
            restore(Path(task["file"]), settings, replace=True, embedder=HashEmbedder())
    except KnowledgeBaseError as error:
        said["error"] = type(error).__name__
    said["steps"] = seen
    print(json.dumps(said), flush=True)

for line in sys.stdin:
    child = os.fork()
    if child == 0:
        try:
            carry_out(json.loads(line))
        finally:
            os._exit(0)
    print(json.dumps({"pid": child}), flush=True)
    sys.stdin.readline()  # until then the id stays the child's own
    os.waitpid(child, 0)
    print(json.dumps({"ended": True}), flush=True)
"""


class Worker:
    """A process that carries out each task in a fork of itself, to be killed there at any moment."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def run(self, *, kill_after: float | None = None, **task: object) -> dict[str, Any]:
        """Carry out a task; return what it said, {} where it was killed first. `kill_after` is in seconds."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(json.dumps(task, default=str), file=self._process.stdin, flush=True)
        said: dict[str, Any] = {}
        for line in self._process.stdout:
            message = json.loads(line)
            if "pid" in message:
                if kill_after is not None:
                    time.sleep(kill_after)
                    os.kill(message["pid"], signal.SIGKILL)
                print(file=self._process.stdin, flush=True)
            if "ended" in message:
                return said
            if "pid" not in message:
                said = message
        raise AssertionError("the worker ended")


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    """Loaded once: starting Python anew for every kill would take most of the time."""
    if not hasattr(os, "fork"):
        pytest.skip("no fork here")
    with subprocess.Popen(
        [sys.executable, "-c", WORKER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=REPOSITORY,
    ) as process:
        yield Worker(process)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`old` and `new`, two bases with one cache, and `new.zip`, a backup of the second; tests work on copies."""
    folder = tmp_path_factory.mktemp("prepared")
    for name, number in (("old", "20"), ("new", "30")):
        with KnowledgeBase(Settings(home=folder / name, cache=folder / "cache"), embedder=HashEmbedder()) as base:
            for position in range(3):
                put(base, folder, f"{name}-{position}.md", LAW.replace("12/2024", f"{number}{position}/2024"))
            (base.settings.home / "downloads").mkdir()
            (base.settings.home / "downloads" / f"{name}.bin").write_bytes(random.Random(7).randbytes(1_000_000))
            backup(base, folder / f"{name}.zip")
    return folder


def holds_either(place: Settings) -> str:
    """Open a base after a kill, as the next start does, and insist that it is wholly "old" or wholly "new"."""
    with KnowledgeBase(place, embedder=HashEmbedder()) as base:
        base.warm()
        assert base.verify().sound
        held = {name.split("-")[0] for name in sources(base)}
        assert len(held) == 1, held
        (name,) = held
        assert sources(base) == {f"{name}-{position}.md" for position in range(3)}
        assert base.ask(QUESTIONS[0]).citations
    assert set(contents_of(place.home / "downloads")) == {f"{name}.bin"}
    assert not [path for path in (STAGING, READY, PLACING) if (place.home / path).exists()]
    aside = [path for path in place.home.iterdir() if path.name.startswith("before-restore-")]
    assert len(aside) == (name == "new")
    if aside:
        assert set(contents_of(aside[0])) >= {"library.db", "downloads/old.bin", "vectors/chroma.sqlite3"}
    return name


def place_with_old(prepared: Path, folder: Path) -> Settings:
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(prepared / "old", folder / "home")
    return Settings(home=folder / "home", cache=folder / "cache")


@pytest.mark.slow
def test_restore_killed_at_any_moment_leaves_the_old_base_or_the_new(
    worker: Worker, prepared: Path, tmp_path: Path
) -> None:
    chosen = random.Random(3)
    place = place_with_old(prepared, tmp_path / "trial")
    task = {"what": "restore", "file": prepared / "new.zip", "home": place.home, "cache": place.cache}
    begun = time.perf_counter()
    assert "error" not in worker.run(**task)
    lasted = time.perf_counter() - begun
    outcomes = {holds_either(place)}
    assert outcomes == {"new"}
    for trial in range(20):
        place_with_old(prepared, tmp_path / "trial")
        worker.run(kill_after=lasted * (trial + chosen.random()) / 20, **task)
        outcomes.add(holds_either(place))
    assert outcomes == {"old", "new"}


@pytest.mark.slow
def test_restore_killed_before_each_of_its_steps(worker: Worker, prepared: Path, tmp_path: Path) -> None:
    """The renames that make the new base count happen within a millisecond: each is stopped at by itself."""
    place = place_with_old(prepared, tmp_path / "trial")
    task = {"what": "restore", "file": prepared / "new.zip", "home": place.home, "cache": place.cache}
    steps = worker.run(**task)["steps"]
    first = steps.index("os.rename") + 1
    assert len(steps) - first >= 8
    outcomes = []
    for step in range(first, len(steps) + 1):
        place_with_old(prepared, tmp_path / "trial")
        assert worker.run(die_at_step=step, **task) == {}
        outcomes.append(holds_either(place))
    # Stopped before the first rename the old base stays; after it the new one counts, whatever follows.
    assert outcomes == ["old"] + ["new"] * (len(outcomes) - 1)


@pytest.mark.slow
def test_finishing_a_restore_may_itself_be_broken_off(
    worker: Worker, prepared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = place_with_old(prepared, tmp_path / "trial")
    task = {"what": "restore", "file": prepared / "new.zip", "home": place.home, "cache": place.cache}
    steps = worker.run(**task)["steps"]
    place_with_old(prepared, tmp_path / "trial")
    worker.run(die_at_step=steps.index("os.rename") + 2, **task)
    assert (place.home / READY).exists()

    class Stopped(Exception):
        pass

    rename, remaining = Path.rename, [0]

    def stop_there(path: Path, target: Path) -> Path:
        if remaining[0] == 0:
            raise Stopped
        remaining[0] -= 1
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", stop_there)
    for allowed in range(1, 20):  # one step further each time, all else done again
        remaining[0] = 1 if allowed < 19 else 100
        try:
            finish_restore(place.home)
            break
        except Stopped:
            continue
    monkeypatch.undo()
    assert holds_either(place) == "new"


@pytest.mark.slow
def test_backup_killed_at_any_moment_leaves_the_earlier_backup_or_the_new(
    worker: Worker, prepared: Path, tmp_path: Path
) -> None:
    chosen = random.Random(5)
    file = tmp_path / "kb.zip"
    shutil.copytree(prepared / "new", tmp_path / "home")
    task = {"what": "backup", "file": file, "home": tmp_path / "home", "cache": prepared / "cache"}
    begun = time.perf_counter()
    assert "error" not in worker.run(**task)
    lasted = time.perf_counter() - begun
    earlier = hashlib.sha256((prepared / "old.zip").read_bytes()).hexdigest()
    for trial in range(22):
        if trial % 2:
            shutil.copyfile(prepared / "old.zip", file)
        else:
            file.unlink(missing_ok=True)
        worker.run(kill_after=lasted * (trial + chosen.random()) / 22, **task)
        if trial % 2 or file.exists():
            with archive.open_archive(file) as (opened, manifest):
                for member in manifest.members:
                    assert sum(len(chunk) for chunk in archive.contents(opened, member)) == member.bytes
            names = {member.name for member in manifest.members}
            was_earlier = hashlib.sha256(file.read_bytes()).hexdigest() == earlier
            assert was_earlier or "downloads/new.bin" in names
        assert {path.name for path in tmp_path.iterdir()} <= {"home", "kb.zip", ".kb.zip.partial"}
    with KnowledgeBase(Settings(home=tmp_path / "home", cache=prepared / "cache"), embedder=NoPassages()) as base:
        assert base.verify().sound
        (tmp_path / ".kb.zip.partial").mkdir(exist_ok=True)
        (tmp_path / ".kb.zip.partial" / "archive").write_bytes(b"left over")
        backup(base, file, overwrite=True)
    assert {path.name for path in tmp_path.iterdir()} == {"home", "kb.zip"}


@pytest.mark.slow
def test_no_space_is_said_and_leaves_nothing_behind(worker: Worker, prepared: Path, tmp_path: Path) -> None:
    place = place_with_old(prepared, tmp_path / "trial")
    for limit in (50_000, 600_000):
        said = worker.run(
            what="backup", file=tmp_path / "kb.zip", home=place.home, cache=prepared / "cache", limit=limit
        )
        assert said["error"] == "NoSpace"
        said = worker.run(what="restore", file=prepared / "new.zip", home=place.home, cache=place.cache, limit=limit)
        assert said["error"] == "NoSpace"
        assert [path.name for path in tmp_path.iterdir()] == ["trial"]
        assert not (place.home / STAGING).exists()
    assert holds_either(place) == "old"


# -- the command line
# ----------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_commands(base: KnowledgeBase, tmp_path: Path, cache: Path) -> None:
    """`backup` is carried out by the application that owns the base; `restore` by its own process, and never there."""
    put(base, tmp_path, "law.md", LAW)
    out, err = io.StringIO(), io.StringIO()
    terminal = Terminal(out, err, interactive=False, folder=tmp_path)
    with control.ControlServer(base):
        assert control.forward(base.settings.home, ["backup", "kb.zip", "--json"], terminal) == 0
        made = json.loads(out.getvalue())
        assert made["sha256"] == hashlib.sha256((tmp_path / "kb.zip").read_bytes()).hexdigest()
        assert (Path(made["file"]), made["documents"]) == (tmp_path / "kb.zip", 1)
        assert control.forward(base.settings.home, ["backup", "kb.zip"], terminal) == 1
        assert "đã tồn tại" in err.getvalue()
        assert control.forward(base.settings.home, ["backup", "kb.zip", "--overwrite"], terminal) == 0

    def restored(home: Path, *options: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "ui.cli", "restore", "kb.zip", *options],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            env=os.environ | {"PYTHONPATH": str(REPOSITORY), "COP_KB_HOME": str(home), "COP_KB_CACHE": str(cache)},
            check=False,
        )

    busy = restored(base.settings.home, "--replace", "--json")
    assert busy.returncode == 1, busy.stderr
    assert json.loads(busy.stdout)["error"]["kind"] == "BaseBusy"
    done = restored(tmp_path / "other", "--json")
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout)
    # The bundled model is configured there, this base comes from the test's own.
    assert (figures["documents"], figures["kept"], figures["rebuild_needed"]) == (1, None, True)
    assert "cop-kb rebuild" in done.stderr
    assert "Traceback" not in busy.stderr + done.stderr
