"""an outbox of messages, what people are told, by which texts and at which hours

Revision ID: 0059
Revises: 0064
"""

import sqlalchemy as sa
from alembic import op

import kash.platform.database

revision = '0059'
down_revision = '0064'
branch_labels = None
depends_on = None

_Moment = kash.platform.database.UtcDateTime


def upgrade() -> None:
    op.create_table('message_text',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=48), nullable=False),
    sa.Column('channel', sa.String(length=8), nullable=False),
    sa.Column('language', sa.String(length=8), nullable=False),
    sa.Column('subject', sa.String(length=120), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('row_version', sa.Integer(), nullable=False),
    sa.Column('changed_by', sa.String(length=16), nullable=False),
    sa.Column('changed_at', _Moment(timezone=True), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.CheckConstraint("channel in ('sms', 'email')", name=op.f('ck_message_text_channel')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_message_text')),
    sa.UniqueConstraint('kind', 'channel', 'language', name=op.f('uq_message_text_kind_channel_language')),
    sa.UniqueConstraint('public_id', name=op.f('uq_message_text_public_id'))
    )
    op.create_table('outbox_message',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(length=64), nullable=False),
    sa.Column('channel', sa.String(length=8), nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('code', sa.String(length=40), nullable=False),
    sa.Column('alike', sa.String(length=64), nullable=True),
    sa.Column('request_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('address_lookup', sa.String(length=64), nullable=True),
    sa.Column('due_at', _Moment(timezone=True), nullable=False),
    sa.Column('last_at', _Moment(timezone=True), nullable=True),
    sa.Column('attempts', sa.SmallInteger(), nullable=False),
    sa.Column('claim', sa.String(length=16), nullable=False),
    sa.Column('claimed_at', _Moment(timezone=True), nullable=True),
    sa.Column('gateway_id', sa.String(length=80), nullable=True),
    sa.Column('stop_hash', sa.String(length=64), nullable=True),
    sa.Column('created_at', _Moment(timezone=True), nullable=False),
    sa.Column('settled_at', _Moment(timezone=True), nullable=True),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.CheckConstraint("channel in ('sms', 'email')", name=op.f('ck_outbox_message_channel')),
    sa.CheckConstraint("state in ('due', 'claimed', 'accepted', 'refused', 'unknown', 'delivered', 'failed', 'left')", name=op.f('ck_outbox_message_state')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_outbox_message')),
    sa.UniqueConstraint('key', name=op.f('uq_outbox_message_key')),
    sa.UniqueConstraint('public_id', name=op.f('uq_outbox_message_public_id')),
    sa.UniqueConstraint('stop_hash', name=op.f('uq_outbox_message_stop_hash'))
    )
    op.create_index('ix_outbox_message_alike_due', 'outbox_message', ['alike', 'due_at'], sqlite_where=sa.text("state = 'due'"), postgresql_where=sa.text("state = 'due'"))
    op.create_index('ix_outbox_message_claimed', 'outbox_message', ['claimed_at'], sqlite_where=sa.text("state = 'claimed'"), postgresql_where=sa.text("state = 'claimed'"))
    op.create_index('ix_outbox_message_due', 'outbox_message', ['due_at', 'id'], sqlite_where=sa.text("state = 'due'"), postgresql_where=sa.text("state = 'due'"))
    op.create_index('ix_outbox_message_gateway_id', 'outbox_message', ['gateway_id'])
    op.create_index('ix_outbox_message_open_address', 'outbox_message', ['address_lookup', 'claimed_at'], sqlite_where=sa.text("state in ('claimed', 'unknown')"), postgresql_where=sa.text("state in ('claimed', 'unknown')"))
    op.create_index('ix_outbox_message_unshredded', 'outbox_message', ['created_at'], sqlite_where=sa.text('request_sealed is not null'), postgresql_where=sa.text('request_sealed is not null'))
    op.create_table('sender_check',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('domain', sa.String(length=253), nullable=False),
    sa.Column('spf', sa.String(length=16), nullable=False),
    sa.Column('dkim', sa.String(length=16), nullable=False),
    sa.Column('dmarc', sa.String(length=16), nullable=False),
    sa.Column('checked_at', _Moment(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sender_check'))
    )
    op.create_table('message_choice',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('channel', sa.String(length=8), nullable=False),
    sa.Column('from_hour', sa.SmallInteger(), nullable=False),
    sa.Column('until_hour', sa.SmallInteger(), nullable=False),
    sa.Column('calendar', sa.Boolean(), nullable=True),
    sa.Column('row_version', sa.Integer(), nullable=False),
    sa.Column('set_by', sa.String(length=16), nullable=False),
    sa.Column('set_at', _Moment(timezone=True), nullable=False),
    sa.CheckConstraint("channel in ('', 'sms', 'email')", name=op.f('ck_message_choice_channel')),
    sa.CheckConstraint('from_hour between 8 and 18', name=op.f('ck_message_choice_from_hour')),
    sa.CheckConstraint('until_hour between 9 and 19 and until_hour > from_hour', name=op.f('ck_message_choice_hours')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_message_choice_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_message_choice')),
    sa.UniqueConstraint('person_id', name=op.f('uq_message_choice_person_id'))
    )
    op.create_table('notice',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=48), nullable=False),
    sa.Column('event_key', sa.String(length=120), nullable=False),
    sa.Column('language', sa.String(length=8), nullable=False),
    sa.Column('unsent', sa.String(length=16), nullable=False),
    sa.Column('message_id', sa.Integer(), nullable=True),
    sa.Column('created_at', _Moment(timezone=True), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.ForeignKeyConstraint(['message_id'], ['outbox_message.id'], name=op.f('fk_notice_message_id_outbox_message')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_notice_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_notice')),
    sa.UniqueConstraint('person_id', 'kind', 'event_key', name=op.f('uq_notice_person_id_kind_event_key')),
    sa.UniqueConstraint('public_id', name=op.f('uq_notice_public_id'))
    )
    op.create_index('ix_notice_created_at', 'notice', ['created_at', 'id'])
    op.create_index('ix_notice_kind_event_key', 'notice', ['kind', 'event_key'])
    op.create_index('ix_notice_message_id', 'notice', ['message_id'])


def downgrade() -> None:
    for table in ('notice', 'message_choice', 'sender_check', 'outbox_message', 'message_text'):
        op.drop_table(table)
