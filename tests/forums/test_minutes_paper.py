"""Minutes on paper and on their page: printed figures under Results, decisions without a quorum,
what was confirmed and what came back."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from pypdfium2 import PdfDocument
from sqlalchemy import select

from kash.forums import documents
from kash.forums.models import Decision, DecisionPresence, Meeting
from kash.forums.rules.meetings import NeededOfGroup, QuorumShare
from kash.forums.rules.merging import TypedMinutesRow
from kash.forums.services.agenda import add_item
from kash.forums.services.decisions import ReviewDetails, conclude, note_decision, set_review
from kash.forums.services.meetings import agree_quorum, hold_meeting
from kash.forums.services.minutes import write_item
from kash.forums.wording import title_to_read
from kash.platform import press
from kash.platform.database import db, utc_now
from kash.platform.press import PagedDocument
from kash.platform.web.formats import local_today
from tests.figures.releases.test_printed_pages import released
from tests.forums.conftest import Series
from tests.forums.test_minutes_life import life, mark

__all__ = ["life"]

Paper = Callable[..., str]


@pytest.fixture
def paper(monkeypatch, client_for):
    """`paper(series, meeting, language)`: what stands on a meeting's minutes."""
    pages: list[PagedDocument] = []
    monkeypatch.setattr(documents, "document", lambda paged: pages.append(paged) or b"")

    def read(series: Series, meeting: str, language: str = "en", *, name: str = "minutes") -> str:
        address = f"/forums/{series.forum}/meetings/{meeting}/{name}.pdf?language={language}"
        assert client_for(series.secretary).get(address).status_code == 200
        return " ".join(pages[-1].html.split())

    return read


def _between(text: str, first: str, last: str) -> str:
    return text[text.index(first) : text.index(last)]


@pytest.mark.any_engine
@pytest.mark.parametrize("results", ["Results", "Matokeo"])
def test_printed_figures_stand_under_results_on_the_page_and_on_paper(
    series, client_for, paper, results
):
    released(values=(40, None, 15))
    meeting = series.plan(utc_now() - timedelta(days=2))
    items = [
        add_item(series.forum, meeting, title=title, by=series.secretary)
        for title in ("Rooms", results, "Hours")
    ]
    write_item(series.forum, meeting, items[0], minute="x", row_version=1, by=series.secretary)
    hold_meeting(series.forum, meeting, by=series.secretary)
    page = client_for(series.secretary).get(f"/forums/{series.forum}/meetings/{meeting}").text
    under = _between(page, f'id="{items[1]}"', f'id="{items[2]}"')
    assert "7 to 23" in under
    assert page.count("7 to 23") == 1
    printed = paper(series, meeting)
    assert "7 to 23" in _between(printed, "<h3>Results</h3>", "<h3>Hours</h3>")
    assert printed.count("7 to 23") == 1
    assert "<h3>Matokeo</h3>" in paper(series, meeting, "sw")


@pytest.mark.any_engine
def test_without_an_item_for_them_they_stand_below_all_items_also_once_minutes_are_locked(
    life, client_for, paper
):
    released(values=(40, None, 15))
    address = f"/forums/{life.forum}/meetings/{life.meeting}"
    for locked in (False, True):
        if locked:
            life.lock()
        page = client_for(life.by).get(address).text
        assert page.count("7 to 23") == 1
        assert page.index('id="figures"') > page.index(f'id="{life.item}"')
        assert "Printed figures of this day" in paper(life.series, life.meeting)


@pytest.mark.any_engine
def test_where_every_line_reads_few_it_says_what_that_means_and_no_more(series, client_for, paper):
    *_others, last = released(number=4, values=(None, None, None))
    meeting = series.plan(utc_now() - timedelta(days=2))
    item = add_item(series.forum, meeting, title="Results", by=series.secretary)
    write_item(series.forum, meeting, item, minute="x", row_version=1, by=series.secretary)
    hold_meeting(series.forum, meeting, by=series.secretary)
    client = client_for(series.secretary)
    meant = "Every line reads “few”: of each there were 14 or fewer, and not always none."
    for address in (
        f"/forums/{series.forum}/meetings/{meeting}",
        "/releases/",
        f"/releases/{last}",
    ):
        page = client.get(address).text
        assert page.count(meant) == 1
        for word in ("Falling", "Rising", "No clear change", ">Trend<"):
            assert word not in page
    assert meant in paper(series, meeting)


@pytest.mark.any_engine
def test_no_paper_says_that_enough_came_above_a_decision_taken_without_them(series, paper):
    meeting = series.plan(utc_now().replace(microsecond=0) - timedelta(days=20))
    held = db.session.scalars(select(Meeting).where(Meeting.public_id == meeting)).one()
    begins = held.starts_at
    agree_quorum(
        series.forum,
        holds_from=date(2020, 1, 1),
        needed={"B": NeededOfGroup(QuorumShare.NUMBER, 2)},
        by=series.secretary,
    )
    item = add_item(series.forum, meeting, title="Rooms", by=series.secretary)
    mark(series, meeting)
    write_item(
        series.forum,
        meeting,
        item,
        minute="",
        decisions=[TypedMinutesRow("", "With all"), TypedMinutesRow("", "With too few")],
        row_version=1,
        by=series.secretary,
    )
    hold_meeting(series.forum, meeting, by=series.secretary)
    decisions = db.session.scalars(select(Decision.public_id).order_by(Decision.id)).all()
    db.session.rollback()
    for decision in decisions:
        note_decision(
            series.forum,
            meeting,
            item,
            decision,
            moment=begins + timedelta(minutes=30),
            votes=None,
            by=series.secretary,
        )
    enough = "Quorate: enough members of every group came."
    assert enough in paper(series, meeting)
    taken = select(Decision.id).where(Decision.public_id == decisions[1])
    for presence in db.session.scalars(
        select(DecisionPresence).where(DecisionPresence.decision_id.in_(taken))
    ):
        presence.present = 0
    db.session.commit()
    said = paper(series, meeting)
    assert enough not in said
    assert "but too few were there for the decisions: 2." in said


