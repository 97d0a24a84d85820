"""when sessions were really taught, what was left out of them, and what was reached

Revision ID: 0048
Revises: 0047
"""

import sqlalchemy as sa
from alembic import op

import kash.platform.database

revision = '0048'
down_revision = '0047'
branch_labels = None
depends_on = None

_Moment = kash.platform.database.UtcDateTime
_Key = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade() -> None:
    op.add_column('slot', sa.Column('began_at', _Moment(timezone=True), nullable=True))
    op.add_column('slot', sa.Column('ended_at', _Moment(timezone=True), nullable=True))
    op.create_table(
        'time_tap',
        sa.Column('id', _Key, nullable=False),
        sa.Column('op_id', sa.String(length=36), nullable=False),
        sa.Column('slot_id', sa.Integer(), nullable=False),
        sa.Column('edge', sa.String(length=8), nullable=False),
        sa.Column('at', _Moment(timezone=True), nullable=False),
        sa.Column('by_hand', sa.Boolean(), nullable=False),
        sa.Column('device', sa.String(length=36), nullable=False),
        sa.Column('device_time', _Moment(timezone=True), nullable=False),
        sa.Column('received_at', _Moment(timezone=True), nullable=False),
        sa.Column('tapped_by', sa.String(length=16), nullable=False),
        sa.Column('undone_at', _Moment(timezone=True), nullable=True),
        sa.Column('undone_by', sa.String(length=16), nullable=True),
        sa.CheckConstraint("edge in ('start', 'end')", name=op.f('ck_time_tap_edge')),
        sa.ForeignKeyConstraint(['slot_id'], ['slot.id'], name=op.f('fk_time_tap_slot_id_slot')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_time_tap')),
        sa.UniqueConstraint('op_id', name=op.f('uq_time_tap_op_id')),
    )
    op.create_index('ix_time_tap_slot_id', 'time_tap', ['slot_id'])
    op.create_table(
        'session_record',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('session_id', sa.Integer(), nullable=False),
        sa.Column('notes_sealed', sa.LargeBinary(), nullable=True),
        sa.Column('next_time_sealed', sa.LargeBinary(), nullable=True),
        sa.Column('row_version', sa.Integer(), nullable=False),
        sa.Column('written_by', sa.String(length=16), nullable=False),
        sa.Column('written_at', _Moment(timezone=True), nullable=False),
        sa.Column('public_id', sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(
            ['session_id'],
            ['workshop_session.id'],
            name=op.f('fk_session_record_session_id_workshop_session'),
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_session_record')),
        sa.UniqueConstraint('public_id', name=op.f('uq_session_record_public_id')),
        sa.UniqueConstraint('session_id', name=op.f('uq_session_record_session_id')),
    )
    op.create_table(
        'step_left_out',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('record_id', sa.Integer(), nullable=False),
        sa.Column('lineage', sa.String(length=16), nullable=False),
        sa.Column('reason', sa.String(length=12), nullable=False),
        sa.Column('words_sealed', sa.LargeBinary(), nullable=True),
        sa.CheckConstraint(
            "reason in ('time', 'known', 'unsafe', 'missing', 'wishes', 'other')",
            name=op.f('ck_step_left_out_reason'),
        ),
        sa.ForeignKeyConstraint(
            ['record_id'],
            ['session_record.id'],
            name=op.f('fk_step_left_out_record_id_session_record'),
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_step_left_out')),
        sa.UniqueConstraint(
            'record_id', 'lineage', name=op.f('uq_step_left_out_record_id_lineage')
        ),
    )
    op.create_index('ix_step_left_out_lineage', 'step_left_out', ['lineage'])
    op.create_table(
        'objective_reached',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('record_id', sa.Integer(), nullable=False),
        sa.Column('lineage', sa.String(length=16), nullable=False),
        sa.Column('reached', sa.String(length=12), nullable=False),
        sa.CheckConstraint(
            "reached in ('reached', 'partly', 'not_taught')",
            name=op.f('ck_objective_reached_reached'),
        ),
        sa.ForeignKeyConstraint(
            ['record_id'],
            ['session_record.id'],
            name=op.f('fk_objective_reached_record_id_session_record'),
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_objective_reached')),
        sa.UniqueConstraint(
            'record_id', 'lineage', name=op.f('uq_objective_reached_record_id_lineage')
        ),
    )
    op.create_index('ix_objective_reached_lineage', 'objective_reached', ['lineage'])
    # The last deliveries of a plan are found by its lineage.
    op.create_index('ix_session_plan_lineage', 'session_plan', ['lineage'])


def downgrade() -> None:
    op.drop_index('ix_session_plan_lineage', 'session_plan')
    op.drop_table('objective_reached')
    op.drop_table('step_left_out')
    op.drop_table('session_record')
    op.drop_table('time_tap')
    op.drop_column('slot', 'ended_at')
    op.drop_column('slot', 'began_at')
