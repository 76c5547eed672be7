"""Word documents (DOCX): paragraphs and tables in order, with headings, automatic numbers, text boxes, footnotes.

Read straight from the package's XML (ISO/IEC 29500-1), by local names, so that both its dialects (transitional and
strict) and packages with broken relations can be read. Deleted and hidden text is left out, inserted text kept.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

from lxml import etree  # type: ignore[import-untyped]

from ingest.readers import failures
from ingest.readers.assemble import Piece, assemble, soft_lines
from ingest.readers.lines import clean
from ingest.readers.numbering import Numbering, read_numbering
from ingest.readers.tables import table_pieces
from kb.records import BlockKind, SourceText

_MAX_PART = 200_000_000
_MAX_RATIO = 200
# Deleted text, its moved-away twin, instructions of fields, pictures, and formatting: none of it is read text.
_SKIPPED = {
    "del", "moveFrom", "instrText", "delText", "delInstrText", "pPr", "rPr", "sectPr", "tblPr", "trPr", "tcPr", "sdtPr",
    "proofErr", "bookmarkEnd", "commentRangeStart", "commentRangeEnd", "commentReference", "annotationRef", "rt",
    "footnoteRef", "endnoteRef", "separator", "continuationSeparator", "drawing", "pict", "object",
}  # fmt: skip


def read_docx(data: bytes, path: Path) -> SourceText:
    """Return the text of a DOCX file; `path` only names it in errors.

    Raises DamagedDocument for a broken package, DocumentTooLarge where it unpacks out of proportion,
    EncryptedDocument for a package with a password.
    """
    parts = _Parts(data, path)
    document = parts.document()
    body = next(iter(document.iterfind("{*}body")), None)
    if body is None:
        raise failures.damaged(path, "DOCX")
    reader = _Body(
        numbering=read_numbering(parts.part("numbering")),
        styles=_read_styles(parts.part("styles")),
        notes={**_notes(parts.part("footnotes"), "f"), **_notes(parts.part("endnotes"), "e")},
    )
    return assemble(list(reader.blocks(body)), format="docx", properties=_properties(parts))


class _Parts:
    """The parts of a package, each unpacked only if its declared and real size are in proportion."""

    def __init__(self, data: bytes, path: Path) -> None:
        self._path = path
        try:
            self._zip = zipfile.ZipFile(BytesIO(data))
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
            raise failures.damaged(path, "DOCX") from None
        self._names = {info.filename.replace("\\", "/").lstrip("/"): info for info in self._zip.infolist()}
        whole = sum(info.file_size for info in self._names.values() if info.filename.endswith(".xml"))
        if whole > _MAX_PART or (whole > 20_000_000 and whole > _MAX_RATIO * len(data)):
            raise failures.unpacks_too_large(path)

    def document(self) -> Any:
        root = self.part("document")
        if root is None:
            raise failures.damaged(self._path, "DOCX")
        return root

    def part(self, name: str) -> Any:
        """Return the root element of word/`name`*.xml, or None where there is none."""
        wanted = re.compile(rf"word/{name}\d*\.xml", re.IGNORECASE)
        found = next((entry for entry in sorted(self._names, key=len) if wanted.fullmatch(entry)), None)
        return None if found is None else self.parse(found)

    def parse(self, entry: str) -> Any:
        info = self._names.get(entry)
        if info is None:
            return None
        if info.flag_bits & 1:
            raise failures.encrypted(self._path)
        try:
            with self._zip.open(info) as stream:
                xml = stream.read(_MAX_PART + 1)
            if len(xml) > _MAX_PART:
                raise failures.unpacks_too_large(self._path)
            parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True)
            root = etree.fromstring(xml, parser)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, etree.XMLSyntaxError, ValueError):
            raise failures.damaged(self._path, "DOCX") from None
        return root


@dataclass(frozen=True, slots=True)
class _Style:
    name: str = ""
    based_on: str = ""
    outline: int | None = None
    number_id: str | None = None
    depth: int | None = None
    hidden: bool = False


@dataclass(slots=True)
class _Body:
    """Walks block by block through the body of a document (or a cell, or a text box)."""

    numbering: Numbering
    styles: dict[str, _Style]
    notes: dict[str, Any]
    carried: str = field(default="")

    def blocks(self, parent: Any) -> Iterator[Piece]:
        for element in parent:
            match _local(element):
                case "p":
                    yield from self._paragraph(element)
                case "tbl":
                    yield from self._table(element)
                case "sdt" | "sdtContent" | "customXml" | "smartTag" | "ins" | "moveTo" | "AlternateContent" | "Choice":
                    if not _is_contents(element):
                        yield from self.blocks(element)

    def _paragraph(self, element: Any) -> Iterator[Piece]:
        properties = element.find("{*}pPr")
        run = _Runs(self)
        run.walk(element)
        text = self.carried + run.text
        if properties is not None and properties.find("{*}rPr/{*}del") is not None:
            # The paragraph's end was deleted: what is left of it stands before the next one.
            self.carried = text
            return
        self.carried = ""
        style_id = _value(properties, "pStyle")
        styles = self._chain(style_id)
        if any(re.match(r"toc \d|table of (?:contents|figures)$", style.name, re.IGNORECASE) for style in styles[:1]):
            return
        level = self._level(properties, styles)
        mark, format = self._mark(properties, styles, text)
        kind = BlockKind.HEADING if level is not None else BlockKind.LIST_ITEM if format else BlockKind.PARAGRAPH
        yield from soft_lines(clean(text), mark=mark, kind=kind, level=level, anchor=run.anchor)
        for box in run.boxes:
            yield from self.blocks(box)
        for note in run.noted:
            yield from self._note(note)

    def _note(self, note: Any) -> Iterator[Piece]:
        text = " ".join(piece.text for piece in self.blocks(note) if piece.text)
        yield Piece(text=text, kind=BlockKind.FOOTNOTE)

    def _table(self, element: Any) -> Iterator[Piece]:
        rows: list[list[list[Piece]]] = []
        notes: list[Piece] = []
        for row in _children(element, "tr"):
            if row.find("{*}trPr/{*}del") is not None:
                continue
            cells: list[list[Piece]] = []
            for cell in _children(row, "tc"):
                merge = cell.find("{*}tcPr/{*}vMerge")
                below = merge is not None and _attribute(merge, "val") != "restart"
                pieces = [] if below else list(self.blocks(cell))
                notes += [piece for piece in pieces if piece.kind is BlockKind.FOOTNOTE]
                cells.append([piece for piece in pieces if piece.kind is not BlockKind.FOOTNOTE])
            rows.append(cells)
        yield from table_pieces(rows)
        yield from notes

    def _chain(self, style_id: str) -> list[_Style]:
        chain: list[_Style] = []
        while style_id in self.styles and len(chain) < 20:
            chain.append(self.styles[style_id])
            style_id = chain[-1].based_on
        return chain

    def _level(self, properties: Any, styles: list[_Style]) -> int | None:
        """Return the heading level: the paragraph's own outline level, its style's, or one told by the style's name."""
        own = _value(properties, "outlineLvl")
        if own.isdigit():
            return int(own) + 1 if int(own) < 9 else None
        for style in styles:
            named = re.match(r"(?:heading|đề mục|tiêu đề)\s*(\d)$", style.name, re.IGNORECASE)
            if named:
                return max(int(named[1]), 1)
            if style.outline is not None:
                return style.outline + 1 if style.outline < 9 else None
            if style.name.lower() == "title":
                return 1
        return None

    def _mark(self, properties: Any, styles: list[_Style], text: str) -> tuple[str, str]:
        """Return the automatic mark shown before a paragraph and its format, both "" where it has none."""
        number = None if properties is None else properties.find("{*}numPr")
        number_id = _value(number, "numId") or next((style.number_id for style in styles if style.number_id), "") or ""
        if not number_id or number_id == "0" or not (text.strip() or number is not None):
            return "", ""
        depth = _value(number, "ilvl") or next((str(style.depth) for style in styles if style.depth is not None), "0")
        mark, format = self.numbering.mark(number_id, int(depth) if depth.isdigit() else 0)
        mark = clean(mark)
        if format == "none" and not mark:
            return "", ""
        return ("" if text.lstrip().startswith(mark) else mark), format


