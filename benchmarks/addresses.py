"""Addresses that the application answers with a page, with ids of what was loaded."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from flask import Flask
from sqlalchemy import select

from benchmarks.learning import learning_scenes
from benchmarks.load import Loaded
from benchmarks.load.people import FULL_NAMES, AnAccount
from benchmarks.load.workshops import AWorkshop
from kash.accounts.members.vault_sessions import needs_vault
from kash.accounts.models import SignedInSession
from kash.attendance.models import RosterEntry
from kash.attendance.queries.registers import counts_of
from kash.attendance.rules.pads import SheetChoice
from kash.attendance.rules.registers import PAPER
from kash.attendance.scans import store
from kash.attendance.services.sheets import keep_scans, record_sheets, save_reading
from kash.certificates.models import Certificate
from kash.forums.models import Action, AgendaItem, Decision, Forum, ForumMember, Meeting
from kash.money.payouts.models import PaymentSheet, PayoutLine, PayoutList, PayoutPart
from kash.money.payouts.queries.claims import draft, table_for
from kash.money.payouts.queries.payments import list_of, lists_of
from kash.money.payouts.rules import Basis, Rates, RoleRates
from kash.money.payouts.services.claims import Chosen, choose_bands, propose, set_rates
from kash.money.payouts.services.payments import approve
from kash.people.lists.queries import people_list
from kash.people.lists.services import bring_in, confirm_list, preview_list
from kash.people.models import Group, Person, ServiceEntry
from kash.platform.cleaning import ScannedPage
from kash.platform.database import PublicId, db
from kash.platform.jobs.models import Job
from kash.platform.web.guard import bearer_of
from kash.platform.web.parts import NoneInSample, sample_id
from kash.policy import SYSTEM, Actor, Role
from kash.training.models import Course, CourseVersion, Module, SessionPlan
from kash.workshops.models import Enrolment, Workshop
from kash.workshops.queries.plan import sessions_of
from kash.workshops.views.closing import sheet_columns

_ARGUMENT = re.compile(r"<[^>]+>")

# Pages of fifty rows.
LISTS = frozenset(
    {
        "accounts.access",
        "accounts.index",
        "accounts.requests",
        "accounts.trail",
        "certificates.find",
        "certificates.index",
        "directory.index",
        "payouts.index",
        "directory.search",
        "people.duplicates",
        "people.index",
        "people.organisations",
        "people.search",
        "workshops.index",
    }
)
# Not asked for, and why.
UNASKED = {
    "overview.own": "no account of a funder is in what is measured",
    "funders.account": "no account of a funder is in what is measured",
    "funder_reports.report": "no report is written in what is measured",
    "funder_reports.paper": "as above",
    "funder_reports.sheets": "as above",
    "funder_reports.edit": "as above",
    "archive.request": "no archive is asked for in what is measured",
    "releases.release": "nothing was printed in what is measured",
    "releases.note": "as above",
    "releases.plan": "nothing is planned to be printed in what is measured",
    "releases.edit_plan": "as above",
    "indicators.change_target": "no target is set in what is measured",
    "statements.statement": "nothing was sent to funders in what is measured",
    "statements.document": "as above",
    "statements.send": "as above",
    "statements.discard": "as above",
    "connections.connection": "no other system is connected to what is measured",
    "connections.edit": "as above",
    "api.end": "no program has a token in what is measured",
    "api.token": "as above",
    "kobo.connection": "as above",
    "kobo.form": "as above",
    "kobo.remove_form": "as above",
    "dhis2.system": "no other system is connected to what is measured",
    "dhis2.map_cell": "as above",
    "dhis2.preview": "as above",
    "dhis2.push": "as above",
    "dhis2.left": "as above",
    "dhis2.remove_cell": "as above",
    "answers.answer": "of a link the hash alone is kept",
    "invitations.station": "as above",
    "invitations.sign_up": "as above",
    "invitations.letter": "no station has places in what is measured",
    "invitations.withdraw": "as above",
    "forums.remark": "no minutes are circulated in what is measured",
    "forums.settle_remark": "as above",
    "forums.withdraw_leaf": "none are locked in what is measured",
    "forums.decided": "no decision is taken in what is measured",
    "forums.term": "no terms of office are in what is measured",
    "forums.times": "nobody comes late in what is measured",
    "forums.paper_file": "no paper lies before a meeting in what is measured",
    "forums.remove_paper": "as above",
    "forums.evidence": "no action has notes in what is measured",
    "forums.remove_note": "as above",
    "forums.unlink_action": "no action changes anything in what is measured",
    "forums.conclude_decision": "no decision comes back in what is measured",
    "stories.story": "there are none in what is measured",
    "stories.ask_to_withdraw": "as above",
    "accounts.breach": "there are none in what is measured",
    "accounts.close_breach": "as above",
    "accounts.edit_breach": "as above",
    "accounts.end_stand_in": "as above",
    "accounts.handed_over": "as above",
    "assessments.phone_leave": "a file, which a phone keeps",
    "assessments.phone_worker": "as above",
    "attendance.pad_leave": "a file, which a phone keeps",
    "attendance.pad_manifest": "as above",
    "attendance.pad_texts": "as above",
    "attendance.pad_worker": "as above",
    "calendar.free_days": "for a script, with the days that are on its page",
    "certificates.rule_track": "no course requires a track in what is measured",
    "certificates.keys_file": "for machines",
    "certificates.status_file": "as above",
    "certificates.worker_file": "as above",
    "certificates.issuer_file": "as above",
    "certificates.identity_file": "as above",
    "certificates.badges_file": "as above",
    "static": "files, which a browser keeps",
    "web.leave": "ends the session, and shows another page",
    "desk.logo_picture": "a file, which is there only once one was uploaded",
    "certificates.design_image": "as above",
    "certificates.mark_image": "as above",
    "certificates.signature_image": "as above",
    "certificates.design_picture": "set by the press, which `bench press` measures",
    "certificates.design_paper": "as above",
    "certificates.mark": "there are no funders in what is measured",
    "notices.stop": "nobody was sent a mail in what is measured",
    "holidays.remove": "no day was added in what is measured",
    "budget.edit_line": "no budget has a line in what is measured",
    "budget.remove_line": "as above",
    "absences.edit": "nobody is away in what is measured",
    "absences.remove": "as above",
    "desk.set_up": "there only before there is a programme",
    "watch.healthz": "for machines",
    "watch.metrics": "for machines",
    "accounts.go_on": "there only when a form was interrupted",
    "accounts.recovery_codes": "there only with a second step",
    "accounts.remove_passkey": "who has a passkey signs in with a device",
    "accounts.rename_passkey": "as above",
    "members.begin": "there are no members in what is measured",
    "members.passphrase": "as above",
    "members.recover": "as above",
    "members.let_in": "as above",
    "members.remove": "as above",
    "members.give_back": "as above",
    "members.identity_request": "as above",
    "moved_incidents.old_address": "leads to pages that are asked for themselves",
    "moved_members.old_address": "as above",
    "incidents.add_evidence": "there are no cases in what is measured",
    "incidents.evidence": "as above",
    "incidents.evidence_label": "as above",
    "incidents.evidence_original": "as above",
    "incidents.remove_evidence": "as above",
    "incidents.correct_bail": "as above",
    "incidents.remove_bail": "as above",
    "incidents.term_to_bail": "as above",
    "members.go_on": "there only when a form was interrupted",
    "members.state": "for a script, which asks now and then",
    "people.erasure": "nobody asks to be erased in what is measured",
    "people.contact_request": "nobody asks to see a contact in what is measured",
    "feeds.read": "nobody made an address in what is measured",
    "forums.remove_signed_copy": "no minutes are signed in what is measured",
    "forums.signed_copy_file": "as above",
    "series.change": "there is no series in what is measured",
    "series.leave": "as above",
    "series.more": "as above",
    "series.one": "as above",
    "skills.defer": "there are no skills in what is measured",
    "skills.end": "as above",
    "skills.grant": "as above",
    "skills.one_trainer": "as above",
    "quarters.line": "no quarter is proposed in what is measured",
    "quarters.needs": "as above",
    "quarters.proposal": "as above",
    "quarters.discard": "as above",
    "quarters.take_back": "as above",
    "training.material": "no material has a file in what is measured",
    "training.material_file": "as above",
    "training.remove_material_file": "as above",
    "training.follow": "there are no translations in what is measured",
    "training.session_translation": "as above",
    "training.translation": "as above",
    "workshops.ask_contacts": "all contacts are open in what is measured",
    "people.undo_merge": "there only for a day after a merge",
    "incidents.edit_mediator": "there are no mediators in what is measured",
    "incidents.officer": "as above",
    "incidents.remove_mediator": "as above",
    "certificates.holder_link": "there only until it is used",
    "certificates.holder_page": "there only during a visit",
    "payouts.remove_payee": "nobody beside the register is paid in what is measured",
    "payouts.settle": "nobody claims a day twice in what is measured",
    "payouts.reversal": "nothing that was sent or paid is payable again in what is measured",
    "jobs.result": "a file that was made before",
}
# Lists that are searched by a form, because a name must be in no address.
_SEARCHES = {
    "people.search": ("/people", "/people/search", {"search": "ochieng"}),
    "desk.find": ("/search", "/search", {"search": "ochieng"}),
    "directory.search": ("/services", "/services/search", {"search": "clinic"}),
    "certificates.find": ("/certificates/", "/certificates/", {"search": "ochieng"}),
}

Scene = dict[str, str]


@dataclass(frozen=True)
class Page:
    """A page: where it may be found, and what is typed if it is a search from the page `on`."""

    endpoint: str
    addresses: tuple[str, ...]
    on: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)


def pages_of(app: Flask, loaded: Loaded) -> list[Page]:
    """Every page that the URL map holds, each once. Raises LookupError for an id nobody gave."""
    with app.app_context():
        scenes = list(_scenes(loaded))
        return list(_pages(app, scenes))


def _pages(app: Flask, scenes: Sequence[Scene]) -> Iterator[Page]:
    found: dict[str, list[str]] = {}
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
        if "GET" not in (rule.methods or ()) or rule.endpoint in UNASKED:
            continue
        if bearer_of(app.view_functions[rule.endpoint]) is not None:
            # Asked by programs, each a page of a list at most.
            continue
        if needs_vault(app.view_functions[rule.endpoint]):
            # Nobody holds keys in what is measured: `bench vault` measures these.
            continue
        addresses = [
            address for scene in scenes if (address := _filled(rule.rule, scene)) is not None
        ]
        if not addresses:
            try:
                addresses = [_declared(rule.rule)]
            except NoneInSample:
                continue
        found.setdefault(rule.endpoint, []).extend(dict.fromkeys(addresses))
    yield from (Page(endpoint, tuple(addresses)) for endpoint, addresses in found.items())
    yield from (Page(name, (to,), on, fields) for name, (on, to, fields) in _SEARCHES.items())


def _filled(rule: str, scene: Scene) -> str | None:
    """A rule with its arguments replaced; a scene names each by the rule up to and with it."""
    address, at = "", 0
    for argument in _ARGUMENT.finditer(rule):
        value = scene.get(rule[: argument.end()])
        if value is None:
            return None
        address += rule[at : argument.start()] + value
        at = argument.end()
    return address + rule[at:]


def _declared(rule: str) -> str:
    """A rule with arguments that its feature names. Raises LookupError for one that nobody gave."""
    scene: Scene = {}
    known: dict[str, str] = {}
    for argument in _ARGUMENT.finditer(rule):
        place = rule[: argument.end()]
        value = sample_id(place, known)
        known[argument.group().strip("<>").rpartition(":")[2]] = scene[place] = value
    return _filled(rule, scene) or rule


def _public_id(model: type[PublicId], *conditions: object) -> str:
    found: str = db.session.scalars(
        select(model.public_id).where(*conditions).limit(1)  # type: ignore[arg-type]
    ).one()
    return found


def _scenes(loaded: Loaded) -> Iterator[Scene]:
    """Scenes: workshops that are past and marked, those that lie ahead, and a participant's view of
    herself."""
    everybody = loaded.everybody
    trainer = everybody.accounts["trainer"]
    own = [workshop for workshop in loaded.workshops if workshop.lead == trainer.public_id]
    past = [workshop for workshop in own if workshop.state == "past" and workshop.batch]
    coming = [workshop for workshop in own if workshop.state == "coming"]
    shared = {
        **_organisations(),
        "/join/<token>": everybody.links["join"][1],
        "/new-password/<token>": everybody.links["new password"][1],
        "/accounts/invitations/<public_id>": everybody.links["join"][0],
        "/accounts/requests/<public_id>": everybody.links["request"][0],
        "/jobs/<public_id>": _public_id(Job),
    }
    ordinary = next(one for one in past if one is not loaded.largest)
    waiting, added = _lists(trainer)
    shared["/people/lists/<list_id>"] = waiting
    yield (
        shared
        | {"/accounts/<public_id>": everybody.accounts["monitoring"].public_id}
        | _workshop(ordinary)
        | _course("published")
        | _forum(loaded.forum, "held")
    )
    yield shared | _workshop(ordinary, session=1)
    lead = Actor(ordinary.lead, frozenset({Role.TRAINER}))
    for scene in learning_scenes(ordinary.public_id, lead):
        yield shared | _workshop(ordinary) | scene
    yield shared | _workshop(ordinary) | _sheets(ordinary)
    ahead = coming[0] if coming else ordinary
    yield (
        shared
        | {"/accounts/<public_id>": everybody.accounts["left"].public_id}
        | _workshop(ahead)
        | _course("draft")
        | _forum(loaded.forum, "planned")
    )
    shared["/people/lists/<list_id>"] = added
    guarded = everybody.accounts["guarded"]
    yield shared | {
        "/accounts/<public_id>": guarded.public_id,
        "/accounts/<public_id>/sessions/<session_id>": _public_id(
            SignedInSession, SignedInSession.account_id == guarded.key
        ),
    }
    yield from _own_scenes(loaded, shared)


def _own_scenes(loaded: Loaded, shared: Scene) -> Iterator[Scene]:
    peer = next(person for person in loaded.everybody.people if not person.police)
    yield shared | {name: value for name, value in _person(peer.public_id).items() if value}
    certificate = db.session.scalars(
        select(Certificate.public_id).where(Certificate.person_id == peer.key).limit(1)
    ).one_or_none()
    if certificate is not None:
        yield shared | {"/certificates/<public_id>": certificate}
    enrolled = db.session.scalars(
        select(Workshop.public_id).join(Enrolment).where(Enrolment.person_id == peer.key)
    ).first()
    if enrolled is not None:
        yield shared | {"/workshops/<public_id>": enrolled}
    taught = db.session.scalars(
        select(CourseVersion).join(Workshop).join(Enrolment).where(Enrolment.person_id == peer.key)
    ).first()
    if taught is not None:
        yield shared | _version(taught)


def _lists(account: AnAccount) -> tuple[str, str]:
    """A list that waits and one that was added, brought in by this trainer."""
    trainer = Actor(account.public_id, frozenset(account.roles), account.key)
    names = random.Random(4).sample(FULL_NAMES, 60)
    rows = "\n".join(f"{name};QX-{number};30" for number, name in enumerate(names))
    made = [
        bring_in(f"Name;Code;Age\n{rows}\n".encode(), "list.csv", _public_id(Group), trainer)
        for _twice in range(2)
    ]
    found = people_list(trainer, made[1])
    confirm_list(found, preview_list(found, trainer)[0].digest, trainer)
    return made[0], made[1]


def _organisations() -> Scene:
    return {
        "/handbook/<code>": "a",
        "/handbook/open/<code>": "a",
        "/handbook/<code>/<part>": "1",
        "/handbook/open/<code>/<part>": "1",
        "/settings/marks/<code>": "late",
        "/certificates/designs/<design_id>": "classic",
        "/services/<public_id>": _public_id(ServiceEntry),
    }


def _person(public_id: str, other: str = "") -> Scene:
    return {
        "/people/<public_id>": public_id,
        "/messages/people/<public_id>": public_id,
        "/people/<public_id>/merge/<other_id>": other,
        "/people/<public_id>/consents/<purpose>": "contact",
    }


def _workshop(workshop: AWorkshop, session: int = 0) -> Scene:
    at = "/workshops/<public_id>"
    found = db.session.scalars(
        select(Workshop).where(Workshop.public_id == workshop.public_id)
    ).one()
    enrolled = found.enrolments[0]
    entry = _public_id(RosterEntry, RosterEntry.id == enrolled.roster_entry_id)
    scene = {
        at: workshop.public_id,
        **{
            f"{room}{at}": workshop.public_id for room in ("/announcements", "/calendar", "/series")
        },
        f"{at}/sessions/<session_id>": found.sessions[0].public_id,
        f"{at}/attendance/<session_id>": found.sessions[session].public_id,
        f"{at}/attendance/<session_id>/<entry_id>": entry,
        f"{at}/people/<enrolment_id>": enrolled.public_id,
        f"{at}/certificates/names/<letter>": "B",
        **_person(
            _public_id(Person, Person.id == enrolled.person_id),
            _public_id(Person, Person.id == found.enrolments[1].person_id),
        ),
    }
    if workshop.batch:
        scene[f"{at}/certificates/batches/<batch_id>"] = workshop.batch
        scene["/certificates/<public_id>"] = workshop.certificates[0]
        scene |= _payouts(found, workshop.lead)
    return scene


def _sheets(workshop: AWorkshop) -> Scene:
    """Sheets of one day on which nobody signed, though people are marked there; and a picture."""
    found = db.session.scalars(
        select(Workshop).where(Workshop.public_id == workshop.public_id)
    ).one()
    lead = Actor(workshop.lead, frozenset({Role.TRAINER}))
    register, day = found.register.public_id, found.starts_on
    columns = sheet_columns(sessions_of(found), SheetChoice())[day]
    made = record_sheets(register, {day: columns}, lead)
    for sheet in made:
        save_reading(register, sheet, [], 0, 0, lead)
    scans = store(register, [ScannedPage(b"\xff\xd8\xff" * 50_000, 2200, 1550, ())])
    keep_scans(register, scans, lead)
    differs = counts_of(found.register_id).open[0].difference
    session = next(one for one in found.sessions if one.slot.public_id == differs.slot)
    at = "/workshops/<public_id>"
    return {
        f"{at}/attendance/<session_id>": session.public_id,
        f"{at}/attendance/<session_id>/<entry_id>": differs.entry,
        f"{at}/sheets/<sheet_id>": made[0],
        f"{at}/scans/<scan_id>": scans[0].public_id,
        f"{at}/attendance/<session_id>/<entry_id>/settle/<source>": PAPER,
    }


def _payouts(found: Workshop, lead: str) -> Scene:
    """A list of this workshop that was approved, with its rates and bands."""
    at = "/workshops/<public_id>/payouts"
    trainer = Actor(lead, frozenset({Role.TRAINER}))
    public_id = found.public_id
    rates = Rates(("Near", "Far"), {"participant": RoleRates(Basis.DAY, (50_000, 90_000))})

    def again() -> Workshop:
        return db.session.scalars(select(Workshop).where(Workshop.public_id == public_id)).one()

    there = lists_of(again())
    if there:
        made = there[0].public_id
    else:
        set_rates(rates, SYSTEM)
        table = table_for(again().id)
        rows = draft(again(), table) if table is not None else []
        chosen = {row.public_id: Chosen("participant", "Near") for row in rows}
        choose_bands(again(), chosen, trainer)
        made = propose(again(), trainer)
        approve(list_of(again(), made), SYSTEM)
    of_list = select(PayoutList.id).where(PayoutList.public_id == made)
    return {
        f"{at}/people/<person_id>": _public_id(
            Person,
            Person.id.in_(select(PayoutPart.person_id).where(PayoutPart.workshop_id == found.id)),
        ),
        f"{at}/lists/<list_id>": made,
        f"{at}/lists/<list_id>/paper/<sheet_id>": _public_id(
            PaymentSheet, PaymentSheet.list_id.in_(of_list)
        ),
        f"{at}/lists/<list_id>/lines/<line_id>": _public_id(
            PayoutLine, PayoutLine.list_id.in_(of_list)
        ),
    }


def _course(state: str) -> Scene:
    version = db.session.scalars(
        select(CourseVersion).where(CourseVersion.state == state).limit(1)
    ).one()
    return _version(version)


def _version(version: CourseVersion) -> Scene:
    at = "/courses/versions/<public_id>"
    return {
        "/courses/<public_id>": _public_id(Course, Course.id == version.course_id),
        at: version.public_id,
        f"{at}/modules/<module_id>": _public_id(Module, Module.version_id == version.id),
        f"{at}/plans/<plan_id>": _public_id(
            SessionPlan,
            SessionPlan.module_id.in_(select(Module.id).where(Module.version_id == version.id)),
        ),
    }


def _forum(public_id: str, state: str) -> Scene:
    at = "/forums/<forum_id>"
    forum = db.session.scalars(select(Forum).where(Forum.public_id == public_id)).one()
    meeting = db.session.scalars(
        select(Meeting)
        .where(Meeting.forum_id == forum.id, Meeting.state == state)
        .order_by(Meeting.starts_at.desc())
        .limit(1)
    ).one()
    return {
        at: forum.public_id,
        f"{at}/actions/<action_id>/links/new/<kind>": "station",
        f"{at}/decisions/<decision_id>": _public_id(
            Decision,
            Decision.item_id.in_(
                select(AgendaItem.id)
                .join(AgendaItem.meeting)
                .where(Meeting.forum_id == forum.id, Meeting.state == "held")
            ),
        ),
        f"{at}/meetings/<meeting_id>": meeting.public_id,
        f"{at}/meetings/<meeting_id>/items/<item_id>": _public_id(
            AgendaItem, AgendaItem.meeting_id == meeting.id, AgendaItem.kind == "plain"
        ),
        f"{at}/actions/<action_id>": _public_id(Action, Action.state == "open"),
        f"{at}/members/<member_id>": _public_id(ForumMember, ForumMember.forum_id == forum.id),
    }
