"""The faults that can be planted in a module, each a small change of its syntax tree.

They stand inside functions, and in the numbers that a module gives names to. Left alone is what no
test of behaviour could find: words for people, lines of logs, locks of rows, plans of reading (one
row, where the first is taken), and that two sequences have one length (`zip(…, strict=True)`).
"""

from __future__ import annotations

import ast
import copy
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

KINDS = ("rules", "services", "queries")

_TURNED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
_SIGNS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.FloorDiv, ast.FloorDiv: ast.Mult,
}  # fmt: skip
_NARROWS = frozenset(
    {"where", "filter", "filter_by", "having", "limit", "offset", "distinct", "order_by"}
)
_LEFT_ALONE = frozenset(
    {
        "_", "_l", "gettext", "ngettext", "lazy_gettext", "lazy_ngettext",
        "debug", "info", "warning", "error", "exception",
        "with_for_update", "options", "execution_options", "cast", "TypeVar",
    }
)  # fmt: skip


@dataclass(frozen=True)
class Fault:
    """One fault: its module's path, the function (with its classes and the function around it;
    empty outside of any), the key and line of its statement, what becomes of what, and which it is
    in its module. Its words name it, and stay the same while its function does."""

    path: str
    function: str
    statement: str
    line: int
    sort: str
    before: str
    after: str
    again: int
    number: int

    @property
    def kind(self) -> str:
        """`rules`, `services` or `queries`."""
        return kind_of(self.path)

    @property
    def words(self) -> str:
        """The fault in one line, which no other fault has."""
        where = f"{self.path} {self.function}".strip()
        again = f" ({self.again})" if self.again > 1 else ""
        return f"{where}: {self.sort}: {self.before} → {self.after}{again}"


@dataclass(frozen=True)
class _Site:
    """A place in a tree, and what would stand there in place of the old node."""

    function: str
    statement: ast.stmt
    sort: str
    parent: ast.AST
    name: str
    index: int | None
    new: ast.AST

    def old(self) -> ast.AST:
        found = getattr(self.parent, self.name)
        return found if self.index is None else found[self.index]

    def change(self) -> None:
        ast.copy_location(self.new, self.old())
        if self.index is None:
            setattr(self.parent, self.name, self.new)
        else:
            getattr(self.parent, self.name)[self.index] = self.new


def kind_of(path: str) -> str:
    """The kind of room that a module lies in, or empty."""
    parts = path.removesuffix(".py").split("/")
    return next((part for part in parts if part in KINDS), "")


def modules(root: Path) -> list[str]:
    """Paths below the root of all rules, services and queries, but for the sample's."""
    found = (str(path.relative_to(root)) for path in (root / "kash").rglob("*.py"))
    return sorted(path for path in found if kind_of(path) and not path.startswith("kash/desk/demo"))


def faults_of(path: str, source: str) -> list[Fault]:
    """All faults of a module."""
    found: list[Fault] = []
    seen: dict[str, int] = {}
    for number, site in enumerate(_sites(ast.parse(source))):
        before, after = _one_line(site.old()), _one_line(site.new)
        told = f"{site.function}:{site.sort}:{before}:{after}"
        seen[told] = seen.get(told, 0) + 1
        key = statement_key(path, site.function, site.statement)
        line = getattr(site.old(), "lineno", site.statement.lineno)
        found.append(
            Fault(path, site.function, key, line, site.sort, before, after, seen[told], number)
        )
    return found


def planted(source: str, number: int) -> ast.Module:
    """The tree of a module with one fault in it, as `faults_of` numbers them."""
    tree = ast.parse(source)
    for at, site in enumerate(_sites(tree)):
        if at == number:
            site.change()
            return ast.fix_missing_locations(tree)
    raise IndexError(number)


def drawn(faults: Iterable[Fault], sample: int, seed: int) -> list[Fault]:
    """A sample without repetition, the same for everybody on a tree.

    The sort is drawn first and then a fault of it, since of some sorts there are ten times as many.
    """
    chance = random.Random(seed)  # noqa: S311 - a sample, no secret
    left: dict[str, list[Fault]] = {}
    for fault in faults:
        left.setdefault(fault.sort, []).append(fault)
    found: list[Fault] = []
    while left and len(found) < sample:
        sort = chance.choice(sorted(left))
        found.append(left[sort].pop(chance.randrange(len(left[sort]))))
        if not left[sort]:
            del left[sort]
    return found


