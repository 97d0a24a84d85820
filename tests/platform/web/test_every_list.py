"""Every list can be taken away as a table, or it is said here why not. A list that can't be is
copied by hand from a screen, page by page, into a file of which nothing is written down."""

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
    "incidents/seconds.html": "the same",
    "incidents/duty.html": "who mediates is told to nobody by a file",
    "certificates/designs.html": "are pictures to choose among",
    "desk/settings/spellings.html": "is a form in which each line is put right",
    "people/duplicates.html": "pairs of names to decide on, which nobody needs in a file",
    "people/told_apart.html": "the same",
    "stories/index.html": "a story may be withdrawn at any moment, and no file can be",
    "workshops/copy_people.html": "one of these is chosen, and all are listed elsewhere",
    "workshops/held.html": "marks of phones that wait sealed until somebody decides",
    "people/lists/preview.html": "waits sealed, and is the file that was brought in",
}
# Those whose tables hold other columns or rows than the page, by the endpoint that makes them.
OWN_TABLES: Mapping[str, str] = {
    "accounts/access.html": "accounts.export_access",
    "budget/index.html": "budget.table",
    "certificates/index.html": "certificates.export",
    "coverage/index.html": "coverage.table",
    "coverage/moves.html": "coverage.table",
    "coverage/needs.html": "coverage.table",
    "desk/missing_kind.html": "desk.missing_table",
}
# Views that show the page of a list once more because what was posted could not be done.
SHOWN_AGAIN = frozenset(
    {"certificates.issue", "certificates.make_paper", "tracks.find", "workshops.save_attendance"}
)

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
    """True if what is posted to the address of a page, or to "/table" below it where something else
    is posted there, can be answered by a table and by nothing else."""
    posting = [rule for rule in app.url_map.iter_rules() if "POST" in (rule.methods or ())]

    def offered(address: str) -> bool:
        there = [one.endpoint for one in posting if one.rule == address]
        return bool(there) and all(offered_by(app.view_functions[one]) for one in there)

    return all(
        offered(rule.rule) or offered(f"{rule.rule}/table")
        for rule in app.url_map.iter_rules(endpoint)
    )


def test_every_list_can_be_taken_away_or_says_why_not(app):
    views = {
        (inspect.unwrap(view).__module__, inspect.unwrap(view).__name__): endpoint
        for endpoint, view in app.view_functions.items()
    }
    found = {template: showing(template, views) for template in lists()}
    assert [template for template, endpoints in found.items() if not endpoints] == []
    missing = {
        template: endpoints
        for template in sorted(found.keys() - NOT_TAKEN.keys() - OWN_TABLES.keys())
        if (
            endpoints := sorted(
                one for one in found[template] - SHOWN_AGAIN if not can_be_taken(app, one)
            )
        )
    }
    assert missing == {}
    assert NOT_TAKEN.keys() - found.keys() == set()
    assert set(OWN_TABLES.values()) <= app.view_functions.keys()
