"""Pages of cases, as officers, custodians and directors use them."""

import re
from datetime import UTC, date, datetime, timedelta
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from kash.incidents.models import Incident
from kash.incidents.rules.parts import Act, Choice, Comment, Filing, Party, Person, Referral, Term
from kash.incidents.rules.record import Record
from kash.incidents.services.cases import add_link, comment
from kash.platform.database import db, utc_now, writing
from kash.platform.vault import AuditEntry, DocumentKey, SealedDocument
from kash.platform.web.formats import to_local


def text_of(answer: Any) -> str:
    plain = re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True))
    return re.sub(r"\s+", " ", unescape(plain))


def rows(answer: Any) -> list[str]:
    """References in the table of the register, in their order."""
    return re.findall(r'<th scope="row">\s*<a href="/w/(\w{16})"', answer.get_data(as_text=True))


def found(client: FlaskClient, **asked: str) -> list[str]:
    answer = client.post("/w/search", data=asked)
    assert answer.status_code == 200
    return rows(answer)


def entries(action: str) -> int:
    db.session.rollback()
    query = select(func.count()).select_from(AuditEntry).where(AuditEntry.action == action)
    return db.session.scalar(query) or 0


# --- The vault ------------------------------------------------------------------------------


def test_with_a_closed_vault_every_page_leads_to_where_it_is_opened(a_member, filed):
    her = a_member("documentation", is_open=False)
    reference = filed()
    for address in ("/w", f"/w/{reference}", f"/w/{reference}/l"):
        answer = her.client.get(address)
        assert answer.status_code == 303
        assert answer.headers["Location"].startswith("/w/v?next=")


@pytest.mark.parametrize("role", ["peer", "police_peer", "trainer", "administrator", "funder"])
def test_others_have_no_register(role, sign_in):
    assert sign_in(role).get("/w").status_code == 403


# --- The register ---------------------------------------------------------------------------


def test_the_queue_holds_what_is_hers_what_is_new_and_what_is_due(a_member, filed):
    anna, brenda = a_member("documentation"), a_member("documentation")
    hers = filed(Record(assigned_to=anna.actor.public_id), "verified")
    new = filed()
    due = filed(Record(terms=[Term(id="t1", kind="pay", due_on=date(2020, 1, 1))]), "mediation")
    another = filed(Record(assigned_to=brenda.actor.public_id))
    wants = Choice(wanted=["help"], on=date(2026, 1, 5), at=utc_now(), by="")
    quiet = filed(Record(choices=[wants]), "verified")
    closed = filed(Record(assigned_to=anna.actor.public_id), "closed")
    answer = anna.client.get("/w")
    assert set(rows(answer)) == {hers, new, due}
    assert re.findall(r"(My queue|Open|All)\s*<small>(\d+)", answer.get_data(as_text=True)) == [
        ("My queue", "3"),
        ("Open", "5"),
        ("All", "6"),
    ]
    everything = set(rows(anna.client.get("/w?show=all")))
    assert everything == {hers, new, due, another, quiet, closed}
    assert set(rows(anna.client.get("/w?show=open"))) == everything - {closed}


def test_what_cannot_wait_stands_first(a_member, filed):
    anna = a_member("documentation")
    arrested = utc_now() - timedelta(hours=2)
    record = Record(persons=[Person(id="p1", code="A", arrested_at=arrested)])
    filed()
    clock = filed(record)
    urgent = filed(Record(urgent=True))
    assert rows(anna.client.get("/w"))[:2] == [urgent, clock]


def test_a_report_of_today_in_which_somebody_is_held_stands_above_a_limit_that_was_over_days_ago(
    a_member, filed
):
    anna, now = a_member("documentation"), utc_now()
    arrested = Person(id="p1", code="A", arrested_at=now - timedelta(days=9))
    over = filed(Record(persons=[arrested]))
    old, new = (
        filed(Record(filing=Filing(how="phone", held=True, filed_at=now - timedelta(hours=hours))))
        for hours in (25, 23)
    )
    assert rows(anna.client.get("/w")) == [new, over, old]


