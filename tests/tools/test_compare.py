"""The fingerprint of what users see: equal where nothing changed, and a line for all that did."""

import json
import os
import secrets
import uuid

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kash.platform.database import new_public_id, utc_now
from kash.policy import GRANTS
from tools.compare import fingerprint
from tools.compare.__main__ import main
from tools.compare.fixed import MOMENT, fixed
from tools.compare.sample import PROJECT


def _drawn() -> list[object]:
    signing = Ed25519PrivateKey.generate().private_bytes_raw()
    return [new_public_id(), new_public_id(), secrets.token_hex(4), uuid.uuid4(), signing]


def test_ids_keys_and_moments_are_the_same_each_time():
    with fixed():
        first, moments = _drawn(), [utc_now(), utc_now()]
    with fixed():
        assert _drawn() == first
        assert [utc_now(), utc_now()] == moments
    assert moments[0] < moments[1]
    assert {moment.replace(microsecond=0) for moment in moments} == {MOMENT}
    assert first[0] != first[1]


def test_what_one_function_draws_does_not_hang_on_what_another_drew():
    with fixed():
        alone = new_public_id()
    with fixed():
        os.urandom(8)
        assert new_public_id() == alone


def test_chance_and_time_are_themselves_again_afterwards():
    with fixed():
        drawn = new_public_id()
        moment = utc_now()
    assert new_public_id() != drawn
    assert utc_now() > moment


def test_each_route_is_told_with_its_methods_and_its_permission(app):
    found = fingerprint.routes(app)
    assert found["GET,POST /sign-in"] == {
        "endpoint": "accounts.sign_in",
        "permission": "anyone",
        "fresh": False,
    }
    rules = list(app.url_map.iter_rules())
    assert len(found) == len({(rule.rule, frozenset(rule.methods or ())) for rule in rules})


def test_each_grant_is_told_with_its_reach():
    found = fingerprint.grants()
    assert len(found) == sum(len(roles) for roles in GRANTS.values())
    assert found["trainer people.see"] == "own"


def test_messages_are_told_by_language_with_their_translation(tmp_path):
    folder = tmp_path / "sw" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    head = 'msgid ""\nmsgstr "Plural-Forms: nplurals=2; plural=n != 1;\\n"\n\n'
    (folder / "messages.po").write_text(
        head + 'msgid "People"\nmsgstr "Watu"\n\n'
        'msgid "%(num)d day"\nmsgid_plural "%(num)d days"\n'
        'msgstr[0] "siku %(num)d"\nmsgstr[1] "siku %(num)d"\n'
    )
    assert fingerprint.messages(tmp_path) == {
        "sw |People": "Watu",
        "sw |%(num)d day": ("siku %(num)d", "siku %(num)d"),
    }


def test_commands_are_told_with_their_options(app):
    found = fingerprint.commands(app, PROJECT / "kash.sh")
    assert found["flask demo"] == {
        "help": "Load the sample programme into an empty programme, and print the sign-ins.",
        "parameters": {},
    }
    told = found["flask account invite"]
    assert isinstance(told, dict)
    assert told["parameters"].keys() == {"email", "--name", "--role", "--person"}
    assert "operations backup" in found
    usage = found["kash.sh"]
    assert isinstance(usage, list)
    assert usage[0].startswith("./kash.sh run ")


def test_settings_are_told_with_what_they_are_by_themselves():
    found = fingerprint.settings()
    assert found["KASH_WEB_WORKERS"] == "<class 'int'> = 2 [Ge(ge=1), Le(le=64)]"
    assert found["KASH_MAIL_FROM"] == "<class 'str'> = 'noreply@localhost' []"


def test_the_schema_is_told_by_columns_constraints_indexes_and_triggers():
    from sqlalchemy import create_engine, text

    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        for statement in (
            "CREATE TABLE person (id INTEGER NOT NULL, name VARCHAR(20), "
            "CONSTRAINT uq_person_name UNIQUE (name), CONSTRAINT ck_person_id CHECK (id > 0))",
            "CREATE INDEX ix_person_name\n  ON person (name)",
            "CREATE TRIGGER kept BEFORE DELETE ON person BEGIN SELECT RAISE(ABORT, 'kept'); END",
        ):
            connection.execute(text(statement))
    assert fingerprint.schema(engine) == {
        "column person.id": "INTEGER not null",
        "column person.name": "VARCHAR(20) null",
        "unique person.uq_person_name": {"column_names": ["name"]},
        "check person.ck_person_id": {"sqltext": "id > 0"},
        "index ix_person_name": "CREATE INDEX ix_person_name ON person (name)",
        "index sqlite_autoindex_person_1": "",
        "trigger kept": (
            "CREATE TRIGGER kept BEFORE DELETE ON person BEGIN SELECT RAISE(ABORT, 'kept'); END"
        ),
    }
    engine.dispose()


def test_whatever_differs_has_a_line_and_makes_the_command_fail(tmp_path, capsys):
    before = {"routes": {"GET /": "desk.today", "GET /old": "desk.old"}, "papers": {"a.pdf": "1"}}
    after = {"routes": {"GET /": "desk.today", "GET /new": "desk.new"}, "papers": {"a.pdf": "2"}}
    for name, told in (("before", before), ("after", after)):
        (tmp_path / name).write_text(json.dumps(told))
    assert main(["diff", str(tmp_path / "before"), str(tmp_path / "after")]) == 1
    assert capsys.readouterr().out.splitlines() == [
        "  papers: a.pdf: 1 → 2",
        "+ routes: GET /new: desk.new",
        "- routes: GET /old: desk.old",
    ]
    assert main(["diff", str(tmp_path / "before"), str(tmp_path / "before")]) == 0
    assert capsys.readouterr().out == "Equal.\n"
