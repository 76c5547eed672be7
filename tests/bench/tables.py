"""Measure everything and write docs/evaluation.md, with machine and date.

    python tests/bench/tables.py ../shared/data --work FOLDER [--only retrieval refusal ...] [--limit N]

Each measurement is a command of its own whose JSON is kept in FOLDER; with --only the others are taken from there as
they were measured before. --limit asks the first N questions of each set. Everything together takes more than an hour on
two cores.
"""

from __future__ import annotations

import argparse
import json
import platform
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parent.parent.parent
PAGE = REPOSITORY / "docs" / "evaluation.md"
COMPARED = 100
"""Questions of each set that the usual recipes are asked too."""
COMPARED_SETS = tuple(
    f"{domain}.{kind}"
    for domain, kinds in (
        ("alqac", ("vi-vi", "vi-en", "vi-mixed", "unaccented-mixed")),
        ("xquad", ("vi-vi", "en-en", "vi-en", "en-vi", "vi-mixed", "unaccented-en")),
    )
    for kind in kinds
)
Figures = dict[str, Any]

INTRODUCTION = """# Evaluation

Made by `python tests/bench/tables.py`; each table says when and where it was measured.

The 16 development sets, asked through the code that `search` and `ask` use (`./run eval`). `xquad.*`: general questions,
human translations; `alqac.*`: Vietnamese law, its English side machine-translated; `A-B`: questions in A, documents in B;
`mixed`: one shelf where every document exists in one language only; `unaccented`: Vietnamese typed without marks. The
bundled model, no reranker, no language model. No statistics are taken from the questions scored."""


def commands(data: Path, limit: int | None) -> dict[str, list[str]]:
    """Return what measures each table."""
    first = [] if limit is None else ["--limit", str(limit)]
    sets = [str(folder) for folder in sorted((data / "retrieval").iterdir())]
    compared = [str(data / "retrieval" / name) for name in COMPARED_SETS]
    bench, python = str(REPOSITORY / "tests" / "bench"), sys.executable
    law = data / "documents"
    documents = [str(file) for file in sorted(law.rglob("*.docx"))[:3]]
    return {
        "retrieval": [python, "-m", "ui.cli", "eval", "--dense", "--json", *first, *sets],
        "recipes": [python, f"{bench}/baselines.py", "--limit", str(COMPARED), *compared],
        "refusal": [python, "-m", "ui.cli", "eval", "--leave-one-out", "--json", *first, *sets],
        "language": [python, f"{bench}/language.py", str(data / "retrieval")],
        "ingest": [python, f"{bench}/figures.py", *documents],
        "scale": [python, f"{bench}/scale.py", str(data / "retrieval" / "alqac.vi-mixed")],
    }


def _table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{' --- |' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(str(cell) for cell in row)} |"


def _pair(row: Figures, prefix: str = "") -> str:
    return f"{row[f'{prefix}recall@1']:.3f} / {row[f'{prefix}recall@10']:.3f}"


def _span(bounds: Sequence[float]) -> str:
    return f"{bounds[0]:+.3f} … {bounds[1]:+.3f}"


def retrieval(figures: Figures) -> Iterator[str]:
    """Recall of the program and of the model alone."""
    yield "## How well it finds"
    yield ""
    yield "Recall@1 / recall@10. `dense`: the same model alone, one vector a passage. Intervals are of 95%, by bootstrap, paired"
    yield "for the gain over `dense`. `answer recall`: a quote of the answer holds a gold answer."
    yield ""
    head = ("set", "questions", "dense", "ours", "recall@1 within", "gain@1", "MRR@10", "nDCG@10", "answer recall")
    yield from _table(
        head,
        [
            (
                row["set"],
                row["queries"],
                _pair(row, "dense_"),
                f"**{_pair(row)}**",
                f"{row['interval@1'][0]:.3f} … {row['interval@1'][1]:.3f}",
                _span(row["gain@1"]),
                f"{row['mrr@10']:.3f}",
                f"{row['ndcg@10']:.3f}",
                "–" if row["answer_recall"] is None else f"{row['answer_recall']:.3f}",
            )
            for row in sorted(figures["sets"], key=lambda row: str(row["set"]))
        ],
    )
    yield ""
    yield from _table(
        ("macro-average", "recall@1", "recall@10"),
        [(group, f"{means['recall@1']:.3f}", f"{means['recall@10']:.3f}") for group, means in figures["macro"].items()],
    )


def recipes(figures: Figures) -> Iterator[str]:
    """The usual recipes beside ours."""
    names = [name for name in figures["sets"][0] if name not in ("set", "queries")]
    yield "## The usual recipes"
    yield ""
    yield f"llama-index's stock parts with the same model, on the first {COMPARED} questions of {len(figures['sets'])} sets, in one run: vectors over"
    yield "Chroma; the same fused with BM25 by reciprocal rank. Recall@1 / recall@10."
    yield ""
    yield from _table(
        ("set", "questions", *names),
        [(row["set"], row["queries"], *(_pair(row[name]) for name in names)) for row in figures["sets"]],
    )


