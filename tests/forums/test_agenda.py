"""Agendas by the clock, and the papers that lie before a meeting."""

import io
from datetime import UTC, datetime, timedelta

import pikepdf
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from kash.forums import models as stored_files
from kash.forums.models import AgendaItem, AgendaPaper, Meeting, content_of, delete_orphans
from kash.forums.queries.meetings import slot_of
from kash.forums.rules.meetings import MEETING_MINUTES, USUAL_ITEMS, USUAL_MINUTES, agenda_clock
from kash.forums.services import minutes as services
from kash.forums.services.agenda import MeetingOver, add_item, remove_item
from kash.forums.services.meetings import cancel_meeting
from kash.forums.services.minutes import add_paper
from kash.forums.services.presence import open_forum
from kash.platform import storage
from kash.platform.database import db
from kash.platform.storage import FileMissing
from tests.forums.conftest import Series
from tests.platform.cleaning.samples import picture
from tests.refusals import refuses

NINE = datetime(2026, 11, 19, 6, tzinfo=UTC)
_MINUTES = st.lists(st.none() | st.integers(1, 480), max_size=60)


@given(items=_MINUTES, length=st.integers(0, 480))
def test_each_item_begins_when_the_one_before_it_ends(items, length):
    clock = agenda_clock(NINE, length, items)
    whole = sum(each or 0 for each in items)
    begins = [time.begins for time in clock.items]
    ends = [time.ends for time in clock.items]
    assert begins == ([NINE, *ends[:-1]] if items else [])
    assert [
        (end - begin) // timedelta(minutes=1) for begin, end in zip(begins, ends, strict=True)
    ] == [each or 0 for each in items]
    assert clock.ends == NINE + timedelta(minutes=whole)
    assert clock.over == (max(0, whole - length) if length else 0)


def test_the_usual_items_together_take_as_long_as_a_meeting():
    assert list(USUAL_MINUTES) == list(USUAL_ITEMS)
    assert sum(USUAL_MINUTES.values()) == MEETING_MINUTES


def _pdf() -> bytes:
    made = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page(page_size=(200, 200))
        pdf.save(made)
    return made.getvalue()


@pytest.fixture
def place(series):
    """Forum, planned meeting and an item of it."""
    meeting = series.plan()
    return (
        series.forum,
        meeting,
        add_item(series.forum, meeting, title="Rooms", by=series.secretary),
    )


def _paper(place: tuple[str, str, str], series: Series, content: bytes = b"") -> str:
    return add_paper(*place, title="A plan", content=content or _pdf(), by=series.secretary)


def test_a_paper_lies_nowhere_in_clear_and_is_gone_once_it_is_removed(series, place, client_for):
    client = client_for(series.secretary)
    at = "/forums/{}/meetings/{}/items/{}/papers".format(*place)
    answer = client.post(
        at, data={"title": "A plan", "file": (io.BytesIO(picture("JPEG")), "x.jpg")}
    )
    assert answer.status_code == 303
    paper = db.session.scalars(select(AgendaPaper.public_id)).one()
    db.session.rollback()
    assert content_of(paper)[:3] == b"\xff\xd8\xff"
    assert content_of(paper)[:64] not in storage.get(f"forum-files/{paper}")
    sent = client.get(f"{at}/{paper}")
    assert sent.headers["Content-Disposition"] == "attachment; filename=paper.jpg"
    assert "A plan" in client.get("/forums/{}/meetings/{}".format(*place)).text
    assert "A plan" in client.get(f"{at}/{paper}/remove").text
    assert client.post(f"{at}/{paper}/remove").status_code == 303
    with pytest.raises(FileMissing):
        content_of(paper)
    assert client.get(f"{at}/{paper}").status_code == 404


@pytest.mark.any_engine
def test_a_file_that_is_no_paper_is_told_beside_its_field_and_its_title_is_not_lost(
    series, place, client_for
):
    at = "/forums/{}/meetings/{}/items/{}/papers".format(*place)
    sent = {"title": "A plan", "file": (io.BytesIO(b"GIF89a" + b"x" * 600), "x.gif")}
    answer = client_for(series.secretary).post(at, data=sent)
    assert answer.status_code == 422
    assert 'value="A plan"' in answer.text
    assert "This kind of file is not taken. Send a PDF, JPEG, PNG or WebP." in answer.text


