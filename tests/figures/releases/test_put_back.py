"""Dice are thrown once, though the database is put back: whoever prints, looks, restores a backup
of before and prints again would set two throws of one window side by side."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from apiflask import APIFlask
from sqlalchemy import delete, select, text

from kash.figures.releases.models import Release, ReleaseRecovery
from kash.figures.releases.queries import days_due, doubts, lost_days
from kash.figures.releases.services import (
    KIND,
    RecoveryDetails,
    agree,
    print_release,
    say,
    turn_back,
)
from kash.platform.approvals.approval import SamePerson
from kash.platform.database import db, utc_now, writing
from kash.platform.vault import AuditEntry, AuditHead, SealedDocument, audited, head_code, verify
from kash.platform.vault import audit as mirror
from kash.platform.vault import note_restore as note
from kash.platform.web.errors import NotFound
from kash.policy import SYSTEM
from tests.conftest import AMember
from tests.figures.releases.planned import SPRING, SUMMER, Dice, case, plan_of
from tests.incidents.filed_cases import filed
from tests.refusals import refuses


@pytest.fixture
def officer(both_engines_app, a_member):
    return a_member("documentation")


@pytest.fixture
def director(officer, actor):
    return actor("director")


def _print(officer: AMember, dice: Dice | None = None) -> list[str]:
    made = print_release(SPRING, by=officer.actor, vault=officer.vault(), die=dice or Dice())
    db.session.rollback()
    return made


def _forget_what_was_printed() -> None:
    """Put the database back to before, as far as printing wrote it, by whoever can write it."""
    with writing() as session:
        session.execute(delete(Release))
        ids = list(session.scalars(select(SealedDocument.id).where(SealedDocument.kind == KIND)))
        for number in ids:
            session.execute(
                text("DELETE FROM vault_document_key WHERE document_id = :id"), {"id": number}
            )
            session.execute(text("DELETE FROM vault_document WHERE id = :id"), {"id": number})


def _waiting() -> list[Any]:
    db.session.rollback()
    return [one.day for one in doubts(db.session(), utc_now())]


def _mirrors(app: APIFlask) -> Path:
    return Path(app.extensions["kash_vault"].mirror_folder)


def _witnessed(app: APIFlask) -> dict[str, int]:
    return dict(mirror.happened_once(_mirrors(app)))


def _minutes() -> str:
    """The code on minutes that are printed now; the moment after it lies later."""
    with audited("forums.minutes_printed", SYSTEM):
        pass
    code = head_code()
    db.session.rollback()
    return code


@pytest.mark.any_engine
def test_a_throw_stands_in_the_mirror_and_in_the_code_on_the_minutes(both_engines_app, officer):
    plan_of()
    before = head_code()
    made = _print(officer)
    assert _witnessed(both_engines_app) == {"2025/who/0": 1, "2025/mediation/0": 1}
    rows = db.session.scalars(select(Release).where(Release.public_id.in_(made))).all()
    lines = [
        line
        for path in _mirrors(both_engines_app).glob("*.jsonl")
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    held = {json.loads(line).get("digest") for line in lines} - {None}
    assert held == {row.digest for row in rows}
    # The entry names each digest, so that the code of the head covers it.
    entry = db.session.scalars(
        select(AuditEntry).where(AuditEntry.action == "releases.printed")
    ).one()
    assert set(entry.subjects[: len(made)]) == set(made)
    assert len(entry.subjects) == 2 * len(made)
    assert head_code() != before
    db.session.rollback()
    assert verify(db.session()).problems == []


@pytest.mark.any_engine
def test_after_a_restore_nothing_is_thrown_before_two_people_said_what_became_of_it(
    both_engines_app, officer, director
):
    plan_of()
    _print(officer)
    _forget_what_was_printed()
    note(SYSTEM)
    assert _waiting() == [SPRING, SUMMER, *_later()]
    dice = Dice()
    with refuses("The database was put back, and these figures may have been printed before"):
        _print(officer, dice)
    assert dice.thrown == 0
    said = say(SPRING, RecoveryDetails("never", reason="No paper"), by=officer.actor)
    with refuses("Somebody said what became of these figures"):
        say(SPRING, RecoveryDetails("printed"), by=officer.actor)
    with refuses("The database was put back, and these figures may have been printed before"):
        _print(officer)
    with pytest.raises(SamePerson):
        agree(said, "", by=officer.actor)
    db.session.rollback()
    assert agree(said, "", by=director) is False
    assert SPRING not in _waiting()
    assert len(_print(officer)) == 2
    actions = list(db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.seq)))
    assert actions[-3:] == [
        "releases.recovery_said",
        "releases.recovery_agreed",
        "releases.printed",
    ]
    # Put back once more, it waits once more.
    _forget_what_was_printed()
    assert SPRING in _waiting()
    note(SYSTEM)
    assert SPRING in _waiting()


def _later() -> list[Any]:
    return [one.day for one in days_due(utc_now())][2:]


@pytest.mark.any_engine
@pytest.mark.parametrize("mirrors", ["there", "gone"])
def test_on_a_new_machine_without_the_old_mirror_it_waits_all_the_same(
    both_engines_app, officer, mirrors
):
    plan_of()
    _print(officer)
    _forget_what_was_printed()
    if mirrors == "gone":
        for path in _mirrors(both_engines_app).glob("*.jsonl"):
            path.unlink()
    note(SYSTEM)
    (first, *_rest) = doubts(db.session(), utc_now())
    assert (first.day, first.noted, first.unsaid) == (SPRING, 2 if mirrors == "there" else 0, False)
    with refuses("The database was put back, and these figures may have been printed before"):
        _print(officer)


@pytest.mark.any_engine
def test_put_back_by_hand_without_a_word_it_waits_for_the_operator(
    both_engines_app, officer, director, client_for
):
    """The chain knows of no restore, but its mirror knows more than the chain; or it is gone."""
    plan_of()
    _minutes()
    head = db.session.execute(select(AuditHead.seq, AuditHead.mac, AuditHead.mirror)).one()
    folder, mac = _mirrors(both_engines_app), "f" * 64
    db.session.rollback()
    mirror.append(folder, head.mirror, [(head.seq + 7, mac)])
    assert [one.unsaid for one in doubts(db.session(), utc_now())][:1] == [True]
    with refuses("The database was put back, and these figures may have been printed before"):
        _print(officer)
    today = client_for(officer.actor).get("/").text
    assert today.count("Figures wait: the operator must look at the audit trail") == 1
    assert 'href="/releases/put-back"' in today
    assert "Figures are to be printed" not in today
    with refuses("The mirror of the audit trail is missing, or knows more than"):
        say(SPRING, RecoveryDetails("never", reason="No paper"), by=officer.actor)
    mirror.path_of(folder, head.mirror).unlink()
    with refuses("The database was put back, and these figures may have been printed before"):
        _print(officer)
    note(SYSTEM)
    said = say(SPRING, RecoveryDetails("never", reason="No paper"), by=officer.actor)
    agree(said, "", by=director)
    assert _print(officer)


@pytest.mark.any_engine
def test_a_code_of_minutes_from_between_opens_it_if_both_read_it(officer, director):
    plan_of()
    code = _minutes()
    note(SYSTEM)
    after = _minutes()
    details = RecoveryDetails("code", code=code)
    for wrong, problem in (
        ("0000-0000-0000-0000", "No entry of the audit trail has this"),
        (after, "These minutes were printed before the figures were"),
    ):
        with refuses(problem):
            say(SPRING, RecoveryDetails("code", code=wrong), by=officer.actor)
        db.session.rollback()
    said = say(SPRING, details, by=officer.actor)
    with refuses("This is not the code that was typed"):
        agree(said, after, by=director)
    db.session.rollback()
    assert agree(said, f" {code.lower().replace('-', ' ')} ", by=director) is False
    assert _print(officer)


@pytest.mark.any_engine
def test_a_code_proves_nothing_against_the_mirror(officer, director):
    plan_of()
    _print(officer)
    code = _minutes()
    _forget_what_was_printed()
    note(SYSTEM)
    with refuses("These minutes were printed before the figures were"):
        say(SPRING, RecoveryDetails("code", code=code), by=officer.actor)
    with pytest.raises(NotFound):
        say(SPRING - timedelta(days=10), RecoveryDetails("never"), by=officer.actor)


@pytest.mark.any_engine
def test_what_was_printed_and_is_lost_is_closed_and_its_cases_are_counted_no_second_time(
    officer, director
):
    plan_of()
    for _each in range(12):
        filed(case())
    _print(officer)
    _forget_what_was_printed()
    note(SYSTEM)
    said = say(SPRING, RecoveryDetails("printed", reason="They hang in the hall"), by=officer.actor)
    turn_back(said, "Which hall?", by=director)
    said = say(SPRING, RecoveryDetails("printed", reason="Kisumu"), by=officer.actor)
    assert agree(said, "", by=director) is True
    db.session.rollback()
    assert lost_days() == [SPRING]
    assert _print(officer) == []
    assert SPRING not in [one.day for one in days_due(utc_now())]
    # The next day goes on, once it was said of it too, without the twelve.
    said = say(SUMMER, RecoveryDetails("never", reason="The machine stood still"), by=officer.actor)
    agree(said, "", by=director)
    made = print_release(SUMMER, by=officer.actor, vault=officer.vault(), die=Dice())
    db.session.rollback()
    rows = db.session.scalars(select(Release).where(Release.public_id.in_(made)))
    assert {row.table_key: dict(row.lines) for row in rows}["who"]["police"] is None


@pytest.mark.any_engine
def test_where_the_mirror_cannot_be_written_nothing_is_printed(officer, monkeypatch):
    plan_of()

    def full(*_given: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("kash.platform.vault.audit.append_once", full)
        with refuses("The mirror of the audit trail could not be written, so"):
            _print(officer)
    db.session.rollback()
    assert db.session.scalar(select(Release.id).limit(1)) is None
    assert _print(officer)


@pytest.mark.any_engine
def test_earlier_days_that_are_lost_do_not_stop_later_ones_for_ever(officer, director):
    plan_of()
    note(SYSTEM)
    with refuses("Print the figures of the earlier day first"):
        print_release(SUMMER, by=officer.actor, vault=officer.vault(), die=Dice())
    db.session.rollback()
    for day in (SPRING, SUMMER):
        agree(
            say(day, RecoveryDetails("printed", reason="Paper"), by=officer.actor), "", by=director
        )
    assert lost_days() == [SPRING, SUMMER]


# --- The pages ----------------------------------------------------------------------------------


def test_both_people_are_told_on_today_and_do_it_in_the_browser(
    officer, director, client_for, both_engines_app
):
    plan_of()
    code = _minutes()
    note(SYSTEM)
    hers, his = client_for(officer.actor), client_for(director)
    line = "Figures wait: were they printed before the database was put back?"
    assert line in hers.get("/").text
    assert line in his.get("/").text
    assert "Figures are to be printed" not in hers.get("/").text
    page = hers.get("/releases/put-back").text
    assert "Say what became of them" in page
    sent = {"day": SPRING.isoformat(), "kind": "never", "reason": "", "code": ""}
    missing = hers.post("/releases/put-back/say", data=sent)
    assert missing.status_code == 422
    assert "This is needed for the answer that you chose." in missing.text
    wrong = {**sent, "kind": "code", "code": "0000-0000-0000-0000", "reason": "my own words"}
    refused = hers.post("/releases/put-back/say", data=wrong)
    assert refused.status_code == 422
    assert "No entry of the audit trail has this code." in refused.text
    assert "my own words" in refused.text
    assert hers.post("/releases/put-back/say", data={**wrong, "code": code}).status_code == 303
    row = db.session.scalars(select(ReleaseRecovery)).one()
    recovery = row.public_id
    db.session.rollback()
    assert "Check and agree" in his.get("/").text
    assert "See how it stands" in hers.get("/").text
    mine = {"recovery": recovery, "code": code}
    unsure = his.post("/releases/put-back/agree", data=mine)
    assert unsure.status_code == 422
    other = his.post("/releases/put-back/agree", data={**mine, "code": "x", "sure": "y"})
    assert (other.status_code, "Read your own copy." in other.text) == (422, True)
    assert his.post("/releases/put-back/agree", data={**mine, "sure": "y"}).status_code == 303
    assert SPRING not in _waiting()
    # The operator reads the same, and decides nothing.
    told = both_engines_app.test_cli_runner().invoke(args=["releases", "due"]).output
    assert f"due   {SPRING.isoformat()}" in told
    assert f"waits {SUMMER.isoformat()}" in told
    assert "a director or custodian say so under Figures" in told