def statement_key(path: str, function: str, statement: ast.stmt) -> str:
    """The name of a statement, which stays while it does: its function and its first line."""
    return f"{path}:{function}:{_one_line(statement)}"


def _one_line(node: ast.AST) -> str:
    """Code on one line; of what has a body only what stands above that."""
    if isinstance(node, (ast.If, ast.While)):
        return f"{type(node).__name__.lower()} {ast.unparse(node.test)}"
    if isinstance(node, (ast.For, ast.AsyncFor)):
        return f"for {ast.unparse(node.target)} in {ast.unparse(node.iter)}"
    if isinstance(node, (ast.With, ast.AsyncWith)):
        return f"with {', '.join(ast.unparse(item) for item in node.items)}"
    if isinstance(node, (ast.Try, ast.Match, ast.ClassDef)):
        return type(node).__name__.lower()
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return f"def {node.name}"
    return " ".join(ast.unparse(node).split())


# --- Where faults stand ---------------------------------------------------------------------


def _sites(tree: ast.Module) -> Iterator[_Site]:
    for statement in tree.body:
        yield from _in_statement(statement, "", tree.body)


def _in_statement(statement: ast.stmt, function: str, block: list[ast.stmt]) -> Iterator[_Site]:
    if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        inner = f"{function}.{statement.name}".strip(".")
        in_class = isinstance(statement, ast.ClassDef)
        for one in statement.body:
            # The fields of a class say what there is, and decide nothing.
            if not in_class or not isinstance(one, (ast.AnnAssign, ast.Assign, ast.Expr)):
                yield from _in_statement(one, inner, statement.body)
        return
    if not function:
        yield from _named_number(statement)
        return
    yield from _left_out(statement, function, block)
    yield from _returned(statement, function)
    for name, value in ast.iter_fields(statement):
        if name in ("annotation", "body", "orelse", "finalbody", "handlers", "cases"):
            continue
        yield from _in_field(statement, name, value, function, statement)
    for inner_block in blocks(statement):
        for one in inner_block:
            yield from _in_statement(one, function, inner_block)


def blocks(statement: ast.AST) -> Iterator[list[ast.stmt]]:
    """The blocks right within a statement."""
    for name in ("body", "orelse", "finalbody"):
        found = getattr(statement, name, None)
        if isinstance(found, list) and found:
            yield found
    for name in ("handlers", "cases"):
        for one in getattr(statement, name, ()):
            yield one.body


def _named_number(statement: ast.stmt) -> Iterator[_Site]:
    """`LIMIT = 3`, `DAYS = timedelta(days=3)`, outside of a function."""
    if not isinstance(statement, (ast.Assign, ast.AnnAssign)):
        return
    holders: list[tuple[ast.AST, ast.AST | None]] = [(statement, statement.value)]
    if isinstance(statement.value, ast.Call) and _called(statement.value) == "timedelta":
        holders = [(keyword, keyword.value) for keyword in statement.value.keywords]
    for holder, value in holders:
        if isinstance(value, ast.Constant) and type(value.value) is int:
            more = ast.Constant(value.value + 1)
            yield _Site("", statement, "number", holder, "value", None, more)


def _left_out(statement: ast.stmt, function: str, block: list[ast.stmt]) -> Iterator[_Site]:
    holder = ast.Module(body=block, type_ignores=[])
    at = block.index(statement)
    if isinstance(statement, ast.Raise) and statement.exc is not None:
        yield _Site(function, statement, "step", holder, "body", at, ast.Pass())
    if isinstance(statement, ast.Expr) and _called(statement.value) not in ("", *_LEFT_ALONE):
        sort = "subject" if _called(statement.value) == "about" else "step"
        yield _Site(function, statement, sort, holder, "body", at, ast.Pass())


def _returned(statement: ast.stmt, function: str) -> Iterator[_Site]:
    if not isinstance(statement, ast.Return) or statement.value is None:
        return
    value = statement.value
    if isinstance(value, ast.Constant) and value.value in (None, True, False):
        return  # the fault of its truth is the same, and None would be none
    is_truth = isinstance(value, (ast.Compare, ast.BoolOp)) or (
        isinstance(value, ast.UnaryOp) and isinstance(value.op, ast.Not)
    )
    new: ast.expr = _negated(value) if is_truth else ast.Constant(None)
    yield _Site(function, statement, "returned", statement, "value", None, new)


