"""The command that brings in a list: it shows what would be, and stores only when told to."""

from pathlib import Path

import pytest

from kash.people.models import PeopleList, Person
from kash.people.services.contacts import OrganisationDetails, add_organisation
from kash.platform.database import db
from kash.platform.vault import AuditEntry
from kash.policy import SYSTEM

pytestmark = pytest.mark.usefixtures("app")

GOOD = (
    "chosen_name,group,birth_year,organisation,phone,reference\n"
    "Amani Mfano,police,1990,Kondele,0712 345 678,A-1\n"
    '"Mfano, Zuri",B,,,0722000111,\n'
)
COUNTS = "New: {}. Same: {}. Doubtful: {}. Wrong: {}.\n"


def written(folder: Path, text: str | bytes) -> str:
    path = folder / "people.csv"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return str(path)


@pytest.fixture(autouse=True)
def _a_station(app):
    add_organisation(OrganisationDetails("Kondele", "station"), SYSTEM)


def test_a_clean_file_is_shown_then_added_once(app, tmp_path):
    run = app.test_cli_runner()
    path = written(tmp_path, "\ufeff" + GOOD)
    shown = run.invoke(args=["people", "import", path])
    # "Mfano, Zuri" may stand there with the surname first, as on a list of staff.
    odd = "Names in capitals, in small letters or surname first: 1\n"
    counted = COUNTS.format(2, 0, 0, 0) + odd
    assert shown.output == counted + "Nothing was saved. Add --apply to save the list.\n"
    db.session.rollback()
    assert db.session.query(Person).count() == 0
    first = run.invoke(args=["people", "import", path, "--apply"])
    assert (first.exit_code, first.output) == (0, counted + "People added: 2\n")
    again = run.invoke(args=["people", "import", path, "--apply"])
    assert again.output == COUNTS.format(0, 2, 0, 0) + odd + "People added: 0\n"
    db.session.rollback()
    assert {row.chosen_name for row in db.session.query(Person)} == {"Amani Mfano", "Mfano, Zuri"}
    posted = db.session.query(Person).filter_by(reference="A-1").one()
    assert [each.organisation.name for each in posted.postings] == ["Kondele"]
    assert posted.birth_year == 1990


def test_every_row_that_stays_out_is_named_and_none_is_added(app, tmp_path):
    text = (
        "chosen_name,group,sex,phone,organisation,birth_year,since\n"
        "Amani,police,female,0712345678,Kondele,1990,2026-01-02\n"
        ",police,female,,,,\n"
        "Baraka,nobody,both,12,Nowhere,1901,soon\n"
        "Heri,police,,0712345678,,,\n"
    )
    done = app.test_cli_runner().invoke(
        args=["people", "import", written(tmp_path, text), "--apply"]
    )
    assert done.exit_code == 1
    assert done.output == (
        COUNTS.format(1, 0, 1, 2)
        + "Row 3, Wrong: Name: A person needs a name.\n"
        + "Row 4, Wrong: Phone: This is not a phone number. "
        + "Sex: “both” is not a sex that is known here. "
        + "Age or birth day: “1901” is not the birth day of someone alive. "
        + "There since: “soon” is not a day in the past. "
        + "Group: There is no group “nobody”. "
        + "Station or collective: There is no such station or collective. Add it first.\n"
        + "Row 5, Doubtful: same phone; but another name\n"
        + "Error: Nothing was added.\n"
    )
    db.session.rollback()
    assert (db.session.query(Person).count(), db.session.query(PeopleList).count()) == (0, 0)


def test_an_import_is_one_entry_with_everyone_in_it(app, tmp_path):
    app.test_cli_runner().invoke(args=["people", "import", written(tmp_path, GOOD), "--apply"])
    db.session.rollback()
    (entry,) = db.session.query(AuditEntry).filter_by(action="people.people_imported").all()
    people = {row.public_id for row in db.session.query(Person)}
    lists = {row.public_id for row in db.session.query(PeopleList)}
    assert set(entry.subjects) == people | lists
    assert len(people) == 2


def test_a_guess_that_changes_what_is_kept_of_people_adds_nothing_until_it_was_looked_at(
    app, tmp_path
):
    run = app.test_cli_runner()
    known = "chosen_name,group,reference\nAmani Mfano,B,K-1\nAmina Mfano,B,K-2\n"
    run.invoke(args=["people", "import", written(tmp_path, known), "--apply"])
    path = written(tmp_path, "Name,Code,Stay\nAmani Mfano,K-1,F\nAmina Mfano,K-2,M\n")

    def sexes() -> set[str]:
        db.session.rollback()
        return {person.sex for person in db.session.query(Person)}

    guessed = (
        "Guessed: Stay is taken for Sex, which changes people: 2. If that is right, add --looked.\n"
    )
    shown = run.invoke(args=["people", "import", path, "--group", "B"])
    assert guessed in shown.output
    refused = run.invoke(args=["people", "import", path, "--group", "B", "--apply"])
    assert (refused.exit_code, refused.output.endswith("Error: Nothing was added.\n")) == (1, True)
    assert sexes() == {""}
    done = run.invoke(args=["people", "import", path, "--group", "B", "--apply", "--looked"])
    assert (done.exit_code, sexes()) == (0, {"female", "male"})


def test_minors_are_counted(app, tmp_path):
    text = "chosen_name,age_band\nAmani,under18\nBaraka,18-24\n"
    done = app.test_cli_runner().invoke(
        args=["people", "import", written(tmp_path, text), "--group", "B", "--apply"]
    )
    assert done.output.endswith("People added: 2\nUnder 18, and not to be enrolled: 1\n")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["people", "import", "nowhere.csv"], "There is no such file."),
        (
            ["people", "import", "{file}", "--group", "Z"],
            "There is no such group in this programme.",
        ),
        (["people", "template", "{folder}/a.pdf"], "The file's name must end in .xlsx."),
    ],
)
def test_what_cannot_be_done_is_said(app, tmp_path, arguments, said):
    file = written(tmp_path, GOOD)
    given = [each.format(file=file, folder=tmp_path) for each in arguments]
    done = app.test_cli_runner().invoke(args=given)
    assert (done.exit_code, done.output) == (1, f"Error: {said}\n")


def test_the_template_reads_back(app, tmp_path):
    path = tmp_path / "empty.xlsx"
    run = app.test_cli_runner()
    assert run.invoke(args=["people", "template", str(path), "--group", "A"]).exit_code == 0
    done = run.invoke(args=["people", "import", str(path)])
    assert done.output == "Error: There is no row below the column names.\n"
