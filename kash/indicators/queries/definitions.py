"""Definitions of indicators: the standard ones, and the programme's own versions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from flask_babel import force_locale
from sqlalchemy import select
from sqlalchemy.orm import Session

from kash.indicators.approval import APPROVAL
from kash.indicators.models import IndicatorDefinition
from kash.indicators.rules.keys import ANYBODY, Least
from kash.indicators.words import TITLES, defined_text, rule_text
from kash.platform.database import db
from kash.platform.web.errors import one_or_404
from kash.platform.web.programme import LANGUAGES
from kash.policy import Actor

STANDARD_VERSION = 1


@dataclass(frozen=True)
class Definition:
    """A definition as it holds for a period: its version, the least that counts, and its text,
    which is drawn from what counts; below it stands the `remark` of the programme, if any."""

    key: str
    version: int
    title: str
    text: str
    least: Least = ANYBODY
    remark: str = ""


def definition_of(key: str, day: date, session: Session | None = None) -> Definition:
    """The definition that holds for a period which ends on a day: the newest of the programme's own
    that began by then, else the standard one in the reader's language; one query."""
    return definitions_on(day, (key,), session)[key]


def definitions_on(
    day: date, keys: tuple[str, ...], session: Session | None = None
) -> dict[str, Definition]:
    """The same of several indicators; one query."""
    found = {key: standard(key) for key in keys}
    rows = (session or db.session()).scalars(
        select(IndicatorDefinition)
        .where(
            IndicatorDefinition.key.in_(keys),
            IndicatorDefinition.state == "approved",
            IndicatorDefinition.from_day <= day,
        )
        .order_by(IndicatorDefinition.version)
    )
    for row in rows:
        found[row.key] = Definition(
            row.key,
            row.version or STANDARD_VERSION,
            title_of(row),
            defined_text(row.key, row.least, row.remark),
            row.least,
            row.remark,
        )
    return found


def title_of(row: IndicatorDefinition) -> str:
    """The title of a version; in the reader's language where whoever wrote it left the standard
    one of theirs."""
    for language in LANGUAGES:
        with force_locale(language):
            if row.title == str(TITLES[row.key]):
                break
    else:
        return row.title
    return str(TITLES[row.key])


def standard(key: str) -> Definition:
    """The standard definition of an indicator, in the reader's language."""
    return Definition(key, STANDARD_VERSION, str(TITLES[key]), rule_text(key, ANYBODY))


def versions_of(key: str) -> list[IndicatorDefinition]:
    """The programme's own versions of a definition, the latest first, those that wait or were sent
    back among them."""
    return list(
        db.session.scalars(
            select(IndicatorDefinition)
            .where(IndicatorDefinition.key == key)
            .order_by(IndicatorDefinition.id.desc())
        )
    )


def version(public_id: str) -> IndicatorDefinition:
    """One of them. Raises NotFound."""
    return one_or_404(
        db.session.scalar(
            select(IndicatorDefinition).where(IndicatorDefinition.public_id == public_id)
        )
    )


def waiting_definitions(actor: Actor) -> list[IndicatorDefinition]:
    """The definitions that this actor can approve, the oldest first; one query."""
    return list(
        db.session.scalars(
            select(IndicatorDefinition)
            .where(APPROVAL.open_to(actor))
            .order_by(IndicatorDefinition.created_at, IndicatorDefinition.id)
        )
    )


def all_waiting() -> list[IndicatorDefinition]:
    """The definitions that wait, whoever proposed them; one query."""
    return list(
        db.session.scalars(
            select(IndicatorDefinition).where(IndicatorDefinition.state == "proposed")
        )
    )
