"""Every kind of file: checked by qpdf, its structure walked to the end, the same bytes twice."""

import io
from dataclasses import replace

import pikepdf
import pytest

from kash.platform.press import (
    Badge,
    PagedDocument,
    RenderLimits,
    RenderOverflow,
    RenderTooLarge,
    badges,
    cards,
    document,
    print_file,
    register,
    single_files,
)
from kash.platform.press.certificate_values import OwnDesign
from kash.platform.press.stamping import PlateStore, plate_store
from tests.platform.press.conftest import WORDING, design, entry
from tests.platform.press.test_registers import PAGED, sheets

NAMES = ["Zawadi Kielelezo", "محمد علي", "Wanjikũ Ng'ang'a", "Zawadi 🙂"]


def kids_of(element: pikepdf.Object) -> list[pikepdf.Object | int]:
    """What an element of the structure holds: elements, and numbers of pieces of content."""
    kids = element.get("/K")
    if kids is None:
        return []
    return list(kids) if isinstance(kids, pikepdf.Array) else [kids]


def walked(pdf: pikepdf.Pdf) -> tuple[int, int]:
    """How many elements hang below the root, and how many pieces of content they hold.

    Each element names its parent, and each piece of content is led back to its element by the tree
    of parents, and is there.
    """
    root = pdf.Root.StructTreeRoot
    pages = {page.objgen: number for number, page in enumerate(pdf.pages)}
    parents = {
        int(key): value
        for key, value in zip(root.ParentTree.Nums[::2], root.ParentTree.Nums[1::2], strict=True)
    }
    seen, pieces = set(), 0
    waiting = [(kid, root) for kid in root.K]
    while waiting:
        element, parent = waiting.pop()
        assert element.P.objgen == parent.objgen
        assert element.objgen not in seen
        seen.add(element.objgen)
        for kid in kids_of(element):
            if isinstance(kid, int):
                page = pdf.pages[pages[element.Pg.objgen]]
                assert parents[int(page.StructParents)][kid].objgen == element.objgen
                pieces += 1
            else:
                waiting.append((kid, element))
    assert pieces == sum(map(len, parents.values()))
    return len(seen), pieces


@pytest.fixture
def kinds():
    entries = [entry(n, name) for n, name in enumerate(NAMES)]
    two = [*entries, replace(entry(9), body="took part in something else.", hours_text="12 hours")]
    return {
        "print": lambda: print_file(design("plain"), two),
        "single": lambda: dict(single_files(design("modern"), entries[:1]))[entries[0].serial],
        "register": lambda: register(PAGED, sheets(NAMES * 2)),
        "badges": lambda: badges([Badge("Zawadi", qr="X")], title="Badges", language="en"),
        "cards": lambda: cards(WORDING, entries[:2], language="en"),
        "document": lambda: document(PagedDocument("<h1>Text</h1><p>x</p>", "Document", "en")),
    }


@pytest.mark.parametrize("kind", ["print", "single", "register", "badges", "cards", "document"])
def test_each_kind_is_whole_and_the_same_twice(kind, kinds, checked, properties_of):
    made = kinds[kind]()
    checked(made)
    with pikepdf.open(io.BytesIO(made)) as pdf:
        elements, pieces = walked(pdf)
        assert elements > len(pdf.pages)
        assert pieces >= len(pdf.pages)
        assert bool(pdf.Root.ViewerPreferences.DisplayDocTitle)
        assert all(page.Tabs == "/S" for page in pdf.pages)
    properties = properties_of(made)
    assert (properties["lang"], properties["marked"], properties["pdfua"]) == ("en", "True", "1")
    plate_store.clear()
    assert kinds[kind]() == made


def test_a_design_of_five_thousand_pages_ends_with_a_sentence():
    words = '<p data-field="name"></p><p data-field="serial"></p>' + "<p>Words.</p>" * 5_000
    own = OwnDesign(words, "p { break-after: page }")
    endless = replace(design("plain"), name="own", own=own)
    with pytest.raises(RenderOverflow) as raised:
        print_file(endless, [entry(1)], limits=RenderLimits(50))
    assert str(raised.value) == RenderOverflow.sentence


def test_a_picture_of_twelve_thousand_pixels_a_side_ends_with_a_sentence():
    import base64
    import struct
    import zlib

    def chunk(kind: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content))
            + kind
            + content
            + struct.pack(">I", zlib.crc32(kind + content))
        )

    side = 12_000
    packer = zlib.compressobj(1)
    rows = b"".join(packer.compress(bytes(side // 8 + 1)) for _ in range(side)) + packer.flush()
    huge = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0))
    huge += chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    address = "data:image/png;base64," + base64.b64encode(huge).decode()
    with pytest.raises(RenderTooLarge):
        print_file(replace(design("plain"), logo=address), [entry(1)])


def test_plates_are_kept_within_bounds_and_the_last_used_stay():
    store = PlateStore(most_plates=2)
    request = {
        "hidden": {}, "drawn": {}, "learned": {}, "words": [],
        "language": "en", "zoom": 1.0, "margin": "",
    }  # fmt: skip
    pages = [{**request, "markup": f"<p>{n}</p>"} for n in range(3)]
    first, second = store.stampers(pages[:2], "", RenderLimits())
    assert store.stampers([pages[0]], "", RenderLimits()) == [first]
    store.stampers([pages[2]], "", RenderLimits())
    assert store.stampers([pages[0]], "", RenderLimits()) == [first]
    assert store.stampers([pages[1]], "", RenderLimits()) != [second]
