"""Printing: once, all at once, from every case, and never again."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import func, select, update

from kash.figures.releases import queries as counting
from kash.figures.releases import services as printing
from kash.figures.releases.models import Release, ReleaseNote, ReleasePlan
from kash.figures.releases.queries import days_due, next_day
from kash.figures.releases.rules.tables import (
    FAMILIES,
    KNOWN,
    ReleaseWindow,
    last_days,
    tables_as_json,
)
from kash.figures.releases.services import KIND, add_note, print_release
from kash.incidents.models import Incident
from kash.incidents.rules.parts import CaseDecision, Link, Party
from kash.incidents.services.saved_views import RecordsNotOpen
from kash.platform.database import db, utc_now
from kash.platform.vault import (
    AuditEntry,
    OpenVault,
    SealedDocument,
    fetch,
    file_document,
    open_document,
)
from kash.platform.web.errors import NotFound
from kash.policy import Actor
from tests.conftest import AMember
from tests.figures.releases.planned import FEBRUARY, SPRING, SUMMER, YEAR, Dice, case, plan_of
from tests.incidents.filed_cases import filed
from tests.refusals import refuses

AUTUMN, WINTER = date(YEAR, 9, 30), date(YEAR, 12, 31)


@pytest.fixture
def officer(both_engines_app, a_member):
    return a_member("documentation")


def printed(member: AMember, day: date, die: Any = None) -> dict[str, dict[str, int | None]]:
    """The lines of a day as they are printed, by table and code."""
    found = print_release(day, by=member.actor, vault=member.vault(), die=die or Dice())
    db.session.rollback()
    rows = db.session.scalars(select(Release).where(Release.public_id.in_(found)))
    return {row.table_key: dict(row.lines) for row in rows}


def ledger(member: AMember) -> dict[str, list[str]]:
    (sealed,) = fetch(db.session(), kind=KIND)
    said: dict[str, list[str]] = json.loads(open_document(member.vault(), sealed))
    return said


def entries() -> int:
    asked = select(func.count()).where(AuditEntry.action.startswith("releases."))
    return db.session.scalar(asked) or 0


@pytest.mark.any_engine
def test_acts_of_a_newer_list_enter_only_plans_that_were_proposed_with_it(officer):
    """What a plan counts was voted on: an act that was added since changes nothing in it, not even
    for a case that is late by a year."""
    plan_of(YEAR - 1)
    first = tables_as_json(KNOWN.values())
    first[-1].pop("edition")
    db.session.execute(update(ReleasePlan).values(tables=first))
    db.session.commit()
    plan_of(YEAR)
    before = FEBRUARY.replace(year=YEAR - 1)
    for _ in range(50):
        filed(case(before, acts="L7"), "triaged")
        filed(case(acts="S4"), "triaged")
    for _ in range(20):
        filed(case(before, acts="L1"), "triaged")
    lines = {}
    for year in (YEAR - 1, YEAR):
        for day in last_days(year):
            lines |= {(year, key): line for key, line in printed(officer, day).items()}
    assert lines[YEAR - 1, "acts"] == {**dict.fromkeys(FAMILIES), "liberty": 20}
    assert lines[YEAR, "acts"] == {**dict.fromkeys(FAMILIES), "sexual": 50}


@pytest.mark.any_engine
def test_a_day_is_printed_with_all_its_tables_in_one_action(officer):
    plan_of()
    counted = [filed(case()) for _ in range(12)]
    assert printed(officer, SPRING) == {
        "who": {"police": 10, "client": None, "other": None},
        "mediation": dict.fromkeys(("settled", "partly", "failed", "withdrawn", "court")),
    }
    assert entries() == 1
    assert ledger(officer) == {key: ["who"] for key in counted}
    # Nothing in clear says which, nor how many.
    assert db.session.scalars(select(SealedDocument.kind).where(SealedDocument.kind == KIND)).all()


@pytest.mark.any_engine
def test_whoever_presses_again_finds_it_printed(officer, a_member):
    plan_of()
    first = printed(officer, SPRING)
    filed(case())
    dice, brenda = Dice(), a_member("documentation")
    assert printed(officer, SPRING, dice) == printed(brenda, SPRING, dice) == first
    assert dice.thrown == 0
    assert entries() == 1


def test_two_who_press_at_once_throw_once(both_engines_app, officer, a_member):
    plan_of()
    members = [officer, a_member("documentation")]
    pressing = [(one.actor, one.vault()) for one in members]
    db.session.rollback()
    dice, together = Dice(), Barrier(2)

    def press(by: Actor, vault: OpenVault) -> list[str]:
        with both_engines_app.app_context():
            together.wait()
            return print_release(SPRING, by=by, vault=vault, die=dice)

    with ThreadPoolExecutor(2) as pool:
        first, second = (one.result() for one in [pool.submit(press, *one) for one in pressing])
    assert first == second
    assert dice.thrown == 8 * 256
    assert entries() == 1


def test_a_case_enters_each_table_once_in_its_life(officer):
    plan_of()
    cases = [filed(case()) for _ in range(12)]
    printed(officer, SPRING)
    late = [filed(case()) for _ in range(15)]
    # What was corrected after it was printed is not counted again.
    assert printed(officer, SUMMER)["who"] == {"police": 15, "client": None, "other": None}
    assert set(ledger(officer)) == {*cases, *late}
    assert printed(officer, date(YEAR, 9, 30))["who"] == dict.fromkeys(
        ("police", "client", "other")
    )
    acts = printed(officer, WINTER)["acts"]
    assert acts["liberty"] == 25
    assert set(ledger(officer)[cases[0]]) == {"who", "acts"}


@pytest.mark.any_engine
def test_a_case_of_a_year_without_a_plan_is_never_counted(officer):
    plan_of()
    before = datetime(YEAR - 1, 5, 1, tzinfo=UTC)
    for _ in range(20):
        filed(case(before))
    assert printed(officer, SPRING)["who"]["police"] is None
    assert ledger(officer) == {}


@pytest.mark.any_engine
def test_what_was_filed_twice_is_one_case(officer):
    plan_of()
    for _ in range(10):
        first = filed(case())
        again = case()
        again.filing.how, again.links = "phone", [Link(kind="incident", id=first)]
        filed(again)
        closed = case()
        closed.closing = CaseDecision(at=FEBRUARY, outcome="duplicate")
        filed(closed, state="closed")
    assert printed(officer, SPRING)["who"]["police"] == 10


@pytest.mark.any_engine
@pytest.mark.parametrize("number", [0, 3])
def test_a_period_with_hardly_a_case_is_printed_just_the_same(officer, number):
    plan_of()
    for _ in range(number):
        filed(case())
    dice = Dice()
    found = printed(officer, SPRING, dice)
    assert found["who"] == dict.fromkeys(("police", "client", "other"))
    assert dice.thrown == 8 * 256
    assert days_due(datetime(YEAR, 4, 2, tzinfo=UTC)) == []


@pytest.mark.any_engine
def test_a_member_prints_what_is_kept_from_her_as_well(officer):
    plan_of()
    for _ in range(10):
        against = case()
        against.parties = [Party(id="o1", kind="police", account=officer.actor.public_id)]
        filed(against)
    assert printed(officer, SPRING)["who"]["police"] == 10


@pytest.mark.any_engine
def test_all_dice_are_thrown_before_the_first_record_is_opened(officer, monkeypatch):
    plan_of()
    filed(case())
    dice, thrown = Dice(), []
    for module, name in ((printing, "open_ledger"), (counting, "cases_for_totals")):
        real = getattr(module, name)

        def noting(*given: Any, real: Any = real) -> Any:
            thrown.append(dice.thrown)
            return real(*given)

        monkeypatch.setattr(module, name, noting)
    printed(officer, SPRING, dice)
    assert thrown == [8 * 256, 8 * 256]
    assert dice.thrown == 8 * 256


@pytest.mark.any_engine
def test_nothing_is_kept_of_a_printing_that_failed(officer):
    plan_of()
    filed(case())
    sound = db.session.scalars(select(SealedDocument.body)).one()
    db.session.execute(update(SealedDocument).values(body=b"damaged"))
    db.session.commit()
    with pytest.raises(RecordsNotOpen):
        printed(officer, SPRING)
    db.session.rollback()
    assert db.session.scalars(select(Release.id)).all() == []
    assert fetch(db.session(), kind=KIND) == []
    assert entries() == 0
    db.session.execute(update(SealedDocument).values(body=sound))
    db.session.commit()
    assert set(printed(officer, SPRING)) == {"who", "mediation"}


@pytest.mark.any_engine
def test_nothing_is_printed_without_the_ledger_once_there_was_one(officer):
    plan_of()
    filed(case())
    printed(officer, SPRING)
    (kept,) = fetch(db.session(), kind=KIND)
    row = db.session.get_one(SealedDocument, kept.id)
    for body in (b"damaged", row.body[:-1]):
        row.body = body
        db.session.commit()
        with refuses(
            "The sealed list of counted cases does not open for you, so nothing is printed"
        ):
            printed(officer, SUMMER)
    # A second one, be it put there by whoever, is no better.
    row.body = kept.body
    other = file_document(db.session(), KIND, b"{}")
    db.session.commit()
    with refuses("The sealed list of counted cases does not open for you, so nothing is printed"):
        printed(officer, SUMMER)
    row.kind, other.kind = "gone", "gone"
    db.session.commit()
    with refuses("The sealed list of counted cases does not open for you, so nothing is printed"):
        printed(officer, SUMMER)


@pytest.mark.any_engine
def test_days_are_printed_in_their_order_and_not_before_they_are_over(officer):
    today = utc_now().date()
    coming = [ReleaseWindow("who", 0, today), ReleaseWindow("who", 1, today + timedelta(days=40))]
    plan_of(today.year, windows=coming)
    plan_of(YEAR)
    with refuses("It is too"):
        printed(officer, today)
    with refuses("Print the figures of the earlier day first"):
        printed(officer, SUMMER)
    with pytest.raises(NotFound):
        printed(officer, SUMMER + timedelta(days=1))
    due = [one.day for one in days_due(utc_now())]
    assert due == [SPRING, SUMMER, AUTUMN, WINTER]
    upcoming = next_day(utc_now())
    assert upcoming is not None
    assert upcoming.day == today


@pytest.mark.any_engine
@pytest.mark.parametrize("state", ["proposed", "returned"])
def test_a_plan_that_nobody_approved_prints_nothing(officer, state):
    plan_of(state=state)
    with pytest.raises(NotFound):
        printed(officer, SPRING)


@pytest.mark.any_engine
def test_a_note_names_no_figure(officer):
    plan_of()
    found = print_release(SPRING, by=officer.actor, vault=officer.vault(), die=Dice())
    for text in ("There were 3 more", "٣ more", "Ⅳ more"):
        with refuses("Leave out every"):
            add_note(found[0], text, by=officer.actor)
    for _twice in range(2):
        add_note(found[0], "Some acts were noted under another family.", by=officer.actor)
    with pytest.raises(NotFound):
        add_note("x" * 16, "Nothing", by=officer.actor)
    db.session.rollback()
    assert len(db.session.scalars(select(ReleaseNote)).all()) == 1


@pytest.mark.any_engine
def test_shredding_a_case_counts_nobody_anew(officer):
    plan_of()
    references = [filed(case()) for _ in range(10)]
    printed(officer, SPRING)
    db.session.execute(
        update(Incident)
        .where(Incident.public_id == references[0])
        .values(state="shredded", document_id=None)
    )
    db.session.commit()
    more = case()
    more.filing.how, more.links = "phone", [Link(kind="incident", id=references[0])]
    filed(more)
    assert printed(officer, SUMMER)["who"]["police"] is None
    assert set(ledger(officer)) == set(references)
