"""pads of phones, what they send besides marks, what waits for a decision, and the kept history

Revision ID: 0013
Revises: 0012
"""

import sqlalchemy as sa
from alembic import op

import kash.platform.database
from kash.attendance.triggers import keep_history

revision = '0013'
down_revision = '0012'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('pad_key',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('private_sealed', sa.LargeBinary(), nullable=False),
    sa.Column('public_point', sa.LargeBinary(), nullable=False),
    sa.Column('made_at', kash.platform.database.UtcDateTime(timezone=True), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_pad_key')),
    sa.UniqueConstraint('public_id', name=op.f('uq_pad_key_public_id'))
    )
    op.create_table('headcount',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('slot_id', sa.Integer(), nullable=False),
    sa.Column('group_id', sa.Integer(), nullable=False),
    sa.Column('sex', sa.String(length=8), nullable=False),
    sa.Column('age_band', sa.String(length=8), nullable=False),
    sa.Column('count', sa.SmallInteger(), nullable=False),
    sa.CheckConstraint('count > 0', name=op.f('ck_headcount_count')),
    sa.ForeignKeyConstraint(['group_id'], ['people_group.id'], name=op.f('fk_headcount_group_id_people_group')),
    sa.ForeignKeyConstraint(['slot_id'], ['slot.id'], name=op.f('fk_headcount_slot_id_slot')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_headcount')),
    sa.UniqueConstraint('slot_id', 'group_id', 'sex', 'age_band', name=op.f('uq_headcount_slot_id_group_id_sex_age_band'))
    )
    with op.batch_alter_table('headcount', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_headcount_group_id'), ['group_id'], unique=False)

    op.create_table('headcount_operation',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('op_id', sa.String(length=36), nullable=False),
    sa.Column('slot_id', sa.Integer(), nullable=False),
    sa.Column('counts', sa.JSON(), nullable=False),
    sa.Column('expected_version', sa.Integer(), nullable=False),
    sa.Column('device', sa.String(length=36), nullable=False),
    sa.Column('device_sequence', sa.Integer(), nullable=False),
    sa.Column('device_time', kash.platform.database.UtcDateTime(timezone=True), nullable=False),
    sa.Column('received_at', kash.platform.database.UtcDateTime(timezone=True), nullable=False),
    sa.Column('counted_by', sa.String(length=16), nullable=False),
    sa.Column('answer', sa.String(length=12), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("answer in ('applied', 'conflict')", name=op.f('ck_headcount_operation_answer')),
    sa.ForeignKeyConstraint(['slot_id'], ['slot.id'], name=op.f('fk_headcount_operation_slot_id_slot')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_headcount_operation')),
    sa.UniqueConstraint('op_id', name=op.f('uq_headcount_operation_op_id'))
    )
    with op.batch_alter_table('headcount_operation', schema=None) as batch_op:
        batch_op.create_index('ix_headcount_operation_slot_id_id', ['slot_id', 'id'], unique=False)

    op.create_table('register_note',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('op_id', sa.String(length=36), nullable=False),
    sa.Column('register_id', sa.Integer(), nullable=False),
    sa.Column('slot_id', sa.Integer(), nullable=True),
    sa.Column('text_sealed', sa.LargeBinary(), nullable=False),
    sa.Column('written_by', sa.String(length=16), nullable=False),
    sa.Column('device', sa.String(length=36), nullable=False),
    sa.Column('device_time', kash.platform.database.UtcDateTime(timezone=True), nullable=False),
    sa.Column('received_at', kash.platform.database.UtcDateTime(timezone=True), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.ForeignKeyConstraint(['register_id'], ['register.id'], name=op.f('fk_register_note_register_id_register')),
    sa.ForeignKeyConstraint(['slot_id'], ['slot.id'], name=op.f('fk_register_note_slot_id_slot')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_register_note')),
    sa.UniqueConstraint('op_id', name=op.f('uq_register_note_op_id')),
    sa.UniqueConstraint('public_id', name=op.f('uq_register_note_public_id'))
    )
    with op.batch_alter_table('register_note', schema=None) as batch_op:
        batch_op.create_index('ix_register_note_register_id_id', ['register_id', 'id'], unique=False)
        batch_op.create_index(batch_op.f('ix_register_note_slot_id'), ['slot_id'], unique=False)

    op.create_table('signature',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('op_id', sa.String(length=36), nullable=False),
    sa.Column('slot_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('strokes_sealed', sa.LargeBinary(), nullable=False),
    sa.Column('taken_by', sa.String(length=16), nullable=False),
    sa.Column('device', sa.String(length=36), nullable=False),
    sa.Column('device_time', kash.platform.database.UtcDateTime(timezone=True), nullable=False),
    sa.Column('received_at', kash.platform.database.UtcDateTime(timezone=True), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_signature_person_id_person')),
    sa.ForeignKeyConstraint(['slot_id'], ['slot.id'], name=op.f('fk_signature_slot_id_slot')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_signature')),
    sa.UniqueConstraint('op_id', name=op.f('uq_signature_op_id')),
    sa.UniqueConstraint('public_id', name=op.f('uq_signature_public_id'))
    )
    with op.batch_alter_table('signature', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_signature_person_id'), ['person_id'], unique=False)
        batch_op.create_index('ix_signature_slot_id_person_id', ['slot_id', 'person_id', 'id'], unique=False)

    op.create_table('walk_in',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('op_id', sa.String(length=36), nullable=False),
    sa.Column('register_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('named', sa.Boolean(), nullable=False),
    sa.Column('taken_by', sa.String(length=16), nullable=False),
    sa.Column('device', sa.String(length=36), nullable=False),
    sa.Column('device_sequence', sa.Integer(), nullable=False),
    sa.Column('device_time', kash.platform.database.UtcDateTime(timezone=True), nullable=False),
    sa.Column('received_at', kash.platform.database.UtcDateTime(timezone=True), nullable=False),
    sa.Column('settled_at', kash.platform.database.UtcDateTime(timezone=True), nullable=True),
    sa.Column('settled_by', sa.String(length=16), nullable=True),
    sa.Column('outcome', sa.String(length=8), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.CheckConstraint("(settled_at is null) = (outcome = '')", name=op.f('ck_walk_in_settled')),
    sa.CheckConstraint("outcome in ('', 'kept', 'merged')", name=op.f('ck_walk_in_outcome')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_walk_in_person_id_person')),
    sa.ForeignKeyConstraint(['register_id'], ['register.id'], name=op.f('fk_walk_in_register_id_register')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_walk_in')),
    sa.UniqueConstraint('op_id', name=op.f('uq_walk_in_op_id')),
    sa.UniqueConstraint('public_id', name=op.f('uq_walk_in_public_id'))
    )
    with op.batch_alter_table('walk_in', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_walk_in_person_id'), ['person_id'], unique=False)
        batch_op.create_index('ix_walk_in_register_id_settled_at', ['register_id', 'settled_at'], unique=False)

    op.create_table('entry_alias',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.Column('entry_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['entry_id'], ['roster_entry.id'], name=op.f('fk_entry_alias_entry_id_roster_entry')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_entry_alias')),
    sa.UniqueConstraint('public_id', name=op.f('uq_entry_alias_public_id'))
    )
    with op.batch_alter_table('entry_alias', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_entry_alias_entry_id'), ['entry_id'], unique=False)

    op.create_table('pad',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('register_id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('key_id', sa.Integer(), nullable=False),
    sa.Column('continues_id', sa.Integer(), nullable=True),
    sa.Column('signing_key', sa.LargeBinary(), nullable=False),
    sa.Column('label', sa.String(length=60), nullable=False),
    sa.Column('taken_at', kash.platform.database.UtcDateTime(timezone=True), nullable=False),
    sa.Column('ends_at', kash.platform.database.UtcDateTime(timezone=True), nullable=False),
    sa.Column('revoked_at', kash.platform.database.UtcDateTime(timezone=True), nullable=True),
    sa.Column('revoked_by', sa.String(length=16), nullable=True),
    sa.Column('last_seen_at', kash.platform.database.UtcDateTime(timezone=True), nullable=True),
    sa.Column('skew_ms', sa.Integer(), nullable=True),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_pad_account_id_account')),
    sa.ForeignKeyConstraint(['continues_id'], ['pad.id'], name=op.f('fk_pad_continues_id_pad')),
    sa.ForeignKeyConstraint(['key_id'], ['pad_key.id'], name=op.f('fk_pad_key_id_pad_key')),
    sa.ForeignKeyConstraint(['register_id'], ['register.id'], name=op.f('fk_pad_register_id_register')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_pad')),
    sa.UniqueConstraint('public_id', name=op.f('uq_pad_public_id'))
    )
    with op.batch_alter_table('pad', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_pad_account_id'), ['account_id'], unique=False)
        batch_op.create_index('ix_pad_register_id_id', ['register_id', 'id'], unique=False)

    op.create_table('held_item',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('op_id', sa.String(length=36), nullable=False),
    sa.Column('register_id', sa.Integer(), nullable=False),
    sa.Column('pad_id', sa.Integer(), nullable=False),
    sa.Column('device_sequence', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=12), nullable=False),
    sa.Column('why', sa.String(length=12), nullable=False),
    sa.Column('reason', sa.String(length=24), nullable=False),
    sa.Column('slot', sa.String(length=16), nullable=False),
    sa.Column('entry', sa.String(length=16), nullable=False),
    sa.Column('operation_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('sent_by', sa.String(length=16), nullable=False),
    sa.Column('device_time', kash.platform.database.UtcDateTime(timezone=True), nullable=False),
    sa.Column('received_at', kash.platform.database.UtcDateTime(timezone=True), nullable=False),
    sa.Column('decision', sa.String(length=8), nullable=False),
    sa.Column('decided_at', kash.platform.database.UtcDateTime(timezone=True), nullable=True),
    sa.Column('decided_by', sa.String(length=16), nullable=True),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.CheckConstraint("(decided_at is null) = (decision = '')", name=op.f('ck_held_item_decided')),
    sa.CheckConstraint("decision in ('', 'kept', 'taken', 'arrived')", name=op.f('ck_held_item_decision')),
    sa.CheckConstraint("why in ('conflict', 'rejected', 'ended')", name=op.f('ck_held_item_why')),
    sa.ForeignKeyConstraint(['pad_id'], ['pad.id'], name=op.f('fk_held_item_pad_id_pad')),
    sa.ForeignKeyConstraint(['register_id'], ['register.id'], name=op.f('fk_held_item_register_id_register')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_held_item')),
    sa.UniqueConstraint('op_id', name=op.f('uq_held_item_op_id')),
    sa.UniqueConstraint('public_id', name=op.f('uq_held_item_public_id'))
    )
    with op.batch_alter_table('held_item', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_held_item_pad_id'), ['pad_id'], unique=False)
        batch_op.create_index('ix_held_item_register_id_decided_at_id', ['register_id', 'decided_at', 'id'], unique=False)

    keep_history(op.get_bind())


def downgrade() -> None:
    with op.batch_alter_table('held_item', schema=None) as batch_op:
        batch_op.drop_index('ix_held_item_register_id_decided_at_id')
        batch_op.drop_index(batch_op.f('ix_held_item_pad_id'))

    op.drop_table('held_item')
    with op.batch_alter_table('pad', schema=None) as batch_op:
        batch_op.drop_index('ix_pad_register_id_id')
        batch_op.drop_index(batch_op.f('ix_pad_account_id'))

    op.drop_table('pad')
    with op.batch_alter_table('entry_alias', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_entry_alias_entry_id'))

    op.drop_table('entry_alias')
    with op.batch_alter_table('walk_in', schema=None) as batch_op:
        batch_op.drop_index('ix_walk_in_register_id_settled_at')
        batch_op.drop_index(batch_op.f('ix_walk_in_person_id'))

    op.drop_table('walk_in')
    with op.batch_alter_table('signature', schema=None) as batch_op:
        batch_op.drop_index('ix_signature_slot_id_person_id')
        batch_op.drop_index(batch_op.f('ix_signature_person_id'))

    op.drop_table('signature')
    with op.batch_alter_table('register_note', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_register_note_slot_id'))
        batch_op.drop_index('ix_register_note_register_id_id')

    op.drop_table('register_note')
    with op.batch_alter_table('headcount_operation', schema=None) as batch_op:
        batch_op.drop_index('ix_headcount_operation_slot_id_id')

    op.drop_table('headcount_operation')
    with op.batch_alter_table('headcount', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_headcount_group_id'))

    op.drop_table('headcount')
    op.drop_table('pad_key')
