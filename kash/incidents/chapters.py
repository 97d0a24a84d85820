"""Chapters of the handbook that tell about reports and cases."""

from __future__ import annotations

from kash.handbook.places import OFFICER, Chapters, each, peers
from kash.policy import Role

CHAPTERS = Chapters(
    {
        "incidents": {
            Role.DOCUMENTATION: f"{OFFICER}#incidents",
            Role.CUSTODIAN: f"{OFFICER}#custodians",
        }
        | {Role.DIRECTOR: f"{OFFICER}#incidents"},
        **each(
            "incidents",
            "filing filing_step receipt help_now paper leaflet",
            peers(
                "peer-educator#tell-what-happened",
                dict.fromkeys(
                    (Role.DOCUMENTATION, Role.CUSTODIAN), "peer-educator#tell-what-happened"
                ),
            ),
        ),
        **each(
            "incidents",
            "briefs answer_brief close_brief own_duty",
            peers("peer-educator#if-you-mediate"),
        ),
        **each(
            "incidents",
            "new_case edit_case",
            dict.fromkeys((Role.DOCUMENTATION, Role.CUSTODIAN), f"{OFFICER}#write-down-a-case"),
        ),
        "incidents.changes": dict.fromkeys(
            (Role.DOCUMENTATION, Role.CUSTODIAN, Role.DIRECTOR),
            f"{OFFICER}#her-first-account-and-changes",
        ),
        **each(
            "incidents",
            "taking redact give_account",
            dict.fromkeys(
                (Role.DOCUMENTATION, Role.CUSTODIAN), f"{OFFICER}#her-first-account-and-changes"
            ),
        ),
        **each(
            "incidents",
            "consents consent_form court_asks",
            dict.fromkeys((Role.DOCUMENTATION, Role.CUSTODIAN), f"{OFFICER}#consents"),
        ),
        "incidents.her_choice": dict.fromkeys(
            (Role.DOCUMENTATION, Role.CUSTODIAN), f"{OFFICER}#what-is-wanted"
        ),
        **each(
            "incidents",
            "ask_mediator duty_list add_mediator edit_mediator remove_mediator",
            dict.fromkeys(
                (Role.DOCUMENTATION, Role.CUSTODIAN, Role.DIRECTOR), f"{OFFICER}#mediators"
            ),
        ),
        **each(
            "incidents",
            "referrals terms limits bail correct_bail remove_bail",
            dict.fromkeys(
                (Role.DOCUMENTATION, Role.CUSTODIAN), f"{OFFICER}#referrals-and-what-was-agreed"
            ),
        ),
        **each(
            "incidents",
            "decisions decision term_to_bail",
            {Role.CUSTODIAN: f"{OFFICER}#money-and-officers"},
        ),
        "incidents.case_file": dict.fromkeys(
            (Role.DOCUMENTATION, Role.CUSTODIAN), f"{OFFICER}#print-a-case-file"
        ),
        **each(
            "incidents",
            "add_evidence evidence evidence_label evidence_original remove_evidence",
            dict.fromkeys(
                (Role.DOCUMENTATION, Role.CUSTODIAN, Role.DIRECTOR), f"{OFFICER}#evidence"
            ),
        ),
        **each(
            "incidents",
            "step assign shred",
            dict.fromkeys((Role.DOCUMENTATION, Role.CUSTODIAN), f"{OFFICER}#the-steps-of-a-case"),
        ),
        **each(
            "incidents",
            "seconds_list second hold_case lift_hold",
            dict.fromkeys(
                (Role.DOCUMENTATION, Role.CUSTODIAN, Role.DIRECTOR), f"{OFFICER}#the-second-member"
            ),
        ),
        "incidents.declare": dict.fromkeys(
            (Role.DOCUMENTATION, Role.CUSTODIAN), f"{OFFICER}#who-must-not-work-on-a-case"
        ),
        **each(
            "incidents",
            "identity ask_identity identity_of",
            dict.fromkeys((Role.DOCUMENTATION, Role.CUSTODIAN), f"{OFFICER}#who-somebody-is"),
        ),
        "incidents.links": dict.fromkeys(
            (Role.DOCUMENTATION, Role.CUSTODIAN), f"{OFFICER}#belongs-with"
        ),
        **each(
            "incidents",
            "officers officer",
            {
                Role.DIRECTOR: "director#officers-on-duty",
                Role.DOCUMENTATION: f"{OFFICER}#when-you-get-sign-in",
            },
        ),
        "incidents.outside": dict.fromkeys(
            (Role.CUSTODIAN, Role.DIRECTOR), f"{OFFICER}#cases-for-a-custodian-alone"
        ),
    }
)
