"""Chapters of the handbook that tell about payouts. Columns of this room's tables, sorted by what
they hold about a person. Payouts on Today: lists that wait, and rates that are missing. Words of
the audit trail for what is done here: the room, then what happened. The declaration of payouts.
"""

from __future__ import annotations

from collections.abc import Sequence

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from kash.attendance.models import OtherCount
from kash.feature import Feature
from kash.money.payouts import blueprint, views
from kash.money.payouts.forms import (
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
from kash.money.payouts.models import (
    APPROVAL,
    REVERSAL,
    REVERSAL_SENT_BACK,
    SENT_BACK,
    PayoutLine,
    PayoutList,
    RateTable,
)
from kash.money.payouts.queries.claims import paid_on, programme_bands
from kash.money.payouts.queries.payments import lists_paid_again, reversals_waiting, waiting_for
from kash.money.payouts.rules import PaymentState, merged_part
from kash.money.payouts.services.claims import follow
from kash.money.payouts.views.claims import person_rows
from kash.people.erasure import (
    Beneath,
    FreeText,
    GoesIfNamed,
    OpenedForHer,
    StandsInTheWay,
    about_things,
    free_texts,
    stays,
)
from kash.people.queries.search import Reference, joined
from kash.people.sections import PersonSection
from kash.platform.approvals.pages import waiting_line
from kash.platform.handbook.places import Chapters, peers
from kash.platform.web.formats import money_text
from kash.platform.web.parts import ActionWords, Destination
from kash.platform.web.today import BeginningStep, Need, TodayLine, Viewer, is_missing, total
from kash.policy import Role
from kash.workshops.availability.queries import DistanceBands
from kash.workshops.services.timetable import FollowsWorkshop
from kash.workshops.tabs import Milestones, Tab

CHAPTERS = Chapters(
    {
        "payouts": peers(
            "peer-educator#your-payouts",
            {
                Role.TRAINER: "trainer#payouts",
                Role.DIRECTOR: "director#payouts",
                Role.MONITORING: "monitoring#how-payouts-add-up",
            },
        )
    }
)


def _owed(session: Session, person_id: int) -> bool:
    # Nothing is owed by a list that was sent back; what failed is still to be paid or given up.
    open_lines = exists().where(
        PayoutLine.person_id == person_id,
        PayoutLine.list_id == PayoutList.id,
        PayoutList.state != "returned",
        PayoutLine.state.in_((PaymentState.OUTSTANDING, PaymentState.SENT, PaymentState.FAILED)),
    )
    return bool(session.scalar(select(open_lines)))


PERSONAL = (
    Beneath("payout_day.line_id", stays()),
    Beneath("payout_event.line_id", stays()),
    Beneath("payout_reversal_line.line_id", stays()),
    *free_texts(
        "payee.name",
        "payout_list.returned_reason",
        "payout_event.reason",
        "payout_reversal.returned_reason",
        "payout_reversal_line.reason",
    ),
    # The person who is paid without being on a register may be a participant elsewhere.
    GoesIfNamed("payee.phone_sealed", kind="payee.phone", emptied={"phone_sealed": None}),
    # Receipts stay for the tax years.
    FreeText("payout_event.receipt_sealed", kind="payout.receipt"),
    OpenedForHer("payout_event.receipt_sealed", kind="payout.receipt"),
    FreeText("payout_reversal_line.receipt_sealed", kind="payout.reversal_receipt"),
    OpenedForHer("payout_reversal_line.receipt_sealed", kind="payout.reversal_receipt"),
    StandsInTheWay(_l("A payment to this person is not settled."), _owed),
    *about_things(
        payee="role band days",
        payment_sheet="letter",
        payout_event="state means",
        payout_file="digest",
        payout_line="group_letter role band reference state",
        payout_list="state approved_for",
        payout_part="role band",
        payout_reversal="state approved_for",
        payout_reversal_line="before after means",
        rate_table="currency bands rates",
    ),
)


def _lists(asked: Viewer) -> Sequence[TodayLine]:
    return [
        waiting_line(
            _("Payouts: %(title)s", title=waiting.workshop.title),
            url_for(
                "payouts.payout_list",
                public_id=waiting.workshop.public_id,
                list_id=waiting.public_id,
            ),
            waiting.created_at,
            onward="" if waiting.state == "proposed" else _("Pay out"),
            key=money_text(waiting.total_cents),
            small=waiting.table.currency,
        )
        for waiting, _count in waiting_for(asked.actor)
    ]


def _reversals(asked: Viewer) -> Sequence[TodayLine]:
    return [
        waiting_line(
            _("Said not to have arrived: %(title)s", title=reversal.of_list.workshop.title),
            url_for(
                "payouts.reversal",
                public_id=reversal.of_list.workshop.public_id,
                list_id=reversal.of_list.public_id,
                reversal_id=reversal.public_id,
            ),
            reversal.created_at,
            key=money_text(sum(line.line.amount_cents for line in reversal.lines)),
            small=reversal.of_list.table.currency,
        )
        for reversal in reversals_waiting(asked.actor)
    ]


def _paid_again(asked: Viewer) -> Sequence[TodayLine]:
    return [
        TodayLine(
            _("Paid after a failure: %(title)s", title=of_list.workshop.title),
            url_for(
                "payouts.payout_list",
                public_id=of_list.workshop.public_id,
                list_id=of_list.public_id,
            )
            + "#again-h",
            _("Compare mobile money and the paper list: was anybody paid twice?"),
            key=money_text(sum(payment.amount_cents for payment in payments)),
            small=of_list.table.currency,
            button=_("Compare"),
            reasons=[
                _(
                    "%(reference)s: %(amount)s %(currency)s",
                    reference=payment.reference,
                    amount=money_text(payment.amount_cents),
                    currency=of_list.table.currency,
                )
                for payment in payments
            ],
            count=len(payments),
        )
        for of_list, payments in lists_paid_again(asked.actor)
    ]


def _rates_missing(asked: Viewer) -> Sequence[TodayLine]:
    if not asked.actor.may("payouts.rates") or not is_missing(asked, "rates", once="workshop"):
        return []
    return [
        TodayLine(
            _("Nothing says what is paid"),
            url_for("payouts.rates"),
            _("Until then no trainer can propose a payout."),
            key="–",
            button=_("Set the rates"),
        )
    ]


TODAY = (
    SENT_BACK,
    REVERSAL_SENT_BACK,
    Need(
        "payouts_again",
        255,
        _paid_again,
        lead=_l("Payments after a failure:"),
        lead_place=98,
        count=total,
    ),
    Need(
        "payout_reversals",
        258,
        _reversals,
        lead=_l("Payments said not to have arrived:"),
        lead_place=99,
    ),
    Need("payouts", 260, _lists, lead=_l("Payouts that wait for you:"), lead_place=100),
    Need("rates", 180, _rates_missing),
    BeginningStep(
        "rates",
        _l("Set what is paid"),
        _l("Without rates no payout can be proposed."),
        "payouts.rates",
        {Role.DIRECTOR: 10},
        lambda: exists().where(RateTable.workshop_id.is_(None)),
    ),
)


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


FEATURE = Feature(
    "payouts",
    choice="money",
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
        Destination(
            "payouts.index", _l("Money"), "payout", "payouts.see", 130, covers=("/budget",)
        ),
        *TODAY,
        DistanceBands(programme_bands),
        FollowsWorkshop(follow),
        Tab(_l("Payouts"), "payouts.workshop", "payouts.see", 60, _l("Money")),
        Milestones(70, views.claims.milestones),
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
                "settled_claim.person_id", ("day", "first_id", "second_id"), lambda _kept, _gone: {}
            ),
            erased=stays(reason=""),
        ),
        APPROVAL,
        REVERSAL,
    ),
)
