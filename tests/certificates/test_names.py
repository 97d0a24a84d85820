"""Printed names: none that was typed is lost, one group stands on the screen, and whoever was not
asked is told of once."""

import re
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import encode_multipart

from kash.certificates.forms import LONGEST_NAME, NameRow, rows_changed, rows_met, rows_typed
from kash.certificates.queries.issuing import batches_of, candidates
from kash.certificates.rules.issuing import Unasked
from kash.certificates.services.issuing import confirm_names, propose
from kash.certificates.views import sections as views
from kash.people.services.persons import record_consent
from kash.policy import SYSTEM
from tests.refusals import refuses

from .conftest import ALL, LITTLE, MOST, Ready
from .test_views import words

BY_SCRIPT = {"X-Requested-With": "fetch"}
NAMES = st.sampled_from(["", "a", "b", "a b"])
ROWS = st.builds(NameRow, NAMES, st.booleans())


@given(shown=ROWS, stored=ROWS, typed=ROWS)
def test_a_page_changes_only_what_differs_from_what_it_showed(shown, stored, typed):
    form = {"shown-k": shown.said, "name-k": typed.name}
    form |= {"confirmed-k": "1"} if typed.confirmed else {}
    rows = rows_typed({"k": stored}, form)
    assert rows == {"k": typed}
    assert rows_changed({"k": stored}, rows, form) == ({} if typed == shown else {"k": typed})


@given(shown=ROWS, stored=ROWS, typed=ROWS)
def test_nobody_types_over_what_her_page_never_showed(shown, stored, typed):
    form = {"shown-k": shown.said}
    changed = {"k": typed} if typed != shown else {}
    met = rows_met({"k": stored}, changed, form)
    assert met == ({"k": stored} if len({shown, stored, typed}) == 3 else {})


def test_a_row_that_the_page_may_not_show_is_never_read():
    assert rows_typed({"k": NameRow("a", False)}, {"name-other": "b", "confirmed-k": "1"}) == {}


@pytest.fixture
def trainer(ready, client_for):
    return client_for(ready.trainer)


def address(ready: Ready) -> str:
    return f"/workshops/{ready.held.workshop}/certificates/names"


def stored(ready: Ready) -> dict[str, tuple[str, bool]]:
    """Printed name and whether it is confirmed, by chosen name."""
    return {
        row.chosen_name: (row.printed_name, row.name_confirmed)
        for row in candidates(ready.workshop)
    }


def shown_fields(trainer: FlaskClient, ready: Ready, letter: str) -> dict[str, str]:
    return fields_of(trainer.get(f"{address(ready)}?group={letter}").text)


def fields_of(page: str) -> dict[str, str]:
    found = re.findall(r'name="(shown-\w+|name-\w+|group)" value="([^"]*)"', page)
    text = re.findall(r'name="(name-\w+)" value="([^"]*)"', page)
    ticked = re.findall(r'name="(confirmed-\w+)" value="1" checked', page)
    return dict(found) | dict(text) | dict.fromkeys(ticked, "1")


def test_a_typed_name_that_nobody_has_read_yet_is_kept_all_the_same(ready, trainer):
    key = ready.person(ALL)
    form = shown_fields(trainer, ready, "B") | {f"name-{key}": "Zawadi  S. Sampuli"}
    answer = trainer.post(address(ready), data=form)
    assert answer.status_code == 303
    assert stored(ready)[ALL] == ("Zawadi S. Sampuli", False)
    assert "Kept, not confirmed yet: 1" in words(trainer.get(answer.location))


def test_a_name_is_saved_by_itself_and_the_page_is_told(ready, trainer):
    key = ready.person(ALL)
    one = {f"shown-{key}": f"0:{ALL}", f"name-{key}": "Zawadi S.", f"confirmed-{key}": "1"}
    answer = trainer.post(address(ready), data=one, headers=BY_SCRIPT)
    assert answer.get_json() == {
        "fields": {f"shown-{key}": "1:Zawadi S."},
        "wrong": {},
        "texts": {},
    }
    assert stored(ready) == {ALL: ("Zawadi S.", True), MOST: (MOST, False), LITTLE: (LITTLE, False)}
    # A tick by mistake is taken back the same way.
    back = {f"shown-{key}": "1:Zawadi S.", f"name-{key}": "Zawadi S."}
    trainer.post(address(ready), data=back, headers=BY_SCRIPT)
    assert stored(ready)[ALL] == ("Zawadi S.", False)


def test_a_wrong_name_is_told_to_the_page_and_not_stored(ready, trainer):
    first, second = ready.person(ALL), ready.person(LITTLE)
    two = {
        f"shown-{first}": f"0:{ALL}",
        f"name-{first}": "",
        f"shown-{second}": f"0:{LITTLE}",
        f"name-{second}": "Faraja S.",
    }
    answer = trainer.post(address(ready), data=two, headers=BY_SCRIPT)
    assert answer.get_json() == {
        "fields": {f"shown-{second}": "0:Faraja S."},
        "wrong": {f"name-{first}": "A certificate needs a name."},
        "texts": {},
    }
    assert stored(ready)[ALL] == (ALL, False)
    assert stored(ready)[LITTLE] == ("Faraja S.", False)


