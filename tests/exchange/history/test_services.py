"""Earlier trainings reach the page of just the person who was seen beforehand, once, and go
again."""

import io
import re

import pytest

from kash.exchange.history.models import EarlierImport, EarlierTraining
from kash.exchange.history.services import bring_in, look_through, take_back
from kash.people.models import Group, Person
from kash.people.services.persons import PersonDetails, add_person
from kash.platform.database import db
from kash.platform.web.errors import NotFound
from kash.policy import Actor
from tests.refusals import refuses

HEAD = "training_title,training_start_date,participants\n"
TEXT = HEAD + 'Rights,2019-03-04,"1, Asali, n/a, Sampuli\nBen Nobody"\n'


def _add(name: str, group: Group, by: Actor, **more: str) -> str:
    return add_person(PersonDetails(chosen_name=name, group=group.public_id, **more), by)


def _held() -> list[tuple[str, str]]:
    rows = db.session.query(Person.public_id, EarlierTraining.title).join(EarlierTraining.person)
    return sorted((one.public_id, one.title) for one in rows)


def test_what_was_shown_is_saved_once_and_goes_again_with_its_file(actor, groups):
    trainer, other = actor("trainer"), actor("trainer")
    police = groups[0].public_id
    mine = _add("Asali Sampuli", groups[0], trainer)
    _add("Asali Sampuli", groups[1], trainer)
    _add("Ben Nobody", groups[0], other)
    seen = look_through(TEXT, police, trainer)
    assert (seen.new, seen.known, seen.matched, seen.left, seen.nobody) == (1, 0, 1, 1, 1)
    assert [(one.written, one.trainings, len(one.people)) for one in seen.names] == [
        ("Asali Sampuli", ("Rights (2019)",), 1),
        ("Ben Nobody", ("Rights (2019)",), 0),
    ]
    made, number = bring_in(TEXT, police, seen.digest, {}, trainer)
    assert (number, _held()) == (1, [(mine, "Rights")])
    again = look_through(TEXT, police, trainer)
    assert (again.new, again.known) == (0, 1)
    with refuses("Nothing of this is new."):
        bring_in(TEXT, police, again.digest, {}, trainer)
    with pytest.raises(NotFound):
        take_back(made, other)
    take_back(made, trainer)
    assert _held() == []
    assert db.session.query(EarlierImport).count() == 0


@pytest.mark.any_engine
def test_of_two_with_one_name_nobody_is_taken_who_was_not_chosen(actor, groups):
    trainer = actor("trainer")
    police = groups[0].public_id
    _add("Asali Sampuli", groups[0], trainer, reference="A1")
    wanted = _add("Asali Sampuli", groups[0], trainer, reference="A2")
    stranger = _add("Asali Sampuli", groups[0], actor("trainer"), reference="A3")
    seen = look_through(TEXT, police, trainer)
    name = seen.names[0]
    assert (name.chosen, seen.new, seen.left) == (None, 0, 2)
    assert [one.told for one in name.people] == ["A1", "A2"]
    for chosen, problem in (
        ({}, "Nothing of this is new."),
        ({name.key: stranger}, "This changed since it was shown."),
    ):
        with refuses(problem):
            bring_in(TEXT, police, seen.digest, chosen, trainer)
    bring_in(TEXT, police, seen.digest, {name.key: wanted}, trainer)
    assert _held() == [(wanted, "Rights")]


def test_a_name_is_left_out_or_somebody_else_s_as_it_was_chosen(actor, groups):
    trainer = actor("trainer")
    police = groups[0].public_id
    _add("Asali Sampuli", groups[0], trainer)
    ben = _add("Benard Onyesho", groups[0], trainer)
    asali, nobody = (one.key for one in look_through(TEXT, police, trainer).names)
    chosen = {asali: "", nobody: ben}
    seen = look_through(TEXT, police, trainer, chosen)
    assert (seen.new, seen.matched, seen.left) == (1, 1, 1)
    bring_in(TEXT, police, seen.digest, chosen, trainer)
    assert _held() == [(ben, "Rights")]
    for wrong in ("x" * 16, "\0", _add("Asali Pili", groups[1], trainer)):
        with refuses("This changed since it was shown."):
            look_through(TEXT, police, trainer, {asali: wrong})


def test_two_people_of_one_name_and_two_numbers_are_two_names(actor, groups):
    trainer = actor("trainer")
    police = groups[0].public_id
    first = _add("Asali Sampuli", groups[0], trainer, reference="A1")
    second = _add("Asali Sampuli", groups[0], trainer, reference="A2")
    text = HEAD + 'Rights,2019-03-04,"1, Asali, n/a, Sampuli\n2, Asali, n/a, Sampuli"\n'
    one, two = look_through(text, police, trainer).names
    assert (one.number, two.number) == ("1", "2")
    chosen = {one.key: second, two.key: first}
    digest = look_through(text, police, trainer, chosen).digest
    assert bring_in(text, police, digest, chosen, trainer)[1] == 2
    assert _held() == sorted([(first, "Rights"), (second, "Rights")])


