"""Text in older Vietnamese encodings come through as wrong letters: fonts such as .VnTime (TCVN3) or VNI-Times.

Word files, PDF files and web pages may hold it while their own encoding is in order; it can be told by its commonest
words.
"""

from __future__ import annotations

import re

# "và", "của", "được", "định", "Điều", "luật" in TCVN3 letters, then in VNI letters, each as it shows in Latin-1.
_TCVN3 = re.compile(r"\bvµ\b|\bcña\b|®[−­­-]?[îi]c\b|®Þnh\b|[§®]iÒu\b|\b[Ll]uËt\b|\bkho¶n\b")
_VNI = re.compile(r"\bvaø\b|\bcuûa\b|\bñöôïc\b|\bñònh\b|[Ññ]ieàu\b|\b[Ll]uaät\b|\bkhoaûn\b")
_ENOUGH = 3


def is_legacy(text: str) -> bool:
    """Tell whether `text` is Vietnamese in TCVN3 or VNI letters.

    >>> is_legacy("§iÒu 1. LuËt nµy vµ kho¶n 2 §iÒu 5 cña NghÞ ®Þnh")
    True
    >>> is_legacy("Điều 1. Luật này và khoản 2 Điều 5 của Nghị định")
    False
    """
    return any(len(pattern.findall(text[:200_000])) >= _ENOUGH for pattern in (_TCVN3, _VNI))
