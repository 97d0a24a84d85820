"""Every file that is taken away leaves an entry in the audit trail, or it is said here why it needs
none. A file outlives the page, and the trail is all by which anybody learns who has it."""

import ast
import inspect
import sqlite3
from collections.abc import Iterator, Mapping, Set
from contextlib import closing
from functools import cache
from pathlib import Path

from kash.platform.web.taking import offered_by

from .forms_found import address_of, who_may
from .programme import OWN, World
from .table import PLACES

ROOT = Path(__file__).resolve().parents[2]
# What makes an answer a file, and what writes an entry.
_FILES = {
    "flask.send_file",
    "kash.platform.web.download",
    "kash.platform.web.pages.download",
    "kash.platform.web.taking.written",
    "kash.platform.web.taking.own_table",
}
_ENTRIES = {"kash.platform.vault.audited", "kash.platform.vault.audit.audited"}

_EMPTY = "an empty form, alike for everybody"
_TAUGHT = "what is taught, which holds nobody"
HARMLESS: Mapping[str, str] = {
    "api.openapi_file": "the description of addresses, alike for everybody",
    "assessments.moodle": _TAUGHT,
    "assessments.qti": _TAUGHT,
    "certificates.design_paper": "a certificate of nobody, to be tried on the printer",
    "coverage.paper": "counts of officers by station, to be hung up",
    "directory.cards": "services, made to be given to everybody",
    "directory.paper": "the same",
    "incidents.consent_form": _EMPTY,
    "incidents.card": "alike for everybody, and nobody may learn who takes it",
    "incidents.leaflet": "alike for everybody, and nobody may learn who reads it",
    "incidents.paper": "the same",
    "kobo.empty_form": _EMPTY,
    "members.sheet": "one's own, and to make its words anew is noted",
    "people.list_template": _EMPTY,
    "releases.leaflet": "how figures are made, alike for everybody",
    "tracks.checklist_on_paper": _EMPTY,
    "training.guide": _TAUGHT,
    "training.handout": _TAUGHT,
    "training.material_file": _TAUGHT,
    "training.take_course": _TAUGHT,
}
# Beside what the table of addresses sends.
SENT: Mapping[str, Mapping[str, str]] = {"certificates.export": {"kind": "csv"}}
# Those that this programme has nothing for: that they write an entry is read off what they call.
NOT_MADE: Set[str] = {
    "certificates.holder_badge",
    "certificates.holder_file",
    "forums.pack",
    "incidents.case_file",
    "incidents.give_account",
    "incidents.evidence_original",
    "incidents.evidence_sheet",
    "jobs.result",
    "payouts.numbers",
    "payouts.same_file",
}
# They show the page of a list once more, which is a file only where the list itself is asked for.
SHOWN_AGAIN: Set[str] = {"certificates.issue", "certificates.make_paper", "tracks.find"}


def _dotted(called: ast.expr) -> str:
    """The name by which something is called, empty if it is called by none."""
    parts: list[str] = []
    while isinstance(called, ast.Attribute):
        parts.append(called.attr)
        called = called.value
    return ".".join([called.id, *reversed(parts)]) if isinstance(called, ast.Name) else ""


def _calls_in(path: Path) -> Iterator[tuple[str, set[str]]]:
    """Functions of a module, each with all that it calls, by whole names, and with its texts."""
    module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
    tree = ast.parse(path.read_text(encoding="utf-8"))
    known = {
        one.asname or one.name: f"{node.module}.{one.name}"
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for one in node.names
    }
    for node in ast.walk(tree):
        if not isinstance(node, ast.FunctionDef):
            continue
        found = set()
        for one in ast.walk(node):
            if isinstance(one, ast.Call):
                head, dot, rest = _dotted(one.func).partition(".")
                found.add(f"{known.get(head, f'{module}.{head}')}{dot}{rest}")
            elif isinstance(one, ast.Constant) and one.value == "Content-Disposition":
                found.add("flask.send_file")
        yield f"{module}.{node.name}", found


@cache
def _calls() -> Mapping[str, set[str]]:
    return dict(one for path in (ROOT / "kash").rglob("*.py") for one in _calls_in(path))


def _reaching(wanted: Set[str]) -> set[str]:
    """Functions that call one of these, themselves or by what they call."""
    made: set[str] = set()
    more = set(wanted)
    while more:
        more = {name for name, called in _calls().items() if called & more} - made
        made |= more
    return made


def _views(world: World) -> dict[str, str]:
    """Views of addresses by whole names; of lists it is tested elsewhere that they are noted."""
    views = {
        name: inspect.unwrap(view)
        for name, view in world.app.view_functions.items()
        if not offered_by(view)
    }
    return {name: f"{view.__module__}.{view.__name__}" for name, view in views.items()}


def _entries(world: World) -> int:
    with closing(sqlite3.connect(world.database)) as database:
        return int(database.execute("select count(*) from audit_entry").fetchone()[0])


def _made(world: World, endpoint: str) -> int | None:
    """Entries that a file wrote as it was made; None if nothing was."""
    place = PLACES[endpoint]
    for method, act in place.acts().items():
        role = who_may(act)
        records = world.records[role, OWN]
        sent = {name: records[what] for name, what in place.sent.items()} | SENT.get(endpoint, {})
        before = _entries(world)
        answer = world.browser(role).open(
            address_of(world, endpoint, role), method=method, data=sent or None
        )
        is_file = answer.status_code == 200 and "Content-Disposition" in answer.headers
        written = _entries(world) - before
        if world.written():
            world.put_back()
        if is_file:
            return written
    return None


def test_every_file_is_noted_or_says_why_not(world):
    views, making, noting = _views(world), _reaching(_FILES), _reaching(_ENTRIES)
    files = {name for name, view in views.items() if view in making} - SHOWN_AGAIN
    made = {name: _made(world, name) for name in sorted(files)}
    noted = dict.fromkeys(files - HARMLESS.keys() - NOT_MADE, 1)
    assert {name: made[name] for name in noted} == noted
    assert {name for name in NOT_MADE if made[name] is None and views[name] in noting} == NOT_MADE
    assert {name for name in HARMLESS if not made[name]} == HARMLESS.keys()
