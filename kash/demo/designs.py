"""Designs of the sample: one with everything on it, one of its own, signatures and marks."""

from __future__ import annotations

from sqlalchemy import select

from kash.certificates.models import Design
from kash.certificates.rules.designs import DesignContent, Signer, SignerKind, Words
from kash.certificates.services import designs, signatures
from kash.demo import drawings
from kash.demo.accounts import DIRECTOR, SECOND_TRAINER, TRAINER
from kash.platform.database import db
from kash.platform.web.pictures import prepared_picture, prepared_signature
from kash.policy import Actor
from kash.workshops.models import Funder

MADE_DESIGN, OWN_DESIGN = "Guilloche with seal", "Our own sheet"

_OWN_HTML = """<div class="side"><img src="image:sun" alt=""></div>
<div class="words">
  <p class="org" data-field="organisation"></p>
  <h1 data-field="heading"></h1>
  <p class="person" data-field="name"></p>
  <p class="said" data-field="body"></p>
  <p class="said soft" data-field="body_second" lang="sw"></p>
  <p class="soft" data-field="date"></p>
  <div class="ends">
    <div data-field="signatures"></div>
    <div class="proof">
      <img class="qr" data-field="qr" alt="">
      <p data-field="serial"></p>
      <p class="small" data-field="check_line"></p>
    </div>
  </div>
</div>"""
_OWN_CSS = """.own { height: 210mm; }
.side { position: absolute; left: 0; top: 0; width: 70mm; height: 210mm; background: #f4ead6; }
.side img { width: 46mm; margin: 20mm 12mm; }
.words { position: absolute; left: 86mm; right: 18mm; top: 24mm; bottom: 18mm; }
.org { font-weight: 600; }
h1 { font: 36pt/1.15 var(--serif); color: #b9482d; margin: 10mm 0 8mm; }
.person { font: 32pt/1.25 var(--serif); border-bottom: 1pt solid #b9482d; }
.said { font-size: 14pt; margin-top: 4mm; }
.soft { color: var(--soft); }
.ends { position: absolute; left: 0; right: 0; bottom: 0; height: 44mm; }
.ends .signs { position: absolute; left: 0; right: 46mm; bottom: 0; }
.proof { position: absolute; right: 0; bottom: 0; width: 40mm; font-size: 9.5pt; }
.small { font-size: 7.5pt; }"""


def make_designs(actors: dict[str, Actor]) -> str:
    """Public id of the design that the sample's issued certificates have.

    Director and trainers keep signatures; the director and one trainer allow theirs on it.
    """
    director = actors[DIRECTOR.key]
    content = DesignContent(
        words={
            "en": Words(sentence="took part in [title], held [days]."),
            "sw": Words(heading="Cheti cha Ushiriki"),
        },
        signers=(
            Signer(SignerKind.LEAD),
            Signer(SignerKind.APPROVER),
            Signer(SignerKind.NAMED, name="Heri Mazoezi", role="Host of the workshop"),
        ),
        logo="",
        marks=True,
    )
    made = designs.make_design(MADE_DESIGN, content, director)
    designs.put_picture(made, "logo", "", prepared_picture(drawings.logo(), 710, 240), director)
    designs.put_picture(made, "seal", "", prepared_picture(drawings.seal(), 400, 400), director)
    designs.put_into_use(made, _found(made).row_version, director)
    own = designs.make_design(
        OWN_DESIGN, DesignContent(base="own", html=_OWN_HTML, css=_OWN_CSS), director
    )
    sun = prepared_picture(drawings.logo(), 1800, 1800)
    designs.put_picture(own, "own", "sun", sun, director)
    designs.put_into_use(own, _found(own).row_version, director)
    for number, account in enumerate((DIRECTOR, TRAINER, SECOND_TRAINER), 3):
        actor = actors[account.key]
        signatures.keep_signature(
            prepared_signature(drawings.signature(number + 2), 710, 200), actor
        )
        if account is not SECOND_TRAINER:
            signatures.allow_on_design(_found(made), actor)
    for number, funder in enumerate(db.session.scalars(select(Funder).order_by(Funder.id)).all()):
        signatures.keep_mark(funder, prepared_picture(drawings.mark(number), 480, 160), director)
    return made


def _found(public_id: str) -> Design:
    return db.session.scalars(select(Design).where(Design.public_id == public_id)).one()
