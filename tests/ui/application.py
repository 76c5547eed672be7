"""The page over a small base of made-up documents: what the tests of the page look at.

    python -m tests.ui.application HOME [--wait-for FILE]

makes the base in HOME, prints the page's address on standard output, and serves until it is stopped. With `--wait-for`
the model counts as loading until FILE exists.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from ingest.pipeline import Options, ingest_files
from kb.base import KnowledgeBase
from kb.models import HashEmbedder
from kb.records import Audience, Authority, Kind
from kb.settings import Settings
from ui.web import serve

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


def documents(folder: Path) -> list[tuple[Path, Options, bool]]:
    """Write the documents; return each with what is said of it and whether it is published."""
    binding = Options(kind=Kind.REGULATION, authority=Authority.BINDING)
    contents = {
        "law.txt": (LAW, Options(title="Luật Kiểm thử phần mềm y tế", **_said(binding)), True),
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
    base = KnowledgeBase(Settings(home=arguments.home / "base"), embedder=HashEmbedder())
    uploads = arguments.home / "uploads"
    uploads.mkdir(exist_ok=True)

    def prepare() -> None:
        while arguments.wait_for is not None and not arguments.wait_for.exists():
            time.sleep(0.05)
        base.warm()

    base.vectors.open()
    for path, options, published in documents(uploads):
        for report in ingest_files(base, [path], options, publish=published):
            if report.error is not None:
                raise report.error
    with base:
        serve(base, host="127.0.0.1", port=0, prepare=prepare, opened=lambda address: print(address, flush=True))


if __name__ == "__main__":
    main()
