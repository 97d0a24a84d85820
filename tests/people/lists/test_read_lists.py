"""Lists that are read whole: how many people one may hold, and what its page offers."""

import re

import pytest

from kash.people.lists import previews as rows_read
from kash.people.lists.files import MOST_ROWS, FileUnreadable, read_file
from kash.people.models import Group, Person
from kash.platform.database import db
from tests.people.lists.conftest import confirm, preview_of, states
from tests.people.lists.formats import make, workbook
from tests.people.lists.test_pages import said


def test_five_thousand_people_are_five_thousand_whatever_stands_between_them(
    trainer, bring, group, monkeypatch
):
    assert MOST_ROWS == 5_000
    rows = [f"{at};Mfano Jaribio{at};Kondele" for at in range(1, 31)]
    pages = ["No;Name;Ward", *rows[:15], ";TOTAL;15", "Page 1 of 2", "No;Name;Ward", *rows[15:]]
    monkeypatch.setattr(rows_read, "MOST_ROWS", 30)
    made = bring(trainer, "\n".join(pages), group=group)
    assert preview_of(made, trainer).counts["all"] == 30
    monkeypatch.setattr(rows_read, "MOST_ROWS", 29)
    with pytest.raises(FileUnreadable) as problem:
        bring(trainer, "\n".join(pages), group=group)
    assert str(problem.value) == "This list has more than 5,000 people. Bring it in parts."


def test_a_file_of_five_thousand_people_and_their_headings_is_opened(app):
    page = "No;Name\n" + "".join(f"{at};Mfano\n" for at in range(20)) + ";TOTAL\n"
    (sheet,) = read_file((page * 250).encode()).sheets
    assert len(sheet.rows) == 250 * 22


def test_names_in_capitals_are_written_as_names_once_that_is_chosen(browser, trainer, bring, group):
    text = "Name;Code;Phone\nMWANGI NG'ANG'A;K-1;071\nAmani Mfano;K-2;\nSINEAD O'BRIEN;K-3;\n"
    made = bring(trainer, text, group=group)
    page = f"/people/lists/{made}"
    words = said(browser.get(page))
    assert "Names in capitals, in small letters or surname first: 2" in words
    assert "MWANGI NG&#39;ANG&#39;A → Mwangi Ng&#39;ang&#39;a ; SINEAD O&#39;BRIEN" in words
    names = [row.outcome.placed.row.name for row in preview_of(made, trainer).rows]
    assert names == ["MWANGI NG'ANG'A", "Amani Mfano", "SINEAD O'BRIEN"]
    browser.post(f"{page}/columns", data={"capitals": "as names"})
    assert "They are written as names now." in said(browser.get(page))
    # What is typed anew for another field leaves the name as it was chosen.
    browser.post(f"{page}/rows/2", data={"phone": "0712345678"})
    names = [row.outcome.placed.row.name for row in preview_of(made, trainer).rows]
    assert names == ["Mwangi Ng'ang'a", "Amani Mfano", "Sinead O'Brien"]
    confirm(made, trainer)
    db.session.rollback()
    assert sorted(row.chosen_name for row in db.session.query(Person)) == sorted(names)


def test_names_stay_in_capitals_if_that_is_taken_back(browser, trainer, bring, group):
    made = bring(trainer, "Name;Code\nMWANGI SIMIYU;K-1\n", group=group)
    for capitals in ("as names", "as they are"):
        browser.post(f"/people/lists/{made}/columns", data={"capitals": capitals})
    assert [row.outcome.placed.row.name for row in preview_of(made, trainer).rows] == [
        "MWANGI SIMIYU"
    ]


def test_a_line_that_looked_like_nobody_is_taken_in_as_a_person(browser, trainer, bring, group):
    made = bring(trainer, "Name;Code\nAmani Mfano;K-1\nPolice;\nTrainer;\n", group=group)
    page = f"/people/lists/{made}"
    assert [(each.number, each.text) for each in preview_of(made, trainer).skipped] == [
        (3, "Police"),
        (4, "Trainer"),
    ]
    words = said(browser.get(page))
    assert "Lines that are no people: 2" in words
    assert browser.post(f"{page}/rows/3", data={}).status_code == 303
    assert browser.post(f"{page}/rows/99", data={}).status_code == 404
    preview = preview_of(made, trainer)
    assert (states(preview), [each.number for each in preview.skipped]) == (
        {2: "new", 3: "new"},
        [4],
    )
    assert preview.row(3).outcome.placed.row.name == "Police"  # type: ignore[union-attr]


