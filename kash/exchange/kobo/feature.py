"""Chapters of the handbook that tell about forms of KoboToolbox. Columns of this room's tables,
sorted by what they hold about a person. Look-ups of a row stay when somebody is erased: by them
her row on the other server, which nobody here can delete, is known and not brought in again. Forms
on Today: marks that came by them, for whoever runs the workshop; and for trainers that a server
can be fetched from. Words of the audit trail for what is done here: the room, then what happened.
The declaration of what is collected by KoboToolbox."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import ColumnElement, Select, select

from kash.attendance.models import RosterEntry, Slot
from kash.exchange.kobo import blueprint, models, sealed_forms, views
from kash.exchange.kobo.models import REGISTRATION, KoboForm
from kash.exchange.kobo.queries import runs_workshop, some_wait, waiting_marks, waiting_of
from kash.exchange.kobo.services.forms import FETCH, fetch_rows
from kash.exchange.kobo.services.marks import SOURCE
from kash.feature import Feature
from kash.people.connections.models import Connection
from kash.people.connections.queries import ConnectionKind
from kash.people.erasure import FreeText, about_things
from kash.people.models import Group
from kash.platform.handbook.places import Chapters, each
from kash.platform.jobs import JobKind
from kash.platform.web.action_words import ActionWords
from kash.platform.web.answers import AnswerKind
from kash.platform.web.formats import day_text
from kash.platform.web.hits import NamedPage
from kash.platform.web.page_sections import PageSection
from kash.platform.web.sample_ids import SampleId
from kash.platform.web.today import Need, TodayLine, Viewer, total
from kash.policy import Actor, Role
from kash.workshops.models import Workshop

CHAPTERS = Chapters(
    {
        "kobo": {Role.TRAINER: "trainer#forms-of-kobotoolbox"},
        **each(
            "kobo",
            "marks choose take bring_marks attendance_server",
            {Role.TRAINER: "trainer#attendance-from-kobotoolbox"},
        ),
        "sealed_forms": {
            Role.DOCUMENTATION: "documentation-officer#forms-that-phones-encrypt",
            Role.CUSTODIAN: "documentation-officer#forms-that-phones-encrypt",
        },
    }
)


PERSONAL = (
    # Ids of places on a register; a form that somebody changed may hold anything.
    FreeText("kobo_form.marks_sealed", kind="kobo.marks"),
    *about_things(
        kobo_form="purpose asset title columns list_id job",
        kobo_mark="slot entry state said choice draft draft_said",
        kobo_row="first_id content list_id",
        submission_key="public_key",
    ),
)


def _any_wait(asked: Viewer) -> ColumnElement[bool] | None:
    return some_wait(asked.actor) if asked.actor.may("attendance.mark") else None


def _waiting(asked: Viewer) -> Sequence[TodayLine]:
    return [
        TodayLine(
            _("From KoboToolbox: %(title)s", title=one.title),
            url_for("kobo.marks", public_id=one.public_id),
            _("Begins %(day)s", day=day_text(one.starts_on)),
            key=one.waiting,
            small=ngettext("mark", "marks", one.waiting),
            button=_("Look at them"),
            about=one.title,
            count=one.waiting,
        )
        for one in waiting_marks(asked.actor)
    ]


SWITCHED_ON = "kobo_on"
TODAY = (
    AnswerKind(
        SWITCHED_ON,
        _l(
            "On %(when)s a connection to a server of KoboToolbox was switched on. What was typed"
            " on phones can be fetched from there."
        ),
        "kobo.connection",
        "public_id",
        _l("Forms of KoboToolbox"),
        _l("Add a form"),
    ),
    Need(
        "kobo_marks",
        112,
        _waiting,
        lead=_l("Marks from KoboToolbox:"),
        lead_place=61,
        count=total,
        exists=_any_wait,
    ),
)


ACTION_WORDS = ActionWords(
    {
        "kobo.form_added": _l("KoboToolbox: form named"),
        "kobo.form_removed": _l("KoboToolbox: form taken off"),
        "kobo.key_made": _l("vault: key made to which phones encrypt"),
        "kobo.marks_chosen": _l("KoboToolbox: chosen which marks to take over"),
        "kobo.marks_taken": _l("KoboToolbox: marks taken over"),
        "kobo.rows_asked": _l("KoboToolbox: rows asked for"),
        "kobo.rows_brought": _l("KoboToolbox: rows brought in"),
    }
)


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
