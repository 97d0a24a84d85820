"""Words of skills, and sentences on what a team lacks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from kash.skills.rules import Free, Lacking, Level, ProofKind, TeamLack

LEVEL: dict[str, Any] = {
    Level.LEAD: _l("may lead"),
    Level.CO_TEACH: _l("may co-teach"),
    Level.OBSERVE: _l("may observe"),
}
# As a choice, or as a state that stands alone.
LEVEL_ALONE: dict[str, Any] = {
    Level.LEAD: _l("May lead"),
    Level.CO_TEACH: _l("May co-teach"),
    Level.OBSERVE: _l("May observe"),
}
LEVEL_TONE: dict[str, str] = {Level.LEAD: "good", Level.CO_TEACH: "live", Level.OBSERVE: ""}
LEVEL_NOTE: dict[str, Any] = {
    Level.LEAD: _l("Plans and leads a workshop of this course."),
    Level.CO_TEACH: _l("Teaches beside somebody who may lead."),
    Level.OBSERVE: _l("Sits in and learns; teaches no session."),
}
EVIDENCE: dict[str, Any] = {
    ProofKind.TAUGHT: _l("Workshops taught, at least two"),
    ProofKind.ASSESSED: _l("Assessed by somebody"),
    ProofKind.CERTIFICATE: _l("Certificate of the trainer, or training of trainers"),
}
ENDED: dict[str, Any] = {
    "ended": _l("Ended"),
    "replaced": _l("Another level took its place"),
    "left": _l("No trainer any more"),
}


def sentences(found: Sequence[Lacking]) -> list[str]:
    """Sentences on each thing that a team lacks."""
    return [
        {
            TeamLack.CO_TEACHES_ONLY: _(
                "%(name)s may co-teach this course but not lead it.", name=one.name
            ),
            TeamLack.OBSERVES_ONLY: _("%(name)s may observe this course only.", name=one.name),
            TeamLack.NOTHING_WRITTEN: _(
                "%(name)s: no skill in this course is written down.", name=one.name
            ),
            TeamLack.NOBODY_LEADS: _("Nobody on the team may lead this course."),
        }[one.lack]
        for one in found
    ]


def free_text(one: Free) -> str:
    """How free somebody is on the days of a workshop."""
    if one.clashing:
        return _("teaches another workshop on these days")
    if one.near:
        return ngettext(
            "free on these days, one workshop within a week of them",
            "free on these days, %(num)s workshops within a week of them",
            one.near,
        )
    return _("free on these days")
