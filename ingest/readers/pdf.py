"""PDF files with a text layer, through PDFium: lines with their place and type, page by page.

PDFium is not safe to use from several threads, so one file is read at a time.
"""

from __future__ import annotations

import ctypes
import math
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import Any

from ingest.readers import failures
from ingest.readers.assemble import assemble
from ingest.readers.flow import Line, paragraphs
from ingest.readers.layout import Layout, with_headings
from ingest.readers.lines import clean
from ingest.readers.notes import raised, with_notes
from ingest.readers.running import without_running
from kb.records import SourceText

_ONE_AT_A_TIME = threading.Lock()
# PDFium's signs for a hyphen at which a line breaks.
_BREAKING = ("\ufffe", "\x02")
_LEAST_LETTERS = 25
_Box = tuple[float, float, float, float]


def read_pdf(data: bytes, path: Path) -> SourceText:
    """Return the text of a PDF file with its page map.

    Properties: the document information as `file.title` and so on, and `pages-without-text` where single pages are
    pictures. Raises EncryptedDocument, DamagedDocument, ScannedDocument (most pages are pictures) and EmptyDocument.
    """
    data = data[data.index(b"%PDF-") :]
    tail = data.rstrip(b"\0 \t\r\n")[-20_000:]
    with _ONE_AT_A_TIME:
        document = _open(data, path)
        try:
            if b"startxref" not in tail and b"%%EOF" not in tail:
                raise failures.damaged(path, "PDF")
            pages, pictures = _pages(document, path)
            properties = _properties(document)
            outline = list(_outline(document))
        finally:
            document.close()
    body = without_running(pages)
    blank = [
        n
        for n, lines in enumerate(body, start=1)
        if n in pictures and sum(len(line.text) for line in lines) < _LEAST_LETTERS
    ]
    if blank and 2 * len(blank) > sum(1 for n, lines in enumerate(body, start=1) if lines or n in pictures):
        raise failures.scanned(path, len(blank), len(pages))
    if not any(line.text for lines in body for line in lines):
        raise failures.empty(path)
    _check_letters(body, path)
    if blank:
        properties["pages-without-text"] = ", ".join(map(str, blank))
    layout = Layout(body)
    pieces = paragraphs(with_headings(with_notes(body, body_size=layout.size), layout, outline), layout.follows)
    return assemble(pieces, format="pdf", properties=properties, page_numbers=range(1, len(pages) + 1))


def _open(data: bytes, path: Path) -> Any:
    import pypdfium2
    import pypdfium2.raw as raw

    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        code = getattr(error, "err_code", None)
        if code in (raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY):
            raise failures.encrypted(path) from None
        raise failures.damaged(path, "PDF") from None
    if len(document) == 0:
        document.close()
        raise failures.damaged(path, "PDF")
    return document


def _pages(document: Any, path: Path) -> tuple[list[list[Line]], set[int]]:
    """Return the lines of every page, and the numbers of pages that hold pictures or drawings but hardly any text."""
    import pypdfium2

    pages: list[list[Line]] = []
    pictures: set[int] = set()
    for number in range(1, len(document) + 1):
        try:
            page = document[number - 1]
            lines = _with_numbers(list(_lines(page, number)))
            if sum(len(line.text) for line in lines) < 400 and _is_picture(page):
                pictures.add(number)
            page.close()
        except pypdfium2.PdfiumError:
            raise failures.damaged(path, "PDF") from None
        pages.append(lines)
    return pages, pictures


def _is_picture(page: Any) -> bool:
    """Tell whether a page is covered by an image, or drawn from many shapes (letters turned to outlines)."""
    import pypdfium2.raw as raw

    width, height = page.get_size()
    shapes = 0
    for count, item in enumerate(page.get_objects(max_depth=3)):
        if item.type == raw.FPDF_PAGEOBJ_IMAGE:
            left, bottom, right, top = item.get_bounds()
            if (right - left) * (top - bottom) > 0.3 * width * height:
                return True
        shapes += item.type == raw.FPDF_PAGEOBJ_PATH
        if count > 3000:
            break
    return shapes > 200


