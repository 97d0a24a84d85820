"""What a browser's history says of pages that belong to the vault."""

import re

import pytest

TELLING = re.compile(
    "incident|brief|receipt|report|case|evidence|person|mediat|consent|refer|shred|identit|duty"
    "|violation|declare|term|vault|member|unseal|passphrase|recover"
)


def test_no_address_of_these_pages_tells_whoever_reads_the_history(app):
    """Names of arguments stand in no address; only what is fixed can tell."""
    rules = [
        rule
        for rule in app.url_map.iter_rules()
        if rule.endpoint.partition(".")[0] in ("incidents", "members")
    ]
    assert len(rules) > 60
    fixed = {re.sub(r"<[^>]+>", "", rule.rule) for rule in rules}
    assert {path for path in fixed if not path.startswith("/w")} == set()
    assert {path for path in fixed if TELLING.search(path)} == set()


@pytest.mark.parametrize(
    ("old", "now"),
    [
        ("/incidents", "/w"),
        ("/incidents?show=all", "/w?show=all"),
        ("/incidents/file?in=sw", "/w/n?in=sw"),
        ("/incidents/receipt", "/w/r"),
        ("/incidents/help", "/w/h"),
        ("/incidents/briefs", "/w/b"),
        ("/incidents/0123456789abcdef/persons/p1/ask", "/w/0123456789abcdef/p/p1/ask"),
        ("/incidents/0123456789abcdef/steps/no_violation", "/w/0123456789abcdef"),
        ("/incidents/elsewhere.example/", "/w/elsewhere.example"),
        ("/vault", "/w/v"),
        ("/vault/members", "/w/v/m"),
        ("/vault/unsealing/0123456789abcdef", "/w/v/u/0123456789abcdef"),
    ],
)
def test_an_address_that_was_kept_still_leads_there(sign_in, old, now):
    answer = sign_in("documentation").get(old)
    assert (answer.status_code, answer.headers["Location"]) == (302, now)


def test_a_step_stands_in_an_address_by_its_number(app):
    with app.test_request_context():
        adapter = app.create_url_adapter(None)
        from flask import url_for

        address = url_for("incidents.step", reference="0123456789abcdef", verb="no_violation")
    assert re.fullmatch(r"/w/0123456789abcdef/s/\d+", address)
    assert adapter is None or adapter.match(address)[1]["verb"] == "no_violation"
