"""Many signed consent forms noted at once: counted, put away in one place, and each a row of its
own."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from flask_babel import force_locale
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from kash.people.consent_texts import TEXTS
from kash.people.form_languages import form_language
from kash.people.models import Consent, ConsentBatch, Person
from kash.people.rules.persons import forms_fit, keeps_from, present_answers, purposes_for
from kash.platform.vault import audited
from kash.platform.web import Problem
from kash.policy import Actor


class FormsMiscounted(Problem):
    """The forms on the table are not as many as the people who were ticked."""

    status = 422
    field = "forms"
    sentence = _l(
        "The forms that you counted are not as many as the people who are ticked. Every person has"
        " a form of their own: count again, and untick whoever has none."
    )


class NothingSigned(Problem):
    """Nothing was chosen that these people agreed to."""

    status = 422
    sentence = _l("Tick who signed, and what was signed.")


@dataclass(frozen=True)
class Noted:
    """How many people's answers were added; those who had refused or withdrawn something, by name:
    what they sign now is recorded one by one, so that nobody's no is written over in a heap."""

    people: int
    left: tuple[str, ...] = ()


def note_signed_forms(
    people: Sequence[str],
    purposes: Collection[str],
    forms: int,
    kept_at: str,
    by: Actor,
) -> Noted:
    """Note that these people (public ids) signed forms on which they agree to these purposes.

    `forms` is how many sheets were counted, `kept_at` where they lie. What somebody agreed to
    already stays as it is, and what nobody of her group is asked is not noted of her. The caller
    has made sure that they are in the actor's reach. Raises NothingSigned and FormsMiscounted.
    """
    wanted = [purpose for purpose in TEXTS if purpose in purposes]
    if not people or not wanted:
        raise NothingSigned
    if not forms_fit(forms, people):
        raise FormsMiscounted
    with audited("people.signed_forms_noted", by) as change:
        session = change.session
        found = session.scalars(
            select(Person)
            .where(Person.public_id.in_(set(people)))
            .order_by(Person.id)
            .with_for_update(of=Person)
        ).all()
        answers: dict[int, list[tuple[str, str]]] = {}
        for person_id, purpose, answer in session.execute(
            select(Consent.person_id, Consent.purpose, Consent.answer)
            .where(Consent.person_id.in_([person.id for person in found]))
            .order_by(Consent.id)
        ):
            answers.setdefault(person_id, []).append((purpose, answer))
        batch = ConsentBatch(
            forms=forms, kept_at=kept_at, recorded_by=by.public_id, recorded_at=change.now
        )
        session.add(batch)
        session.flush()
        noted, left = 0, []
        for person in found:
            present = present_answers(answers.get(person.id, ()))
            asked = purposes_for(police=person.group.is_police)
            hers = [purpose for purpose in wanted if purpose in asked]
            if any(keeps_from(present.get(purpose)) for purpose in hers):
                left.append(person.chosen_name)
            new = [purpose for purpose in hers if present.get(purpose) is None]
            if not new:
                continue
            with force_locale(form_language(person)[0]):
                session.add_all(
                    Consent(
                        person_id=person.id,
                        purpose=purpose,
                        answer="given",
                        text=str(TEXTS[purpose].words),
                        text_version=TEXTS[purpose].version,
                        recorded_by=by.public_id,
                        recorded_at=change.now,
                        batch_id=batch.id,
                    )
                    for purpose in new
                )
            change.about(person.public_id)
            noted += 1
        if not noted:
            change.nothing()
        else:
            change.about(batch.public_id)
        return Noted(noted, tuple(left))
