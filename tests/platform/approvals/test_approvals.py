"""An approval of a sample feature: nobody approves her own, and what waits is seen and handed over.

The feature is `purchases.py` beside this; its roles are those of courses.
"""

import re
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from flask import get_flashed_messages
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select
from werkzeug.wrappers import Response

from kash.accounts.holdings import Holder, held_by
from kash.accounts.models import Account, AccountBacking
from kash.accounts.rules import RequestKind, are_in_line
from kash.accounts.services.accounts import build_account
from kash.platform.approvals.approval import (
    Approval,
    SamePerson,
    StandsBehind,
    StandsInForProposer,
    WrongStep,
    approval_names,
)
from kash.platform.approvals.pages import ProposalPage, SendBackForm
from kash.platform.approvals.rules import Standing, standing_of
from kash.platform.database import db, utc_now
from kash.platform.vault.models import AuditEntry
from kash.platform.web.account_names import accounts_in_line
from kash.platform.web.errors import Forbidden, NotFound
from kash.platform.web.today import Need, Viewer, answer_kind
from kash.policy import DELEGABLE, Actor, StandIn
from tests.declaring import also_declared
from tests.platform.approvals import purchases
from tests.platform.approvals.purchases import (
    APPROVAL,
    FEATURE,
    Purchase,
    Tables,
    approve,
    propose,
    turn_back,
)

_NAMES = st.sampled_from(["a", "b", "c"])


@pytest.fixture
def tables(both_engines_app):
    Tables.metadata.create_all(db.engine)
    with also_declared(*FEATURE.parts):
        yield
    db.session.rollback()
    Tables.metadata.drop_all(db.engine)


def _proposed(by: Actor) -> str:
    return propose("Chairs", by)


def _now(public_id: str) -> Purchase:
    db.session.rollback()
    return db.session.query(Purchase).filter_by(public_id=public_id).one()


def _lent(to: Actor, *absent: Actor) -> Actor:
    lent = tuple(StandIn(APPROVAL.approves, one.public_id) for one in absent)
    return replace(to, stands_in=lent)


def _waiting(who: Actor) -> list[str]:
    (need,) = [part for part in FEATURE.parts if isinstance(part, Need)]
    return [line.url.rpartition("/")[2] for line in need.find(Viewer(who, utc_now()))]


def _audited() -> tuple[str, list[str]]:
    entry = db.session.query(AuditEntry).order_by(AuditEntry.seq.desc()).first()
    assert entry is not None
    return entry.action, list(entry.subjects)


def test_a_new_use_costs_25_lines():
    """Columns, errors, lending, Today, hand-over and two actions with their entries: certificates,
    payouts and courses each had all that by themselves."""
    text = Path(purchases.__file__).read_text()
    use = text[text.index("# --- The use begins") : text.index("# --- The use ends")]
    assert len([line for line in use.splitlines()[1:] if line.strip()]) <= 25


@given(_NAMES, st.none() | _NAMES, st.none() | st.just("") | _NAMES, st.booleans(), st.booleans())
def test_nobody_is_the_second_person_to_herself(
    second, proposed_by, decides_for, independent, gains
):
    stands = standing_of(
        second, proposed_by, decides_for=decides_for, independent=independent, gains=gains
    )
    assert (stands is Standing.ASKED) == (second == proposed_by)
    if second != proposed_by:
        assert (stands is Standing.STANDS_IN) == (decides_for == "")
        assert (stands is Standing.GAINS) == (decides_for != "" and gains)
        assert (stands is Standing.MAY) == (decides_for != "" and independent and not gains)


@pytest.mark.any_engine
@pytest.mark.usefixtures("tables")
def test_nobody_approves_what_she_proposed_though_she_has_both_roles(actor):
    both, director = actor("director", "trainer"), actor("director")
    made = _proposed(both)
    assert _audited() == ("purchases.proposed", [made])
    assert _waiting(both) == []
    assert _waiting(director) == [made]
    with pytest.raises(SamePerson) as refused:
        approve(made, both)
    assert (str(refused.value), refused.value.status) == (APPROVAL.own, 403)
    assert (_now(made).state, _now(made).approved_by) == ("proposed", None)
    approve(made, director)
    row = _now(made)
    assert (row.state, row.approved_by, row.approved_for) == ("approved", director.public_id, None)
    assert _audited() == ("purchases.approved", [made])
    assert _waiting(director) == []
    with pytest.raises(WrongStep):
        approve(made, director)
    with pytest.raises(WrongStep):
        turn_back(made, "Too late", director)
    assert _now(made).returned_reason == ""
    with pytest.raises(NotFound):
        approve("0" * 16, director)


