"""The frame, the macros and the error pages, drawn without the rest of the programme."""

import gzip
import re
from pathlib import Path
from types import SimpleNamespace

import pytest
from flask import Flask, g, render_template, render_template_string
from flask_babel import Babel
from flask_wtf import CSRFProtect, FlaskForm
from jinja2 import StrictUndefined
from wtforms import BooleanField, RadioField, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from kash.attendance.feature import FEATURE
from kash.attendance.rules.marking import STANDARD_STATUSES
from kash.platform.web.errors import error_page
from kash.platform.web.metrics import init_counted
from kash.platform.web.taking import init_taking

ROOT = Path(__file__).resolve().parents[3]
STATIC = ROOT / "static"
BUDGET = 60 * 1024
ERRORS = (400, 403, 404, 405, 409, 413, 429, 500, 503)


class WorkshopForm(FlaskForm):  # type: ignore[misc]  # flask-wtf ships no types
    """One field of each shape the macros treat differently."""

    title = StringField("Name of the workshop", [InputRequired("Write a name.")])
    kind = RadioField(
        "Kind", choices=[SelectChoice("a", "One"), SelectChoice("b", "Two")], default="a"
    )
    groups = SelectMultipleField("Groups", choices=[SelectChoice("a", "A"), SelectChoice("b", "B")])
    booked = BooleanField("The hall is booked")


@pytest.fixture
def app():
    app = Flask("frame", template_folder=str(ROOT / "templates"), static_folder=str(STATIC))
    app.config.update(SECRET_KEY="frame", WTF_CSRF_CHECK_DEFAULT=False)
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    Babel(app)
    CSRFProtect(app)
    app.jinja_env.filters.update(FEATURE.filters)
    app.jinja_env.globals.update(FEATURE.words)
    init_taking(app)
    init_counted(app)
    return app


def draw(app: Flask, source: str, **context: object) -> str:
    with app.test_request_context("/"):
        g.mark_statuses = {one.code: one for one in STANDARD_STATUSES}
        return render_template_string(source, **context)


def inline(page: str) -> list[str]:
    """Everything a strict content policy would refuse."""
    return re.findall(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)[^>]*>", page)


@pytest.mark.parametrize("code", ERRORS)
def test_error_page_needs_nothing_but_itself(app, code):
    with app.test_request_context("/"):
        page = render_template(f"errors/{code}.html")
    assert re.findall(r"<title>(.*?)</title>", page) == ["Programme"]
    assert page.count("<h1>") == 1
    assert inline(page) == []


def test_error_page_can_say_what_exactly_is_wrong(app):
    with app.test_request_context("/"):
        page = render_template("errors/409.html", sentence="The register is closed.")
    assert re.findall(r'<p class="lead">(.*?)</p>', page) == ["The register is closed."]


@pytest.mark.parametrize("code", ERRORS)
def test_a_script_is_told_what_the_page_would_say_and_no_english_phrase(app, code):
    with app.test_request_context("/", headers={"X-Requested-With": "fetch"}):
        told, status = error_page(code)  # type: ignore[misc]
        page = render_template(f"errors/{code}.html")
    assert (status, [told["error"]]) == (code, re.findall(r'<p class="lead">(.*?)</p>', page))


def test_language_switch_posts_and_comes_back_to_the_same_page(app):
    languages = [
        SimpleNamespace(code="en", label="English", current=True, url="/language", post=True),
        SimpleNamespace(code="sw", label="Kiswahili", current=False, url="/language", post=True),
    ]
    with app.test_request_context("/people?page=2"):
        page = render_template_string('{% extends "base.html" %}', page_languages=languages)
    assert re.findall(r'name="next"\s+value="(.*?)"', page) == ["/people?page=2"]
    assert re.findall(r'name="language" value="(.*?)"', page) == ["sw"]
    assert re.findall(r'<html lang="(.*?)"', page) == ["en"]


def test_page_title_never_says_what_the_page_is_about(app):
    page = draw(app, '{% extends "base.html" %}{% block heading %}Amani Mfano{% endblock %}')
    assert re.findall(r"<title>(.*?)</title>", page) == ["Programme"]


@pytest.mark.parametrize("layout", ["base.html", "bare.html"])
def test_every_page_offers_to_leave_and_to_skip(app, layout):
    page = draw(app, '{% extends "' + layout + '" %}')
    assert page.count("data-leave") == 1
    assert page.count('class="skip" href="#main"') == 1
    assert "htmx" not in page


def test_htmx_comes_only_when_asked_for_and_without_eval(app):
    page = draw(app, '{% extends "base.html" %}{% set uses_htmx = true %}')
    assert page.count("vendor/htmx.min.js") == 1
    assert '"allowEval":false' in page
    assert '"historyCacheSize":0' in page
    assert inline(page) == []


def test_navigation_keeps_the_rest_under_more_on_a_phone(app):
    items = [
        SimpleNamespace(label="Today", url="/", icon="today", current=True, phone=True, far=False),
        SimpleNamespace(
            label="Settings", url="/s", icon="settings", current=False, phone=False, far=False
        ),
    ]
    page = draw(app, '{% extends "base.html" %}', navigation=items)
    assert page.count('href="/s"') == 2
    assert page.count('aria-current="page"') == 1
    assert page.count('<details class="more">') == 1


def test_field_ties_its_error_and_help_to_the_input(app):
    with app.test_request_context("/", method="POST"):
        form = WorkshopForm(meta={"csrf": False})
        form.validate()
        page = render_template_string(
            '{% from "macros/form.html" import field, errors_summary %}'
            "{{ errors_summary(form) }}"
            '{{ field(form.title, help="Keep it neutral.", width="w20") }}',
            form=form,
        )
    assert 'aria-describedby="title-help title-error"' in page
    assert 'aria-invalid="true"' in page
    assert 'class="w20"' in page
    assert '<a href="#title">Name of the workshop \u2013 Write a name.</a>' in page


