"""Migrations on both engines: from nothing to what the models say, and with rows in the tables."""

import shutil
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from apiflask import APIFlask
from flask_migrate import downgrade, upgrade
from sqlalchemy import Connection, MetaData, Table, create_engine, inspect, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session
from sqlalchemy.types import JSON, Boolean, Date, DateTime, Integer, LargeBinary, Time

from kash.application import create_app
from kash.people.search import missing_triggers, newest_named
from kash.platform.database import db, in_models
from kash.platform.vault import assert_triggers
from kash.platform.vault.audit import TriggersMissing, drop_triggers
from kash.settings import Settings

PROJECT = Path(__file__).parents[2]
FOLDER = PROJECT / "migrations"
SCRIPTS = ScriptDirectory(str(FOLDER))
FIRST = next(iter(SCRIPTS.get_bases()))
ROWS = 2


# One application for each engine, whose database is emptied for each test.
_APPS: dict[str, APIFlask] = {}


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.services)])
def empty_app(request, tmp_path_factory):
    """An application over a database in which there is nothing, in its context."""
    address = ""
    if request.param == "postgresql":
        cluster = str(request.getfixturevalue("postgresql_cluster"))
        server = create_engine(cluster, isolation_level="AUTOCOMMIT")
        with server.connect() as connection:
            connection.execute(text("DROP DATABASE IF EXISTS migrated WITH (FORCE)"))
            connection.execute(text("CREATE DATABASE migrated"))
        server.dispose()
        address = make_url(cluster).set(database="migrated").render_as_string(False)
    if request.param not in _APPS:
        folder = tmp_path_factory.mktemp("migrated") / "var"
        settings = Settings(data_dir=folder, database_url=address, log_level="error")
        _APPS[request.param] = create_app(settings)
    app = _APPS[request.param]
    for file in app.config["SETTINGS"].data_dir.glob("kash.sqlite3*"):
        file.unlink()
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def to(revision: str) -> None:
    """Bring the database up to a revision."""
    db.session.remove()
    upgrade(str(FOLDER), revision)


def differences(connection: Connection) -> list[Any]:
    """What a new migration would have to change."""
    context = MigrationContext.configure(
        connection, opts={"compare_type": True, "include_object": in_models}
    )
    return compare_metadata(context, db.metadata)


def tables_kept(connection: Connection) -> set[str]:
    """The names of the tables there are, but for Alembic's own and those that only search."""
    return {
        name
        for name in inspect(connection).get_table_names()
        if name != "alembic_version" and not name.startswith("person_search")
    }


def tables_now(connection: Connection) -> MetaData:
    """The tables as the database has them, whatever the models say."""
    found = MetaData()
    found.reflect(connection, only=lambda name, _: name in tables_kept(connection))
    return found


def test_an_empty_database_becomes_what_the_models_say(empty_app):
    to("head")
    with db.engine.connect() as connection:
        assert differences(connection) == []
        assert_triggers(connection)
        assert tables_kept(connection) == set(db.metadata.tables)


def test_there_is_one_newest_revision():
    assert len(SCRIPTS.get_heads()) == 1
    assert len(SCRIPTS.get_bases()) == 1


def test_every_constraint_is_made_by_migrations_as_by_the_models(empty_app):
    """What comparing leaves out: the checks, the conditions of indexes, what happens on delete."""
    to("head")
    with db.engine.begin() as connection:
        migrated = _constraints(connection)
        if connection.dialect.name == "postgresql":
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))
    beside = create_engine("sqlite://") if db.engine.dialect.name == "sqlite" else db.engine
    with beside.begin() as connection:
        db.metadata.create_all(connection)
        assert migrated == _constraints(connection)


