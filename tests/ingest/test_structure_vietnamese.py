"""The clause tree of Vietnamese acts, on small acts of our own."""

from __future__ import annotations

from ingest.structure import build_tree
from kb.records import BlockKind

from .structures import addresses, assert_sound, paged, source, words

ACT = """BỘ THỬ NGHIỆM
CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
Số: 7/2031/TT-BTN
Hà Nội, ngày 3 tháng 4 năm 2031
THÔNG TƯ
Về quản lý cối xay gió
Căn cứ Luật Gió số 1/2030/QH16;
CHƯƠNG I
QUY ĐỊNH CHUNG
Ðiều 1. Phạm vi
Thông tư này quy định về cối xay gió.
Điều  2 : Giải thích từ ngữ
Trong Thông tư này:
1. Cối là vật để xay.
2. Gió là không khí chuyển động, gồm:
a) Gió nhẹ;
b) Gió mạnh;
c) Gió giật;
d) Lốc;
đ) Bão;
e) Gió mùa;
g) Gió khác.
Gió trong nhà không thuộc khoản này.
3. Ngày đo gió ghi như sau:
12. 5. 2031 là một ngày.
Chương 2: CHỦ CỐI
Mục 1
QUYỀN CỦA CHỦ CỐI
Điều 3. Quyền
1 Chủ cối được xay lúa.
2.Chủ cối được nghỉ.
2a. Chủ cối được thuê thợ.
3.. Chủ cối được bán cối.
Mục 2. NGHĨA VỤ CỦA CHỦ CỐI
Điều 4. Nghĩa vụ
Chủ cối thực hiện theo quy định tại khoản 2
Điều 3. Không ai được làm khác.
Điều 4a. Nghĩa vụ thêm
Chủ cối quét sân.
Điều 5. Hiệu lực thi hành
Thông tư này có hiệu lực từ ngày 01 tháng 6 năm 2031.
Nơi nhận:
- Như trên;
TM. BỘ
Phụ lục I
DANH MỤC CỐI
(Ban hành kèm theo Thông tư số 7/2031/TT-BTN)
I. CỐI ĐÁ
1. Cối nhỏ
a) Một thớt
2. Cối to
II. CỐI GỖ
1. Cối tre
Phụ lục II: BIỂU MẪU
Mẫu số 01. Đơn xin xay
1. Tên cối
Mẫu số 02. Điều lệ hội cối
Điều 1. Tên hội
1. Hội có tên.
Điều 2. Sân hội"""


def test_the_whole_address_scheme() -> None:
    given = source(ACT)
    clauses = build_tree(given)
    assert_sound(given, clauses)
    assert addresses(clauses) == [
        "Mở đầu",
        "Chương I",
        "Điều 1",
        "Điều 2",
        "Điều 2 khoản 1",
        "Điều 2 khoản 2",
        "Điều 2 khoản 2 điểm a",
        "Điều 2 khoản 2 điểm b",
        "Điều 2 khoản 2 điểm c",
        "Điều 2 khoản 2 điểm d",
        "Điều 2 khoản 2 điểm đ",
        "Điều 2 khoản 2 điểm e",
        "Điều 2 khoản 2 điểm g",
        "Điều 2 khoản 3",
        "Chương 2",
        "Chương 2 mục 1",
        "Điều 3",
        "Điều 3 khoản 1",
        "Điều 3 khoản 2",
        "Điều 3 khoản 2a",
        "Điều 3 khoản 3",
        "Chương 2 mục 2",
        "Điều 4",
        "Điều 4a",
        "Điều 5",
        "Kết thúc",
        "Phụ lục I",
        "Phụ lục I mục I",
        "Phụ lục I mục I khoản 1",
        "Phụ lục I mục I khoản 1 điểm a",
        "Phụ lục I mục I khoản 2",
        "Phụ lục I mục II",
        "Phụ lục I mục II khoản 1",
        "Phụ lục II",
        "Phụ lục II mẫu số 01",
        "Phụ lục II mẫu số 01 mục 1",
        "Phụ lục II mẫu số 02",
        "Phụ lục II mẫu số 02 Điều 1",
        "Phụ lục II mẫu số 02 Điều 1 khoản 1",
        "Phụ lục II mẫu số 02 Điều 2",
    ]
    headings = {clause.address: (clause.label, clause.heading) for clause in clauses}
    assert headings["Chương I"] == ("CHƯƠNG I", "QUY ĐỊNH CHUNG")
    assert headings["Điều 2"] == ("Điều  2", "Giải thích từ ngữ")
    assert headings["Chương 2 mục 2"] == ("Mục 2", "NGHĨA VỤ CỦA CHỦ CỐI")
    assert headings["Phụ lục I"] == ("Phụ lục I", "DANH MỤC CỐI")
    assert headings["Phụ lục II mẫu số 01"] == ("Mẫu số 01", "Đơn xin xay")


