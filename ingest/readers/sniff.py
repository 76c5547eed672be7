"""What a file is, told from its content and never from its name."""

from __future__ import annotations

import codecs
import re
import zipfile
from enum import StrEnum
from io import BytesIO
from pathlib import Path

from ingest.readers import failures


class Format(StrEnum):
    """The kinds of file that the base reads; the values are those of `SourceText.format`."""

    PDF = "pdf"
    DOCX = "docx"
    HTML = "html"
    MARKDOWN = "markdown"
    TEXT = "text"


_OFFICE_ADVICE = (
    "Open it in a word processor and save it as DOCX or PDF.",
    "Đề nghị mở bằng phần mềm soạn thảo và lưu lại thành DOCX hoặc PDF.",
)
_SHEET_ADVICE = (
    "Save what matters in it as DOCX, PDF or HTML.",
    "Đề nghị lưu phần nội dung cần thiết thành DOCX, PDF hoặc HTML.",
)
_PICTURE_ADVICE = (
    "Run text recognition (OCR) on it and add the resulting PDF or DOCX.",
    "Đề nghị nhận dạng chữ (OCR) rồi nạp tệp PDF hoặc DOCX thu được.",
)
_ARCHIVE_ADVICE = ("Unpack it and add the documents inside.", "Đề nghị giải nén rồi nạp từng văn bản bên trong.")
_PICTURE = ("a picture", "tệp hình ảnh", *_PICTURE_ADVICE)
_ARCHIVE = ("a packed archive", "tệp nén", *_ARCHIVE_ADVICE)
_PROGRAM = ("a program", "tệp chương trình")
_SOUND = ("a sound or video recording", "tệp âm thanh hoặc hình ảnh động")
_SHEET = ("a spreadsheet", "bảng tính", *_SHEET_ADVICE)
_SLIDES = ("a slide presentation", "tệp trình chiếu", *_OFFICE_ADVICE)
_OLD_WORD = ("a Word file of the old kind (.doc)", "tệp Word định dạng cũ (.doc)", *_OFFICE_ADVICE)

