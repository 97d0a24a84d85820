"""Consents and refusals. An answer is added; none is ever changed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from kash.people.consent_texts import TEXTS
from kash.people.models import Consent, Person
from kash.people.queries.consents import consent_given, newest_answers
from kash.people.queries.persons import locked_person
from kash.people.rules.persons import possible_answers, present_answers, purposes_for
from kash.platform.jobs import enqueue
from kash.platform.vault import audited
from kash.platform.web import NotFound, Problem
from kash.policy import Actor

CONSENT_FORMS = "people.consent_forms"


class NotPossibleNow(Problem):
    """This answer does not follow from the one that holds now."""

    field = "answer"
    sentence = _l("The answer has changed meanwhile. Look at what holds now, then choose again.")


def ask_for_forms(people: Sequence[str], by: Actor, *, back: str = "") -> str:
    """Have the worker print the consent forms of these people, by public ids; the job's public id.

    The caller has made sure that they are in the actor's reach. `back` is the path to which the
    job's page leads back.
    """
    with audited("people.consent_forms_printed", by) as change:
        asked = enqueue(
            change.session,
            CONSENT_FORMS,
            owner=by.public_id,
            title=_("Consent forms"),
            back=back,
            total=len(people),
            people=list(people),
        )
        change.about(*people)
        return asked.public_id


def record_consent(public_id: str, purpose: str, answer: str, by: Actor) -> None:
    """Add a person's answer with the words that were read out, in the language of the page.

    Raises NotFound, also where nobody of her group is asked, and NotPossibleNow, also for the same
    answer sent twice.
    """
    with audited("people.consent_recorded", by) as change:
        person = locked_person(change.session, public_id)
        if purpose not in purposes_for(police=person.group.is_police):
            raise NotFound
        text = TEXTS[purpose]
        present = present_answers(newest_answers(change.session, person.id)).get(purpose)
        if answer == present or answer not in possible_answers(present):
            raise NotPossibleNow
        change.session.add(
            Consent(
                person_id=person.id,
                purpose=purpose,
                answer=answer,
                text=str(text.words),
                text_version=text.version,
                recorded_by=by.public_id,
                recorded_at=change.now,
            )
        )
        change.about(person.public_id)


def withdraw_within(
    session: Session, person_ids: Collection[int], purpose: str, now: datetime, *, by: str
) -> list[str]:
    """Withdraw what these people had given, within the caller's transaction; the public ids of
    those who had. `by` is the account that withdraws, or "nobody" where they did it themselves
    without one."""
    people = session.scalars(
        select(Person)
        .where(Person.id.in_(consent_given(person_ids, purpose, session)))
        .order_by(Person.id)
        .with_for_update(of=Person)
    ).all()
    # Locked: asked anew, as two of her answers may come at once.
    given = consent_given([person.id for person in people], purpose, session)
    text = TEXTS[purpose]
    withdrawn = [person for person in people if person.id in given]
    session.add_all(
        Consent(
            person_id=person.id,
            purpose=purpose,
            answer="withdrawn",
            text=str(text.words),
            text_version=text.version,
            recorded_by=by,
            recorded_at=now,
        )
        for person in withdrawn
    )
    return [person.public_id for person in withdrawn]
