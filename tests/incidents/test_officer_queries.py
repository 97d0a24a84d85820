"""Officers, mediators and what they were asked, where of each kind of row there is one that just
doesn't belong."""

import json
from datetime import date
from typing import Any

import pytest

from kash.accounts.models import Account
from kash.incidents.models import (
    Alert,
    Duty,
    DutyHours,
    DutyStation,
    MediationBrief,
    OfficerDuty,
    OfficerDutyHours,
)
from kash.incidents.queries.cases import find_workshops, workshops_named
from kash.incidents.queries.letterbox import (
    accounts_named,
    custodians,
    on_roster,
    open_alerts,
    roster,
)
from kash.incidents.queries.mediation import (
    NOTE,
    OUTCOME,
    PHONE,
    Brief,
    all_answers,
    answers_to,
    as_mediators,
    briefs_waiting,
    documents_of_evidence,
    documents_there,
    duties,
    duty_listing,
    ended_briefs,
    is_on_duty,
    mediators_on_duty,
    numbers_of,
    own_brief,
    own_briefs,
    own_duty,
    possible_mediators,
)
from kash.incidents.queries.officers import (
    Officer,
    custodians_with_keys,
    few_custodians,
    known_accounts,
    officers,
    reader_of,
    readers,
    who_may_file,
)
from kash.incidents.rules.consents import Reader
from kash.incidents.rules.mediation import Answer, Mediator, Result
from kash.incidents.rules.totals import OnRoster
from kash.people.models import Organisation, Person, Posting
from kash.people.rules.directory import Stretch
from kash.platform.database import db, new_public_id, utc_now
from kash.platform.vault import SealedDocument, VaultMember, seal
from kash.platform.web.errors import NotFound
from kash.policy import Actor
from kash.workshops.models import Workshop
from tests.rows import DAY, row

pytestmark = pytest.mark.usefixtures("as_it_was")
NOW = utc_now().replace(microsecond=0)


def _account(who: Actor) -> Account:
    return db.session.get_one(Account, who.account_id)


def _keys(who: Actor, *, admitted: bool = True) -> None:
    row(VaultMember, holder=who.public_id, admitted_at=NOW if admitted else None)


def test_officers_hold_keys_and_stand_by_name_and_then_in_the_order_they_are_told(actor):
    who = {
        name: actor(*roles, name=name, **more)
        for name, roles, more in (
            ("Zawadi", ("documentation",), {}),
            ("Amani", ("documentation", "custodian"), {}),
            ("Bora", ("custodian",), {}),
            ("Chiku", ("director",), {}),
            ("Waits", ("documentation",), {}),
            ("Gone", ("custodian",), {"active": False}),
            ("Other", ("trainer",), {}),
            ("Keyless", ("custodian",), {}),
            ("Dada", ("documentation",), {}),
        )
    }
    director = who["Chiku"]
    for name in ("Zawadi", "Amani", "Chiku", "Gone", "Other", "Dada"):
        _keys(who[name])
    _keys(who["Waits"], admitted=False)
    assert (few_custodians(director), few_custodians(who["Amani"])) == (True, False)
    _keys(who["Bora"])
    assert few_custodians(director) is False

    def officer(name: str, *, works: bool, custodian: bool) -> Officer:
        public_id = who[name].public_id
        return Officer(public_id, name, works, custodian, Reader(public_id))

    assert officers() == [
        officer("Amani", works=True, custodian=True),
        officer("Bora", works=False, custodian=True),
        officer("Chiku", works=False, custodian=False),
        officer("Dada", works=True, custodian=False),
        officer("Zawadi", works=True, custodian=False),
    ]
    named = [(who[name].public_id, name) for name in ("Amani", "Bora")]
    assert custodians_with_keys() == named
    assert custodians() == [public_id for public_id, _name in named]
    row(Duty, account=_account(who["Other"]))
    assert [name for _public_id, name in known_accounts()] == [
        "Amani",
        "Bora",
        "Chiku",
        "Dada",
        "Other",
        "Zawadi",
    ]
    for name, position, active in (("Zawadi", 1, True), ("Dada", 2, False), ("Other", 3, True)):
        held = row(OfficerDuty, account=_account(who[name]), position=position, active=active)
        if name == "Zawadi":
            for opens in (900, 60):
                row(OfficerDutyHours, duty_id=held.id, opens=opens, closes=opens + 30)

    def told(name: str, position: int, *stretches: Stretch, active: bool = True) -> OnRoster:
        return OnRoster(
            account=who[name].public_id,
            name=name,
            position=position,
            stretches=stretches,
            active=active,
        )

    expected = [
        told("Zawadi", 1, Stretch(60, 90), Stretch(900, 930)),
        told("Dada", 2, active=False),
        told("Amani", 4),
    ]
    assert roster() == expected
    assert on_roster(who["Dada"].public_id) == expected[1]
    with pytest.raises(NotFound):
        on_roster(who["Bora"].public_id)
    ids = [who[name].public_id for name in ("Gone", "Bora")]
    assert accounts_named(ids) == {ids[1]: _account(who["Bora"])}
    peers = [actor("peer"), actor("police_peer"), actor("peer", active=False)]
    may = [who[name] for name in ("Zawadi", "Amani", "Bora", "Waits", "Keyless", "Dada")]
    assert who_may_file(db.session()) == sorted(one.public_id for one in [*may, *peers[:2]])


