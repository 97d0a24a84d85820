"""Chapters of the handbook that tell about workshops."""

from __future__ import annotations

from kash.handbook.places import Chapters, each, peers
from kash.policy import Role

CHAPTERS = Chapters(
    {
        "workshops": peers(
            "peer-educator#answer-an-invitation",
            {
                Role.TRAINER: "trainer#plan-a-workshop",
                Role.DIRECTOR: "director#people-workshops-attendance",
                Role.MONITORING: "monitoring#what-you-see",
            },
        ),
        **each("workshops", "taught", {Role.TRAINER: "trainer#as-it-was-taught"}),
        "answers.answer": "signing-in#answer-an-invitation-by-its-link",
        "workshops.earlier": {
            Role.TRAINER: "trainer#enrol-people",
            Role.DIRECTOR: "director#seats-and-waiting-lists",
        },
        "workshops.seats": {Role.DIRECTOR: "director#seats-and-waiting-lists"},
        "workshops.check_in": peers("peer-educator#check-in-at-a-workshop"),
        **each(
            "workshops",
            "people walk_in ask_contacts withdraw enrol_chosen copy_people answer_links",
            {
                Role.TRAINER: "trainer#enrol-people",
                Role.DIRECTOR: "director#people-workshops-attendance",
                Role.MONITORING: "monitoring#what-you-see",
            },
        ),
        **each(
            "workshops",
            "attendance register confirm_register confirm_registers confirm_day confirm_and_next"
            " correct_mark mark_history",
            peers(
                "peer-educator#what-you-see",
                {
                    Role.TRAINER: "trainer#keep-the-register",
                    Role.DIRECTOR: "director#people-workshops-attendance",
                    Role.MONITORING: "monitoring#how-hours-are-counted",
                },
            ),
        ),
        **each(
            "workshops",
            "held walk_ins headcount signatures import_queue",
            {Role.TRAINER: "trainer#what-phones-sent"},
        ),
        "workshops.pad": {Role.TRAINER: "pad#before-you-leave"},
        **each(
            "workshops",
            "documents sheets read_sheet match_scan remove_scan counts settle",
            peers(
                "peer-educator#what-you-see",
                {
                    Role.TRAINER: "trainer#sign-in-sheets-on-paper",
                    Role.DIRECTOR: "director#people-workshops-attendance",
                    Role.MONITORING: "monitoring#how-hours-are-counted",
                },
            ),
        ),
        **each(
            "workshops", "scan screen", {Role.TRAINER: "trainer#badges-and-the-code-for-the-wall"}
        ),
    }
)
