import io
import re
import subprocess
from dataclasses import replace

import pikepdf
import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from kash.platform.press import Badge, CertificateEntry, badges, cards
from kash.platform.press import stamping as plate_store
from kash.platform.press.badges import PieceStamper, name_points
from tests.platform.press.conftest import DATED, WORDING, entry


def people(count: int) -> list[Badge]:
    return [
        Badge(f"Person {n}", "Working Together", "Participant", f"A-{n}", f"B{n:04}")
        for n in range(count)
    ]


@pytest.mark.parametrize(("sheet", "each"), [("A4", 10), ("letter", 8), ("A5", 4)])
def test_badges_fill_sheets_in_order(sheet, each, text_of, checked, properties_of):
    made = badges(people(each + 1), title="Badges", language="en", sheet=sheet, dated=DATED)
    checked(made)
    first, second = text_of(made)
    assert [f"A-{n}" in first.split() for n in range(each + 1)] == [True] * each + [False]
    assert f"Person {each}" in second
    properties = properties_of(made)
    assert (properties["/Title"], properties["lang"], properties["pdfua"]) == ("Badges", "en", "1")
    assert badges(people(each + 1), title="Badges", language="en", sheet=sheet, dated=DATED) == made


def test_a_sheet_begins_where_the_pile_changes(text_of):
    named = [replace(one, pile="AAB"[n]) for n, one in enumerate(people(3))]
    pages = text_of(badges(named, title="Badges", language="en"))
    assert [[f"Person {n}" in page for n in range(3)] for page in pages] == [
        [True, True, False],
        [False, False, True],
    ]


def test_the_codes_of_badges_and_cards_are_read_from_the_sheet(picture_of, text_of, checked):
    made = badges(people(10), title="Badges", language="en")
    page = Image.open(io.BytesIO(picture_of(made, 150)))
    assert sorted(code.text for code in zxingcpp.read_barcodes(page)) == [
        f"B{n:04}" for n in range(10)
    ]
    made = cards(WORDING, [entry(n, f"Person {n}") for n in range(3)], language="en")
    checked(made)
    page = Image.open(io.BytesIO(picture_of(made, 200)))
    assert sorted(code.text for code in zxingcpp.read_barcodes(page)) == [
        entry(n).qr for n in range(3)
    ]
    (text,) = text_of(made)
    for said in ("Person 2", "7KM2-QX4T-002", WORDING.heading, WORDING.organisation):
        assert said in text


def test_hostile_names_stay_on_their_badge(text_of, checked):
    names = [
        "</script><b>x",
        "a" * 200,
        "Kielelezo " * 20,
        "محمد علي",
        "王小明",
        "🙂",
        "",
        "W" * 40,
    ]
    made = badges(
        [Badge(name, number=f"N{n}") for n, name in enumerate(names)], title="Badges", language="en"
    )
    checked(made)
    (page,) = text_of(made)
    assert [f"N{n}" in page for n in range(len(names))] == [True] * len(names)
    assert "</script><b>x" in page


def test_nothing_to_print_is_refused():
    with pytest.raises(ValueError, match="nothing to print"):
        badges([], title="Badges", language="en")


@given(st.lists(st.text("abcDEF", min_size=1, max_size=20), max_size=6))
def test_a_name_is_never_larger_than_designed(words):
    assert 8 <= name_points(" ".join(words), 76, 32) <= 32


def test_a_name_on_two_lines_does_not_push_the_dates_into_the_serial():
    one = replace(entry(1, "Achieng’ Atieno Wafula-Otieno"), hours_text="Hours attended: 10 h 30")
    places = words_of(cards(WORDING, [one], language="en"))
    assert max(place[3] for place in places["attended:"]) <= min(
        place[1] for place in places[one.serial]
    )


@pytest.mark.parametrize("person", ["Asali Mfano", "Mwanaidi Tumaini Rehema wa Kielelezo Sampuli"])
def test_a_card_with_much_on_it_is_read_line_by_line(person):
    full = replace(
        entry(1, person),
        body="took part in Working Together for the Rights and Safety of Everyone in Kisumu, "
        "held from 30 November to 2 December 2026.",
        hours_text="Hours attended: 16 h 30",
        expires_text="Valid until 31 December 2028",
    )
    made = cards(WORDING, [full], language="en")
    read = subprocess.run(
        ["pdftotext", "-bbox", "-", "-"], input=made, capture_output=True, check=True
    ).stdout.decode()
    words = re.findall(r'yMin="([\d.]+)" xMax="[\d.]+" yMax="([\d.]+)">([^<]*)<', read)
    ends = next(float(bottom) for _top, bottom, word in words if word == "Valid")
    begins = next(float(top) for top, _bottom, word in words if word == full.serial)
    assert ends <= begins


# --- Stamped, and as the engine would set it ------------------------------------------------------

NAMES = [
    "Asali Mfano",
    "Jo",
    "Bartholomayo",
    "Mwanaidi Tumaini Rehema wa Kielelezo Sampuli",
    "Ng'ang'a Wanjirũ",
    "Achieng’ Atieno Wafula-Otieno",
    "Affia Wafula-Tov",
    "ASALI MFANO KIELELEZO",
    "Zawadi K. Mfano wa Kisumu",
    "Fátima Zoë Diallo-Ndiaye",
    "Neema Kielelezo, Mratibu",
    "Li Wanyama AVA To",
    # Nearly as wide as their room, and on three lines.
    "Walter Ng'ang'a",
    "Achieng Wekesa",
    "Walter Nyambura Wekesa",
    "Nyambura Kipchoge Odhiambo",
]


