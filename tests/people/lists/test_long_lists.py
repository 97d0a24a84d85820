"""A long list keeps nobody waiting: the worker reads it once, and saving looks at what changed."""

import re
from datetime import timedelta
from typing import Any

import pytest

from kash.people.lists import renewing
from kash.people.lists import services as lists
from kash.people.lists.services import cancel_list, choose, confirm_list
from kash.people.lists.services import storing as list_storing
from kash.people.lists.services.storing import ListChanged
from kash.people.models import PeopleList, Person
from kash.people.services import erasing as old_lists
from kash.people.services.persons import ContactChange, PersonDetails, add_person, change_person
from kash.platform import storage
from kash.platform.database import db, utc_now
from kash.platform.jobs import JobCancelled, Progress, run_waiting
from kash.platform.jobs.models import Job
from kash.platform.jobs.services import claim, recover_dropped
from kash.policy import Actor
from tests.people.lists.conftest import Bringing, confirm, held, preview_of, states
from tests.people.lists.test_pages import said, seen_of, send

ROWS = 230
HEADINGS = "Name;Code;Phone;Ward;Year of birth"
_SOUNDS = (
    "Ba",
    "De",
    "Fi",
    "Go",
    "Ju",
    "Ka",
    "Le",
    "Mi",
    "No",
    "Pu",
    "Ra",
    "Se",
    "Ti",
    "Vo",
    "Wu",
    "Zu",
)


def named(number: int) -> str:
    """A name that is like no other's."""
    first, second = divmod(number, len(_SOUNDS))
    return f"{_SOUNDS[first]}mbari{_SOUNDS[second]} {_SOUNDS[second]}likwa{_SOUNDS[first]}"


def long_list(rows: int = ROWS) -> str:
    """Row 2 is the first person's, who is called `named(0)`."""
    lines = [f"{named(at)};K-{at};;Ward {at};{1960 + at % 40}" for at in range(rows)]
    return "\n".join([HEADINGS, *lines, ""])


def job_of(public_id: str, by: Actor) -> Job:
    found = held(public_id, by)
    return db.session.query(Job).filter_by(public_id=found.job).one()


def read(bring: Bringing, by: Actor, group: str, text: str = "") -> str:
    """A long list, brought in and read."""
    made = bring(by, text or long_list(), group=group)
    assert run_waiting() == 1
    return made


def save(public_id: str, by: Actor) -> None:
    """Confirm a long list as it is shown now."""
    confirm(public_id, by)
    assert run_waiting() == 1


def refuse(*_given: Any, **_more: Any) -> Any:
    raise AssertionError("the request did what is the worker's")


def test_a_long_list_keeps_no_request_busy(browser, group, monkeypatch):
    with monkeypatch.context() as in_requests:
        in_requests.setattr(lists, "make_preview", refuse)
        in_requests.setattr(lists, "read_file", refuse)
        sent = send(browser, long_list().encode(), group=group)
        assert sent.status_code == 303
        page = browser.get(sent.location)
        assert "Rows are compared with everyone here" in said(page)
        # Without a script there is a link that looks again.
        assert 'href=""' in page.text.partition("<noscript>")[2].partition("</noscript>")[0]
        state = re.search(r'data-job="([^"]+)"', page.text)
        assert state is not None
        assert browser.get(state[1]).json["state"] == "waiting"
    assert run_waiting() == 1
    assert browser.get(state[1]).json["state"] == "done"
    assert f"New people to be saved: {ROWS}" in said(browser.get(sent.location))


def test_a_second_long_list_of_one_account_waits_and_says_so(browser, trainer, actor, bring, group):
    first, second = (bring(trainer, long_list(), group=group) for _each in range(2))
    other = actor("trainer")
    others = bring(other, long_list(), group=group)
    assert claim(job_of(first, trainer).public_id) is not None
    assert claim(job_of(second, trainer).public_id) is None
    assert claim(job_of(others, other).public_id) is not None
    words = said(browser.get(f"/people/lists/{second}"))
    assert "It waits until your other work is done: one piece at a time for each account." in words