def refusal(figures: Figures) -> Iterator[str]:
    """Whether the base knows what it does not know."""
    yield "## Knowing when the base does not know"
    yield ""
    yield "`known`: questions whose passage came first. `left out`: the same and all others after their passage and its"
    yield "near-duplicates were taken away. `far`: questions of the other domain. Shares refused: by the threshold in use, and by one"
    yield "that refuses 5% of the known. The area is that under the ROC curve of known against left out."
    yield ""
    rows = []
    for row in figures["sets"]:
        cells = [
            "–" if row[at][group] is None else f"{row[at][group]:.3f}"
            for at in ("in_use", "at_5%")
            for group in ("known", "left_out", "far")
        ]
        rows.append((row["set"], row["known"], f"{row['auc']:.3f}", *cells[:3], *cells[4:]))
    head = ("set", "known", "area", "in use: known", "left out", "far", "at 5%: left out", "far")
    yield from _table(head, rows)
    yield ""
    yield "The ROC curves: share of the known answered where so much of the left out is answered."
    yield ""
    at = [0.05, 0.1, 0.2, 0.3, 0.5]
    yield from _table(
        ("set", *(f"{rate:.0%}" for rate in at)),
        [
            (row["set"], *(f"{dict(map(tuple, row['roc']))[rate]:.3f}" for rate in at))  # type: ignore[arg-type]
            for row in figures["sets"]
        ],
    )


def language(figures: Figures) -> Iterator[str]:
    """Telling the language and form."""
    yield "## Language and form of a question"
    yield ""
    yield "Share told right (langdetect alone cannot tell missing marks: only its language is judged), and milliseconds."
    yield ""
    yield from _table(
        ("questions", "number", "ours", "p50 / p95 ms", "langdetect alone", "p50 / p95 ms"),
        [
            (
                kind,
                own["questions"],
                f"{own['right']:.4f}",
                f"{own['ms_p50']:.2f} / {own['ms_p95']:.2f}",
                f"{(other := figures['langdetect'][kind])['right']:.4f}",
                f"{other['ms_p50']:.1f} / {other['ms_p95']:.1f}",
            )
            for kind, own in figures["ours"].items()
        ],
    )


def ingest(figures: Figures) -> Iterator[str]:
    """Ingest against the bare encoder."""
    found = figures["ingest"]
    yield "## Ingest"
    yield ""
    yield f"{found['passages']} passages, files to searchable: {found['ingest_per_s']} a second; the bare encoder on the same texts,"
    yield f"sorted by length, in turns: {found['bare_encoder_per_s']}; ratio {found['ratio']}. Peak memory of the process:"
    yield f"{figures['peak_memory_mb']} MB."


def scale(figures: Figures) -> Iterator[str]:
    """Bases of several sizes."""
    yield "## As a base grows"
    yield ""
    yield "Real passages varied, vectors near the real ones, three audiences, a tenth of the documents superseded; the same 200"
    yield "questions on each, vectors of questions included. docs/scale.md says what follows. Milliseconds are p50 / p95."
    yield ""

    def times(found: Figures) -> str:
        return f"{found['p50_ms']} / {found['p95_ms']}"

    yield from _table(
        (
            "passages",
            "public",
            "all audiences",
            "on a day",
            "recall of approximate search",
            "build s",
            "disk MB",
            "add 250 passages s",
        ),
        [
            (
                f"{row['passages']:,}",
                times(row["public"]),
                times(row["all_audiences"]),
                times(row["as_of"]),
                f"{row['approximate_recall@10']:.3f}",
                row["build_s"],
                row["disk_mb"],
                row["add_document_s"],
            )
            for row in figures["sizes"]
        ],
    )


SECTIONS: tuple[Callable[[Figures], Iterator[str]], ...] = (retrieval, recipes, refusal, language, ingest, scale)


def main() -> None:
    """Measure what is asked for, and write the page from everything measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--only", nargs="*", choices=[section.__name__ for section in SECTIONS])
    parser.add_argument("--limit", type=int, help="questions of each set, for retrieval and refusal")
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    machine = f"2 cores without a GPU, {platform.machine()}, Python {platform.python_version()}"
    for name, command in commands(options.data.resolve(), options.limit).items():
        if options.only is None or name in options.only:
            run = subprocess.run(command, cwd=REPOSITORY, stdout=subprocess.PIPE, check=True, text=True)
            kept = {"machine": machine, "date": date.today().isoformat(), "figures": json.loads(run.stdout)}
            (options.work / f"{name}.json").write_text(json.dumps(kept), encoding="utf-8")
    parts = [INTRODUCTION]
    for section in SECTIONS:
        file = options.work / f"{section.__name__}.json"
        if file.is_file():
            kept = json.loads(file.read_text(encoding="utf-8"))
            parts.append("\n".join([*section(kept["figures"]), "", f"Measured on {kept['date']}: {kept['machine']}."]))
    PAGE.write_text("\n\n".join(parts) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
