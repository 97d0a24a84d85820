"""Values in addresses of a workshop of the sample: its sessions, sheets, certificates, designs."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import select

from kash.assessments.evaluations.models import EvaluationForm
from kash.attendance.models import MarkOperation, RosterEntry, Sheet, SheetReading, SheetScan, Slot
from kash.attendance.queries.registers import counts_of
from kash.attendance.rules.registers import PAPER, is_its_time
from kash.certificates.models import Certificate, CertificateBatch, Design
from kash.desk.demo.opening import SampleProgramme
from kash.people.models import Person
from kash.platform.database import db, utc_now
from kash.workshops.models import Enrolment, Funder, Workshop, WorkshopSession
from tools.pictures.sample_values import Choices, Known, one_of, prepared_one


class WorkshopAddresses:
    """The sample's values for the arguments of the routes of workshops and certificates."""

    def __init__(self, loaded: SampleProgramme) -> None:
        self._loaded = loaded

    def places(self) -> dict[str, Callable[[str, str, Known], Choices]]:
        """Values by the beginning of the route."""
        return {
            "/workshops/<public_id>": self._workshop,
            "/announcements/workshops/<public_id>": self._to_come,
            "/series/workshops/<public_id>": self._to_come,
            "/calendar/workshops/<public_id>": self._to_come,
            "/workshops/<public_id>/sessions/<session_id>": self._session,
            "/workshops/<public_id>/attendance/<session_id>": self._session,
            "/workshops/<public_id>/attendance/<session_id>/<entry_id>": self._entry,
            "/workshops/<public_id>/attendance/<session_id>/<entry_id>/settle/<source>": (
                lambda *_: {"": PAPER}
            ),
            "/workshops/<public_id>/people/<enrolment_id>": self._enrolment,
            "/workshops/<public_id>/sheets/<sheet_id>": self._sheet,
            "/workshops/<public_id>/scans/<scan_id>": self._scan,
            "/workshops/<public_id>/evaluations/<form_id>": self._evaluation,
            "/workshops/<public_id>/certificates/names/<letter>": lambda *_: {"": "A", "b": "B"},
            "/workshops/<public_id>/certificates/batches/<batch_id>": self._batch,
            "/certificates/<public_id>": self._certificate,
            "/certificates/designs/<design_id>": self._design,
            "/certificates/marks/<funder_id>": lambda *_: {"": one_of(select(Funder.public_id))},
        }

    def _to_come(self, *_: object) -> Choices:
        """The workshop to come that the trainer runs."""
        return {"": self._loaded.workshops[5]}

    def _workshop(self, endpoint: str, key: str, _known: Known) -> Choices:
        issued, approved, proposed, cancelled, running, planned = self._loaded.workshops
        if endpoint == "certificates.batch":
            return {"": issued, "approved": approved, "proposed": proposed}
        if endpoint == "certificates.workshop":
            return {"": issued, "proposed": proposed, "running": running}
        if endpoint.startswith("certificates."):
            return {"": issued}
        if endpoint in ("payouts.workshop", "payouts.payout_list"):
            return {"": issued, "waits": approved, "returned": proposed}
        if endpoint == "budget.workshop":
            return {"": issued, "planned": planned}
        if endpoint.startswith("budget."):
            return {"": issued}
        if endpoint == "payouts.settle":
            return {"": approved}
        if endpoint.startswith("payouts."):
            return {"": issued}
        told = ("assessments.practice", "assessments.tell", "assessments.delete_words")
        if endpoint in ("assessments.results", *told):
            return {"": issued}
        if endpoint == "assessments.workshop":
            return {"": running, "held": issued}
        if key in ("peer", "police"):
            own = {"": running, "held": issued}
            return own if endpoint == "workshops.workshop" else {"": running}
        several = {"": running, "held": issued, "planned": planned, "cancelled": cancelled}
        if endpoint == "workshops.workshop":
            return several
        if endpoint in ("workshops.people", "workshops.attendance"):
            return {name: value for name, value in several.items() if name != "cancelled"}
        if endpoint.startswith("invitations."):
            return {"": planned}
        if endpoint in ("workshops.order", "workshops.lay_out", "workshops.edit"):
            return {"": planned}
        return {"": running}

    def _session(self, endpoint: str, _key: str, known: Known) -> Choices:
        sessions = db.session.execute(
            select(
                WorkshopSession.public_id,
                WorkshopSession.slot_id,
                Slot.closed_at,
                Slot.confirmed_at,
                Slot.starts_at,
                Slot.minutes,
            )
            .join(WorkshopSession.workshop)
            .join(WorkshopSession.slot)
            .where(Workshop.public_id == known["public_id"])
            .order_by(Slot.starts_at)
        ).all()
        marked = set(db.session.scalars(select(MarkOperation.slot_id).distinct()))
        begun = [one.public_id for one in sessions if one.slot_id in marked]
        ahead = [one.public_id for one in sessions if one.slot_id not in marked]
        closed = [one.public_id for one in sessions if one.closed_at and not one.confirmed_at]
        if endpoint == "workshops.settle":
            return {"": self._differing(known)[0]}
        if endpoint == "workshops.confirm_register":
            return {"": closed[0]}
        if endpoint in ("workshops.screen", "workshops.screen_code", "workshops.scan"):
            # By day one of today's takes place, and its code stands there.
            now = utc_now()
            on = [one for one in sessions if is_its_time(one.starts_at, one.minutes, now)]
            return {"": on[0].public_id if on else begun[-1]}
        if endpoint == "workshops.register":
            shown = {"": begun[-1], "closed": closed[0], "confirmed": begun[0]}
            return {**shown, **({"ahead": ahead[0]} if ahead else {})}
        if endpoint in ("workshops.mark_history", "workshops.correct_mark"):
            return {"": begun[0]}
        if endpoint == "workshops.taught":
            return {"": closed[0], "going-on": begun[-1]}
        if endpoint in ("workshops.headcount", "workshops.signatures"):
            return {"": begun[-1]}
        return {"": (ahead or begun)[0]}

    def _enrolment(self, _endpoint: str, _key: str, known: Known) -> Choices:
        return {
            "": one_of(
                select(Enrolment.public_id)
                .join(Enrolment.workshop)
                .where(Workshop.public_id == known["public_id"], Enrolment.state == "confirmed")
                .order_by(Enrolment.id)
            )
        }

    def _sheet(self, _endpoint: str, _key: str, known: Known) -> Choices:
        sheets = (
            select(Sheet.public_id)
            .join(Workshop, Workshop.register_id == Sheet.register_id)
            .where(Workshop.public_id == known["public_id"])
        )
        read = sheets.join(SheetReading, SheetReading.sheet_id == Sheet.id)
        waiting = sheets.where(Sheet.id.in_(select(SheetScan.sheet_id))).order_by(Sheet.id.desc())
        return {"": one_of(waiting), "entered": one_of(read)}

    def _evaluation(self, endpoint: str, _key: str, known: Known) -> Choices:
        forms = (
            select(EvaluationForm.public_id)
            .join(Workshop, Workshop.id == EvaluationForm.workshop_id)
            .where(Workshop.public_id == known["public_id"])
        )
        by_state = {
            state: one_of(forms.where(EvaluationForm.state == state))
            for state in ("draft", "open", "closed")
        }
        if endpoint == "evaluations.form":
            return {"": by_state["closed"], "open": by_state["open"], "draft": by_state["draft"]}
        while_open = ("evaluations.wall", "evaluations.close", "evaluations.enter_sheet")
        return {"": by_state["open" if endpoint in while_open else "draft"]}

    def _scan(self, _endpoint: str, _key: str, known: Known) -> Choices:
        return {
            "": one_of(
                select(SheetScan.public_id)
                .join(Workshop, Workshop.register_id == SheetScan.register_id)
                .where(Workshop.public_id == known["public_id"], SheetScan.sheet_id.is_(None))
            )
        }

    def _differing(self, known: Known) -> tuple[str, str]:
        """Session and person where paper and mark differ."""
        register = db.session.scalars(
            select(Workshop.register_id).where(Workshop.public_id == known["public_id"])
        ).one()
        about = counts_of(register).open[0].difference
        session = one_of(
            select(WorkshopSession.public_id)
            .join(Slot, Slot.id == WorkshopSession.slot_id)
            .where(Slot.public_id == about.slot)
        )
        return session, about.entry

    def _entry(self, endpoint: str, _key: str, known: Known) -> Choices:
        if endpoint == "workshops.settle":
            return {"": self._differing(known)[1]}
        corrected = (
            select(RosterEntry.public_id)
            .join(MarkOperation, MarkOperation.person_id == RosterEntry.person_id)
            .join(WorkshopSession, WorkshopSession.slot_id == MarkOperation.slot_id)
            .join(Workshop, Workshop.id == WorkshopSession.workshop_id)
            .where(
                WorkshopSession.public_id == known["session_id"],
                RosterEntry.register_id == Workshop.register_id,
            )
            .order_by(MarkOperation.version.desc())
        )
        return {"": one_of(corrected)}

    def _batch(self, endpoint: str, _key: str, known: Known) -> Choices:
        batches = (
            select(CertificateBatch.public_id)
            .join(CertificateBatch.workshop)
            .where(Workshop.public_id == known["public_id"])
            .order_by(CertificateBatch.id)
        )
        found = {"": one_of(batches)}
        if endpoint == "certificates.batch" and known["public_id"] == self._loaded.workshops[0]:
            for state in ("issuing", "stopped"):
                found[state] = prepared_one(batches.where(CertificateBatch.state == state))
        return found

    def _design(self, endpoint: str, _key: str, _known: Known) -> Choices:
        made = one_of(select(Design.public_id).where(Design.name == "Guilloche with seal"))
        own = one_of(select(Design.public_id).where(Design.name == "Our own sheet"))
        if endpoint == "certificates.edit_design":
            return {"": made, "own": own}
        if endpoint == "certificates.design_paper":
            return {"": made, "classic": "classic", "modern": "modern", "plain": "plain"}
        return {"": made, "own": own} if endpoint == "certificates.design" else {"": made}

    def _certificate(self, _endpoint: str, key: str, _known: Known) -> Choices:
        issued = select(Certificate.public_id).where(Certificate.serial.is_not(None))
        if key in ("peer", "police"):
            name = "Baraka Sampuli" if key == "police" else "Subira Mfano"
            issued = issued.join(Certificate.person).where(Person.chosen_name == name)
        return {"": one_of(issued.order_by(Certificate.id))}
