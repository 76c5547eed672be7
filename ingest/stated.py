"""What a file says about itself beside its text: front matter, information tables, HTML meta."""

from __future__ import annotations

import re
from collections.abc import Mapping

from kb.number import fold

# Keys of our own front matter. Most of them show that the values were written for this base, and then they win.
OWN_KEYS = (
    "title", "number", "kind", "authority", "jurisdiction", "audience", "licence", "language", "issuer", "issued",
    "effective", "expires", "checked", "review-due", "url", "pair", "about", "aliases",
)  # fmt: skip
_MARKS_OF_OURS = frozenset(OWN_KEYS) - {"title", "url", "language"}

# Keys of other people's headers, as folded letters.
_FOREIGN = {
    "sohieu": "number", "sokyhieu": "number", "sovanban": "number", "docket": "number", "documentnumber": "number",
    "loaivanban": "type", "trichyeu": "subject", "tenvanban": "title", "tieude": "title",
    "noibanhanh": "issuer", "coquanbanhanh": "issuer", "issuingbody": "issuer", "publisher": "issuer",
    "agency": "issuer",
    "ngaybanhanh": "issued", "dateissued": "issued", "dateofissue": "issued", "issuedate": "issued",
    "ngayhieuluc": "effective", "ngaycohieuluc": "effective", "effectivedate": "effective",
    "dateeffective": "effective",
    "ngayhethieuluc": "expires", "nguon": "url", "source": "url", "canonical": "url", "link": "url", "sourceurl": "url",
}  # fmt: skip
_UNKNOWN = frozenset(
    (
        "",
        "dangcapnhat",
        "chuacapnhat",
        "chuaxacdinh",
        "khongxacdinh",
        "chuaro",
        "khongro",
        "unknown",
        "na",
        "none",
        "tbd",
        "null",
    )
)
_URL = re.compile(r"https?://[^\s)\]|>\"']+")


def own_values(properties: Mapping[str, str]) -> dict[str, str]:
    """Return the values of our own front matter, {} where the front matter is not ours."""
    values = {key: properties[key].strip() for key in OWN_KEYS if key in properties and not is_unknown(properties[key])}
    return values if _MARKS_OF_OURS & values.keys() else {}


def foreign_values(properties: Mapping[str, str]) -> dict[str, str]:
    """Return what other headers state, under our keys and "type" and "subject"; search addresses are no sources.

    >>> foreign_values({"số hiệu": "24/2018/QH14", "ngày ban hành": "Đang cập nhật", "nguồn": "[Cổng](https://a.vn/b)"})
    {'number': '24/2018/QH14', 'url': 'https://a.vn/b'}
    """
    values: dict[str, str] = {}
    for key, value in properties.items():
        if is_unknown(value) or key.startswith(("meta.", "file.")):
            continue
        last = re.sub(r"[^a-z]", "", fold(key.rpartition(".")[2]))
        name = _FOREIGN.get(last) or (last if last in OWN_KEYS else None)
        if name is None or name in values or key == "html.title":
            continue
        if name == "url":
            links = [
                link for link in _URL.findall(value) if not re.search(r"[?&](?:q|keyword|txtKeyword|search)=", link)
            ]
            if not links:
                continue
            value = links[0]
        values[name] = value.strip()
    return values


def is_unknown(value: str) -> bool:
    """Whether a header's value says that nothing is known.

    >>> is_unknown("Đang cập nhật"), is_unknown("N/A"), is_unknown("Luật")
    (True, True, False)
    """
    return re.sub(r"[^a-z0-9]", "", fold(value)) in _UNKNOWN


def is_file_name(title: str) -> bool:
    """Whether a title is only the name of a file or an editor's default.

    >>> is_file_name("mdcg_2019_11_en"), is_file_name("Microsoft Word - abc"), is_file_name("AI Act")
    (True, True, False)
    """
    words = title.strip()
    return (
        bool(re.search(r"\.(?:docx?|pdf|html?|xml|md|txt|rtf|odt)\b", words, re.I))
        or ("_" in words and " " not in words)
        or words.lower() in ("untitled", "document", "index", "home")
        or words.lower().startswith("microsoft word")
    )
