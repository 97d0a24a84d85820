"""Forms of designs, and how designs are called on pages."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.certificates.models import Design, DesignVersion
from kash.certificates.queries.designs import designs_on_offer

BASE_NAMES = {
    "classic": _l("Classic: fine lines all round"),
    "modern": _l("Modern: a woven band at the side"),
    "plain": _l("Plain: black, for simple printers"),
    "own": _l("Your own HTML and CSS"),
}
# What the designs that every programme has are called, until somebody calls them otherwise.
_BUILT_IN_NAMES = {
    "Classic": _l("Classic: fine lines all round"),
    "Modern": _l("Modern: a woven band at the side"),
    "Plain": _l("Plain: black, for simple printers"),
}


def design_name(design: Design) -> str:
    """What a design is called."""
    return str(_BUILT_IN_NAMES.get(design.name, design.name))


def version_name(version: DesignVersion) -> str:
    """A version of a design by name and number."""
    return _(
        "%(name)s, version %(version)s",
        name=design_name(version.design),
        version=version.number,
    )


def offer_designs(field: Any) -> None:
    """Offer in a field the designs that are in use; the programme's own choice is preselected."""
    offered = designs_on_offer()
    field.choices = [(one.public_id, design_name(one)) for one in offered]
    if field.data is None and offered:
        field.data = offered[0].public_id
