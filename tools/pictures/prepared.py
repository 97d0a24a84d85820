"""The sample as the pictures need it: signed-in sessions, one-time links, and what to picture."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import cast

import pyotp
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from sqlalchemy import Select, select

from kash.accounts.models import Passkey, SignedInSession
from kash.accounts.queries import accounts
from kash.accounts.queries.accounts import actor_of
from kash.accounts.services.accounts import accept_address, new_account
from kash.accounts.services.deciding import agree, ask_for_link, ask_for_roles, ask_reset, decline
from kash.accounts.services.invitations import invite
from kash.accounts.services.locking import deactivate, hand_over, lock_at_once
from kash.accounts.services.passkeys import credential_key
from kash.accounts.services.sign_in import (
    begin_second_step,
    confirm_second_step,
    new_password_link,
    open_session,
)
from kash.application import create_app
from kash.certificates.models import CertificateBatch
from kash.certificates.services.certificates import make_link, make_paper
from kash.desk.demo.loading import load_programme
from kash.desk.demo.opening import ACCOUNTS, MEMBERS, SampleMember, SampleProgramme
from kash.desk.demo.papers import write_papers
from kash.people.models import Person
from kash.people.services.merging import merge_people, sweep
from kash.people.services.persons import PersonDetails, add_person, mark_distinct
from kash.platform.database import db, utc_now, writing
from kash.platform.jobs import SILENT
from kash.platform.vault import (
    VaultMember,
    add_member,
    audited,
    begin_opening,
    make_keys,
    new_passphrase,
    new_recovery_code,
)
from kash.platform.web.formats import local_today
from kash.policy import NOBODY, Actor, Role
from kash.settings import Settings
from tools.pictures.acts import Answer
from tools.pictures.addresses import Addresses, Page, Prepared
from tools.pictures.answers import answers
from tools.pictures.door_answers import let_one_take_place
from tools.pictures.half_issued import issue_by_half
from tools.pictures.links_into import links_into
from tools.pictures.picturing import Cookie, Order

# Who comes first: what one page shows of different rows is pictured for one account only.
FIRST = ("trainer", "administrator", "director")
# Must be pictured within minutes.
SOON = ("accounts.second_step", "accounts.lost_phone")
# Whose forms are also pictured as they answer when everything in them was left empty.
WITH_ERRORS = {
    "visitor": (
        "accounts.sign_in",
        "accounts.second_step",
        "accounts.join",
        "certificates.verify",
        "desk.set_up",
    ),
    "administrator": (
        "accounts.invite",
        "accounts.name",
        "accounts.own_password",
        "accounts.roles",
        "accounts.enrol",
        "accounts.add_passkey",
        "accounts.ask_reset",
        "accounts.new_password_link",
        "accounts.hand_over",
        "accounts.open_breach",
        "desk.edit_programme",
        "people.add_group",
        "people.edit_group",
    ),
    "director": (
        "accounts.lend_approvals",
        "certificates.rule",
        "certificates.revoke",
        "forums.add",
        "payouts.rates",
    ),
    "trainer": (
        "forums.add",
        "forums.plan_meeting",
        "forums.edit_meeting",
        "forums.cancel_meeting",
        "forums.rename_item",
        "people.add",
        "people.add_organisation",
        "people.edit",
        "payouts.add_payee",
        "payouts.settle",
        "people.transfer",
        "training.add_course",
        "training.edit",
        "workshops.add",
        "workshops.add_session",
        "workshops.cancel",
        "workshops.duplicate",
        "workshops.edit",
        "workshops.walk_in",
    ),
}


@dataclass
class Orders:
    """Orders: all that is to be pictured, and papers that lie there already."""

    pages: list[Order] = field(default_factory=list)
    papers: list[Path] = field(default_factory=list)


def _cookie(app: Flask, session: dict[str, object]) -> Cookie:
    """The cookie of a browser that holds this session."""
    signer = cast(SecureCookieSessionInterface, app.session_interface).get_signing_serializer(app)
    if signer is None:
        raise RuntimeError("the application has no secret key")
    return Cookie(str(app.config["SESSION_COOKIE_NAME"]), str(signer.dumps(session)))


def _signed_in(app: Flask, actor: Actor) -> Cookie:
    token = open_session(actor.public_id, "Firefox Android")
    return _cookie(app, {"_user_id": token, "_fresh": True})


def _with_vault(app: Flask, member: SampleMember) -> Cookie:
    """The same of a member, with the vault open for half an hour at least."""
    signed_in = _signed_in(app, member.actor)
    with writing() as session:
        newest = session.scalars(_newest_session(member.actor)).one()
        row = session.get_one(VaultMember, member.vault.member_id)
        later = utc_now() + timedelta(minutes=30)
        opened = begin_opening(session, row, member.vault.private, newest.public_id, later)
    return replace(signed_in, vault=opened)


def _newest_session(actor: Actor) -> Select[SignedInSession]:
    return (
        select(SignedInSession)
        .where(SignedInSession.account_id == actor.account_id)
        .order_by(SignedInSession.id.desc())
        .limit(1)
    )


def _half_signed_in(app: Flask, actor: Actor) -> Cookie:
    """Of somebody who has given the password and not yet the code."""
    return _cookie(app, {"second_step": [actor.public_id, int(time.time()), "/"]})


def _late(app: Flask, actor: Actor) -> Cookie:
    """Of somebody who gave her password too long ago for a dangerous action."""
    token = open_session(actor.public_id, "Firefox Android")
    with writing() as session:
        newest = session.scalars(_newest_session(actor)).one()
        newest.fresh_at = utc_now() - timedelta(hours=1)
    return _cookie(app, {"_user_id": token, "_fresh": True})


def _answered(
    wanted: list[Answer],
    pages: dict[str, list[Page]],
    cookies: dict[str, Cookie],
    late: Cookie,
    closed: dict[str, Cookie],
) -> Iterator[Order]:
    """Pages that come only by what was typed and pressed on another. Raises LookupError for one
    whose page that account doesn't have."""
    for answer in wanted:
        page = next(
            (
                page
                for page in pages[answer.key]
                if (page.endpoint, page.variant) == (answer.endpoint, answer.variant)
            ),
            None,
        )
        if page is None:
            raise LookupError(
                f"{answer.key} has no page {answer.endpoint}: tools/pictures/answers.py"
            )
        parts = (answer.key, answer.endpoint.replace(".", "_"), answer.variant, answer.called)
        yield Order(
            "-".join(part for part in parts if part),
            page.url,
            late if answer.late else (closed if answer.closed else cookies).get(answer.key),
            page.fresh and not answer.late,
            acts=answer.acts,
            writes=answer.writes,
            paper=answer.paper,
        )


