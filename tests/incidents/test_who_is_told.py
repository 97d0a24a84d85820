"""Each row of the handbook's table "Who is told" is walked: the step is done, and the message or
the line on Today is found where the row says, after the time that it says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

import pytest
from flask.testing import FlaskClient

from kash.accounts.services.locking import lock_at_once
from kash.incidents.queries.letterbox import Receipt, keys_of, opened_box, owner_of
from kash.incidents.queries.mediation import duties, own_briefs
from kash.incidents.rules.filing import Screen, new_code
from kash.incidents.rules.mediation import Result
from kash.incidents.rules.parts import Referral
from kash.incidents.services import alerts
from kash.incidents.services.cases import assign, changing, comment
from kash.incidents.services.documentation import refer
from kash.incidents.services.filing import answer_screen, say_held, submit
from kash.incidents.services.mediation import (
    answer_brief,
    close_brief,
    remove_mediator,
    say_not_yet,
)
from kash.incidents.services.receipts import answer_under_receipt, ask_by_receipt, found_under
from kash.platform.database import db, new_public_id, writing
from kash.platform.web.formats import to_local
from kash.policy import NOBODY, SYSTEM, Actor
from tests.conftest import AMember
from tests.incidents.filed_cases import filed
from tests.incidents.nights import Night
from tests.incidents.sent_reports import sent
from tests.incidents.test_mediation import a_case, ask, on_duty

ANNA, BRENDA, CLARA, GRACE, DORA, KAMAU, BARASA = (f"+25471200000{n}" for n in range(1, 8))
DOCS = Path(__file__).parents[2] / "docs"
HOUR, DAY = 60, 24 * 60


class Row(NamedTuple):
    """A row of the table."""

    step: str
    who: str
    by: str
    after: str


def rows_of(page: str) -> list[Row]:
    """The rows of the tables of a page of the handbook, without their heads."""
    tables = [part for part in (DOCS / page).read_text("utf-8").split("\n\n") if part[0] == "|"]
    lines = [line for table in tables for line in table.splitlines()[2:]]
    return [Row(*(cell.strip() for cell in line.strip("|").split("|"))) for line in lines]


ROWS = rows_of("who-is-told.md")


@dataclass
class Desk:
    """Three officers in their order, a custodian, a director, two mediators, and a peer educator
    who reports."""

    night: Night
    anna: AMember
    brenda: AMember
    clara: AMember
    grace: AMember
    dora: AMember
    kamau: Actor
    barasa: Actor
    peer: Actor
    client_for: Callable[[Actor], FlaskClient]

    def reports(self, *screens: tuple[str, Screen], held: bool = False) -> Receipt:
        """A peer educator sends a report from her phone; its receipt."""
        code = new_code()
        if held:
            say_held(self.peer, code)
        for name, screen in screens:
            answer_screen(self.peer, code, name, screen)
        receipt = submit(self.peer, code, "en")
        db.session.rollback()
        return receipt

    def nobody_looks(self) -> None:
        """An alert is raised, as in a drill, and Anna's phone and the custodian's ring."""
        with writing() as session:
            alerts.raise_alert(session, self.night.now)
        alerts.tell_officers(self.night.now)
        assert self.night.rang() == [ANNA, GRACE]

    def telephones(self) -> str:
        """Anna writes down a call of somebody who is held; the case."""
        told = {"token": new_public_id(), "count": "2", "narrative": "Taken at the stage."}
        told["since"] = to_local(self.night.now - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M")
        answer = self.anna.client.post("/w/call", data=told)
        assert answer.status_code == 303
        return answer.location.rpartition("/")[2]

    def asks_kamau(self, *, held: bool = True) -> str:
        """Anna, whose case it is, asks a mediator; the case."""
        reference = a_case()
        with changing("incidents.changed", self.anna.actor, self.anna.vault(), reference) as case:
            for person in case.record.persons if held else ():
                person.arrested_at = self.night.now - timedelta(hours=1)
        assign(reference, self.anna.actor.public_id, by=self.anna.actor, vault=self.anna.vault())
        ask(self.anna, reference, self.kamau, "release" if held else "return")
        return reference

    def today(self, who: Actor) -> str:
        """Her Today, the vault closed."""
        return self.client_for(who).get("/").text

    def case(self, reference: str) -> str:
        """The page of a case, as another officer reads it, who takes no line from Anna's Today."""
        return self.brenda.client.get(f"/w/{reference}").text

    def brief(self) -> str:
        """What Kamau is asked."""
        (brief,) = own_briefs(self.kamau)
        return brief.public_id


