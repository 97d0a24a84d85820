"""Chapters of the handbook that tell about statements. Columns of this room's tables, sorted by
what they hold about a person; and the people of frozen figures. Statements on Today: those that
wait for approval; and those that were approved and not sent, or sent back. Words of the audit
trail for what is done here: the room, then what happened. The declaration of statements."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session

from kash.feature import Feature
from kash.figures.statements import blueprint, models, queries, views
from kash.figures.statements.models import FrozenFigure, Statement
from kash.figures.statements.queries import APPROVAL, SealedPeople, seal_people, sealed_people
from kash.figures.statements.services import WORDS, period_text
from kash.people.erasure import ErasedPerson, HeldElsewhere, about_things, free_texts
from kash.people.models import PersonMerge
from kash.platform.approvals.pages import returned_line, waiting_line
from kash.platform.handbook.places import Chapters
from kash.platform.web.parts import ActionWords, NamedPage, SampleId
from kash.platform.web.today import Need, TodayLine, Viewer
from kash.policy import Role
from kash.workshops.models import Funder

CHAPTERS = Chapters(
    {
        "statements": {
            Role.DIRECTOR: "monitoring#figures-for-funders",
            Role.MONITORING: "monitoring#figures-for-funders",
            Role.FUNDER: "figures#what-a-funder-is-sent",
        }
    }
)


_AT_ONCE = 500


def _counting(
    session: Session, subject: ErasedPerson
) -> Iterator[tuple[FrozenFigure, SealedPeople, frozenset[str]]]:
    """Figures that count a person, with all that they count and those of them who are this one:
    people who turned out to be the same stand there as they were called then."""
    merged = select(PersonMerge.gone).where(
        PersonMerge.kept_id == subject.id, PersonMerge.undone_at.is_(None)
    )
    ids = {subject.public_id, *session.scalars(merged)}
    figures = session.scalars(
        select(FrozenFigure).order_by(FrozenFigure.id).execution_options(yield_per=_AT_ONCE)
    )
    for figure in figures:
        sealed = sealed_people(figure)
        if hers := sealed.people & ids:
            yield figure, sealed, frozenset(hers)


def _count(session: Session, subject: ErasedPerson) -> int:
    return sum(1 for _one in _counting(session, subject))


def _erase(session: Session, subject: ErasedPerson) -> int:
    """Leave numbers and papers as they were, without her among those who were counted."""
    figures = list(_counting(session, subject))
    for figure, sealed, hers in figures:
        seal_people(figure, sealed.count, sealed.people - hers)
    return len(figures)


PERSONAL = (
    HeldElsewhere(
        ("frozen_figure.people_sealed",), _l("Figures frozen for funders"), _count, _erase
    ),
    *free_texts("statement.returned_reason"),
    *about_things(
        statement="period digest document head_code ranges state approved_for",
        frozen_figure="line place label title definition inputs",
    ),
)


def _line(one: Statement, onward: str = "") -> TodayLine:
    title = _(
        "Figures for %(funder)s: %(period)s",
        funder=one.funder.name,
        period=period_text(one.of_days),
    )
    url = url_for("statements.statement", public_id=one.public_id)
    if one.state == "returned":
        return returned_line(title, url, one.returned_reason, icon="report")
    return waiting_line(title, url, one.created_at, onward=onward, icon="report")


def _to_approve(asked: Viewer) -> Sequence[TodayLine]:
    return [_line(statement) for statement in queries.waiting(asked.actor)]


def _to_send(asked: Viewer) -> Sequence[TodayLine]:
    return [_line(statement, _("Send")) for statement in queries.decided()]


def _any_to_send(asked: Viewer) -> ColumnElement[bool] | None:
    return queries.any_decided() if asked.actor.may("statements.make") else None


TODAY = (
    Need(
        "statements",
        268,
        _to_approve,
        lead=_l("Figures for funders that wait for you:"),
        lead_place=107,
        exists=lambda asked: APPROVAL.any_open_to(asked.actor),
    ),
    Need("statements_to_send", 188, _to_send, exists=_any_to_send),
)


ACTION_WORDS = ActionWords(
    {
        "statements.frozen": _l("statement: figures frozen"),
        "statements.proposed": _l("statement: proposed"),
        "statements.approved": _l("statement: approved"),
        "statements.returned": _l("statement: sent back"),
        "statements.discarded": _l("statement: thrown away"),
        "statements.sent": _l("statement: sent to its funder"),
    }
)


def _statements(_known: object) -> Select[str]:
    # What was sent is read by all, the document too.
    return select(Statement.public_id).order_by(Statement.sent_number.desc().nulls_last())


def _funders(_known: object) -> Select[str]:
    return select(Funder.public_id).order_by(Funder.id)


FEATURE = Feature(
    "statements",
    choice="results",
    modules=(models, views),
    blueprints=(blueprint,),
    words={"statement_words": WORDS},
    parts=(
        ACTION_WORDS,
        CHAPTERS,
        *TODAY,
        *PERSONAL,
        NamedPage("statements.index", _l("Statements"), "statements.see", 98),
        NamedPage("statements.left", _l("What has left"), "statements.ledger", 99),
        SampleId("/statements/<public_id>", _statements),
        SampleId("/statements/left/<funder_id>", _funders),
    ),
)
