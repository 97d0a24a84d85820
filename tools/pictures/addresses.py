"""The address of every page of the sample, found from the application's own list of routes.

A new route is there by itself. Its arguments are found by what its feature declares (`SampleId`);
only those of which the sample shows several need a line below.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from flask import Flask, url_for
from sqlalchemy import select
from werkzeug.routing import Rule

from kash.accounts.models import (
    Account,
    AccountRequest,
    Breach,
    Delegation,
    Invitation,
    Passkey,
    SignedInSession,
)
from kash.desk.demo.opening import MEMBERS, SampleProgramme
from kash.forums.models import (
    Action,
    AgendaItem,
    AgendaPaper,
    ForumMember,
    Meeting,
    MinutesLeaf,
    MinutesRemark,
)
from kash.people.models import (
    ContactRequest,
    ContactRequestPerson,
    ErasureRequest,
    PeopleList,
    Person,
    ServiceEntry,
)
from kash.platform.database import db, utc_now
from kash.platform.handbook.places import BY_NAME, OWN_CHAPTER
from kash.platform.vault import Unsealing, VaultMember
from kash.platform.web.guard import bearer_of
from kash.platform.web.parts import NoneInSample, sample_id
from kash.policy import ANYONE, Actor, Role, declared_permission
from kash.training.models import CourseVersion
from tools.pictures.case_addresses import case_places
from tools.pictures.payout_addresses import payout_places
from tools.pictures.sample_values import Choices, Known, one_of, prepared_one
from tools.pictures.workshop_addresses import WorkshopAddresses

# Pages of a version that are read, not written.
_READ = ("training.guide", "training.handout", "training.session")
_ARGUMENT = re.compile(r"<(?:[^:<>]+:)?([^<>]+)>")
# What is for machines, and what leads away.
# Pages of a meeting by the state of its minutes.
# There is more to see of who was there at a meeting that was held.
_WHO_WAS_THERE = frozenset(
    {"forums.conflicts", "forums.decided", "forums.presence", "forums.times"}
)
_ON_LOCKED = frozenset(
    {
        "forums.add_erratum",
        "forums.remove_signed_copy",
        "forums.signed_copy",
        "forums.signed_copy_file",
        "forums.withdraw_leaf",
    }
)
_ON_PAPERS = frozenset({"forums.papers", "forums.paper_file", "forums.remove_paper"})
_ON_CIRCULATED = frozenset(
    {"forums.circulate", "forums.remark", "forums.settle_remark", "forums.take_back"}
)
_RUN_FORUMS = frozenset({"trainer", "director"})
LEFT_OUT = frozenset(
    {
        "assessments.wall_code",
        "api.openapi_file",
        "attendance.pad_leave",
        "attendance.pad_manifest",
        "attendance.pad_texts",
        "attendance.pad_worker",
        "calendar.free_days",
        "certificates.keys_file",
        "certificates.status_file",
        "certificates.worker_file",
        "certificates.issuer_file",
        "certificates.identity_file",
        "certificates.badges_file",
        "certificates.design_image",
        "certificates.design_picture",
        "certificates.mark_image",
        "certificates.signature_image",
        "desk.logo_picture",
        "coverage.table",
        "evaluations.export",
        "feeds.read",
        # Whoever got a mail has its secret, and nobody else.
        "notices.stop",
        "releases.table",
        "statements.document",
        "incidents.identity_of",
        "jobs.state",
        "moved_incidents.old_address",
        "moved_members.old_address",
        "static",
        "workshops.scan_picture",
        "workshops.screen_code",
        "certificates.holder_page",
        "watch.healthz",
        "watch.metrics",
        "web.leave",
    }
)
_RAILWAYS = "Call those who had been invited to Railways"
_WITH_KEYS = frozenset(member.key for member in MEMBERS)


@dataclass(frozen=True)
class Prepared:
    """Rows that are made for the pictures only: ids and one-time secrets."""

    job: str = ""
    invitation: str = ""
    password_link: str = ""
    closed_account: str = ""
    account_with_second_step: str = ""
    twin: str = ""
    merge: str = ""
    handed_over_account: str = ""
    locked_account: str = ""
    holder_link: str = ""
    answer_link: str = ""
    station_link: str = ""
    open_link: str = ""


@dataclass(frozen=True)
class Page:
    """One page. `variant` tells apart what one route shows of different rows."""

    endpoint: str
    variant: str
    url: str
    fresh: bool = False


def _declared(beginning: str) -> Callable[[str, str, Known], Choices]:
    """The feature's own values of an argument. Raises LookupError."""

    def value(_endpoint: str, _key: str, known: Known) -> Choices:
        return {"": sample_id(beginning, known)}

    return value


