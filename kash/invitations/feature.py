"""The declaration of sign-ups."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, select

from kash.accounts.revocations import Revocation
from kash.feature import Feature
from kash.invitations import blueprint, views
from kash.invitations.chapters import CHAPTERS
from kash.invitations.models import SignUpLink
from kash.invitations.personal import PERSONAL
from kash.invitations.services.deciding import shred_undecided
from kash.invitations.services.links import end_links_made_by
from kash.invitations.today import TODAY
from kash.invitations.trail_words import ACTION_WORDS
from kash.invitations.views.public import join_sign_ups
from kash.platform.database import utc_now
from kash.platform.jobs import Chore
from kash.platform.web.sample_ids import SampleId
from kash.workshops.models import Workshop
from kash.workshops.tabs import Tab


def _links(known: Mapping[str, str]) -> Select[str]:
    return (
        select(SignUpLink.public_id)
        .join(SignUpLink.workshop)
        .where(Workshop.public_id == known["public_id"], SignUpLink.kind == "quota")
        .order_by(SignUpLink.id)
    )


FEATURE = Feature(
    "invitations",
    modules=(views,),
    start=join_sign_ups,
    blueprints=(blueprint,),
    parts=(
        *PERSONAL,
        ACTION_WORDS,
        CHAPTERS,
        *TODAY,
        Tab(
            _l("Sign-ups"),
            "invitations.workshop",
            "workshops.edit",
            25,
            under=("invitations.quotas", "invitations.open_link"),
        ),
        Revocation(
            "invitations.links",
            _l("Links for names that it made take no more"),
            end_links_made_by,
        ),
        Chore("shred_undecided_names", lambda: shred_undecided(utc_now()), minutes=60),
        SampleId("/workshops/<public_id>/sign-ups/<link_id>", _links),
    ),
)
