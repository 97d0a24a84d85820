"""What is filled in and pressed before a page is pictured."""

import threading

import pytest
from flask import Flask, Response, request
from playwright.sync_api import Error
from werkzeug.serving import make_server

from tools.pictures.acts import Attach, Fetch, Fill, Go, Press, do_acts, fetch
from tools.pictures.picturing import BROWSER

pytestmark = pytest.mark.browser

_FORM = """<!doctype html><title>-</title><main><form method=post enctype=multipart/form-data>
<input name=name><textarea name=text></textarea><input type=hidden name=seen value=1>
<label class=pick><input type=radio name=group value=a>Community</label>
<label class=pick><input type=radio name=group value=b>Police</label>
<select name=age><option value="">Choose<option value=25>25 to 34</select>
<input type=file name=list><button name=step value=check class=main>Go on</button>
<button class=paper formaction=/paper>Paper</button></form></main>"""


def _application() -> Flask:
    app = Flask(__name__)

    @app.post("/paper")
    def paper() -> Response:
        return Response(b"%PDF-", headers={"Content-Disposition": "attachment; filename=a.pdf"})

    @app.route("/", methods=["GET", "POST"])
    def form() -> tuple[str, int] | str:
        if request.method == "GET":
            return _FORM
        got = sorted(request.form.items())
        got += [(key, sent.filename or "") for key, sent in request.files.items()]
        status = 422 if request.form["name"] == "wrong" else 200
        return f"<!doctype html><title>-</title><p id=got>{got}</p>", status

    return app


@pytest.fixture(scope="module")
def browser(playwright):
    browser = playwright.chromium.launch(executable_path=BROWSER, args=["--no-sandbox"])
    yield browser
    browser.close()


@pytest.fixture(scope="module")
def address():
    server = make_server("127.0.0.1", 0, _application())
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()


@pytest.fixture
def page(browser, address):
    context = browser.new_context()
    context.set_default_timeout(2_000)
    page = context.new_page()
    page.goto(address)
    yield page
    context.close()


def test_each_kind_of_field_is_filled_in_and_sent_by_the_button(page):
    acts = (
        Fill("[name=name]", "Subira"),
        Fill("[name=text]", "Two\nlines"),
        Fill("[name=seen]", "x"),
        Fill("label.pick:has-text('Police') input"),
        Fill("[name=age]", "25 to 34"),
        Attach("[name=list]", "names.xlsx", b"%PDF"),
        Press("button.main", "#got"),
    )
    assert do_acts(page, acts) == []
    assert page.locator("#got").inner_text() == str(
        [
            ("age", "25"),
            ("group", "b"),
            ("name", "Subira"),
            ("seen", "x"),
            ("step", "check"),
            ("text", "Two\r\nlines"),
            ("list", "names.xlsx"),
        ]
    )


def test_an_answer_is_held_against_the_status_that_was_declared(page):
    wrong = Fill("[name=name]", "wrong")
    assert do_acts(page, (wrong, Press("button.main", "#got", 422))) == []
    page.go_back()
    assert do_acts(page, (wrong, Press("button.main", "#got"))) == ["button.main answered 422"]


@pytest.mark.parametrize("press", [Press("button.other", "#got"), Press("button.main", "#other")])
def test_a_button_that_is_not_there_or_leads_elsewhere_fails(page, press):
    with pytest.raises(Error, match=f"{press.button} did not lead to {press.shows}"):
        do_acts(page, (press,))


def test_an_address_is_gone_to_and_its_status_compared(page):
    assert do_acts(page, (Go("/nowhere", "h1", 404), Go("/", "form"))) == []
    assert do_acts(page, (Go("/nowhere", "h1"),)) == ["/nowhere answered 404"]


def test_paper_is_taken_as_it_comes(page):
    assert fetch(page, Fetch("button.paper")) == b"%PDF-"