@pytest.fixture
def desk(both_engines_app, a_member, actor, client_for, monkeypatch) -> Desk:
    desk = Desk(
        Night(both_engines_app, monkeypatch),
        a_member("documentation", name="Anna"),
        a_member("documentation", name="Brenda"),
        a_member("documentation", name="Clara"),
        a_member("custodian", name="Grace"),
        a_member("director", name="Dora"),
        actor("police_peer", name="Kamau"),
        actor("peer", name="Barasa"),
        actor("peer"),
        client_for,
    )
    officers = ((desk.anna, ANNA), (desk.brenda, BRENDA), (desk.clara, CLARA))
    for place, (officer, number) in enumerate(officers, start=1):
        alerts.set_duty(
            SYSTEM, officer.actor.public_id, position=place, hours=(), active=True, phone=number
        )
    alerts.set_number(SYSTEM, desk.grace.actor.public_id, GRACE)
    alerts.set_number(SYSTEM, desk.dora.actor.public_id, DORA)
    on_duty(desk.kamau, phone=KAMAU)
    on_duty(desk.barasa, phone=BARASA)
    return desk


Walk = Callable[[Desk], None]
# By the step of a row and the time that it says.
WALKS: dict[tuple[str, str], Walk] = {}


def walk(step: str, after: str) -> Callable[[Walk], Walk]:
    """Note the walk of a row."""

    def noted(function: Walk) -> Walk:
        WALKS[step, after] = function
        return function

    return noted


# --- Phones that ring ----------------------------------------------------------------------------


@walk(
    "Somebody is held or in danger, sex was forced within five days, or a drill", "within a minute"
)
def _an_alert(desk: Desk) -> None:
    desk.reports(held=True)
    assert desk.night.later(1) == [ANNA, GRACE]
    desk.anna.client.get("/w")
    day = to_local(desk.night.now - timedelta(days=4)).date()
    desk.reports(("when", Screen(day=day)), ("what", Screen(acts=["S1"])))
    assert desk.night.later(1) == [ANNA, GRACE]
    desk.anna.client.get("/w")
    desk.nobody_looks()


@walk("nobody opened the queue", "15 minutes")
def _the_next_officer(desk: Desk) -> None:
    desk.nobody_looks()
    assert [desk.night.later(minutes) for minutes in (14, 1)] == [[], [BRENDA]]


@walk("nobody opened the queue", "30 and 45 minutes")
def _directors_and_the_others(desk: Desk) -> None:
    desk.nobody_looks()
    desk.night.later(15)
    rang = [desk.night.later(minutes) for minutes in (14, 1, 14, 1)]
    assert rang == [[], [DORA], [], [CLARA]]


@walk("nobody opened the queue", "every hour, for a day")
def _each_hour(desk: Desk) -> None:
    desk.nobody_looks()
    desk.night.later(59)
    rang = [desk.night.later(HOUR, every=30) for _hour in range(24)]
    assert rang == [[ANNA, GRACE]] * 23 + [[]]


@walk("somebody is held, no step noted in the case", "an hour; then every hour")
def _somebody_is_held(desk: Desk) -> None:
    reference = desk.telephones()
    assert [desk.night.later(minutes) for minutes in (59, 1)] == [[], [ANNA, BRENDA]]
    assert [desk.night.later(HOUR) for _hour in range(2)] == [[ANNA, BRENDA, GRACE]] * 2
    comment(reference, "I called the station.", by=desk.anna.actor, vault=desk.anna.vault())
    assert [desk.night.later(minutes) for minutes in (59, 1)] == [[], [ANNA, BRENDA]]


@walk("nobody is held, no step noted in the case", "a day; two days; then once a week")
def _nobody_is_held(desk: Desk) -> None:
    filed()
    desk.night.later(1)
    rang = [desk.night.later(DAY, every=6 * HOUR) for _day in range(16)]
    both, all_of_them = [ANNA, BRENDA], [ANNA, BRENDA, GRACE]
    assert rang == [both, all_of_them, *[[]] * 6, all_of_them, *[[]] * 6, all_of_them]


@walk("somebody telephones, and you make it a case", "at once")
def _somebody_telephones(desk: Desk) -> None:
    reference = desk.telephones()
    assert owner_of(reference) == desk.anna.actor.public_id
    assert "Taken at the stage." in desk.anna.client.get(f"/w/{reference}").text
    assert desk.night.later(1) == []


@walk("a case comes to another owner, or is handed over at the end of a shift", "within a minute")
def _another_owner(desk: Desk) -> None:
    reference = desk.telephones()
    assign(reference, desk.clara.actor.public_id, by=desk.anna.actor, vault=desk.anna.vault())
    assert desk.night.later(1) == [CLARA]
    assert "Cases that are yours" in desk.clara.client.get("/").text
    sent = {"cases": [reference], "line": "Call again at six."}
    assert desk.clara.client.post("/w/y", data=sent).status_code == 303
    assert desk.night.later(1) == [ANNA]
    assert "Cases that are yours" in desk.anna.client.get("/").text
    assert "Call again at six." in desk.anna.client.get(f"/w/{reference}").text


