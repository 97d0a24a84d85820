"""What is read of people where of each kind of row there is one that just doesn't belong."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from kash.people.lists.queries import (
    kept_facts,
    list_mapping,
    list_people,
    newest_mapping,
    people_list,
    people_lists,
    people_revision,
    person_ids_of_list,
    person_numbers,
)
from kash.people.models import (
    Consent,
    ContactLooks,
    ContactReason,
    ContactRequest,
    ContactRequestPerson,
    LikelyDuplicate,
    NotTheSame,
    Organisation,
    PeopleList,
    PeopleListMapping,
    PeopleListPerson,
    Person,
    PersonMerge,
    Posting,
    ServiceEntry,
    ServiceHours,
    Venue,
    Zone,
)
from kash.people.queries import directory as organisation_queries
from kash.people.queries.directory import (
    ServiceSearch,
    find_organisations,
    movable_from,
    movable_people,
    organisation_list,
    organisations,
    service_areas,
    service_choices,
    service_entry,
    services_for_paper,
    spellings,
    station_names,
    venue,
    venue_names,
    venues,
    zone,
    zone_names,
    zones,
)
from kash.people.queries.duplicates import (
    count_likely_duplicates,
    facts_of,
    kept_instead,
    likely_duplicates,
    merge_within_reach,
    numbered_likenesses,
    open_merges,
    told_apart,
)
from kash.people.queries.persons import (
    closed_people,
    consent_holds,
    contacts_waiting,
    has_account,
    key_within_reach,
    looks_beyond,
    minors,
    minors_unseen,
    name_and_group,
    never_asked,
    newest_answers,
    own_person,
    person,
    requests_for,
    waiting_request_about,
)
from kash.people.queries.persons import likenesses as likenesses_for
from kash.people.queries.search import (
    ANY_PURPOSE,
    PeopleSearch,
    find_people,
    people,
    people_by_number,
)
from kash.people.rules.directory import WEEK
from kash.people.rules.duplicates import Likeness
from kash.platform.database import db, utc_now
from kash.platform.vault import seal
from kash.platform.web.errors import NotFound
from kash.policy import Actor
from tests.rows import DAY, TODAY, row

pytestmark = pytest.mark.usefixtures("as_it_was")
NOW = utc_now().replace(microsecond=0)


@pytest.fixture
def add(groups):
    """`add("Nyota", group=1)` adds somebody whom nobody in particular entered."""
    keys = [group.id for group in groups]

    def made(name: str, group: int = 1, **more: Any) -> Person:
        values = {"chosen_name": name, "sort_name": name.lower(), "created_by": "nobody"}
        return row(Person, group_id=keys[group], **(values | more))

    return made


def _names(rows: Any) -> list[str]:
    return [one.chosen_name for one in rows]


def test_the_list_of_people_narrows_by_group_station_facts_and_what_was_not_asked(
    sqlite_app, add, groups, actor
):
    director, trainer = actor("director"), actor("trainer")
    police, community = groups
    nyota = add("Nyota", created_by=trainer.public_id, ward="Kondele", reference="R1")
    mto = add("Mto", 0, cadre="Sergeant", sex="male")
    bahari = add("Bahari", minor=True, created_at=NOW - DAY)
    station, other = (row(Organisation, name=name, kind="station") for name in ("Central", "Other"))
    row(Posting, person_id=mto.id, organisation=station)
    row(Posting, person_id=mto.id, organisation=other, until=TODAY)
    row(Posting, person_id=bahari.id, organisation=station, until=TODAY)
    for who, purposes in (
        (nyota, ("contact", "printed_name")),
        (mto, ("contact", "printed_name")),
        (bahari, ("contact",)),
    ):
        for purpose in purposes:
            row(Consent, person_id=who.id, purpose=purpose, answer="given")

    def listed(who: Actor = director, address: str = "/", **asked: Any) -> list[str]:
        with sqlite_app.test_request_context(address):
            return _names(people(who, PeopleSearch(**asked)))

    assert listed() == ["Bahari", "Mto", "Nyota"]
    assert listed(address="/?sort=group") == ["Mto", "Bahari", "Nyota"]
    assert listed(address="/?sort=station") == ["Bahari", "Nyota", "Mto"]
    assert listed(address="/?sort=added")[0] == "Bahari"
    assert listed(group=police.public_id) == ["Mto"]
    assert listed(group=community.public_id) == ["Bahari", "Nyota"]
    assert listed(organisation=station.public_id) == ["Mto"]
    assert listed(organisation=other.public_id) == []
    assert listed(unasked="printed_name") == ["Bahari"]
    assert listed(unasked="funder") == ["Mto"]
    assert listed(unasked=ANY_PURPOSE) == ["Bahari", "Mto"]
    assert listed(facts={"sex": "male"}) == ["Mto"]
    assert listed(text="mt") == ["Mto"]
    assert listed(text="R1") == ["Nyota"]
    assert listed(text=bahari.public_id.upper()) == ["Bahari"]
    assert listed(text="%") == []
    assert listed(trainer) == ["Nyota"]
    with sqlite_app.test_request_context("/"):
        shown = [*people(trainer, PeopleSearch("nyota")), *people(trainer, PeopleSearch("mto"))]
    told = [(one.chosen_name, one.whole, one.ward, one.cadre) for one in shown]
    assert told == [("Nyota", 1, "Kondele", ""), ("Mto", 0, None, None)]
    assert listed(trainer, facts={"sex": "male"}) == listed(trainer, unasked="printed_name") == []
    # Of whom she does not reach she learns by no name what was asked, or where they are.
    assert listed(trainer, text="bahari") == ["Bahari"]
    assert listed(trainer, text="bahari", unasked="printed_name") == []
    assert listed(trainer, text="mto", organisation=station.public_id) == []
    assert listed(trainer, text="mto", facts={"sex": "male"}) == []
    assert _names(find_people(director, "ny")) == ["Nyota"]
    assert _names(find_people(director, "")) == []
    add("Ny")
    assert _names(find_people(director, "ny")) == ["Ny", "Nyota"]
    assert _names(find_people(director, "ny", 1)) == ["Ny"]
    ids = [nyota.public_id, mto.public_id]
    assert _names(people_by_number(director, ids)) == ["Mto", "Nyota"]
    assert people_by_number(director, []) == []
    assert _names_of(movable_people(trainer, ids)) == ["Nyota"]
    assert person(trainer, nyota.public_id) is nyota
    with pytest.raises(NotFound):
        person(trainer, mto.public_id)
    assert key_within_reach(trainer, nyota.public_id) == nyota.id
    assert key_within_reach(trainer, mto.public_id) is None
    with pytest.raises(NotFound):
        name_and_group(trainer, mto.public_id)
    found = name_and_group(actor("documentation"), mto.public_id)
    assert (found.chosen_name, found.group_name) == ("Mto", police.name)
    peer = actor("peer", person_id=nyota.id)
    assert own_person(peer) == nyota.public_id
    assert own_person(director) is own_person(actor("peer")) is None
    assert [has_account(one) for one in (nyota, mto)] == [True, False]
    mto.created_by = bahari.created_by = trainer.public_id
    db.session.flush()
    moved = [(one.name, one.station, one.police) for one in movable_people(trainer, ids)]
    assert moved == [("Mto", "Central", True), ("Nyota", "", False)]
    assert _names_of(movable_from(trainer, station.public_id)) == ["Mto"]
    assert movable_people(director, ids) == []


def _names_of(rows: Any) -> list[str]:
    return [one.name for one in rows]


def test_the_newest_answer_for_a_purpose_holds_and_of_officers_alone_for_funders(add):
    her, him, other = add("Nyota"), add("Mto", 0), add("Bahari")
    for who, purpose, answer in (
        (her, "photo", "given"),
        (her, "photo", "withdrawn"),
        (him, "photo", "refused"),
        (him, "photo", "given"),
        (her, "funder", "given"),
        (him, "contact", "refused"),
    ):
        row(Consent, person_id=who.id, purpose=purpose, answer=answer)
    assert newest_answers(db.session(), her.id) == [
        ("photo", "given"),
        ("photo", "withdrawn"),
        ("funder", "given"),
    ]
    ids = [her.id, him.id, other.id]
    assert never_asked(ids, "photo") == {other.id}
    assert never_asked([him.id], "funder") == {him.id}
    assert consent_holds(ids, "photo") == {him.id, other.id}
    assert consent_holds(ids, "contact") == {her.id, other.id}
    assert consent_holds(ids, "funder") == {him.id}


def test_requests_for_contacts_wait_for_whoever_may_decide_and_for_who_asked(add, actor):
    director, trainer, other = actor("director"), actor("trainer"), actor("trainer")
    phone = {"phone_sealed": b"x", "phone_by": other.public_id}
    her = add("Nyota", created_by=other.public_id, **phone)

    def asked(by: Actor, of: Person, state: str = "waiting", days: int = 0) -> ContactRequest:
        values: dict[str, Any] = {"asked_by": by.public_id, "asked_at": NOW - days * DAY}
        if state != "waiting":
            values |= {"decided_by": director.public_id, "decided_at": NOW}
        made = row(ContactRequest, state=state, **values)
        row(ContactRequestPerson, request_id=made.id, person_id=of.id)
        return made

    agreed = asked(trainer, her, "agreed")
    early, late = asked(trainer, her, days=2), asked(trainer, her, days=1)
    own = asked(director, her, days=3)
    assert requests_for(director) == [late, early, own, agreed]
    assert requests_for(director, limit=1) == [late]
    assert requests_for(trainer) == [late, early, agreed]
    assert requests_for(other) == [late, early, own, agreed]
    assert contacts_waiting(director).requests == 2
    assert contacts_waiting(other).requests == 3
    assert contacts_waiting(trainer).requests == contacts_waiting(actor("peer")).requests == 0
    assert waiting_request_about(trainer, her) in (early, late)
    assert waiting_request_about(other, her) is None
    assert waiting_request_about(trainer, add("Mto")) is None
    early.state = late.state = "ended"
    early.decided_at = late.decided_at = NOW
    early.decided_by = late.decided_by = director.public_id
    db.session.flush()
    assert waiting_request_about(trainer, her) is None
    for who, day, seen in (
        (trainer, TODAY, None),
        (trainer, TODAY - DAY, None),
        (trainer, TODAY - DAY, None),
        (other, TODAY - DAY, NOW),
        (director, TODAY - DAY, None),
    ):
        public_id = f"reason{db.session.query(ContactReason).count():010}"
        text = seal(f"of {day}", kind="contact.reason", public_id=public_id)
        row(
            ContactReason,
            public_id=public_id,
            account=who.public_id,
            day=day,
            reason_sealed=text,
            seen_at=seen,
        )
        if not db.session.get(ContactLooks, (who.public_id, day)):
            row(ContactLooks, account=who.public_id, day=day, looks=9, beyond=4)
    told = [(one.day, one.looks, one.beyond, len(one.reasons)) for one in looks_beyond(director)]
    assert told == [(TODAY - DAY, 9, 4, 2), (TODAY, 9, 4, 1)]
    assert len(looks_beyond(director, limit=1)) == 1
    assert looks_beyond(trainer) == []


def test_a_closed_contact_can_be_asked_for_unless_her_own_request_waits(add, actor):
    trainer, other = actor("trainer"), actor("trainer")
    him = add("Mto", created_by=other.public_id, phone_sealed=b"x", phone_by=other.public_id)
    among = select(Person.id).where(Person.id == him.id)

    def closed_after(by: Actor, state: str, **decided: Any) -> list[str]:
        made = row(ContactRequest, state=state, asked_by=by.public_id, **decided)
        row(ContactRequestPerson, request_id=made.id, person_id=him.id)
        return [one.person for one in closed_people(trainer, among)]

    decided = {"decided_by": other.public_id, "decided_at": NOW}
    assert closed_after(trainer, "ended", **decided) == [him.public_id]
    assert closed_after(other, "waiting") == [him.public_id]
    assert closed_after(trainer, "waiting") == []


def test_the_directory_finds_services_that_are_shown_by_words_area_kind_and_hours(actor):
    director, peer, nobody = actor("director"), actor("peer"), Actor("x" * 16, frozenset(), 0)
    for name, area, kind, spoken, more in (
        ("Zawadi clinic", "kondele", "clinic", ",sw,luo,", {}),
        ("Amani clinic", "Kondele", "clinic", ",en,", {}),
        ("Haki lawyers", "Bondo", "legal", ",sw,", {}),
        ("Hidden", "Siaya", "clinic", ",sw,", {"active": False}),
        ("Nowhere", "", "clinic", "", {}),
    ):
        words = {"sort_name": name.lower(), "found_by": f"{name} {area}".lower()}
        entry = row(ServiceEntry, name=name, area=area, kind=kind, spoken=spoken, **words, **more)
        if kind == "legal":
            row(ServiceHours, entry_id=entry.id, opens=100, closes=200)
            row(ServiceHours, entry_id=entry.id, opens=WEEK - 10, closes=WEEK + 20)

    def found(who: Actor = peer, **asked: Any) -> list[str]:
        return [one.name for one in services_for_paper(who, ServiceSearch(**asked))]

    assert found() == ["Nowhere", "Haki lawyers", "Amani clinic", "Zawadi clinic"]
    assert found(nobody) == []
    assert found(director, hidden=True) == ["Hidden"]
    assert found(hidden=True) == []
    assert found(text="CLINIC kond") == ["Amani clinic", "Zawadi clinic"]
    assert found(text="%") == found(text="?!") == []
    assert found(area="kondele") == ["Zawadi clinic"]
    assert found(kind="legal") == ["Haki lawyers"]
    assert found(kind="unknown") == found()
    assert found(language="sw") == ["Haki lawyers", "Zawadi clinic"]
    minutes = (99, 100, 199, 200, WEEK - 11, WEEK - 10, 0, 19, 20)
    assert [at for at in minutes if found(open_at=at)] == [100, 199, WEEK - 10, 0, 19]
    assert found(peer, language="%") == []
    haki = services_for_paper(peer, ServiceSearch(kind="legal"))[0]
    assert services_for_paper(peer, ServiceSearch(), [haki.public_id]) == [haki]
    assert len(services_for_paper(peer, ServiceSearch(), most=2)) == 2
    assert [one.casefold() for one in service_areas(peer)] == ["bondo", "kondele", "kondele"]
    assert "Siaya" in service_areas(director)
    choices = [one.name for one in service_choices(peer, kinds=["clinic"])]
    assert choices == ["Amani clinic", "Nowhere", "Zawadi clinic"]
    assert [one.name for one in service_choices(peer, "haki")] == ["Haki lawyers"]
    assert len(service_choices(peer, limit=1)) == 1
    hidden = services_for_paper(director, ServiceSearch(hidden=True))[0]
    assert service_entry(director, hidden.public_id) is hidden
    assert service_entry(peer, haki.public_id) is haki
    for who, entry in ((peer, hidden), (nobody, haki)):
        with pytest.raises(NotFound):
            service_entry(who, entry.public_id)


def test_places_stand_by_name_and_what_was_typed_is_told_where_it_is_nobodys_address(add):
    for name, active in (("kondele", True), ("Bondo", True), ("Closed", False)):
        row(Zone, name=name, active=active)
        row(Venue, name=name, active=active)
    assert [one.name for one in zones()] == zone_names() == ["Bondo", "kondele"]
    assert [one.name for one in venues()] == venue_names() == ["Bondo", "kondele"]
    assert [one.name for one in zones(also_closed=True)] == ["Bondo", "Closed", "kondele"]
    assert [one.name for one in venues(also_closed=True)] == ["Bondo", "Closed", "kondele"]
    assert zone(zones()[0].public_id).name == venue(venues()[0].public_id).name == "Bondo"
    for kind in (zone, venue):
        with pytest.raises(NotFound):
            kind("none")
    for ward in ("Kondelle", "Kondelle", "Nyalenda", "kondele", ""):
        add("x", ward=ward)
    for place in ("Kondelle", "Manyatta", "Manyatta", "Bondo", ""):
        row(Organisation, kind="station", place=place)
    row(Venue, place="Manyatta")
    told = spellings()
    assert [(one.text, one.people, one.organisations, one.venues) for one in told.shown] == [
        ("Kondelle", 2, 1, 0),
        ("Manyatta", 0, 2, 1),
    ]
    assert (told.shown[0].alike, told.hidden) == ("kondele", 1)


def test_organisations_stand_by_name_with_how_many_are_posted_there_now(sqlite_app, add):
    assert [one.letter for one in organisation_queries.groups()] == ["A", "B"]
    made = {
        name: row(Organisation, name=name, kind=kind, place=place)
        for name, kind, place in (
            ("beta", "station", "Siaya"),
            ("Alpha", "station", "Kisumu"),
            ("Gamma 100%", "partner", "bondo"),
        )
    }
    for until in (None, None, TODAY):
        row(Posting, person_id=add("x").id, organisation=made["beta"], until=until)

    def listed(address: str = "/", **asked: str) -> list[tuple[str, int]]:
        with sqlite_app.test_request_context(address):
            return [(one.name, one.people) for one in organisation_list(**asked)]

    assert listed() == [("Alpha", 0), ("beta", 2), ("Gamma 100%", 0)]
    assert listed(kind="partner") == [("Gamma 100%", 0)]
    assert [name for name, _ in listed("/?sort=kind")] == ["Gamma 100%", "Alpha", "beta"]
    assert [name for name, _ in listed("/?sort=place")] == ["Gamma 100%", "Alpha", "beta"]
    assert listed("/?sort=people&direction=desc")[0] == ("beta", 2)
    assert [one.name for one in organisations()] == ["Alpha", "Gamma 100%", "beta"]
    assert [one.name for one in organisations(["station"])] == ["Alpha", "beta"]
    assert sorted(station_names()) == ["Alpha", "beta"]
    assert [one.name for one in find_organisations("A", 9)] == ["Alpha", "beta", "Gamma 100%"]
    assert [one.name for one in find_organisations("BON", 9)] == ["Gamma 100%"]
    assert [one.name for one in find_organisations("%", 9)] == ["Gamma 100%"]
    assert len(find_organisations("a", 1)) == 1


def test_lists_are_the_actors_own_until_they_were_brought_in(sqlite_app, add, actor):
    director, trainer = actor("director"), actor("trainer")

    def made(state: str, by: Actor, days: int) -> PeopleList:
        values: dict[str, Any] = {"created_by": by.public_id, "created_at": NOW - days * DAY}
        return row(PeopleList, state=state, format="csv", **values)

    added, own = made("added", director, 3), made("waiting", trainer, 1)
    made("waiting", director, 0)
    undone = made("undone", director, 2)
    with sqlite_app.test_request_context("/"):
        assert list(people_lists(trainer)) == [own, undone, added]
    assert people_list(trainer, own.public_id) is own
    with pytest.raises(NotFound):
        people_list(trainer, added.public_id)
    who = {name: add(name) for name in ("Nyota", "Mto", "Bahari")}
    for name, of, place in (("Nyota", added, 2), ("Mto", added, 1), ("Bahari", own, 1)):
        row(PeopleListPerson, list_id=of.id, person_id=who[name].id, row=place, added=True)
    with sqlite_app.test_request_context("/"):
        assert _names(list_people(added)) == ["Mto", "Nyota"]
    ids = [who[name].public_id for name in ("Mto", "Nyota")]
    assert person_ids_of_list(added) == ids
    assert person_numbers(db.session(), [*ids, "none"]) == {
        ids[0]: who["Mto"].id,
        ids[1]: who["Nyota"].id,
    }
    for shape, by, days in (
        ("a", trainer, 2),
        ("a", director, 1),
        ("b", trainer, 1),
        ("c", director, 0),
    ):
        row(PeopleListMapping, shape=shape, created_by=by.public_id, changed_at=NOW - days * DAY)

    def shown(mapping: PeopleListMapping | None) -> tuple[str, str] | None:
        return mapping and (mapping.shape, mapping.created_by)

    assert shown(list_mapping("a", trainer)) == ("a", trainer.public_id)
    assert shown(list_mapping("a", actor("trainer"))) == ("a", director.public_id)
    assert list_mapping("none", trainer) is None
    assert shown(newest_mapping(trainer)) == ("b", trainer.public_id)
    before = people_revision(db.session())
    who["Mto"].row_version += 1
    db.session.flush()
    assert people_revision(db.session()) != before
    who["Mto"].created_by = trainer.public_id
    db.session.flush()
    facts = kept_facts([*ids, ids[0]], trainer)
    assert {name: held is not None for name, _group, held in facts.values()} == {
        "Mto": True,
        "Nyota": False,
    }


def test_minors_are_those_whom_no_custodian_saw_first(sqlite_app, add, actor):
    custodian = actor("custodian")
    add("Adult")
    add("Nyota", minor=True, minor_by="somebody", minor_since=NOW - DAY)
    add("Bahari", minor=True)
    add("Asha", minor=True, minor_seen_at=NOW, minor_seen_by="c")
    with sqlite_app.test_request_context("/"):
        listed = minors(custodian)
    rows = listed.rows
    assert (listed.total, listed.beyond) == (3, False)
    assert [(one.chosen_name, one.by) for one in rows] == [
        ("Bahari", "nobody"),
        ("Nyota", "somebody"),
        ("Asha", "nobody"),
    ]
    assert rows[1].since == NOW - DAY
    assert minors_unseen(custodian) == 2
    assert minors_unseen(actor("peer")) == 0


def test_pairs_are_told_to_whoever_reaches_one_of_the_two(sqlite_app, add, actor):
    trainer, second = actor("trainer"), actor("trainer")
    mine = add("Nyota", created_by=trainer.public_id)
    other, third = (add(name, created_by=second.public_id) for name in ("Mto", "Bahari"))

    def pair(first: Person, second: Person, score: int, **more: Any) -> LikelyDuplicate:
        one, two = sorted((first.id, second.id))
        values = {"first_id": one, "second_id": two, "score": score, "reasons": ["name"]}
        return row(LikelyDuplicate, **(values | {"reason": "same_name"} | more))

    alike = pair(mine, other, 60, names_alike=True)
    # By a phone alone nobody is told whose it is.
    pair(mine, third, 90)
    both = pair(other, third, 70, reason="same_phone")
    with sqlite_app.test_request_context("/"):
        assert list(likely_duplicates(second)) == [both, alike]
        assert list(likely_duplicates(second, "same_phone")) == [both]
        assert list(likely_duplicates(trainer)) == [alike]
    assert (count_likely_duplicates(second), count_likely_duplicates(trainer)) == (2, 1)
    assert count_likely_duplicates(actor("peer")) == 0
    said = [
        row(NotTheSame, first_id=a.id, second_id=b.id) for a, b in ((mine, other), (other, third))
    ]
    with sqlite_app.test_request_context("/"):
        assert list(told_apart(second)) == said[::-1]
        assert list(told_apart(trainer)) == said[:1]
    beside = facts_of(trainer, [mine.public_id, other.public_id])
    assert {one.chosen_name: one.whole for one in beside.values()} == {"Nyota": True, "Mto": False}
    merges = [
        row(PersonMerge, gone=gone, kept_id=kept.id, merged_at=NOW - days * DAY, **more)
        for gone, kept, days, more in (
            ("g1", mine, 3, {"sealed": b"x"}),
            ("g2", mine, 1, {"sealed": b"x"}),
            ("g3", mine, 1, {}),
            ("g4", mine, 1, {"sealed": b"x", "undone_at": NOW, "undone_by": "x"}),
            ("g5", other, 1, {"sealed": b"x"}),
            ("g6", mine, 9, {"sealed": b"x"}),
        )
    ]
    assert list(open_merges(trainer, mine.id, NOW - 9 * DAY)) == [merges[1], merges[0]]
    assert open_merges(actor("peer"), mine.id, NOW - 9 * DAY) == []
    assert kept_instead("g1") == mine.public_id
    assert kept_instead("g4") is kept_instead("none") is None
    assert merge_within_reach(trainer, merges[0].public_id) is merges[0]
    with pytest.raises(NotFound):
        merge_within_reach(trainer, merges[4].public_id)


def test_whoever_reaches_somebody_compares_her_by_all_and_others_by_her_name(add, groups, actor):
    station, earlier = (row(Organisation, name=name, kind="station") for name in ("One", "Two"))
    facts = {"birth_year": 1990, "sex": "female", "age_band": "35-44"}
    her = add("Nyota", reference="R1", ward="Kondele", **facts)
    row(Posting, person_id=her.id, organisation=station)
    row(Posting, person_id=her.id, organisation=earlier, until=TODAY)
    by_name = Likeness(key=her.public_id, group=groups[1].public_id, name="nyota")
    whole = replace(by_name, reference="R1", station=station.public_id, ward="kondele", **facts)

    def seen_by(who: Actor) -> list[Likeness]:
        return list(likenesses_for(who, Person.id == her.id))

    assert seen_by(actor("director")) == [whole]
    assert seen_by(actor("trainer")) == [by_name]


def test_of_somebody_all_is_read_by_which_she_is_compared(add, groups):
    station, earlier = (row(Organisation, name=name, kind="station") for name in ("One", "Two"))
    facts = {"birth_year": 1990, "sex": "female", "age_band": "35-44"}
    her = add("Nyota", reference="R1", phone_lookup="hash", ward="Kondele", **facts)
    row(Posting, person_id=her.id, organisation=station)
    row(Posting, person_id=her.id, organisation=earlier, until=TODAY)
    bare = add("Mto")
    found = {like.key: like for _key, like in numbered_likenesses(Person.id.in_([her.id, bare.id]))}
    group = groups[1].public_id
    assert found == {
        her.public_id: Likeness(
            key=her.public_id,
            group=group,
            name="nyota",
            reference="R1",
            phones=frozenset({"hash"}),
            station=station.public_id,
            ward="kondele",
            **facts,
        ),
        bare.public_id: Likeness(key=bare.public_id, group=group, name="mto"),
    }
