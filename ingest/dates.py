"""Calendar days as documents write them, in Vietnamese and English."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

_MONTHS = "january february march april may june july august september october november december".split()
_MONTH = "|".join(f"{name[:3]}[a-z.]*" if len(name) > 3 else name for name in _MONTHS)
_DAY = re.compile(
    r"(?P<iso>(?P<y1>\d{4})-(?P<m1>\d{1,2})-(?P<d1>\d{1,2}))(?!\d)"
    r"|(?P<vi>(?:ngày|ngay)\s+(?P<d2>\d{1,2})\s+(?:tháng|thang)\s+(?P<m2>\d{1,2})\s+(?:năm|nam)\s+(?P<y2>\d{4}))"
    r"|(?P<slashes>(?<![\d/])(?P<d3>\d{1,2})\s?[/.-]\s?(?P<m3>\d{1,2})\s?[/.-]\s?(?P<y3>\d{4})(?![\d/]))"
    rf"|(?P<en>(?<!\d)(?P<d4>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<m4>{_MONTH})\s*,?\s+(?P<y4>\d{{4}}))"
    rf"|(?P<us>(?P<m5>{_MONTH})\s+(?P<d5>\d{{1,2}})(?:st|nd|rd|th)?\s*,\s*(?P<y5>\d{{4}}))",
    re.I,
)
DAY_PATTERN = _DAY.pattern


def find_dates(text: str) -> Iterator[tuple[int, int, date]]:
    """Yield start, end and day of each whole date in `text`; a month without a day is none, and 31/02 is none.

    >>> [day.isoformat() for _, _, day in find_dates("ngày 10 tháng 12 năm 2025; 13 June 2024; 30/11/2024; 12.7.2024")]
    ['2025-12-10', '2024-06-13', '2024-11-30', '2024-07-12']
    >>> parse_date("Document issued on June 14, 2023.")
    datetime.date(2023, 6, 14)
    >>> list(find_dates("October 2019, 31/02/2024"))
    []
    """
    for match in _DAY.finditer(text):
        for form in "12345":
            if match[f"y{form}"]:
                day = _date(match[f"y{form}"], match[f"m{form}"], match[f"d{form}"])
                if day is not None:
                    yield match.start(), match.end(), day


def parse_date(text: str) -> date | None:
    """Return the first whole date in `text`, None without one.

    >>> parse_date("15/08/2026 (riêng Điều 2: 01/07/2026)")
    datetime.date(2026, 8, 15)
    """
    return next((day for _, _, day in find_dates(text)), None)


def _date(year: str, month: str, day: str) -> date | None:
    number = int(month) if month.isdigit() else [name[:3] for name in _MONTHS].index(month.lower()[:3]) + 1
    try:
        return date(int(year), number, int(day))
    except ValueError:
        return None
