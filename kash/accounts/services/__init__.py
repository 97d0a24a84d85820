"""What is done with accounts, by noun: signing in, accounts, invitations, the second step."""

from kash.accounts.services.accounts import (
    change_password,
    choose_language,
    deactivate,
    new_account,
    reactivate,
    rename,
    set_password,
    set_roles,
)
from kash.accounts.services.invitations import (
    accept_invitation,
    accept_new_password,
    invite,
    new_password_link,
    withdraw_invitation,
)
from kash.accounts.services.programme import change_programme, set_up_programme
from kash.accounts.services.second_step import (
    begin_second_step,
    confirm_second_step,
    new_recovery_codes,
    remove_second_step,
)
from kash.accounts.services.signing_in import (
    check_password,
    check_second_step,
    confirm_password,
    end_other_sessions,
    end_session,
    open_session,
)

__all__ = [
    "accept_invitation",
    "accept_new_password",
    "begin_second_step",
    "change_password",
    "change_programme",
    "check_password",
    "check_second_step",
    "choose_language",
    "confirm_password",
    "confirm_second_step",
    "deactivate",
    "end_other_sessions",
    "end_session",
    "invite",
    "new_account",
    "new_password_link",
    "new_recovery_codes",
    "open_session",
    "reactivate",
    "remove_second_step",
    "rename",
    "set_password",
    "set_roles",
    "set_up_programme",
    "withdraw_invitation",
]
