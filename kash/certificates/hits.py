"""Finding a certificate from every page, by its whole serial."""

from __future__ import annotations

from collections.abc import Sequence

from flask import url_for
from flask_babel import lazy_gettext as _l

from kash.certificates.queries.listing import find_certificate
from kash.certificates.rules.issuing import grouped
from kash.platform.web.hits import Findable, Hit, NamedPage
from kash.policy import SIGNED_IN, Actor


def _certificates(actor: Actor, text: str, _limit: int) -> Sequence[Hit]:
    found = find_certificate(actor, text)
    if found is None:
        return []
    return [
        Hit(
            grouped(found.serial or ""),
            url_for("certificates.certificate", public_id=found.public_id),
            found.public_title,
        )
    ]


FOUND = (
    Findable("certificates", _l("Certificates"), "certificates.see", 20, _certificates),
    NamedPage("certificates.rule", _l("Rule for certificates"), "certificates.rule", 100),
    NamedPage("certificates.signing_keys", _l("Keys of certificates"), "certificates.keys", 110),
    NamedPage("certificates.verify", _l("Check a certificate"), SIGNED_IN, 120),
)
