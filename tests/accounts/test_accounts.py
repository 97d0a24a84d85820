"""Accounts: invitations, roles, closing, setting up."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, func, select, update

from kash.accounts.errors import LinkSpent, SignInPaused, WeakPassword, WrongPassword
from kash.accounts.models import Account, AccountRequest, Invitation, Programme
from kash.accounts.queries import accounts
from kash.accounts.queries.accounts import (
    email_of,
    must_have_second_step,
    person_public_id,
    programme_facts,
    roles_of,
    usable_invitation,
)
from kash.accounts.queries.safety import breach
from kash.accounts.services.accounts import (
    change_password,
    change_programme,
    link_person,
    new_account,
    new_setup_code,
    reactivate,
    set_roles,
    set_up_code_is_right,
    set_up_programme,
    spend_set_up_code,
)
from kash.accounts.services.deciding import ask_to_tie
from kash.accounts.services.invitations import accept_invitation, invite, withdraw_invitation
from kash.accounts.services.locking import deactivate
from kash.accounts.services.marks import code_as_read, new_code, password_matches
from kash.accounts.services.sign_in import (
    accept_new_password,
    check_password,
    new_password_link,
    open_session,
)
from kash.accounts.services.throttle import Client
from kash.accounts.sessions import load_signed_in
from kash.people.models import Group, Person
from kash.platform.database import db, utc_now
from kash.platform.vault import AuditEntry
from kash.platform.web import Problem
from kash.platform.web.errors import NotFound
from kash.policy import SYSTEM, Actor, Role
from tests.conftest import PASSWORD
from tests.refusals import refuses

HERE = Client("198.51.100.7")
GOOD = "a quiet ferry at noon"


def _entries() -> list[tuple[str, str, list[str]]]:
    db.session.rollback()
    return [
        (entry.actor, entry.action, entry.subjects)
        for entry in db.session.scalars(select(AuditEntry).order_by(AuditEntry.seq))
    ]


def _person(groups: tuple[Group, Group]) -> Person:
    person = Person(
        chosen_name="Moses", sort_name="moses", group_id=groups[0].id, created_by="system"
    )
    db.session.add(person)
    db.session.commit()
    return person


@pytest.mark.any_engine
def test_an_invitation_opens_one_account(both_engines_app, actor, groups):
    by = actor("administrator")
    person_id = _person(groups).id
    token = invite(
        by, name="Moses", email="moses@example.org", roles=[Role.POLICE_PEER], person_id=person_id
    )
    invitation = usable_invitation(token)
    assert invitation is not None
    assert invitation.token_hash != token
    assert b"moses" not in invitation.email_sealed
    invitation_id = invitation.public_id
    with pytest.raises(WeakPassword):
        accept_invitation(token, name="Moses", password="short")
    new = accept_invitation(token, name="Sgt. Moses", password=GOOD, language="sw")
    # Whose account it is waits for a second person.
    assert (new.roles, new.person_id, new.language) == ({Role.POLICE_PEER}, None, "sw")
    request_id = db.session.scalars(select(AccountRequest.public_id)).one()
    with pytest.raises(LinkSpent):
        accept_invitation(token, name="Again", password=GOOD)
    assert check_password("moses@example.org", GOOD, HERE).name == "Sgt. Moses"
    assert _entries() == [
        (by.public_id, "accounts.invited", [invitation_id, "role:police_peer"]),
        (new.public_id, "accounts.invitation_accepted", [new.public_id, invitation_id, request_id]),
    ]


def test_old_withdrawn_and_unknown_links_open_nothing(app, actor):
    by = actor("administrator")
    first = invite(by, name="N", email="n@example.org", roles=[Role.TRAINER])
    second = invite(by, name="N", email="n@example.org", roles=[Role.TRAINER])
    third = invite(by, name="M", email="m@example.org", roles=[Role.TRAINER])
    invited = usable_invitation(third)
    assert invited is not None
    withdraw_invitation(by, invited.public_id)
    db.session.execute(update(Invitation).values(expires_at=utc_now() - timedelta(seconds=1)))
    db.session.commit()
    for token in (first, second, third, "", "x" * 5000):
        with pytest.raises(LinkSpent):
            accept_invitation(token, name="N", password=GOOD)
    with pytest.raises(NotFound):
        withdraw_invitation(by, invited.public_id)


@pytest.mark.any_engine
def test_an_address_and_a_participant_belong_to_one_account(both_engines_app, actor, groups):
    person_id = _person(groups).id
    by = actor("administrator", email="taken@example.org")
    actor("peer", person_id=person_id)
    other = actor("peer")
    with refuses("There is an account with this e-mail address already."):
        invite(by, name="N", email="taken@example.org", roles=[Role.PEER])
    with refuses("Another account belongs to this participant already."):
        invite(by, name="N", email="new@example.org", roles=[Role.PEER], person_id=person_id)
    with refuses("Another account belongs to this participant already."):
        link_person(SYSTEM, other.public_id, person_id)
    person = person_public_id(person_id) or ""
    with refuses("Another account belongs to this participant already."):
        ask_to_tie(by, other.public_id, person, "Theirs.")
    assert _entries() == []


def test_two_invited_with_one_address_cannot_both_join(app, actor):
    by = actor("administrator")
    token = invite(by, name="N", email="n@example.org", roles=[Role.PEER])
    new_account(SYSTEM, name="N", email="n@example.org", password=GOOD, roles=[Role.TRAINER])
    with refuses("There is an account with this e-mail address already."):
        accept_invitation(token, name="N", password=GOOD)


@pytest.mark.parametrize("password", ["short", "mwangaza-pwani"])
def test_an_account_made_by_an_operator_has_a_good_password(app, password):
    told = {"name": "N", "email": "mwangaza-pwani@example.org", "roles": [Role.TRAINER]}
    with pytest.raises(WeakPassword):
        new_account(SYSTEM, password=password, **told)
    assert _entries() == []


@pytest.mark.parametrize(
    "roles",
    [
        {Role.ADMINISTRATOR, Role.CUSTODIAN},
        {Role.ADMINISTRATOR, Role.DOCUMENTATION},
        {Role.POLICE_PEER, Role.TRAINER},
    ],
)
def test_conflicting_roles_are_refused_everywhere(app, actor, roles):
    by = actor("administrator")
    who = actor("trainer")
    with pytest.raises(Problem):
        set_roles(by, who.public_id, roles)
    with pytest.raises(Problem):
        invite(by, name="N", email="n@example.org", roles=roles)
    with pytest.raises(Problem):
        new_account(by, name="N", email="n@example.org", password=GOOD, roles=roles)
    assert roles_of(accounts.account(who.public_id)) == {Role.TRAINER}


@pytest.mark.any_engine
def test_roles_are_changed_as_a_whole(both_engines_app, actor):
    by = actor("administrator")
    who = actor("trainer", "monitoring")
    set_roles(by, who.public_id, [Role.TRAINER, Role.DIRECTOR])
    set_roles(by, who.public_id, [Role.DIRECTOR, Role.TRAINER])
    assert roles_of(accounts.account(who.public_id)) == {Role.TRAINER, Role.DIRECTOR}
    assert _entries() == [
        (
            by.public_id,
            "accounts.roles_changed",
            [who.public_id, "role:director", "role:monitoring"],
        )
    ]


@pytest.mark.any_engine
def test_the_last_administrator_stays(both_engines_app, actor):
    only = actor("administrator")
    actor("administrator", active=False)
    with refuses("The programme needs an administrator. Name another one first"):
        set_roles(SYSTEM, only.public_id, [Role.TRAINER])
    with refuses("Not on your own account"):
        deactivate(only, only.public_id)
    with refuses("The programme needs an administrator. Name another one first"):
        deactivate(SYSTEM, only.public_id)
    second = actor("administrator")
    deactivate(second, only.public_id)
    assert accounts.account(only.public_id).active is False


def test_closing_an_account_ends_its_sessions_and_links(both_engines_app, actor):
    by = actor("administrator")
    who = actor("trainer", email="t@example.org", totp_sealed=b"sealed")
    session = open_session(who.public_id, "")
    link = new_password_link(by, who.public_id)
    deactivate(by, who.public_id)
    deactivate(by, who.public_id)
    assert load_signed_in(session) is None
    with pytest.raises(LinkSpent):
        accept_new_password(link, GOOD)
    with pytest.raises(NotFound):
        new_password_link(by, who.public_id)
    reactivate(by, who.public_id)
    assert check_password("t@example.org", PASSWORD, HERE).active
    assert load_signed_in(session) is None
    assert [action for _who, action, _about in _entries()] == [
        "accounts.signed_in",
        "accounts.password_link_made",
        "accounts.deactivated",
        "accounts.reactivated",
    ]


def test_a_new_password_by_link_works_once_and_leaves_the_second_step(app, actor):
    by = actor("administrator")
    who = actor("trainer", email="t@example.org", totp_sealed=b"sealed")
    session = open_session(who.public_id, "")
    void = new_password_link(by, who.public_id)
    link = new_password_link(by, who.public_id)
    with pytest.raises(LinkSpent):
        accept_new_password(void, GOOD)
    with pytest.raises(LinkSpent):
        accept_invitation(link, name="N", password=GOOD)
    accept_new_password(link, GOOD)
    with pytest.raises(LinkSpent):
        accept_new_password(link, GOOD)
    account = check_password("t@example.org", GOOD, HERE)
    assert account.totp_sealed == b"sealed"
    assert load_signed_in(session) is None


def test_changing_the_own_password_ends_the_other_sessions(app, actor):
    who = actor("trainer", email="amina.wekesa@example.org", name="Amina Wekesa")
    tokens = [open_session(who.public_id, "") for _ in range(2)]
    present = load_signed_in(tokens[0])
    assert present is not None
    with pytest.raises(WrongPassword):
        change_password(present.actor, "wrong", GOOD, HERE)
    for weak in ("short", "passwordpassword", "aminawekesa12", "amina.wekesa1"):
        with pytest.raises(WeakPassword):
            change_password(present.actor, PASSWORD, weak, HERE)
    change_password(present.actor, PASSWORD, GOOD, HERE)
    assert [load_signed_in(token) is not None for token in tokens] == [True, False]
    assert check_password("amina.wekesa@example.org", GOOD, HERE).active


def test_a_stolen_session_cannot_guess_the_password(app, actor):
    who = actor("trainer")
    for _ in range(5):
        with pytest.raises(WrongPassword):
            change_password(who, "guess", GOOD, HERE)
    with pytest.raises(SignInPaused):
        change_password(who, PASSWORD, GOOD, HERE)


@pytest.mark.any_engine
def test_set_up_happens_once(both_engines_app):
    db.session.execute(delete(Programme))
    db.session.execute(delete(Group))
    db.session.commit()
    code = new_setup_code()
    assert code is not None
    assert not set_up_code_is_right("")
    assert not set_up_code_is_right(code[:-1])
    assert set_up_code_is_right(code.upper())
    again = new_setup_code()
    assert not set_up_code_is_right(code)
    assert again is not None
    assert set_up_code_is_right(again)

    def set_up() -> Actor:
        return set_up_programme(
            name="Lake",
            neutral_name="Programme",
            zone="Africa/Nairobi",
            languages=["sw", "en"],
            administrator_name="Amina",
            administrator_email="amina@example.org",
            password=GOOD,
            runs_workshops=True,
            also=lambda session: session.add(Group(name="Police", letter="A", is_police=True)),
        )

    first = set_up()
    assert first.roles == {Role.ADMINISTRATOR, Role.TRAINER}
    spend_set_up_code()
    assert not set_up_code_is_right(again)
    assert new_setup_code() is None
    with refuses("The programme is set up already."):
        set_up()
    facts = programme_facts()
    assert facts is not None
    assert (facts.languages, facts.default_language) == (("sw", "en"), "sw")
    assert db.session.scalar(select(func.count()).select_from(Account)) == 1
    assert _entries() == [
        (first.public_id, "accounts.programme_set_up", ["programme", first.public_id])
    ]


def test_programme_is_changed_and_counted(app, actor):
    by = actor("administrator")
    change_programme(
        by,
        name="Shore",
        neutral_name="Office",
        zone="Africa/Kampala",
        languages=["en"],
        settings={"second_step_required": True},
    )
    programme = accounts.programme()
    assert programme is not None
    assert (programme.name, programme.version, programme.zone) == ("Shore", 2, "Africa/Kampala")
    assert must_have_second_step({Role.ADMINISTRATOR})


def test_secrets():
    code = new_code()
    assert len(code) == 19
    assert code_as_read(code.upper().replace("-", " ")) == code.replace("-", "")
    assert code_as_read("O0 Ii Ll") == "001111"


def test_a_damaged_hash_opens_nothing(app):
    assert password_matches("not a hash", PASSWORD) is False
    assert password_matches(None, PASSWORD) is False


def test_commands(app, actor):
    runner = app.test_cli_runner()
    made = runner.invoke(
        args=[
            "account", "create", "T@Example.org", "--name", "Tabu", "--role", "trainer",
            "--password", GOOD,
        ]
    )  # fmt: skip
    assert made.exit_code == 0, made.output
    account = accounts.account(made.stdout.strip())
    assert email_of(account) == "t@example.org"
    twice = runner.invoke(
        args=[
            "account", "create", "t@example.org", "--name", "Tabu", "--role", "trainer",
            "--password", GOOD,
        ]
    )  # fmt: skip
    assert twice.exit_code == 1
    assert "There is an account with this e-mail address already." in twice.output
    invited = runner.invoke(
        args=["account", "invite", "n@example.org", "--name", "N", "--role", "director"]
    )
    # The link stands alone on the output, for whoever hands it on to another command.
    link = invited.stdout.strip()
    assert invited.stderr.startswith("Only this machine can open this address.")
    assert link.startswith("http://localhost:8000/join/")
    assert usable_invitation(link.rpartition("/")[2]) is not None
    new = runner.invoke(args=["account", "password", "t@example.org", "--generate"])
    assert check_password("t@example.org", new.stdout.strip(), HERE).name == "Tabu"
    assert runner.invoke(args=["setup-code"]).output == "Error: The programme is set up already.\n"
    locked = runner.invoke(args=["account", "lock", "t@example.org"])
    assert locked.exit_code == 0, locked.output
    said, told = locked.output.splitlines()
    assert said == "Locked. Every session and link of it has ended."
    address = told.removeprefix("The entry in the breach register: /breaches/")
    assert breach(address).account_id == account.id
    # Most peer educators have no address.
    actor("peer", email="heron-0001")
    assert runner.invoke(args=["account", "lock", "Heron-0001"]).exit_code == 0
    for wrong in (
        ["account", "password", "nobody@example.org", "--generate"],
        ["account", "invite", "nonsense", "--name", "N", "--role", "director"],
        ["account", "invite", "m@example.org", "--name", "N", "--role", "peer", "--person", "x"],
    ):
        answer = runner.invoke(args=wrong)
        assert answer.exit_code == 1
        assert "Traceback" not in answer.output


def test_accounts_are_listed_by_what_they_may_do_and_whether_they_are_in_use(sqlite_app, actor):
    actor("trainer", name="Akinyi"), actor("director", "trainer", name="Baraka")
    actor("director", name="Chebet"), actor("director", name="Dalila", active=False)

    def listed(**wanted: str | bool) -> list[str]:
        with sqlite_app.test_request_context():
            return [one.name for one in accounts.account_listing(**wanted).rows]  # type: ignore[arg-type]

    assert listed(active=True) == ["Akinyi", "Baraka", "Chebet"]
    assert listed(active=True, role="director") == ["Baraka", "Chebet"]
    assert listed(active=False, role="director") == ["Dalila"]
    assert listed(active=True, search="AKI") == ["Akinyi"]
    # As it is written, also with a letter that SQLite doesn't make small.
    actor("trainer", name="Ũmi", active=False)
    assert listed(active=False, search="Ũmi") == ["Ũmi"]