def test_a_limit_that_is_over_stands_above_all_until_it_is_said_what_came_of_it(a_member, filed):
    anna = a_member("documentation")
    long_ago, recent = utc_now() - timedelta(days=9), utc_now() - timedelta(hours=2)

    def arrested(at: datetime, **more: Any) -> Record:
        return Record(persons=[Person(id="p1", code="A", arrested_at=at)], **more)

    closed = filed(arrested(long_ago), "closed")
    over = filed(arrested(long_ago))
    runs = filed(arrested(recent, urgent=True))
    quiet = filed()
    assert rows(anna.client.get("/w")) == [over, runs, quiet]
    everything = rows(anna.client.get("/w?show=all"))
    assert (everything[0], set(everything[1:])) == (over, {closed, runs, quiet})
    # Asked for by their clocks, the closed case has none.
    by_clock = rows(anna.client.get("/w?show=all&sort=clock&direction=asc"))
    assert (by_clock[:2], set(by_clock[2:])) == ([over, runs], {quiet, closed})
    over_only = found(anna.client, show="open", clock="over")
    assert over_only == [over]
    case = anna.client.get(f"/w/{over}").get_data(as_text=True)
    assert re.findall(r'class="btn main"\s+href="([^"]+)"', case) == [f"/w/{over}/j/p1"]
    address = f"/w/{over}/j/p1"
    page = anna.client.get(address).get_data(as_text=True)
    shown = re.search(r'name="row_version"[^>]*value="(\d+)"', page)
    assert shown is not None
    came = {
        "row_version": shown[1],
        "court": "Mfano",
        "before_court_at": f"{to_local(long_ago + timedelta(hours=1)):%Y-%m-%dT%H:%M}",
    }
    assert anna.client.post(address, data=came).status_code == 303
    assert rows(anna.client.get("/w"))[0] == runs


def test_a_record_is_found_by_everything_in_it(a_member, filed):
    anna = a_member("documentation")
    record = Record(
        narrative='She said: "Achieng’s café".\nThen they left.',
        parties=[Party(id="q1", station_name="Kondele", service_number="77123")],
        acts=[Act(id="a1", code="M1", amount=250000, circumstances="at night")],
        comments=[Comment(id="c1", by="x", at=utc_now(), text="Mwanamke alirudi")],
    )
    record.place.ward = "Nyalenda B"
    reference = filed(record)
    filed(Record(narrative="Another one"))
    for words in (
        "achieng's CAFE",
        "kondele",
        "77123",
        "250000",
        "nyalenda night",
        "ALIRUDI",
        '"achieng',
        "demanded",
        "zilidaiwa",
        reference[:6],
    ):
        assert found(anna.client, words=words) == [reference], words
    for words in ("nyalenda another", "narrative", "parties", "station_name", "zzz", "then\\"):
        assert found(anna.client, words=words) == [], words
    assert len(found(anna.client, words="")) == 2


def a_case(**facts: Any) -> Record:
    record = Record(
        acts=[Act(id="a1", code=facts.get("act", "L1"))],
        parties=[Party(id="q1", station_name=facts.get("station", "Kondele"))],
        persons=[Person(id="p1", code="A", age_band=facts.get("age", "25_34"))],
        urgent=facts.get("urgent", False),
        assigned_to=facts.get("assigned", ""),
    )
    record.place.ward = facts.get("ward", "Nyalenda")
    record.happening.begun_on = facts.get("day", date(2026, 5, 1))
    record.persons[0].exposed_at = facts.get("exposed")
    return record