@walk("you note in one line who is free, what was refused, given back or paid", "at once")
def _one_line(desk: Desk) -> None:
    reference = desk.telephones()
    desk.night.later(30)
    assert desk.anna.client.post(f"/w/{reference}/1", data={"free": "p1"}).status_code == 303
    done = desk.case(reference).split('id="timeline"')[1].split("<h2")[0]
    assert "P1 is free" in done
    assert [desk.night.later(minutes) for minutes in (59, 1)] == [[], [ANNA, BRENDA]]


@walk(
    "a service has not answered a referral by its day, or what was agreed is not done",
    "on that day; the phone a day later",
)
def _a_service_is_silent(desk: Desk) -> None:
    reference, today = filed(), to_local(desk.night.now).date()
    for days, is_due in ((2, False), (4, True)):
        sent_on = today - timedelta(days=days)
        referral = Referral(id=f"r{days}", kind="legal", agreed="herself", made_on=sent_on)
        refer(desk.anna.actor, desk.anna.vault(), reference, referral)
        due = "Something is due in your cases" in desk.anna.client.get("/").text
        assert due is is_due
        # With her vault closed, too.
        assert ("Something is due in your cases" in desk.today(desk.anna.actor)) is is_due
    assert "Something is due in your cases" not in desk.brenda.client.get("/").text
    assert [desk.night.later(DAY - 1), desk.night.later(1)] == [[], [ANNA, BRENDA]]


@walk(
    "the person who holds the receipt answers, or writes of her own accord",
    "Today at once; the phone within a minute",
)
def _she_writes(desk: Desk) -> None:
    receipts = [desk.reports(held=True), desk.reports(("what", Screen(acts=["P1"])))]
    assert desk.night.later(DAY) != []
    desk.clara.client.get("/w")
    for reference in opened_box(db.session()).owners:
        desk.anna.client.get(f"/w/{reference}")
        comment(reference, "I look.", by=desk.anna.actor, vault=desk.anna.vault())
    assert desk.night.rang() == []
    for receipt, rings in zip(receipts, (True, False), strict=True):
        assert "An answer came" not in desk.today(desk.anna.actor)
        for text in ("Cell two.", "Ask for Otieno."):
            report = found_under(keys_of(receipt.code, receipt.word))
            assert report is not None
            db.session.rollback()
            answer_under_receipt(NOBODY, report, text)
        assert "An answer came" in desk.today(desk.anna.actor)
        # Once, however much she writes until somebody opens the case.
        assert [desk.night.later(1), desk.night.later(1)] == [[ANNA] * rings, []]
        for reference in opened_box(db.session()).owners:
            desk.anna.client.get(f"/w/{reference}")


@walk("you ask under the receipt", "when she looks")
def _you_ask(desk: Desk) -> None:
    receipt = desk.reports(held=True)
    assert desk.night.later(1) == [ANNA, GRACE]
    desk.anna.client.get("/w")
    (reference,) = opened_box(db.session()).owners
    ask_by_receipt(desk.anna.actor, desk.anna.vault(), reference, "Which cell?")
    assert desk.night.later(1) == []
    shown = {"code": receipt.code, "word": receipt.word}
    page = desk.client_for(desk.peer).post("/w/r", data=shown, follow_redirects=True).text
    assert "You are asked something" in page


@walk("she agreed to be asked how she is, and 7 or 30 days are over", "on that day")
def _she_is_asked(desk: Desk) -> None:
    reference, today = filed(), to_local(desk.night.now).date()
    for days, is_due in ((6, False), (7, True)):
        with changing("incidents.changed", desk.anna.actor, desk.anna.vault(), reference) as case:
            case.record.reach.ask_again = "yes"
            case.record.reach.ask_from = today - timedelta(days=days)
        due = "Something is due in your cases" in desk.anna.client.get("/").text
        assert (due, "Ask her how she is" in desk.case(reference)) == (is_due, is_due)


@walk("another number of the programme is proposed", "at once")
def _a_number_is_proposed(desk: Desk) -> None:
    line = "The programme’s number"
    alerts.propose_number(desk.anna.actor, "+254700333444")
    told = [line in desk.today(person.actor) for person in (desk.anna, desk.grace, desk.dora)]
    assert told == [False, True, True]


