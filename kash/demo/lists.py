"""Two lists as they come from the field: one that was brought in, and one that waits."""

from __future__ import annotations

from kash.demo.accounts import TRAINER
from kash.people import queries, services
from kash.people.queries.lists import people_list
from kash.policy import Actor

_SAVED = """LIST OF PARTICIPANTS (POLICE)

No.;Names;Svc No;Rank;Station;Tel. No;D.O.B / Age
1;Furaha Jaribio;81201;Cpl;Lakeside Stn;0700 000 931;12/04/1991
2;Neema Sampuli;81202;PC;Riverbank;0700 000 932;29
;TOTAL;2
"""
_WAITING = """Jina kamili;S/No.;Simu;Kata;Umri;Lugha;Maoni
Asali Kielelezo;KC-1001;0700 000 941;Kondele;25-29;Luo;
Bahati Jaribio;KC-1002;O700000942 / 0733;Kondele;35+;SW;
Hekima Mfano;KC-1003;0700 000 94;Manyatta B;31;English;
;KC-1004;;Manyatta B;18-24;SW;
Asali Kielelezo;KC-1001;0700000941;Kondele;25 - 29;Dholuo;
{name};;0700 000 943;{ward};;SW;
"""


def bring_lists(actors: dict[str, Actor]) -> None:
    """Bring both in, as the trainer whose workshops the sample shows."""
    trainer = actors[TRAINER.key]
    groups = queries.groups()
    made = services.bring_in(_SAVED.encode(), "officers.csv", "", trainer)
    found = people_list(trainer, made)
    preview, _choices = services.preview_list(found, trainer)
    services.confirm_list(found, preview.digest, trainer)
    community = next(group for group in groups if not group.is_police)
    text = _WAITING.format(name="Subira Mfano", ward="Kondele")
    services.bring_in(text.encode(), "peers.csv", community.public_id, trainer)
