"""Reading of what stands on a certificate beside its words: signatures, marks and pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import force_locale
from flask_babel import gettext as _

from kash.accounts.queries.accounts import names_of
from kash.certificates.models import CertificateBatch, SignatureImage
from kash.certificates.queries.designs import lead_of, marks_at, signatures_at
from kash.certificates.rules.designs import DesignContent, Signer, SignerKind, content_from
from kash.platform import storage
from kash.platform.press import Signatory
from kash.platform.press.certificate_values import FunderPicture
from kash.platform.vault import open_sealed
from kash.platform.web.pictures import data_address
from kash.platform.web.programme import brand, paper_wording
from kash.policy import Actor
from kash.workshops.models import Workshop

# Who stands in the place of the lead trainer on previews: invented.
SAMPLE_LEAD = "Amani Mfano"


@dataclass(frozen=True)
class SignatureLine:
    """A line to sign on: who and as what, and whose signature may stand there, if anybody's."""

    name: str
    role: str
    account: str = ""


def signing_lines(
    content: DesignContent, workshop: Workshop | None, approved_by: str | None, language: str
) -> list[SignatureLine]:
    """Lines of those who sign, in order. Without a workshop there is a word in the lead trainer's
    place."""
    with force_locale(language):
        signers = content.signers or _usual_signers()
        lead = lead_of(workshop) if workshop is not None else ("", SAMPLE_LEAD)
        names = names_of([approved_by, *(signer.account for signer in signers)])
        found = [_line(signer, lead, approved_by, names) for signer in signers]
    lines = [line for line in found if line is not None]
    return lines[:4] or [SignatureLine(brand(), "")]


def _usual_signers() -> tuple[Signer, ...]:
    """Signers by the programme's settings: lead, approver, and perhaps a third."""
    wording = paper_wording()
    second, third = wording.signer(1), wording.signer(2)
    signers = [
        Signer(SignerKind.LEAD, role=wording.signer(0).title),
        Signer(SignerKind.NAMED, name=second.name, role=second.title or _("For the programme"))
        if second.name
        else Signer(SignerKind.APPROVER, role=second.title),
    ]
    if third.title:
        signers.append(Signer(SignerKind.NAMED, name=third.name or brand(), role=third.title))
    return tuple(signers)


def _line(
    signer: Signer,
    lead: tuple[str, str] | None,
    approved_by: str | None,
    names: dict[str, str],
) -> SignatureLine | None:
    if signer.kind is SignerKind.LEAD:
        role = signer.role or _("Lead trainer")
        return SignatureLine(lead[1], role, lead[0]) if lead is not None else None
    if signer.kind is SignerKind.APPROVER:
        account = approved_by or ""
        return SignatureLine(
            names.get(account, brand()), signer.role or _("For the programme"), account
        )
    if signer.kind is SignerKind.ACCOUNT:
        return SignatureLine(names.get(signer.account, brand()), signer.role, signer.account)
    return SignatureLine(signer.name, signer.role)


def signatories_of(
    lines: Sequence[SignatureLine],
    design_id: int,
    batch_id: int | None = None,
    moment: datetime | None = None,
) -> tuple[Signatory, ...]:
    """The lines with the signatures that may stand there: see `signatures_at`."""
    allowed = signatures_at(
        (line.account for line in lines), design_id=design_id, batch_id=batch_id, moment=moment
    )
    return tuple(
        Signatory(line.name, line.role, picture_of(allowed.get(line.account))) for line in lines
    )


def picture_of(signature: SignatureImage | None) -> str:
    return data_address(signature_picture(signature)) if signature is not None else ""


def signature_picture(signature: SignatureImage) -> bytes:
    """The picture of a signature, unsealed, as PNG."""
    return open_sealed(signature.sealed, kind="signature", public_id=signature.public_id)


def stored_pictures(keys: dict[str, str]) -> dict[str, str]:
    """The stored pictures as `data:` addresses; one that is gone is empty."""

    def read(key: str) -> str:
        try:
            return data_address(storage.get(key))
        except storage.StorageError:
            # Paper without its picture is better than none.
            return ""

    return {name: read(key) for name, key in keys.items()}


def funder_marks(workshop: Workshop, moment: datetime | None) -> tuple[FunderPicture, ...]:
    """The marks of a workshop's funders, at most four."""
    marks = marks_at(workshop, moment)[:4]
    pictures = stored_pictures({mark.public_id: mark.key for _name, mark in marks})
    return tuple(
        FunderPicture(name, pictures[mark.public_id])
        for name, mark in marks
        if pictures[mark.public_id]
    )


def batch_lines(batch: CertificateBatch) -> list[SignatureLine]:
    """Lines of those who sign the certificates of a batch."""
    content = content_from(batch.design_version.content)
    return signing_lines(
        content, batch.workshop, batch.approved_by, batch.workshop.version.language
    )


@dataclass(frozen=True)
class SigningLine:
    """A line of a batch: whether the picture of a signature stands there, and whether it is hers
    who asks."""

    name: str
    role: str
    printed: bool
    mine: bool


def signing_of(batch: CertificateBatch, actor: Actor) -> list[SigningLine]:
    """Places of those who sign the certificates of a batch, and how each signs."""
    lines = batch_lines(batch)
    allowed = signatures_at(
        (line.account for line in lines),
        design_id=batch.design_version.design_id,
        batch_id=batch.id,
        moment=batch.issued_at,
    )
    return [
        SigningLine(line.name, line.role, line.account in allowed, line.account == actor.public_id)
        for line in lines
    ]
