"""Nothing phones home: the first start, a question and the page, in a network namespace that leads nowhere."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY


def _namespace() -> list[str]:
    command = ["unshare", "--map-root-user", "--net"]
    if shutil.which("unshare") is None or subprocess.run([*command, "true"], check=False).returncode:
        pytest.skip("this machine lets nobody make a network namespace")
    return command


def test_no_outside_host_is_asked(tmp_path: Path, cache: Path) -> None:
    done = subprocess.run(
        [
            *_namespace(),
            sys.executable,
            str(REPOSITORY / "tests/ui/offline_driver.py"),
            str(tmp_path / "home"),
            str(cache),
        ],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["counts_attempts"], "the kernel did not count the trial connection: the test would prove nothing"
    assert found["asked"] == []
    assert found["unrouted"] == 0
    assert found["pages"] == [200, 200]
    assert found["answers"] == ["answered", "answered"]
    written = {path.name for path in tmp_path.iterdir()}
    assert written <= {"home", "guard", "guard.log"}, "something was written outside the home"
