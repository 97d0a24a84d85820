"""Cost of reading and classing a list of 5,000 rows as the server does before it shows it."""

from __future__ import annotations

import os
import random
import tempfile
import time
from pathlib import Path

from benchmarks.load import Size, load_programme

ROWS, PEOPLE = 5_000, 2_000
# As many names and stations as a county has.
_SOUNDS = ("O", "A", "Wa", "Mu", "Ki", "Nya", "Che", "Ka", "Ba", "Si")
_ENDS = (
    "thieno",
    "kello",
    "njiru",
    "mbui",
    "koth",
    "doyo",
    "lagat",
    "randi",
    "simba",
    "keyo",
    "tieno",
)
_NAMES = tuple(f"{first}{end}" for first in _SOUNDS for end in _ENDS)
_STATIONS = tuple(f"{name} {kind}" for name in _NAMES for kind in ("Stn", "Police Station"))
_AGES = ("31", "07/04/1994", "25 – 29", "08.06.89", "42 yrs", "12 Dec 1983", "35+", "")


def messy_list(rows: int, seed: int = 1) -> bytes:
    """A list as from the field, as CSV in cp1252, with a row in fifty repeated."""
    dice = random.Random(seed)
    lines = [
        "LIST OF PARTICIPANTS (POLICE);;;;;;",
        "",
        "No.;NAMES;Svc No;Rank;Station;Tel. No;D.O.B",
    ]
    for number in range(1, rows + 1):
        name = " ".join(dice.sample(_NAMES, 3))
        phone = f"07{dice.randrange(10**7, 10**8)}"
        written = dice.choice((phone, phone[1:], "O" + phone[1:], f"{phone} / 0633775527"))
        service = str(200_000 + number)
        rank, station = dice.choice(("PC", "Cpl", "S/Sgt")), dice.choice(_STATIONS)
        lines.append(f"{number};{name};{service};{rank};{station};{written};{dice.choice(_AGES)}")
        if number % 50 == 0:
            lines.append(lines[-1].upper())
    return "\r\n".join(lines[: rows + 3]).encode("cp1252")


def import_5000_s() -> float:
    """Seconds from the file's bytes to every row's class, the median of three."""
    with tempfile.TemporaryDirectory(prefix="kash-bench-") as folder:
        os.environ |= {
            "KASH_DATA_DIR": str(Path(folder) / "data"),
            "KASH_DATABASE_URL": "",
            "KASH_QUEUE_URL": "",
            "KASH_STORAGE_URL": "",
        }
        from kash.application import create_app
        from kash.platform.operations.migrations import migrate_if_behind
        from kash.settings import load_settings

        settings = load_settings()
        app = create_app(settings)
        migrate_if_behind(settings)
        load_programme(app, Size(people=PEOPLE, workshops=4, audit_entries=10, meetings=6))
        content = messy_list(ROWS)
        with app.app_context():
            return sorted(_one(content) for _round in range(3))[1]


def _one(content: bytes) -> float:
    from kash.people.lists.choices import Choices
    from kash.people.lists.files import read_file
    from kash.people.lists.previews import make_preview
    from kash.platform.web.formats import local_today
    from kash.policy import SYSTEM

    start = time.perf_counter()
    preview = make_preview(read_file(content), Choices(), SYSTEM, local_today())
    took = time.perf_counter() - start
    if preview.counts["all"] != ROWS:
        raise RuntimeError("the list was not read whole")
    return took
