"""Merging payouts when two people turn out to be one."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from kash.payouts.rules import merged_part
from kash.people.references import declare_reference, joined


def declare_references() -> None:
    """Declare this room's foreign keys to a person.

    Payments all move; if both were paid for one day, that shows as a double claim from then on.
    """
    declare_reference("payout_line.person_id", _l("Payouts"))
    declare_reference(
        "payout_part.person_id",
        move=joined("payout_part.person_id", ("workshop_id",), merged_part),
    )
    declare_reference(
        "settled_claim.person_id",
        move=joined(
            "settled_claim.person_id", ("day", "first_id", "second_id"), lambda _kept, _gone: {}
        ),
    )
