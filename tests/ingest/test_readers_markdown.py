"""The Markdown reader and front matter."""

from __future__ import annotations

from pathlib import Path

from ingest.readers import read
from kb.records import BlockKind, SourceText


def put(folder: Path, content: str) -> Path:
    path = folder / "a.md"
    path.write_text(content, encoding="utf-8")
    return path


def texts(source: SourceText) -> list[str]:
    return [source.text[block.start : block.end] for block in source.blocks]


def test_markup_goes_and_levels_stay(tmp_path: Path) -> None:
    source = read(
        put(
            tmp_path,
            "---\ntitle: Nội quy\nsource:\n  title: Bản gốc\n  pages: 4\ntags:\n  - a\n  - b\n---\n"
            "# Nội **quy** thư viện\n\n"
            "Chương I\n========\n\n"
            "### Điều 1\\. *Giờ* mở cửa ###\n\n"
            "1\\. Thư viện [mở cửa](https://example.org/a_(b)) từ **t**ám giờ,\nđóng cửa lúc `năm` giờ.\n"
            "a) Thứ bảy nghỉ;\n\n"
            "* Phòng đọc\n+ Kho sách\n- Phòng máy\n\n"
            "> Lời dặn: giữ __trật tự__.\n\n"
            "![hình](x.png) snake_case_name và 2 * 3 * 4 &amp; 5\n\n---\n\n"
            '<!-- ghi chú ẩn -->\n<a id="x"></a>Hết.\n',
        )
    )
    assert texts(source) == [
        "Nội quy thư viện",
        "Chương I",
        "Điều 1. Giờ mở cửa",
        "1. Thư viện mở cửa từ tám giờ, đóng cửa lúc năm giờ.",
        "a) Thứ bảy nghỉ;",
        "- Phòng đọc",
        "- Kho sách",
        "- Phòng máy",
        "Lời dặn: giữ trật tự.",
        "hình snake_case_name và 2 * 3 * 4 & 5",
        "Hết.",
    ]
    assert [block.level for block in source.blocks[:3]] == [1, 1, 3]
    assert source.properties == {
        "title": "Nội quy",
        "source.title": "Bản gốc",
        "source.pages": "4",
        "tags": "a, b",
    }
    assert source.format == "markdown"


def test_information_table_goes_to_the_properties(tmp_path: Path) -> None:
    source = read(
        put(
            tmp_path,
            "# Quy chế đọc sách\n\n## THÔNG TIN VĂN BẢN\n\n| Thuộc tính | Nội dung |\n|---|---|\n"
            "| **Số hiệu** | 7/2031/QC-TV |\n| **Người ký** | – |\n| **Nguồn** | [Cổng](https://example.org/7) "
            "| [Khác](https://example.org/8) |\n"
            "\n---\n\n## VĂN BẢN\n\nĐiều 1. Mượn sách\n\n| STT | Tên |\n|---|---|\n| 1 | Từ điển \\| lớn |\n",
        )
    )
    assert texts(source) == ["Quy chế đọc sách", "Điều 1. Mượn sách", "STT | Tên", "1 | Từ điển | lớn"]
    assert source.properties == {
        "số hiệu": "7/2031/QC-TV",
        "nguồn": "Cổng | Khác",
        "nguồn.url": "https://example.org/7",
    }
    assert source.blocks[-1].kind is BlockKind.TABLE_ROW


def test_a_table_in_the_text_stays_there(tmp_path: Path) -> None:
    source = read(
        put(
            tmp_path,
            "# Biểu\n\nTheo bảng:\n\n| Mục | Nội dung |\n|---|---|\n| Số hiệu | mã sách |\n| Ngày ban "
            "hành | ngày in |\n",
        )
    )
    assert texts(source)[-1] == "Ngày ban hành | ngày in"
    assert source.properties == {}


def test_broken_front_matter_is_read_by_line(tmp_path: Path) -> None:
    source = read(put(tmp_path, "---\ntitle: Thông báo: về việc nghỉ\nnumber: 5/TB\n---\nNội dung.\n"))
    assert source.properties == {"title": "Thông báo: về việc nghỉ", "number": "5/TB"}
    assert source.text == "Nội dung."


def test_front_matter_bomb_stays_small(tmp_path: Path) -> None:
    layers = "".join(f"a{n}: &a{n} {{x: *a{n - 1}, y: *a{n - 1}, z: *a{n - 1}}}\n" for n in range(1, 40))
    source = read(put(tmp_path, f"---\na0: &a0 {{v: lol}}\n{layers}---\nNội dung.\n"))
    assert len(source.properties) <= 500


def test_pages_of_a_converted_pdf_with_notes(tmp_path: Path) -> None:
    def sheet(number: int, body: str) -> str:
        return f"Library Council\n\nGuide 2031-4\n\n{body}\n\nPage {number} of 3\n\n"

    source = read(
        put(
            tmp_path,
            "---\nmethod: pdftotext\n---\n\n"
            + "\f".join(
                [
                    sheet(
                        1,
                        "2.1.\n\nScope of the guide\n\nThis guide explains how small libraries may keep records1 "
                        "of their\nholdings and how"
                        " they lend items to other libraries across the\n\n1\nSee the council's handbook of records.",
                    ),
                    sheet(
                        2,
                        "country. It is not binding on any library, and each library may follow\n"
                        "its own rules.2\n\n2\nRules of 2030.",
                    ),
                    sheet(3, "2.2. Terms\nThe terms are those of the handbook."),
                ]
            ),
        )
    )
    assert "Library Council" not in source.text
    assert "Page" not in source.text
    assert texts(source)[0] == "2.1. Scope of the guide"
    notes = [source.text[b.start : b.end] for b in source.blocks if b.kind is BlockKind.FOOTNOTE]
    assert notes == ["1 See the council's handbook of records.", "2 Rules of 2030."]
    flow = next(text for text in texts(source) if text.startswith("This guide"))
    assert "across the country. It is not binding" in flow
    at = source.text.index("country.")
    assert next(page.number for page in source.pages if page.start <= at < page.end) == 2
