"""minutes that several write at once

Revision ID: 0071
Revises: 0070
"""

import sqlalchemy as sa
from alembic import op

import kash.platform.database

revision = '0071'
down_revision = '0070'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'minutes_page',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('page', sa.String(length=16), nullable=False),
        sa.Column('item_id', sa.Integer(), nullable=False),
        sa.Column('written_by', sa.String(length=16), nullable=False),
        sa.Column('number', sa.Integer(), nullable=False),
        sa.Column('written', sa.JSON(), nullable=False),
        sa.Column('renamed', sa.JSON(), nullable=False),
        sa.Column(
            'written_at', kash.platform.database.UtcDateTime(timezone=True), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ['item_id'],
            ['agenda_item.id'],
            name=op.f('fk_minutes_page_item_id_agenda_item'),
            ondelete='CASCADE',
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_minutes_page')),
        sa.UniqueConstraint('page', name=op.f('uq_minutes_page_page')),
    )
    op.create_index(op.f('ix_minutes_page_item_id'), 'minutes_page', ['item_id'])
    op.create_table(
        'minutes_difference',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('item_id', sa.Integer(), nullable=False),
        sa.Column('page', sa.String(length=16), nullable=False),
        sa.Column('part', sa.String(length=32), nullable=False),
        sa.Column('before', sa.Text(), nullable=False),
        sa.Column('stands', sa.Text(), nullable=False),
        sa.Column('other', sa.Text(), nullable=False),
        sa.Column('written_by', sa.String(length=16), nullable=False),
        sa.Column('made_at', kash.platform.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column('public_id', sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(
            ['item_id'],
            ['agenda_item.id'],
            name=op.f('fk_minutes_difference_item_id_agenda_item'),
            ondelete='CASCADE',
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_minutes_difference')),
        sa.UniqueConstraint('public_id', name=op.f('uq_minutes_difference_public_id')),
    )
    op.create_index(op.f('ix_minutes_difference_item_id'), 'minutes_difference', ['item_id'])


def downgrade() -> None:
    op.drop_table('minutes_difference')
    op.drop_table('minutes_page')
