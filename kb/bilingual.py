"""Whether a model knows both of our languages: most models that people try first know English only.

A model is shown short sentences and their translations. One that knows both languages puts each nearest to its
translation; one that does not is no better than chance, and answers would be wrong without looking wrong.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kb.language import ENGLISH, VIETNAMESE
from kb.models import Embedder
from kb.reranking import Reranker

TRANSLATED = (
    ("Bệnh viện phải lưu hồ sơ bệnh án trong mười năm.", "The hospital must keep medical records for ten years."),
    ("Ai được cấp giấy phép lái xe?", "Who may be given a driving licence?"),
    ("Trẻ em dưới sáu tuổi được miễn học phí.", "Children under six pay no school fees."),
    ("Nước biển dâng do băng tan.", "The sea level rises because ice melts."),
    ("Ngân hàng thông báo lãi suất mới.", "The bank announced its new interest rates."),
    ("Con chó ngủ dưới gốc cây.", "The dog is sleeping under the tree."),
    ("Phần mềm gặp lỗi khi khởi động.", "The software fails when it starts."),
    ("Giá gạo xuất khẩu tăng mạnh.", "The price of exported rice has gone up sharply."),
)
ENOUGH = 6
"""Of the sentences, how many must find their translation, each way."""


@dataclass(frozen=True, slots=True)
class ModelWarning:
    """Something a person must know of a model that works but should not be relied on, in both languages."""

    en: str
    vi: str

    def message(self, language: str) -> str:
        """Return the warning in `language` ("vi" or "en"; anything else reads English)."""
        return self.vi if language == VIETNAMESE else self.en


def check_embedder(embedder: Embedder) -> ModelWarning | None:
    """Return a warning where `embedder` does not bring sentences and their translations together."""
    vectors = {
        language: embedder.embed([pair[own] for pair in TRANSLATED], role="passage", language=language)
        for own, language in enumerate((VIETNAMESE, ENGLISH))
    }
    likeness = vectors[VIETNAMESE] @ vectors[ENGLISH].T
    right = np.arange(len(TRANSLATED))
    if min((likeness.argmax(axis=axis) == right).sum() for axis in (0, 1)) >= ENOUGH:
        return None
    return ModelWarning(
        f"The embedding model {embedder.name} does not know both Vietnamese and English: questions will miss documents "
        "in the other language, and Vietnamese ones may miss their own. Name a multilingual model with "
        "COP_KB_EMBEDDER.",
        f"Mô hình nhúng {embedder.name} không dùng được đồng thời cho tiếng Việt và tiếng Anh: câu hỏi sẽ bỏ sót "
        "tài liệu bằng ngôn ngữ kia, câu hỏi tiếng Việt có thể bỏ sót cả tài liệu tiếng Việt. Hãy chọn "
        "mô hình đa ngôn ngữ bằng COP_KB_EMBEDDER.",
    )


def check_reranker(reranker: Reranker) -> ModelWarning | None:
    """Return a warning where `reranker` does not prefer a sentence's translation to other sentences."""
    for own in (0, 1):
        others = [pair[1 - own] for pair in TRANSLATED]
        right = sum(
            int(np.argmax(reranker.scores(pair[own], others))) == place for place, pair in enumerate(TRANSLATED)
        )
        if right < ENOUGH:
            return ModelWarning(
                f"The reranker {reranker.name} does not know both Vietnamese and English: it will put passages in the "
                "wrong order. Name a multilingual cross-encoder with COP_KB_RERANKER, or none.",
                f"Mô hình xếp hạng lại {reranker.name} không dùng được đồng thời cho tiếng Việt và tiếng Anh: "
                "thứ tự các đoạn tìm thấy sẽ sai. Hãy chọn mô hình đa ngôn ngữ bằng COP_KB_RERANKER, hoặc bỏ "
                "thiết lập này.",
            )
    return None
