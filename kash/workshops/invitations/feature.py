"""Chapters of the handbook that tell about sign-ups. Columns of this room's tables, sorted by what
they hold about a person. Sign-ups on Today: names that wait for those who run the workshop. Words
of the audit trail for what is done here: the room, then what happened. The declaration of sign-
ups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import Select, func, select

from kash.accounts.services.locking import Revocation
from kash.feature import Feature
from kash.people.erasure import GoesIfNamed, about_things
from kash.platform.database import db, utc_now
from kash.platform.handbook.places import Chapters, each
from kash.platform.jobs import Chore
from kash.platform.web.parts import ActionWords, SampleId
from kash.platform.web.today import Need, TodayLine, Viewer, total
from kash.policy import Reach, Role
from kash.workshops.invitations import blueprint, views
from kash.workshops.invitations.models import SignUp, SignUpLink
from kash.workshops.invitations.services import end_links_made_by, shred_undecided
from kash.workshops.invitations.views import join_sign_ups
from kash.workshops.models import Workshop
from kash.workshops.queries.scope import run_by
from kash.workshops.tabs import Tab

CHAPTERS = Chapters(
    {
        **each(
            "invitations",
            "workshop decide_rows quotas open_link withdraw letter",
            {Role.TRAINER: "trainer#names-by-link"},
        ),
        **each("invitations", "station station_out sign_up", "signing-in#put-names-down-by-a-link"),
    }
)


PERSONAL = (
    GoesIfNamed(
        "sign_up.typed_sealed",
        kind="sign_up.typed",
        emptied={"typed_sealed": None, "state": "declined"},
    ),
    *about_things(sign_up="state", sign_up_link="kind call token_hash"),
)


def _waiting(asked: Viewer) -> Sequence[TodayLine]:
    if asked.actor.reach("workshops.edit") is Reach.NONE:
        return []
    rows = db.session.execute(
        select(Workshop.public_id, Workshop.title, func.count(SignUp.id))
        .join(SignUpLink, SignUpLink.workshop_id == Workshop.id)
        .join(SignUp, SignUp.link_id == SignUpLink.id)
        .where(
            SignUp.state == "waiting",
            Workshop.state == "planned",
            Workshop.id.in_(run_by(asked.actor)),
        )
        .group_by(Workshop.id, Workshop.public_id, Workshop.title)
        .order_by(Workshop.starts_on, Workshop.id)
    )
    return [
        TodayLine(
            _("Names by link: %(title)s", title=title),
            url_for("invitations.workshop", public_id=public_id),
            key=count,
            small=ngettext("name", "names", count),
            button=_("Decide"),
            about=title,
            count=count,
        )
        for public_id, title, count in rows
    ]


TODAY = (
    Need(
        "names_by_link",
        115,
        _waiting,
        lead=_l("Names by link to decide on:"),
        lead_place=55,
        count=total,
    ),
)


ACTION_WORDS = ActionWords(
    {
        "invitations.link_withdrawn": _l("sign-ups: link withdrawn"),
        "invitations.name_taken_out": _l("sign-ups: name taken out by link"),
        "invitations.names_decided": _l("sign-ups: names decided on"),
        "invitations.names_put_down": _l("sign-ups: names put down by link"),
        "invitations.open_link_made": _l("sign-ups: open link made"),
        "invitations.quota_links_made": _l("sign-ups: links of stations made"),
    }
)


def _links(known: Mapping[str, str]) -> Select[str]:
    return (
        select(SignUpLink.public_id)
        .join(SignUpLink.workshop)
        .where(Workshop.public_id == known["public_id"], SignUpLink.kind == "quota")
        .order_by(SignUpLink.id)
    )


FEATURE = Feature(
    "invitations",
    choice="planning",
    modules=(views,),
    start=join_sign_ups,
    blueprints=(blueprint,),
    parts=(
        *PERSONAL,
        ACTION_WORDS,
        CHAPTERS,
        *TODAY,
        Tab(_l("Sign-ups"), "invitations.workshop", "workshops.edit", 25, _l("People")),
        Revocation(
            "invitations.links", _l("Links for names that it made take no more"), end_links_made_by
        ),
        Chore("shred_undecided_names", lambda: shred_undecided(utc_now()), minutes=60),
        SampleId("/workshops/<public_id>/sign-ups/<link_id>", _links),
    ),
)
