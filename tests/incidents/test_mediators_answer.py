"""A mediator's phone rings when somebody asks, and what is answered reaches the owner of the case:
without the vault on Today, by her phone while somebody is held, and on the page of the case."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from kash.accounts.models import Account
from kash.incidents.models import MediationBrief
from kash.incidents.queries.cases import open_case
from kash.incidents.queries.mediation import (
    AskedBriefs,
    as_mediators,
    asked_briefs,
    duties,
    ended_briefs,
    note_of,
    outcome_of,
    own_briefs,
)
from kash.incidents.rules.mediation import Result, is_late
from kash.incidents.rules.parts import Filing, Party
from kash.incidents.services import mediation
from kash.incidents.services.cases import assign, changing
from kash.incidents.services.mediation import (
    answer_brief,
    close_brief,
    follow_briefs,
    remove_mediator,
    say_not_yet,
    set_own_duty,
)
from kash.incidents.views import mediation as views
from kash.people.models import Group, Organisation, Person, Posting
from kash.platform.database import db, utc_now
from kash.platform.messages.rules import TryOutcome
from kash.platform.vault import AuditEntry
from kash.platform.web import logs
from kash.policy import SYSTEM
from tests.conftest import AMember, csrf_token
from tests.incidents.test_mediation import a_case, ask, on_duty

NOW = datetime(2026, 11, 20, 14, 2, tzinfo=UTC)


@pytest.fixture
def officer(a_member):
    return a_member("documentation")


class Phones:
    """The accounts whose phones rang, or may have, as it `came`; none does inside a transaction."""

    def __init__(self) -> None:
        self.rang: list[str] = []
        self.came = TryOutcome.ACCEPTED

    def tell(self, account: Account) -> TryOutcome:
        assert not db.session().info.get("kash_writing")
        if self.came is not TryOutcome.NOT_SENT:
            self.rang.append(account.public_id)
        return self.came


@pytest.fixture
def phones(monkeypatch):
    phones = Phones()
    monkeypatch.setattr(mediation, "tell", phones.tell)
    return phones


@pytest.fixture
def mediator(actor):
    mediator = actor("police_peer", name="Kamau")
    on_duty(mediator, phone="+254700000009")
    return mediator


def a_case_of_arrest(officer: AMember, people: int = 1) -> str:
    reference = a_case(persons=people)
    with changing("incidents.changed", officer.actor, officer.vault(), reference) as case:
        for person in case.record.persons:
            person.arrested_at = utc_now() - timedelta(hours=1)
    return reference


def later(monkeypatch: pytest.MonkeyPatch, minutes: int) -> datetime:
    """The moment so many minutes from now, as the chore and the page of a case know it."""
    moment = utc_now() + timedelta(minutes=minutes)
    monkeypatch.setattr("kash.incidents.services.mediation.utc_now", lambda: moment)
    monkeypatch.setattr("kash.incidents.views.mediation.utc_now", lambda: moment)
    return moment


def the_case(officer: AMember, reference: str) -> str:
    return officer.client.get(f"/w/{reference}").text


# --- Asking --------------------------------------------------------------------------------------


@pytest.mark.any_engine
def test_a_mediators_phone_rings_once_and_after_the_commit(
    both_engines_app, officer, mediator, phones
):
    reference = a_case()
    ask(officer, reference, mediator)
    assert phones.rang == [mediator.public_id]
    follow_briefs()
    ask(officer, reference, mediator)
    assert phones.rang == [mediator.public_id]
    assert asked_briefs(officer.actor, utc_now()) == AskedBriefs()
    assert "Not reached" not in the_case(officer, reference)


@pytest.mark.any_engine
def test_a_phone_that_did_not_ring_shows_until_it_does(both_engines_app, officer, mediator, phones):
    phones.came = TryOutcome.NOT_SENT
    reference = a_case()
    ask(officer, reference, mediator)
    assert asked_briefs(officer.actor, utc_now()) == AskedBriefs(unreached=(reference,))
    page = the_case(officer, reference)
    assert "Not reached" in page
    assert "0700 000009" in page
    assert "A mediator was not reached" in officer.client.get("/").text
    phones.came = TryOutcome.ACCEPTED
    follow_briefs()
    assert phones.rang == [mediator.public_id]
    assert "Not reached" not in the_case(officer, reference)
    assert asked_briefs(officer.actor, utc_now()) == AskedBriefs()


def test_a_phone_that_may_have_rung_is_rung_once_and_shown_as_not_reached(
    both_engines_app, officer, mediator, phones
):
    phones.came = TryOutcome.UNKNOWN
    reference = a_case()
    ask(officer, reference, mediator)
    follow_briefs()
    assert phones.rang == [mediator.public_id]
    assert "Not reached" in the_case(officer, reference)
    assert asked_briefs(officer.actor, utc_now()) == AskedBriefs(unreached=(reference,))


@pytest.mark.any_engine
def test_who_asked_and_that_somebody_is_held_lies_in_no_column_in_clear(
    both_engines_app, officer, mediator, phones
):
    reference = a_case_of_arrest(officer)
    ask(officer, reference, mediator)
    row = db.session.scalars(select(MediationBrief)).one()
    note = note_of(row) or {}
    assert (note["by"], note["held"]) == (officer.actor.public_id, True)
    assert reference not in str(note)
    answer_brief(mediator, row.public_id, accepts=True)
    row = db.session.scalars(select(MediationBrief)).one()
    told = outcome_of(row) or {}
    assert (told["by"], told["response"]) == (officer.actor.public_id, "agreed")
    assert reference not in str(told)
    columns = b"".join(str(value).encode() for value in vars(row).values())
    for hidden in (officer.actor.public_id, reference):
        assert hidden.encode() not in columns


# --- Answers -------------------------------------------------------------------------------------


def sent_by(client: FlaskClient, brief: str, what: str, **data: str) -> Any:
    token = csrf_token(client.get("/w/b").text)
    return client.post(f"/w/b/{brief}/{what}", data={"csrf_token": token, **data})


def test_the_owner_reads_the_way_of_a_request_with_its_times(
    both_engines_app, officer, mediator, phones, client_for
):
    reference = a_case_of_arrest(officer, people=3)
    ask(officer, reference, mediator)
    (brief,) = own_briefs(mediator)
    client = client_for(mediator)
    assert "read" not in the_case(officer, reference).split("asked ")[1].split("<")[0]
    page = client.get("/w/b").text
    assert [page.count(f">{label}</button>") for label in ("I’m going", "I need to talk")] == [1, 1]
    assert sent_by(client, brief.public_id, "answer", answer="talk").status_code == 303
    assert "0700 000009" in the_case(officer, reference)
    assert "Needs to talk first" in the_case(officer, reference)
    assert sent_by(client, brief.public_id, "answer", answer="yes").status_code == 303
    # Sent twice, it says the same.
    assert sent_by(client, brief.public_id, "answer", answer="yes").status_code == 303
    assert sent_by(client, brief.public_id, "answer", answer="not_yet").status_code == 303
    released = {"kind": "release", "result": "released", "count": "2"}
    assert sent_by(client, brief.public_id, "close", **released).status_code == 303
    steps = r"asked \d\d:\d\d, read \d\d:\d\d, going \d\d:\d\d, not yet \d\d:\d\d, Released: 2 of 3"
    for _saved in range(2):
        page = the_case(officer, reference)
        assert re.search(steps + r" \d\d:\d\d", page)
        done = page[page.index('id="timeline"') : page.index('id="more"')]
        for event in ("read it", "said yes", "said: not yet", "said what came of it so far"):
            assert done.count(f"The mediator {event}") == 1
        with changing("incidents.changed", officer.actor, officer.vault(), reference):
            pass
    # The third is still asked for: nothing has ended, and nobody knows yet who is free.
    (brief,) = own_briefs(mediator)
    assert (brief.over, brief.told["release"].count) == (frozenset(), 2)
    record = open_case(officer.actor, officer.vault(), reference).record
    assert [person.released_at for person in record.persons] == [None] * 3
    sent_by(client, brief.public_id, "close", **released | {"count": "3", "sure": "1"})
    assert own_briefs(mediator) == []
    assert "Released: 3 of 3" in the_case(officer, reference)


@pytest.mark.parametrize("held", [True, False])
def test_each_answer_waits_on_the_owners_today_without_the_vault_and_rings_if_held(
    both_engines_app, officer, mediator, phones, client_for, held
):
    reference = a_case_of_arrest(officer) if held else a_case()
    ask(officer, reference, mediator, *([] if held else ["return"]))
    (brief,) = own_briefs(mediator)
    without_vault = client_for(officer.actor)
    phones.rang.clear()
    answers: tuple[Callable[[], None], ...] = (
        lambda: answer_brief(mediator, brief.public_id, accepts=None),
        lambda: answer_brief(mediator, brief.public_id, accepts=True),
        lambda: say_not_yet(mediator, brief.public_id),
    )
    for number, answer in enumerate(answers, start=1):
        assert "A mediator answered" not in without_vault.get("/").text
        answer()
        follow_briefs()
        assert phones.rang == [officer.actor.public_id] * number * held
        today = without_vault.get("/").text
        assert "A mediator answered" in today
        assert reference not in today
        # With the vault open the line leads to the case.
        line = rf'href="/w/{reference}">A mediator answered'
        assert len(re.findall(line, officer.client.get("/").text)) == 1
        assert officer.client.get(f"/w/{reference}").status_code == 200
    kind, result = ("release", "released") if held else ("return", "returned")
    close_brief(mediator, brief.public_id, [Result(kind, result)])
    assert len(phones.rang) == 4 * held
    assert "A mediator answered" in without_vault.get("/").text


@pytest.mark.any_engine
def test_a_button_that_is_tapped_twice_says_and_rings_once(
    both_engines_app, officer, mediator, phones, monkeypatch
):
    reference = a_case_of_arrest(officer, people=3)
    ask(officer, reference, mediator)
    (brief,) = own_briefs(mediator)
    answers: tuple[Callable[[], None], ...] = (
        lambda: answer_brief(mediator, brief.public_id, accepts=True),
        lambda: say_not_yet(mediator, brief.public_id),
        lambda: close_brief(mediator, brief.public_id, [Result("release", "released", 2)]),
    )
    for answer in answers:
        phones.rang.clear()
        answer()
        before = noted()
        answer()
        assert (phones.rang, noted()) == ([officer.actor.public_id], before)
    # What is said anew, later or of more, is.
    phones.rang.clear()
    later(monkeypatch, 3)
    monkeypatch.setattr("kash.platform.vault.audit.utc_now", mediation.utc_now)
    say_not_yet(mediator, brief.public_id)
    close_brief(mediator, brief.public_id, [Result("release", "released", 3)])
    assert len(phones.rang) == 2


def noted() -> int:
    found = db.session.scalar(select(func.count()).select_from(AuditEntry)) or 0
    db.session.rollback()
    return found


def test_who_owns_the_case_hears_of_it_and_not_the_one_who_asked(
    both_engines_app, officer, a_member, mediator, phones
):
    second = a_member("documentation")
    reference = a_case_of_arrest(officer)
    ask(officer, reference, mediator)
    assign(reference, second.actor.public_id, by=officer.actor, vault=officer.vault())
    (brief,) = own_briefs(mediator)
    phones.rang.clear()
    answer_brief(mediator, brief.public_id, accepts=True)
    assert phones.rang == [second.actor.public_id]
    # That another one opens the case takes nothing from the owner's day.
    assert officer.client.get(f"/w/{reference}").status_code == 200
    waiting = [asked_briefs(one.actor, utc_now()).answered for one in (officer, second)]
    assert waiting == [(), (reference,)]


def test_each_line_of_today_leads_to_its_own_case_though_a_mediator_was_asked_in_another(
    app, officer, actor, mediator, phones
):
    silent = actor("peer", name="Akoth")
    on_duty(silent)
    answered, unreached = a_case_of_arrest(officer), a_case_of_arrest(officer)
    ask(officer, answered, mediator)
    phones.came = TryOutcome.NOT_SENT
    ask(officer, unreached, silent)
    (brief,) = own_briefs(mediator)
    answer_brief(mediator, brief.public_id, accepts=True)
    page = officer.client.get("/").text
    assert re.findall(r'href="(/w/\w{16})">(A mediator [a-z ]+)<', page) == [
        (f"/w/{answered}", "A mediator answered"),
        (f"/w/{unreached}", "A mediator was not reached"),
    ]


def test_no_log_line_tells_when_a_mediator_read_or_answered(
    app, officer, mediator, phones, client_for, monkeypatch
):
    ask(officer, a_case(), mediator)
    (brief,) = own_briefs(mediator)
    client = client_for(mediator)
    client.get("/w/b")
    lines: list[str] = []

    class Log:
        def info(self, event: str, **told: object) -> None:
            lines.append(f"{event} {told}")

        error = warning = info

    monkeypatch.setattr(logs, "log", Log())
    client.get("/w/b")
    sent_by(client, brief.public_id, "answer", answer="yes")
    sent_by(client, brief.public_id, "close", kind="release", result="released", sure="1")
    assert own_briefs(mediator) == []
    assert lines == []
    client.get("/")
    assert len(lines) == 1


# --- Silence, and the next -----------------------------------------------------------------------


@given(st.timedeltas(min_value=timedelta(), max_value=timedelta(hours=2)), st.booleans())
def test_the_next_is_offered_after_five_minutes_if_somebody_is_held_else_after_twenty(waited, held):
    assert is_late(NOW, NOW + waited, held=held) is (waited >= timedelta(minutes=5 if held else 20))


@pytest.mark.parametrize(("held", "minutes"), [(True, 5), (False, 20)])
def test_a_mediator_who_is_silent_has_the_next_offered_and_the_owner_told(
    both_engines_app, officer, actor, phones, monkeypatch, held, minutes
):
    silent, other = actor("peer", name="Akoth"), actor("peer", name="Barasa")
    on_duty(silent)
    on_duty(other)
    reference = a_case_of_arrest(officer) if held else a_case()
    ask(officer, reference, silent, *([] if held else ["return"]))
    phones.rang.clear()
    moment = later(monkeypatch, minutes - 1)
    assert asked_briefs(officer.actor, moment).late == ()
    assert "Ask the next" not in the_case(officer, reference)
    moment = later(monkeypatch, minutes + 1)
    assert asked_briefs(officer.actor, moment).late == (reference,)
    for _minute in range(2):
        follow_briefs()
    assert phones.rang == [officer.actor.public_id] * held
    page = the_case(officer, reference)
    assert "Ask the next: Barasa" in page
    offered = dict(re.findall(r'name="(mediator|version)" value="(\w+)"', page))
    address = re.findall(r'action="(/w/\w+/m/i1/next)"', page)[0]
    sent = {"csrf_token": csrf_token(page), **offered}
    wrong = sent | {"mediator": silent.public_id}
    assert "meanwhile" in officer.client.post(address, data=wrong, follow_redirects=True).text
    # Tapped by two at once, one is asked.
    for _time in range(2):
        answer = officer.client.post(address, data=sent)
        assert answer.status_code == 303
        if not held:
            # Nobody waits in a cell: questions of safety come first, on the page of the request.
            asks = officer.client.get(answer.location)
            assert "answer the three questions below first" in asks.text
            assert own_briefs(other) == []
            (chosen,) = re.findall(r"<input[^>]*checked[^>]*>", asks.text.split("requests")[0])
            assert f'value="{other.public_id}"' in chosen
            shown = {
                "mediator": other.public_id,
                "requests": ["return"],
                "persons": ["p1"],
                "call_name": "Achieng",
                "call_phone": "0700000001",
            }
            answer = officer.client.post(answer.location, data=shown)
            assert (answer.status_code, "Choose one." in answer.text) == (422, True)
    if not held:
        safe = {"guessed": "no", "safe_there": "yes", "knows_next": "yes"}
        assert officer.client.post(f"/w/{reference}/m", data=shown | safe).status_code == 303
    record = open_case(officer.actor, officer.vault(), reference).record
    assert [one.mediator for one in record.interventions] == [silent.public_id, other.public_id]
    first, second = record.interventions
    assert [one.kind for one in second.asked] == [one.kind for one in first.asked]
    (brief,) = own_briefs(other)
    assert (brief.station, brief.call_name, brief.call_phone) == (
        "Lake station" if held else "",
        "Achieng",
        "+254700000001",
    )


def test_two_officers_who_were_offered_the_same_at_once_ask_one_mediator(
    both_engines_app, officer, actor, phones, monkeypatch
):
    first, *others = (actor("peer") for _mediator in range(3))
    for one in (first, *others):
        on_duty(one)
    reference = a_case_of_arrest(officer)
    ask(officer, reference, first)
    (brief,) = own_briefs(first)
    answer_brief(first, brief.public_id, accepts=False)
    page = the_case(officer, reference)
    sent = dict(re.findall(r'name="(mediator|version)" value="(\w+)"', page))
    sent["csrf_token"] = csrf_token(page)
    # Each read the case before the other's request was written.
    offer = views._next_mediator
    read = []
    monkeypatch.setattr(views, "_next_mediator", lambda case: read[0] if read else offer(case))
    for _officer in range(2):
        told = officer.client.post(f"/w/{reference}/m/i1/next", data=sent, follow_redirects=True)
        last = open_case(officer.actor, officer.vault(), reference).record.interventions[0]
        chosen = next(one for one in as_mediators(duties()) if one.account == sent["mediator"])
        read = [(last, chosen)]
    assert "The mediator can read it now." not in told.text
    record = open_case(officer.actor, officer.vault(), reference).record
    assert len(record.interventions) == 2


def test_after_a_no_the_next_is_offered_at_once_and_after_a_yes_none(
    both_engines_app, officer, actor, phones
):
    first, other = actor("peer", name="Akoth"), actor("peer", name="Barasa")
    on_duty(first)
    on_duty(other)
    reference = a_case_of_arrest(officer)
    ask(officer, reference, first)
    (brief,) = own_briefs(first)
    answer_brief(first, brief.public_id, accepts=False)
    page = the_case(officer, reference)
    assert "Ask the next: Barasa" in page
    offered = dict(re.findall(r'name="(mediator|version)" value="(\w+)"', page))
    sent = {"csrf_token": csrf_token(page), **offered}
    assert officer.client.post(f"/w/{reference}/m/i1/next", data=sent).status_code == 303
    (brief,) = own_briefs(other)
    answer_brief(other, brief.public_id, accepts=True)
    assert "Ask the next" not in the_case(officer, reference)
    (brief,) = own_briefs(other)
    answer_brief(other, brief.public_id, accepts=False)
    assert "No other mediator is left" in the_case(officer, reference)


@pytest.mark.parametrize("answers_before", [True, False])
def test_a_mediator_removed_before_the_end_reads_why_and_the_owner_is_told(
    both_engines_app, officer, actor, phones, client_for, answers_before
):
    leaving, other = actor("peer", name="Akoth"), actor("peer", name="Barasa")
    listed = on_duty(leaving)
    on_duty(other)
    reference = a_case_of_arrest(officer)
    ask(officer, reference, leaving)
    (brief,) = own_briefs(leaving)
    if answers_before:
        answer_brief(leaving, brief.public_id, accepts=True)
        assert officer.client.get(f"/w/{reference}").status_code == 200
    phones.rang.clear()
    remove_mediator(SYSTEM, listed)
    follow_briefs()
    assert phones.rang == [officer.actor.public_id]
    assert asked_briefs(officer.actor, utc_now()) == AskedBriefs(answered=(reference,))
    client = client_for(leaving)
    for what, data in (
        ("answer", {"answer": "yes"}),
        ("close", {"kind": "release", "result": "released"}),
    ):
        answer = sent_by(client, brief.public_id, what, **data)
        assert (answer.status_code, answer.location) == (303, "/w/b")
    page = client.get("/w/b").text
    assert "You are no longer on the list of mediators" in page
    assert "Lake station" not in page
    page = the_case(officer, reference)
    assert "Was taken off the list" in page
    assert "Ask the next: Barasa" in page
    with changing("incidents.changed", officer.actor, officer.vault(), reference):
        pass
    record = open_case(officer.actor, officer.vault(), reference).record
    assert [(one.response, one.brief) for one in record.interventions] == [("left", "")]
    # She may still be on her way.
    assert list(ended_briefs(leaving)) == [brief.public_id]
    assert sent_by(client, brief.public_id, "answer", answer="yes").location == "/w/b"


# --- Who is not offered --------------------------------------------------------------------------


def test_the_page_says_why_somebody_is_not_offered_and_not_who_reported(
    both_engines_app, officer, actor
):
    station = Organisation(name="Lake station", kind="station")
    group = db.session.scalars(select(Group).order_by(Group.id)).first()
    assert group is not None
    serving = Person(chosen_name="Otieno", sort_name="otieno", group_id=group.id, created_by="x")
    db.session.add_all([station, serving])
    db.session.flush()
    since = date(2020, 1, 1)
    db.session.add(Posting(person_id=serving.id, organisation_id=station.id, since=since))
    db.session.commit()
    people = {
        name: actor("peer", name=name)
        for name in ("Akoth", "Barasa", "Chebet", "Ekal", "Filer", "Gone")
    }
    people["Otieno"] = actor("police_peer", name="Otieno", person_id=serving.id)
    for one in people.values():
        on_duty(one)
    set_own_duty(people["Barasa"], active=False)
    # Off duty goes before: it does not tell that she reported it.
    set_own_duty(people["Gone"], active=False)
    reference = a_case(
        station=station.public_id,
        filing=Filing(how="phone", author=people["Filer"].public_id),
        declared=[people["Gone"].public_id],
    )
    with changing("incidents.changed", officer.actor, officer.vault(), reference) as case:
        case.record.parties[0].kind = "police"
        case.record.parties.append(Party(id="o2", account=people["Ekal"].public_id))
    ask(officer, reference, people["Chebet"])
    (brief,) = own_briefs(people["Chebet"])
    answer_brief(people["Chebet"], brief.public_id, accepts=False)
    page = officer.client.get(f"/w/{reference}/m").text
    reasons = dict(re.findall(r"<li>(\w+): ([^<]+)</li>", page))
    away = "must be kept away from this case"
    assert reasons == {
        "Barasa": "off duty now",
        "Chebet": "can’t, in this case",
        "Ekal": away,
        "Filer": away,
        "Gone": "off duty now",
        "Otieno": "serves, or served, where it happened",
    }
    assert people["Akoth"].public_id in page
