"""The programme's accounts, groups, organisations and people."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from benchmarks.load.rows import Rows
from kash.accounts.models import (
    Account,
    AccountRequest,
    AccountRole,
    Invitation,
    Programme,
    SignedInSession,
)
from kash.accounts.queries.accounts import email_key
from kash.accounts.services.marks import hash_password, new_token, token_hash
from kash.people.models import Consent, Group, Organisation, Person, Posting
from kash.people.rules.persons import PURPOSES, sort_name
from kash.platform.database import new_public_id
from kash.platform.vault import lookup, seal
from kash.policy import Role

PASSWORD = "four plain words together"
_GIVEN = (
    *("Achieng", "Atieno", "Akinyi", "Adhiambo", "Anyango", "Apiyo", "Awuor", "Auma", "Moraa"),
    *("Kerubo", "Nafula", "Nekesa", "Wanjiru", "Wambui", "Njeri", "Chebet", "Halima", "Zawadi"),
    *("Otieno", "Ochieng", "Omondi", "Odhiambo", "Onyango", "Okoth", "Ouma", "Barasa", "Wafula"),
    *("Kipchoge", "Kiprono", "Mwangi", "Kamau", "Njoroge", "Mutua", "Musyoka", "Hassan", "Salim"),
)
_FAMILY = (
    *("Odera", "Okello", "Owino", "Ogola", "Oduor", "Ochola", "Opiyo", "Wekesa", "Simiyu"),
    *("Makokha", "Nyongesa", "Kimani", "Karanja", "Muthoni", "Kibet", "Cheruiyot", "Langat"),
    *("Koech", "Mogaka", "Nyaboke", "Omari", "Juma", "Abdi", "Ng’ang’a", "Mumo", "Kilonzo"),
)
FULL_NAMES = tuple(f"{given} {family}" for given in _GIVEN for family in _FAMILY)
_WARDS = ("Manyatta A", "Manyatta B", "Nyalenda A", "Nyalenda B", "Kondele", "Obunga", "Kajulu")
_RANKS = ("Constable", "Corporal", "Sergeant", "Inspector")
_CADRES = ("Peer educator", "Outreach worker", "Paralegal")
_BANDS = ("18-24", "25-34", "35-44", "45-plus")
_PEERS = 50


@dataclass(frozen=True)
class AnAccount:
    """An account that can sign in with PASSWORD."""

    key: int
    public_id: str
    email: str
    roles: tuple[Role, ...]


@dataclass
class APerson:
    """A person as far as the other rooms are concerned."""

    key: int
    public_id: str
    name: str
    police: bool
    group: int = 0
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass
class Everybody:
    """Everybody who is there."""

    accounts: dict[str, AnAccount] = field(default_factory=dict)
    trainers: list[AnAccount] = field(default_factory=list)
    people: list[APerson] = field(default_factory=list)
    groups: tuple[int, int] = (1, 2)
    links: dict[str, tuple[str, str]] = field(default_factory=dict)


def load_people(
    rows: Rows, count: int, trainers: int, now: datetime, dice: random.Random
) -> Everybody:
    """The programme, its groups and organisations, `count` people, and accounts of every role."""
    everybody = Everybody()
    rows.add_keyless(
        Programme,
        id=1,
        name="Rights and Safety Programme",
        neutral_name="Lakeside Learning",
        languages=["en", "sw"],
        settings={"second_step_required": False},
        created_at=now - timedelta(days=1200),
    )
    police = rows.add(Group, name="Police", letter="A", is_police=True, position=1)
    community = rows.add(Group, name="Community", letter="B", is_police=False, position=2)
    everybody.groups = (police, community)
    places = {
        True: [
            rows.add(
                Organisation,
                name=f"Station {n:02}",
                kind="station",
                place=dice.choice(_WARDS),
                group_id=police,
            )
            for n in range(1, 31)
        ],
        False: [
            rows.add(
                Organisation,
                name=f"Collective {n:02}",
                kind="collective",
                place=dice.choice(_WARDS),
                group_id=community,
            )
            for n in range(1, 21)
        ],
    }
    # Every trainer adds people of both groups: what she added is within her reach.
    recorders = [new_public_id() for _trainer in range(trainers)]
    for number in range(count):
        recorder = recorders[number // 5 % trainers]
        _person(rows, everybody, number, places, recorder, now, dice)
    _accounts(rows, everybody, recorders, now)
    return everybody


def _person(
    rows: Rows,
    everybody: Everybody,
    number: int,
    places: dict[bool, list[int]],
    recorder: str,
    now: datetime,
    dice: random.Random,
) -> None:
    police = number % 5 < 2
    name = f"{dice.choice(_GIVEN)} {dice.choice(_FAMILY)}"
    public_id = new_public_id()
    phone = f"+2547{number:08}"
    added = now - timedelta(days=1100 - number % 1000)
    group = everybody.groups[0 if police else 1]
    facts: dict[str, Any] = {
        "sex": "female" if dice.random() < 0.6 else "male",
        "age_band": dice.choice(_BANDS),
        "cadre": dice.choice(_RANKS if police else _CADRES),
        "ward": dice.choice(_WARDS),
    }
    key = rows.add(
        Person,
        public_id=public_id,
        chosen_name=name,
        sort_name=sort_name(name),
        printed_name=name,
        printed_name_confirmed_at=added,
        group_id=group,
        **facts,
        language=dice.choice(("en", "sw", "luo")),
        reference=f"R{number:05}",
        phone_sealed=seal(phone, kind="person.phone", public_id=public_id),
        phone_lookup=lookup(phone, kind="phone"),
        phone_by=recorder,
        created_by=recorder,
        created_at=added,
        changed_at=added,
    )
    since = added.date() - timedelta(days=300)
    if number % 4 == 0:
        _posting(rows, key, dice.choice(places[police]), since - timedelta(days=700), since)
    place = dice.choice(places[police])
    _posting(rows, key, place, since, None)
    facts["organisation_id"] = place
    everybody.people.append(APerson(key, public_id, name, police, group, facts))
    for purpose in PURPOSES[:3]:
        rows.add(
            Consent,
            person_id=key,
            purpose=purpose,
            answer="given",
            text="The words that were read out, as long as such words are: who keeps what, why, "
            "for how long, and whom to tell when it should no longer be kept.",
            text_version="1",
            recorded_by=recorder,
            recorded_at=added,
        )


def _posting(rows: Rows, person: int, place: int, since: date, until: date | None) -> None:
    rows.add(Posting, person_id=person, organisation_id=place, since=since, until=until)


def _accounts(rows: Rows, everybody: Everybody, trainers: list[str], now: datetime) -> None:
    hashed = hash_password(PASSWORD)
    police = next(person for person in everybody.people if person.police)
    peers = [person for person in everybody.people if not person.police][:_PEERS]

    def add(
        name: str, *roles: Role, person: int | None = None, public_id: str = "", **more: Any
    ) -> None:
        public_id = public_id or new_public_id()
        email = f"{name}@example.org"
        key = rows.add(
            Account,
            public_id=public_id,
            name=name.replace("_", " ").capitalize(),
            email_sealed=seal(email, kind="account.email", public_id=public_id),
            email_lookup=email_key(email),
            password_hash=hashed,
            person_id=person,
            created_at=now - timedelta(days=1000),
            **more,
        )
        for role in roles:
            rows.add_keyless(AccountRole, account_id=key, role=str(role))
        account = AnAccount(key, public_id, email, roles)
        everybody.accounts[name] = account
        if Role.TRAINER in roles:
            everybody.trainers.append(account)

    add("administrator", Role.ADMINISTRATOR)
    add("director", Role.DIRECTOR)
    add("monitoring", Role.MONITORING)
    add("documentation", Role.DOCUMENTATION)
    add("custodian", Role.CUSTODIAN)
    for number, trainer in enumerate(trainers, start=1):
        add("trainer" if number == 1 else f"trainer{number}", Role.TRAINER, public_id=trainer)
    add("police_peer", Role.POLICE_PEER, person=police.key)
    for number, peer in enumerate(peers, start=1):
        add("peer" if number == 1 else f"peer{number}", Role.PEER, person=peer.key)
    add("left", Role.MONITORING, active=False)
    guarded = new_public_id()
    secret = seal("JBSWY3DPEHPK3PXP", kind="account.totp", public_id=guarded)
    add("guarded", Role.CUSTODIAN, public_id=guarded, totp_sealed=secret)


def load_links(rows: Rows, everybody: Everybody, now: datetime) -> None:
    """A one-time link to join and one for a new password, neither used; a lost second step."""
    for purpose, account in (("join", None), ("new password", everybody.accounts["peer"])):
        public_id, token = new_public_id(), new_token()
        everybody.links[purpose] = (public_id, token)
        email = account.email if account else "newcomer@example.org"
        rows.add(
            Invitation,
            public_id=public_id,
            token_hash=token_hash(token),
            name="Newcomer",
            email_sealed=seal(email, kind="invitation.email", public_id=public_id),
            email_lookup=email_key(email),
            roles=[] if account else [str(Role.TRAINER)],
            account_id=account.key if account else None,
            invited_by=everybody.accounts["administrator"].public_id,
            created_at=now,
            expires_at=now + timedelta(days=7),
        )
    guarded = everybody.accounts["guarded"]
    rows.add(
        SignedInSession,
        public_id=new_public_id(),
        token_hash=token_hash(new_token()),
        account_id=guarded.key,
        device="Firefox, Android",
        created_at=now,
        last_seen_at=now,
    )
    request = new_public_id()
    everybody.links["request"] = (request, "")
    rows.add(
        AccountRequest,
        public_id=request,
        kind="second_step",
        account_id=guarded.key,
        email_lookup="",
        digest="",
        reason_sealed=seal("Lost.", kind="second_step_reset.reason", public_id=request),
        asked_by=everybody.accounts["administrator"].public_id,
        asked_at=now,
        expires_at=now + timedelta(days=1),
        state="waiting",
        decided_by="",
    )
