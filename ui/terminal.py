"""Where a command writes: results on one stream, all else on another; a terminal here or at the other end of a wire."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from kb.errors import KnowledgeBaseError
from kb.models import Progress


class Stream(Protocol):
    """What is written to."""

    def write(self, text: str, /) -> int: ...

    def flush(self) -> None: ...


DONE, FAILED = 0, 1
"""Exit statuses."""
UNKNOWN = "unknown"
"""What is printed where a document does not state a value."""


@dataclass(frozen=True, slots=True)
class Terminal:
    """A command's two streams, whether a person watches the second, and the folder that relative paths start from."""

    out: Stream
    err: Stream
    interactive: bool
    folder: Path

    def print(self, text: str = "") -> None:
        """Print a line of the result."""
        self.out.write(text + "\n")
        self.out.flush()

    def print_json(self, value: Any) -> None:
        """Print the one JSON value of the result."""
        self.print(json.dumps(value, ensure_ascii=False, indent=2))

    def say(self, text: str) -> None:
        """Tell the person something that is not part of the result."""
        self.err.write(text + "\n")
        self.err.flush()

    def fail(self, error: KnowledgeBaseError, *, as_json: bool = False) -> None:
        """Report a failure in both languages; with `as_json` also as the JSON value."""
        if as_json:
            self.print_json({"error": {"en": error.en, "vi": error.vi, "kind": type(error).__name__}})
        self.say(f"{error.vi}\n{error.en}")

    def progress(self, label: str) -> Progress:
        """Return a function that shows a progress bar, on a terminal that a person watches."""
        from tqdm import tqdm

        bar: Any = None

        def show(done: int, total: int) -> None:
            nonlocal bar
            if not self.interactive or not total:
                return
            if bar is None or bar.total != total:
                bar = tqdm(total=total, desc=label, file=self.err, leave=False, unit="")
            bar.update(done - bar.n)
            if done >= total:
                bar.close()
                bar = None

        return show
