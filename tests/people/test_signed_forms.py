"""Many signed forms noted at once: counted, kept in one place, and each person's answer her own."""

import re

import pytest

from kash.people.models import Consent, ConsentBatch, Person
from kash.people.services.persons import note_signed_forms, record_consent
from kash.platform.database import db
from kash.platform.vault import AuditEntry
from tests.refusals import refuses
from tests.workshops.conftest import make_person

NAMES = ("Zawadi Sampuli", "Baraka Sampuli", "Faraja Sampuli")


@pytest.fixture
def trainer(actor):
    return actor("trainer", name="Amani Mfano")


@pytest.fixture
def people(app, trainer):
    """Three people that the trainer added."""
    made = [make_person(name) for name in NAMES]
    for person in db.session.query(Person):
        person.created_by = trainer.public_id
    db.session.commit()
    db.session.rollback()
    return made


def named(page: str) -> set[str]:
    main = page.partition("<main")[2].partition("</main")[0]
    return set(re.findall(r"\w+ (?:Mfano|Sampuli)", main))


def answers(person: str) -> list[tuple[str, str, bool]]:
    """Purpose, answer and whether it came with a heap of forms, in order."""
    db.session.rollback()
    rows = (
        db.session.query(Consent).join(Consent.person).filter(Person.public_id == person)
    ).order_by(Consent.id)
    return [(row.purpose, row.answer, row.batch_id is not None) for row in rows]


@pytest.mark.usefixtures("both_engines_app")
def test_each_person_gets_an_answer_of_her_own_and_no_refusal_is_written_over(people, trainer):
    record_consent(people[1], "printed_name", "refused", trainer)
    record_consent(people[2], "printed_name", "given", trainer)
    with refuses("Forms counted and people ticked differ"):
        note_signed_forms(people, ["printed_name"], 2, "Cupboard 2", trainer)
    for nobody, nothing in (([], ["printed_name"]), (people, []), (people, ["nonsense"])):
        with refuses("Tick who signed, and what was signed."):
            note_signed_forms(nobody, nothing, 3, "Cupboard 2", trainer)
    assert db.session.query(ConsentBatch).count() == 0
    noted = note_signed_forms(people, ["printed_name", "contact"], 3, "Cupboard 2", trainer)
    assert noted == (3, [NAMES[1]])
    assert answers(people[0]) == [("contact", "given", True), ("printed_name", "given", True)]
    assert answers(people[1]) == [("printed_name", "refused", False), ("contact", "given", True)]
    assert answers(people[2]) == [("printed_name", "given", False), ("contact", "given", True)]
    batch = db.session.query(ConsentBatch).one()
    assert (batch.forms, batch.kept_at, batch.recorded_by) == (3, "Cupboard 2", trainer.public_id)
    entry = db.session.query(AuditEntry).filter_by(action="people.signed_forms_noted").one()
    assert set(entry.subjects) == {*people, batch.public_id}
    # Once more adds nothing, and leaves no second heap.
    again = note_signed_forms(people, ["contact"], 3, "Elsewhere", trainer)
    assert again == (0, [])
    assert db.session.query(ConsentBatch).count() == 1


def test_the_words_are_those_of_the_form_that_she_signed(people, trainer):
    person = db.session.query(Person).filter_by(public_id=people[0]).one()
    person.language = "sw"
    db.session.commit()
    db.session.rollback()
    note_signed_forms(people[:2], ["printed_name"], 2, "Cupboard 2", trainer)
    texts = [
        db.session.query(Consent).join(Consent.person).filter(Person.public_id == one).one().text
        for one in people[:2]
    ]
    assert texts[0] != texts[1]
    assert texts[1].startswith("The programme may print the name")


def test_the_page_counts_the_forms_and_loses_nothing_that_was_typed(
    people, trainer, actor, client_for
):
    site = client_for(trainer)
    asked = site.post("/people/consents/signed", data={"chosen": people})
    assert asked.status_code == 200
    assert asked.text.count('name="chosen"') == 3
    sent = {
        "step": "save",
        "chosen": people[:2],
        "offered": people,
        "purposes": ["printed_name"],
        "forms": "3",
        "kept_at": "Cupboard <2>",
    }
    wrong = site.post("/people/consents/signed", data=sent)
    assert wrong.status_code == 422
    assert "Count again, and untick those who have no form" in wrong.text
    assert 'value="Cupboard &lt;2&gt;"' in wrong.text
    # Nobody disappears from the page by being unticked.
    assert wrong.text.count('name="chosen"') == 3
    done = site.post("/people/consents/signed", data=sent | {"forms": "2"})
    assert done.status_code == 303
    assert [len(answers(person)) for person in people] == [1, 1, 0]
    shown = site.get(f"/people/{people[0]}").text
    assert "Signed form, kept with others: Cupboard &lt;2&gt;" in shown
    # Somebody else's people are not hers to note.
    other = client_for(actor("trainer", name="Other Mfano"))
    assert other.post("/people/consents/signed", data=sent | {"forms": "2"}).status_code == 303
    assert [len(answers(person)) for person in people] == [1, 1, 0]


def test_forms_are_noted_of_both_groups_though_one_is_shown_at_a_time(trainer, people, client_for):
    """The forms are counted in a hall, with officers and community before the screen."""
    officer = make_person("Otieno Mfano", "A")
    db.session.query(Person).filter_by(public_id=officer).one().created_by = trainer.public_id
    db.session.commit()
    site, page = client_for(trainer), "/people/consents/signed"
    names = {"A": {"Otieno Mfano"}, "B": set(NAMES)}

    first = site.post(page, data={"chosen": [officer, *people]}).text
    assert named(first) == names["A"]
    assert f'<a href="/people/{officer}">Otieno Mfano</a>' in first
    sent = {
        "step": "save",
        "shown": "A",
        "offered": [officer, *people],
        # Of group A nobody stays ticked; the others are not shown, and go along.
        "chosen": people,
        "purposes": ["printed_name"],
        "forms": "3",
        "kept_at": "Cupboard 2",
    }
    for letter in ("A", "B", "A"):
        turned = site.post(page, data=sent | {"group": letter})
        assert turned.status_code == 200
        assert named(turned.text) == names[letter]
        assert 'value="Cupboard 2"' in turned.text
        assert 'data-unsent="yes"' in turned.text
        shown = letter == "B"
        assert turned.text.count('type="checkbox" name="chosen"') == (3 if shown else 1)
        assert turned.text.count('type="hidden" name="chosen"') == (0 if shown else 3)
    assert f'value="{officer}" checked' not in turned.text
    # What was sent with an error shows the same group again.
    wrong = site.post(page, data=sent | {"shown": "B", "forms": "4"})
    assert wrong.status_code == 422
    assert named(wrong.text) == names["B"]
    assert [len(answers(person)) for person in (officer, *people)] == [0, 0, 0, 0]
    assert site.post(page, data=sent).status_code == 303
    assert [len(answers(person)) for person in (officer, *people)] == [0, 1, 1, 1]
