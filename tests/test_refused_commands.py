"""Every action upon something that there isn't is refused with a sentence of its own, and leaves
nothing behind: no row, and no entry in the trail."""

import inspect
import sqlite3
import typing
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

from apiflask import APIFlask

from kash.platform.database import db
from kash.platform.web.errors import Problem
from kash.policy import Actor, Role

ROOT = Path(__file__).parents[1]
NOWHERE = "0" * 16
PLAIN: dict[Any, Any] = {
    str: NOWHERE,
    int: 0,
    bool: False,
    bytes: b"x",
    date: date(2026, 11, 20),
    datetime: datetime(2026, 11, 20, 9, tzinfo=UTC),
}
_SEVERAL = (Sequence, Collection, Iterable, list, tuple)


def _value(kind: Any) -> Any:
    """Something of this type, ids of nothing; KeyError where a row or a file must be given."""
    if kind in PLAIN:
        return PLAIN[kind]
    if typing.get_origin(kind) in _SEVERAL and set(typing.get_args(kind)) <= {str, ...}:
        return [NOWHERE]
    if typing.get_origin(kind) is Mapping:
        return {}
    raise KeyError(kind)


def _services() -> dict[str, tuple[Callable[..., Any], dict[str, Any]]]:
    """Those that need nothing but plain values and who acts, with the types of what they need."""
    found = {}
    for path in sorted((ROOT / "kash").rglob("*.py")):
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        if "services" not in module.split(".") or module.startswith("kash.desk.demo"):
            continue
        for name, one in vars(import_module(module)).items():
            if inspect.isfunction(one) and one.__module__ == module and not name.startswith("_"):
                try:
                    hints = typing.get_type_hints(one)
                except NameError:
                    # A type that is imported for checks of types alone.
                    continue
                needed = {
                    key: hints[key]
                    for key, each in inspect.signature(one).parameters.items()
                    if each.default is inspect.Parameter.empty and key in hints
                }
                if Actor in needed.values():
                    found[f"{module}.{name}"] = (one, needed)
    return found


# What needs nothing that is there already: it is made, or is one's own. What is new and needs
# nothing either is to be said here.
DONE = {
    "accounts": "choose_language fetched_before forget_browsers end_other_sessions kept_form",
    "attendance": "order_statuses",
    "certificates": "keep_signature withdraw_signature",
    "feeds": "make_own_address end_own_address",
    "forums": "open_forum",
    "incidents": (
        "set_drills discard_typed forget_screen throw_away propose_contact propose_number"
        " without_trace mark_read"
    ),
    "members": "keep_for_member offer_words carry_code count_passphrase close_vault",
    "notices": "send_again ask_for_check leave_them",
    "people": "ask_for_forms note_looks_seen ask_for_sweep add_group",
    "lists": "bring_in",
    "funders": "funder_of waiting_ties",
    "training": "add_course drafting",
}
# What takes several ids at once, and choices of which its form lets no other through.
NOT_ASKED = {
    "certificates.set_rule", "forums.ask_release", "forums.release_line", "forums.keep_line",
    "people.record_consent",
}  # fmt: skip


def _told(service: Callable[..., Any], given: dict[str, Any], app: APIFlask) -> str:
    try:
        with app.test_request_context("/"):
            service(**given)
    except Problem:
        return "refused"
    return "done"


def test_nothing_is_done_to_what_there_is_not(sqlite_app, actor):
    by = actor(*Role)
    done, left, asked = set(), set(), 0
    watch = sqlite3.connect(db.engine.url.database or "")

    def written() -> int:
        """A number that is another one once anybody else has written anything."""
        db.session.rollback()
        return int(watch.execute("PRAGMA data_version").fetchone()[0])

    for name, (service, needed) in _services().items():
        try:
            given = {key: by if kind is Actor else _value(kind) for key, kind in needed.items()}
        except KeyError:
            continue
        room = name.partition(".services")[0].rpartition(".")[2]
        called = f"{room}.{name.rpartition('.')[2]}"
        if called in NOT_ASKED:
            continue
        before, asked = written(), asked + 1
        if _told(service, given, sqlite_app) == "done":
            done.add(called)
        elif written() != before:
            left.add(called)
    known = {f"{room}.{name}" for room, names in DONE.items() for name in names.split()}
    assert asked > 150
    watch.close()
    assert (done - known, left) == (set(), set())
