"""Incidents: who did what to whom, what was asked for, and how it was settled.

Of an incident the database shows a random reference, its state, the hash of its receipt code and an
hour at which somebody should look at it. Everything else is one document that only members of the
vault can open. Peer educators file without keys and can't read back what they filed; mediators see
briefs, and never a case.
"""

from flask import Blueprint, Flask
from flask_babel import lazy_gettext as _l

blueprint = Blueprint("incidents", __name__, url_prefix="/w")

from kash.incidents import chores, models, views  # noqa: E402,F401


def init_incidents(app: Flask) -> None:
    """Join the rooms below: what ends with an account, with a case, and what the worker does."""
    from kash.accounts.revocations import register_revocation
    from kash.incidents import endings, saving
    from kash.incidents.queries.letterbox import compartments_of_letters
    from kash.incidents.rules.first_account import KIND as FIRST_ACCOUNT
    from kash.incidents.services import brief_endings, following_up, mediation
    from kash.vault import register_sealed_elsewhere, register_written_once

    register_written_once(FIRST_ACCOUNT)
    register_sealed_elsewhere(compartments_of_letters)
    register_revocation(_l("Duty as a mediator ends"), mediation.end_duty)
    saving.register_before_saving(brief_endings.collect_answers)
    saving.register_before_saving(brief_endings.end_what_was_taken_back)
    saving.register_before_saving(following_up.say_who_was_released)
    saving.register_before_saving(brief_endings.end_what_may_not_be_asked)
    endings.register_closing(brief_endings.end_briefs)
    endings.register_shredding(brief_endings.shred_briefs)
