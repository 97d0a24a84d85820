"""The directory of services: who reads what, and what is kept where."""

import csv
import io
import re
import subprocess
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from kash.people import documents
from kash.people.models import ServiceEntry, ServiceHours
from kash.people.queries.directory import (
    ServiceSearch,
    service_areas,
    service_choices,
    services_for_paper,
)
from kash.people.rules.directory import DAY, WEEK, Stretch, open_at, read_day
from kash.people.services.directory import (
    ServiceDetails,
    add_service,
    change_service,
    mark_checked,
    show_address,
)
from kash.platform.database import db, new_public_id, utc_now
from kash.platform.vault import AuditEntry
from kash.platform.web.errors import ChangedMeanwhile
from kash.platform.web.formats import local_today
from kash.policy import SYSTEM, Actor
from tests.refusals import refuses

ADDRESS = "House 9, Hidden Lane"
TODAY = date(2026, 11, 16)


def details(**more: Any) -> ServiceDetails:
    facts: dict[str, Any] = {
        "name": "Mfano Clinic",
        "kind": "clinic",
        "checked_on": local_today(),
        "area": "Kondele",
        "phone": "+254700000900",
        "languages": ("sw", "luo"),
        "hours": tuple(read_day(0, "08:00–17:00")),
    }
    return ServiceDetails(**(facts | more))


def shelter(**more: Any) -> ServiceDetails:
    hidden = {"name": "Mwanga House", "kind": "shelter", "address": ADDRESS}
    return details(address_confidential=True, **(hidden | more))


def row(public_id: str) -> ServiceEntry:
    db.session.rollback()
    return db.session.scalars(select(ServiceEntry).filter_by(public_id=public_id)).one()


def entered(**more: Any) -> dict[str, Any]:
    return {
        "key": new_public_id(),
        "name": "Mfano Clinic",
        "kind": "clinic",
        "phone": "116",
        "day_0": "8-13, 14-17",
        "languages": ["sw", "luo"],
        "checked_on": local_today().isoformat(),
        "active": "y",
    } | more


def found(actor: Actor, **asked: Any) -> list[str]:
    return [each.name for each in services_for_paper(actor, ServiceSearch(**asked))]


def test_a_service_is_added_once_changed_and_checked(both_engines_app, actor):
    trainer = actor("trainer")
    key = new_public_id()
    assert add_service(details(), trainer, key) == key
    assert add_service(details(name="Twice"), trainer, key) == key
    assert row(key).name == "Mfano Clinic"
    changed = details(name="Mfano Evening Clinic", hours=tuple(read_day(4, "20:00–02:00")))
    change_service(key, changed, 1, trainer)
    kept = row(key)
    assert (kept.name, kept.row_version, kept.stretches) == (
        "Mfano Evening Clinic",
        2,
        [Stretch(4 * DAY + 1200, 5 * DAY + 120)],
    )
    with pytest.raises(ChangedMeanwhile):
        change_service(key, details(), 1, trainer)
    mark_checked(key, local_today() + timedelta(days=1), trainer)
    mark_checked(key, local_today() + timedelta(days=1), trainer)
    assert row(key).checked_on == local_today() + timedelta(days=1)
    trail = db.session.execute(
        select(AuditEntry.action, AuditEntry.subjects).order_by(AuditEntry.seq)
    ).all()
    assert [(action, list(about)) for action, about in trail] == [
        ("directory.service_added", [key]),
        ("directory.service_changed", [key]),
        ("directory.service_checked", [key]),
    ]


@pytest.mark.any_engine
def test_hours_that_overlap_over_midnight_are_refused(both_engines_app, actor):
    wrong = (Stretch(0, 60), Stretch(WEEK - 60, WEEK + 30))
    with refuses("Two of these opening hours overlap."):
        add_service(details(hours=wrong), actor("trainer"))
    assert db.session.scalars(select(ServiceHours)).all() == []