@walk("you let out a sentence of the line of time", "at once")
def _a_sentence_is_let_out(desk: Desk) -> None:
    receipt = sent(desk.peer)
    desk.night.later(DAY, every=6 * HOUR)
    reference = next(iter(opened_box(db.session()).owners))
    db.session.rollback()
    desk.anna.client.post(f"/w/{reference}/s/2", data={})
    assert (
        desk.anna.client.post(f"/w/{reference}/1/r", data={"sentence": "heard"}).status_code == 303
    )
    words = {"code": receipt.code, "word": receipt.word}
    assert "<li>Somebody looked.</li>" in desk.client_for(desk.barasa).post("/w/r", data=words).text
    assert "<li>Somebody looked.</li>" in desk.client_for(desk.barasa).post("/r", data=words).text


# --- Mediators -----------------------------------------------------------------------------------


@walk("a mediator is asked", "at once; tried again each minute until it went out")
def _a_mediator_is_asked(desk: Desk) -> None:
    desk.asks_kamau()
    assert desk.night.rang() == [KAMAU]
    assert "You are asked to mediate" in desk.today(desk.kamau)
    assert desk.night.later(1) == []


@walk("no message went out to the mediator", "at once")
def _not_reached(desk: Desk) -> None:
    desk.night.is_down = True
    reference = desk.asks_kamau()
    assert "A mediator was not reached" in desk.today(desk.anna.actor)
    assert "Not reached" in desk.case(reference)
    # It is tried again each minute.
    for _minute in range(2):
        assert desk.night.later(1) == []
        assert "A mediator was not reached" in desk.today(desk.anna.actor)
    desk.night.is_down = False
    assert desk.night.later(1) == [KAMAU]
    assert "A mediator was not reached" not in desk.today(desk.anna.actor)
    assert "Not reached" not in desk.case(reference)


@walk("the mediator answers, says *not yet* or what came of it", "at once")
def _the_mediator_answers(desk: Desk) -> None:
    for held, result in (
        (True, Result("release", "released")),
        (False, Result("return", "returned")),
    ):
        reference = desk.asks_kamau(held=held)
        desk.night.rang()
        answers: tuple[Callable[[str], None], ...] = (
            lambda brief: answer_brief(desk.kamau, brief, accepts=None),
            lambda brief: answer_brief(desk.kamau, brief, accepts=True),
            lambda brief: say_not_yet(desk.kamau, brief),
            lambda brief, result=result: close_brief(desk.kamau, brief, [result]),
        )
        for answer in answers:
            assert "A mediator answered" not in desk.today(desk.anna.actor)
            answer(desk.brief())
            assert desk.night.rang() == [ANNA] * held
            assert "A mediator answered" in desk.today(desk.anna.actor)
            desk.anna.client.get(f"/w/{reference}")


@walk("the mediator says nothing", "after 20 minutes, 5 while somebody is held")
def _the_mediator_says_nothing(desk: Desk) -> None:
    for held, minutes in ((True, 5), (False, 20)):
        reference = desk.asks_kamau(held=held)
        desk.night.rang()
        assert desk.night.later(minutes - 1) == []
        assert "A mediator has not answered" not in desk.today(desk.anna.actor)
        assert "Ask the next" not in desk.case(reference)
        assert desk.night.later(1) == [ANNA] * held
        assert "A mediator has not answered" in desk.today(desk.anna.actor)
        assert "Ask the next: Barasa" in desk.case(reference)
        answer_brief(desk.kamau, desk.brief(), accepts=False)
        desk.anna.client.get(f"/w/{reference}")


@walk("the mediator was taken off the list, or the account was locked", "within a minute")
def _the_mediator_is_gone(desk: Desk) -> None:
    reads = desk.client_for(desk.kamau)
    (listed,) = [duty.public_id for duty in duties() if duty.account_id == desk.kamau.account_id]
    for locked in (False, True):
        reference = desk.asks_kamau()
        desk.night.rang()
        if locked:
            lock_at_once(SYSTEM, desk.kamau.public_id)
        else:
            remove_mediator(SYSTEM, listed)
        assert "A mediator answered" in desk.today(desk.anna.actor)
        assert desk.night.later(1) == [ANNA]
        assert "Was taken off the list" in desk.case(reference)
        desk.anna.client.get(f"/w/{reference}")
        if not locked:
            assert "You are no longer on the list of mediators" in reads.get("/w/b").text
            on_duty(desk.kamau, phone=KAMAU)
    assert reads.get("/w/b").location.startswith("/sign-in")


# --- The table -----------------------------------------------------------------------------------


@pytest.mark.any_engine
@pytest.mark.parametrize("row", ROWS, ids=[f"{row.step}, {row.after}" for row in ROWS])
def test_each_row_of_the_table_is_true(row: Row, desk: Desk) -> None:
    WALKS[row.step, row.after](desk)


def test_each_walk_is_a_row_and_both_languages_have_as_many() -> None:
    assert set(WALKS) == {(row.step, row.after) for row in ROWS}
    assert len(rows_of("sw/who-is-told.md")) == len(ROWS)
