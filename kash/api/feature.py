"""The declaration of the programming interface."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, select

from kash.accounts.revocations import Revocation
from kash.api import blueprint
from kash.api.approval import SENT_BACK
from kash.api.chapters import CHAPTERS
from kash.api.endpoints import endpoints, init_endpoints
from kash.api.models import ApiToken
from kash.api.personal import PERSONAL
from kash.api.queries.tokens import (
    count_in_use,
    names_of_tokens,
    programs_that_read,
    rows_given_until,
)
from kash.api.scopes import KIND
from kash.api.sections import of_account
from kash.api.services.marking import SOURCE
from kash.api.services.tokens import end_with_access, forget_kept_answers
from kash.api.specification import settings_of_description
from kash.api.today import TODAY
from kash.api.trail_words import ACTION_WORDS
from kash.api.views import (
    about,
    attendance,
    certificates,
    indicators,
    people,
    reference,
    releases,
    tokens,
    workshops,
)
from kash.connections.kinds import ConnectionKind
from kash.feature import Feature
from kash.platform.jobs import Chore
from kash.platform.web.action_words import ActorsKnown
from kash.platform.web.hits import NamedPage
from kash.platform.web.page_sections import PageSection
from kash.platform.web.sample_ids import SampleId
from kash.platform.web.setting_lines import SettingLine
from kash.statements.receivers import TokenReaders


def _start(app: Any) -> None:
    settings_of_description(app)
    init_endpoints(app)


def _said(count: int) -> str:
    return _("In use: %(count)s", count=count) if count else _("None is in use.")


def _tokens(_known: object) -> Select[str]:
    return select(ApiToken.public_id).order_by(ApiToken.id)


FEATURE = Feature(
    "api",
    modules=(
        about,
        attendance,
        certificates,
        indicators,
        people,
        reference,
        releases,
        tokens,
        workshops,
    ),
    blueprints=(blueprint, endpoints),
    start=_start,
    parts=(
        SENT_BACK,
        ACTION_WORDS,
        ActorsKnown(names_of_tokens),
        CHAPTERS,
        *PERSONAL,
        *TODAY,
        SOURCE,
        ConnectionKind(
            KIND,
            _l("Programs of others (API)"),
            _l(
                "Another system reads from this one, or sends marks of attendance, each with a"
                " token that says what it may be used for."
            ),
            "api.index",
            "api.see",
            asks_secret=False,
            leaves=_l(
                "What its tokens are made for: police officers by number, their attendance and the"
                " status of their certificates, their names only if a token says so; workshops,"
                " releases, indicators. Nobody of the community, no phone, no e-mail, nothing of"
                " the vault."
            ),
            asks_address=False,
        ),
        TokenReaders(programs_that_read, rows_given_until),
        PageSection("account", "api/account_section.html", of_account),
        Revocation("api_tokens", _l("Its tokens for programs end"), end_with_access),
        Chore("forget_kept_answers", forget_kept_answers, minutes=60, at=52),
        NamedPage("api.index", _l("Tokens for programs"), "api.see", 99),
        NamedPage("api.reference", _l("How programs use this (API)"), "api.see", 100),
        SettingLine(
            "safety", 46, "api.index", _l("Tokens for programs"), "key", _said, count_in_use
        ),
        SampleId("/tokens/<public_id>", _tokens),
    ),
)