_MAGIC: tuple[tuple[int, bytes, tuple[str, ...]], ...] = (
    (0, b"{\\rtf", ("a Rich Text file (RTF)", "tệp Rich Text (RTF)", *_OFFICE_ADVICE)),
    (0, b"\x89PNG", _PICTURE),
    (0, b"\xff\xd8\xff", _PICTURE),
    (0, b"GIF8", _PICTURE),
    (0, b"II*\0", _PICTURE),
    (0, b"MM\0*", _PICTURE),
    (0, b"8BPS", _PICTURE),
    (0, b"AT&TFORM", ("a DjVu scan", "tệp quét DjVu", *_PICTURE_ADVICE)),
    (4, b"ftyp", _SOUND),
    (0, b"ID3", _SOUND),
    (0, b"OggS", _SOUND),
    (0, b"fLaC", _SOUND),
    (0, b"\x1aE\xdf\xa3", _SOUND),
    (0, b"RIFF", ("a picture, sound or video file", "tệp hình ảnh, âm thanh hoặc video")),
    (0, b"MZ", _PROGRAM),
    (0, b"\x7fELF", _PROGRAM),
    (0, b"\xcf\xfa\xed\xfe", _PROGRAM),
    (0, b"\xca\xfe\xba\xbe", _PROGRAM),
    (0, b"7z\xbc\xaf\x27\x1c", _ARCHIVE),
    (0, b"Rar!", _ARCHIVE),
    (0, b"\x1f\x8b", _ARCHIVE),
    (0, b"BZh", _ARCHIVE),
    (0, b"\xfd7zXZ", _ARCHIVE),
    (0, b"(\xb5/\xfd", _ARCHIVE),
    (257, b"ustar", _ARCHIVE),
    (0, b"SQLite format 3", ("a database", "tệp cơ sở dữ liệu")),
    (0, b"%!PS", ("a PostScript file", "tệp PostScript", "Convert it to PDF.", "Đề nghị chuyển sang PDF.")),
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BINARY = ("data, not text", "tệp dữ liệu, không phải văn bản")
_UTF16 = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF32_LE: "utf-32", codecs.BOM_UTF32_BE: "utf-32"} | {
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


def recognise(data: bytes, path: Path) -> Format:
    """Return the format of a file from its bytes; `path` only names it in errors.

    Raises UnsupportedFormat naming what it seems to be, EncryptedDocument for Office files with a password,
    DamagedDocument for broken packages and letters that are not UTF-8.
    """
    if b"%PDF-" in data[:1024]:
        return Format.PDF
    if data.startswith(b"PK\x03\x04"):
        return _package(data, path)
    if data.startswith(_OLE):
        raise _compound(data, path)
    for offset, magic, what in _MAGIC:
        if data.startswith(magic, offset) and not (magic in (b"MZ", b"BZh") and _is_text(data)):
            raise failures.unsupported(path, *what)
    if data.startswith(b"BM") and not _is_text(data):
        raise failures.unsupported(path, *_PICTURE)
    return _text_format(data, path)


def _package(data: bytes, path: Path) -> Format:
    try:
        with zipfile.ZipFile(BytesIO(data)) as package:
            names = package.namelist()
            kind = package.read("mimetype")[:100] if "mimetype" in names and len(data) < 50_000_000 else b""
    except (zipfile.BadZipFile, NotImplementedError, EOFError, RuntimeError, OSError, ValueError):
        if b"word/" in data[:100_000] or b"[Content_Types].xml" in data[:2000]:
            raise failures.damaged(path, "DOCX") from None
        raise failures.unsupported(path, *_ARCHIVE) from None
    if any(name.startswith("word/") for name in names):
        return Format.DOCX
    if any(name.startswith("xl/") for name in names) or b"spreadsheet" in kind:
        raise failures.unsupported(path, *_SHEET)
    if any(name.startswith("ppt/") for name in names) or b"presentation" in kind:
        raise failures.unsupported(path, *_SLIDES)
    if b"opendocument.text" in kind:
        raise failures.unsupported(path, "an OpenDocument text (ODT)", "tệp OpenDocument (ODT)", *_OFFICE_ADVICE)
    if b"epub" in kind:
        raise failures.unsupported(path, "an electronic book (EPUB)", "sách điện tử (EPUB)")
    if "[Content_Types].xml" in names:
        raise failures.damaged(path, "DOCX")
    raise failures.unsupported(path, *_ARCHIVE)


def _compound(data: bytes, path: Path) -> Exception:
    """Return the error for a compound (OLE) file, told by the stream names in its directory."""

    def holds(name: str) -> bool:
        return name.encode("utf-16-le") in data

    if holds("EncryptedPackage") or holds("EncryptionInfo"):
        return failures.encrypted(path)
    if holds("WordDocument"):
        return failures.unsupported(path, *_OLD_WORD)
    if holds("Workbook") or holds("Book"):
        return failures.unsupported(path, *_SHEET)
    if holds("PowerPoint Document"):
        return failures.unsupported(path, *_SLIDES)
    return failures.unsupported(path, "an Office file of the old kind", "tệp Office định dạng cũ", *_OFFICE_ADVICE)


def decode(data: bytes, path: Path) -> str:
    """Return the letters of a text file in UTF-8 or UTF-16 (with or without byte order mark).

    Raises UnsupportedFormat for binary data, DamagedDocument where the letters are in another encoding: wrong letters
    are never returned.
    """
    encoding = next((name for mark, name in _UTF16.items() if data.startswith(mark)), None) or _utf16_by_zeros(data)
    if encoding is None and not _is_text(data):
        raise failures.unsupported(path, *_BINARY)
    try:
        text = data.decode(encoding or "utf-8")
    except UnicodeDecodeError:
        raise failures.wrong_encoding(path, "UTF-8" if encoding in (None, "utf-8-sig") else "UTF-16") from None
    if text.count("\ufffd") > max(3, len(text) // 1000):
        raise failures.wrong_encoding(path)
    return text


def _utf16_by_zeros(data: bytes) -> str | None:
    head = data[:4000]
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if odd > 0.3 * len(head) / 2 and even < 0.02 * len(head):
        return "utf-16-le"
    if even > 0.3 * len(head) / 2 and odd < 0.02 * len(head):
        return "utf-16-be"
    return None


def _is_text(data: bytes) -> bool:
    """Tell whether bytes can be text of one byte a letter: next to no control codes (VISCII uses six as letters)."""
    head = data[:20_000]
    control = sum(head.count(code) for code in [*range(9), 11, *range(14, 27), *range(28, 32), 127])
    return control <= 0.03 * len(head) and head.count(0) == 0


_HTML_TAG = re.compile(
    r"<(?:!doctype\s+html|html|head|body|div|p|table|h[1-6]|article|main|section|ul|ol|meta|title)\b", re.I
)
_MARKDOWN = re.compile(
    r"^#{1,6}\s+\S|^\|?\s*:?-{3,}:?\s*\|.*$|\*\*\S[^*\n]*\*\*|\]\([^)\s]+\)|^(?:={3,}|-{3,})\s*$|^```", re.MULTILINE
)


def _text_format(data: bytes, path: Path) -> Format:
    head = data[:200_000]
    start = head.lstrip(codecs.BOM_UTF8 + b" \t\r\n")[:3000].replace(b"\0", b"").decode("latin-1")
    if _HTML_TAG.search(start) and start.startswith("<"):
        return Format.HTML
    if start.startswith("<?xml") or re.match(r"<[a-z]\w*:?\w*\s+xmlns", start, re.I):
        raise failures.unsupported(path, "XML data", "dữ liệu XML")
    if re.match(r"(?:From|MIME-Version|Subject|Content-Type):", start, re.I) and "multipart/" in start:
        raise failures.unsupported(
            path,
            "a web archive or e-mail",
            "trang web lưu trữ hoặc thư điện tử",
            "Save the page as HTML or PDF.",
            "Đề nghị lưu trang dưới dạng HTML hoặc PDF.",
        )
    text = decode(data, path)
    if text.startswith(("---\n", "---\r\n")):
        return Format.MARKDOWN
    return Format.MARKDOWN if _MARKDOWN.search(text) else Format.TEXT
