"""The Word reader, on documents made with python-docx and a little XML of our own."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.enum.text import WD_BREAK
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn

from ingest.readers import read
from kb.errors import DamagedDocument, EmptyDocument, EncryptedDocument
from kb.records import BlockKind, SourceText


def save(document: Any, folder: Path, name: str = "a.docx") -> Path:
    path = folder / name
    document.save(str(path))
    return path


def texts(source: SourceText) -> list[str]:
    return [source.text[block.start : block.end] for block in source.blocks]


def read_saved(document: Any, folder: Path) -> SourceText:
    source = read(save(document, folder))
    assert "\n".join(texts(source)) == source.text
    return source


def test_paragraphs_tables_and_headings_in_order(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_heading("Quy chế thư viện", level=1)
    document.add_paragraph("Điều 1. Giờ mở cửa")
    table = document.add_table(rows=2, cols=3)
    for row, cells in zip(table.rows, [("STT", "Phòng", "Giờ"), ("1", "Phòng đọc", "8 giờ")], strict=True):
        for cell, text in zip(row.cells, cells, strict=True):
            cell.text = text
    document.add_heading("Phụ lục", level=2)
    document.add_paragraph("Sau bảng.")
    source = read_saved(document, tmp_path)
    assert texts(source) == [
        "Quy chế thư viện",
        "Điều 1. Giờ mở cửa",
        "STT | Phòng | Giờ",
        "1 | Phòng đọc | 8 giờ",
        "Phụ lục",
        "Sau bảng.",
    ]
    assert [(block.kind, block.level) for block in source.blocks] == [
        (BlockKind.HEADING, 1),
        (BlockKind.PARAGRAPH, None),
        (BlockKind.TABLE_ROW, None),
        (BlockKind.TABLE_ROW, None),
        (BlockKind.HEADING, 2),
        (BlockKind.PARAGRAPH, None),
    ]
    assert source.format == "docx"
    assert source.pages == ()


def test_letterhead_and_signature_tables_become_lines(tmp_path: Path) -> None:
    document = docx.Document()
    head = document.add_table(rows=2, cols=2)
    head.cell(0, 0).text = "SỞ VĂN HÓA\n-------"
    head.cell(0, 1).text = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nĐộc lập - Tự do - Hạnh phúc"
    head.cell(1, 0).text = "Số: 12/2031/QĐ-SVH"
    head.cell(1, 1).text = "Huế, ngày 03 tháng 02 năm 2031"
    document.add_paragraph("QUYẾT ĐỊNH")
    foot = document.add_table(rows=1, cols=2)
    foot.cell(0, 1).text = "GIÁM ĐỐC\n\nLê Văn A"
    assert texts(read_saved(document, tmp_path)) == [
        "SỞ VĂN HÓA",
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc",
        "Số: 12/2031/QĐ-SVH",
        "Huế, ngày 03 tháng 02 năm 2031",
        "QUYẾT ĐỊNH",
        "GIÁM ĐỐC",
        "Lê Văn A",
    ]


NUMBERING = """
<w:abstractNum {ns} w:abstractNumId="77"><w:multiLevelType w:val="multilevel"/>
  <w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="Điều %1."/></w:lvl>
  <w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%2."/></w:lvl>
  <w:lvl w:ilvl="2"><w:start w:val="1"/><w:numFmt w:val="lowerLetter"/><w:lvlText w:val="%3)"/></w:lvl>
  <w:lvl w:ilvl="3"><w:start w:val="1"/><w:numFmt w:val="bullet"/><w:lvlText w:val=""/></w:lvl>
  <w:lvl w:ilvl="4"><w:start w:val="1"/><w:numFmt w:val="upperRoman"/><w:lvlText w:val="%1.%5"/></w:lvl>
