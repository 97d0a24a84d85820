"""Asking somebody for a call."""

from __future__ import annotations

from sqlalchemy import select

from kash.notices.calls import CALL
from kash.notices.rules.reaching import SayingResult
from kash.notices.services.saying import say
from kash.people.models import Person
from kash.people.scope import within_reach
from kash.platform.vault import audited
from kash.platform.web.errors import one_or_404
from kash.platform.web.formats import to_local
from kash.policy import Actor


def ask_for_call(person_id: str, *, by: Actor) -> SayingResult:
    """Ask a person, by her public id, for a call; once a day. Raises NotFound."""
    with audited("notices.call_asked", by) as change:
        person = one_or_404(
            change.session.scalar(
                select(Person.id).where(
                    Person.public_id == person_id, within_reach(by, "messages.ask", few=True)
                )
            )
        )
        day = to_local(change.now).date().isoformat()
        said = say(change.session, CALL.name, person, f"call:{day}", {}, change.now)
        if said is SayingResult.ALREADY:
            change.nothing()
        else:
            change.about(person_id)
        return said
