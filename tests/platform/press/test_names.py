"""Names as they come: read back as they are, set smaller where they must be, with their codes."""

import io
import random
import re
import subprocess
import unicodedata
from dataclasses import replace

import pikepdf
import pytest
import zxingcpp
from PIL import Image

from kash.platform.press import child_process, print_file, single_files
from kash.platform.press.markup import one_line
from tests.platform.press.conftest import design, entry
from tests.profile import usual_or_long

FIRST = (
    *("Achieng", "Wanjikũ", "Zoë", "Amina", "Jürgen", "Chloé", "Nyambura", "Łukasz", "Fátima"),
    *("Kipchoge", "Aïssatou", "Søren", "Mwangi", "Ngũgĩ", "AVA", "Tolu", "Walter", "Yvonne"),
    *("François", "Affia", "Effie", "Fjola", "Thandiwe"),
)
LAST = (
    *("Otieno", "Ng'ang'a", "Müller", "Nguyễn", "Văn-Vũ", "Wambui", "Åkesson", "Odhiambo"),
    *("Kamau", "Wekesa", "Okoth", "Muthoni", "Traoré", "Toroitich", "AVATAR", "Fjeld", "Çelik"),
    *("Vasquez", "O’Brien", "Offiong", "Wafula", "Tchaikovsky"),
)
SCRIPTS = [
    "محمد بن عبد الله",
    "שלום זוואדי",
    "אבגדה ווזח",
    "አበበ ቢቂላ",
    "ትዕግስት ወልደ",
    "अर्जुन शर्मा",
    "प्रिया कुमारी",
    "王小明",
    "李娜",
    "山田たろう",
    "김철수",
    "Иван Петров",
    "สมชาย ใจดี",
    "தமிழ் செல்வி",
    "বাংলা রহমান",
    "Αλέξανδρος Ιωάννου",
]
ODD = [
    "🙂👩🏾‍🏫 Zawadi",
    "🇰🇪 Amani",
    "́̂̃",
    "Z̸̢͠a̴w̶a̵d̷i̶",
    "Ọ̀ṣun Adẹ́bayọ̀",
    "X̣́ Stacked",
    "Zawadi\x00\x07\x1b Kielelezo",
    "\u202eZawadi\u202c Kielelezo",
    "</script><b>bold</b>",
    "{{7*7}} {% x %} ${7*7}",
    "'; DROP TABLE person; -- x",
    "\\u0041 \\(x) /Name <</A>>",
    "(unbalanced ((",
    "5 0 R obj endobj",
    "%PDF-1.7 %%EOF",
    "Wanjikũ Ng'ang'a-O’Brien & Sons <x>",
    "Mwanaidi Tumaini Rehema wa Kielelezo Sampuli",
    "a" * 200,
    "Kielelezo " * 20,
    "i" * 120,
    "W" * 60,
    "ﬁ ﬂ ﬀ ligatures",
    "Ⅻ ½ ™ № ℃",
    "Zoë\u200bZ\u200dQ",
    "tab\tand\nline",
    "non\u00a0breaking\u202fspaces",
    "“quoted” ‹names› «too» …",
    "ALL CAPITALS OF A LONG NAME INDEED",
    "l'Ho\u0302pital d\u2019E\u0301vry",
    "ß ẞ ſ ŉ ǅ Ĳ",
]


def random_names(count: int) -> list[str]:
    chosen = random.Random(11)
    names = []
    for _ in range(count):
        middle = [chosen.choice(FIRST)] if chosen.random() < 0.4 else []
        names.append(" ".join([chosen.choice(FIRST), *middle, chosen.choice(LAST)]))
    return names


def adversarial_names(count: int) -> list[str]:
    chosen = random.Random(5)
    names = SCRIPTS + ODD
    mixed = [
        f"{chosen.choice(FIRST)} {chosen.choice(names)[:20]} {chosen.choice(LAST)}"
        for _ in range(count - len(names))
    ]
    return names + mixed


def read_back(text: str) -> str:
    """What is compared: composed, without white space and marks of direction."""
    bare = re.sub("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]", "", one_line(text))
    return "".join(unicodedata.normalize("NFC", bare).split())


def test_every_name_is_read_back_as_it_is_and_none_is_drawn_as_boxes(text_of, checked):
    names = random_names(usual_or_long(100, 300)) + adversarial_names(100)
    made = print_file(design("plain"), [entry(n % 1000, name) for n, name in enumerate(names)])
    checked(made)
    pages = text_of(made)
    assert len(pages) == len(names)
    lost = [
        number
        for number, (name, page) in enumerate(zip(names, pages, strict=True))
        if read_back(name) not in read_back(page)
    ]
    assert lost == []
    with pikepdf.open(io.BytesIO(made)) as pdf:
        for page in pdf.pages:
            for font in page.Resources.Font.values():
                # The engine maps glyphs that no font has through an encoding of its own.
                assert font.Encoding == pikepdf.Name("/Identity-H")


def test_many_codes_are_read_from_the_rendered_pages():
    letters = random.Random(3)
    payloads = [
        "HTTPS://PROGRAMME.EXAMPLE/V#" + "".join(letters.choices("ABCDEFGH234567", k=190))
        for _ in range(usual_or_long(100, 300))
    ]
    entries = [
        replace(entry(number), qr=payload, serial=f"S-{number}")
        for number, payload in enumerate(payloads)
    ]
    made = print_file(design("plain"), entries)
    strips = subprocess.run(
        # Only the corner that holds the code is drawn.
        ["pdftoppm", "-gray", "-r", "110", "-x", "90", "-y", "540", "-W", "230", "-H", "290", "-"],
        input=made,
        capture_output=True,
        check=True,
    ).stdout
    read = []
    pictures = io.BytesIO(strips)
    for _ in payloads:
        assert pictures.readline() == b"P5\n"
        width, height = map(int, pictures.readline().split())
        pictures.readline()
        page = Image.frombytes("L", (width, height), pictures.read(width * height))
        read += [code.text for code in zxingcpp.read_barcodes(page)]
    assert read == payloads


@pytest.mark.parametrize("name", ["classic", "modern", "plain"])
def test_a_name_is_set_smaller_and_then_on_two_lines(name, text_of, monkeypatch):
    children = []
    started = child_process._started
    monkeypatch.setattr(child_process, "_started", lambda: children.append(1) or started())
    list(single_files(design(name), [entry(1)]))
    asked = len(children)
    shorter = "Mwanaidi Tumaini Rehema wa Kielelezo"
    ((_, made),) = single_files(design(name), [entry(1, shorter)])
    assert len(children) == asked
    assert shorter in text_of(made)[0]
    longer = f"{shorter} Sampuli ya Mfano wa Majaribio ya Jina Refu Kabisa"
    ((_, made),) = single_files(design(name), [entry(1, longer)])
    assert len(children) == asked + 1
    assert longer in text_of(made)[0]