@pytest.mark.parametrize(
    ("asked", "facts"),
    [
        ({"act": "M1"}, {"act": "M1"}),
        ({"ward": "manyatta"}, {"ward": "Manyatta A"}),
        ({"station": "central"}, {"station": "Central"}),
        ({"urgent": "1"}, {"urgent": True}),
        ({"minor": "1"}, {"age": "under_18"}),
        ({"since": "2026-06"}, {"day": date(2026, 6, 1)}),
        ({"until": "2026-04"}, {"day": date(2026, 4, 30)}),
        ({"since": "2026-06", "until": "2026-06"}, {"day": date(2026, 6, 30)}),
        ({"clock": "runs"}, {"exposed": utc_now() - timedelta(hours=80)}),
        ({"clock": "over"}, {"exposed": utc_now() - timedelta(hours=80)}),
    ],
)
def test_filters(a_member, filed, asked, facts):
    anna = a_member("documentation")
    filed(a_case())
    reference = filed(a_case(**facts))
    assert found(anna.client, **asked) == [reference]


def test_filters_by_state_by_officer_and_by_consent(a_member, filed):
    anna = a_member("documentation")
    mine = filed(a_case(assigned=anna.actor.public_id), "triaged")
    agreed = a_case()
    agreed.consents = [  # type: ignore[assignment]
        {"purpose": "record", "given": True, "at": utc_now().isoformat(), "by": "x"}
    ]
    consented = filed(Record.model_validate(agreed.model_dump()))
    assert found(anna.client, state="triaged") == [mine]
    assert found(anna.client, assigned=anna.actor.public_id) == [mine]
    assert found(anna.client, assigned="nobody") == [consented]
    assert found(anna.client, no_consent="1") == [mine]


def test_bad_filters_ask_nothing_and_break_nothing(a_member, filed):
    anna = a_member("documentation")
    reference = filed()
    for asked in (
        {"show": "nonsense", "sort": "nonsense", "page": "-4"},
        {"view": "nonsense"},
        {"words": " \x07 "},
    ):
        assert found(anna.client, **asked) == [reference], asked
    for asked in ({"state": "x" * 5000}, {"since": "never"}, {"words": "y" * 100000}):
        assert found(anna.client, **asked) == [], asked


def test_pages_and_sorting_are_posted_again_with_what_was_asked(a_member, filed):
    anna = a_member("documentation")
    for day in range(1, 31):
        filed(a_case(day=date(2026, 5, day)))
        filed(a_case(day=date(2026, 6, day), ward="Elsewhere"))
    answer = anna.client.post(
        "/w/search", data={"ward": "nyalenda", "sort": "happened", "direction": "asc"}
    )
    assert len(rows(answer)) == 30
    assert 'name="ward"\n         value="nyalenda"' in answer.get_data(as_text=True) or re.search(
        r'name="ward"\s+value="nyalenda"', answer.get_data(as_text=True)
    )
    first = anna.client.get("/w?show=all&sort=happened")
    second = anna.client.get("/w?show=all&sort=happened&page=2")
    assert (len(rows(first)), len(rows(second))) == (50, 10)
    assert not set(rows(first)) & set(rows(second))


def test_what_is_searched_stands_in_no_address_and_one_entry_without_ids(a_member, filed):
    anna = a_member("documentation")
    filed(Record(narrative="Achieng"))
    before = entries("incidents.searched")
    answer = anna.client.post("/w/search", data={"words": "achieng"})
    assert entries("incidents.searched") == before + 1
    assert (
        db.session.scalar(
            select(AuditEntry.subjects)
            .where(AuditEntry.action == "incidents.searched")
            .order_by(AuditEntry.seq.desc())
        )
        == []
    )
    addresses = re.findall(r'(?:href|action)="([^"]*)"', answer.get_data(as_text=True))
    assert not [one for one in addresses if "achieng" in one.lower()]
    assert "achieng" not in re.findall("<title>(.*?)</title>", answer.get_data(as_text=True))[0]