def test_a_short_list_is_there_at_once(browser, group):
    sent = send(browser, long_list(150).encode(), group=group)
    assert "New people to be saved: 150" in said(browser.get(sent.location))
    assert run_waiting() == 0


def test_turning_a_page_reads_and_compares_nothing(browser, trainer, bring, group, monkeypatch):
    made = read(bring, trainer, group)
    for name in ("make_preview", "read_file", "renewed"):
        monkeypatch.setattr(lists, name, refuse)
    second = browser.get(f"/people/lists/{made}?page=2")
    assert second.status_code == 200
    assert named(25) in second.text


def test_what_was_typed_is_there_when_the_list_is_read_again(browser, trainer, bring, group):
    text = long_list().replace(f"{named(3)};K-3;;", f"{named(3)};K-3;071;")
    made = read(bring, trainer, group, text)
    page = f"/people/lists/{made}"
    assert states(preview_of(made, trainer))[5] == "wrong"
    browser.post(f"{page}/rows/5", data={"phone": "0712345678"})
    browser.post(f"{page}/rows/9", data={"decision": "out"})
    # Another meaning of a column makes the worker read all of it again.
    browser.post(f"{page}/columns", data={"column-3": ""})
    assert "Rows are compared with everyone here" in said(browser.get(page))
    assert run_waiting() == 1
    now = preview_of(made, trainer)
    assert (now.row(5).outcome.placed.row.phone, states(now)[9]) == ("+254712345678", "out")  # type: ignore[union-attr]
    assert now.row(4).outcome.placed.row.fact("ward") == ""  # type: ignore[union-attr]


def test_what_is_typed_while_the_worker_reads_is_not_lost(trainer, bring, group, monkeypatch):
    made = bring(trainer, long_list(), group=group)
    really = lists.make_preview

    def meanwhile(*given: Any, **more: Any) -> Any:
        found = really(*given, **more)
        choose(made, lambda choices: choices.decisions.update({7: "out"}), trainer)
        return found

    monkeypatch.setattr(lists, "make_preview", meanwhile)
    assert run_waiting() == 1
    assert states(preview_of(made, trainer))[7] == "out"


def test_reading_that_is_killed_goes_on_and_fails_plainly_if_it_always_dies(
    browser, trainer, bring, group
):
    made = bring(trainer, long_list(), group=group)
    asked = job_of(made, trainer).public_id
    assert claim(asked) is not None
    recover_dropped(utc_now(), job=asked)
    run_waiting()
    assert states(preview_of(made, trainer))[2] == "new"
    dying = bring(trainer, long_list(), group=group)
    asked = job_of(dying, trainer).public_id
    for _each in range(3):
        assert claim(asked) is not None
        recover_dropped(utc_now(), job=asked)
    words = said(browser.get(f"/people/lists/{dying}"))
    assert "The work was interrupted before its end. Start it again." in words
    assert browser.post(f"/people/lists/{dying}/read").status_code == 303
    run_waiting()
    assert f"New people to be saved: {ROWS}" in said(browser.get(f"/people/lists/{dying}"))


def test_a_file_that_is_no_list_is_told_by_the_worker(browser, trainer, bring, group):
    made = bring(trainer, HEADINGS + "\nAmani;;;;" * 5_100, group=group)
    run_waiting()
    words = said(browser.get(f"/people/lists/{made}"))
    assert "This list has more than 5,000 people. Bring it in parts." in words
    assert "Throw away" in words


def test_stopping_keeps_the_list_and_nothing_is_saved(browser, trainer, bring, group):
    made = bring(trainer, long_list(), group=group)
    assert browser.post(f"/people/lists/{made}/stop").status_code == 303
    run_waiting()
    words = said(browser.get(f"/people/lists/{made}"))
    assert "Stopped. What you chose for the list is kept." in words
    browser.post(f"/people/lists/{made}/read")
    run_waiting()
    page = browser.get(f"/people/lists/{made}")
    browser.post(f"/people/lists/{made}/confirm", data={"seen": seen_of(page.text)})
    browser.post(f"/people/lists/{made}/stop")
    run_waiting()
    assert "Saving was stopped. Nothing was saved." in said(browser.get(f"/people/lists/{made}"))
    assert db.session.query(Person).count() == 0


