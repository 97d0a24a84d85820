"""Keys: made, let in, changed, recovered, taken away. Nothing is stored before words were typed
back, and no secret lies anywhere afterwards."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from kash.accounts.members.services.members import make_own_keys, recover, remove, rotate
from kash.accounts.members.services.vault_sessions import open_with_passphrase
from kash.accounts.queries.accounts import account, actor_of
from kash.accounts.services.accounts import set_roles
from kash.accounts.services.locking import lock_at_once
from kash.platform import vault as sealed
from kash.platform.database import db, utc_now
from kash.platform.vault import AuditEntry, Compartment, VaultMember
from kash.policy import SYSTEM, Actor, Role
from tests.conftest import AMember
from tests.refusals import refuses

Member = Callable[..., AMember]


def words_of(page: str) -> str:
    return " ".join(re.findall(r"<code>([a-z]+)</code>", page))


def code_of(page: str) -> str:
    return "-".join(re.findall(r"<code>([0-9a-z]{4})</code>", page))


def carried(page: str) -> str:
    found = re.search(r'name="sealed"[^>]*value="([^"]*)"', page)
    assert found is not None
    return found.group(1)


def shown_in(page: str) -> str:
    """Which key's words a page shows, as it carries that."""
    found = re.search(r'name="shown"[^>]*value="([0-9a-f]{64})"', page)
    assert found is not None
    return found.group(1)


def shown(client: FlaskClient, path: str) -> tuple[str, str]:
    """The words that a page shows, and how the next page carries them."""
    page = client.get(path).get_data(as_text=True)
    words = words_of(page)
    assert len(words.split()) == 6
    after = client.post(path, data={"step": "shown", "sealed": carried(page)})
    text = after.get_data(as_text=True)
    assert not any(f">{word}<" in text for word in words.split())
    return words, carried(text)


def make_keys(client: FlaskClient) -> tuple[str, str]:
    words, kept = shown(client, "/w/v/k")
    done = client.post("/w/v/k", data={"sealed": kept, "typed": words})
    assert done.status_code == 200
    return words, code_of(done.get_data(as_text=True))


def members() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(select(VaultMember.holder)))


def open_in(client: FlaskClient, who: Actor, passphrase: str) -> None:
    """As its page does, without the second factor."""
    token = open_with_passphrase(who, passphrase, lambda: None)
    client.set_cookie("vault", token)


@pytest.fixture
def person(actor, client_for):
    """An account and its browser; the actor knows its session."""
    from dataclasses import replace

    from kash.accounts.models import SignedInSession

    def make(*roles: str, **more: str) -> tuple[Actor, FlaskClient]:
        who = actor(*roles, **more)
        browser = client_for(who)
        row = db.session.query(SignedInSession).filter_by(account_id=who.account_id).one()
        return replace(who, session_id=row.public_id), browser

    return make


def test_nothing_is_stored_before_the_words_were_typed_back(person):
    who, browser = person("documentation")
    words, kept = shown(browser, "/w/v/k")
    wrong = browser.post("/w/v/k", data={"sealed": kept, "typed": words.replace(" ", "x", 1)})
    assert wrong.status_code == 422
    assert "not the words that you were shown" in wrong.get_data(as_text=True)
    assert members() == []
    # The error does not throw her back to other words.
    again = carried(wrong.get_data(as_text=True))
    assert browser.post("/w/v/k", data={"sealed": again, "typed": words}).status_code == 200
    assert members() == [who.public_id]


def test_words_that_were_altered_or_made_elsewhere_make_nothing(person):
    _who, browser = person("documentation")
    _other, elsewhere = person("documentation")
    words, kept = shown(elsewhere, "/w/v/k")
    for bad in (kept, kept[:-8], "x", "", "\u00e9"):
        answer = browser.post("/w/v/k", data={"sealed": bad, "typed": words})
        assert (answer.status_code, answer.headers["Location"]) == (303, "/w/v/k")
    assert members() == []


@pytest.mark.any_engine
def test_the_first_makes_what_her_roles_allow_and_the_next_is_let_in(both_engines_app, person):
    officer, her_browser = person("documentation", name="Officer")
    custodian, his_browser = person("custodian", name="Custodian")
    director, third = person("director", name="Director")
    make_keys(third)
    # A director never begins.
    assert db.session.scalars(select(Compartment.name)).all() == []
    words, _code = make_keys(her_browser)
    db.session.rollback()
    assert db.session.scalars(select(Compartment.name)).all() == ["case"]
    his_words, _code = make_keys(his_browser)
    db.session.rollback()
    assert sorted(db.session.scalars(select(Compartment.name))) == ["case", "identity"]

    open_in(her_browser, officer, words)
    waiting = db.session.query(VaultMember).filter_by(holder=custodian.public_id).one()
    fingerprint = sealed.fingerprint(waiting.public_key)
    path = f"/w/v/m/{waiting.public_id}/in"
    page = her_browser.get(path).get_data(as_text=True)
    assert fingerprint in page
    assert her_browser.post(path).status_code == 422
    # The page carries which key's words it shows: another key is refused.
    other = her_browser.post(path, data={"compared": "y", "shown": "0" * 64})
    assert other.status_code == 422
    assert "The words have changed meanwhile" in other.get_data(as_text=True)
    compared = {"compared": "y", "shown": shown_in(page)}
    assert her_browser.post(path, data=compared).status_code == 303

    open_in(his_browser, custodian, his_words)
    text = his_browser.get("/w/v").get_data(as_text=True)
    assert "You wait for" not in text
    document = sealed.file_document(db.session(), "test.case", b"what was done")
    db.session.commit()
    for browser, who, passphrase in (
        (her_browser, officer, words),
        (his_browser, custodian, his_words),
    ):
        del browser
        member = db.session.query(VaultMember).filter_by(holder=who.public_id).one()
        private = sealed.private_by_passphrase(member, sealed.stretched(passphrase, member.salt))
        opened = sealed.open_in_memory(db.session(), member, private, utc_now())
        found = sealed.fetch_one(db.session(), document.public_id, "test.case")
        assert sealed.open_document(opened, found) == b"what was done"
    assert set(members()) == {director.public_id, officer.public_id, custodian.public_id}