def test_a_confidential_address_is_sealed_and_stands_nowhere_else(both_engines_app, actor):
    trainer, peer = actor("trainer"), actor("peer")
    public_id = add_service(shelter(), trainer)
    kept = row(public_id)
    columns = [getattr(kept, column.key) for column in ServiceEntry.__table__.columns]
    assert not [each for each in columns if ADDRESS.casefold() in str(each).casefold()]
    assert ADDRESS.encode() not in (kept.address_sealed or b"")
    assert found(peer, text="hidden lane") == found(trainer, text="hidden lane") == []
    assert show_address(public_id, trainer) == ADDRESS
    change_service(public_id, shelter(address=""), 1, trainer)
    assert show_address(public_id, trainer) == ADDRESS
    # Taking the tick away publishes nothing that was not typed again.
    change_service(public_id, details(address=""), 2, trainer)
    assert (row(public_id).address, row(public_id).address_sealed) == ("", None)
    assert show_address(public_id, trainer) is None
    change_service(public_id, details(address="Open Road"), 3, trainer)
    change_service(public_id, shelter(address=""), 4, trainer)
    assert row(public_id).address == ""
    assert show_address(public_id, trainer) == "Open Road"
    change_service(public_id, shelter(address="", remove_address=True), 5, trainer)
    assert show_address(public_id, trainer) is None
    looks = db.session.scalars(
        select(AuditEntry.actor).where(AuditEntry.action == "directory.address_shown")
    ).all()
    assert looks == [trainer.public_id] * 3


def test_what_is_open_is_the_same_in_the_database_as_by_the_rule(both_engines_app, actor):
    weeks = [
        tuple(read_day(0, "08:00–12:00, 12:00–17:00")),
        tuple(read_day(6, "22:00–06:00")),
        tuple(Stretch(day * DAY, (day + 1) * DAY) for day in range(7)),
        tuple(read_day(6, "00:00–24:00")),
        (),
    ]
    for number, hours in enumerate(weeks):
        add_service(details(name=f"Service {number}", hours=hours), SYSTEM)
    peer = actor("peer")
    edges = {
        (edge + step) % WEEK
        for hours in weeks
        for each in hours
        for edge in (each.opens, each.closes)
        for step in (-1, 0)
    }
    for minute in sorted(edges):
        assert found(peer, open_at=minute) == [
            f"Service {number}" for number, hours in enumerate(weeks) if open_at(hours, minute)
        ]


def test_the_directory_is_narrowed_and_searched(both_engines_app, actor):
    trainer, police = actor("trainer"), actor("police_peer")
    add_service(details(notes="Ng’ang’a hall, 50% off_season"), trainer)
    add_service(details(name="Kielelezo Desk", kind="legal", area="Nyalenda"), trainer)
    add_service(details(name="Old Desk", kind="legal", active=False), trainer)
    assert found(police) == ["Mfano Clinic", "Kielelezo Desk"]
    assert found(police, kind="legal") == ["Kielelezo Desk"]
    assert found(police, area="Kondele") == ["Mfano Clinic"]
    assert found(police, language="luo", text="DESK") == ["Kielelezo Desk"]
    assert found(police, language="l") == []
    assert found(police, text="nganga HALL") == ["Mfano Clinic"]
    assert found(police, text="%") == found(police, text="_____") == []
    assert found(police, hidden=True) == []
    assert found(trainer, hidden=True) == ["Old Desk"]
    assert service_areas(police) == ["Kondele", "Nyalenda"]
    assert [each.name for each in service_choices(police, kinds=("legal",))] == ["Kielelezo Desk"]
    assert found(Actor("nobody")) == []


def test_the_list_asks_as_often_for_three_as_for_one(app, sign_in, count_queries):
    browser = sign_in("peer")
    counts = []
    for number in range(3):
        add_service(details(name=f"Service {number}"), SYSTEM)
        with count_queries() as asked:
            assert browser.get("/services").text.count("tel:+254700000900") == number + 1
        counts.append(asked.count)
    assert counts[0] == counts[1] == counts[2]


def test_nobody_but_editors_learns_a_confidential_address(sign_in):
    public_id = add_service(shelter(), SYSTEM)
    at = f"/services/{public_id}"
    for role in ("police_peer", "peer", "funder", "administrator", "monitoring"):
        browser = sign_in(role)
        pages = [browser.get(each).text for each in ("/services", at, "/services/list.csv")]
        assert not [each for each in pages if ADDRESS in each]
        assert "The address is confidential: call first." in pages[1]
        assert "Show the address" not in pages[1]
        assert browser.post(f"{at}/address").status_code == 403
        assert browser.get(f"{at}/edit").status_code == 403
    editor = sign_in("documentation")
    assert ADDRESS not in editor.get(at).text + editor.get(f"{at}/edit").text
    assert ADDRESS in editor.post(f"{at}/address").text
    assert ADDRESS not in editor.get("/services/list.csv").text


