"""What search engines read of an answer: schema.org's FAQPage, as JSON-LD.

Google's and schema.org's documents: one ``Question`` with its ``acceptedAnswer``; the publisher is
a ``GovernmentOrganization``.
"""

from __future__ import annotations

from typing import Any

from dialogue import KnowledgeEntry

_OFFICE = "Dinas Koperasi dan UKM Kabupaten Bogor"


def faq_page(entry: KnowledgeEntry, *, url: str) -> dict[str, Any]:
    """Return the JSON-LD object of one answer that is read at ``url``."""
    answer: dict[str, Any] = {"@type": "Answer", "text": entry.jawaban, "url": url}
    links = [source.url for source in entry.sources if source.is_official]
    if links:
        answer["citation"] = links
    return {
        "@context": "https://schema.org",
        "@type": "FAQPage",
        "inLanguage": "id",
        "url": url,
        "publisher": {"@type": "GovernmentOrganization", "name": _OFFICE},
        "mainEntity": [{"@type": "Question", "name": entry.judul, "acceptedAnswer": answer}],
    }
