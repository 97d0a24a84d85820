"""A report tells what was sent, in the words that two people read, and never changes after."""

import io
from datetime import date

import pypdfium2
import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from kash.exchange.funder_reports.models import FunderReport
from kash.exchange.funder_reports.queries import content_of, report, reports_to_settle
from kash.exchange.funder_reports.rules import ReportSection
from kash.exchange.funder_reports.services import (
    ReportDetails,
    approve_report,
    begin_report,
    propose_report,
    return_report,
    stories_of,
    write_report,
    write_template,
)
from kash.figures.funders.services import agree_to_tie, ask_to_tie
from kash.figures.releases.models import Release
from kash.figures.releases.rules.tables import WHO
from kash.figures.statements.models import FrozenFigure
from kash.forums.models import Story
from kash.forums.stories.queries import BESIDE, stories_told
from kash.forums.stories.rules import CaseLines, StoryLine
from kash.money.budget.models import BudgetLine
from kash.platform.approvals.approval import SamePerson
from kash.platform.database import db, new_public_id
from kash.platform.vault import AuditEntry, seal
from kash.platform.web.errors import ChangedMeanwhile
from kash.policy import Role
from kash.workshops.models import Workshop
from tests.figures.releases.planned import plan_of_who
from tests.refusals import refuses

from .conftest import Programme

ALL = [str(one) for one in ReportSection]


def _read(programme: Programme, public_id: str) -> FunderReport:
    db.session.rollback()
    return report(public_id, programme.monitoring)


def _details(summary: str = "It went well.", stories: list[str] | None = None) -> ReportDetails:
    return ReportDetails("en", ALL, {"summary": summary}, "First quarter", stories or [])


def _final(programme: Programme, **more: object) -> str:
    made = begin_report(programme.sent(), by=programme.monitoring)
    write_report(made, _details(**more), 1, by=programme.monitoring)  # type: ignore[arg-type]
    propose_report(made, 2, by=programme.monitoring)
    approve_report(made, _read(programme, made).digest, by=programme.director)
    return made


def _told() -> str:
    public_id = new_public_id()
    story = Story(
        public_id=public_id,
        month=date(2025, 3, 1),
        language="en",
        title="A door",
        text="It was opened.",
        for_funders=True,
        beside_sealed=seal(
            CaseLines(lines=[StoryLine("who", "police")]).model_dump_json(),
            kind=BESIDE,
            public_id=public_id,
        ),
    )
    db.session.add(story)
    db.session.commit()
    return public_id


def test_only_figures_that_were_sent_are_reported_and_once(held):
    with refuses("Send the figures first:"):
        begin_report(held.agreed("Birch"), by=held.monitoring)
    sent = held.sent()
    begin_report(sent, by=held.monitoring)
    with refuses("There is a report on these figures already."):
        begin_report(sent, by=held.monitoring)


def test_whoever_wrote_it_never_approves_it_though_another_proposed_it(held, actor):
    both = actor("monitoring", "director")
    made = begin_report(held.sent(), by=both)
    write_report(made, _details(), 1, by=both)
    propose_report(made, 2, by=held.monitoring)
    with pytest.raises(SamePerson):
        approve_report(made, _read(held, made).digest, by=both)


def test_it_tells_figures_workshops_and_money_of_its_funder_alone(held):
    workshop = db.session.query(Workshop).order_by(Workshop.id).first()
    assert workshop is not None
    db.session.add(
        BudgetLine(
            workshop_id=workshop.id,
            position=1,
            label="Hall",
            unit_cents=1_250_000,
            budget_code="HALL",
            spent_cents=1_100_000,
            written_by="system",
        )
    )
    db.session.commit()
    content = content_of(_read(held, begin_report(held.sent(), by=held.monitoring)))
    assert [(one["first"], one["share"]) for one in content["workshops"]] == [
        ("2025-02-10", 100),
        ("2025-03-03", 50),
    ]
    assert content["money"] == {
        "currency": "KES",
        "lines": [{"code": "HALL", "planned": 1_250_000, "spent": 1_100_000, "cancelled": False}],
    }
    officers = [
        one["total"]
        for one in content["figures"]
        if one["who"] == "Police officers" and one["supported"] and not one["weighted"]
    ]
    assert officers[0] == 2


