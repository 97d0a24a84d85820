"""Entries of the sample's data: how each value is read, and what is said of a mistake."""

import tomllib
from datetime import date, time, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from kash.desk.demo import acts, loading, opening
from kash.desk.demo.loading import carry_out, load_programme, verbs
from kash.desk.demo.opening import SampleProgramme, read_data
from kash.people.models import Zone
from kash.people.rules.directory import Stretch
from kash.platform.database import db, utc_now
from kash.policy import Actor
from kash.workshops.availability.models import Absence
from tests.sample import SAMPLE_PASSWORD

# A Friday.
TODAY = date(2026, 11, 20)


@pytest.fixture
def sample(app, actor):
    return SampleProgramme(TODAY, actors={"trainer": actor("trainer"), "boss": actor("director")})


def done(sample: SampleProgramme, entry: str) -> None:
    carry_out(sample, tomllib.loads(entry))


def read(sample: SampleProgramme, kind: Any, value: Any) -> Any:
    return loading._EntryReader(sample, {"by": "trainer"}).read(kind, value)


@pytest.mark.parametrize(
    ("said", "day"),
    [
        (0, TODAY),
        (-40, date(2026, 10, 11)),
        (13, date(2026, 12, 3)),
        ("monday +0 weeks", date(2026, 11, 16)),
        ("tuesday -15 weeks", date(2026, 8, 4)),
        ("sunday +5 weeks", date(2026, 12, 27)),
        ("@fair", date(2026, 12, 1)),
        ("@fair + 7", date(2026, 12, 8)),
        (date(2027, 3, 10), date(2027, 3, 10)),
    ],
)
def test_days_are_offsets_from_the_day_of_loading(sample, said, day):
    sample.named["fair"] = date(2026, 12, 1)
    assert read(sample, date, said) == day
    assert read(sample, date | None, said) == day


def test_values_are_read_by_the_type_of_what_takes_them(sample):
    assert read(sample, time, "08:30") == time(8, 30)
    assert read(sample, tuple[str, ...], ["a", "b"]) == ("a", "b")
    assert read(sample, tuple[str, int], ["a", 3]) == ("a", 3)
    assert read(sample, dict[str, date], {"a": -1}) == {"a": TODAY - timedelta(days=1)}
    assert read(sample, Actor, "boss") == sample.actors["boss"]
    assert read(sample, str, "@boss") == sample.actors["boss"].public_id
    assert read(sample, str, "a@b") == "a@b"
    hours = read(sample, tuple[Stretch, ...], ["", "08:00–17:00"])
    assert hours == (Stretch(1440 + 480, 1440 + 1020),)
    assert read(sample, bytes, "logo.png").startswith(b"\x89PNG")
    assert abs(read(sample, loading.datetime, "-20 hours") - utc_now()) < timedelta(hours=21)


def test_an_entry_is_a_service_with_its_details_beside_it(sample):
    done(
        sample,
        """
        do = "add_absence"
        by = "trainer"
        whose = "@trainer"
        first = "monday +1 weeks"
        last = 5
        kind = "training"
        """,
    )
    absence = db.session.scalars(select(Absence)).one()
    assert (absence.first, absence.last) == (date(2026, 11, 23), date(2026, 11, 25))
    assert (absence.kind, absence.written_by) == ("training", sample.actors["trainer"].public_id)


def test_rows_are_done_one_by_one_and_ids_are_found_by_names(sample):
    sample.actors["administrator"] = sample.actors["boss"]
    done(
        sample,
        """
        do = "add_zone"
        by = "boss"
        kind = "ward"
        as = "last"
        cells = ["name", "kind", "within"]
        each = [["Kisumu", "county", ""], ["Kondele", "", "@zone:Kisumu"]]
        """,
    )
    county, ward = db.session.scalars(select(Zone).order_by(Zone.id))
    assert [(county.kind, county.name), (ward.kind, ward.name)] == [
        ("county", "Kisumu"),
        ("ward", "Kondele"),
    ]
    assert (ward.within_id, sample.named["last"]) == (county.id, ward.public_id)


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ('do = "add_absense"', "add_absense"),
        ('do = "add_absence"\nby = "trainer"\nwhose = "@nobody"\nfirst = 0', "nobody"),
        ('do = "add_absence"\nby = "trainer"\nwhose = "@trainer"\nfirst = 0\nlasst = 2', "lasst"),
        ('do = "add_absence"\nby = "trainer"\nwhose = "@person:X"\nfirst = 0', "@person:X"),
        ('do = "add_absence"\nby = "trainer"\nfirst = 0', "whose"),
        ('do = "propose"\nby = "trainer"', "propose"),
    ],
)
def test_a_mistake_is_named_and_nothing_is_written(sample, entry, told):
    with pytest.raises((KeyError, TypeError), match=told):
        done(sample, entry)
    assert db.session.scalars(select(Absence)).all() == []


def test_a_mistake_in_the_data_says_where_it_stands(app, monkeypatch):
    def data(room: str) -> dict[str, Any]:
        return {
            "opening": {"order": ["people.areas"]},
            "people": {"areas": [{"do": "add_zone", "by": "administrator", "nmae": "Kisumu"}]},
        }[room]

    monkeypatch.setattr(loading, "read_data", data)
    monkeypatch.setattr(loading, "refuse_what_is_not_empty", lambda: None)
    monkeypatch.setattr(loading, "set_up", lambda _password: Actor("x" * 16))
    with pytest.raises(TypeError) as caught:
        load_programme(SAMPLE_PASSWORD, TODAY)
    assert caught.value.__notes__ == ["in entry 1 of people.areas: add_zone"]


def test_each_section_of_the_data_is_loaded_once_and_each_entry_says_what_it_does():
    order = read_data("opening")["order"]
    assert len(set(order)) == len(order)
    rooms = {path.stem for path in opening.DATA.glob("*.toml")} - {"opening"}
    sections = [f"{room}.{section}" for room in rooms for section in read_data(room)]
    assert sorted(order) == sorted(sections)
    told = {
        entry["do"]
        for place in order
        for entry in read_data(place.partition(".")[0])[place.partition(".")[2]]
    }
    assert told <= set(verbs())


def test_what_acts_for_the_sample_is_called_by_its_data():
    """An act that no entry calls any more is to go."""
    told = {
        entry["do"]
        for place in read_data("opening")["order"]
        for entry in read_data(place.partition(".")[0])[place.partition(".")[2]]
    }
    own = {
        name
        for module in (acts, loading.halls, loading.cases)
        for name, act in vars(module).items()
        if loading.isfunction(act) and act.__module__ == module.__name__ and name[0] != "_"
    }
    assert own - told == {"add_plans", "row_of", "sample_cases", "stations_known"}
