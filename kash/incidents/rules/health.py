"""Health: what of a case concerns somebody's, and who agreed that a file for a court may say it.

Without her own consent to `health` a file holds neither what was done to her health nor anything
that was typed freely: nobody can tell from a sentence that it does not speak of HIV.
"""

from __future__ import annotations

from kash.incidents.rules.acts import GROUPS
from kash.incidents.rules.record import Record

PURPOSE = "health"
# Forced tests, status told to others, care refused, what protects health taken; and refusals which
# may tell of HIV.
ACTS = frozenset({*GROUPS["health"], "D4"})
# A kind of party that speaks of health by being there.
PARTY = "health_worker"
REFERRALS = frozenset({"medical", "psychosocial"})
REQUESTS = frozenset({"medical"})


def who_may_be_told_of(record: Record) -> frozenset[str]:
    """Ids of the persons of whose health a file for a court may speak."""
    return frozenset(one.id for one in record.persons if record.consents_to(PURPOSE, one.id))


def everybody_may_be_told_of(record: Record) -> bool:
    """True if everybody in a case agreed, so that words may be shown that tell of all of them."""
    return record.consents_to(PURPOSE)
