"""links by which people are put down for a workshop, and what waits in them

Revision ID: 0066
Revises: 0056
"""

import sqlalchemy as sa
from alembic import op

import kash.platform.database

revision = '0066'
down_revision = '0056'
branch_labels = None
depends_on = None


def upgrade() -> None:
    moment = kash.platform.database.UtcDateTime(timezone=True)
    op.create_table(
        'sign_up_link',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('workshop_id', sa.Integer(), nullable=False),
        sa.Column('group_id', sa.Integer(), nullable=False),
        sa.Column('organisation_id', sa.Integer(), nullable=True),
        sa.Column('kind', sa.String(length=8), nullable=False),
        sa.Column('most_rows', sa.SmallInteger(), nullable=False),
        sa.Column('call', sa.String(length=120), nullable=False),
        sa.Column('token_hash', sa.String(length=64), nullable=False),
        sa.Column('expires_at', moment, nullable=False),
        sa.Column('withdrawn_at', moment, nullable=True),
        sa.Column('made_by', sa.String(length=16), nullable=False),
        sa.Column('made_at', moment, nullable=False),
        sa.Column('public_id', sa.String(length=16), nullable=False),
        sa.CheckConstraint("kind in ('quota', 'open')", name=op.f('ck_sign_up_link_kind')),
        sa.CheckConstraint(
            'most_rows between 1 and 200', name=op.f('ck_sign_up_link_most_rows')
        ),
        sa.CheckConstraint(
            "kind = 'open' or organisation_id is not null", name=op.f('ck_sign_up_link_station')
        ),
        sa.ForeignKeyConstraint(
            ['workshop_id'], ['workshop.id'], name=op.f('fk_sign_up_link_workshop_id_workshop')
        ),
        sa.ForeignKeyConstraint(
            ['group_id'], ['people_group.id'], name=op.f('fk_sign_up_link_group_id_people_group')
        ),
        sa.ForeignKeyConstraint(
            ['organisation_id'],
            ['organisation.id'],
            name=op.f('fk_sign_up_link_organisation_id_organisation'),
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_sign_up_link')),
        sa.UniqueConstraint('token_hash', name=op.f('uq_sign_up_link_token_hash')),
        sa.UniqueConstraint('public_id', name=op.f('uq_sign_up_link_public_id')),
    )
    for column in ('workshop_id', 'group_id', 'organisation_id'):
        op.create_index(f'ix_sign_up_link_{column}', 'sign_up_link', [column])
    op.create_table(
        'sign_up',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('link_id', sa.Integer(), nullable=False),
        sa.Column('typed_sealed', sa.LargeBinary(), nullable=True),
        sa.Column('state', sa.String(length=8), nullable=False),
        sa.Column('entered_on', sa.Date(), nullable=False),
        sa.Column('decided_by', sa.String(length=16), nullable=False),
        sa.Column('public_id', sa.String(length=16), nullable=False),
        sa.CheckConstraint(
            "state in ('waiting', 'accepted', 'declined')", name=op.f('ck_sign_up_state')
        ),
        sa.CheckConstraint(
            "(state = 'waiting') = (typed_sealed is not null)", name=op.f('ck_sign_up_typed')
        ),
        sa.ForeignKeyConstraint(
            ['link_id'], ['sign_up_link.id'], name=op.f('fk_sign_up_link_id_sign_up_link')
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_sign_up')),
        sa.UniqueConstraint('public_id', name=op.f('uq_sign_up_public_id')),
    )
    op.create_index('ix_sign_up_link_id', 'sign_up', ['link_id'])


def downgrade() -> None:
    op.drop_table('sign_up')
    op.drop_table('sign_up_link')
