"""Reports that say more about one that was sent before ("Tell more about it").

What is said in one of them is said of all: who must not read one reads none of them, and if one is
for a custodian alone, all are. That holds on when such a one is shredded: of a report that is gone
no more is kept than whether officers might read it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from kash.incidents.rules.conflicts import ConflictParty
from kash.incidents.rules.custodian_only import WHO, WHOM, Seen
from kash.incidents.rules.record import Filing, Record

# In place of one that does not open: nobody knows whether a child is in it.
UNOPENED: Seen = Record(filing=Filing(screens={WHOM: ""}))
# In place of one that was shredded and not for officers: nobody knows any more whether it was about
# a child or somebody of the programme, so that none but a custodian reads what was added to it.
SHREDDED: Seen = Record(filing=Filing(screens={WHO: ""}))


def adds_to(record: Record) -> str:
    """The reference of the report that this one was sent after, empty if it stands alone. Links
    that members made stand in the timeline too, on both sides."""
    if record.filing.how != "phone":
        return ""
    made = {one.about for one in record.timeline if one.what == "linked"}
    links = (one.id for one in record.links if one.kind == "incident" and one.id not in made)
    return next(links, "")


def together_with(reference: str, adds: Mapping[str, str]) -> set[str]:
    """The references of a report and of all that belong to it; `adds` says to which each adds."""
    near: dict[str, set[str]] = {}
    for more, first in adds.items():
        if first:
            near.setdefault(more, set()).add(first)
            near.setdefault(first, set()).add(more)
    found, left = {reference}, [reference]
    while left:
        new = near.get(left.pop(), set()) - found
        found |= new
        left += new
    return found


def first_of(reference: str, adds: Mapping[str, str]) -> str:
    """The report to which all that belong to a report add, whether or not it is there still."""
    been: list[str] = []
    while reference in adds and reference not in been:
        been.append(reference)
        reference = adds[reference] or reference
    # Two that add to each other have no first.
    return min(been[been.index(reference) :]) if reference in been else reference


@dataclass(frozen=True)
class Together:
    """Records that belong together, as far as who may see them depends on it."""

    records: Sequence[Seen]

    @property
    def parties(self) -> list[ConflictParty]:
        """People who took part."""
        return list(chain.from_iterable(one.parties for one in self.records))

    @property
    def declared(self) -> list[str]:
        """Accounts that said that they must not work on one of them."""
        return list(chain.from_iterable(one.declared for one in self.records))

    def told_by(self) -> set[str]:
        """Accounts from which one of them is known."""
        return set(chain.from_iterable(one.told_by() for one in self.records))

    def is_about(self) -> set[str]:
        """Persons known here to whom it was done, or from whom it is known."""
        return set(chain.from_iterable(one.is_about() for one in self.records))

    def unread(self) -> set[str]:
        """Screens of a phone that nobody could put together with one of them."""
        return set(chain.from_iterable(one.unread() for one in self.records))

    def asks_for_a_decision(self) -> bool:
        """True if the custodian decides about one of them."""
        return any(one.asks_for_a_decision() for one in self.records)

    def has_minor(self) -> bool:
        """True if somebody in one of them is under 18, or may be."""
        return any(one.has_minor() for one in self.records)


def as_one(record: Seen, others: Mapping[str, Seen]) -> Seen:
    """A record with those that belong to it, by reference."""
    return Together([record, *others.values()]) if others else record
