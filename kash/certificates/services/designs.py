"""Services of designs: make, change, put into use, choose, take out of use."""

from __future__ import annotations

from dataclasses import replace

from flask_babel import lazy_gettext as _l
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from kash.certificates.models import Design, DesignImage, DesignVersion
from kash.certificates.models.designs import BUILT_IN
from kash.certificates.rules.designs import DesignContent, content_from
from kash.certificates.rules.readiness import Lack, lacks_of
from kash.platform import storage
from kash.platform.database import after_commit, new_public_id
from kash.platform.vault import audited
from kash.platform.vault.audit import Change
from kash.platform.web.errors import ChangedMeanwhile, NotFound, Problem, one_or_404
from kash.policy import Actor

MOST_PICTURES = 12
_WORDED_IDS = frozenset(public_id for public_id, _name in BUILT_IN)


class DesignChangedMeanwhile(ChangedMeanwhile):
    """Somebody else saved the design since the page was opened."""

    sentence = _l("Somebody else changed this design meanwhile. What you typed is still here.")


class NameTaken(Problem):
    """Another design is called so."""

    status = 422
    field = "name"
    sentence = _l("Another design has this name. Choose a different one.")


class NotReady(Problem):
    """The design lacks something, so that nothing can be printed by it."""

    status = 409
    sentence = _l("This design is not ready yet. The page lists what is missing or wrong.")

    def __init__(self, lacks: tuple[Lack, ...] = ()) -> None:
        super().__init__()
        self.lacks = lacks


class NothingChanged(Problem):
    """The version in use says the same."""

    status = 409
    sentence = _l("The version in use already says all this.")


class IsTheDefault(Problem):
    """The design that new batches take unless another is chosen."""

    status = 409
    sentence = _l("This is the programme's own choice. Choose another design first.")


class TooManyPictures(Problem):
    """A design holds only so many pictures."""

    status = 422
    field = "picture"
    sentence = _l("A design holds at most 12 pictures. Remove one first.")


def _about(change: Change, public_id: str) -> None:
    change.about(f"design:{public_id}" if public_id in _WORDED_IDS else public_id)


def _locked(session: Session, public_id: str) -> Design:
    return one_or_404(
        session.scalar(select(Design).where(Design.public_id == public_id).with_for_update())
    )


def _check_name(session: Session, name: str, excluding: int = 0) -> None:
    taken = session.scalar(
        select(Design.id).where(Design.name == name, Design.id != excluding).limit(1)
    )
    if taken is not None:
        raise NameTaken


def make_design(name: str, content: DesignContent, by: Actor) -> str:
    """A new design, not in use yet; its public id. Raises NameTaken."""
    with audited("certificates.design_made", by) as change:
        _check_name(change.session, name)
        made = Design(
            name=name,
            content=content.as_json(),
            created_by=by.public_id,
            created_at=change.now,
            changed_at=change.now,
        )
        change.session.add(made)
        change.session.flush()
        change.about(made.public_id)
        return made.public_id


def save_design(
    public_id: str, name: str, content: DesignContent, row_version: int, by: Actor
) -> None:
    """Store what was worked on; pictures stay as they are. Nothing in use changes by it.

    `row_version` is that of the page that was filled in. Raises DesignChangedMeanwhile and
    NameTaken.
    """
    with audited("certificates.design_changed", by) as change:
        design = _locked(change.session, public_id)
        if design.row_version != row_version:
            raise DesignChangedMeanwhile
        _check_name(change.session, name, design.id)
        kept = content_from(design.content)
        saved = replace(
            content, base=kept.base, seal=kept.seal, pictures=kept.pictures, logo=content.logo
        )
        if saved == kept and name == design.name:
            change.nothing()
            return
        design.name = name
        _store(change, design, saved)


def _store(change: Change, found: Design, content: DesignContent) -> None:
    found.content = content.as_json()
    found.row_version += 1
    found.changed_at = change.now
    _about(change, found.public_id)


