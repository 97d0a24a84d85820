"""Whoever is or may be under 18, and somebody of the programme: a custodian alone sees such a case,
whatever page, list, search, link or alert a documentation officer or a director tries."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from apiflask import APIFlask
from flask import url_for
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, func, select

from kash.incidents.models import Alert, Incident
from kash.incidents.queries.cases import open_case
from kash.incidents.queries.letterbox import autosaves_left, open_alerts
from kash.incidents.rules.consents import ForCustodian, for_custodian, may_read
from kash.incidents.rules.filing import Screen, new_code
from kash.incidents.rules.older_records import MAY_BE_MINOR
from kash.incidents.rules.parts import (
    AGE_BANDS,
    PARTY_KINDS,
    Event,
    Evidence,
    Filing,
    Intervention,
    Link,
    Party,
    Person,
    Term,
)
from kash.incidents.rules.record import Record
from kash.incidents.rules.totals import is_untaken
from kash.incidents.services import alerts
from kash.incidents.services.autosaves import keep_typed
from kash.incidents.services.cases import assign, comment
from kash.incidents.services.filing import answer_screen, submit
from kash.incidents.services.second_member import StepRefused, take_step
from kash.platform.database import db, new_public_id, utc_now
from kash.platform.vault import SealedDocument, fetch, open_document
from kash.platform.web import NotFound
from tests.incidents.filed_cases import let_arrive
from tests.incidents.form_pages import TOKEN, fields_of, filled
from tests.incidents.sent_reports import sent

CANARY = "Kanari wa Mfano"


def secret_case(kind: str, **more: Any) -> Record:
    """A case for a custodian alone, of one of three kinds, with a word that nobody else may see."""
    child = {"minor": "under_18", "unsure": "unsure"}.get(kind, "25_34")
    party = "programme" if kind == "programme" else "police"
    record = Record(
        narrative=CANARY,
        persons=[Person(id="p1", code="A1", age_band=child, note=CANARY)],
        parties=[Party(id="q1", kind=party, description=CANARY)],
        evidence=[Evidence(document=new_public_id(), number=1, label=CANARY)],
        interventions=[Intervention(id="i1", brief="")],
        terms=[Term(id="t1", kind="release")],
    )
    record.place.ward = CANARY
    return record.model_copy(update=more)


KINDS = pytest.mark.parametrize("kind", ["minor", "unsure", "programme"])


# --- The rule -----------------------------------------------------------------------------------


@given(
    st.lists(st.sampled_from(AGE_BANDS), max_size=3),
    st.lists(st.sampled_from(PARTY_KINDS), max_size=3),
    st.booleans(),
    st.booleans(),
)
def test_only_a_custodian_reads_what_is_for_her_and_somebody_reads_of_a_child(
    ages, kinds, custodian, free
):
    record = Record(
        persons=[Person(id=f"p{n}", code=f"P{n}", age_band=age) for n, age in enumerate(ages)],
        parties=[Party(id=f"q{n}", kind=kind) for n, kind in enumerate(kinds)],
    )
    child, ours = not MAY_BE_MINOR.isdisjoint(ages), "programme" in kinds
    reads = may_read(record, custodian=custodian, somebody_free=lambda: free)
    assert reads == (custodian or not (child or ours) or (child and not ours and not free))
    expected = ForCustodian.PROGRAMME if ours else ForCustodian.MINOR if child else None
    assert for_custodian(record) == expected


# --- Every route --------------------------------------------------------------------------------


def routes_of_a_case(app: APIFlask, reference: str, record: Record) -> Iterator[tuple[str, str]]:
    """(method, path) of every address of incidents that names a case."""
    named = {
        "reference": reference,
        "verb": "triage",
        "person": "p1",
        "intervention_id": "i1",
        "term_id": "t1",
        "document": record.evidence[0].document,
        "kind": "incident",
        "target": reference,
        "number": "1",
    }
    with app.test_request_context():
        for rule in app.url_map.iter_rules():
            if not rule.endpoint.startswith("incidents.") or "reference" not in rule.arguments:
                continue
            values = {name: named.get(name, "x1") for name in rule.arguments}
            for method in sorted((rule.methods or set()) & {"GET", "POST"}):
                yield method, url_for(rule.endpoint, **values)


@KINDS
def test_no_route_of_a_case_answers_an_officer_or_a_director(app, a_member, filed, record_of, kind):
    grace, anna, dora = (a_member(one) for one in ("custodian", "documentation", "director"))
    record = secret_case(kind)
    reference = filed(record)
    before = record_of(reference, grace.vault())
    routes = list(routes_of_a_case(app, reference, record))
    assert len(routes) > 40
    wrong = []
    for who in (anna, dora):
        for method, path in routes:
            answer = who.client.open(path, method=method, data={"reason": "x"})
            # A director is refused what she never may, before anything is looked for.
            if answer.status_code not in (404, 403) or CANARY in answer.text:
                wrong.append((method, path, answer.status_code))
    assert wrong == []
    assert record_of(reference, grace.vault()) == before
    assert CANARY in grace.client.get(f"/w/{reference}").text


@KINDS
def test_no_list_search_count_link_or_today_tells_of_it(a_member, filed, kind):
    grace, anna, dora = (a_member(one) for one in ("custodian", "documentation", "director"))
    hidden = filed(secret_case(kind))
    seen = filed(Record(narrative="Another", links=[Link(kind="incident", id=hidden)]))
    for who in (anna, dora):
        pages = [
            who.client.get("/").text,
            *(who.client.get(f"/w?show={show}").text for show in ("queue", "open", "all")),
            who.client.post("/w/search", data={"words": CANARY, "show": "all"}).text,
            who.client.post("/w/search", data={"minor": "1", "show": "all"}).text,
            who.client.get(f"/w/{seen}").text,
        ]
        # What was typed stands in the field again.
        pages[4] = pages[4].replace(f'value="{CANARY}"', "")
        told = [n for n, page in enumerate(pages) if CANARY in page or hidden in page]
        assert told == []
        counts = re.findall(r'href="/w\?show=all"[^>]*>.*?(\d+)', pages[3], re.S)
        assert counts[0] == "1"
    assert hidden in grace.client.get("/w?show=all").text


def test_what_a_phone_said_and_nobody_saved_yet_hides_it_as_well(a_member, actor):
    grace, anna, peer = a_member("custodian"), a_member("documentation"), actor("peer")
    code = new_code()
    answer_screen(peer, code, "whom", Screen(ages=["unsure"]))
    answer_screen(peer, code, "words", Screen(narrative=CANARY))
    submit(peer, code, "en")
    let_arrive()
    (reference,) = db.session.scalars(select(Incident.public_id)).all()
    seen = Record(links=[Link(kind="incident", id=reference)])
    from tests.incidents.filed_cases import filed

    other = filed(seen)
    assert reference not in anna.client.get(f"/w/{other}").text
    assert anna.client.get(f"/w/{reference}").status_code == 404
    assert CANARY in grace.client.get(f"/w/{reference}").text


@pytest.mark.parametrize("name", ["whom", "who"])
def test_a_screen_that_does_not_open_is_taken_for_one_that_keeps_it_from_officers(
    a_member, actor, name
):
    grace, anna, peer = a_member("custodian"), a_member("documentation"), actor("peer")
    sent(peer, **{name: Screen(count=1), "words": Screen(narrative=CANARY)})
    let_arrive()
    session = db.session()
    screen = Record.model_validate_json(
        open_document(grace.vault(), fetch(session, kind="incident")[0])
    ).filing.screens[name]
    document = session.scalars(
        select(SealedDocument).where(SealedDocument.public_id == screen)
    ).one()
    document.body = document.body[:-1] + bytes([document.body[-1] ^ 1])
    (reference,) = session.scalars(select(Incident.public_id)).all()
    session.commit()
    assert anna.client.get(f"/w/{reference}").status_code == 404
    assert reference not in anna.client.get("/w?show=all").text
    page = grace.client.get(f"/w/{reference}").text
    assert CANARY in page
    assert "Part of what the phone sent does not open" in page


def test_it_is_given_to_custodians_only_and_stays_with_nobody_else(a_member, filed, record_of):
    grace, anna = a_member("custodian"), a_member("documentation")
    record = secret_case("minor", assigned_to=anna.actor.public_id)
    reference = filed(record)
    page = grace.client.get(f"/w/{reference}/a").text
    assert anna.actor.public_id not in page[page.index("<select") : page.index("</select>")]
    with pytest.raises(NotFound):
        assign(reference, anna.actor.public_id, by=grace.actor, vault=grace.vault())
    comment(reference, "Called her.", by=grace.actor, vault=grace.vault())
    assert record_of(reference, grace.vault()).assigned_to == ""


def test_a_custodian_who_is_named_does_not_read_it_and_another_does(a_member, filed):
    grace, ruth = a_member("custodian"), a_member("custodian")
    record = secret_case("programme")
    record.parties[0].account = grace.actor.public_id
    reference = filed(record)
    assert grace.client.get(f"/w/{reference}").status_code == 404
    assert ruth.client.get(f"/w/{reference}").status_code == 200


def test_without_a_free_custodian_officers_help_a_child_and_nobody_reads_of_the_programme(
    a_member, filed
):
    anna = a_member("documentation")
    child, ours = filed(secret_case("minor")), filed(secret_case("programme"))
    page = anna.client.get(f"/w/{child}").text
    assert "None is free" in page
    assert anna.client.get(f"/w/{ours}").status_code == 404
    grace = a_member("custodian")
    assert anna.client.get(f"/w/{child}").status_code == 404
    named = secret_case("minor", declared=[grace.actor.public_id])
    assert anna.client.get(f"/w/{filed(named)}").status_code == 200


def test_the_last_custodian_is_told_what_becomes_of_a_case_she_must_not_work_on(a_member, filed):
    grace = a_member("custodian")
    a_member("documentation")
    ours, child = filed(secret_case("programme")), filed(secret_case("minor"))
    nobody, officers = (
        "nobody here can read this case",
        "Documentation officers and directors see it",
    )
    pages = [grace.client.get(f"/w/{one}/k").text for one in (ours, child)]
    assert [nobody in one for one in pages] == [True, False]
    assert [officers in one for one in pages] == [False, True]
    a_member("custodian")
    page = grace.client.get(f"/w/{ours}/k").text
    assert (nobody in page, "only one who can work" in page) == (False, False)


def test_one_custodian_verifies_what_she_triaged_and_two_do_not(a_member, filed):
    grace = a_member("custodian")
    a_member("documentation")
    reference = filed(secret_case("minor"))
    for verb in ("triage", "verify"):
        take_step(reference, verb, by=grace.actor, vault=grace.vault())
    a_member("custodian")
    other = filed(secret_case("minor"))
    take_step(other, "triage", by=grace.actor, vault=grace.vault())
    with pytest.raises(StepRefused):
        take_step(other, "verify", by=grace.actor, vault=grace.vault())


# --- Handing over -------------------------------------------------------------------------------


def minor_form(**more: Any) -> dict[str, Any]:
    return filled(**{"persons-0-age_band": "unsure", "terms-0-kind": "release"} | more)


def test_she_is_told_before_her_saving_hands_it_over_and_loses_nothing_typed(a_member, record_of):
    grace, anna = a_member("custodian", name="Neema Mfano"), a_member("documentation")
    answer = anna.client.post("/w/new", data=minor_form())
    assert answer.status_code == 422
    assert "Neema Mfano" in answer.text
    assert "Save and hand it over" in answer.text
    assert "Also without a yes it stays until it is closed" in answer.text
    assert "Behind the yellow kiosk" in answer.text
    assert "Held among adults?" in answer.text
    assert db.session.scalar(select(func.count(Incident.id))) == 0
    db.session.rollback()
    # Of no child after all: it is saved as any other, and nothing says that it was handed over.
    other = anna.client.post(
        "/w/new", data=filled(do="hand", token="0ther00000000000"), follow_redirects=True
    )
    assert "handed over" not in other.text
    db.session.execute(delete(Incident))
    db.session.commit()
    form = minor_form(do="hand", **{"persons-0-among_adults": "yes"})
    answer = anna.client.post("/w/new", data=form, follow_redirects=True)
    assert "Saved, and handed over to a custodian." in answer.text
    row = db.session.scalars(select(Incident)).one()
    reference, state = row.public_id, row.state
    assert state == "submitted"
    assert anna.client.get(f"/w/{reference}").status_code == 404
    record = record_of(reference, grace.vault())
    assert (record.place.place, record.persons[0].among_adults) == (
        "Behind the yellow kiosk",
        "yes",
    )


def test_a_case_that_turns_out_to_be_a_childs_moves_in_the_moment_of_saving(
    a_member, filed, record_of
):
    grace, anna = a_member("custodian"), a_member("documentation")
    reference = filed(Record(assigned_to=anna.actor.public_id), "triaged")
    before = record_of(reference, grace.vault())
    for band, kind in (("under_18", "police"), ("25_34", "programme")):
        form = minor_form(**{"persons-0-age_band": band, "parties-0-kind": kind, "version": "1"})
        assert anna.client.post(f"/w/{reference}/edit", data=form).status_code == 422
    assert record_of(reference, grace.vault()) == before
    anna.client.post(f"/w/{reference}/edit", data=minor_form(version="1", do="hand"))
    after = record_of(reference, grace.vault())
    assert (after.assigned_to, after.narrative) == ("", "Line one\nLine two")
    assert [one.what for one in after.timeline] == ["handed_over", "unassigned"]
    assert anna.client.get(f"/w/{reference}").status_code == 404
    assert reference in grace.client.get("/w").text


def test_what_an_officer_typed_while_a_colleague_handed_the_case_over_reaches_the_custodian(
    a_member, filed, record_of
):
    grace = a_member("custodian")
    anna, ruth = a_member("documentation", name="Amani Mfano"), a_member("documentation")
    reference = filed(Record(), "triaged")
    hers = fields_of(anna.client.get(f"/w/{reference}/edit").text)
    ruth.client.post(f"/w/{reference}/edit", data=minor_form(version="1", do="hand"))
    hers |= {"narrative": CANARY, "do": "save"}
    answer = anna.client.post(f"/w/{reference}/edit", data=hers, follow_redirects=True)
    assert "now only a custodian reads this case" in answer.text
    assert "Somebody was still writing" in grace.client.get(f"/w/{reference}").text
    page = grace.client.get(f"/w/{reference}/edit").text
    assert "what Amani Mfano typed until" in page
    (document,) = re.findall(r'name="restore" value="([^"]+)"', page)
    opened = grace.client.post(f"/w/{reference}/edit", data={"restore": document})
    typed = fields_of(opened.text)
    assert typed["narrative"] == CANARY
    # What the colleague saved is not written over: both stand beside each other.
    beside = grace.client.post(f"/w/{reference}/edit", data=typed | {"do": "save"})
    assert (beside.status_code, CANARY in beside.text) == (409, True)
    assert "Line two" in beside.text
    address = f"/w/{reference}/edit?discard={document}"
    assert "Throw away what was typed?" in grace.client.get(address).text
    assert "Somebody was still writing" in grace.client.get(f"/w/{reference}").text
    grace.client.post(address)
    assert "Somebody was still writing" not in grace.client.get(f"/w/{reference}").text
    # Who has a part in it, or asks for no such case, learns nothing.
    grace.client.post(
        f"/w/{reference}/edit",
        data=minor_form(
            version="2",
            **{"parties-0-kind": "programme", "parties-0-account": anna.actor.public_id},
        ),
    )
    assert record_of(reference, grace.vault()).parties[0].account == anna.actor.public_id
    assert anna.client.post(f"/w/{reference}/edit", data=hers).status_code == 404
    assert anna.client.post(f"/w/{'x' * 16}/edit", data=hers).status_code == 404


def test_no_custodian_reaches_what_another_who_may_work_on_the_case_still_writes(a_member, filed):
    grace, vera, anna = (a_member(one) for one in ("custodian", "custodian", "documentation"))
    record = secret_case("minor")
    reference = filed(record)
    for who, words in ((vera, "still writing"), (anna, "kept away")):
        keep_typed(who.actor, reference, TOKEN, [("narrative", words)])
    left = autosaves_left(grace.actor, grace.vault(), reference, record)
    assert [(one.by, one.fields) for one in left] == [
        (anna.actor.public_id, [("narrative", "kept away")])
    ]


@pytest.mark.parametrize(
    ("kind", "corrected"),
    [
        ("unsure", {"persons-0-age_band": "unknown"}),
        ("unsure", {"persons-0-code": "", "persons-0-age_band": "", "persons-0-note": ""}),
        ("programme", {"parties-0-kind": "other"}),
    ],
)
def test_a_custodian_is_asked_before_one_change_gives_her_case_to_every_officer(
    a_member, filed, record_of, kind, corrected
):
    grace, anna = a_member("custodian"), a_member("documentation")
    record = secret_case(kind, terms=[], evidence=[], interventions=[])
    reference = filed(record, "submitted")
    hers = fields_of(grace.client.get(f"/w/{reference}/edit").text)
    before = record_of(reference, grace.vault())
    asked = grace.client.post(f"/w/{reference}/edit", data=hers | corrected | {"do": "save"})
    assert asked.status_code == 422
    assert "comments, first account and every change" in asked.text
    assert anna.client.get(f"/w/{reference}").status_code == 404
    assert record_of(reference, grace.vault()) == before
    assert 'value="open"' in asked.text
    grace.client.post(f"/w/{reference}/edit", data=hers | corrected | {"do": "open"})
    assert anna.client.get(f"/w/{reference}").status_code == 200


def test_who_corrects_the_age_after_the_warning_hands_it_in_and_is_not_told_it_went(a_member):
    a_member("custodian")
    anna = a_member("documentation")
    form = minor_form(do="submit", **{"persons-0-age_band": "under_18"})
    warned = anna.client.post("/w/new", data=form)
    assert re.findall(
        r'name="do"\s+value="(\w+)"', warned.text[warned.text.index("record-end") :]
    ) == ["hand", "submit", "save"]
    form |= {"persons-0-age_band": "18_24", "do": "hand"}
    answer = anna.client.post("/w/new", data=form, follow_redirects=True)
    assert "handed over" not in answer.text
    assert "Handed in." in answer.text
    row = db.session.scalars(select(Incident)).one()
    reference = row.public_id
    assert row.state == "submitted"
    assert anna.client.get(f"/w/{reference}").status_code == 200
    # In a case that is a draft no more, it is just saved.
    more = minor_form(version="1", do="hand", **{"persons-0-age_band": "25_34"})
    answer = anna.client.post(f"/w/{reference}/edit", data=more, follow_redirects=True)
    assert ("Saved." in answer.text, "handed over" in answer.text) == (True, False)


def test_a_custodian_hands_over_to_nobody(a_member):
    grace = a_member("custodian")
    a_member("documentation")
    assert grace.client.post("/w/new", data=minor_form()).status_code == 303


# --- Somebody is held ---------------------------------------------------------------------------


def held_case(kind: str) -> Record:
    return secret_case(kind, filing=Filing(how="phone", held=True))


def raise_one() -> None:
    session = db.session()
    alerts.raise_alert(session, utc_now())  # type: ignore[attr-defined]
    session.commit()


def test_of_a_held_child_the_officer_reads_that_a_custodian_has_it_and_nothing_else(
    a_member, filed
):
    grace = a_member("custodian", name="Neema Mfano")
    anna, dora = a_member("documentation"), a_member("director")
    filed(held_case("minor"))
    raise_one()
    page = anna.client.get("/w").text
    assert "went to a custodian" in page
    assert "Neema Mfano" in page
    assert CANARY not in page
    assert "went to a custodian" not in dora.client.get("/w").text
    # Her look ends nothing: the custodian's does.
    assert len(open_alerts()) == 1
    grace.client.get("/w")
    assert open_alerts() == []


def test_words_that_a_hidden_case_holds_show_the_same_page_as_words_that_none_holds(
    a_member, filed
):
    a_member("custodian")
    anna = a_member("documentation")
    reference = filed(held_case("minor"))
    nowhere = {word: "x" * len(word) for word in ("Kanari", reference)}

    def page_for(word: str) -> str:
        page = anna.client.post("/w/search", data={"words": word, "show": "all"}).text
        # What was typed stands in its field again, and a token is signed anew each second.
        token = re.search(r'name="csrf-token" content="([^"]+)"', page)
        assert token is not None
        return page.replace(word, "").replace(token[1], "")

    for word, other in nowhere.items():
        assert page_for(word) == page_for(other)
    filtered = anna.client.post("/w/search", data={"minor": "1", "show": "all"}).text
    assert "went to a custodian" not in filtered
    assert "went to a custodian" in anna.client.get("/w").text


def test_of_a_held_child_the_officer_is_told_to_call_no_custodian_who_is_a_party(a_member, filed):
    grace = a_member("custodian", name="Neema Mfano")
    a_member("custodian", name="Ruth Mfano")
    anna = a_member("documentation")
    record = held_case("minor")
    record.parties[0].account = grace.actor.public_id
    filed(record)
    page = anna.client.get("/w").text
    assert "Call her now: Ruth Mfano." in page
    assert "Neema Mfano" not in page.partition("went to a custodian")[2].partition("</p>")[0]


def test_of_somebody_held_by_the_programme_no_officer_reads_that_it_is_there(a_member, filed):
    grace, anna = a_member("custodian"), a_member("documentation")
    filed(held_case("programme"))
    raise_one()
    assert "went to a custodian" not in anna.client.get("/w").text
    assert len(open_alerts()) == 1
    grace.client.get("/w")
    assert open_alerts() == []


def test_handing_over_a_child_who_is_held_tells_the_custodian_until_she_has_it(a_member, filed):
    grace, anna = a_member("custodian"), a_member("documentation")
    reference = filed(Record(), "triaged")
    form = minor_form(
        version="1",
        do="hand",
        **{"persons-0-arrested_at": "2026-11-02T10:00", "acts-0-code": "L1", "terms-0-kind": ""},
    )
    form["terms-0-what"] = ""
    form |= {"terms-0-owed_by": "", "terms-0-owed_to": ""}
    answer = anna.client.post(f"/w/{reference}/edit", data=form, follow_redirects=True)
    assert "went to a custodian" in answer.text
    assert len(db.session.scalars(select(Alert).where(Alert.raised_at.is_not(None))).all()) == 1
    db.session.rollback()
    assign(reference, grace.actor.public_id, by=grace.actor, vault=grace.vault())
    assert "went to a custodian" not in anna.client.get("/w").text
    assert open_alerts() == []


@pytest.mark.parametrize("how", ["a step", "let go", "a day"])
def test_an_officers_look_ends_alerts_again_once_a_hidden_case_is_taken_up_let_go_or_a_day_old(
    a_member, filed, how
):
    grace, anna = a_member("custodian"), a_member("documentation")
    record = held_case("programme")
    record.filing.filed_at = utc_now() - timedelta(hours=25 if how == "a day" else 1)
    if how == "let go":
        record.persons[0].released_at = utc_now()
    reference = filed(record)
    if how == "a step":
        raise_one()
        anna.client.get("/w")
        assert len(open_alerts()) == 1
        db.session.rollback()
        # She works on it, and gives it to nobody.
        take_step(reference, "triage", by=grace.actor, vault=grace.vault())
    raise_one()
    anna.client.get("/w")
    assert open_alerts() == []


@pytest.mark.parametrize(
    ("filed_ago", "events", "expected"),
    [
        (None, [], True),
        (1, [], True),
        (24, [], False),
        (None, [("added", 1)], True),
        (None, [("comment", 1)], False),
        (30, [("comment", 20), ("handed_over", 2), ("unassigned", 2)], True),
        (30, [("handed_over", 2), ("comment", 1)], False),
        (40, [("handed_over", 24)], False),
    ],
)
def test_a_case_is_untaken_for_a_day_and_until_any_step_after_it_came(filed_ago, events, expected):
    now = utc_now()
    record = Record(
        filing=Filing(held=True, filed_at=filed_ago and now - timedelta(hours=filed_ago)),
        persons=[Person(id="p1", code="P1")],
        timeline=[Event(what=what, by="x", at=now - timedelta(hours=ago)) for what, ago in events],
    )

    def untaken(state: str = "submitted") -> bool:
        return is_untaken(record, state, now)

    assert untaken() == expected
    assert not untaken("closed")
    record.persons[0].released_at = now
    assert not untaken()


def test_a_custodian_who_filed_it_on_a_phone_is_kept_away(a_member, filed):
    grace, ruth = a_member("custodian"), a_member("custodian")
    record = secret_case("minor", filing=Filing(how="phone", author=grace.actor.public_id))
    reference = filed(record)
    with pytest.raises(NotFound):
        open_case(grace.actor, grace.vault(), reference)
    assert open_case(ruth.actor, ruth.vault(), reference).reference == reference
