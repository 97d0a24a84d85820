"""Figures beside cases in minutes: asked about, kept internal, released by two people."""

import re
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from kash.forums.models import AgendaItem, InternalLine
from kash.forums.queries.minutes_life import lines_to_release
from kash.forums.rules.minutes import line_digest, published_text, telling_lines
from kash.forums.services.agenda import (
    FiguresBesideCases,
    add_item,
    ask_release,
    keep_line,
    mark_of,
    release_line,
)
from kash.forums.services.meetings import hold_meeting
from kash.forums.services.minutes import write_item
from kash.people.models import Organisation
from kash.platform.database import db, utc_now
from kash.platform.vault import AuditEntry
from kash.platform.web import Forbidden, NotFound
from tests.forums.conftest import Series
from tests.forums.test_views import _paper
from tests.refusals import refuses

STATIONS = ["Mfano Patrol Base", "Central"]
TELLING = "12 reports, 5 about Mfano Patrol Base"
HARMLESS = "The hall was found too small."


# --- The rule ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "line",
    [
        TELLING,
        "Twelve reports came in.",
        "No cases this month.",
        "There was one new report.",
        "Another woman was arrested at Central, the 3rd.",
        "5 women were held at the station.",
        "Ripoti tatu zilitoka Mfano.",
        "Hakuna kesi mwezi huu.",
        "Watu watano walikamatwa.",
        "Half of them were beaten.",
    ],
)
def test_a_figure_beside_a_case_is_seen(line):
    assert telling_lines(f"{HARMLESS}\n{line}\n{HARMLESS}", STATIONS) == [line]


def test_a_list_below_a_heading_is_seen():
    text = "Reports by station:\n- Mfano: 5\n- Beach: 7\n\nThe hall holds 40."
    assert telling_lines(text, STATIONS) == ["- Mfano: 5", "- Beach: 7"]
    assert telling_lines("To bring:\n- Beach: 7", STATIONS) == []


def test_a_station_is_known_by_what_it_is_called_in_talk():
    assert telling_lines("Mfano had 5.", STATIONS) == ["Mfano had 5."]


@pytest.mark.parametrize(
    "line",
    [
        HARMLESS,
        "We meet on 3 December 2026 at 14:00 at Mfano Patrol Base.",
        "KES 5,000 for the hall beside the station.",
        "All three stations came, and 14 members.",
        "MIN 3/11/2026: the report was read.",
        "Eleven calls were answered within ten minutes.",
        "Reports are read together every month.",
        "Two report offices have the notice.",
    ],
)
def test_a_day_a_sum_or_a_count_of_something_else_is_not_asked_about(line):
    assert telling_lines(line, STATIONS) == []


WORDS = st.lists(st.sampled_from(["hall", "the", "was", "and", "read", "agreed"]), max_size=6)


@given(WORDS, WORDS, st.sampled_from(["12", "five", "tano", "none"]), st.booleans())
def test_whatever_stands_between_a_figure_and_a_case_in_a_sentence_it_is_seen(
    before, between, figure, turned
):
    pair = ["incidents", *between, figure] if turned else [figure, *between, "incidents"]
    line = " ".join([*before, *pair])
    assert telling_lines(line, ()) == [line]


@given(st.lists(st.text(max_size=30), max_size=8), st.data())
def test_what_is_published_holds_no_internal_line_and_all_others(lines, data):
    text = "\n".join(lines)
    present = text.splitlines()
    internal = data.draw(st.sets(st.sampled_from(present))) if present else set()
    kept = published_text(text, {line_digest(line) for line in internal}).splitlines()
    hidden = {line_digest(line) for line in internal}
    assert [line for line in kept if line_digest(line) in hidden and line.strip()] == []
    assert [line.strip() for line in kept if line.strip()] == [
        line.strip() for line in present if line_digest(line) not in hidden and line.strip()
    ]


# --- Writing ----------------------------------------------------------------------------------


@pytest.fixture
def item(series):
    """A meeting that was held, with an empty item: forum, meeting and item."""
    db.session.add(Organisation(name="Mfano Patrol Base", kind="station"))
    db.session.commit()
    meeting = series.plan(utc_now() - timedelta(days=2))
    made = add_item(series.forum, meeting, title="Results", by=series.secretary)
    hold_meeting(series.forum, meeting, by=series.secretary)
    return series.forum, meeting, made


def row_version_of(item: tuple[str, str, str]) -> int:
    db.session.rollback()
    return int(
        db.session.scalars(
            select(AgendaItem.row_version).where(AgendaItem.public_id == item[2])
        ).one()
    )


def write(series: Series, item: tuple[str, str, str], minute: str, internal: str = "") -> None:
    write_item(
        *item,
        minute=minute,
        row_version=row_version_of(item),
        by=series.secretary,
        internal=internal,
    )


def lines() -> list[InternalLine]:
    db.session.rollback()
    return list(db.session.scalars(select(InternalLine).order_by(InternalLine.id)))


def test_a_figure_beside_a_station_is_not_saved_before_it_was_asked_about(series, item):
    with pytest.raises(FiguresBesideCases) as asked:
        write(series, item, f"{HARMLESS}\n{TELLING}")
    assert asked.value.lines == [TELLING]
    assert (row_version_of(item), lines()) == (1, [])
    # What was agreed to for other lines is no answer for these.
    with pytest.raises(FiguresBesideCases):
        write(series, item, TELLING, mark_of([line_digest("9 reports")]))
    write(series, item, f"{HARMLESS}\n{TELLING}", asked.value.mark)
    assert [line.digest for line in lines()] == [line_digest(TELLING)]
    # Saved again as it is, it asks no more; once it is written otherwise, it is forgotten.
    write(series, item, f"{TELLING}\nThe end.")
    write(series, item, HARMLESS)
    assert lines() == []