def test_text_flush_after_points_belongs_to_their_paragraph() -> None:
    clauses = build_tree(source(ACT))
    assert words(ACT, clauses, "Điều 2 khoản 2 điểm g") == "g) Gió khác."
    assert words(ACT, clauses, "Điều 2 khoản 2").endswith("Gió trong nhà không thuộc khoản này.")


def test_dates_and_references_at_the_begin_of_a_line_are_no_clauses() -> None:
    clauses = build_tree(source(ACT))
    assert "12. 5. 2031" in words(ACT, clauses, "Điều 2 khoản 3")
    assert words(ACT, clauses, "Điều 4").endswith("Điều 3. Không ai được làm khác.")


def test_parents_stand_above() -> None:
    clauses = build_tree(source(ACT))
    by_address = {clause.address: clause for clause in clauses}

    def above(address: str) -> str | None:
        parent = by_address[address].parent
        return None if parent is None else clauses[parent].address

    assert above("Điều 2 khoản 2 điểm đ") == "Điều 2 khoản 2"
    assert above("Điều 4a") == "Chương 2 mục 2"
    assert above("Chương 2 mục 1") == "Chương 2"
    assert above("Phụ lục II mẫu số 02 Điều 1") == "Phụ lục II mẫu số 02"
    assert above("Mở đầu") is above("Chương I") is above("Kết thúc") is above("Phụ lục I") is None


def test_an_amending_act_keeps_quoted_articles_in_its_own_text() -> None:
    text = """Căn cứ Luật Gió;
Điều 1. Sửa đổi, bổ sung một số điều của Luật Gió
1. Sửa đổi, bổ sung Điều 2 như sau:
“Điều 2. Gió
1. Gió thổi.
2. Gió lặng.”.
2. Bổ sung Điều 2a vào sau Điều 2 như sau:
"Điều 2a. Bão
1. Bão là gió to."
3. Điều 3 được sửa đổi, bổ sung như sau:
Điều 3. Chong chóng
1. Chong chóng quay.
4. Bãi bỏ Điều 4.
Điều 2. Hiệu lực thi hành
1. Luật này có hiệu lực từ ngày 01 tháng 01 năm 2033.
Điều 3. Trách nhiệm
Chính phủ thi hành Luật này."""
    given = source(text)
    clauses = build_tree(given)
    assert_sound(given, clauses)
    assert addresses(clauses) == [
        "Mở đầu",
        "Điều 1",
        "Điều 1 khoản 1",
        "Điều 1 khoản 2",
        "Điều 1 khoản 3",
        "Điều 1 khoản 4",
        "Điều 2",
        "Điều 2 khoản 1",
        "Điều 3",
    ]
    assert words(text, clauses, "Điều 1 khoản 1").endswith("2. Gió lặng.”.")
    assert "Chong chóng quay" in words(text, clauses, "Điều 1 khoản 3")


def test_a_quotation_that_never_closes_does_not_swallow_the_act() -> None:
    text = """Điều 1. Sửa đổi Điều 7 như sau:
“Điều 7. Cối
1. Cối đá.
Điều 2. Hiệu lực
Có hiệu lực ngay.
Điều 3. Thi hành
Mọi người thi hành."""
    clauses = build_tree(source(text))
    assert addresses(clauses, "article") == ["Điều 1", "Điều 2", "Điều 3"]


