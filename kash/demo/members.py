"""Members of the sample: who holds keys of the vault, who mediates, and who is on duty."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import select

from kash.accounts.models import Account
from kash.demo.accounts import DOCUMENTATION, MEMBERS, PEER, POLICE_PEER
from kash.demo.people import phone
from kash.incidents.services.mediation import (
    DutyDetails,
    add_mediator,
)
from kash.members.rules import entitled
from kash.people.models import Organisation
from kash.people.rules.directory import read_day
from kash.platform.database import db, utc_now
from kash.platform.vault import (
    OpenVault,
    VaultMember,
    add_member,
    audited,
    let_in,
    make_compartment,
    make_keys,
    missing_compartments,
    new_passphrase,
    new_recovery_code,
    open_in_memory,
    seal,
)
from kash.policy import Actor

FIRST_PHONE = 700


@dataclass(frozen=True)
class SampleMember:
    """How a member of the sample opens the vault."""

    actor: Actor
    passphrase: str
    totp_secret: str
    vault: OpenVault = field(repr=False)


def add_members(actors: Mapping[str, Actor]) -> list[SampleMember]:
    """Give keys to those who hold the records; the custodian makes both compartments."""
    import pyotp

    made: list[SampleMember] = []
    for sample in MEMBERS:
        actor = actors[sample.key]
        passphrase, secret = new_passphrase(), pyotp.random_base32()
        keys = make_keys(passphrase, new_recovery_code())
        with audited("members.joined", actor) as change:
            session, now = change.session, change.now
            member = add_member(session, actor.public_id, keys, now)
            mine = sorted(entitled(actor.roles))
            for name in missing_compartments(session, mine):
                make_compartment(session, name, [member], now)
            if made:
                let_in(session, made[0].vault, member, mine, now)
            member.admitted_by, member.admitted_at = actor.public_id, now
            account = session.get_one(Account, actor.account_id)
            account.totp_sealed = seal(secret, kind="account.totp", public_id=account.public_id)
            change.about(actor.public_id)
        found = db.session.scalars(
            select(VaultMember).where(VaultMember.holder == actor.public_id)
        ).one()
        vault = open_in_memory(db.session(), found, keys.private, utc_now())
        made.append(SampleMember(actor, passphrase, secret, vault))
    return made


def put_on_duty(actors: Mapping[str, Actor]) -> None:
    """Two mediators, one of each group, at the stations they know."""
    stations = stations_known()
    week = [each for day in range(5) for each in read_day(day, "08:00–20:00")]
    for number, (key, at, hours) in enumerate(
        ((PEER.key, stations, ()), (POLICE_PEER.key, stations[1:], week))
    ):
        add_mediator(
            actors[DOCUMENTATION.key],
            actors[key].public_id,
            DutyDetails(
                phone=phone(FIRST_PHONE + number),
                spoken=("sw", "luo") if number == 0 else ("en", "sw"),
                stations=tuple(public_id for public_id, _name in at),
                hours=tuple(hours),
                note="Send a message first" if number == 0 else "",
            ),
        )


def stations_known() -> list[tuple[str, str]]:
    """Stations of the sample, by public id and name."""
    return [
        (one.public_id, one.name)
        for one in db.session.scalars(
            select(Organisation).where(Organisation.kind == "station").order_by(Organisation.id)
        )
    ]
