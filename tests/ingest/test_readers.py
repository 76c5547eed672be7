"""Readers: what every format has in common, plain text, and files that cannot be read."""

from __future__ import annotations

import io
import struct
import zipfile
from pathlib import Path

import pytest

from ingest.readers import read
from kb.errors import (
    DamagedDocument,
    DocumentError,
    DocumentTooLarge,
    EmptyDocument,
    EncryptedDocument,
    UnsupportedFormat,
    UsageError,
)
from kb.records import BlockKind, SourceText


def put(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def texts(source: SourceText) -> list[str]:
    return [source.text[block.start : block.end] for block in source.blocks]


def assert_sound(source: SourceText) -> None:
    """Blocks in order hold all but the line breaks; pages join without gaps."""
    assert "\n".join(texts(source)) == source.text
    assert all(text and "\n" not in text for text in texts(source))
    if source.pages:
        assert source.pages[0].start == 0
        assert source.pages[-1].end == len(source.text)
        assert all(a.end == b.start for a, b in zip(source.pages, source.pages[1:], strict=False))


def page_of(source: SourceText, words: str) -> int:
    at = source.text.index(words)
    return next(page.number for page in source.pages if page.start <= at < page.end)


def test_wrapped_lines_join_and_units_begin_blocks(tmp_path: Path) -> None:
    source = read(
        put(
            tmp_path,
            "a.txt",
            "Chương II\nQUYỀN CỦA NGƯỜI HỌC\n\n"
            "Điều 7. Quyền được hướng dẫn\n"
            "1. Người học được hướng dẫn sử dụng thiết bị của thư viện theo quy định tại khoản\n"
            "2 Điều 9 của Quy chế này và được cấp thẻ trong thời hạn năm ngày làm việc kể từ\n"
            "ngày nộp đủ giấy tờ.\n"
            "2. Thẻ thư viện gồm:\n"
            "a) Thẻ đọc tại chỗ;\n"
            "đ) Thẻ mượn về nhà.\n",
        )
    )
    assert_sound(source)
    assert texts(source) == [
        "Chương II",
        "QUYỀN CỦA NGƯỜI HỌC",
        "Điều 7. Quyền được hướng dẫn",
        "1. Người học được hướng dẫn sử dụng thiết bị của thư viện theo quy định tại khoản 2 Điều "
        "9 của Quy chế này và được"
        " cấp thẻ trong thời hạn năm ngày làm việc kể từ ngày nộp đủ giấy tờ.",
        "2. Thẻ thư viện gồm:",
        "a) Thẻ đọc tại chỗ;",
        "đ) Thẻ mượn về nhà.",
    ]
    assert source.format == "text"
    assert source.pages == ()


def test_english_wrapped_text_with_broken_words(tmp_path: Path) -> None:
    source = read(
        put(
            tmp_path,
            "a.txt",
            "Article 4\nLending\n"
            "1.  The library shall keep a register of all items it lends, and the imple-\n"
            "mentation of that register follows a risk-based plan, as Article 3 and para-\n"
            "graph 2 of this Article require. The implementation is reviewed each year.\n"
            "2.  A reader may keep an item for 30 days; a risk-\n"
            "based extension is possible.\n"
            "(a) for readers with a long way to the library; and\n"
            "(b) for schools.\n"
            "4.2.1 Return of items\n"
            "ANNEX II\n",
        )
    )
    assert texts(source)[2].startswith(
        "1. The library shall keep a register of all items it lends, and the implementation of"
    )
    assert "as Article 3 and paragraph 2 of this Article require." in texts(source)[2]
    assert "a risk-based extension" in source.text
    assert texts(source)[-4:] == [
        "(a) for readers with a long way to the library; and",
        "(b) for schools.",
        "4.2.1 Return of items",
        "ANNEX II",
    ]


def test_one_line_a_paragraph_is_not_joined(tmp_path: Path) -> None:
    long = "Người quản lý thư viện có trách nhiệm sắp xếp kho sách, cập nhật danh mục và báo cáo định kỳ. " * 4
    source = read(put(tmp_path, "a.txt", f"{long}\nKho sách mở cửa hằng ngày\n{long}\n"))
    assert len(source.blocks) == 3


def test_letters_are_made_uniform(tmp_path: Path) -> None:
    decomposed = "Đie\u0302\u0300u 3.\u00a0Pha\u0323m\u200b vi co\u00adoperation  áp dụng"
    source = read(put(tmp_path, "a.txt", decomposed))
    assert source.text == "Điều 3. Phạm vi cooperation áp dụng"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_unicode_encodings(tmp_path: Path, encoding: str) -> None:
    source = read(put(tmp_path, "a.txt", "Điều 1. Mở cửa thư viện vào buổi sáng.".encode(encoding)))
    assert source.text == "Điều 1. Mở cửa thư viện vào buổi sáng."


@pytest.mark.parametrize("encoding", ["cp1258", "cp1252", "shift_jis"])
def test_other_encodings_are_refused_with_advice(tmp_path: Path, encoding: str) -> None:
    text = {"cp1258": "Điêu lê cua thư viên, tau điên", "cp1252": "café déjà", "shift_jis": "図書館の規則"}[encoding]
    with pytest.raises(DamagedDocument, match="UTF-8") as error:
        read(put(tmp_path, "cu.txt", text.encode(encoding)))
    assert "cu.txt" in error.value.en
    assert "bảng mã" in error.value.vi


def test_legacy_letters_inside_unicode_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DamagedDocument, match="TCVN3"):
        read(put(tmp_path, "a.txt", "§iÒu 1. Th− viÖn vµ b¹n ®äc\nkho¶n 2 §iÒu 5 cña Quy chÕ vµ ®Þnh møc"))


