"""The structure of a PDF as it is read aloud, made of the boxes of its pages."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pydyf
import uharfbuzz

from kash.platform.press.typesetting import weasyprint_parts as engine

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
        for line in group.elements():
            if line.kind == "TR":
                _set_row(line, over_columns=group.kind == "THead")


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


_SVG = "{http://www.w3.org/2000/svg}"
_KINDS = {
    **{f"h{level}": f"H{level}" for level in range(1, 7)},
    "p": "P",
    "blockquote": "BlockQuote",
    "section": "Sect",
    "article": "Art",
    "ul": "L",
    "ol": "L",
    "dl": "L",
    "li": "LI",
    "table": "Table",
    "thead": "THead",
    "tbody": "TBody",
    "tfoot": "TFoot",
    "tr": "TR",
    "th": "TH",
    "td": "TD",
    "caption": "Caption",
    "figcaption": "Caption",
}
_SCOPES = {"row": "Row", "rowgroup": "Row", "col": "Column", "colgroup": "Column"}
# A place for glyphs that are a part of a letter: takes no room, and nothing is read.
_NOTHING = "\u200b"


def set_decoration_apart(document: Any) -> None:
    """Note of a document that was laid out, before it is drawn, what is not to be read aloud.

    That is a picture without words, and what stands on a page again that an earlier one said: heads
    of tables, and what runs in the margins. So are numbers of pages.
    """
    repeated: set[Any] = set()
    for page in document.pages:
        for child in engine.children_of(page):
            if isinstance(child, engine.MarginBox) and _running(child) is None:
                text = "".join(
                    box.text for box in engine.contents_of(child) if isinstance(box, engine.TextBox)
                )
                if _counts(child) or text in repeated:
                    _decorate(child)
                repeated.add(text)
            else:
                _set_apart(child, repeated)


def _set_apart(box: Any, said: set[Any]) -> None:
    box = engine.behind_placeholder(box)
    if isinstance(box, engine.PictureBox) and not _alternative(box):
        box.decorates = "Layout"
    running = isinstance(box, engine.MarginBox)
    if running or engine.comes_again(box):
        element = _running(box).element if running else box.element
        if element in said:
            _decorate(box)
            return
        said.add(element)
    for child in box.children:
        _set_apart(child, said)


def _running(margin: Any) -> Any:
    """The box of the running element that a margin box holds, or None."""
    return next((box for box in margin.descendants() if box.element is not None), None)


def _counts(margin: Any) -> bool:
    """True if a margin box counts pages."""
    content = margin.style["content"]
    return isinstance(content, tuple) and any(kind == "counter()" for kind, _value in content)


def _decorate(box: Any) -> None:
    for leaf in engine.contents_of(box):
        leaf.decorates = "Pagination"


def _alternative(picture: Any) -> str:
    """The words in place of a picture; empty if it only decorates."""
    element = picture.element
    if element is None or not isinstance(element.tag, str):
        return ""
    if element.tag == f"{_SVG}svg":
        title = element.find(f"{_SVG}title")
        return ((title.text if title is not None else "") or "").strip()
    return str(element.get("alt") or "").strip()


@dataclass(frozen=True, slots=True)
class _Place:
    """Where in the tree a box stands: its element, the language there, its page."""

    node: Node
    element: Any
    tag: str | None
    language: str
    page: int


class _Tagger:
    """Builds the tree of a document. Elements that run over pages go on where they began."""

    def __init__(self, document: Any, pdf: Any, streams: list[Any]) -> None:
        self._pages = document.pages
        self._streams = streams
        self._language = document.metadata.lang or ""
        sizes = [
            pdf.objects[int(reference.split()[0])]["MediaBox"] for reference in pdf.page_references
        ]
        # Points to a pixel.
        self._scales = [
            float(size[2] - size[0]) / page.width
            for size, page in zip(sizes, document.pages, strict=True)
        ]
        self._nodes: dict[tuple[Any, str], Node] = {}
        # What of the page has no place yet, by its box.
        self._unplaced: dict[Any, Any] = {}

    def tree(self) -> Node:
        root = Node("Document", 0)
        last: list[Node | tuple[int, int]] = []
        for number, page in enumerate(self._pages):
            self._unplaced = engine.marks_of(self._streams[number])
            place = _Place(root, None, None, self._language, number)
            children = engine.children_of(page)
            margins = [box for box in children if isinstance(box, engine.MarginBox)]
            running = [box for box in margins if _running(box) is not None]
            others = [box for box in children if not isinstance(box, engine.MarginBox)]
            for box in [*running, *others]:
                self._visit(box, place)
            # What stands in the margins is said once, when everything else was.
            end = Node("Document", number)
            for box in margins:
                if box not in running:
                    self._visit(box, replace(place, node=end))
            last += end.kids
            if self._unplaced:
                raise RuntimeError("a piece of content has no place")
        root.kids += last
        set_in_order(root)
        return root

    def _visit(self, box: Any, place: _Place) -> None:
        box = engine.behind_placeholder(box)
        if isinstance(box, engine.TextBox):
            self._add_content(box, place.node, place.page)
            return
        if isinstance(box, engine.PictureBox):
            self._add_picture(box, place)
            return
        place = self._place_in(box, place)
        lines = any(isinstance(child, engine.LineBox) for child in box.children)
        if lines and place.node.kind in GROUPING:
            place = replace(place, node=self._added(place.node, Node("P", place.page)))
        for child in box.children:
            self._visit(child, place)

    def _place_in(self, box: Any, place: _Place) -> _Place:
        """The place inside a box; the same again for boxes that no element made."""
        element, tag = box.element, box.element_tag
        if element is None or tag is None or (element is place.element and tag == place.tag):
            return place
        place = replace(place, element=element, tag=tag)
        if tag.endswith("::marker"):
            item = self._nodes.get((element, "li"), place.node)
            return replace(
                place, node=self._node((element, tag), "Lbl", item, place.page, first=True)
            )
        if "::" in tag:
            return place
        given = str(element.get("lang") or "") if tag != "html" else ""
        language = given or place.language
        node = self._element(box, tag, place, differs=language != place.language)
        if language != place.language and node is not place.node:
            node.language = language
        if tag == "li":
            node = self._node((element, "body"), "LBody", node, place.page)
        return replace(place, node=node, language=language)

    def _element(self, box: Any, tag: str, place: _Place, *, differs: bool) -> Node:
        """The node of an element, which may be the one that it stands in."""
        element, page = box.element, place.page
        key = (element, tag)
        if key in self._nodes:
            return self._nodes[key]
        in_list = place.node.kind == "L"
        if tag in ("dt", "dd"):
            return self._term(key, tag, place)
        kind = "LI" if tag == "div" and in_list else _KINDS.get(tag)
        if kind is None:
            if not differs:
                return place.node
            kind = "Span" if isinstance(box, engine.InlineBox) else "Div"
        node = self._node(key, kind, place.node, page)
        if kind in ("TH", "TD"):
            node.columns, node.rows = box.colspan, box.rowspan
        if kind == "TH":
            node.scope = _SCOPES.get(str(element.get("scope") or ""), "")
        return node

    def _term(self, key: tuple[Any, str], tag: str, place: _Place) -> Node:
        """A term or what it means, in an item of a list."""
        item = place.node
        if item.kind == "L":
            items = list(item.elements())
            if tag == "dt" or not items:
                items.append(self._added(item, Node("LI", place.page)))
            item = items[-1]
        return self._node(key, "Lbl" if tag == "dt" else "LBody", item, place.page)

    def _node(
        self, key: tuple[Any, str], kind: str, parent: Node, page: int, *, first: bool = False
    ) -> Node:
        if key not in self._nodes:
            self._nodes[key] = self._added(parent, Node(kind, page), first=first)
        return self._nodes[key]

    @staticmethod
    def _added(parent: Node, node: Node, *, first: bool = False) -> Node:
        parent.kids.insert(0 if first else len(parent.kids), node)
        return node

    def _add_content(self, box: Any, node: Node, page: int) -> None:
        if box in self._unplaced:
            node.kids.append((page, self._unplaced.pop(box)["mcid"]))

    def _add_picture(self, box: Any, place: _Place) -> None:
        if box not in self._unplaced:
            return
        scale, height = self._scales[place.page], self._pages[place.page].height
        left, top = box.content_box_x(), box.content_box_y()
        node = Node("Figure", place.page, alternative=_alternative(box))
        node.bounds = (
            left * scale,
            (height - top - box.height) * scale,
            (left + box.width) * scale,
            (height - top) * scale,
        )
        self._add_content(box, self._added(place.node, node), place.page)


def _add_tags(pdf: Any, document: Any, streams: list[Any]) -> None:
    tree = _Tagger(document, pdf, streams).tree()
    parents = pydyf.Dictionary({})
    pdf.add_object(parents)
    root = pydyf.Dictionary({"Type": "/StructTreeRoot", "ParentTree": parents.reference})
    pdf.add_object(root)
    writer = _TreeWriter(pdf)
    root["K"] = pydyf.Array([writer.written(tree, root.reference)])
    parents["Nums"] = pydyf.Array()
    for number, owned in enumerate(writer.owners):
        parents["Nums"] += [
            number,
            pydyf.Array(owned[number_owned] for number_owned in sorted(owned)),
        ]
    pdf.catalog["StructTreeRoot"] = root.reference
    pdf.catalog["ViewerPreferences"] = pydyf.Dictionary({"DisplayDocTitle": "true"})
    pdf.catalog["MarkInfo"] = pydyf.Dictionary({"Marked": "true"})


class _TreeWriter:
    """Writes elements. `owners` tells for each page which element each piece of content is in."""

    def __init__(self, pdf: Any) -> None:
        self._pdf = pdf
        self._pages = list(pdf.page_references)
        self.owners: list[dict[int, bytes]] = [{} for _ in self._pages]

    def written(self, node: Node, parent: bytes) -> bytes:
        """Write a node and all below it; gives its reference."""
        element = pydyf.Dictionary({"Type": "/StructElem", "S": f"/{node.kind}", "P": parent})
        self._pdf.add_object(element)
        if node.kind != "Document":
            element["Pg"] = self._pages[node.page]
        if node.language:
            element["Lang"] = pydyf.String(node.language)
        if node.alternative:
            element["Alt"] = pydyf.String(node.alternative)
        if attributes := _attributes(node):
            element["A"] = pydyf.Dictionary(attributes)
        kids = [
            self.written(kid, element.reference)
            if isinstance(kid, Node)
            else self._content(node, kid, element.reference)
            for kid in node.kids
        ]
        if kids:
            alone = len(kids) == 1 and node.kind != "Document"
            element["K"] = kids[0] if alone else pydyf.Array(kids)
        return bytes(element.reference)

    def _content(self, node: Node, piece: tuple[int, int], element: bytes) -> Any:
        page, number = piece
        self.owners[page][number] = element
        if page == node.page:
            return number
        return pydyf.Dictionary({"Type": "/MCR", "Pg": self._pages[page], "MCID": number})


def _attributes(node: Node) -> dict[str, Any]:
    if node.bounds is not None:
        return {"O": "/Layout", "BBox": pydyf.Array(round(side, 3) for side in node.bounds)}
    attributes: dict[str, Any] = {}
    if node.scope:
        attributes["Scope"] = f"/{node.scope}"
    if node.columns != 1:
        attributes["ColSpan"] = node.columns
    if node.rows != 1:
        attributes["RowSpan"] = node.rows
    return {"O": "/Table", **attributes} if attributes else {}


def _name_characters(font: Any) -> None:
    """Say of each glyph which character it is, also where several glyphs make one letter.

    The engine gives all of such a letter to its last glyph, and nothing to the others.
    """
    doubtful = [glyph for glyph, text in font.to_unicode.items() if _is_doubtful(text)]
    if not doubtful:
        return
    face = uharfbuzz.Face(bytes(font.file_content), font.index)
    shaped = uharfbuzz.Font(face)
    characters: dict[int, str] = {}
    for code in sorted(face.unicodes):
        characters.setdefault(shaped.get_nominal_glyph(code), chr(code))
    for glyph in doubtful:
        font.to_unicode[glyph] = characters.get(glyph) or font.to_unicode[glyph] or _NOTHING


def _is_doubtful(text: str) -> bool:
    if len(text) < 2:
        return not text or unicodedata.category(text) == "Cf"
    return any(unicodedata.category(sign) in ("Mn", "Me", "Cf") for sign in text)


engine.tag_with(_add_tags, _name_characters)
