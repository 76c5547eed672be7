"""The page over a small base of made-up documents: what the tests of the page look at.

    python -m tests.ui.application HOME [--wait-for FILE]

makes the base in HOME, prints the page's address on standard output, and serves until it is stopped. With `--wait-for`
the model counts as loading, and notes as being indexed, until FILE exists. Questions that hold SLOW or BROKEN take
long or find the model broken.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from pathlib import Path

from ingest.pipeline import Options, ingest_files
from kb.base import KnowledgeBase
from kb.catalogue import Source, Standing
from kb.errors import ModelError
from kb.models import HashEmbedder, Role, Vectors
from kb.records import Audience, Authority, Kind
from kb.settings import Settings
from tests.catalogue import catalogue_row
from ui.web import serve

SLOW, BROKEN = "thongtha", "honghoc"
SLOW_SECONDS = 8.0
PREPARING = (12, 1104)
LARGE_ID = "904-2031-qh16.vi"
"""A law of 2,020 clauses and its headings."""

LAW = """\
QUỐC HỘI
Luật số: 901/2031/QH16

LUẬT
KIỂM THỬ PHẦN MỀM Y TẾ

Chương I
QUY ĐỊNH CHUNG

Điều 1. Phạm vi điều chỉnh
Luật này quy định việc kiểm thử phần mềm y tế trước khi đưa vào sử dụng tại cơ sở khám bệnh, chữa bệnh.

Điều 2. Nghĩa vụ của nhà sản xuất
1. Nhà sản xuất phải lưu nhật ký kiểm thử trong thời hạn 07 năm kể từ ngày hoàn thành.
2. Nhà sản xuất phải công bố kết quả kiểm thử cho cơ sở khám bệnh, chữa bệnh mua phần mềm.

Chương II
KIỂM TRA

Điều 3. Thẩm quyền kiểm tra
Cơ quan kiểm thử cấp tỉnh kiểm tra nhật ký kiểm thử mỗi năm một lần.
"""
GUIDANCE = """\
---
title: Guidance on bench testing of infusion pumps
kind: appraisal-guidance
authority: guidance
language: en
url: https://guidance.example/bench-testing
---
# Guidance on bench testing of infusion pumps

## Scope

This guidance covers bench testing of infusion pumps with embedded alarms.

## Alarm volume

The alarm volume of an infusion pump should be measured at one metre and recorded in decibels.
"""
NOTE = """\
---
title: {title}
kind: note
authority: note
language: {language}
pair: bench-note
---
# {title}

## {heading}

{words}
"""
NOTES = {
    "vi": NOTE.format(
        title="Ghi chú về phòng đo kiểm", language="vi", heading="Ai được vào", words="Kỹ thuật viên được vào phòng."
    ),
    "en": NOTE.format(
        title="Note on the bench room", language="en", heading="Who may enter", words="Technicians may enter the room."
    ),
}
HOSTILE = """\
Notice on strange markup

1. Alarm markup

The string <img src=x onerror="window.hacked = 1"> and <script>window.hacked = 2</script> are data,
as are {{7*7}}, ${7*7} and </mark>.
"""
DRAFT = """\
Luật số: 902/2031/QH16

LUẬT
BÍ MẬT CHƯA CÔNG BỐ

Điều 1. Nội dung chưa công bố
Câu này chưa ai được đọc.
"""


ARCHIVES = """\
Luật số: 905/2031/QH16

LUẬT
LƯU TRỮ HỒ SƠ

Điều 1. Thời hạn lưu trữ
Cơ sở y tế phải lưu trữ hồ sơ thiết bị y tế loại C và báo cáo đánh giá sự phù hợp trong mười năm.