def many_badges() -> list[Badge]:
    return [
        Badge(name, "Working Together · 17–18 November 2026", f"A-{n:02}", f"{n:04}-7KM2", f"B{n}")
        for n, name in enumerate(NAMES)
    ]


def many_cards() -> list[CertificateEntry]:
    return [
        replace(
            entry(n, name),
            hours_text=f"Hours attended: {n + 9} h 30" if n % 3 else "",
            expires_text="Valid until 31 December 2028",
        )
        for n, name in enumerate(NAMES)
    ]


def printed_badges() -> bytes:
    return badges(many_badges(), title="Badges", language="en", dated=DATED)


def printed_cards() -> bytes:
    return cards(WORDING, many_cards(), language="en", dated=DATED)


def words_of(pdf: bytes) -> dict[str, list[tuple[float, ...]]]:
    """Where each word stands, in points: left, upper, right, lower; pages one below the other."""
    read = subprocess.run(
        ["pdftotext", "-bbox", "-", "-"], input=pdf, capture_output=True, check=True
    ).stdout.decode()
    found: dict[str, list[tuple[float, ...]]] = {}
    for number, page in enumerate(read.split("<page ")[1:]):
        for *corners, word in re.findall(
            r'xMin="([-\d.]+)" yMin="([-\d.]+)" xMax="([-\d.]+)" yMax="([-\d.]+)">([^<]*)<', page
        ):
            x1, y1, x2, y2 = map(float, corners)
            below = number * 10_000
            found.setdefault(word, []).append((x1, y1 + below, x2, y2 + below))
    return found


def set_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PieceStamper, "content", lambda *_given: None)


@pytest.mark.parametrize("print_all", [printed_badges, printed_cards])
def test_every_word_stands_where_the_engine_would_set_it(print_all, monkeypatch):
    stamped = words_of(print_all())
    set_whole(monkeypatch)
    whole = words_of(print_all())
    assert {word: len(places) for word, places in stamped.items()} == {
        word: len(places) for word, places in whole.items()
    }
    for word, places in stamped.items():
        for place in places:
            nearest = min(
                whole[word],
                key=lambda other: sum(abs(a - b) for a, b in zip(place, other, strict=True)),
            )
            assert place == pytest.approx(nearest, abs=0.12), word


@pytest.mark.parametrize(
    ("print_all", "looks"),
    # Cards with hours, whatever their figures, and without; and of these with a name on two lines.
    [(printed_badges, 1), (printed_cards, 3)],
)
def test_names_are_put_into_what_was_laid_out_once(print_all, looks, monkeypatch):
    asked = []

    def counted(request, limits):
        asked.append([page["markup"] for page in request["pages"]])
        return render(request, limits)

    render = plate_store.render
    plate_store.plate_store.clear()
    monkeypatch.setattr(plate_store, "render", counted)
    first = print_all()
    # A full sheet, the sheet of the rest, and each look of a piece; nobody's name is in any.
    assert [len(pages) for pages in asked] == [2 + looks]
    assert not any(name in markup for name in NAMES for markup in asked[0])
    assert print_all() == first
    assert len(asked) == 1


def test_who_no_plate_can_set_is_set_by_the_engine_in_her_place_on_the_sheet(
    text_of, checked, monkeypatch
):
    asked = []

    def counted(request, limits):
        asked.append([page["drawn"].get("holder", "") for page in request["pages"]])
        return render(request, limits)

    render = plate_store.render
    monkeypatch.setattr(plate_store, "render", counted)
    names = ["Asali Mfano", "محمد علي", "Zawadi 🙂", "Neema Mfano"]
    made = badges(
        [Badge(name, number=f"N{n}") for n, name in enumerate(names)], title="Badges", language="en"
    )
    checked(made)
    assert asked[-1] == names[1:3]
    (page,) = text_of(made)
    assert [page.index(f"N{n}") for n in range(4)] == sorted(page.index(f"N{n}") for n in range(4))
    assert "محمد علي" in page


def test_each_code_is_called_by_its_number_and_lies_on_its_own_piece():
    with pikepdf.open(io.BytesIO(printed_badges())) as pdf:
        figures = [one for one in pdf.objects if isinstance(one, pikepdf.Dictionary)]
        figures = [one for one in figures if one.get("/S") == "/Figure"]
        assert [str(one.Alt) for one in figures] == [f"{n:04}-7KM2" for n in range(len(NAMES))]
        sheet = [one for one in figures if one.Pg.objgen == pdf.pages[0].objgen]
        boxes = [[float(side) for side in one.A.BBox] for one in sheet]
    assert len({(round(x1), round(y1)) for x1, y1, _x2, _y2 in boxes}) == 10
    for x1, y1, x2, y2 in boxes:
        assert (x2 - x1, y2 - y1) == pytest.approx((25 * 72 / 25.4,) * 2, abs=0.1)
        assert 0 < x1 < x2 < 596
        assert 0 < y1 < y2 < 842


def test_each_badge_is_an_article_whose_name_on_two_lines_is_one_piece_of_content():
    with pikepdf.open(io.BytesIO(printed_badges())) as pdf:
        (document,) = pdf.Root.StructTreeRoot.K
        assert [str(one.S) for one in document.K] == ["/Art"] * len(NAMES)
        first = [str(one.K[0].S) for one in document.K]
        assert {kind[:2] for kind in first} == {"/H"}
        content = pdf.pages[0].Contents.read_bytes()
    names = re.findall(rb"BDC BT [^/]*/\S+ [\d.]+ Tf (1 0 0 1 .*?) ET EMC", content)
    assert {name.count(b"TJ") for name in names} == {1, 2}