def test_form_feeds_make_pages_without_running_lines(tmp_path: Path) -> None:
    pages = [
        f"Quy chế thư viện\n\nĐiều {n}. Nội dung thứ {n}\nNgười đọc {who} trả sách đúng hạn, nếu "
        f"làm mất\n\nTrang {n}/4\n"
        for n, who in enumerate(("ở xa", "mới", "là học sinh"), start=1)
    ]
    last = "Quy chế thư viện\n\nthì bồi thường theo giá bìa.\n\nTrang 4/4\n"
    source = read(put(tmp_path, "a.txt", "\f".join([*pages, last])))
    assert_sound(source)
    assert "Trang" not in source.text
    assert "Quy chế thư viện" not in source.text
    assert [page.number for page in source.pages] == [1, 2, 3, 4]
    assert page_of(source, "Điều 2.") == 2
    assert texts(source)[-1].endswith("nếu làm mất thì bồi thường theo giá bìa.")
    assert page_of(source, "thì bồi thường") == 4


def test_articles_at_page_tops_are_no_running_lines(tmp_path: Path) -> None:
    source = read(
        put(tmp_path, "a.txt", "\f".join(f"Điều {n}.\nNội dung của điều này là riêng: {n * 7}.\n" for n in range(1, 6)))
    )
    assert [text for text in texts(source) if text.startswith("Điều")] == [f"Điều {n}." for n in range(1, 6)]


def word_package(**parts: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name.replace("__", "/").replace("_xml", ".xml"), content)
    return buffer.getvalue()


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)