@pytest.mark.any_engine
def test_a_title_with_a_figure_beside_a_station_is_refused_since_both_groups_read_it(
    series, place, client_for
):
    at = "/forums/{}/meetings/{}/items/{}/papers".format(*place)
    sent = {"title": "Two arrests at one station", "file": (io.BytesIO(_pdf()), "x.pdf")}
    assert client_for(series.secretary).post(at, data=sent).status_code == 422


@pytest.mark.any_engine
def test_a_meeting_does_not_take_more_papers_than_its_pack_can_hold(series, place, monkeypatch):
    monkeypatch.setattr(services, "MOST_PAPERS", 1)
    monkeypatch.setattr(services, "store", _kept)
    _paper(place, series)
    with refuses("at most 20 papers"):
        _paper(place, series)
    assert db.session.scalar(select(func.count(AgendaPaper.id))) == 1


def _kept(content: bytes) -> stored_files.ForumFile:
    return stored_files.ForumFile("a" * 15 + str(len(content) % 10), "pdf", len(content))


@pytest.mark.any_engine
def test_no_paper_is_put_under_a_meeting_that_was_called_off(series, place, monkeypatch):
    monkeypatch.setattr(services, "store", _kept)
    cancel_meeting(*place[:2], reason="Rain", by=series.secretary)
    with pytest.raises(MeetingOver):
        _paper(place, series)


def test_the_papers_of_an_item_that_is_taken_off_do_not_stay_in_the_store(
    series, place, monkeypatch
):
    paper = _paper(place, series, picture("PNG"))
    kept = _paper(
        (*place[:2], add_item(*place[:2], title="Other", by=series.secretary)),
        series,
        picture("PNG"),
    )
    remove_item(*place, by=series.secretary)
    monkeypatch.setattr(stored_files, "_SPARED", timedelta(0))
    delete_orphans()
    assert content_of(kept)
    with pytest.raises(FileMissing):
        content_of(paper)


@pytest.mark.any_engine
def test_the_pack_holds_the_agenda_with_its_hours_and_the_pages_of_the_papers_behind_it(
    series, place, client_for
):
    _paper(place, series)
    _paper(place, series, picture("PNG"))
    answer = client_for(series.secretary).get("/forums/{}/meetings/{}/agenda.pdf".format(*place))
    assert answer.headers["Content-Type"] == "application/pdf"
    with pikepdf.open(io.BytesIO(answer.data)) as pdf:
        sizes = [tuple(float(each) for each in page.mediabox[2:]) for page in pdf.pages]
        assert str(pdf.docinfo.get("/Title", "")).startswith("Agenda")
    assert sizes[-1] == (200.0, 200.0)
    assert all(size != (200.0, 200.0) for size in sizes[:-1])


@pytest.mark.any_engine
def test_a_new_forum_begins_with_the_usual_items_and_their_hours(series, client_for):
    client = client_for(series.secretary)
    forum = open_forum(name="Another", by=series.secretary)
    page = client.get(f"/forums/{forum}/meetings/new")
    assert '<option selected value="usual">' in page.text
    given = {"day": "2027-01-21", "time": "14:00", "minutes": "90", "agenda": "usual"}
    answer = client.post(f"/forums/{forum}/meetings/new", data=given)
    assert answer.status_code == 303
    meeting = db.session.scalars(select(Meeting).order_by(Meeting.id.desc()).limit(1)).one()
    items = list(
        db.session.scalars(
            select(AgendaItem)
            .where(AgendaItem.meeting_id == meeting.id)
            .order_by(AgendaItem.position)
        )
    )
    assert [one.minutes for one in items] == list(USUAL_MINUTES.values())
    assert [one.title for one in items][:2] == ["Call to order", "Quorum"]
    assert slot_of(meeting).minutes == 90
    text = client.get(answer.headers["Location"]).text
    assert "14:05 to 14:10" in text
    assert "From 14:00 to 16:00." in text
    assert "That is longer than planned by 30 min." in text
