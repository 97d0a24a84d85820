"""What is read of accounts where of each kind of row there is one that just doesn't belong."""

from datetime import timedelta
from typing import Any

import pytest

from kash.accounts.models import (
    AccessReview,
    Account,
    AccountBacking,
    AccountNotice,
    Breach,
    BrowserMark,
    Delegation,
    HandOver,
    Invitation,
    KnownAddress,
    Passkey,
    Programme,
    RecoveryCode,
    SignedInSession,
)
from kash.accounts.queries.accounts import (
    account_listing,
    accounts_that_may,
    accounts_with_role,
    actor_now,
    address_is_known,
    backing_of,
    delegation,
    delegations_among,
    delegations_of,
    is_founded,
    is_minor,
    known_browsers,
    known_mark,
    last_hand_over,
    lent_to,
    names_for,
    names_of,
    open_invitations,
    participant,
    person_id_of,
    person_public_id,
    possible_stand_ins,
    roles_ever_given,
    tied_to,
    unused_recovery_codes,
    usable_invitation,
)
from kash.accounts.queries.requests import link_waits, those_behind, unseen_notices
from kash.accounts.queries.safety import (
    AccessFilter,
    access_line,
    all_access_lines,
    housekeeping,
    last_review,
    open_breaches,
    open_sessions,
    own_passkey,
    passkey_by_key,
    passkeys_of,
    review_reminder,
    unanswered_device,
)
from kash.accounts.services.marks import token_hash
from kash.people.models import Person
from kash.platform.database import db, utc_now
from kash.platform.web.errors import NotFound
from kash.policy import NOBODY, Actor, Role
from tests.rows import row

pytestmark = pytest.mark.usefixtures("as_it_was")
NOW = utc_now().replace(microsecond=0)
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


def _account(who: Actor) -> Account:
    return db.session.get_one(Account, who.account_id)


def test_accounts_stand_by_name_and_narrow_by_role_and_search(sqlite_app, actor):
    who = {
        name: actor(*roles, name=name, **more)
        for name, roles, more in (
            ("zawadi", ("trainer",), {}),
            ("Amani", ("trainer", "monitoring"), {}),
            ("Closed", ("trainer",), {"active": False}),
            ("Paused", ("trainer",), {"paused_at": NOW}),
            ("100%", ("director",), {}),
        )
    }

    def listed(**asked: Any) -> list[str]:
        with sqlite_app.test_request_context("/"):
            return [one.name for one in account_listing(**({"active": True} | asked))]

    assert listed() == ["100%", "Amani", "Paused", "zawadi"]
    assert listed(active=False) == ["Closed"]
    assert listed(search="A") == ["Amani", "Paused", "zawadi"]
    assert listed(search="%") == ["100%"]
    assert listed(role="monitoring") == ["Amani"]
    found = accounts_with_role(Role.TRAINER, Role.DIRECTOR)
    assert [one.name for one in found] == ["100%", "Amani", "zawadi"]
    locked = [who["Paused"].public_id, who["Closed"].public_id]
    assert [one.name for one in accounts_with_role(Role.TRAINER, locked=locked)] == [
        "Amani",
        "Paused",
        "zawadi",
    ]
    assert actor_now(who["zawadi"].public_id) == who["zawadi"]
    assert actor_now(who["Closed"].public_id) == actor_now("nobody") == NOBODY
    assert names_of([who["Amani"].public_id, None, "nobody", ""]) == {
        who["Amani"].public_id: "Amani"
    }
    assert names_of([None]) == {}


def test_a_participant_is_known_by_what_an_account_needs(groups):
    officer, child = (
        row(Person, chosen_name=name, sort_name=name, group_id=group.id, minor=minor)
        for name, group, minor in (("Mto", groups[0], False), ("Nyota", groups[1], True))
    )
    found = participant(officer.public_id)
    assert found is not None
    assert (found.public_id, found.name, found.police) == (officer.public_id, "Mto", True)
    other = participant(child.public_id)
    assert other is not None
    assert not other.police
    assert participant("nobody") is None
    assert (person_id_of(child.public_id), person_id_of("nobody")) == (child.id, None)
    assert (person_public_id(child.id), person_public_id(None)) == (child.public_id, None)
    assert [is_minor(db.session(), one.id) for one in (officer, child)] == [False, True]


