"""What is read of payouts where of each kind of row there is one that just doesn't belong."""

from datetime import date
from itertools import count
from typing import Any

import pytest

from kash.money.payouts.models import (
    Payee,
    PaymentSheet,
    PayoutDay,
    PayoutEvent,
    PayoutFile,
    PayoutLine,
    PayoutList,
    RateTable,
    SettledClaim,
)
from kash.money.payouts.queries.claims import (
    has_approved_day,
    latest_table,
    listed_claims,
    paid_on,
    person_and_part,
    settled_claims,
    table_for,
    table_versions,
)
from kash.money.payouts.queries.payments import (
    all_lists,
    events_of,
    files_of,
    funder_parts,
    given_later,
    line_of,
    lines_of,
    list_of,
    lists_of,
    own_payouts,
    payouts_of_person,
    reconciliations,
    sheets_of,
    waiting_for,
)
from kash.money.payouts.rules import Claim
from kash.money.payouts.views.claims import LIST_COLUMNS
from kash.people.models import Group, Person
from kash.platform.database import db, utc_now
from kash.platform.web.errors import NotFound
from kash.workshops.models import Funder, Funding, Workshop
from tests.rows import DAY, TODAY, row

pytestmark = pytest.mark.usefixtures("as_it_was")
NOW = utc_now().replace(microsecond=0)
_numbers = count(1)


def _person(group: Group, name: str) -> Person:
    return row(Person, chosen_name=name, sort_name=name.lower(), group_id=group.id)


def _list(workshop: Workshop, number: int, state: str = "approved", **more: Any) -> PayoutList:
    return row(PayoutList, workshop=workshop, number=number, state=state, **more)


def _line(of: PayoutList, person: Person | None, state: str = "paid", **more: Any) -> PayoutLine:
    values: dict[str, Any] = {
        "of_list": of,
        "person": person,
        "state": state,
        "position": next(_numbers),
        "amount_cents": 100,
        "reference": f"R{next(_numbers)}",
    }
    return row(PayoutLine, **(values | more))


def _days(line: PayoutLine, *days: date) -> None:
    for day in days:
        row(PayoutDay, line_id=line.id, day=day)


def test_the_latest_table_holds_a_workshops_own_before_the_programmes():
    own, other = row(Workshop), row(Workshop)
    tables = {
        (of and of.id, version): row(
            RateTable,
            workshop_id=of and of.id,
            version=version,
            bands=bands,
            rates={},
            least_weight=50,
        )
        for of, version, bands in (
            (None, 1, ["near"]),
            (None, 3, ["near"]),
            (None, 2, ["near"]),
            (own, 1, ["far"]),
            (other, 1, ["far"]),
            (other, 2, []),
        )
    }
    assert latest_table(None) is tables[None, 3]
    assert latest_table(row(Workshop).id) is None
    assert table_for(own.id) is tables[own.id, 1]
    # A version without bands gives the workshop's own rates up.
    assert table_for(other.id) is tables[None, 3]
    assert [one.version for one in table_versions(None)] == [3, 2, 1]
    assert [one.version for one in table_versions(other.id)] == [2, 1]


