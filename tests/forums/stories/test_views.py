"""Pages of stories: for everybody what is told, for three roles what is not told yet."""

import re

import pytest
from sqlalchemy import select

from kash.figures.funders.models import FunderAccount
from kash.forums.models import ForumMember, Story
from kash.forums.stories.rules import CHECKS
from kash.people.models import Group, Person
from kash.platform.database import db
from kash.platform.web.formats import local_today
from kash.workshops.models import Funder
from tests.forums.stories.conftest import TEXT, TITLE
from tests.rows import row

pytestmark = pytest.mark.any_engine
FIRST = "Three women were taken away."


def _version(page: str) -> str:
    found = re.search(r'name="version"[^>]*value="(\d+)"', page)
    assert found is not None, page
    return found[1]


def test_a_story_is_written_read_again_and_told_in_the_pages(desk, client_for, actor):
    typed = {"case": desk.case, "language": "en", "title": TITLE, "text": TEXT, "ready": "1"}
    typed |= {"audiences": ["forum"]}
    refused = desk.writer.client.post("/stories/w/new", data=typed)
    assert refused.status_code == 422
    # What was typed is still there.
    assert FIRST in refused.text
    assert "Look for each of these in the text" in refused.text
    telling = {**typed, "text": "It was on a Friday in Kondele.", "checks": list(CHECKS)}
    assert "Friday, Kondele" in desk.writer.client.post("/stories/w/new", data=telling).text
    kept = desk.writer.client.post("/stories/w/new", data={**typed, "checks": list(CHECKS)})
    assert kept.status_code == 303
    page = desk.reader.client.get("/stories/w").text
    (address,) = set(re.findall(r'href="(/stories/w/[^/"]{16})"', page))
    reading = desk.reader.client.get(address).text
    assert FIRST in reading
    version = _version(reading)
    stranger = client_for(actor("funder"))
    assert FIRST not in stranger.get("/stories").text
    told = desk.reader.client.post(address, data={"version": version, "checks": list(CHECKS)})
    assert told.status_code == 303
    for role in ("trainer", "monitoring"):
        seen = client_for(actor(role)).get(told.location).text
        assert FIRST in seen
        assert "Withdraw the story" not in seen
    # Who sits in no forum, and who pays, is not among whom everybody agreed to.
    for role in ("funder", "police_peer", "peer"):
        assert client_for(actor(role)).get(told.location).status_code == 404


def test_members_of_a_forum_and_those_who_pay_read_what_is_told_to_them_and_nobody_else(
    desk, client_for, actor
):
    told = {
        "forum": desk.tell(desk.write(audiences=["forum"])),
        "funders": desk.tell(desk.write(audiences=["funders"])),
    }
    group = db.session.scalars(select(Group)).first() or row(Group)
    sits, left = (row(Person, group_id=group.id) for _person in range(2))
    row(ForumMember, person_id=sits.id, left_on=None)
    row(ForumMember, person_id=left.id, left_on=local_today())
    member = actor("police_peer", person_id=sits.id)
    outside = actor("police_peer", person_id=left.id)
    paying = actor("funder")
    funder = row(Funder, name="Amber")
    row(
        FunderAccount,
        funder_id=funder.id,
        account_id=paying.account_id,
        state="approved",
        proposed_by="d" * 16,
        ended_at=None,
    )
    heard = {
        member: {"forum"},
        outside: set(),
        paying: {"funders"},
        actor("funder"): set(),
        actor("trainer"): {"forum"},
        actor("monitoring"): {"forum", "funders"},
        actor("custodian"): {"forum", "funders"},
    }
    for reader, audiences in heard.items():
        browser = client_for(reader)
        seen = {
            one
            for one, story in told.items()
            if browser.get(f"/stories/{story}").status_code == 200
        }
        listed = browser.get("/stories").text
        on_figures = browser.get("/releases/").text
        assert seen == audiences, reader.roles
        assert {one for one, story in told.items() if story in listed} == audiences
        assert (FIRST in on_figures) == bool(audiences)


def test_a_story_that_is_sent_back_says_why_to_its_writer(desk):
    draft = desk.write()
    back = {"version": desk.version(draft), "reason": "Leave out the car."}
    assert desk.reader.client.post(f"/stories/w/{draft}/return", data=back).status_code == 303
    page = desk.writer.client.get(f"/stories/w/{draft}/write").text
    assert "Leave out the car." in page
    typed = {"version": "1", "language": "en", "title": TITLE, "text": "Anew.", "ready": ""}
    typed |= {"audiences": ["forum"]}
    stale = desk.writer.client.post(f"/stories/w/{draft}/write", data=typed)
    assert (stale.status_code, "Anew." in stale.text) == (409, True)
    again = {**typed, "version": _version(stale.text)}
    assert desk.writer.client.post(f"/stories/w/{draft}/write", data=again).status_code == 303


def test_a_second_reader_who_forgot_a_tick_is_told_that_the_text_is_another_by_now(desk):
    draft = desk.write()
    address, most = f"/stories/w/{draft}", list(CHECKS)[1:]
    sent = {"version": desk.version(draft), "checks": most}
    missed = desk.reader.client.post(address, data=sent)
    assert missed.status_code == 422
    assert "changed meanwhile" not in missed.text
    assert len(re.findall(r"\schecked\s", missed.text)) == len(most)
    changed = {"language": "en", "title": TITLE, "text": "Of two.", "ready": "1"}
    changed |= {"audiences": ["funders"]}
    changed |= {"version": sent["version"], "checks": list(CHECKS)}
    assert desk.writer.client.post(f"{address}/write", data=changed).status_code == 303
    missed = desk.reader.client.post(address, data=sent)
    assert "changed meanwhile" in missed.text
    assert not re.search(r"\schecked\s", missed.text)


def test_a_withdrawn_story_says_so_where_minutes_lead_and_stands_in_no_list(
    desk, client_for, actor
):
    told = desk.tell()
    reader = client_for(actor("trainer"))
    assert reader.post(f"/stories/{told}/withdraw").status_code == 403
    assert desk.writer.client.post(f"/stories/{told}/withdraw").status_code == 303
    page = reader.get(f"/stories/{told}").text
    assert ("This story is not told any more" in page, FIRST in page) == (True, False)
    assert told not in reader.get("/stories").text


def test_today_asks_the_second_reader_and_never_the_writer(desk):
    desk.write()
    title = "Stories wait for a second reader"
    pages = [one.client.get("/").text for one in (desk.reader, desk.writer)]
    assert [title in page for page in pages] == [True, False]


def test_lists_of_stories_ask_no_more_of_the_database_when_there_are_more(desk, count_queries):
    asked = []
    for _round in range(2):
        desk.write()
        desk.tell()
        with count_queries() as told:
            desk.reader.client.get("/stories")
        with count_queries() as drafts:
            desk.reader.client.get("/stories/w")
        asked.append((told.count, drafts.count))
    assert asked[0] == asked[1]
    db.session.rollback()
    assert db.session.query(Story).count() == 2


def test_the_vault_is_asked_for_before_a_draft_is_shown(desk, a_member):
    draft = desk.write()
    closed = a_member("director", is_open=False)
    for address in ("/stories/w", f"/stories/w/{draft}"):
        answer = closed.client.get(address)
        assert (answer.status_code, FIRST in answer.text) == (303, False)