def put_picture(public_id: str, use: str, name: str, png: bytes, by: Actor) -> None:
    """Add a logo, a seal, or a picture that a design of one's own calls `name`.

    One of the same use and name gives way. Raises NotFound and TooManyPictures.
    """
    image = DesignImage(public_id=new_public_id(), use=use, name=name, created_by=by.public_id)
    storage.put(image.key, png)
    try:
        with audited("certificates.design_picture_added", by) as change:
            design = _locked(change.session, public_id)
            content = content_from(design.content)
            image.design_id, image.created_at = design.id, change.now
            change.session.add(image)
            after = _with_picture(content, use, name, image.public_id)
            if len(after.pictures) > MOST_PICTURES:
                raise TooManyPictures
            _store(change, design, after)
            _drop_unused(change.session, design, content.image_ids - after.image_ids)
    except BaseException:
        storage.delete(image.key)
        raise


def _with_picture(content: DesignContent, use: str, name: str, image: str) -> DesignContent:
    if use == "logo":
        return replace(content, logo=image)
    if use == "seal":
        return replace(content, seal=image)
    pictures = {**content.pictures, name: image}
    if not image:
        del pictures[name]
    return replace(content, pictures=pictures)


def remove_picture(public_id: str, image_id: str, by: Actor) -> None:
    """Take a picture away from what is worked on; versions in use keep theirs."""
    with audited("certificates.design_picture_removed", by) as change:
        design = _locked(change.session, public_id)
        content = content_from(design.content)
        image = change.session.scalar(
            select(DesignImage).where(
                DesignImage.design_id == design.id, DesignImage.public_id == image_id
            )
        )
        if image is None or image_id not in content.image_ids:
            raise NotFound
        _store(change, design, _with_picture(content, image.use, image.name, ""))
        _drop_unused(change.session, design, {image_id})


def _drop_unused(session: Session, design: Design, image_ids: set[str] | frozenset[str]) -> None:
    """Delete pictures that no version prints."""
    kept: set[str] = set()
    for content in session.scalars(
        select(DesignVersion.content).where(DesignVersion.design_id == design.id)
    ):
        kept |= content_from(content).image_ids
    gone = image_ids - kept
    for image in session.scalars(
        select(DesignImage).where(
            DesignImage.design_id == design.id, DesignImage.public_id.in_(gone)
        )
    ).all():
        session.delete(image)
        key = image.key
        after_commit(lambda key=key: storage.delete(key))  # type: ignore[misc]


def put_into_use(public_id: str, row_version: int, by: Actor) -> int:
    """Make a version of what was worked on, which new batches take; its number.

    Raises DesignChangedMeanwhile, NotReady and NothingChanged.
    """
    with audited("certificates.design_put_into_use", by) as change:
        session = change.session
        design = _locked(session, public_id)
        if design.row_version != row_version:
            raise DesignChangedMeanwhile
        content = content_from(design.content)
        lacks = lacks_of(content)
        if lacks:
            raise NotReady(lacks)
        latest = session.scalar(
            select(DesignVersion)
            .where(DesignVersion.design_id == design.id)
            .order_by(DesignVersion.number.desc())
            .limit(1)
        )
        if (
            latest is not None
            and design.in_use == latest.number
            and content_from(latest.content) == content
        ):
            raise NothingChanged
        number = latest.number + 1 if latest is not None else 1
        session.add(
            DesignVersion(
                design_id=design.id,
                number=number,
                content=content.as_json(),
                digest=content.digest,
                created_by=by.public_id,
                created_at=change.now,
            )
        )
        design.in_use = number
        design.retired_at = None
        _about(change, design.public_id)
        return number


def choose_design(public_id: str, by: Actor) -> None:
    """Make a design the programme's own choice, which proposals begin with. Raises NotReady."""
    with audited("certificates.design_chosen", by) as change:
        design = _locked(change.session, public_id)
        if design.in_use is None or design.retired_at is not None:
            raise NotReady
        if design.is_default:
            change.nothing()
            return
        change.session.execute(update(Design).where(Design.is_default).values(is_default=False))
        design.is_default = True
        _about(change, design.public_id)


def retire_design(public_id: str, by: Actor, *, back: bool = False) -> None:
    """Offer a design for new batches no more, or again. What is printed by it stays printable."""
    with audited("certificates.design_retired", by) as change:
        design = _locked(change.session, public_id)
        if design.is_default and not back:
            raise IsTheDefault
        if (design.retired_at is None) == back:
            change.nothing()
            return
        design.retired_at = None if back else change.now
        _about(change, design.public_id)