def test_links_addresses_and_codes_help_until_they_are_used_or_over(actor):
    who, other = actor("trainer"), actor("trainer")

    def invited(token: str, **more: Any) -> Invitation:
        values = {"token_hash": token_hash(token), "roles": ["peer"], "expires_at": NOW + DAY}
        return row(Invitation, **(values | more))

    first, last = invited("first"), invited("last", roles=["monitoring"], email_lookup="hers")
    invited("used", used_at=NOW)
    invited("over", expires_at=NOW - MINUTE, roles=["funder"])
    of_account = invited("of an account", account_id=who.account_id, request_id="r" * 16)
    assert list(open_invitations()) == [last, first]
    usable = [
        token
        for token in ("first", "used", "over", "of an account", "none")
        if usable_invitation(token)
    ]
    assert usable == ["first", "of an account"]
    assert link_waits(of_account.request_id)
    of_account.used_at = NOW
    db.session.flush()
    assert not link_waits(of_account.request_id)
    given = {"trainer", "peer", "monitoring"}
    assert {str(role) for role in roles_ever_given(db.session(), NOW)} == given
    assert {str(role) for role in roles_ever_given(db.session(), NOW, but_email="hers")} == {
        "trainer",
        "peer",
    }
    assert housekeeping(NOW).invitations == 2
    assert housekeeping(NOW).without_second_step == 2
    row(Passkey, account_id=who.account_id)
    _account(other).totp_sealed = b"x"
    db.session.flush()
    assert housekeeping(NOW).without_second_step == 0
    assert sum(housekeeping(NOW))
    assert not sum(housekeeping(NOW + 2 * DAY))
    actor("police_peer")
    assert housekeeping(NOW + 2 * DAY) == (0, 1, 1)
    row(KnownAddress, account_id=who.account_id, address_key="here", used_at=NOW - 29 * DAY)
    row(KnownAddress, account_id=who.account_id, address_key="old", used_at=NOW - 31 * DAY)
    assert who.account_id is not None
    assert other.account_id is not None
    known = [key for key in ("here", "old", "none") if address_is_known(who.account_id, key)]
    assert known == ["here"]
    assert not address_is_known(other.account_id, "here")
    for of, used in ((who, None), (who, None), (who, NOW), (other, None)):
        row(RecoveryCode, account_id=of.account_id, used_at=used)
    assert unused_recovery_codes(who.account_id) == 2


def test_browsers_sessions_and_passkeys_are_the_accounts_own(actor):
    who, other = actor("trainer"), actor("trainer")
    assert who.account_id is not None

    def mark(token: str, of: Actor = who, **more: Any) -> BrowserMark:
        values = {"expires_at": NOW + DAY, "used_at": NOW}
        return row(BrowserMark, account_id=of.account_id, token_hash=token, **(values | more))

    old, good = mark("old", used_at=NOW - DAY), mark("good", tries=9)
    tried = mark("tried", tries=10, used_at=NOW - 2 * DAY)
    mark("over", expires_at=NOW - MINUTE)
    mark("theirs", of=other)
    tokens = ["old", "good", "tried", "over", "theirs"]
    assert known_mark(who.account_id, tokens) is good
    assert [token for token in tokens if known_mark(who.account_id, [token])] == ["old", "good"]
    assert known_mark(who.account_id, []) is None
    assert list(known_browsers(who.account_id, NOW)) == [good, old, tried]

    def signed_in(of: Actor = who, **more: Any) -> SignedInSession:
        values = {"last_seen_at": NOW, "created_at": NOW}
        return row(SignedInSession, account_id=of.account_id, **(values | more))

    earlier, latest = signed_in(last_seen_at=NOW - MINUTE), signed_in()
    signed_in(ended_at=NOW)
    signed_in(last_seen_at=NOW - DAY / 6 - MINUTE)
    signed_in(created_at=NOW - DAY)
    signed_in(of=other)
    assert list(open_sessions(who.account_id)) == [latest, earlier]
    unfamiliar = {"unfamiliar": True, "created_at": NOW - 2 * DAY}
    second = signed_in(**(unfamiliar | {"created_at": NOW - DAY}))
    first = signed_in(**unfamiliar)
    signed_in(**(unfamiliar | {"answered_at": NOW, "created_at": NOW - 3 * DAY}))
    signed_in(of=other, **(unfamiliar | {"created_at": NOW - 3 * DAY}))
    assert unanswered_device(who.account_id, "") is first
    assert unanswered_device(who.account_id, first.public_id) is second
    keys = [row(Passkey, account_id=who.account_id) for _ in range(2)]
    theirs = row(Passkey, account_id=other.account_id)
    assert list(passkeys_of(who.account_id)) == keys
    assert own_passkey(who, keys[0].public_id) is keys[0]
    with pytest.raises(NotFound):
        own_passkey(who, theirs.public_id)
    assert passkey_by_key(theirs.credential_key) == (theirs, _account(other))
    assert passkey_by_key("none") is None


