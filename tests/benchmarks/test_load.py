"""What is measured must be a programme as people would have made it, and every page of it open."""

from apiflask import APIFlask
from sqlalchemy import delete, func, select

from benchmarks.addresses import LISTS, UNASKED, pages_of
from benchmarks.load import PASSWORD, Loaded, Size, load_programme
from benchmarks.load.rows import Rows
from benchmarks.pages import ACCOUNTS
from kash.accounts.models import Programme
from kash.attendance.models import Mark, RosterEntry, Slot
from kash.attendance.queries.registers import attended
from kash.certificates.models import Certificate, CertificateBatch
from kash.certificates.queries.issuing import candidates
from kash.people.models import Group, Person
from kash.people.rules.persons import sort_name
from kash.platform.database import db, writing
from kash.platform.vault import open_text, verify
from kash.workshops.models import Enrolment, Workshop
from tests.conftest import CHEAP

SMALL = Size(
    people=20,
    workshops=10,
    people_each=8,
    slots_each=5,
    largest=20,
    courses=3,
    trainers=2,
    meetings=4,
    audit_entries=5,
)


def as_much_of_everything_as_was_asked_for() -> None:
    def count(model: type) -> int:
        return db.session.scalar(select(func.count()).select_from(model)) or 0

    assert count(Person) == 20
    assert count(Workshop) == 11
    assert count(Enrolment) == 10 * 8 + 20
    assert count(Mark) > 20 * 5
    assert verify(db.session()).sound


def people_whom_each_trainer_added(loaded: Loaded) -> None:
    added = set(db.session.scalars(select(Person.created_by)))
    assert added == {one.public_id for one in loaded.everybody.trainers}


def marks_of_people_on_the_roster() -> None:
    strays = db.session.scalar(
        select(func.count())
        .select_from(Mark)
        .join(Slot, Slot.id == Mark.slot_id)
        .outerjoin(
            RosterEntry,
            (RosterEntry.register_id == Slot.register_id)
            & (RosterEntry.person_id == Mark.person_id),
        )
        .where(RosterEntry.id.is_(None))
    )
    assert strays == 0


def certificates_that_the_rule_gives() -> None:
    seen = 0
    for batch in db.session.scalars(select(CertificateBatch)):
        minutes = {
            person: there.minutes for person, there in attended(batch.workshop.register_id).items()
        }
        given = {one.person_id: one.minutes for one in batch.certificates}
        assert given == {person: minutes[person] for person in given}
        eligible = {
            row.person_id
            for row in candidates(batch.workshop, db.session(), excluding=batch)
            if not row.missing
        }
        assert set(given) == eligible
        seen += len(given)
    assert seen == db.session.scalar(select(func.count()).select_from(Certificate))
    assert seen > 20


def people_who_are_found_and_whose_phones_are_read() -> None:
    people = db.session.scalars(select(Person).order_by(Person.id)).all()
    assert [person.sort_name for person in people] == [
        sort_name(person.chosen_name) for person in people
    ]
    phone = people[3].phone_sealed
    assert phone is not None
    read = open_text(phone, kind="person.phone", public_id=people[3].public_id)
    assert read == "+254700000003"


def keys_that_go_on_after_the_ones_that_were_chosen() -> None:
    with writing() as session:
        group = Group(name="Another", letter="C", position=3)
        session.add(group)
        session.flush()
        assert group.id == 3


def an_answer_of_every_page_to_somebody(both_engines_app: APIFlask, loaded: Loaded) -> None:
    pages = pages_of(both_engines_app, loaded)
    answered: dict[str, int] = {}
    for name in (*ACCOUNTS, "guarded", ""):
        client = both_engines_app.test_client()
        if name:
            email = loaded.everybody.accounts[name].email
            signed_in = client.post("/sign-in", data={"email": email, "password": PASSWORD})
            assert signed_in.status_code == 303
        for page in pages:
            # One who sees it is enough: what each role sees is asked elsewhere.
            if page.endpoint in answered:
                continue
            # Paper is tried where it is made; here it would only take time.
            if page.addresses[0].endswith((".pdf", "/file")):
                answered[page.endpoint] = 200
                continue
            for address in page.addresses:
                answer = client.post(address, data=page.fields) if page.on else client.get(address)
                assert answer.status_code < 500, address
                if answer.status_code == 200:
                    answered[page.endpoint] = 200
                    break
    assert {page.endpoint for page in pages} == set(answered)
    assert set(answered) >= LISTS
    assert not set(answered) & set(UNASKED)


def test_what_is_loaded_is_a_programme_and_every_page_of_it_open(both_engines_app):
    with writing() as session:
        session.execute(delete(Group))
        session.execute(delete(Programme))
    both_engines_app.config["ARGON2"] = CHEAP
    loaded = load_programme(both_engines_app, SMALL)
    assert {workshop.state for workshop in loaded.workshops} >= {"past", "coming"}
    as_much_of_everything_as_was_asked_for()
    people_whom_each_trainer_added(loaded)
    marks_of_people_on_the_roster()
    certificates_that_the_rule_gives()
    people_who_are_found_and_whose_phones_are_read()
    # On the other engine the matrix asks every page.
    if db.engine.dialect.name == "postgresql":
        an_answer_of_every_page_to_somebody(both_engines_app, loaded)
    keys_that_go_on_after_the_ones_that_were_chosen()


def test_rows_of_unlike_columns_go_into_one_table(both_engines_app):
    with writing() as session:
        session.execute(delete(Group))
        rows = Rows(session)
        rows.add(Group, name="One", letter="A", position=1)
        rows.add(Group, name="Two", letter="B", position=2, is_police=True)
        rows.write()
        found = session.execute(select(Group.id, Group.is_police).order_by(Group.id)).all()
    assert [tuple(row) for row in found] == [(1, False), (2, True)]
