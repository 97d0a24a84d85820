"""Reads of designs of certificates. Whose signature may stand where, and which
marks funders have."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import case, func, or_, select
from sqlalchemy.orm import Session, joinedload, undefer

from kash.accounts.models import Account
from kash.accounts.queries.accounts import accounts_with_role
from kash.certificates.models import (
    CertificateBatch,
    Design,
    DesignImage,
    DesignVersion,
    FunderMark,
    SignatureImage,
    SignatureUse,
)
from kash.certificates.rules.designs import Spell, held_at
from kash.people.models import Person
from kash.people.scope import within_reach
from kash.platform.database import db
from kash.platform.press import without_joined_signs
from kash.platform.web import Listing, listing
from kash.platform.web.errors import NotFound, get_or_404, one_or_404
from kash.policy import GRANTS, Actor
from kash.workshops.models import Facilitator, Funder, Funding, Workshop

# Each is shown as a picture, which takes the server longer than a row.
DESIGNS_A_PAGE = 12


def designs() -> Listing[Design]:
    """A page of all designs: the programme's own choice first, those out of use last."""
    order = (Design.retired_at.is_not(None), Design.is_default.is_(False), Design.name)
    return listing(
        select(Design),
        sorts={"name": order},
        default_sort="name",
        key=Design.id,
        per_page=DESIGNS_A_PAGE,
    )


def design(public_id: str) -> Design:
    """One design. Raises NotFound."""
    return get_or_404(db.session, Design, public_id)


def versions_of(design: Design) -> list[tuple[DesignVersion, int]]:
    """The versions of a design, latest first, each with how many batches are printed by it."""
    counted = (
        select(func.count(CertificateBatch.id))
        .where(CertificateBatch.design_version_id == DesignVersion.id)
        .scalar_subquery()
    )
    return [
        (version, number)
        for version, number in db.session.execute(
            select(DesignVersion, counted)
            .where(DesignVersion.design_id == design.id)
            .order_by(DesignVersion.number.desc())
        )
    ]


def design_version(design: Design, number: int) -> DesignVersion:
    """A version of a design by its number. Raises NotFound."""
    return one_or_404(
        db.session.scalar(
            select(DesignVersion).where(
                DesignVersion.design_id == design.id, DesignVersion.number == number
            )
        )
    )


def designs_on_offer() -> list[Design]:
    """Designs that a new batch may take, the programme's own choice first."""
    return list(
        db.session.scalars(
            select(Design)
            .where(Design.in_use.is_not(None), Design.retired_at.is_(None))
            .order_by(Design.is_default.desc(), Design.name, Design.id)
        )
    )


def version_in_use(public_id: str, session: Session | None = None) -> DesignVersion | None:
    """The version of a design that a new batch takes; None if it may take none."""
    return (session or db.session()).scalar(
        select(DesignVersion)
        .join(DesignVersion.design)
        .where(
            Design.public_id == public_id,
            Design.retired_at.is_(None),
            DesignVersion.number == Design.in_use,
        )
    )


def images(public_ids: Iterable[str]) -> dict[str, DesignImage]:
    """Pictures of designs by their public ids."""
    wanted = set(public_ids)
    if not wanted:
        return {}
    return {
        image.public_id: image
        for image in db.session.scalars(
            select(DesignImage).where(DesignImage.public_id.in_(wanted))
        )
    }


def image_of(design: Design, public_id: str) -> DesignImage:
    """A picture of a design. Raises NotFound."""
    return get_or_404(db.session, DesignImage, public_id, DesignImage.design_id == design.id)


def longest_names(actor: Actor, limit: int = 20) -> list[str]:
    """The longest printed names of people within reach who let theirs be printed."""
    name = case((Person.printed_name != "", Person.printed_name), else_=Person.chosen_name)
    names = db.session.scalars(
        select(name)
        .where(within_reach(actor, "people.see"), Person.prints_name)
        .order_by(func.length(name).desc(), Person.id)
        .limit(limit)
    )
    return [without_joined_signs(name) for name in names]


def name_on_paper(public_id: str, actor: Actor) -> str:
    """How a person within reach is printed. Raises NotFound, also where her name is not printed."""
    person = db.session.scalar(
        select(Person).where(Person.public_id == public_id, within_reach(actor, "people.see"))
    )
    if person is None or not person.prints_name:
        raise NotFound
    return person.name_for_paper


def own_signature(actor: Actor) -> SignatureImage | None:
    """The actor's signature, with its sealed picture; None if she has none."""
    return db.session.scalar(
        select(SignatureImage)
        .options(undefer(SignatureImage.sealed))
        .where(SignatureImage.account_id == actor.account_id, SignatureImage.withdrawn_at.is_(None))
    )


