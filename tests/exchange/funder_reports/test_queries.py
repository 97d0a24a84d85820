"""Reports that somebody reads, beside those that just aren't hers."""

from datetime import date

import pytest

from kash.accounts.models import Account
from kash.exchange.funder_reports.models import FunderReport, ReportTemplate
from kash.exchange.funder_reports.queries import (
    funder,
    newest_reports,
    present_content,
    report,
    reports,
    statements_to_report,
    template_of,
    waiting_reports,
)
from kash.exchange.funder_reports.rules import ReportSection
from kash.figures.funders.models import FunderAccount
from kash.figures.statements.models import Statement
from kash.platform.database import db
from kash.platform.web.errors import NotFound
from kash.policy import Actor
from kash.workshops.models import Funder, Funding, Workshop
from tests.rows import DAY, row

pytestmark = pytest.mark.usefixtures("as_it_was")
FIRST, LAST = date(2026, 7, 1), date(2026, 9, 30)


def _statement(payer: Funder, number: int | None, first: date = FIRST) -> Statement:
    state = "draft" if number is None else "sent"
    return row(
        Statement, funder=payer, state=state, sent_number=number, first_day=first, last_day=LAST
    )


def test_a_funder_reads_its_final_reports_and_staff_all_of_them(sqlite_app, actor):
    monitor, director = actor("monitoring"), actor("director")
    own, other, nobody = actor("funder"), actor("funder"), actor("funder")
    paying = [row(Funder, name=name) for name in ("Zuri", "Amani")]
    for who, payer in ((own, paying[0]), (other, paying[1])):
        account = db.session.get_one(Account, who.account_id)
        row(FunderAccount, account=account, funder=payer, state="approved")
    made = [
        row(
            FunderReport,
            statement=_statement(paying[payer], number + 1, date(2026, month, 1)),
            state=state,
            content="" if state == "draft" else "{}",
            proposed_by=by.public_id,
        )
        for number, (payer, month, state, by) in enumerate(
            (
                (0, 1, "approved", monitor),
                (0, 7, "approved", monitor),
                (0, 4, "approved", monitor),
                (0, 7, "proposed", monitor),
                (0, 1, "draft", monitor),
                (1, 1, "approved", monitor),
                (1, 4, "proposed", director),
                (1, 4, "proposed", monitor),
            )
        )
    ]

    def read(who: Actor, payer: str = "") -> list[int]:
        with sqlite_app.test_request_context("/"):
            return [made.index(one) for one in reports(who, payer)]

    assert read(own) == [1, 2, 0]
    assert read(own, paying[1].public_id) == read(nobody) == []
    assert read(other) == [5]
    assert sorted(read(monitor)) == list(range(8))
    assert sorted(read(director, paying[1].public_id)) == [5, 6, 7]
    newest = [[made.index(one) for one in newest_reports(own, most)] for most in (1, 3)]
    assert newest == [[1], [1, 2, 0]]
    assert [made.index(one) for one in newest_reports(monitor, 3)] == [3, 1, 7]
    assert report(made[0].public_id, own) == report(made[0].public_id, monitor) == made[0]
    for who, at in ((own, 3), (own, 5), (nobody, 0)):
        with pytest.raises(NotFound):
            report(made[at].public_id, who)
    assert waiting_reports(director) == [made[3], made[7]]
    assert waiting_reports(monitor) == []


def test_statements_that_left_are_reported_once_the_newest_first():
    payer = row(Funder)
    sent = [_statement(payer, number) for number in (1, 3, 2, 4)]
    _statement(payer, None)
    row(FunderReport, statement=sent[3], state="draft")
    assert statements_to_report() == [sent[1], sent[2], sent[0]]
    assert funder(payer.public_id) == payer
    with pytest.raises(NotFound):
        funder("nobody")


def test_what_nobody_said_begins_with_all_sections_and_no_word():
    payer, other = row(Funder), row(Funder)
    kept = row(ReportTemplate, funder=payer, sections=["money"], texts={"money": "Spent."})
    assert template_of(payer.id) == kept
    begun = template_of(other.id)
    told = (begun.funder_id, begun.language, begun.sections, begun.texts, begun.row_version)
    assert told == (other.id, "en", [str(one) for one in ReportSection], {}, 0)


def test_workshops_are_those_that_ended_in_the_period_with_the_funders_share():
    payer, other = row(Funder), row(Funder)
    titles = {}
    for first, last, state, paid_by in (
        (LAST - DAY, LAST, "planned", payer),
        (FIRST - DAY, FIRST, "planned", payer),
        (FIRST - DAY, FIRST, "planned", payer),
        (FIRST - DAY, FIRST - DAY, "planned", payer),
        (LAST, LAST + DAY, "planned", payer),
        (FIRST, FIRST, "cancelled", payer),
        (FIRST, FIRST, "planned", other),
    ):
        workshop = row(Workshop, starts_on=first, ends_on=last, state=state, venue=None)
        titles[len(titles)] = workshop.version.public_title
        share = 10 + len(titles)
        row(Funding, workshop_id=workshop.id, funder_id=paid_by.id, share=share, budget_code="C")

    def told(at: int, first: date, last: date) -> dict[str, object]:
        days = {"first": first.isoformat(), "last": last.isoformat()}
        return (
            {"title": titles[at], "place": "", "share": 11 + at, "code": "C"}
            | days
            | {"confirmed": False}
        )

    assert present_content(_statement(payer, 1), "en")["workshops"] == [
        told(1, FIRST - DAY, FIRST),
        told(2, FIRST - DAY, FIRST),
        told(0, LAST - DAY, LAST),
    ]