def test_one_damaged_record_says_so_and_the_others_open(a_member, filed):
    anna = a_member("documentation")
    whole, damaged, strange = filed(), filed(), filed()
    with writing() as session:
        for reference, body in ((damaged, b"\x01" * 200), (strange, None)):
            row = session.query(Incident).filter_by(public_id=reference).one()
            if body:
                session.execute(
                    update(SealedDocument)
                    .where(SealedDocument.id == row.document_id)
                    .values(body=body)
                )
            else:
                session.execute(
                    update(DocumentKey)
                    .where(DocumentKey.document_id == row.document_id)
                    .values(wrapped=b"\x02" * 80)
                )
    answer = anna.client.get("/w?show=all")
    assert rows(answer) == [whole]
    assert text_of(answer).count("One record is damaged and does not open") == 2
    for reference in (damaged, strange):
        answer = anna.client.get(f"/w/{reference}")
        assert answer.status_code == 409
        assert "damaged and does not open" in text_of(answer)


def test_first_keys_are_kept_when_the_register_is_opened(a_member, filed):
    anna = a_member("documentation")
    for _ in range(3):
        filed()
    anna.client.get("/w")
    db.session.rollback()
    assert set(db.session.scalars(select(DocumentKey.form))) == {"kept"}


@pytest.mark.parametrize("address", ["/w?show=all", "case"])
def test_so_many_queries_however_many_cases(a_member, filed, count_queries, address):
    anna = a_member("documentation")

    def asked() -> int:
        record = a_case()
        record.comments = [
            Comment(id=f"c{n}", by=anna.actor.public_id, at=utc_now(), text="x") for n in range(9)
        ]
        reference = filed(record)
        path = f"/w/{reference}" if address == "case" else address
        anna.client.get(path)
        with count_queries() as queries:
            assert anna.client.get(path).status_code == 200
        return int(queries.count)

    at_one = asked()
    filed()
    assert asked() == at_one


# --- Views ----------------------------------------------------------------------------------


def test_a_view_is_kept_used_and_removed(a_member, filed):
    anna, brenda = a_member("documentation"), a_member("documentation")
    filed(a_case())
    money = filed(a_case(act="M1"))
    answer = anna.client.post(
        "/w/views", data={"act": "M1", "name": "Money", "shared": "y", "show": "all"}
    )
    assert (answer.status_code, rows(answer)) == (200, [money])
    page = brenda.client.get("/w").get_data(as_text=True)
    (view,) = re.findall(r'name="view" value="(\w{16})"', page)
    assert found(brenda.client, view=view) == [money]
    assert brenda.client.post(f"/w/views/{view}/remove").status_code == 404
    # Tapped twice, it leads to the same place.
    for _time in range(2):
        assert anna.client.post(f"/w/views/{view}/remove").status_code == 303
    assert 'name="view"' not in anna.client.get("/w").get_data(as_text=True)


def test_a_view_needs_a_name_and_what_was_asked_is_not_lost(a_member):
    anna = a_member("documentation")
    answer = anna.client.post("/w/views", data={"ward": "Nyalenda", "name": " "})
    assert answer.status_code == 422
    assert 'value="Nyalenda"' in answer.get_data(as_text=True)


# --- The case -------------------------------------------------------------------------------


def test_the_page_tells_who_did_what_to_whom(a_member, filed):
    anna = a_member("documentation")
    record = Record(
        narrative="They came at night.",
        asked_for="Her release",
        persons=[Person(id="p1", code="A1"), Person(id="p2", code="A2")],
        parties=[Party(id="q1", station_name="Kondele", rank_band="constable")],
        acts=[
            Act(id="a1", code="L1", persons=["p2"], parties=["q1"]),
            Act(id="a2", code="M1", amount=250050),
        ],
    )
    record.place.ward = "Nyalenda"
    record.happening.begun_on = date(2026, 11, 16)
    answer = anna.client.get(f"/w/{filed(record)}")
    text = text_of(answer)
    for part in (
        "Arrest without charge",
        "To A2 · by Constable or corporal, Kondele",
        "To A1, A2 · by Constable or corporal, Kondele",
        "KES 2,500.50",
        "They came at night.",
        "16 November 2026",
        "Nyalenda",
        "Her release",
        "by somebody without keys",
    ):
        assert part in text
    assert "<title>Programme</title>" in answer.get_data(as_text=True)
    assert entries("incidents.opened") == 1


