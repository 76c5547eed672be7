"""What readers say of a file that they cannot read: one function a case, each returning the error to raise.

Every sentence names the file and says what to do; all stand here so that both languages can be read over together.
"""

from __future__ import annotations

from pathlib import Path

from kb.errors import (
    DamagedDocument,
    DocumentError,
    DocumentTooLarge,
    EmptyDocument,
    EncryptedDocument,
    ScannedDocument,
    UnsupportedFormat,
    UsageError,
)


def missing(path: Path) -> UsageError:
    return UsageError(
        f"There is no file “{path}”. Check the name and folder.",
        f"Không tìm thấy tệp “{path}”. Đề nghị kiểm tra lại tên tệp và thư mục.",
    )


def folder(path: Path) -> UsageError:
    return UsageError(
        f"“{path}” is not a file. Name the documents themselves.",
        f"“{path}” không phải là tệp. Đề nghị chỉ rõ từng tệp văn bản.",
    )


def unreadable(path: Path, reason: str) -> DocumentError:
    return DocumentError(
        f"The file “{path.name}” cannot be opened ({reason}). Check that you have the right to read it.",
        f"Không mở được tệp “{path.name}” ({reason}). Đề nghị kiểm tra quyền đọc tệp.",
    )


def too_large(path: Path, size: int, limit: int) -> DocumentTooLarge:
    return DocumentTooLarge(
        f"The file “{path.name}” is {_mb(size)} MB, over the limit of {_mb(limit)} MB. "
        "Split it, or leave out its pictures.",
        f"Tệp “{path.name}” có dung lượng {_mb(size)} MB, vượt giới hạn {_mb(limit)} MB. "
        "Đề nghị tách nhỏ tệp hoặc bỏ bớt hình ảnh.",
    )


def unpacks_too_large(path: Path) -> DocumentTooLarge:
    return DocumentTooLarge(
        f"The file “{path.name}” would unpack to far more than a document holds, so it was not opened. "
        "Save it anew from your word processor, without large pictures.",
        f"Tệp “{path.name}” khi giải nén có dung lượng lớn bất thường nên không được mở. "
        "Đề nghị lưu lại tệp bằng phần mềm soạn thảo và bỏ các hình ảnh lớn.",
    )


def empty(path: Path) -> EmptyDocument:
    return EmptyDocument(
        f"The file “{path.name}” holds no text. Check that the right file was chosen and that it was saved completely.",
        f"Tệp “{path.name}” không có nội dung văn bản. Đề nghị kiểm tra đã chọn đúng tệp và tệp đã được lưu đầy đủ.",
    )


def no_page_text(path: Path) -> EmptyDocument:
    return EmptyDocument(
        f"The web page “{path.name}” holds no document: only scripts, menus or an error message. "
        "Open the page in a browser, wait until the text shows, and save it as a complete page or as PDF.",
        f"Trang web “{path.name}” không chứa văn bản mà chỉ có mã lệnh, trình đơn hoặc thông báo lỗi. "
        "Đề nghị mở trang bằng trình duyệt, chờ nội dung hiển thị đầy đủ rồi lưu toàn bộ trang hoặc lưu thành PDF.",
    )


def scanned(path: Path, without_text: int, pages: int) -> ScannedDocument:
    return ScannedDocument(
        f"{without_text} of the {pages} pages of “{path.name}” are pictures without a text layer. "
        "Run text recognition (OCR) on it first, or use the original Word or electronic PDF file.",
        f"{without_text}/{pages} trang của tệp “{path.name}” là ảnh quét, không có lớp văn bản. "
        "Đề nghị nhận dạng chữ (OCR) trước, hoặc sử dụng tệp Word hoặc PDF điện tử gốc.",
    )


def encrypted(path: Path) -> EncryptedDocument:
    return EncryptedDocument(
        f"The file “{path.name}” is protected by a password. Save a copy without the password and add that.",
        f"Tệp “{path.name}” được bảo vệ bằng mật khẩu. Đề nghị lưu một bản không đặt mật khẩu rồi nạp lại.",
    )


def damaged(path: Path, kind: str) -> DamagedDocument:
    return DamagedDocument(
        f"The {kind} file “{path.name}” is cut off or damaged. Download or copy it again, or save it anew.",
        f"Tệp {kind} “{path.name}” bị cắt cụt hoặc bị hỏng. Đề nghị tải về hoặc sao chép lại, hoặc lưu lại từ bản gốc.",
    )


def unreadable_fonts(path: Path) -> DamagedDocument:
    return DamagedDocument(
        f"The text of the PDF file “{path.name}” cannot be told: its fonts do not say which letters they hold. "
        "Use the original Word file, or run text recognition (OCR) on it.",
        f"Không xác định được nội dung chữ của tệp PDF “{path.name}” do phông chữ không có bảng mã. "
        "Đề nghị sử dụng tệp Word gốc hoặc nhận dạng chữ (OCR).",
    )


def wrong_encoding(path: Path, encoding: str = "UTF-8") -> DamagedDocument:
    return DamagedDocument(
        f"The letters of “{path.name}” are not encoded as {encoding}; the file may use an older Vietnamese encoding "
        "(TCVN3, VNI, VISCII, Windows-1258). Open it in a program that shows it rightly "
        "and save it as Unicode (UTF-8).",
        f"Tệp “{path.name}” không dùng bảng mã {encoding}, có thể dùng bảng mã tiếng Việt cũ (TCVN3, VNI, VISCII, "
        "Windows-1258). Đề nghị mở bằng phần mềm hiển thị đúng rồi lưu lại với bảng mã Unicode (UTF-8).",
    )


def unsupported(path: Path, what_en: str, what_vi: str, advice_en: str = "", advice_vi: str = "") -> UnsupportedFormat:
    return UnsupportedFormat(
        f"The file “{path.name}” is not a document that can be read here: it seems to be {what_en}. "
        + (advice_en or "Add the document as PDF, DOCX, HTML, Markdown or plain text."),
        f"Tệp “{path.name}” không thuộc định dạng được hỗ trợ: có vẻ là {what_vi}. "
        + (advice_vi or "Đề nghị nạp văn bản ở định dạng PDF, DOCX, HTML, Markdown hoặc văn bản thuần."),
    )


def _mb(size: int) -> str:
    return f"{size / 1_000_000:.1f}".removesuffix(".0")