def _constraints(connection: Connection) -> dict[str, Any]:
    look = inspect(connection)
    return {
        table: {
            "checks": sorted(
                (check["name"], " ".join(str(check["sqltext"]).split()))
                for check in look.get_check_constraints(table)
            ),
            "foreign": sorted(
                (
                    str(key["name"]),
                    key["constrained_columns"],
                    key["referred_table"],
                    sorted(key["options"].items()),
                )
                for key in look.get_foreign_keys(table)
            ),
            "unique": sorted(
                (str(one["name"]), one["column_names"])
                for one in look.get_unique_constraints(table)
            ),
            "indexes": sorted(
                (
                    str(index["name"]),
                    [str(name) for name in index["column_names"]],
                    bool(index["unique"]),
                    [
                        str(options[key])
                        for options in (index.get("dialect_options", {}),)
                        for key in ("sqlite_where", "postgresql_where")
                        if options.get(key) is not None
                    ],
                )
                for index in look.get_indexes(table)
            ),
            "columns": [
                (column["name"], str(column["type"]), column["nullable"])
                for column in sorted(look.get_columns(table), key=lambda one: one["name"])
            ],
        }
        for table in db.metadata.tables
    }


def value_for(table: Table, column: Any, number: int) -> Any:
    """Something that every constraint of our tables takes."""
    named = _CHOSEN.get((table.name, column.name))
    if named is not None:
        return named[number % len(named)]
    if column.foreign_keys:
        parent = next(iter(column.foreign_keys)).column
        return value_for(parent.table, parent, number)
    kind = column.type
    if isinstance(kind, Boolean) or str(kind) == "BOOLEAN":
        return bool(number % 2)
    if isinstance(kind, DateTime):
        moment = datetime(2026, 11, 16, 6, number, tzinfo=UTC)
        return moment.replace(tzinfo=None) if column.table.info.get("sqlite") else moment
    if isinstance(kind, Date):
        return date(2026, 11, 16 + number)
    if isinstance(kind, Time):
        return datetime(2026, 11, 16, 8, number).time()
    if isinstance(kind, JSON) or str(kind) == "JSON":
        return {"number": number}
    if isinstance(kind, Integer):
        return number + 1
    if isinstance(kind, LargeBinary):
        return bytes([number]) * 4
    length = getattr(kind, "length", None) or 40
    return f"{number}{column.name}"[:length]


