"""Web pages (HTML and XHTML): the document on the page, without the site around it.

Element ids are kept as anchors (EUR-Lex names its articles `art_6`, its recitals `rct_47`, its annexes `anx_III`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from lxml import etree  # type: ignore[import-untyped]

from ingest.readers import failures
from ingest.readers.assemble import Piece, assemble, soft_lines
from ingest.readers.content import Found, main_content
from ingest.readers.lines import begins_unit, clean, is_mark
from ingest.readers.numbering import formatted
from ingest.readers.sniff import decode
from ingest.readers.tables import is_marked, table_pieces
from kb.records import BlockKind, SourceText

_BLOCKS = frozenset({
    "address", "article", "aside", "blockquote", "body", "center", "dd", "details", "div", "dl", "dt", "fieldset",
    "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "html", "legend",
    "li", "main", "ol", "p", "pre", "section", "summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr",
    "ul", "caption",
})  # fmt: skip
_SKIPPED = frozenset({
    "script", "style", "noscript", "template", "svg", "iframe", "object", "embed", "canvas", "video", "audio",
    "map", "nav", "button", "select", "option", "input", "textarea", "label", "head", "link", "meta", "dialog",
    "del", "colgroup", "col", "rp", "rt", "img", "picture",
})  # fmt: skip
_ROLES = frozenset({
    "navigation", "banner", "search", "complementary", "contentinfo", "menu", "menubar", "toolbar", "dialog",
    "alert", "tablist",
})  # fmt: skip
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_TEXT_BLOCKS = frozenset({
    "p", "h1", "h2", "h3", "h4", "h5", "h6", "li", "dt", "dd", "pre", "caption", "legend",
})  # fmt: skip
_DEEPEST = 220
_LIST_FORMATS = {"a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman", "I": "upperRoman"}
_ERROR_PAGE = re.compile(
    r"\b(?:40[0134]|50[0234])\b|not found|access denied|forbidden|just a moment|captcha|enable javascript|"
    r"không tìm thấy|"
    r"không tồn tại|truy cập bị từ chối|bật javascript|bad gateway|unavailable",
    re.IGNORECASE,
)


def read_html(data: bytes, path: Path) -> SourceText:
    """Return the text of the document on a web page, site chrome left out.

    Properties: `html.title`, `html.lang`, `canonical` and each named meta element as `meta.<name>`. Raises
    EmptyDocument where the page holds only scripts, menus or an error message, DamagedDocument where its letters
    cannot be told.
    """
    root = _parse(_decode(data, path), path)
    body = next(root.iter("body"), root)
    pieces = _with_marks([item.piece for item in main_content(body, _Walk(body).found)])
    length = sum(len(piece.text) for piece in pieces)
    if length < 40 or (length < 1500 and _is_error(pieces)):
        raise failures.no_page_text(path)
    source = assemble(pieces, format="html", properties=_properties(root))
    if "\ufffd" in source.text:
        raise failures.wrong_encoding(path)
    return source


def _with_marks(pieces: list[Piece]) -> list[Piece]:
    """Return the pieces with marks that stand alone ("(a)" in a column of its own) before the text that they mark."""
    joined: list[Piece] = []
    for piece in pieces:
        before = joined[-1] if joined else None
        marks = before is not None and before.kind is BlockKind.PARAGRAPH and is_mark(before.text)
        if before and marks and piece.kind is BlockKind.PARAGRAPH and not begins_unit(piece.text):
            joined[-1] = replace(piece, text=f"{before.text} {piece.text}", anchor=before.anchor or piece.anchor)
        else:
            joined.append(piece)
    return joined


def _decode(data: bytes, path: Path) -> str:
    """Return the page's letters: UTF-8 or UTF-16 where they are that, else in the encoding that the page declares."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    if data[:2] in (b"\xff\xfe", b"\xfe\xff") or data[:400].count(0) > 50:
        return decode(data, path)
    declared = re.search(
        rb"charset\s*=\s*[\"']?\s*([\w.:-]+)|<\?xml[^>]*encoding=[\"']([\w.:-]+)", data[:6000], re.IGNORECASE
    )
    name = (declared[1] or declared[2]).decode("ascii").lower() if declared else ""
    if name in ("", "utf-8", "utf8"):
        # Single bad bytes in scripts do no harm; in the text itself they are refused later.
        return data.decode("utf-8", errors="replace")
    try:
        return data.decode({"iso-8859-1": "cp1252", "latin1": "cp1252", "x-sjis": "shift_jis"}.get(name, name))
    except (UnicodeDecodeError, LookupError):
        raise failures.wrong_encoding(path) from None


