"""The declaration of forms of KoboToolbox. Look-ups of a row stay when somebody is erased: by them
her row on the other server, which nobody here can delete, is known and not brought in again."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from kash.attendance.sources import MarkSource
from kash.exchange.kobo import blueprint, models, views
from kash.exchange.kobo.models import KoboForm
from kash.exchange.kobo.services import FETCH, fetch_rows
from kash.feature import Feature
from kash.people.connections.models import Connection
from kash.people.connections.queries import ConnectionKind
from kash.people.erasure import about_things
from kash.people.models import Group
from kash.platform.handbook.places import Chapters
from kash.platform.jobs import JobKind
from kash.platform.web.parts import ActionWords, NamedPage, PageSection, SampleId
from kash.platform.web.today import AnswerKind
from kash.policy import Actor, Role

CHAPTERS = Chapters({"kobo": {Role.TRAINER: "trainer#forms-of-kobotoolbox"}})


PERSONAL = about_things(
    kobo_form="asset title columns list_id job", kobo_row="first_id content list_id"
)


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


# Marks that were taken over while attendance could be typed there say so beside themselves.
SOURCE = MarkSource("kobo", _l("from KoboToolbox, typed on a phone at %(time)s"))

FEATURE = Feature(
    "kobo",
    choice="exchange",
    modules=(models, views),
    blueprints=(blueprint,),
    parts=(
        ACTION_WORDS,
        CHAPTERS,
        *PERSONAL,
        *TODAY,
        ConnectionKind(
            "kobo",
            _l("KoboToolbox"),
            _l(
                "Registrations that were typed on phones without this site. Reports of "
                "violations never come through KoboToolbox."
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
        PageSection("people_lists", "kobo/lists_section.html", _may_use),
        SampleId(
            "/kobo/connections/<public_id>",
            lambda _: select(Connection.public_id).where(
                Connection.kind == "kobo", Connection.is_on.is_(True)
            ),
        ),
        SampleId("/kobo/forms/<public_id>", lambda _: select(KoboForm.public_id)),
        SampleId("/kobo/empty/<group_id>", lambda _: select(Group.public_id)),
    ),
)
