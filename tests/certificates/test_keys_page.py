"""The page of keys: who sees it, and how a new key takes over."""

import re

from kash.certificates.queries.certificates import current_key, signing_keys
from kash.certificates.services.designs import sign_earlier
from kash.platform.database import db


def test_a_director_changes_the_key(app, sign_in):
    sign_earlier()
    first = current_key()
    assert first is not None
    first_id = first.key_id
    browser = sign_in("director")
    assert first_id in browser.get("/certificates/keys").text
    form = browser.get("/certificates/keys/change").text
    fields = dict(re.findall(r'name="(csrf_token|shown)"[^>]*value="([^"]+)"', form))
    answer = browser.post("/certificates/keys/change", data={**fields, "doubted": "y"})
    assert answer.status_code == 303
    db.session.rollback()
    new, old = signing_keys()
    assert (old.key_id, old.doubted, old.private_sealed) == (first_id, True, None)
    shown = browser.get("/certificates/keys").text
    assert new.key_id in shown
    assert "Checked by serial only" in shown
    # The same form sent again finds that another key signs by now.
    assert browser.post("/certificates/keys/change", data=fields).status_code == 409


def test_before_the_first_key_the_page_says_so(app, sign_in):
    assert "No key yet" in sign_in("administrator").get("/certificates/keys").text