def _parse(text: str, path: Path) -> Any:
    text = re.sub(r"^\s*(?:<!--\s*)?<\?xml[^>]*\?>?(?:\s*-->)?", "", text.replace("\0", ""))
    parser = etree.HTMLParser(huge_tree=True, remove_comments=True, remove_pis=True, no_network=True)
    try:
        root = etree.fromstring(text, parser)
    except etree.XMLSyntaxError:
        root = None
    if root is None:
        raise failures.no_page_text(path)
    # What is nested deeper than the parser goes would be lost without a word.
    if any("depth" in entry.message.lower() for entry in parser.error_log):
        raise failures.damaged(path, "HTML")
    return root


class _Walk:
    """One walk over the page in reading order, which gathers its blocks with the elements they stand in."""

    def __init__(self, body: Any) -> None:
        self.found: list[Found] = []
        self._whole = len(_words(body))
        self._texts: list[str] = []
        self._linked = 0
        self._mark = ""
        self._containers: list[str] = []
        self._inline: list[str] = []
        self._ids: set[str] = set()
        self._block(body, 0, None)

    def _block(self, element: Any, depth: int, level: int | None) -> None:
        self._flush(element, level)
        level = _heading_level(element) or level
        self._meet(element, container=element.tag not in _TEXT_BLOCKS)
        self._inside(element, depth, level, element)
        self._flush(element, level)

    def _inside(self, element: Any, depth: int, level: int | None, block: Any) -> None:
        if depth > _DEEPEST:
            self._texts.append(_words(element))
            return
        self._texts.append(_spaced(element.text, element))
        number = _numbers(element)
        for child in element:
            self._child(child, depth + 1, level, block, number)
            self._texts.append(_spaced(child.tail, element))

    def _child(self, child: Any, depth: int, level: int | None, block: Any, number: Iterator[str]) -> None:
        tag = child.tag
        if not isinstance(tag, str) or self._is_left_out(child):
            return
        if tag == "br":
            self._texts.append("\n")
        elif tag == "table":
            self._flush(block, level)
            self._meet(child, container=True)
            self._table(child, depth, level)
        elif tag == "li":
            self._flush(block, level)
            self._mark = next(number, "")
            self._block(child, depth, level)
            self._mark = ""
        elif tag in _BLOCKS:
            self._flush(block, level)
            self._block(child, depth, level)
        else:
            self._meet(child, container=False)
            before = len(self._texts)
            self._inside(child, depth, level, block)
            if tag == "a" and child.get("href") and not child.get("href").startswith("#"):
                self._linked += sum(map(len, self._texts[before:]))

    def _flush(self, element: Any, level: int | None) -> None:
        """Make a block of the text gathered so far."""
        text = clean("".join(self._texts))
        self._texts.clear()
        linked, self._linked = self._linked, 0
        if not text:
            return
        mark = "" if begins_unit(text) else self._mark
        kind = BlockKind.HEADING if level is not None else BlockKind.LIST_ITEM if self._mark else BlockKind.PARAGRAPH
        if kind is BlockKind.PARAGRAPH and _is_note(element, self._ids):
            kind = BlockKind.FOOTNOTE
        self._mark = ""
        anchor = self._containers[-1] if self._containers else self._inline[0] if self._inline else None
        self._containers.clear()
        self._inline.clear()
        for piece in soft_lines(text, mark=mark, kind=kind, level=level, anchor=anchor):
            self.found.append(Found(element, piece, linked))
            linked = 0

    def _table(self, table: Any, depth: int, level: int | None) -> None:
        """Take a table as rows of data, or cell by cell as text where it only lays out the page."""
        rows = [(row, [cell for cell in row if cell.tag in ("td", "th")]) for row in _rows(table)]
        for caption in table.iterchildren("caption"):
            self._block(caption, depth + 1, level)
        nested = table.find(".//table") is not None
        columns = max((len(cells) for _, cells in rows), default=0)
        if columns == 1 or (nested and not all(is_marked([_words(cell) for cell in cells]) for _, cells in rows)):
            for _, cells in rows:
                for cell in cells:
                    if not self._is_left_out(cell):
                        self._block(cell, depth + 1, level)
            return
        outer, grid, linked = self.found, [], 0
        spans: dict[int, int] = {}
        for row, cells in rows:
            self._meet(row, container=True)
            line: list[list[Piece]] = []
            for cell in cells:
                while spans.get(len(line), 0) > 0:
                    spans[len(line)] -= 1
                    line.append([])
                self.found = []
                if not self._is_left_out(cell):
                    self._block(cell, depth + 1, level)
                if str(cell.get("rowspan")).isdigit():
                    spans[len(line)] = min(int(cell.get("rowspan")), 1000) - 1
                linked += sum(item.linked for item in self.found)
                line.append([item.piece for item in self.found])
            grid.append(line)
        self.found = outer
        for piece in table_pieces(grid):
            self.found.append(Found(table, piece, linked))
            linked = 0

    def _meet(self, element: Any, *, container: bool) -> None:
        """Keep an element's id as the next block's anchor: that of the innermost container, else the first inside."""
        name = element.get("id") or (element.get("name") if element.tag == "a" else None)
        if name:
            self._ids.add(name)
            if container or not "".join(self._texts).strip():
                (self._containers if container else self._inline).append(name)

    def _is_left_out(self, element: Any) -> bool:
        """Tell whether an element is no part of the text: scripts, controls, menus, and what the page hides.

        Hidden parts are kept where they hold much of the page's words: tabs that a script would show.
        """
        tag = element.tag
        if tag in _SKIPPED or element.get("role") in _ROLES:
            return True
        hidden = element.get("hidden") is not None or bool(_HIDDEN.search(element.get("style") or ""))
        edge = tag in ("header", "footer", "aside") and next(element.iterancestors("article", "main"), None) is None
        return (hidden or edge) and len(_words(element)) < 0.3 * self._whole