def test_clocks_tell_what_is_left_and_what_can_still_be_done(a_member, filed):
    anna = a_member("documentation")
    exposed = Person(id="p1", code="A", exposed_at=utc_now() - timedelta(hours=80))
    record = Record(acts=[Act(id="a1", code="S1"), Act(id="a2", code="L1")], persons=[exposed])
    text = text_of(anna.client.get(f"/w/{filed(record)}"))
    assert "Over for 8 h 0 min" in text
    assert "Too late for PEP. Send her all the same" in text
    assert re.search(r"1 d (15|16) h left", text)
    assert "After three days it works less well. Send her now." in text
    assert "When was she arrested? A day is enough for the court’s clock." in text
    closed = text_of(anna.client.get(f"/w/{filed(record, 'closed')}"))
    assert "Too late for PEP" not in closed


def test_whoever_comments_reads_that_a_court_may_order_it_shown(a_member, filed):
    page = a_member("documentation").client.get(f"/w/{filed()}").get_data(as_text=True)
    form = re.search(r'<form[^>]+#comments".*?</form>', page, re.S)
    assert form is not None
    help_text = re.search(r'aria-describedby="([\w-]+)"', form[0])
    assert help_text is not None
    said = re.search(rf'id="{help_text[1]}"[^>]*>(.*?)</', form[0], re.S)
    assert said is not None
    assert said[1].strip() == ("A court may order comments shown. Write what you would say there.")


def test_hostile_text_is_shown_as_text(a_member, filed):
    anna = a_member("documentation")
    nasty = "<script>alert(1)</script>{{ 7*7 }}"
    record = Record(narrative=nasty, persons=[Person(id="p1", code=nasty, note=nasty)])
    answer = anna.client.get(f"/w/{filed(record)}")
    assert "<script>alert" not in answer.get_data(as_text=True)
    assert nasty in text_of(answer)


def test_what_two_mark_as_urgent_stays_urgent(a_member, filed, record_of):
    anna = a_member("documentation")
    reference = filed()
    for cannot_wait in (True, False):
        page = anna.client.get(f"/w/{reference}").get_data(as_text=True)
        # Each sends what her page shows.
        sent = re.search(r'name="urgent" value="([01])"', page)
        for _ in range(2):
            anna.client.post(f"/w/{reference}/u", data={"urgent": sent[1] if sent else ""})
        assert record_of(reference, anna.vault()).urgent is cannot_wait


def test_a_step_from_its_page(a_member, filed):
    anna, brenda = a_member("documentation"), a_member("documentation")
    reference = filed()
    page = anna.client.get(f"/w/{reference}").get_data(as_text=True)
    assert f'<a class="btn main" href="/w/{reference}/s/2">' in page
    address = f"/w/{reference}/s/2"
    assert "It cannot wait" in text_of(anna.client.get(address))
    assert anna.client.post(address, data={"version": "1", "urgent": "y"}).status_code == 303
    page = anna.client.get(f"/w/{reference}").get_data(as_text=True)
    note = page[page.index("Somebody else verifies it") :]
    assert f'<a href="/w/{reference}/a">' in note[: note.index("</div>")]
    assert "Urgent" in page
    refused = anna.client.post(f"/w/{reference}/s/3", data={"version": "2"})
    assert "A person who filed or triaged a case does not verify it" in text_of(refused)
    answer = brenda.client.post(f"/w/{reference}/s/3", data={"version": "2"})
    assert answer.status_code == 303
    # Pressed twice, or Back and pressed again.
    again = brenda.client.post(f"/w/{reference}/s/3", data={"version": "2"})
    assert "not at this step any more" in text_of(again)