# Columns with a check: what each of the rows has.
_CHOSEN: dict[tuple[str, str], list[Any]] = {
    # A series is of a workshop or of a forum, and each of its dates of the same.
    ("series", "source_id"): [1, None],
    ("series", "forum_id"): [None, 1],
    ("series", "repeats"): ["weekly", "monthly_day"],
    ("series", "on_holiday"): ["keep", "next"],
    ("series_date", "workshop_id"): [1, None],
    ("series_date", "meeting_id"): [None, 1],
    ("action_link", "kind"): ["workshop", "station"],
    ("decision_review", "conclusion"): ["", "worked"],
    ("decision_review", "concluded_at"): [None, datetime(2026, 11, 16, 6)],
    ("decision_review", "table_key"): ["", "who"],
    ("decision_review", "line"): ["", "police"],
    ("earlier_training", "length"): [2, 3],
    ("funder_report", "state"): ["draft", "returned"],
    ("funder_report", "language"): ["en", "sw"],
    ("report_template", "language"): ["en", "sw"],
    ("archive_request", "state"): ["proposed", "returned"],
    ("funder_account", "state"): ["proposed", "returned"],
    ("story", "language"): ["en", "sw"],
    ("enrolment", "offer_until"): [None, None],
    ("sign_up_link", "kind"): ["quota", "open"],
    ("sign_up_link", "most_rows"): [10, 60],
    ("sign_up", "state"): ["waiting", "accepted"],
    ("sign_up", "typed_sealed"): [b"typed", None],
    ("earlier_course", "needs_id"): [2, 1],
    ("organisation", "kind"): ["station", "collective"],
    ("people_list", "state"): ["waiting", "added"],
    ("person", "sex"): ["female", "male"],
    ("consent", "answer"): ["given", "refused"],
    ("course_version", "state"): ["draft", "published"],
    ("session_plan", "minutes"): [60, 90],
    ("plan_row", "kind"): ["objective", "step"],
    ("mark_status", "weight"): [100, 50],
    ("mark_operation", "answer"): ["applied", "conflict"],
    ("headcount_operation", "answer"): ["applied", "conflict"],
    ("held_item", "why"): ["conflict", "rejected"],
    ("held_item", "decision"): ["kept", "taken"],
    ("walk_in", "outcome"): ["kept", "merged"],
    ("workshop", "state"): ["planned", "cancelled"],
    ("evaluation_form", "state"): ["draft", "closed"],
    ("evaluation_question", "kind"): ["scale", "comment"],
    ("question", "kind"): ["single", "scale"],
    ("track_version", "state"): ["published", "draft"],
    ("api_token", "state"): ["approved", "proposed"],
    ("api_token", "token_hash"): ["a" * 64, None],
    ("connection", "state"): ["approved", "proposed"],
    ("earlier_training", "length_unit"): ["day", "week"],
    ("kobo_form", "purpose"): ["registration"],
    ("kobo_mark", "state"): ["accepted", "out"],
    ("dhis2_cell", "kind"): ["quarter", "year"],
    ("dhis2_push", "state"): ["waiting", "done"],
    ("dhis2_value", "outcome"): ["stored", "unknown"],
    ("connection", "is_on"): [True, False],
    ("release_plan", "state"): ["approved", "proposed"],
    ("statement", "state"): ["sent", "draft"],
    ("statement", "sent_number"): [1, None],
    ("frozen_figure", "value"): [5, 7],
    ("frozen_figure", "starred"): [False, False],
    ("indicator_definition", "state"): ["approved", "proposed"],
    ("indicator_definition", "version"): [2, None],
    ("release_plan", "year"): [2026, 2027],
    ("release_recovery", "state"): ["approved", "proposed"],
    ("release_recovery", "kind"): ["code", "never"],
    ("release", "window"): [0, 1],
    ("seen_fact", "kind"): ["practicum", "role"],
    ("supervision_visit", "kind"): ["visit", "outreach"],
    # After the day of the visit.
    ("supervision_visit", "next_on"): [None, date(2026, 12, 1)],
    ("workshop_test", "moment"): ["before", "after"],
    ("answer", "source"): ["phone", "paper"],
    ("trainer_skill", "level"): ["lead", "observe"],
    ("trainer_skill", "evidence"): ["taught", "assessed"],
    ("trainer_skill", "ended_how"): ["ended", "replaced"],
    ("practice_answer", "told_by"): ["herself", "peer"],
    ("practice_answer", "often"): ["n", "s"],
    # What is late does not stand.
    ("answer", "late"): [False, False],
    ("payout_part", "role"): ["participant", "driver"],
    ("payee", "role"): ["driver", "helper"],
    ("contact_request", "state"): ["waiting", "agreed"],
    ("erasure_request", "state"): ["waiting", "done"],
    ("erasure_request", "grounds"): ["wish", "quiet"],
    ("erasure_request", "decided_at"): [None, datetime(2026, 11, 16, 6, tzinfo=UTC)],
    ("payout_list", "state"): ["proposed", "approved"],
    ("payout_line", "state"): ["outstanding", "paid"],
    # A line is a participant's or a payee's.
    ("payout_line", "payee_id"): [None, None],
    ("payout_event", "state"): ["paid", "returned"],
    ("payout_event", "means"): ["cash", "mobile"],
    ("payout_reversal", "state"): ["proposed", "approved"],
    ("payout_reversal_line", "before"): ["sent", "paid"],
    ("payout_reversal_line", "after"): ["failed", "outstanding"],
    ("settled_claim", "first_id"): [1, 1],
    ("settled_claim", "second_id"): [2, 2],
    ("time_tap", "edge"): ["start", "end"],
    ("step_left_out", "reason"): ["time", "other"],
    ("objective_reached", "reached"): ["reached", "partly"],
    ("enrolment", "state"): ["confirmed", "waiting"],
    ("forum_member", "appears"): ["name", "counted"],
    ("forum_quorum_group", "share"): ["half", "number"],
    ("meeting_answer", "answer"): ["yes", "no"],
    # Nobody is there more often than there are members, nor votes without being there.
    ("decision_presence", "members"): [9, 9],
    ("decision_presence", "votes_for"): [0, None],
    ("decision_presence", "votes_against"): [0, None],
    ("decision_presence", "abstained"): [1, None],
    ("meeting", "state"): ["planned", "held"],
    ("minutes_life", "state"): ["draft", "locked"],
    ("minutes_life", "root"): ["", "a" * 64],
    ("minutes_remark", "state"): ["open", "taken"],
    ("minutes_remark", "answer"): ["", "It is put right."],
    ("agenda_item", "kind"): ["plain", "arising"],
    ("agenda_template_item", "kind"): ["plain", "arising"],
    ("zone", "kind"): ["sub_county", "ward"],
    ("zone_travel", "other_zone_id"): [2],
    ("budget_line", "driver"): ["fixed", "days"],
    # What is spent is read from payouts, or entered.
    ("budget_line", "spent_cents"): [100, None],
    ("absence", "kind"): ["leave", "sick"],
    ("venue_block", "ends_at"): [time(9), time(10)],
    ("quarter_line", "state"): ["open", "accepted"],
    ("quarter_proposal", "day_starts_at"): [time(8), time(9)],
    ("quarter_proposal", "day_ends_at"): [time(16), time(17)],
    # An address is of an account or of a venue, never of both.
    ("calendar_address", "venue_id"): [None, None],
    ("clash_rule_set", "home_by"): [1080, 1110],
    ("clash_rule_set", "times"): [2, 3],
    ("message_text", "channel"): ["sms", "email"],
    ("message_choice", "channel"): ["sms", ""],
    ("message_choice", "from_hour"): [8, 18],
    ("message_choice", "until_hour"): [9, 19],
    ("outbox_message", "channel"): ["sms", "email"],
    ("outbox_message", "state"): ["due", "unknown"],
    ("mark_status", "tone"): ["good", "warn"],
    ("action", "state"): ["open", "done"],
    ("certificate_batch", "state"): ["proposed", "issued"],
    ("certificate_batch", "kind"): ["workshop", "renewal"],
    ("job", "state"): ["waiting", "done"],
    ("service_entry", "kind"): ["clinic", "shelter"],
    ("service_entry", "cost"): ["free", ""],
    ("service_entry", "address"): ["", ""],
    ("service_hours", "closes"): [60, 61],
    ("signing_key", "state"): ["retired", "retired"],
    ("second_step_reset", "outcome"): ["approved", "refused"],
    ("account_request", "kind"): ["second_step", "link"],
    ("account_request", "state"): ["done", "declined"],
    ("incident", "state"): ["submitted", "triaged"],
    ("mediation_brief", "state"): ["open", "closed"],
    ("vault_compartment", "name"): ["case", "identity"],
    ("vault_compartment", "state"): ["current", "retiring"],
    ("vault_document", "compartment"): ["case", "identity"],
    ("vault_document_key", "form"): ["filed", "kept"],
    ("mediator_duty_hours", "closes"): [60, 61],
    ("officer_duty_hours", "closes"): [60, 61],
    ("sheet_scan", "found_by"): ["code", "hand"],
    ("delegation", "ends_at"): [datetime(2027, 1, day, tzinfo=UTC) for day in (1, 2)],
    ("certificate_design", "is_default"): [False, False],
    ("certificate_design_image", "use"): ["logo", "seal"],
    # A signature is allowed on a design or on a batch, never on both.
    ("signature_use", "batch_id"): [None, None],
}
# What migrations themselves put there, children first.
_THERE_ALREADY = ("certificate_design_version", "certificate_design")
# Between two zones there is one way.
_ONE_ROW = {"programme", "audit_head", "letterbox", "filing_quota", "zone_travel"}
# Gone on purpose: what it counted was worth something for minutes, or nothing read it any more.
_GONE = {"sign_in_attempt", "kobo_mark", "submission_key", "earlier_import", "earlier_training"}
# Its rows stand for something else by now; a test of their own tells.
_RESHAPED = {"zone_travel"}
# Columns of any table that got another name, old to new.
_RENAMED = {"edition": "row_version"}