@pytest.mark.usefixtures("tables")
def test_whoever_stands_in_approves_for_the_absent_and_never_for_who_proposed(actor):
    """What is lent is no way round the second person; and Today offers nothing that is refused."""
    absent, other = actor("director", "trainer"), actor("director")
    officer, trainer = actor("monitoring"), actor("trainer")
    hers, theirs = _proposed(absent), _proposed(trainer)
    alone = _lent(officer, absent)
    assert _waiting(officer) == []
    assert _waiting(alone) == [theirs]
    with pytest.raises(StandsInForProposer) as refused:
        approve(hers, alone)
    assert (str(refused.value), refused.value.status) == (APPROVAL.stands_in, 403)
    assert _now(hers).state == "proposed"
    approve(theirs, alone)
    assert _now(theirs).approved_for == absent.public_id
    assert _audited() == ("purchases.approved", [theirs, f"for:{absent.public_id}"])
    for two in (_lent(officer, absent, other), _lent(officer, other, absent)):
        assert _waiting(two) == [hers]
    assert _waiting(_lent(officer, absent, absent)) == []
    approve(hers, _lent(officer, absent, other))
    assert _now(hers).approved_for == other.public_id


@pytest.mark.usefixtures("tables")
def test_what_is_sent_back_says_why_and_for_whom(actor):
    director, officer, trainer = actor("director"), actor("monitoring"), actor("trainer")
    made, own = _proposed(trainer), _proposed(trainer)
    turn_back(made, "Which chairs?", _lent(officer, director))
    assert (_now(made).state, _now(made).returned_reason) == ("returned", "Which chairs?")
    assert _audited() == ("purchases.turned_back", [made, f"for:{director.public_id}"])
    with pytest.raises(WrongStep):
        approve(made, director)
    turn_back(own, "Not needed", director)
    assert _audited() == ("purchases.turned_back", [own])


@pytest.mark.usefixtures("tables")
def test_a_page_offers_nothing_that_is_refused(actor):
    both, director, officer = actor("director", "trainer"), actor("director"), actor("monitoring")
    row = _now(_proposed(both))
    actors = {
        "her own": both,
        "a director": director,
        "no director": officer,
        "for her": _lent(officer, both),
        "for another": _lent(officer, director),
    }
    offered = {name: APPROVAL.offered(row, who) for name, who in actors.items()}
    assert {name for name, one in offered.items() if one.approves} == {"a director", "for another"}
    assert {name for name, one in offered.items() if one.own} == {"her own"}
    assert {name for name, one in offered.items() if not one.returns} == {"no director"}
    assert offered["for another"].standing_in == director.public_id
    assert APPROVAL.offered(row, officer, as_organiser=True).returns
    row.state = "returned"
    assert not APPROVAL.offered(row, director).approves
    assert not APPROVAL.offered(row, both).own


@pytest.mark.usefixtures("tables")
def test_what_waits_is_handed_over_and_its_new_holder_does_not_approve_it(actor):
    leaver, heir, director = actor("trainer"), actor("trainer", "director"), actor("director")
    made, done = _proposed(leaver), _proposed(leaver)
    approve(done, director)
    holder = Holder(leaver.account_id or 0, leaver.public_id)
    (held,) = [one for one in held_by(db.session(), holder) if one.holding.key == "purchases"]
    assert (held.count, held.holding.label) == (1, APPROVAL.waiting)
    assert heir.public_id in held.successors
    assert director.public_id not in held.successors
    successor = Holder(heir.account_id or 0, heir.public_id)
    assert held.holding.reassign(db.session(), holder, successor, utc_now()) == [made]
    db.session.commit()
    assert _now(done).proposed_by == leaver.public_id
    with pytest.raises(SamePerson):
        approve(made, heir)


@pytest.fixture
def backed(both_engines_app):
    """One account stands behind another, as whoever invited, empowered or tied it does."""

    def stand(account: Actor, by: Actor) -> None:
        row = AccountBacking(account_id=account.account_id or 0, by=by.public_id, at=utc_now())
        db.session.add(row)
        db.session.commit()
        db.session.rollback()

    return stand


@pytest.mark.usefixtures("tables")
def test_neither_stands_behind_the_other_and_a_third_behind_both_does_not_count(actor, backed):
    """A puppet, and a puppet's puppet, approves nothing of its hand's, nor she of theirs; two
    people whom one administrator let in approve each other's."""
    administrator = actor("administrator")
    hand, puppet, beneath = actor("director"), actor("director"), actor("director", "trainer")
    two = [actor("director", name=f"{number}") for number in "ab"]
    for account, by in ((puppet, hand), (beneath, puppet), *((one, administrator) for one in two)):
        backed(account, by)
    for proposer, approver in (
        (hand, puppet), (puppet, hand), (hand, beneath), (beneath, hand), (beneath, puppet)
    ):  # fmt: skip
        made = _proposed(proposer)
        row = _now(made)
        assert made not in _waiting(approver)
        offered = APPROVAL.offered(row, approver)
        assert (offered.approves, offered.refused) == (False, StandsBehind.sentence)
        with pytest.raises(StandsBehind):
            approve(made, approver)
        assert (_now(made).state, _now(made).approved_by) == ("proposed", None)
        assert made in _waiting(two[0])
    made = _proposed(two[0])
    assert made in _waiting(two[1])
    assert APPROVAL.offered(_now(made), two[1]).approves
    approve(made, two[1])
    assert _now(made).approved_by == two[1].public_id
    # Who may give power to others by herself is no second person to those she let in.
    assert made not in _waiting(administrator)


