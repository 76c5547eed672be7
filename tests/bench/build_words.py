"""Make kb/data/words.tsv.gz and pairs.tsv.gz: how often words and pairs of syllables occur in Vietnamese and English.

    python tests/bench/build_words.py --vietnamese PATH... --english PATH... --parallel TSV...

PATH is any file that the readers read; TSV holds Vietnamese<TAB>English lines. Only counts are kept, words seen at
least twice. docs/models.md names the texts behind the counts that ship, with their licences.
"""

from __future__ import annotations

import argparse
import gzip
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from ingest.readers import read
from kb.language import DATA, ENGLISH, VIETNAMESE, words
from kb.marks import count_pairs


def _write(path: Path, rows: Iterable[tuple[object, ...]]) -> None:
    text = "".join("\t".join(map(str, row)) + "\n" for row in rows)
    # No time stamp, so that the same texts give the same bytes.
    path.write_bytes(gzip.compress(text.encode(), compresslevel=9, mtime=0))


def main() -> None:
    """Read the texts named on the command line and write both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("--vietnamese", "--english", "--parallel"):
        parser.add_argument(name, type=Path, nargs="*", default=[])
    options = parser.parse_args()
    vietnamese = [read(path).text for path in options.vietnamese]
    english = [read(path).text for path in options.english]
    for path in options.parallel:
        rows = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()]
        vietnamese += [row[0] for row in rows if len(row) == 2]
        english += [row[1] for row in rows if len(row) == 2]
    single, pairs = count_pairs(vietnamese)
    spoken = Counter(word for text in english for word in words(text) if not word.isdigit())
    _write(
        DATA / "words.tsv.gz",
        [
            (language, word, count)
            for language, table in ((VIETNAMESE, single), (ENGLISH, spoken))
            for word, count in sorted(table.items())
            if count > 1
        ],
    )
    _write(DATA / "pairs.tsv.gz", [(*pair, count) for pair, count in sorted(pairs.items())])


if __name__ == "__main__":
    main()
