"""Handing a case over to a custodian, with what somebody is told before."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _

from kash.incidents.queries.outside import outside_contact
from kash.incidents.rules.custodian_only import ForCustodian


def opening_text() -> str:
    """Text on what follows when a case is no longer for a custodian alone."""
    return _(
        "With saving, all documentation officers and directors read this case: what stands in it,"
        " the comments, the first account and every change, also what was taken off here. Whoever"
        " of them did it reads it too, unless that account is named beside the party."
    )


def hand_over_text(why: ForCustodian, custodians: Sequence[str]) -> str:
    """Why a case goes to these custodians (names; none: nobody is free), and what follows."""
    said = (
        _("Somebody of the programme is said to have done this.")
        if why is ForCustodian.PROGRAMME
        else _("Somebody here is or may be under 18.")
    )
    if custodians:
        names = ", ".join(custodians)
        said += " " + _(
            "With saving, the case goes to %(names)s, who reads it alone from then on: you do not"
            " see it any more. If somebody is held, call her now.",
            names=names,
        )
    else:
        said += " " + _("With saving, nobody of the programme can read it: no custodian is free.")
    said += " " + _(
        "Also without a yes to keep it, it stays until it is closed. Then seven days begin in which"
        " she can agree."
    )
    outside = outside_contact()
    if why is ForCustodian.PROGRAMME and outside is not None:
        said += " " + _(
            "Outside the programme you can turn to %(name)s: %(reach)s.",
            name=outside.name,
            reach=outside.reach,
        )
    return said
