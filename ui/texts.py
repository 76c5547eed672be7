"""The words of the page in its two languages, from the folder words."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

LANGUAGES = ("vi", "en")
LANGUAGE_NAMES = {"vi": "Tiếng Việt", "en": "English"}
# strftime's month names follow the machine's locale
_MONTHS = "January February March April May June July August September October November December".split()


@cache
def table() -> dict[str, dict[str, str]]:
    """Return every entry as {key: {"vi": …, "en": …}}."""
    merged: dict[str, dict[str, str]] = {}
    for file in sorted((Path(__file__).parent / "words").glob("*.toml")):
        entries = tomllib.loads(file.read_text(encoding="utf-8"))
        twice = merged.keys() & entries.keys()
        if twice:
            raise ValueError(f"{file.name} repeats {', '.join(sorted(twice))}")
        merged |= entries
    return merged


@dataclass(frozen=True, slots=True)
class Texts:
    """The words of one language.

    >>> Texts("vi")("send"), Texts("en")("page", page=3)
    ('Gửi câu hỏi', 'page 3')
    """

    language: str

    def __call__(self, key: str, /, **fields: object) -> str:
        """Return the text called `key` with its {fields} filled in. Raises KeyError for one that is not there."""
        return table()[key][self.language].format_map(fields)

    def date(self, day: date) -> str:
        """Return `day` as this language writes it.

        >>> Texts("vi").date(date(2026, 3, 1)), Texts("en").date(date(2026, 3, 1))
        ('01/3/2026', '1 March 2026')
        """
        if (
            self.language == "vi"
        ):  # the rules on official documents: a zero before days under 10 and before months 1 and 2
            month = f"{day.month:02}" if day.month < 3 else str(day.month)
            return f"{day.day:02}/{month}/{day.year}"
        return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"
