import io
import zipfile
from dataclasses import replace

import pytest
import zxingcpp
from PIL import Image

from kash.platform.press import CertificateDesign, print_file, single_files, zip_file
from tests.platform.press.conftest import SIGNATORIES, WORDING, design, entry

HOSTILE = [
    "</script><b>bold</b>",
    "{{7*7}} {% x %} ${7*7}",
    "Wanjikũ Ng'ang'a-O’Brien & Sons <x>",
    "Mwanaidi Tumaini Rehema wa Kielelezo Sampuli",
    "a" * 200,
    "Kielelezo " * 20,
    "🙂👩🏾‍🏫 Zawadi",
    "محمد بن عبد الله",
    "שלום זוואדי",
    "\x00\x07\ud800\u202eZawadi\u2066\ufffe",
    "",
    "   ",
    "王小明",
    "Z̸̢͠a̴w̶a̵d̷i̶",
]


@pytest.mark.parametrize(("name", "signatories"), [("classic", 3), ("modern", 2), ("plain", 4)])
def test_each_design_says_what_it_was_given_and_nothing_else(
    name, signatories, text_of, checked, properties_of
):
    made = print_file(design(name, signatories), [entry(1), entry(2, "Asali Sampuli")])

    checked(made)
    signs = sorted(word for s in SIGNATORIES[:signatories] for word in (s.name, s.role))
    for page, (number, person) in zip(
        text_of(made), [(1, "Zawadi Kielelezo"), (2, "Asali Sampuli")], strict=True
    ):
        said = [
            WORDING.organisation,
            WORDING.heading,
            WORDING.subheading,
            WORDING.certify_line,
            person,
            "took part in Working Together, held on 17 and 18 November 2026.",
            "Issued on 20 November 2026",
            f"7KM2-QX4T-{number:03}",
            WORDING.check_line,
            *signs,
        ]
        # Small capitals are read back as capitals by some readers.
        assert sorted(" ".join(said).lower().split()) == sorted(page.lower().split())
    assert properties_of(made) == {
        "/Title": "Certificate of Participation – Working Together",
        "/Producer": "WeasyPrint 70.0",
        "/CreationDate": "D:20261120093000Z",
        "lang": "en",
        "marked": "True",
        "pdfua": "1",
    }


def test_one_page_each_in_order_and_progress_to_the_end(text_of):
    told = []
    entries = [entry(n, f"Person {n}") for n in range(12)]

    made = print_file(design(), entries, lambda done, total: told.append((done, total)))

    pages = text_of(made)
    assert [f"7KM2-QX4T-{n:03}" in page for n, page in enumerate(pages)] == [True] * 12
    assert told == sorted(told)
    assert told[-1] == (12, 12)


@pytest.mark.parametrize("name", ["classic", "modern", "plain"])
def test_no_name_breaks_a_page(name, text_of, checked):
    made = print_file(design(name), [entry(n, text) for n, text in enumerate(HOSTILE)])

    checked(made)
    pages = text_of(made)
    assert len(pages) == len(HOSTILE)
    for text in ("</script><b>bold</b>", "{{7*7}} {% x %} ${7*7}", HOSTILE[2], HOSTILE[3]):
        page = pages[HOSTILE.index(text)]
        assert text in page
    # Letters broken over two lines are the same letters.
    assert "".join(pages[4].split()).count("a" * 60) >= 1
    assert pages[5].count("Kielelezo") == 20
    assert "Zawadi" in pages[9]
    assert all("Chair" not in page and "Programme coordinator" in page for page in pages)


def test_every_other_text_is_escaped_too(text_of):
    evil = "<img src=x>&amp;</style>"
    marked = CertificateDesign(
        "classic",
        "en",
        replace(
            WORDING,
            heading=evil,
            subheading=evil,
            subheading_language='"><p>',
            certify_line=evil,
            organisation="Sample",
            check_line=evil,
        ),
        (SIGNATORIES[0], replace(SIGNATORIES[1], name=evil, role=evil)),
    )
    given = replace(entry(), serial=evil, body=f"for {evil}.", course_title=evil, date_text=evil)

    (page,) = text_of(print_file(marked, [given]))

    assert "".join(page.split()).count("".join(evil.split())) == 9


