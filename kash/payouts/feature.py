"""The declaration of payouts."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from kash.attendance.counts import OtherCount
from kash.availability.bands import DistanceBands
from kash.feature import Feature
from kash.payouts import blueprint, views
from kash.payouts.approval import APPROVAL, REVERSAL
from kash.payouts.chapters import CHAPTERS
from kash.payouts.personal import PERSONAL
from kash.payouts.queries.claims import paid_on
from kash.payouts.queries.rates import programme_bands
from kash.payouts.rules.rates import merged_part
from kash.payouts.services.following import follow
from kash.payouts.today import TODAY
from kash.payouts.trail_words import ACTION_WORDS
from kash.payouts.views.person_section import person_rows
from kash.payouts.wording import (
    BASIS,
    LIST_STATE,
    LIST_TONE,
    MEANS,
    REVERSAL_STATE,
    ROLE,
    STATE,
    STATE_TONE,
    units_text,
)
from kash.people.erasure import stays
from kash.people.references import Reference, joined
from kash.people.sections import PersonSection
from kash.platform.web.navigation import Destination
from kash.workshops.following import FollowsWorkshop
from kash.workshops.tabs import Tab

FEATURE = Feature(
    "payouts",
    modules=(views,),
    blueprints=(blueprint,),
    filters={"payout_units": units_text},
    words={
        "payout_words": {
            "role": ROLE,
            "basis": BASIS,
            "state": STATE,
            "state_tone": STATE_TONE,
            "list_state": LIST_STATE,
            "list_tone": LIST_TONE,
            "reversal_state": REVERSAL_STATE,
            "means": MEANS,
        }
    },
    parts=(
        *PERSONAL,
        ACTION_WORDS,
        CHAPTERS,
        Destination("payouts.index", _l("Payouts"), "payout", "payouts.see", 130),
        *TODAY,
        DistanceBands(programme_bands),
        FollowsWorkshop(follow),
        Tab(_l("Payouts"), "payouts.workshop", "payouts.see", 60),
        PersonSection(_l("Payouts"), person_rows),
        OtherCount("payouts", _l("Payouts"), paid_on),
        # Payments all move; if both were paid for one day, that shows as a double claim from then.
        Reference(
            "payout_line.person_id",
            _l("Payouts"),
            erased=stays(reason="", cash_digest=None, mobile_digest=None),
        ),
        Reference(
            "payout_part.person_id",
            move=joined("payout_part.person_id", ("workshop_id",), merged_part),
            erased=stays(reason=""),
        ),
        Reference(
            "settled_claim.person_id",
            move=joined(
                "settled_claim.person_id",
                ("day", "first_id", "second_id"),
                lambda _kept, _gone: {},
            ),
            erased=stays(reason=""),
        ),
        APPROVAL,
        REVERSAL,
    ),
)
