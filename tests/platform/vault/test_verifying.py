"""What an attacker with the disk, but without the key, does to the chain is found."""

from __future__ import annotations

import json
import random
import sqlite3
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from kash.platform.database import db, new_public_id
from kash.platform.vault import (
    ChainFault,
    audited,
    chain,
    head_code,
    note_restore,
    vault_of,
    verify,
    verifying,
)
from kash.platform.vault import audit as mirror
from kash.platform.vault.audit import drop_triggers
from kash.platform.vault.queries import entry_with_code
from kash.policy import SYSTEM, Actor

ACTORS = [Actor(public_id=letter * 16) for letter in "abc"]
ACTIONS = ["people.person_added", "attendance.mark_set", "certificates.batch_issued"]
COLUMNS = ["seq", "at", "actor", "action", "subjects", "previous", "mac"]
FIRST_PART, LENGTH = 12, 24


@dataclass
class Disk:
    """The database file and the mirror folder, as somebody who holds the disk sees them."""

    database: sqlite3.Connection
    mirrors: Path
    rows: list[list[object]]
    head: list[object]
    lines: dict[str, str]

    def write(self) -> None:
        """Put rows, head and mirrors as they now stand onto the disk."""
        self.database.execute("BEGIN IMMEDIATE")
        self.database.execute("DELETE FROM audit_entry")
        self.database.execute("DELETE FROM audit_head")
        marks = ", ".join("?" * len(COLUMNS))
        self.database.executemany(f"INSERT INTO audit_entry VALUES ({marks})", self.rows)
        if self.head:
            self.database.execute("INSERT INTO audit_head VALUES (1, ?, ?, ?)", self.head)
        self.database.execute("COMMIT")
        for path in self.mirrors.iterdir():
            path.unlink()
        for name, text in self.lines.items():
            (self.mirrors / name).write_text(text)

    def copy(self) -> Disk:
        rows = [list(row) for row in self.rows]
        return Disk(self.database, self.mirrors, rows, list(self.head), dict(self.lines))


@pytest.fixture
def disk(chained_on_sqlite):
    for number in range(LENGTH - 1):
        if number == FIRST_PART:
            note_restore(SYSTEM)
        with audited(ACTIONS[number % 3], ACTORS[number % 2]) as change:
            change.about(*[new_public_id() for _ in range(number % 4)])
    assert (verify(db.session()).entries, verify(db.session()).sound) == (LENGTH, True)
    with db.engine.begin() as connection:
        drop_triggers(connection)
    vault = vault_of(chained_on_sqlite)
    database = sqlite3.connect(str(db.engine.url.database), isolation_level=None)
    names = ", ".join(COLUMNS)
    rows = [list(row) for row in database.execute(f"SELECT {names} FROM audit_entry ORDER BY seq")]
    (head,) = database.execute("SELECT seq, mac, mirror FROM audit_head")
    lines = {path.name: path.read_text() for path in vault.mirror_folder.iterdir()}
    yield Disk(database, vault.mirror_folder, rows, list(head), lines)
    database.close()


def any_hex(chance: random.Random) -> str:
    return f"{chance.getrandbits(256):064x}"


def any_id(chance: random.Random) -> str:
    return "".join(chance.choices("0123456789abcdefghjkmnpqrstvwxyz", k=16))


def edit(disk: Disk, chance: random.Random) -> set[ChainFault]:
    row = chance.choice(disk.rows)
    column = chance.choice(COLUMNS[1:])
    place, old = COLUMNS.index(column), row[COLUMNS.index(column)]
    assert isinstance(old, str)
    if column == "at":
        shift = timedelta(microseconds=chance.choice([1, -1]) * chance.randrange(1, 10**11))
        row[place] = str(datetime.fromisoformat(old) + shift)
        if chance.random() < 0.2:
            row[place] = chance.choice(["", "yesterday", 5, b"\xff"])
    elif column == "subjects":
        subjects = json.loads(old)
        choices = [json.dumps([*subjects, any_id(chance)]), "{", "[1]", "{}", "null", "[null]"]
        if subjects:
            choices += [json.dumps(subjects[1:]), json.dumps(["".join(subjects) + "x"])]
        row[place] = chance.choice(choices)
    elif column in ("previous", "mac"):
        row[place] = chance.choice([any_hex(chance), "", "é", old.upper() + "A", 7])
    else:
        others = [actor.public_id for actor in ACTORS] + ACTIONS + ["", "system!", b"x"]
        row[place] = chance.choice([other for other in others if other != old])
    return {ChainFault.INSERTED} if column == "mac" else {ChainFault.EDITED}