def test_what_is_lent_counts_from_its_first_moment_to_before_its_last(actor):
    absent, stand_in, third = (
        actor("director", name="Zawadi"),
        actor("monitoring", name="Amani"),
        actor("trainer", name="Baraka"),
    )
    assert stand_in.account_id is not None
    assert absent.account_id is not None
    permission = "payouts.approve"

    def lent(starts: int, ends: int, **more: Any) -> Delegation:
        values = {
            "absent_id": absent.account_id,
            "stand_in_id": stand_in.account_id,
            "permissions": [permission],
            "starts_at": NOW + starts * DAY,
            "ends_at": NOW + ends * DAY,
        }
        return row(Delegation, **(values | more))

    running, ended = lent(0, 1), lent(-9, 0)
    coming, withdrawn = lent(1, 2), lent(-1, 1, withdrawn_at=NOW)
    assert [(one.permission, one.absent) for one in lent_to(stand_in.account_id, NOW)] == [
        (permission, absent.public_id)
    ]
    assert lent_to(stand_in.account_id, NOW - DAY / 24) != ()
    assert lent_to(stand_in.account_id, NOW + 2 * DAY) == ()
    assert lent_to(absent.account_id, NOW) == ()
    among = delegations_among([stand_in.account_id], NOW)
    assert [(one.public_id, one.state) for one in among] == [
        (running.public_id, "running"),
        (coming.public_id, "coming"),
    ]
    assert delegations_among([absent.account_id], NOW) == among
    assert delegations_among([], NOW) == delegations_among([third.account_id or 0], NOW) == []
    assert [one.state for one in delegations_of(absent.account_id, NOW)] == [
        "coming",
        "running",
        "withdrawn",
        "ended",
    ]
    assert len(delegations_of(stand_in.account_id, NOW, most=1)) == 1
    assert delegation(running.public_id, None, NOW).last == running.ends_at - timedelta(seconds=1)
    assert delegation(running.public_id, stand_in.account_id, NOW).absent == "Zawadi"
    for public_id, account_id in (
        (ended.public_id, None),
        (withdrawn.public_id, None),
        (running.public_id, third.account_id),
    ):
        with pytest.raises(NotFound):
            delegation(public_id, account_id, NOW)
    names = [name for _id, name, _may in possible_stand_ins(absent.account_id)]
    assert names == ["Amani", "Baraka"]
    assert [one.name for one in accounts_that_may(permission, NOW)] == ["Amani", "Zawadi"]
    assert [one.name for one in accounts_that_may(permission, NOW + 5 * DAY)] == ["Zawadi"]
    _account(stand_in).paused_at = NOW
    db.session.flush()
    assert [one.name for one in accounts_that_may(permission, NOW)] == ["Zawadi"]
    assert [name for _id, name, _may in possible_stand_ins(absent.account_id)] == ["Baraka"]
    _account(absent).active = False
    db.session.flush()
    assert lent_to(stand_in.account_id, NOW) == ()


