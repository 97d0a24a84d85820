"""Chapters of the handbook that tell about messages. Fate of notices when two people turn out to
be one. Columns of this room's tables, sorted by what they hold about a person. The last messages
to a person, on her page. The line of messages among the settings. Messages on Today: those that a
person has to decide on. Words of the audit trail for what is done here: the room, then what
happened. The declaration of notices."""

from __future__ import annotations

from collections.abc import Sequence

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import literal, select

from kash.feature import Feature
from kash.people.erasure import GOES, about_things
from kash.people.models import Person
from kash.people.notices import blueprint, views
from kash.people.notices import queries as notices_queries
from kash.people.notices.models import CALL, message_kinds
from kash.people.notices.queries import UNSENT
from kash.people.notices.services import check_sender, send_notices, shred_old_messages
from kash.people.notices.views import CHANNEL, STANDING, STANDING_TONE, take_without_token
from kash.people.queries.search import Reference, joined
from kash.people.sections import PersonSection, SectionRow
from kash.platform.handbook.places import Chapters, each, peers
from kash.platform.jobs import Chore
from kash.platform.messages import mail_is_set_up, sms_is_set_up
from kash.platform.web.formats import short_date_text, to_local
from kash.platform.web.parts import ActionWords, NamedPage, SampleId, SettingLine
from kash.platform.web.today import Need, TodayLine, Viewer, total
from kash.policy import Actor, Role

CHAPTERS = Chapters(
    {
        "notices": peers(
            "peer-educator#messages-you-get",
            {Role.TRAINER: "trainer#messages", Role.DIRECTOR: "director#messages"},
        ),
        "notices.settings": {
            Role.ADMINISTRATOR: "administrator#settings",
            Role.DIRECTOR: "administrator#settings",
        },
        **each("notices", "stop stop_now", "signing-in#get-no-more-messages"),
    }
)


REFERENCES = (
    Reference(
        "notice.person_id",
        _l("Messages"),
        # What either was told she was told.
        joined("notice.person_id", ("kind", "event_key"), lambda _kept, _gone: {}),
        erased=GOES,
    ),
    Reference(
        "message_choice.person_id",
        move=joined("message_choice.person_id", (), lambda _kept, _gone: {}),
        erased=GOES,
    ),
)


PERSONAL = (
    *about_things(
        message_text="kind channel language subject text", sender_check="domain spf dkim dmarc"
    ),
)


def person_rows(person_id: str, actor: Actor) -> Sequence[SectionRow] | None:
    """A way to change how she is told things, and the last messages to her."""
    rows: list[SectionRow] = []
    if actor.may("messages.choose") and notices_queries.choice_within_reach(actor, person_id):
        rows.append(
            SectionRow(
                "–",
                _("By which way and at which hours"),
                url_for("notices.choice", public_id=person_id),
            )
        )
    if actor.may("messages.see"):
        labels = {kind.name: str(kind.label) for kind in message_kinds()}
        rows += [
            SectionRow(
                short_date_text(to_local(notice.created_at).date()),
                labels.get(notice.kind, notice.kind),
                small=str(UNSENT.get(notice.unsent) or CHANNEL.get(notice.channel, "")),
                tone=STANDING_TONE[notice.standing],
                state=str(STANDING[notice.standing]),
            )
            for notice in notices_queries.of_person(actor, person_id)
        ]
    return rows or None


def _ways(_count: int) -> str:
    ways = [_("SMS")] if sms_is_set_up() else []
    if mail_is_set_up():
        ways.append(_("E-mail"))
    if not ways:
        return _("No way out is set up, so messages reach nobody.")
    return _("Set up: %(ways)s", ways=", ".join(ways))


LINES = (SettingLine("paper", 65, "notices.settings", _l("Messages"), "message", _ways),)


def _undecided(asked: Viewer) -> Sequence[TodayLine]:
    counts = notices_queries.waiting_for_a_person(asked.actor)
    titles = {
        notices_queries.MessageStanding.UNKNOWN: (
            _("Nobody knows whether messages arrived"),
            _("Send them again, or leave it."),
        ),
        notices_queries.MessageStanding.FAILED: (
            _("Messages failed"),
            _("See why, and tell those people yourself."),
        ),
    }
    return [
        TodayLine(
            titles[standing][0],
            url_for("notices.index", state=standing.value),
            titles[standing][1],
            key=count,
            button=_("See them"),
            count=count,
        )
        for standing, count in counts.items()
        if count
    ]


TODAY = (
    Need(
        "messages", 165, _undecided, lead=_l("Messages to decide on:"), lead_place=96, count=total
    ),
)


ACTION_WORDS = ActionWords(
    {
        "notices.call_asked": _l("messages: call asked for"),
        "notices.chosen": _l("messages: way and hours chosen"),
        "notices.left": _l("messages: left as they are"),
        "notices.sender_asked": _l("settings: sender’s domain asked for"),
        "notices.sent_again": _l("messages: sent again"),
        "notices.text_removed": _l("messages: text of the house taken again"),
        "notices.text_saved": _l("messages: text saved"),
        "notices.stopped": _l("messages: stopped by who got them"),
    }
)


_TEXT = "/messages/texts/<kind>"

FEATURE = Feature(
    "notices",
    modules=(views,),
    blueprints=(blueprint,),
    start=take_without_token,
    parts=(
        *PERSONAL,
        ACTION_WORDS,
        CHAPTERS,
        CALL,
        NamedPage("notices.index", _l("Messages"), "messages.see", 91),
        PersonSection(_l("Messages"), person_rows),
        *LINES,
        *REFERENCES,
        *TODAY,
        SampleId("/messages/people/<public_id>", lambda _: select(Person.public_id)),
        SampleId(_TEXT, lambda _: select(literal(CALL.name))),
        SampleId(f"{_TEXT}/<channel>", lambda _: select(literal("sms"))),
        SampleId(f"{_TEXT}/<channel>/<language>", lambda _: select(literal("en"))),
        Chore("send_notices", send_notices, minutes=1),
        Chore("check_sender", check_sender, minutes=1),
        Chore("shred_old_messages", shred_old_messages, minutes=60, at=41),
    ),
)
