"""The tree that is read aloud, put in order: whatever stands in it, it keeps the rules."""

from hypothesis import given
from hypothesis import strategies as st

from kash.platform.press.typesetting.tagging import Node, set_in_order


def document(*kids: Node) -> Node:
    return Node("Document", 0, kids=list(kids))


def text(kind: str, number: int = 0) -> Node:
    return Node(kind, 0, kids=[(0, number)])


@given(st.lists(st.integers(1, 6)))
def test_the_first_heading_is_h1_and_none_skips_a_level(levels):
    tree = document(*(text(f"H{level}") for level in levels))
    set_in_order(tree)
    made = [int(node.kind[1]) for node in tree.elements()]
    assert len(made) == len(levels)
    assert all(after <= before + 1 for before, after in zip([0, *made], made, strict=False))
    # What was equal stays equal among those of one part, and what was deeper stays deeper.
    for first, second, old, new in zip(levels, levels[1:], made, made[1:], strict=False):
        assert (second > first) == (new > old)


def test_headings_that_were_right_stay_as_they_were():
    tree = document(*(text(f"H{level}") for level in (1, 2, 3, 3, 2, 1, 2)))
    set_in_order(tree)
    assert [node.kind for node in tree.elements()] == ["H1", "H2", "H3", "H3", "H2", "H1", "H2"]


def test_what_holds_nothing_is_left_out_and_an_empty_cell_stays():
    row = Node("TR", 0, kids=[text("TH"), Node("TD", 0)])
    tree = document(
        Node("P", 0), Node("Sect", 0, kids=[Node("P", 0)]), Node("Table", 0, kids=[row])
    )
    set_in_order(tree)
    assert [node.kind for node in tree.walk()] == ["Document", "Table", "TR", "TH", "TD"]
    assert [cell.scope for cell in row.elements()] == ["Row", ""]


def test_heads_over_columns_and_before_rows_are_told_apart():
    head = Node("THead", 0, kids=[Node("TR", 0, kids=[text("TH"), text("TH")])])
    given_scope = text("TH")
    given_scope.scope = "Column"
    body = Node("TBody", 0, kids=[Node("TR", 0, kids=[text("TH"), text("TD"), given_scope])])
    tree = document(Node("Table", 0, kids=[head, body]))
    set_in_order(tree)
    scopes = [node.scope for node in tree.walk() if node.kind == "TH"]
    assert scopes == ["Column", "Column", "Row", "Column"]


def test_a_table_without_a_head_only_sets_things_beside_each_other():
    inner = Node("Table", 0, kids=[Node("TR", 0, kids=[text("TH"), text("TD")])])
    cells = [text("TD"), Node("TD", 0), Node("TD", 0, kids=[inner])]
    tree = document(Node("Table", 0, kids=[Node("TBody", 0, kids=[Node("TR", 0, kids=cells)])]))
    set_in_order(tree)
    kinds = [node.kind for node in tree.walk()]
    assert kinds == ["Document", "Div", "Div", "Div", "P", "Div", "Table", "TR", "TH", "TD"]