def test_page_paper_and_sheets_mark_what_is_not_counted_and_what_was_cancelled(held, client_for):
    lost = held.workshop(date(2025, 3, 20), "Amber")
    db.session.get_one(Workshop, lost).state = "cancelled"
    for workshop, cents in ((lost, 70_000), (lost - 1, 1_100_000)):
        told = {"label": "Hall", "unit_cents": cents, "spent_cents": cents}
        held.add(
            BudgetLine(
                workshop_id=workshop, position=1, budget_code="HALL", written_by="system", **told
            )
        )
    db.session.commit()
    made, browser = begin_report(held.sent(), by=held.monitoring), client_for(held.monitoring)
    page = " ".join(browser.get(f"/funder-reports/{made}").get_data(as_text=True).split())
    paper = browser.get(f"/funder-reports/{made}/report.pdf").data
    text = " ".join(
        " ".join(
            one.get_textpage().get_text_range() for one in pypdfium2.PdfDocument(paper)
        ).split()
    )
    below = (
        "Workshops without a confirmed register: 2. Their money stands in this report, and nobody"
        " who came to them is counted in it yet.",
        "Cancelled workshops are not among the workshops of this report. What they cost stands in"
        " lines of their own, so that the sum is all that was spent.",
    )
    for told in (page, text):
        assert [told.count(one) for one in below] == [1, 1]
        assert (told.count("register not confirmed"), told.count("cancelled workshops")) == (2, 1)
    sheets = browser.get(f"/funder-reports/{made}/report.xlsx").data
    book = CalamineWorkbook.from_filelike(io.BytesIO(sheets))
    named = book.get_sheet_by_name("Workshops").to_python()
    assert [line[-1] for line in named] == ["Register confirmed", "no", "no"]
    money = book.get_sheet_by_name("Money").to_python()
    assert money == [
        ["Code", "Planned", "Spent", "Currency", "Workshops cancelled"],
        ["HALL", 5_500.0, 5_500.0, "KES", "no"],
        ["HALL", 0.0, 700.0, "KES", "yes"],
    ]
    notes = book.get_sheet_by_name("How it was counted").to_python()[-2:]
    assert [line[-1] for line in notes] == list(below)


def test_a_final_report_is_the_same_whatever_changes_after_it(held, client_for):
    made, browser = _final(held), client_for(held.director)
    paper = f"/funder-reports/{made}/report.pdf"
    before, content = browser.get(paper).data, content_of(_read(held, made))
    assert before.startswith(b"%PDF")
    again = held.workshop(date(2025, 3, 20), "Amber")
    held.completed(again, 9, police=True)
    db.session.query(Workshop).update({"title": "Renamed"})
    db.session.commit()
    assert content_of(_read(held, made)) == content
    assert browser.get(paper).data == before
    with refuses("This report was proposed, so it does not change."):
        write_report(made, _details(), _read(held, made).row_version, by=held.monitoring)


def test_a_story_goes_from_a_final_report_with_its_consent(held, client_for):
    story = _told()
    made = _final(held, stories=[story])
    browser = client_for(held.director)
    assert "It was opened." in browser.get(f"/funder-reports/{made}").text
    withdrawn = db.session.query(Story).one()
    withdrawn.title = withdrawn.text = withdrawn.beside_sealed = None
    withdrawn.for_funders = False
    db.session.commit()
    page = browser.get(f"/funder-reports/{made}").text
    assert "It was opened." not in page
    assert "A story stood here that is not told any more." in page
    assert _read(held, made).state == "approved"


def test_a_story_that_those_who_pay_may_not_hear_is_in_no_report_and_a_director_tells_them(
    held, client_for
):
    story = _told()
    made = _final(held, stories=[story])
    need = "It holds a story that those who pay may not read (any more)."
    director, writer = client_for(held.director), client_for(held.monitoring)
    assert need not in director.get("/").text
    # As of before people were asked, or once it is taken back: no page and no paper has it.
    row = db.session.query(Story).one()
    row.for_forum, row.for_funders = True, False
    db.session.commit()
    assert "It was opened." not in writer.get(f"/funder-reports/{made}").text
    assert [one.is_withdrawn for one in stories_of(_read(held, made))] == [True]
    assert [one.public_id for one in reports_to_settle()] == [made]
    assert (need in director.get("/").text, need in writer.get("/").text) == (True, False)
    page = f"/funder-reports/{made}"
    assert "The funder was told" in director.get(page).text
    assert "The funder was told" not in writer.get(page).text
    assert writer.post(f"{page}/stories").status_code == 403
    assert director.post(f"{page}/stories").status_code == 303
    assert reports_to_settle() == []
    assert need not in director.get("/").text
    # Sent twice, it is noted once.
    assert director.post(f"{page}/stories").status_code == 303
    noted = select(AuditEntry.subjects).where(AuditEntry.action == "funder_reports.stories_settled")
    assert len(db.session.scalars(noted).all()) == 1


