"""The declaration of accounts of funders."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, select

from kash.accounts.models import Account
from kash.accounts.revocations import Revocation
from kash.feature import Feature
from kash.funders import blueprint, views
from kash.funders.approval import SENT_BACK
from kash.funders.chapters import CHAPTERS
from kash.funders.models import FunderAccount
from kash.funders.personal import PERSONAL
from kash.funders.sections import of_account
from kash.funders.services import end_ties_of
from kash.funders.today import NEEDED
from kash.funders.trail_words import ACTION_WORDS
from kash.platform.web.page_sections import PageSection
from kash.platform.web.sample_ids import SampleId


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
