"""Columns of this room's tables, sorted by what they hold about a person."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from kash.certificates.models import Certificate, CertificateBatch
from kash.people.erasure import AlsoCalled, Beneath, StandsInTheWay, about_things, free_texts, stays


def _proposed(session: Session, person_id: int) -> bool:
    proposed = exists().where(
        Certificate.person_id == person_id,
        Certificate.serial.is_(None),
        Certificate.batch_id == CertificateBatch.id,
        CertificateBatch.state != "returned",
    )
    return bool(session.scalar(select(proposed)))


PERSONAL = (
    Beneath("certificate_printing.certificate_id", stays()),
    AlsoCalled("certificate.printed_name"),
    StandsInTheWay(
        _l("A certificate of this person is proposed. Issue it, or send it back."), _proposed
    ),
    *free_texts(
        "certificate_batch.reason",
        "certificate_batch.returned_reason",
    ),
    *about_things(
        certificate="serial public_title payload revoked_class",
        certificate_batch="kind job approved state approved_for",
        certificate_design="name content",
        certificate_design_image="use name",
        certificate_design_version="content digest",
        certificate_printing="kind reason",
        published_title="title_id title",
        signature_image="sealed",
        signing_key="key_id public_key state private_sealed",
        verification_attempt="address serial",
    ),
)
