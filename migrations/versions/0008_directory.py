"""directory of services, and checks of certificates counted for each serial

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

import kash.platform.database

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None

_KINDS = (
    "kind in ('legal', 'clinic', 'pep', 'shelter', 'counselling', 'children', 'oversight', "
    "'rights', 'hotline', 'other')"
)


def upgrade() -> None:
    op.create_table('service_entry',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('sort_name', sa.String(length=200), nullable=False),
    sa.Column('card_name', sa.String(length=60), nullable=False),
    sa.Column('kind', sa.String(length=16), nullable=False),
    sa.Column('area', sa.String(length=120), nullable=False),
    sa.Column('phone', sa.String(length=20), nullable=False),
    sa.Column('other_phone', sa.String(length=20), nullable=False),
    sa.Column('address', sa.String(length=400), nullable=False),
    sa.Column('address_confidential', sa.Boolean(), nullable=False),
    sa.Column('address_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('spoken', sa.String(length=80), nullable=False),
    sa.Column('served', sa.String(length=80), nullable=False),
    sa.Column('cost', sa.String(length=8), nullable=False),
    sa.Column('cost_note', sa.String(length=200), nullable=False),
    sa.Column('recommended_by', sa.String(length=200), nullable=False),
    sa.Column('notes', sa.Text(), nullable=False),
    sa.Column('found_by', sa.Text(), nullable=False),
    sa.Column('checked_on', sa.Date(), nullable=False),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.Column('edition', sa.Integer(), nullable=False),
    sa.Column('created_at', kash.platform.database.UtcDateTime(timezone=True), nullable=False),
    sa.Column('changed_at', kash.platform.database.UtcDateTime(timezone=True), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.CheckConstraint(_KINDS, name=op.f('ck_service_entry_kind')),
    sa.CheckConstraint("cost in ('', 'free', 'some', 'paid')", name=op.f('ck_service_entry_cost')),
    sa.CheckConstraint("not address_confidential or address = ''", name=op.f('ck_service_entry_address')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_service_entry')),
    sa.UniqueConstraint('public_id', name=op.f('uq_service_entry_public_id'))
    )
    op.create_index('ix_service_entry_sort_name_id', 'service_entry', ['sort_name', 'id'])
    op.create_index('ix_service_entry_area', 'service_entry', ['area'])

    op.create_table('service_hours',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('entry_id', sa.Integer(), nullable=False),
    sa.Column('opens', sa.Integer(), nullable=False),
    sa.Column('closes', sa.Integer(), nullable=False),
    sa.CheckConstraint(
        'opens between 0 and 10079 and closes > opens and closes <= opens + 1440',
        name=op.f('ck_service_hours_stretch'),
    ),
    sa.ForeignKeyConstraint(['entry_id'], ['service_entry.id'], name=op.f('fk_service_hours_entry_id_service_entry'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_service_hours'))
    )
    op.create_index('uq_service_hours_entry_id_opens', 'service_hours', ['entry_id', 'opens'], unique=True)

    with op.batch_alter_table('verification_attempt', schema=None) as batch_op:
        batch_op.add_column(sa.Column('serial', sa.String(length=64), nullable=False, server_default=''))
        batch_op.create_index('ix_verification_attempt_serial_at', ['serial', 'at'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('verification_attempt', schema=None) as batch_op:
        batch_op.drop_index('ix_verification_attempt_serial_at')
        batch_op.drop_column('serial')
    op.drop_table('service_hours')
    op.drop_table('service_entry')
