"""Messy lists of which the truth is known: nearly every row is classed rightly, and no wrong
row is ever stored."""

from kash.people.models import Group, Person
from kash.platform.database import db
from tests.people.lists.conftest import confirm, preview_of
from tests.people.lists.messy import make
from tests.profile import usual_or_long

FILES = usual_or_long(20, 50)


def test_messy_lists(app, actor, bring):
    trainer = actor("trainer")
    police = db.session.query(Group).filter_by(letter="A").one().public_id
    right = rows = 0
    faults = []
    for seed in range(FILES):
        messy = make(seed)
        made = bring(trainer, messy.content, "list", police)
        found = {
            each.number: (
                "same" if each.same_row else str(each.state),
                each.placed.row.fact("reference"),
                each.placed.row.phone,
                str(each.placed.row.birth.year or each.placed.row.birth.band),
            )
            for each in preview_of(made, trainer).outcomes
        }
        rows += len(messy.truth.keys() | found.keys())
        for number in sorted(messy.truth.keys() | found.keys()):
            if messy.truth.get(number) == found.get(number):
                right += 1
            else:
                faults.append((seed, number, messy.truth.get(number), found.get(number)))
        if seed % 10 == 0:
            before = db.session.query(Person).count()
            confirm(made, trainer)
            db.session.rollback()
            new = [each for each in messy.truth.values() if each[0] == "new"]
            stored = db.session.query(Person).order_by(Person.id).all()[before:]
            wrong = {each[1] for each in messy.truth.values() if each[0] == "wrong"}
            assert not wrong & {each.reference for each in stored}
            assert len(stored) <= len(new)
    assert right / rows >= 0.99, faults[:20]
