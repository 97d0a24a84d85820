"""Help that there is now: services of the directory, and mediators on duty."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kash.incidents.models import Duty
from kash.incidents.queries.mediation import duties, phone_of, police_accounts, stretches_of
from kash.people.models import ServiceEntry
from kash.people.queries.directory import ServiceSearch, services_for_paper
from kash.people.rules.directory import Stretch, open_at
from kash.platform.vault import SealError
from kash.policy import Actor, Role

MOST = 40
# What is needed first comes first.
_URGENT = ("pep", "clinic", "hotline", "legal", "shelter", "counselling", "children")


@dataclass(frozen=True)
class OnDuty:
    """A mediator: what she is called, whether she is of the police, where and when she helps, and
    the number of her duty.

    `name` is empty for a police account that reads of somebody who is not of the police.
    The number was given to be shown, so that showing it is no opening of a phone number: an entry
    would say who was in need of a mediator, and when.
    """

    name: str
    police: bool
    phone: str
    stations: tuple[str, ...]
    spoken: tuple[str, ...]
    stretches: tuple[Stretch, ...]
    note: str
    now: bool


def mediators_on_duty(by: Actor, minute: int) -> list[OnDuty]:
    """Everybody who mediates, those first who can be called in this minute of the week."""
    police = police_accounts()
    reader_is_police = Role.POLICE_PEER in by.roles
    found = [
        _on_duty(
            row,
            minute,
            police=row.account_id in police,
            named=not reader_is_police or row.account_id in police,
        )
        for row in duties()
    ]
    return sorted(found, key=lambda one: not one.now)


def _on_duty(row: Duty, minute: int, *, police: bool, named: bool) -> OnDuty:
    stretches = stretches_of(row)
    return OnDuty(
        name=row.account.name if named else "",
        police=police,
        phone=_phone(row),
        stations=tuple(sorted(one.organisation.name for one in row.stations)),
        spoken=tuple(code for code in row.spoken.split(",") if code),
        stretches=stretches,
        note=row.note,
        now=not stretches or open_at(stretches, minute),
    )


def _phone(row: Duty) -> str:
    try:
        return phone_of(row)
    except SealError:
        return ""


def services_near(
    actor: Actor, minute: int, *, area: str = "", kind: str = ""
) -> Sequence[ServiceEntry]:
    """Services of an area and kind: what is open now first, then what is most urgent."""
    found = services_for_paper(actor, ServiceSearch(area=area, kind=kind), most=200)

    def order(entry: ServiceEntry) -> tuple[bool, int]:
        urgent = _URGENT.index(entry.kind) if entry.kind in _URGENT else len(_URGENT)
        return not open_at(entry.stretches, minute), urgent

    return sorted(found, key=order)[:MOST]
