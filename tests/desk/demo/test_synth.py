"""A programme invented to a size: as much as was asked for, the same from one seed, and never over
what is there already."""

from collections import Counter
from datetime import date, datetime, timedelta
from random import Random

import pytest
from sqlalchemy import delete, func, select

from kash.accounts.models import Programme
from kash.desk.demo.opening import ProgrammeNotEmpty
from kash.desk.demo.synth import SynthSize, synth_case, synthesize
from kash.figures.releases.queries import days_due
from kash.figures.releases.services import print_release
from kash.incidents.queries.cases import open_cases
from kash.incidents.queries.mediation import cases_for_totals
from kash.people.models import Group, Person
from kash.platform.database import db, utc_now
from kash.platform.vault import verify
from kash.platform.web.formats import local_today
from tests.sample import SAMPLE_PASSWORD

FIRST, LAST = date(2026, 3, 1), date(2026, 3, 31)


def test_one_seed_invents_the_same_cases_and_another_others():
    def cases(seed: int) -> list[bytes]:
        chance, now = Random(seed), datetime.fromisoformat("2026-11-16T09:00+00:00")
        made = [synth_case(chance, FIRST, LAST, now, "x" * 16) for _ in range(20)]
        return [f"{one.state} {one.record.model_dump_json()}".encode() for one in made]

    assert cases(1) == cases(1)
    assert cases(1) != cases(2)


def test_an_empty_programme_is_filled_and_its_figures_can_be_printed(both_engines_app):
    db.session.execute(delete(Programme))
    db.session.execute(delete(Group))
    db.session.commit()
    made = synthesize(SynthSize(5, 2, 6, 7), SAMPLE_PASSWORD, local_today())
    people = db.session.scalar(select(func.count()).select_from(Person))
    assert people == 5
    officer = made.members[1]
    assert made.emails[officer.actor.public_id] == "documentation@demo.example"
    cases, damaged = open_cases(officer.actor, officer.vault)
    assert (len(cases), damaged) == (12, [])
    today = local_today()
    filed = [case.record.filing.filed_at for case in cases]
    assert all(at is not None and at.date() <= today for at in filed)
    months = Counter(at.strftime("%Y-%m") for at in filed if at is not None)
    assert set(months.values()) == {2}
    agreed = cases_for_totals(db.session(), officer.vault, today - timedelta(days=1))
    assert 0 < len(agreed) <= 12
    assert verify(db.session()).sound
    due = days_due(utc_now())
    assert due != []
    found = print_release(due[0].day, by=officer.actor, vault=officer.vault)
    assert len(found) == len(due[0].tables)
    with pytest.raises(ProgrammeNotEmpty):
        synthesize(SynthSize(1, 1, 1, 1), SAMPLE_PASSWORD, today)


def test_the_command_tells_who_signs_in_and_refuses_a_programme_that_is_there(sqlite_app):
    refused = sqlite_app.test_cli_runner().invoke(args=["synth", "--months", "1"])
    assert refused.exit_code == 1
    assert "This programme is not empty" in refused.output
    db.session.execute(delete(Programme))
    db.session.execute(delete(Group))
    db.session.commit()
    args = ["synth", "--people", "0", "--incidents-per-month", "1", "--months", "1", "--seed", "3"]
    told = sqlite_app.test_cli_runner().invoke(args=args)
    assert told.exit_code == 0, told.output
    assert sum("passphrase:" in line for line in told.output.splitlines()) == 3