class _Runs:
    """The text of one paragraph, with what hangs on it: text boxes, footnotes, its first bookmark."""

    def __init__(self, body: _Body) -> None:
        self._body = body
        self._texts: list[str] = []
        self.boxes: list[Any] = []
        self.noted: list[Any] = []
        self.anchor: str | None = None
        self._fields: list[str] = []

    @property
    def text(self) -> str:
        return "".join(self._texts)

    def walk(self, element: Any) -> None:
        for child in element:
            self._take(child, _local(child))

    def _take(self, child: Any, name: str) -> None:
        match name:
            case "t":
                self._texts.append(child.text or "")
            case "tab" | "ptab":
                self._texts.append(" ")
            case "br" | "cr":
                self._texts.append("\n")
            case "noBreakHyphen":
                self._texts.append("-")
            case "sym":
                self._texts.append(_symbol(child))
            case "r":
                if not self._is_hidden(child):
                    self.walk(child)
            case "footnoteReference" | "endnoteReference":
                note = self._body.notes.get(name[0] + _attribute(child, "id"))
                if note is not None:
                    self.noted.append(note)
            case "bookmarkStart":
                bookmark = _attribute(child, "name")
                if self.anchor is None and not self.text.strip() and not bookmark.startswith("_"):
                    self.anchor = bookmark or None
            case "AlternateContent":
                choices = [part for part in child if _local(part) in ("Choice", "Fallback")]
                if choices:
                    self.walk(choices[0])
            case "drawing" | "pict" | "object":
                self.boxes += _outer(child, "txbxContent")
            case "m" | "oMath" | "oMathPara":
                self._texts.append("".join(part.text or "" for part in child.iter("{*}t")))
            case _ if name not in _SKIPPED:
                self.walk(child)

    def _is_hidden(self, run: Any) -> bool:
        vanish = run.find("{*}rPr/{*}vanish")
        return vanish is not None and _attribute(vanish, "val") not in ("0", "false", "off")


