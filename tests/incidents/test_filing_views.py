"""The pages of filing: skipping, coming back, sending twice, and what they leave behind."""

import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from kash.accounts.models import Account, CountedTries, SignedInSession
from kash.incidents.consent_texts import VERSION
from kash.incidents.filing_words import ALLOWED
from kash.incidents.models import Duty, Incident
from kash.incidents.queries import cases
from kash.incidents.queries.letterbox import opened_box
from kash.incidents.rules.filing import MOST_ANSWERS, SCREENS
from kash.people.models import Organisation, ServiceEntry, Zone
from kash.platform.database import db
from kash.platform.vault import AuditEntry
from kash.platform.web.logs import configure_logs
from tests.incidents.filed_cases import let_arrive
from tests.incidents.sent_reports import carried, word_in
from tests.incidents.sent_reports import code_in as receipt_code_in

FILE = "/w/n"
HOSTILE = "'\"><script>alert(1)</script> %s {{ 7*7 }} ‮ 🙂 \\"


@pytest.fixture
def member(app, a_member):
    return a_member("documentation")


@pytest.fixture
def phone(peer, client_for):
    return client_for(peer)


def begin(phone: FlaskClient) -> str:
    """The code of a new report."""
    return code_in(phone.post(FILE, data={"go": "begin"}).text)


def code_in(page: str) -> str:
    found = re.search(r'name="code" value="(\w{12})"', page)
    assert found is not None, page
    return found[1]


def shown_screen(page: str) -> str:
    found = re.search(r'name="screen" value="(\w+)"', page)
    assert found is not None, page
    return found[1]


def answer(phone: FlaskClient, code: str, screen: str, go: str = "next", **data: Any) -> Any:
    return phone.post(FILE, data={"code": code, "screen": screen, "go": go, **data})


def _kept() -> int:
    """How many screens lie in the letterbox."""
    db.session.rollback()
    return len(list(opened_box(db.session()).letters()))


def _count(model: Any) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def test_all_can_be_skipped_and_no_more_than_thirteen_things_are_asked(phone):
    code = begin(phone)
    asked: list[str] = []
    for screen in SCREENS:
        page = answer(phone, code, screen, "here").text
        assert shown_screen(page) == screen
        names = re.findall(r'<(?:input|select|textarea)[^>]*?\bname="(\w+)"', page)
        own = dict.fromkeys(name for name in names if name in SCREENS[screen])
        assert tuple(own) == SCREENS[screen]
        assert set(names) - set(own) <= {"csrf_token", "in", "code", "screen", "token", "wording"}
        asked += own
        assert "required" not in re.sub(r"<style.*?</style>", "", page)
    assert len(asked) == MOST_ANSWERS == 13
    for screen, following in zip(SCREENS, [*list(SCREENS)[1:], "review"], strict=True):
        for go in ("skip", "next"):
            assert shown_screen(answer(phone, code, screen, go).text) == following
    assert _kept() == 0
    sent = answer(phone, code, "review", "send")
    assert sent.status_code == 422
    assert "Nothing has been answered yet." in sent.text


def test_a_whole_report(phone, member, peer):
    station = Organisation(name="Mfano station", kind="station")
    db.session.add_all([station, Zone(name="Kondele")])
    db.session.commit()
    key = station.public_id
    code = begin(phone)
    answer(phone, code, "what", acts=["S1", "M1"])
    answer(phone, code, "when", day="2026-01-05", clock="03:10", place="kondele")
    answer(phone, code, "whom", count="2", ages=["under_18", "25_34"])
    answer(phone, code, "who", who=f"police:{key}", description="number 72345, tall")
    answer(phone, code, "next", wanted=["return", "apologise"], consents=["record"])
    last = answer(phone, code, "words", narrative=HOSTILE, teller="witness")
    assert shown_screen(last.text) == "review"
    assert last.text.count("answered</small>") == 6
    assert HOSTILE not in last.text
    assert "script>alert" not in last.text
    review = answer(phone, code, "review", "").text
    sent = phone.post(FILE, data={**carried(review), "go": "send"}).text
    known = phone.post(FILE, data={**carried(sent), "go": "know"}).text
    let_arrive()
    (case,), _damaged = cases.open_cases(member.actor, member.vault())
    record = case.record
    assert record.narrative == HOSTILE
    assert (record.place.ward, record.place.place) == ("Kondele", "")
    assert all(one.exposed_at and not one.arrested_at for one in record.persons)
    assert [person.age_band for person in record.persons] == ["under_18", "25_34"]
    assert record.has_minor()
    party = record.parties[0]
    assert (party.kind, party.station, party.station_name) == ("police", key, "Mfano station")
    assert (party.service_number, party.description) == ("72345", "number 72345, tall")
    assert (record.wanted, record.terms) == (["return", "apologise"], [])
    assert [(one.purpose, one.by, one.origin) for one in record.consents if one.given] == [
        ("record", peer.public_id, "told_reporter")
    ] * 2
    # What she saw and left unticked is kept as well, in the version of the words that she saw.
    assert {one.purpose for one in record.consents if not one.given} == {*ALLOWED} - {"record"}
    assert {(one.wish, one.wording, one.language) for one in record.consents} == {
        (True, VERSION, "en")
    }
    assert record.consents_to("record")
    both = {"code": receipt_code_in(known).lower(), "word": word_in(sent)}
    looked = phone.post("/w/r", data=both)
    assert "It has arrived" in looked.text
    assert HOSTILE not in looked.text
    assert case.reference not in looked.text


