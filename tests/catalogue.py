"""A row of the catalogue for tests: everything stated, nothing remarkable; a test says what matters to it."""

from __future__ import annotations

from datetime import date

from kb.catalogue import Licence, Source, Standing
from kb.records import Authority, Kind


def catalogue_row(**fields: object) -> Source:
    """Return a binding text of Viet Nam in force, with `fields` in place of what else it would state."""
    given: dict[str, object] = {
        "id": "vn-law",
        "core": True,
        "kind": Kind.REGULATION,
        "authority": Authority.BINDING,
        "jurisdiction": "VN",
        "issuer_en": "National Assembly",
        "issuer_vi": "Quốc hội",
        "number": None,
        "title_en": "Law on Trials",
        "title_vi": "Luật Thử nghiệm",
        "issued": None,
        "effective": None,
        "standing": Standing.IN_FORCE,
        "status_en": "In force",
        "status_vi": "Còn hiệu lực",
        "relation_en": "",
        "relation_vi": "",
        "replaces": (),
        "replaced_by": (),
        "amended_by": (),
        "url": "https://example.org/law",
        "file_url": None,
        "also_hosts": (),
        "languages": ("vi",),
        "licence": Licence.OFFICIAL_TEXT,
        "why_en": "For trials",
        "why_vi": "Để thử nghiệm",
        "confirmed": "confirmed",
        "to_check_en": "",
        "to_check_vi": "",
        "checked": date(2026, 11, 22),
    }
    return Source(**{**given, **fields})  # type: ignore[arg-type]
