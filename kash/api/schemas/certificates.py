"""Certificates: whether they hold."""

from __future__ import annotations

from datetime import date

from pydantic import Field

from kash.api.schemas.base import MaybeMoment, PageAsked, PublicIdText, ToldForm
from kash.certificates.rules.standing import CertificateCondition


class CertificatesAsked(PageAsked):
    """Issued certificates, or those that stand otherwise since a moment."""

    changed_since: MaybeMoment = Field(
        "",
        description="Only those that were issued or revoked, or whose status turned with their last"
        " day, on the day of this moment or later",
    )


class CertificateTold(ToldForm):
    """A police officer's certificate. Its holder is a number, and the name on it is told
    nowhere."""

    id: PublicIdText
    serial: str
    person: PublicIdText
    title: str
    issued_on: date
    expires_on: date | None
    status: CertificateCondition


class CertificatesTold(ToldForm):
    """A page of certificates."""

    items: list[CertificateTold]
    next: str | None = Field(description="The address of the next page; null on the last")
