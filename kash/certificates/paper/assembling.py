"""Assembling of what the press prints, from a version of a design and a batch."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from kash.certificates.models import CertificateBatch
from kash.certificates.paper.reading import (
    funder_marks,
    signatories_of,
    signing_lines,
    stored_pictures,
)
from kash.certificates.paper.wording import wording_of
from kash.certificates.queries.designs import images
from kash.certificates.rules.designs import (
    DesignContent,
    content_from,
)
from kash.certificates.rules.readiness import own_design
from kash.platform.press import CertificateDesign, Signatory
from kash.platform.press.certificate_values import (
    CertificatePage,
    DesignName,
    FunderPicture,
    OwnDesign,
)
from kash.platform.web.language import programme_zone
from kash.platform.web.paper import logo_address
from kash.platform.web.programme import paper_wording

_NAMES: dict[str, DesignName] = {
    "classic": "classic",
    "modern": "modern",
    "plain": "plain",
    "own": "own",
}
_PAGES: dict[str, CertificatePage] = {"A4": "A4", "A5": "A5", "letter": "letter"}


def press_design(
    content: DesignContent,
    language: str,
    *,
    signatories: tuple[Signatory, ...],
    marks: tuple[FunderPicture, ...] = (),
    dated: datetime | None = None,
    void: str = "",
) -> CertificateDesign:
    """Design as the press needs it. Pictures are read from the store."""
    pictures = stored_pictures({key: image.key for key, image in images(content.image_ids).items()})
    logo = (
        logo_address(paper_wording(), "certificates")
        if content.logo == "programme"
        else pictures.get(content.logo, "")
    )
    own = None
    if content.base == "own":
        named = {name: pictures.get(key, "") for name, key in content.pictures.items()}
        kept = own_design(content)
        own = OwnDesign(html=kept.html, css=kept.css, images=named)
    return CertificateDesign(
        name=_NAMES[content.base],
        language=language,
        wording=wording_of(content, language),
        signatories=signatories,
        accent=content.accent or None,
        dated=dated,
        logo=logo,
        seal=pictures.get(content.seal, ""),
        marks=marks if content.marks else (),
        page=_PAGES[content.page],
        own=own,
        void=void,
    )


def batch_design(batch: CertificateBatch, language: str, void: str = "") -> CertificateDesign:
    """The design of a batch by the version that it keeps, as it stood when it was issued.

    Signatures and marks that were allowed then stay on it; before that, what is allowed now.
    """
    version = batch.design_version
    content = content_from(version.content)
    lines = signing_lines(content, batch.workshop, batch.approved_by, language)
    issued = batch.issued_at
    return press_design(
        content,
        language,
        signatories=signatories_of(lines, version.design_id, batch.id, issued),
        marks=funder_marks(batch.workshop, issued),
        dated=issued.astimezone(ZoneInfo(programme_zone())) if issued else None,
        void=void,
    )