def _orders(key: str, cookie: Cookie | None, pages: list[Page]) -> list[Order]:
    orders = []
    for page in pages:
        parts = (key, page.endpoint.replace(".", "_"), page.variant)
        name = "-".join(part for part in parts if part)
        orders.append(Order(name, page.url, cookie, page.fresh or page.endpoint in SOON))
        if page.endpoint in WITH_ERRORS.get(key, ()) and not page.variant:
            orders.append(Order(f"{name}-errors", page.url, cookie, page.fresh, empty_form=True))
    return orders


def empty_programme(settings: Settings) -> Orders:
    """Before anything is set up there is one page."""
    return Orders(_orders("visitor", None, [Page("desk.set_up", "", "/setup")]))


def sample_programme(settings: Settings) -> Orders:
    """Load the sample and list its pages for each account."""
    app = create_app(settings)
    with app.app_context():
        password = secrets.token_urlsafe(16)
        loaded = load_programme(password, local_today())
        accept_address(loaded.actors["administrator"], settings.public_url)
        orders = Orders(papers=write_papers(loaded, settings.data_dir / "demo", cards=True))
        running = loaded.workshops[4]
        let_one_take_place(running)
        addresses = Addresses(loaded, _prepare(loaded))
        seen: set[str] = set()
        cookies = {account.key: _signed_in(app, loaded.actors[account.key]) for account in ACCOUNTS}
        closed = {one.key: cookies[one.key] for one in MEMBERS}
        cookies |= {
            one.key: _with_vault(app, member)
            for one, member in zip(MEMBERS, loaded.members, strict=True)
        }
        half = _half_signed_in(app, loaded.actors["custodian"])
        late = _late(app, loaded.actors["administrator"])
        wanted = answers(password, running, loaded.work)
    with app.test_request_context():
        visitor = [
            page
            for page in addresses.pages(app, "visitor", NOBODY)
            if page.endpoint != "desk.set_up"
        ]
        every = {"visitor": visitor}
        for page in visitor:
            cookie = half if page.endpoint in SOON else None
            orders.pages += _orders("visitor", cookie, [page])
        keys = [*FIRST, *(account.key for account in ACCOUNTS if account.key not in FIRST)]
        for key in keys:
            every[key] = list(addresses.pages(app, key, loaded.actors[key]))
            pages = [
                page
                for page in every[key]
                # The many states of a page are pictured for the first who sees them.
                if not page.variant or f"{page.endpoint}/{page.variant}" not in seen
            ]
            seen |= {f"{page.endpoint}/{page.variant}" for page in pages}
            orders.pages += _orders(key, cookies[key], pages)
        for key, cookie in closed.items():
            orders.pages.append(Order(f"{key}-members_open_vault-closed", "/w/v", cookie))
        orders.pages += _answered(wanted, every, cookies, late, closed)
    return orders


