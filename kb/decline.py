"""Questions that are not for this base: medical advice, decisions on a case, protected texts, orders to drop its rules.

Patterns over folded text, so that marked and unmarked Vietnamese are one. They are narrow on purpose: a wrong refusal of a question about
the law does harm too, and whatever they let through is answered from documents alone.
"""

from __future__ import annotations

import re
from enum import StrEnum

from kb.language import fold


class Reason(StrEnum):
    """Why a question is declined; the value names the sentence that says so."""

    MEDICAL = "medical"
    DECISION = "decision"
    PROTECTED = "protected"
    INSTRUCTIONS = "instructions"


_ME_VI = r"(?:toi|em|minh|con toi|me toi|bo toi|vo toi|chong toi|chau)"
_ME_EN = r"(?:i|my (?:son|daughter|child|baby|mother|father|wife|husband|mum|dad))"
_PATTERNS = {
    Reason.MEDICAL: (
        rf"\b{_ME_VI} (?:bi|dang bi|co the bi|thay) (?:dau|ho|sot|kho tho|chong mat|non|tieu chay|noi man|ngua|chay mau|met|tieu duong|ung thu|cao huyet ap)\b",
        rf"\b{_ME_VI} (?:nen|co nen|phai|can) (?:uong|dung|tiem|ngung|mo|phau thuat) (?!he thong|phan mem|giai phap)(?:\w+ )?(?:thuoc|lieu|khang sinh|insulin|vac xin|paracetamol)\b",
        rf"\b(?:ke don|chan doan|chua benh|tu van benh) (?:cho|giup) {_ME_VI}\b",
        rf"\b{_ME_EN} (?:have|has|feel|feels|am having|is having) (?:a |an |been )?(?:\w+ )?(?:pain|cough|fever|headache|rash|dizzy|nausea|bleeding|cancer|diabetes|vomiting)\b",
        rf"\b(?:should|can|may) {_ME_EN} (?:take|stop taking|drink|inject|start) (?:\w+ ){{0,3}}(?:aspirin|ibuprofen|paracetamol|antibiotics?|insulin|medicine|medication|pills?|drugs?|dose)\b",
        r"\b(?:diagnose|prescribe (?:\w+ )?for|treat) me\b|\bwhat (?:dose|dosage) (?:of \w+ )?should i (?:take|give)\b",
    ),
    Reason.DECISION: (
        r"\b(?:hay |xin |vui long )?(?:phe duyet|duyet|cap phep|chap thuan|tu choi) (?:giup |cho )?(?:ho so|don|san pham|thiet bi|phan mem) (?:nay|cua (?:toi|chung toi|cong ty toi))\b",
        r"\b(?:ho so|san pham|phan mem|thiet bi) (?:nay|cua (?:toi|chung toi|cong ty toi)) (?:co |da )?(?:duoc|dat|bi) (?:duyet|phe duyet|cap phep|chap thuan|tu choi|xu phat) (?:chua|khong|hay khong)\b",
        r"\b(?:approve|reject|certify|license) (?:this|my|our) (?:application|dossier|file|product|device|software|submission)\b",
        r"\b(?:should (?:i|we)|will you|can you) (?:approve|reject|refuse|grant|deny) (?:this|the following|their|his|her|company)\b",
        r"\bis (?:my|our) (?:product|device|software|application|dossier) (?:approved|certified|accepted|rejected)\b",
    ),
    Reason.PROTECTED: (
        r"\b(?:toan van|ban day du|noi dung day du|file|ban pdf) (?:cua )?(?:tieu chuan )?(?:iso|iec)\b",
        r"\b(?:full|complete|entire|whole) (?:text|copy|content|standard|pdf)\b.{0,30}\b(?:iso|iec)\b|\b(?:iso|iec)\b.{0,30}\b(?:full|complete|entire) (?:text|copy|standard|pdf)\b",
        r"\b(?:cho|gui|cung cap|tiet lo).{0,30}\b(?:tai lieu mat|bi mat nha nuoc|ho so mat|bi mat kinh doanh cua)\b",
        r"\b(?:give|show|send|reveal|leak).{0,30}\b(?:confidential|secret|classified) (?:dossier|file|document|report|information)s?\b",
    ),
    Reason.INSTRUCTIONS: (
        r"\bignore (?:all |any |your |the )*(?:previous |prior |above )?(?:instructions|rules|prompts?)\b",
        r"\bbo qua (?:moi |tat ca |cac )*(?:huong dan|quy tac|chi dan|lenh)(?: \w+)? (?:truoc|tren|cua ban)\b",
    ),
}
_COMPILED = {reason: re.compile("|".join(patterns)) for reason, patterns in _PATTERNS.items()}


def reason_to_decline(question: str) -> Reason | None:
    """Return why `question` is not for this base, or None.

    >>> reason_to_decline("Tôi bị sốt, nên uống thuốc gì?").value, reason_to_decline("Should I take aspirin?").value
    ('medical', 'medical')
    >>> reason_to_decline("Cơ quan nào cấp phép nhập khẩu thiết bị y tế?") is None
    True
    """
    folded = " ".join(re.findall(r"\w+", fold(question)))
    return next((reason for reason, pattern in _COMPILED.items() if pattern.search(folded)), None)