def _read_styles(root: Any) -> dict[str, _Style]:
    if root is None:
        return {}
    styles: dict[str, _Style] = {}
    for element in root.iterfind("{*}style"):
        if _attribute(element, "type") not in ("paragraph", ""):
            continue
        properties = element.find("{*}pPr")
        number = None if properties is None else properties.find("{*}numPr")
        outline, depth = _value(properties, "outlineLvl"), _value(number, "ilvl")
        styles[_attribute(element, "styleId")] = _Style(
            name=_value(element, "name"),
            based_on=_value(element, "basedOn"),
            outline=int(outline) if outline.isdigit() else None,
            number_id=_value(number, "numId") or None,
            depth=int(depth) if depth.isdigit() else None,
        )
    return styles


def _notes(root: Any, prefix: str) -> dict[str, Any]:
    """Return footnotes or endnotes by id; the first letter of the kind keeps the two apart."""
    if root is None:
        return {}
    return {prefix + _attribute(note, "id"): note for note in root if _attribute(note, "type") in ("", "normal")}


def _properties(parts: _Parts) -> dict[str, str]:
    """Return what the package says of itself, as `file.title`, `file.creator`, `file.created` and so on."""
    root = parts.parse("docProps/core.xml")
    if root is None:
        return {}
    stated = {f"file.{_local(child).lower()}": clean(child.text or "").replace("\n", " ") for child in root}
    return {key: value for key, value in stated.items() if value}


def _is_contents(element: Any) -> bool:
    """Tell whether a content control is an automatic table of contents."""
    gallery = element.find("{*}sdtPr/{*}docPartObj/{*}docPartGallery")
    return gallery is not None and "table of contents" in _attribute(gallery, "val").lower()


def _children(element: Any, name: str) -> Iterator[Any]:
    """Yield the children called `name`, also those in content controls or insertions."""
    for child in element:
        local = _local(child)
        if local == name:
            yield child
        elif local in ("sdt", "sdtContent", "customXml", "ins", "moveTo"):
            yield from _children(child, name)


def _outer(element: Any, name: str) -> list[Any]:
    found: list[Any] = []
    for child in element:
        if _local(child) == "Fallback":
            continue
        found += [child] if _local(child) == name else _outer(child, name)
    return found


def _symbol(element: Any) -> str:
    code = _attribute(element, "char")
    return chr(int(code, 16)) if re.fullmatch(r"[0-9A-Fa-f]{2,5}", code) else ""


def _local(element: Any) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _attribute(element: Any, name: str) -> str:
    return next((value for key, value in element.attrib.items() if key.rpartition("}")[2] == name), "")


def _value(parent: Any, name: str) -> str:
    child = None if parent is None else parent.find("{*}" + name)
    return "" if child is None else _attribute(child, "val")
