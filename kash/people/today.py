"""People on Today: minors whom nobody has seen yet, contacts, and wishes to be erased."""

from __future__ import annotations

from collections.abc import Sequence

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import exists

from kash.people.models import Organisation, Person, ServiceEntry
from kash.people.queries.contacts import WaitingContacts, contacts_waiting
from kash.people.queries.minors import minors_unseen
from kash.people.services.contacts import AGREED, ENDED
from kash.people.services.contacts import REFUSED as NOT_AGREED
from kash.people.services.erasing import DONE, REFUSED, TAKEN_BACK
from kash.platform.web.account_names import account_names
from kash.platform.web.answers import AnswerKind
from kash.platform.web.beginning import BeginningStep
from kash.platform.web.formats import day_text
from kash.platform.web.today import Need, TodayLine, Viewer
from kash.policy import Role


def _minors(asked: Viewer) -> Sequence[TodayLine]:
    count = minors_unseen(asked.actor) if asked.actor.may("people.minors") else 0
    if not count:
        return []
    return [
        TodayLine(
            _("Under 18, not seen yet"),
            url_for("people.minors"),
            _("Refer each to child protection, then note that you have seen it."),
            key=count,
            button=_("See them"),
        )
    ]


def _waiting(asked: Viewer) -> WaitingContacts:
    return contacts_waiting(asked.actor)


def _looks(asked: Viewer) -> Sequence[TodayLine]:
    looks = asked.once(_waiting).looks
    names = account_names({one.account for one in looks}) if looks else {}
    return [
        TodayLine(
            _(
                "More looks at phones than usual: %(name)s",
                name=names.get(one.account, _("somebody")),
            ),
            url_for("people.contacts"),
            _(
                "Looks: %(looks)s, beyond the usual number: %(beyond)s",
                looks=one.looks,
                beyond=one.beyond,
            ),
            key=one.beyond,
            small=day_text(one.day),
            button=_("Look"),
            about=names.get(one.account, ""),
            reasons=one.reasons,
        )
        for one in looks
    ]


def _requests(asked: Viewer) -> Sequence[TodayLine]:
    count = asked.once(_waiting).requests
    if not count:
        return []
    return [
        TodayLine(
            _("Somebody asks to see contacts"),
            url_for("people.contacts"),
            _("You are the second person."),
            key=count,
            button=_("Decide"),
            about=_("Phones and e-mails"),
        )
    ]


def _erasures(asked: Viewer) -> Sequence[TodayLine]:
    waiting = asked.once(_waiting)
    if waiting.erase_by is None:
        return []
    return [
        TodayLine(
            _("Somebody is to be erased"),
            url_for("people.erasures"),
            _(
                "You are the second person. To be answered by %(day)s.",
                day=day_text(waiting.erase_by),
            ),
            key=waiting.erasures,
            button=_("Decide"),
            about=_("Wishes to be erased"),
        )
    ]


_ANSWERS = {
    DONE: _l("On %(when)s a wish to be erased that you noted was agreed to and done."),
    REFUSED: _l("On %(when)s a wish to be erased that you noted was refused."),
    TAKEN_BACK: _l("On %(when)s a wish to be erased that you noted was taken back."),
}
_CONTACT_ANSWERS = {
    AGREED: _l(
        "On %(when)s your request to see phones and e-mails was agreed to. They are open to you."
    ),
    NOT_AGREED: _l("On %(when)s your request to see phones and e-mails was refused."),
    ENDED: _l("On %(when)s phones and e-mails that had been opened to you were closed again."),
}
TODAY = (
    *(
        AnswerKind(kind, text, "people.contact_request", "request_id")
        for kind, text in _CONTACT_ANSWERS.items()
    ),
    *(AnswerKind(kind, text, "people.erasure", "request_id") for kind, text in _ANSWERS.items()),
    Need("erasures", 95, _erasures),
    Need("minors", 70, _minors),
    Need("looks", 80, _looks),
    Need("contacts", 90, _requests),
    BeginningStep(
        "services",
        _l("Fill the list of services"),
        _l("Clinics, shelters and lawyers to whom somebody can go."),
        "directory.index",
        {Role.DIRECTOR: 30, Role.DOCUMENTATION: 20},
        lambda: exists().where(ServiceEntry.id.is_not(None)),
    ),
    BeginningStep(
        "organisations",
        _l("Add stations and collectives"),
        _l("People are posted to them."),
        "people.organisations",
        {Role.TRAINER: 10},
        lambda: exists().where(Organisation.id.is_not(None)),
        at_once=("people.edit", "people.add_organisation"),
    ),
    BeginningStep(
        "people",
        _l("Add the people"),
        _l("From a list, or one by one."),
        "people.index",
        {Role.TRAINER: 20},
        lambda: exists().where(Person.id.is_not(None)),
    ),
)
