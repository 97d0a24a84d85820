"""Chapters of the handbook that tell about tokens. Columns of this room's tables, sorted by what
they hold about a person. Answers that are kept name operations and no person, and are gone in a
day. The section on the page of one's own account. Tokens on Today: those that wait for a second
person, and one's own that wait to be fetched. Words of the audit trail for what is done here: the
room, then what happened. The declaration of the programming interface."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, select

from kash.accounts.services.locking import Revocation
from kash.exchange.api import blueprint
from kash.exchange.api import views as about
from kash.exchange.api.models import KIND, SENT_BACK, ApiToken
from kash.exchange.api.queries import (
    any_waiting,
    count_in_use,
    names_of_tokens,
    programs_that_read,
    rows_given_until,
    tokens_on_today,
)
from kash.exchange.api.services import SOURCE, end_with_access, forget_kept_answers
from kash.exchange.api.specification import endpoints, init_endpoints, settings_of_description
from kash.feature import Feature
from kash.figures.statements.services import TokenReaders
from kash.people.connections.queries import ConnectionKind
from kash.people.erasure import about_things, free_texts
from kash.platform.approvals.pages import waiting_line
from kash.platform.handbook.places import Chapters
from kash.platform.jobs import Chore
from kash.platform.web.formats import date_text
from kash.platform.web.parts import (
    ActionWords,
    ActorsKnown,
    NamedPage,
    PageSection,
    SampleId,
    SettingLine,
)
from kash.platform.web.today import Need, TodayLine, Viewer
from kash.policy import Actor, Role

_WHO = (Role.ADMINISTRATOR, Role.DIRECTOR, Role.TRAINER, Role.MONITORING)
CHAPTERS = Chapters({"api": dict.fromkeys(_WHO, "api")})


PERSONAL = (
    *free_texts("api_token.purpose", "api_token.returned_reason"),
    *about_things(
        api_token="state token_hash approved_for",  # noqa: S106 - names of columns
        api_token_scope="scope",  # noqa: S106
        kept_answer="key digest body",
    ),
)


def of_account(public_id: str, actor: Actor) -> tuple[()] | None:
    """Nothing but the way there, on the own page of the person who may ask for a token; None
    elsewhere."""
    return () if actor.public_id == public_id and actor.may("api.make") else None


def _to_agree(asked: Viewer) -> Sequence[TodayLine]:
    return [
        waiting_line(
            _("Token for a program: %(name)s", name=token.connection.name),
            url_for("api.token", public_id=token.public_id),
            token.created_at,
            icon="key",
        )
        for token in asked.once(tokens_on_today)[0]
    ]


def _to_fetch(asked: Viewer) -> Sequence[TodayLine]:
    return [
        TodayLine(
            _("Your token for %(name)s was agreed to", name=token.connection.name),
            url_for("api.token", public_id=token.public_id),
            _("Agreed on %(day)s. Fetch it within seven days.", day=date_text(token.agreed_at))
            if token.agreed_at is not None
            else "",
            icon="key",
            button=_("Fetch it"),
        )
        for token in asked.once(tokens_on_today)[1]
    ]


TODAY = (
    Need(
        "api_tokens",
        276,
        _to_agree,
        lead=_l("Tokens of programs that wait for you:"),
        lead_place=111,
        exists=any_waiting,
    ),
    Need("api_tokens_to_fetch", 277, _to_fetch, exists=any_waiting),
)


ACTION_WORDS = ActionWords(
    {
        "api.attendance_read": _l("programs: attendance read, the first time that day"),
        "api.certificates_read": _l("programs: certificates read, the first time that day"),
        "api.indicators_read": _l("programs: indicators read, the first time that day"),
        "api.marking_used": _l("programs: marking asked for, the first time that day"),
        "api.marks_made": _l("programs: marks made"),
        "api.names_read": _l("programs: names of people read, the first time that day"),
        "api.people_read": _l("programs: people read, the first time that day"),
        "api.releases_read": _l("programs: releases read, the first time that day"),
        "api.token_agreed": _l("programs: token agreed to"),
        "api.token_asked": _l("programs: token asked for"),
        "api.token_ended": _l("programs: token ended"),
        "api.token_fetched": _l("programs: token fetched"),
        "api.token_returned": _l("programs: token sent back"),
        "api.workshops_read": _l("programs: workshops read, the first time that day"),
    }
)


def _start(app: Any) -> None:
    settings_of_description(app)
    init_endpoints(app)


def _said(count: int) -> str:
    return _("In use: %(count)s", count=count) if count else _("None is in use.")


def _tokens(_known: object) -> Select[str]:
    return select(ApiToken.public_id).order_by(ApiToken.id)


FEATURE = Feature(
    "api",
    choice="exchange",
    modules=(about, about, about, about, about, about, about, about, about),
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
            "oversight", 66, "api.index", _l("Tokens for programs"), "key", _said, count_in_use
        ),
        SampleId("/tokens/<public_id>", _tokens),
    ),
)