def test_it_is_gone_on_with_by_its_code(phone, actor, client_for):
    code = begin(phone)
    answer(phone, code, "words", narrative="what only a member may read")
    other = client_for(actor("police_peer"))
    typed = f" {code[:4].lower()}-{code[4:8]} {code[8:]} "
    page = other.post(FILE, data={"go": "resume", "code": typed}).text
    assert shown_screen(page) == "review"
    assert page.count("answered</small>") == 1
    assert "what only a member may read" not in page
    again = answer(other, code, "review", "to-words").text
    assert "what only a member may read" not in again
    assert "You have answered this." in again
    assert "You have answered this." not in answer(other, code, "words", "remove").text
    unknown = other.post(FILE, data={"go": "resume", "code": "0" * 12})
    assert unknown.status_code == 422
    assert "There is no unfinished report under this code." in unknown.text
    assert other.post(FILE, data={"go": "resume", "code": "no"}).status_code == 422


def test_whoever_goes_on_later_keeps_the_page_she_is_on(phone):
    code = begin(phone)
    assert 'value="review"' in answer(phone, code, "what", "").text
    page = answer(phone, code, "what", "review", acts=["L1"]).text
    assert '<details class="more-ways" open>' in page
    again = phone.post(FILE, data={"go": "resume", "code": code}).text
    assert again.count("answered</small>") == 1


def test_what_is_wrong_is_said_and_nothing_typed_is_lost(phone):
    code = begin(phone)
    wrong = answer(phone, code, "when", day="2999-01-01", clock="25:00", place="the big market")
    assert wrong.status_code == 422
    assert shown_screen(wrong.text) == "when"
    assert 'value="the big market"' in wrong.text
    assert "This is not a time. It looks like 08:30." in wrong.text
    assert _kept() == 0
    other = answer(phone, code, "when", "", place="the big market", **{"in": "sw"})
    assert (other.status_code, 'value="the big market"' in other.text) == (200, True)
    assert '<html lang="sw">' in other.text
    for screen, data in (
        ("what", {"acts": ["X9"]}),
        ("whom", {"count": "-3"}),
        ("whom", {"count": "9" * 30}),
        ("who", {"who": "police:nothing"}),
        ("words", {"narrative": "x" * 10_001}),
        ("next", {"consents": ["everything"]}),
    ):
        answered = answer(phone, code, screen, **data)
        assert (screen, answered.status_code) == (screen, 422)
    assert _kept() == 0
    nonsense = phone.post(FILE, data={"code": code, "screen": "nonsense", "go": "next"})
    assert nonsense.status_code == 200


def test_help_is_one_tap_away_and_loses_nothing(phone):
    code = begin(phone)
    page = answer(phone, code, "words", "help", narrative="half a story")
    assert re.findall(r"\d+ hours", page.text) == ["72 hours", "120 hours", "24 hours"]
    assert _kept() == 1
    assert shown_screen(answer(phone, code, "words", "here").text) == "words"
    for name in SCREENS:
        assert 'value="help"' in answer(phone, code, name, "here").text
    for address in (FILE, "/w/r"):
        assert "/w/h" in phone.get(address).text


def test_help_shows_what_is_open_near(phone, monkeypatch):
    from datetime import UTC, date, datetime

    from kash.people.models import ServiceHours

    # Monday noon in Nairobi.
    monkeypatch.setattr(
        "kash.incidents.views.filing.utc_now", lambda: datetime(2026, 11, 23, 9, tzinfo=UTC)
    )

    def entry(name: str, area: str, kind: str, opens: int) -> ServiceEntry:
        return ServiceEntry(
            name=name,
            sort_name=name.lower(),
            area=area,
            kind=kind,
            phone="+254711000001",
            checked_on=date(2026, 11, 1),
            hours=[ServiceHours(opens=opens, closes=opens + 600)],
        )

    db.session.add_all(
        [
            entry("Asubuhi clinic", "Nyakach", "clinic", 0),
            entry("Mchana clinic", "Kisumu East", "clinic", 480),
            entry("Wakili", "Kisumu East", "legal", 480),
        ]
    )
    db.session.commit()
    page = phone.get("/w/h").text
    assert re.findall(r"<h3>(.*?)</h3>", page) == ["Mchana clinic", "Wakili", "Asubuhi clinic"]
    assert 'href="tel:+254711000001"' in page
    near = phone.post("/w/h", data={"area": "Kisumu East", "kind": "legal"}).text
    assert re.findall(r"<h3>(.*?)</h3>", near) == ["Wakili"]
    odd = phone.post("/w/h", data={"area": "Nowhere", "kind": "odd"}).text
    assert len(re.findall(r"<h3>(.*?)</h3>", odd)) == 3