@pytest.mark.usefixtures("tables")
def test_whoever_waits_for_nobody_is_told(actor, backed):
    trainer, director = actor("trainer"), actor("director")
    row = _now(_proposed(trainer))
    assert not APPROVAL.offered(row, trainer).nobody
    backed(trainer, director)
    row = _now(row.public_id)
    assert APPROVAL.offered(row, trainer).nobody
    assert not APPROVAL.offered(row, director).nobody
    actor("director", name="Another")
    assert not APPROVAL.offered(row, trainer).nobody


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), max_size=8), st.integers(0, 4))
@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_the_question_in_the_database_is_the_rule(both_engines_app, pairs, asked):
    """Over random backings, circles among them."""
    db.session.rollback()
    db.session.execute(delete(AccountBacking))
    people = [f"line{number}".ljust(16, "0") for number in range(5)]
    for name in people:
        if db.session.scalar(select(Account.id).where(Account.public_id == name)) is None:
            db.session.add(
                build_account(
                    public_id=name,
                    name=name,
                    email=f"{name}@example.org",
                    password_hash="",
                    roles=[],
                )
            )
    db.session.flush()
    keys = dict(db.session.execute(select(Account.public_id, Account.id)).all())
    backing: dict[str, set[str]] = {}
    for account, by in set(pairs):
        db.session.add(AccountBacking(account_id=keys[people[account]], by=people[by]))
        backing.setdefault(people[account], set()).add(people[by])
    db.session.flush()
    found = set(db.session.scalars(accounts_in_line(people[asked])))
    assert found == {name for name in people if are_in_line(people[asked], name, backing)}
    db.session.rollback()


def _of_rooms() -> list[Approval]:
    """The approval of each room."""
    modules = [module for name, module in sys.modules.items() if name.startswith("kash.")]
    named = [vars(module).get("APPROVAL") for module in modules]
    return list({one.key: one for one in named if isinstance(one, Approval)}.values())


def test_the_docs_say_which_rule_holds_where():
    """Each approval stands in the table's row of the rule by which it is decided."""
    text = Path("docs/decisions/0003-two-people.md").read_text()
    rows = dict(re.findall(r"^\| \*\*(\w+)\*\* \|(.*)$", text, re.MULTILINE))
    named = {rule: set(re.findall(r"`(\w+)`", row)) for rule, row in rows.items()}
    approvals = {approval.key for approval in _of_rooms()}
    asks_strictly = {"api_tokens", "archive", "connections", "funders"}
    assert named["line"] == approvals - asks_strictly | {"registers"}
    assert asks_strictly | set(RequestKind) <= named["strict"]


def test_each_approval_that_may_be_lent_has_a_name(app):
    assert set(approval_names()) == set(DELEGABLE)


def test_a_step_that_is_refused_shows_the_page_as_it_stands_by_now(app):
    """Whoever was slower reads why, and what the faster one made of it."""
    read: list[int] = []

    def times_read() -> int:
        read.append(1)
        return len(read)

    def page(row: int, _form: SendBackForm, problem: str) -> tuple[str, int]:
        return f"{row}: {problem}", 409 if problem else 422

    def refuse(_row: int) -> None:
        raise WrongStep

    proposal = ProposalPage(APPROVAL, times_read, page, "/purchases/1")
    with app.test_request_context(method="POST"):
        assert proposal.step(refuse, str) == (f"2: {WrongStep.sentence}", 409)
        done = proposal.step(lambda row: row + 1, lambda answer: f"Done: {answer}.")
        assert isinstance(done, Response)
        assert (done.status_code, done.location) == (302, "/purchases/1")
        assert get_flashed_messages() == ["Done: 4."]
        # Nothing says why it goes back.
        assert proposal.send_back(lambda *_: None, "Sent back.", as_organiser=True) == ("4: ", 422)
        with pytest.raises(Forbidden):
            proposal.send_back(lambda *_: None, "Sent back.", as_organiser=False)


@pytest.mark.usefixtures("app")
def test_whoever_proposed_is_told_of_what_was_sent_back():
    """Else it waits for her and nobody knows. Today lists what the rooms named here had sent back,
    as long as it is."""
    approvals = _of_rooms()
    assert {one.key for one in approvals if one.sent_back is None} == {
        "connections",
        "courses",
        "funder_reports",
        "statements",
        "tracks",
    }
    kinds = [one.sent_back for one in approvals if one.sent_back is not None]
    assert kinds == [answer_kind(one.kind) for one in kinds]