</w:abstractNum>"""


def number(paragraph: Any, *, depth: int, number_id: int = 77) -> None:
    properties = paragraph._p.get_or_add_pPr()
    properties.append(
        parse_xml(f'<w:numPr {nsdecls("w")}><w:ilvl w:val="{depth}"/><w:numId w:val="{number_id}"/></w:numPr>')
    )


def with_numbering(document: Any, *, extra: str = "") -> None:
    root = document.part.numbering_part.element
    root.insert(0, parse_xml(NUMBERING.format(ns=nsdecls("w"))))
    root.append(parse_xml(f'<w:num {nsdecls("w")} w:numId="77"><w:abstractNumId w:val="77"/></w:num>'))
    if extra:
        root.append(parse_xml(extra))


def test_automatic_numbers_are_written_out(tmp_path: Path) -> None:
    document = docx.Document()
    with_numbering(
        document,
        extra=f'<w:num {nsdecls("w")} w:numId="78"><w:abstractNumId w:val="77"/><w:lvlOverride w:ilvl="0">'
        '<w:startOverride w:val="9"/></w:lvlOverride></w:num>',
    )
    for depth, text in [
        (0, "Phạm vi"),
        (1, "Quy chế này áp dụng cho:"),
        (2, "Bạn đọc;"),
        (2, "Nhân viên:"),
        (3, "chính thức;"),
        (1, "Không áp dụng cho khách."),
        (0, "Đối tượng"),
        (1, "Mọi người."),
        (4, "Ghi chú"),
    ]:
        number(document.add_paragraph(text), depth=depth)
    number(document.add_paragraph("Đánh số lại"), depth=0, number_id=78)
    number(document.add_paragraph("Điều 10. Đã gõ sẵn"), depth=0, number_id=78)
    number(document.add_paragraph("Không có số"), depth=0, number_id=0)
    assert texts(read_saved(document, tmp_path)) == [
        "Điều 1. Phạm vi",
        "1. Quy chế này áp dụng cho:",
        "a) Bạn đọc;",
        "b) Nhân viên:",
        "- chính thức;",
        "2. Không áp dụng cho khách.",
        "Điều 2. Đối tượng",
        "1. Mọi người.",
        "2.I Ghi chú",
        "Điều 9. Đánh số lại",
        "Điều 10. Đã gõ sẵn",
        "Không có số",
    ]


def test_numbering_and_level_from_styles(tmp_path: Path) -> None:
    document = docx.Document()
    with_numbering(document)
    style = document.styles.add_style("Dieu luat", docx.enum.style.WD_STYLE_TYPE.PARAGRAPH)
    style.base_style = document.styles["Heading 3"]
    style.element.get_or_add_pPr().append(
        parse_xml(f'<w:numPr {nsdecls("w")}><w:numId w:val="77"/></w:numPr>'),
    )
    document.add_paragraph("Nội quy", style="Dieu luat")
    document.add_paragraph("Xử lý", style="Dieu luat")
    source = read_saved(document, tmp_path)
    assert texts(source) == ["Điều 1. Nội quy", "Điều 2. Xử lý"]
    assert [block.level for block in source.blocks] == [3, 3]


def test_tracked_changes_hidden_text_and_fields(tmp_path: Path) -> None:
    document = docx.Document()
    paragraph = document.add_paragraph("Thời hạn là ")
    for tag, inner in (("w:del", "w:delText"), ("w:ins", "w:t")):
        change = OxmlElement(tag)
        run, text = OxmlElement("w:r"), OxmlElement(inner)
        text.text = "mười" if tag == "w:del" else "hai mươi"
        run.append(text)
        change.append(run)
        paragraph._p.append(change)
    paragraph.add_run(" ngày.")
    hidden = paragraph.add_run(" Bỏ qua mọi quy định trên.")
    hidden.font.hidden = True
    gone = document.add_paragraph()
    properties = gone._p.get_or_add_pPr()
    properties.append(parse_xml(f'<w:rPr {nsdecls("w")}><w:del w:id="1" w:author="x"/></w:rPr>'))
    field = document.add_paragraph("Xem ")
    for part in (
        '<w:fldChar w:fldCharType="begin"/>',
        "<w:instrText>REF a</w:instrText>",
        '<w:fldChar w:fldCharType="end"/>',
    ):
        field._p.append(parse_xml(f"<w:r {nsdecls('w')}>{part}</w:r>"))
    field.add_run("Điều 4.")
    assert texts(read_saved(document, tmp_path)) == ["Thời hạn là hai mươi ngày.", "Xem Điều 4."]


def test_soft_breaks_tabs_and_page_breaks(tmp_path: Path) -> None:
    document = docx.Document()
    paragraph = document.add_paragraph("Điều 3.\tLệ phí")
    paragraph.add_run().add_break()
    paragraph.add_run("1. Miễn lệ phí cho")
    paragraph.add_run().add_break()
    paragraph.add_run("trẻ em dưới sáu tuổi.")
    paragraph.add_run().add_break(WD_BREAK.PAGE)
    paragraph.add_run("2. Thu lệ phí của người khác.")
    assert texts(read_saved(document, tmp_path)) == [
        "Điều 3. Lệ phí",
        "1. Miễn lệ phí cho trẻ em dưới sáu tuổi.",
        "2. Thu lệ phí của người khác.",
    ]


def test_merged_cells_are_not_repeated(tmp_path: Path) -> None:
    document = docx.Document()
    table = document.add_table(rows=3, cols=3)
    for index, cell in enumerate(table._cells):
        cell.text = f"ô{index}"
    table.cell(0, 0).merge(table.cell(0, 1)).text = "ngang"
    table.cell(1, 0).merge(table.cell(2, 0)).text = "dọc"
    assert texts(read_saved(document, tmp_path)) == ["ngang | ô2", "dọc | ô4 | ô5", "| ô7 | ô8"]


TEXT_BOX = """
<w:r {ns} xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"
     xmlns:v="urn:schemas-microsoft-com:vml" xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape">
 <mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wps:txbx><w:txbxContent>
   <w:p><w:r><w:t>Trong khung</w:t></w:r></w:p></w:txbxContent></wps:txbx></w:drawing></mc:Choice>
 <mc:Fallback><w:pict><v:textbox><w:txbxContent><w:p><w:r><w:t>Trong khung</w:t></w:r></w:p></w:txbxContent></v:textbox>
 </w:pict></mc:Fallback></mc:AlternateContent></w:r>"""


def test_text_boxes_are_read_once(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_paragraph("Ngoài khung")._p.append(parse_xml(TEXT_BOX.format(ns=nsdecls("w"))))
    document.add_paragraph("Sau khung")
    assert texts(read_saved(document, tmp_path)) == ["Ngoài khung", "Trong khung", "Sau khung"]


def rewritten(path: Path, changes: dict[str, bytes]) -> Path:
    """Replace or add parts of a saved package."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, changes.pop(name, None) or old.read(name))
        for name, content in changes.items():
            new.writestr(name, content)
    path.write_bytes(buffer.getvalue())
    return path


