"""payouts: rates, who is paid how, lists, payments and what became of them

Revision ID: 0012
Revises: 0011
"""

import sqlalchemy as sa
from alembic import op

import kash.platform.database

revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('payee',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('workshop_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('phone_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('role', sa.String(length=16), nullable=False),
    sa.Column('band', sa.String(length=60), nullable=False),
    sa.Column('days', sa.JSON(), nullable=False),
    sa.Column('added_by', sa.String(length=16), nullable=False),
    sa.Column('added_at', kash.platform.database.UtcDateTime(timezone=True), nullable=False),
    sa.Column('removed_at', kash.platform.database.UtcDateTime(timezone=True), nullable=True),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.CheckConstraint("role in ('participant', 'facilitator', 'driver', 'interpreter', 'helper')", name=op.f('ck_payee_role')),
    sa.ForeignKeyConstraint(['workshop_id'], ['workshop.id'], name=op.f('fk_payee_workshop_id_workshop')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_payee')),
    sa.UniqueConstraint('public_id', name=op.f('uq_payee_public_id'))
    )
    with op.batch_alter_table('payee', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_payee_workshop_id'), ['workshop_id'], unique=False)

    op.create_table('payout_part',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('workshop_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('role', sa.String(length=16), nullable=False),
    sa.Column('band', sa.String(length=60), nullable=False),
    sa.Column('waived', sa.Boolean(), nullable=False),
    sa.Column('extra_cents', sa.Integer(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('changed_by', sa.String(length=16), nullable=False),
    sa.Column('changed_at', kash.platform.database.UtcDateTime(timezone=True), nullable=False),
    sa.CheckConstraint("role in ('participant', 'facilitator', 'driver', 'interpreter', 'helper')", name=op.f('ck_payout_part_role')),
    sa.CheckConstraint('extra_cents >= 0', name=op.f('ck_payout_part_extra_cents')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_payout_part_person_id_person')),
    sa.ForeignKeyConstraint(['workshop_id'], ['workshop.id'], name=op.f('fk_payout_part_workshop_id_workshop')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_payout_part')),
    sa.UniqueConstraint('workshop_id', 'person_id', name=op.f('uq_payout_part_workshop_id_person_id'))
    )
    with op.batch_alter_table('payout_part', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_payout_part_person_id'), ['person_id'], unique=False)

    op.create_table('rate_table',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('workshop_id', sa.Integer(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.Column('bands', sa.JSON(), nullable=False),
    sa.Column('rates', sa.JSON(), nullable=False),
    sa.Column('least_weight', sa.SmallInteger(), nullable=False),
    sa.Column('weighted', sa.Boolean(), nullable=False),
    sa.Column('created_by', sa.String(length=16), nullable=False),
    sa.Column('created_at', kash.platform.database.UtcDateTime(timezone=True), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.CheckConstraint('least_weight between 1 and 100', name=op.f('ck_rate_table_least_weight')),
    sa.ForeignKeyConstraint(['workshop_id'], ['workshop.id'], name=op.f('fk_rate_table_workshop_id_workshop')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_rate_table')),
    sa.UniqueConstraint('public_id', name=op.f('uq_rate_table_public_id')),
    sa.UniqueConstraint('workshop_id', 'version', name=op.f('uq_rate_table_workshop_id_version'))
    )
    with op.batch_alter_table('rate_table', schema=None) as batch_op:
        batch_op.create_index('uq_rate_table_version_programme', ['version'], unique=True, sqlite_where=sa.text('workshop_id is null'), postgresql_where=sa.text('workshop_id is null'))

    op.create_table('settled_claim',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('first_id', sa.Integer(), nullable=False),
    sa.Column('second_id', sa.Integer(), nullable=False),
    sa.Column('keeps_id', sa.Integer(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('settled_by', sa.String(length=16), nullable=False),
    sa.Column('settled_at', kash.platform.database.UtcDateTime(timezone=True), nullable=False),
    sa.CheckConstraint('first_id < second_id', name=op.f('ck_settled_claim_order')),
    sa.ForeignKeyConstraint(['first_id'], ['workshop.id'], name=op.f('fk_settled_claim_first_id_workshop')),
    sa.ForeignKeyConstraint(['keeps_id'], ['workshop.id'], name=op.f('fk_settled_claim_keeps_id_workshop')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_settled_claim_person_id_person')),
    sa.ForeignKeyConstraint(['second_id'], ['workshop.id'], name=op.f('fk_settled_claim_second_id_workshop')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_settled_claim')),
    sa.UniqueConstraint('person_id', 'day', 'first_id', 'second_id', name=op.f('uq_settled_claim_person_id_day_first_id_second_id'))
    )
    with op.batch_alter_table('settled_claim', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_settled_claim_first_id'), ['first_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_settled_claim_keeps_id'), ['keeps_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_settled_claim_second_id'), ['second_id'], unique=False)

    op.create_table('payout_list',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('workshop_id', sa.Integer(), nullable=False),
    sa.Column('table_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.SmallInteger(), nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('total_cents', sa.BigInteger(), nullable=False),
    sa.Column('proposed_by', sa.String(length=16), nullable=False),
    sa.Column('approved_by', sa.String(length=16), nullable=True),
    sa.Column('approved_for', sa.String(length=16), nullable=True),
    sa.Column('approved_at', kash.platform.database.UtcDateTime(timezone=True), nullable=True),
    sa.Column('returned_reason', sa.Text(), nullable=False),
    sa.Column('created_at', kash.platform.database.UtcDateTime(timezone=True), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.CheckConstraint("state in ('proposed', 'approved', 'returned')", name=op.f('ck_payout_list_state')),
    sa.ForeignKeyConstraint(['table_id'], ['rate_table.id'], name=op.f('fk_payout_list_table_id_rate_table')),
    sa.ForeignKeyConstraint(['workshop_id'], ['workshop.id'], name=op.f('fk_payout_list_workshop_id_workshop')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_payout_list')),
    sa.UniqueConstraint('public_id', name=op.f('uq_payout_list_public_id')),
    sa.UniqueConstraint('workshop_id', 'number', name=op.f('uq_payout_list_workshop_id_number'))
    )
    with op.batch_alter_table('payout_list', schema=None) as batch_op:
        batch_op.create_index('ix_payout_list_state_created_at', ['state', 'created_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_payout_list_table_id'), ['table_id'], unique=False)

    op.create_table('payment_sheet',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('list_id', sa.Integer(), nullable=False),
    sa.Column('letter', sa.String(length=1), nullable=False),
    sa.Column('number', sa.SmallInteger(), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.ForeignKeyConstraint(['list_id'], ['payout_list.id'], name=op.f('fk_payment_sheet_list_id_payout_list')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_payment_sheet')),
    sa.UniqueConstraint('list_id', 'letter', name=op.f('uq_payment_sheet_list_id_letter')),
    sa.UniqueConstraint('public_id', name=op.f('uq_payment_sheet_public_id'))
    )
    op.create_table('payout_line',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('list_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=True),
    sa.Column('payee_id', sa.Integer(), nullable=True),
    sa.Column('position', sa.SmallInteger(), nullable=False),
    sa.Column('group_letter', sa.String(length=1), nullable=False),
    sa.Column('role', sa.String(length=16), nullable=False),
    sa.Column('band', sa.String(length=60), nullable=False),
    sa.Column('units', sa.Integer(), nullable=False),
    sa.Column('rate_cents', sa.Integer(), nullable=False),
    sa.Column('extra_cents', sa.Integer(), nullable=False),
    sa.Column('due_cents', sa.BigInteger(), nullable=False),
    sa.Column('before_cents', sa.BigInteger(), nullable=False),
    sa.Column('amount_cents', sa.BigInteger(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('reference', sa.String(length=10), nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.CheckConstraint("state in ('outstanding', 'paid', 'failed', 'returned')", name=op.f('ck_payout_line_state')),
    sa.CheckConstraint('(person_id is null) <> (payee_id is null)', name=op.f('ck_payout_line_payee')),
    sa.CheckConstraint('amount_cents > 0', name=op.f('ck_payout_line_amount')),
    sa.ForeignKeyConstraint(['list_id'], ['payout_list.id'], name=op.f('fk_payout_line_list_id_payout_list')),
    sa.ForeignKeyConstraint(['payee_id'], ['payee.id'], name=op.f('fk_payout_line_payee_id_payee')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_payout_line_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_payout_line')),
    sa.UniqueConstraint('public_id', name=op.f('uq_payout_line_public_id')),
    sa.UniqueConstraint('reference', name=op.f('uq_payout_line_reference'))
    )
    with op.batch_alter_table('payout_line', schema=None) as batch_op:
        batch_op.create_index('ix_payout_line_list_id_position', ['list_id', 'position'], unique=False)
        batch_op.create_index(batch_op.f('ix_payout_line_payee_id'), ['payee_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_payout_line_person_id'), ['person_id'], unique=False)

    op.create_table('payout_day',
    sa.Column('line_id', sa.Integer(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.ForeignKeyConstraint(['line_id'], ['payout_line.id'], name=op.f('fk_payout_day_line_id_payout_line')),
    sa.PrimaryKeyConstraint('line_id', 'day', name=op.f('pk_payout_day'))
    )
    with op.batch_alter_table('payout_day', schema=None) as batch_op:
        batch_op.create_index('ix_payout_day_day', ['day'], unique=False)

    op.create_table('payout_event',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('line_id', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('means', sa.String(length=8), nullable=False),
    sa.Column('receipt_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('noted_by', sa.String(length=16), nullable=False),
    sa.Column('noted_at', kash.platform.database.UtcDateTime(timezone=True), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.CheckConstraint("means in ('', 'cash', 'mobile', 'bank')", name=op.f('ck_payout_event_means')),
    sa.CheckConstraint("state in ('outstanding', 'paid', 'failed', 'returned')", name=op.f('ck_payout_event_state')),
    sa.ForeignKeyConstraint(['line_id'], ['payout_line.id'], name=op.f('fk_payout_event_line_id_payout_line')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_payout_event')),
    sa.UniqueConstraint('public_id', name=op.f('uq_payout_event_public_id'))
    )
    with op.batch_alter_table('payout_event', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_payout_event_line_id'), ['line_id'], unique=False)



def downgrade() -> None:
    with op.batch_alter_table('payout_event', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_payout_event_line_id'))

    op.drop_table('payout_event')
    with op.batch_alter_table('payout_day', schema=None) as batch_op:
        batch_op.drop_index('ix_payout_day_day')

    op.drop_table('payout_day')
    with op.batch_alter_table('payout_line', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_payout_line_person_id'))
        batch_op.drop_index(batch_op.f('ix_payout_line_payee_id'))
        batch_op.drop_index('ix_payout_line_list_id_position')

    op.drop_table('payout_line')
    op.drop_table('payment_sheet')
    with op.batch_alter_table('payout_list', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_payout_list_table_id'))
        batch_op.drop_index('ix_payout_list_state_created_at')

    op.drop_table('payout_list')
    with op.batch_alter_table('settled_claim', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_settled_claim_second_id'))
        batch_op.drop_index(batch_op.f('ix_settled_claim_keeps_id'))
        batch_op.drop_index(batch_op.f('ix_settled_claim_first_id'))

    op.drop_table('settled_claim')
    with op.batch_alter_table('rate_table', schema=None) as batch_op:
        batch_op.drop_index('uq_rate_table_version_programme', sqlite_where=sa.text('workshop_id is null'), postgresql_where=sa.text('workshop_id is null'))

    op.drop_table('rate_table')
    with op.batch_alter_table('payout_part', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_payout_part_person_id'))

    op.drop_table('payout_part')
    with op.batch_alter_table('payee', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_payee_workshop_id'))

    op.drop_table('payee')
