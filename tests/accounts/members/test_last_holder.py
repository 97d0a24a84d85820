"""The last who can open something leaves by her own hand or by two; locking her account holds her
key back and loses nothing."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import update

from kash.accounts.errors import CannotAgree, LastKeyHolder
from kash.accounts.members import queries
from kash.accounts.members.queries import HELD_BACK, TAKEN
from kash.accounts.members.services.members import (
    ask_to_remove,
    change_passphrase,
    recover,
    remove,
    return_half,
    rotate,
    withdraw_removal,
)
from kash.accounts.members.services.vault_sessions import open_with_passphrase
from kash.accounts.models import Account, AccountBacking, AccountNotice
from kash.accounts.queries.accounts import account
from kash.accounts.queries.safety import breach
from kash.accounts.services.accounts import set_roles
from kash.accounts.services.locking import deactivate, lock_at_once
from kash.platform.database import db, utc_now
from kash.platform.vault import (
    AuditEntry,
    CompartmentWrap,
    VaultMember,
    can_open,
    fetch,
    file_document,
    find_opening,
    open_document,
)
from kash.platform.web.errors import Forbidden, NotFound
from kash.policy import SYSTEM, Role
from tests.conftest import AMember
from tests.refusals import refuses

pytestmark = pytest.mark.usefixtures("both_engines_app")
Member = Callable[..., AMember]


def holders() -> dict[str, int]:
    db.session.rollback()
    return {str(name): count for name, count in can_open(db.session()).items()}


def filed() -> str:
    public_id = file_document(db.session(), "test.case", b"what was done").public_id
    db.session.commit()
    return str(public_id)


def opens(her: AMember, document: str) -> bytes:
    token = open_with_passphrase(her.actor, her.passphrase, lambda: None)
    found = find_opening(db.session(), her.actor.session_id, token, utc_now())
    assert found is not None
    return open_document(found[0], fetch(db.session(), document)[0])


def entries(action: str) -> list[tuple[str, list[str]]]:
    db.session.rollback()
    found = db.session.query(AuditEntry).filter_by(action=action).order_by(AuditEntry.seq)
    return [(entry.actor, list(entry.subjects)) for entry in found]


def test_nobody_alone_takes_the_last_away(a_member, actor):
    her, other = a_member("documentation"), a_member("documentation")
    document = filed()
    boss = actor("administrator")
    remove(boss, other.public_id)
    assert holders() == {"case": 1}
    with pytest.raises(LastKeyHolder):
        remove(boss, her.public_id)
    with pytest.raises(LastKeyHolder):
        set_roles(boss, her.actor.public_id, [Role.TRAINER])
    with pytest.raises(LastKeyHolder):
        deactivate(boss, her.actor.public_id)
    assert account(her.actor.public_id).active
    assert holders() == {"case": 1}
    assert opens(her, document) == b"what was done"
    # With another in, she is not the last, and goes as anybody does.
    a_member("documentation")
    set_roles(boss, her.actor.public_id, [Role.TRAINER])
    assert holders() == {"case": 1}


def test_two_who_are_independent_take_the_last_away(a_member, actor):
    her = a_member("documentation", name="Her")
    boss, director = actor("administrator", name="Boss"), actor("director", name="Director")
    puppet = actor("administrator", name="Puppet")
    db.session.add(AccountBacking(account_id=puppet.account_id, by=boss.public_id, at=utc_now()))
    db.session.commit()
    with pytest.raises(Forbidden):
        ask_to_remove(director, her.public_id)
    ask_to_remove(boss, her.public_id)
    with refuses("You have asked for this already."):
        ask_to_remove(puppet, her.public_id)
    # She is told, and nobody who depends on the asker agrees: nor the asker.
    kinds = [
        one.kind
        for one in db.session.query(AccountNotice).filter_by(account_id=her.actor.account_id)
    ]
    assert kinds == ["keys_asked"]
    for second in (boss, puppet):
        with pytest.raises(CannotAgree):
            remove(second, her.public_id)
    with pytest.raises(NotFound):
        withdraw_removal(puppet, her.public_id)
    assert [queries.removal_for(one, her.public_id).way for one in (boss, puppet, director)] == [
        "asked",
        "refused",
        "agree",
    ]
    withdraw_removal(boss, her.public_id)
    with pytest.raises(LastKeyHolder):
        remove(director, her.public_id)
    ask_to_remove(boss, her.public_id)
    assert holders() == {"case": 1}
    remove(director, her.public_id)
    assert holders() == {"case": 0}
    assert entries("vault.member_removed") == [
        (director.public_id, [her.public_id, boss.public_id])
    ]


def test_what_was_asked_long_ago_or_by_who_is_locked_holds_no_more(a_member, actor):
    her = a_member("documentation")
    boss, director = actor("administrator"), actor("director")
    ask_to_remove(boss, her.public_id)
    db.session.execute(
        update(VaultMember).values(removal_asked_at=utc_now() - timedelta(days=7, seconds=1))
    )
    db.session.commit()
    with pytest.raises(LastKeyHolder):
        remove(director, her.public_id)
    ask_to_remove(boss, her.public_id)
    lock_at_once(director, boss.public_id)
    with pytest.raises(LastKeyHolder):
        remove(director, her.public_id)
    assert holders() == {"case": 1}


def test_who_is_told_today_and_decides_in_the_browser(a_member, actor, client_for):
    her = a_member("documentation", name="Her")
    boss, director = actor("administrator", name="Boss"), actor("director", name="Director")
    hers, theirs = client_for(boss), client_for(director)
    path = f"/w/v/m/{her.public_id}/remove"
    unread = hers.post(path, data={})
    assert (unread.status_code, "Read this, then tick it." in unread.text) == (422, True)
    assert hers.post(path, data={"loss_known": "y"}).status_code == 303
    assert "Boss asks that keys be taken away" in theirs.get("/").text
    assert "asks that keys be taken away" not in hers.get("/").text
    assert "asked that your keys of the vault be taken away" in her.client.get("/").text
    assert "Withdraw it" in hers.get(path).text
    page = theirs.get(path).text
    assert "Boss asks for this. Speak with each other" in page
    assert "nobody can open the cases any more" in page
    assert theirs.post(path, data={}).status_code == 422
    assert holders() == {"case": 1}
    assert theirs.post(path, data={"loss_known": "y"}).status_code == 303
    assert holders() == {"case": 0}


def test_by_her_own_hand_she_leaves_once_she_has_read_what_is_lost(a_member):
    her = a_member("documentation")
    path = f"/w/v/m/{her.public_id}/remove"
    assert her.client.post(path, data={}).status_code == 422
    assert holders() == {"case": 1}
    assert her.client.post(path, data={"loss_known": "y"}).status_code == 303
    assert holders() == {"case": 0}


# --- Locking ------------------------------------------------------------------------------------


def test_locking_the_last_holds_her_key_back_and_loses_nothing(a_member, actor, client_for):
    her = a_member("documentation", name="Her")
    document = filed()
    boss = actor("administrator", name="Boss")
    browser = client_for(boss)
    answer = browser.post(f"/accounts/{her.actor.public_id}/lock", follow_redirects=True)
    assert "nobody else can open what it opens" in answer.text
    assert holders() == {"case": 1}
    # No session, no opening, no passphrase and no recovery sheet opens it.
    assert her.client.get("/w/v/state").status_code != 200
    assert find_opening(db.session(), her.actor.session_id, her.cookie, utc_now()) is None
    db.session.execute(update(Account).values(paused_at=None))
    db.session.commit()
    for tries in (
        lambda: open_with_passphrase(her.actor, her.passphrase, lambda: None),
        lambda: change_passphrase(her.actor, her.passphrase, "other words"),
        lambda: recover(her.actor, her.recovery_code, "other words"),
    ):
        with refuses(
            "An administrator or the director gives it back, on the page of who holds keys"
        ):
            tries()
    # Whoever writes the database does not give it back, with the flag or with the opening.
    db.session.execute(update(VaultMember).values(withheld_at=None))
    db.session.commit()
    with refuses("An administrator or the director gives it back, on the page of who holds keys"):
        open_with_passphrase(her.actor, her.passphrase, lambda: None)
    assert "key held back" in browser.get("/w/v/m").text
    # Herself she does not either, nor who only holds keys.
    with pytest.raises(Forbidden):
        return_half(her.actor, her.public_id)
    with pytest.raises(Forbidden):
        return_half(actor("custodian"), her.public_id)
    assert browser.post(f"/w/v/m/{her.public_id}/back").status_code == 303
    assert opens(her, document) == b"what was done"
    assert entries("vault.half_given_back") == [(boss.public_id, [her.public_id])]
    told = db.session.query(AccountNotice).filter_by(account_id=her.actor.account_id)
    assert [one.kind for one in told] == ["keys_given_back"]
    return_half(boss, her.public_id)
    assert len(entries("vault.half_given_back")) == 1


def test_who_may_give_it_back_is_told_today(a_member, actor, client_for):
    her = a_member("documentation", name="Her")
    locked = her.client.post("/account/lock", follow_redirects=True)
    assert "nobody else can open what it opens" in locked.text
    director = client_for(actor("director"))
    assert "The key of Her is held back" in director.get("/").text
    assert "six words are in nobody else" in director.get(f"/w/v/m/{her.public_id}/back").text
    assert "is held back" not in client_for(actor("documentation")).get("/").text


def test_locking_one_of_two_takes_her_keys_and_says_so(a_member, actor, client_for):
    her, other = a_member("documentation"), a_member("documentation")
    browser = client_for(actor("administrator"))
    answer = browser.post(f"/accounts/{other.actor.public_id}/lock", follow_redirects=True)
    assert "The keys of the vault were taken away." in answer.text
    assert "held back" not in answer.text.replace("or held back if nobody", "")
    assert holders() == {"case": 1}
    assert rotate(her.actor, her.vault) == 0


def test_only_what_nobody_else_opens_is_held_back(a_member):
    """A custodian who is the last for identities and not for cases."""
    custodian, officer = a_member("custodian"), a_member("documentation")
    breach_id = lock_at_once(SYSTEM, custodian.actor.public_id)
    assert breach(breach_id).unfinished == [HELD_BACK]
    assert holders() == {"case": 1, "identity": 1}
    rows = db.session.query(CompartmentWrap).join(VaultMember)
    assert rows.filter(VaultMember.public_id == custodian.public_id).count() == 1
    assert rotate(officer.actor, officer.vault) == 0
    # Now the officer is the last for cases.
    assert breach(lock_at_once(SYSTEM, officer.actor.public_id)).unfinished == [HELD_BACK]
    assert holders() == {"case": 1, "identity": 1}


def test_an_account_without_keys_is_locked_as_before(actor):
    who = actor("trainer")
    assert breach(lock_at_once(SYSTEM, who.public_id)).unfinished == []


def test_a_lock_says_what_it_did_where_somebody_else_holds_the_same(a_member):
    first, second = a_member("documentation"), a_member("documentation")
    assert breach(lock_at_once(SYSTEM, first.actor.public_id)).unfinished == [TAKEN]
    assert breach(lock_at_once(SYSTEM, second.actor.public_id)).unfinished == [HELD_BACK]