def lies(public_id: str) -> list[bool]:
    return [storage.exists(f"lists/{public_id}-{what}") for what in ("file", "table")]


@pytest.mark.parametrize("end", ["saved", "thrown away", "too old"])
def test_what_was_read_goes_with_the_list(trainer, bring, group, end):
    made = read(bring, trainer, group)
    assert lies(made) == [True, True]
    if end == "saved":
        save(made, trainer)
    elif end == "thrown away":
        cancel_list(made, trainer)
    else:
        held(made, trainer).created_at = utc_now() - timedelta(hours=25)
        db.session.commit()
        old_lists.throw_away_old()
    assert lies(made) == [False, False]


def test_a_list_thrown_away_while_it_is_read_leaves_nothing(trainer, bring, group, monkeypatch):
    made = bring(trainer, long_list(), group=group)
    really = lists.make_preview

    def meanwhile(*given: Any, **more: Any) -> Any:
        found = really(*given, **more)
        cancel_list(made, trainer)
        return found

    monkeypatch.setattr(lists, "make_preview", meanwhile)
    run_waiting()
    assert lies(made) == [False, False]
    assert db.session.query(PeopleList).count() == 0


def test_reading_can_be_cancelled_between_two_rows(trainer, bring, group, monkeypatch):
    made = bring(trainer, long_list(), group=group)
    told = []

    def report(_self: Progress, done: int, total: int | None = None) -> None:
        told.append((done, total))
        if done > ROWS / 2:
            raise JobCancelled

    monkeypatch.setattr(Progress, "report", report)
    run_waiting()
    assert job_of(made, trainer).state == "cancelled"
    assert told[0] == (0, ROWS)
    assert lies(made) == [True, False]


def test_somebody_added_meanwhile_does_not_void_the_list(both_engines_app, actor, bring, group):
    trainer = actor("trainer")
    made = read(bring, trainer, group)
    seen = preview_of(made, trainer).digest
    for number in range(3):
        add_person(PersonDetails(f"Tatu Kwingine{number}", group), actor("trainer"))
    confirm_list(held(made, trainer), seen, trainer)
    assert run_waiting() == 1
    db.session.rollback()
    assert held(made, trainer).state == "added"
    assert db.session.query(Person).count() == ROWS + 3


@pytest.mark.parametrize("when", ["while she looks", "while the worker waits"])
def test_somebody_added_meanwhile_who_is_like_a_row_is_asked_about_there_only(
    both_engines_app, actor, client_for, bring, group, when
):
    trainer = actor("trainer")
    browser = client_for(trainer)
    made = read(bring, trainer, group)
    page = f"/people/lists/{made}"
    browser.post(f"{page}/rows/9", data={"decision": "out"})
    seen = preview_of(made, trainer).digest
    if when == "while she looks":
        person = add_person(PersonDetails(named(3), group), actor("trainer"))
        with pytest.raises(ListChanged):
            confirm_list(held(made, trainer), seen, trainer)
    else:
        confirm_list(held(made, trainer), seen, trainer)
        person = add_person(PersonDetails(named(3), group), actor("trainer"))
    run_waiting()
    assert held(made, trainer).state == "waiting"
    assert db.session.query(Person).count() == 1
    words = said(browser.get(f"{page}?state=changed"))
    assert "Rows that changed meaning: 1." in words
    assert "Changed; before: New" in words
    assert named(3) in words
    assert named(4) not in words
    now = preview_of(made, trainer)
    assert {number: str(was) for number, was in now.changed.items()} == {5: "new"}
    assert (states(now)[5], states(now)[9]) == ("doubtful", "out")
    browser.post(f"{page}/rows/5", data={"decision": person})
    assert preview_of(made, trainer).changed == {}
    save(made, trainer)
    db.session.rollback()
    assert held(made, trainer).state == "added"
    # All but the row that was left out, and the one whom somebody else had added.
    assert db.session.query(Person).count() == ROWS - 1