def test_an_instrument_issued_with_a_decision_has_its_own_addresses() -> None:
    text = """QUYẾT ĐỊNH
Ban hành Quy chế sân cối
Điều 1. Ban hành kèm theo Quyết định này Quy chế sân cối.
Điều 2. Quyết định này có hiệu lực kể từ ngày ký.
Nơi nhận:
- Như Điều 2;
QUY CHẾ
SÂN CỐI
(Ban hành kèm theo Quyết định số 9/QĐ-BTN)
Chương I
QUY ĐỊNH CHUNG
Điều 1. Phạm vi
Quy chế này nói về sân.
Điều 2. Giờ mở sân
1. Sân mở buổi sáng.
PHỤ LỤC
Sơ đồ sân"""
    given = source(text)
    clauses = build_tree(given)
    assert_sound(given, clauses)
    assert addresses(clauses) == [
        "Mở đầu",
        "Điều 1",
        "Điều 2",
        "Kết thúc",
        "Quy chế",
        "Quy chế Chương I",
        "Quy chế Điều 1",
        "Quy chế Điều 2",
        "Quy chế Điều 2 khoản 1",
        "Quy chế Phụ lục",
    ]
    assert clauses[1].heading == ""  # its whole sentence is text, not a title


def test_truncated_repeats_yield_to_the_full_text() -> None:
    text = """Chương I
QUY ĐỊNH CHUNG
Điều 1.5.NĐ.1. Phạm vi
(Điều 1 Nghị định số 4/2030/NĐ-CP, có hiệu lực thi hành kể từ ngày 01/01/2031)
1. Nghị định này nói về cối.
2. Và về gió.
Điều 1.5.TT.2.39a. Thợ cối
Thợ cối xay lúa.
0150000000000000100001
Điều 1.5.NĐ.1. Phạm vi 1. Nghị định này
Điều 1.5.TT.2.39a. Thợ cối"""
    given = source(text)
    clauses = build_tree(given)
    assert_sound(given, clauses)
    assert addresses(clauses, "article") == [
        "Điều 1.5.NĐ.1",
        "Điều 1.5.TT.2.39a",
        "Điều 1.5.NĐ.1 (2)",
        "Điều 1.5.TT.2.39a (2)",
    ]
    assert "Và về gió" in words(text, clauses, "Điều 1.5.NĐ.1")
    assert words(text, clauses, "Điều 1.5.TT.2.39a").endswith("Thợ cối xay lúa.")


def test_chapters_that_count_anew_in_each_part_are_named_with_it() -> None:
    text = """PHẦN THỨ NHẤT
CỐI
Chương I
CỐI ĐÁ
Điều 1. Đá
Đá cứng.
PHẦN THỨ HAI
GIÓ
Chương I
GIÓ NHẸ
Điều 2. Nhẹ
Gió nhẹ."""
    clauses = build_tree(source(text))
    assert addresses(clauses, "part", "chapter") == [
        "Phần thứ nhất",
        "Phần thứ nhất Chương I",
        "Phần thứ hai",
        "Phần thứ hai Chương I",
    ]


def test_a_contents_list_before_the_act_is_no_structure() -> None:
    text = """MỤC LỤC
Chương I. CỐI ........ 1
Điều 1. Đá ........ 1
Điều 2. Gỗ ........ 2
Chương I. CỐI
Điều 1. Đá
Đá cứng.
Điều 2. Gỗ
Gỗ mềm."""
    clauses = build_tree(source(text))
    assert addresses(clauses) == ["Mở đầu", "Chương I", "Điều 1", "Điều 2"]


def test_headings_glued_to_the_line_before_are_found() -> None:
    text = """Chương I
CỐI
Điều 1. Đá
Đá cứng. Điều 2. Gỗ
Gỗ mềm theo Điều 1. Gỗ thơm.
Điều 3. Tre
Tre dẻo. Chương II
GIÓ
Điều 4. Gió
Gió thổi."""
    given = source(text)
    clauses = build_tree(given)
    assert_sound(given, clauses)
    assert addresses(clauses) == ["Chương I", "Điều 1", "Điều 2", "Điều 3", "Chương II", "Điều 4"]
    assert words(text, clauses, "Điều 1").endswith("Đá cứng.")


