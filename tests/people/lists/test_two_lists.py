"""The two lists from the field: each row comes out as it must, and is stored so or not at all."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from kash.people.lists import renewing
from kash.people.lists.previews import Preview
from kash.people.lists.services import choose
from kash.people.models import Organisation, PeopleList, Person, Posting
from kash.people.services import erasing as old_lists
from kash.platform import storage
from kash.platform.database import db, utc_now
from kash.platform.vault import AuditEntry, lookup, open_text
from tests.people.lists.conftest import DATA, confirm, held, preview_of, states
from tests.people.lists.expected import OFFICERS, PEERS, rows
from tests.rows import row as row_of


def told(preview: Preview, columns: tuple[str, ...]) -> list[list[str]]:
    """Each row as the tables write it."""
    found = []
    for each in preview.outcomes:
        row = each.placed.row
        facts = {
            "sex": row.fact("sex"),
            "born": str(row.birth.year or row.birth.band),
            "cadre": row.fact("cadre"),
            "station": each.placed.new_station,
            "ward": row.fact("ward"),
            "language": row.fact("language"),
        }
        state = f"same as {each.same_row}" if each.same_row else str(each.state)
        codes = " ".join(remark.code for remark in row.remarks)
        first = [str(each.number), state, row.name, row.fact("reference"), row.phone]
        found.append([*first, *(facts[name] for name in columns), codes])
    return found


def stored() -> dict[str, list[str]]:
    """Everyone as stored: phone, sex, born or age, rank, station, ward and language by name."""
    found = {}
    statement = (
        select(Person, Organisation.name)
        .outerjoin(Posting, Posting.person_id == Person.id)
        .outerjoin(Organisation, Organisation.id == Posting.organisation_id)
    )
    db.session.rollback()
    for person, station in db.session.execute(statement):
        phone = ""
        if person.phone_sealed:
            phone = open_text(person.phone_sealed, kind="person.phone", public_id=person.public_id)
            assert person.phone_lookup == lookup(phone, kind="phone")
        found[f"{person.chosen_name} {person.reference}"] = [
            phone,
            person.sex,
            str(person.birth_year or person.age_band),
            person.cadre,
            station or "",
            person.ward,
            person.language,
        ]
    return found


@pytest.mark.any_engine
def test_officers_row_by_row(both_engines_app, actor, bring):
    trainer = actor("trainer")
    made = bring(trainer, (DATA / "officers.xlsx").read_bytes(), "officers.xlsx")
    preview = preview_of(made, trainer)
    expected = rows(OFFICERS)
    assert told(preview, ("sex", "born", "cadre", "station")) == expected
    assert [(each.number, each.why) for each in preview.skipped] == [(59, "totals")]
    assert db.session.query(Person).count() == 0
    confirm(made, trainer)
    assert stored() == {
        f"{name} {number}": [phone, sex, born, cadre, station, "", ""]
        for _row, state, name, number, phone, sex, born, cadre, station, _codes in expected
        if state == "new"
    }
    row = held(made, trainer)
    assert (row.state, row.new_count, row.same_count, row.left_count) == ("added", 46, 3, 3)
    assert len(row.organisations) == 6
    assert row.choices is None
    assert not storage.exists(f"lists/{made}-file")


def test_peer_educators_row_by_row(both_engines_app, actor, bring):
    trainer = actor("trainer")
    made = bring(trainer, (DATA / "peer-educators.csv").read_bytes(), "peer-educators.csv")
    preview = preview_of(made, trainer)
    expected = rows(PEERS)
    assert told(preview, ("born", "ward", "language")) == expected
    assert preview.file.encoding == "cp1252"
    confirm(made, trainer)
    assert stored() == {
        f"{name} {number}": [phone, "", born, "", "", ward, language]
        for _row, state, name, number, phone, born, ward, language, _codes in expected
        if state == "new"
    }
    entries = db.session.query(AuditEntry).filter_by(action="people.people_imported").all()
    assert [len(entry.subjects) for entry in entries] == [39]


@pytest.mark.parametrize("name", ["officers.xlsx", "peer-educators.csv"])
def test_the_same_list_again_finds_everyone_and_changes_nothing(app, actor, bring, name):
    trainer = actor("trainer")
    content = (DATA / name).read_bytes()
    confirm(bring(trainer, content, name), trainer)
    before = stored()
    again = bring(trainer, content, name)
    preview = preview_of(again, trainer)
    assert preview.seen_before
    assert set(states(preview).values()) == {"same", "wrong"}
    assert [each.number for each in preview.outcomes if preview.fills(each)] == []
    confirm(again, trainer)
    assert stored() == before
    assert held(again, trainer).new_count == 0


def test_nothing_plain_lies_on_the_disk_while_a_list_waits(app, actor, bring):
    trainer = actor("trainer")
    made = bring(trainer, (DATA / "peer-educators.csv").read_bytes(), "peer-educators.csv")
    choose(made, lambda choices: choices.edits.update({40: {"name": "Zawadi Sampuli"}}), trainer)
    db.session.commit()
    folder = app.config["SETTINGS"].data_dir
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert storage.exists(f"lists/{made}-file")
    for secret in (b"Zawadi", b"KC-7247", b"774536341", b"peer-educators", b"Nyambura"):
        assert [path.name for path in files if secret in path.read_bytes()] == []


@pytest.mark.parametrize("hours", [24, 3])
def test_a_list_that_waits_goes_when_the_programme_says(app, actor, bring, monkeypatch, hours):
    from kash.platform.web.programme import Retention

    monkeypatch.setattr(old_lists, "retention", lambda: Retention(import_originals=hours))
    trainer = actor("trainer")
    old = bring(trainer, "Name;Group\nAmani;Police\n")
    young = bring(trainer, "Name;Group\nBaraka;Police\n")
    held(old, trainer).created_at = utc_now() - timedelta(hours=hours, minutes=5)
    db.session.commit()
    held(young, trainer).created_at = utc_now() - timedelta(hours=hours, minutes=-5)
    db.session.commit()
    old_lists.throw_away_old()
    db.session.rollback()
    assert [row.public_id for row in db.session.query(PeopleList)] == [young]
    assert (storage.exists(f"lists/{old}-file"), storage.exists(f"lists/{young}-file")) == (
        False,
        True,
    )


@pytest.mark.any_engine
def test_a_report_is_thrown_away_after_a_month_and_its_list_stays(both_engines_app, actor):
    kept = [
        row_of(
            PeopleList,
            state=state,
            format="csv",
            has_report=True,
            created_at=utc_now() - renewing.REPORT_KEPT - timedelta(minutes=minutes),
        )
        for state, minutes in (("added", 5), ("undone", 5), ("added", -5))
    ]
    ids = [one.public_id for one in kept]
    db.session.commit()
    for one in ids:
        storage.put(f"lists/{one}-report", b"x")
    old_lists.throw_away_old()
    db.session.rollback()
    reports = {one.public_id: one.has_report for one in db.session.query(PeopleList)}
    assert [reports[one] for one in ids] == [False, False, True]
    assert [storage.exists(f"lists/{one}-report") for one in ids] == [False, False, True]