def test_a_story_stands_in_no_report_whose_own_numbers_say_few_of_it(held):
    story = _told()
    made = _final(held, stories=[story])
    assert [one.title for one in stories_of(_read(held, made))] == ["A door"]
    plan = plan_of_who(2025)
    few, enough = [["police", None]], [["police", 30]]
    plan.releases += [
        Release(table_key=WHO, window=0, freeze_on=date(2025, 3, 31), lines=few),
        Release(table_key=WHO, window=1, freeze_on=date(2025, 6, 30), lines=enough),
    ]
    row = db.session.query(Story).one()
    later = CaseLines(lines=[StoryLine("who", "police")], since=date(2025, 4, 1))
    row.beside_sealed = seal(later.model_dump_json(), kind=BESIDE, public_id=story)
    db.session.commit()
    # The report prints what was printed by the end of March.
    assert [one.is_withdrawn for one in stories_of(_read(held, made))] == [True]
    assert [one.public_id for one in stories_told(9, "funders")] == [story]
    # It may be told elsewhere, so nobody has to ask for anything back.
    assert reports_to_settle() == []


def test_a_story_that_nobody_told_is_in_no_report(held):
    made = begin_report(held.sent(), by=held.monitoring)
    told = _told()
    write_report(made, _details(stories=[told, "0123456789abcdef"]), 1, by=held.monitoring)
    assert _read(held, made).stories == [told]


def test_whoever_wrote_it_approves_nothing_and_another_approves_what_was_read(
    held, actor, client_for
):
    both = actor(Role.MONITORING, Role.DIRECTOR)
    made = begin_report(held.sent(), by=held.monitoring)
    write_report(made, _details(), 1, by=both)
    propose_report(made, 2, by=both)
    read = _read(held, made).digest
    with pytest.raises(SamePerson):
        approve_report(made, read, by=both)
    return_report(made, "Name the second workshop.", by=held.director)
    db.session.rollback()
    told = [client_for(one).get("/").text for one in (held.monitoring, held.director)]
    assert ["Name the second workshop." in one for one in told] == [True, False]
    write_report(made, _details("Two workshops."), 4, by=held.monitoring)
    propose_report(made, 5, by=held.monitoring)
    with pytest.raises(ChangedMeanwhile):
        approve_report(made, read, by=held.director)
    approve_report(made, _read(held, made).digest, by=held.director)
    assert _read(held, made).texts == {"summary": "Two workshops."}


def test_reports_begin_with_what_their_funder_wants(held):
    wanted = ReportDetails("sw", ["summary", "money"], {"money": "Kwa shilingi."})
    write_template(held.funders["Amber"], wanted, 0, by=held.monitoring)
    with pytest.raises(ChangedMeanwhile):
        write_template(held.funders["Amber"], wanted, 0, by=held.monitoring)
    made = _read(held, begin_report(held.sent(), by=held.monitoring))
    assert (made.language, made.sections) == ("sw", ["summary", "figures", "money"])
    assert made.texts == {"money": "Kwa shilingi."}


