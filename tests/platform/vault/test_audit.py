"""Writing the audit chain on both engines."""

import json
import multiprocessing
import stat
import threading
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from kash.platform.database import after_commit, db, new_public_id, utc_now, writing
from kash.platform.vault import (
    AuditEntry,
    AuditHead,
    ValueInAudit,
    audited,
    chain,
    head_code,
    note_restore,
    vault_of,
    verify,
    verifying,
)
from kash.platform.vault import audit as mirror
from kash.platform.vault.queries import (
    entries_about,
    entry_with_code,
    known_actions,
    recent,
    told_by_day,
)
from kash.policy import NOBODY, SYSTEM, Actor, Role

ACTOR = Actor(public_id="0123456789abcdef")
SUBJECT, OTHER = "aaaaaaaaaaaaaaaa", "bbbbbbbbbbbbbbbb"


def entries() -> list[AuditEntry]:
    return list(db.session.scalars(select(AuditEntry).order_by(AuditEntry.seq)))


def count() -> int:
    return db.session.scalar(select(func.count()).select_from(AuditEntry)) or 0


def mirrored(app: Flask) -> dict[int, set[str]]:
    vault = vault_of(app)
    return mirror.read(vault.mirror_folder, chain.first_mirror(vault.audit_key)).macs


def test_an_action_leaves_exactly_one_entry(chained):
    before = utc_now()
    with audited("people.person_added", ACTOR) as change:
        change.about(SUBJECT, OTHER)
        change.about(SUBJECT, "role:trainer")
        now = change.now
    (entry,) = entries()
    assert (entry.seq, entry.at, entry.actor, entry.action, entry.subjects) == (
        1,
        now,
        ACTOR.public_id,
        "people.person_added",
        [SUBJECT, OTHER, "role:trainer"],
    )
    assert before <= now <= utc_now()
    assert entry.previous == chain.genesis(vault_of(chained).audit_key)
    head = db.session.get_one(AuditHead, 1)
    assert (head.seq, head.mac) == (1, entry.mac)
    assert mirrored(chained) == {1: {entry.mac}}


def test_what_is_told_by_day_is_told_of_one_actor_and_of_no_later_moment(chained):
    began = utc_now()
    for by, action in ((SYSTEM, "mediation.duty_changed"), (ACTOR, "mediation.duty_changed")):
        with audited(action, by) as change:
            change.about(SUBJECT)
    with audited("people.person_added", ACTOR) as change:
        change.about(SUBJECT)
    session, later = db.session(), utc_now()
    told = told_by_day(session, began, later, actor=ACTOR.public_id)
    assert [(who, action) for _at, who, action in told] == [
        (ACTOR.public_id, "mediation.duty_changed")
    ]
    assert len(told_by_day(session, began, later)) == 2
    assert told_by_day(session, began, told[0][0], actor=ACTOR.public_id) == []
    assert [entry.action for entry in recent(session)] == ["people.person_added"]


def test_what_names_somebody_is_found_newest_first_and_actions_by_their_names(chained):
    for action, by in (("people.b", ACTOR), ("people.c", SYSTEM), ("people.a", ACTOR)):
        with audited(action, by) as change:
            change.about(SUBJECT, *([OTHER] if action == "people.b" else []))
    session = db.session()
    named = session.scalars(entries_about(SUBJECT)).all()
    assert [entry.action for entry in named] == ["people.a", "people.c", "people.b"]
    others = session.scalars(entries_about(SUBJECT, but_by=SYSTEM.public_id)).all()
    assert [entry.action for entry in others] == ["people.a", "people.b"]
    assert [entry.action for entry in session.scalars(entries_about(OTHER))] == ["people.b"]
    assert known_actions(session) == ["people.a", "people.b", "people.c"]


def test_entries_follow_one_another(chained):
    for by in (SYSTEM, NOBODY, ACTOR):
        with audited("workshops.list_searched", by):
            pass
    first, second, third = entries()
    assert (second.previous, third.previous) == (first.mac, second.mac)
    assert [entry.subjects for entry in (first, second, third)] == [[], [], []]
    result = verify(db.session())
    assert (result.entries, result.problems, result.notes) == (3, [], [])
    assert result.code == head_code() == chain.code_of(third.mac)