def own_uses(actor: Actor) -> list[tuple[SignatureUse, Design | None, CertificateBatch | None]]:
    """Where the actor's signature may stand now, the latest first."""
    return [
        (use, design, batch)
        for use, design, batch in db.session.execute(
            select(SignatureUse, Design, CertificateBatch)
            .join(SignatureUse.signature)
            .outerjoin(Design, Design.id == SignatureUse.design_id)
            .outerjoin(CertificateBatch, CertificateBatch.id == SignatureUse.batch_id)
            .options(joinedload(CertificateBatch.workshop))
            .where(
                SignatureImage.account_id == actor.account_id, SignatureUse.withdrawn_at.is_(None)
            )
            .order_by(SignatureUse.id.desc())
            .limit(200)
        )
    ]


def signatures_at(
    accounts: Iterable[str],
    *,
    design_id: int,
    batch_id: int | None = None,
    moment: datetime | None = None,
) -> dict[str, SignatureImage]:
    """Of these accounts (public ids), the signatures that may stand on a design or a batch.

    `moment` is when the batch was issued: what was allowed then stays; None for what is not
    issued, where only what is allowed now counts.
    """
    wanted = {account for account in accounts if account}
    if not wanted:
        return {}
    places = [SignatureUse.design_id == design_id]
    if batch_id is not None:
        places.append(SignatureUse.batch_id == batch_id)
    rows = db.session.execute(
        select(Account.public_id, SignatureUse, SignatureImage)
        .join(SignatureImage, SignatureImage.id == SignatureUse.signature_id)
        .join(Account, Account.id == SignatureImage.account_id)
        .options(undefer(SignatureImage.sealed))
        .where(Account.public_id.in_(wanted), or_(*places))
        .order_by(SignatureUse.id)
    )
    return {
        account: image
        for account, use, image in rows
        if held_at(Spell(use.approved_at, use.withdrawn_at), moment)
    }


def signing_accounts() -> list[tuple[str, str]]:
    """Accounts that may sign certificates by their role: public ids and names, by name."""
    return [
        (account.public_id, account.name)
        for account in accounts_with_role(*GRANTS["certificates.sign"])
    ]


def lead_of(workshop: Workshop) -> tuple[str, str] | None:
    """The lead facilitator of a workshop: her account's public id and her name."""
    lead = db.session.execute(
        select(Account.public_id, Account.name)
        .join(Facilitator, Facilitator.account_id == Account.id)
        .where(Facilitator.workshop_id == workshop.id)
        .order_by(Facilitator.lead.desc(), Facilitator.id)
        .limit(1)
    ).first()
    return (lead[0], lead[1]) if lead is not None else None


def marks_at(workshop: Workshop, moment: datetime | None) -> list[tuple[str, FunderMark]]:
    """The marks of a workshop's funders as they were when its certificates were issued."""
    rows = db.session.execute(
        select(Funder.name, FunderMark)
        .join(Funding, Funding.funder_id == Funder.id)
        .join(FunderMark, FunderMark.funder_id == Funder.id)
        .where(Funding.workshop_id == workshop.id)
        .order_by(Funding.share.desc(), Funder.name, FunderMark.id)
    )
    return [
        (name, mark)
        for name, mark in rows
        if held_at(Spell(mark.created_at, mark.replaced_at), moment)
    ]


def all_marks() -> list[tuple[Funder, FunderMark | None]]:
    """Every funder with the mark that she has now, by name."""
    return [
        (funder, mark)
        for funder, mark in db.session.execute(
            select(Funder, FunderMark)
            .outerjoin(
                FunderMark, (FunderMark.funder_id == Funder.id) & FunderMark.replaced_at.is_(None)
            )
            .order_by(func.lower(Funder.name), Funder.id)
            .limit(500)
        )
    ]


def funder(public_id: str) -> tuple[Funder, FunderMark | None]:
    """One funder and her mark. Raises NotFound."""
    funder_and_mark = one_or_404(
        db.session.execute(
            select(Funder, FunderMark)
            .outerjoin(
                FunderMark, (FunderMark.funder_id == Funder.id) & FunderMark.replaced_at.is_(None)
            )
            .where(Funder.public_id == public_id)
        ).first()
    )
    return funder_and_mark[0], funder_and_mark[1]


def keys_of_pictures() -> set[str]:
    """The keys of all pictures of designs and marks of funders."""
    # Not by `load_only`, which would leave half a picture's row in the session.
    return {
        model(public_id=id).key
        for model in (DesignImage, FunderMark)
        for id in db.session.scalars(select(model.public_id))
    }
