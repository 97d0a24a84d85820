"""A thousand canaries are typed into the forms of this room, and none is found anywhere in clear.

Looked into are the database's files while the programme runs and afterwards, what a dump says, the
queue, the store, mail, temporary files, logs, numbers, addresses, headers, cookies, titles, paper,
and a backup. Controls: whoever holds keys reads them all back, a case file that was asked for
tells them, and what was planted in clear is found in every encoding.
"""

import base64
import io
import re
import subprocess
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pikepdf
import pyrage
import pytest
import structlog
from apiflask import APIFlask
from sqlalchemy import text
from sqlalchemy.engine import make_url

from kash.incidents.queries.letterbox import opened_box
from kash.incidents.rules.letterbox import in_bytes
from kash.incidents.services.letterbox import remind_members
from kash.people.models import Group, Person
from kash.platform import storage
from kash.platform.database import db, utc_now
from kash.platform.jobs import run_waiting
from kash.platform.operations.archive import DATABASE, decrypted, read_members
from kash.platform.operations.backup import write_backup
from kash.platform.operations.snapshot import _connection, _program
from kash.platform.vault import (
    Compartment,
    Sealed,
    SealedDocument,
    SealError,
    SealingPlace,
    fetch,
    open_document,
    open_each,
)
from kash.platform.web.logs import configure_logs
from kash.settings import Settings
from tests.incidents import planting_around, planting_cases, planting_forms
from tests.incidents.canaries import CONTROL, STEMS, Canaries, Room
from tests.incidents.scanning import encodings, files_below, finds
from tests.incidents.watching import Watched, answers_of

pytestmark = pytest.mark.new_files

# To somebody's key: a passphrase takes seconds to stretch, and what lies there is the same.
IDENTITY = pyrage.x25519.Identity.generate()


def _plant_control() -> dict[str, bytes]:
    """Put a value where anybody may find it, in each encoding; its forms by their names."""
    value = f"Control {CONTROL}"
    forms = {
        "utf-8": value.encode(),
        "utf-16": value.encode("utf-16-le"),
        "base64": base64.b64encode(value.encode()),
        "hex": value.encode().hex().encode(),
    }
    group = db.session.query(Group).filter_by(is_police=False).one()
    for name, form in forms.items():
        chosen = form.decode() if name != "utf-16" else "Kielelezo"
        person = Person(
            chosen_name=chosen,
            sort_name=chosen.lower(),
            group_id=group.id,
            created_by="system",
            phone_sealed=form if name == "utf-16" else None,
        )
        db.session.add(person)
        storage.put(f"lists/{name}", form)
    db.session.commit()
    return forms


def _controls_found(contents: list[tuple[str, bytes]]) -> set[str]:
    """In which encodings what was planted in clear is found."""
    found = set()
    for name, forms in encodings(CONTROL).items():
        if any(form in content for _name, content in contents for form in forms):
            found.add(name)
    return found


def plant(room: Room) -> None:
    """Type canaries into everything."""
    planting_forms.phones(room)
    planting_forms.full_form(room)
    planting_forms.typed_meanwhile(room)
    planting_cases.case(room)
    planting_cases.identities(room)
    planting_cases.asked_for_a_court(room)
    planting_around.evidence(room)
    planting_cases.mediation(room)
    planting_around.register(room)
    planting_around.interrupted(room)
    planting_around.refused(room)
    planting_around.chain(room)
    planting_around.papers(room)


# --- Where to look --------------------------------------------------------------------------------


def _settings(app: APIFlask) -> Settings:
    settings: Settings = app.config["SETTINGS"]
    return settings


def _properties(paper: bytes) -> bytes:
    with pikepdf.open(io.BytesIO(paper)) as pdf, pdf.open_metadata() as metadata:
        outline = [item.title for item in pdf.open_outline().root]
        return f"{pdf.docinfo} {metadata} {outline}".encode()


def _cluster_files(app: APIFlask, since: str) -> Iterator[tuple[str, bytes]]:
    """The files of this database and the write-ahead log since a segment, after a checkpoint."""
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("CHECKPOINT"))
        number = connection.scalar(
            text("SELECT oid FROM pg_database WHERE datname = current_database()")
        )
    host = make_url(_settings(app).database_uri).query["host"]
    data = Path(str(host)) / "data"
    for name, content in files_below(data / "base" / str(number), data / "pg_wal"):
        if "pg_wal" not in name or Path(name).name >= since:
            yield name, content
    yield from files_below(data / "global", data / "pg_xact")


def _segment() -> str:
    """Where the write-ahead log of PostgreSQL stands; empty on SQLite."""
    if db.engine.dialect.name == "sqlite":
        return ""
    found = db.session.scalar(text("SELECT pg_walfile_name(pg_current_wal_lsn())"))
    db.session.rollback()
    return str(found)


def _dump(settings: Settings) -> Iterator[tuple[str, bytes]]:
    """A plain dump, and whatever bytes it writes as hex."""
    target, environment = _connection(settings)
    command = [_program("pg_dump"), "--inserts", target]
    ran = subprocess.run(command, env=environment, capture_output=True, check=True)
    yield from _as_text_and_bytes("pg_dump", ran.stdout)


def _as_text_and_bytes(name: str, dump: bytes) -> Iterator[tuple[str, bytes]]:
    yield name, dump
    values = re.findall(rb"\\x((?:[0-9a-f]{2})+)", dump)
    yield f"{name}, bytes", b"\n".join(bytes.fromhex(value.decode()) for value in values)


