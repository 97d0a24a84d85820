"""What a screen reader is told of paper: in order, in its language, and nothing that decorates."""

import io
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pikepdf
import pytest

from kash.platform.press import PagedDocument, document, print_file, qr_svg, register
from kash.platform.press.certificate_values import OwnDesign
from tests.platform.press.conftest import design, entry, samples
from tests.platform.press.hearing import faults
from tests.platform.press.test_documents import KINDS, paged
from tests.platform.press.test_registers import PAGED, sheets
from tests.platform.press.test_structure import kids_of

NAMES = ["Zawadi Kielelezo", "Ọlá Adẹ́bayọ̀", "अर्जुन शर्मा", "محمد علي", "Zawadi 🙂"]


def elements(pdf: pikepdf.Pdf) -> Iterator[Any]:
    """The elements of the structure, in the order in which they are read."""
    waiting = list(pdf.Root.StructTreeRoot.K)
    while waiting:
        element = waiting.pop(0)
        if isinstance(element, pikepdf.Dictionary) and "/S" in element:
            yield element
            waiting = [*kids_of(element), *waiting]


def outline(made: bytes) -> list[str]:
    """The kinds of all elements, in order."""
    with pikepdf.open(io.BytesIO(made)) as pdf:
        return [str(one.S)[1:] for one in elements(pdf)]


@pytest.mark.parametrize("name", ["classic", "modern", "plain"])
def test_a_certificate_tells_of_no_border_and_says_which_language_a_line_is_in(name):
    said = replace(
        entry(), body_second="alishiriki Kazi Pamoja.", hours_text="12 hours", expires_text="Until"
    )
    others = [replace(entry(n, one), body_second=said.body_second) for n, one in enumerate(NAMES)]
    made = print_file(replace(design(name), void="Void"), [said, *others])
    assert faults(made) == []
    with pikepdf.open(io.BytesIO(made)) as pdf:
        found = list(elements(pdf))
        pictures = [str(one.Alt) for one in found if one.S == "/Figure"]
        assert pictures == ["Void", "Check: programme.example/verify"] * 6
        second = [str(one.S)[1:] for one in found if one.get("/Lang") == "sw"]
        assert second == ["P", "P"] * 6
        assert str(pdf.docinfo["/Title"]) == "Certificate of Participation – Working Together"


def test_a_design_of_ones_own_is_read_aloud_whatever_it_holds():
    html = (
        '<h3 data-field="heading"></h3><img src="image:back"><h4 data-field="name"></h4>'
        '<table><tr><td data-field="body"></td><td><p data-field="serial"></p></td></tr></table>'
        '<ul><li>One</li><li>Two <b lang="sw">mbili</b></li></ul><img data-field="qr">'
        '<div data-field="signatures"></div>'
    )
    picture = "data:image/png;base64," + (
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg=="
    )
    own = OwnDesign(html, "p { margin: 1mm }", {"back": picture})
    made = print_file(replace(design("plain"), name="own", own=own), [entry(1), entry(2)])
    assert faults(made) == []
    kinds = outline(made)
    assert kinds[1:3] == ["Sect", "H1"]
    assert "Table" not in kinds
    assert kinds.count("LBody") == kinds.count("Lbl") == kinds.count("LI") == 4
    assert [kind for kind in kinds if kind.startswith("H")] == ["H1", "H2"] * 2


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_document_is_read_aloud(kind):
    code = qr_svg("https://programme.example/r/7KM2", label="Sheet number")
    html = samples()[kind].replace("<!-- qr -->", code)
    made = document(paged(kind, html * 2, footer_left="Keep this sheet locked away in the office."))
    assert faults(made) == []


def test_facts_are_a_list_of_terms_and_what_they_are():
    grouped = "<dl class='facts'><div><dt>Place</dt><dd>Kisumu</dd></div></dl>"
    made = document(paged(html=f"<h1>Facts</h1>{grouped}<dl><dt>A</dt><dd>B</dd></dl>"))
    assert faults(made) == []
    assert outline(made) == ["Document", "H1", *["L", "LI", "Lbl", "LBody"] * 2]


def test_a_table_over_three_pages_is_one_table_whose_head_is_read_once():
    row = "<tr><th>{}</th><td>Amani</td><td>Kisumu</td></tr>"
    rows = "".join(row.format(n) for n in range(120))
    head = "<thead><tr><th>No.</th><th>Name</th><th>Place</th></tr></thead>"
    html = f"<h1>A list</h1><table>{head}<tbody>{rows}</tbody></table>"
    made = document(paged(html=html, header_left="A list", footer_left="Foot"))
    assert faults(made) == []
    kinds = outline(made)
    assert (kinds.count("Table"), kinds.count("THead"), kinds.count("TR")) == (1, 1, 121)
    with pikepdf.open(io.BytesIO(made)) as pdf:
        assert len(pdf.pages) > 2
        scopes = [str(one.A.Scope) for one in elements(pdf) if one.S == "/TH"]
    assert scopes == [*["/Column"] * 3, *["/Row"] * 120]
    # The foot is read once, at the end; what only repeats the title is not.
    assert kinds[-2:] == ["P", "P"]


def test_the_head_of_a_register_is_read_before_its_table_and_once():
    row = "<tr><td>9</td><td>Asali</td><td></td><td></td><td></td><td></td><td></td></tr>"
    html = samples()["register"].replace("</tbody>", row * 40 + "</tbody>")
    made = document(paged("register", html, page_format="A4-landscape"))
    assert faults(made) == []
    kinds = outline(made)
    assert kinds.count("H1") == 1
    assert kinds.index("H1") < kinds.index("Table")
    stamped = register(PAGED, sheets(["Amani", "محمد علي", "Ọlá Adẹ́bayọ̀", "Tatu"] * 3))
    assert faults(stamped) == []


def test_a_paper_that_breaks_what_it_claims_is_found_by_each_checker():
    made = print_file(design("classic"), [entry()])
    for part in ("StructTreeRoot", "Alt"):
        with pikepdf.open(io.BytesIO(made)) as pdf:
            if part == "Alt":
                for one in elements(pdf):
                    if "/Alt" in one:
                        del one["/Alt"]
            else:
                del pdf.Root[f"/{part}"]
            broken = io.BytesIO()
            pdf.save(broken)
        found = faults(broken.getvalue())
        assert {one.split()[0] for one in found} == {"pdfua", "outloud"}


def test_a_text_in_another_language_says_so_also_within_a_line():
    html = '<h1>Words</h1><p>It is called <i lang="sw">cheti</i>.</p>'
    html += '<div lang="luo"><p>Erokamano</p></div>'
    made = document(PagedDocument(html, "Two words", "en"))
    assert faults(made) == []
    with pikepdf.open(io.BytesIO(made)) as pdf:
        told = [(str(one.S), str(one.Lang)) for one in elements(pdf) if "/Lang" in one]
    assert told == [("/Span", "sw"), ("/Div", "luo")]
