"""The declaration of accounts."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from kash.accounts import blueprint, views
from kash.accounts.chapters import CHAPTERS
from kash.accounts.commands import account_commands, set_up_code_command
from kash.accounts.hits import FOUND
from kash.accounts.holdings import Holding
from kash.accounts.offboarding import count_invitations, pass_invitations_on
from kash.accounts.queries.accounts import names_of, people_of
from kash.accounts.queries.backing import in_line_with, tied_by_backer, tied_to
from kash.accounts.queries.delegations import actors_that_may
from kash.accounts.revocations import Revocation
from kash.accounts.services.locking import (
    end_all_links,
    end_all_requests,
    end_all_sessions,
    forget_devices,
)
from kash.accounts.services.notices import keep_answer, send_notice
from kash.accounts.services.retention import delete_old_sessions
from kash.accounts.services.throttle import forget_tries
from kash.accounts.sessions import init_sessions
from kash.accounts.setting_lines import LINES
from kash.accounts.today import TODAY, WORDS
from kash.accounts.trail_words import ACTION_WORDS
from kash.feature import Feature
from kash.platform.database import utc_now
from kash.platform.jobs import Chore, JobKind
from kash.platform.jobs.services import Kept, ResultsKept
from kash.platform.web.account_names import AccountsKnown
from kash.platform.web.answers import AnswersKept
from kash.platform.web.navigation import Destination
from kash.platform.web.programme import retention


def _results_kept() -> Kept:
    chosen = retention()
    return Kept(chosen.span("job_results"), chosen.span("job_rows"))


FEATURE = Feature(
    "accounts",
    modules=(views,),
    start=init_sessions,
    blueprints=(blueprint,),
    commands=(account_commands, set_up_code_command),
    words=WORDS,
    parts=(
        ACTION_WORDS,
        CHAPTERS,
        Destination("accounts.index", _l("Accounts"), "accounts", "accounts.see", 150),
        *TODAY,
        *FOUND,
        *LINES,
        AccountsKnown(names_of, tied_to, in_line_with, people_of, actors_that_may, tied_by_backer),
        AnswersKept(keep_answer),
        ResultsKept(_results_kept),
        Revocation("locking.end_all_sessions", _l("Signed out on every device"), end_all_sessions),
        Revocation(
            "locking.end_all_links",
            _l("One-time links and invitations stop working"),
            end_all_links,
        ),
        Revocation(
            "locking.end_all_requests",
            _l("Requests that wait for a second person are withdrawn"),
            end_all_requests,
        ),
        Revocation(
            "locking.forget_devices",
            _l("Passkeys and known devices are forgotten"),
            forget_devices,
        ),
        Holding(
            "invitations",
            _l("Invitations that are still open"),
            count_invitations,
            pass_invitations_on,
            permission="accounts.manage",
            let_go=_l("Withdraw them"),
        ),
        JobKind("accounts.notice", send_notice, patient=True),
        Chore("delete_old_sessions", lambda: delete_old_sessions(utc_now()), minutes=60),
        Chore("forget_tries", forget_tries, minutes=10),
    ),
)