def fill(connection: Connection, found: MetaData) -> dict[str, list[dict[str, Any]]]:
    """Two rows in every table, each pointing to its parent of the same number."""
    sqlite = connection.dialect.name == "sqlite"
    written: dict[str, list[dict[str, Any]]] = {}
    for name in _THERE_ALREADY:
        if name in found.tables:
            connection.execute(found.tables[name].delete())
    for table in found.sorted_tables:
        table.info["sqlite"] = sqlite
        for number in range(1 if table.name in _ONE_ROW else ROWS):
            row = {column.name: value_for(table, column, number) for column in table.columns}
            connection.execute(table.insert().values(row))
        written[table.name] = contents(connection, table)
    return written


def contents(connection: Connection, table: Table) -> list[dict[str, Any]]:
    """All rows of a table in the order of its key."""
    keys = list(table.primary_key.columns)
    return [dict(row) for row in connection.execute(select(table).order_by(*keys)).mappings()]


def test_rows_and_their_children_outlive_every_migration(empty_app):
    """Rows written at the first revision are all there at the newest, and point where they did."""
    to(FIRST)
    with db.engine.begin() as connection:
        written = fill(connection, tables_now(connection))
    assert min(len(rows) for name, rows in written.items() if name not in _ONE_ROW) == ROWS
    to("head")
    with db.engine.connect() as connection:
        now = tables_now(connection)
        assert _GONE & set(now.tables) == set()
        for name, as_filled in written.items():
            if name in _GONE | _RESHAPED:
                continue
            kept = contents(connection, now.tables[name])
            rows = [{_RENAMED.get(key, key): row[key] for key in row} for row in as_filled]
            assert [
                {key: row[key] for key in before if key in row}
                for row, before in zip(kept, rows, strict=True)
            ] == [{key: before[key] for key in before if key in kept[0]} for before in rows], name
        if connection.dialect.name == "sqlite":
            assert connection.execute(text("PRAGMA foreign_key_check")).all() == []
            assert connection.execute(text("PRAGMA foreign_keys")).scalar() == 1
        assert_triggers(connection)