def test_field_draws_choices_as_a_group_and_says_what_is_optional(app):
    with app.test_request_context("/"):
        page = render_template_string(
            '{% from "macros/form.html" import field %}'
            "{{ field(form.kind) }}{{ field(form.groups) }}{{ field(form.booked) }}",
            form=WorkshopForm(),
        )
    assert page.count("<fieldset") == 2
    assert re.findall(r'type="(\w+)"', page) == ["radio", "radio", *["checkbox"] * 3]
    assert page.count("(optional)") == 2
    assert page.count("checked") == 1


def test_what_was_ticked_stays_so_where_a_group_is_refused(app):
    with app.test_request_context("/", method="POST", data={"groups": ["b", "x"]}):
        form = WorkshopForm(meta={"csrf": False})
        assert not form.validate()
        page = render_template_string(
            '{% from "macros/form.html" import field %}{{ field(form.groups) }}', form=form
        )
    assert re.search(r'value="b"\s+checked\s+aria-invalid="true"', page)


def test_what_people_typed_is_escaped(app):
    page = draw(
        app,
        '{% from "macros/state.html" import note, tag %}'
        '{% from "macros/register.html" import person %}'
        '{% from "macros/reorder.html" import reorder_form, reorder_item %}'
        '{{ note("bad", text) }}{{ tag("good", text) }}{{ person("x", text) }}'
        '{% call reorder_form("/", text) %}'
        '{% call reorder_item("x", text) %}{{ text }}{% endcall %}{% endcall %}',
        text='<b onclick="x">',
    )
    assert "<b onclick" not in page
    assert page.count("&lt;b onclick") == 10


def test_register_row_has_one_mark_and_knows_what_was_sent(app):
    page = draw(
        app,
        '{% from "macros/register.html" import person %}'
        '{{ person("x7", "Amani", mark="excused") }}',
    )
    assert re.findall(r'name="(.*?)"', page) == ["mark-x7"] * 5
    assert re.findall(r'value="(\w+)"\s+checked', page) == ["excused"]
    assert 'data-sent="excused"' in page


@pytest.mark.parametrize(("page", "shown"), [(1, "1 2 9"), (5, "1 4 5 6 9"), (9, "1 8 9")])
def test_pager_shows_ends_and_neighbours(app, page, shown):
    listing = SimpleNamespace(page=page, pages=9, total=412, url_for=lambda page: f"/?page={page}")
    drawn = draw(
        app, '{% from "macros/table.html" import pager %}{{ pager(listing) }}', listing=listing
    )
    numbers = re.findall(r"(?:</span> |page\">)(\d+)</", drawn)
    assert " ".join(numbers) == shown


def test_the_look_stays_small_enough_for_a_slow_network():
    # Only the pages of filing load these two, and what a mediator answers the second.
    filing = {STATIC / "filing.css", STATIC / "js" / "filing.js"}
    # Only the page on which certificates are checked loads these; it loads no htmx either.
    names = ("verify", "checking", "names", "scanner", "verify-worker")
    checking = {STATIC / "js" / f"{name}.js" for name in names}
    every = {*STATIC.glob("*.css"), *STATIC.glob("js/*.js"), STATIC / "icon.svg"}
    # And only those at the door, and those of evidence, these.
    door = {STATIC / "js" / f"{name}.js" for name in ("door", "wall", "evidence")}
    # Only the pages of designs, the one on the wall, evaluations, coverage and trends load these.
    names = ("designs", "wall", "evaluations", "coverage", "trends")
    apart = {STATIC / f"{name}.css" for name in names}
    # And only those of courses, tracks and tests, these.
    apart |= {STATIC / "courses.css", STATIC / "assessments.css"}
    apart |= {STATIC / f"{name}.css" for name in ("releases", "rule", "overview")}
    # The sheet of an evaluation loads no other look than this.
    apart.add(STATIC / "answer.css")
    # And only pages on which something long is written, those of designs, and the full form of a
    # case, these.
    apart |= {STATIC / "js" / f"{name}.js" for name in ("typing", "preview", "record")}
    # And only registers, lists that are saved by themselves or in which people are ticked, pages on
    # which a code is typed or a link is copied, and the handbook, these; they load no htmx.
    names = (
        "autosave",
        "grid",
        "narrow",
        "narrowing",
        "register",
        "ticked",
        "unsent",
        "code",
        "copy",
    )
    apart |= {STATIC / "handbook.css", *(STATIC / "js" / f"{name}.js" for name in names)}
    # And only the page of printed names, this.
    apart.add(STATIC / "names.css")
    # And only the pages for people without an account, these.
    apart |= {STATIC / "js" / f"{name}.js" for name in ("near", "near-worker", "turn")}
    # And only the calendar, these.
    apart |= {STATIC / "calendar.css", STATIC / "js" / "calendar.js"}
    every -= filing | checking | door | apart
    assert all(path.exists() for path in filing | checking | door | apart)
    weight = sum(len(gzip.compress(path.read_bytes())) for path in every)
    htmx = len(gzip.compress((STATIC / "vendor" / "htmx.min.js").read_bytes()))
    assert weight + htmx < BUDGET - 15 * 1024, "leave room for the page itself"
    more = sum(len(gzip.compress(path.read_bytes())) for path in filing)
    assert more < htmx, "a page of filing is lighter than others"
    assert sum(len(gzip.compress(path.read_bytes())) for path in checking) < htmx


def test_style_sheets_ask_nobody_else_for_anything():
    for path in STATIC.glob("*.css"):
        assert re.findall(r"@import|url\(", path.read_text()) == []
