"""Pages of the life of minutes: what each reader meets there."""

import re
from datetime import timedelta
from html import unescape

import pytest
from flask import current_app
from flask.testing import FlaskClient
from sqlalchemy import select

from kash.forums.documents import printed_minutes
from kash.forums.models import AgendaItem, Forum, MinutesLife, MinutesRemark
from kash.forums.queries.minutes import leaf_rows
from kash.forums.queries.minutes_life import life_of
from kash.forums.services.agenda import add_item
from kash.forums.services.minutes_life import add_erratum, remark, settle_remark
from kash.platform.database import db, utc_now
from kash.platform.web.formats import local_today, to_local
from tests.forums.test_minutes_life import TOLD, life

__all__ = ["life"]


def text_of(body: str) -> str:
    """All that a person reads of a page."""
    kept = re.sub(r"(?s)<(script|style|svg)\b.*?</\1>", " ", body.partition("<main")[2])
    return " ".join(unescape(re.sub(r"(?s)<[^>]+>", " ", kept)).split())


@pytest.fixture
def secretary(life, client_for):
    return client_for(life.by)


@pytest.fixture
def here(life):
    return f"/forums/{life.forum}/meetings/{life.meeting}"


def read(browser: FlaskClient, address: str, status: int = 200) -> str:
    answer = browser.get(address)
    assert (address, answer.status_code) == (address, status)
    return text_of(answer.text)


def test_a_secretary_leads_minutes_from_draft_to_locked(life, here, secretary, client_for):
    peer, officer = client_for(life.peer), client_for(life.officer)
    assert "Circulate the minutes" in read(secretary, here)
    assert "Circulate the minutes" not in read(peer, here)
    # The item for matters arising has nothing under it, or it is not there: the page says so.
    add_item(life.forum, life.meeting, title="Forgotten", by=life.by)
    assert "Forgotten" in read(secretary, f"{here}/circulate")
    late = secretary.post(
        f"{here}/circulate", data={"remarks_until": str(local_today() - timedelta(days=1))}
    )
    assert late.status_code == 422
    assert "Choose today or a later day." in late.text
    until = str(local_today() + timedelta(days=3))
    assert secretary.post(f"{here}/circulate", data={"remarks_until": until}).status_code == 303

    assert "You were there: read them" in read(peer, here)
    assert f"{here}/items/{life.item}/remark" in peer.get(here).text
    empty = peer.post(f"{here}/items/{life.item}/remark", data={"text": " "})
    assert empty.status_code == 422
    telling = peer.post(
        f"{here}/items/{life.item}/remark", data={"text": "Four cases at the station."}
    )
    assert telling.status_code == 422
    assert "Four cases at the station." in telling.text
    sent = peer.post(f"{here}/items/{life.item}/remark", data={"text": "It was Tuesday."})
    assert sent.status_code == 303
    assert "It was Tuesday." in read(peer, here)
    assert "It was Tuesday." not in read(officer, here)

    page = read(secretary, here)
    assert "Settle the remarks" in page
    (remark_id,) = db.session.scalars(select(MinutesRemark.public_id)).all()
    settle = f"{here}/remarks/{remark_id}"
    assert "It was Tuesday." in read(secretary, settle)
    assert secretary.post(settle, data={"state": "taken", "answer": ""}).status_code == 422
    done = secretary.post(settle, data={"state": "taken", "answer": "Put right."})
    assert done.status_code == 303
    assert "Put right." in read(officer, here)

    assert "Confirm the minutes" in read(secretary, here)
    confirm = f"{here}/confirm"
    assert "Baraka Afisa" in read(secretary, confirm)
    members = life.series.members
    sent_form = {
        "at": life.later,
        "time": to_local(utc_now()).strftime("%H:%M"),
        "proposer": members["name"],
        "seconder": members["name"],
    }
    same = secretary.post(confirm, data=sent_form)
    assert same.status_code == 422
    assert "The proposer does not second." in same.text
    locked = secretary.post(confirm, data=sent_form | {"seconder": members["office"]})
    assert locked.status_code == 303
    db.session.rollback()
    root = db.session.scalar(select(MinutesLife.root)) or ""
    page = read(secretary, here)
    code = life_of(life.stored(), utc_now()).code
    assert code in page
    assert root in page
    assert "These minutes are confirmed already." in read(secretary, confirm)
    assert "confirmed and locked" in secretary.get(f"{here}/items/{life.item}").text
    for register in ("attendance", "presence", "answers", f"items/{life.item}/conflicts"):
        # Beside locked minutes nobody reads names that may have been withdrawn.
        assert (register, secretary.get(f"{here}/{register}").status_code) == (register, 409)


def test_locked_minutes_are_read_from_their_leaves(life, here, secretary, client_for):
    life.lock()
    peer, officer = client_for(life.peer), client_for(life.officer)
    with db.session.begin():
        # Whatever happens to the tables, the page says what was confirmed.
        for item in db.session.scalars(select(AgendaItem)):
            item.minute = "Another text"
    for browser in (secretary, peer, officer):
        page = read(browser, here)
        assert "Rooms were talked about." in page
        assert "Another text" not in page
        assert "Zawadi Kielelezo" in page
        assert (TOLD in page) == (browser is secretary)
        for hidden in ("Amani Mfichwa", "Siri Kubwa"):
            assert hidden not in page
    assert "Withdraw my name" in read(peer, here)
    assert "Withdraw my name" not in read(secretary, here)
    assert "/leaves/" not in secretary.get(here).text
    assert "/leaves/" in secretary.get(f"{here}?withdraw=1").text
    assert f"/leaves/{life.leaf('paragraph', 'Rooms')}" not in peer.get(f"{here}?withdraw=1").text