def test_a_failing_block_leaves_nothing(chained):
    with pytest.raises(ConnectionError), audited("people.person_added", ACTOR):
        raise ConnectionError
    assert count() == 0
    assert mirror.present(vault_of(chained).mirror_folder) == set()
    with audited("people.person_added", ACTOR):
        pass
    assert [entry.seq for entry in entries()] == [1]
    assert verify(db.session()).sound


def test_nothing_to_do_keeps_no_change_and_no_entry(chained):
    with audited("people.person_added", ACTOR) as change:
        change.session.add(AuditHead(id=1, seq=7, mac="", mirror=""))
        change.session.flush()
        change.nothing()
    assert count() == 0
    assert db.session.get(AuditHead, 1) is None


def test_actions_do_not_nest(chained):
    first, second = audited("people.person_added", ACTOR), audited("people.person_added", ACTOR)
    with pytest.raises(RuntimeError), first, second:
        pass
    assert count() == 0


@pytest.mark.parametrize(
    "value",
    ["", "Achieng", "+254700000001", SUBJECT.upper(), SUBJECT[:-1], "role:queen", SUBJECT + "\n"],
)
def test_values_never_go_in(chained_on_sqlite, value):
    with pytest.raises(ValueInAudit), audited("people.person_added", ACTOR) as change:
        change.about(value)
    with pytest.raises(ValueInAudit), audited("people.person_added", Actor(public_id=value)):
        pass
    with pytest.raises(ValueInAudit), audited("people. " + value, ACTOR):
        pass
    assert count() == 0


def test_every_role_may_be_named(chained_on_sqlite):
    with audited("accounts.roles_changed", ACTOR) as change:
        change.about(*[f"role:{role}" for role in Role])
    assert len(entries()[0].subjects) == len(Role)


def test_the_mirror_is_written_though_a_later_call_fails(chained):
    def fail() -> None:
        raise ConnectionError

    with pytest.raises(ConnectionError), audited("people.person_added", ACTOR):
        after_commit(fail)
    assert list(mirrored(chained)) == [1]


def test_a_missing_mirror_is_not_made_anew_and_fails_nobody(chained):
    with audited("people.person_added", ACTOR):
        pass
    folder = vault_of(chained).mirror_folder
    for path in folder.iterdir():
        path.unlink()
    with audited("people.person_added", ACTOR):
        pass
    assert (count(), list(folder.iterdir())) == (2, [])
    assert [problem.sentence for problem in verify(db.session()).problems] == [
        "The mirror of the chain is missing."
    ]


def test_the_mirror_is_private_and_holds_numbers_and_macs_only(chained):
    with audited("people.person_added", ACTOR) as change:
        change.about(SUBJECT)
    folder = vault_of(chained).mirror_folder
    (path,) = folder.iterdir()
    assert (stat.S_IMODE(folder.stat().st_mode), stat.S_IMODE(path.stat().st_mode)) == (
        0o700,
        0o600,
    )
    first, second = [json.loads(line) for line in path.read_text().splitlines()]
    assert first == {"mirror": path.stem}
    assert second == {"seq": 1, "mac": entries()[0].mac}


def test_a_restore_starts_a_new_mirror_and_the_chain_says_so(chained):
    for _ in range(3):
        with audited("people.person_added", ACTOR):
            pass
    new = note_restore(SYSTEM)
    with audited("people.person_added", ACTOR):
        pass
    told = entries()[3]
    assert (told.action, told.actor, told.subjects) == ("audit.mirror_started", "system", [new])
    assert db.session.get_one(AuditHead, 1).mirror == new
    folder = vault_of(chained).mirror_folder
    assert sorted(mirror.read(folder, new).macs) == [4, 5]
    assert sorted(mirrored(chained)) == [1, 2, 3]
    result = verify(db.session())
    assert (result.problems, result.notes) == ([], [])