Điều 2. Hiệu lực thi hành
Luật này có hiệu lực thi hành từ ngày 01 tháng 7 năm 2031.
"""


def large_law() -> str:
    """A law of 20 chapters with 20 articles each, four clauses an article."""
    lines = ["Luật số: 904/2031/QH16", "", "LUẬT", "KIỂM KÊ KHO TÀNG", ""]
    for article in range(1, 401):
        if article % 20 == 1:
            lines += [f"Chương {_roman(article // 20 + 1)}", f"KHO SỐ {article // 20 + 1}", ""]
        lines += [f"Điều {article}. Ngăn kệ {article}"]
        lines += [f"{clause}. Thủ kho đếm thùng {clause} của ngăn kệ {article}." for clause in range(1, 5)] + [""]
    return "\n".join(lines)


def _roman(number: int) -> str:
    tens, ones = divmod(number, 10)
    return "X" * tens + ("", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX")[ones]


class UnsteadyEmbedder(HashEmbedder):
    """An embedder that is slow or fails where a question asks for it."""

    def embed(self, texts: Sequence[str], *, role: Role, language: str, towards: str | None = None) -> Vectors:
        """See Embedder. Raises ModelError for BROKEN."""
        # A question is embedded once for each language of passages; it is slow once.
        if role == "query" and SLOW in texts[0] and towards in (None, language):
            time.sleep(SLOW_SECONDS)
        if role == "query" and BROKEN in texts[0]:
            raise ModelError("The model is broken. Mend it.", "Mô hình bị hỏng. Hãy sửa lại.")
        return super().embed(texts, role=role, language=language, towards=towards)


def catalogue() -> tuple[Source, ...]:
    """One entry: the law on archives was amended."""
    amended = catalogue_row(
        id="vn-luat-905",
        number="905/2031/QH16",
        title_en="Law on archives",
        title_vi="Luật Lưu trữ hồ sơ",
        issued="2031-01-01",
        effective="2031-07-01",
        standing=Standing.AMENDED,
        status_en="",
        status_vi="",
        amended_by=("77/2032/QH16",),
        url="https://archives.example/905",
        why_en="It says how long records are kept.",
        why_vi="Quy định thời hạn lưu trữ hồ sơ.",
    )
    return (amended,)


def documents(folder: Path) -> list[tuple[Path, Options, bool]]:
    """Write the documents; return each with what is said of it and whether it is published."""
    binding = Options(kind=Kind.REGULATION, authority=Authority.BINDING)
    contents = {
        "law.txt": (LAW, Options(title="Luật Kiểm thử phần mềm y tế", **_said(binding)), True),
        "large.txt": (large_law(), Options(title="Luật Kiểm kê kho tàng", **_said(binding)), True),
        "archives.txt": (ARCHIVES, Options(title="Luật Lưu trữ hồ sơ", **_said(binding)), True),
        **{f"room.{language}.md": (text, Options(), True) for language, text in NOTES.items()},
        "guidance.md": (GUIDANCE, Options(), True),
        "strange.txt": (
            HOSTILE,
            Options(title='Strange <b onmouseover="x">markup</b>', url="javascript:alert(1)"),
            True,
        ),
        "draft.txt": (DRAFT, Options(title="Luật Bí mật chưa công bố", **_said(binding)), False),
        "restricted.txt": (
            DRAFT.replace("902", "903").replace("BÍ MẬT", "DÀNH RIÊNG"),
            Options(title="Luật Dành riêng cho cơ quan quản lý", audience=Audience.REGULATORS, **_said(binding)),
            True,
        ),
    }
    found = []
    for name, (text, options, published) in contents.items():
        (folder / name).write_text(text, encoding="utf-8")
        found.append((folder / name, options, published))
    return found


def _said(options: Options) -> dict[str, object]:
    return {"kind": options.kind, "authority": options.authority}


def main() -> None:
    """Make the base and serve it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("home", type=Path)
    parser.add_argument("--wait-for", type=Path)
    arguments = parser.parse_args()
    base = KnowledgeBase(Settings(home=arguments.home / "base"), embedder=UnsteadyEmbedder())
    uploads = arguments.home / "uploads"
    uploads.mkdir(exist_ok=True)

    def prepare() -> None:
        while arguments.wait_for is not None and not arguments.wait_for.exists():
            base.preparing = PREPARING
            time.sleep(0.05)
        base.preparing = None
        base.warm()

    base.vectors.open()
    base.set_catalogue(catalogue())
    for path, options, published in documents(uploads):
        for report in ingest_files(base, [path], options, publish=published):
            if report.error is not None:
                raise report.error
    with base:
        serve(base, host="127.0.0.1", port=0, prepare=prepare, opened=lambda address: print(address, flush=True))


if __name__ == "__main__":
    main()