def test_a_funder_reads_final_reports_to_it_and_no_other(held, actor, client_for):
    browsers = {}
    for name, public_id in held.funders.items():
        account = actor(Role.FUNDER)
        asked = ask_to_tie(account.public_id, public_id, by=actor(Role.ADMINISTRATOR))
        agree_to_tie(asked, by=held.director)
        browsers[name] = client_for(account)
    made = begin_report(held.sent(), by=held.monitoring)
    page = f"/funder-reports/{made}"
    assert {one.get(page).status_code for one in browsers.values()} == {404}
    write_report(made, _details(), 1, by=held.monitoring)
    propose_report(made, 2, by=held.monitoring)
    assert browsers["Amber"].get(page).status_code == 404
    approve_report(made, _read(held, made).digest, by=held.director)
    assert [browsers[name].get(page).status_code for name in ("Amber", "Birch")] == [200, 404]
    assert [browsers[name].get(f"{page}/report.pdf").status_code for name in browsers] == [200, 404]
    assert page in browsers["Amber"].get("/funder-reports/").text
    assert page not in browsers["Birch"].get("/funder-reports/").text
    # It stands in what has left.
    director, left = client_for(held.director), "/statements/left/"
    assert [page in director.get(left + one).text for one in held.funders.values()] == [True, False]
    noted = [
        one.subjects
        for one in db.session.query(AuditEntry).filter_by(action="files.exported")
        if made in one.subjects
    ]
    assert noted == [["file:funder_reports.paper", made]]


def test_the_pages_write_propose_and_take_away(held, client_for):
    writer = client_for(held.monitoring)
    begun = writer.post("/funder-reports/new", data={"statement": held.sent()})
    made = db.session.query(FunderReport).one().public_id
    assert begun.headers["Location"] == f"/funder-reports/{made}/edit"
    empty = writer.post(f"/funder-reports/{made}/edit", data={"title": "", "row_version": "1"})
    assert empty.status_code == 422
    form = {
        "title": "=First quarter",
        "language": "en",
        "sections": [one for one in ALL if one != "figures"],
        "summary": "It went well.",
        "row_version": "1",
    }
    assert writer.post(f"/funder-reports/{made}/edit", data=form).status_code == 303
    late = writer.post(f"/funder-reports/{made}/edit", data={**form, "title": "Late"})
    assert late.status_code == 409
    assert "=First quarter" in late.text
    page = writer.get(f"/funder-reports/{made}").text
    assert "It went well." in page
    sheets = writer.get(f"/funder-reports/{made}/report.xlsx").data
    book = CalamineWorkbook.from_filelike(io.BytesIO(sheets))
    assert book.sheet_names == ["What was reached", "Workshops", "Money", "How it was counted"]
    assert len(book.get_sheet_by_name("Workshops").to_python()) == 3
    writer.post(f"/funder-reports/{made}/propose", data={"row_version": "2"})
    reader = client_for(held.director)
    assert made in reader.get("/").text
    digest = _read(held, made).digest
    reader.post(f"/funder-reports/{made}/approve", data={"digest": digest})
    assert _read(held, made).state == "approved"


def test_a_funder_who_reads_kiswahili_reads_titles_that_the_programme_made_and_paper_stays(
    held, client_for
):
    statement = held.sent()
    made = begin_report(statement, by=held.monitoring)
    propose_report(made, 1, by=held.monitoring)
    approve_report(made, _read(held, made).digest, by=held.director)
    browser = client_for(held.director)
    papers = [f"/funder-reports/{made}/report.pdf", f"/statements/{statement}/document"]
    before = [browser.get(one).data for one in papers]
    pages = ["/funder-reports/", f"/funder-reports/{made}", f"/statements/{statement}"]
    english = "".join(browser.get(one).text for one in pages)
    said = ("Report to Amber", "People reached")
    assert [one in english for one in said] == [True, True]
    browser.post("/language", data={"language": "sw"})
    kiswahili = "".join(browser.get(one).text for one in pages)
    assert [one in kiswahili for one in said] == [False, False]
    assert [one in kiswahili for one in ("Ripoti kwa Amber", "Watu waliofikiwa")] == [True, True]
    assert [browser.get(one).data for one in papers] == before
    # What somebody wrote stays as it was written, in any language.
    db.session.query(FunderReport).update({"title": "What Amber made possible"})
    db.session.commit()
    assert "What Amber made possible" in browser.get(pages[1]).text


def test_a_definition_of_the_programmes_own_keeps_its_title_in_every_language(held, client_for):
    statement = held.sent()
    own = {"title": "People with us", "version": 2}
    db.session.query(FrozenFigure).update(own)  # type: ignore[arg-type]
    db.session.commit()
    browser = client_for(held.director)
    browser.post("/language", data={"language": "sw"})
    assert "People with us" in browser.get(f"/statements/{statement}").text