def test_a_police_account_reads_no_name_of_a_mediator_of_the_community(actor, sign_in):
    session = db.session()
    for role, name in (("peer", "Akinyi"), ("police_peer", "Sergeant Otieno")):
        session.add(Duty(account_id=actor(role, name=name).account_id))
    session.commit()
    assert re.findall(r"<h3>(.*?)</h3>", sign_in("peer").get("/w/h").text) == [
        "Akinyi",
        "Sergeant Otieno",
    ]
    read = sign_in("police_peer").get("/w/h").text
    assert re.findall(r"<h3>(.*?)</h3>", read) == ["A mediator", "Sergeant Otieno"]
    assert "Akinyi" not in read


def test_where_nobody_holds_keys_it_says_so_calmly(app, sign_in):
    phone = sign_in("peer")
    page = phone.get(FILE)
    assert page.status_code == 200
    assert "nobody holds keys to the vault" in page.text
    assert "/w/h" in page.text
    for answered, status in (
        (phone.post(FILE, data={"go": "begin"}), 200),
        (answer(phone, "0123456789AB", "what", acts=["P1"]), 409),
    ):
        assert answered.status_code == status
        assert "nobody holds keys to the vault" in answered.text
    assert phone.get("/w/h").status_code == 200


def test_guessing_receipts_is_ended_and_names_nobody(phone, monkeypatch):
    monkeypatch.setattr("kash.incidents.services.receipts._WRONG", 3)
    codes = ["0123456789AB", "1123456789AB", "2123456789AB", "3123456789AB"]
    answers = [phone.post("/w/r", data={"code": code, "word": "embe chui"}) for code in codes]
    assert [one.status_code for one in answers] == [422, 422, 422, 429]
    # One row for all of them, and one for each code, whether there is anything under it or not.
    kinds = sorted(db.session.scalars(select(CountedTries.kind)))
    assert kinds == ["incidents.receipt", *["incidents.receipt_code"] * 4]
    assert phone.post("/w/r", data={"code": "short", "word": "embe chui"}).status_code == 422


def test_no_page_of_it_touches_session_log_or_audit(phone, peer, monkeypatch, capfd):
    from datetime import timedelta

    from kash.platform.database import utc_now

    later = utc_now() + timedelta(hours=1)
    monkeypatch.setattr("kash.accounts.sessions.utc_now", lambda: later)
    seen = _last_seen()
    entries = _count(AuditEntry)
    configure_logs("info")
    capfd.readouterr()
    phone.get("/services")
    assert '"event": "request"' in capfd.readouterr().err
    assert _last_seen() != seen
    seen = _last_seen()
    later += timedelta(hours=1)
    code = begin(phone)
    answer(phone, code, "what", acts=["P1"])
    answer(phone, code, "when", day="nonsense")
    answer(phone, code, "review", "send")
    phone.get(FILE)
    phone.get("/w/h")
    phone.post("/w/r", data={"code": "0123456789AB", "word": "embe chui"})
    monkeypatch.setattr("kash.incidents.views.filing.organisations", lambda *_kinds: [][1])
    monkeypatch.setitem(phone.application.config, "PROPAGATE_EXCEPTIONS", False)
    assert answer(phone, code, "who", who="client").status_code == 500
    said = capfd.readouterr()
    configure_logs("error")
    assert (said.out, said.err) == ("", "")
    assert _last_seen() == seen
    assert _count(AuditEntry) == entries


def _last_seen() -> list[Any]:
    db.session.rollback()
    return [
        *db.session.scalars(select(SignedInSession.last_seen_at).order_by(SignedInSession.id)),
        *db.session.scalars(select(Account.last_seen_at).order_by(Account.id)),
    ]


@pytest.mark.parametrize(
    ("screen", "wrong", "fine"),
    [
        ("what", {"acts": ["none"]}, {}),
        ("when", {"place": "x" * 201}, {"day": "2026-01-05"}),
        ("whom", {"count": "201"}, {"ages": ["25_34"]}),
        ("who", {"who": "police:gone"}, {"description": "tall"}),
        ("next", {"wanted": ["none"], "origin": "none"}, {"consents": ["record"]}),
        ("words", {"narrative": "x" * 10_001}, {"teller": "witness"}),
    ],
)
def test_what_is_wrong_on_a_screen_never_keeps_from_sending_that_somebody_is_held(
    phone, screen, wrong, fine
):
    sent = answer(phone, begin(phone), screen, "now", **wrong, **fine)
    assert (sent.status_code, shown_screen(sent.text)) == (200, "sent")
    assert _count(Incident) == 1
