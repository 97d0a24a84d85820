"""Forms to download: other tools make forms of them without a warning, and what comes back is read
without a question."""

import io

import pytest
from pyxform.xls2xform import convert

from kash.exchange.kobo.documents import XlsForm, registration_form, sheets_of, workbook_of
from kash.people.lists.rules.headings import LEFT_OUT, field_by_heading
from kash.people.models import Group, Organisation

pytestmark = pytest.mark.any_engine


def _group(*, police: bool) -> Group:
    return Group(id=1, public_id="g" * 12, name="Police", letter="A", is_police=police)


def _places() -> list[Organisation]:
    return [Organisation(id=1, public_id="o" * 12, name="Kisumu Central & Sons", group_id=None)]


@pytest.mark.parametrize("police", [True, False])
@pytest.mark.parametrize("places", [_places(), []], ids=["places", "none"])
def test_a_form_compiles_without_a_warning_in_both_languages(app, police, places):
    with app.test_request_context():
        form = registration_form(_group(police=police), places)
        content = workbook_of(form)
    warnings: list[str] = []
    made = convert(io.BytesIO(content), warnings=warnings, file_type=".xlsx")
    assert warnings == []
    assert 'lang="English (en)"' in made.xform
    assert "Jina" in made.xform
    assert "Police" not in made.xform


def test_every_question_of_a_form_is_a_heading_that_a_list_knows(app):
    with app.test_request_context():
        for police in (True, False):
            for question in registration_form(_group(police=police), _places()).questions:
                field, alike = field_by_heading(question.name)
                assert field not in ("", LEFT_OUT), question.name
                assert alike >= 90, question.name


def test_a_form_has_another_version_as_soon_as_it_asks_something_else(app):
    with app.test_request_context():
        one, two = (registration_form(_group(police=True), some) for some in (_places(), []))
        again = registration_form(_group(police=True), _places())
    assert one.version != two.version
    assert one == again


def test_a_form_says_by_which_name_phones_know_it():
    assert sheets_of(XlsForm("people", "People", "v7", ()))["settings"] == [
        ["form_title", "form_id", "version", "default_language"],
        ["People", "people", "v7", "English (en)"],
    ]