def test_a_reason_that_is_missing_is_asked_for_and_what_was_typed_stays(a_member, filed):
    anna = a_member("documentation")
    reference = filed(None, "triaged")
    address = f"/w/{reference}/s/4"
    answer = anna.client.post(address, data={"reason": "  ", "version": "1"})
    assert (answer.status_code, "Write the reason." in text_of(answer)) == (422, True)
    comment(reference, "hm", by=anna.actor, vault=anna.vault())
    answer = anna.client.post(address, data={"reason": "Nobody saw it.", "version": "1"})
    assert (answer.status_code, "Somebody else saved this case meanwhile." in text_of(answer)) == (
        422,
        True,
    )
    assert "Nobody saw it." in text_of(answer)
    assert 'value="2"' in answer.get_data(as_text=True)


def test_closing_needs_an_outcome_that_fits(a_member, filed):
    anna = a_member("documentation")
    reference = filed(None, "resolved")
    address = f"/w/{reference}/s/11"
    # Nobody agreed to anything herself.
    for outcome in ("", "not_settled", "nonsense", "settled", "withdrawn"):
        answer = anna.client.post(address, data={"outcome": outcome, "version": "1"})
        assert answer.status_code == 422, outcome
    assert anna.client.post(address, data={"outcome": "reached", "version": "1"}).status_code == 303
    text = text_of(anna.client.get(f"/w/{reference}"))
    assert "What was asked for was reached" in text
    assert "Open again" in text


def test_a_director_reads_and_is_offered_nothing(a_member, filed):
    a_member("documentation")
    dora = a_member("director")
    reference = filed()
    page = dora.client.get(f"/w/{reference}").get_data(as_text=True)
    assert "/s/" not in page
    assert f'/w/{reference}/a"' not in page
    assert "Add the comment" not in page
    for address in ("s/2", "a", "k", "l", "x", "p/p1"):
        assert dora.client.get(f"/w/{reference}/{address}").status_code == 403


def test_members_are_told_that_somebody_is_kept_away_and_a_custodian_who(a_member, filed):
    grace, anna = a_member("custodian"), a_member("documentation")
    brenda = a_member("documentation", name="Brenda Kielelezo")
    reference = filed(
        Record(parties=[Party(id="q1", kind="other", account=brenda.actor.public_id)])
    )
    assert brenda.client.get(f"/w/{reference}").status_code == 404
    text = text_of(anna.client.get(f"/w/{reference}"))
    assert "Somebody is kept away from this case" in text
    assert "Brenda" not in text
    assert "Brenda Kielelezo is named in it" in text_of(grace.client.get(f"/w/{reference}"))
    offered = text_of(anna.client.get(f"/w/{reference}/a"))
    assert "Brenda" not in offered
    answer = anna.client.post(f"/w/{reference}/a", data={"account": brenda.actor.public_id})
    assert answer.status_code == 422


def test_declaring_leads_away_from_the_case(a_member, filed):
    anna = a_member("documentation")
    a_member("documentation")
    reference = filed()
    answer = anna.client.post(f"/w/{reference}/k")
    assert answer.headers["Location"] == "/w"
    after = anna.client.get("/w?show=all")
    assert rows(after) == []
    assert reference not in after.get_data(as_text=True)
    assert anna.client.get(f"/w/{reference}").status_code == 404


