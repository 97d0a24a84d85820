"""Words of the audit trail for what is done here: the room, then what happened."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from kash.platform.web.action_words import ActionWords

ACTION_WORDS = ActionWords(
    {
        "payouts.approved": _l("payouts: approved"),
        "payouts.bands_chosen": _l("payouts: bands chosen"),
        "payouts.claim_settled": _l("payouts: claim settled"),
        "payouts.exception_made": _l("payouts: exception made"),
        "payouts.compared": _l("payouts: payments after a failure compared"),
        "payouts.file_fetched_again": _l("payouts: file fetched again"),
        "payouts.numbers_exported": _l("payouts: numbers exported"),
        "payouts.paid_in_cash": _l("payouts: paid in cash"),
        "payouts.payee_added": _l("payouts: payee added"),
        "payouts.payee_removed": _l("payouts: payee removed"),
        "payouts.payment_noted": _l("payouts: payment noted"),
        "payouts.proposed": _l("payouts: proposed"),
        "payouts.rates_given_up": _l("payouts: rates given up"),
        "payouts.rates_set": _l("payouts: rates set"),
        "payouts.results_taken": _l("payouts: results taken"),
        "payouts.reversal_approved": _l("payouts: payments that did not arrive approved"),
        "payouts.reversal_turned_back": _l("payouts: payments that did not arrive sent back"),
        "payouts.turned_back": _l("payouts: sent back"),
    }
)