def test_a_page_opened_earlier_takes_back_nothing_that_was_confirmed_meanwhile(ready, trainer):
    old = shown_fields(trainer, ready, "B")
    ready.confirm(ALL)
    key = ready.person(LITTLE)
    trainer.post(address(ready), data=old | {f"name-{key}": "Faraja S."})
    assert stored(ready)[ALL] == (ALL, True)
    assert stored(ready)[LITTLE] == ("Faraja S.", False)


def test_a_name_that_somebody_else_confirmed_meanwhile_is_not_typed_over_without_a_word(
    ready, trainer
):
    key, other = ready.person(ALL), ready.person(LITTLE)
    confirm_names(ready.workshop, {key: "Zawadi A."}, ready.trainer)
    typed = {
        f"shown-{key}": f"0:{ALL}",
        f"name-{key}": "Zawadi B.",
        f"confirmed-{key}": "1",
        f"shown-{other}": f"0:{LITTLE}",
        f"name-{other}": "Faraja S.",
    }
    answer = trainer.post(address(ready), data=typed, headers=BY_SCRIPT)
    assert answer.get_json() == {
        # The name that was typed stays in its field; its tick does not.
        "fields": {
            f"shown-{other}": "0:Faraja S.",
            f"shown-{key}": "1:Zawadi A.",
            f"confirmed-{key}": "",
        },
        "wrong": {
            f"name-{key}": "Saved here meanwhile, read and right: “Zawadi A.”. Yours is not saved: "
            "correct it, or press Save to replace that."
        },
        "texts": {},
    }
    assert stored(ready) == {
        ALL: ("Zawadi A.", True),
        MOST: (MOST, False),
        LITTLE: ("Faraja S.", False),
    }
    # Told so, she may press on.
    seen = typed | {f"shown-{key}": "1:Zawadi A."}
    trainer.post(address(ready), data=seen, headers=BY_SCRIPT)
    assert stored(ready)[ALL] == ("Zawadi B.", True)


def test_an_old_page_without_a_script_shows_what_was_saved_meanwhile_and_keeps_what_was_typed(
    ready, trainer
):
    key = ready.person(ALL)
    old = shown_fields(trainer, ready, "B")
    ready.confirm(LITTLE)
    confirm_names(ready.workshop, {}, ready.trainer, kept={key: "Zawadi A."})
    typed = old | {f"name-{key}": "Zawadi B.", f"confirmed-{key}": "1"}
    answer = trainer.post(address(ready), data=typed)
    assert answer.status_code == 422
    assert "Saved here meanwhile: “" in words(answer)
    assert "Names to check: 1, marked below. Nothing was saved" in words(answer)
    assert stored(ready)[ALL] == ("Zawadi A.", False)
    # What is sent next takes the place of what was told, and takes back no other's confirmation.
    again = fields_of(answer.text)
    assert f"confirmed-{key}" not in again
    assert trainer.post(address(ready), data=again).status_code == 303
    assert stored(ready) == {ALL: ("Zawadi B.", False), MOST: (MOST, False), LITTLE: (LITTLE, True)}


def test_whoever_is_slower_by_a_moment_is_told_as_well(ready, trainer, monkeypatch):
    key = ready.person(ALL)
    write = confirm_names

    def after_another(*given: Any, **named: Any) -> int:
        monkeypatch.setattr(views, "confirm_names", write)
        write(ready.workshop, {key: "Zawadi A."}, ready.trainer)
        return write(*given, **named)

    monkeypatch.setattr(views, "confirm_names", after_another)
    typed = {f"shown-{key}": f"0:{ALL}", f"name-{key}": "Zawadi B."}
    answer = trainer.post(address(ready), data=typed, headers=BY_SCRIPT).get_json()
    assert answer["fields"] == {f"shown-{key}": "1:Zawadi A.", f"confirmed-{key}": ""}
    assert stored(ready)[ALL] == ("Zawadi A.", True)


def test_the_longest_names_that_are_sent_at_once_arrive_after_the_page_was_left():
    script = Path(__file__).parents[2] / "static" / "js" / "autosave.js"
    found = re.search(r"^const MOST = (\d+);$", script.read_text(), re.MULTILINE)
    assert found is not None
    name = "x" * LONGEST_NAME
    fields = {"csrf_token": "x" * 100, "group": "B"}
    for number in range(int(found[1])):
        key = f"{number:016}"
        fields |= {f"shown-{key}": f"1:{name}", f"name-{key}": name, f"confirmed-{key}": "1"}
    _boundary, body = encode_multipart(fields)
    # What browsers bound a request to that outlives its page.
    assert len(body) < 64 * 1024


