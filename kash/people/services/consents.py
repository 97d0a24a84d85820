"""What people agreed to or refused. An answer is added; none is ever changed."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from kash.people.consent_texts import TEXTS
from kash.people.models import Consent
from kash.people.queries import locked_person, newest_answers
from kash.people.rules import possible_answers, present_answers
from kash.policy import Actor
from kash.vault import audited
from kash.web import Problem


class NotPossibleNow(Problem):
    """This answer does not follow from the one that holds now."""

    sentence = _l("The answer has changed meanwhile. Look at what holds now, then choose again.")


def record_consent(public_id: str, purpose: str, answer: str, by: Actor) -> None:
    """Add a person's answer with the words that were read out, in the language of the page.

    Raises NotFound and NotPossibleNow (also for the same answer sent twice).
    """
    text = TEXTS[purpose]
    words = str(text.words)
    with audited("people.consent_recorded", by) as change:
        person = locked_person(change.session, public_id)
        present = present_answers(newest_answers(change.session, person.id)).get(purpose)
        if answer == present or answer not in possible_answers(present):
            raise NotPossibleNow
        change.session.add(
            Consent(
                person_id=person.id,
                purpose=purpose,
                answer=answer,
                text=words,
                text_version=text.version,
                recorded_by=by.public_id,
                recorded_at=change.now,
            )
        )
        change.about(person.public_id)