def test_links_are_found_added_and_taken_away(a_member, filed):
    anna = a_member("documentation")
    one, two = filed(), filed(Record(narrative="The same market, Achieng again"))
    address = f"/w/{one}/l"
    assert "No other case" in text_of(anna.client.get(f"/w/{one}"))
    page = anna.client.post(address, data={"words": "achieng"}).get_data(as_text=True)
    assert f'value="{two}"' in page
    sent = {"kind": "incident", "id": two}
    assert anna.client.post(f"{address}/add", data=sent).status_code == 303
    for here, there in ((one, two), (two, one)):
        assert f'href="/w/{there}"' in anna.client.get(f"/w/{here}").get_data(as_text=True)
    assert anna.client.post(f"{address}/remove", data=sent).status_code == 303
    assert f"/w/{two}" not in anna.client.get(f"/w/{one}").get_data(as_text=True)
    for wrong in ({"kind": "incident", "id": "x" * 400}, {"kind": "meeting", "id": two}, {}):
        assert anna.client.post(f"{address}/add", data=wrong).status_code == 404


def test_a_link_to_a_case_that_one_must_not_see_is_not_shown(a_member, filed):
    anna, brenda = a_member("documentation"), a_member("documentation")
    one = filed()
    two = filed(Record(declared=[brenda.actor.public_id]))
    add_link(one, "incident", two, by=anna.actor, vault=anna.vault())
    assert two in anna.client.get(f"/w/{one}").get_data(as_text=True)
    assert two not in brenda.client.get(f"/w/{one}").get_data(as_text=True)


def test_a_case_that_is_linked_to_a_shredded_one_still_opens(a_member, filed):
    anna = a_member("documentation")
    one, two = filed(), filed()
    add_link(one, "incident", two, by=anna.actor, vault=anna.vault())
    row = db.session.query(Incident).filter_by(public_id=two).one()
    row.state, row.document_id = "shredded", None
    page = anna.client.get(f"/w/{one}")
    assert (page.status_code, f'href="/w/{two}"' in page.text) == (200, False)


def test_an_identity_is_sealed_and_read_by_a_custodian_only(a_member, filed):
    grace, anna = a_member("custodian"), a_member("documentation")
    away = ["0123456789abcdef"]
    reference = filed(Record(declared=away, persons=[Person(id="p1", code="A1")]))
    address = f"/w/{reference}/p/p1"
    assert anna.client.post(address, data={}).status_code == 422
    sent = {"legal_name": "Zawadi Kielelezo", "born_on": "2010-02-03"}
    assert anna.client.post(address, data=sent).status_code == 303
    for page in (address, f"/w/{reference}"):
        assert "Zawadi" not in anna.client.get(page).get_data(as_text=True)
    assert anna.client.post(f"{address}/read").status_code == 404
    text = text_of(grace.client.post(f"{address}/read"))
    assert "Zawadi Kielelezo" in text
    assert "3 February 2010" in text
    assert entries("incidents.identity_opened") == 1
    assert anna.client.get(f"/w/{reference}/p/p9").status_code == 404


def test_an_officer_asks_and_reads_for_an_hour(a_member, filed):
    from kash.accounts.members.services.vault_sessions import decide

    grace, anna = a_member("custodian"), a_member("documentation")
    away = ["0123456789abcdef"]
    reference = filed(Record(declared=away, persons=[Person(id="p1", code="A1")]))
    address = f"/w/{reference}/p/p1"
    assert "Nothing about this person is sealed yet." in text_of(anna.client.get(f"{address}/ask"))
    anna.client.post(address, data={"legal_name": "Zawadi Kielelezo"})
    assert anna.client.post(f"{address}/g").headers["Location"] == address
    assert anna.client.post(f"{address}/ask", data={"reason": ""}).status_code == 422
    answer = anna.client.post(f"{address}/ask", data={"reason": "A court asks for her name."})
    assert answer.headers["Location"] == "/w/v/u"
    again = anna.client.post(f"{address}/ask", data={"reason": "A court asks for her name."})
    assert again.status_code == 422
    page = grace.client.get("/w/v/u").get_data(as_text=True)
    (request,) = set(re.findall(r'href="/w/v/u/(\w{16})"', page))
    decide(grace.actor, grace.vault(), request, grant=True)
    page = anna.client.get("/w/v/u").get_data(as_text=True)
    (there,) = set(re.findall(r'href="(/w/i/\w{16})"', page))
    assert anna.client.get(there).headers["Location"] == address
    assert "Zawadi Kielelezo" in text_of(anna.client.post(f"{address}/g"))