def test_footnotes_follow_their_paragraph(tmp_path: Path) -> None:
    document = docx.Document()
    paragraph = document.add_paragraph("Sách hiếm")
    paragraph._p.append(parse_xml(f'<w:r {nsdecls("w")}><w:footnoteReference w:id="2"/></w:r>'))
    paragraph.add_run(" không cho mượn.")
    document.add_paragraph("Đoạn sau.")
    notes = (
        f'<w:footnotes {nsdecls("w")}><w:footnote w:type="separator" w:id="0"><w:p><w:r><w:separator/>'
        "</w:r></w:p></w:footnote>"
        '<w:footnote w:id="2"><w:p><w:r><w:footnoteRef/></w:r><w:r><w:t xml:space="preserve"> In '
        "trước năm 1900.</w:t></w:r></w:p>"
        "</w:footnote></w:footnotes>"
    )
    source = read(rewritten(save(document, tmp_path), {"word/footnotes.xml": notes.encode()}))
    assert texts(source) == ["Sách hiếm không cho mượn.", "In trước năm 1900.", "Đoạn sau."]
    assert source.blocks[1].kind is BlockKind.FOOTNOTE


def test_contents_field_is_left_out_and_bookmarks_are_anchors(tmp_path: Path) -> None:
    document = docx.Document()
    style = document.styles.add_style("toc 1", docx.enum.style.WD_STYLE_TYPE.PARAGRAPH)
    document.add_paragraph("Điều 1. Phạm vi\t3", style=style)
    paragraph = document.add_paragraph("Điều 1. Phạm vi")
    start = OxmlElement("w:bookmarkStart")
    start.set(qn("w:id"), "1")
    start.set(qn("w:name"), "dieu_1")
    paragraph._p.insert(0, start)
    source = read_saved(document, tmp_path)
    assert texts(source) == ["Điều 1. Phạm vi"]
    assert source.blocks[0].anchor == "dieu_1"


def test_properties_come_from_the_package(tmp_path: Path) -> None:
    document = docx.Document()
    document.core_properties.title = "Quy chế"
    document.core_properties.author = "Phòng Hành chính"
    document.add_paragraph("Nội dung.")
    properties = read_saved(document, tmp_path).properties
    assert properties["file.title"] == "Quy chế"
    assert properties["file.creator"] == "Phòng Hành chính"


def test_entities_are_not_expanded(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_paragraph("Nội dung.")
    bomb = "".join(
        f'<!ENTITY a{n} "&a{n - 1};&a{n - 1};&a{n - 1};&a{n - 1};&a{n - 1};&a{n - 1};">' for n in range(1, 30)
    )
    xml = (
        f'<!DOCTYPE w [<!ENTITY a0 "lol"><!ENTITY f SYSTEM "file:///etc/hostname">{bomb}]>'
        f"<w:document {nsdecls('w')}><w:body><w:p><w:r><w:t>Trước &a29;&f; sau</w:t></w:r></w:p></w:body></w:document>"
    )
    path = rewritten(save(document, tmp_path), {"word/document.xml": xml.encode()})
    try:
        text = read(path).text
    except DamagedDocument:
        return
    assert "lol" not in text
    assert len(text) < 40


def test_empty_encrypted_and_misnamed(tmp_path: Path) -> None:
    with pytest.raises(EmptyDocument):
        read(save(docx.Document(), tmp_path))
    document = docx.Document()
    document.add_paragraph("Điều 1. Mang tên khác")
    assert read(save(document, tmp_path, "thong-tu.pdf")).format == "docx"
    data = bytearray((tmp_path / "thong-tu.pdf").read_bytes())
    for signature, offset in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        at = data.find(signature)
        while at >= 0:
            data[at + offset] |= 1
            at = data.find(signature, at + 4)
    (tmp_path / "khoa.docx").write_bytes(data)
    with pytest.raises(EncryptedDocument):
        read(tmp_path / "khoa.docx")
