"""Reads of designs of certificates."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from kash.certificates.models import CertificateBatch, Design, DesignImage, DesignVersion
from kash.people.models import Person
from kash.people.scope import within_reach
from kash.platform.database import db
from kash.platform.press import without_joined_signs
from kash.platform.web import Listing, listing
from kash.platform.web.errors import NotFound, one_or_404
from kash.policy import Actor

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
    return one_or_404(db.session.scalar(select(Design).where(Design.public_id == public_id)))


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
    return one_or_404(
        db.session.scalar(
            select(DesignImage).where(
                DesignImage.design_id == design.id, DesignImage.public_id == public_id
            )
        )
    )


def longest_names(actor: Actor, limit: int = 20) -> list[str]:
    """The longest printed names of people within reach who let theirs be printed."""
    name = case((Person.printed_name != "", Person.printed_name), else_=Person.chosen_name)
    found = db.session.scalars(
        select(name)
        .where(within_reach(actor, "people.see"), Person.prints_name)
        .order_by(func.length(name).desc(), Person.id)
        .limit(limit)
    )
    return [without_joined_signs(one) for one in found]


def name_on_paper(public_id: str, actor: Actor) -> str:
    """How a person within reach is printed. Raises NotFound, also where her name is not printed."""
    person = db.session.scalar(
        select(Person).where(Person.public_id == public_id, within_reach(actor, "people.see"))
    )
    if person is None or not person.prints_name:
        raise NotFound
    return person.name_for_paper