def test_days_are_claimed_by_lists_that_stand_and_money_that_was_not_given_back(groups):
    workshop, other = row(Workshop), row(Workshop)
    her, him = _person(groups[1], "Nyota"), _person(groups[0], "Mto")
    standing = _list(workshop, 1)
    _days(_line(standing, her), TODAY, TODAY + DAY)
    _days(_line(standing, him, "returned"), TODAY)
    _days(_line(standing, him, "changed"), TODAY)
    _days(_line(_list(workshop, 2, "returned"), him), TODAY)
    proposed = _list(workshop, 3, "proposed")
    _days(_line(proposed, him, "outstanding"), TODAY + 2 * DAY)
    driver = row(Payee, workshop_id=workshop.id, role="driver", days=[])
    _days(_line(standing, None, payee=driver), TODAY)
    _days(_line(_list(other, 1), her), TODAY + 5 * DAY)
    ids = [her.id, him.id]
    assert listed_claims(ids) == {
        Claim(her.id, TODAY, workshop.id),
        Claim(her.id, TODAY + DAY, workshop.id),
        Claim(her.id, TODAY + 5 * DAY, other.id),
        Claim(him.id, TODAY + 2 * DAY, workshop.id),
    }
    assert listed_claims([]) == set()
    assert paid_on(workshop.register_id) == {
        TODAY: {her.id},
        TODAY + DAY: {her.id},
        TODAY + 2 * DAY: {him.id},
    }
    session = db.session()
    for claim, approved in (
        (Claim(her.id, TODAY, workshop.id), True),
        (Claim(her.id, TODAY, other.id), False),
        (Claim(him.id, TODAY, workshop.id), False),
        (Claim(him.id, TODAY + 2 * DAY, workshop.id), False),
        (Claim(her.id, TODAY + 2 * DAY, workshop.id), False),
    ):
        assert has_approved_day(session, claim) is approved
    third = row(Workshop)
    for first, second, person in (
        (workshop, other, her),
        (other, third, her),
        (workshop, third, him),
    ):
        row(SettledClaim, person_id=person.id, day=TODAY, first_id=first.id, second_id=second.id)
    settled = settled_claims(workshop.id, [her.id, him.id])
    assert {(one.first, one.second, one.person) for one in settled} == {
        (workshop.id, other.id, her.id),
        (workshop.id, third.id, him.id),
    }
    assert {one.person for one in settled_claims(workshop.id, [her.id])} == {her.id}
    assert len(settled_claims(third.id, [her.id, him.id])) == 2


def test_lists_lines_files_and_sheets_are_those_of_their_own_in_order(groups, actor):
    workshop, other = row(Workshop), row(Workshop)
    her = _person(groups[1], "Nyota")
    first, second = _list(workshop, 1, total_cents=300), _list(workshop, 2, "proposed")
    elsewhere = _list(other, 1)
    assert lists_of(workshop) == [second, first]
    assert list_of(workshop, first.public_id) is first
    with pytest.raises(NotFound):
        list_of(other, first.public_id)
    lines = [
        _line(first, her, state, position=position, group_letter=letter)
        for state, position, letter in (("paid", 3, "B"), ("failed", 1, "A"), ("sent", 2, "B"))
    ]
    theirs = _line(elsewhere, her)
    assert lines_of(first) == [lines[1], lines[2], lines[0]]
    assert lines_of(first, "B") == [lines[2], lines[0]]
    assert line_of(first, lines[0].public_id) is lines[0]
    with pytest.raises(NotFound):
        line_of(first, theirs.public_id)
    events = [row(PayoutEvent, line_id=lines[0].id, state="paid") for _ in range(2)]
    row(PayoutEvent, line_id=theirs.id, state="paid")
    assert events_of(lines[0]) == events[::-1]
    for of, number in ((first, 1), (first, 2), (elsewhere, 3)):
        row(PayoutFile, list_id=of.id, number=number)
        row(PaymentSheet, list_id=of.id, number=9 - number, letter="AB"[number % 2])
    assert [one.number for one in files_of(first)] == [2, 1]
    assert [one.number for one in sheets_of(first)] == [7, 8]
    found = reconciliations([first, second])
    told = found[first.id]
    assert (told.proposed, told.paid, told.failed, told.sent, told.difference) == (
        300,
        100,
        100,
        100,
        0,
    )
    assert found[second.id].paid == 0
    assert set(found) == {first.id, second.id}
    funders = {name: row(Funder, name=name) for name in ("beta", "Alpha")}
    for name, share, of in (("beta", 25, workshop), ("Alpha", 75, workshop)):
        row(Funding, workshop=of, funder=funders[name], share=share)
    assert funder_parts(workshop, lines) == [("Alpha", 225, 75), ("beta", 75, 25)]
    assert funder_parts(other, lines) == []
    with pytest.raises(NotFound):
        person_and_part(workshop, her.public_id)