def test_a_member_withdraws_her_name_for_ever(life, here, secretary, client_for):
    life.lock()
    peer, officer = client_for(life.peer), client_for(life.officer)
    name = life.leaf("name", "Zawadi")
    address = f"{here}/leaves/{name}/withdraw"
    read(officer, address, 404)
    assert officer.post(address).status_code == 404
    assert "This cannot be undone" in read(peer, address)
    assert peer.post(address).status_code == 303
    for browser in (secretary, peer, officer):
        page = read(browser, here)
        assert "Zawadi" not in page
        assert "withdrawn" in page
        read(browser, address, 404)
    assert life.sound()
    text = life.leaf("decision", "Book early")
    assert secretary.post(f"{here}/leaves/{text}/withdraw").status_code == 303
    assert "Book early" not in read(officer, here)


def test_errata_stand_beside_the_minutes_and_on_paper(life, here, secretary):
    life.lock()
    assert secretary.post(f"{here}/errata", data={"text": ""}).status_code == 422
    assert secretary.post(f"{here}/errata", data={"text": "The hall is large."}).status_code == 303
    assert "The hall is large." in read(secretary, here)
    forum = db.session.scalars(select(Forum).where(Forum.public_id == life.forum)).one()
    with secretary.application.test_request_context():
        minutes = printed_minutes(forum, life.stored(), utc_now())
    assert [line.text for line in minutes.errata] == ["The hall is large."]
    assert minutes.confirmed is not None
    assert minutes.confirmed["proposer"] == "Zawadi Kielelezo"
    assert [row["text"] for row in minutes.decisions] == ["Book early", "Meet monthly"]
    answer = secretary.get(f"{here}/minutes.pdf")
    assert answer.status_code == 200
    assert answer.data.startswith(b"%PDF")


def test_the_next_meeting_offers_to_confirm(life, here, secretary, client_for):
    later = f"/forums/{life.forum}/meetings/{life.later}"
    assert "To confirm" not in read(secretary, later)
    life.circulate()
    assert f"{here}/confirm?at={life.later}" in secretary.get(later).text
    # Whoever comes from there goes back there.
    for address, back in ((f"{here}/confirm?at={life.later}", later), (f"{here}/confirm", here)):
        assert f'href="{back}">Go back' in secretary.get(address).text
    assert "To confirm" not in read(client_for(life.peer), later)
    item = add_item(life.forum, life.later, title="Minutes of the last meeting", by=life.by)
    assert f"{here}/confirm?at={life.later}" in secretary.get(f"{later}/items/{item}").text
    other = add_item(life.forum, life.later, title="Rooms again", by=life.by)
    assert f"{here}/confirm" not in secretary.get(f"{later}/items/{other}").text
    life.confirm()
    code = life_of(life.stored(), utc_now()).code
    for address in (later, f"{later}/items/{item}"):
        page = read(secretary, address)
        assert ("To confirm" in page, f"Root {code}" in page) == (False, True)
    assert code not in read(secretary, f"{later}/items/{other}")


def test_today_tells_what_waits(life, here, secretary, client_for):
    peer = client_for(life.peer)
    life.circulate()
    assert "Minutes to read" in read(peer, "/")
    assert "Minutes to confirm" in read(secretary, "/")
    made = remark(life.forum, life.meeting, life.item, text="It was Tuesday.", by=life.peer)
    page = read(secretary, "/")
    assert "Remarks to settle" in page
    assert "Tuesday" not in page
    settle_remark(life.forum, life.meeting, made, state="taken", answer="Yes.", by=life.by)
    assert "Remarks to settle" not in read(secretary, "/")
    life.confirm()
    for browser in (peer, secretary):
        page = read(browser, "/")
        assert "Minutes to" not in page


def test_what_was_taken_back_is_a_draft_again(life, here, secretary):
    life.circulate()
    assert "a draft again?" in read(secretary, f"{here}/take-back")
    assert secretary.post(f"{here}/take-back").status_code == 303
    assert "The minutes are a draft" in read(secretary, here)
    assert secretary.post(f"{here}/take-back", follow_redirects=True).status_code == 200


def test_the_command_verifies_and_names_what_was_altered(life):
    life.lock()
    add_erratum(life.forum, life.meeting, text="The hall is large.", by=life.by)
    runner = current_app.test_cli_runner()
    code = life_of(life.stored(), utc_now()).code
    fine = runner.invoke(args=["forums", "verify"])
    assert (fine.exit_code, code in fine.output) == (0, True)
    chain = runner.invoke(args=["audit", "code", code])
    assert chain.exit_code == 0, chain.output
    assert "forums.minutes_locked" in chain.output
    row = next(one for one in leaf_rows(life.stored().id) if one.kind == "decision")
    row.value = (row.value or "").replace("early", "late")
    db.session.commit()
    wrong = runner.invoke(args=["forums", "verify"])
    assert wrong.exit_code == 1
    assert code in wrong.output
    assert "early" not in wrong.output


def test_queries_do_not_grow_with_what_is_written(life, here, secretary, count_queries):
    counts = []
    life.circulate()
    for times in (1, 3):
        for number in range(times):
            text = f"Remark {times} {number}"
            made = remark(life.forum, life.meeting, life.item, text=text, by=life.peer)
            settle_remark(life.forum, life.meeting, made, state="taken", answer="Yes", by=life.by)
        with count_queries() as queries:
            read(secretary, here)
        counts.append(queries.count)
    life.confirm()
    for times in (1, 3):
        for number in range(times):
            add_erratum(life.forum, life.meeting, text=f"Wrong {number}", by=life.by)
        with count_queries() as queries:
            read(secretary, here)
        counts.append(queries.count)
    assert counts[0] == counts[1]
    assert counts[2] == counts[3]
