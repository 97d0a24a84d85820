"""Unfinished forms: kept while they are typed, found again by their writer, and gone in the end."""

import html
import json
import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pyotp
import pytest
from sqlalchemy import select, text

from kash.incidents.models import Incident, IncidentDraft, IncidentDraftScreen
from kash.incidents.queries.cases import open_case
from kash.incidents.queries.letterbox import own_autosaves
from kash.incidents.rules.parts import Act, Party, Person
from kash.incidents.rules.record import Record
from kash.incidents.services.autosaves import discard_typed, keep_typed
from kash.incidents.services.documentation import SentPage, add_case
from kash.incidents.services.filing import shred_old_drafts
from kash.platform.database import db
from kash.platform.vault import DocumentKey, SealedDocument
from kash.platform.vault.models import VaultOpening
from kash.platform.web.formats import local_today
from tests.incidents.filed_cases import filed
from tests.incidents.form_pages import PHRASE, TOKEN, entries, fields_of, filled

Member = Any


@pytest.fixture
def officer(a_member):
    return a_member("documentation", name="Amani Mfano")


def record_of(member: Member, reference: str) -> Record:
    return open_case(member.actor, member.vault(), reference).record


def saved(member: Member, **more: Any) -> str:
    answer = member.client.post("/w/new", data=filled(**more))
    assert answer.status_code == 303, re.findall(r'class="error".*?</div>', answer.text, re.S)
    return answer.headers["Location"].rpartition("/")[2]


def typed_record() -> Record:
    return Record(
        narrative="one",
        persons=[Person(id="p1", code="A")],
        parties=[Party(id="o1", description="tall")],
        acts=[Act(id="a1", code="P1")],
    )


def kept_rows() -> tuple[int, int, int]:
    return (
        db.session.query(IncidentDraft).count(),
        db.session.query(IncidentDraftScreen).count(),
        db.session.query(SealedDocument).filter_by(kind="incident.autosave").count(),
    )


@pytest.mark.any_engine
def test_one_page_keeps_one_text_the_last(both_engines_app, a_member):
    one, two = a_member("documentation"), a_member("documentation")
    for word in ("first", "second", "third"):
        keep_typed(one.actor, "", TOKEN, [("narrative", word), ("narrative", "twice")])
    keep_typed(two.actor, "", TOKEN, [("narrative", "somebody else's")])
    assert kept_rows() == (2, 2, 2)
    week = local_today() + timedelta(days=5)
    assert [draft.kept_until >= week for draft in db.session.query(IncidentDraft)] == [True, True]
    (kept,) = own_autosaves(one.actor, one.vault())
    assert kept.fields == [("narrative", "third"), ("narrative", "twice")]
    assert [each.fields[0][1] for each in own_autosaves(two.actor, two.vault())] == [
        "somebody else's"
    ]
    assert own_autosaves(one.actor, one.vault(), "r" * 16) == []


@pytest.mark.any_engine
def test_what_is_kept_names_neither_account_nor_case(both_engines_app, a_member):
    one = a_member("documentation")
    reference = filed()
    keep_typed(one.actor, reference, TOKEN, [("narrative", PHRASE)])
    for table in ("incident_draft", "incident_draft_screen", "vault_document"):
        for row in db.session.execute(text(f"SELECT * FROM {table}")):
            for word in (one.actor.public_id, reference, TOKEN, PHRASE):
                assert word not in repr(row)
    assert entries() == []


def test_what_was_kept_is_shredded_when_the_case_is_saved_or_it_is_thrown_away(
    both_engines_app, a_member
):
    one = a_member("documentation")
    keep_typed(one.actor, "", TOKEN, [("narrative", "x")])
    add_case(one.actor, one.vault(), SentPage(typed_record(), TOKEN), "en")
    assert kept_rows() == (0, 0, 0)
    assert db.session.query(DocumentKey).count() == 1
    keep_typed(one.actor, "", TOKEN, [("narrative", "y")])
    discard_typed(one.actor, "another0another0")
    assert kept_rows() == (1, 1, 1)
    discard_typed(one.actor, TOKEN)
    assert kept_rows() == (0, 0, 0)


def test_typed_text_is_offered_again_and_gone_once_it_was_saved(officer):
    data = filled(narrative="Half a sentence", do="")
    answer = officer.client.post("/w/t", data=data)
    assert (answer.status_code, answer.data) == (204, b"")
    page = officer.client.get("/w/new").text
    assert "Go on with it" in page
    assert "Half a sentence" not in page
    (kept,) = own_autosaves(officer.actor, officer.vault())
    assert "csrf_token" not in dict(kept.fields)
    again = officer.client.post("/w/new", data={"restore": kept.document})
    fields = fields_of(again.text)
    assert fields["narrative"] == "Half a sentence"
    assert fields["token"] == TOKEN
    assert fields["acts-0-persons"] == ["p1"]
    assert entries()[-1] == ("incidents.autosave_opened", [])
    officer.client.post("/w/new", data=fields | {"do": "save"})
    assert kept_rows() == (0, 0, 0)
    assert "Go on with it" not in officer.client.get("/w/new").text