def delete(disk: Disk, chance: random.Random) -> set[ChainFault]:
    first = chance.randrange(LENGTH - 1)
    last = chance.randrange(first + 1, LENGTH)
    del disk.rows[first:last]
    if chance.random() < 0.5:
        return {ChainFault.DELETED}
    # Closing the gap by numbering anew.
    for seq, row in enumerate(disk.rows, 1):
        row[0] = seq
    disk.head[0] = len(disk.rows)
    return {ChainFault.REORDERED}


def insert(disk: Disk, chance: random.Random) -> set[ChainFault]:
    at = chance.randrange(LENGTH + 1)
    forged = list(chance.choice(disk.rows))
    forged[2] = any_id(chance)
    forged[5] = disk.rows[at - 1][6] if at else any_hex(chance)
    forged[6] = any_hex(chance)
    disk.rows.insert(at, forged)
    for seq, row in enumerate(disk.rows, 1):
        row[0] = seq
    disk.head[:2] = [len(disk.rows), disk.rows[-1][6]]
    return {ChainFault.INSERTED}


def reorder(disk: Disk, chance: random.Random) -> set[ChainFault]:
    first, second = chance.sample(range(LENGTH), 2)
    disk.rows[first], disk.rows[second] = disk.rows[second], disk.rows[first]
    for seq, row in enumerate(disk.rows, 1):
        row[0] = seq
    disk.head[1] = disk.rows[-1][6]
    return {ChainFault.REORDERED}


def truncate(disk: Disk, chance: random.Random) -> set[ChainFault]:
    left = chance.randrange(LENGTH)
    del disk.rows[left:]
    if chance.random() < 0.3:
        return {ChainFault.TRUNCATED}
    # The head as it was then; and, sometimes, without the mirror that begins later.
    current = str(disk.head[2])
    older = next(name for name in disk.lines if name != f"{current}.jsonl").removesuffix(".jsonl")
    disk.head = [left, disk.rows[-1][6], current if left > FIRST_PART else older] if left else []
    if left > FIRST_PART and chance.random() < 0.3:
        del disk.lines[f"{current}.jsonl"]
        return {ChainFault.MIRROR}
    return {ChainFault.TRUNCATED}


def recompute(disk: Disk, chance: random.Random) -> set[ChainFault]:
    key = chance.randbytes(32)
    chance.choice(disk.rows)[2] = any_id(chance)
    del disk.rows[chance.randrange(2, LENGTH + 1) :]
    link = chain.genesis(key)
    for seq, row in enumerate(disk.rows, 1):
        row[0], row[5] = seq, link
        row[6] = link = chain.entry_mac(
            key,
            previous=link,
            seq=seq,
            at=datetime.fromisoformat(str(row[1])),
            actor=str(row[2]),
            action=str(row[3]),
            subjects=json.loads(str(row[4])),
        )
    disk.head[:2] = [len(disk.rows), link]
    if chance.random() < 0.5:
        text = "".join(mirror._line(int(str(row[0])), str(row[6])) for row in disk.rows)
        disk.lines = {name: f'{{"mirror": "{name[:-6]}"}}\n{text}' for name in disk.lines}
    return {ChainFault.RECOMPUTED}


ATTACKS = [edit, delete, insert, reorder, truncate, recompute]


@pytest.mark.parametrize("attack", ATTACKS)
def test_every_attack_is_found(disk, attack):
    for number in range(200):
        chance = random.Random(f"{attack.__name__} {number}")
        changed = disk.copy()
        expected = attack(changed, chance)
        changed.write()
        result = verify(db.session())
        faults = {problem.fault for problem in result.problems}
        assert expected <= faults, (number, result)
        assert (result.sound, result.code) == (False, "")
        sentences = [problem.sentence for problem in result.problems]
        assert all(sentence.endswith(".") for sentence in sentences)
        assert len(faults) == len(sentences)
    disk.write()
    assert (verify(db.session()).problems, verify(db.session()).notes) == ([], [])


@pytest.mark.parametrize(
    ("head", "sentence"),
    [
        ([], "The head of the chain is missing."),
        ([None, "x", None], "The head of the chain names another last entry."),
        ([None, None, "0" * 16], "The head of the chain names another mirror."),
        (
            [LENGTH + 2, None, None],
            f"The chain was cut off after entry {LENGTH}: its head knows more.",
        ),
        ([LENGTH - 2, None, None], "Entries stand after the head of the chain."),
        (["soon", None, None], "The head of the chain has no number."),
    ],
)
def test_a_changed_head_is_found(disk, head, sentence):
    kept = [old if new is None else new for new, old in zip(head, disk.head, strict=False)]
    disk.head = kept
    disk.write()
    assert [problem.sentence for problem in verify(db.session()).problems] == [sentence]


def current_mirror(disk: Disk) -> str:
    return f"{disk.head[2]}.jsonl"


def test_text_that_is_no_text_is_reported(disk):
    disk.database.execute("UPDATE audit_entry SET action = CAST(x'ff' AS TEXT) WHERE seq = 3")
    assert [problem.fault for problem in verify(db.session()).problems] == [ChainFault.EDITED]


