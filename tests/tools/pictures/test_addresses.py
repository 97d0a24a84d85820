"""The pictures know an address for every route."""

from __future__ import annotations

from sqlalchemy import select

from kash.accounts.models import Account
from kash.accounts.queries.accounts import account_by_email, actor_of
from kash.certificates.models import CertificateBatch
from kash.demo.accounts import ACCOUNTS
from kash.demo.casework import CaseWork
from kash.demo.loading import LoadedProgramme
from kash.demo.meetings import MEETINGS
from kash.demo.payouts import BESIDE
from kash.forums.models import Forum, Meeting
from kash.incidents.models import Incident
from kash.platform.database import db
from kash.platform.web.guard import bearer_of
from kash.policy import NOBODY
from kash.workshops.models import Workshop
from tests.sample import Sample
from tools.pictures.addresses import LEFT_OUT, Addresses, Prepared


def loaded() -> LoadedProgramme:
    actors = {}
    for one in ACCOUNTS:
        account = account_by_email(one.email)
        assert isinstance(account, Account)
        actors[one.key] = actor_of(account)
    return LoadedProgramme(
        actors,
        # As they were made: without the first two, there for their certificates, and those
        # after the six, which are there for what clashes.
        list(
            db.session.scalars(
                select(Workshop.public_id).where(Workshop.title != BESIDE).order_by(Workshop.id)
            )
        )[2:8],
        list(db.session.scalars(select(CertificateBatch.public_id))),
        db.session.scalars(select(Forum.public_id)).one(),
        # Those of a series come after them.
        list(
            db.session.scalars(select(Meeting.public_id).order_by(Meeting.id).limit(len(MEETINGS)))
        ),
        [],
        list(db.session.scalars(select(Incident.public_id).where(Incident.state == "triaged")))
        * 40,
        CaseWork(reported="0" * 16),
    )


def test_every_page_has_an_address(sample: Sample) -> None:
    app = sample.app
    known = "0" * 16
    prepared = Prepared(*[known] * 7)
    with app.test_request_context():
        addresses = Addresses(loaded(), prepared)
        asked = {page.endpoint for page in addresses.pages(app, "visitor", NOBODY)}
        for key, actor in addresses.loaded.actors.items():
            asked |= {page.endpoint for page in addresses.pages(app, key, actor)}
    with_get = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        # A program is shown no page.
        if "GET" in (rule.methods or ()) and bearer_of(app.view_functions[rule.endpoint]) is None
    }
    assert asked == with_get - LEFT_OUT
