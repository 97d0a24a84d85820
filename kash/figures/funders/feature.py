"""Chapters of the handbook that tell about accounts of funders. Columns of this room's tables,
sorted by what they hold about a person. The section on the page of a funder's account. Ties on
Today: what waits for a second person. Words of the audit trail for what is done here: the room,
then what happened. The declaration of accounts of funders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, select

from kash.accounts.models import Account
from kash.accounts.services.locking import Revocation
from kash.feature import Feature
from kash.figures.funders import blueprint, views
from kash.figures.funders.models import APPROVAL, SENT_BACK, FunderAccount
from kash.figures.funders.services import account_of_funder, end_ties_of, ties_of, waiting_ties
from kash.people.erasure import about_things
from kash.platform.approvals.pages import waiting_line
from kash.platform.handbook.places import Chapters
from kash.platform.web.errors import NotFound
from kash.platform.web.parts import ActionWords, PageSection, SampleId
from kash.platform.web.today import Need, TodayLine, Viewer
from kash.policy import Actor, Role

CHAPTERS = Chapters(
    {
        "funders": {
            Role.ADMINISTRATOR: "administrator#accounts-of-funders",
            Role.DIRECTOR: "administrator#accounts-of-funders",
        }
    }
)


PERSONAL = (*about_things(funder_account="state approved_for returned_reason"),)


@dataclass(frozen=True)
class AccountTie:
    """The tie of an account as its page shows it, None where there is none; `changes` says that the
    actor may see to it."""

    account: str
    tie: FunderAccount | None
    changes: bool


def of_account(public_id: str, actor: Actor) -> AccountTie | None:
    """The tie of a funder's account, for itself and for who sees to it; None of any other."""
    changes = actor.may("funders.tie")
    if not changes and actor.public_id != public_id:
        return None
    try:
        account = account_of_funder(public_id)
    except NotFound:
        return None
    ties = [tie for tie in ties_of(account) if tie.ended_at is None and tie.state != "returned"]
    return AccountTie(public_id, ties[0] if ties else None, changes)


def _to_agree(asked: Viewer) -> Sequence[TodayLine]:
    return [
        waiting_line(
            _("Account of a funder: %(name)s", name=tie.account.name),
            url_for("funders.account", account_id=tie.account.public_id),
            tie.created_at,
            icon="accounts",
        )
        for tie in waiting_ties(asked.actor)
    ]


NEEDED = Need(
    "funder_accounts", 283, _to_agree, exists=lambda asked: APPROVAL.any_open_to(asked.actor)
)


ACTION_WORDS = ActionWords(
    {
        "funders.tie_asked": _l("funders: account asked for"),
        "funders.tied": _l("funders: account agreed to"),
        "funders.tie_returned": _l("funders: account sent back"),
        "funders.tie_ended": _l("funders: account untied"),
    }
)


def _accounts(_known: object) -> Select[str]:
    return (
        select(Account.public_id)
        .join(FunderAccount, FunderAccount.account_id == Account.id)
        .order_by(FunderAccount.id)
    )


def _ties(known: Mapping[str, str]) -> Select[str]:
    return (
        select(FunderAccount.public_id)
        .join(Account, Account.id == FunderAccount.account_id)
        .where(Account.public_id == known["account_id"])
    )


FEATURE = Feature(
    "funders",
    choice="results",
    modules=(views,),
    blueprints=(blueprint,),
    parts=(
        SENT_BACK,
        ACTION_WORDS,
        CHAPTERS,
        NEEDED,
        *PERSONAL,
        PageSection("account", "funders/account_section.html", of_account),
        Revocation("funders.ties", _l("The account belongs to no funder"), end_ties_of),
        SampleId("/funders/accounts/<account_id>", _accounts),
        SampleId("/funders/accounts/<account_id>/<tie_id>", _ties),
    ),
)