@pytest.mark.parametrize("lost", [1, 3])
def test_lines_that_a_crash_kept_back_are_proved_and_added(disk, lost):
    whole = disk.lines[current_mirror(disk)]
    disk.lines[current_mirror(disk)] = "".join(whole.splitlines(keepends=True)[:-lost])
    disk.write()
    result = verify(db.session())
    assert result.problems == []
    assert result.notes == [
        f"The mirror lacked entries from {LENGTH - lost + 1} on, {lost} of them, as after a sudden"
        " stop; they were proved and added."
    ]
    assert (disk.mirrors / current_mirror(disk)).read_text() == whole
    assert verify(db.session()).notes == []


def test_half_a_line_after_a_crash_is_repaired(disk, monkeypatch):
    monkeypatch.setattr(verifying, "_PATIENCE", 0)
    whole = disk.lines[current_mirror(disk)]
    for cut in range(1, 60):
        disk.lines[current_mirror(disk)] = whole[:-cut]
        disk.write()
        result = verify(db.session())
        assert result.problems == [], cut
        assert verify(db.session()).problems == []
        held = mirror.read(disk.mirrors, str(disk.head[2])).macs
        assert held[LENGTH] == {disk.head[1]}


def test_lines_are_not_added_to_prove_a_forged_entry(disk):
    whole = disk.lines[current_mirror(disk)]
    disk.lines[current_mirror(disk)] = cut = "".join(whole.splitlines(keepends=True)[:-1])
    disk.rows[-1][2] = "d" * 16
    disk.write()
    assert not verify(db.session()).sound
    assert (disk.mirrors / current_mirror(disk)).read_text() == cut


def test_a_mirror_that_lacks_much_was_cut(chained_on_sqlite):
    for _ in range(30):
        with audited("people.seen", SYSTEM):
            pass
    (path,) = vault_of(chained_on_sqlite).mirror_folder.iterdir()
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:5]))
    assert [problem.sentence for problem in verify(db.session()).problems] == [
        "The mirror lacks entries from 5 on, 26 of them: it was cut, or could not be written."
    ]
    note_restore(SYSTEM)
    assert verify(db.session()).problems == []


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ('{"seq":14,"mac":"00"}', "The mirror holds another entry 14."),
        ("hello", "The mirror holds lines that nothing of ours has written."),
        (
            f'{{"seq":{LENGTH + 1},"mac":"00"}}',
            f"The chain was cut off after entry {LENGTH}: its mirror knows more.",
        ),
    ],
)
def test_a_forged_mirror_line_is_found(disk, line, sentence):
    disk.lines[current_mirror(disk)] += line + "\n"
    disk.write()
    assert [problem.sentence for problem in verify(db.session()).problems] == [sentence]


def test_the_order_of_mirror_lines_and_repeats_do_not_matter(disk):
    first, *lines = disk.lines[current_mirror(disk)].splitlines(keepends=True)
    disk.lines[current_mirror(disk)] = "".join([first, *reversed(lines), lines[0]])
    disk.write()
    result = verify(db.session())
    assert (result.problems, result.notes) == ([], [])


def test_an_older_backup_put_back_is_a_cut_until_it_is_noted(disk):
    older = disk.copy()
    del older.rows[LENGTH - 4 :]
    older.head[:2] = [LENGTH - 4, older.rows[-1][6]]
    older.write()
    assert {problem.fault for problem in verify(db.session()).problems} == {ChainFault.TRUNCATED}
    note_restore(SYSTEM)
    with audited("people.seen", SYSTEM):
        pass
    result = verify(db.session())
    assert result.problems == []
    assert result.notes == [
        f"The backup put back at entry {LENGTH - 3} was older than the programme then was."
    ]


def test_a_backup_older_than_a_mirror_is_sound_once_noted(disk):
    older = disk.copy()
    del older.rows[FIRST_PART - 2 :]
    first = next(name for name in disk.lines if name != current_mirror(disk))
    older.head = [FIRST_PART - 2, older.rows[-1][6], first.removesuffix(".jsonl")]
    older.write()
    assert not verify(db.session()).sound
    note_restore(SYSTEM)
    assert verify(db.session()).problems == []


def test_a_code_on_paper_convicts_whoever_put_everything_back(disk):
    printed = head_code()
    assert entry_with_code(db.session(), printed) is not None
    del disk.rows[-2:]
    disk.head[:2] = [LENGTH - 2, disk.rows[-1][6]]
    whole = disk.lines[current_mirror(disk)]
    disk.lines[current_mirror(disk)] = "".join(whole.splitlines(keepends=True)[:-2])
    disk.write()
    db.session.rollback()
    assert verify(db.session()).sound
    assert entry_with_code(db.session(), printed) is None
