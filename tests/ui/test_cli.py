"""The command line as its users call it: processes, exit statuses, one JSON value on standard output, and kill -9."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.conftest import GUIDANCE, LAW, REPOSITORY


def environment(home: Path, cache: Path, **more: str) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home.parent),
        "PYTHONPATH": str(REPOSITORY),
        "COP_KB_HOME": str(home),
        "COP_KB_CACHE": str(cache),
        **more,
    }


def cop_kb(home: Path, cache: Path, *arguments: str, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "ui.cli", *arguments],
        capture_output=True,
        text=True,
        timeout=240,
        cwd=folder or home.parent,
        env=environment(home, cache),
        check=False,
    )


def value(done: subprocess.CompletedProcess[str], status: int = 0) -> Any:
    assert done.returncode == status, done.stdout + done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, cache: Path) -> Path:
    """A base made by the command line itself, with a law and a guidance document."""
    folder = tmp_path_factory.mktemp("cli")
    (folder / "docs").mkdir()
    (folder / "docs" / "law.md").write_text(LAW, encoding="utf-8")
    (folder / "docs" / "guide.md").write_text(GUIDANCE, encoding="utf-8")
    (folder / "docs" / "broken.pdf").write_bytes(b"%PDF-1.7\nbroken")
    found = value(cop_kb(folder / "home", cache, "ingest", "docs", "--json", folder=folder), 1)["files"]
    assert [(Path(item["path"]).name, item["result"]) for item in found] == [
        ("broken.pdf", "failed"),
        ("guide.md", "added"),
        ("law.md", "added"),
    ]
    assert found[0]["error"]["vi"] != found[0]["error"]["en"]
    assert found[2]["number"] == "12/2024/QH15"
    assert found[1]["number"] == "unknown"
    return folder / "home"


def test_ask_prints_the_agreed_json(home: Path, cache: Path) -> None:
    answer = value(cop_kb(home, cache, "ask", "bệnh viện báo cáo sự cố trong bao lâu?", "--json"))
    assert {"outcome", "language", "answer", "citations", "also_retrieved", "timing_ms"} <= answer.keys()
    assert answer["outcome"] == "answered"
    (citation, *_) = answer["citations"]
    wanted = "key document number title version address page quote language kind authority status url verdict".split()
    assert set(wanted) <= citation.keys()
    assert "72 giờ" in citation["quote"]
    assert all(set(part["citations"]) <= {item["key"] for item in answer["citations"]} for part in answer["answer"])


def test_search_show_list_status_verify(home: Path, cache: Path) -> None:
    (first, *_) = value(cop_kb(home, cache, "search", "how long are logs kept", "--top", "2", "--json"))["results"]
    assert {"rank", "score", "document", "number", "address", "language", "page", "text"} <= first.keys()
    tree = value(cop_kb(home, cache, "show", "12/2024/QH15", "--json"))
    assert tree["number"] == "12/2024/QH15"
    assert tree["issued"] == "unknown"
    assert tree["effective"] == "2024-07-01"
    addresses = [clause["address"] for clause in tree["clauses"]]
    assert "Điều 2 khoản 2 điểm b" in addresses
    parents = {clause["address"]: clause["parent"] for clause in tree["clauses"]}
    assert parents["Điều 2 khoản 2 điểm b"] == "Điều 2 khoản 2"
    (clause,) = value(cop_kb(home, cache, "show", "luat thu nghiem", "dieu 2 khoan 1", "--json"))["clauses"]
    assert clause["address"] == "Điều 2 khoản 1"
    assert len(value(cop_kb(home, cache, "list", "--json"))["documents"]) == 2
    assert value(cop_kb(home, cache, "status", "--json"))["documents"] == 2
    assert value(cop_kb(home, cache, "verify", "--json"))["sound"] is True
    assert any(
        row["name"] == "COP_KB_HOME" for row in value(cop_kb(home, cache, "status", "--settings", "--json"))["settings"]
    )


def test_a_first_question_to_an_empty_base_finds_the_starter_notes(tmp_path: Path, cache: Path) -> None:
    answer = value(cop_kb(tmp_path / "home", cache, "ask", "What are NHIC's four tasks?", "--json"))
    assert answer["outcome"] == "answered"
    assert answer["citations"][0]["authority"] == "note"


def test_wrong_usage_is_status_2_and_failures_status_1(home: Path, cache: Path) -> None:
    assert cop_kb(home, cache, "dance").returncode == 2
    assert cop_kb(home, cache, "ingest", "docs", "--audience", "everyone").returncode == 2
    assert cop_kb(home, cache, "ask", "x", "--as-of", "yesterday").returncode == 2
    missing = cop_kb(home, cache, "show", "no-such-document", "--json")
    assert value(missing, 1)["error"]["kind"] == "NotInBase"
    assert "Traceback" not in missing.stderr


@pytest.mark.slow
def test_kill_at_any_point_loses_nothing_reported_done(tmp_path: Path, cache: Path) -> None:
    """Ingest many files, kill -9 at various moments, and finish: what was reported is there, and the stores agree."""
    folder = tmp_path / "docs"
    folder.mkdir()
    for number in range(12):
        text = LAW.replace("12/2024", f"{number + 20}/2024").replace("24 tháng", f"{number + 5} tháng")
        (folder / f"law-{number:02}.md").write_text(text, encoding="utf-8")
    home = tmp_path / "home"
    reported: set[str] = set()
    for lines_to_wait_for in (1, 4, 9):
        with subprocess.Popen(
            [sys.executable, "-m", "ui.cli", "ingest", str(folder)],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            cwd=tmp_path,
            env=environment(home, cache),
        ) as process:
            assert process.stdout is not None
            seen = 0
            for line in process.stdout:
                if line.startswith("✓"):
                    reported.add(line.split()[1])
                    seen += 1
                    if seen >= lines_to_wait_for:
                        break
            process.send_signal(signal.SIGKILL)
    after = {row["source"] for row in value(cop_kb(home, cache, "list", "--json"))["documents"]}
    assert reported <= after
    finished = value(cop_kb(home, cache, "ingest", str(folder), "--json"))
    assert {item["result"] for item in finished["files"]} <= {"added", "unchanged"}
    assert len(value(cop_kb(home, cache, "list", "--json"))["documents"]) == 12
    assert value(cop_kb(home, cache, "verify", "--json"))["sound"] is True


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, cache: Path) -> Iterator[tuple[Path, str, subprocess.Popen[str]]]:
    """The application as `python app.py` starts it, in a home of its own, until it is ready with its starter notes."""
    home = tmp_path_factory.mktemp("served") / "home"
    process = subprocess.Popen(
        [sys.executable, str(REPOSITORY / "app.py"), "--port", "0"],
        stderr=subprocess.PIPE,
        text=True,
        cwd=home.parent,
        env=environment(home, cache),
    )
    try:
        assert process.stderr is not None
        address, lines = "", []
        for line in process.stderr:
            lines.append(line)
            address = next((word for word in line.split() if word.startswith("http")), address)
            if "Ready to answer" in line:
                break
        assert address, "".join(lines)
        yield home, address, process
    finally:
        process.terminate()
        process.wait(timeout=30)
        if process.stderr is not None:
            process.stderr.close()


def test_commands_are_carried_out_by_the_running_application(
    served: tuple[Path, str, subprocess.Popen[str]], cache: Path, tmp_path: Path
) -> None:
    home, address, process = served
    assert httpx.get(address, follow_redirects=True).status_code == 200
    (tmp_path / "law.md").write_text(LAW, encoding="utf-8")
    begun = time.monotonic()
    (item,) = value(cop_kb(home, cache, "ingest", "law.md", "--json", folder=tmp_path))["files"]
    assert item["result"] == "added"
    answer = value(cop_kb(home, cache, "ask", "Điều 2 Luật Thử nghiệm", "--json"))
    assert answer["citations"][0]["address"] == "Điều 2"
    assert time.monotonic() - begun < 60
    assert value(cop_kb(home, cache, "show", "nothing-there", "--json"), 1)["error"]["kind"] == "NotInBase"
    assert value(cop_kb(home, cache, "verify", "--json"))["sound"] is True
    assert process.poll() is None


def test_a_second_application_on_the_same_base_says_so(
    served: tuple[Path, str, subprocess.Popen[str]], cache: Path
) -> None:
    home, _, _ = served
    second = cop_kb(home, cache, "serve", "--port", "0")
    assert second.returncode == 1
    assert "already running" in second.stderr
    assert "Traceback" not in second.stderr


def test_only_who_holds_the_token_may_command(served: tuple[Path, str, subprocess.Popen[str]]) -> None:
    home, _, _ = served
    file = home / "control.json"
    assert file.stat().st_mode & 0o077 == 0
    door = json.loads(file.read_text())
    url = f"http://127.0.0.1:{door['port']}/command"
    assert httpx.post(url, json={"arguments": ["list"]}).status_code == 403
    assert httpx.post(url, json={}, headers={"Authorization": "Bearer wrong"}).status_code == 403
    assert httpx.post(url, content=b"x" * 10, headers={"Authorization": f"Bearer {door['token']}"}).status_code == 400
