"""`flask vault members|status|scrub`: they tell how it stands, and no secret."""

from collections.abc import Callable

from apiflask import APIFlask

from kash.accounts.members.services.members import remove
from kash.platform.database import db
from kash.platform.vault import file_document
from tests.conftest import AMember

Member = Callable[..., AMember]


def told(app: APIFlask, *words: str) -> str:
    db.session.commit()
    done = app.test_cli_runner().invoke(args=["vault", *words])
    assert done.exit_code == 0, done.output
    return str(done.output)


def test_before_there_are_keys(app):
    assert told(app, "members") == "Nobody holds keys.\n"
    assert told(app, "status") == (
        "case: not made yet\nidentity: not made yet\nopen in browsers: 0\n"
    )


def test_who_holds_what_and_what_is_left(app, a_member):
    custodian, officer = a_member("custodian"), a_member("documentation", is_open=False)
    gone = a_member("director", is_open=False)
    file_document(db.session(), "test.case", b"x")
    db.session.commit()
    remove(custodian.actor, gone.public_id)
    assert sorted(told(app, "members").splitlines()) == sorted(
        [
            f"{custodian.public_id} account {custodian.actor.public_id}"
            " holds case,identity waits for -",
            f"{officer.public_id} account {officer.actor.public_id} holds case waits for -",
        ]
    )
    assert told(app, "status") == (
        "case: 2 can open it, documents: 1, rotation unfinished: 1 left\n"
        "identity: 1 can open it, documents: 0\n"
        "open in browsers: 1\n"
    )


def test_scrubbing_says_that_it_is_done(both_engines_app):
    assert "Nothing that was shredded is left" in told(both_engines_app, "scrub")
