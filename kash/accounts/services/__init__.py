"""Services of accounts, by noun: signing in, accounts, invitations, the second step."""

from kash.accounts.services.access import record_review
from kash.accounts.services.accounts import (
    change_password,
    choose_language,
    new_account,
    reactivate,
    rename,
    set_password,
    set_roles,
)
from kash.accounts.services.asking import (
    ask_for_link,
    ask_for_roles,
    ask_reset,
    ask_to_invite,
    ask_to_reopen,
)
from kash.accounts.services.backing import vouch_for
from kash.accounts.services.breaches import (
    add_breach_note,
    change_breach,
    close_breach,
    open_breach,
    record_notice,
)
from kash.accounts.services.deciding import (
    agree,
    decline,
    fetch_link,
    fetched_before,
    reset_by_operator,
    withdraw,
)
from kash.accounts.services.delegations import end_stand_in, lend_approvals
from kash.accounts.services.invitations import (
    Offered,
    accept_invitation,
    accept_new_password,
    invite,
    new_password_link,
    withdraw_invitation,
)
from kash.accounts.services.keeping import delete_old_sessions
from kash.accounts.services.leaving import deactivate, hand_over
from kash.accounts.services.locking import lock_at_once
from kash.accounts.services.marks import forget_browser, forget_browsers
from kash.accounts.services.notices import notice_seen
from kash.accounts.services.passkey_challenges import (
    ADD,
    CONFIRM,
    SECOND_STEP,
    SIGN_IN,
    Offer,
)
from kash.accounts.services.passkey_proofs import (
    check_passkey,
    confirm_with_passkey,
    offer_to_prove,
    offer_to_sign_in,
    sign_in_with_passkey,
)
from kash.accounts.services.passkeys import (
    add_passkey,
    credential_key,
    offer_to_add,
    remove_passkey,
    rename_passkey,
)
from kash.accounts.services.programme import (
    accept_address,
    change_programme,
    change_settings,
    choose_roles_with_second_step,
    set_up_programme,
)
from kash.accounts.services.second_step import (
    begin_second_step,
    confirm_second_step,
    new_recovery_codes,
)
from kash.accounts.services.sessions import (
    answer_for_device,
    end_other_sessions,
    end_session,
    end_session_of,
    end_sessions_of,
    keep_form,
    kept_form,
)
from kash.accounts.services.several import Invited, RowsRefused, invite_one, invite_several
from kash.accounts.services.signing_in import (
    check_password,
    check_second_step,
    confirm_password,
    open_session,
)

__all__ = [
    "ADD",
    "CONFIRM",
    "SECOND_STEP",
    "SIGN_IN",
    "Invited",
    "Offer",
    "Offered",
    "RowsRefused",
    "accept_address",
    "accept_invitation",
    "accept_new_password",
    "add_breach_note",
    "add_passkey",
    "agree",
    "answer_for_device",
    "ask_for_link",
    "ask_for_roles",
    "ask_reset",
    "ask_to_invite",
    "ask_to_reopen",
    "begin_second_step",
    "change_breach",
    "change_password",
    "change_programme",
    "change_settings",
    "check_passkey",
    "check_password",
    "check_second_step",
    "choose_language",
    "choose_roles_with_second_step",
    "close_breach",
    "confirm_password",
    "confirm_second_step",
    "confirm_with_passkey",
    "credential_key",
    "deactivate",
    "decline",
    "delete_old_sessions",
    "end_other_sessions",
    "end_session",
    "end_session_of",
    "end_sessions_of",
    "end_stand_in",
    "fetch_link",
    "fetched_before",
    "forget_browser",
    "forget_browsers",
    "hand_over",
    "invite",
    "invite_one",
    "invite_several",
    "keep_form",
    "kept_form",
    "lend_approvals",
    "lock_at_once",
    "new_account",
    "new_password_link",
    "new_recovery_codes",
    "notice_seen",
    "offer_to_add",
    "offer_to_prove",
    "offer_to_sign_in",
    "open_breach",
    "open_session",
    "reactivate",
    "record_notice",
    "record_review",
    "remove_passkey",
    "rename",
    "rename_passkey",
    "reset_by_operator",
    "set_password",
    "set_roles",
    "set_up_programme",
    "sign_in_with_passkey",
    "vouch_for",
    "withdraw",
    "withdraw_invitation",
]