@pytest.mark.parametrize(
    ("content", "error", "words"),
    [
        (b"", EmptyDocument, "no text"),
        (b" \n\t ", EmptyDocument, "no text"),
        (b"\xef\xbb\xbf \n", EmptyDocument, "no text"),
        (b"\x89PNG\r\n\x1a\n" + bytes(99), UnsupportedFormat, "picture"),
        (b"MZ\x90\0" + bytes(range(256)), UnsupportedFormat, "program"),
        (b"\x7fELF" + bytes(99), UnsupportedFormat, "program"),
        (b"\0\0\0\x20ftypmp42" + bytes(99), UnsupportedFormat, "video"),
        (b"\x1f\x8b\x08" + bytes(99), UnsupportedFormat, "archive"),
        (b"{\\rtf1\\ansi Dieu 1}", UnsupportedFormat, "Rich Text"),
        (OLE + "WordDocument".encode("utf-16-le"), UnsupportedFormat, r"\.doc"),
        (OLE + "Workbook".encode("utf-16-le"), UnsupportedFormat, "spreadsheet"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), EncryptedDocument, "password"),
        (word_package(xl__workbook_xml="<a/>"), UnsupportedFormat, "spreadsheet"),
        (word_package(ppt__presentation_xml="<a/>"), UnsupportedFormat, "presentation"),
        (word_package(mimetype="application/vnd.oasis.opendocument.text"), UnsupportedFormat, "OpenDocument"),
        (word_package(anh_xml="<a/>"), UnsupportedFormat, "archive"),
        (word_package(word__document_xml="<w:document")[:-30], DamagedDocument, "damaged"),
        (word_package(word__document_xml="<w:document"), DamagedDocument, "damaged"),
        (word_package(word__styles_xml="<a/>"), DamagedDocument, "damaged"),
        (struct.pack("<64I", *range(1, 65)) * 9, UnsupportedFormat, "data"),
        (b"%PDF-1.7\nnothing here", DamagedDocument, "damaged"),
        (b'<?xml version="1.0"?><akn xmlns="http://example.org/akn"><a/></akn>', UnsupportedFormat, "XML"),
        (b"MIME-Version: 1.0\nContent-Type: multipart/related; boundary=x\n\n--x", UnsupportedFormat, "web archive"),
    ],
)
@pytest.mark.parametrize("name", ["luat.pdf", "luat.docx"])
def test_bad_files_say_what_they_are(
    tmp_path: Path, name: str, content: bytes, error: type[DocumentError], words: str
) -> None:
    with pytest.raises(error, match=words) as raised:
        read(put(tmp_path, name, content))
    assert type(raised.value) is error
    assert name in raised.value.en
    assert name in raised.value.vi
    assert raised.value.vi != raised.value.en


def test_missing_file_and_folder(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no file"):
        read(tmp_path / "absent.pdf")
    with pytest.raises(UsageError, match="not a file"):
        read(tmp_path)


def test_too_large_is_told_without_reading(tmp_path: Path) -> None:
    path = tmp_path / "lon.pdf"
    with path.open("wb") as file:
        file.truncate(101_000_000)
    with pytest.raises(DocumentTooLarge, match="101 MB"):
        read(path)
    small = put(tmp_path, "a.txt", "Điều 1. Ngắn")
    with pytest.raises(DocumentTooLarge):
        read(small, max_bytes=5)


def test_zip_bomb_is_not_unpacked(tmp_path: Path) -> None:
    bomb = word_package(word__document_xml="<w:document>" + " " * 60_000_000)
    assert len(bomb) < 100_000
    with pytest.raises(DocumentTooLarge, match="unpack"):
        read(put(tmp_path, "bomb.docx", bomb))


def test_every_prefix_of_a_word_file_is_an_error_of_ours(tmp_path: Path) -> None:
    whole = word_package(
        **{
            "[Content_Types]_xml": "<Types/>",
            "word__document_xml": "<document><body><p><r><t>Xin chao</t></r></p></body></document>",
        }
    )
    assert read(put(tmp_path, "a.docx", whole)).text == "Xin chao"
    for length in range(5, len(whole), 17):
        with pytest.raises(DocumentError):
            read(put(tmp_path, "a.docx", whole[:length]))


def test_block_kinds_of_lists(tmp_path: Path) -> None:
    source = read(put(tmp_path, "a.txt", "Gồm có:\n- Sách giáo khoa;\n- Báo và tạp chí.\n"))
    assert [block.kind for block in source.blocks] == [BlockKind.PARAGRAPH, BlockKind.LIST_ITEM, BlockKind.LIST_ITEM]
