"""Who is to be put on a track and who can be taken off again, beside those who just aren't."""

from datetime import timedelta
from typing import Any

import pytest

from kash.certificates.tracks.models import Track, TrackEnrolment, TrackMove, TrackVersion
from kash.certificates.tracks.queries import visits as entering
from kash.certificates.tracks.queries.visits import (
    batch_to_undo,
    batches_to_undo,
    entrants,
    people_of_lines,
    people_of_workshop,
    undoable,
    workshops_to_enter_from,
)
from kash.certificates.tracks.rules.standing import EntryOutcome, PastedLine
from kash.people.models import Group, Person
from kash.platform.database import db
from kash.platform.web.errors import Forbidden, NotFound
from kash.policy import SYSTEM
from kash.workshops.models import Enrolment, Workshop
from tests.rows import NOW, row

pytestmark = pytest.mark.usefixtures("as_it_was")
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def _track() -> tuple[Track, TrackVersion]:
    track = row(Track)
    return track, row(TrackVersion, track_id=track.id, number=3, tree={})


def test_entrants_stand_by_name_with_what_would_become_of_each(actor, groups, monkeypatch):
    herself = row(Person, group=groups[0], chosen_name="Zawadi", sort_name="zawadi")
    trainer = actor("trainer", person_id=herself.id)
    herself.created_by = trainer.public_id

    def person(name: str, by: str = trainer.public_id, **more: Any) -> Person:
        known = {"group": groups[1], "chosen_name": name, "sort_name": name.lower()}
        return row(Person, created_by=by, **(known | more))

    people = [
        person("Nyota"),
        person("Bora", minor=True),
        person("Amani"),
        herself,
        person("Other", "somebody"),
    ]
    (track, version), (other, theirs) = _track(), _track()
    for of, on, who in ((track, version, people[2]), (other, theirs, people[0])):
        row(TrackEnrolment, track_id=of.id, version_id=on.id, person_id=who.id)
    ids = [one.public_id for one in people]
    first, second = (group.letter for group in groups)
    expected = [
        dict(zip(("person", "name", "letter", "outcome", "version"), values, strict=True))
        for values in (
            (ids[2], "Amani", second, EntryOutcome.ON_IT, 3),
            (ids[1], "Bora", second, EntryOutcome.MINOR, 0),
            (ids[0], "Nyota", second, EntryOutcome.NEW, 0),
            (ids[3], "Zawadi", first, EntryOutcome.ONESELF, 0),
        )
    ]
    for at_once in (2, 500):
        monkeypatch.setattr(entering, "_AT_ONCE", at_once)
        assert entrants(track, trainer, [*ids, ids[0]]) == expected
    assert [entrant["name"] for entrant in entrants(track, SYSTEM, ids)] == [
        "Amani",
        "Bora",
        "Nyota",
        "Other",
        "Zawadi",
    ]


def test_pasted_lines_lead_to_her_own_people_by_number_code_reference_or_name(actor, groups):
    trainer = actor("trainer")
    own = [
        row(Person, group=groups[0], created_by=by, reference=reference, sort_name=name)
        for by, reference, name in (
            (trainer.public_id, "PF-1", "zawadi nyota"),
            (trainer.public_id, "PF-2", "amani bora"),
            ("somebody", "PF-3", "other"),
        )
    ]
    ids = [one.public_id for one in own]
    cells = [ids[0].upper(), ids[1][:6], "PF-2", "Nyota Zawadi", "Zawadi Nyota", "PF-3", "Other"]
    lines = [PastedLine(number, cell, (cell,)) for number, cell in enumerate(cells, start=1)]
    found = [one.person for one in people_of_lines(trainer, lines)]
    assert found == [ids[0], ids[1], ids[1], None, ids[0], None, None]


def test_those_come_from_a_workshop_who_have_a_place_in_it(actor, monkeypatch):
    trainer, other = actor("trainer"), actor("trainer")
    made = [
        row(Workshop, created_by=by.public_id, starts_on=day.date(), ends_on=day.date())
        for by, day in ((trainer, NOW), (trainer, NOW + DAY), (other, NOW))
    ]
    group = row(Group)
    people = [row(Person, group=group) for _at in range(3)]
    for person, state in zip(people, ("confirmed", "invited", "confirmed"), strict=True):
        row(Enrolment, workshop_id=made[0].id, person_id=person.id, state=state)
    row(Enrolment, workshop_id=made[1].id, person_id=people[1].id, state="confirmed")
    found = people_of_workshop(trainer, made[0].public_id)
    assert sorted(found) == sorted([people[0].public_id, people[2].public_id])
    assert people_of_workshop(trainer, made[0].public_id, 1) == []
    with pytest.raises(Forbidden):
        people_of_workshop(trainer, made[2].public_id)
    latest_first = [(one.public_id, one.title, one.starts_on) for one in (made[1], made[0])]
    assert workshops_to_enter_from(trainer) == latest_first
    monkeypatch.setattr(entering, "MOST_WORKSHOPS", 1)
    assert workshops_to_enter_from(trainer) == latest_first[:1]


def test_whoever_was_put_on_together_is_taken_off_within_thirty_days_unless_moved(
    actor, groups, monkeypatch
):
    herself = row(Person, group=groups[0])
    trainer = actor("trainer", person_id=herself.id)
    herself.created_by = trainer.public_id
    (track, version), (other, theirs) = _track(), _track()
    made = {}
    for name, batch, days, more in (
        ("a1", "a" * 16, 1, {}),
        ("a2", "a" * 16, 1, {}),
        ("b", "b" * 16, 0, {}),
        ("c", "c" * 16, 3, {}),
        ("d", "d" * 16, 4, {}),
        ("moved", "a" * 16, 1, {}),
        ("old", "o" * 16, 30, {}),
        ("alone", "", 1, {}),
        ("stranger", "a" * 16, 1, {"by": "somebody"}),
        ("herself", "a" * 16, 1, {"person": herself}),
        ("elsewhere", "a" * 16, 1, {"track": other, "version": theirs}),
    ):
        by = more.get("by", trainer.public_id)
        person = more.get("person") or row(Person, group=groups[1], created_by=by)
        made[name] = row(
            TrackEnrolment,
            track_id=more.get("track", track).id,
            version_id=more.get("version", version).id,
            person_id=person.id,
            enrolled_by="e" * 16,
            enrolled_at=NOW - days * DAY,
            batch=batch,
        )
    row(TrackMove, enrolment_id=made["moved"].id, from_id=version.id, to_id=version.id)

    def found(batch: str) -> list[str]:
        keys = set(db.session.scalars(undoable(track.id, trainer, NOW, batch)))
        return [name for name, one in made.items() if one.id in keys]

    assert [found(letter * 16) for letter in "abcdo"] == [["a1", "a2"], ["b"], ["c"], ["d"], []]
    assert found("") == []
    entered = [
        (letter * 16, NOW - days * DAY, "e" * 16, people)
        for letter, days, people in (("b", 0, 1), ("a", 1, 2), ("c", 3, 1))
    ]
    assert [tuple(batch) for batch in batches_to_undo(track, trainer, NOW)] == entered
    monkeypatch.setattr(entering, "MOST_OF_BATCH", 0)
    assert [one.people for one in batches_to_undo(track, trainer, NOW)] == [1, 1, 1]
    assert batch_to_undo(track, trainer, NOW, "a" * 16) == entered[1]
    with pytest.raises(NotFound):
        batch_to_undo(track, trainer, NOW, "")
    assert batches_to_undo(track, actor("trainer"), NOW) == []