def _rows(table: Any) -> Iterator[Any]:
    for child in table:
        if child.tag == "tr":
            yield child
        elif child.tag in ("tbody", "thead", "tfoot"):
            yield from child.iterchildren("tr")


def _numbers(element: Any) -> Iterator[str]:
    """Yield the marks of a list's items."""
    if element.tag == "ol":
        start = element.get("start") or ""
        count = int(start) if start.lstrip("-").isdigit() and len(start) < 6 else 1
        for item in element.iterchildren("li"):
            value = item.get("value") or ""
            count = int(value) if value.isdigit() and len(value) < 6 else count
            yield f"{formatted(count, _LIST_FORMATS.get(element.get('type') or '1', 'decimal'))}."
            count += 1
    while True:
        yield "-"


def _heading_level(element: Any) -> int | None:
    tag = element.tag
    if len(tag) == 2 and tag[0] == "h" and tag[1] in "123456":
        return int(tag[1])
    if element.get("role") == "heading":
        stated = element.get("aria-level") or "2"
        return int(stated) if stated.isdigit() and 0 < int(stated) < 10 else 2
    return None


def _is_note(element: Any, ids: set[str]) -> bool:
    """Tell whether a paragraph is a footnote: it opens with a short link back to a place earlier on the page."""
    if element.text and element.text.strip():
        return False
    first = next((child for child in element.iter("a") if child.get("href")), None)
    if first is None or not first.get("href").startswith("#") or first.get("href")[1:] not in ids:
        return False
    shown = _words(first)
    return len(shown) < 8 and _words(element).startswith(shown)


def _words(element: Any) -> str:
    """Return the words of an element on one line, without those of scripts and styles."""
    texts = element.xpath(
        ".//text()[not(ancestor::script or ancestor::style or ancestor::noscript or ancestor::template)]"
    )
    return " ".join("".join(texts).split())


def _spaced(text: str | None, element: Any) -> str:
    """Return a piece of text with its line breaks as spaces, as a browser shows it (but kept in preformatted text)."""
    if not text:
        return ""
    return text if element.tag == "pre" else re.sub(r"[ \t\r\n\f]+", " ", text)


def _is_error(pieces: list[Piece]) -> bool:
    return bool(_ERROR_PAGE.search(" ".join(piece.text for piece in pieces)[:400]))


def _properties(root: Any) -> dict[str, str]:
    stated: dict[str, str] = {}
    title = next(root.iter("title"), None)
    if title is not None:
        stated["html.title"] = _words(title)
    if root.tag == "html":
        stated["html.lang"] = root.get("lang") or next((v for k, v in root.attrib.items() if k.endswith("lang")), "")
    for meta in root.iter("meta"):
        name = meta.get("name") or meta.get("property")
        if name:
            stated.setdefault(f"meta.{name.lower()}", clean(meta.get("content") or "").replace("\n", " "))
    for link in root.iter("link"):
        if link.get("rel") == "canonical":
            stated["canonical"] = link.get("href") or ""
    return {key: value for key, value in stated.items() if value}
