"""Chapters of the handbook that tell about quarters. Columns of this room's tables, sorted by what
they hold about a person. The section that a proposal has on the page of a workshop that was
planned from it. Words of the audit trail for what is done here: the room, then what happened. The
declaration of quarters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, select

from kash.feature import Feature
from kash.people.erasure import about_things
from kash.people.models import Organisation
from kash.planning.quarters import blueprint, views
from kash.planning.quarters.models import QuarterLine, QuarterProposal
from kash.planning.quarters.queries import stations_of_line
from kash.planning.quarters.words import STATE, days_text, quarter_of_proposal
from kash.platform.database import db
from kash.platform.handbook.places import Chapters
from kash.platform.web.parts import ActionWords, NamedPage, PageSection, SampleId
from kash.policy import Actor, Role
from kash.workshops.models import Workshop

CHAPTERS = Chapters(
    {
        "quarters": {
            Role.TRAINER: "trainer#plan-a-quarter",
            Role.DIRECTOR: "director#what-you-see-of-a-quarter",
        }
    }
)


PERSONAL = (
    *about_things(quarter_line="stations state team hindrances", quarter_proposal="weekdays"),
)


def of_workshop(public_id: str, actor: Actor) -> dict[str, Any] | None:
    """Places kept for stations at a workshop, as the `proposal` (public id) that kept them and
    `rows` of a station, its name and a number; None if it was planned by itself, or for the person
    who sees no proposals. Two queries at most."""
    if not actor.may("quarters.see"):
        return None
    planned = db.session.execute(
        select(QuarterProposal.public_id, QuarterLine.stations)
        .join(QuarterLine, QuarterLine.proposal_id == QuarterProposal.id)
        .join(Workshop, Workshop.id == QuarterLine.workshop_id)
        .where(Workshop.public_id == public_id)
    ).first()
    if planned is None:
        return None
    stations = stations_of_line(planned[1])
    named = db.session.execute(
        select(Organisation.public_id, Organisation.name).where(
            Organisation.public_id.in_([station for station, _ in stations])
        )
    )
    names = dict(named.all())
    rows = [(station, names.get(station, ""), count) for station, count in stations]
    return {"proposal": planned[0], "rows": rows}


ACTION_WORDS = ActionWords(
    {
        "quarters.accepted": _l("quarters: workshops of a proposal accepted"),
        "quarters.line_fixed": _l("quarters: line of a proposal fixed"),
        "quarters.line_rejected": _l("quarters: line of a proposal rejected"),
        "quarters.line_restored": _l("quarters: line of a proposal restored"),
        "quarters.proposal_made": _l("quarters: proposal made"),
        "quarters.taken_back": _l("quarters: accepted workshops taken back"),
        "quarters.thrown_away": _l("quarters: proposal thrown away"),
        "quarters.worked_out": _l("quarters: proposal worked out anew"),
        "quarters.workshops_added": _l("quarters: workshops added to a proposal"),
    }
)


def _lines(known: Mapping[str, str]) -> Select[str]:
    return (
        select(QuarterLine.public_id)
        .join(QuarterLine.proposal)
        .where(QuarterProposal.public_id == known["public_id"], QuarterLine.state == "open")
        .order_by(QuarterLine.id)
    )


FEATURE = Feature(
    "quarters",
    choice="planning",
    modules=(views,),
    blueprints=(blueprint,),
    words={"quarter_words": {"days": days_text, "quarter": quarter_of_proposal, "state": STATE}},
    parts=(
        *PERSONAL,
        ACTION_WORDS,
        CHAPTERS,
        NamedPage("quarters.index", _l("Plan a quarter"), "quarters.see", 46),
        PageSection("workshop", "quarters/workshop_section.html", of_workshop),
        SampleId(
            "/quarters/<public_id>",
            lambda _: select(QuarterProposal.public_id).order_by(QuarterProposal.id),
        ),
        SampleId("/quarters/<public_id>/lines/<line_id>", _lines),
    ),
)