def test_files_and_zip_hold_what_the_print_file_holds(text_of, checked):
    entries = [entry(n, f"Person {n}") for n in range(3)]

    singles = dict(single_files(design("modern"), entries))
    packed = zip_file(design("modern"), entries)

    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        assert archive.namelist() == [f"7KM2-QX4T-{n:03}.pdf" for n in range(3)]
        assert {i.date_time for i in archive.infolist()} == {(2026, 11, 20, 9, 30, 0)}
        assert [archive.read(f"{s}.pdf") for s in singles] == list(singles.values())
    together = text_of(print_file(design("modern"), entries))
    assert [text_of(content) for content in singles.values()] == [[page] for page in together]
    checked(singles["7KM2-QX4T-001"])


def test_same_input_same_bytes_and_other_input_other_bytes():
    first = zip_file(design("classic"), [entry(1), entry(2)])
    assert zip_file(design("classic"), [entry(1), entry(2)]) == first
    printed = print_file(design("classic"), [entry(1), entry(2)])
    assert print_file(design("classic"), [entry(1), entry(2)]) == printed
    assert print_file(design("classic"), [entry(2), entry(1)]) != printed


def test_no_name_in_the_uncompressed_parts_of_a_file():
    made = print_file(design("classic"), [entry(1, "Zawadi Kielelezo")])
    assert b"Zawadi" not in made
    assert b"Mfano" not in made


@pytest.mark.parametrize("name", ["classic", "modern", "plain"])
def test_the_code_is_read_from_the_printed_page(name, picture_of):
    made = print_file(design(name, 3), [entry(7)])
    page = Image.open(io.BytesIO(picture_of(made, 200)))
    (read,) = zxingcpp.read_barcodes(page)
    assert read.text == "https://programme.example/verify/7KM2QX4T007"


def test_an_accent_takes_the_place_of_the_blue_green(picture_of):
    def colours(accent):
        made = print_file(replace(design("modern"), accent=accent), [entry()])
        page = Image.open(io.BytesIO(picture_of(made, 40))).convert("RGB")
        return {page.getpixel((80, y)) for y in range(90, 250)}

    assert (10, 84, 99) in colours(None)
    assert (10, 84, 99) not in colours("#7a1f3d")
    assert (122, 31, 61) in colours("#7a1f3d")


def test_a_design_that_cannot_be_is_refused():
    with pytest.raises(ValueError, match="no such certificate design"):
        CertificateDesign("gold", "en", WORDING, SIGNATORIES)
    with pytest.raises(ValueError, match="one to four"):
        CertificateDesign("plain", "en", WORDING, ())
    with pytest.raises(ValueError, match="#rrggbb"):
        CertificateDesign("plain", "en", WORDING, SIGNATORIES, accent="red;}</style>")
    with pytest.raises(ValueError, match="nothing to print"):
        print_file(design(), [])
    with pytest.raises(ValueError, match="same serial"):
        zip_file(design(), [entry(1), entry(1)])


@pytest.mark.parametrize("name", ["classic", "modern", "plain"])
def test_words_come_out_of_the_file_whole(name, text_of):
    [page] = text_of(print_file(design(name), [entry(1, "Zawadi Kielelezo")]))
    assert WORDING.organisation.casefold() in page.casefold()
    assert WORDING.heading.casefold() in page.casefold()


def test_a_logo_is_printed_and_read_aloud_by_its_owner(text_of, checked):
    import base64

    made = io.BytesIO()
    Image.new("RGB", (120, 60), "navy").save(made, "PNG")
    address = "data:image/png;base64," + base64.b64encode(made.getvalue()).decode()
    plain = print_file(design("plain"), [entry(1, "Zawadi Kielelezo")])
    with_logo = print_file(replace(design("plain"), logo=address), [entry(1, "Zawadi Kielelezo")])
    checked(with_logo)
    assert b"/Image" in with_logo
    assert b"/Image" not in plain
    assert text_of(with_logo) == text_of(plain)
