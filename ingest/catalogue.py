"""Reads the catalogue of official sources that comes with the project, `sources.csv`, and checks every row.

A row is a `kb.catalogue.Source` with its fields as columns. Cells that hold a list part it with semicolons.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from dataclasses import fields
from datetime import date
from enum import StrEnum
from importlib.resources import files
from typing import Any, get_args
from urllib.parse import urlsplit

from kb.base import KnowledgeBase
from kb.catalogue import Confirmed, Licence, Source, Standing, UrlKind, first_day
from kb.errors import DamagedDocument
from kb.records import Authority, Kind

MARK_FACT = "catalogue-hash"
COLUMNS = tuple(field.name for field in fields(Source))
LISTS = ("replaces", "replaced_by", "amended_by", "also_hosts", "languages")
OPTIONAL = ("number", "issued", "effective", "file_url")
WORDS: dict[str, type[StrEnum]] = {
    "kind": Kind,
    "authority": Authority,
    "standing": Standing,
    "licence": Licence,
    "url_kind": UrlKind,
}
"""Columns that hold one of a few words."""
MAY_BE_EMPTY = ("relation_en", "relation_vi", "to_check_en", "to_check_vi")

_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_HOST = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+")
_SEPARATOR = re.compile(r"\s*;\s*|\s+\|\s+")


def read_catalogue() -> tuple[Source, ...]:
    """Return all sources of the catalogue in its order. Raises DamagedDocument naming the first row that is wrong."""
    return parse_catalogue(files("ingest").joinpath("sources.csv").read_text(encoding="utf-8"))


def refresh_catalogue(base: KnowledgeBase) -> bool:
    """Bring the base's catalogue up to the file's; return whether it changed. Raises DamagedDocument."""
    text = files("ingest").joinpath("sources.csv").read_text(encoding="utf-8")
    mark = hashlib.sha256(text.encode()).hexdigest()
    if base.library.fact(MARK_FACT) == mark:
        return False
    base.set_catalogue(parse_catalogue(text))
    base.library.set_fact(MARK_FACT, mark)
    return True


def parse_catalogue(text: str) -> tuple[Source, ...]:
    """Return the sources of a catalogue in CSV. Raises DamagedDocument naming the row, the first being the headings."""
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    sources: dict[str, Source] = {}
    number = 1
    try:
        if sorted(reader.fieldnames or ()) != sorted(COLUMNS):
            wrong = sorted(set(reader.fieldnames or ()) ^ set(COLUMNS))
            raise _Wrong(
                f"columns missing or unknown: {', '.join(wrong)}", f"thiếu cột hoặc cột lạ: {', '.join(wrong)}"
            )
        for number, cells in enumerate(reader, start=2):  # noqa: B007
            source = _source(cells)
            if source.id in sources:
                raise _Wrong(f"the id {source.id} occurs twice", f"mã {source.id} bị trùng")
            sources[source.id] = source
    except csv.Error as error:
        raise _damaged(number + 1, "not a line of CSV", "không phải dòng CSV hợp lệ") from error
    except _Wrong as wrong_row:
        raise _damaged(number, wrong_row.en, wrong_row.vi) from wrong_row
    return tuple(sources.values())


class _Wrong(Exception):
    """What is wrong in a row, in both languages; the caller knows which row."""

    def __init__(self, en: str, vi: str) -> None:
        super().__init__(en)
        self.en, self.vi = en, vi


def _damaged(row: int, en: str, vi: str) -> DamagedDocument:
    return DamagedDocument(
        f"The catalogue of sources cannot be used: row {row}: {en}. Correct ingest/sources.csv.",
        f"Không thể dùng danh mục nguồn: dòng {row}: {vi}. Hãy sửa tệp ingest/sources.csv.",
    )


def _source(cells: dict[str | None, str | None]) -> Source:
    """One row as a source; raises _Wrong."""
    if None in cells or None in cells.values():
        raise _Wrong("more or fewer cells than headings", "số ô không khớp với số cột")
    row = {str(name): str(cell).strip() for name, cell in cells.items()}
    for name, cell in row.items():
        if not cell and name not in (*LISTS, *OPTIONAL, *MAY_BE_EMPTY):
            raise _Wrong(f"{name} is empty", f"ô {name} để trống")
    if not _ID.fullmatch(row["id"]):
        raise _Wrong(f"{row['id']} is no id", f"{row['id']} không phải mã hợp lệ")
    for name in ("relation", "to_check"):
        if bool(row[f"{name}_en"]) != bool(row[f"{name}_vi"]):
            raise _Wrong(f"{name} is given in one language only", f"{name} chỉ có một ngôn ngữ")
    for name in ("issued", "effective"):
        _date(name, row[name])
    if row["confirmed"] not in get_args(Confirmed):
        raise _Wrong(f"confirmed is {row['confirmed']}", f"ô confirmed là {row['confirmed']}")
    if row["core"] not in ("yes", "no"):
        raise _Wrong("core must be yes or no", "ô core phải là yes hoặc no")
    for name in ("url", "file_url"):
        if row[name] and not (urlsplit(row[name]).scheme == "https" and urlsplit(row[name]).hostname):
            raise _Wrong(f"{name} is no https address", f"ô {name} không phải địa chỉ https")
    lists = {name: [item for item in _SEPARATOR.split(row[name]) if item] for name in LISTS}
    for host in lists["also_hosts"]:
        if not _HOST.fullmatch(host):
            raise _Wrong(f"{host} is no host name", f"{host} không phải tên máy chủ")
    if not lists["languages"] or any(not re.fullmatch("[a-z]{2}", language) for language in lists["languages"]):
        raise _Wrong("languages must be codes of two letters", "ô languages phải gồm các mã hai chữ cái")
    values: dict[str, Any] = row | {name: tuple(items) for name, items in lists.items()}
    values |= {name: row[name] or None for name in OPTIONAL} | {"core": row["core"] == "yes"}
    try:
        values |= {name: kind(row[name]) for name, kind in WORDS.items()}
        values["checked"] = date.fromisoformat(row["checked"])
    except ValueError as error:
        raise _Wrong(f"{error}", f"giá trị không hợp lệ ({error})") from error
    return Source(**values)


def _date(name: str, value: str) -> None:
    try:
        first_day(value or None)
    except ValueError as error:
        raise _Wrong(f"{name} is no date: {value}", f"ô {name} không phải ngày: {value}") from error
