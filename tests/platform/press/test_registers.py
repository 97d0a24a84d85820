import pytest

from kash.platform.press import PagedDocument, RegisterSheet, document, register
from kash.platform.press.documents import marked_sheet
from tests.platform.press.conftest import DATED

PAGED = PagedDocument(
    "", "Register", "en", "register", "A4-landscape", footer_left="Locked away.", dated=DATED
)
SHEET = (
    '<section class="sheet"><header class="sheet-head"><div><h1>Sheet A</h1></div>'
    '<p class="sheet-number" data-field="sheet">{sheet}</p>'
    '<img class="qr" data-field="qr" alt="Sheet number" src="press:cuts.svg"></header>'
    '<table><thead><tr><th class="w12 num">No.</th><th class="w60">Name</th><th>1</th></tr></thead>'
    '<tbody class="tall">{rows}</tbody></table></section>'
)
ROW = (
    '<tr><td class="num" data-field="no-{n}">{no}</td>'
    '<td data-field="name-{n}">{name}</td><td></td></tr>'
)


def sheets(names: list[str], rows: int = 3) -> list[RegisterSheet]:
    made = []
    for start in range(0, len(names), rows):
        cells = "".join(
            ROW.format(n=n, no=start + n + 1, name=name)
            for n, name in enumerate(names[start : start + rows])
        )
        html = SHEET.format(sheet=f"A-{start // rows + 1}", rows=cells)
        made.append(marked_sheet(html, {"qr": f"SHEET{start}"}))
    return made


def test_what_stands_in_marked_elements_is_taken_out_of_the_markup():
    first, second = sheets(["Amani &amp; Co", "B", "C", "D", "E", "F"])
    assert first.html == second.html
    assert first.texts["name-0"] == "Amani & Co"
    assert (second.texts["sheet"], second.texts["no-2"]) == ("A-2", "6")


def test_stamped_sheets_say_what_the_engine_would_say_and_stand_alike(text_of, checked):
    names = [
        "Asali Kielelezo",
        "محمد علي",
        "Wanjikũ",
        "Zawadi Sampuli wa Mfano wa Kisumu",
        "Tatu",
        "",
    ]
    made = register(PAGED, sheets(names))
    checked(made)
    pages = text_of(made)
    assert len(pages) == 2
    assert "محمد علي" in pages[0]
    assert "Zawadi Sampuli wa Mfano wa Kisumu" in pages[1]
    assert [("A-1" in page, "A-2" in page) for page in pages] == [(True, False), (False, True)]
    assert [f"{n}/2" in page.replace(" ", "") for n, page in enumerate(pages, 1)] == [True, True]
    assert register(PAGED, sheets(names)) == made


def test_a_register_of_one_look_reads_as_a_document_does(text_of):
    names = [f"Person {n}" for n in range(9)]
    stamped = text_of(register(PAGED, sheets(names)))
    whole = "".join(
        SHEET.format(
            sheet=f"A-{start // 3 + 1}",
            rows="".join(
                ROW.format(n=n, no=start + n + 1, name=names[start + n]) for n in range(3)
            ),
        )
        for start in range(0, 9, 3)
    )
    plain = PagedDocument(
        whole, "Register", "en", "register", "A4-landscape", footer_left="Locked away."
    )
    expected = text_of(document(plain))
    assert [sorted(page.split()) for page in stamped] == [sorted(page.split()) for page in expected]


def test_progress_and_nothing_to_print():
    told = []
    register(PAGED, sheets(["A", "B", "C", "D"]), lambda done, total: told.append((done, total)))
    assert told == [(2, 2)]
    with pytest.raises(ValueError, match="nothing"):
        register(PAGED, [])