def test_a_reader_is_known_by_her_number_and_all_stations_where_she_ever_served(actor):
    officer = row(Person, reference="PF-1")
    stations = [
        row(Organisation, kind=kind) for kind in ("station", "station", "partner", "station")
    ]
    for person, at in ((officer, 0), (officer, 1), (officer, 2), (row(Person), 3)):
        until = None if at == 0 else date(2026, 5, 4)
        row(Posting, person_id=person.id, organisation_id=stations[at].id, until=until)
    who, other = actor("police_peer", person_id=officer.id), actor("peer")
    reader = Reader(
        who.public_id,
        officer.public_id,
        frozenset(one.public_id for one in stations[:2]),
        frozenset({"PF-1"}),
    )
    assert readers([who.public_id, other.public_id]) == {
        who.public_id: reader,
        other.public_id: Reader(other.public_id),
    }
    assert readers([]) == {}
    assert (reader_of(who), reader_of(other)) == (reader, Reader(other.public_id))


def test_mediators_stand_by_name_and_those_first_who_can_be_called_now(sqlite_app, actor):
    who = {
        name: actor(role, name=name, active=name != "Gone")
        for name, role in (
            ("Zawadi", "peer"),
            ("Amani", "police_peer"),
            ("Bora", "peer"),
            ("Rests", "peer"),
            ("Gone", "peer"),
            ("New", "peer"),
            ("Fresh", "police_peer"),
            ("Trainer", "trainer"),
        )
    }
    made = {}
    for name in ("Zawadi", "Amani", "Bora", "Rests", "Gone"):
        public_id = new_public_id()
        phone = seal("+254700000001", kind=PHONE, public_id=public_id)
        made[name] = row(
            Duty,
            public_id=public_id,
            account=_account(who[name]),
            active=name != "Rests",
            phone_sealed=None if name == "Bora" else phone,
            spoken="sw,en" if name == "Zawadi" else "",
            note=f"Note of {name}",
        )
    for opens in (600, 0):
        row(DutyHours, duty_id=made["Bora"].id, opens=opens, closes=opens + 60)
    stations = [row(Organisation, kind="station", name=name) for name in ("Kondele", "Central")]
    for station in stations:
        row(DutyStation, duty_id=made["Amani"].id, organisation_id=station.id)
    db.session.expire_all()

    def duty_told(name: str, **more: Any) -> dict[str, Any]:
        known = {
            "name": name,
            "police": name == "Amani",
            "phone": "" if name == "Bora" else "+254700000001",
            "stations": ("Central", "Kondele") if name == "Amani" else (),
            "spoken": ("sw", "en") if name == "Zawadi" else (),
            "stretches": (Stretch(0, 60), Stretch(600, 660)) if name == "Bora" else (),
            "note": f"Note of {name}",
            "now": True,
        }
        return known | more

    everybody = [duty_told("Amani"), duty_told("Bora"), duty_told("Zawadi")]
    assert mediators_on_duty(who["New"], 59) == everybody
    assert mediators_on_duty(who["New"], 60) == [
        everybody[0],
        everybody[2],
        duty_told("Bora", now=False),
    ]
    assert mediators_on_duty(who["Fresh"], 0) == [
        everybody[0],
        duty_told("Bora") | {"name": ""},
        duty_told("Zawadi") | {"name": ""},
    ]
    names = {active: [one.account.name for one in duties(active=active)] for active in (True, None)}
    assert names == {
        True: ["Amani", "Bora", "Zawadi"],
        None: ["Amani", "Bora", "Gone", "Rests", "Zawadi"],
    }
    assert [one.account.name for one in duties(active=False)] == ["Rests"]
    with sqlite_app.test_request_context("/"):
        assert [one.account.name for one in duty_listing()] == names[None]
    minutes = [is_on_duty(made["Bora"], minute) for minute in (59, 60, 600, 660)]
    assert minutes == [True, False, True, False]
    assert [is_on_duty(made[name], 60) for name in ("Zawadi", "Rests")] == [True, False]
    assert own_duty(who["Zawadi"]) == made["Zawadi"]
    assert own_duty(who["New"]) is None
    asked = [who[name].public_id for name in ("Zawadi", "Bora", "New")]
    assert numbers_of(asked) == {who["Zawadi"].public_id: "+254700000001"}
    assert possible_mediators() == [(who[name].public_id, name) for name in ("Fresh", "New")]

    def mediator(name: str, **more: Any) -> Mediator:
        public_id = who[name].public_id
        known = {"account": public_id, "stations": frozenset(), "spoken": ()}
        return Mediator(**(known | more), reader=Reader(public_id))

    assert as_mediators([made[name] for name in ("Amani", "Bora", "Zawadi", "Rests")]) == [
        mediator("Amani", stations=frozenset(one.public_id for one in stations), police=True),
        mediator("Bora", stretches=(Stretch(0, 60), Stretch(600, 660))),
        mediator("Zawadi", spoken=("sw", "en")),
        mediator("Rests", active=False),
    ]


