"""Filing on a phone: what is sealed when, what is found again, and what a member reads of it."""

from datetime import date, time, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from kash.incidents.models import Incident
from kash.incidents.queries import cases
from kash.incidents.queries import letterbox as filing
from kash.incidents.queries.letterbox import opened_box
from kash.incidents.rules.filing import Screen, new_code
from kash.incidents.services.cases import changing, note_opening
from kash.incidents.services.filing import (
    NothingToSend,
    answer_screen,
    forget_screen,
    submit,
    throw_away,
)
from kash.incidents.services.saved_views import NobodyHoldsKeys
from kash.platform.database import db
from kash.platform.vault import AuditEntry, DocumentKey, SealedDocument
from kash.policy import Actor
from tests.incidents.filed_cases import let_arrive


def _count(model: Any) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def _letters() -> set[str]:
    """The public ids of what lies in the letterbox."""
    db.session.rollback()
    return {letter.public_id for letter in opened_box(db.session()).letters()}


def _entries() -> list[tuple[str, str]]:
    db.session.rollback()
    rows = db.session.execute(select(AuditEntry.actor, AuditEntry.action).order_by(AuditEntry.seq))
    return [(row.actor, row.action) for row in rows]


def _fill(by: Actor, code: str) -> None:
    answer_screen(by, code, "what", Screen(acts=["L1", "H1"]))
    answer_screen(by, code, "when", Screen(day=date(2026, 11, 20), clock=time(22, 30)))
    answer_screen(by, code, "whom", Screen(count=3, ages=["18_24"]))
    answer_screen(by, code, "next", Screen(wanted=["release"], consents=["mediation"]))
    answer_screen(by, code, "words", Screen(narrative="Taken in the night.", teller="peer"))


@pytest.mark.any_engine
def test_nothing_can_be_filed_before_somebody_holds_keys(both_engines_app, actor):
    with pytest.raises(NobodyHoldsKeys):
        answer_screen(actor("peer"), new_code(), "what", Screen(acts=["L1"]))
    assert _letters() == set()


@pytest.mark.any_engine
def test_a_report_is_read_by_a_member_as_it_was_told(member, peer):
    before = _entries()
    code = new_code()
    _fill(peer, code)
    assert filing.answered_screens(code) == ["what", "when", "whom", "next", "words"]
    submit(peer, code, "sw")
    assert _entries() == before
    assert cases.open_cases(member.actor, member.vault()) == ([], [])
    assert let_arrive() == 1
    assert _entries() == before

    (case,), damaged = cases.open_cases(member.actor, member.vault())
    assert damaged == []
    record = case.record
    assert (case.state, record.filing.how, record.filing.language) == ("submitted", "phone", "sw")
    assert record.filing.author == peer.public_id
    assert record.filing.filed_at is not None
    assert record.filing.filed_at.minute == 0
    assert record.filing.screens == {}
    assert [act.code for act in record.acts] == ["L1", "H1"]
    assert record.happening.begun_on == date(2026, 11, 20)
    for person in record.persons:
        assert person.arrested_at is not None
        assert person.arrested_at.isoformat() == "2026-11-20T22:30:00+03:00"
    assert [person.age_band for person in record.persons] == ["18_24"] * 3
    assert (record.wanted, record.terms) == (["release"], [])
    assert (record.consents_to("mediation"), record.consents_to("court")) == (True, False)
    assert (record.narrative, record.information[0].source) == ("Taken in the night.", "peer")
    assert cases.open_case(member.actor, member.vault(), case.reference).record == record


