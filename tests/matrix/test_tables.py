"""Every list is taken away by every role that its page is for: the file has the rows of whoever
takes it, and no value that the role may not see. A file outlives the page, and nobody can call it
back."""

import csv
import io

from kash.platform.web.taking import offered_by

from .programme import OWN, World
from .table import PLACES
from .test_who_may_do_what import Ask, allowed, body_of, hidden_from, like_values

ROLES = ("director", "trainer", "monitoring", "administrator", "custodian", "documentation", "peer")
# A list that waits is a page of choices; it can be taken away once it is saved.
WAITS = "people.list"
NARROWED = {"workshops.index": {"when": "all"}}


def offering(world: World) -> list[str]:
    return sorted(
        endpoint for endpoint, view in world.app.view_functions.items() if offered_by(view)
    )


def taken(world: World, endpoint: str, role: str) -> tuple[int, str, str]:
    """Status, type and text of a table, as a role takes it."""
    place, records = PLACES[endpoint], world.records[role, OWN]
    parts = {name: records[what] for name, what in place.address.items()}
    with world.app.test_request_context():
        address = world.app.url_for(endpoint, **parts, **NARROWED.get(endpoint, {}), take="csv")
    answer = world.browser(role).post(address, data={"hxl": "1"})
    return answer.status_code, answer.mimetype, body_of(answer)


def test_tables_hold_rows_and_nothing_that_their_reader_may_not_see(world):
    filled, wrong = set(), []
    for endpoint in offering(world):
        for role in ROLES:
            act = PLACES[endpoint].acts()["POST"]
            if not allowed(Ask(endpoint, "POST", act, role, OWN)):
                continue
            status, kind, body = taken(world, endpoint, role)
            if status in (302, 303, 404) or endpoint == WAITS:
                # Whoever sees only herself is led to her own page.
                continue
            if status != 200 or (kind != "text/csv" and role != "peer"):
                wrong.append(f"{endpoint} as {role}: {status} {kind}")
                continue
            there = like_values(body)
            shown = {one.text.lower() for one in hidden_from(world, role)} & there
            wrong += [f"{endpoint} shows {value} to {role}" for value in sorted(shown)]
            rows = list(csv.reader(io.StringIO(body.lstrip("\ufeff"))))
            if kind == "text/csv":
                if {len(row) for row in rows} != {len(rows[0])}:
                    wrong.append(f"{endpoint} as {role}: rows of different lengths")
                if len(rows) > 2:
                    filled.add(endpoint)
    assert wrong == []
    # Of most lists the sample has rows: else nothing was looked at.
    assert len(filled) > 30