def test_a_name_that_stands_alone_is_a_person_once_somebody_says_so(browser, trainer, bring, group):
    rows = [f"{at};Mfano Jaribio{at};Kondele" for at in range(1, 10)]
    text = "\n".join(["No;Name;Ward", ";KANYAKWAR;", *rows])
    made = bring(trainer, text, group=group)
    assert states(preview_of(made, trainer))[2] == "wrong"
    browser.post(f"/people/lists/{made}/rows/2", data={"name": "KANYAKWAR"})
    assert states(preview_of(made, trainer))[2] == "new"


def test_rows_of_a_list_beside_another_are_decided_and_told_by_their_place(
    browser, trainer, bring, group
):
    head = ["No", "Name", "Phone"]
    rows: list[list[object]] = [
        [*head, "", *head],
        [1, "Amani Mfano", "0712345678", "", 3, "Zawadi Mfano", "071"],
        [2, "Baraka Mfano", "0712345679"],
    ]
    made = bring(trainer, workbook(rows), "list.xlsx", group)
    page = f"/people/lists/{made}"
    assert states(preview_of(made, trainer)) == {2: "new", 3: "new", 100_002: "wrong"}
    body = browser.get(page)
    assert "2 (list 2)" in said(body)
    address = re.search(r'action="([^"]+/rows/100002)"', body.text)
    assert address is not None
    browser.post(address[1], data={"phone": "0712345670"})
    confirm(made, trainer)
    db.session.rollback()
    assert db.session.query(Person).count() == 3
    report = browser.get(f"{page}/report").data.decode("utf-8-sig").splitlines()
    assert [line.split(",")[0] for line in report] == ["Row", "2", "3", "2 (list 2)"]


def test_whoever_stands_below_a_title_of_her_group_is_never_put_into_the_other(
    browser, trainer, bring
):
    text = "No;Name;Phone\nPOLICE OFFICERS;;\n1;Amani Mfano;071\nCOMMUNITY;;\n1;Zawadi Mfano;\n"
    made = bring(trainer, text)
    preview = preview_of(made, trainer)
    letters = {each.public_id: each.letter for each in db.session.query(Group)}
    assert [letters[each.placed.group] for each in preview.outcomes] == ["A", "B"]
    words = said(browser.get(f"/people/lists/{made}"))
    assert "Amani Mfano Police" in words
    assert "Zawadi Mfano Community" in words


def test_35_and_over_is_kept_of_a_person_and_said_on_her_page(browser, trainer, bring, group):
    made = bring(trainer, "Name;Age bracket\nAmani Mfano;35+\n", group=group)
    confirm(made, trainer)
    db.session.rollback()
    person = db.session.query(Person).one()
    assert (person.age_band, person.minor) == ("35-plus", False)
    assert "35 and over" in said(browser.get(f"/people/{person.public_id}"))


def test_rows_of_several_lines_are_told_on_the_page(browser, trainer, bring, group):
    text = 'Name,Address,Phone,Ward\nAmani,"P.O. Box 7,\nKisumu",0712345678,Kondele\nTatu,,,\n'
    made = bring(trainer, text, group=group)
    words = said(browser.get(f"/people/lists/{made}"))
    assert "Some rows take several lines: 2." in words


def test_the_few_columns_about_a_person_are_in_sight_among_two_hundred(
    browser, trainer, bring, group
):
    form = make("kobo_with_questions_in_200_columns", 0)
    made = bring(trainer, form.content, "list.xlsx", group)
    page = browser.get(f"/people/lists/{made}").text
    before, _summary, behind = page.partition("Columns left out: 196")
    named = re.compile(r'name="column-(\d+)"')
    assert named.findall(before) == ["17", "64", "140", "188"]
    assert len(named.findall(behind)) == 196


def test_a_blank_column_is_not_asked_about(browser, trainer, bring, group):
    made = bring(trainer, "No;;Name;;Phone\n1;;Amani Mfano;;0712345678\n", group=group)
    page = browser.get(f"/people/lists/{made}").text
    assert re.findall(r'name="column-(\d+)"', page) == ["0", "2", "4"]