@dataclass
class Addresses:
    """The sample's values for the arguments of routes."""

    loaded: SampleProgramme
    prepared: Prepared = Prepared()
    # Endpoints of which the sample has, and need have, nothing to show.
    without: set[str] = field(default_factory=set)
    # By the beginning of the route up to and with the argument.
    places: dict[str, Callable[[str, str, Known], Choices]] = field(init=False)

    def __post_init__(self) -> None:
        self.places = {
            "/jobs/<public_id>": lambda *_: {"": self.prepared.job},
            "/join/<token>": lambda *_: {"": self.prepared.invitation},
            "/new-password/<token>": lambda *_: {"": self.prepared.password_link},
            "/holder/<token>": lambda *_: {"": self.prepared.holder_link},
            "/r/<token>": lambda *_: {"": self.prepared.answer_link},
            "/q/<token>": lambda *_: {"": self.prepared.station_link},
            "/s/<token>": lambda *_: {"": self.prepared.open_link},
            "/accounts/<public_id>": self._account,
            "/accounts/invitations/<public_id>": lambda *_: {
                "": one_of(select(Invitation.public_id).where(Invitation.account_id.is_(None)))
            },
            "/accounts/<public_id>/sessions/<session_id>": lambda _endpoint, _key, known: {
                "": prepared_one(
                    select(SignedInSession.public_id)
                    .join(Account)
                    .where(Account.public_id == known["public_id"])
                )
            },
            "/accounts/requests/<public_id>": self._request,
            "/account/passkeys/<public_id>": self._passkey,
            "/breaches/<breach_id>": lambda endpoint, *_: self._breach(endpoint),
            "/account/stand-in/<delegation_id>": lambda *_: {
                "": one_of(select(Delegation.public_id).where(Delegation.withdrawn_at.is_(None)))
            },
            "/people/<public_id>": self._person,
            "/people/<public_id>/merge/<other_id>": lambda *_: {"": self.prepared.twin},
            "/people/merges/<merge_id>": lambda *_: {"": self.prepared.merge},
            "/people/<public_id>/consents/<purpose>": lambda *_: {"": "contact"},
            "/people/contacts/<request_id>": self._contact_request,
            "/people/erasures/<request_id>": lambda *_: {
                "": one_of(select(ErasureRequest.public_id))
            },
            "/people/lists/<list_id>": self._lists,
            "/services/<public_id>": self._service,
            "/handbook/<code>": self._chapter,
            "/handbook/<code>/<part>": lambda *_: {"": "6", "whole": "all"},
            "/handbook/open/<code>/<part>": lambda *_: {"": "1"},
            "/handbook/open/<code>": lambda *_: {"": "a", "certificates": "b"},
            "/settings/marks/<code>": lambda *_: {"": "left_early", "present": "present"},
            "/courses/versions/<public_id>": self._version,
            **WorkshopAddresses(self.loaded).places(),
            **payout_places(),
            "/w/v/m/<public_id>": lambda *_: {
                "": one_of(select(VaultMember.public_id).order_by(VaultMember.id.desc()))
            },
            "/w/v/u/<public_id>": lambda *_: {
                "": prepared_one(select(Unsealing.public_id).where(Unsealing.granted.is_(None)))
            },
            **case_places(self.loaded),
            "/forums/<forum_id>": lambda *_: {"": self.loaded.forum},
            "/forums/<forum_id>/meetings/<meeting_id>": self._meeting,
            "/forums/<forum_id>/meetings/<meeting_id>/items/<item_id>": self._item,
            "/forums/<forum_id>/meetings/<meeting_id>/remarks/<remark_id>": lambda *_: {
                "": one_of(select(MinutesRemark.public_id).where(MinutesRemark.state == "open"))
            },
            "/forums/<forum_id>/meetings/<meeting_id>/leaves/<leaf_id>": lambda *_: {
                "": one_of(
                    select(MinutesLeaf.public_id)
                    .where(MinutesLeaf.kind == "name", MinutesLeaf.value.is_not(None))
                    .order_by(MinutesLeaf.place)
                )
            },
            "/forums/<forum_id>/members/<member_id>": self._member,
            "/forums/<forum_id>/actions/<action_id>": lambda *_: {
                "": one_of(select(Action.public_id).where(Action.text == _RAILWAYS))
            },
        }

    def pages(self, app: Flask, key: str, actor: Actor) -> Iterator[Page]:
        """Every page that this account may ask for. Raises LookupError."""
        for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.endpoint):
            if "GET" not in (rule.methods or ()) or rule.endpoint in LEFT_OUT:
                continue
            view = app.view_functions[rule.endpoint]
            permission = declared_permission(view)
            if permission is None:
                continue
            if bearer_of(view) is not None:
                # For programs.
                continue
            # What anybody may see is pictured once, as by a visitor.
            if (permission == ANYONE) != (actor.account_id is None) or not actor.may(permission):
                continue
            # Without keys the same page of the vault comes for each of them.
            if getattr(view, "kash_needs_vault", False) and key not in _WITH_KEYS:
                continue
            fresh = bool(getattr(view, "kash_fresh", False))
            try:
                found = list(self._values(rule, key))
            except NoneInSample:
                self.without.add(rule.endpoint)
                continue
            for variant, values in found:
                url = url_for(rule.endpoint, _external=False, **dict[str, Any](values))
                yield Page(rule.endpoint, variant, url, fresh)

    def _values(self, rule: Rule, key: str) -> Iterator[tuple[str, Known]]:
        found: list[tuple[str, Known]] = [("", {})]
        for match in _ARGUMENT.finditer(rule.rule):
            beginning = _ARGUMENT.sub(r"<\1>", rule.rule[: match.end()])
            place = self.places.get(beginning, _declared(beginning))
            found = [
                ("-".join(part for part in (variant, more) if part), {**known, match[1]: value})
                for variant, known in found
                for more, value in place(rule.endpoint, key, known).items()
            ]
        yield from found

    def _request(self, _endpoint: str, _key: str, _known: Known) -> Choices:
        """Each kind and state that the sample has, once."""
        found = {
            f"{row.kind}-{row.state}": row.public_id
            for row in db.session.execute(
                select(AccountRequest.kind, AccountRequest.state, AccountRequest.public_id)
            )
        }
        return found or {"": prepared_one(select(AccountRequest.public_id))}

    def _account(self, endpoint: str, _key: str, _known: Known) -> Choices:
        if endpoint == "accounts.handed_over":
            return {"": self.prepared.handed_over_account or self.prepared.closed_account}
        if endpoint == "accounts.hand_over":
            return {
                "": self.loaded.actors["trainer2"].public_id,
                "nothing": self.loaded.actors["monitoring"].public_id,
            }
        if endpoint == "accounts.reactivate":
            return {"": self.prepared.closed_account}
        if endpoint == "accounts.ask_reset":
            return {"": self.prepared.account_with_second_step}
        some = self.loaded.actors["monitoring"].public_id
        if endpoint != "accounts.account":
            return {"": some}
        return {
            "": some,
            "closed": self.prepared.closed_account,
            "locked": self.prepared.locked_account or some,
            "own": self.loaded.actors["administrator"].public_id,
        }

    def _passkey(self, _endpoint: str, key: str, _known: Known) -> Choices:
        own = self.loaded.actors[key].account_id
        found = db.session.scalars(
            select(Passkey.public_id).where(Passkey.account_id == own).limit(1)
        ).one_or_none()
        if found is not None:
            return {"": found}
        # Only some have one, unless none was prepared at all.
        some = db.session.scalars(select(Passkey.public_id).limit(1)).one_or_none()
        return {"": "0" * 16} if some is None else {}

    def _breach(self, endpoint: str) -> Choices:
        running = one_of(select(Breach.public_id).where(Breach.closed_at.is_(None)))
        if endpoint != "accounts.breach":
            return {"": running}
        late = Breach.noticed_at < utc_now() - timedelta(days=4)
        return {
            "": running,
            "late": one_of(select(Breach.public_id).where(Breach.closed_at.is_(None), late)),
            "closed": one_of(select(Breach.public_id).where(Breach.closed_at.is_not(None))),
        }

    def _person(self, endpoint: str, key: str, _known: Known) -> Choices:
        name = "Baraka Sampuli" if key == "police" else "Subira Mfano"
        own = one_of(select(Person.public_id).where(Person.chosen_name == name))
        if endpoint != "people.person" or key in ("peer", "police"):
            return {"": own}
        moved = one_of(select(Person.public_id).where(Person.chosen_name == "Daudi Mfano"))
        long = one_of(select(Person.public_id).where(Person.chosen_name.startswith("Jamila")))
        if key != "trainer":
            return {"": own, "moved": moved, "long": long}
        asked = one_of(
            select(Person.public_id)
            .join(ContactRequestPerson, ContactRequestPerson.person_id == Person.id)
            .join(ContactRequest, ContactRequest.id == ContactRequestPerson.request_id)
            .where(ContactRequest.state == "waiting")
        )
        return {"": own, "moved": moved, "long": long, "closed": asked}

    def _chapter(self, _endpoint: str, key: str, _known: Known) -> Choices:
        """The chapter of one's own role."""
        own = [OWN_CHAPTER[role] for role in Role if role in self.loaded.actors[key].roles]
        return {"": BY_NAME[own[0].partition("#")[0]].code}

    def _contact_request(self, _endpoint: str, _key: str, _known: Known) -> Choices:
        waiting = select(ContactRequest.public_id).where(ContactRequest.state == "waiting")
        return {"": one_of(waiting)}

    def _service(self, endpoint: str, _key: str, _known: Known) -> Choices:
        shown = select(ServiceEntry.public_id).where(ServiceEntry.active).order_by(ServiceEntry.id)
        confidential = one_of(shown.where(ServiceEntry.address_confidential))
        if endpoint == "directory.edit":
            return {"": confidential}
        stale = one_of(shown.where(ServiceEntry.name.startswith("Jaribio Clinic")))
        return {"": one_of(shown), "confidential": confidential, "stale": stale}

    def _version(self, endpoint: str, _key: str, _known: Known) -> Choices:
        states = {
            state: one_of(
                select(CourseVersion.public_id)
                .where(CourseVersion.state == state)
                .order_by(CourseVersion.id)
            )
            for state in ("published", "proposed", "draft")
        }
        if endpoint == "training.version":
            return {"": states["published"], "proposed": states["proposed"]}
        if endpoint == "training.publish":
            return {"": states["proposed"]}
        if "translation" in endpoint or endpoint == "training.follow":
            translations = CourseVersion.translates_id.is_not(None)
            return {"": one_of(select(CourseVersion.public_id).where(translations))}
        if endpoint == "training.compare_versions":
            return {"": states["draft"]}
        return {"": states["published" if endpoint in _READ else "draft"]}

    def _lists(self, endpoint: str, _key: str, _known: Known) -> Choices:
        added = one_of(select(PeopleList.public_id).where(PeopleList.state == "added"))
        if endpoint != "people.list":
            return {"": added}
        waiting = one_of(select(PeopleList.public_id).where(PeopleList.state == "waiting"))
        return {"": waiting, "saved": added}

    def _meeting(self, endpoint: str, key: str, _known: Known) -> Choices:
        locked, waiting = self.loaded.meetings[:2]
        held, planned = self.loaded.meetings[-2:]
        if endpoint in _ON_PAPERS:
            with_paper = select(Meeting.public_id).join(Meeting.items)
            return {"": one_of(with_paper.join(AgendaPaper))}
        if endpoint == "forums.meeting":
            return {"": held, "planned": planned, "locked": locked}
        if endpoint in _ON_LOCKED:
            return {"": locked} if key in _RUN_FORUMS else {}
        if endpoint == "forums.confirm_minutes":
            return {"": waiting}
        if endpoint in _ON_CIRCULATED:
            # Whoever was there remarks.
            return {"": held} if endpoint != "forums.remark" or key == "police" else {}
        if endpoint in ("forums.item", "forums.attendance"):
            return {"": held, "planned": planned}
        if endpoint in _WHO_WAS_THERE:
            return {"": waiting}
        return {"": held if endpoint in ("forums.paper", "forums.paper_to_share") else planned}

    def _item(self, endpoint: str, _key: str, known: Known) -> Choices:
        items = (
            select(AgendaItem.public_id)
            .join(AgendaItem.meeting)
            .where(Meeting.public_id == known["meeting_id"])
        )
        plain = items.where(AgendaItem.kind == "plain").order_by(AgendaItem.position.desc())
        # The one before the last is the fullest.
        some = db.session.scalars(plain.limit(2)).all()[-1]
        if endpoint != "forums.item":
            return {"": some}
        return {"": some, "arising": one_of(items.where(AgendaItem.kind == "arising"))}

    def _member(self, _endpoint: str, key: str, _known: Known) -> Choices:
        name = "Baraka Sampuli" if key == "police" else "Subira Mfano"
        return {
            "": one_of(
                select(ForumMember.public_id)
                .join(ForumMember.person)
                .where(Person.chosen_name == name)
            )
        }