@pytest.mark.any_engine
def test_what_was_put_together_is_kept_with_the_next_change(member, peer):
    code = new_code()
    _fill(peer, code)
    submit(peer, code, "en")
    let_arrive()
    (case,), _damaged = cases.open_cases(member.actor, member.vault())
    assert _count(SealedDocument) == 6
    note_opening(member.actor, member.vault(), case)
    assert set(db.session.scalars(select(DocumentKey.form))) == {"kept"}
    with changing("incidents.changed", member.actor, member.vault(), case.reference) as change:
        change.record.narrative += " And let go."
    # The record, her first account, and what was changed.
    assert (_count(SealedDocument), _count(DocumentKey)) == (3, 3)
    again = cases.open_case(member.actor, member.vault(), case.reference)
    assert again.record.narrative == "Taken in the night. And let go."
    assert [act.code for act in again.record.acts] == ["L1", "H1"]
    assert again.screens == []


def test_a_new_answer_replaces_and_shreds_the_old_one(member, peer):
    code = new_code()
    answer_screen(peer, code, "words", Screen(narrative="first"))
    (old,) = _letters()
    answer_screen(peer, code, "words", Screen(narrative="second"))
    assert len(_letters()) == 1
    assert old not in _letters()
    submit(peer, code, "en")
    let_arrive()
    (case,), _damaged = cases.open_cases(member.actor, member.vault())
    assert case.record.narrative == "second"


@pytest.mark.any_engine
def test_an_answer_can_be_taken_away(member, peer):
    code = new_code()
    answer_screen(peer, code, "words", Screen(narrative="first"))
    answer_screen(peer, code, "what", Screen(acts=["P1"]))
    forget_screen(peer, code, "words")
    forget_screen(peer, code, "when")
    assert filing.answered_screens(code) == ["what"]
    assert len(_letters()) == 1
    throw_away(peer, code)
    assert filing.answered_screens(code) is None
    assert _letters() == set()


@pytest.mark.any_engine
def test_nothing_answered_is_not_sent(member, peer):
    with pytest.raises(NothingToSend):
        submit(peer, new_code(), "en")
    assert _count(Incident) == 0


@pytest.mark.any_engine
def test_a_members_own_filing_is_in_the_audit(member):
    before = len(_entries())
    code = new_code()
    answer_screen(member.actor, code, "what", Screen(acts=["P1"]))
    submit(member.actor, code, "en")
    assert _entries()[before:] == [
        (member.actor.public_id, "incidents.draft_kept"),
        (member.actor.public_id, "incidents.filed"),
    ]


@pytest.mark.any_engine
def test_one_damaged_screen_hides_nothing_else(member, peer):
    code = new_code()
    _fill(peer, code)
    draft = filing.draft_of(code)
    assert draft is not None
    damaged_id = draft.screens["words"].public_id
    submit(peer, code, "en")
    let_arrive()
    document = db.session.query(SealedDocument).filter_by(public_id=damaged_id).one()
    document.body = document.body[:-1] + bytes([document.body[-1] ^ 1])
    db.session.commit()
    (case,), damaged = cases.open_cases(member.actor, member.vault())
    assert damaged == []
    assert case.record.filing.screens == {"words": damaged_id}
    assert (case.record.narrative, len(case.record.acts)) == ("", 2)


@pytest.mark.any_engine
def test_many_reports_are_put_together_in_as_many_queries_as_one(member, peer, count_queries):
    counts = []
    for _each in range(2):
        for _more in range(1 if not counts else 4):
            code = new_code()
            _fill(peer, code)
            submit(peer, code, "en")
        let_arrive()
        vault = member.vault()
        with count_queries() as queries:
            cases.open_cases(member.actor, vault)
        counts.append(queries.count)
    assert counts[0] == counts[1] <= 6


@pytest.mark.any_engine
def test_old_drafts_are_forgotten(member, peer, monkeypatch):
    code = new_code()
    answer_screen(peer, code, "what", Screen(acts=["P1"]))
    draft = filing.draft_of(code)
    assert draft is not None
    until = draft.kept_until
    assert until.weekday() == 6
    entries = len(_entries())
    for day, left in ((until, 1), (until + timedelta(days=1), 0)):
        monkeypatch.setattr("kash.incidents.services.letterbox.local_today", lambda day=day: day)
        let_arrive()
        assert len(_letters()) == left
    assert len(_entries()) == entries
