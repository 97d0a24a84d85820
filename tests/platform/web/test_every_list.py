"""Every list can be taken away as a table, or it is said here why not. A list that can't be is
copied by hand from a screen, page by page, into a file of which nothing is written down."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from apiflask import APIFlask

from kash.platform.web.taking import offered_by

ROOT = Path(__file__).resolve().parents[3]
_PAGED = re.compile(r"\b(?:posted_)?pager\(")

# By the template of the page.
NOT_TAKEN: Mapping[str, str] = {
    "incidents/index.html": "lies in the vault, and leaves it as releases alone",
    "incidents/changes.html": "the same",
    "incidents/decisions.html": "the same",
    "incidents/duty.html": "who mediates is told to nobody by a file",
    "people/lists/preview.html": "waits sealed, and is the file that was brought in",
}
# Still to come.
NOT_YET = frozenset(
    [
        "absences/index.html",
        "accounts/access.html",
        "budget/index.html",
        "certificates/batch.html",
        "certificates/designs.html",
        "certificates/index.html",
        "clashes/index.html",
        "coverage/index.html",
        "coverage/moves.html",
        "coverage/needs.html",
        "coverage/station.html",
        "desk/missing_kind.html",
        "desk/settings/quiet_people.html",
        "desk/settings/spellings.html",
        "desk/settings/zones.html",
        "directory/list.html",
        "feeds/venues.html",
        "forums/actions.html",
        "forums/decisions.html",
        "forums/forum.html",
        "forums/index.html",
        "notices/index.html",
        "payouts/index.html",
        "people/duplicates.html",
        "people/found.html",
        "people/lists/lists.html",
        "people/lists/outcome.html",
        "people/minors.html",
        "people/organisations.html",
        "people/told_apart.html",
        "people/trail.html",
        "quarters/index.html",
        "series/index.html",
        "stories/index.html",
        "tracks/index.html",
        "tracks/people.html",
        "tracks/visits.html",
        "training/courses.html",
        "venues/index.html",
        "workshops/attendance.html",
        "workshops/held.html",
        "workshops/index.html",
    ]
)
# Views that show the page of a list once more because what was posted could not be done.
SHOWN_AGAIN = frozenset({"certificates.make_paper"})

Function = tuple[str, str]


def lists() -> set[str]:
    """Templates of pages that are turned."""
    folder = ROOT / "templates"
    return {
        str(path.relative_to(folder))
        for path in folder.rglob("*.html")
        if path.parent.name != "macros" and _PAGED.search(path.read_text(encoding="utf-8"))
    }


@cache
def functions(room: Path) -> Mapping[Function, tuple[frozenset[str], frozenset[str]]]:
    """Functions of a room, with the texts in them, and the names of what they call."""
    found = {}
    for path in sorted(room.rglob("*.py")):
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef):
                inside = list(ast.walk(node))
                texts = {
                    one.value
                    for one in inside
                    if isinstance(one, ast.Constant) and isinstance(one.value, str)
                }
                called = {ast.unparse(one.func) for one in inside if isinstance(one, ast.Call)}
                names = {name.rpartition(".")[2] for name in called}
                found[module, node.name] = frozenset(texts), frozenset(names)
    return found


def showing(template: str, views: Mapping[Function, str]) -> set[str]:
    """Endpoints whose views show a template, themselves or by what they call in their room."""
    shown: set[str] = set()
    for room in sorted(path for path in (ROOT / "kash").iterdir() if path.is_dir()):
        of_room = functions(room)
        found = {one for one, (texts, _calls) in of_room.items() if template in texts}
        while found:
            shown |= {views[one] for one in found if one in views}
            names = {name for module, name in found if (module, name) not in views}
            found = {one for one, (_texts, calls) in of_room.items() if calls & names} - found
            found = {one for one in found if views.get(one) not in shown}
    return shown


def can_be_taken(app: APIFlask, endpoint: str) -> bool:
    """True if what is posted to the address of a page can be answered by a table."""
    for rule in app.url_map.iter_rules(endpoint):
        same = [one for one in app.url_map.iter_rules() if one.rule == rule.rule]
        posted = [one.endpoint for one in same if "POST" in (one.methods or ())]
        if not any(offered_by(app.view_functions[one]) for one in posted):
            return False
    return True


def test_every_list_can_be_taken_away_or_says_why_not(app: APIFlask) -> None:
    views = {
        (inspect.unwrap(view).__module__, inspect.unwrap(view).__name__): endpoint
        for endpoint, view in app.view_functions.items()
    }
    found = {template: showing(template, views) for template in lists()}
    assert [template for template, endpoints in found.items() if not endpoints] == []
    missing = {
        template: endpoints
        for template in sorted(found.keys() - NOT_TAKEN.keys() - NOT_YET)
        if (
            endpoints := sorted(
                one for one in found[template] - SHOWN_AGAIN if not can_be_taken(app, one)
            )
        )
    }
    assert missing == {}
    assert NOT_TAKEN.keys() - found.keys() == set()