def test_one_group_of_printed_names_stands_on_the_screen(ready, trainer):
    ready.confirm(ALL, MOST)
    batch = ready.proposed()
    start = f"/workshops/{ready.held.workshop}/certificates"
    pages = {
        start: {"A": {MOST}, "B": {ALL, LITTLE}},
        f"{start}/names": {"A": {MOST}, "B": {ALL, LITTLE}},
        f"{start}/batches/{batch}": {"A": {MOST}, "B": {ALL}},
    }
    for page, groups in pages.items():
        for letter, names in groups.items():
            shown = trainer.get(f"{page}?group={letter}").text
            assert set(re.findall(r"\w+ Sampuli", shown)) == names, page
            assert {f"group={one}" in shown for one in "AB"} == {True}, page


def test_all_names_of_both_groups_are_confirmed_by_two_presses(ready, trainer):
    page = trainer.get(address(ready))
    assert "All 1 read and right" in words(page)
    answer = trainer.post(address(ready), data=shown_fields(trainer, ready, "A") | {"all": "1"})
    # She is led to those whose names nobody has read yet.
    assert answer.location == f"{address(ready)}?group=B"
    answer = trainer.post(address(ready), data=shown_fields(trainer, ready, "B") | {"all": "1"})
    assert answer.location == f"{address(ready)}?group=B"
    assert {confirmed for _name, confirmed in stored(ready).values()} == {True}
    assert confirm_names(ready.workshop, {}, ready.trainer) == 0


def test_the_key_enter_saves_and_confirms_nobody_unread(ready, trainer):
    page = trainer.get(address(ready)).text.partition("data-autosave")[2].partition("</form>")[0]
    first = re.search(r"<button[^>]*>", page)
    assert first is not None
    assert first[0] == '<button type="submit" class="btn">'


def test_names_that_nobody_asked_about_are_told_once_and_may_be_left_out(ready, trainer):
    ready.confirm(ALL, MOST)
    record_consent(ready.person(ALL), "printed_name", "given", SYSTEM)
    start = f"/workshops/{ready.held.workshop}/certificates"
    shown = words(trainer.get(start))
    told = "People not yet asked whether their name may be printed: 1."
    assert shown.count(told) == 1
    assert "Propose certificates: 2" in shown
    assert "Propose for those who agreed: 1" in shown
    # Not said, it is asked, and nothing is proposed.
    answer = trainer.post(f"{start}/propose", data={"design": "classic"})
    assert answer.status_code == 409
    assert "Choose below" in words(answer)
    assert batches_of(ready.workshop) == []
    answer = trainer.post(f"{start}/propose", data={"design": "classic", "unasked": "leave_out"})
    batch = ready.batch(answer.location.rpartition("/")[2])
    assert [one.printed_name for one in batch.certificates] == [ALL]
    assert told not in words(trainer.get(answer.location))


def test_whoever_approves_is_told_how_many_were_not_asked(ready, client_for):
    ready.confirm(ALL, MOST)
    record_consent(ready.person(ALL), "printed_name", "given", SYSTEM)
    with refuses("People not yet asked whether their name may be printed: 1."):
        propose(ready.workshop, "classic", ready.trainer)
    batch = propose(ready.workshop, "classic", ready.trainer, unasked=Unasked.PRINT).public_id
    page = f"/workshops/{ready.held.workshop}/certificates/batches/{batch}"
    shown = words(client_for(ready.director).get(page))
    assert shown.count("People not yet asked whether their name may be printed: 1.") == 1


def test_where_everybody_was_asked_nothing_is_asked(ready, trainer):
    for name in (ALL, MOST):
        ready.confirm(name)
        record_consent(ready.person(name), "printed_name", "given", SYSTEM)
    start = f"/workshops/{ready.held.workshop}/certificates"
    assert "not yet asked" not in words(trainer.get(start))
    answer = trainer.post(f"{start}/propose", data={"design": "classic"})
    assert answer.status_code == 303


def test_names_are_confirmed_with_proposing_once_they_are_said_to_be_read(ready, trainer):
    ready.confirm(ALL)
    start = f"/workshops/{ready.held.workshop}/certificates"
    assert "Else these are left out: 1." in words(trainer.get(start))
    answer = trainer.post(
        f"{start}/propose", data={"design": "classic", "unasked": "print", "read": "1"}
    )
    batch = ready.batch(answer.location.rpartition("/")[2])
    assert sorted(one.printed_name for one in batch.certificates) == sorted([ALL, MOST])


@pytest.mark.any_engine
def test_a_printed_name_that_looks_unfinished_is_asked_about_until_it_is_read(ready, trainer):
    key = ready.person(ALL)
    page = address(ready) + "?group=B"
    trainer.post(page, data=shown_fields(trainer, ready, "B") | {f"name-{key}": "KIPRONO, Faith"})
    assert "There is a comma: is the surname first?" in trainer.get(page).text
    trainer.post(
        page,
        data=shown_fields(trainer, ready, "B") | {f"name-{key}": "Faith", f"confirmed-{key}": "1"},
    )
    assert f'id="doubt-{key}"' not in trainer.get(page).text
    workshop = trainer.get(page.replace("/names", "")).text
    assert "One word: is it the whole name?" in workshop