def test_every_revision_after_the_first_can_be_taken_back(empty_app):
    to("head")
    db.session.remove()
    downgrade(str(FOLDER), FIRST)
    to("head")
    with db.engine.connect() as connection:
        assert differences(connection) == []
        assert_triggers(connection)


def test_earlier_trainings_stand_with_their_people(empty_app):
    """In the order in which they were, each once, without what would part them."""
    to(FIRST)
    with db.engine.begin() as connection:
        now = tables_now(connection)
        fill(connection, now)
        training = now.tables["earlier_training"]
        day = date(2019, 3, 4)
        told = {"title": "Rights; arrest", "first_day": day, "place": ""}
        connection.execute(training.update().values(person_id=1, **told))
        later = {"title": "Bail", "first_day": date(2021, 5, 18), "place": "Kisumu"}
        connection.execute(training.update().where(training.c.id == 1).values(**later))
    to("head")
    with db.engine.connect() as connection:
        person = tables_now(connection).tables["person"]
        assert [row["earlier"] for row in contents(connection, person)] == [
            "Rights, arrest, 2019-03-04; Bail, 2021-05-18, Kisumu",
            "",
        ]


def test_what_forms_of_attendance_left_goes_with_the_keys_in_the_vault(empty_app):
    """And nothing else does, nor is a form of people lost when the step is taken back."""
    to(FIRST)
    with db.engine.begin() as connection:
        now = tables_now(connection)
        fill(connection, now)
        form, document = (now.tables[name] for name in ("kobo_form", "vault_document"))
        connection.execute(
            form.update().where(form.c.id == 1).values(purpose="attendance", waiting=3)
        )
        connection.execute(now.tables["kobo_row"].update().values(form_id=1))
        other = connection.execute(select(document)).mappings().first()
        told = {**dict(other or {}), "id": 99, "public_id": "of phones", "kind": "submission_key"}
        connection.execute(document.insert().values(told))
        keys = now.tables["vault_document_key"]
        wrapped = {"compartment_id": 1, "form": "kept", "wrapped": b"key"}
        connection.execute(keys.insert().values(document_id=99, **wrapped))
        kept = contents(connection, document)[:-1]
    to("head")
    with db.engine.connect() as connection:
        now = tables_now(connection)
        assert [row["id"] for row in contents(connection, now.tables["kobo_form"])] == [2]
        assert contents(connection, now.tables["kobo_row"]) == []
        assert contents(connection, now.tables["vault_document"]) == kept
        assert [row["document_id"] for row in contents(connection, keys)] == [1, 2]
    db.session.remove()
    downgrade(str(FOLDER), FIRST)
    with db.engine.connect() as connection:
        (back,) = contents(connection, tables_now(connection).tables["kobo_form"])
        assert (back["id"], back["purpose"], back["workshop_id"]) == (2, "registration", None)
        assert (back["marks_sealed"], back["waiting"]) == (None, 0)


