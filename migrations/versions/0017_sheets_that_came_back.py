"""sheets keep their columns; pictures of signed sheets, what they said, and differences settled

Revision ID: 0017
Revises: 0016
"""

import sqlalchemy as sa
from alembic import op

import kash.platform.database

revision = '0017'
down_revision = '0016'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('sheet') as table:
        table.add_column(sa.Column('columns', sa.JSON(), nullable=False, server_default='[]'))
        table.add_column(sa.Column('extras', sa.JSON(), nullable=False, server_default='[]'))
        table.add_column(
            sa.Column('large', sa.Boolean(), nullable=False, server_default=sa.false())
        )
    op.create_table('sheet_scan',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('register_id', sa.Integer(), nullable=False),
    sa.Column('sheet_id', sa.Integer(), nullable=True),
    sa.Column('found_by', sa.String(length=8), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('width', sa.SmallInteger(), nullable=False),
    sa.Column('height', sa.SmallInteger(), nullable=False),
    sa.Column('uploaded_by', sa.String(length=16), nullable=False),
    sa.Column('uploaded_at', kash.platform.database.UtcDateTime(timezone=True), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.CheckConstraint("(sheet_id is null) = (found_by = '')", name=op.f('ck_sheet_scan_found')),
    sa.CheckConstraint("found_by in ('', 'code', 'hand')", name=op.f('ck_sheet_scan_found_by')),
    sa.ForeignKeyConstraint(['register_id'], ['register.id'], name=op.f('fk_sheet_scan_register_id_register')),
    sa.ForeignKeyConstraint(['sheet_id'], ['sheet.id'], name=op.f('fk_sheet_scan_sheet_id_sheet')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sheet_scan')),
    sa.UniqueConstraint('public_id', name=op.f('uq_sheet_scan_public_id'))
    )
    op.create_index('ix_sheet_scan_register_id_id', 'sheet_scan', ['register_id', 'id'])
    op.create_index(op.f('ix_sheet_scan_sheet_id'), 'sheet_scan', ['sheet_id'])
    op.create_table('sheet_reading',
    sa.Column('sheet_id', sa.Integer(), nullable=False),
    sa.Column('ticks', sa.JSON(), nullable=False),
    sa.Column('written_in', sa.SmallInteger(), nullable=False),
    sa.Column('edition', sa.Integer(), nullable=False),
    sa.Column('read_by', sa.String(length=16), nullable=False),
    sa.Column('read_at', kash.platform.database.UtcDateTime(timezone=True), nullable=False),
    sa.CheckConstraint('written_in >= 0', name=op.f('ck_sheet_reading_written_in')),
    sa.ForeignKeyConstraint(['sheet_id'], ['sheet.id'], name=op.f('fk_sheet_reading_sheet_id_sheet')),
    sa.PrimaryKeyConstraint('sheet_id', name=op.f('pk_sheet_reading'))
    )
    op.create_table('settlement',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('slot_id', sa.Integer(), nullable=False),
    sa.Column('entry_id', sa.Integer(), nullable=False),
    sa.Column('source', sa.String(length=16), nullable=False),
    sa.Column('counted', sa.Boolean(), nullable=False),
    sa.Column('status', sa.String(length=16), nullable=False),
    sa.Column('reason', sa.String(length=300), nullable=False),
    sa.Column('settled_by', sa.String(length=16), nullable=False),
    sa.Column('settled_at', kash.platform.database.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['entry_id'], ['roster_entry.id'], name=op.f('fk_settlement_entry_id_roster_entry')),
    sa.ForeignKeyConstraint(['slot_id'], ['slot.id'], name=op.f('fk_settlement_slot_id_slot')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_settlement')),
    sa.UniqueConstraint('slot_id', 'entry_id', 'source', name=op.f('uq_settlement_slot_id_entry_id_source'))
    )
    op.create_index(op.f('ix_settlement_entry_id'), 'settlement', ['entry_id'])


def downgrade() -> None:
    op.drop_table('settlement')
    op.drop_table('sheet_reading')
    op.drop_table('sheet_scan')
    with op.batch_alter_table('sheet') as table:
        table.drop_column('large')
        table.drop_column('extras')
        table.drop_column('columns')