def test_a_service_that_is_no_longer_shown_is_found_by_editors_only(sign_in):
    public_id = add_service(details(active=False), SYSTEM)
    assert sign_in("peer").get(f"/services/{public_id}").status_code == 404
    assert "Not shown to others any more" in sign_in("custodian").get(f"/services/{public_id}").text


def test_the_form_takes_hours_and_short_numbers_as_people_write_them(sign_in):
    browser = sign_in("trainer")
    sent = entered(other_phone="0700 000 901", day_6="20:00 hadi 2:00")
    first = browser.post("/services/new", data=sent)
    again = browser.post("/services/new", data=sent)
    assert first.location == again.location == f"/services/{sent['key']}"
    kept = row(sent["key"])
    assert (kept.phone, kept.other_phone) == ("116", "+254700000901")
    assert kept.languages == ("sw", "luo")
    page = browser.get(first.location).text
    assert 'href="tel:116"' in page
    assert 'href="tel:+254700000901"' in page
    assert "0700 000901" in page
    assert "<title>Programme</title>" in page
    form = browser.get(f"{first.location}/edit").text
    assert 'value="08:00–13:00, 14:00–17:00"' in form
    assert 'value="20:00–02:00"' in form


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("name", "", "Enter this."),
        ("name", "’’", "A name needs at least one letter."),
        ("kind", "bakery", "Choose one from the list."),
        ("phone", "12", "This is not a phone number. It looks like 0712 345 678."),
        ("day_2", "soon", "Write hours like 08:00–13:00, 14:00–17:00"),
        ("day_1", "00:00-02:00", "Write hours like 08:00–13:00, 14:00–17:00"),
        ("checked_on", "", "Enter the day."),
        ("checked_on", "2199-01-01", "This day is in the future."),
        ("address", "x" * 401, "Use at most 400 characters."),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(sign_in, field, value, sentence):
    sent = entered(notes="Kept as typed", day_0="22:00-03:00") | {field: value}
    answer = sign_in("trainer").post("/services/new", data=sent)
    beside = re.search(rf'id="{field}-error">\s*<p>\s*(.*?)\s*</p>', answer.text, re.S)
    assert answer.status_code == 422
    assert beside is not None
    assert beside.group(1).startswith(sentence)
    assert "Kept as typed" in answer.text
    assert db.session.query(ServiceEntry).count() == 0


def test_the_slower_of_two_editors_keeps_what_she_typed(sign_in):
    public_id = add_service(details(address=ADDRESS), SYSTEM)
    change_service(public_id, shelter(name="By another"), 1, SYSTEM)
    mine = entered(name="By me", address=ADDRESS)
    browser, address = sign_in("trainer"), f"/services/{public_id}/edit"
    answer = browser.post(address, data=mine | {"row_version": "1"})
    assert answer.status_code == 409
    assert 'value="By me"' in answer.text
    assert row(public_id).name == "By another"
    # She reads what the other saved, and publishes no shelter by saving once more.
    assert "<b>By another</b>" in answer.text
    ticked = re.search(r'<input[^>]*name="address_confidential"[^>]*>', answer.text)
    assert ticked is not None
    assert "checked" in ticked[0]


def test_open_now_is_told_by_the_programmes_clocks(sign_in, monkeypatch):
    add_service(details(), SYSTEM)
    monday = datetime(2026, 11, 16, 5, 0, tzinfo=UTC)  # 08:00 in Nairobi
    browser = sign_in("peer")
    said = {}
    for minutes in (-1, 0, 9 * 60 - 1, 9 * 60):
        monkeypatch.setattr(
            "kash.people.views.directory.utc_now",
            lambda minutes=minutes: monday + timedelta(minutes=minutes),
        )
        page = browser.get("/services?open=1").text
        said[minutes] = "Mfano Clinic" in page and "Open now, until 17:00" in page
    assert said == {-1: False, 0: True, 539: True, 540: False}


