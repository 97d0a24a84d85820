"""The pictures know an address for every route."""

from sqlalchemy import select

from kash.accounts.models import Account
from kash.accounts.queries.accounts import account_by_email, actor_of
from kash.certificates.models import CertificateBatch
from kash.desk.demo.opening import ACCOUNTS, CaseWork, SampleProgramme
from kash.forums.models import Forum, Meeting
from kash.incidents.models import Incident
from kash.platform.database import db
from kash.platform.web.formats import local_today
from kash.platform.web.guard import bearer_of
from kash.policy import NOBODY
from kash.workshops.models import Workshop
from tools.pictures.addresses import LEFT_OUT, Addresses, Prepared


def loaded() -> SampleProgramme:
    actors = {}
    for one in ACCOUNTS:
        account = account_by_email(one.email)
        assert isinstance(account, Account)
        actors[one.key] = actor_of(account)
    # As they were made: without the first two, there for their certificates, and those after the
    # six, which are there for what clashes.
    beside = Workshop.title == "Evening talk, Kondele"
    workshops = select(Workshop.public_id).where(~beside).order_by(Workshop.id)
    triaged = select(Incident.public_id).where(Incident.state == "triaged")
    return SampleProgramme(
        local_today(),
        actors=actors,
        workshops=list(db.session.scalars(workshops))[2:8],
        batches=list(db.session.scalars(select(CertificateBatch.public_id))),
        forum=db.session.scalars(select(Forum.public_id)).one(),
        # Those of a series come after them.
        meetings=list(db.session.scalars(select(Meeting.public_id).order_by(Meeting.id).limit(4))),
        incidents=list(db.session.scalars(triaged)) * 40,
        work=CaseWork(reported="0" * 16),
    )


def test_every_page_has_an_address(sample):
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
    assert asked | addresses.without == with_get - LEFT_OUT
    assert not asked & addresses.without
