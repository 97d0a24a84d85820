"""Amounts of money, as they are typed and as they are read."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from kash.platform.web.fields import MoneyField, typed_money
from kash.platform.web.formats import money_text
from kash.platform.web.forms import KashForm


class Paying(KashForm):
    """One amount."""

    amount = MoneyField("Amount")


@pytest.fixture
def context(app):
    with app.test_request_context(method="POST"):
        yield


def read(typed: str) -> Paying:
    form = Paying(MultiDict({"amount": typed}))
    form.validate()
    return form


@pytest.mark.parametrize(
    ("typed", "cents"),
    [
        ("1500", 150000),
        ("1,500.50", 150050),
        (" 1 500 ", 150000),
        ("Ksh 200", 20000),
        ("KES200/=", 20000),
        ("0", 0),
        ("0.5", 50),
        ("", None),
        ("   ", None),
    ],
)
def test_an_amount_is_read_as_cents(context, typed, cents):
    form = read(typed)
    assert (form.errors, form.amount.data) == ({}, cents)


@pytest.mark.parametrize("typed", ["a lot", "-5", "1.234", "1e3", "١٥", "9" * 9, "5 USD", "."])
def test_anything_else_is_refused_and_stays_on_the_page(context, typed):
    form = read(typed)
    assert form.amount.errors == ["This is not an amount. It looks like 1500 or 1500.50."]
    assert form.amount.data is None
    assert form.amount._value() == typed


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 99_999_999_99))
def test_what_is_shown_reads_back_as_the_same(context, cents):
    assert read(typed_money(cents)).amount.data == cents
    assert read(money_text(cents)).amount.data == cents


def test_amounts_are_read_with_their_thousands(context):
    assert [money_text(cents) for cents in (0, 150000, 123456789, None)] == [
        "0",
        "1,500",
        "1,234,567.89",
        "",
    ]
