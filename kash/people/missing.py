"""Facts that are missing of people, and that reports and messages need. Nobody under 18 is
named."""

from __future__ import annotations

from typing import Any

from flask import url_for
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, Select, case, exists, literal, literal_column, select

from kash.people.models import Consent, Person, Posting
from kash.people.scope import reaches, within_reach
from kash.platform.web.formats import to_local
from kash.platform.web.missing import Lookout, MissingInformation, MissingLine
from kash.policy import Reach

_NOTHING: ColumnElement[str] = literal_column("''")
_POSTED = exists().where(Posting.person_id == Person.id, Posting.is_open)
_PEOPLE = _l("People")


def _people(asked: Lookout, *lacking: ColumnElement[bool]) -> Select[Any]:
    """Those in reach who lack something: her own for whoever may mend it, all for whoever answers
    for the figures."""
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
    return _people(asked, Person.sex == _NOTHING)


def _age(asked: Lookout) -> Select[Any]:
    return _people(asked, Person.age_band == _NOTHING, Person.birth_year.is_(None))


def _station(asked: Lookout) -> Select[Any] | None:
    """Officers who are posted nowhere."""
    police = asked.group is not None and asked.group.is_police
    return _people(asked, ~_POSTED) if police else None


def _ward(asked: Lookout) -> Select[Any] | None:
    """Others who are neither posted to a collective nor have a ward."""
    police = asked.group is None or asked.group.is_police
    return None if police else _people(asked, Person.ward == _NOTHING, ~_POSTED)


def _consent(asked: Lookout) -> Select[Any]:
    answered = exists().where(Consent.person_id == Person.id, Consent.purpose == "contact")
    return _people(asked, Person.phone_sealed.is_not(None), ~answered)


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
        _l("Reports by station, and who is still posted where, leave these people out."),
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
        _l("A phone is kept, and nobody asked whether it may be used."),
        50,
        _consent,
        lambda row: _line(row, "people.consent", "answer", "consents", purpose="contact"),
        by_group=True,
    ),
)
