"""The structure of a document, as it is read aloud: what PDF/UA-1 (ISO 14289-1) asks of its tree.

Nothing here knows the layout engine. `tagging` builds the tree from what was laid out, has it put
in order here, and writes it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

# What may hold elements only: loose text in one of these is a paragraph.
GROUPING = frozenset({"Document", "Sect", "Art", "Div", "BlockQuote", "LI", "L", "TR"})
_ROWS = frozenset({"THead", "TBody", "TFoot", "TR"})
_CELLS = frozenset({"TH", "TD"})


@dataclass(slots=True, eq=False)
class Node:
    """An element: its standard type, what it holds, and what is said of it.

    `kids` are elements, and pieces of content as pairs of a page and its number there. `page` is
    the page on which it begins. `bounds` are a picture's left, bottom, right and top in points.
    """

    kind: str
    page: int
    language: str = ""
    alternative: str = ""
    bounds: tuple[float, float, float, float] | None = None
    scope: str = ""
    columns: int = 1
    rows: int = 1
    kids: list[Node | tuple[int, int]] = field(default_factory=list)

    def elements(self) -> Iterator[Node]:
        """The elements that stand right in it."""
        return (kid for kid in self.kids if isinstance(kid, Node))

    def walk(self) -> Iterator[Node]:
        """It and all elements below, in the order in which they are read."""
        yield self
        for kid in self.elements():
            yield from kid.walk()


def set_in_order(document: Node) -> None:
    """Leave out what says nothing; make headings an outline, and tables what they are."""
    _without_empty(document)
    _outline(document)
    for node in list(document.walk()):
        if node.kind == "Table":
            _set_table(node)


def _without_empty(node: Node) -> bool:
    """Take out elements without content; whether anything is left. A cell may be empty."""
    node.kids = [kid for kid in node.kids if not isinstance(kid, Node) or _without_empty(kid)]
    return bool(node.kids) or node.kind in _CELLS


def _outline(document: Node) -> None:
    """Number headings by how deep they stand: the first is H1, and none skips a level."""
    above: list[str] = []
    for node in document.walk():
        if len(node.kind) == 2 and node.kind[0] == "H":
            while above and above[-1] >= node.kind:
                above.pop()
            above.append(node.kind)
            node.kind = f"H{len(above)}"


def _set_table(table: Node) -> None:
    """Tell for each head whether it stands over a column or before a row.

    A table without any head only sets things beside each other, and is read as what it holds.
    """
    own = list(_own(table))
    if not any(node.kind == "TH" for node in own):
        for node in own:
            loose = any(not isinstance(kid, Node) for kid in node.kids)
            node.kind = "P" if node.kind in _CELLS and loose else "Div"
            node.columns = node.rows = 1
        table.kind = "Div"
        _without_empty(table)
        return
    for group in [table, *(node for node in own if node.kind in ("THead", "TBody", "TFoot"))]:
        for row in group.elements():
            if row.kind == "TR":
                _set_row(row, over_columns=group.kind == "THead")


def _own(table: Node) -> Iterator[Node]:
    """The groups, rows and cells of a table, and not those of a table inside it."""
    for kid in table.elements():
        if kid.kind in _ROWS:
            yield kid
            yield from _own(kid)
        elif kid.kind in _CELLS:
            yield kid


def _set_row(row: Node, *, over_columns: bool) -> None:
    before = not over_columns and any(cell.kind == "TD" for cell in row.elements())
    for cell in row.elements():
        if cell.kind == "TH" and not cell.scope:
            cell.scope = "Row" if before else "Column"
