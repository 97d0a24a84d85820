"""Chapters of the handbook that tell about people and services. Finding people, organisations and
services from every page. Names of participants lead to their pages, wherever they stand. Facts
that are missing of people, and that reports and messages need. Nobody under 18 is named. Columns
of this room's tables, sorted by what they hold about a person; and lists that name her. Lines of
the settings about people, with what holds now. People on Today: minors that nobody has seen yet,
contacts, and wishes to be erased. Words of the audit trail for what is done here: the room, then
what happened. The declaration of people and of the directory of services."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, Select, case, exists, literal, literal_column, or_, select
from sqlalchemy.orm import Session

from kash.feature import Feature
from kash.people import blueprint, directory, erasure, views, words
from kash.people import words as directory_words
from kash.people.commands import people_commands
from kash.people.documents import make_consent_forms
from kash.people.lists import renewing
from kash.people.lists.services import READ, SAVE, read_list, save_list
from kash.people.models import (
    Consent,
    ErasureRequest,
    Group,
    Organisation,
    PeopleList,
    Person,
    Posting,
    ServiceEntry,
)
from kash.people.personal_beneath import BENEATH
from kash.people.queries.directory import find_organisations, groups, service_choices, zone_names
from kash.people.queries.duplicates import SWEEP
from kash.people.queries.persons import WaitingContacts, contacts_waiting, minors_unseen
from kash.people.queries.search import find_people
from kash.people.rules.persons import mentions, readable
from kash.people.scope import reaches, within_reach
from kash.people.services.contacts import AGREED, ENDED
from kash.people.services.contacts import REFUSED as NOT_AGREED
from kash.people.services.erasing import DONE, REFUSED, TAKEN_BACK, throw_away_old
from kash.people.services.merging import REFERENCES, forget_merges, nightly, sweep
from kash.people.services.persons import CONSENT_FORMS, note_who_came_of_age
from kash.platform import storage
from kash.platform.database import after_commit, db, utc_now
from kash.platform.handbook.places import OFFICER, OWN, Chapters, each, peers
from kash.platform.jobs import Chore, JobKind
from kash.platform.web import current_actor
from kash.platform.web.account_names import account_names
from kash.platform.web.formats import day_text, to_local
from kash.platform.web.missing import Lookout, MissingInformation, MissingLine
from kash.platform.web.parts import (
    ActionWords,
    Destination,
    Findable,
    Hit,
    NamedPage,
    SampleId,
    SettingLine,
)
from kash.platform.web.today import AnswerKind, BeginningStep, Need, TodayLine, Viewer
from kash.policy import Actor, Reach, Role

_SERVICES = "trainer#the-directory-of-services"

CHAPTERS = Chapters(
    {
        "people": peers(
            "peer-educator#what-you-see",
            {
                Role.TRAINER: "trainer#add-and-change-people",
                Role.DIRECTOR: "director#people-workshops-attendance",
                Role.MONITORING: "monitoring#what-you-see",
                Role.DOCUMENTATION: f"{OFFICER}#what-you-see",
                Role.CUSTODIAN: "custodian#custodians",
            },
        ),
        **each(
            "people",
            "duplicates told_apart merge_with merge undo_merge lists bring_list list undo_list"
            " list_report",
            {Role.TRAINER: "trainer#when-somebody-is-here-twice"},
        ),
        **each(
            "people",
            "contacts ask_contact contact_request",
            {
                Role.TRAINER: "trainer#your-own-workshops",
                Role.DIRECTOR: "director#people-workshops-attendance",
            },
        ),
        **each(
            "people",
            "copy erase erasures erasure",
            {
                Role.TRAINER: "trainer#when-somebody-asks-to-be-erased",
                Role.DIRECTOR: "director#people-workshops-attendance",
                Role.CUSTODIAN: "trainer#when-somebody-asks-to-be-erased",
                Role.PEER: "peer-educator#what-you-see",
                Role.POLICE_PEER: "peer-educator#what-you-see",
            },
        ),
        **each(
            "people",
            "groups add_group edit_group",
            {Role.ADMINISTRATOR: "administrator#settings", Role.DIRECTOR: "administrator#settings"},
        ),
        "directory": peers(
            "peer-educator#what-you-see",
            {
                **dict.fromkeys(
                    (
                        Role.ADMINISTRATOR,
                        Role.DIRECTOR,
                        Role.TRAINER,
                        Role.MONITORING,
                        Role.DOCUMENTATION,
                        Role.CUSTODIAN,
                    ),
                    _SERVICES,
                ),
                Role.FUNDER: OWN,
            },
        ),
    }
)


def _people(actor: Actor, text: str, limit: int) -> Sequence[Hit]:
    rows = find_people(actor, text, limit)
    keys = [line.public_id for line in rows]
    if not rows or Reach.NAMES in reaches(actor, "people.see"):
        open_pages = set(keys)
    else:
        open_pages = set(
            db.session.scalars(
                select(Person.public_id).where(
                    Person.public_id.in_(keys), within_reach(actor, "people.see", few=True)
                )
            )
        )
    return [
        Hit(
            line.chosen_name,
            url_for("people.person", public_id=line.public_id)
            if line.public_id in open_pages
            else "",
            line.group_name,
        )
        for line in rows
    ]


def _organisations(actor: Actor, text: str, limit: int) -> Sequence[Hit]:
    may_edit = actor.may("people.edit")
    return [
        Hit(
            organisation.name,
            url_for("people.edit_organisation", public_id=organisation.public_id)
            if may_edit
            else url_for("people.organisations", kind=organisation.kind),
            " · ".join(filter(None, [str(words.KIND[organisation.kind]), organisation.place])),
        )
        for organisation in find_organisations(text, limit)
    ]


def _services(actor: Actor, text: str, limit: int) -> Sequence[Hit]:
    return [
        Hit(
            choice.name,
            url_for("directory.entry", public_id=choice.public_id),
            " · ".join(filter(None, [str(directory_words.SERVICE_KIND[choice.kind]), choice.area])),
        )
        for choice in service_choices(actor, text, limit=limit)
    ]


FOUND = (
    Findable("people", _l("People"), "people.find", 10, _people, "people.search"),
    Findable("organisations", _l("Organisations"), "people.find", 60, _organisations),
    Findable("services", _l("Services"), "directory.see", 70, _services, "directory.search"),
    NamedPage("people.add", _l("Add a person"), "people.edit", 30),
    NamedPage("people.organisations", _l("Organisations"), "people.find", 40),
    NamedPage("people.groups", _l("Groups"), "settings.see", 50),
    NamedPage("directory.cards", _l("Print cards"), "directory.see", 60),
    NamedPage("directory.add", _l("Add a service"), "directory.edit", 70),
)


_OPENING = (Reach.ALL, Reach.OWN, Reach.NAMES)


def person_address(public_id: str | None) -> str:
    """The address of somebody's page for the person who asks; empty if she may open none but her
    own."""
    if not public_id or current_actor().reach("people.see") not in _OPENING:
        return ""
    return url_for("people.person", public_id=public_id)


_NOTHING: ColumnElement[str] = literal_column("''")
_POSTED = exists().where(Posting.person_id == Person.id, Posting.is_open)
_PEOPLE = _l("People")


def _missing_people(asked: Lookout, *lacking: ColumnElement[bool]) -> Select[Any]:
    """Those in reach who lack something: her own for the person who may mend it, all for the person
    who answers for the figures."""
    actor = asked.actor
    everybody = Reach.ALL in reaches(actor, "people.see")
    who = [*lacking, ~Person.minor]
    if asked.group is not None:
        who.insert(0, Person.group_id == asked.group.key)
    mends: Any = literal(0)
    if not everybody:
        # Those who lack something are few, and asked about one by one, once they are found:
        # PostgreSQL would else ask of everybody first whether she is in reach.
        few = select(Person.id).where(*who).cte().prefix_with("MATERIALIZED", dialect="postgresql")
        who = [Person.id == few.c.id, within_reach(actor, "people.edit", few=True)]
        mends = literal(1)
    elif actor.may("people.edit"):
        mends = case((within_reach(actor, "people.edit", few=True), 1), else_=0)
    return select(
        Person.id.label("key"),
        Person.sort_name.label("ordered"),
        mends.label("mends"),
        Person.created_by.label("asked"),
        Person.public_id,
        Person.chosen_name,
        Person.created_at,
    ).where(*who)


def _line(row: Any, endpoint: str, anchor: str, seen: str = "", **more: Any) -> MissingLine:
    url = (
        url_for(endpoint, public_id=row.public_id, _anchor=anchor, **more)
        if row.mends
        else url_for("people.person", public_id=row.public_id, _anchor=seen or None)
    )
    return MissingLine(row.chosen_name, url, since=to_local(row.created_at).date())


def _sex(asked: Lookout) -> Select[Any]:
    # Said outright, so that SQLite sees that its index of those alone fits.
    return _missing_people(asked, Person.sex == _NOTHING)


def _age(asked: Lookout) -> Select[Any]:
    return _missing_people(asked, Person.age_band == _NOTHING, Person.birth_year.is_(None))


def _station(asked: Lookout) -> Select[Any] | None:
    """Officers who are posted nowhere."""
    police = asked.group is not None and asked.group.is_police
    return _missing_people(asked, ~_POSTED) if police else None


def _ward(asked: Lookout) -> Select[Any] | None:
    """Others who are neither posted to a collective nor have a ward."""
    police = asked.group is None or asked.group.is_police
    return None if police else _missing_people(asked, Person.ward == _NOTHING, ~_POSTED)


def _consent(asked: Lookout) -> Select[Any]:
    answered = exists().where(Consent.person_id == Person.id, Consent.purpose == "contact")
    return _missing_people(asked, Person.phone_sealed.is_not(None), ~answered)


MISSING = (
    MissingInformation(
        "sex",
        _PEOPLE,
        _l("Sex"),
        _l("Reports by sex leave these people out."),
        10,
        _sex,
        lambda row: _line(row, "people.edit", "sex"),
        by_group=True,
    ),
    MissingInformation(
        "age_band",
        _PEOPLE,
        _l("Age"),
        _l("Reports by age leave these people out."),
        20,
        _age,
        lambda row: _line(row, "people.edit", "age_band"),
        by_group=True,
    ),
    MissingInformation(
        "station",
        _PEOPLE,
        _l("Station"),
        _l("Reports by station leave these people out."),
        30,
        _station,
        lambda row: _line(row, "people.transfer", "organisation", "postings"),
        by_group=True,
    ),
    MissingInformation(
        "ward",
        _PEOPLE,
        _l("Ward or collective"),
        _l("Reports by ward leave these people out."),
        40,
        _ward,
        lambda row: _line(row, "people.edit", "ward"),
        by_group=True,
    ),
    MissingInformation(
        "contact_consent",
        _PEOPLE,
        _l("Answer on calls and messages"),
        _l("Nobody asked whether a phone that is kept may be used."),
        50,
        _consent,
        lambda row: _line(row, "people.consent", "answer", "consents", purpose="contact"),
        by_group=True,
    ),
)


def _naming(session: Session, subject: erasure.ErasedPerson) -> Iterator[tuple[PeopleList, bool]]:
    """Lists in whose files she is named, and whether they wait; others have a report only."""
    lists = session.scalars(
        select(PeopleList)
        .where(or_(PeopleList.state == "waiting", PeopleList.has_report))
        .order_by(PeopleList.id)
    )
    for people_list in lists.all():
        waits = people_list.state == "waiting"
        if _named_in(people_list.public_id, "rows" if waits else "report", subject):
            yield people_list, waits


def _named_in(public_id: str, what: str, subject: erasure.ErasedPerson) -> bool:
    try:
        content = readable(renewing.kept(public_id, what))
    except storage.FileMissing:
        # Nobody has read it yet, so nobody can tell.
        return True
    return mentions(content, subject.names, subject.phone, subject.email)


def _throw_away(session: Session, subject: erasure.ErasedPerson) -> int:
    lists = list(_naming(session, subject))
    for people_list, waits in lists:
        if waits:
            session.delete(people_list)
            after_commit(partial(renewing.throw_away_waiting, people_list.public_id))
        else:
            people_list.has_report = False
            after_commit(partial(renewing.throw_away, people_list.public_id, "report"))
    return len(lists)


# A person who brought such a list in may bring it in again without her.
LISTS = erasure.HeldElsewhere(
    ("people_list.choices",),
    _l("Lists brought in, and their reports, that name this person"),
    lambda session, subject: sum(1 for _one in _naming(session, subject)),
    _throw_away,
)

PERSONAL = (
    *erasure.free_texts("service_entry.notes", "service_entry.recommended_by"),
    erasure.FreeText("contact_request.reason_sealed", kind="contact.request"),
    erasure.FreeText("contact_reason.reason_sealed", kind="contact.reason"),
    # What is needed to take back a merge of others.
    erasure.GoesIfNamed("person_merge.sealed", kind="person.merge", emptied={"sealed": None}),
    erasure.AlsoCalled("account.name"),
    LISTS,
    *erasure.about_things(
        consent_batch="kept_at",
        contact_looks="account",
        contact_reason="account",
        contact_request="state",
        organisation="name kind place",
        erasure_request="grounds state told",
        people_group="name letter",
        people_list="state format job organisations",
        people_list_mapping="shape sealed",
        service_entry=(
            "name sort_name card_name kind area phone other_phone address address_sealed spoken"
            " served cost cost_note found_by"
        ),
        venue=(
            "name place directions safe_for accessible band contact_name contact_phone_sealed"
            " safety_sealed"
        ),
        zone="name kind",
    ),
)


def _groups(_count: int) -> str:
    return ", ".join(f"{group.letter} {group.name}" for group in groups())


LINES = (SettingLine("programme", 30, "people.groups", _l("Groups"), "people", _groups),)


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
    names = account_names({look.account for look in looks}) if looks else {}
    return [
        TodayLine(
            _(
                "More looks at phones than usual: %(name)s",
                name=names.get(look.account, _("somebody")),
            ),
            url_for("people.contacts"),
            _(
                "Looks: %(looks)s, beyond the usual number: %(beyond)s",
                looks=look.looks,
                beyond=look.beyond,
            ),
            key=look.beyond,
            small=day_text(look.day),
            button=_("Look"),
            about=names.get(look.account, ""),
            reasons=look.reasons,
        )
        for look in looks
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
    DONE: _l("On %(when)s a wish to be erased that you noted was done."),
    REFUSED: _l("On %(when)s a wish to be erased that you noted was refused."),
    TAKEN_BACK: _l("On %(when)s a wish to be erased that you noted was taken back."),
}
_CONTACT_ANSWERS = {
    AGREED: _l("On %(when)s your request to see phones and e-mails was agreed to."),
    NOT_AGREED: _l("On %(when)s your request to see phones and e-mails was refused."),
    ENDED: _l("On %(when)s phones and e-mails opened to you were closed again."),
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
        _l("Clinics, shelters and lawyers for people to go to."),
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


ACTION_WORDS = ActionWords(
    {
        # Of earlier versions, where trainings of before had pages of their own.
        "history.brought": _l("earlier trainings: brought in"),
        "history.taken_back": _l("earlier trainings: taken back"),
        "directory.address_shown": _l("directory: address shown"),
        "directory.service_added": _l("directory: service added"),
        "directory.service_changed": _l("directory: service changed"),
        "directory.service_checked": _l("directory: service checked"),
        "people.came_of_age": _l("people: came of age"),
        "people.consent_forms_printed": _l("people: consent forms printed"),
        "people.consent_recorded": _l("people: consent recorded"),
        "people.contact_agreed": _l("people: contact agreed"),
        "people.contact_asked": _l("people: contact asked"),
        "people.contact_ended": _l("people: contact ended"),
        "people.contact_not_agreed": _l("people: contact not agreed"),
        "people.copy_made": _l("people: copy made"),
        "people.duplicates_sought": _l("people: duplicates sought"),
        "people.email_shown": _l("people: email shown"),
        "people.erasure_asked": _l("people: erasure asked"),
        "people.erasure_refused": _l("people: erasure refused"),
        "people.erasure_withdrawn": _l("people: erasure withdrawn"),
        "people.group_added": _l("people: group added"),
        "people.group_changed": _l("people: group changed"),
        "people.list_brought": _l("people: list brought"),
        "people.list_cancelled": _l("people: list cancelled"),
        "people.list_corrected": _l("people: list corrected"),
        "people.list_undone": _l("people: list undone"),
        "people.looks_seen": _l("people: looks seen"),
        "people.merge_undone": _l("people: merge undone"),
        "people.minor_seen": _l("people: minor seen"),
        "people.organisation_added": _l("people: organisation added"),
        "people.organisation_changed": _l("people: organisation changed"),
        "people.people_imported": _l("people: people imported"),
        "people.people_transferred": _l("people: people transferred"),
        "people.person_added": _l("people: person added"),
        "people.person_changed": _l("people: person changed"),
        "people.person_transferred": _l("people: person transferred"),
        "people.person_erased": _l("people: person erased"),
        "people.persons_merged": _l("people: persons merged"),
        "people.persons_told_apart": _l("people: persons told apart"),
        "people.phone_shown": _l("people: phone shown"),
        "people.signed_forms_noted": _l("people: signed forms noted"),
        "people.spellings_unified": _l("people: spellings unified"),
        "people.told_apart_taken_back": _l("people: told apart taken back"),
        "people.venue_added": _l("people: venue added"),
        "people.venue_changed": _l("people: venue changed"),
        "people.zone_added": _l("people: zone added"),
        "people.zone_changed": _l("people: zone changed"),
    }
)


FEATURE = Feature(
    "people",
    modules=(views,),
    blueprints=(directory, blueprint),
    commands=(people_commands,),
    words={
        # Offered wherever an area is typed; asked for only where it is.
        "zone_names": zone_names,
        "person_address": person_address,
        "erasure_words": {"state": words.ERASURE, "tone": words.ERASURE_TONE},
        "contact_words": {"state": words.REQUEST, "tone": words.REQUEST_TONE},
    },
    parts=(
        *PERSONAL,
        *BENEATH,
        ACTION_WORDS,
        CHAPTERS,
        Destination(
            "people.index",
            _l("People"),
            "people",
            "people.find",
            30,
            phone=True,
            covers=("/history", "/kobo", "/messages"),
        ),
        Destination(
            "people.index",
            _l("My page"),
            "people",
            "people.see",
            30,
            phone=True,
            unless="people.find",
            covers=("/messages",),
        ),
        Destination("directory.index", _l("Services"), "directory", "directory.see", 140),
        *TODAY,
        *MISSING,
        *FOUND,
        *LINES,
        *REFERENCES,
        SampleId("/people/groups/<public_id>", lambda _: select(Group.public_id)),
        SampleId("/people/lists/templates/<group_id>", lambda _: select(Group.public_id)),
        SampleId(
            "/people/erasures/<request_id>",
            lambda _: select(ErasureRequest.public_id).order_by(
                ErasureRequest.state != "waiting", ErasureRequest.id
            ),
        ),
        SampleId("/people/organisations/<public_id>", lambda _: select(Organisation.public_id)),
        JobKind(SWEEP, sweep, resumable=True, heavy=True),
        Chore("look_for_duplicates", nightly, minutes=60),
        Chore("forget_merges", forget_merges, minutes=15),
        JobKind(READ, read_list, resumable=True, heavy=True),
        JobKind(SAVE, save_list, resumable=True, heavy=True),
        Chore("throw_away_old_lists", throw_away_old, minutes=30),
        Chore(
            "people_come_of_age",
            lambda: note_who_came_of_age(to_local(utc_now()).date()),
            minutes=60,
        ),
        JobKind(CONSENT_FORMS, make_consent_forms, resumable=True, heavy=True),
    ),
)
