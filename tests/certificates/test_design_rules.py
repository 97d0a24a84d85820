"""What decides about designs: fields of a sentence, colours, readiness, and what held when."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kash.certificates.rules.designs import (
    DesignContent,
    Signer,
    SignerKind,
    Spell,
    Words,
    content_from,
    contrast,
    filled_sentence,
    held_at,
    longest,
    unknown_fields,
)
from kash.certificates.rules.issuing import Lack, lacks_of, left_empty
from kash.platform.press.certificate_values import OwnDesign
from kash.platform.press.designs import FIELDS, MOST_ELEMENTS, examined, filled_in, filled_style

colours = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")
some = st.sampled_from(("", "Cheti", "[title]", "é<&>"))
words = st.builds(Words, some, some, some)
contents = st.builds(
    DesignContent,
    base=st.sampled_from(("classic", "own")),
    accent=st.one_of(st.just(""), colours),
    words=st.dictionaries(st.sampled_from(("en", "sw")), words),
    signers=st.lists(st.builds(Signer, st.sampled_from(SignerKind), name=some), max_size=4).map(
        tuple
    ),
    pictures=st.dictionaries(st.sampled_from(("sun", "moon")), st.just("x")),
)


@given(contents)
def test_a_content_comes_back_from_its_json(content):
    import json

    assert content_from(json.loads(json.dumps(content.as_json()))) == content


def test_the_digest_of_what_was_approved_stays_whatever_the_order_of_its_parts():
    parts = {"en": Words("A"), "sw": Words("Cheti \u201ckwa\u201d")}
    pictures = {"moon": "a" * 16, "sun": "b" * 16}
    turned = DesignContent(
        words=dict(reversed(parts.items())), pictures=dict(reversed(pictures.items()))
    )
    kept = "01be35abeb94e70be8bafff2fa840b7c4a75cdee8dc6619a9d9005c866980038"
    assert DesignContent(words=parts, pictures=pictures).digest == kept
    assert turned.digest == kept


@given(st.text(), st.text())
def test_what_is_filled_in_is_never_filled_in_again(title, days):
    filled = filled_sentence("[title]|[days]", {"title": title, "days": days})
    assert filled == f"{title}|{days}"


def test_unknown_fields_are_named():
    assert unknown_fields("took [titel] in [title] {{7*7}} [ days ]") == ["titel", " days "]


@given(colours, colours)
def test_contrast_is_the_same_both_ways(one, other):
    assert 1.0 <= contrast(one, other) <= 21.0
    assert contrast(one, other) == contrast(other, one)


def test_contrast_of_known_pairs():
    assert contrast("#000000") == pytest.approx(21)
    # The lightest grey that WCAG lets stand on white.
    assert contrast("#767676") == pytest.approx(4.54, abs=0.01)
    assert contrast("#0a5463") > 8


_T = datetime(2026, 11, 20, tzinfo=UTC)


@given(st.integers(-5, 5), st.one_of(st.none(), st.integers(-5, 5)), st.integers(-5, 5))
def test_what_was_withdrawn_stays_on_what_was_issued_before(since, until, at):
    spell = Spell(_T + timedelta(days=since), None if until is None else _T + timedelta(days=until))
    issued = _T + timedelta(days=at)
    assert held_at(spell, issued) == (since <= at and (until is None or at < until))
    assert held_at(spell, None) == (until is None)


def test_the_longest_name_is_the_widest():
    assert longest(["Zawadi", "Mwanaidi Mwamwema", "iiiiiiiiiiiiiiiiii"]) == "Mwanaidi Mwamwema"
    assert longest([]) == ""


_GOOD = (
    '<p data-field="name"></p><p data-field="serial">x</p><img data-field="qr" alt="">'
    '<p>5 &lt; 6 &amp; more</p><img src="image:sun" alt="">'
)


def _own(html: str = _GOOD, css: str = "", **more: object) -> DesignContent:
    return DesignContent(base="own", html=html, css=css, pictures={"sun": "k"}, **more)  # type: ignore[arg-type]


def test_a_design_of_ones_own_that_is_fine():
    assert lacks_of(_own(css="p { background: url(image:sun); }")) == ()


@pytest.mark.parametrize(
    ("html", "css", "lack"),
    [
        ("<script>alert(1)</script>", "", Lack("element", "script")),
        ("<style>p{}</style>", "", Lack("element", "style")),
        ("<!doctype html>", "", Lack("element", "!doctype")),
        ('<p onclick="x">a</p>', "", Lack("attribute", "onclick")),
        ('<p style="color:red">a</p>', "", Lack("attribute", "style")),
        ('<img src="https://example.org/a.png">', "", Lack("address", "https://example.org/a.png")),
        ('<img src="data:image/svg+xml,x">', "", Lack("address", "data:image/svg+xml,x")),
        ('<img src="image:moon">', "", Lack("unknown_image", "moon")),
        ('<p data-field="rank"></p>', "", Lack("unknown_field", "rank")),
        ('<p data-field=""></p>', "", Lack("unknown_field", "")),
        ('<p data-field="name"></p>', "", Lack("field_twice", "name")),
        ('<p data-field="logo"></p>', "", Lack("no_picture", "logo")),
        ('<p data-field="signatures"></p>', "", Lack("no_block", "signatures")),
        ('<p data-field="seal">', "", Lack("unclosed", "p")),
        ("</div>", "", Lack("unclosed", "div")),
        ("", "p { background: url('//example.org/x') }", Lack("address", "//example.org/x")),
        ("", '@import "x";', Lack("style", "@import")),
        ("", "a</style><script>", Lack("style", "<")),
        ("", "p { background: \\75rl(x) }", Lack("style", "\\")),
        ("<i>a</i>" * (MOST_ELEMENTS + 1), "", Lack("too_long")),
        ("", "x" * 70_000, Lack("too_long")),
        ('<p data-field="body_second"></p>', "", Lack("empty", "body_second")),
    ],
)
def test_what_is_wrong_with_ones_own_design_is_listed(html, css, lack):
    assert lack in lacks_of(_own(_GOOD + html, css, bilingual=False))


def test_required_fields_that_are_missing_are_listed():
    assert [one.what for one in lacks_of(_own("<p>nothing</p>"))] == ["name", "serial", "qr"]


def test_fields_that_a_batch_leaves_empty_are_listed():
    content = _own(_GOOD + '<p data-field="expires"></p><div data-field="marks"></div>')
    assert left_empty(content, {"marks"}) == (Lack("empty", "expires"),)
    assert left_empty(content, {"marks", "expires"}) == ()
    assert left_empty(DesignContent(), ()) == ()


@given(st.text(), st.sampled_from(FIELDS))
def test_what_a_field_holds_never_becomes_markup(text, name):
    from kash.platform.press.markup import escaped

    html = '<b data-field="name">sample</b>'
    filled = filled_in(OwnDesign(html, ""), {"name": escaped(text)}, {}, {})
    assert filled.count("<") == 2
    assert filled == f'<b data-field="name">{escaped(text)}</b>'


def test_what_is_not_taken_never_reaches_a_page():
    own = OwnDesign(
        '<script>x()</script><p onclick="y()">a</p><iframe src="z"></iframe><img src="file:///k">',
        "p { background: url(https://example.org/x) }",
    )
    assert examined(own)[0]
    assert filled_in(own, {}, {}, {}) == "x()<p>a</p><img>"
    assert "example.org" not in filled_style(own)