def test_a_second_upgrade_changes_nothing_and_the_migrated_audit_refuses_changes(empty_app):
    to("head")
    with db.engine.begin() as connection:
        found = tables_now(connection)
        written = fill(connection, found)
    to("head")
    for statement in ("UPDATE audit_entry SET actor = 'x'", "DELETE FROM audit_entry"):
        with pytest.raises(DatabaseError, match="never changed"), db.engine.begin() as connection:
            connection.execute(text(statement))
    with db.engine.connect() as connection:
        now = tables_now(connection)
        assert {name: contents(connection, now.tables[name]) for name in written} == written


def test_a_migration_that_loses_the_triggers_is_stopped(empty_app):
    to("head")
    with db.engine.begin() as connection:
        drop_triggers(connection)
    with pytest.raises(SystemExit) as stopped:
        to("head")
    assert isinstance(stopped.value.__context__, TriggersMissing)
    assert "refuses_update" in str(stopped.value.__context__)


def rebuilding_revision(folder: Path) -> None:
    """A copy of the migrations with one more, which rebuilds tables that have children."""
    shutil.copytree(FOLDER, folder)
    (head,) = SCRIPTS.get_heads()
    (folder / "versions" / "rebuilds_parents.py").write_text(
        "import sqlalchemy as sa\n"
        "from alembic import op\n"
        "revision = 'rebuilds0001'\n"
        f"down_revision = {head!r}\n"
        "branch_labels = None\n"
        "depends_on = None\n\n\n"
        "def upgrade():\n"
        "    how = 'always' if op.get_bind().dialect.name == 'sqlite' else 'auto'\n"
        "    for name in ('person', 'workshop', 'register'):\n"
        "        with op.batch_alter_table(name, recreate=how) as table:\n"
        "            table.add_column(sa.Column('later', sa.Integer()))\n\n\n"
        "def downgrade():\n"
        "    pass\n",
        encoding="utf-8",
    )


def test_rebuilding_a_parent_keeps_its_children_and_people_can_still_be_searched(
    empty_app, tmp_path
):
    """What SQLite would delete, were references enforced while a table is copied and dropped."""
    folder = tmp_path / "migrations"
    rebuilding_revision(folder)
    to("head")
    with db.engine.begin() as connection:
        written = fill(connection, tables_now(connection))
    upgrade(str(folder), "head")
    with db.engine.connect() as connection:
        now = tables_now(connection)
        counts = {name: len(contents(connection, now.tables[name])) for name in written}
        assert counts == {name: len(rows) for name, rows in written.items()}

    def found() -> list[int]:
        with Session(db.engine) as session:
            return newest_named(session, ["renamed"], most=2)

    assert found() == []
    with db.engine.begin() as connection:
        assert missing_triggers(connection) == set()
        connection.execute(text("UPDATE person SET sort_name = 'renamed one' WHERE id = 1"))
    assert found() == [1]


def test_minutes_between_zones_become_minutes_to_each_and_no_pair_takes_less(empty_app):
    typed = {(1, 2): 20, (1, 3): 25, (2, 3): 15, (3, 4): 90}
    to("0107")
    with db.engine.begin() as connection:
        now = tables_now(connection)
        zone, travel = now.tables["zone"], now.tables["zone_travel"]
        for number in range(1, 5):
            row = {column.name: value_for(zone, column, 0) for column in zone.columns}
            named = {"id": number, "public_id": f"{number:016}", "name": f"Zone {number}"}
            connection.execute(zone.insert().values(row | named | {"within_id": None}))
        for one, other in typed:
            values = {"one_zone_id": one, "other_zone_id": other, "minutes": typed[one, other]}
            connection.execute(travel.insert().values(values))
    to("head")
    with db.engine.connect() as connection:
        rows = connection.execute(text("SELECT zone_id, minutes FROM zone_travel")).all()
    minutes = dict(rows)
    assert minutes == {1: 25, 2: 15, 3: 15, 4: 90}
    assert all(max(minutes[one], minutes[other]) >= typed[one, other] for one, other in typed)