def _lines(page: Any, number: int) -> Iterator[Line]:
    """Yield the lines of a page in the order of its content."""
    text_page = page.get_textpage()
    try:
        letters: list[_Letter] = []
        for letter in _letters(text_page, page):
            if letters and _is_elsewhere(letters, letter):
                yield from _line(letters, number)
                letters = []
            if letter.text in "\r\n":
                yield from _line(letters, number)
                letters = []
            else:
                letters.append(letter)
                # After such a hyphen PDFium goes on without a line break.
                if letter.text in _BREAKING:
                    yield from _line(letters, number)
                    letters = []
        yield from _line(letters, number)
    finally:
        text_page.close()


def _is_elsewhere(letters: Sequence[_Letter], letter: _Letter) -> bool:
    """Tell whether a letter begins another line, though PDFium sets no break: it is turned, or below and back."""
    last = next((before for before in reversed(letters) if not before.text.isspace()), None)
    if last is None or letter.text.isspace():
        return False
    height = max(last.bottom - last.top, letter.bottom - letter.top)
    apart = abs(letter.top + letter.bottom - last.top - last.bottom) / 2
    return letter.quarter != last.quarter or (apart > 0.75 * height and letter.left < last.left)


class _Letter:
    """One letter with its box, from the upper left corner of the page turned so that the letter stands upright."""

    __slots__ = ("bold", "bottom", "left", "quarter", "right", "size", "text", "top")

    def __init__(self, text: str, box: _Box, size: float, bold: bool, quarter: int) -> None:
        self.text = text
        self.quarter = quarter
        self.left, self.top, self.right, self.bottom = box
        self.size = size
        self.bold = bold


def _letters(text_page: Any, page: Any) -> Iterator[_Letter]:
    import pypdfium2.raw as raw

    width, height = page.get_size()
    if page.get_rotation() in (90, 270):
        width, height = height, width
    box = raw.FS_RECTF()
    flags = ctypes.c_int(0)
    name = ctypes.create_string_buffer(128)
    size, bold, new_word, pending = 0.0, False, True, 0
    for index in range(text_page.count_chars()):
        code = raw.FPDFText_GetUnicode(text_page, index)
        if 0xD800 <= code < 0xDC00:
            pending = code
            continue
        if 0xDC00 <= code < 0xE000 and pending:
            code, pending = 0x10000 + ((pending - 0xD800) << 10) + (code - 0xDC00), 0
        if not code or 0xD800 <= code < 0xE000:
            continue
        raw.FPDFText_GetLooseCharBox(text_page, index, box)
        # The first letter of a word and every third after it are enough to tell a line's type.
        if not chr(code).isspace() and (new_word or index % 3 == 0):
            size = raw.FPDFText_GetFontSize(text_page, index)
            raw.FPDFText_GetFontInfo(text_page, index, name, 128, flags)
            font = name.value.lower()
            bold = raw.FPDFText_GetFontWeight(text_page, index) >= 600 or b"bold" in font or b"black" in font
        new_word = chr(code).isspace()
        # PDFium counts the angle clockwise.
        quarter = -round(raw.FPDFText_GetCharAngle(text_page, index) / (math.pi / 2)) % 4
        edges = _turned((box.left, box.top, box.right, box.bottom), quarter, width, height)
        yield _Letter(chr(code), edges, size, bold, quarter)


def _turned(box: _Box, quarter: int, width: float, height: float) -> _Box:
    """Return a box (left, top, right, bottom) from the upper left corner of the page turned so that letters written at
    `quarter` right angles stand upright; it is given from the lower left corner of the page as it lies."""
    left, top, right, bottom = box
    if quarter == 1:
        return bottom, left, top, right
    if quarter == 2:
        return width - right, bottom, width - left, top
    if quarter == 3:
        return height - top, width - right, height - bottom, width - left
    return left, height - top, right, height - bottom