def test_a_line_stays_internal_when_its_station_has_another_name(series, item):
    line = "12 talked about, 5 at Mfano"
    write(series, item, line, mark_of([line_digest(line)]))
    station = db.session.scalars(select(Organisation).where(Organisation.kind == "station")).one()
    station.name = "Lake post"
    db.session.commit()
    write(series, item, f"{line}\nThe end.")
    assert [row.digest for row in lines()] == [line_digest(line)]


def test_a_line_is_released_by_two_people_and_not_by_one(series, item, actor):
    director, peer = actor("director"), actor("peer", person_id=series.person_ids["name"])
    write(series, item, TELLING, mark_of([line_digest(TELLING)]))
    (line,) = lines()
    key = line.public_id
    for by in (series.secretary, director):
        with refuses("Somebody else who runs this forum has to release the line."):
            release_line(item, key, by=by)
    assert lines_to_release(director) == []
    ask_release(item, key, by=series.secretary)
    with refuses("Somebody else who runs this forum has to release the line."):
        release_line(item, key, by=series.secretary)
    with pytest.raises(Forbidden):
        release_line(item, key, by=peer)
    assert [one.item_id for one in lines_to_release(director)] == [item[2]]
    assert lines_to_release(series.secretary) == []
    assert lines_to_release(peer) == []
    release_line(item, key, by=director)
    assert [(row.asked_by, row.released_by) for row in lines()] == [
        (series.secretary.public_id, director.public_id)
    ]
    assert lines_to_release(director) == []
    with pytest.raises(NotFound):
        ask_release(item, key, by=series.secretary)
    actions = db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.seq.desc())).all()
    assert list(actions[:2]) == ["forums.line_released", "forums.release_asked"]


def test_what_was_asked_for_can_be_kept_internal(series, item, actor):
    director = actor("director")
    write(series, item, TELLING, mark_of([line_digest(TELLING)]))
    key = lines()[0].public_id
    ask_release(item, key, by=series.secretary)
    keep_line(item, key, by=director)
    with refuses("Somebody else who runs this forum has to release the line."):
        release_line(item, key, by=director)
    assert [(row.asked_by, row.released_by) for row in lines()] == [(None, None)]


# --- In the browser ---------------------------------------------------------------------------


def test_members_and_paper_read_a_line_only_once_it_was_released(series, item, actor, client_for):
    secretary, director = client_for(series.secretary), client_for(actor("director"))
    member = client_for(actor("peer", person_id=series.person_ids["name"]))
    forum, meeting, key = item
    of_meeting = f"/forums/{forum}/meetings/{meeting}"
    address = f"{of_meeting}/items/{key}"
    typed = {
        "row_version": "1",
        "minute": f"{HARMLESS}\n{TELLING}",
        "decision-key": "",
        "decision-text": "Look into the 5 cases",
        "action-key": "",
        "action-text": "Call about the 3 arrests",
        "action-owner": series.members["name"],
        "action-due": "",
    }
    asked = secretary.post(address, data=typed)
    assert asked.status_code == 422
    for there in (TELLING, "Look into the 5 cases", "Call about the 3 arrests",
                  "Nothing is saved yet."):  # fmt: skip
        assert there in asked.text
    mark = re.search(r'name="internal"[^>]*value="(\w{32})"', asked.text)
    assert mark is not None
    saved = secretary.post(address, data=typed | {"internal": mark[1], "keep_internal": "y"})
    assert saved.status_code == 303
    assert "Look into the 5 cases" in secretary.get(of_meeting).text
    for page in (member.get(of_meeting).text, _paper(member.get(f"{of_meeting}/minutes.pdf").data)):
        assert HARMLESS in page
        assert "12 reports" not in page
        assert "5 cases" not in page
    # Who took it on must know what it is.
    assert "Call about the 3 arrests" in member.get(f"/forums/{forum}/actions").text
    other = client_for(actor("peer", person_id=series.person_ids["alias"]))
    assert "3 arrests" not in other.get(f"/forums/{forum}/actions").text
    line = next(row for row in lines() if row.digest == line_digest(TELLING))
    way = f"{address}/lines/{line.public_id}"
    assert secretary.post(way, data={"do": "ask"}).status_code == 303
    assert "waits to be released" in director.get("/").text
    assert "waits to be released" not in secretary.get("/").text
    assert director.post(way, data={"do": "release"}).status_code == 303
    for page in (member.get(of_meeting).text, _paper(member.get(f"{of_meeting}/minutes.pdf").data)):
        assert "12 reports" in page
        assert "5 cases" not in page


def test_a_title_an_outcome_and_a_reason_take_no_such_figure(series, item, client_for):
    secretary = client_for(series.secretary)
    forum, meeting, key = item
    sent = secretary.post(
        f"/forums/{forum}/meetings/{meeting}/items/{key}/title", data={"title": TELLING}
    )
    assert sent.status_code == 422
    assert "Write it without the figure." in sent.text
    assert f'value="{TELLING}"' in sent.text
    planned = series.plan()
    called_off = secretary.post(
        f"/forums/{forum}/meetings/{planned}/cancel", data={"reason": "No cases this month."}
    )
    assert called_off.status_code == 422
    assert "Write it without the figure." in called_off.text