def test_nobody_finds_or_throws_away_what_another_typed(officer, a_member):
    other = a_member("documentation")
    officer.client.post("/w/t", data=filled())
    (kept,) = own_autosaves(officer.actor, officer.vault())
    assert "Go on with it" not in other.client.get("/w/new").text
    refused = other.client.post("/w/new", data={"restore": kept.document})
    assert refused.status_code == 404
    address = f"/w/new?discard={kept.document}"
    assert other.client.post(address).status_code == 404
    assert kept_rows() == (1, 1, 1)
    # An hour of typing is not gone by one tap beside "Go on with it".
    assert f'href="{address}"' in officer.client.get("/w/new").text
    assert "Throw away what was typed?" in officer.client.get(address).text
    assert kept_rows() == (1, 1, 1)
    # Tapped twice, it leads to the same place.
    for _time in range(2):
        assert officer.client.post(address).location == "/w/new"
    assert kept_rows() == (0, 0, 0)


def test_typed_text_of_a_case_is_offered_on_that_case_only(officer):
    reference = saved(officer)
    officer.client.post("/w/t", data=filled(case=reference))
    assert "Go on with it" in officer.client.get(f"/w/{reference}/edit").text
    assert "Go on with it" not in officer.client.get("/w/new").text


def test_typing_goes_on_being_kept_when_the_vault_has_closed(officer):
    db.session.query(VaultOpening).delete()
    db.session.commit()
    kept = officer.client.post("/w/t", data=filled(narrative="Still typing"))
    assert kept.status_code == 204
    # Saving leads to where the vault is opened, and the text is given back afterwards.
    sent = officer.client.post("/w/new", data=filled())
    assert sent.status_code == 303
    assert sent.headers["Location"].startswith("/w/v?next=")
    assert PHRASE not in sent.headers["Location"]
    assert db.session.scalar(select(Incident.id)) is None
    assert kept_rows() == (1, 1, 1)


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({"token": ""}, 400),
        ({"token": "x" * 4000}, 400),
        ({"case": "../secret"}, 400),
        ({"narrative": "x" * 600_000}, 413),
    ],
)
def test_what_no_page_sends_is_not_kept(officer, more, status):
    assert officer.client.post("/w/t", data=filled(**more)).status_code == status
    assert kept_rows() == (0, 0, 0)


@pytest.mark.parametrize("role", ["peer", "police_peer", "trainer", "administrator", "funder"])
def test_others_have_no_such_page(sign_in, role):
    client = sign_in(role)
    assert client.get("/w/new").status_code == 403
    assert client.post("/w/t", data=filled()).status_code == 403


def test_finding_what_was_typed_takes_one_question_however_much_there_is(officer, count_queries):
    counts = []
    for number in (1, 3):
        for one in range(number):
            keep_typed(officer.actor, "", f"{number}{one}" + "x" * 14, [("narrative", "x")])
        vault = officer.vault()
        with count_queries() as queries:
            assert own_autosaves(officer.actor, vault)
        counts.append(queries.count)
    assert counts == [1, 1]


def test_what_a_page_remembers_of_itself_is_no_text(officer):
    reference = saved(officer)
    fields = fields_of(officer.client.get(f"/w/{reference}/edit").text)
    assert all(re.fullmatch(r"[0-9a-f]{12}", one) for one in json.loads(fields["seen"]).values())


def test_a_form_sent_with_a_closed_vault_comes_back_whole(a_member):
    a_member("documentation")
    officer = a_member("documentation", is_open=False)
    sent = officer.client.post("/w/new", data=filled(do="submit"))
    assert sent.headers["Location"] == "/w/v?next=/w/v/go-on"
    opened = officer.client.post(
        "/w/v",
        data={
            "passphrase": officer.passphrase,
            "code": pyotp.TOTP("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP").now(),
            "next": "/w/v/go-on",
        },
    )
    assert opened.headers["Location"] == "/w/v/go-on"
    page = officer.client.get("/w/v/go-on").text
    fields: dict[str, list[str]] = {}
    for name, value in re.findall(
        r'<textarea[^>]* name="([^"]+)" hidden>(.*?)</textarea>', page, re.S
    ):
        fields.setdefault(name, []).append(html.unescape(value).removeprefix("\n"))
    answer = officer.client.post("/w/new", data=fields)
    assert answer.status_code == 303
    record = record_of(
        replace(officer, cookie=officer.client.get_cookie("vault").value),
        answer.headers["Location"].rpartition("/")[2],
    )
    assert (record.place.place, record.narrative) == (PHRASE, "Line one\nLine two")
    assert record.acts[0].persons == ["p1"]


def test_an_unfinished_form_is_shredded_after_its_day_and_not_on_it(sqlite_app):
    today = local_today()
    for key, day in (("a", today - timedelta(days=1)), ("b", today), ("c", today)):
        db.session.add(IncidentDraft(code_hash=key * 64, kept_until=day))
    db.session.commit()
    shred_old_drafts()
    left = db.session.scalars(select(IncidentDraft.code_hash).order_by(IncidentDraft.code_hash))
    assert [key[0] for key in left] == ["b", "c"]