def _in_field(
    parent: ast.AST, name: str, value: object, function: str, statement: ast.stmt
) -> Iterator[_Site]:
    for index, node in enumerate(value if isinstance(value, list) else [value]):
        if isinstance(node, ast.AST) and not _left_alone(node):
            place = index if isinstance(value, list) else None
            for sort, new in _changes(parent, name, node):
                yield _Site(function, statement, sort, parent, name, place, new)
            for inner, below in ast.iter_fields(node):
                yield from _in_field(node, inner, below, function, statement)


def _left_alone(node: ast.AST) -> bool:
    return isinstance(node, ast.JoinedStr) or _called(node) in _LEFT_ALONE


def _changes(parent: ast.AST, name: str, node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """Each sort of fault in an expression, without those further within it."""
    decides = name == "ifs" or (
        name == "test" and isinstance(parent, (ast.If, ast.While, ast.IfExp))
    )
    if isinstance(node, ast.expr) and decides and not isinstance(node, (ast.Compare, ast.BoolOp)):
        yield "condition", _negated(node)
    if isinstance(node, ast.Compare):
        for at, operator in enumerate(node.ops):
            turned = copy.deepcopy(node)
            turned.ops[at] = _TURNED[type(operator)]()
            yield "comparison", turned
    elif isinstance(node, ast.BoolOp):
        swapped = copy.deepcopy(node)
        swapped.op = ast.And() if isinstance(node.op, ast.Or) else ast.Or()
        yield "and or", swapped
    elif isinstance(node, ast.BinOp) and type(node.op) in _SIGNS:
        signed = copy.deepcopy(node)
        signed.op = _SIGNS[type(node.op)]()
        yield "sign", signed
    elif _is_no_matter(parent, node):
        return
    elif isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield "truth", ast.Constant(not node.value)
    elif isinstance(node, ast.Constant) and isinstance(node.value, int):
        yield "number", ast.Constant(node.value + 1)
    elif isinstance(node, (ast.Set, ast.List)) or (
        isinstance(node, ast.Tuple) and name == "comparators"
    ):
        yield from (("member", one) for one in _without_one(node, "elts", 1))
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        if node.func.attr == "about":
            yield from (("subject", one) for one in _without_one(node, "args", 1))
        elif node.func.attr in _NARROWS:
            if node.func.attr == "limit" and _is_no_matter(node, node.args[0]):
                return
            given = len(node.args) + len(node.keywords)
            if given <= 1:
                yield "filter", node.func.value
            else:
                # By an id goes what nobody ordered, in the order in which an engine keeps rows.
                last = ast.unparse(node.args[-1]) if node.args else ""
                settled = node.func.attr == "order_by" and last.endswith((".id", ".id.desc()"))
                found = list(_without_one(node, "args", 0))
                yield from (("filter", one) for one in (found[:-1] if settled else found))
                yield from (("filter", one) for one in _without_one(node, "keywords", 0))
            return
    if isinstance(node, ast.Call) and _called(node) != "zip":
        yield from (("argument", one) for one in _without_one(node, "keywords", 0))


def _is_no_matter(parent: ast.AST, node: ast.AST) -> bool:
    """True of the 1 of `limit(1)`, of which only the first row is taken anyway, and of the truth of
    `strict` and of a lock."""
    one_row = _called(parent) == "limit" and isinstance(node, ast.Constant) and node.value == 1
    named = parent.arg if isinstance(parent, ast.keyword) else ""
    return one_row or named in ("strict", "with_for_update")


def _without_one(node: ast.AST, name: str, least: int) -> Iterator[ast.AST]:
    """The node without each of what it holds, if more than the least is left."""
    held = len(getattr(node, name))
    for at in range(held if held > least else 0):
        found = copy.deepcopy(node)
        del getattr(found, name)[at]
        yield found


def _called(node: ast.AST) -> str:
    """The last word of what a call calls, or empty."""
    if not isinstance(node, ast.Call):
        return ""
    return getattr(node.func, "attr", "") or getattr(node.func, "id", "")


def _negated(node: ast.expr) -> ast.expr:
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return node.operand
    return ast.UnaryOp(ast.Not(), node)
