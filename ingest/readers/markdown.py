"""Markdown with front matter: text without its markup, with heading levels, tables and stated properties.

Covers what CommonMark and pipe tables write; lines are joined as in plain text, since many files keep a converter's
line breaks. An information table at the head ("Thuộc tính | Nội dung") is what the file says of itself and goes to
the properties.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from ingest.readers.assemble import assemble
from ingest.readers.breaks import with_lost_breaks
from ingest.readers.flow import Line
from ingest.readers.frontmatter import split_front_matter
from ingest.readers.lines import clean
from ingest.readers.plain import join_lines, page_numbers, sheets_of
from ingest.readers.sniff import decode
from ingest.readers.tables import SEPARATOR
from kb.records import BlockKind, SourceText

_HEADING = re.compile(r"\s{0,3}(#{1,6})\s+(.*?)\s*#*\s*$")
_RULE = re.compile(r"\s{0,3}(?:(?:-\s*){3,}|(?:\*\s*){3,}|(?:_\s*){3,}|={3,})$")
_FENCE = re.compile(r"\s{0,3}(?:```|~~~)")
_TABLE_RULE = re.compile(r"\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*$")
_NOTE = re.compile(r"\s{0,3}\[\^[^\]]+\]:\s*(.*)")
_BULLET = re.compile(r"^\s*[*+]\s+(?=\S)")

_ESCAPED = re.compile(r"\\([\\`*_{}\[\]()#+\-.!|~<>$\"'&:;,/=?@^%])")
_LINK = re.compile(r"!?\[((?:[^\[\]]|\[[^\[\]]*\])*)\]\((?:[^()\s]|\([^()]*\)|\s)*\)")
_REFERENCE = re.compile(r"\[([^\[\]]+)\]\[[^\[\]]*\]")
_NOTE_MARK = re.compile(r"\[\^[^\]]+\]")
_AUTOLINK = re.compile(r"<((?:https?|mailto):[^>\s]+)>")
_TAG = re.compile(
    r"</?(?:a|abbr|b|big|blockquote|center|cite|code|dd|details|div|dl|dt|em|figure|font|h[1-6]|hr|i|img|ins|kbd|li|mark|ol|p|q|s|"
    r"samp|section|small|span|strong|sub|summary|sup|table|tbody|td|th|thead|tr|u|ul|var)\b[^<>]*>",
    re.IGNORECASE,
)
_CODE = re.compile(r"(`+)(.+?)\1")
_STRONG = re.compile(r"(\*{1,3})(?=\S)(.+?)(?<=\S)\1")
_EMPHASIS = re.compile(r"(?<![\w_])(_{1,3})(?=[^\s_])(.+?)(?<=[^\s_])\1(?![\w_])")
_DELETED = re.compile(r"~~(?=\S)(.+?)(?<=\S)~~")

_KEY_HEADS = {
    "thuộc tính",
    "trường",
    "mục",
    "thông tin",
    "tiêu chí",
    "field",
    "property",
    "attribute",
    "key",
    "item",
    "",
}
_VALUE_HEADS = {"nội dung", "giá trị", "chi tiết", "thông tin", "value", "content", "details", "description", ""}
_KNOWN_KEYS = re.compile(
    r"số hiệu|số,? ký hiệu|số văn bản|loại văn bản|(?:cơ quan|nơi) ban hành|người ký|ngày ban hành|"
    r"ngày (?:có )?hiệu lực|"
    r"trạng thái|tình trạng|trích yếu|lĩnh vực|(?:document )?number|document type|issue[rd]|issuing (?:body|authority)|"
    r"date of issue|(?:issue|effective) date|effective|status|jurisdiction|title|tiêu đề|tên văn bản",
    re.IGNORECASE,
)
_TEXT_HEADS = {
    "văn bản",
    "nội dung",
    "nội dung văn bản",
    "toàn văn",
    "text",
    "document text",
    "full text",
    "document",
    "content",
}


def read_markdown(data: bytes, path: Path) -> SourceText:
    """Return the text of a Markdown file; properties are its front matter (nested keys as `source.title`) and the
    information table at its head (keys in lower case; the address of a link in a value as `<key>.url`).

    Raises UnsupportedFormat for binary data, DamagedDocument for letters that are not UTF-8 or UTF-16.
    """
    properties, body = split_front_matter(decode(data, path))
    body = re.sub(r"<!--.*?-->", "", body, flags=re.DOTALL)
    body = re.sub(r"[ \t]*<br\s*/?>[ \t]*(?!\s*\n)(?![^\n]*\|)", "  \n", body, flags=re.IGNORECASE)
    sheets = sheets_of(with_lost_breaks(body))
    parser = _Parser()
    pages = [list(parser.lines(sheet, number)) for number, sheet in sheets]
    for key, value in parser.properties.items():
        properties.setdefault(key, value)
    return assemble(join_lines(pages), format="markdown", properties=properties, page_numbers=page_numbers(body))


class _Parser:
    """Reads Markdown line by line; keeps what outlasts a page: whether the body has begun, the information table."""

    def __init__(self) -> None:
        self.properties: dict[str, str] = {}
        self._begun = False
        self._informed = False

    def lines(self, sheet: str, page: int | None) -> Iterator[Line]:
        """Yield the lines of one page, markup removed."""
        held: Line | None = None
        for line in self._lines(re.split(r"\r\n|\n|\r", sheet), page):
            # A heading waits for the next line: above an information table it goes with it.
            if held and not (line is None and held.level != 1):
                yield held
            held = None
            if line is not None and line.kind is BlockKind.HEADING and not self._begun:
                held = line
            elif line is not None:
                yield line
        if held:
            yield held

    def _lines(self, raw: Sequence[str], page: int | None) -> Iterator[Line | None]:
        """Yield lines; None stands for an information table that was taken out."""
        apart, fenced, index = True, False, 0
        while index < len(raw):
            line = raw[index].rstrip()
            index += 1
            if _FENCE.match(line):
                fenced, apart = not fenced, True
            elif not line.strip() or (_RULE.match(line) and not fenced):
                apart = True
            elif fenced:
                yield Line(text=clean(line), page=page, apart=True)
            elif heading := _HEADING.match(line):
                text = plain(heading[2])
                if text and not (self._informed and not self._begun and text.lower() in _TEXT_HEADS):
                    yield Line(text=text, page=page, kind=BlockKind.HEADING, level=len(heading[1]))
                apart = True
            elif "|" in line and index < len(raw) and "-" in raw[index] and _TABLE_RULE.match(raw[index]):
                end = index + 1
                while end < len(raw) and "|" in raw[end]:
                    end += 1
                yield from self._table([line, *raw[index + 1 : end]], page)
                index, apart = end, True
            elif level := _underlined(raw, index, apart):
                yield Line(text=plain(line), page=page, kind=BlockKind.HEADING, level=level)
                index, apart = index + 1, True
            elif note := _NOTE.match(line):
                yield Line(text=plain(note[1]), page=page, kind=BlockKind.FOOTNOTE, apart=True)
                apart = False
            else:
                text = plain(_BULLET.sub("- ", re.sub(r"^\s*(?:>\s?)+", "", line), count=1))
                if any(character.isalnum() for character in text):
                    self._begun = True
                if text:
                    yield Line(text=text, page=page, apart=apart)
                apart = raw[index - 1].endswith(("  ", "\\"))

    def _table(self, raw: Sequence[str], page: int | None) -> Iterator[Line | None]:
        rows = [_cells(line) for line in raw]
        if not self._begun and _is_information(rows):
            self._informed = True
            for key, *values in rows:
                self._state(plain(key).lower(), SEPARATOR.join(values))
            yield None
            return
        self._begun = True
        table = [[plain(re.sub(r"<br\s*/?>", " ", cell, flags=re.IGNORECASE)) for cell in row] for row in rows]
        used = [
            any(row[column : column + 1] != [""] for row in table if len(row) > column)
            for column in range(max(map(len, table)))
        ]
        is_layout = all(sum(map(bool, row)) < 2 for row in table)
        for row in table:
            cells = [cell for cell, is_used in zip(row, used, strict=False) if is_used]
            if any(cells):
                kind = BlockKind.PARAGRAPH if is_layout else BlockKind.TABLE_ROW
                yield Line(text=SEPARATOR.join(cells).strip(), page=page, kind=kind, apart=True)

    def _state(self, key: str, value: str) -> None:
        """Keep one row of an information table; a dash or an empty value states nothing."""
        text, address = plain(value), re.search(r"\]\((https?://[^\s)]+)", value)
        if key in _KEY_HEADS and text.lower() in _VALUE_HEADS:
            return
        if key and text.strip("-–—? "):
            self.properties.setdefault(key, text)
            if address:
                self.properties.setdefault(f"{key}.url", address[1])


def plain(text: str) -> str:
    r"""Return a line of Markdown without its markup.

    >>> plain("**Đ**iều 5\\. [Luật *số* 24](https://example.org) `a_b` snake_case_name")
    'Điều 5. Luật số 24 a_b snake_case_name'
    >>> plain("2 * 3 * 4, ____ and &amp;")
    '2 * 3 * 4, ____ and &'
    """
    kept: list[str] = []

    def keep(letters: str) -> str:
        kept.append(letters)
        return f"\ue000{len(kept) - 1}\ue001"

    text = text.replace("\ue000", "").replace("\ue001", "")
    text = _CODE.sub(lambda match: keep(match[2]), text)
    text = _ESCAPED.sub(lambda match: keep(match[1]), text)
    text = _AUTOLINK.sub(lambda match: keep(match[1]), text)
    for _ in range(2):
        text = _LINK.sub(r"\1", text)
    text = _NOTE_MARK.sub("", _REFERENCE.sub(r"\1", text))
    text = _DELETED.sub("", _TAG.sub("", text))
    for _ in range(3):
        text = _EMPHASIS.sub(r"\2", _STRONG.sub(r"\2", text))
    text = html.unescape(text.replace("**", "").removesuffix("\\"))
    return clean(re.sub("\ue000(\\d+)\ue001", lambda match: kept[int(match[1])], text)).replace("\n", " ")


def _underlined(raw: Sequence[str], index: int, apart: bool) -> int:
    """Return 1 or 2 where the line before `index` is a heading underlined with equals signs or dashes, else 0."""
    below = raw[index].strip() if index < len(raw) else ""
    if not apart or len(below) < 3 or len(raw[index - 1]) > 120:
        return 0
    return 1 if set(below) == {"="} else 2 if set(below) == {"-"} else 0


def _cells(line: str) -> list[str]:
    line = line.strip().removeprefix("|")
    if line.endswith("|") and not line.endswith("\\|"):
        line = line[:-1]
    return [cell.strip() for cell in re.split(r"(?<!\\)\|", line)]


def _is_information(rows: Sequence[Sequence[str]]) -> bool:
    """Tell whether a table says what the document is: keys on the left, values on the right."""
    if len(rows) < 2 or any(len(row) < 2 for row in rows) or sum(len(row) > 2 for row in rows) > len(rows) // 3:
        return False
    known = sum(bool(_KNOWN_KEYS.match(plain(row[0]))) for row in rows)
    heads = plain(rows[0][0]).lower() in _KEY_HEADS and plain(rows[0][1]).lower() in _VALUE_HEADS
    return known >= 2 or (heads and known >= 1)
