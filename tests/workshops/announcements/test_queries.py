"""News that the people of a workshop were told, beside news of other things."""

from collections import Counter

import pytest

from kash.people.models import Person
from kash.people.notices.models import Notice, message_kinds
from kash.platform.messages.models import OutboxMessage
from kash.workshops.announcements.services import told_lines
from kash.workshops.models import Enrolment, Workshop
from tests.rows import row

pytestmark = pytest.mark.usefixtures("as_it_was")


def test_news_is_told_by_kind_with_the_state_of_each_message(groups):
    names = [one.name for one in message_kinds()]
    first, second = [name for name in names if name.startswith("workshops.")][:2]
    strange = next(name for name in names if not name.startswith("workshops."))
    workshop, other = row(Workshop), row(Workshop)
    people = [row(Person, group=groups[at % 2]) for at in range(3)]
    enrolments = [
        row(Enrolment, workshop_id=of.id, person_id=people[at].id)
        for of, at in ((workshop, 0), (workshop, 1), (other, 2))
    ]
    own, hers = workshop.public_id, enrolments[0].public_id
    for person, kind, event_key, state in (
        (0, second, f"{hers}:1", "delivered"),
        (0, second, f"{hers}:2", "failed"),
        (1, second, f"{own}:1", "delivered"),
        (1, second, own, None),
        (0, first, own, "due"),
        (0, strange, own, "delivered"),
        (0, second, f"{other.public_id}:1", "delivered"),
        (2, second, f"{enrolments[2].public_id}:1", "delivered"),
    ):
        message = None if state is None else row(OutboxMessage, state=state, channel="sms").id
        row(Notice, person_id=people[person].id, kind=kind, event_key=event_key, message_id=message)
    assert [
        (line["kind"].name, line["people"], line["states"]) for line in told_lines(workshop)
    ] == [
        (first, 1, Counter({"due": 1})),
        (second, 2, Counter({"delivered": 2, "failed": 1, "": 1})),
    ]