def _prepare(loaded: SampleProgramme) -> Prepared:
    administrator, custodian = loaded.actors["administrator"], loaded.actors["custodian"]
    invitation = invite(
        administrator, name="Mgeni Mfano", email="guest@demo.example", roles=[Role.TRAINER]
    )
    closed = _open_account(administrator, "Zamani Mfano", "closed@demo.example")
    deactivate(administrator, closed)
    locked = _open_account(administrator, "Kufuli Mfano", "locked@demo.example")
    lock_at_once(administrator, locked)
    left = _open_account(administrator, "Kuondoka Mfano", "left@demo.example", Role.ADMINISTRATOR)
    invite(
        actor_of(accounts.account(left)),
        name="Mwaliko Mfano",
        email="open@demo.example",
        roles=[Role.TRAINER],
    )
    hand_over(administrator, left, {"invitations": administrator.public_id})
    _second_step(custodian)
    _waits_to_be_let_in(loaded.actors["director"])
    _passkeys(administrator, loaded.actors["monitoring"])
    ask_reset(administrator, custodian.public_id, "She came to the office herself.")
    _requests(administrator, loaded.actors["director"], loaded.actors["documentation"])
    # Asks on each page of the M&E officer, and on no other's, whether it was she.
    open_session(loaded.actors["monitoring"].public_id, "Chrome Windows", unfamiliar=True)
    open_session(administrator.public_id, "Firefox Android")
    open_session(administrator.public_id, "Chrome Windows")
    password_link = new_password_link(administrator, loaded.actors["monitoring"].public_id)
    batch = db.session.scalars(
        select(CertificateBatch).where(CertificateBatch.public_id == loaded.batches[0])
    ).one()
    job = make_paper(batch, "print_file", "Working Together", loaded.actors["trainer"])
    issue_by_half(loaded.workshops[0], local_today(), loaded.actors)
    twin, merge = _twins(loaded.actors["trainer"])
    return Prepared(
        job,
        invitation,
        password_link,
        closed,
        custodian.public_id,
        twin,
        merge,
        left,
        locked,
        make_link(_person("Subira Mfano"), loaded.actors["trainer"]),
        *links_into(loaded.workshops[5], loaded.actors["trainer"]),
    )


def _requests(administrator: Actor, director: Actor, officer: Actor) -> None:
    """One that was agreed to and whose link nobody has made, and one that was declined."""
    agreed = ask_for_link(
        administrator, officer.public_id, "She forgot her password. I heard her voice."
    )
    agree(director, agreed)
    declined = ask_for_roles(
        administrator, officer.public_id, [Role.DOCUMENTATION, Role.CUSTODIAN], "We are few."
    )
    decline(director, declined, "Two people should hold these, not one.")


def _person(name: str) -> Person:
    return db.session.scalars(select(Person).where(Person.chosen_name == name)).one()


def _waits_to_be_let_in(director: Actor) -> None:
    """Keys of somebody whom nobody has let in yet."""
    with audited("demo.vault_prepared", director) as change:
        keys = make_keys(new_passphrase(), new_recovery_code())
        add_member(change.session, director.public_id, keys, change.now)
        change.about(director.public_id)


def _twins(trainer: Actor) -> tuple[str, str]:
    """Someone who is here a second time, two who were told apart, and one who was merged; the
    public ids of the first and of the merge."""
    subira = db.session.scalars(select(Person).where(Person.chosen_name == "Subira Mfano")).one()
    kept, group, ward = subira.public_id, subira.group.public_id, subira.ward
    details = PersonDetails("Mfano Subirra", group, ward=ward, sex=subira.sex)
    twin = add_person(details, trainer)
    again = add_person(replace(details, chosen_name="S. Mfano"), trainer)
    other = add_person(replace(details, chosen_name="Subira Mfanno"), trainer, none_of=[kept])
    row_versions = {
        row.public_id: row.row_version
        for row in db.session.execute(
            select(Person.public_id, Person.row_version).where(Person.public_id.in_((kept, again)))
        )
    }
    db.session.rollback()
    merge = merge_people(kept, again, {}, (row_versions[kept], row_versions[again]), trainer)
    sweep(SILENT)
    mark_distinct(twin, other, trainer)
    return twin, merge


def _open_account(by: Actor, name: str, email: str, role: Role = Role.TRAINER) -> str:
    return new_account(by, name=name, email=email, password=secrets.token_urlsafe(16), roles=[role])


def _passkeys(*actors: Actor) -> None:
    """One that nobody can use, for the pictures."""
    for actor in actors:
        identity = secrets.token_bytes(32)
        with writing() as session:
            session.add(
                Passkey(
                    account_id=actor.account_id,
                    name="Simu yangu",
                    credential_key=credential_key(identity),
                    credential_id=identity,
                    public_key=b"",
                    signs_in_alone=True,
                )
            )


def _second_step(actor: Actor) -> None:
    secret, _ = begin_second_step(accounts.account(actor.public_id))
    confirm_second_step(actor, secret, pyotp.TOTP(s=secret).now())