def test_who_waits_opens_nothing_and_sees_her_words(a_member, person):
    a_member("documentation", name="Neema")
    who, browser = person("documentation")
    passphrase, kept = shown(browser, "/w/v/k")
    made = browser.post("/w/v/k", data={"sealed": kept, "typed": passphrase})
    member = db.session.query(VaultMember).filter_by(holder=who.public_id).one()
    four = sealed.fingerprint(member.public_key)
    # At once where the keys are made, later only by the passphrase: the row may be altered.
    assert four in made.get_data(as_text=True)
    page = browser.get("/w/v").get_data(as_text=True)
    assert (four in page, "Neema" in page) == (False, True)
    wrong = browser.post("/w/v", data={"passphrase": "river amused"})
    assert (wrong.status_code, four in wrong.get_data(as_text=True)) == (422, False)
    right = browser.post("/w/v", data={"passphrase": passphrase})
    assert (right.status_code, four in right.get_data(as_text=True)) == (200, True)
    words = passphrase
    with refuses("You hold no keys of the vault yet, or nobody has let you in."):
        open_with_passphrase(who, words, lambda: None)


def test_another_passphrase_takes_the_place_of_the_first(a_member):
    her = a_member("documentation", is_open=False)
    words, kept = shown(her.client, "/w/v/p")
    wrong = her.client.post("/w/v/p", data={"sealed": kept, "typed": words, "passphrase": "absent"})
    assert wrong.status_code == 422
    done = her.client.post(
        "/w/v/p", data={"sealed": kept, "typed": words, "passphrase": her.passphrase}
    )
    assert done.status_code == 200
    open_with_passphrase(her.actor, words, lambda: None)
    with refuses("This passphrase does not open the vault."):
        open_with_passphrase(her.actor, her.passphrase, lambda: None)
    with refuses("This recovery code is not right."):
        recover(her.actor, her.recovery_code, "other words")


@pytest.mark.any_engine
def test_the_recovery_code_gives_new_words_and_a_new_code(both_engines_app, a_member):
    her = a_member("documentation")
    words, kept = shown(her.client, "/w/v/r")
    typed = her.recovery_code.replace("0", "O").replace("1", "l").upper()
    done = her.client.post("/w/v/r", data={"sealed": kept, "typed": words, "recovery_code": typed})
    fresh = code_of(done.get_data(as_text=True))
    assert len(fresh) == 39
    assert fresh != her.recovery_code
    # Where it was open with the old words, it is not any more.
    assert her.client.get("/w/v/state").get_json()["open"] is False
    open_with_passphrase(her.actor, words, lambda: None)
    recover(her.actor, fresh, "yet other words")


def test_the_recovery_sheet_is_made_at_once_and_kept_nowhere(app, person, monkeypatch):
    printed: list[str] = []
    monkeypatch.setattr(
        "kash.accounts.members.views.document",
        lambda paged: printed.append(paged.html) or b"%PDF",  # type: ignore[func-returns-value]
    )
    _who, browser = person("documentation")
    words, kept = shown(browser, "/w/v/k")
    page = browser.post("/w/v/k", data={"sealed": kept, "typed": words}).get_data(as_text=True)
    code = code_of(page)
    answer = browser.post("/w/v/s", data={"sealed": carried(page)})
    assert answer.headers["Content-Disposition"] == "attachment; filename=sheet.pdf"
    assert answer.headers["Cache-Control"] == "no-store"
    assert all(group in printed[0] for group in code.split("-"))
    assert browser.post("/w/v/s", data={"sealed": "x"}).status_code == 409
    folder = Path(app.config["SETTINGS"].data_dir)
    with db.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    for file in folder.rglob("*"):
        if file.is_file():
            held = file.read_bytes()
            for secret in (words, code, code.replace("-", "")):
                assert secret.encode() not in held