def test_days_that_could_be_two_are_asked_about_once_for_the_whole_file(actor, groups, client_for):
    trainer = actor("trainer")
    mine = _add("Asali Sampuli", groups[0], trainer)
    police = groups[0].public_id
    text = HEAD + "Rights,03/04/2019,Asali Sampuli\nLaw,25/04/2019,Asali Sampuli\n"
    seen = look_through(text, police, trainer)
    assert (seen.export.two_days, seen.export.faults) == ("03/04/2019", ())
    with refuses("Some rows cannot be read."):
        bring_in(text, police, seen.digest, {}, trainer)
    browser = client_for(trainer)
    known = {"group": police, "text": text, "order": "day"}
    kept = ('{"name-0": "\\u0000"}', '{"name-0": "x"}', '["x"]', "{", '{"name-0": 5}')
    answers = [browser.post("/history/", data=known | {"kept": one}).status_code for one in kept]
    assert answers == [422, 422, 200, 200, 200]
    asked = browser.post("/history/", data={"group": police, "text": text}).text
    assert "“03/04/2019” can be two days" in asked
    wrong = browser.post("/history/", data={"group": police, "text": text, "order": "month"}).text
    assert "Row 3: Day and month stand in another order here than you said." in wrong
    right = {"group": police, "text": text, "order": "day"}
    shown = browser.post("/history/", data=right | {"confirm": "yes"}).text
    digest = re.search(r'name="shown" value="([0-9a-f]{64})"', shown)
    assert digest is not None
    assert browser.post("/history/", data=right | {"shown": digest[1]}).status_code == 303
    days = db.session.query(EarlierTraining.first_day).order_by(EarlierTraining.first_day)
    assert [one.first_day.isoformat() for one in days] == ["2019-04-03", "2019-04-25"]
    assert len(_held()) == 2
    assert _held()[0][0] == mine


def test_turning_a_page_keeps_what_was_chosen_and_the_counts_stand_before_the_last_tap(
    actor, groups, client_for
):
    trainer = actor("trainer")
    police = groups[0].public_id
    people = [_add(f"Mtu Nambari{number:02}", groups[0], trainer) for number in range(30)]
    _add("Zawadi Mwingine", groups[0], trainer, reference="PF-7")
    names = "\n".join(f"Mtu Nambari{number:02}" for number in range(30))
    text = HEAD + f'Rights,2019-03-04,"{names}"\n'
    browser = client_for(trainer)
    sent = {"group": police, "text": text}
    first = browser.post("/history/", data=sent).text
    assert re.findall(r'name="named" value="([^"]+)"', first) == [
        f"name-{number}" for number in range(25)
    ]
    assert "Page 1 of 2" in first

    def kept(page: str) -> str:
        found = re.search(r'name="kept" value="([^"]*)"', page)
        assert found is not None
        return found[1].replace("&#34;", '"')

    left = sent | {"named": "name-3", "name-3": "", "page_to": "2"}
    second = browser.post("/history/", data=left).text
    assert kept(second) == '{"name-3": ""}'
    looked = browser.post(
        "/history/",
        data=sent
        | {"kept": kept(second), "page_number": "2", "named": "name-29", "sought-name-29": "PF-7"}
        | {"name-29": people[29], "page_to": "2"},
    ).text
    other = re.search(r'<option value="([0-9a-z]{16})">Zawadi Mwingine · PF-7', looked)
    assert other is not None
    counted = browser.post(
        "/history/",
        data=sent
        | {"kept": kept(second), "named": "name-29", "name-29": other[1], "confirm": "yes"},
    ).text
    assert re.findall(r"Left out.{0,80}?>\s*(\d+)", counted, re.S)[0] == "1"
    digest = re.search(r'name="shown" value="([0-9a-f]{64})"', counted)
    assert digest is not None
    back = sent | {"kept": kept(counted), "shown": digest[1]}
    assert browser.post("/history/", data=back | {"back": "yes"}).status_code == 200
    assert _held() == []
    assert browser.post("/history/", data=back).status_code == 303
    saved = {person for person, _title in _held()}
    assert saved == {*people, other[1]} - {people[3], people[29]}


@pytest.mark.any_engine
def test_nothing_is_saved_where_a_row_is_wrong_or_somebody_came_meanwhile(actor, groups):
    trainer = actor("trainer")
    police = groups[0].public_id
    _add("Asali Sampuli", groups[0], trainer)
    seen = look_through(TEXT, police, trainer)
    _add("Asali Sampuli", groups[0], trainer, reference="A2")
    with refuses("This changed since it was shown."):
        bring_in(TEXT, police, seen.digest, {}, trainer)
    wrong = TEXT + "Rights,soon,Asali Sampuli\n"
    with refuses("Some rows cannot be read."):
        bring_in(wrong, police, look_through(wrong, police, trainer).digest, {}, trainer)
    assert _held() == []


@pytest.mark.any_engine
def test_a_file_is_shown_then_saved_and_stands_on_the_page(actor, groups, client_for):
    trainer = actor("trainer")
    mine = _add("Asali Sampuli", groups[0], trainer)
    browser = client_for(trainer)
    police = groups[0].public_id

    def sent(content: bytes) -> dict[str, object]:
        return {"group": police, "file": (io.BytesIO(content), "t.csv")}

    for content in (b"\xff", b"name\nAsali\n"):
        assert browser.post("/history/", data=sent(content)).status_code == 422
    wrong = browser.post("/history/", data=sent((TEXT + "Rights,soon,A B\n").encode()))
    assert "Row 3: A day cannot be read." in wrong.text
    named = browser.post("/history/", data=sent(TEXT.replace("\n", "\r\n").encode())).text
    assert 'name="shown"' not in named
    text = {"group": police, "text": TEXT.replace("\n", "\r\n")}
    shown = browser.post("/history/", data=text | {"confirm": "yes"}).text
    digest = re.search(r'name="shown" value="([0-9a-f]{64})"', shown)
    assert digest is not None
    confirm = text | {"shown": digest[1]}
    assert browser.post("/history/", data=confirm | {"shown": "x"}).status_code == 422
    assert _held() == []
    assert browser.post("/history/", data=confirm).status_code == 303
    assert _held() == [(mine, "Rights")]
    assert "Earlier trainings" in browser.get(f"/people/{mine}").text
