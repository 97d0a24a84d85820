"""What is measured of the search must be searched as it is said."""

import pytest
from sqlalchemy import delete, update

from benchmarks.load import PASSWORD, load_programme
from benchmarks.people import ACCOUNTS
from benchmarks.searching import QUERIES
from kash.accounts.models import Programme
from kash.people.models import Group, Person
from kash.platform.database import db, writing
from tests.benchmarks.test_load import SMALL
from tests.conftest import CHEAP


@pytest.fixture
def loaded(both_engines_app):
    with writing() as session:
        session.execute(delete(Group))
        session.execute(delete(Programme))
    both_engines_app.config["ARGON2"] = CHEAP
    yield load_programme(both_engines_app, SMALL)
    db.session.remove()


def test_each_query_finds_whom_it_is_meant_to(both_engines_app, loaded):
    names = ("Nekesa Ng’ang’a", "Zawadi Odera", "Atieno Okello")
    people = loaded.everybody.people
    with writing() as session:
        for person, name in zip(people, names, strict=False):
            folded = name.replace("’", "").lower()
            session.execute(
                update(Person)
                .where(Person.id == person.key)
                .values(chosen_name=name, sort_name=folded)
            )
        session.execute(
            update(Person).where(Person.id == people[3].key).values(reference=QUERIES["number"])
        )
        fourth = people[3].public_id
    expected = {
        "rare": names[0],
        "first name": names[1],
        "family name": names[1],
        "one letter": names[1],
        "two letters": names[1],
        "two words": names[2],
        "number": fourth,
    }
    for account in ACCOUNTS:
        client = both_engines_app.test_client()
        email = loaded.everybody.accounts[account].email
        client.post("/sign-in", data={"email": email, "password": PASSWORD})
        for query, typed in QUERIES.items():
            answer = client.post("/people/search", data={"search": typed})
            assert answer.status_code == 200
            wanted = expected.get(query)
            if wanted is None:
                assert "Nobody found" in answer.text
            elif query != "number" or account == "director":
                assert wanted in answer.text, (account, query)