@pytest.mark.any_engine
def test_an_administrator_takes_keys_away_without_any(both_engines_app, a_member, sign_in):
    her, other = a_member("documentation"), a_member("documentation")
    administrator = sign_in("administrator")
    path = f"/w/v/m/{her.public_id}/remove"
    assert "only one person can open the cases" in administrator.get(path).get_data(as_text=True)
    assert administrator.post(path).status_code == 303
    assert members() == [other.actor.public_id]
    assert her.client.get("/w/v/state").get_json()["open"] is False
    # The last of all is taken away by two.
    path = f"/w/v/m/{other.public_id}/remove"
    last = administrator.get(path).get_data(as_text=True)
    assert "nobody can open the cases any more" in last
    assert "it takes two" in last
    assert administrator.post(path, data={"loss_known": "y"}).status_code == 303
    assert members() == [other.actor.public_id]


def test_a_director_without_keys_takes_nobodys_away(a_member, sign_in):
    her = a_member("documentation")
    assert sign_in("director").post(f"/w/v/m/{her.public_id}/remove").status_code == 403
    assert members() == [her.actor.public_id]


def test_locking_and_leaving_say_what_hangs_on_the_last_keys(a_member, sign_in):
    her = a_member("documentation")
    administrator = sign_in("administrator")
    sentence = "Nobody else can open the cases. Locking holds the key back and loses nothing."
    for way in ("lock", "hand-over"):
        page = administrator.get(
            f"/accounts/{her.actor.public_id}/{way}", follow_redirects=True
        ).get_data(as_text=True)
        assert sentence in page
    assert sentence in her.client.get("/account/lock").get_data(as_text=True)
    a_member("documentation")
    a_member("documentation")
    assert sentence not in her.client.get("/account/lock").get_data(as_text=True)


def test_an_administrator_never_holds_keys_even_with_a_role_beside(a_member, person):
    her = a_member("documentation")
    both, browser = person("director", "administrator")
    assert "Your account can hold no keys" in browser.get("/w/v").get_data(as_text=True)
    assert browser.get("/w/v/k").status_code == 403
    with refuses("The roles of this account allow no keys of the vault."):
        make_own_keys(both, "some words")
    # Keys made before the role was given go at once.
    third, third_browser = person("director")
    make_keys(third_browser)
    set_roles(SYSTEM, third.public_id, [Role.DIRECTOR, Role.ADMINISTRATOR])
    assert members() == [her.actor.public_id]


def test_what_is_lost_with_the_last_keys_is_read_before_a_role_is_taken_away(a_member, person):
    """One tick less on a page of roles, and nobody could open a name or a case any more."""
    her = a_member("custodian")
    _administrator, browser = person("administrator")
    address = f"/accounts/{her.actor.public_id}/roles"
    assert "Nobody else can open the identities." in browser.get(address).text
    answer = browser.post(address, data={"roles": "trainer"})
    assert (answer.status_code, members()) == (422, [her.actor.public_id])
    # Nor by reading it: the last leaves by her own hand, or by two.
    read = browser.post(address, data={"roles": "trainer", "loss_known": "y"})
    assert (read.status_code, members()) == (422, [her.actor.public_id])
    assert "Nobody else can open something in the vault" in read.text
    assert actor_of(account(her.actor.public_id)).roles == {Role.CUSTODIAN}


def test_nobody_lets_in_who_is_locked_or_herself(a_member):
    her = a_member("documentation")
    other = a_member("director", is_open=False)
    own = her.client.post(f"/w/v/m/{her.public_id}/in", data={"compared": "y"})
    assert own.status_code == 200
    lock_at_once(her.actor, other.actor.public_id)
    gone = her.client.post(f"/w/v/m/{other.public_id}/in", data={"compared": "y"})
    assert gone.status_code == 404


@pytest.mark.any_engine
def test_after_everything_was_lost_members_begin_anew(both_engines_app, a_member, person):
    her = a_member("documentation")
    old = sealed.file_document(db.session(), "test.case", b"before").public_id
    db.session.commit()
    remove(her.actor, her.public_id)
    who, browser = person("documentation")
    words, _code = make_keys(browser)
    new = sealed.file_document(db.session(), "test.case", b"after").public_id
    db.session.commit()
    token = open_with_passphrase(who, words, lambda: None)
    found = sealed.find_opening(db.session(), who.session_id, token, utc_now())
    assert found is not None
    vault = found[0]
    session = db.session()
    opened = sealed.open_document(vault, sealed.fetch_one(session, new, "test.case"))
    assert opened == b"after"
    with pytest.raises(sealed.UnknownKey):
        sealed.open_document(vault, sealed.fetch_one(session, old, "test.case"))
    assert sealed.unfinished_rotations(session) == {}
    rotate(who, lambda: vault)
    with pytest.raises(sealed.UnknownKey):
        sealed.open_document(vault, sealed.fetch_one(db.session(), old, "test.case"))


def test_the_audit_names_who_and_whom_and_no_word(a_member):
    her = a_member("documentation")
    other = a_member("documentation", is_open=False)
    remove(her.actor, other.public_id)
    entry = db.session.scalars(select(AuditEntry).order_by(AuditEntry.seq.desc())).first()
    assert entry is not None
    assert (entry.actor, entry.action, list(entry.subjects)) == (
        her.actor.public_id,
        "vault.member_removed",
        [other.public_id],
    )