def _backup(app: APIFlask, folder: Path) -> Iterator[tuple[str, bytes]]:
    """A backup, taken, decrypted and unpacked."""
    folder.mkdir()
    written = write_backup(app, folder)
    yield "backup, as it lies", written.path.read_bytes()
    database = []
    with decrypted(written.path, [IDENTITY]) as content:
        for name, pieces in read_members(content):
            member = b"".join(pieces)
            if name.startswith(DATABASE):
                database.append(member)
            else:
                yield f"backup, {name}", name.encode() + b"\n" + member
    whole = b"".join(database)
    yield "backup, database", whole
    if whole.startswith(b"PGDMP"):
        command = [_program("pg_restore"), "--file=-"]
        ran = subprocess.run(command, input=whole, capture_output=True, check=True)
        yield from _as_text_and_bytes("backup, database", ran.stdout)


def _in_clear(app: APIFlask, since: str) -> Iterator[tuple[str, bytes]]:
    """All that lies in clear of a programme that runs."""
    yield from files_below(_settings(app).data_dir)
    if since:
        yield from _dump(_settings(app))
        yield from _cluster_files(app, since)


# --- What members read ----------------------------------------------------------------------------


def _read_back(room: Room) -> bytes:
    """What the officers' and the custodian's keys open, one after the other."""
    found = []
    for vault in (room.anna.vault(), room.grace.vault()):
        kinds = {kind for (kind,) in db.session.query(SealedDocument.kind).distinct()}
        for kind in sorted(kinds):
            for _sealed, plaintext in open_each(vault, fetch(db.session(), kind=kind)):
                if not isinstance(plaintext, SealError):
                    found.append(plaintext)
        found += [open_document(vault, sealed) for sealed in _in_letterbox()]
    db.session.rollback()
    return b"\n".join(found)


def _in_letterbox() -> list[Sealed]:
    """What lies in the letterbox, as a member's key opens it."""
    generations = dict(db.session.query(Compartment.id, Compartment.generation).tuples())
    return [
        Sealed(
            0,
            SealingPlace("case", one.kind, one.public_id),
            1,
            in_bytes(one.body),
            one.form,
            in_bytes(one.wrapped),
            one.compartment_id,
            generations[one.compartment_id],
        )
        for one in opened_box(db.session()).letters()
    ]


def _not_read_back(canaries: Canaries, told: bytes) -> list[str]:
    # Line breaks of a browser stay as they are in what is kept while it is typed.
    return [
        f"{value}: {where}" for value, where in canaries.kept.items() if value.encode() not in told
    ]


# --- The proof ------------------------------------------------------------------------------------


def test_a_thousand_canaries_are_nowhere_in_clear(
    room, both_engines_app, tmp_path, monkeypatch, capfd
):
    app, passing = both_engines_app, tmp_path / "passing"
    passing.mkdir()
    for name in ("TMPDIR", "SQLITE_TMPDIR"):
        monkeypatch.setenv(name, str(passing))
    monkeypatch.setattr(tempfile, "tempdir", str(passing))
    since, watched = _segment(), Watched(passing)
    with tempfile.TemporaryFile() as file:
        file.write(b"A file without a name is seen too")
    assert len(watched.seen()) == 1
    forms = _plant_control()
    configure_logs("debug")
    try:
        with answers_of(app) as answers:
            plant(room)
            numbers = room.stranger.get("/metrics").data
            assert room.stranger.get(f"/{CONTROL}").status_code == 404
        structlog.get_logger("kash.tests").info("control", value=CONTROL)
        reminded = remind_members(utc_now() + timedelta(days=60))
        assert run_waiting() == reminded == 5
    finally:
        configure_logs("error")
    written = capfd.readouterr()
    seen = watched.seen()
    watched.close()

    canaries = room.canaries
    assert len(canaries) >= 1000
    assert _not_read_back(canaries, _read_back(room)) == []

    # While it runs, and once it has ended.
    places = list(_in_clear(app, since))
    letterbox = opened_box(db.session()).model_dump_json().encode()
    assert b"incident.screen" in letterbox
    # What the server's own keys open of the letterbox.
    places.append(("letterbox, opened", letterbox))
    places += [("letter", sealed.body) for sealed in _in_letterbox()]
    db.session.rollback()
    names = " ".join(name for name, _content in places)
    for there in ("queue.sqlite3", "/evidence/", "/mail/"):
        assert there in names
    assert ("kash.sqlite3-wal" in names) is (since == "")
    assert finds(STEMS, places) == []
    recipient = {"backup_recipient": str(IDENTITY.to_public())}
    monkeypatch.setitem(app.config, "SETTINGS", _settings(app).model_copy(update=recipient))
    places += _backup(app, tmp_path / "backups")
    db.session.remove()
    db.engine.dispose()
    assert finds(STEMS, files_below(_settings(app).data_dir)) == []

    # What it said.
    logs = f"{written.out}{written.err}".encode()
    assert b'"event": "request"' in logs
    assert b"kash_requests_total" in numbers
    assert len(answers) > 1000
    for told in ([("logs", logs)], answers):
        assert finds([CONTROL], told) != []
    assert finds(STEMS, [("logs", logs), ("numbers", numbers), *answers]) == []
    assert (seen, list(passing.iterdir())) == (set(), [])
    assert finds(STEMS, [one for one in places if one[0].startswith("backup")]) == []

    # On paper, what was asked for and nothing else; and in no paper's properties.
    assert len(room.papers) == 5
    telling = {name for name, paper in room.papers.items() if finds(STEMS, [(name, paper)])}
    assert telling == {"case file", "sheet with words"}
    properties = [(name, _properties(paper)) for name, paper in room.papers.items()]
    assert finds(STEMS, properties) == []

    # What was planted in clear is found in every encoding.
    assert _controls_found(places) == set(forms)
    for part in ("backup", str(_settings(app).data_dir), "pg_dump", "/base/", "pg_wal"):
        there = [(name, content) for name, content in places if part in name]
        if there or since:
            assert _controls_found(there) == set(forms), part
