"""Precondition of issuing: a design of one's own leaves none of its fields empty."""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import gettext as _

from kash.certificates.models import Certificate, DesignVersion
from kash.certificates.queries.signatures import marks_at
from kash.certificates.rules.designs import DesignContent, content_from
from kash.certificates.rules.readiness import left_empty
from kash.platform.web.errors import Problem
from kash.platform.web.programme import paper_wording
from kash.workshops.models import Workshop


class FieldsLeftEmpty(Problem):
    """The design marks fields for which these certificates have nothing."""

    status = 409


def check_filled(version: DesignVersion, workshop: Workshop, *, expires: bool) -> None:
    """Raises FieldsLeftEmpty, which names the fields. `expires`: whether certificates run out."""
    content = content_from(version.content)
    lacks = left_empty(content, _filled(content, workshop, expires=expires))
    if lacks:
        names = ", ".join(lack.what for lack in lacks)
        raise FieldsLeftEmpty(
            _("The design would leave fields empty: %(names)s. Choose another one.", names=names)
        )


def _filled(content: DesignContent, workshop: Workshop, *, expires: bool) -> frozenset[str]:
    kept = paper_wording()
    programme_logo = bool(kept.logo) and "certificates" in kept.logo_on
    there = {
        "expires": expires,
        "hours": content.hours,
        "body_second": content.bilingual,
        "subheading": content.bilingual,
        "logo": programme_logo if content.logo == "programme" else bool(content.logo),
        "seal": bool(content.seal),
        "marks": content.marks and bool(marks_at(workshop, None)),
    }
    return frozenset(name for name, filled in there.items() if filled)


def run_out(certificates: Iterable[Certificate], months_valid: int | None) -> bool:
    """True if all of these run out, by the rule or as those that they correct."""
    return all(
        one.supersedes.expires_on is not None
        if one.supersedes is not None
        else months_valid is not None
        for one in certificates
    )