def test_words_that_were_typed_stay_out_of_every_address(sign_in):
    add_service(shelter(), SYSTEM)
    answer = sign_in("peer").post("/services/search", data={"search": "mwanga", "kind": "shelter"})
    assert "Mwanga House" in answer.text
    assert not re.findall(r'(?:href|action)="[^"]*mwanga', answer.text, re.I)
    empty = sign_in("peer").post("/services/search", data={"search": "", "kind": "shelter"})
    assert empty.location == "/services?kind=shelter"
    too_long = sign_in("peer").post("/services/search", data={"search": "x" * 201})
    assert too_long.status_code == 422


# --- Paper ----------------------------------------------------------------------------------


def words_of(pdf: bytes) -> str:
    return subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True
    ).stdout.decode()


def test_cards_fill_whole_sheets_and_say_nothing_of_who_made_them(sign_in):
    first = add_service(details(card_name="Room 4", address="Mfano Road"), SYSTEM)
    second = add_service(shelter(recommended_by="Mwanga Collective"), SYSTEM)
    add_service(details(name="Not chosen"), SYSTEM)
    answer = sign_in("police_peer").post(
        "/services/cards",
        data={"services": [first, second], "language": "sw", "sheets": "2", "qr": "y"},
    )
    assert answer.mimetype == "application/pdf"
    assert answer.headers["Content-Disposition"] == "attachment; filename=cards.pdf"
    said = words_of(answer.data)
    assert said.count("Room 4") == said.count("Mwanga House") == 10
    assert said.count("0700 000900") == 20
    assert said.count("\f") == 2
    for telling in ("Mfano Clinic", "Not chosen", "Programme", "Lake", ADDRESS, "Collective"):
        assert telling not in said
    information = subprocess.run(
        ["pdfinfo", "-"], input=answer.data, capture_output=True, check=True
    ).stdout.decode()
    assert "Title:           Nambari za simu" in information
    assert "Programme" not in information


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"services": []}, "Choose at least one service."),
        ({"sheets": "21"}, "Use a number from 1 to 20."),
        ({"language": "xx"}, "Choose one from the list."),
        ({"services": ["0" * 16]}, "Choose from the list."),
    ],
)
def test_cards_that_cannot_be_made_are_told_why(sign_in, sent, sentence):
    chosen = add_service(details(), SYSTEM)
    asked = {"services": [chosen], "language": "en", "sheets": "1"} | sent
    answer = sign_in("peer").post("/services/cards", data=asked)
    assert answer.status_code == 422
    assert sentence in answer.text


def test_eleven_services_need_two_sheets(sign_in):
    chosen = [add_service(details(name=f"No {n}"), SYSTEM) for n in range(11)]
    asked = {"services": chosen, "language": "en", "sheets": "1"}
    answer = sign_in("peer").post("/services/cards", data=asked)
    assert "Room for cards on these sheets: 10." in answer.text


def test_the_list_and_the_table_hold_what_was_narrowed_to(sign_in):
    add_service(details(name="=HYPERLINK(1)", address="Mfano Road"), SYSTEM)
    add_service(shelter(area="Nyalenda"), SYSTEM)
    browser = sign_in("peer")
    said = words_of(browser.get("/services/list.pdf?area=Nyalenda").data)
    assert "Mwanga House" in said
    assert "Call first" in said
    assert "HYPERLINK" not in said
    table = browser.get("/services/list.csv?kind=clinic").data.decode("utf-8-sig")
    head, *lines = list(csv.reader(io.StringIO(table)))
    assert [dict(zip(head, line, strict=True))["Name"] for line in lines] == ["'=HYPERLINK(1)"]
    # What was typed stands in no address: the buttons are not there where they would drop it.
    found = browser.post("/services/search", data={"search": "Mwanga"}).text
    offered = ["/services/list.pdf" in each for each in (browser.get("/services").text, found)]
    assert offered == [True, False]


def test_an_address_that_is_confidential_is_on_no_paper_of_an_editor(app):
    add_service(shelter(), SYSTEM)
    with app.test_request_context():
        entries = services_for_paper(SYSTEM, ServiceSearch())
        made = [
            documents.cards_markup(entries, sheets=1, with_qr=False),
            documents.list_markup(entries, utc_now().date()),
            documents.service_table(entries),
        ]
    assert [ADDRESS in each for each in made] == [False, False, False]