def test_a_decision_holds_only_among_the_people_it_was_made_of(
    browser, trainer, actor, bring, group
):
    other = actor("trainer")
    add_person(PersonDetails("Asha Mfano", group), other)
    made = bring(trainer, f"{HEADINGS}\nAsha Mfano;;;;\n", group=group)
    page = f"/people/lists/{made}"
    browser.post(f"{page}/rows/2", data={"decision": "new"})
    now = preview_of(made, trainer)
    assert states(now) == {2: "new"}
    add_person(PersonDetails("Asha Mfano", group), other)
    with pytest.raises(ListChanged):
        confirm_list(held(made, trainer), now.digest, trainer)
    assert states(preview_of(made, trainer)) == {2: "doubtful"}


def test_whoever_is_changed_or_merged_meanwhile_is_compared_anew(trainer, bring, group):
    known = PersonDetails(named(3), group, reference="K-3")
    person = add_person(known, trainer)
    made = read(bring, trainer, group)
    now = preview_of(made, trainer)
    assert (states(now)[5], now.row(5).comparison.fills) == ("same", ("ward", "birth"))
    change_person(
        person,
        PersonDetails(named(3), group, reference="K-3", ward="Elsewhere"),
        ContactChange(),
        1,
        trainer,
    )
    with pytest.raises(ListChanged):
        list_storing.store_as_shown(made, now, now.choices, now.digest, trainer)
    now = preview_of(made, trainer)
    assert now.row(5).comparison.fills == ("birth",)
    assert list(now.changed) == [5]


def test_somebody_added_in_the_last_instant_is_seen_inside_the_transaction(
    both_engines_app, actor, bring, group, monkeypatch
):
    trainer = actor("trainer")
    made = bring(trainer, long_list(20), group=group)
    now = preview_of(made, trainer)
    really = list_storing.additions

    def meanwhile(*given: Any) -> Any:
        found = really(*given)
        add_person(PersonDetails(named(3), group), actor("trainer"))
        return found

    monkeypatch.setattr(list_storing, "additions", meanwhile)
    with pytest.raises(ListChanged):
        confirm_list(held(made, trainer), now.digest, trainer)
    db.session.rollback()
    assert [row.chosen_name for row in db.session.query(Person)] == [named(3)]
    assert list(preview_of(made, trainer).changed) == [5]


def test_saving_that_is_killed_or_done_twice_adds_everyone_once(trainer, bring, group):
    made = read(bring, trainer, group)
    seen = preview_of(made, trainer).digest
    confirm_list(held(made, trainer), seen, trainer)
    confirm_list(held(made, trainer), seen, trainer)
    asked = job_of(made, trainer).public_id
    assert claim(asked) is not None
    recover_dropped(utc_now(), job=asked)
    run_waiting()
    lists.save_list(Progress(), list_id=made, seen=seen)
    db.session.rollback()
    assert db.session.query(Person).count() == ROWS


def test_an_account_that_may_no_longer_act_saves_nothing(app, trainer, bring, group):
    from kash.accounts.models import Account

    made = read(bring, trainer, group)
    confirm_list(held(made, trainer), preview_of(made, trainer).digest, trainer)
    db.session.query(Account).filter_by(public_id=trainer.public_id).one().active = False
    db.session.commit()
    run_waiting()
    db.session.rollback()
    assert db.session.query(Person).count() == 0
    assert job_of(made, trainer).state == "failed"


def test_names_are_weighed_as_when_the_list_was_read(trainer, bring, group):
    made = read(bring, trainer, group)
    before = preview_of(made, trainer)
    typed = {"name": named(6), "reference": "K-6"}
    choose(made, lambda choices: choices.edits.update({5: typed}), trainer)
    now = preview_of(made, trainer)
    assert now.weights == before.weights
    # Only the row that was typed anew and the one that it is like now differ.
    changed = [
        after.outcome.number
        for was, after in zip(before.rows, now.rows, strict=True)
        if was != after
    ]
    assert changed == [5, 8]
    assert renewing.renewed(now, now.choices, trainer, utc_now().date()).digest == now.digest
