"""Two lists as they come from the field: one that was brought in, and one that waits."""

from __future__ import annotations

from collections.abc import Sequence

from kash.demo.accounts import TRAINER
from kash.people.queries.lists import people_list, person_ids_of_list
from kash.people.queries.organisations import groups
from kash.people.rules.lists.classing import OUT
from kash.people.services.lists import bring_in, choose, confirm_list, preview_list
from kash.people.services.persons import PersonDetails
from kash.policy import Actor

_OFFICERS = """LIST OF PARTICIPANTS (POLICE)

No.;Names;Svc No;Sex;Rank;Station;Since;Tel. No;E-mail;Age;Ward;Language
"""
_WAITING = """Jina kamili;S/No.;Simu;Kata;Umri;Lugha;Maoni
Asali Kielelezo;KC-1001;0700 000 941;Kondele;25-29;Luo;
Bahati Jaribio;KC-1002;O700000942 / 0733;Kondele;35+;SW;
Hekima Mfano;KC-1003;0700 000 94;Manyatta B;31;English;
;KC-1004;;Manyatta B;18-24;SW;
Asali Kielelezo;KC-1001;0700000941;Kondele;25 - 29;Dholuo;
Mchoro Johari;;;;;Luo;
Mazoezi Raha;KC-1006;0700 000 044;Manyatta B;28;Luo;
Tulivu Kigezo;KC-1007;0700 000 945;Kondele;16;SW;
Shwari Onyesho;KC-1008;0700 000 946;Kondele;33;SW;hakuja
"""
_LEFT_OUT_ROW = 10


def bring_officers(rows: Sequence[PersonDetails], stations: dict[str, str], by: Actor) -> list[str]:
    """Bring in officers as a list and save it; their public ids in order. `stations` are names by
    public id."""
    lines = [
        ";".join(
            (
                str(number),
                row.chosen_name,
                row.reference,
                row.sex,
                row.cadre,
                stations[row.organisation],
                str(row.since),
                f"0{(row.phone or '')[4:]}",
                row.email or "",
                row.age_band.replace("-plus", "+"),
                row.ward,
                row.language,
            )
        )
        for number, row in enumerate(rows, start=1)
    ]
    content = _OFFICERS + "\n".join([*lines, f";TOTAL;{len(rows)}"]) + "\n"
    made = bring_in(content.encode(), "officers.csv", rows[0].group, by)
    found = people_list(by, made)
    preview, _choices = preview_list(found, by)
    confirm_list(found, preview.digest, by)
    return person_ids_of_list(people_list(by, made))


def leave_a_list_waiting(actors: dict[str, Actor]) -> None:
    """Bring in a list of peer educators with rows of each kind, and confirm it not."""
    trainer = actors[TRAINER.key]
    community = next(group for group in groups() if not group.is_police)
    made = bring_in(_WAITING.encode(), "peers.csv", community.public_id, trainer)
    choose(made, lambda choices: choices.decisions.update({_LEFT_OUT_ROW: OUT}), trainer)
