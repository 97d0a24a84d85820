"""The declaration of what is collected by KoboToolbox."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, select

from kash.attendance.models import RosterEntry, Slot
from kash.connections.kinds import ConnectionKind
from kash.connections.models import Connection
from kash.feature import Feature
from kash.kobo import blueprint, models, sealed_forms, views
from kash.kobo.chapters import CHAPTERS
from kash.kobo.models import REGISTRATION, KoboForm
from kash.kobo.personal import PERSONAL
from kash.kobo.queries.marks import runs_workshop, waiting_of
from kash.kobo.services.fetching import FETCH, fetch_rows
from kash.kobo.services.marks import SOURCE
from kash.kobo.today import SWITCHED_ON, TODAY
from kash.kobo.trail_words import ACTION_WORDS
from kash.people.models import Group
from kash.platform.jobs import JobKind
from kash.platform.web.hits import NamedPage
from kash.platform.web.page_sections import PageSection
from kash.platform.web.sample_ids import SampleId
from kash.policy import Actor
from kash.workshops.models import Workshop


def _may_use(_public_id: str, actor: Actor) -> bool | None:
    return actor.may("kobo.use") or None


def _with_people(_known: Mapping[str, str]) -> Select[str]:
    """Workshops with sessions and people, those first of which a form came."""
    came = select(KoboForm.workshop_id).where(KoboForm.marks_sealed.is_not(None))
    return (
        select(Workshop.public_id)
        .where(
            Workshop.register_id.in_(select(Slot.register_id)),
            Workshop.register_id.in_(
                select(RosterEntry.register_id).where(RosterEntry.removed_at.is_(None))
            ),
        )
        .order_by(Workshop.id.in_(came).desc(), Workshop.id)
    )


FEATURE = Feature(
    "kobo",
    modules=(models, views),
    blueprints=(blueprint, sealed_forms),
    parts=(
        ACTION_WORDS,
        CHAPTERS,
        *PERSONAL,
        *TODAY,
        ConnectionKind(
            "kobo",
            _l("KoboToolbox"),
            _l(
                "Registrations and attendance that were typed on phones without this site. Rows are"
                " fetched whole and shown before anything is saved. Reports of violations are never"
                " fetched."
            ),
            "kobo.connection",
            "kobo.use",
            asks_secret=True,
            leaves=_l("Nothing but the token; what was typed lies on that server beforehand."),
            such_as="https://kf.kobotoolbox.org",
            token_from=_l("There it is the API key under Account settings, Security."),
            told=SWITCHED_ON,
        ),
        SOURCE,
        JobKind(FETCH, fetch_rows, resumable=True, heavy=True),
        NamedPage("kobo.index", _l("Forms of KoboToolbox"), "kobo.use", 99),
        NamedPage("sealed_forms.index", _l("Encrypted forms"), "incidents.edit", 100),
        PageSection("people_lists", "kobo/lists_section.html", _may_use),
        PageSection("attendance", "kobo/attendance_section.html", waiting_of),
        PageSection("registers", "kobo/register_section.html", runs_workshop),
        SampleId(
            "/kobo/connections/<public_id>",
            lambda _: select(Connection.public_id).where(
                Connection.kind == "kobo", Connection.is_on.is_(True)
            ),
        ),
        SampleId(
            "/kobo/forms/<public_id>",
            lambda _: select(KoboForm.public_id).where(KoboForm.purpose == REGISTRATION),
        ),
        SampleId("/kobo/attendance/<public_id>", _with_people),
        SampleId("/kobo/workshops/<public_id>", _with_people),
        SampleId("/kobo/empty/<group_id>", lambda _: select(Group.public_id)),
    ),
)
