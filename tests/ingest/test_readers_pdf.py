"""The PDF reader, on PDF files written by hand."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Sequence
from pathlib import Path

import pytest

from ingest.readers import read
from kb.errors import DamagedDocument, DocumentError, EmptyDocument, EncryptedDocument, ScannedDocument
from kb.records import BlockKind, SourceText

Run = tuple[float, float, float, str]
"""One line: distance from the left and from the top in points, letter size, text."""


def make_pdf(
    pages: Sequence[Sequence[Run]],
    *,
    pictures: Sequence[int] = (),
    outline: Sequence[tuple[str, int]] = (),
    password: str | None = None,
    rotate: int = 0,  # 0, or 90: the page lies on its side and is shown turned
) -> bytes:
    """Return a PDF of A4 pages; letters of any language go through a font with a character map of its own."""
    letters = sorted({letter for page in pages for *_, text in page for letter in text})
    codes = {letter: code for code, letter in enumerate(letters, start=1)}
    to_unicode = "".join(f"<{code:04X}> <{letter.encode('utf-16-be').hex()}>\n" for letter, code in codes.items())
    character_map = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def 1 begincodespacerange "
        "<0000> <FFFF> "
        f"endcodespacerange {len(codes)} beginbfchar\n{to_unicode}endbfchar endcmap end end"
    )
    objects: list[bytes] = [b"", b""]

    def add(content: str | bytes) -> int:
        objects.append(content.encode("latin-1") if isinstance(content, str) else content)
        return len(objects)

    def stream(content: bytes, extra: str = "") -> int:
        packed = zlib.compress(content)
        return add(
            f"<< /Length {len(packed)} /Filter /FlateDecode {extra}>> stream\n".encode() + packed + b"\nendstream"
        )

    cmap = stream(character_map.encode())
    descendant = add(
        "<< /Type /Font /Subtype /CIDFontType2 /BaseFont /Plain /CIDSystemInfo << /Registry (Adobe) "
        "/Ordering (Identity) "
        "/Supplement 0 >> /DW 500 /FontDescriptor << /Type /FontDescriptor /FontName /Plain /Flags "
        "4 /FontBBox [0 -200 1000 800] "
        "/ItalicAngle 0 /Ascent 800 /Descent -200 /CapHeight 700 /StemV 80 >> >>"
    )
    font = add(
        "<< /Type /Font /Subtype /Type0 /BaseFont /Plain /Encoding /Identity-H /DescendantFonts "
        f"[{descendant} 0 R] /ToUnicode {cmap} 0 R >>"
    )
    picture = stream(
        bytes(300), "/Type /XObject /Subtype /Image /Width 10 /Height 10 /BitsPerComponent 8 /ColorSpace /DeviceRGB "
    )
    kids: list[int] = []
    for number, page in enumerate(pages, start=1):
        shown = "".join(
            f"BT /F1 {size} Tf {f'0 1 -1 0 {top} {x}' if rotate else f'1 0 0 1 {x} {842 - top}'} Tm "
            f"<{''.join(f'{codes[c]:04X}' for c in text)}> Tj ET\n"
            for x, top, size, text in page
        )
        if number in pictures:
            shown += "q 595 0 0 842 0 0 cm /Im1 Do Q\n"
        content = stream(shown.encode())
        kids.append(
            add(
                f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {'842 595' if rotate else '595 842'}] /Rotate "
                f"{rotate} /Contents {content} 0 R "
                f"/Resources << /Font << /F1 {font} 0 R >> /XObject << /Im1 {picture} 0 R >> >> >>"
            )
        )
    marks = len(objects) + 1
    if outline:
        first = marks + 1
        add(f"<< /Type /Outlines /First {first} 0 R /Last {first + len(outline) - 1} 0 R /Count {len(outline)} >>")
        for index, (title, number) in enumerate(outline):
            beside = f"/Next {first + index + 1} 0 R" if index + 1 < len(outline) else ""
            add(f"<< /Title ({title}) /Parent {marks} 0 R /Dest [{kids[number - 1]} 0 R /Fit] {beside} >>")
    objects[0] = f"<< /Type /Catalog /Pages 2 0 R {f'/Outlines {marks} 0 R' if outline else ''} >>".encode()
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(f'{kid} 0 R' for kid in kids)}] /Count {len(kids)} >>".encode()
    trailer = ""
    if password is not None:
        trailer = f"/Encrypt {add(encryption(password))} 0 R /ID [<{'00' * 16}> <{'00' * 16}>]"
    out = bytearray(b"%PDF-1.5\n")
    offsets: list[int] = []
    for number, content in enumerate(objects, start=1):
        offsets.append(len(out))
        out += f"{number} 0 obj\n".encode() + content + b"\nendobj\n"
    at = len(out)
    table = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    out += (
        f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}trailer << /Size {len(objects) + 1} "
        f"/Root 1 0 R {trailer} >>\n"
    ).encode()
    return bytes(out + f"startxref\n{at}\n%%EOF\n".encode())


def encryption(password: str) -> str:
    """Return an encryption dictionary (revision 2, 40 bits) that only `password` opens."""
    pad = bytes.fromhex("28BF4E5E4E758A4164004E56FFFA01082E2E00B6D0683E802F0CA9FE6453697A")
    owner = bytes(32)
    padded = (password.encode() + pad)[:32]
    key = hashlib.md5(padded + owner + (-4 & 0xFFFFFFFF).to_bytes(4, "little") + bytes(16)).digest()[:5]
    user = rc4(key, pad)
    return f"<< /Filter /Standard /V 1 /R 2 /O <{owner.hex()}> /U <{user.hex()}> /P -4 >>"


def rc4(key: bytes, data: bytes) -> bytes:
    state = list(range(256))
    j = 0
    for i in range(256):
        j = (j + state[i] + key[i % len(key)]) % 256
        state[i], state[j] = state[j], state[i]
    i = j = 0
    out = bytearray()
    for byte in data:
        i = (i + 1) % 256
        j = (j + state[i]) % 256
        state[i], state[j] = state[j], state[i]
        out.append(byte ^ state[(state[i] + state[j]) % 256])
    return bytes(out)


def put(folder: Path, content: bytes, name: str = "a.pdf") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def texts(source: SourceText) -> list[str]:
    return [source.text[block.start : block.end] for block in source.blocks]


def page_of(source: SourceText, words: str) -> int:
    at = source.text.index(words)
    return next(page.number for page in source.pages if page.start <= at < page.end)


def body(*lines: str, top: float = 100, size: float = 12, left: float = 70) -> list[Run]:
    return [(left, top + 1.3 * size * index, size, line) for index, line in enumerate(lines)]


FIRST = body(
    "Điều 1. Phạm vi",
    "1. Quy chế này áp dụng cho mọi bạn đọc của thư viện tỉnh, kể cả bạn đọc",
    "ở xa và bạn đọc là học sinh, theo quy định tại khoản",
    "2 Điều 3 của Quy chế này.",
    "2. Thư viện không thu tiền của bạn đọc khi đọc tại chỗ, trừ trường hợp bạn",
)
SECOND = body(
    "đọc yêu cầu sao chụp tài liệu hiếm.",
    "Điều 2. Giờ mở cửa",
    "a) Buổi sáng từ tám giờ;",
    "đ) Buổi tối theo thông báo.",
)
THIRD = body("Điều 3. Hiệu lực", "Quy chế này có hiệu lực từ đầu năm.")


def framed(pages: Sequence[Sequence[Run]]) -> list[list[Run]]:
    """Put a running head and a page number on each page."""
    return [
        [(200, 40, 9, "Quy chế thư viện tỉnh"), *page, (290, 800, 9, f"{number}")]
        for number, page in enumerate(pages, start=1)
    ]


def test_paragraphs_pages_and_running_lines(tmp_path: Path) -> None:
    source = read(put(tmp_path, make_pdf(framed([FIRST, SECOND, THIRD]))))
    assert texts(source) == [
        "Điều 1. Phạm vi",
        "1. Quy chế này áp dụng cho mọi bạn đọc của thư viện tỉnh, kể cả bạn đọc ở xa và bạn đọc "
        "là học sinh, theo quy định"
        " tại khoản 2 Điều 3 của Quy chế này.",
        "2. Thư viện không thu tiền của bạn đọc khi đọc tại chỗ, trừ trường hợp bạn đọc yêu cầu "
        "sao chụp tài liệu hiếm.",
        "Điều 2. Giờ mở cửa",
        "a) Buổi sáng từ tám giờ;",
        "đ) Buổi tối theo thông báo.",
        "Điều 3. Hiệu lực",
        "Quy chế này có hiệu lực từ đầu năm.",
    ]
    assert [page.number for page in source.pages] == [1, 2, 3]
    assert page_of(source, "trừ trường hợp bạn") == 1
    assert page_of(source, "đọc yêu cầu sao chụp") == 2
    assert page_of(source, "Điều 3. Hiệu lực") == 3
    assert source.pages[0].start == 0
    assert source.pages[-1].end == len(source.text)
    assert source.format == "pdf"


def test_one_article_a_page_at_one_height_is_kept(tmp_path: Path) -> None:
    pages = [body(f"Điều {n}.", f"Nội dung riêng thứ {n * n} của điều này.") for n in range(1, 7)]
    assert texts(read(put(tmp_path, make_pdf(pages))))[::2] == [f"Điều {n}." for n in range(1, 7)]


def test_headings_by_size_and_outline(tmp_path: Path) -> None:
    first = [
        (70, 80, 22, "Reader's guide"),
        (70, 120, 16, "1. Lending"),
        *body("Items are lent for thirty days to all.", top=150),
    ]
    second = [(70, 80, 12, "Annual report"), *body("The report counts all loans of the year.", top=110)]
    source = read(put(tmp_path, make_pdf([first, second])))
    assert [block.level for block in source.blocks] == [1, 2, None, None, None]
    named = read(put(tmp_path, make_pdf([first, second], outline=[("1. Lending", 1), ("Annual report", 2)])))
    assert [(named.text[b.start : b.end], b.level) for b in named.blocks if b.kind is BlockKind.HEADING] == [
        ("Reader's guide", 1),
        ("1. Lending", 1),
        ("Annual report", 1),
    ]


def test_footnotes_and_their_marks(tmp_path: Path) -> None:
    page = [
        (70, 100, 12, "Libraries keep records"),
        (70 + 22 * 6, 96, 7, "1"),
        (70 + 22 * 6 + 4, 100, 12, " of what they lend, and they show these records to"),
        (70, 700, 7, "1"),
        (76, 702, 9, "See the handbook of records, second edition."),
    ]
    following = body("the council when it asks for them each spring.")
    source = read(put(tmp_path, make_pdf([page, following])))
    assert texts(source) == [
        "1 See the handbook of records, second edition.",
        "Libraries keep records of what they lend, and they show these records to the council when "
        "it asks for them each spring.",
    ]
    assert source.blocks[0].kind is BlockKind.FOOTNOTE
    assert page_of(source, "the council") == 2


def test_contents_get_leaders(tmp_path: Path) -> None:
    page = [(70, 100, 12, "1 Scope"), (500, 100, 12, "4"), (70, 116, 12, "2 Terms of lending"), (500, 116, 12, "12")]
    assert texts(read(put(tmp_path, make_pdf([page])))) == ["1 Scope ..... 4", "2 Terms of lending ..... 12"]


def test_turned_pages_read_the_same(tmp_path: Path) -> None:
    upright = read(put(tmp_path, make_pdf(framed([FIRST, SECOND, THIRD]))))
    turned = read(put(tmp_path, make_pdf(framed([FIRST, SECOND, THIRD]), rotate=90)))
    assert turned.text == upright.text


def test_scanned_and_partly_scanned(tmp_path: Path) -> None:
    with pytest.raises(ScannedDocument, match="3 of the 3 pages"):
        read(put(tmp_path, make_pdf([[], [], []], pictures=[1, 2, 3])))
    with pytest.raises(ScannedDocument, match="OCR"):
        read(put(tmp_path, make_pdf([FIRST, [], [], []], pictures=[2, 3, 4])))
    stamped = [[(300, 30, 8, "Người ký: A")], *[[(300, 30, 8, "Người ký: A")] for _ in range(3)]]
    with pytest.raises(ScannedDocument):
        read(put(tmp_path, make_pdf(stamped, pictures=[1, 2, 3, 4])))
    source = read(put(tmp_path, make_pdf([FIRST, [], THIRD, [], SECOND], pictures=[2, 4])))
    assert source.properties["pages-without-text"] == "2, 4"
    assert [page.number for page in source.pages] == [1, 2, 3, 4, 5]
    assert page_of(source, "Điều 3. Hiệu lực") == 3


def test_blank_pages_are_no_scans(tmp_path: Path) -> None:
    source = read(put(tmp_path, make_pdf([FIRST, [], []])))
    assert "pages-without-text" not in source.properties
    with pytest.raises(EmptyDocument):
        read(put(tmp_path, make_pdf([[], []])))


def test_password(tmp_path: Path) -> None:
    with pytest.raises(EncryptedDocument, match="password"):
        read(put(tmp_path, make_pdf([FIRST], password="bí mật")))


def test_cut_files_are_damaged_and_never_half_read(tmp_path: Path) -> None:
    whole = make_pdf(framed([FIRST, SECOND, THIRD]))
    for length in range(20, len(whole) - 60, 97):
        with pytest.raises(DocumentError):
            read(put(tmp_path, whole[:length]))
    with pytest.raises(DamagedDocument, match="cut off"):
        read(put(tmp_path, whole[: len(whole) // 2]))


def test_junk_around_and_wrong_name(tmp_path: Path) -> None:
    whole = make_pdf([FIRST])
    assert read(put(tmp_path, b"\r\nHTTP junk\r\n" + whole + bytes(3000), name="a.docx")).text.startswith("Điều 1.")


def test_fonts_without_letters_are_refused(tmp_path: Path) -> None:
    page = body("\ue001\ue002\ue003\ue004 \ue005\ue006", "\ue001\ue002\ue003 \ue004\ue005\ue006 \ue007")
    with pytest.raises(DamagedDocument, match="fonts"):
        read(put(tmp_path, make_pdf([page])))