def _line(letters: Sequence[_Letter], number: int) -> Iterator[Line]:
    shown = [letter for letter in letters if not letter.text.isspace()]
    broken = bool(shown) and shown[-1].text in _BREAKING
    if not shown:
        return
    # The font size leaves out scaling by the text matrix (some producers write size 1 and scale): heights do not.
    height = median(letter.bottom - letter.top for letter in shown)
    middle = median(letter.top + letter.bottom for letter in shown) / 2
    texts = ["-" if letter.text in _BREAKING else letter.text for letter in letters]
    for index, letter in enumerate(letters):
        is_small = letter.text.isdigit() and letter.bottom - letter.top < 0.8 * height
        if is_small and (letter.top + letter.bottom) / 2 < middle - 0.08 * height:
            texts[index] = raised(letter.text)
    _add_spaces(texts, letters, 0.12 * height)
    text = clean(_with_leader(texts, letters)).replace("\n", " ")
    if not text:
        return
    size = median(letter.size for letter in shown)
    yield Line(
        text=text,
        page=number,
        placed=True,
        x0=min(letter.left for letter in shown),
        x1=max(letter.right for letter in shown),
        top=min(letter.top for letter in shown),
        bottom=max(letter.bottom for letter in shown),
        size=round(size if size > 3 else height, 1),
        bold=sum(letter.bold for letter in shown) > 0.6 * len(shown),
        broken=broken,
    )


def _add_spaces(texts: list[str], letters: Sequence[_Letter], least: float) -> None:
    """Put the spaces into `texts` that PDFium misses: gaps wider by `least` than usual between the line's letters."""
    gaps: dict[int, float] = {}
    end = letters[0].right
    for index in range(1, len(letters)):
        if not letters[index].text.isspace() and not letters[index - 1].text.isspace():
            gaps[index] = letters[index].left - end
        end = letters[index].right if letters[index].text.isspace() else max(end, letters[index].right)
    usual = max(median(gaps.values()), 0.0) if gaps else 0.0
    for index, gap in gaps.items():
        if gap > usual + least and letters[index].text.isalnum() and letters[index - 1].text.isalnum():
            texts[index] = f" {texts[index]}"


def _with_leader(texts: Sequence[str], letters: Sequence[_Letter]) -> str:
    """Return a line's text, with dots before a number far to the right of the rest: an entry of a table of contents."""
    at = len(texts)
    while at > 0 and (texts[at - 1].isdigit() or texts[at - 1].isspace()):
        at -= 1
    shown = [letter for letter in letters[at:] if letter.text.isdigit()]
    if not shown or at == 0 or letters[at - 1].text == ".":
        return "".join(texts)
    far = shown[0].left - letters[at - 1].right > 3 * max(shown[0].size, 4)
    return "".join(texts[:at]) + " ..... " + "".join(texts[at:]) if far else "".join(texts)


def _with_numbers(lines: Sequence[Line]) -> list[Line]:
    """Return the lines with numbers far to the right of one joined to it: page numbers of a table of contents."""
    joined: list[Line] = []
    for line in lines:
        before = joined[-1] if joined else None
        beside = before and abs(before.top - line.top) < 0.4 * line.size and line.x0 > before.x1 + 2 * line.size
        if before and beside and line.text.isdigit() and len(line.text) < 4 and any(map(str.isalpha, before.text)):
            joined[-1] = replace(before, text=f"{before.text} ..... {line.text}", x1=line.x1)
        else:
            joined.append(line)
    return joined


def _check_letters(pages: Sequence[Sequence[Line]], path: Path) -> None:
    """Refuse text whose fonts have no character map: it comes out as signs without meaning."""
    text = "".join(line.text for page in pages for line in page)
    strange = sum(1 for letter in text if letter == "\ufffd" or "\ue000" <= letter <= "\uf8ff")
    if strange > 0.1 * len(text):
        raise failures.unreadable_fonts(path)


def _properties(document: Any) -> dict[str, str]:
    stated = {
        f"file.{key.lower()}": clean(value).replace("\n", " ") for key, value in document.get_metadata_dict().items()
    }
    return {key: value for key, value in stated.items() if value}


def _outline(document: Any) -> Iterator[tuple[str, int, int]]:
    """Yield the bookmarks as (title, level from 1, page number), those that name a page."""
    for bookmark in document.get_toc(max_depth=8):
        target = bookmark.get_dest()
        index = target.get_index() if target else None
        if index is not None:
            yield clean(bookmark.get_title() or "").replace("\n", " "), bookmark.level + 1, index + 1