def test_briefs_are_their_mediators_until_they_end_and_answers_are_those_that_were_given(actor):
    peer, other = actor("peer"), actor("peer")

    def brief(
        by: Actor,
        state: str,
        days: int,
        note: dict[str, Any] | None = None,
        said: dict[str, Any] | None = None,
    ) -> MediationBrief:
        public_id = new_public_id()
        sealed = {
            name: text and seal(json.dumps(text), kind=kind, public_id=public_id)
            for name, kind, text in (("note_sealed", NOTE, note), ("outcome_sealed", OUTCOME, said))
        }
        more = {"state": state, "account_id": by.account_id, "runs_out_at": NOW + days * DAY}
        return row(MediationBrief, public_id=public_id, **sealed, **more)

    asked = {"station": "Central", "requests": ["free", "see"], "people": 2}
    called = {"call_name": "Zawadi", "call_phone": "+254700000001"}
    yes = {"response": "yes", "at": NOW.isoformat()}
    ended = yes | {
        "ended": (NOW + DAY).isoformat(),
        "results": [{"kind": "free", "result": "all", "count": 2}],
    }
    later = brief(peer, "open", 2, asked | called)
    sooner = brief(peer, "accepted", 1, {"request": "see"}, yes)
    closed = brief(peer, "closed", 3, None, ended)
    by_programme = brief(peer, "closed", 3)
    brief(peer, "closed", -1)
    brief(peer, "open", -1, asked)
    brief(peer, "open", 3)
    brief(other, "open", 1, asked)
    brief(other, "closed", 1)

    def told(one: MediationBrief, *requests: str, **more: Any) -> Brief:
        known = {"station": "", "people": 0, "call_name": "", "call_phone": ""}
        return Brief(
            public_id=one.public_id,
            state=one.state,
            requests=requests,
            runs_out_at=one.runs_out_at,
            **(known | more),
        )

    expected = [
        told(sooner, "see"),
        told(later, "free", "see", station="Central", people=2, **called),
    ]
    assert own_briefs(peer) == expected
    assert own_brief(peer, later.public_id) == expected[1]
    with pytest.raises(NotFound):
        own_brief(other, later.public_id)
    assert (briefs_waiting(peer), briefs_waiting(other)) == (1, 1)
    assert ended_briefs(peer) == {by_programme.public_id: "ended"}
    accepted = Answer("yes", answered_at=NOW)
    done = Answer("yes", (Result("free", "all", 2),), NOW, NOW + DAY)
    assert all_answers() == {sooner.public_id: accepted, closed.public_id: done}
    several = [one.public_id for one in (later, sooner, closed, by_programme)]
    assert answers_to([*several, "shredded"]) == {
        later.public_id: Answer("waiting"),
        sooner.public_id: accepted,
        closed.public_id: done,
        by_programme.public_id: Answer("no_answer"),
        "shredded": Answer("no_answer"),
    }
    assert answers_to([]) == {}


def test_workshops_are_found_by_all_words_of_their_titles_the_newest_first(sqlite_app, actor):
    first = date(2026, 3, 2)
    made = {
        name: row(Workshop, title=title, starts_on=first + day * DAY, ends_on=first + 9 * DAY)
        for name, title, day in (
            ("early", "Rights and arrest", 0),
            ("late", "ARREST: your rights", 2),
            ("middle", "Rights on arrest", 1),
            ("rights", "Rights at work", 1),
            ("percent", "100% rights", 1),
        )
    }
    with sqlite_app.test_request_context("/"):
        monitor, peer = actor("monitoring"), actor("peer")
        found = find_workshops("arrest RIGHTS", monitor)
        ids = [made[name].public_id for name in ("late", "middle", "early")]
        assert [one.id for one in found] == ids
        assert [one.id for one in find_workshops("%", monitor)] == [made["percent"].public_id]
        named = workshops_named([made["early"].public_id], monitor)
        assert named == found[2:]
        assert [bool(one.url) for one in (named[0], find_workshops("arrest", peer)[0])] == [
            True,
            False,
        ]


def test_documents_of_evidence_and_open_alerts_are_told_from_others():
    kinds = ("evidence", "evidence", "incident")
    ids = [row(SealedDocument, kind=kind, compartment="case").public_id for kind in kinds]
    assert documents_of_evidence() == set(ids[:2])
    assert documents_there([ids[0], ids[2], "nowhere"]) == {ids[0]}
    alert = row(Alert, raised_at=NOW, told=2)
    row(Alert, raised_at=None)
    assert open_alerts() == [(alert.id, NOW, 2)]