def test_something_was_given_later_only_by_a_list_that_stands_to_the_same_payee(groups):
    workshop = row(Workshop)
    her, him = _person(groups[1], "Nyota"), _person(groups[0], "Mto")
    line = _line(_list(workshop, 2), her, "returned")
    session = db.session()
    _line(_list(workshop, 1), her)
    _line(_list(workshop, 3, "returned"), her)
    _line(_list(row(Workshop), 9), her)
    later = _list(workshop, 4)
    _line(later, him)
    _line(later, her, "returned")
    assert not given_later(line, session)
    _line(later, her, "outstanding")
    assert given_later(line, session)


def test_lists_wait_to_be_approved_by_another_and_to_be_paid_by_whoever_runs_it(groups, actor):
    director, trainer = actor("director"), actor("trainer")
    her = _person(groups[1], "Nyota")
    mine = row(Workshop, created_by=trainer.public_id)

    def made(number: int, state: str, days: int, *lines: str, of: Workshop = mine) -> PayoutList:
        asked = {"proposed_by": trainer.public_id, "created_at": NOW - days * DAY}
        found = _list(of, number, state, **asked)
        for line in lines:
            _line(found, her, line)
        return found

    proposed = made(1, "proposed", 1, "outstanding")
    failed = made(2, "approved", 2, "paid", "failed")
    sent = made(3, "approved", 3, "sent", "returned")
    made(4, "approved", 4, "paid", "returned")
    made(5, "returned", 5, "outstanding")
    made(1, "approved", 6, "outstanding", of=row(Workshop))
    waiting = [(one.public_id, count) for one, count in waiting_for(trainer)]
    assert waiting == [(sent.public_id, 2), (failed.public_id, 2)]
    assert [one.public_id for one, _count in waiting_for(trainer, limit=1)] == [sent.public_id]
    assert [one.public_id for one, _count in waiting_for(director)] == [proposed.public_id]
    assert waiting_for(actor("peer")) == []
    numbers = [one.number for one in db.session.scalars(all_lists(trainer, "approved"))]
    assert sorted(numbers) == [2, 3, 4]
    assert len(list(db.session.scalars(all_lists(director)))) == 6
    assert list(db.session.scalars(all_lists(actor("peer")))) == []
    # What was sent back, or waits, is owed to nobody by the table that is taken away.
    lists = list(db.session.scalars(all_lists(trainer)))
    sums = reconciliations(lists)
    owed = {one.number: LIST_COLUMNS[5].value((one, sums[one.id])) for one in lists}
    assert owed == {1: None, 2: 1.0, 3: 1.0, 4: 0, 5: None}


def test_a_persons_payments_are_those_of_approved_lists_the_latest_first(groups, actor):
    her, him = _person(groups[1], "Nyota"), _person(groups[0], "Mto")
    workshop = row(Workshop, title="First")
    early = _list(workshop, 1, approved_at=NOW - 2 * DAY)
    late = _list(row(Workshop, title="Second"), 1, approved_at=NOW - DAY)
    one = _line(early, her)
    _days(one, TODAY + DAY, TODAY)
    _line(late, her)
    _line(early, him)
    _line(_list(workshop, 2, "proposed"), her)
    _line(_list(workshop, 3, "returned"), her)
    director = actor("director")
    told = payouts_of_person(her.public_id, director)
    assert [(line.of_list.workshop.title, [day.day for day in line.days]) for line in told] == [
        ("Second", []),
        ("First", [TODAY, TODAY + DAY]),
    ]
    assert len(payouts_of_person(her.public_id, director, limit=1)) == 1
    peer = actor("peer", person_id=her.id)
    assert own_payouts(peer) == payouts_of_person(her.public_id, peer) == told
    assert payouts_of_person(him.public_id, peer) == own_payouts(director) == []
