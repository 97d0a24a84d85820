"""The command line of the vault."""

import pytest
from flask import Flask
from sqlalchemy import select

from kash.platform.database import db
from kash.platform.vault import AuditEntry, audited, head_code, open_text, seal, vault_of
from kash.policy import SYSTEM, Actor


def run(app: Flask, *arguments: str) -> tuple[int, str]:
    result = app.test_cli_runner().invoke(args=arguments)
    return result.exit_code, result.output


@pytest.fixture
def app(chained_on_sqlite):
    for action, by in (("people.seen", SYSTEM), ("people.edited", Actor(public_id="a" * 16))):
        with audited(action, by) as change:
            change.about("b" * 16)
    return chained_on_sqlite


def test_verify_tells_the_code_and_succeeds(app):
    code = head_code()
    assert run(app, "audit", "verify") == (0, f"The chain is whole. Entries: 2. Code: {code}\n")


def test_verify_fails_with_a_sentence(app):
    for path in vault_of(app).mirror_folder.iterdir():
        path.unlink()
    assert run(app, "audit", "verify") == (1, "mirror: The mirror of the chain is missing.\n")
    assert run(app, "audit", "new-mirror") == (0, "A new mirror was begun.\n")
    code, output = run(app, "audit", "verify")
    assert (code, output.splitlines()[0]) == (0, "note: An earlier mirror is no longer there.")


def test_list_shows_the_newest_first(app):
    first, second = db.session.scalars(select(AuditEntry).order_by(AuditEntry.seq)).all()
    lines = [
        f"{second.at.isoformat(timespec='seconds')} {'a' * 16} people.edited {'b' * 16}",
        f"{first.at.isoformat(timespec='seconds')} system people.seen {'b' * 16}",
    ]
    assert run(app, "audit", "list") == (0, "\n".join(lines) + "\n")
    assert run(app, "audit", "list", "--last", "1") == (0, lines[0] + "\n")
    assert run(app, "audit", "list", "--actor", "system") == (0, lines[1] + "\n")
    assert run(app, "audit", "list", "--action", "people.lost") == (0, "")
    assert run(app, "audit", "list", "--last", "0")[0] == 2


def test_code_finds_the_entry_of_a_paper(app):
    code, output = run(app, "audit", "code", head_code().lower())
    assert (code, output.split(" of ")[0]) == (0, f"{head_code()} is entry 2")
    code, output = run(app, "audit", "code", "0000-0000-0000-0000")
    assert (code, output) == (
        1,
        "Error: No entry has this code: the chain is not the one on the paper.\n",
    )


def test_a_new_key_opens_the_old_and_is_audited(app):
    blob = seal("x", kind="note", public_id="b" * 16)
    before = vault_of(app).keys.current
    assert run(app, "vault", "new-key")[0] == 0
    assert vault_of(app).keys.current != before
    assert open_text(blob, kind="note", public_id="b" * 16) == "x"
    newest = db.session.get_one(AuditEntry, 3)
    assert (newest.action, newest.subjects) == ("vault.key_added", ["keys"])
