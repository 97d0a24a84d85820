"""when how to reach a person is open, and how often it was looked at

Revision ID: 0025
Revises: 0024
"""

import sqlalchemy as sa
from alembic import op

import kash.platform.database

revision = '0025'
down_revision = '0024'
branch_labels = None
depends_on = None


def _moment(name: str, *, nullable: bool) -> sa.Column:
    return sa.Column(name, kash.platform.database.UtcDateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    for name in ('phone_by', 'email_by'):
        op.add_column(
            'person', sa.Column(name, sa.String(length=16), nullable=False, server_default='')
        )
    # Who typed in a contact was not kept; whoever added the person is taken for it.
    person = sa.table(
        'person',
        *(
            sa.column(name)
            for name in ('created_by', 'phone_sealed', 'phone_by', 'email_sealed', 'email_by')
        ),
    )
    for which in ('phone', 'email'):
        op.execute(
            person.update()
            .where(person.c[f'{which}_sealed'].is_not(None))
            .values({f'{which}_by': person.c.created_by})
        )
    op.add_column('enrolment', _moment('answered_at', nullable=True))
    op.add_column('facilitator', _moment('added_at', nullable=True))
    # When somebody was put among those who teach was not kept either: since the workshop was made.
    workshop = sa.table('workshop', sa.column('id'), sa.column('created_at'))
    facilitator = sa.table('facilitator', sa.column('workshop_id'), sa.column('added_at'))
    op.execute(
        facilitator.update().values(
            added_at=sa.select(workshop.c.created_at)
            .where(workshop.c.id == facilitator.c.workshop_id)
            .scalar_subquery()
        )
    )
    with op.batch_alter_table('facilitator') as table:
        table.alter_column(
            'added_at', existing_type=kash.platform.database.UtcDateTime(timezone=True), nullable=False
        )
    op.create_table(
        'contact_request',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('asked_by', sa.String(length=16), nullable=False),
        _moment('asked_at', nullable=False),
        sa.Column('reason_sealed', sa.LargeBinary(), nullable=False),
        sa.Column('state', sa.String(length=12), nullable=False),
        sa.Column('decided_by', sa.String(length=16), nullable=True),
        _moment('decided_at', nullable=True),
        sa.Column('public_id', sa.String(length=16), nullable=False),
        sa.CheckConstraint(
            "state in ('waiting', 'agreed', 'refused', 'ended')",
            name=op.f('ck_contact_request_state'),
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_contact_request')),
        sa.UniqueConstraint('public_id', name=op.f('uq_contact_request_public_id')),
    )
    op.create_index('ix_contact_request_asked_by_state', 'contact_request', ['asked_by', 'state'])
    op.create_index('ix_contact_request_state_asked_at', 'contact_request', ['state', 'asked_at'])
    op.create_table(
        'contact_request_person',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('request_id', sa.Integer(), nullable=False),
        sa.Column('person_id', sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ['request_id'],
            ['contact_request.id'],
            name=op.f('fk_contact_request_person_request_id_contact_request'),
        ),
        sa.ForeignKeyConstraint(
            ['person_id'], ['person.id'], name=op.f('fk_contact_request_person_person_id_person')
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_contact_request_person')),
        sa.UniqueConstraint(
            'request_id',
            'person_id',
            name=op.f('uq_contact_request_person_request_id_person_id'),
        ),
    )
    op.create_index(
        op.f('ix_contact_request_person_person_id'), 'contact_request_person', ['person_id']
    )
    op.create_table(
        'contact_looks',
        sa.Column('account', sa.String(length=16), nullable=False),
        sa.Column('day', sa.Date(), nullable=False),
        sa.Column('looks', sa.Integer(), nullable=False),
        sa.Column('beyond', sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint('account', 'day', name=op.f('pk_contact_looks')),
    )
    op.create_table(
        'contact_reason',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('account', sa.String(length=16), nullable=False),
        sa.Column('day', sa.Date(), nullable=False),
        _moment('at', nullable=False),
        sa.Column('reason_sealed', sa.LargeBinary(), nullable=False),
        _moment('seen_at', nullable=True),
        sa.Column('seen_by', sa.String(length=16), nullable=True),
        sa.Column('public_id', sa.String(length=16), nullable=False),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_contact_reason')),
        sa.UniqueConstraint('public_id', name=op.f('uq_contact_reason_public_id')),
    )
    op.create_index('ix_contact_reason_account_day', 'contact_reason', ['account', 'day'])
    op.create_index('ix_contact_reason_seen_at', 'contact_reason', ['seen_at'])


def downgrade() -> None:
    op.drop_table('contact_reason')
    op.drop_table('contact_looks')
    op.drop_table('contact_request_person')
    op.drop_table('contact_request')
    with op.batch_alter_table('facilitator') as table:
        table.drop_column('added_at')
    with op.batch_alter_table('enrolment') as table:
        table.drop_column('answered_at')
    with op.batch_alter_table('person') as table:
        table.drop_column('email_by')
        table.drop_column('phone_by')
