import io
import re
from pathlib import Path

import pikepdf
import pytest
import zxingcpp
from PIL import Image

from kash.platform.press import PagedDocument, document, qr_svg
from tests.platform.press.conftest import DATED, samples

KINDS = ["register", "minutes", "guide", "handout", "names", "cards", "plain"]


def paged(kind="plain", html="<h1>Text</h1>", **others):
    given = {"page_count": "Page {page} of {pages}", "dated": DATED} | others
    return PagedDocument(html, "Document", "en", kind, **given)


def words_of(markup):
    without_remarks = re.sub(r"<!--.*?-->", "", markup)
    return re.sub(r"<[^>]+>", " ", without_remarks).split()


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_prints_every_word_of_its_sample(kind, text_of, checked, properties_of):
    made = document(paged(kind, samples()[kind], footer_left="Kept 5 years"))

    checked(made)
    pages = text_of(made)
    # List markers and the foot are the only words that the sample doesn't hold.
    added = ["•"] if kind == "handout" else ["1.", "2."] if kind == "plain" else []
    for number in range(1, len(pages) + 1):
        added += f"Kept 5 years Page {number} of {len(pages)}".split()
    if kind == "guide":
        # Contents on page 2 count page 4; the title of the session runs on page 5. Page 1 has no
        # number.
        added += ["4", "1.1", "Opening", "and", "ground", "rules"]
        for word in ["Page", "1", "of", "5"]:
            added.remove(word)
    assert sorted(" ".join(pages).split()) == sorted(words_of(samples()[kind]) + added)
    properties = properties_of(made)
    assert (properties["/Title"], properties["lang"]) == ("Document", "en")
    assert (properties["marked"], properties["pdfua"]) == ("True", "1")


def test_a_session_begins_on_a_left_page_and_what_faces_it_goes_on(text_of):
    session = samples()["guide"].partition("</section>")[2]
    made = document(paged("guide", samples()["guide"] + session, header_left="Working Together"))
    pages = text_of(made)
    assert [page.count("Whoever has spoken") for page in pages] == [0, 0, 0, 1, 0, 1, 0]
    assert [page.count("Nobody has to say") for page in pages] == [0, 0, 0, 0, 1, 0, 1]
    assert ["Working Together" in page for page in pages] == [True, True, False] + [True, False] * 2


def test_samples_are_there_for_every_kind():
    assert sorted(samples()) == sorted(KINDS)


def test_a_register_repeats_its_head_and_code_on_every_page(text_of, picture_of):
    row = (
        '<tr><td class="num">9</td><td>Asali</td><td></td><td></td><td></td><td></td><td></td></tr>'
    )
    code = qr_svg("https://programme.example/r/7KM2", label="QR")
    html = (
        samples()["register"]
        .replace("<!-- qr -->", code)
        .replace("</tbody>", row * 27 + "</tbody>")
    )
    made = document(
        paged("register", html, page_format="A4-landscape", page_count="Sheet {page} of {pages}")
    )

    pages = text_of(made)
    assert [page.count("R-7KM2-1 Sheet number") for page in pages] == [1, 1, 1]
    assert [page.count("Sign-in sheet A") for page in pages] == [1, 1, 1]
    assert [f"Sheet {n} of 3" in page for n, page in enumerate(pages, 1)] == [True] * 3
    assert sum(page.count("Asali") for page in pages) == 28
    picture = Image.open(io.BytesIO(picture_of(made, 200)))
    assert picture.width > picture.height
    assert [read.text for read in zxingcpp.read_barcodes(picture)] == [
        "https://programme.example/r/7KM2"
    ]


def test_two_sheets_keep_their_own_heads(text_of):
    sheet = samples()["register"]
    made = document(paged("register", sheet + sheet.replace("sheet A", "sheet B")))
    assert [("sheet A" in page, "sheet B" in page) for page in text_of(made)] == [
        (True, False),
        (False, True),
    ]


def test_headers_run_from_the_second_page(text_of):
    html = "<p>Words.</p>" * 120
    made = document(
        paged(html=html, header_left='Left "x" \\ </style>', header_right="Right {page}")
    )
    first, *others = text_of(made)
    assert "Left" not in first
    assert others
    for page in others:
        assert page.startswith('Left "x" \\ </style> Right {page} Words.')


@pytest.mark.parametrize(
    "address",
    [
        "file:///etc/hostname",
        "http://127.0.0.1:9/x.png",
        "press:../child.py",
        "press:documents.css/../../child.py",
        "ftp://127.0.0.1/x",
        "relative.png",
    ],
)
def test_addresses_elsewhere_are_left_out(address, text_of):
    html = (
        f'<p>Before</p><img src="{address}" alt=""><link rel="attachment" href="{address}">'
        f'<link rel="stylesheet" href="{address}"><style>@import "{address}";'
        f'p {{ background: url("{address}") }}</style><p>After</p>'
    )
    made = document(paged(html=html))
    assert text_of(made) == ["Before After Page 1 of 1"]
    assert b"EmbeddedFile" not in made


def test_a_page_without_printable_characters_still_prints(text_of):
    made = document(paged(html="<p>\x00a\x0b\ud800b\ufffe</p>", footer_left="\x00\ud800\n}"))
    assert text_of(made) == ["ab } Page 1 of 1"]


def test_same_document_same_bytes():
    first = document(paged("minutes", samples()["minutes"]))
    assert document(paged("minutes", samples()["minutes"])) == first
    assert document(paged("minutes", samples()["minutes"] + "<p>x</p>")) != first


def test_kinds_and_formats_that_do_not_exist_are_refused():
    with pytest.raises(ValueError, match="no such kind"):
        paged("poster")
    with pytest.raises(ValueError, match="no such page format"):
        paged(page_format="A0")


def test_a_watermark_lies_below_every_page_and_is_not_read_aloud(text_of, checked):
    mark = "Printed by <Amani> & co, 25 Nov 2026"
    html = "<p>A line</p>" * 120
    made = document(paged(html=html, footer_left="Foot", watermark=mark))

    checked(made)
    plain = document(paged(html=html, footer_left="Foot"))
    assert len(text_of(made)) == len(text_of(plain)) > 1
    with pikepdf.open(io.BytesIO(made)) as pdf:
        for page in pdf.pages:
            content = b"".join(
                part.read_bytes() for part in
                (page.Contents if isinstance(page.Contents, pikepdf.Array) else [page.Contents])
            )  # fmt: skip
            assert content.lstrip().startswith(b"/Artifact BMC q /KashBackground")
    assert document(paged(html=html, footer_left="Foot", watermark=mark)) == made


def test_the_columns_of_no_table_are_wider_than_its_page_so_that_none_lies_on_another():
    """A column without a width has what the others leave, and that may be nothing."""
    page, least, tables, wide = 170, 15, 0, []
    for path in (Path(__file__).parents[3] / "templates").rglob("*.html"):
        for row in re.findall(r"<tr>(<th.*?)</tr>", path.read_text("utf-8"), re.S):
            given = [re.search(r'class="w(\d+)\b', one) for one in re.findall(r"<th\b[^>]*>", row)]
            tables += any(given)
            taken = sum(int(one[1]) if one else least for one in given)
            if any(given) and taken > page:
                wide.append(f"{path.name}: {taken} mm")
    assert tables > 10
    assert wide == []
