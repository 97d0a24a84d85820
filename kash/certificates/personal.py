"""Columns of this room's tables, sorted by what they hold about a person."""

from __future__ import annotations

from kash.people.erasure import Beneath, about_things, free_texts, stays

PERSONAL = (
    Beneath("certificate_printing.certificate_id", stays()),
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
