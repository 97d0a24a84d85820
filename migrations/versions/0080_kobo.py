"""forms of KoboToolbox and rows that were brought in

Revision ID: 0080
Revises: 0086
"""

import sqlalchemy as sa
from alembic import op

from kash.platform.database import UtcDateTime

revision = '0080'
down_revision = '0086'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'kobo_form',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('connection_id', sa.Integer(), nullable=False),
        sa.Column('purpose', sa.String(length=12), nullable=False),
        sa.Column('asset', sa.String(length=40), nullable=False),
        sa.Column('title', sa.String(length=120), nullable=False),
        sa.Column('group_id', sa.Integer(), nullable=True),
        sa.Column('columns', sa.JSON(), nullable=False),
        sa.Column('list_id', sa.String(length=16), nullable=False),
        sa.Column('job', sa.String(length=16), nullable=False),
        sa.Column('rows_count', sa.Integer(), nullable=False),
        sa.Column('new_count', sa.Integer(), nullable=False),
        sa.Column('edited_count', sa.Integer(), nullable=False),
        sa.Column('fetched_at', UtcDateTime(timezone=True), nullable=True),
        sa.Column('created_by', sa.String(length=16), nullable=False),
        sa.Column('created_at', UtcDateTime(timezone=True), nullable=False),
        sa.Column('public_id', sa.String(length=16), nullable=False),
        sa.CheckConstraint(
            "purpose in ('registration', 'attendance')", name=op.f('ck_kobo_form_purpose')
        ),
        sa.CheckConstraint(
            "purpose <> 'registration' or group_id is not null", name=op.f('ck_kobo_form_group')
        ),
        sa.ForeignKeyConstraint(
            ['connection_id'], ['connection.id'], name=op.f('fk_kobo_form_connection_id_connection')
        ),
        sa.ForeignKeyConstraint(
            ['group_id'], ['people_group.id'], name=op.f('fk_kobo_form_group_id_people_group')
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_kobo_form')),
        sa.UniqueConstraint('connection_id', 'asset', name=op.f('uq_kobo_form_connection_id_asset')),
        sa.UniqueConstraint('public_id', name=op.f('uq_kobo_form_public_id')),
    )
    op.create_index(op.f('ix_kobo_form_group_id'), 'kobo_form', ['group_id'])
    op.create_table(
        'kobo_row',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('form_id', sa.Integer(), nullable=False),
        sa.Column('number', sa.BigInteger(), nullable=False),
        sa.Column('first_id', sa.String(length=64), nullable=False),
        sa.Column('content', sa.String(length=64), nullable=False),
        sa.Column('list_id', sa.String(length=16), nullable=False),
        sa.Column('row', sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ['form_id'], ['kobo_form.id'], name=op.f('fk_kobo_row_form_id_kobo_form')
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_kobo_row')),
        sa.UniqueConstraint('list_id', 'row', name=op.f('uq_kobo_row_list_id_row')),
    )
    op.create_index('ix_kobo_row_form_id_number', 'kobo_row', ['form_id', 'number'])
    op.create_index(op.f('ix_kobo_row_first_id'), 'kobo_row', ['first_id'])


def downgrade() -> None:
    op.drop_table('kobo_row')
    op.drop_table('kobo_form')
