"""The page of connections tells what leaves by which way, and to each role what it may do."""

import pytest

from kash.people.connections.queries import connection, connections
from kash.people.connections.services import record_connection, return_connection

from .recorded import TOKEN, entered

pytestmark = pytest.mark.any_engine
TYPED = {
    "name": "County figures",
    "address": "https://dhis2.example.org",
    "secret": TOKEN,
    "processor": "County of the lake",
    "contract": "C-7",
    "contract_on": "2026-01-05",
    "country": "Kenya",
    "safeguards": "Counts only.",
}


def test_a_connection_goes_from_one_to_another_and_its_token_is_shown_to_nobody(actor, client_for):
    officer, director = client_for(actor("monitoring")), client_for(actor("director"))
    wrong = officer.post("/connections/new/dhis2", data=TYPED | {"address": "http://dhis2"})
    assert (wrong.status_code, "begins with https" in wrong.text) == (422, True)
    assert ("County of the lake" in wrong.text, TOKEN in wrong.text) == (True, False)
    made = officer.post("/connections/new/dhis2", data=TYPED)
    at = made.headers["Location"]
    assert made.status_code == 303
    assert "Connections that wait for you" in director.get("/").text
    pages = [(one.get(at).text, one.get(f"{at}/edit").text) for one in (officer, director)]
    assert [TOKEN in text for pair in pages for text in pair] == [False] * 4
    assert [f'action="{at}/agree"' in shown for shown, _form in pages] == [False, True]
    shown = {"row_version": "1"}
    assert officer.post(f"{at}/on", data=shown).status_code == 409
    assert director.post(f"{at}/agree", data=shown).status_code == 302
    waiting = "A director agreed. Now it can be switched on"
    assert [waiting in one.get("/").text for one in (officer, director)] == [True, False]
    assert director.post(f"{at}/on", data=shown).status_code == 403
    assert officer.post(f"{at}/on", data=shown).status_code == 302
    assert waiting not in officer.get("/").text
    assert "County figures" in officer.get("/connections/").text
    assert director.post(f"{at}/off").status_code == 302
    (found,) = connections()
    assert found.stands == "off"


def test_whoever_saved_meanwhile_is_not_written_over(actor, client_for):
    made = record_connection("dhis2", entered(), by=actor("monitoring"))
    officer = client_for(actor("administrator"))
    data = TYPED | {"country": "Uganda", "secret": "", "row_version": "1"}
    assert officer.post(f"/connections/{made}/edit", data=data).status_code == 303
    late = officer.post(f"/connections/{made}/edit", data=data | {"country": "Chad"})
    assert (late.status_code, "Uganda" in late.text, "Chad" in late.text) == (409, True, True)
    assert connection(made).country == "Uganda"


def test_what_was_sent_back_says_why_and_any_form_can_be_sent_back_with_a_reason(actor, client_for):
    made = record_connection("dhis2", entered(), by=actor("monitoring"))
    director = client_for(actor("director"))
    assert director.post(f"/connections/{made}/send-back", data={}).status_code == 422
    return_connection(made, "No day of deletion.", by=actor("director"))
    assert "No day of deletion." in director.get(f"/connections/{made}").text
    told = [client_for(actor(who)).get("/").text for who in ("monitoring", "director")]
    assert ["No day of deletion." in one for one in told] == [True, False]
    assert client_for(actor("trainer")).get("/connections/").status_code == 403
    assert director.get("/connections/0000000000000000").status_code == 404
    assert client_for(actor("monitoring")).get("/connections/new/nothing").status_code == 404


def test_the_page_asks_no_more_for_three_connections_than_for_one(actor, client_for, count_queries):
    officer, page = actor("monitoring"), client_for(actor("director"))
    counts = []
    for _more in range(2):
        record_connection("dhis2", entered(), by=officer)
        page.get("/connections/")
        with count_queries() as asked:
            page.get("/connections/")
        counts.append(asked.count)
        record_connection("dhis2", entered(), by=officer)
    assert counts[0] == counts[1]
