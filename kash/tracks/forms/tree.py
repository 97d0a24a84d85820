"""The page on which requirements are written: sentences with fields in them, without a script.

Each part has a place, as "t.0.2": the tree ("t") or that of the renewal ("r"), then the number of
the part in each group. A field is named place and parameter, as "t.0.2:share". A button that adds
or removes sends everything and saves nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from werkzeug.datastructures import MultiDict

from kash.platform.web.input import CONTROL_CHARACTERS
from kash.tracks.leaf_kinds import kind_rules
from kash.tracks.models import TrackVersion
from kash.tracks.rules.checks import FlawAt, TreeFlaw, put
from kash.tracks.rules.kinds import read_leaf
from kash.tracks.rules.tree import (
    DEEPEST,
    MOST_NODES,
    Branch,
    Join,
    Leaf,
    Node,
    Renewal,
    renewal_from_json,
    tree_from_json,
)

TREE, RENEWAL = "t", "r"
GROUP = "group"


@dataclass
class TreeSheet:
    """Content of the page: the tree, that of the renewal, its months and days as typed, and
    sentences by place and parameter."""

    tree: Node
    renews: bool = False
    renewal_tree: Node = field(default_factory=lambda: Branch(Join.ALL))
    months: str = "24"
    grace_days: str = "60"
    row_version: int = 0
    flaws: dict[str, TreeFlaw] = field(default_factory=dict)

    @classmethod
    def of(cls, version: TrackVersion) -> TreeSheet:
        """Content that is stored."""
        sheet = cls(tree_from_json(version.tree), row_version=version.row_version)
        if version.renewal:
            renewal = renewal_from_json(version.renewal)
            sheet.renews, sheet.renewal_tree = True, renewal.tree
            sheet.months, sheet.grace_days = str(renewal.months), str(renewal.grace_days)
        return sheet

    @classmethod
    def posted(cls, form: MultiDict[str, str], row_version: int) -> TreeSheet:
        """Content that was sent, with the button's change of the tree done."""
        sheet = cls(
            _read(form, TREE),
            renews=form.get("renews") == "yes",
            renewal_tree=_read(form, RENEWAL),
            months=form.get("months", "")[:8].strip(),
            grace_days=form.get("grace_days", "")[:8].strip(),
            row_version=row_version,
        )
        what, _colon, place = form.get("do", "").partition(":")
        if what in ("add", "remove"):
            sheet._change(what, place, form.get(f"{place}:new", ""))
        return sheet

    @property
    def renewal(self) -> Renewal | None:
        """The renewal as it would be saved; numbers that are none are out of bounds."""
        if not self.renews:
            return None
        return Renewal(self.renewal_tree, _whole(self.months), _whole(self.grace_days))

    def show(self, tree: list[FlawAt], renewal_tree: list[FlawAt], renewal: list[FlawAt]) -> None:
        """Note what is wrong, each at its place."""
        self.flaws = {_key(TREE, one): one.flaw for one in tree}
        self.flaws |= {_key(RENEWAL, one): one.flaw for one in renewal_tree}
        self.flaws |= {
            "grace_days" if one.flaw is TreeFlaw.GRACE else "months": one.flaw for one in renewal
        }

    def _change(self, what: str, place: str, new: str) -> None:
        top, *numbers = place.split(".")
        at = tuple(int(number) for number in numbers if number.isdigit() and len(number) < 4)

        def added(node: Node) -> Node:
            if not isinstance(node, Branch) or len(node.parts) >= MOST_NODES:
                return node
            part = _new_part(new)
            return node if part is None else Branch(node.join, (*node.parts, part), node.count)

        change = added if what == "add" else (lambda _node: None)
        if top == TREE:
            self.tree = put(self.tree, at, change)
        elif top == RENEWAL:
            self.renewal_tree = put(self.renewal_tree, at, change)


def _new_part(new: str) -> Node | None:
    if new == GROUP:
        return Branch(Join.ANY)
    rule = kind_rules().get(new)
    return read_leaf(rule, {}) if rule is not None else None


def _key(top: str, flaw: FlawAt) -> str:
    return ".".join([top, *map(str, flaw.place)])


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 5 else -1


def _read(form: MultiDict[str, str], place: str, depth: int = 0) -> Node:
    """The part at a place, with those below it. What is no group at the top becomes one."""
    rule = kind_rules().get(form.get(f"{place}:is", GROUP))
    if rule is not None and depth:
        return read_leaf(rule, _fields(form, place))
    join = form.get(f"{place}:join", "")
    parts = []
    for number in range(MOST_NODES + 1):
        below = f"{place}.{number}"
        if f"{below}:is" not in form:
            break
        if depth <= DEEPEST:
            parts.append(_read(form, below, depth + 1))
    return Branch(
        Join(join) if join in set(Join) else Join.ALL,
        tuple(parts),
        max(_whole(form.get(f"{place}:count", "")), 0) if join == Join.SOME else 0,
    )


def _fields(form: MultiDict[str, str], place: str) -> Mapping[str, list[str]]:
    start = f"{place}:"
    return {
        name.removeprefix(start): [CONTROL_CHARACTERS.sub("", one) for one in form.getlist(name)]
        for name in form
        if name.startswith(start)
    }


def is_leaf(node: Node) -> bool:
    """True for a requirement, false for a group."""
    return isinstance(node, Leaf)