@pytest.mark.any_engine
def test_paper_prints_what_was_confirmed_and_which_decisions_came_back(life, paper):
    (decision, _other) = db.session.scalars(select(Decision.public_id).order_by(Decision.id)).all()
    db.session.rollback()
    details = ReviewDetails("Hoped for much", local_today())
    set_review(life.forum, decision, details, row_version=0, by=life.by)
    came_back = "<b>Came back: MIN 1/"
    assert "The forum has not said yet what it found." in paper(life.series, life.later)
    conclude(life.forum, decision, conclusion="worked", found="All fit in", by=life.by)
    life.lock()
    hold_meeting(life.forum, life.later, by=life.by)
    said = paper(life.series, life.later)
    assert came_back in said
    assert "The forum found: It worked. All fit in" in said
    assert "Confirmed: the minutes of" in said
    assert "Proposed by: Zawadi Kielelezo." in said
    shared = paper(life.series, life.later, name="minutes-to-share")
    assert "Confirmed: the minutes of" in shared
    for told in ("Zawadi Kielelezo", "All fit in"):
        assert told not in shared
    assert came_back not in paper(life.series, life.meeting)


@pytest.mark.any_engine
def test_an_action_that_nobody_took_on_says_so_everywhere(series, client_for, paper):
    meeting = series.plan(utc_now() - timedelta(days=20))
    item = add_item(series.forum, meeting, title="Rooms", by=series.secretary)
    write_item(
        series.forum,
        meeting,
        item,
        minute="",
        actions=[TypedMinutesRow("", "Look for a hall")],
        row_version=1,
        by=series.secretary,
    )
    hold_meeting(series.forum, meeting, by=series.secretary)
    client = client_for(series.secretary)
    assert "Nobody has taken this on yet." in client.get("/").text
    page = client.get(f"/forums/{series.forum}/meetings/{meeting}").text
    for said in (page, paper(series, meeting), paper(series, meeting, name="minutes-to-share")):
        row = said[said.rindex("Look for a hall") :][:900]
        assert "Nobody yet" in row
        assert "no day yet" in row


@pytest.mark.any_engine
def test_usual_titles_are_read_in_the_language_of_the_paper(series, paper):
    meeting = series.plan(utc_now() - timedelta(days=2))
    for title in ("opening", "Minutes of the last meeting", "Njia ya kliniki"):
        add_item(series.forum, meeting, title=title, by=series.secretary)
    hold_meeting(series.forum, meeting, by=series.secretary)
    titles = ("Opening", "Minutes of the last meeting", "Njia ya kliniki")
    for language in ("en", "sw"):
        said = paper(series, meeting, language)
        shown = [f"<h3>{title}</h3>" in said for title in titles]
        assert shown == ([True] * 3 if language == "en" else [False, False, True])
    assert title_to_read("Njia ya kliniki") == "Njia ya kliniki"


_SIGNATURE = (
    '<section class="sig"><div class="signs"><div class="sign"><b>Chair</b></div></div></section>'
)


def _pages(body: str) -> list[str]:
    texts = dict.fromkeys(("header_left", "header_right", "footer_left"), "")
    pdf = press.document(
        PagedDocument(
            html=body + _SIGNATURE,
            title="Minutes",
            language="en",
            kind="minutes",
            page_count="{page}/{pages}",
            dated=utc_now(),
            **texts,
        )
    )
    return [page.get_textpage().get_text_range() for page in PdfDocument(pdf)]


@pytest.mark.any_engine
@pytest.mark.usefixtures("app")
def test_signatures_never_stand_alone_and_no_table_is_broken():
    on_two = 0
    for lines in range(32, 44, 2):
        pages = _pages("".join(f"<p>Line {line}.</p>" for line in range(lines)))
        assert "Chair" in pages[-1]
        assert "Line" in pages[-1]
        on_two += len(pages) == 2
    # The page became full in between.
    assert 0 < on_two < 6
    rows = "".join(f"<tr><td>Row {row}</td></tr>" for row in range(8))
    table = (
        f'<table class="keep"><thead><tr><th>What</th></tr></thead><tbody>{rows}</tbody></table>'
    )
    for lines in (26, 30):
        filled = "<br>".join(f"Line {line}" for line in range(lines))
        pages = _pages(f"<p>{filled}</p><h2>Actions</h2>{table}")
        assert [(page.count("Row"), "Actions" in page) for page in pages] == [(0, False), (8, True)]


@pytest.mark.any_engine
def test_the_agenda_reads_figures_and_usual_titles_as_the_minutes_do(series, paper):
    released(values=(40, None, 15))
    meeting = series.plan(utc_now() + timedelta(days=2))
    add_item(series.forum, meeting, title="Mengineyo", by=series.secretary)
    said = paper(series, meeting, name="agenda")
    assert "7 to 23" in said
    assert "Any other business" in said
    assert "Mengineyo" not in said
