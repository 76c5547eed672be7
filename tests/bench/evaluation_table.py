"""Turn the JSON of `cop-kb eval --json` into docs/evaluation.md.

./run eval ../shared/data/retrieval/* --json > eval.json
python tests/bench/evaluation_table.py eval.json > docs/evaluation.md
"""

from __future__ import annotations

import json
import platform
import sys
from datetime import date
from pathlib import Path
from typing import Any

HEAD = """# Evaluation

The 16 development sets, each indexed in a throw-away home and asked through the code that `search` and `ask` use
(`./run eval`). `xquad.*`: general questions, human translations; `alqac.*`: Vietnamese law, its English side
machine-translated; `A-B`: questions in A, documents in B; `mixed`: one shelf where every document exists in one
language only; `unaccented`: Vietnamese typed without marks. Bundled model. `answer_recall`: a quote of the answer holds
a gold answer. {machine}, {day}.

| set | questions | recall@1 | recall@5 | recall@10 | MRR@10 | nDCG@10 | answer_recall |
| --- | --- | --- | --- | --- | --- | --- | --- |"""


def row(figures: dict[str, Any]) -> str:
    """Return one line of the table."""
    names = ("recall@1", "recall@5", "recall@10", "mrr@10", "ndcg@10", "answer_recall")
    cells = ["–" if figures[name] is None else f"{figures[name]:.3f}" for name in names]
    return f"| {figures['set']} | {figures['queries']} | {' | '.join(cells)} |"


def main() -> None:
    """Print the page."""
    sets = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))["sets"]
    machine = f"2 cores without a GPU, {platform.machine()}, Python {platform.python_version()}"
    print(HEAD.format(machine=machine, day=date.today().isoformat()))
    for figures in sorted(sets, key=lambda figures: str(figures["set"])):
        print(row(figures))


if __name__ == "__main__":
    main()
