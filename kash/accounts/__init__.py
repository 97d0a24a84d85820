"""Accounts: the programme's own settings, who may sign in and as what, and how they prove it.

People sign in with e-mail and password, and where they could open much to others with a code as
well. Accounts are opened by invitation. Sessions are rows that can be seen and ended.
"""

from flask import Blueprint, Flask

blueprint = Blueprint("accounts", __name__)

from kash.accounts import views  # noqa: E402
from kash.accounts.commands import account_commands, set_up_code_command  # noqa: E402
from kash.accounts.joining import join_own_registers  # noqa: E402
from kash.accounts.sessions import init_sessions  # noqa: E402
from kash.jobs.services import Kept, keep_results_by  # noqa: E402
from kash.web.programme import retention  # noqa: E402

__all__ = ["blueprint", "init_accounts", "views"]


def _results_kept() -> Kept:
    chosen = retention()
    return Kept(chosen.span("job_results"), chosen.span("job_rows"))


def init_accounts(app: Flask) -> None:
    """Say how the signed-in person is found, what ends with an account and what it hands over,
    and add the commands for operators."""
    init_sessions(app)
    keep_results_by(app, _results_kept)
    join_own_registers()
    app.cli.add_command(account_commands)
    app.cli.add_command(set_up_code_command)
