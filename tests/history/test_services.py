"""Earlier trainings reach the page of just the person who was seen beforehand, once, and go
again."""

from __future__ import annotations

import io
import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from kash.history.errors import NothingEarlier, RowsWrong, ShownOtherwise
from kash.history.models import EarlierImport, EarlierTraining
from kash.history.services import bring_in, look_through, take_back
from kash.people.models import Group, Person
from kash.people.services.persons import PersonDetails, add_person
from kash.platform.database import db
from kash.platform.web.errors import NotFound
from kash.policy import Actor

Making = Callable[..., Actor]
HEAD = "training_title,training_start_date,participants\n"
TEXT = HEAD + 'Rights,2019-03-04,"1, Asali, n/a, Sampuli\nBen Nobody"\n'


def _add(name: str, group: Group, by: Actor, **more: str) -> str:
    return add_person(PersonDetails(chosen_name=name, group=group.public_id, **more), by)


def _held() -> list[tuple[str, str]]:
    rows = db.session.query(Person.public_id, EarlierTraining.title).join(EarlierTraining.person)
    return sorted((one.public_id, one.title) for one in rows)


def test_what_was_shown_is_saved_once_and_goes_again_with_its_file(
    actor: Making, groups: tuple[Group, Group]
) -> None:
    trainer, other = actor("trainer"), actor("trainer")
    police = groups[0].public_id
    mine = _add("Asali Sampuli", groups[0], trainer)
    _add("Asali Sampuli", groups[1], trainer)
    _add("Ben Nobody", groups[0], other)
    seen = look_through(TEXT, police, trainer)
    assert (seen.new, seen.known, seen.nobody, seen.shared) == (1, 0, ("Ben Nobody",), ())
    made, number = bring_in(TEXT, police, seen.digest, {}, trainer)
    assert (number, _held()) == (1, [(mine, "Rights")])
    again = look_through(TEXT, police, trainer)
    assert (again.new, again.known) == (0, 1)
    with pytest.raises(NothingEarlier):
        bring_in(TEXT, police, again.digest, {}, trainer)
    with pytest.raises(NotFound):
        take_back(made, other)
    take_back(made, trainer)
    assert _held() == []
    assert db.session.query(EarlierImport).count() == 0


@pytest.mark.any_engine
def test_of_two_with_one_name_nobody_is_taken_who_was_not_chosen(
    actor: Making, groups: tuple[Group, Group]
) -> None:
    trainer = actor("trainer")
    police = groups[0].public_id
    _add("Asali Sampuli", groups[0], trainer, reference="A1")
    wanted = _add("Asali Sampuli", groups[0], trainer, reference="A2")
    stranger = _add("Asali Sampuli", groups[0], actor("trainer"), reference="A3")
    seen = look_through(TEXT, police, trainer)
    (name,) = seen.shared
    assert [one.told for one in name.people] == ["A1", "A2"]
    for chosen, problem in (({}, NothingEarlier), ({name.key: stranger}, ShownOtherwise)):
        with pytest.raises(problem):
            bring_in(TEXT, police, seen.digest, chosen, trainer)
    bring_in(TEXT, police, seen.digest, {name.key: wanted}, trainer)
    assert _held() == [(wanted, "Rights")]


@pytest.mark.any_engine
def test_nothing_is_saved_where_a_row_is_wrong_or_somebody_came_meanwhile(
    actor: Making, groups: tuple[Group, Group]
) -> None:
    trainer = actor("trainer")
    police = groups[0].public_id
    _add("Asali Sampuli", groups[0], trainer)
    seen = look_through(TEXT, police, trainer)
    _add("Asali Sampuli", groups[0], trainer, reference="A2")
    with pytest.raises(ShownOtherwise):
        bring_in(TEXT, police, seen.digest, {}, trainer)
    wrong = TEXT + "Rights,soon,Asali Sampuli\n"
    with pytest.raises(RowsWrong):
        bring_in(wrong, police, look_through(wrong, police, trainer).digest, {}, trainer)
    assert _held() == []


@pytest.mark.any_engine
def test_a_file_is_shown_then_saved_and_stands_on_the_page(
    actor: Making, groups: tuple[Group, Group], client_for: Callable[[Actor], FlaskClient]
) -> None:
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
    shown = browser.post("/history/", data=sent(TEXT.replace("\n", "\r\n").encode())).text
    digest = re.search(r'name="shown" value="([0-9a-f]{64})"', shown)
    assert digest is not None
    confirm = {"group": police, "text": TEXT.replace("\n", "\r\n"), "shown": digest[1]}
    assert browser.post("/history/", data=confirm | {"shown": "x"}).status_code == 422
    assert _held() == []
    assert browser.post("/history/", data=confirm).status_code == 303
    assert _held() == [(mine, "Rights")]
    assert "Earlier trainings" in browser.get(f"/people/{mine}").text