def test_those_behind_an_account_are_tied_to_it_and_to_each_other(actor):
    who = {name: actor("trainer", name=name) for name in ("top", "left", "right", "other")}
    for name, by, at in (("left", "top", 0), ("right", "top", 0), ("left", "other", -1)):
        row(
            AccountBacking, account_id=who[name].account_id, by=who[by].public_id, at=NOW + at * DAY
        )
    ids = {one.public_id: name for name, one in who.items()}

    def tied(name: str) -> set[str]:
        return {ids[one] for one in db.session.scalars(tied_to(who[name].public_id))}

    assert tied("right") == {"top", "left", "right"}
    assert tied("left") == {"top", "left", "right", "other"}
    assert tied("other") == {"other", "left"}
    backing = backing_of(db.session(), [who["left"].public_id])
    assert {ids[key]: {ids[one] for one in by} for key, by in backing.items()} == {
        "left": {"top", "other"},
        "top": set(),
        "other": set(),
    }
    assert those_behind(_account(who["left"])) == ["other", "top"]
    assert not is_founded(db.session())
    actor("director")
    assert is_founded(db.session())


def test_access_is_told_of_accounts_in_use_by_name_with_their_last_review(actor):
    seen = {"last_seen_at": NOW}
    who = {
        name: actor(role, name=name, **more)
        for name, role, more in (
            ("zawadi", "trainer", seen),
            ("Amani", "director", {"last_seen_at": NOW - 91 * DAY}),
            ("Baraka", "trainer", {"created_at": NOW - 91 * DAY}),
            ("Closed", "trainer", {"active": False}),
        )
    }
    row(Passkey, account_id=who["zawadi"].account_id)

    def listed(most: int = 9, **asked: str) -> list[str]:
        return [one.name for one in all_access_lines(AccessFilter(**asked), NOW, most)]

    assert listed() == ["Amani", "Baraka", "zawadi"]
    assert listed(most=1) == ["Amani"]
    assert listed(role="trainer") == ["Baraka", "zawadi"]
    assert listed(only="unused") == ["Amani", "Baraka"]
    assert listed(only="password") == ["Amani", "Baraka"]
    assert listed(only="unreviewed") == ["Amani", "Baraka", "zawadi"]
    assert last_review() is None
    row(AccessReview, account_id=who["zawadi"].account_id, at=NOW, by=who["Amani"].public_id)
    assert listed(only="unreviewed") == ["Amani", "Baraka"]
    line = access_line(_account(who["zawadi"]), NOW)
    assert (line.reviewed_at, line.reviewed_by, line.second_step, line.unused) == (
        NOW,
        "Amani",
        True,
        False,
    )
    assert access_line(_account(who["Amani"]), NOW).reviewed_at is None
    row(AccessReview, account_id=None, at=NOW - 2 * DAY, by=who["zawadi"].public_id)
    everybody = row(AccessReview, account_id=None, at=NOW - DAY, by=who["zawadi"].public_id)
    assert last_review() is everybody
    assert listed(only="unreviewed") == []
    assert access_line(_account(who["Amani"]), NOW).reviewed_at == NOW - DAY
    assert review_reminder(NOW) is None
    reminder = review_reminder(NOW + 90 * DAY)
    assert reminder is not None
    assert reminder.last == NOW - DAY
    db.session.query(AccessReview).delete()
    db.session.get_one(Programme, 1).created_at = NOW - 91 * DAY
    db.session.flush()
    assert review_reminder(NOW) is not None


def test_breaches_hand_overs_and_notices_wait_in_their_order(actor):
    who, other = actor("trainer", name="Zawadi"), actor("trainer")
    assert who.account_id is not None
    later, first = (row(Breach, noticed_at=NOW - days * DAY) for days in (1, 2))
    row(Breach, noticed_at=NOW - 3 * DAY, closed_at=NOW, closed_by="x")
    waiting = [one.public_id for one in open_breaches(NOW)]
    assert waiting == [first.public_id, later.public_id]
    assert len(open_breaches(NOW, most=1)) == 1
    row(HandOver, account_id=who.account_id, lines=[], unfinished=[])
    last = row(HandOver, account_id=who.account_id, lines=[], unfinished=[])
    row(HandOver, account_id=other.account_id, lines=[], unfinished=[])
    assert last_hand_over(who.account_id) is last
    assert last_hand_over(0) is None
    assert names_for([{"to": who.public_id}, {"to": ""}, {}]) == {who.public_id: "Zawadi"}
    notices = [row(AccountNotice, account_id=who.account_id) for _ in range(2)]
    row(AccountNotice, account_id=who.account_id, seen_at=NOW)
    row(AccountNotice, account_id=other.account_id)
    assert list(unseen_notices(who.account_id)) == notices
    assert list(unseen_notices(None)) == []
