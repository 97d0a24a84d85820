"""Which places stand in the bar of a desk and of a phone, and which one a page belongs to."""

from hypothesis import given
from hypothesis import strategies as st

from kash.platform.web.parts import in_the_bar, nearest


def test_few_places_all_stand_in_the_bar():
    assert in_the_bar([True, False, False, False, False]) == (set(range(5)), set(range(5)))
    assert in_the_bar([]) == (set(), set())


def test_the_next_in_order_fill_a_phone_beside_more():
    assert in_the_bar([False, False, True, False, False, True]) == (set(range(6)), {0, 1, 2, 5})


@given(st.lists(st.booleans(), max_size=16))
def test_the_bar_never_holds_more_than_seven_and_a_phone_five(first):
    row, phone = in_the_bar(first)
    assert len(row) + (len(row) < len(first)) == min(len(first), 7)
    assert len(phone) + (len(phone) < len(first)) == min(len(first), 5)
    assert phone <= row


@given(st.lists(st.booleans(), max_size=16))
def test_who_does_not_come_first_on_a_phone_never_displaces_who_does(first):
    row, phone = in_the_bar(first)
    assert all(first[number] for number in phone) or {n for n in row if first[n]} <= phone


def test_a_page_belongs_to_the_place_with_the_longest_beginning_of_its_address():
    places = [("/",), ("/workshops", "/w/h"), ("/w",), ("/certificates/", "/w/")]
    here = {
        path: nearest(places, path)
        for path in ("/", "/workshops/a/certificates", "/w/b", "/w/h", "/certificates", "/wx")
    }
    assert here == {
        "/": 0,
        "/workshops/a/certificates": 1,
        "/w/b": 3,
        "/w/h": 1,
        "/certificates": 3,
        "/wx": None,
    }
