"""lines of minutes that are read only by those who run the forum

Revision ID: 0029
Revises: 0028
"""

import sqlalchemy as sa
from alembic import op

revision = '0029'
down_revision = '0028'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'internal_line',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('public_id', sa.String(length=16), nullable=False),
        sa.Column('item_id', sa.Integer(), nullable=False),
        sa.Column('digest', sa.String(length=64), nullable=False),
        sa.Column('asked_by', sa.String(length=16), nullable=True),
        sa.Column('released_by', sa.String(length=16), nullable=True),
        sa.CheckConstraint(
            'released_by is null or released_by <> asked_by',
            name=op.f('ck_internal_line_two_people'),
        ),
        sa.ForeignKeyConstraint(
            ['item_id'],
            ['agenda_item.id'],
            name=op.f('fk_internal_line_item_id_agenda_item'),
            ondelete='CASCADE',
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_internal_line')),
        sa.UniqueConstraint('item_id', 'digest', name=op.f('uq_internal_line_item_id_digest')),
        sa.UniqueConstraint('public_id', name=op.f('uq_internal_line_public_id')),
    )


def downgrade() -> None:
    op.drop_table('internal_line')
