"""officers on duty, and alerts

Revision ID: 0026
Revises: 0025
"""

import sqlalchemy as sa
from alembic import op

import kash.platform.database

revision = '0026'
down_revision = '0025'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'officer_duty',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('account_id', sa.Integer(), nullable=False),
        sa.Column('position', sa.Integer(), nullable=False),
        sa.Column('active', sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ['account_id'], ['account.id'], name=op.f('fk_officer_duty_account_id_account')
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_officer_duty')),
        sa.UniqueConstraint('account_id', name=op.f('uq_officer_duty_account_id')),
    )
    op.create_table(
        'officer_duty_hours',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('duty_id', sa.Integer(), nullable=False),
        sa.Column('opens', sa.Integer(), nullable=False),
        sa.Column('closes', sa.Integer(), nullable=False),
        sa.CheckConstraint('closes > opens', name=op.f('ck_officer_duty_hours_order')),
        sa.ForeignKeyConstraint(
            ['duty_id'],
            ['officer_duty.id'],
            name=op.f('fk_officer_duty_hours_duty_id_officer_duty'),
            ondelete='CASCADE',
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_officer_duty_hours')),
    )
    with op.batch_alter_table('officer_duty_hours') as table:
        table.create_index('ix_officer_duty_hours_duty_id', ['duty_id'])
    op.create_table(
        'alert',
        sa.Column('id', sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column('week', sa.Date(), nullable=False),
        sa.Column('raised_at', kash.platform.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column('told', sa.Integer(), nullable=False),
        sa.Column('in_time', sa.Boolean(), nullable=True),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_alert')),
    )
    with op.batch_alter_table('alert') as table:
        table.create_index('ix_alert_week', ['week'])
        table.create_index('ix_alert_raised_at', ['raised_at'])


def downgrade() -> None:
    for table in ('alert', 'officer_duty_hours', 'officer_duty'):
        op.drop_table(table)
