"""addresses by which calendars are read

Revision ID: 0064
Revises: 0055
"""

import sqlalchemy as sa
from alembic import op

import kash.platform.database

revision = '0064'
down_revision = '0055'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'calendar_address',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('account_id', sa.Integer(), nullable=True),
        sa.Column('venue_id', sa.Integer(), nullable=True),
        sa.Column('token_hash', sa.String(length=64), nullable=False),
        sa.Column('made_by', sa.String(length=16), nullable=False),
        sa.Column(
            'made_at', kash.platform.database.UtcDateTime(timezone=True), nullable=False
        ),
        sa.Column('public_id', sa.String(length=16), nullable=False),
        sa.CheckConstraint(
            '(account_id is null) <> (venue_id is null)',
            name=op.f('ck_calendar_address_one_subject'),
        ),
        sa.ForeignKeyConstraint(
            ['account_id'], ['account.id'], name=op.f('fk_calendar_address_account_id_account')
        ),
        sa.ForeignKeyConstraint(
            ['venue_id'], ['venue.id'], name=op.f('fk_calendar_address_venue_id_venue')
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_calendar_address')),
        sa.UniqueConstraint('account_id', name=op.f('uq_calendar_address_account_id')),
        sa.UniqueConstraint('venue_id', name=op.f('uq_calendar_address_venue_id')),
        sa.UniqueConstraint('token_hash', name=op.f('uq_calendar_address_token_hash')),
        sa.UniqueConstraint('public_id', name=op.f('uq_calendar_address_public_id')),
    )


def downgrade() -> None:
    op.drop_table('calendar_address')
