"""How often the language and form of a question are told right, and how fast; langdetect alone beside it.

    python tests/bench/language.py ../shared/data/retrieval > language.json

The questions of all sets, each once: Vietnamese, English, Vietnamese without marks; and mixed ones, Vietnamese with
one or two terms in English, as bilingual people type. Prints one JSON value.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from kb import lexicon
from kb.evaluate import read_set
from kb.language import ENGLISH, VIETNAMESE, Form
from kb.search import question_form

Told = Callable[[str], tuple[str, bool | None]]
"""Language, and whether marks are wanting (None where it does not tell)."""


def questions(folder: Path) -> dict[str, list[tuple[str, Form]]]:
    """Return every question of the sets in `folder` once, with its right form, by kind."""
    found: dict[str, dict[str, Form]] = {"vi": {}, "en": {}, "unaccented": {}, "mixed": {}}
    chance = random.Random(0)
    for place in sorted(folder.iterdir()):
        for query in read_set(place).queries:
            if query.language == ENGLISH:
                found["en"][query.text] = Form(ENGLISH)
            elif place.name.partition(".")[2].startswith("unaccented"):
                found["unaccented"][query.text] = Form(VIETNAMESE, unaccented=True)
            else:
                if query.text not in found["vi"]:
                    found["mixed"][mixed(query.text, chance)] = Form(VIETNAMESE)
                found["vi"][query.text] = Form(VIETNAMESE)
    return {kind: list(asked.items()) for kind, asked in found.items()}


def mixed(question: str, chance: random.Random) -> str:
    """Return a Vietnamese question with one or two of its terms in English, as bilingual people type."""
    terms = [item for item in lexicon.concepts(question, VIETNAMESE) if " " in question[item.start : item.end]]
    for term in sorted(chance.sample(terms, min(2, len(terms))), key=lambda item: -item.start):
        question = question[: term.start] + term.alternatives[0] + question[term.end :]
    return question


def ours(question: str) -> tuple[str, bool | None]:
    """Tell as the program does."""
    form = question_form(question)
    return form.language, form.unaccented


def langdetect_alone(question: str) -> tuple[str, bool | None]:
    """Tell by langdetect, seeded; any language but Vietnamese counts as English."""
    import langdetect

    langdetect.DetectorFactory.seed = 0
    try:
        return (VIETNAMESE if langdetect.detect(question) == VIETNAMESE else ENGLISH), None
    except langdetect.lang_detect_exception.LangDetectException:
        return ENGLISH, None


def measured(asked: Sequence[tuple[str, Form]], tell: Told) -> dict[str, Any]:
    """Return the share told right, in language and (where told) marks, and the median time in milliseconds."""
    right, times = 0, []
    for question, form in asked:
        begun = time.perf_counter()
        language, unaccented = tell(question)
        times.append(1000 * (time.perf_counter() - begun))
        right += language == form.language and unaccented in (None, form.unaccented)
    return {
        "questions": len(asked),
        "right": round(right / len(asked), 4),
        "ms_p50": round(statistics.median(times), 3),
        "ms_p95": round(statistics.quantiles(times, n=20)[-1], 3),
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    asked = questions(parser.parse_args().folder)
    everything = [item for items in asked.values() for item in items]
    for tell in (ours, langdetect_alone):
        tell("Điều kiện là gì?")  # loads what it needs
    print(
        json.dumps(
            {
                "ours": {kind: measured(items, ours) for kind, items in {**asked, "all": everything}.items()},
                "langdetect": {
                    kind: measured(items, langdetect_alone) for kind, items in {**asked, "all": everything}.items()
                },
            }
        )
    )


if __name__ == "__main__":
    main()
