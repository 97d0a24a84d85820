"""search

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

import kash.platform.database
from kash.people.search import drop_search, install_search

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("person") as table:
        table.add_column(sa.Column("age_recorded_on", sa.Date(), nullable=True))
        table.add_column(sa.Column("minor_since", kash.platform.database.UtcDateTime(timezone=True), nullable=True))
        table.add_column(sa.Column("minor_by", sa.String(16), nullable=False, server_default=""))
        table.add_column(sa.Column("minor_seen_at", kash.platform.database.UtcDateTime(timezone=True), nullable=True))
        table.add_column(sa.Column("minor_seen_by", sa.String(16), nullable=False, server_default=""))
        table.create_index("ix_person_minor", ["minor"])
    bind = op.get_bind()
    person = sa.table(
        "person",
        *(sa.column(name) for name in ("age_band", "age_recorded_on", "minor", "minor_since")),
        *(sa.column(name) for name in ("minor_by", "created_at", "created_by")),
    )
    # Nobody wrote down when an age was said: at the latest, when the person was added.
    bind.execute(
        person.update()
        .where(person.c.age_band != "")
        .values(age_recorded_on=sa.func.date(person.c.created_at))
    )
    bind.execute(
        person.update()
        .where(person.c.minor == sa.true())
        .values(minor_since=person.c.created_at, minor_by=person.c.created_by)
    )
    _index_the_trail(bind)
    install_search(bind)


def _index_the_trail(bind: sa.Connection) -> None:
    op.create_table(
        "audit_subject",
        sa.Column("subject", sa.String(40), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("subject", "seq", name="pk_audit_subject"),
    )
    entry = sa.table("audit_entry", sa.column("seq"), sa.column("subjects", sa.JSON()))
    subject = sa.table("audit_subject", sa.column("subject"), sa.column("seq"))
    for row in bind.execute(sa.select(entry.c.seq, entry.c.subjects)).all():
        named = [str(one)[:40] for one in dict.fromkeys(row.subjects)]
        if named:
            bind.execute(subject.insert(), [{"subject": one, "seq": row.seq} for one in named])


def downgrade() -> None:
    drop_search(op.get_bind())
    op.drop_table("audit_subject")
    with op.batch_alter_table("person") as table:
        table.drop_index("ix_person_minor")
        for name in ("minor_seen_by", "minor_seen_at", "minor_by", "minor_since", "age_recorded_on"):
            table.drop_column(name)