def test_a_first_paragraph_glued_to_the_title_is_found() -> None:
    text = (
        "Điều 1. Nghĩa vụ của chủ cối 1. Quét sân.\n2. Lau cối theo Phụ lục 1. Mới.\nĐiều 2. Danh mục loại 1. Hết\nHết."
    )
    clauses = build_tree(source(text))
    assert addresses(clauses) == ["Điều 1", "Điều 1 khoản 1", "Điều 1 khoản 2", "Điều 2"]
    assert clauses[0].heading == "Nghĩa vụ của chủ cối"


def test_a_letter_typed_twice_is_put_right_in_the_address() -> None:
    text = "Điều 1. Tên\n1. Gồm:\na) một;\nb) hai;\nc) ba;\nd) bốn;\nd) năm;\ne) sáu.\nĐiều 2. Hết\nHết."
    clauses = build_tree(source(text))
    assert addresses(clauses, "point")[3:] == [
        "Điều 1 khoản 1 điểm d",
        "Điều 1 khoản 1 điểm đ",
        "Điều 1 khoản 1 điểm e",
    ]
    assert words(text, clauses, "Điều 1 khoản 1 điểm đ") == "d) năm;"


def test_titles_broken_over_lines_and_consolidation_notes() -> None:
    text = (
        "Điều 1.[3] Phân loại cối xay theo mức\nđộ ồn\n1. Cối ồn.\nĐiều 2. (được bãi bỏ)\nĐiều 3\n"
        "Tên ở dòng sau\n1. Hết."
    )
    clauses = build_tree(source(text))
    assert [(c.address, c.heading) for c in clauses if c.kind == "article"] == [
        ("Điều 1", "Phân loại cối xay theo mức độ ồn"),
        ("Điều 2", "(được bãi bỏ)"),
        ("Điều 3", "Tên ở dòng sau"),
    ]


def test_pages_come_from_the_page_map() -> None:
    given = paged("Điều 1. Một\n1. Trang đầu.\f2. Trang hai.\nĐiều 2. Hai\f1. Trang ba.")
    clauses = build_tree(given)
    assert_sound(given, clauses)
    pages = {clause.address: (clause.page_from, clause.page_to) for clause in clauses}
    assert pages == {
        "Điều 1": (1, 2),
        "Điều 1 khoản 1": (1, 1),
        "Điều 1 khoản 2": (2, 2),
        "Điều 2": (2, 3),
        "Điều 2 khoản 1": (3, 3),
    }


def test_tables_of_an_annex_are_rows() -> None:
    text = "Điều 1. Một\nMột.\nĐiều 2. Hai\nHai.\nPHỤ LỤC\nBIỂU PHÍ\nR Cối | Phí\nR Đá | 5\nR Gỗ | 7\nGhi chú cuối."
    given = source(text, kinds={"R ": (BlockKind.TABLE_ROW, None)})
    clauses = build_tree(given)
    assert_sound(given, clauses)
    assert addresses(clauses, "table", "row") == [
        "Phụ lục bảng 1",
        "Phụ lục bảng 1 dòng 1",
        "Phụ lục bảng 1 dòng 2",
        "Phụ lục bảng 1 dòng 3",
    ]
    assert words(text, clauses, "Phụ lục bảng 1 dòng 3") == "R Gỗ | 7"


def test_documents_without_articles_read_by_sections() -> None:
    text = """BÁO CÁO
Tình hình cối xay
I. KẾT QUẢ
1. Cối đá
Cối đá chạy tốt.
2. Cối gỗ
a) Đã thay trục;
b) Đã lau.
II. KIẾN NGHỊ
Cần thêm gió, thêm lúa và thêm người làm việc ở sân cối trong năm tới."""
    given = source(text)
    clauses = build_tree(given, language="vi")
    assert_sound(given, clauses)
    found = addresses(clauses)
    assert found[0] == "Mở đầu"
    for address in ("Mục I", "Mục I khoản 1", "Mục I khoản 2", "Mục I khoản 2 điểm b", "Mục II"):
        assert address in found


def test_running_prose_is_paragraphs() -> None:
    clauses = build_tree(source("Cối xay quay chậm.\nGió thổi nhẹ trên đồng.\nLúa chín vàng."), language="vi")
    assert addresses(clauses) == ["Văn bản", "đoạn 1", "đoạn 2", "đoạn 3"]
    assert build_tree(source("")) == ()
