"""Forms, and rows that were brought in before, beside those that just don't count."""

import pytest

from kash.exchange.kobo.models import KoboForm, KoboRow
from kash.exchange.kobo.queries import (
    connections_on,
    form_of,
    known_rows,
    list_of,
    registration_forms,
)
from kash.people.connections.models import Connection
from kash.people.models import Group, PeopleList, PeopleListPerson, Person
from kash.platform.web.errors import NotFound
from tests.rows import row

pytestmark = pytest.mark.usefixtures("as_it_was")


def test_forms_and_connections_stand_by_name():
    on = {"kind": "kobo", "is_on": True, "state": "approved"}
    made = [
        row(Connection, name=name, **(on | more))
        for name, more in (
            ("beta", {}),
            ("Alpha", {}),
            ("Off", {"is_on": False}),
            ("Other", {"kind": "mail"}),
            ("Asked", {"is_on": False, "state": "proposed"}),
        )
    ]
    assert connections_on() == [made[1], made[0]]
    registration = {"connection": made[0], "group": row(Group)}
    found = [row(KoboForm, title=title, **registration) for title in ("second", "First")]
    assert registration_forms() == [found[1], found[0]]
    assert form_of(found[0].public_id) == found[0]
    with pytest.raises(NotFound):
        form_of("nowhere")
    kept = row(PeopleList)
    assert list_of(found[0]) is None
    found[0].list_id, found[1].list_id = kept.public_id, "thrown away"
    assert [list_of(one) for one in found] == [kept, None]


def test_of_several_versions_of_a_row_the_last_confirmed_one_counts(actor, groups):
    trainer = actor("trainer")
    told = {"group": groups[0]}
    form, other = (row(KoboForm, connection=row(Connection), **told) for _at in range(2))
    people = [row(Person, group=groups[0], created_by=trainer.public_id) for _at in range(3)]
    added, partly, later = (row(PeopleList, state="added", left_count=left) for left in (0, 1, 0))
    waiting = row(PeopleList, state="waiting")
    for of, number, first_id, content, kept, place, person in (
        (form, 1, "x", "c1", added, 1, people[0]),
        (form, 1, "x", "c2", later, 1, None),
        (form, 1, "x", "c3", waiting, 1, people[1]),
        (form, 2, "", "c4", partly, 1, None),
        (form, 3, "y", "c5", partly, 2, people[1]),
        (other, 1, "x", "c6", added, 2, None),
        (other, 4, "z", "c7", added, 3, people[1]),
        (other, 5, "w", "c8", added, 4, people[2]),
    ):
        row(
            KoboRow,
            form_id=of.id,
            number=number,
            first_id=first_id,
            content=content,
            list_id=kept.public_id,
            row=place,
        )
        if person is not None:
            row(PeopleListPerson, list_id=kept.id, person_id=person.id, row=place, added=True)
    first, second, _third = (one.public_id for one in people)
    found = known_rows(form, ["x", "z", ""], trainer)
    assert found == {
        1: ("c2", first),
        2: ("", ""),
        3: ("c5", second),
        "x": ("c2", first),
        "y": ("c5", second),
        "z": ("c7", second),
    }
    hidden = known_rows(form, ["z"], actor("peer"))
    assert hidden[3] == ("c5", "")
