"""Stories are sealed until two people have read them, and go with the consent."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from kash.figures.releases.models import Release
from kash.figures.releases.queries import printed_tables
from kash.figures.releases.rules.tables import WHO
from kash.forums.documents import stories_of_month
from kash.forums.models import Story
from kash.forums.stories.queries import (
    cases_that_may_be_told,
    drafts,
    kept_back,
    not_heard,
    open_draft,
    stories_by,
    stories_told,
    told_story,
)
from kash.forums.stories.rules import CHECKS
from kash.forums.stories.services import (
    StoryChangedMeanwhile,
    WrittenStory,
    change_story,
    drop_story,
    return_story,
    tell_story,
    withdraw_story,
)
from kash.incidents.queries import cases
from kash.incidents.queries.letterbox import opened_box
from kash.incidents.rules.consents import PURPOSES
from kash.incidents.rules.filing import Screen
from kash.incidents.rules.parts import Person
from kash.incidents.services import receipts
from kash.incidents.services.cases import changing
from kash.incidents.services.consents import answer_consents
from kash.incidents.services.receipts import open_receipt
from kash.platform.database import db
from kash.platform.vault import AuditEntry, SealedDocument
from kash.platform.web.errors import NotFound
from kash.platform.web.formats import local_today
from kash.policy import Actor, Role
from tests.figures.releases.planned import plan_of_who
from tests.forums.stories.conftest import TEXT, TITLE, Desk, agreed, record
from tests.incidents.filed_cases import filed, let_arrive, shredded
from tests.incidents.sent_reports import sent
from tests.refusals import refuses


def _everything() -> str:
    """Every value of every table, as whoever has the database reads it."""
    db.session.rollback()
    return repr(
        [
            tuple(row)
            for name in db.metadata.tables
            for row in db.session.execute(text(f"SELECT * FROM {name}"))
        ]
    )


def _documents() -> int:
    db.session.rollback()
    return len(
        db.session.scalars(select(SealedDocument).where(SealedDocument.kind == "story")).all()
    )


def _entries(action: str) -> list[str]:
    db.session.rollback()
    found = select(AuditEntry.subjects).where(AuditEntry.action == action)
    return [str(one) for one in db.session.scalars(found)]


@pytest.fixture
def anywhere(both_engines_app, desk):
    return desk


@pytest.mark.any_engine
def test_a_draft_is_in_no_column_and_a_told_story_names_neither_its_case_nor_who_wrote_it(anywhere):
    draft = anywhere.write()
    sealed = _everything()
    assert TITLE not in sealed
    assert "Nobody told them" not in sealed
    told = anywhere.tell(draft)
    row = db.session.query(Story).one()
    assert (row.public_id, row.title, row.text, row.month.day) == (told, TITLE, TEXT, 1)
    assert {column.name for column in Story.__table__.columns} == {
        *("id", "public_id", "month", "language", "title", "text"),
        *("for_forum", "for_funders", "beside_sealed"),
    }
    assert told != draft
    # The trail names no case and no draft beside a story.
    named = [_entries(f"stories.{each}") for each in ("written", "told")]
    assert [anywhere.case in str(each) or draft in str(each) for each in named] == [False, False]
    assert _documents() == 0


@pytest.mark.any_engine
def test_withdrawing_the_consent_ends_draft_and_story_and_their_words_are_in_no_table(anywhere):
    told, waiting = anywhere.tell(), anywhere.write()
    anywhere.refuse()
    assert (stories_told(10, "forum"), _documents()) == ([], 0)
    assert stories_by([told], "forum")[told].is_withdrawn
    assert TITLE not in _everything()
    with pytest.raises(NotFound):
        open_draft(anywhere.reader.actor, anywhere.reader.vault(), waiting)
    assert cases_that_may_be_told(anywhere.writer.actor, anywhere.writer.vault()) == []


@pytest.mark.any_engine
def test_the_holder_of_the_receipt_ends_a_story_while_every_vault_is_closed(
    both_engines_app, a_member, actor
):
    writer, reader, peer = a_member("documentation"), a_member("director"), actor("peer")
    receipt = sent(peer, what=Screen(acts=["L1"]), whom=Screen(count=1, ages=["25_34"]))
    let_arrive()
    db.session.rollback()
    ((case,), _damaged) = cases.open_cases(writer.actor, writer.vault())
    every = dict.fromkeys(PURPOSES, True)
    answer_consents(writer.actor, writer.vault(), case.reference, case.version, "", every)
    desk = Desk(writer, reader, case.reference)
    told = desk.tell()
    desk.write()
    found = open_receipt(receipt.code, receipt.word)
    assert found is not None
    entries = len(_entries("stories.withdrawn"))
    receipts.take_back(peer, found, ["mediation"])
    assert [one.public_id for one in stories_told(10, "forum")] == [told]
    receipts.take_back(peer, found, ["forum_story"])
    # Those who pay hear it still, until that is taken back too.
    assert (stories_told(10, "forum"), _documents()) == ([], 1)
    assert [one.public_id for one in stories_told(10, "funders")] == [told]
    receipts.take_back(peer, found, ["funder"])
    assert (stories_told(10, "forum"), _documents(), TITLE in _everything()) == ([], 0, False)
    assert stories_by([told], "forum")[told].is_withdrawn
    # No entry tells that a receipt was used, nor does the letterbox keep what is gone.
    assert len(_entries("stories.withdrawn")) == entries
    assert opened_box(db.session()).made == {"forum_story": {}, "funder": {}}
    with refuses("Not everybody in this case has agreed that it is told as a"):
        desk.write()


@pytest.mark.any_engine
def test_a_story_ends_once_somebody_comes_on_record_who_was_not_asked_or_may_be_a_child(desk):
    desk.tell()
    with changing("incidents.changed", desk.writer.actor, desk.writer.vault(), desk.case) as change:
        change.record.persons.append(Person(id="p2", code="B", age_band="25_34"))
    assert stories_told(10, "forum") == []


@pytest.mark.any_engine
def test_a_story_goes_with_its_case_when_that_is_shredded(app, a_member):
    writer, reader = a_member("documentation"), a_member("director")
    desk = Desk(writer, reader, filed(record(), "closed"))
    desk.tell()
    desk.write()
    shredded(desk.case, writer)
    assert (stories_told(10, "forum"), _documents(), TITLE in _everything()) == ([], 0, False)


@pytest.mark.any_engine
def test_nobody_tells_what_is_not_agreed_to_not_looked_through_or_tells_who_it_was(desk):
    refused = filed(record(consents=[agreed("record"), agreed(given=False)]), "verified")
    minor = filed(record(persons=[Person(id="p1", code="A", age_band="under_18")]), "verified")
    with refuses("Not everybody in this case has agreed that it is told as a"):
        desk.write(case=refused)
    with pytest.raises(NotFound):
        desk.write(case=minor)
    with refuses("Look for each of these in the text, and tick it."):
        desk.write(checks=CHECKS[1:])
    # A word of the case's own place or party, which no list of the programme has.
    for told in ("It was in Kondele.", "At the Lake they laughed.", "She paid 500."):
        with refuses("it may tell who it was"):
            desk.write(text=told)
    assert (_documents(), desk.write(text="She paid 500.", ready=False) != "") == (0, True)


@pytest.mark.any_engine
def test_a_story_waits_while_the_newest_printed_line_of_it_says_few(desk):
    draft = desk.write()
    plan = plan_of_who(2026)
    for number, police in enumerate((40, None)):
        lines = [["police", police], ["client", 10], ["other", None]]
        plan.releases.append(
            Release(table_key=WHO, window=number, freeze_on=date(2026, 3, 1 + number), lines=lines)
        )
    db.session.commit()
    with refuses("This cannot be told now.") as refused:
        desk.tell(draft)
    assert "Who did it: Police" in str(refused.value)
    with refuses("This cannot be told now."):
        desk.write()
    newest = db.session.query(Release).filter_by(window=1).one()
    newest.lines = [["police", 15], ["client", None], ["other", None]]
    db.session.commit()
    told = desk.tell(draft)
    db.session.query(Story).update({"month": date(2026, 1, 1)})
    db.session.commit()
    minutes = date(2026, 1, 20)
    assert [one.public_id for one in stories_of_month(minutes)] == [told]
    # One of another quarter keeps nothing back, but does on the same paper.
    few = [["police", None], ["client", 10], ["other", 10]]
    plan.releases.append(Release(table_key=WHO, window=2, freeze_on=date(2025, 12, 31), lines=few))
    db.session.commit()
    (older,) = (one for one in printed_tables() if one.freeze_on.year == 2025)
    assert [one.public_id for one in stories_told(10, "forum")] == [told]
    assert stories_told(10, "forum", [older]) == []
    assert stories_of_month(minutes) == []
    # What is printed later says "few" of it: then it stands on no page, nor on any paper, whatever
    # is printed after that.
    today = local_today()
    enough = [["police", 20], ["client", 10], ["other", 10]]
    next_year = plan_of_who(2027)
    for year, window, day, lines in (
        (plan, 3, today, few),
        (next_year, 0, today + timedelta(days=1), enough),
    ):
        year.releases.append(Release(table_key=WHO, window=window, freeze_on=day, lines=lines))
        db.session.commit()
        for audience in ("forum", "funders"):
            assert stories_told(10, audience) == []
            assert stories_by([told], audience)[told].is_withdrawn
        assert told_story(told, Actor("t" * 16, roles=frozenset({Role.TRAINER}))).is_withdrawn
        assert [one.public_id for one in kept_back()] == [told]


@pytest.mark.any_engine
def test_a_story_of_which_nobody_can_tell_its_lines_any_more_is_heard_by_nobody(anywhere):
    told = anywhere.tell(anywhere.write())
    assert [one.public_id for one in stories_told(10, "forum")] == [told]
    db.session.query(Story).update({"beside_sealed": b"no lines"})
    db.session.commit()
    assert stories_told(10, "forum") == []
    assert stories_by([told], "forum")[told].is_withdrawn
    assert [one.public_id for one in kept_back()] == [told]


@pytest.mark.any_engine
def test_each_audience_hears_what_everybody_agreed_to_for_it_and_no_other(anywhere):
    both = anywhere.tell()
    forum = anywhere.tell(anywhere.write(audiences=["forum"]))
    pays = anywhere.tell(anywhere.write(audiences=["funders"]))
    anywhere.write(audiences=["funders"])

    def heard(audience: str) -> set[str]:
        return {one.public_id for one in stories_told(10, audience)}

    assert (heard("forum"), heard("funders")) == ({both, forum}, {both, pays})
    assert not_heard([both, forum, "nowhere"], "funders") == {forum, "nowhere"}
    anywhere.refuse("funder")
    # One that the forum hears too stays for the forum alone; the others are gone with their words.
    assert (heard("forum"), heard("funders"), _documents()) == ({both, forum}, set(), 0)
    assert stories_by([both], "funders")[both].is_withdrawn
    assert db.session.query(Story).filter_by(public_id=pays).one().text is None
    with refuses("Not everybody in this case has agreed that it is told as a"):
        anywhere.write(audiences=["forum", "funders"])
    with refuses("Choose who hears it."):
        anywhere.write(audiences=[])
    anywhere.refuse("forum_story")
    assert (heard("forum"), TITLE in _everything()) == (set(), False)


@pytest.mark.any_engine
def test_a_story_that_was_told_before_is_heard_by_nobody_until_it_was_asked_again(anywhere):
    row = Story(month=date(2026, 3, 1), language="en", title=TITLE, text=TEXT)
    db.session.add(row)
    db.session.commit()
    assert [stories_told(10, one) for one in ("forum", "funders")] == [[], []]
    assert [(one.public_id, one.audiences) for one in kept_back()] == [(row.public_id, ())]
    row.for_funders = True
    # Nor does the database take an audience for a story whose lines nobody knows.
    with pytest.raises(IntegrityError):
        db.session.commit()
    db.session.rollback()


@pytest.mark.any_engine
def test_the_writer_is_never_the_second_reader_and_only_what_was_read_is_told(app, a_member):
    both, reader = a_member("documentation", "director"), a_member("director")
    desk = Desk(both, reader, filed(record(), "verified"))
    draft = desk.write()
    version = desk.version(draft)
    with refuses("You wrote this story."):
        tell_story(draft, version, CHECKS, by=both.actor, vault=both.vault())
    with refuses("Look for each of these in the text, and tick it."):
        tell_story(draft, version, [], by=reader.actor, vault=reader.vault())
    changed = WrittenStory(desk.case, "en", TITLE, "Something else.", ["forum"], CHECKS, ready=True)
    change_story(draft, version, changed, by=both.actor, vault=both.vault())
    with pytest.raises(StoryChangedMeanwhile):
        tell_story(draft, version, CHECKS, by=reader.actor, vault=reader.vault())
    assert stories_told(10, "forum") == []


@pytest.mark.any_engine
def test_what_is_sent_back_waits_for_its_writer_and_for_nobody_else(desk):
    draft = desk.write()
    reader = {"by": desk.reader.actor, "vault": desk.reader.vault()}
    return_story(draft, desk.version(draft), "Leave out the car.", **reader)
    (found,) = drafts(desk.writer.actor, desk.writer.vault())
    assert (found.draft.state, found.draft.returned) == ("returned", "Leave out the car.")
    with pytest.raises(StoryChangedMeanwhile):
        tell_story(draft, found.version, CHECKS, **reader)
    with pytest.raises(NotFound):
        drop_story(draft, **reader)
    drop_story(draft, by=desk.writer.actor, vault=desk.writer.vault())
    assert (_documents(), opened_box(db.session()).made) == (0, {"forum_story": {}, "funder": {}})


@pytest.mark.any_engine
def test_whoever_has_a_part_in_the_case_sees_neither_the_draft_nor_that_there_is_one(app, a_member):
    writer, reader = a_member("documentation"), a_member("director")
    told = record()
    told.declared = [reader.actor.public_id]
    desk = Desk(writer, reader, filed(told, "verified"))
    draft = desk.write()
    assert drafts(reader.actor, reader.vault()) == []
    with pytest.raises(NotFound):
        open_draft(reader.actor, reader.vault(), draft)


@pytest.mark.any_engine
def test_a_story_withdrawn_by_hand_leaves_only_that_there_was_one(desk):
    told = desk.tell()
    withdraw_story(told, by=desk.reader.actor)
    row = db.session.query(Story).one()
    assert (row.public_id, row.title, row.text) == (told, None, None)
    with pytest.raises(NotFound):
        withdraw_story(told, by=desk.reader.actor)
    # It can be told anew, in other words.
    assert [one.public_id for one in stories_told(10, "forum")] == []
    desk.tell(desk.write(text="Some were taken away."))
    assert [replace(one, public_id="").text for one in stories_told(10, "forum")] == [
        "Some were taken away."
    ]