def test_minors_are_flagged_and_child_protection_is_suggested_once(a_member, filed):
    grace = a_member("custodian")
    record = Record(persons=[Person(id="p1", code="A1", age_band="under_18")])
    reference = filed(record)
    assert "Refer her to child protection." in text_of(grace.client.get(f"/w/{reference}"))
    assert rows(grace.client.get("/w?show=all")) == [reference]
    record.referrals = [Referral(id="r1", kind="child_protection", outcome="reached")]
    other = filed(Record.model_validate(record.model_dump()))
    text = text_of(grace.client.get(f"/w/{other}"))
    assert "Under 18, or may be: A1" in text
    assert "Refer her to child protection." not in text


def test_shredding_asks_for_the_reference_and_a_fresh_sign_in(a_member, filed):
    anna, brenda = a_member("documentation"), a_member("documentation")
    reference = filed(None, "closed")
    address, waits = f"/w/{reference}/x", f"/w/{reference}/2/s1"
    answer = anna.client.post(address, data={"typed": "zzzz"})
    assert (answer.status_code, "not the first four signs" in text_of(answer)) == (422, True)
    with writing() as session:
        from kash.accounts.models import SignedInSession

        session.execute(update(SignedInSession).values(fresh_at=datetime(2020, 1, 1, tzinfo=UTC)))
    form = {"typed": reference[:4].upper(), "reason": "Filed twice."}
    assert "/confirm" in anna.client.post(address, data=form).headers["Location"]
    assert "/confirm" in brenda.client.post(waits, data={"answer": "agree"}).headers["Location"]
    with writing() as session:
        session.execute(update(SignedInSession).values(fresh_at=utc_now()))
    answer = anna.client.post(address, data=form)
    assert answer.headers["Location"] == f"/w/{reference}"
    answer = brenda.client.post(waits, data={"answer": "agree"})
    assert answer.headers["Location"] == "/w?show=all"
    after = brenda.client.get("/w?show=all")
    # The record, and the first account that was kept when it was asked for.
    assert "Sealed documents that are gone: 2." in text_of(after)
    assert rows(after) == []
    assert anna.client.get(f"/w/{reference}").status_code == 404
    still = filed(None, "resolved")
    assert anna.client.post(f"/w/{still}/x").status_code == 409


def test_wrong_addresses_are_not_found(a_member, filed):
    anna = a_member("documentation")
    reference = filed()
    for address in (
        "/w/0123456789abcdef",
        "/w/" + "x" * 300,
        f"/w/{reference}/s/99",
        f"/w/{reference}/s/verify",
        "/w/nonsense/x",
    ):
        assert anna.client.get(address).status_code == 404, address


def test_the_place_of_the_register_is_shown_to_who_has_it(a_member, actor):
    anna = a_member("documentation")
    assert '<a href="/w"' in anna.client.get("/").get_data(as_text=True)


def test_the_register_leads_to_what_an_officer_may_begin_or_look_after(a_member):
    page = a_member("documentation").client.get("/w").text
    head = page[page.index("<h1") : page.index("Search everything that is on record")]
    assert re.findall(r'<a class="btn[^"]*" href="([^"]+)"', head) == [
        "/w/new",
        "/w/call",
        "/w/d",
        "/w/o",
        "/w/y/d",
        "/w/trends",
        "/w/2",
        "/w/n",
    ]


@pytest.mark.parametrize(("state", "said"), [("resolved", "Resolved"), ("triaged", "Nothing yet")])
def test_a_settled_case_does_not_say_that_nothing_came_of_it(a_member, filed, state, said):
    her = a_member("documentation")
    page = text_of(her.client.get(f"/w/{filed(Record(wanted=['release']), state)}"))
    assert f"What came of it {said}" in page
