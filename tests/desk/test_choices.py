"""Choosing what a programme uses: two people decide it, and what protects people goes on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient

from kash.accounts.models import Account, AccountNotice, Programme
from kash.desk import services
from kash.feature import CHOICES, EXTENSION, Feature, Part, ShownPart
from kash.features import FEATURES
from kash.incidents.models import Incident
from kash.platform.database import db, utc_now
from kash.platform.vault import AuditEntry
from kash.policy import GRANTS, SYSTEM, Actor, Reach, Role

ALL = frozenset(CHOICES)


def _version() -> int:
    db.session.expire_all()
    return db.session.get_one(Programme, 1).version


def _kept() -> dict[str, Any]:
    db.session.expire_all()
    kept: dict[str, Any] = db.session.get_one(Programme, 1).settings.get("choices", {})
    return kept


@pytest.fixture
def founded(app: APIFlask) -> None:
    db.session.get_one(Programme, 1).founded_at = utc_now()
    db.session.commit()


@pytest.fixture
def two(actor: Callable[..., Actor], founded: None) -> tuple[Actor, Actor]:
    """An administrator and a director, who are independent and known for long."""
    pair = actor("administrator"), actor("director")
    for account in db.session.query(Account):
        account.settled_at = utc_now() - timedelta(days=30)
    db.session.commit()
    return pair


def _switch(two: tuple[Actor, Actor], *off: str) -> None:
    services.propose_choices(off, _version(), by=two[0])
    services.agree_to_choices(_version(), by=two[1])


def _told(account: Actor) -> list[str]:
    notices = db.session.query(AccountNotice).filter_by(account_id=account.account_id)
    return sorted(notice.kind for notice in notices)


def test_every_feature_names_a_choice_that_there_is() -> None:
    assert {feature.choice for feature in FEATURES} == {"", *CHOICES}
    # Nothing that protects is a place: erasing, merging, retention, the audit's words.
    kinds = {type(part) for feature in FEATURES if feature.choice for part in feature.parts}
    stay = {kind.__name__ for kind in kinds if not issubclass(kind, ShownPart)}
    assert {
        "AboutThings", "ActionWords", "Beneath", "Chore", "FreeText", "GoesIfNamed",
        "HeldElsewhere", "JobKind", "OpenedForHer", "Reference", "Revocation", "RoleChange",
        "SealedElsewhere", "SessionEnd", "Shredding", "StandsInTheWay",
    } <= stay  # fmt: skip


def test_of_what_is_off_nothing_is_declared_but_what_is_no_place(app: APIFlask) -> None:
    class Shown(ShownPart):
        pass

    class Protects(Part):
        pass

    shown, protects = Shown(), Protects()
    feature = Feature("money_box", parts=(shown, protects), choice="money")
    off = {"money"}
    house = type(app.extensions[EXTENSION])(feature.parts, [feature], lambda: frozenset(off))
    assert (house.of(Shown), house.of(Protects)) == ((), (protects,))
    off.clear()
    assert (house.of(Shown), house.of(Protects)) == ((shown,), (protects,))


@pytest.mark.parametrize("permission", GRANTS)
def test_a_permission_of_what_is_off_reaches_nothing(permission: str) -> None:
    off = frozenset({permission.partition(".")[0]})
    for role in GRANTS[permission]:
        assert Actor("a", frozenset({role}), 1).reach(permission) is not Reach.NONE
        assert Actor("a", frozenset({role}), 1, off=off).reach(permission) is Reach.NONE
    # What runs by the clock loses nothing.
    assert SYSTEM.reach(permission) is not Reach.NONE


def test_a_director_agrees_to_what_an_administrator_proposes(
    two: tuple[Actor, Actor], client_for: Callable[..., FlaskClient]
) -> None:
    administrator, director = map(client_for, two)
    assert administrator.get("/payouts/rates").status_code == 403
    assert director.get("/payouts/rates").status_code == 200
    shown = administrator.get("/settings/uses/change").text
    assert shown.count("checked") == len(CHOICES)
    used = [name for name in CHOICES if name != "money"]
    answer = administrator.post(
        "/settings/uses/change", data={"used": used, "row_version": _version()}
    )
    assert answer.location == "/settings/uses"
    # It waits: nothing is off, and only the director is asked.
    assert _kept()["off"] == []
    assert director.get("/payouts/rates").status_code == 200
    assert "A change is proposed. You are the second person." in director.get("/").text
    assert "A change is proposed." not in administrator.get("/").text
    agreed = {"row_version": _version()}
    assert administrator.post("/settings/uses/agree", data=agreed).status_code == 403
    assert director.post("/settings/uses/agree", data=agreed).location == "/settings/uses"
    assert _kept() == {"off": ["money"], "proposed": None}
    gone = director.get("/payouts/rates")
    assert gone.status_code == 404
    assert "This programme does not use this." in gone.text
    assert "Payouts" not in director.get("/").text
    assert _told(two[0]) == ["choices_changed"]
    last = db.session.query(AuditEntry).order_by(AuditEntry.seq.desc()).limit(2).all()
    assert {entry.action for entry in last} == {"choices.decided", "choices.proposed"}


def test_who_proposed_it_takes_it_back_and_another_sends_it_back(
    two: tuple[Actor, Actor], client_for: Callable[..., FlaskClient]
) -> None:
    administrator, director = map(client_for, two)
    for browser, told in ((administrator, []), (director, ["choices_sent_back"])):
        services.propose_choices({"money"}, _version(), by=two[0])
        answer = browser.post("/settings/uses/send-back", data={"row_version": _version()})
        assert answer.location == "/settings/uses"
        assert _kept() == {"off": [], "proposed": None}
        assert _told(two[0]) == told
    assert (
        "Nothing is proposed any more."
        in director.post("/settings/uses/agree", data={"row_version": _version()}).text
    )


def test_what_changed_since_it_was_shown_is_not_agreed_to(
    two: tuple[Actor, Actor], client_for: Callable[..., FlaskClient]
) -> None:
    services.propose_choices({"money"}, _version(), by=two[0])
    shown = _version()
    services.propose_choices({"tracks"}, shown, by=two[0])
    answer = client_for(two[1]).post("/settings/uses/agree", data={"row_version": shown})
    assert "Someone else saved changes" in answer.text
    assert _kept()["off"] == []


def test_a_person_who_is_tied_or_new_does_not_agree(
    two: tuple[Actor, Actor], client_for: Callable[..., FlaskClient]
) -> None:
    account = db.session.get_one(Account, two[1].account_id)
    account.settled_at = utc_now()
    db.session.commit()
    services.propose_choices({"money"}, _version(), by=two[0])
    answer = client_for(two[1]).post("/settings/uses/agree", data={"row_version": _version()})
    assert "Your account, its roles or the ways into it are less than seven days old" in answer.text
    assert _kept()["off"] == []


def test_before_there_is_a_director_an_administrator_changes_it_alone(
    actor: Callable[..., Actor],
) -> None:
    assert services.propose_choices({"money"}, _version(), by=actor("administrator"))
    assert _kept() == {"off": ["money"], "proposed": None}


def test_cases_are_never_off_while_one_is_open(
    two: tuple[Actor, Actor],
    client_for: Callable[..., FlaskClient],
    actor: Callable[..., Actor],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    officer, custodian = actor("documentation"), actor("custodian")
    case = Incident(state="shredded")
    db.session.add(case)
    db.session.commit()
    assert not services.anything_open(db.session())
    services.propose_choices({"cases", "money"}, _version(), by=two[0])
    with monkeypatch.context() as patch:
        # How cases come about is told elsewhere (`tests/incidents`).
        patch.setattr(services, "anything_open", lambda _session: True)
        answer = client_for(two[1]).post("/settings/uses/agree", data={"row_version": _version()})
    # The whole proposal is gone: the director alone can't ask again.
    assert "Cases stay while one is open" in answer.text
    assert _kept() == {"off": [], "proposed": None}
    assert (_told(two[0]), _told(officer)) == (["choices_sent_back"], [])
    _switch(two, "cases")
    assert _kept()["off"] == ["cases"]
    assert _told(officer) == _told(custodian) == ["cases_changed"]


def test_with_cases_off_a_receipt_is_still_answered_and_nobody_reports(
    two: tuple[Actor, Actor], client: FlaskClient, sign_in: Callable[..., FlaskClient]
) -> None:
    peer = sign_in("peer")
    before = client.get("/r").status_code, peer.get("/w/r").status_code
    _switch(two, "cases")
    assert (client.get("/r").status_code, peer.get("/w/r").status_code) == before == (200, 200)
    for page in (client.get("/r").text, peer.get("/w/r").text):
        assert [link for link in ("/w/n", "/w/h", 'href="/h') if link in page] == []
    assert peer.get("/w/n").status_code == 404
    # Who isn't signed in isn't told what the programme might do.
    stranger = client.get("/h")
    assert (stranger.status_code, "does not use" in stranger.text) == (404, False)
    assert "/w/n" not in peer.get("/").text


def test_the_handbook_tells_nothing_of_what_is_off(
    two: tuple[Actor, Actor], client_for: Callable[..., FlaskClient]
) -> None:
    director = client_for(two[1])
    assert ">Payouts</a>" in director.get("/handbook/d").text
    assert director.get("/handbook/h").status_code == 200
    _switch(two, "cases", "money")
    chapter = director.get("/handbook/d").text
    assert ">Payouts</a>" not in chapter
    assert ">Today</a>" in chapter
    assert director.get("/handbook/h").status_code == 404


def test_nobody_is_given_anew_a_role_that_is_of_no_use(
    two: tuple[Actor, Actor], client_for: Callable[..., FlaskClient]
) -> None:
    administrator = client_for(two[0])
    for role in (Role.DOCUMENTATION, Role.FUNDER):
        assert f'value="{role}"' in administrator.get("/accounts/invite").text
    _switch(two, "cases", "results")
    for role in (Role.DOCUMENTATION, Role.FUNDER):
        assert f'value="{role}"' not in administrator.get("/accounts/invite").text
