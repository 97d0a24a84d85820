"""What community members once agreed to show to funders is withdrawn; officers' answers stay."""

from __future__ import annotations

from typing import Any

from apiflask import APIFlask
from sqlalchemy import MetaData, insert, select

from kash.people.models import Consent
from kash.platform.database import db, utc_now

from .test_migrations import begin_at, empty_app, to

__all__ = ["empty_app"]
NOW = utc_now()
POLICE, COMMUNITY = 1, 2


def _filled(answers: dict[int, tuple[str, ...]]) -> None:
    """A database as it was: an officer (10) and people of the community with these answers."""
    begin_at("0034")
    tables = MetaData()
    tables.reflect(db.engine, only=("people_group", "person", "consent"), resolve_fks=False)

    def add(table: str, **values: Any) -> None:
        with db.engine.begin() as connection:
            connection.execute(insert(tables.tables[table]).values(**values))

    for number, letter in ((POLICE, "A"), (COMMUNITY, "B")):
        add(
            "people_group",
            id=number,
            public_id=f"group{number:011}",
            name=f"Group {letter}",
            letter=letter,
            is_police=number == POLICE,
            position=number,
        )
    for number, given in answers.items():
        add(
            "person",
            id=number,
            public_id=f"person{number:010}",
            chosen_name="Sampuli",
            sort_name="sampuli",
            printed_name="",
            group_id=POLICE if number == 10 else COMMUNITY,
            sex="",
            age_band="",
            cadre="",
            ward="",
            language="",
            reference="",
            minor=False,
            edition=1,
            created_by="system",
            created_at=NOW,
            changed_at=NOW,
        )
        for one in given:
            purpose, answer = one.split(":")
            add(
                "consent",
                person_id=number,
                purpose=purpose,
                answer=answer,
                text="What was read out",
                text_version="2026-1",
                recorded_by="a" * 16,
                recorded_at=NOW,
            )


def test_the_yes_of_community_members_is_withdrawn_and_nothing_else(empty_app: APIFlask) -> None:
    _filled(
        {
            10: ("funder:given",),
            11: ("funder:given", "photo:given"),
            12: ("funder:given", "funder:withdrawn", "funder:given"),
            13: ("funder:given", "funder:withdrawn"),
            14: ("funder:refused",),
        }
    )
    to("head")
    rows = db.session.execute(
        select(Consent.person_id, Consent.purpose, Consent.answer).order_by(Consent.id)
    ).all()
    newest = {(one.person_id, one.purpose): one.answer for one in rows}
    assert newest == {
        (10, "funder"): "given",
        (11, "funder"): "withdrawn",
        (11, "photo"): "given",
        (12, "funder"): "withdrawn",
        (13, "funder"): "withdrawn",
        (14, "funder"): "refused",
    }
    assert len(rows) == 9 + 2
    added = db.session.scalars(select(Consent).where(Consent.recorded_by == "system")).all()
    assert {(one.text, one.text_version) for one in added} == {("What was read out", "2026-1")}
    assert all(one.recorded_at >= NOW.replace(microsecond=0) for one in added)
