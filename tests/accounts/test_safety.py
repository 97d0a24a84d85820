"""Locks, breaches, stand-ins, hand-overs and reviews of access, on both engines."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from kash.accounts.errors import LinkSpent
from kash.accounts.holdings import Holder, Holding
from kash.accounts.models import (
    AFFECTED_NAMES,
    Account,
    AccountRole,
    Breach,
    BreachNote,
    Delegation,
    Invitation,
    SignedInSession,
)
from kash.accounts.queries import accounts
from kash.accounts.queries import safety as trail
from kash.accounts.queries.accounts import (
    accounts_that_may,
    delegation,
    delegations_among,
    delegations_of,
    last_hand_over,
    lent_to,
    usable_invitation,
)
from kash.accounts.queries.safety import (
    AccessFilter,
    access_listing,
    breach,
    breach_page,
    open_sessions,
    review_reminder,
)
from kash.accounts.rules import Affected, Opening
from kash.accounts.services import breaches
from kash.accounts.services.accounts import set_roles
from kash.accounts.services.breaches import (
    add_breach_note,
    change_breach,
    close_breach,
    end_stand_in,
    lend_approvals,
    open_breach,
    record_notice,
)
from kash.accounts.services.invitations import invite
from kash.accounts.services.inviting import record_review
from kash.accounts.services.locking import (
    LET_GO,
    NobodyChosen,
    Revocation,
    deactivate,
    hand_over,
    lock_at_once,
)
from kash.accounts.services.sign_in import (
    accept_new_password,
    check_password,
    new_password_link,
    open_session,
)
from kash.accounts.services.throttle import Client
from kash.platform.database import db, utc_now
from kash.platform.vault import AuditEntry, audited
from kash.platform.web import Problem
from kash.platform.web.errors import Forbidden, NotFound
from kash.platform.web.formats import local_today
from kash.policy import Actor, Reach, Role, StandIn
from tests.conftest import PASSWORD
from tests.declaring import also_declared
from tests.refusals import refuses

HERE = Client("198.51.100.7")
GOOD = "a quiet ferry at noon"


def _last_entry() -> tuple[str, str, list[str]]:
    db.session.rollback()
    entry = db.session.scalars(select(AuditEntry).order_by(AuditEntry.seq.desc()).limit(1)).one()
    return entry.actor, entry.action, entry.subjects


def _entries() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(AuditEntry)) or 0


# --- Locks ----------------------------------------------------------------------------------


def test_a_lock_ends_everything_and_begins_an_entry(both_engines_app, actor, client_for):
    by = actor("administrator")
    who = actor("trainer", email="t@example.org", totp_sealed=b"sealed")
    client_for(who)
    link = new_password_link(by, who.public_id)
    before = _entries()
    breach_id = lock_at_once(who, who.public_id)
    assert _entries() == before + 1
    assert _last_entry() == (who.public_id, "accounts.locked_at_once", [who.public_id, breach_id])
    assert open_sessions(who.account_id or 0) == []
    assert usable_invitation(link) is None
    with refuses("The e-mail address or the password is not right."):
        check_password("t@example.org", PASSWORD, HERE)
    with refuses("The e-mail address or the password is not right."):
        open_session(who.public_id, "Firefox")
    row = breach(breach_id)
    assert (row.account_id, row.opened_by, row.affected) == (
        who.account_id,
        who.public_id,
        ["unknown"],
    )
    assert abs(row.noticed_at - utc_now()) < timedelta(minutes=1)


def test_only_a_new_link_opens_a_locked_account(both_engines_app, actor):
    by = actor("administrator")
    who = actor("police_peer", email="p@example.org", totp_sealed=b"sealed")
    old = new_password_link(by, who.public_id)
    lock_at_once(who, who.public_id)
    with pytest.raises(LinkSpent):
        accept_new_password(old, GOOD)
    accept_new_password(new_password_link(by, who.public_id), GOOD)
    assert check_password("p@example.org", GOOD, HERE).public_id == who.public_id


def test_pressing_twice_keeps_one_entry(both_engines_app, actor):
    by, who = actor("administrator"), actor("trainer")
    first = lock_at_once(who, who.public_id)
    assert lock_at_once(by, who.public_id) == first
    assert db.session.scalar(select(func.count(Breach.id))) == 1
    close_breach(by, first, "Found again.")
    assert lock_at_once(by, who.public_id) != first


def test_a_room_joins_what_ends_and_may_be_unfinished(app, actor):
    seen: list[int] = []

    def keys(session: Any, account_id: int, now: datetime) -> str:
        seen.append(account_id)
        return "A member must open the vault."

    who = actor("custodian")
    with also_declared(Revocation("test.keys", "Keys are taken back", keys)):
        breach_id = lock_at_once(who, who.public_id)
    assert seen == [who.account_id]
    assert breach(breach_id).unfinished == ["test.keys"]


def test_a_failing_step_leaves_everything_as_it_was(both_engines_app, actor, client_for):
    def breaks(session: Any, account_id: int, now: datetime) -> None:
        raise RuntimeError

    who = actor("trainer")
    client_for(who)
    with also_declared(Revocation("test.breaks", "Breaks", breaks)), pytest.raises(RuntimeError):
        lock_at_once(who, who.public_id)
    assert len(open_sessions(who.account_id or 0)) == 1
    assert _entries() == 0


def test_anybody_locks_the_own_account_by_two_pages_and_no_password(app, actor, client_for):
    who = actor("police_peer")
    browser = client_for(who)
    db.session.execute(update(SignedInSession).values(fresh_at=utc_now() - timedelta(hours=2)))
    db.session.commit()
    assert 'href="/account/lock"' in browser.get("/account").text
    page = browser.get("/account/lock")
    assert (page.status_code, "Lock it now" in page.text) == (200, True)
    answer = browser.post("/account/lock")
    assert (answer.status_code, answer.headers["Clear-Site-Data"]) == (303, '"cache"')
    assert browser.get("/account").location.startswith("/sign-in")
    assert browser.post("/account/lock").location.startswith("/sign-in")


def test_an_administrator_locks_anybody_after_the_password(app, actor, client_for):
    who = actor("trainer")
    browser = client_for(actor("administrator"))
    answer = browser.post(f"/accounts/{who.public_id}/lock")
    breach_id = db.session.scalars(select(Breach.public_id)).one()
    assert answer.location == f"/breaches/{breach_id}"
    page = browser.get(answer.location).text
    assert "Less than an hour" not in page
    assert "Hours left for the notice: 71" in page


# --- Breaches -------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["cases", "health", "identities", "evidence"])
def test_a_breach_of_what_harms_most_has_a_kind_of_its_own(app, actor, client_for, kind):
    by = actor("director")
    breach_id = open_breach(by, what="A sheet.", affected=[Affected.PAPER], noticed_at=utc_now())
    browser = client_for(by)
    address = f"/breaches/{breach_id}/edit"
    browser.post(address, data={"what": "A laptop.", "affected": [kind]})
    assert db.session.scalars(select(Breach.affected)).one() == [kind]
    assert str(AFFECTED_NAMES[Affected(kind)]) in browser.get(f"/breaches/{breach_id}").text


def test_an_entry_is_sealed_written_on_and_closed_for_good(both_engines_app, actor):
    by = actor("director")
    noticed = utc_now() - timedelta(hours=5)
    breach_id = open_breach(
        by, what="A sheet was lost.", affected=[Affected.PAPER], noticed_at=noticed
    )
    add_breach_note(by, breach_id, "It was found.")
    add_breach_note(by, breach_id, "Nobody had read it.")
    change_breach(by, breach_id, what="Two sheets.", affected=[Affected.NAMES])
    for when, problem in (
        (utc_now() + timedelta(hours=1), "Enter a time that is past"),
        (noticed - timedelta(hours=1), "This is before it was noticed."),
    ):
        with refuses(problem):
            record_notice(by, breach_id, when)
    record_notice(by, breach_id, noticed + timedelta(hours=2))
    with refuses("The notice was recorded already."):
        record_notice(by, breach_id, noticed + timedelta(hours=2))
    close_breach(by, breach_id, "All done.")
    for change in (
        lambda: add_breach_note(by, breach_id, "More"),
        lambda: change_breach(by, breach_id, what="x", affected=[]),
        lambda: close_breach(by, breach_id, "Again"),
    ):
        with refuses("This entry is closed."):
            change()
    page = breach_page(breach_id, utc_now())
    assert (page["what"], page["reason"], page["line"].clock.state) == (
        "Two sheets.",
        "All done.",
        "notified",
    )
    assert [note["text"] for note in page["notes"]] == ["It was found.", "Nobody had read it."]
    stored = [
        *db.session.scalars(select(Breach.what_sealed)),
        *db.session.scalars(select(Breach.reason_sealed)),
        *db.session.scalars(select(BreachNote.text_sealed)),
    ]
    assert [blob for blob in stored if b"sheet" in blob or b"found" in blob] == []


def test_two_taps_at_the_same_moment_begin_one_entry_and_neither_is_refused(
    app, actor, monkeypatch
):
    begin, by = breaches._begin, actor("director")
    told = []

    def beside(*given: Any) -> None:
        begin(*given)
        told.append(given)
        if len(told) == 1:
            # The other tap was kept first, so that this one is refused by the database.
            raise IntegrityError(None, None, Exception())

    monkeypatch.setattr(breaches, "_begin", beside)
    given = {"what": "A sheet was lost.", "affected": [Affected.PAPER], "noticed_at": utc_now()}
    assert open_breach(by, **given, public_id="a" * 16) == "a" * 16
    assert db.session.scalars(select(Breach.public_id)).all() == ["a" * 16]


def test_nothing_is_noticed_in_the_future(app, actor):
    with refuses("Enter a time that is past."):
        open_breach(
            actor("director"), what="x", affected=[], noticed_at=utc_now() + timedelta(hours=1)
        )
    with pytest.raises(NotFound):
        add_breach_note(actor("director"), "0" * 16, "x")


def test_an_overdue_entry_is_said_in_words_on_its_page_and_on_today(app, actor, client_for):
    by = actor("director")
    breach_id = open_breach(
        by, what="A laptop.", affected=[Affected.NAMES], noticed_at=utc_now() - timedelta(hours=80)
    )
    browser = client_for(by)
    words = "The notice is overdue. Hours late: 8"
    for address in ("/", "/breaches", f"/breaches/{breach_id}"):
        assert words in browser.get(address).text


def test_what_is_wrong_in_an_entry_is_said_beside_it(app, actor, client_for):
    browser = client_for(actor("director"))
    answer = browser.post(
        "/breaches/new", data={"what": "Kept text", "noticed_at": "2190-01-01T08:00"}
    )
    assert answer.status_code == 422
    assert "Kept text" in answer.text
    answer = browser.post(
        "/breaches/new",
        data={"what": "Kept", "noticed_at": "2190-01-01T08:00", "affected": ["names"]},
    )
    assert (answer.status_code, "Enter a time that is past" in answer.text) == (422, True)


def test_the_slower_of_two_who_write_what_happened_reads_what_the_other_saved(
    app, actor, client_for
):
    """Both write in the same hours, and the register is what the Commissioner may ask for."""
    by = actor("administrator")
    breach_id = breaches.open_breach(
        by, what="A sheet.", affected=[Affected.NAMES], noticed_at=datetime.now(UTC)
    )
    browser, address = client_for(actor("director")), f"/breaches/{breach_id}/edit"
    shown = re.search(r'name="row_version"[^>]*value="(\d+)"', browser.get(address).text)
    assert shown is not None
    change_breach(by, breach_id, what="Two sheets.", affected=[Affected.NAMES])
    mine = {"what": "A sheet and a phone.", "affected": "names", "row_version": shown[1]}
    answer = browser.post(address, data=mine)
    assert (answer.status_code, "<b>Two sheets.</b>" in answer.text) == (409, True)
    assert "A sheet and a phone." in answer.text
    again = re.search(r'name="row_version"[^>]*value="(\d+)"', answer.text)
    assert again is not None
    assert browser.post(address, data=mine | {"row_version": again[1]}).status_code == 303


def test_what_is_typed_while_somebody_else_closes_the_entry_stays(app, actor, client_for):
    by, browser = actor("administrator"), client_for(actor("director"))
    breach_id = breaches.open_breach(
        by, what="A sheet.", affected=[Affected.NAMES], noticed_at=datetime.now(UTC)
    )
    close_breach(by, breach_id, "All done.")
    for address, sent, status in (
        ("notes", {"text": "Who had it."}, 422),
        ("edit", {"what": "Who had it.", "affected": "names", "row_version": "1"}, 422),
    ):
        answer = browser.post(f"/breaches/{breach_id}/{address}", data=sent)
        assert answer.status_code == status
        assert "Who had it.</textarea>" in answer.text
        assert "This entry is closed." in answer.text


def test_an_entry_that_is_opened_by_two_taps_has_one_clock(app, actor, client_for):
    browser = client_for(actor("director"))
    key = re.search(r'name="key"[^>]* value="(\w{16})"', browser.get("/breaches/new").text)
    assert key is not None
    sent = {"what": "A sheet", "noticed_at": "2026-01-01T08:00", "affected": ["names"]}
    answers = [browser.post("/breaches/new", data=sent | {"key": key[1]}) for _tap in range(2)]
    assert {answer.location for answer in answers} == {f"/breaches/{key[1]}"}
    assert db.session.scalar(select(func.count()).select_from(Breach)) == 1
    # Nor does a line that nobody can take away stand there twice.
    note = re.search(r'name="key"[^>]* value="(\w{16})"', browser.get(f"/breaches/{key[1]}").text)
    assert note is not None
    for _tap in range(2):
        browser.post(f"/breaches/{key[1]}/notes", data={"text": "Found.", "key": note[1]})
    assert db.session.scalar(select(func.count()).select_from(BreachNote)) == 1


# --- Standing in ----------------------------------------------------------------------------


def _lend(by: Actor, to: Actor, first: int = 0, last: int = 3, **more: Any) -> str:
    today = local_today()
    return lend_approvals(
        by,
        to.public_id,
        permissions=more.pop("permissions", ["certificates.approve"]),
        first=today + timedelta(days=first),
        last=today + timedelta(days=last),
        reason="leave",
    )


@pytest.mark.any_engine
@pytest.mark.parametrize(
    ("first", "last", "holds"), [(0, 0, True), (-3, 2, True), (1, 4, False), (-9, 3, True)]
)
def test_what_is_lent_holds_on_its_days_only(both_engines_app, actor, first, last, holds):
    director, officer = actor("director"), actor("monitoring")
    _lend(director, officer, first, last)
    lent = lent_to(officer.account_id or 0)
    expected = (StandIn("certificates.approve", director.public_id),)
    assert lent == (expected if holds else ())
    after = datetime.now(UTC) + timedelta(days=last + 2)
    assert lent_to(officer.account_id or 0, after) == ()


def test_a_stand_in_decides_in_the_browser_and_the_trail_says_for_whom(app, actor, client_for):
    director, officer = actor("director", name="Mwalimu"), actor("monitoring")
    browser = client_for(officer)
    # At a screen that the director left open nobody lends herself what is hers to decide.
    left = client_for(director)
    db.session.execute(update(SignedInSession).values(fresh_at=None))
    db.session.commit()
    sent = left.post("/account/stand-in", data={"stand_in": officer.public_id})
    assert (sent.status_code, sent.location.partition("?")[0]) == (303, "/confirm")
    address = "/courses/versions/0000000000000000/publish"
    assert browser.get(address).status_code == 403
    delegation = _lend(director, officer, permissions=["curriculum.approve"])
    assert browser.get(address).status_code == 404
    assert browser.get("/certificates/rule").status_code == 403
    assert "You decide for Mwalimu" in browser.get("/account").text
    assert "somebody chose you to decide in their name" in browser.get("/").text
    end_stand_in(officer, delegation)
    assert browser.get(address).status_code == 403


def test_a_review_shows_whom_an_account_stands_in_for_until_that_is_over(sqlite_app, actor):
    director, officer, other = actor("director"), actor("monitoring"), actor("trainer")
    lent, ended = _lend(director, officer, 1, 3), _lend(director, other, 0, 0)
    now = utc_now()

    def among(who: Actor, at: datetime = now) -> list[str]:
        return [one.public_id for one in delegations_among([who.account_id or 0], at)]

    assert among(director) == [ended, lent]
    assert among(other) == [ended]
    (shown,) = delegations_among([officer.account_id or 0], now)
    assert shown.last.astimezone(ZoneInfo("Africa/Nairobi")).date() == local_today() + timedelta(
        days=3
    )
    assert among(director, now + timedelta(days=2)) == [lent]
    of_hers = [one.public_id for one in delegations_of(director.account_id or 0, now)]
    assert of_hers == [lent, ended]
    for who in (director, officer, None):
        found = delegation(lent, who.account_id if who is not None else None, now)
        assert found.public_id == lent
    for public_id, who, at in (
        (lent, other, now),
        (ended, officer, now),
        (ended, director, now + timedelta(days=2)),
    ):
        with pytest.raises(NotFound):
            delegation(public_id, who.account_id, at)
    end_stand_in(director, ended)
    assert among(director) == [lent]
    with pytest.raises(NotFound):
        delegation(ended, director.account_id, now)


@pytest.mark.any_engine
@pytest.mark.parametrize("role", ["peer", "police_peer", "funder", "administrator", "custodian"])
def test_who_never_stands_in(both_engines_app, actor, role):
    with refuses("This account cannot decide on"):
        _lend(actor("director"), actor(role))


@pytest.mark.any_engine
def test_only_directors_lend_and_never_what_is_lent_to_them(both_engines_app, actor):
    director, officer, other = actor("director"), actor("monitoring"), actor("trainer")
    _lend(director, officer)
    standing = Actor(
        officer.public_id,
        officer.roles,
        officer.account_id,
        stands_in=lent_to(officer.account_id or 0),
    )
    assert standing.reach("certificates.approve") is Reach.ALL
    for who in (standing, other, actor("administrator")):
        with pytest.raises(Forbidden):
            _lend(who, other)
    with refuses("This account cannot decide on"):
        _lend(director, director)
    with refuses("This account cannot decide on"):
        _lend(director, officer, 5, 6, permissions=["certificates.revoke"])
    # A trainer approves certificates, never money: told is what to take away.
    both = ["certificates.approve", "payouts.approve"]
    with refuses("This account cannot decide on") as refused:
        _lend(director, other, 5, 6, permissions=both)
    said = (refused.value.field, str(refused.value))
    assert said == ("permissions", "This account cannot decide on: Payouts: approve or send back")


@pytest.mark.any_engine
def test_days_overlaps_and_lengths_are_refused(both_engines_app, actor):
    director, officer, other = actor("director"), actor("monitoring"), actor("trainer")
    for first, last in ((3, 1), (-5, -1), (0, 90)):
        with pytest.raises(Problem):
            _lend(director, officer, first, last)
    _lend(director, officer, 0, 5)
    with refuses("Somebody decides on that for you on some of these days"):
        _lend(director, other, 5, 9)
    _lend(director, other, 6, 9)
    _lend(director, other, 5, 9, permissions=["curriculum.approve"])


@pytest.mark.any_engine
@pytest.mark.parametrize("change", ["closed", "role"])
def test_whoever_lost_what_she_lent_lends_nothing(both_engines_app, actor, change):
    by = actor("administrator")
    director, officer = actor("director"), actor("monitoring")
    _lend(director, officer)
    if change == "closed":
        deactivate(by, director.public_id)
    else:
        set_roles(by, director.public_id, [Role.TRAINER])
    assert lent_to(officer.account_id or 0) == ()
    assert officer.public_id not in {
        one.public_id for one in accounts_that_may("certificates.approve")
    }


def test_whoever_decides_is_told_by_role_or_by_loan(both_engines_app, actor):
    director, officer = actor("director"), actor("monitoring")
    actor("trainer")
    _lend(director, officer)
    assert {one.public_id for one in accounts_that_may("certificates.approve")} == {
        director.public_id,
        officer.public_id,
    }
    assert {one.public_id for one in accounts_that_may("curriculum.approve")} == {
        director.public_id
    }


@pytest.mark.any_engine
def test_strangers_cannot_end_a_stand_in(both_engines_app, actor):
    director, officer = actor("director"), actor("monitoring")
    delegation = _lend(director, officer)
    for who in (actor("director"), actor("trainer")):
        with pytest.raises(NotFound):
            end_stand_in(who, delegation)
    end_stand_in(actor("administrator"), delegation)
    assert db.session.scalars(select(Delegation.withdrawn_at)).one() is not None


# --- Leaving --------------------------------------------------------------------------------


@pytest.mark.any_engine
def test_nothing_is_forgotten_when_somebody_leaves(both_engines_app, actor, client_for):
    by, leaver = actor("administrator"), actor("administrator")
    client_for(leaver)
    invite(leaver, name="N", email="n@example.org", roles=[Role.TRAINER])
    with refuses("This account still holds something."):
        deactivate(by, leaver.public_id)
    for choice in ({}, {"invitations": "0" * 16}, {"invitations": leaver.public_id}):
        with pytest.raises(NobodyChosen):
            hand_over(by, leaver.public_id, choice)
    assert accounts.account(leaver.public_id).active
    before = _entries()
    hand_over(by, leaver.public_id, {"invitations": by.public_id})
    assert _entries() == before + 1
    account = accounts.account(leaver.public_id)
    assert not account.active
    assert open_sessions(account.id) == []
    assert db.session.scalars(select(Invitation.invited_by)).all() == [by.public_id]
    kept = last_hand_over(account.id)
    assert kept is not None
    assert kept.lines == [{"key": "invitations", "count": 1, "to": by.public_id}]


@pytest.mark.any_engine
def test_what_nobody_need_hold_may_be_let_go(both_engines_app, actor):
    by, leaver = actor("administrator"), actor("administrator")
    invite(leaver, name="N", email="n@example.org", roles=[Role.TRAINER])
    hand_over(by, leaver.public_id, {"invitations": LET_GO})
    assert db.session.scalars(select(Invitation)).all() == []


@pytest.mark.any_engine
def test_a_hand_over_that_fails_half_way_leaves_everything(both_engines_app, actor):
    def breaks(*_: Any) -> list[str]:
        raise RuntimeError

    by, leaver = actor("administrator"), actor("administrator")
    invite(leaver, name="N", email="n@example.org", roles=[Role.TRAINER])
    boats = Holding("boats", "Boats", lambda *_: 1, breaks, permission="accounts.manage")
    with also_declared(boats), pytest.raises(RuntimeError):
        hand_over(by, leaver.public_id, {"invitations": by.public_id, "boats": by.public_id})
    db.session.rollback()
    assert accounts.account(leaver.public_id).active
    assert db.session.scalars(select(Invitation.invited_by)).all() == [leaver.public_id]


@pytest.mark.any_engine
def test_nobody_closes_herself_or_the_last_administrator(both_engines_app, actor):
    by = actor("administrator")
    with refuses("Not on your own account"):
        hand_over(by, by.public_id, {})
    with refuses("The programme needs an administrator. Name another one first"):
        hand_over(actor("director"), by.public_id, {})


def test_the_page_of_an_account_that_holds_something_leads_to_the_hand_over(app, actor, client_for):
    by, leaver = actor("administrator", name="Bidii"), actor("administrator", name="Zamani")
    invite(leaver, name="N", email="n@example.org", roles=[Role.TRAINER])
    browser = client_for(by)
    at = f"/accounts/{leaver.public_id}"
    assert f'href="{at}/hand-over"' in browser.get(at).text
    missing = browser.post(f"{at}/hand-over", data={"invitations": "nonsense"})
    assert (missing.status_code, "Choose who takes this." in missing.text) == (422, True)
    done = browser.post(f"{at}/hand-over", data={"invitations": by.public_id})
    assert done.location == f"{at}/handed-over"
    assert "Bidii" in browser.get(done.location).text
    assert browser.post(f"{at}/hand-over").status_code == 404


def test_the_successor_must_have_the_role(app, actor):
    by, leaver, trainer = actor("administrator"), actor("administrator"), actor("trainer")
    invite(leaver, name="N", email="n@example.org", roles=[Role.TRAINER])
    (held,) = accounts.held(accounts.account(leaver.public_id))
    assert set(held.successors) == {by.public_id}
    with pytest.raises(NobodyChosen):
        hand_over(by, leaver.public_id, {"invitations": trainer.public_id})


def test_holders_are_known_by_ids_only():
    assert set(Holder.__dataclass_fields__) == {"account_id", "public_id", "person_id"}


# --- Reviews --------------------------------------------------------------------------------


@pytest.mark.any_engine
def test_a_review_counts_what_each_account_took(both_engines_app, actor):
    director, trainer = actor("director", name="Aa"), actor("trainer", name="Bb")
    for action in ("people.phone_shown", "people.email_shown", "certificates.printed"):
        with audited(action, trainer) as change:
            change.about(trainer.public_id)
    record_review(director, trainer.public_id)
    with both_engines_app.test_request_context():
        first, second = access_listing(AccessFilter(), utc_now()).rows
    assert first.openings == dict.fromkeys(Opening, 0)
    assert second.openings == {Opening.SHOWN: 2, Opening.EXPORTED: 0, Opening.PRINTED: 1}
    assert (first.reviewed_at, second.reviewed_by) == (None, "Aa")


def test_a_review_asks_as_often_for_one_account_as_for_three(app, actor, count_queries):
    director = actor("director")
    record_review(director)
    counts = []
    for more in (0, 2):
        for _ in range(more):
            who = actor("trainer")
            record_review(director, who.public_id)
        db.session.rollback()
        with app.test_request_context(), count_queries() as seen:
            access_listing(AccessFilter(), utc_now())
        counts.append(seen.count)
    assert counts[0] == counts[1]


def test_the_filters_of_a_review(both_engines_app, actor):
    old = utc_now() - timedelta(days=120)
    director = actor("director")
    asleep = actor("trainer", last_seen_at=old)
    actor("monitoring")
    actor("trainer", totp_sealed=b"sealed")
    record_review(director, director.public_id)

    def found(**wanted: str) -> set[str]:
        with both_engines_app.test_request_context():
            return {one.public_id for one in access_listing(AccessFilter(**wanted), utc_now()).rows}

    assert found(only="unused") == {asleep.public_id}
    assert found(role="director") == {director.public_id}
    assert director.public_id not in found(only="unreviewed")
    assert len(found(only="password")) == 3


def test_the_reminder_comes_after_90_days(app, actor, client_for):
    by = actor("administrator")
    soon, late = utc_now() + timedelta(days=89), utc_now() + timedelta(days=91)
    record_review(by)
    assert review_reminder(soon) is None
    assert review_reminder(late) is not None


def test_the_table_is_no_formula_and_asks_for_the_password(app, actor, client_for):
    from io import BytesIO

    from python_calamine import CalamineWorkbook

    by = actor("director", name="=HYPERLINK(1)")
    record_review(by)
    browser = client_for(by)
    answer = browser.post("/access/export", data={"kind": "csv"})
    assert answer.mimetype == "text/csv"
    assert "'=HYPERLINK(1)" in answer.text
    assert "\n=HYPERLINK" not in answer.text
    assert _last_entry()[1] == "accounts.access_exported"
    sheet = browser.post("/access/export", data={"kind": "xlsx"}).data
    rows = CalamineWorkbook.from_filelike(BytesIO(sheet)).get_sheet_by_index(0).to_python()
    assert rows[1][0] == "=HYPERLINK(1)"
    # A day is a day, so that it can be sorted and counted.
    assert rows[1][rows[0].index("Reviewed")] == local_today()
    assert browser.post("/access/export", data={"kind": "exe"}).status_code == 404
    db.session.execute(update(SignedInSession).values(fresh_at=utc_now() - timedelta(hours=1)))
    db.session.commit()
    assert browser.post("/access/export", data={"kind": "csv"}).status_code == 303


def test_accounts_that_are_locked_are_marked(app, actor, client_for):
    by = actor("director")
    who = actor("trainer", name="Amina")
    lock_at_once(who, who.public_id)
    assert "Locked" in client_for(by).get("/access").text
    assert {
        one.name
        for one in db.session.scalars(select(Account).where(Account.paused_at.is_not(None)))
    } == {"Amina"}
    assert db.session.scalar(select(func.count()).select_from(AccountRole)) == 2


def test_a_month_of_what_mediators_did_ends_with_its_last_day(sqlite_app, monkeypatch, actor):
    asked: list[tuple[datetime, datetime]] = []

    def told(_session: Any, since: datetime, until: datetime, **_more: Any) -> list[Any]:
        asked.append((since, until))
        return []

    monkeypatch.setattr(trail, "told_by_day", told)
    for month in (date(2026, 1, 1), date(2026, 2, 1), date(2026, 12, 1)):
        assert trail.audit_by_day(month) == []
    here = ZoneInfo("Africa/Nairobi")
    days = [[moment.astimezone(here) for moment in pair] for pair in asked]
    assert [(until.month, until.day, until.hour) for _since, until in days] == [
        (2, 1, 0),
        (3, 1, 0),
        (1, 1, 0),
    ]
