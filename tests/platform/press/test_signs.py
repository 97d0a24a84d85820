import pytest
from hypothesis import given
from hypothesis import strategies as st

from kash.platform.press import joined_signs, without_joined_signs

TEACHER, FAMILY, FLAG, KEYCAP = "👩🏾‍🏫", "👨‍👩‍👧‍👦", "🇰🇪", "1️⃣"


@pytest.mark.parametrize(
    ("name", "signs", "left"),
    [
        (f"{TEACHER} Zawadi", [TEACHER], "Zawadi"),
        (f"Zawadi {FAMILY} Sampuli", [FAMILY], "Zawadi Sampuli"),
        (f"Amani{FLAG}", [FLAG], "Amani"),
        (f"{KEYCAP} Baraka 👍🏿", [KEYCAP, "👍🏿"], "Baraka"),
        ("🏴󠁧󠁢󠁳󠁣󠁴󠁿 Neema ❤️‍🔥", ["🏴󠁧󠁢󠁳󠁣󠁴󠁿", "❤️‍🔥"], "Neema"),
        # One sign that fonts have is printed.
        ("Zawadi 🙂", [], "Zawadi 🙂"),
        ("Zawadi ❤️", [], "Zawadi ❤️"),
        ("Ng'ang'a #1", [], "Ng'ang'a #1"),
        ("अर्जुन शर्मा", [], "अर्जुन शर्मा"),
    ],
)
def test_what_no_font_prints_as_one_sign_is_left_out_and_told(name, signs, left):
    assert joined_signs(name) == signs
    assert without_joined_signs(name) == left


@given(st.text(alphabet=f"{TEACHER}{FAMILY}{FLAG}{KEYCAP}ab ẹ́\u200d", max_size=12))
def test_nothing_is_left_out_twice_and_no_letter_ever(name):
    left = without_joined_signs(name)
    assert joined_signs(left) == []
    assert [one for one in left if one.isalpha()] == [one for one in name if one.isalpha()]
