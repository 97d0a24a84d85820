"""figures mapped to DHIS2, pushes, and what became of each value

Revision ID: 0079
Revises: 0083
"""

import sqlalchemy as sa
from alembic import op

from kash.platform.database import UtcDateTime

revision = '0079'
down_revision = '0083'
branch_labels = None
depends_on = None


def upgrade() -> None:
    moment = UtcDateTime(timezone=True)
    op.create_table(
        'dhis2_cell',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('connection_id', sa.Integer(), nullable=False),
        sa.Column('kind', sa.String(length=8), nullable=False),
        sa.Column('figure', sa.String(length=80), nullable=False),
        sa.Column('data_element', sa.String(length=11), nullable=False),
        sa.Column('option_combo', sa.String(length=11), nullable=False),
        sa.Column('attribute_combo', sa.String(length=11), nullable=False),
        sa.Column('org_unit', sa.String(length=11), nullable=False),
        sa.Column('public_id', sa.String(length=16), nullable=False),
        sa.CheckConstraint("kind in ('quarter', 'year')", name=op.f('ck_dhis2_cell_kind')),
        sa.ForeignKeyConstraint(
            ['connection_id'],
            ['connection.id'],
            name=op.f('fk_dhis2_cell_connection_id_connection'),
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_dhis2_cell')),
        sa.UniqueConstraint(
            'connection_id',
            'kind',
            'data_element',
            'option_combo',
            'attribute_combo',
            'org_unit',
            name='uq_dhis2_cell_place',
        ),
        sa.UniqueConstraint('public_id', name=op.f('uq_dhis2_cell_public_id')),
    )
    op.create_table(
        'dhis2_push',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('connection_id', sa.Integer(), nullable=False),
        sa.Column('period', sa.String(length=8), nullable=False),
        sa.Column('state', sa.String(length=8), nullable=False),
        sa.Column('asked_by', sa.String(length=16), nullable=False),
        sa.Column('asked_at', moment, nullable=False),
        sa.Column('done_at', moment, nullable=True),
        sa.Column('public_id', sa.String(length=16), nullable=False),
        sa.CheckConstraint(
            "state in ('waiting', 'sending', 'done')", name=op.f('ck_dhis2_push_state')
        ),
        sa.ForeignKeyConstraint(
            ['connection_id'],
            ['connection.id'],
            name=op.f('fk_dhis2_push_connection_id_connection'),
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_dhis2_push')),
        sa.UniqueConstraint('public_id', name=op.f('uq_dhis2_push_public_id')),
    )
    op.create_index(
        op.f('ix_dhis2_push_connection_id_period'), 'dhis2_push', ['connection_id', 'period']
    )
    op.create_table(
        'dhis2_value',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('push_id', sa.Integer(), nullable=False),
        sa.Column('data_element', sa.String(length=11), nullable=False),
        sa.Column('option_combo', sa.String(length=11), nullable=False),
        sa.Column('attribute_combo', sa.String(length=11), nullable=False),
        sa.Column('org_unit', sa.String(length=11), nullable=False),
        sa.Column('figure', sa.String(length=80), nullable=False),
        sa.Column('value', sa.Integer(), nullable=True),
        sa.Column('outcome', sa.String(length=8), nullable=False),
        sa.Column('code', sa.String(length=20), nullable=False),
        sa.Column('sentence', sa.String(length=200), nullable=False),
        sa.CheckConstraint(
            "outcome in ('waiting', 'stored', 'refused', 'not_sent', 'unknown')",
            name=op.f('ck_dhis2_value_outcome'),
        ),
        sa.ForeignKeyConstraint(
            ['push_id'], ['dhis2_push.id'], name=op.f('fk_dhis2_value_push_id_dhis2_push')
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_dhis2_value')),
    )
    op.create_index(op.f('ix_dhis2_value_push_id'), 'dhis2_value', ['push_id'])


def downgrade() -> None:
    op.drop_table('dhis2_value')
    op.drop_table('dhis2_push')
    op.drop_table('dhis2_cell')