def test_concurrent_writers_keep_one_unbroken_chain(chained):
    failures: list[BaseException] = []

    def work() -> None:
        try:
            with chained.app_context():
                for _ in range(10):
                    with audited("attendance.mark_set", ACTOR) as change:
                        change.about(new_public_id())
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    written = entries()
    assert [entry.seq for entry in written] == list(range(1, 81))
    assert [entry.previous for entry in written[1:]] == [entry.mac for entry in written[:-1]]
    assert mirrored(chained) == {entry.seq: {entry.mac} for entry in written}
    result = verify(db.session())
    assert (result.entries, result.problems, result.notes) == (80, [], [])


def test_processes_share_one_chain_and_one_mirror(chained, another_app):
    def write_twenty() -> None:
        with another_app().app_context():
            for _ in range(20):
                with audited("attendance.mark_set", ACTOR):
                    pass

    db.session.remove()
    db.engine.dispose()
    fork = multiprocessing.get_context("fork")
    workers = [fork.Process(target=write_twenty) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert [worker.exitcode for worker in workers] == [0, 0, 0, 0]
    assert sorted(mirrored(chained)) == list(range(1, 81))
    result = verify(db.session())
    assert (result.entries, result.problems, result.notes) == (80, [], [])


def test_verifying_while_others_write_raises_no_alarm(chained):
    stop = threading.Event()

    def work() -> None:
        with chained.app_context():
            while not stop.is_set():
                with audited("attendance.mark_set", ACTOR):
                    pass

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    try:
        found = [verify(db.session()) for _ in range(8)]
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert [result.problems for result in found] == [[]] * 8
    assert verify(db.session()).sound


@pytest.mark.parametrize("before", [0, 2])
def test_verifying_while_a_mirror_is_begun_raises_no_alarm(chained, monkeypatch, before):
    """Also the very first one, which is begun with the first entry."""
    for _ in range(before):
        with audited("attendance.mark_set", ACTOR):
            pass
    look = verifying._mirrors

    def look_and_miss(*given: Any) -> dict[str, mirror.Lines]:
        found = look(*given)
        if before:
            note_restore(SYSTEM)
        with audited("attendance.mark_set", ACTOR):
            pass
        return found

    monkeypatch.setattr(verifying, "_mirrors", look_and_miss)
    result = verify(db.session())
    assert (result.problems, result.notes) == ([], [])
    assert result.entries == (before + 2 if before else 1)


def test_the_page_reads_newest_first_by_actor_and_action(chained):
    for number in range(7):
        by, action = (ACTOR, "people.seen") if number % 2 else (SYSTEM, "forums.opened")
        with audited(action, by):
            pass
    session = db.session()
    assert [entry.seq for entry in recent(session, size=3)] == [7, 6, 5]
    assert [entry.seq for entry in recent(session, page=3, size=3)] == [1]
    assert [entry.seq for entry in recent(session, actor=ACTOR.public_id)] == [6, 4, 2]
    assert [entry.seq for entry in recent(session, action="forums.opened")] == [7, 5, 3, 1]
    assert recent(session, actor=ACTOR.public_id, action="forums.opened") == []
    assert list(known_actions(session)) == ["forums.opened", "people.seen"]


def test_a_code_on_paper_leads_to_its_entry(chained):
    empty = head_code()
    codes = []
    for _ in range(3):
        with audited("forums.minutes_printed", ACTOR):
            pass
        codes.append(head_code())
    assert len({empty, *codes}) == 4
    session = db.session()
    found = [
        entry_with_code(session, code) for code in (*codes, codes[1].lower().replace("-", " "))
    ]
    assert [entry and entry.seq for entry in found] == [1, 2, 3, 2]
    for wrong in ("", "%", "0000-0000-0000-0000", codes[0] + "0", "UUUU-UUUU-UUUU-UUUU", empty):
        assert entry_with_code(session, wrong) is None


def test_a_plain_write_is_not_audited(chained):
    with writing() as session:
        session.add(AuditHead(id=1, seq=0, mac="", mirror=""))
    assert count() == 0
    assert Path(vault_of(chained).key_file).exists()
