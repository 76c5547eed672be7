"""What a person is told of a fetch, in both languages: what came of it, and what is left to do by hand."""

from __future__ import annotations

from pathlib import Path

from ingest.pipeline import FileReport, Result
from kb.catalogue import Licence, Source, fetchable
from kb.records import Remark

NO_ADDRESS = Remark(
    en="The catalogue has no address of the text itself, only of the site to look for it on.",
    vi="Danh mục chưa có địa chỉ của chính văn bản, chỉ có địa chỉ trang để tra cứu.",
)
FETCHED_LATELY = Remark(
    en="Fetched within the last 24 hours, so the site was not asked. `--again` asks it.",
    vi="Đã tải trong vòng 24 giờ qua nên không tải lại. Thêm `--again` để tải lại.",
)


def taken(file: FileReport) -> Remark:
    """Say what the base made of a text that came."""
    return {
        Result.ADDED: Remark(en="Added to the base.", vi="Đã nạp vào kho."),
        Result.NEW_VERSION: Remark(
            en=f"The official text has changed: version {file.version} takes the place of the one before.",
            vi=f"Văn bản chính thức đã thay đổi: phiên bản {file.version} thay thế phiên bản trước.",
        ),
        Result.PUBLISHED: Remark(en="Published.", vi="Đã công bố."),
        Result.UNCHANGED: Remark(en="The official text has not changed.", vi="Văn bản chính thức không thay đổi."),
    }[file.result]


def by_hand(source: Source, reason: Remark, inbox: Path) -> Remark:
    """Say what a person has to save, from which address, and where to put it."""
    number_en = f" ({source.number})" if source.number else ""
    number_vi = f" (số hiệu {source.number})" if source.number else ""
    if fetchable(source):
        save_en = f"save the whole text of “{source.title_en}”{number_en} as PDF, DOCX or HTML"
        save_vi = f"lưu toàn văn “{source.title_vi}”{number_vi}"
    else:
        save_en = f"look for “{source.title_en}”{number_en}, save its whole text as PDF, DOCX or HTML"
        save_vi = f"tra cứu “{source.title_vi}”{number_vi} và lưu toàn văn"
    return Remark(
        en=f"{reason.en} Open {source.url} in a browser, {save_en} in the folder {inbox}, and give "
        f"`cop-kb fetch {source.id}` again.",
        vi=f"{reason.vi} Đề nghị mở {source.url} bằng trình duyệt, {save_vi} ở định dạng PDF, DOCX hoặc HTML vào "
        f"thư mục {inbox}, sau đó chạy lại lệnh `cop-kb fetch {source.id}`.",
    )


def link_only(source: Source) -> Remark:
    """Say that the licence does not let the text be downloaded, and where it is found."""
    if source.licence is Licence.SOLD:
        en, vi = (
            "The text is sold by its publisher and is not downloaded",
            "Văn bản do đơn vị phát hành bán nên hệ thống không tải về",
        )
    else:
        en, vi = (
            "The licence allows a link only, so the text is not downloaded",
            "Giấy phép chỉ cho phép dẫn liên kết nên hệ thống không tải văn bản",
        )
    return Remark(en=f"{en}; its official address is {source.url}.", vi=f"{vi}; địa chỉ chính thức: {source.url}.")


def scan(folder: Path) -> Remark:
    """Say that the official file is a scan, and that it is kept for text recognition."""
    return Remark(
        en="The official file is a scan without text; text recognition, which a later version brings, will read it. "
        f"It is kept in {folder}.",
        vi="Tệp chính thức là bản quét không có lớp văn bản; chức năng nhận dạng chữ ở phiên bản sau sẽ đọc được. "
        f"Tệp được lưu tại {folder}.",
    )


def strange(name: str) -> Remark:
    """Say that a file from a person shows nothing of what it should be."""
    return Remark(
        en=f"{name} shows neither the number nor the title of this source. Check that it is the text.",
        vi=f"Tệp {name} không thể hiện số hiệu và tên gọi của nguồn này. Đề nghị kiểm tra lại có đúng văn bản không.",
    )


def number_from_catalogue(number: str) -> Remark:
    """Say that a text does not state its number."""
    return Remark(
        en=f"The text does not state its number; {number} is taken from the catalogue.",
        vi=f"Văn bản không thể hiện số hiệu; số {number} được lấy theo danh mục.",
    )


def consolidation(stated: str | None, number: str | None) -> Remark:
    """Say that a text is the official consolidation of an instrument."""
    return Remark(
        en=f"This is the official consolidated text {stated} of {number}.",
        vi=f"Đây là văn bản hợp nhất số {stated} của văn bản số {number}.",
    )


def kept(version: int) -> Remark:
    """Say that an earlier text stays in place."""
    return Remark(
        en=f"The base keeps version {version}, which was fetched before.",
        vi=f"Kho vẫn giữ phiên bản {version} đã tải trước đó.",
    )
