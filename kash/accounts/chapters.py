"""Chapters of the handbook that tell about accounts."""

from __future__ import annotations

from kash.handbook.places import Chapters, each
from kash.policy import Role

CHAPTERS = Chapters(
    {
        **each("accounts", "sign_in sign_in_with_passkey", "signing-in#sign-in"),
        **each("accounts", "join new_password", "signing-in#a-link-that-you-were-given"),
        **each(
            "accounts", "second_step second_step_with_passkey enrol", "signing-in#the-second-step"
        ),
        **each("accounts", "add_passkey remove_passkey rename_passkey", "signing-in#passkeys"),
        **each(
            "accounts",
            "lost_phone after_recovery recovery_codes lock_own",
            "signing-in#when-something-is-lost",
        ),
        **each(
            "accounts",
            "own own_name own_password confirm_password confirm_passkey go_on",
            "signing-in#your-account",
        ),
        "accounts": {
            Role.ADMINISTRATOR: "administrator#invite-people",
            Role.DIRECTOR: "director#accounts-and-audit",
        },
        **each(
            "accounts",
            "requests request ask_reset roles reactivate new_password_link",
            {
                Role.ADMINISTRATOR: "administrator#what-takes-two-people",
                Role.DIRECTOR: "director#accounts-and-audit",
            },
        ),
        "accounts.person": {
            Role.ADMINISTRATOR: "administrator#tie-a-peer-educator-to-the-participant"
        },
        **each(
            "accounts",
            "hand_over handed_over end_session_of end_sessions_of name",
            {
                Role.ADMINISTRATOR: "administrator#when-something-is-lost-or-somebody-leaves",
                Role.DIRECTOR: "director#when-somebody-leaves",
            },
        ),
        "accounts.lock": {Role.ADMINISTRATOR: "administrator#when-somebody-is-in-danger"},
        **each(
            "accounts",
            "breaches open_breach breach edit_breach close_breach",
            {
                Role.ADMINISTRATOR: "administrator#the-breach-register",
                Role.DIRECTOR: "director#when-something-happens",
            },
        ),
        **each(
            "accounts",
            "access export_access",
            {
                Role.ADMINISTRATOR: "administrator#review-of-access",
                Role.DIRECTOR: "administrator#review-of-access",
            },
        ),
        **each(
            "accounts",
            "trail trail_by_day",
            {
                Role.ADMINISTRATOR: "administrator#the-audit-trail",
                Role.DIRECTOR: "director#accounts-and-audit",
            },
        ),
        "accounts.second_step_roles": {Role.ADMINISTRATOR: "administrator#settings"},
        **each(
            "accounts",
            "lend_approvals end_stand_in",
            dict.fromkeys(
                (
                    Role.ADMINISTRATOR,
                    Role.DIRECTOR,
                    Role.TRAINER,
                    Role.MONITORING,
                    Role.DOCUMENTATION,
                    Role.CUSTODIAN,
                ),
                "director#while-you-are-away",
            ),
        ),
    }
)
