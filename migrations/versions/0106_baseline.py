"""all tables, as 106 steps had made them before the first release

A database at this revision goes on from here. An older one is brought to it by the commit that
`kash/platform/operations/migrations.py` names.

Revision ID: 0106
Revises:
"""

import json
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from kash.people.search import install_search
from kash.platform.database import UtcDateTime
from kash.platform.vault import install_triggers

revision = '0106'
down_revision = None
branch_labels = None
depends_on = None

# Every programme has these designs from the beginning.
_BUILT_IN = (('classic', 'Classic'), ('modern', 'Modern'), ('plain', 'Plain'))


def upgrade() -> None:
    op.create_table('agenda_template',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('language', sa.String(length=8), nullable=False),
    sa.Column('row_version', sa.Integer(), nullable=False),
    sa.Column('created_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_agenda_template')),
    sa.UniqueConstraint('name', name=op.f('uq_agenda_template_name')),
    sa.UniqueConstraint('public_id', name=op.f('uq_agenda_template_public_id'))
    )
    op.create_table('alert',
    sa.Column('id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('week', sa.Date(), nullable=False),
    sa.Column('raised_at', UtcDateTime(timezone=True), nullable=True),
    sa.Column('told', sa.Integer(), nullable=False),
    sa.Column('in_time', sa.Boolean(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_alert'))
    )
    op.create_index(op.f('ix_alert_raised_at'), 'alert', ['raised_at'], unique=False)
    op.create_index(op.f('ix_alert_week'), 'alert', ['week'], unique=False)
    op.create_table('archive_request',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('with_key', sa.Boolean(), nullable=False),
    sa.Column('armour', sa.Text(), nullable=False),
    sa.Column('recipient', sa.String(length=80), nullable=False),
    sa.Column('job', sa.String(length=16), nullable=True),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('proposed_by', sa.String(length=16), nullable=False),
    sa.Column('approved_by', sa.String(length=16), nullable=True),
    sa.Column('approved_for', sa.String(length=16), nullable=True),
    sa.Column('returned_reason', sa.Text(), nullable=False),
    sa.Column('created_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.CheckConstraint("state in ('proposed', 'approved', 'returned')", name=op.f('ck_archive_request_state')),
    sa.CheckConstraint('approved_by is null or approved_by <> proposed_by', name=op.f('ck_archive_request_two_people')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_archive_request')),
    sa.UniqueConstraint('public_id', name=op.f('uq_archive_request_public_id'))
    )
    op.create_index('uq_archive_request_proposed', 'archive_request', ['state'], unique=True, sqlite_where=sa.text("state = 'proposed'"), postgresql_where=sa.text("state = 'proposed'"))
    op.create_table('audit_entry',
    sa.Column('seq', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('actor', sa.String(length=16), nullable=False),
    sa.Column('action', sa.String(length=64), nullable=False),
    sa.Column('subjects', sa.JSON(), nullable=False),
    sa.Column('previous', sa.String(length=64), nullable=False),
    sa.Column('mac', sa.String(length=64), nullable=False),
    sa.PrimaryKeyConstraint('seq', name=op.f('pk_audit_entry'))
    )
    op.create_index('ix_audit_entry_action', 'audit_entry', ['action', 'seq'], unique=False)
    op.create_index('ix_audit_entry_actor', 'audit_entry', ['actor', 'seq'], unique=False)
    op.create_index('ix_audit_entry_actor_action_at', 'audit_entry', ['actor', 'action', 'at'], unique=False)
    op.create_table('audit_head',
    sa.Column('id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('seq', sa.Integer(), nullable=False),
    sa.Column('mac', sa.String(length=64), nullable=False),
    sa.Column('mirror', sa.String(length=16), nullable=False),
    sa.CheckConstraint('id = 1', name=op.f('ck_audit_head_one_row')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_audit_head'))
    )
    op.create_table('audit_subject',
    sa.Column('subject', sa.String(length=40), nullable=False),
    sa.Column('seq', sa.Integer(), autoincrement=False, nullable=False),
    sa.PrimaryKeyConstraint('subject', 'seq', name=op.f('pk_audit_subject'))
    )
    op.create_table('certificate_design',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('content', sa.JSON(), nullable=False),
    sa.Column('row_version', sa.Integer(), nullable=False),
    sa.Column('in_use', sa.SmallInteger(), nullable=True),
    sa.Column('is_default', sa.Boolean(), nullable=False),
    sa.Column('retired_at', UtcDateTime(timezone=True), nullable=True),
    sa.Column('created_by', sa.String(length=16), nullable=False),
    sa.Column('created_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('changed_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.CheckConstraint('not is_default or (in_use is not null and retired_at is null)', name=op.f('ck_certificate_design_default')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_certificate_design')),
    sa.UniqueConstraint('name', name=op.f('uq_certificate_design_name')),
    sa.UniqueConstraint('public_id', name=op.f('uq_certificate_design_public_id'))
    )
    op.create_index('uq_certificate_design_is_default', 'certificate_design', ['is_default'], unique=True, sqlite_where=sa.text('is_default'), postgresql_where=sa.text('is_default'))
    op.create_table('clash_rule_set',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('weights', sa.JSON(), nullable=False),
    sa.Column('door_minutes', sa.SmallInteger(), nullable=False),
    sa.Column('home_by', sa.SmallInteger(), nullable=False),
    sa.Column('times', sa.SmallInteger(), nullable=False),
    sa.Column('set_by', sa.String(length=16), nullable=False),
    sa.Column('set_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.CheckConstraint('door_minutes between 0 and 480', name=op.f('ck_clash_rule_set_door_minutes')),
    sa.CheckConstraint('home_by between 720 and 1439', name=op.f('ck_clash_rule_set_home_by')),
    sa.CheckConstraint('times between 2 and 12', name=op.f('ck_clash_rule_set_times')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_clash_rule_set')),
    sa.UniqueConstraint('public_id', name=op.f('uq_clash_rule_set_public_id'))
    )
    op.create_table('connection',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('address', sa.String(length=200), nullable=False),
    sa.Column('processor', sa.String(length=200), nullable=False),
    sa.Column('contract', sa.String(length=200), nullable=False),
    sa.Column('contract_on', sa.Date(), nullable=False),
    sa.Column('country', sa.String(length=80), nullable=False),
    sa.Column('safeguards', sa.Text(), nullable=False),
    sa.Column('settings', sa.JSON(), nullable=False),
    sa.Column('secret', sa.LargeBinary(), nullable=True),
    sa.Column('is_on', sa.Boolean(), nullable=False),
    sa.Column('switched_at', UtcDateTime(timezone=True), nullable=True),
    sa.Column('row_version', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('proposed_by', sa.String(length=16), nullable=False),
    sa.Column('approved_by', sa.String(length=16), nullable=True),
    sa.Column('approved_for', sa.String(length=16), nullable=True),
    sa.Column('returned_reason', sa.Text(), nullable=False),
    sa.Column('created_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.CheckConstraint("not is_on or state = 'approved'", name=op.f('ck_connection_on')),
    sa.CheckConstraint("state in ('proposed', 'approved', 'returned')", name=op.f('ck_connection_state')),
    sa.CheckConstraint('approved_by is null or approved_by <> proposed_by', name=op.f('ck_connection_two_people')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_connection')),
    sa.UniqueConstraint('public_id', name=op.f('uq_connection_public_id'))
    )
    op.create_index(op.f('ix_connection_kind'), 'connection', ['kind'], unique=False)
    op.create_table('consent_batch',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('forms', sa.SmallInteger(), nullable=False),
    sa.Column('kept_at', sa.String(length=120), nullable=False),
    sa.Column('recorded_by', sa.String(length=16), nullable=False),
    sa.Column('recorded_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.CheckConstraint('forms > 0', name=op.f('ck_consent_batch_forms')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_consent_batch')),
    sa.UniqueConstraint('public_id', name=op.f('uq_consent_batch_public_id'))
    )
    op.create_table('contact_looks',
    sa.Column('account', sa.String(length=16), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('looks', sa.Integer(), nullable=False),
    sa.Column('beyond', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('account', 'day', name=op.f('pk_contact_looks'))
    )
    op.create_table('contact_reason',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('account', sa.String(length=16), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('reason_sealed', sa.LargeBinary(), nullable=False),
    sa.Column('seen_at', UtcDateTime(timezone=True), nullable=True),
    sa.Column('seen_by', sa.String(length=16), nullable=True),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_contact_reason')),
    sa.UniqueConstraint('public_id', name=op.f('uq_contact_reason_public_id'))
    )
    op.create_index('ix_contact_reason_account_day', 'contact_reason', ['account', 'day'], unique=False)
    op.create_index('ix_contact_reason_seen_at', 'contact_reason', ['seen_at'], unique=False)
    op.create_table('contact_request',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('asked_by', sa.String(length=16), nullable=False),
    sa.Column('asked_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('reason_sealed', sa.LargeBinary(), nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('decided_by', sa.String(length=16), nullable=True),
    sa.Column('decided_at', UtcDateTime(timezone=True), nullable=True),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.CheckConstraint("state in ('waiting', 'agreed', 'refused', 'ended')", name=op.f('ck_contact_request_state')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_contact_request')),
    sa.UniqueConstraint('public_id', name=op.f('uq_contact_request_public_id'))
    )
    op.create_index('ix_contact_request_asked_by_state', 'contact_request', ['asked_by', 'state'], unique=False)
    op.create_index('ix_contact_request_state_asked_at', 'contact_request', ['state', 'asked_at'], unique=False)
    op.create_table('counted_tries',
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('key', sa.String(length=64), nullable=False),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.Column('until', UtcDateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('kind', 'key', name=op.f('pk_counted_tries'))
    )
    op.create_index('ix_counted_tries_until', 'counted_tries', ['until'], unique=False)
    op.create_table('course',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('lineage', sa.String(length=16), nullable=False),
    sa.Column('name', sa.String(length=160), nullable=False),
    sa.Column('audience', sa.String(length=200), nullable=False),
    sa.Column('level', sa.String(length=40), nullable=False),
    sa.Column('created_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_course')),
    sa.UniqueConstraint('lineage', name=op.f('uq_course_lineage')),
    sa.UniqueConstraint('name', name=op.f('uq_course_name')),
    sa.UniqueConstraint('public_id', name=op.f('uq_course_public_id'))
    )
    op.create_table('earlier_import',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('brought_by', sa.String(length=16), nullable=False),
    sa.Column('brought_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_earlier_import')),
    sa.UniqueConstraint('public_id', name=op.f('uq_earlier_import_public_id'))
    )
    op.create_index(op.f('ix_earlier_import_brought_by'), 'earlier_import', ['brought_by'], unique=False)
    op.create_table('filing_quota',
    sa.Column('id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('body', sa.LargeBinary(), nullable=False),
    sa.CheckConstraint('id = 1', name=op.f('ck_filing_quota_one')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_filing_quota'))
    )
    op.create_table('funder',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_funder')),
    sa.UniqueConstraint('name', name=op.f('uq_funder_name')),
    sa.UniqueConstraint('public_id', name=op.f('uq_funder_public_id'))
    )
    op.create_table('incident_draft',
    sa.Column('id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('code_hash', sa.String(length=64), nullable=False),
    sa.Column('kept_until', sa.Date(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_incident_draft')),
    sa.UniqueConstraint('code_hash', name=op.f('uq_incident_draft_code_hash'))
    )
    op.create_index(op.f('ix_incident_draft_kept_until'), 'incident_draft', ['kept_until'], unique=False)
    op.create_table('indicator_definition',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(length=24), nullable=False),
    sa.Column('version', sa.SmallInteger(), nullable=True),
    sa.Column('from_day', sa.Date(), nullable=False),
    sa.Column('title', sa.String(length=120), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('least_share', sa.SmallInteger(), nullable=False),
    sa.Column('least_days', sa.SmallInteger(), server_default='1', nullable=False),
    sa.Column('least_workshops', sa.SmallInteger(), server_default='1', nullable=False),
    sa.Column('because', sa.Text(), nullable=False),
    sa.Column('approved_at', UtcDateTime(timezone=True), nullable=True),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('proposed_by', sa.String(length=16), nullable=False),
    sa.Column('approved_by', sa.String(length=16), nullable=True),
    sa.Column('approved_for', sa.String(length=16), nullable=True),
    sa.Column('returned_reason', sa.Text(), nullable=False),
    sa.Column('created_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.CheckConstraint("(version is null) = (state <> 'approved')", name=op.f('ck_indicator_definition_version')),
    sa.CheckConstraint("state in ('proposed', 'approved', 'returned')", name=op.f('ck_indicator_definition_state')),
    sa.CheckConstraint('approved_by is null or approved_by <> proposed_by', name=op.f('ck_indicator_definition_two_people')),
    sa.CheckConstraint('least_days between 1 and 60', name=op.f('ck_indicator_definition_least_days')),
    sa.CheckConstraint('least_share between 0 and 100', name=op.f('ck_indicator_definition_least_share')),
    sa.CheckConstraint('least_workshops between 1 and 60', name=op.f('ck_indicator_definition_least_workshops')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_indicator_definition')),
    sa.UniqueConstraint('public_id', name=op.f('uq_indicator_definition_public_id'))
    )
    op.create_index('uq_indicator_definition_key_proposed', 'indicator_definition', ['key'], unique=True, sqlite_where=sa.text("state = 'proposed'"), postgresql_where=sa.text("state = 'proposed'"))
    op.create_index('uq_indicator_definition_key_version', 'indicator_definition', ['key', 'version'], unique=True)
    op.create_table('job',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=64), nullable=False),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('owner', sa.String(length=16), nullable=False),
    sa.Column('back', sa.String(length=200), server_default='', nullable=False),
    sa.Column('language', sa.String(length=16), nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('cancel_asked', sa.Boolean(), nullable=False),
    sa.Column('done', sa.Integer(), nullable=False),
    sa.Column('total', sa.Integer(), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('error', sa.Text(), nullable=False),
    sa.Column('arguments', sa.JSON(), nullable=False),
    sa.Column('result_key', sa.String(length=512), nullable=True),
    sa.Column('result_name', sa.String(length=120), nullable=False),
    sa.Column('result_type', sa.String(length=120), nullable=False),
    sa.Column('worker', sa.String(length=64), nullable=False),
    sa.Column('created_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('started_at', UtcDateTime(timezone=True), nullable=True),
    sa.Column('finished_at', UtcDateTime(timezone=True), nullable=True),
    sa.Column('heartbeat', UtcDateTime(timezone=True), nullable=True),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.CheckConstraint("state IN ('waiting', 'running', 'done', 'failed', 'cancelled')", name=op.f('ck_job_state')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_job')),
    sa.UniqueConstraint('public_id', name=op.f('uq_job_public_id'))
    )
    op.create_index(op.f('ix_job_finished_at'), 'job', ['finished_at'], unique=False)
    op.create_index(op.f('ix_job_owner_created_at'), 'job', ['owner', 'created_at'], unique=False)
    op.create_index(op.f('ix_job_state_heartbeat'), 'job', ['state', 'heartbeat'], unique=False)
    op.create_table('letterbox',
    sa.Column('id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('body', sa.LargeBinary(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_letterbox'))
    )
    op.create_table('local_holiday',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('source', sa.String(length=200), nullable=False),
    sa.Column('added_by', sa.String(length=16), nullable=False),
    sa.Column('added_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_local_holiday')),
    sa.UniqueConstraint('day', name=op.f('uq_local_holiday_day')),
    sa.UniqueConstraint('public_id', name=op.f('uq_local_holiday_public_id'))
    )
    op.create_table('mark_status',
    sa.Column('code', sa.String(length=16), nullable=False),
    sa.Column('letter', sa.String(length=2), nullable=False),
    sa.Column('weight', sa.SmallInteger(), nullable=False),
    sa.Column('position', sa.SmallInteger(), nullable=False),
    sa.Column('purpose', sa.String(length=12), nullable=False),
    sa.Column('name', sa.String(length=40), server_default='', nullable=False),
    sa.Column('tone', sa.String(length=8), server_default='quiet', nullable=False),
    sa.Column('active', sa.Boolean(), server_default=sa.true(), nullable=False),
    sa.Column('row_version', sa.Integer(), server_default='1', nullable=False),
    sa.CheckConstraint("tone in ('good', 'warn', 'bad', 'quiet')", name=op.f('ck_mark_status_tone')),
    sa.CheckConstraint('weight between 0 and 100', name=op.f('ck_mark_status_weight')),
    sa.PrimaryKeyConstraint('code', name=op.f('pk_mark_status')),
    sa.UniqueConstraint('letter', name=op.f('uq_mark_status_letter'))
    )
    op.create_table('material_file',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=8), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('created_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_material_file')),
    sa.UniqueConstraint('public_id', name=op.f('uq_material_file_public_id'))
    )
    op.create_index(op.f('ix_material_file_sha256'), 'material_file', ['sha256'], unique=False)
    op.create_table('message_text',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=48), nullable=False),
    sa.Column('channel', sa.String(length=8), nullable=False),
    sa.Column('language', sa.String(length=8), nullable=False),
    sa.Column('subject', sa.String(length=120), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('row_version', sa.Integer(), nullable=False),
    sa.Column('changed_by', sa.String(length=16), nullable=False),
    sa.Column('changed_at', UtcDateTime(timezone=True), nullable=False),
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
    sa.Column('due_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('last_at', UtcDateTime(timezone=True), nullable=True),
    sa.Column('attempts', sa.SmallInteger(), nullable=False),
    sa.Column('claim', sa.String(length=16), nullable=False),
    sa.Column('claimed_at', UtcDateTime(timezone=True), nullable=True),
    sa.Column('gateway_id', sa.String(length=80), nullable=True),
    sa.Column('stop_hash', sa.String(length=64), nullable=True),
    sa.Column('created_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('settled_at', UtcDateTime(timezone=True), nullable=True),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.CheckConstraint("channel in ('sms', 'email')", name=op.f('ck_outbox_message_channel')),
    sa.CheckConstraint("state in ('due', 'claimed', 'accepted', 'refused', 'unknown', 'delivered', 'failed', 'left')", name=op.f('ck_outbox_message_state')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_outbox_message')),
    sa.UniqueConstraint('key', name=op.f('uq_outbox_message_key')),
    sa.UniqueConstraint('public_id', name=op.f('uq_outbox_message_public_id')),
    sa.UniqueConstraint('stop_hash', name=op.f('uq_outbox_message_stop_hash'))
    )
    op.create_index('ix_outbox_message_alike_due', 'outbox_message', ['alike', 'due_at'], unique=False, sqlite_where=sa.text("state = 'due'"), postgresql_where=sa.text("state = 'due'"))
    op.create_index('ix_outbox_message_claimed', 'outbox_message', ['claimed_at'], unique=False, sqlite_where=sa.text("state = 'claimed'"), postgresql_where=sa.text("state = 'claimed'"))
    op.create_index('ix_outbox_message_due', 'outbox_message', ['due_at', 'id'], unique=False, sqlite_where=sa.text("state = 'due'"), postgresql_where=sa.text("state = 'due'"))
    op.create_index('ix_outbox_message_gateway_id', 'outbox_message', ['gateway_id'], unique=False)
    op.create_index('ix_outbox_message_open_address', 'outbox_message', ['address_lookup', 'claimed_at'], unique=False, sqlite_where=sa.text("state in ('claimed', 'unknown')"), postgresql_where=sa.text("state in ('claimed', 'unknown')"))
    op.create_index('ix_outbox_message_unshredded', 'outbox_message', ['created_at'], unique=False, sqlite_where=sa.text('request_sealed is not null'), postgresql_where=sa.text('request_sealed is not null'))
    op.create_table('pad_key',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('private_sealed', sa.LargeBinary(), nullable=False),
    sa.Column('public_point', sa.LargeBinary(), nullable=False),
    sa.Column('made_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_pad_key')),
    sa.UniqueConstraint('public_id', name=op.f('uq_pad_key_public_id'))
    )
    op.create_table('people_group',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('letter', sa.String(length=1), nullable=False),
    sa.Column('is_police', sa.Boolean(), nullable=False),
    sa.Column('position', sa.SmallInteger(), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_people_group')),
    sa.UniqueConstraint('letter', name=op.f('uq_people_group_letter')),
    sa.UniqueConstraint('name', name=op.f('uq_people_group_name')),
    sa.UniqueConstraint('public_id', name=op.f('uq_people_group_public_id'))
    )
    op.create_table('people_list_mapping',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('shape', sa.String(length=64), nullable=False),
    sa.Column('sealed', sa.LargeBinary(), nullable=False),
    sa.Column('created_by', sa.String(length=16), nullable=False),
    sa.Column('changed_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_people_list_mapping')),
    sa.UniqueConstraint('public_id', name=op.f('uq_people_list_mapping_public_id')),
    sa.UniqueConstraint('shape', 'created_by', name=op.f('uq_people_list_mapping_shape_created_by'))
    )
    op.create_index(op.f('ix_people_list_mapping_created_by'), 'people_list_mapping', ['created_by'], unique=False)
    op.create_table('programme',
    sa.Column('id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('neutral_name', sa.String(length=60), nullable=False),
    sa.Column('zone', sa.String(length=64), nullable=False),
    sa.Column('languages', sa.JSON(), nullable=False),
    sa.Column('default_language', sa.String(length=8), nullable=False),
    sa.Column('settings', sa.JSON(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('created_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('founded_at', UtcDateTime(timezone=True), nullable=True),
    sa.CheckConstraint('id = 1', name=op.f('ck_programme_one_row')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_programme'))
    )
    op.create_table('published_title',
    sa.Column('title_id', sa.String(length=8), nullable=False),
    sa.Column('title', sa.String(length=120), nullable=False),
    sa.PrimaryKeyConstraint('title_id', name=op.f('pk_published_title'))
    )
    op.create_table('quarter_proposal',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('first', sa.Date(), nullable=False),
    sa.Column('last', sa.Date(), nullable=False),
    sa.Column('weekdays', sa.JSON(), nullable=False),
    sa.Column('day_starts_at', sa.Time(), nullable=False),
    sa.Column('day_ends_at', sa.Time(), nullable=False),
    sa.Column('trainers', sa.SmallInteger(), nullable=False),
    sa.Column('most_minutes', sa.SmallInteger(), nullable=False),
    sa.Column('row_version', sa.Integer(), nullable=False),
    sa.Column('made_by', sa.String(length=16), nullable=False),
    sa.Column('made_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('planned_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.CheckConstraint('day_ends_at > day_starts_at', name=op.f('ck_quarter_proposal_hours')),
    sa.CheckConstraint('last >= first', name=op.f('ck_quarter_proposal_days')),
    sa.CheckConstraint('trainers between 1 and 9', name=op.f('ck_quarter_proposal_trainers')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_quarter_proposal')),
    sa.UniqueConstraint('public_id', name=op.f('uq_quarter_proposal_public_id'))
    )
    op.create_table('register',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('purpose', sa.String(length=12), nullable=False),
    sa.Column('created_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_register')),
    sa.UniqueConstraint('public_id', name=op.f('uq_register_public_id'))
    )
    op.create_table('release_plan',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('year', sa.SmallInteger(), nullable=False),
    sa.Column('tables', sa.JSON(), nullable=False),
    sa.Column('windows', sa.JSON(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('stated_figure', sa.SmallInteger(), nullable=True),
    sa.Column('forum_decision', sa.Text(), nullable=False),
    sa.Column('row_version', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('proposed_by', sa.String(length=16), nullable=False),
    sa.Column('approved_by', sa.String(length=16), nullable=True),
    sa.Column('approved_for', sa.String(length=16), nullable=True),
    sa.Column('returned_reason', sa.Text(), nullable=False),
    sa.Column('created_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.CheckConstraint("state in ('proposed', 'approved', 'returned')", name=op.f('ck_release_plan_state')),
    sa.CheckConstraint('approved_by is null or approved_by <> proposed_by', name=op.f('ck_release_plan_two_people')),
    sa.CheckConstraint('year between 2000 and 2200', name=op.f('ck_release_plan_year')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_release_plan')),
    sa.UniqueConstraint('public_id', name=op.f('uq_release_plan_public_id'))
    )
    op.create_index('uq_release_plan_year_approved', 'release_plan', ['year'], unique=True, sqlite_where=sa.text("state = 'approved'"), postgresql_where=sa.text("state = 'approved'"))
    op.create_index('uq_release_plan_year_proposed', 'release_plan', ['year'], unique=True, sqlite_where=sa.text("state = 'proposed'"), postgresql_where=sa.text("state = 'proposed'"))
    op.create_table('release_recovery',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('kind', sa.String(length=8), nullable=False),
    sa.Column('code', sa.String(length=24), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('noted', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('proposed_by', sa.String(length=16), nullable=False),
    sa.Column('approved_by', sa.String(length=16), nullable=True),
    sa.Column('approved_for', sa.String(length=16), nullable=True),
    sa.Column('returned_reason', sa.Text(), nullable=False),
    sa.Column('created_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.CheckConstraint("kind in ('code', 'never', 'printed')", name=op.f('ck_release_recovery_kind')),
    sa.CheckConstraint("state in ('proposed', 'approved', 'returned')", name=op.f('ck_release_recovery_state')),
    sa.CheckConstraint('approved_by is null or approved_by <> proposed_by', name=op.f('ck_release_recovery_two_people')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_release_recovery')),
    sa.UniqueConstraint('public_id', name=op.f('uq_release_recovery_public_id'))
    )
    op.create_index('uq_release_recovery_day_proposed', 'release_recovery', ['day'], unique=True, sqlite_where=sa.text("state = 'proposed'"), postgresql_where=sa.text("state = 'proposed'"))
    op.create_table('sender_check',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('domain', sa.String(length=253), nullable=False),
    sa.Column('spf', sa.String(length=16), nullable=False),
    sa.Column('dkim', sa.String(length=16), nullable=False),
    sa.Column('dmarc', sa.String(length=16), nullable=False),
    sa.Column('checked_at', UtcDateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sender_check'))
    )
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
    sa.Column('row_version', sa.Integer(), nullable=False),
    sa.Column('created_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('changed_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.CheckConstraint("cost in ('', 'free', 'some', 'paid')", name=op.f('ck_service_entry_cost')),
    sa.CheckConstraint("kind in ('legal', 'clinic', 'pep', 'shelter', 'counselling', 'children', 'oversight', 'rights', 'hotline', 'other')", name=op.f('ck_service_entry_kind')),
    sa.CheckConstraint("not address_confidential or address = ''", name=op.f('ck_service_entry_address')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_service_entry')),
    sa.UniqueConstraint('public_id', name=op.f('uq_service_entry_public_id'))
    )
    op.create_index('ix_service_entry_area', 'service_entry', ['area'], unique=False)
    op.create_index('ix_service_entry_sort_name_id', 'service_entry', ['sort_name', 'id'], unique=False)
    op.create_table('signing_key',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('key_id', sa.String(length=8), nullable=False),
    sa.Column('public_key', sa.LargeBinary(), nullable=False),
    sa.Column('state', sa.String(length=8), nullable=False),
    sa.Column('private_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('since', UtcDateTime(timezone=True), nullable=False),
    sa.Column('until', UtcDateTime(timezone=True), nullable=True),
    sa.Column('doubted', sa.Boolean(), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.CheckConstraint("state = 'retired' or (until is null and private_sealed is not null)", name=op.f('ck_signing_key_private_half')),
    sa.CheckConstraint("state in ('current', 'retired')", name=op.f('ck_signing_key_state')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_signing_key')),
    sa.UniqueConstraint('key_id', name=op.f('uq_signing_key_key_id')),
    sa.UniqueConstraint('public_id', name=op.f('uq_signing_key_public_id'))
    )
    op.create_index('uq_signing_key_current', 'signing_key', ['state'], unique=True, sqlite_where=sa.text("state = 'current'"), postgresql_where=sa.text("state = 'current'"))
    op.create_table('story',
    sa.Column('id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('month', sa.Date(), nullable=False),
    sa.Column('language', sa.String(length=3), nullable=False),
    sa.Column('title', sa.String(length=120), nullable=True),
    sa.Column('text', sa.Text(), nullable=True),
    sa.Column('for_forum', sa.Boolean(), server_default=sa.false(), nullable=False),
    sa.Column('for_funders', sa.Boolean(), server_default=sa.false(), nullable=False),
    sa.Column('beside_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.CheckConstraint("language in ('en', 'sw', 'luo')", name=op.f('ck_story_language')),
    sa.CheckConstraint('(text is not null and beside_sealed is not null) or not (for_forum or for_funders)', name=op.f('ck_story_told')),
    sa.CheckConstraint('(text is null) = (title is null)', name=op.f('ck_story_withdrawn')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_story')),
    sa.UniqueConstraint('public_id', name=op.f('uq_story_public_id'))
    )
    op.create_index('ix_story_month_public_id', 'story', ['month', 'public_id'], unique=False)
    op.create_table('vault_compartment',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=16), nullable=False),
    sa.Column('generation', sa.Integer(), nullable=False),
    sa.Column('public_key', sa.LargeBinary(), nullable=False),
    sa.Column('state', sa.String(length=8), nullable=False),
    sa.Column('rotation_due', sa.Boolean(), nullable=False),
    sa.Column('made_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('seal', sa.LargeBinary(), nullable=True),
    sa.CheckConstraint("name in ('case', 'identity')", name=op.f('ck_vault_compartment_name')),
    sa.CheckConstraint("state in ('current', 'retiring')", name=op.f('ck_vault_compartment_state')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_vault_compartment')),
    sa.UniqueConstraint('name', 'generation', name=op.f('uq_vault_compartment_name_generation'))
    )
    op.create_table('vault_document',
    sa.Column('id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('compartment', sa.String(length=16), nullable=False),
    sa.Column('kind', sa.String(length=32), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('body', sa.LargeBinary(), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.CheckConstraint("compartment in ('case', 'identity')", name=op.f('ck_vault_document_compartment')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_vault_document')),
    sa.UniqueConstraint('public_id', name=op.f('uq_vault_document_public_id'))
    )
    op.create_index('ix_vault_document_kind_id', 'vault_document', ['kind', 'id'], unique=False)
    op.create_table('vault_member',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('holder', sa.String(length=16), nullable=False),
    sa.Column('public_key', sa.LargeBinary(), nullable=False),
    sa.Column('salt', sa.LargeBinary(), nullable=False),
    sa.Column('sealed_private', sa.LargeBinary(), nullable=False),
    sa.Column('recovery_salt', sa.LargeBinary(), nullable=True),
    sa.Column('recovery_private', sa.LargeBinary(), nullable=True),
    sa.Column('joined_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('admitted_by', sa.String(length=16), nullable=True),
    sa.Column('admitted_at', UtcDateTime(timezone=True), nullable=True),
    sa.Column('opened_at', UtcDateTime(timezone=True), nullable=True),
    sa.Column('withheld_at', UtcDateTime(timezone=True), nullable=True),
    sa.Column('removal_asked_by', sa.String(length=16), nullable=True),
    sa.Column('removal_asked_at', UtcDateTime(timezone=True), nullable=True),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_vault_member')),
    sa.UniqueConstraint('holder', name=op.f('uq_vault_member_holder')),
    sa.UniqueConstraint('public_id', name=op.f('uq_vault_member_public_id'))
    )
    op.create_table('verification_attempt',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('address', sa.String(length=64), nullable=False),
    sa.Column('serial', sa.String(length=64), server_default='', nullable=False),
    sa.Column('at', UtcDateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_verification_attempt'))
    )
    op.create_index('ix_verification_attempt_address_at', 'verification_attempt', ['address', 'at'], unique=False)
    op.create_index('ix_verification_attempt_serial_at', 'verification_attempt', ['serial', 'at'], unique=False)
    op.create_table('zone',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('kind', sa.String(length=12), nullable=False),
    sa.Column('within_id', sa.Integer(), nullable=True),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.Column('row_version', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.CheckConstraint("kind in ('county', 'sub_county', 'ward', 'other')", name=op.f('ck_zone_kind')),
    sa.ForeignKeyConstraint(['within_id'], ['zone.id'], name=op.f('fk_zone_within_id_zone')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_zone')),
    sa.UniqueConstraint('name', name=op.f('uq_zone_name')),
    sa.UniqueConstraint('public_id', name=op.f('uq_zone_public_id'))
    )
    op.create_index(op.f('ix_zone_within_id'), 'zone', ['within_id'], unique=False)
    op.create_table('agenda_template_item',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('template_id', sa.Integer(), nullable=False),
    sa.Column('position', sa.SmallInteger(), nullable=False),
    sa.Column('kind', sa.String(length=8), nullable=False),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('minutes', sa.SmallInteger(), nullable=True),
    sa.CheckConstraint("kind in ('plain', 'arising')", name=op.f('ck_agenda_template_item_kind')),
    sa.ForeignKeyConstraint(['template_id'], ['agenda_template.id'], name=op.f('fk_agenda_template_item_template_id_agenda_template')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_agenda_template_item'))
    )
    op.create_index(op.f('ix_agenda_template_item_template_id'), 'agenda_template_item', ['template_id'], unique=False)
    op.create_table('certificate_design_image',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('design_id', sa.Integer(), nullable=False),
    sa.Column('use', sa.String(length=4), nullable=False),
    sa.Column('name', sa.String(length=32), nullable=False),
    sa.Column('created_by', sa.String(length=16), nullable=False),
    sa.Column('created_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.CheckConstraint("use in ('logo', 'seal', 'own')", name=op.f('ck_certificate_design_image_use')),
    sa.ForeignKeyConstraint(['design_id'], ['certificate_design.id'], name=op.f('fk_certificate_design_image_design_id_certificate_design')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_certificate_design_image')),
    sa.UniqueConstraint('public_id', name=op.f('uq_certificate_design_image_public_id'))
    )
    op.create_index(op.f('ix_certificate_design_image_design_id'), 'certificate_design_image', ['design_id'], unique=False)
    op.create_table('certificate_design_version',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('design_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.SmallInteger(), nullable=False),
    sa.Column('content', sa.JSON(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('created_by', sa.String(length=16), nullable=False),
    sa.Column('created_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.ForeignKeyConstraint(['design_id'], ['certificate_design.id'], name=op.f('fk_certificate_design_version_design_id_certificate_design')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_certificate_design_version')),
    sa.UniqueConstraint('design_id', 'number', name=op.f('uq_certificate_design_version_design_id_number')),
    sa.UniqueConstraint('public_id', name=op.f('uq_certificate_design_version_public_id'))
    )
    op.create_table('course_version',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('course_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.SmallInteger(), nullable=False),
    sa.Column('lineage', sa.String(length=16), nullable=False),
    sa.Column('language', sa.String(length=8), nullable=False),
    sa.Column('translates_id', sa.Integer(), nullable=True),
    sa.Column('made_from', sa.JSON(), nullable=False),
    sa.Column('public_title', sa.String(length=120), nullable=False),
    sa.Column('summary', sa.Text(), nullable=False),
    sa.Column('prerequisites', sa.String(length=200), nullable=False),
    sa.Column('days', sa.SmallInteger(), nullable=True),
    sa.Column('group_least', sa.SmallInteger(), nullable=True),
    sa.Column('group_most', sa.SmallInteger(), nullable=True),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('row_version', sa.Integer(), nullable=False),
    sa.Column('returned_because', sa.String(length=500), nullable=False),
    sa.Column('proposed_by', sa.String(length=16), nullable=True),
    sa.Column('published_by', sa.String(length=16), nullable=True),
    sa.Column('published_for', sa.String(length=16), nullable=True),
    sa.Column('published_at', UtcDateTime(timezone=True), nullable=True),
    sa.Column('created_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.CheckConstraint("state in ('draft', 'proposed', 'published')", name=op.f('ck_course_version_state')),
    sa.ForeignKeyConstraint(['course_id'], ['course.id'], name=op.f('fk_course_version_course_id_course')),
    sa.ForeignKeyConstraint(['translates_id'], ['course_version.id'], name=op.f('fk_course_version_translates_id_course_version')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_course_version')),
    sa.UniqueConstraint('course_id', 'lineage', name=op.f('uq_course_version_course_id_lineage')),
    sa.UniqueConstraint('course_id', 'number', name=op.f('uq_course_version_course_id_number')),
    sa.UniqueConstraint('public_id', name=op.f('uq_course_version_public_id'))
    )
    op.create_index(op.f('ix_course_version_course_id'), 'course_version', ['course_id'], unique=False)
    op.create_index(op.f('ix_course_version_translates_id'), 'course_version', ['translates_id'], unique=False)
    op.create_table('coverage_goal',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('wanted', sa.SmallInteger(), nullable=False),
    sa.Column('due_months', sa.SmallInteger(), nullable=False),
    sa.Column('area_id', sa.Integer(), nullable=True),
    sa.Column('set_by', sa.String(length=16), nullable=False),
    sa.Column('set_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.CheckConstraint('due_months between 1 and 24', name=op.f('ck_coverage_goal_due_months')),
    sa.CheckConstraint('wanted between 1 and 50', name=op.f('ck_coverage_goal_wanted')),
    sa.ForeignKeyConstraint(['area_id'], ['zone.id'], name=op.f('fk_coverage_goal_area_id_zone')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_coverage_goal')),
    sa.UniqueConstraint('public_id', name=op.f('uq_coverage_goal_public_id'))
    )
    op.create_index(op.f('ix_coverage_goal_area_id'), 'coverage_goal', ['area_id'], unique=False)
    op.create_table('dhis2_cell',
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
    sa.ForeignKeyConstraint(['connection_id'], ['connection.id'], name=op.f('fk_dhis2_cell_connection_id_connection')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_dhis2_cell')),
    sa.UniqueConstraint('connection_id', 'kind', 'data_element', 'option_combo', 'attribute_combo', 'org_unit', name='uq_dhis2_cell_place'),
    sa.UniqueConstraint('public_id', name=op.f('uq_dhis2_cell_public_id'))
    )
    op.create_table('dhis2_push',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('connection_id', sa.Integer(), nullable=False),
    sa.Column('period', sa.String(length=8), nullable=False),
    sa.Column('state', sa.String(length=8), nullable=False),
    sa.Column('asked_by', sa.String(length=16), nullable=False),
    sa.Column('asked_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('done_at', UtcDateTime(timezone=True), nullable=True),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.CheckConstraint("state in ('waiting', 'sending', 'done')", name=op.f('ck_dhis2_push_state')),
    sa.ForeignKeyConstraint(['connection_id'], ['connection.id'], name=op.f('fk_dhis2_push_connection_id_connection')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_dhis2_push')),
    sa.UniqueConstraint('public_id', name=op.f('uq_dhis2_push_public_id'))
    )
    op.create_index('ix_dhis2_push_connection_id_period', 'dhis2_push', ['connection_id', 'period'], unique=False)
    op.create_table('earlier_course',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('course_id', sa.Integer(), nullable=False),
    sa.Column('needs_id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.CheckConstraint('course_id <> needs_id', name=op.f('ck_earlier_course_another')),
    sa.ForeignKeyConstraint(['course_id'], ['course.id'], name=op.f('fk_earlier_course_course_id_course')),
    sa.ForeignKeyConstraint(['needs_id'], ['course.id'], name=op.f('fk_earlier_course_needs_id_course')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_earlier_course')),
    sa.UniqueConstraint('course_id', 'needs_id', name=op.f('uq_earlier_course_course_id_needs_id')),
    sa.UniqueConstraint('public_id', name=op.f('uq_earlier_course_public_id'))
    )
    op.create_index(op.f('ix_earlier_course_needs_id'), 'earlier_course', ['needs_id'], unique=False)
    op.create_table('funder_mark',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('funder_id', sa.Integer(), nullable=False),
    sa.Column('created_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('replaced_at', UtcDateTime(timezone=True), nullable=True),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.ForeignKeyConstraint(['funder_id'], ['funder.id'], name=op.f('fk_funder_mark_funder_id_funder')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_funder_mark')),
    sa.UniqueConstraint('public_id', name=op.f('uq_funder_mark_public_id'))
    )
    op.create_index(op.f('ix_funder_mark_funder_id'), 'funder_mark', ['funder_id'], unique=False)
    op.create_index('uq_funder_mark_funder_id_held', 'funder_mark', ['funder_id'], unique=True, sqlite_where=sa.text('replaced_at is null'), postgresql_where=sa.text('replaced_at is null'))
    op.create_table('incident',
    sa.Column('id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('state', sa.String(length=16), nullable=False),
    sa.Column('document_id', sa.BigInteger(), nullable=True),
    sa.Column('receipt_hash', sa.String(length=64), nullable=True),
    sa.Column('receipt_notes', sa.LargeBinary(), nullable=True),
    sa.Column('remind_at', UtcDateTime(timezone=True), nullable=True),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.CheckConstraint("(document_id is null) = (state = 'shredded')", name=op.f('ck_incident_document')),
    sa.CheckConstraint("state in ('draft', 'submitted', 'triaged', 'verified', 'insufficient', 'no_violation', 'mediation', 'referred', 'resolved', 'unresolved', 'closed', 'shredded')", name=op.f('ck_incident_state')),
    sa.ForeignKeyConstraint(['document_id'], ['vault_document.id'], name=op.f('fk_incident_document_id_vault_document')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_incident')),
    sa.UniqueConstraint('document_id', name=op.f('uq_incident_document_id')),
    sa.UniqueConstraint('public_id', name=op.f('uq_incident_public_id')),
    sa.UniqueConstraint('receipt_hash', name=op.f('uq_incident_receipt_hash'))
    )
    op.create_index(op.f('ix_incident_remind_at'), 'incident', ['remind_at'], unique=False)
    op.create_index('ix_incident_state_id', 'incident', ['state', 'id'], unique=False)
    op.create_table('incident_draft_screen',
    sa.Column('draft_id', sa.BigInteger(), nullable=False),
    sa.Column('screen', sa.String(length=16), nullable=False),
    sa.Column('document_id', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['document_id'], ['vault_document.id'], name=op.f('fk_incident_draft_screen_document_id_vault_document')),
    sa.ForeignKeyConstraint(['draft_id'], ['incident_draft.id'], name=op.f('fk_incident_draft_screen_draft_id_incident_draft'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('draft_id', 'screen', name=op.f('pk_incident_draft_screen')),
    sa.UniqueConstraint('document_id', name=op.f('uq_incident_draft_screen_document_id'))
    )
    op.create_table('indicator_target',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(length=24), nullable=False),
    sa.Column('period', sa.String(length=22), nullable=False),
    sa.Column('funder_id', sa.Integer(), nullable=True),
    sa.Column('group_id', sa.Integer(), nullable=True),
    sa.Column('value', sa.Integer(), nullable=False),
    sa.Column('row_version', sa.Integer(), nullable=False),
    sa.Column('set_by', sa.String(length=16), nullable=False),
    sa.Column('set_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.CheckConstraint('value >= 0', name=op.f('ck_indicator_target_value')),
    sa.ForeignKeyConstraint(['funder_id'], ['funder.id'], name=op.f('fk_indicator_target_funder_id_funder')),
    sa.ForeignKeyConstraint(['group_id'], ['people_group.id'], name=op.f('fk_indicator_target_group_id_people_group')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_indicator_target')),
    sa.UniqueConstraint('public_id', name=op.f('uq_indicator_target_public_id'))
    )
    op.create_index(op.f('ix_indicator_target_funder_id'), 'indicator_target', ['funder_id'], unique=False)
    op.create_index(op.f('ix_indicator_target_group_id'), 'indicator_target', ['group_id'], unique=False)
    op.create_index('uq_indicator_target_of_all', 'indicator_target', ['key', 'period'], unique=True, sqlite_where=sa.text('funder_id is null and group_id is null'), postgresql_where=sa.text('funder_id is null and group_id is null'))
    op.create_index('uq_indicator_target_of_both', 'indicator_target', ['key', 'period', 'funder_id', 'group_id'], unique=True, sqlite_where=sa.text('funder_id is not null and group_id is not null'), postgresql_where=sa.text('funder_id is not null and group_id is not null'))
    op.create_index('uq_indicator_target_of_funder', 'indicator_target', ['key', 'period', 'funder_id'], unique=True, sqlite_where=sa.text('funder_id is not null and group_id is null'), postgresql_where=sa.text('funder_id is not null and group_id is null'))
    op.create_index('uq_indicator_target_of_group', 'indicator_target', ['key', 'period', 'group_id'], unique=True, sqlite_where=sa.text('funder_id is null and group_id is not null'), postgresql_where=sa.text('funder_id is null and group_id is not null'))
    op.create_table('organisation',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('kind', sa.String(length=16), nullable=False),
    sa.Column('place', sa.String(length=120), nullable=False),
    sa.Column('group_id', sa.Integer(), nullable=True),
    sa.Column('created_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.CheckConstraint("kind in ('station', 'collective', 'partner')", name=op.f('ck_organisation_kind')),
    sa.ForeignKeyConstraint(['group_id'], ['people_group.id'], name=op.f('fk_organisation_group_id_people_group')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_organisation')),
    sa.UniqueConstraint('name', name=op.f('uq_organisation_name')),
    sa.UniqueConstraint('public_id', name=op.f('uq_organisation_public_id'))
    )
    op.create_index(op.f('ix_organisation_group_id'), 'organisation', ['group_id'], unique=False)
    op.create_table('people_list',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(length=8), nullable=False),
    sa.Column('group_id', sa.Integer(), nullable=True),
    sa.Column('format', sa.String(length=8), nullable=False),
    sa.Column('row_version', sa.Integer(), nullable=False),
    sa.Column('choices', sa.LargeBinary(), nullable=True),
    sa.Column('job', sa.String(length=16), server_default='', nullable=False),
    sa.Column('new_count', sa.Integer(), nullable=False),
    sa.Column('same_count', sa.Integer(), nullable=False),
    sa.Column('changed_count', sa.Integer(), nullable=False),
    sa.Column('left_count', sa.Integer(), nullable=False),
    sa.Column('organisations', sa.JSON(), nullable=False),
    sa.Column('has_report', sa.Boolean(), nullable=False),
    sa.Column('created_by', sa.String(length=16), nullable=False),
    sa.Column('created_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('added_at', UtcDateTime(timezone=True), nullable=True),
    sa.Column('undone_at', UtcDateTime(timezone=True), nullable=True),
    sa.Column('undone_by', sa.String(length=16), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.CheckConstraint("state in ('waiting', 'added', 'undone')", name=op.f('ck_people_list_state')),
    sa.ForeignKeyConstraint(['group_id'], ['people_group.id'], name=op.f('fk_people_list_group_id_people_group')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_people_list')),
    sa.UniqueConstraint('public_id', name=op.f('uq_people_list_public_id'))
    )
    op.create_index(op.f('ix_people_list_created_by'), 'people_list', ['created_by'], unique=False)
    op.create_index(op.f('ix_people_list_group_id'), 'people_list', ['group_id'], unique=False)
    op.create_index('ix_people_list_state_created_at', 'people_list', ['state', 'created_at'], unique=False)
    op.create_table('person',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('chosen_name', sa.String(length=200), nullable=False),
    sa.Column('sort_name', sa.String(length=200), nullable=False),
    sa.Column('printed_name', sa.String(length=200), nullable=False),
    sa.Column('printed_name_confirmed_at', UtcDateTime(timezone=True), nullable=True),
    sa.Column('group_id', sa.Integer(), nullable=False),
    sa.Column('sex', sa.String(length=8), nullable=False),
    sa.Column('age_band', sa.String(length=8), nullable=False),
    sa.Column('birth_year', sa.SmallInteger(), nullable=True),
    sa.Column('cadre', sa.String(length=80), nullable=False),
    sa.Column('ward', sa.String(length=120), nullable=False),
    sa.Column('language', sa.String(length=8), nullable=False),
    sa.Column('reference', sa.String(length=40), nullable=False),
    sa.Column('phone_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('phone_lookup', sa.String(length=64), nullable=True),
    sa.Column('email_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('email_lookup', sa.String(length=64), nullable=True),
    sa.Column('phone_by', sa.String(length=16), server_default='', nullable=False),
    sa.Column('email_by', sa.String(length=16), server_default='', nullable=False),
    sa.Column('minor', sa.Boolean(), nullable=False),
    sa.Column('age_recorded_on', sa.Date(), nullable=True),
    sa.Column('minor_since', UtcDateTime(timezone=True), nullable=True),
    sa.Column('minor_by', sa.String(length=16), server_default='', nullable=False),
    sa.Column('minor_seen_at', UtcDateTime(timezone=True), nullable=True),
    sa.Column('minor_seen_by', sa.String(length=16), server_default='', nullable=False),
    sa.Column('row_version', sa.Integer(), nullable=False),
    sa.Column('created_by', sa.String(length=16), nullable=False),
    sa.Column('created_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('changed_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.CheckConstraint("sex in ('', 'female', 'male', 'other')", name=op.f('ck_person_sex')),
    sa.ForeignKeyConstraint(['group_id'], ['people_group.id'], name=op.f('fk_person_group_id_people_group')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_person')),
    sa.UniqueConstraint('public_id', name=op.f('uq_person_public_id'))
    )
    op.create_index('ix_person_changed_at', 'person', ['changed_at'], unique=False)
    op.create_index(op.f('ix_person_created_by'), 'person', ['created_by'], unique=False)
    op.create_index(op.f('ix_person_email_lookup'), 'person', ['email_lookup'], unique=False)
    op.create_index('ix_person_group_id_sort_name', 'person', ['group_id', 'sort_name'], unique=False)
    op.create_index('ix_person_minor_seen_at', 'person', ['minor', 'minor_seen_at', 'sort_name', 'id'], unique=False)
    op.create_index('ix_person_name_order', 'person', ['sort_name', 'id'], unique=False)
    op.create_index(op.f('ix_person_phone_lookup'), 'person', ['phone_lookup'], unique=False)
    op.create_index(op.f('ix_person_reference'), 'person', ['reference'], unique=False)
    op.create_index('ix_person_ward', 'person', ['ward'], unique=False)
    op.create_index('ix_person_with_cadre', 'person', ['group_id', 'cadre', 'sort_name'], unique=False, sqlite_where=sa.text("cadre <> ''"), postgresql_where=sa.text("cadre <> ''"))
    op.create_index('ix_person_with_phone', 'person', ['group_id', 'sort_name', 'id', 'minor'], unique=False, sqlite_where=sa.text('phone_sealed is not null'), postgresql_where=sa.text('phone_sealed is not null'))
    op.create_index('ix_person_without_age', 'person', ['group_id', 'sort_name', 'id'], unique=False, sqlite_where=sa.text("age_band = '' and birth_year is null"), postgresql_where=sa.text("age_band = '' and birth_year is null"))
    op.create_index('ix_person_without_sex', 'person', ['group_id', 'sort_name', 'id'], unique=False, sqlite_where=sa.text("sex = ''"), postgresql_where=sa.text("sex = ''"))
    op.create_index('ix_person_without_ward', 'person', ['group_id', 'sort_name', 'id'], unique=False, sqlite_where=sa.text("ward = ''"), postgresql_where=sa.text("ward = ''"))
    op.create_index('uq_person_group_id_reference', 'person', ['group_id', 'reference'], unique=True, sqlite_where=sa.text("reference <> ''"), postgresql_where=sa.text("reference <> ''"))
    op.create_table('question',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('course_id', sa.Integer(), nullable=False),
    sa.Column('lineage', sa.String(length=16), nullable=False),
    sa.Column('objective', sa.String(length=16), nullable=False),
    sa.Column('kind', sa.String(length=12), nullable=False),
    sa.Column('retired_at', UtcDateTime(timezone=True), nullable=True),
    sa.Column('row_version', sa.Integer(), nullable=False),
    sa.Column('created_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.CheckConstraint("kind in ('single', 'multiple', 'true_false', 'scale', 'short_text')", name=op.f('ck_question_kind')),
    sa.ForeignKeyConstraint(['course_id'], ['course.id'], name=op.f('fk_question_course_id_course')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_question')),
    sa.UniqueConstraint('course_id', 'lineage', name=op.f('uq_question_course_id_lineage')),
    sa.UniqueConstraint('public_id', name=op.f('uq_question_public_id'))
    )
    op.create_table('release',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('plan_id', sa.Integer(), nullable=False),
    sa.Column('table_key', sa.String(length=20), nullable=False),
    sa.Column('window', sa.SmallInteger(), nullable=False),
    sa.Column('freeze_on', sa.Date(), nullable=False),
    sa.Column('lines', sa.JSON(), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.CheckConstraint('"window" between 0 and 3', name=op.f('ck_release_window')),
    sa.ForeignKeyConstraint(['plan_id'], ['release_plan.id'], name=op.f('fk_release_plan_id_release_plan')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_release')),
    sa.UniqueConstraint('plan_id', 'table_key', 'window', name=op.f('uq_release_plan_id_table_key_window')),
    sa.UniqueConstraint('public_id', name=op.f('uq_release_public_id'))
    )
    op.create_table('report_template',
    sa.Column('funder_id', sa.Integer(), nullable=False),
    sa.Column('language', sa.String(length=3), nullable=False),
    sa.Column('sections', sa.JSON(), nullable=False),
    sa.Column('texts', sa.JSON(), nullable=False),
    sa.Column('row_version', sa.Integer(), nullable=False),
    sa.Column('written_by', sa.String(length=16), nullable=False),
    sa.Column('written_at', UtcDateTime(timezone=True), nullable=False),
    sa.CheckConstraint("language in ('en', 'sw')", name=op.f('ck_report_template_language')),
    sa.ForeignKeyConstraint(['funder_id'], ['funder.id'], name=op.f('fk_report_template_funder_id_funder')),
    sa.PrimaryKeyConstraint('funder_id', name=op.f('pk_report_template'))
    )
    op.create_table('service_hours',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('entry_id', sa.Integer(), nullable=False),
    sa.Column('opens', sa.Integer(), nullable=False),
    sa.Column('closes', sa.Integer(), nullable=False),
    sa.CheckConstraint('opens between 0 and 10079 and closes > opens and closes <= opens + 1440', name=op.f('ck_service_hours_stretch')),
    sa.ForeignKeyConstraint(['entry_id'], ['service_entry.id'], name=op.f('fk_service_hours_entry_id_service_entry'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_service_hours'))
    )
    op.create_index('uq_service_hours_entry_id_opens', 'service_hours', ['entry_id', 'opens'], unique=True)
    op.create_table('sheet',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('register_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.SmallInteger(), nullable=False),
    sa.Column('group_id', sa.Integer(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('rows', sa.JSON(), nullable=False),
    sa.Column('columns', sa.JSON(), server_default='[]', nullable=False),
    sa.Column('extras', sa.JSON(), server_default='[]', nullable=False),
    sa.Column('large', sa.Boolean(), server_default=sa.false(), nullable=False),
    sa.Column('printed_by', sa.String(length=16), nullable=False),
    sa.Column('printed_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.ForeignKeyConstraint(['group_id'], ['people_group.id'], name=op.f('fk_sheet_group_id_people_group')),
    sa.ForeignKeyConstraint(['register_id'], ['register.id'], name=op.f('fk_sheet_register_id_register')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sheet')),
    sa.UniqueConstraint('public_id', name=op.f('uq_sheet_public_id')),
    sa.UniqueConstraint('register_id', 'number', name=op.f('uq_sheet_register_id_number'))
    )
    op.create_index(op.f('ix_sheet_group_id'), 'sheet', ['group_id'], unique=False)
    op.create_table('slot',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('register_id', sa.Integer(), nullable=False),
    sa.Column('position', sa.SmallInteger(), nullable=False),
    sa.Column('starts_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('minutes', sa.SmallInteger(), nullable=False),
    sa.Column('closed_at', UtcDateTime(timezone=True), nullable=True),
    sa.Column('closed_by', sa.String(length=16), nullable=True),
    sa.Column('early_reason', sa.String(length=300), nullable=False),
    sa.Column('planned_end', UtcDateTime(timezone=True), nullable=True),
    sa.Column('confirmed_at', UtcDateTime(timezone=True), nullable=True),
    sa.Column('confirmed_by', sa.String(length=16), nullable=True),
    sa.Column('began_at', UtcDateTime(timezone=True), nullable=True),
    sa.Column('ended_at', UtcDateTime(timezone=True), nullable=True),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.ForeignKeyConstraint(['register_id'], ['register.id'], name=op.f('fk_slot_register_id_register')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_slot')),
    sa.UniqueConstraint('public_id', name=op.f('uq_slot_public_id'))
    )
    op.create_index('ix_slot_open', 'slot', ['closed_at', 'starts_at'], unique=False)
    op.create_index('ix_slot_register_id', 'slot', ['register_id', 'confirmed_at'], unique=False)
    op.create_index('ix_slot_unconfirmed', 'slot', ['starts_at'], unique=False, sqlite_where=sa.text('confirmed_at is null'), postgresql_where=sa.text('confirmed_at is null'))
    op.create_index('ix_slot_unended', 'slot', ['starts_at'], unique=False, sqlite_where=sa.text('began_at is not null and ended_at is null'), postgresql_where=sa.text('began_at is not null and ended_at is null'))
    op.create_index('ix_slot_waiting_since', 'slot', ['closed_at'], unique=False, sqlite_where=sa.text('closed_at is not null and confirmed_at is null'), postgresql_where=sa.text('closed_at is not null and confirmed_at is null'))
    op.create_table('statement',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('funder_id', sa.Integer(), nullable=False),
    sa.Column('period', sa.String(length=22), nullable=False),
    sa.Column('first_day', sa.Date(), nullable=False),
    sa.Column('last_day', sa.Date(), nullable=False),
    sa.Column('police_only', sa.Boolean(), nullable=False),
    sa.Column('frozen_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('document', sa.Text(), nullable=True),
    sa.Column('head_code', sa.String(length=24), nullable=False),
    sa.Column('sent_number', sa.Integer(), nullable=True),
    sa.Column('sent_at', UtcDateTime(timezone=True), nullable=True),
    sa.Column('sent_by', sa.String(length=16), nullable=True),
    sa.Column('ranges', sa.JSON(), nullable=True),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('proposed_by', sa.String(length=16), nullable=False),
    sa.Column('approved_by', sa.String(length=16), nullable=True),
    sa.Column('approved_for', sa.String(length=16), nullable=True),
    sa.Column('returned_reason', sa.Text(), nullable=False),
    sa.Column('created_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.CheckConstraint("(state = 'sent') = (sent_number is not null)", name=op.f('ck_statement_sent')),
    sa.CheckConstraint("state in ('draft', 'proposed', 'approved', 'returned', 'sent')", name=op.f('ck_statement_state')),
    sa.CheckConstraint('approved_by is null or approved_by <> proposed_by', name=op.f('ck_statement_two_people')),
    sa.ForeignKeyConstraint(['funder_id'], ['funder.id'], name=op.f('fk_statement_funder_id_funder')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_statement')),
    sa.UniqueConstraint('funder_id', 'period', name=op.f('uq_statement_funder_id_period')),
    sa.UniqueConstraint('public_id', name=op.f('uq_statement_public_id')),
    sa.UniqueConstraint('sent_number', name=op.f('uq_statement_sent_number'))
    )
    op.create_index('ix_statement_first_day', 'statement', ['first_day', 'id'], unique=False)
    op.create_table('submission_key',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_key', sa.Text(), nullable=False),
    sa.Column('document_id', sa.BigInteger(), nullable=False),
    sa.Column('made_by', sa.String(length=16), nullable=False),
    sa.Column('made_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.ForeignKeyConstraint(['document_id'], ['vault_document.id'], name=op.f('fk_submission_key_document_id_vault_document')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_submission_key')),
    sa.UniqueConstraint('public_id', name=op.f('uq_submission_key_public_id'))
    )
    op.create_index(op.f('ix_submission_key_document_id'), 'submission_key', ['document_id'], unique=False)
    op.create_table('track',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('name_sw', sa.String(length=120), nullable=False),
    sa.Column('purpose', sa.String(length=300), nullable=False),
    sa.Column('course_id', sa.Integer(), nullable=True),
    sa.Column('certifies', sa.Boolean(), nullable=False),
    sa.Column('created_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.ForeignKeyConstraint(['course_id'], ['course.id'], name=op.f('fk_track_course_id_course')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_track')),
    sa.UniqueConstraint('name', name=op.f('uq_track_name')),
    sa.UniqueConstraint('public_id', name=op.f('uq_track_public_id'))
    )
    op.create_index(op.f('ix_track_course_id'), 'track', ['course_id'], unique=False)
    op.create_index('uq_track_certifies', 'track', ['certifies'], unique=True, sqlite_where=sa.text('certifies and course_id is null'), postgresql_where=sa.text('certifies and course_id is null'))
    op.create_index('uq_track_course_id_certifies', 'track', ['course_id'], unique=True, sqlite_where=sa.text('certifies'), postgresql_where=sa.text('certifies'))
    op.create_table('vault_document_key',
    sa.Column('document_id', sa.BigInteger(), nullable=False),
    sa.Column('compartment_id', sa.Integer(), nullable=False),
    sa.Column('form', sa.String(length=8), nullable=False),
    sa.Column('wrapped', sa.LargeBinary(), nullable=False),
    sa.CheckConstraint("form in ('filed', 'kept')", name=op.f('ck_vault_document_key_form')),
    sa.ForeignKeyConstraint(['compartment_id'], ['vault_compartment.id'], name=op.f('fk_vault_document_key_compartment_id_vault_compartment')),
    sa.ForeignKeyConstraint(['document_id'], ['vault_document.id'], name=op.f('fk_vault_document_key_document_id_vault_document'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('document_id', name=op.f('pk_vault_document_key'))
    )
    op.create_index('ix_vault_document_key_compartment_id_form', 'vault_document_key', ['compartment_id', 'form'], unique=False)
    op.create_table('vault_opening',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('session', sa.String(length=16), nullable=False),
    sa.Column('member_id', sa.Integer(), nullable=False),
    sa.Column('sealed_private', sa.LargeBinary(), nullable=False),
    sa.Column('opened_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('used_at', UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['member_id'], ['vault_member.id'], name=op.f('fk_vault_opening_member_id_vault_member'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_vault_opening')),
    sa.UniqueConstraint('session', name=op.f('uq_vault_opening_session'))
    )
    op.create_index(op.f('ix_vault_opening_member_id'), 'vault_opening', ['member_id'], unique=False)
    op.create_table('vault_unsealing',
    sa.Column('id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('document_id', sa.BigInteger(), nullable=False),
    sa.Column('reason_id', sa.BigInteger(), nullable=True),
    sa.Column('member_id', sa.Integer(), nullable=False),
    sa.Column('asked_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('decided_by', sa.String(length=16), nullable=True),
    sa.Column('decided_at', UtcDateTime(timezone=True), nullable=True),
    sa.Column('granted', sa.Boolean(), nullable=True),
    sa.Column('runs_out_at', UtcDateTime(timezone=True), nullable=True),
    sa.Column('wrapped', sa.LargeBinary(), nullable=True),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.ForeignKeyConstraint(['document_id'], ['vault_document.id'], name=op.f('fk_vault_unsealing_document_id_vault_document'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['member_id'], ['vault_member.id'], name=op.f('fk_vault_unsealing_member_id_vault_member'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['reason_id'], ['vault_document.id'], name=op.f('fk_vault_unsealing_reason_id_vault_document'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_vault_unsealing')),
    sa.UniqueConstraint('public_id', name=op.f('uq_vault_unsealing_public_id'))
    )
    op.create_index(op.f('ix_vault_unsealing_document_id'), 'vault_unsealing', ['document_id'], unique=False)
    op.create_index(op.f('ix_vault_unsealing_member_id'), 'vault_unsealing', ['member_id'], unique=False)
    op.create_index(op.f('ix_vault_unsealing_reason_id'), 'vault_unsealing', ['reason_id'], unique=False)
    op.create_table('vault_wrap',
    sa.Column('compartment_id', sa.Integer(), nullable=False),
    sa.Column('member_id', sa.Integer(), nullable=False),
    sa.Column('wrapped', sa.LargeBinary(), nullable=False),
    sa.Column('seal', sa.LargeBinary(), nullable=True),
    sa.ForeignKeyConstraint(['compartment_id'], ['vault_compartment.id'], name=op.f('fk_vault_wrap_compartment_id_vault_compartment'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['member_id'], ['vault_member.id'], name=op.f('fk_vault_wrap_member_id_vault_member'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('compartment_id', 'member_id', name=op.f('pk_vault_wrap'))
    )
    op.create_index(op.f('ix_vault_wrap_member_id'), 'vault_wrap', ['member_id'], unique=False)
    op.create_table('venue',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('place', sa.String(length=120), nullable=False),
    sa.Column('zone_id', sa.Integer(), nullable=True),
    sa.Column('directions', sa.Text(), server_default='', nullable=False),
    sa.Column('safe_for', sa.String(length=300), server_default='', nullable=False),
    sa.Column('seats', sa.SmallInteger(), nullable=True),
    sa.Column('accessible', sa.String(length=120), nullable=False),
    sa.Column('band', sa.String(length=60), nullable=False),
    sa.Column('price_cents', sa.Integer(), nullable=True),
    sa.Column('contact_name', sa.String(length=120), nullable=False),
    sa.Column('contact_phone_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('safety_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('active', sa.Boolean(), server_default=sa.true(), nullable=False),
    sa.Column('row_version', sa.Integer(), server_default='1', nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.CheckConstraint('price_cents >= 0', name=op.f('ck_venue_price_cents')),
    sa.ForeignKeyConstraint(['zone_id'], ['zone.id'], name=op.f('fk_venue_zone_id_zone')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_venue')),
    sa.UniqueConstraint('name', name=op.f('uq_venue_name')),
    sa.UniqueConstraint('public_id', name=op.f('uq_venue_public_id'))
    )
    op.create_index(op.f('ix_venue_zone_id'), 'venue', ['zone_id'], unique=False)
    op.create_table('zone_travel',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('one_zone_id', sa.Integer(), nullable=False),
    sa.Column('other_zone_id', sa.Integer(), nullable=False),
    sa.Column('minutes', sa.SmallInteger(), nullable=False),
    sa.CheckConstraint('minutes between 1 and 1440', name=op.f('ck_zone_travel_minutes')),
    sa.CheckConstraint('one_zone_id < other_zone_id', name=op.f('ck_zone_travel_order')),
    sa.ForeignKeyConstraint(['one_zone_id'], ['zone.id'], name=op.f('fk_zone_travel_one_zone_id_zone')),
    sa.ForeignKeyConstraint(['other_zone_id'], ['zone.id'], name=op.f('fk_zone_travel_other_zone_id_zone')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_zone_travel')),
    sa.UniqueConstraint('one_zone_id', 'other_zone_id', name=op.f('uq_zone_travel_one_zone_id_other_zone_id'))
    )
    op.create_index(op.f('ix_zone_travel_other_zone_id'), 'zone_travel', ['other_zone_id'], unique=False)
    op.create_table('account',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('email_sealed', sa.LargeBinary(), nullable=False),
    sa.Column('email_lookup', sa.String(length=64), nullable=False),
    sa.Column('password_hash', sa.String(length=200), nullable=False),
    sa.Column('password_changed_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('language', sa.String(length=8), nullable=False),
    sa.Column('totp_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('totp_period', sa.Integer(), nullable=False),
    sa.Column('passkey_handle', sa.String(length=64), nullable=True),
    sa.Column('person_id', sa.Integer(), nullable=True),
    sa.Column('tied_by', sa.String(length=16), nullable=False),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.Column('paused_at', UtcDateTime(timezone=True), nullable=True),
    sa.Column('created_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('settled_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('last_seen_at', UtcDateTime(timezone=True), nullable=True),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_account_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_account')),
    sa.UniqueConstraint('email_lookup', name=op.f('uq_account_email_lookup')),
    sa.UniqueConstraint('passkey_handle', name=op.f('uq_account_passkey_handle')),
    sa.UniqueConstraint('person_id', name=op.f('uq_account_person_id')),
    sa.UniqueConstraint('public_id', name=op.f('uq_account_public_id'))
    )
    op.create_index('ix_account_name_id', 'account', ['name', 'id'], unique=False)
    op.create_table('consent',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('purpose', sa.String(length=24), nullable=False),
    sa.Column('answer', sa.String(length=12), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('text_version', sa.String(length=16), nullable=False),
    sa.Column('recorded_by', sa.String(length=16), nullable=False),
    sa.Column('recorded_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('batch_id', sa.Integer(), nullable=True),
    sa.CheckConstraint("answer in ('given', 'refused', 'withdrawn')", name=op.f('ck_consent_answer')),
    sa.ForeignKeyConstraint(['batch_id'], ['consent_batch.id'], name=op.f('fk_consent_batch_id_consent_batch')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_consent_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_consent'))
    )
    op.create_index(op.f('ix_consent_batch_id'), 'consent', ['batch_id'], unique=False)
    op.create_index('ix_consent_person_id_purpose_id', 'consent', ['person_id', 'purpose', 'id'], unique=False)
    op.create_table('contact_request_person',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('request_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_contact_request_person_person_id_person')),
    sa.ForeignKeyConstraint(['request_id'], ['contact_request.id'], name=op.f('fk_contact_request_person_request_id_contact_request')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_contact_request_person')),
    sa.UniqueConstraint('request_id', 'person_id', name=op.f('uq_contact_request_person_request_id_person_id'))
    )
    op.create_index(op.f('ix_contact_request_person_person_id'), 'contact_request_person', ['person_id'], unique=False)
    op.create_table('dhis2_value',
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
    sa.CheckConstraint("outcome in ('waiting', 'stored', 'refused', 'not_sent', 'unknown')", name=op.f('ck_dhis2_value_outcome')),
    sa.ForeignKeyConstraint(['push_id'], ['dhis2_push.id'], name=op.f('fk_dhis2_value_push_id_dhis2_push')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_dhis2_value'))
    )
    op.create_index(op.f('ix_dhis2_value_push_id'), 'dhis2_value', ['push_id'], unique=False)
    op.create_table('earlier_training',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('import_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('source_key', sa.String(length=64), nullable=False),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('first_day', sa.Date(), nullable=False),
    sa.Column('last_day', sa.Date(), nullable=False),
    sa.Column('length', sa.Numeric(precision=6, scale=2), nullable=True),
    sa.Column('length_unit', sa.String(length=4), nullable=False),
    sa.Column('place', sa.String(length=200), nullable=False),
    sa.Column('organiser', sa.String(length=200), nullable=False),
    sa.Column('as_trainer', sa.Boolean(), nullable=False),
    sa.CheckConstraint("length_unit in ('', 'hour', 'day', 'week')", name=op.f('ck_earlier_training_length_unit')),
    sa.ForeignKeyConstraint(['import_id'], ['earlier_import.id'], name=op.f('fk_earlier_training_import_id_earlier_import')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_earlier_training_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_earlier_training')),
    sa.UniqueConstraint('person_id', 'source_key', name=op.f('uq_earlier_training_person_id_source_key'))
    )
    op.create_index(op.f('ix_earlier_training_import_id'), 'earlier_training', ['import_id'], unique=False)
    op.create_table('erasure_request',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=True),
    sa.Column('grounds', sa.String(length=8), nullable=False),
    sa.Column('asked_on', sa.Date(), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('asked_by', sa.String(length=16), nullable=False),
    sa.Column('asked_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('decided_by', sa.String(length=16), nullable=True),
    sa.Column('decided_at', UtcDateTime(timezone=True), nullable=True),
    sa.Column('refused_reason', sa.Text(), nullable=False),
    sa.Column('told', sa.JSON(), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.CheckConstraint("(decided_at is null) = (state = 'waiting')", name=op.f('ck_erasure_request_decided')),
    sa.CheckConstraint("grounds in ('wish', 'quiet', 'wrong')", name=op.f('ck_erasure_request_grounds')),
    sa.CheckConstraint("state in ('waiting', 'done', 'refused', 'withdrawn')", name=op.f('ck_erasure_request_state')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_erasure_request_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_erasure_request')),
    sa.UniqueConstraint('public_id', name=op.f('uq_erasure_request_public_id'))
    )
    op.create_index(op.f('ix_erasure_request_asked_by'), 'erasure_request', ['asked_by'], unique=False)
    op.create_index(op.f('ix_erasure_request_person_id'), 'erasure_request', ['person_id'], unique=False)
    op.create_index('ix_erasure_request_state_due_on', 'erasure_request', ['state', 'due_on', 'id'], unique=False)
    op.create_table('frozen_figure',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('statement_id', sa.Integer(), nullable=False),
    sa.Column('position', sa.SmallInteger(), nullable=False),
    sa.Column('line', sa.String(length=60), nullable=False),
    sa.Column('place', sa.JSON(), nullable=False),
    sa.Column('label', sa.String(length=120), nullable=False),
    sa.Column('value', sa.Integer(), nullable=True),
    sa.Column('starred', sa.Boolean(), nullable=False),
    sa.Column('title', sa.String(length=120), nullable=False),
    sa.Column('definition', sa.Text(), nullable=False),
    sa.Column('version', sa.SmallInteger(), nullable=False),
    sa.Column('inputs', sa.String(length=64), nullable=False),
    sa.Column('people_sealed', sa.LargeBinary(), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.CheckConstraint('value is null or not starred', name=op.f('ck_frozen_figure_starred')),
    sa.ForeignKeyConstraint(['statement_id'], ['statement.id'], name=op.f('fk_frozen_figure_statement_id_statement')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_frozen_figure')),
    sa.UniqueConstraint('public_id', name=op.f('uq_frozen_figure_public_id')),
    sa.UniqueConstraint('statement_id', 'position', name=op.f('uq_frozen_figure_statement_id_position'))
    )
    op.create_table('funder_report',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('statement_id', sa.Integer(), nullable=False),
    sa.Column('language', sa.String(length=3), nullable=False),
    sa.Column('title', sa.String(length=120), nullable=False),
    sa.Column('sections', sa.JSON(), nullable=False),
    sa.Column('texts', sa.JSON(), nullable=False),
    sa.Column('stories', sa.JSON(), nullable=False),
    sa.Column('stories_settled', sa.JSON(), server_default='[]', nullable=False),
    sa.Column('content', sa.Text(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('approved_at', UtcDateTime(timezone=True), nullable=True),
    sa.Column('row_version', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('proposed_by', sa.String(length=16), nullable=False),
    sa.Column('approved_by', sa.String(length=16), nullable=True),
    sa.Column('approved_for', sa.String(length=16), nullable=True),
    sa.Column('returned_reason', sa.Text(), nullable=False),
    sa.Column('created_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.CheckConstraint("language in ('en', 'sw')", name=op.f('ck_funder_report_language')),
    sa.CheckConstraint("state in ('draft', 'proposed', 'approved', 'returned')", name=op.f('ck_funder_report_state')),
    sa.CheckConstraint("state in ('draft', 'returned') or content <> ''", name=op.f('ck_funder_report_content')),
    sa.CheckConstraint('approved_by is null or approved_by <> proposed_by', name=op.f('ck_funder_report_two_people')),
    sa.ForeignKeyConstraint(['statement_id'], ['statement.id'], name=op.f('fk_funder_report_statement_id_statement')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_funder_report')),
    sa.UniqueConstraint('public_id', name=op.f('uq_funder_report_public_id')),
    sa.UniqueConstraint('statement_id', name=op.f('uq_funder_report_statement_id'))
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
    op.create_index(op.f('ix_headcount_group_id'), 'headcount', ['group_id'], unique=False)
    op.create_table('headcount_operation',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('op_id', sa.String(length=36), nullable=False),
    sa.Column('slot_id', sa.Integer(), nullable=False),
    sa.Column('counts', sa.JSON(), nullable=False),
    sa.Column('expected_version', sa.Integer(), nullable=False),
    sa.Column('device', sa.String(length=36), nullable=False),
    sa.Column('device_sequence', sa.Integer(), nullable=False),
    sa.Column('device_time', UtcDateTime(timezone=True), nullable=False),
    sa.Column('received_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('counted_by', sa.String(length=16), nullable=False),
    sa.Column('answer', sa.String(length=12), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('correction', sa.String(length=300), server_default='', nullable=False),
    sa.CheckConstraint("answer in ('applied', 'conflict')", name=op.f('ck_headcount_operation_answer')),
    sa.ForeignKeyConstraint(['slot_id'], ['slot.id'], name=op.f('fk_headcount_operation_slot_id_slot')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_headcount_operation')),
    sa.UniqueConstraint('op_id', name=op.f('uq_headcount_operation_op_id'))
    )
    op.create_index('ix_headcount_operation_slot_id_id', 'headcount_operation', ['slot_id', 'id'], unique=False)
    op.create_table('holder_link',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('made_by', sa.String(length=16), nullable=False),
    sa.Column('made_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('expires_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('used_at', UtcDateTime(timezone=True), nullable=True),
    sa.Column('ended_at', UtcDateTime(timezone=True), nullable=True),
    sa.Column('visit_hash', sa.String(length=64), nullable=True),
    sa.Column('visit_ends_at', UtcDateTime(timezone=True), nullable=True),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_holder_link_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_holder_link')),
    sa.UniqueConstraint('public_id', name=op.f('uq_holder_link_public_id')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_holder_link_token_hash')),
    sa.UniqueConstraint('visit_hash', name=op.f('uq_holder_link_visit_hash'))
    )
    op.create_index(op.f('ix_holder_link_person_id'), 'holder_link', ['person_id'], unique=False)
    op.create_table('likely_duplicate',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('first_id', sa.Integer(), nullable=False),
    sa.Column('second_id', sa.Integer(), nullable=False),
    sa.Column('score', sa.SmallInteger(), nullable=False),
    sa.Column('certain', sa.Boolean(), nullable=False),
    sa.Column('reasons', sa.JSON(), nullable=False),
    sa.Column('names_alike', sa.Boolean(), nullable=False),
    sa.Column('reason', sa.String(length=32), nullable=False),
    sa.Column('found_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.CheckConstraint('first_id <= second_id', name=op.f('ck_likely_duplicate_order')),
    sa.ForeignKeyConstraint(['first_id'], ['person.id'], name=op.f('fk_likely_duplicate_first_id_person'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['second_id'], ['person.id'], name=op.f('fk_likely_duplicate_second_id_person'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_likely_duplicate')),
    sa.UniqueConstraint('first_id', 'second_id', name=op.f('uq_likely_duplicate_first_id_second_id')),
    sa.UniqueConstraint('public_id', name=op.f('uq_likely_duplicate_public_id'))
    )
    op.create_index(op.f('ix_likely_duplicate_reason'), 'likely_duplicate', ['reason'], unique=False)
    op.create_index('ix_likely_duplicate_score_id', 'likely_duplicate', ['score', 'id'], unique=False)
    op.create_index(op.f('ix_likely_duplicate_second_id'), 'likely_duplicate', ['second_id'], unique=False)
    op.create_table('mark',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('slot_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('status', sa.String(length=16), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_mark_person_id_person')),
    sa.ForeignKeyConstraint(['slot_id'], ['slot.id'], name=op.f('fk_mark_slot_id_slot')),
    sa.ForeignKeyConstraint(['status'], ['mark_status.code'], name=op.f('fk_mark_status_mark_status')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mark')),
    sa.UniqueConstraint('slot_id', 'person_id', name=op.f('uq_mark_slot_id_person_id'))
    )
    op.create_index(op.f('ix_mark_person_id'), 'mark', ['person_id'], unique=False)
    op.create_table('mark_operation',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('op_id', sa.String(length=36), nullable=False),
    sa.Column('slot_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('status', sa.String(length=16), nullable=False),
    sa.Column('expected_version', sa.Integer(), nullable=False),
    sa.Column('device', sa.String(length=36), nullable=False),
    sa.Column('device_sequence', sa.Integer(), nullable=False),
    sa.Column('device_time', UtcDateTime(timezone=True), nullable=False),
    sa.Column('received_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('marked_by', sa.String(length=16), nullable=False),
    sa.Column('answer', sa.String(length=12), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('correction', sa.String(length=300), server_default='', nullable=False),
    sa.CheckConstraint("answer in ('applied', 'duplicate', 'conflict', 'rejected')", name=op.f('ck_mark_operation_answer')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_mark_operation_person_id_person')),
    sa.ForeignKeyConstraint(['slot_id'], ['slot.id'], name=op.f('fk_mark_operation_slot_id_slot')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mark_operation')),
    sa.UniqueConstraint('op_id', name=op.f('uq_mark_operation_op_id'))
    )
    op.create_index(op.f('ix_mark_operation_person_id'), 'mark_operation', ['person_id'], unique=False)
    op.create_index('ix_mark_operation_slot_id_person_id', 'mark_operation', ['slot_id', 'person_id', 'id'], unique=False)
    op.create_table('message_choice',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('channel', sa.String(length=8), nullable=False),
    sa.Column('from_hour', sa.SmallInteger(), nullable=False),
    sa.Column('until_hour', sa.SmallInteger(), nullable=False),
    sa.Column('calendar', sa.Boolean(), nullable=True),
    sa.Column('row_version', sa.Integer(), nullable=False),
    sa.Column('set_by', sa.String(length=16), nullable=False),
    sa.Column('set_at', UtcDateTime(timezone=True), nullable=False),
    sa.CheckConstraint("channel in ('', 'sms', 'email')", name=op.f('ck_message_choice_channel')),
    sa.CheckConstraint('from_hour between 8 and 18', name=op.f('ck_message_choice_from_hour')),
    sa.CheckConstraint('until_hour between 9 and 19 and until_hour > from_hour', name=op.f('ck_message_choice_hours')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_message_choice_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_message_choice')),
    sa.UniqueConstraint('person_id', name=op.f('uq_message_choice_person_id'))
    )
    op.create_table('module',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('version_id', sa.Integer(), nullable=False),
    sa.Column('position', sa.SmallInteger(), nullable=False),
    sa.Column('title', sa.String(length=160), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.Column('lineage', sa.String(length=16), nullable=False),
    sa.Column('made_from', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['version_id'], ['course_version.id'], name=op.f('fk_module_version_id_course_version')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_module')),
    sa.UniqueConstraint('public_id', name=op.f('uq_module_public_id'))
    )
    op.create_index(op.f('ix_module_version_id'), 'module', ['version_id'], unique=False)
    op.create_table('not_the_same',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('first_id', sa.Integer(), nullable=False),
    sa.Column('second_id', sa.Integer(), nullable=False),
    sa.Column('said_by', sa.String(length=16), nullable=False),
    sa.Column('said_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.CheckConstraint('first_id <= second_id', name=op.f('ck_not_the_same_order')),
    sa.ForeignKeyConstraint(['first_id'], ['person.id'], name=op.f('fk_not_the_same_first_id_person'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['second_id'], ['person.id'], name=op.f('fk_not_the_same_second_id_person'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_not_the_same')),
    sa.UniqueConstraint('first_id', 'second_id', name=op.f('uq_not_the_same_first_id_second_id')),
    sa.UniqueConstraint('public_id', name=op.f('uq_not_the_same_public_id'))
    )
    op.create_index(op.f('ix_not_the_same_second_id'), 'not_the_same', ['second_id'], unique=False)
    op.create_table('notice',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=48), nullable=False),
    sa.Column('event_key', sa.String(length=120), nullable=False),
    sa.Column('language', sa.String(length=8), nullable=False),
    sa.Column('unsent', sa.String(length=16), nullable=False),
    sa.Column('message_id', sa.Integer(), nullable=True),
    sa.Column('created_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.ForeignKeyConstraint(['message_id'], ['outbox_message.id'], name=op.f('fk_notice_message_id_outbox_message')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_notice_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_notice')),
    sa.UniqueConstraint('person_id', 'kind', 'event_key', name=op.f('uq_notice_person_id_kind_event_key')),
    sa.UniqueConstraint('public_id', name=op.f('uq_notice_public_id'))
    )
    op.create_index('ix_notice_created_at', 'notice', ['created_at', 'id'], unique=False)
    op.create_index('ix_notice_kind_event_key', 'notice', ['kind', 'event_key'], unique=False)
    op.create_index(op.f('ix_notice_message_id'), 'notice', ['message_id'], unique=False)
    op.create_table('people_list_person',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('list_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('row', sa.Integer(), nullable=False),
    sa.Column('added', sa.Boolean(), nullable=False),
    sa.Column('row_version', sa.Integer(), nullable=False),
    sa.Column('before', sa.LargeBinary(), nullable=True),
    sa.ForeignKeyConstraint(['list_id'], ['people_list.id'], name=op.f('fk_people_list_person_list_id_people_list')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_people_list_person_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_people_list_person')),
    sa.UniqueConstraint('list_id', 'person_id', name=op.f('uq_people_list_person_list_id_person_id'))
    )
    op.create_index(op.f('ix_people_list_person_person_id'), 'people_list_person', ['person_id'], unique=False)
    op.create_table('person_merge',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('gone', sa.String(length=16), nullable=False),
    sa.Column('kept_id', sa.Integer(), nullable=False),
    sa.Column('merged_by', sa.String(length=16), nullable=False),
    sa.Column('merged_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('undone_at', UtcDateTime(timezone=True), nullable=True),
    sa.Column('undone_by', sa.String(length=16), nullable=True),
    sa.Column('sealed', sa.LargeBinary(), nullable=True),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.ForeignKeyConstraint(['kept_id'], ['person.id'], name=op.f('fk_person_merge_kept_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_person_merge')),
    sa.UniqueConstraint('public_id', name=op.f('uq_person_merge_public_id'))
    )
    op.create_index('ix_person_merge_gone_undone_at', 'person_merge', ['gone', 'undone_at'], unique=False)
    op.create_index(op.f('ix_person_merge_kept_id'), 'person_merge', ['kept_id'], unique=False)
    op.create_index(op.f('ix_person_merge_merged_at'), 'person_merge', ['merged_at'], unique=False)
    op.create_table('posting',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('organisation_id', sa.Integer(), nullable=False),
    sa.Column('since', sa.Date(), nullable=False),
    sa.Column('until', sa.Date(), nullable=True),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.CheckConstraint('until is null or until >= since', name=op.f('ck_posting_days')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_posting_organisation_id_organisation')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_posting_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_posting')),
    sa.UniqueConstraint('public_id', name=op.f('uq_posting_public_id'))
    )
    op.create_index('ix_posting_organisation_id_until', 'posting', ['organisation_id', 'until', 'person_id'], unique=False)
    op.create_index(op.f('ix_posting_person_id'), 'posting', ['person_id'], unique=False)
    op.create_index('uq_posting_person_id_open', 'posting', ['person_id'], unique=True, sqlite_where=sa.text('until is null'), postgresql_where=sa.text('until is null'))
    op.create_table('question_revision',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('question_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.SmallInteger(), nullable=False),
    sa.Column('language', sa.String(length=8), nullable=False),
    sa.Column('texts', sa.JSON(), nullable=False),
    sa.Column('options', sa.JSON(), nullable=False),
    sa.Column('made_from', sa.JSON(), nullable=False),
    sa.Column('created_by', sa.String(length=16), nullable=False),
    sa.Column('created_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.ForeignKeyConstraint(['question_id'], ['question.id'], name=op.f('fk_question_revision_question_id_question')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_question_revision')),
    sa.UniqueConstraint('public_id', name=op.f('uq_question_revision_public_id')),
    sa.UniqueConstraint('question_id', 'number', name=op.f('uq_question_revision_question_id_number'))
    )
    op.create_table('register_note',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('op_id', sa.String(length=36), nullable=False),
    sa.Column('register_id', sa.Integer(), nullable=False),
    sa.Column('slot_id', sa.Integer(), nullable=True),
    sa.Column('text_sealed', sa.LargeBinary(), nullable=False),
    sa.Column('written_by', sa.String(length=16), nullable=False),
    sa.Column('device', sa.String(length=36), nullable=False),
    sa.Column('device_time', UtcDateTime(timezone=True), nullable=False),
    sa.Column('received_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.ForeignKeyConstraint(['register_id'], ['register.id'], name=op.f('fk_register_note_register_id_register')),
    sa.ForeignKeyConstraint(['slot_id'], ['slot.id'], name=op.f('fk_register_note_slot_id_slot')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_register_note')),
    sa.UniqueConstraint('op_id', name=op.f('uq_register_note_op_id')),
    sa.UniqueConstraint('public_id', name=op.f('uq_register_note_public_id'))
    )
    op.create_index('ix_register_note_register_id_id', 'register_note', ['register_id', 'id'], unique=False)
    op.create_index(op.f('ix_register_note_slot_id'), 'register_note', ['slot_id'], unique=False)
    op.create_table('release_note',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('release_id', sa.Integer(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.ForeignKeyConstraint(['release_id'], ['release.id'], name=op.f('fk_release_note_release_id_release')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_release_note')),
    sa.UniqueConstraint('public_id', name=op.f('uq_release_note_public_id'))
    )
    op.create_index(op.f('ix_release_note_release_id'), 'release_note', ['release_id'], unique=False)
    op.create_table('roster_entry',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('register_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('walk_in', sa.Boolean(), nullable=False),
    sa.Column('removed_at', UtcDateTime(timezone=True), nullable=True),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_roster_entry_person_id_person')),
    sa.ForeignKeyConstraint(['register_id'], ['register.id'], name=op.f('fk_roster_entry_register_id_register')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_roster_entry')),
    sa.UniqueConstraint('public_id', name=op.f('uq_roster_entry_public_id')),
    sa.UniqueConstraint('register_id', 'person_id', name=op.f('uq_roster_entry_register_id_person_id'))
    )
    op.create_index(op.f('ix_roster_entry_person_id'), 'roster_entry', ['person_id'], unique=False)
    op.create_table('seen_fact',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=12), nullable=False),
    sa.Column('about', sa.String(length=170), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('until', sa.Date(), nullable=True),
    sa.Column('amount', sa.SmallInteger(), nullable=False),
    sa.Column('seen_by', sa.String(length=16), nullable=False),
    sa.Column('entered_by', sa.String(length=16), nullable=False),
    sa.Column('entered_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('withdrawn_at', UtcDateTime(timezone=True), nullable=True),
    sa.Column('withdrawn_by', sa.String(length=16), nullable=True),
    sa.Column('withdrawn_because', sa.String(length=300), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.CheckConstraint("kind in ('practicum', 'outreach', 'oral_test', 'document', 'role')", name=op.f('ck_seen_fact_kind')),
    sa.CheckConstraint('amount between 0 and 100', name=op.f('ck_seen_fact_amount')),
    sa.CheckConstraint('until is null or until >= day', name=op.f('ck_seen_fact_days')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_seen_fact_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_seen_fact')),
    sa.UniqueConstraint('person_id', 'kind', 'about', 'day', name=op.f('uq_seen_fact_person_id_kind_about_day')),
    sa.UniqueConstraint('public_id', name=op.f('uq_seen_fact_public_id'))
    )
    op.create_index('ix_seen_fact_kind_about_person_id', 'seen_fact', ['kind', 'about', 'person_id', 'day', 'withdrawn_at', 'amount', 'until'], unique=False)
    op.create_table('sheet_reading',
    sa.Column('sheet_id', sa.Integer(), nullable=False),
    sa.Column('ticks', sa.JSON(), nullable=False),
    sa.Column('written_in', sa.SmallInteger(), nullable=False),
    sa.Column('row_version', sa.Integer(), nullable=False),
    sa.Column('read_by', sa.String(length=16), nullable=False),
    sa.Column('read_at', UtcDateTime(timezone=True), nullable=False),
    sa.CheckConstraint('written_in >= 0', name=op.f('ck_sheet_reading_written_in')),
    sa.ForeignKeyConstraint(['sheet_id'], ['sheet.id'], name=op.f('fk_sheet_reading_sheet_id_sheet')),
    sa.PrimaryKeyConstraint('sheet_id', name=op.f('pk_sheet_reading'))
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
    sa.Column('uploaded_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.CheckConstraint("(sheet_id is null) = (found_by = '')", name=op.f('ck_sheet_scan_found')),
    sa.CheckConstraint("found_by in ('', 'code', 'hand')", name=op.f('ck_sheet_scan_found_by')),
    sa.ForeignKeyConstraint(['register_id'], ['register.id'], name=op.f('fk_sheet_scan_register_id_register')),
    sa.ForeignKeyConstraint(['sheet_id'], ['sheet.id'], name=op.f('fk_sheet_scan_sheet_id_sheet')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sheet_scan')),
    sa.UniqueConstraint('public_id', name=op.f('uq_sheet_scan_public_id'))
    )
    op.create_index('ix_sheet_scan_register_id_id', 'sheet_scan', ['register_id', 'id'], unique=False)
    op.create_index(op.f('ix_sheet_scan_sheet_id'), 'sheet_scan', ['sheet_id'], unique=False)
    op.create_table('signature',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('op_id', sa.String(length=36), nullable=False),
    sa.Column('slot_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('strokes_sealed', sa.LargeBinary(), nullable=False),
    sa.Column('taken_by', sa.String(length=16), nullable=False),
    sa.Column('device', sa.String(length=36), nullable=False),
    sa.Column('device_time', UtcDateTime(timezone=True), nullable=False),
    sa.Column('received_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_signature_person_id_person')),
    sa.ForeignKeyConstraint(['slot_id'], ['slot.id'], name=op.f('fk_signature_slot_id_slot')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_signature')),
    sa.UniqueConstraint('op_id', name=op.f('uq_signature_op_id')),
    sa.UniqueConstraint('public_id', name=op.f('uq_signature_public_id'))
    )
    op.create_index(op.f('ix_signature_person_id'), 'signature', ['person_id'], unique=False)
    op.create_index('ix_signature_slot_id_person_id', 'signature', ['slot_id', 'person_id', 'id'], unique=False)
    op.create_table('time_tap',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('op_id', sa.String(length=36), nullable=False),
    sa.Column('slot_id', sa.Integer(), nullable=False),
    sa.Column('edge', sa.String(length=8), nullable=False),
    sa.Column('at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('by_hand', sa.Boolean(), nullable=False),
    sa.Column('device', sa.String(length=36), nullable=False),
    sa.Column('device_time', UtcDateTime(timezone=True), nullable=False),
    sa.Column('received_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('tapped_by', sa.String(length=16), nullable=False),
    sa.Column('undone_at', UtcDateTime(timezone=True), nullable=True),
    sa.Column('undone_by', sa.String(length=16), nullable=True),
    sa.CheckConstraint("edge in ('start', 'end')", name=op.f('ck_time_tap_edge')),
    sa.ForeignKeyConstraint(['slot_id'], ['slot.id'], name=op.f('fk_time_tap_slot_id_slot')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_time_tap')),
    sa.UniqueConstraint('op_id', name=op.f('uq_time_tap_op_id'))
    )
    op.create_index(op.f('ix_time_tap_slot_id'), 'time_tap', ['slot_id'], unique=False)
    op.create_table('track_version',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('track_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.SmallInteger(), nullable=False),
    sa.Column('tree', sa.JSON(), nullable=False),
    sa.Column('renewal', sa.JSON(), nullable=True),
    sa.Column('checklist', sa.JSON(), server_default='[]', nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('row_version', sa.Integer(), nullable=False),
    sa.Column('returned_because', sa.String(length=500), nullable=False),
    sa.Column('proposed_by', sa.String(length=16), nullable=True),
    sa.Column('published_by', sa.String(length=16), nullable=True),
    sa.Column('published_for', sa.String(length=16), nullable=True),
    sa.Column('published_at', UtcDateTime(timezone=True), nullable=True),
    sa.Column('created_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.CheckConstraint("state in ('draft', 'proposed', 'published')", name=op.f('ck_track_version_state')),
    sa.ForeignKeyConstraint(['track_id'], ['track.id'], name=op.f('fk_track_version_track_id_track')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_track_version')),
    sa.UniqueConstraint('public_id', name=op.f('uq_track_version_public_id')),
    sa.UniqueConstraint('track_id', 'number', name=op.f('uq_track_version_track_id_number'))
    )
    op.create_table('venue_block',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('venue_id', sa.Integer(), nullable=False),
    sa.Column('first', sa.Date(), nullable=False),
    sa.Column('last', sa.Date(), nullable=False),
    sa.Column('starts_at', sa.Time(), nullable=True),
    sa.Column('ends_at', sa.Time(), nullable=True),
    sa.Column('reason', sa.String(length=120), nullable=False),
    sa.Column('written_by', sa.String(length=16), nullable=False),
    sa.Column('written_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.CheckConstraint('(starts_at is null) = (ends_at is null)', name=op.f('ck_venue_block_both_times')),
    sa.CheckConstraint('ends_at > starts_at', name=op.f('ck_venue_block_times')),
    sa.CheckConstraint('last >= first', name=op.f('ck_venue_block_days')),
    sa.ForeignKeyConstraint(['venue_id'], ['venue.id'], name=op.f('fk_venue_block_venue_id_venue')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_venue_block')),
    sa.UniqueConstraint('public_id', name=op.f('uq_venue_block_public_id'))
    )
    op.create_index('ix_venue_block_last_first', 'venue_block', ['last', 'first'], unique=False)
    op.create_index('ix_venue_block_venue_id_first', 'venue_block', ['venue_id', 'first'], unique=False)
    op.create_table('walk_in',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('op_id', sa.String(length=36), nullable=False),
    sa.Column('register_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('named', sa.Boolean(), nullable=False),
    sa.Column('taken_by', sa.String(length=16), nullable=False),
    sa.Column('device', sa.String(length=36), nullable=False),
    sa.Column('device_sequence', sa.Integer(), nullable=False),
    sa.Column('device_time', UtcDateTime(timezone=True), nullable=False),
    sa.Column('received_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('settled_at', UtcDateTime(timezone=True), nullable=True),
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
    op.create_index(op.f('ix_walk_in_person_id'), 'walk_in', ['person_id'], unique=False)
    op.create_index('ix_walk_in_register_id_settled_at', 'walk_in', ['register_id', 'settled_at'], unique=False)
    op.create_table('workshop',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('version_id', sa.Integer(), nullable=False),
    sa.Column('register_id', sa.Integer(), nullable=False),
    sa.Column('title', sa.String(length=160), nullable=False),
    sa.Column('starts_on', sa.Date(), nullable=False),
    sa.Column('ends_on', sa.Date(), nullable=False),
    sa.Column('day_starts_at', sa.Time(), nullable=False),
    sa.Column('day_ends_at', sa.Time(), nullable=False),
    sa.Column('venue_id', sa.Integer(), nullable=True),
    sa.Column('capacity', sa.SmallInteger(), nullable=True),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('cancelled_reason', sa.Text(), nullable=False),
    sa.Column('cancelled_at', UtcDateTime(timezone=True), nullable=True),
    sa.Column('row_version', sa.Integer(), nullable=False),
    sa.Column('created_by', sa.String(length=16), nullable=False),
    sa.Column('created_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('changed_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.CheckConstraint("state in ('planned', 'cancelled')", name=op.f('ck_workshop_state')),
    sa.CheckConstraint('ends_on >= starts_on', name=op.f('ck_workshop_days')),
    sa.ForeignKeyConstraint(['register_id'], ['register.id'], name=op.f('fk_workshop_register_id_register')),
    sa.ForeignKeyConstraint(['venue_id'], ['venue.id'], name=op.f('fk_workshop_venue_id_venue')),
    sa.ForeignKeyConstraint(['version_id'], ['course_version.id'], name=op.f('fk_workshop_version_id_course_version')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_workshop')),
    sa.UniqueConstraint('public_id', name=op.f('uq_workshop_public_id')),
    sa.UniqueConstraint('register_id', name=op.f('uq_workshop_register_id'))
    )
    op.create_index('ix_workshop_changed_at', 'workshop', ['changed_at'], unique=False)
    op.create_index(op.f('ix_workshop_created_by'), 'workshop', ['created_by'], unique=False)
    op.create_index('ix_workshop_ends_on', 'workshop', ['ends_on'], unique=False)
    op.create_index('ix_workshop_starts_on_id_title', 'workshop', ['starts_on', 'id', 'title'], unique=False)
    op.create_index(op.f('ix_workshop_venue_id'), 'workshop', ['venue_id'], unique=False)
    op.create_index(op.f('ix_workshop_version_id'), 'workshop', ['version_id'], unique=False)
    op.create_table('absence',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('first', sa.Date(), nullable=False),
    sa.Column('last', sa.Date(), nullable=False),
    sa.Column('kind', sa.String(length=12), nullable=False),
    sa.Column('note_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('row_version', sa.Integer(), nullable=False),
    sa.Column('written_by', sa.String(length=16), nullable=False),
    sa.Column('written_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.CheckConstraint("kind in ('leave', 'training', 'sick', 'other')", name=op.f('ck_absence_kind')),
    sa.CheckConstraint('last >= first', name=op.f('ck_absence_days')),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_absence_account_id_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_absence')),
    sa.UniqueConstraint('public_id', name=op.f('uq_absence_public_id'))
    )
    op.create_index('ix_absence_account_id_first', 'absence', ['account_id', 'first'], unique=False)
    op.create_index('ix_absence_last_first', 'absence', ['last', 'first'], unique=False)
    op.create_table('access_review',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=True),
    sa.Column('at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('by', sa.String(length=16), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_access_review_account_id_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_access_review')),
    sa.UniqueConstraint('public_id', name=op.f('uq_access_review_public_id'))
    )
    op.create_index('ix_access_review_account_id_at', 'access_review', ['account_id', 'at'], unique=False)
    op.create_table('account_backing',
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('by', sa.String(length=16), nullable=False),
    sa.Column('at', UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_account_backing_account_id_account')),
    sa.PrimaryKeyConstraint('account_id', 'by', name=op.f('pk_account_backing'))
    )
    op.create_table('account_notice',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=24), nullable=False),
    sa.Column('request_id', sa.String(length=16), nullable=False),
    sa.Column('at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('seen_at', UtcDateTime(timezone=True), nullable=True),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_account_notice_account_id_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_account_notice')),
    sa.UniqueConstraint('public_id', name=op.f('uq_account_notice_public_id'))
    )
    op.create_index('ix_account_notice_account_id_seen_at', 'account_notice', ['account_id', 'seen_at'], unique=False)
    op.create_table('account_request',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=12), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=True),
    sa.Column('email_lookup', sa.String(length=64), nullable=False),
    sa.Column('content_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('reason_sealed', sa.LargeBinary(), nullable=False),
    sa.Column('asked_by', sa.String(length=16), nullable=False),
    sa.Column('asked_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('expires_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('decided_by', sa.String(length=16), nullable=False),
    sa.Column('decided_at', UtcDateTime(timezone=True), nullable=True),
    sa.Column('answer_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('code_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.CheckConstraint("kind IN ('invitation', 'roles', 'link', 'second_step', 'reopening', 'opening')", name=op.f('ck_account_request_kind')),
    sa.CheckConstraint("state IN ('waiting', 'agreed', 'done', 'declined', 'withdrawn', 'changed')", name=op.f('ck_account_request_state')),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_account_request_account_id_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_account_request')),
    sa.UniqueConstraint('public_id', name=op.f('uq_account_request_public_id'))
    )
    op.create_index('ix_account_request_account_id_state', 'account_request', ['account_id', 'state'], unique=False)
    op.create_index('ix_account_request_asked_by_state', 'account_request', ['asked_by', 'state'], unique=False)
    op.create_index('ix_account_request_state_expires_at', 'account_request', ['state', 'expires_at'], unique=False)
    op.create_table('account_role',
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('role', sa.String(length=20), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_account_role_account_id_account')),
    sa.PrimaryKeyConstraint('account_id', 'role', name=op.f('pk_account_role'))
    )
    op.create_index('ix_account_role_role', 'account_role', ['role'], unique=False)
    op.create_table('announcement',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('workshop_id', sa.Integer(), nullable=False),
    sa.Column('told', sa.JSON(), nullable=False),
    sa.Column('held', sa.JSON(none_as_null=True), nullable=True),
    sa.Column('held_at', UtcDateTime(timezone=True), nullable=True),
    sa.Column('changes', sa.SmallInteger(), nullable=False),
    sa.Column('remind_first', sa.SmallInteger(), nullable=True),
    sa.Column('remind_second', sa.SmallInteger(), nullable=True),
    sa.Column('thank_after', sa.SmallInteger(), nullable=True),
    sa.Column('begun_by', sa.String(length=16), nullable=False),
    sa.Column('begun_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('ended_at', UtcDateTime(timezone=True), nullable=True),
    sa.Column('row_version', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.CheckConstraint('remind_first between 1 and 60', name=op.f('ck_announcement_remind_first')),
    sa.CheckConstraint('remind_second between 1 and 60', name=op.f('ck_announcement_remind_second')),
    sa.CheckConstraint('thank_after between 1 and 60', name=op.f('ck_announcement_thank_after')),
    sa.ForeignKeyConstraint(['workshop_id'], ['workshop.id'], name=op.f('fk_announcement_workshop_id_workshop')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_announcement')),
    sa.UniqueConstraint('public_id', name=op.f('uq_announcement_public_id')),
    sa.UniqueConstraint('workshop_id', name=op.f('uq_announcement_workshop_id'))
    )
    op.create_index(op.f('ix_announcement_ended_at'), 'announcement', ['ended_at'], unique=False)
    op.create_table('api_token',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('connection_id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('purpose', sa.String(length=200), nullable=False),
    sa.Column('days', sa.SmallInteger(), nullable=False),
    sa.Column('agreed_at', UtcDateTime(timezone=True), nullable=True),
    sa.Column('fetched_at', UtcDateTime(timezone=True), nullable=True),
    sa.Column('expires_at', UtcDateTime(timezone=True), nullable=True),
    sa.Column('ended_at', UtcDateTime(timezone=True), nullable=True),
    sa.Column('ended_by', sa.String(length=16), nullable=True),
    sa.Column('token_hash', sa.String(length=64), nullable=True),
    sa.Column('window_at', UtcDateTime(timezone=True), nullable=True),
    sa.Column('window_leased', sa.SmallInteger(), nullable=False),
    sa.Column('rows_until', UtcDateTime(timezone=True), nullable=True),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('proposed_by', sa.String(length=16), nullable=False),
    sa.Column('approved_by', sa.String(length=16), nullable=True),
    sa.Column('approved_for', sa.String(length=16), nullable=True),
    sa.Column('returned_reason', sa.Text(), nullable=False),
    sa.Column('created_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.CheckConstraint("state in ('proposed', 'approved', 'returned')", name=op.f('ck_api_token_state')),
    sa.CheckConstraint("token_hash is null or state = 'approved'", name=op.f('ck_api_token_agreed_first')),
    sa.CheckConstraint('approved_by is null or approved_by <> proposed_by', name=op.f('ck_api_token_two_people')),
    sa.CheckConstraint('days between 1 and 366', name=op.f('ck_api_token_days')),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_api_token_account_id_account')),
    sa.ForeignKeyConstraint(['connection_id'], ['connection.id'], name=op.f('fk_api_token_connection_id_connection')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_api_token')),
    sa.UniqueConstraint('public_id', name=op.f('uq_api_token_public_id')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_api_token_token_hash'))
    )
    op.create_index(op.f('ix_api_token_account_id'), 'api_token', ['account_id'], unique=False)
    op.create_index(op.f('ix_api_token_connection_id'), 'api_token', ['connection_id'], unique=False)
    op.create_index('ix_api_token_state_created_at', 'api_token', ['state', 'created_at'], unique=False)
    op.create_table('breach',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=True),
    sa.Column('what_sealed', sa.LargeBinary(), nullable=False),
    sa.Column('affected', sa.JSON(), nullable=False),
    sa.Column('unfinished', sa.JSON(), nullable=False),
    sa.Column('noticed_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('opened_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('opened_by', sa.String(length=16), nullable=False),
    sa.Column('notified_at', UtcDateTime(timezone=True), nullable=True),
    sa.Column('notified_by', sa.String(length=16), nullable=True),
    sa.Column('closed_at', UtcDateTime(timezone=True), nullable=True),
    sa.Column('closed_by', sa.String(length=16), nullable=True),
    sa.Column('reason_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_breach_account_id_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_breach')),
    sa.UniqueConstraint('public_id', name=op.f('uq_breach_public_id'))
    )
    op.create_index('ix_breach_account_id', 'breach', ['account_id'], unique=False)
    op.create_index('ix_breach_closed_at_noticed_at', 'breach', ['closed_at', 'noticed_at'], unique=False)
    op.create_table('browser_mark',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('device', sa.String(length=40), nullable=False),
    sa.Column('session_id', sa.String(length=16), nullable=False),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.Column('created_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('used_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('expires_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_browser_mark_account_id_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_browser_mark')),
    sa.UniqueConstraint('public_id', name=op.f('uq_browser_mark_public_id')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_browser_mark_token_hash'))
    )
    op.create_index('ix_browser_mark_account_id_used_at', 'browser_mark', ['account_id', 'used_at'], unique=False)
    op.create_index('ix_browser_mark_expires_at', 'browser_mark', ['expires_at'], unique=False)
    op.create_table('budget_closing',
    sa.Column('workshop_id', sa.Integer(), nullable=False),
    sa.Column('closed_by', sa.String(length=16), nullable=False),
    sa.Column('closed_at', UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['workshop_id'], ['workshop.id'], name=op.f('fk_budget_closing_workshop_id_workshop')),
    sa.PrimaryKeyConstraint('workshop_id', name=op.f('pk_budget_closing'))
    )
    op.create_table('budget_line',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('workshop_id', sa.Integer(), nullable=False),
    sa.Column('position', sa.SmallInteger(), nullable=False),
    sa.Column('label', sa.String(length=120), nullable=False),
    sa.Column('driver', sa.String(length=12), nullable=False),
    sa.Column('with_trainers', sa.Boolean(), nullable=False),
    sa.Column('unit_cents', sa.BigInteger(), nullable=False),
    sa.Column('from_payouts', sa.Boolean(), nullable=False),
    sa.Column('funder_id', sa.Integer(), nullable=True),
    sa.Column('budget_code', sa.String(length=40), nullable=False),
    sa.Column('spent_cents', sa.BigInteger(), nullable=True),
    sa.Column('frozen', sa.JSON(), nullable=True),
    sa.Column('row_version', sa.Integer(), nullable=False),
    sa.Column('written_by', sa.String(length=16), nullable=False),
    sa.Column('written_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.CheckConstraint("driver in ('fixed', 'days', 'invited', 'confirmed', 'attended', 'person_days', 'trainers')", name=op.f('ck_budget_line_driver')),
    sa.CheckConstraint('not from_payouts or spent_cents is null', name=op.f('ck_budget_line_spent_once')),
    sa.CheckConstraint('spent_cents >= 0', name=op.f('ck_budget_line_spent_cents')),
    sa.CheckConstraint('unit_cents >= 0', name=op.f('ck_budget_line_unit_cents')),
    sa.ForeignKeyConstraint(['funder_id'], ['funder.id'], name=op.f('fk_budget_line_funder_id_funder')),
    sa.ForeignKeyConstraint(['workshop_id'], ['workshop.id'], name=op.f('fk_budget_line_workshop_id_workshop')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_budget_line')),
    sa.UniqueConstraint('public_id', name=op.f('uq_budget_line_public_id'))
    )
    op.create_index(op.f('ix_budget_line_funder_id'), 'budget_line', ['funder_id'], unique=False)
    op.create_index('ix_budget_line_workshop_id_position', 'budget_line', ['workshop_id', 'position'], unique=False)
    op.create_index('uq_budget_line_workshop_id_payouts', 'budget_line', ['workshop_id'], unique=True, sqlite_where=sa.text('from_payouts'), postgresql_where=sa.text('from_payouts'))
    op.create_table('calendar_address',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=True),
    sa.Column('venue_id', sa.Integer(), nullable=True),
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('made_by', sa.String(length=16), nullable=False),
    sa.Column('made_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.CheckConstraint('(account_id is null) <> (venue_id is null)', name=op.f('ck_calendar_address_one_subject')),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_calendar_address_account_id_account')),
    sa.ForeignKeyConstraint(['venue_id'], ['venue.id'], name=op.f('fk_calendar_address_venue_id_venue')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_calendar_address')),
    sa.UniqueConstraint('account_id', name=op.f('uq_calendar_address_account_id')),
    sa.UniqueConstraint('public_id', name=op.f('uq_calendar_address_public_id')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_calendar_address_token_hash')),
    sa.UniqueConstraint('venue_id', name=op.f('uq_calendar_address_venue_id'))
    )
    op.create_table('certificate_rule',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('requires_id', sa.Integer(), nullable=False),
    sa.Column('name_must_be_confirmed', sa.Boolean(), nullable=False),
    sa.Column('months_valid', sa.SmallInteger(), nullable=True),
    sa.Column('created_by', sa.String(length=16), nullable=False),
    sa.Column('created_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.CheckConstraint('months_valid between 1 and 240', name=op.f('ck_certificate_rule_months_valid')),
    sa.ForeignKeyConstraint(['requires_id'], ['track_version.id'], name=op.f('fk_certificate_rule_requires_id_track_version')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_certificate_rule')),
    sa.UniqueConstraint('public_id', name=op.f('uq_certificate_rule_public_id')),
    sa.UniqueConstraint('version', name=op.f('uq_certificate_rule_version'))
    )
    op.create_index(op.f('ix_certificate_rule_requires_id'), 'certificate_rule', ['requires_id'], unique=False)
    op.create_table('completion',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('workshop_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('course_id', sa.Integer(), nullable=False),
    sa.Column('held_on', sa.Date(), nullable=False),
    sa.Column('completed_on', sa.Date(), nullable=False),
    sa.Column('minutes', sa.Integer(), nullable=False),
    sa.Column('percentage', sa.SmallInteger(), nullable=False),
    sa.Column('days', sa.SmallInteger(), server_default='0', nullable=False),
    sa.Column('met', sa.Boolean(), nullable=False),
    sa.Column('refresher', sa.Boolean(), nullable=False),
    sa.Column('group_id', sa.Integer(), nullable=False),
    sa.Column('sex', sa.String(length=8), nullable=False),
    sa.Column('age_band', sa.String(length=8), nullable=False),
    sa.Column('cadre', sa.String(length=80), nullable=False),
    sa.Column('organisation_id', sa.Integer(), nullable=True),
    sa.Column('ward', sa.String(length=120), nullable=False),
    sa.Column('version_id', sa.Integer(), nullable=True),
    sa.Column('asked_on', sa.Date(), nullable=True),
    sa.CheckConstraint('completed_on >= held_on', name=op.f('ck_completion_days')),
    sa.CheckConstraint('percentage between 0 and 100', name=op.f('ck_completion_percentage')),
    sa.ForeignKeyConstraint(['course_id'], ['course.id'], name=op.f('fk_completion_course_id_course')),
    sa.ForeignKeyConstraint(['group_id'], ['people_group.id'], name=op.f('fk_completion_group_id_people_group')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_completion_organisation_id_organisation')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_completion_person_id_person')),
    sa.ForeignKeyConstraint(['version_id'], ['track_version.id'], name=op.f('fk_completion_version_id_track_version')),
    sa.ForeignKeyConstraint(['workshop_id'], ['workshop.id'], name=op.f('fk_completion_workshop_id_workshop')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_completion')),
    sa.UniqueConstraint('workshop_id', 'person_id', name=op.f('uq_completion_workshop_id_person_id'))
    )
    op.create_index('ix_completion_completed_on', 'completion', ['completed_on', 'met', 'refresher', 'group_id', 'person_id', 'workshop_id'], unique=False)
    op.create_index('ix_completion_course_id_person_id', 'completion', ['course_id', 'person_id'], unique=False)
    op.create_index(op.f('ix_completion_group_id'), 'completion', ['group_id'], unique=False)
    op.create_index('ix_completion_held_on', 'completion', ['held_on', 'minutes', 'percentage', 'days', 'person_id', 'workshop_id'], unique=False)
    op.create_index('ix_completion_never_asked', 'completion', ['workshop_id'], unique=False, sqlite_where=sa.text('asked_on is null'), postgresql_where=sa.text('asked_on is null'))
    op.create_index(op.f('ix_completion_organisation_id'), 'completion', ['organisation_id'], unique=False)
    op.create_index(op.f('ix_completion_person_id'), 'completion', ['person_id'], unique=False)
    op.create_index(op.f('ix_completion_version_id'), 'completion', ['version_id'], unique=False)
    op.create_table('delegation',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('absent_id', sa.Integer(), nullable=False),
    sa.Column('stand_in_id', sa.Integer(), nullable=False),
    sa.Column('permissions', sa.JSON(), nullable=False),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.Column('starts_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('ends_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('created_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('withdrawn_at', UtcDateTime(timezone=True), nullable=True),
    sa.Column('withdrawn_by', sa.String(length=16), nullable=True),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.CheckConstraint('starts_at < ends_at', name=op.f('ck_delegation_in_order')),
    sa.ForeignKeyConstraint(['absent_id'], ['account.id'], name=op.f('fk_delegation_absent_id_account')),
    sa.ForeignKeyConstraint(['stand_in_id'], ['account.id'], name=op.f('fk_delegation_stand_in_id_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_delegation')),
    sa.UniqueConstraint('public_id', name=op.f('uq_delegation_public_id'))
    )
    op.create_index('ix_delegation_absent_id_ends_at', 'delegation', ['absent_id', 'ends_at'], unique=False)
    op.create_index('ix_delegation_stand_in_id_ends_at', 'delegation', ['stand_in_id', 'ends_at'], unique=False)
    op.create_table('enrolment',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('workshop_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('roster_entry_id', sa.Integer(), nullable=True),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('answered_at', UtcDateTime(timezone=True), nullable=True),
    sa.Column('answered_by', sa.String(length=16), nullable=False),
    sa.Column('queued_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('offer_until', UtcDateTime(timezone=True), nullable=True),
    sa.Column('offer_lapsed_at', UtcDateTime(timezone=True), nullable=True),
    sa.Column('changed_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('history', sa.JSON(), server_default='[]', nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.CheckConstraint("offer_until is null or state = 'waiting'", name=op.f('ck_enrolment_offer')),
    sa.CheckConstraint("state in ('invited', 'confirmed', 'waiting', 'declined', 'withdrawn')", name=op.f('ck_enrolment_state')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_enrolment_person_id_person')),
    sa.ForeignKeyConstraint(['roster_entry_id'], ['roster_entry.id'], name=op.f('fk_enrolment_roster_entry_id_roster_entry')),
    sa.ForeignKeyConstraint(['workshop_id'], ['workshop.id'], name=op.f('fk_enrolment_workshop_id_workshop')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_enrolment')),
    sa.UniqueConstraint('public_id', name=op.f('uq_enrolment_public_id')),
    sa.UniqueConstraint('workshop_id', 'person_id', name=op.f('uq_enrolment_workshop_id_person_id'))
    )
    op.create_index('ix_enrolment_person_id_workshop_id', 'enrolment', ['person_id', 'workshop_id'], unique=False)
    op.create_index(op.f('ix_enrolment_roster_entry_id'), 'enrolment', ['roster_entry_id'], unique=False)
    op.create_table('entry_alias',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.Column('entry_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['entry_id'], ['roster_entry.id'], name=op.f('fk_entry_alias_entry_id_roster_entry')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_entry_alias')),
    sa.UniqueConstraint('public_id', name=op.f('uq_entry_alias_public_id'))
    )
    op.create_index(op.f('ix_entry_alias_entry_id'), 'entry_alias', ['entry_id'], unique=False)
    op.create_table('evaluation_form',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('workshop_id', sa.Integer(), nullable=False),
    sa.Column('day', sa.Date(), nullable=True),
    sa.Column('state', sa.String(length=8), nullable=False),
    sa.Column('asks_group', sa.Boolean(), nullable=False),
    sa.Column('public_key', sa.LargeBinary(), nullable=True),
    sa.Column('opened_at', UtcDateTime(timezone=True), nullable=True),
    sa.Column('closes_at', UtcDateTime(timezone=True), nullable=True),
    sa.Column('closed_at', UtcDateTime(timezone=True), nullable=True),
    sa.Column('answered', sa.SmallInteger(), nullable=False),
    sa.Column('on_paper', sa.SmallInteger(), nullable=False),
    sa.Column('left_out', sa.SmallInteger(), nullable=False),
    sa.Column('lost', sa.Boolean(), nullable=False),
    sa.Column('row_version', sa.Integer(), nullable=False),
    sa.Column('created_by', sa.String(length=16), nullable=False),
    sa.Column('created_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.CheckConstraint("state in ('draft', 'open', 'closed')", name=op.f('ck_evaluation_form_state')),
    sa.ForeignKeyConstraint(['workshop_id'], ['workshop.id'], name=op.f('fk_evaluation_form_workshop_id_workshop')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_evaluation_form')),
    sa.UniqueConstraint('public_id', name=op.f('uq_evaluation_form_public_id'))
    )
    op.create_index('ix_evaluation_form_open', 'evaluation_form', ['closes_at'], unique=False, sqlite_where=sa.text("state = 'open'"), postgresql_where=sa.text("state = 'open'"))
    op.create_index(op.f('ix_evaluation_form_workshop_id'), 'evaluation_form', ['workshop_id'], unique=False)
    op.create_table('facilitator',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('workshop_id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('lead', sa.Boolean(), nullable=False),
    sa.Column('added_at', UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_facilitator_account_id_account')),
    sa.ForeignKeyConstraint(['workshop_id'], ['workshop.id'], name=op.f('fk_facilitator_workshop_id_workshop')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_facilitator')),
    sa.UniqueConstraint('workshop_id', 'account_id', name=op.f('uq_facilitator_workshop_id_account_id'))
    )
    op.create_index(op.f('ix_facilitator_account_id'), 'facilitator', ['account_id'], unique=False)
    op.create_table('forum',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=160), nullable=False),
    sa.Column('secretary_id', sa.Integer(), nullable=False),
    sa.Column('template_id', sa.Integer(), nullable=True),
    sa.Column('created_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.ForeignKeyConstraint(['secretary_id'], ['account.id'], name=op.f('fk_forum_secretary_id_account')),
    sa.ForeignKeyConstraint(['template_id'], ['agenda_template.id'], name=op.f('fk_forum_template_id_agenda_template')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_forum')),
    sa.UniqueConstraint('name', name=op.f('uq_forum_name')),
    sa.UniqueConstraint('public_id', name=op.f('uq_forum_public_id'))
    )
    op.create_index(op.f('ix_forum_secretary_id'), 'forum', ['secretary_id'], unique=False)
    op.create_index(op.f('ix_forum_template_id'), 'forum', ['template_id'], unique=False)
    op.create_table('funder_account',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('funder_id', sa.Integer(), nullable=False),
    sa.Column('ended_at', UtcDateTime(timezone=True), nullable=True),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('proposed_by', sa.String(length=16), nullable=False),
    sa.Column('approved_by', sa.String(length=16), nullable=True),
    sa.Column('approved_for', sa.String(length=16), nullable=True),
    sa.Column('returned_reason', sa.Text(), nullable=False),
    sa.Column('created_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.CheckConstraint("state in ('proposed', 'approved', 'returned')", name=op.f('ck_funder_account_state')),
    sa.CheckConstraint('approved_by is null or approved_by <> proposed_by', name=op.f('ck_funder_account_two_people')),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_funder_account_account_id_account')),
    sa.ForeignKeyConstraint(['funder_id'], ['funder.id'], name=op.f('fk_funder_account_funder_id_funder')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_funder_account')),
    sa.UniqueConstraint('public_id', name=op.f('uq_funder_account_public_id'))
    )
    op.create_index(op.f('ix_funder_account_account_id'), 'funder_account', ['account_id'], unique=False)
    op.create_index(op.f('ix_funder_account_funder_id'), 'funder_account', ['funder_id'], unique=False)
    op.create_index('uq_funder_account_account_id_open', 'funder_account', ['account_id'], unique=True, sqlite_where=sa.text("ended_at is null and state <> 'returned'"), postgresql_where=sa.text("ended_at is null and state <> 'returned'"))
    op.create_table('funding',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('workshop_id', sa.Integer(), nullable=False),
    sa.Column('funder_id', sa.Integer(), nullable=False),
    sa.Column('share', sa.SmallInteger(), nullable=False),
    sa.Column('budget_code', sa.String(length=40), nullable=False),
    sa.CheckConstraint('share between 1 and 100', name=op.f('ck_funding_share')),
    sa.ForeignKeyConstraint(['funder_id'], ['funder.id'], name=op.f('fk_funding_funder_id_funder')),
    sa.ForeignKeyConstraint(['workshop_id'], ['workshop.id'], name=op.f('fk_funding_workshop_id_workshop')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_funding')),
    sa.UniqueConstraint('workshop_id', 'funder_id', name=op.f('uq_funding_workshop_id_funder_id'))
    )
    op.create_index(op.f('ix_funding_funder_id'), 'funding', ['funder_id'], unique=False)
    op.create_table('hand_over',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('lines', sa.JSON(), nullable=False),
    sa.Column('unfinished', sa.JSON(), nullable=False),
    sa.Column('at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('by', sa.String(length=16), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_hand_over_account_id_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_hand_over')),
    sa.UniqueConstraint('public_id', name=op.f('uq_hand_over_public_id'))
    )
    op.create_index(op.f('ix_hand_over_account_id'), 'hand_over', ['account_id'], unique=False)
    op.create_table('invitation',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('email_sealed', sa.LargeBinary(), nullable=False),
    sa.Column('email_lookup', sa.String(length=64), nullable=False),
    sa.Column('roles', sa.JSON(), nullable=False),
    sa.Column('language', sa.String(length=8), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=True),
    sa.Column('account_id', sa.Integer(), nullable=True),
    sa.Column('invited_by', sa.String(length=16), nullable=False),
    sa.Column('brought_by', sa.String(length=16), server_default='', nullable=False),
    sa.Column('founding', sa.Boolean(), server_default=sa.false(), nullable=False),
    sa.Column('request_id', sa.String(length=16), server_default='', nullable=False),
    sa.Column('code_hash', sa.String(length=64), server_default='', nullable=False),
    sa.Column('created_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('expires_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('used_at', UtcDateTime(timezone=True), nullable=True),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_invitation_account_id_account')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_invitation_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_invitation')),
    sa.UniqueConstraint('public_id', name=op.f('uq_invitation_public_id')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_invitation_token_hash'))
    )
    op.create_index(op.f('ix_invitation_account_id'), 'invitation', ['account_id'], unique=False)
    op.create_index(op.f('ix_invitation_email_lookup'), 'invitation', ['email_lookup'], unique=False)
    op.create_index(op.f('ix_invitation_person_id'), 'invitation', ['person_id'], unique=False)
    op.create_index('ix_invitation_used_at_expires_at', 'invitation', ['used_at', 'expires_at'], unique=False)
    op.create_table('known_address',
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('address_key', sa.String(length=64), nullable=False),
    sa.Column('used_at', UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_known_address_account_id_account')),
    sa.PrimaryKeyConstraint('account_id', 'address_key', name=op.f('pk_known_address'))
    )
    op.create_index('ix_known_address_used_at', 'known_address', ['used_at'], unique=False)
    op.create_table('kobo_form',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('connection_id', sa.Integer(), nullable=True),
    sa.Column('purpose', sa.String(length=12), nullable=False),
    sa.Column('asset', sa.String(length=40), nullable=False),
    sa.Column('title', sa.String(length=120), nullable=False),
    sa.Column('group_id', sa.Integer(), nullable=True),
    sa.Column('workshop_id', sa.Integer(), nullable=True),
    sa.Column('columns', sa.JSON(), nullable=False),
    sa.Column('list_id', sa.String(length=16), nullable=False),
    sa.Column('job', sa.String(length=16), nullable=False),
    sa.Column('rows_count', sa.Integer(), nullable=False),
    sa.Column('new_count', sa.Integer(), nullable=False),
    sa.Column('edited_count', sa.Integer(), nullable=False),
    sa.Column('marks_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('waiting', sa.Integer(), nullable=False),
    sa.Column('fetched_at', UtcDateTime(timezone=True), nullable=True),
    sa.Column('created_by', sa.String(length=16), nullable=False),
    sa.Column('created_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.CheckConstraint("purpose <> 'attendance' or workshop_id is not null", name=op.f('ck_kobo_form_workshop')),
    sa.CheckConstraint("purpose <> 'registration' or (group_id is not null and connection_id is not null)", name=op.f('ck_kobo_form_group')),
    sa.CheckConstraint("purpose in ('registration', 'attendance')", name=op.f('ck_kobo_form_purpose')),
    sa.ForeignKeyConstraint(['connection_id'], ['connection.id'], name=op.f('fk_kobo_form_connection_id_connection')),
    sa.ForeignKeyConstraint(['group_id'], ['people_group.id'], name=op.f('fk_kobo_form_group_id_people_group')),
    sa.ForeignKeyConstraint(['workshop_id'], ['workshop.id'], name=op.f('fk_kobo_form_workshop_id_workshop')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_kobo_form')),
    sa.UniqueConstraint('connection_id', 'asset', name=op.f('uq_kobo_form_connection_id_asset')),
    sa.UniqueConstraint('public_id', name=op.f('uq_kobo_form_public_id')),
    sa.UniqueConstraint('workshop_id', name=op.f('uq_kobo_form_workshop_id'))
    )
    op.create_index(op.f('ix_kobo_form_group_id'), 'kobo_form', ['group_id'], unique=False)
    op.create_table('mediation_brief',
    sa.Column('id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(length=8), nullable=False),
    sa.Column('note_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('outcome_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('runs_out_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.CheckConstraint("state in ('open', 'accepted', 'closed')", name=op.f('ck_mediation_brief_state')),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_mediation_brief_account_id_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mediation_brief')),
    sa.UniqueConstraint('public_id', name=op.f('uq_mediation_brief_public_id'))
    )
    op.create_index('ix_mediation_brief_account_id_state', 'mediation_brief', ['account_id', 'state'], unique=False)
    op.create_index(op.f('ix_mediation_brief_runs_out_at'), 'mediation_brief', ['runs_out_at'], unique=False)
    op.create_table('mediator_duty',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('phone_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('spoken', sa.String(length=80), nullable=False),
    sa.Column('note', sa.String(length=200), nullable=False),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.Column('row_version', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_mediator_duty_account_id_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mediator_duty')),
    sa.UniqueConstraint('account_id', name=op.f('uq_mediator_duty_account_id')),
    sa.UniqueConstraint('public_id', name=op.f('uq_mediator_duty_public_id'))
    )
    op.create_table('officer_duty',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_officer_duty_account_id_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_officer_duty')),
    sa.UniqueConstraint('account_id', name=op.f('uq_officer_duty_account_id'))
    )
    op.create_table('pad',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('register_id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('key_id', sa.Integer(), nullable=False),
    sa.Column('continues_id', sa.Integer(), nullable=True),
    sa.Column('signing_key', sa.LargeBinary(), nullable=False),
    sa.Column('label', sa.String(length=60), nullable=False),
    sa.Column('taken_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('ends_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('revoked_at', UtcDateTime(timezone=True), nullable=True),
    sa.Column('revoked_by', sa.String(length=16), nullable=True),
    sa.Column('last_seen_at', UtcDateTime(timezone=True), nullable=True),
    sa.Column('skew_ms', sa.Integer(), nullable=True),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_pad_account_id_account')),
    sa.ForeignKeyConstraint(['continues_id'], ['pad.id'], name=op.f('fk_pad_continues_id_pad')),
    sa.ForeignKeyConstraint(['key_id'], ['pad_key.id'], name=op.f('fk_pad_key_id_pad_key')),
    sa.ForeignKeyConstraint(['register_id'], ['register.id'], name=op.f('fk_pad_register_id_register')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_pad')),
    sa.UniqueConstraint('public_id', name=op.f('uq_pad_public_id'))
    )
    op.create_index(op.f('ix_pad_account_id'), 'pad', ['account_id'], unique=False)
    op.create_index('ix_pad_register_id_id', 'pad', ['register_id', 'id'], unique=False)
    op.create_table('passkey',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('credential_key', sa.String(length=64), nullable=False),
    sa.Column('credential_id', sa.LargeBinary(), nullable=False),
    sa.Column('public_key', sa.LargeBinary(), nullable=False),
    sa.Column('sign_count', sa.BigInteger(), nullable=False),
    sa.Column('signs_in_alone', sa.Boolean(), nullable=False),
    sa.Column('transports', sa.JSON(), nullable=False),
    sa.Column('created_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('last_used_at', UtcDateTime(timezone=True), nullable=True),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_passkey_account_id_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_passkey')),
    sa.UniqueConstraint('credential_key', name=op.f('uq_passkey_credential_key')),
    sa.UniqueConstraint('public_id', name=op.f('uq_passkey_public_id'))
    )
    op.create_index('ix_passkey_account_id', 'passkey', ['account_id'], unique=False)
    op.create_table('passkey_challenge',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('purpose', sa.String(length=20), nullable=False),
    sa.Column('challenge', sa.LargeBinary(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=True),
    sa.Column('expires_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_passkey_challenge_account_id_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_passkey_challenge')),
    sa.UniqueConstraint('public_id', name=op.f('uq_passkey_challenge_public_id'))
    )
    op.create_index(op.f('ix_passkey_challenge_account_id'), 'passkey_challenge', ['account_id'], unique=False)
    op.create_index('ix_passkey_challenge_expires_at', 'passkey_challenge', ['expires_at'], unique=False)
    op.create_table('payee',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('workshop_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('phone_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('role', sa.String(length=16), nullable=False),
    sa.Column('band', sa.String(length=60), nullable=False),
    sa.Column('days', sa.JSON(), nullable=False),
    sa.Column('added_by', sa.String(length=16), nullable=False),
    sa.Column('added_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('removed_at', UtcDateTime(timezone=True), nullable=True),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.CheckConstraint("role in ('participant', 'facilitator', 'driver', 'interpreter', 'helper')", name=op.f('ck_payee_role')),
    sa.ForeignKeyConstraint(['workshop_id'], ['workshop.id'], name=op.f('fk_payee_workshop_id_workshop')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_payee')),
    sa.UniqueConstraint('public_id', name=op.f('uq_payee_public_id'))
    )
    op.create_index(op.f('ix_payee_workshop_id'), 'payee', ['workshop_id'], unique=False)
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
    sa.Column('changed_at', UtcDateTime(timezone=True), nullable=False),
    sa.CheckConstraint("role in ('participant', 'facilitator', 'driver', 'interpreter', 'helper')", name=op.f('ck_payout_part_role')),
    sa.CheckConstraint('extra_cents >= 0', name=op.f('ck_payout_part_extra_cents')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_payout_part_person_id_person')),
    sa.ForeignKeyConstraint(['workshop_id'], ['workshop.id'], name=op.f('fk_payout_part_workshop_id_workshop')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_payout_part')),
    sa.UniqueConstraint('workshop_id', 'person_id', name=op.f('uq_payout_part_workshop_id_person_id'))
    )
    op.create_index(op.f('ix_payout_part_person_id'), 'payout_part', ['person_id'], unique=False)
    op.create_table('practice_answer',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('workshop_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('told_by', sa.String(length=8), nullable=False),
    sa.Column('objective', sa.String(length=16), nullable=False),
    sa.Column('often', sa.String(length=1), nullable=False),
    sa.Column('text_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('op_id', sa.String(length=36), nullable=False),
    sa.Column('entered_by', sa.String(length=16), nullable=False),
    sa.Column('given_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.CheckConstraint("often in ('', 'n', '1', 's', 'x')", name=op.f('ck_practice_answer_often')),
    sa.CheckConstraint("told_by in ('herself', 'peer', 'mentor')", name=op.f('ck_practice_answer_told_by')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_practice_answer_person_id_person')),
    sa.ForeignKeyConstraint(['workshop_id'], ['workshop.id'], name=op.f('fk_practice_answer_workshop_id_workshop')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_practice_answer')),
    sa.UniqueConstraint('public_id', name=op.f('uq_practice_answer_public_id')),
    sa.UniqueConstraint('workshop_id', 'person_id', 'told_by', 'objective', name=op.f('uq_practice_answer_workshop_id_person_id_told_by_objective'))
    )
    op.create_index(op.f('ix_practice_answer_person_id'), 'practice_answer', ['person_id'], unique=False)
    op.create_table('presence_spell',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('entry_id', sa.Integer(), nullable=False),
    sa.Column('arrived_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('left_at', UtcDateTime(timezone=True), nullable=True),
    sa.Column('mark_before', sa.String(length=16), nullable=True),
    sa.Column('noted_by', sa.String(length=16), nullable=False),
    sa.CheckConstraint('left_at is null or left_at >= arrived_at', name=op.f('ck_presence_spell_times')),
    sa.ForeignKeyConstraint(['entry_id'], ['roster_entry.id'], name=op.f('fk_presence_spell_entry_id_roster_entry'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_presence_spell'))
    )
    op.create_index(op.f('ix_presence_spell_entry_id'), 'presence_spell', ['entry_id'], unique=False)
    op.create_table('quarter_line',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('proposal_id', sa.Integer(), nullable=False),
    sa.Column('version_id', sa.Integer(), nullable=False),
    sa.Column('group_id', sa.Integer(), nullable=False),
    sa.Column('days', sa.SmallInteger(), nullable=False),
    sa.Column('people', sa.SmallInteger(), nullable=False),
    sa.Column('stations', sa.JSON(), nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('first', sa.Date(), nullable=True),
    sa.Column('venue_id', sa.Integer(), nullable=True),
    sa.Column('team', sa.JSON(), nullable=False),
    sa.Column('pinned_day', sa.Boolean(), nullable=False),
    sa.Column('pinned_venue', sa.Boolean(), nullable=False),
    sa.Column('pinned_team', sa.Boolean(), nullable=False),
    sa.Column('hindrances', sa.JSON(), nullable=False),
    sa.Column('possible_from', sa.Date(), nullable=True),
    sa.Column('workshop_id', sa.Integer(), nullable=True),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.CheckConstraint("state in ('open', 'rejected', 'accepted')", name=op.f('ck_quarter_line_state')),
    sa.CheckConstraint('days between 1 and 60', name=op.f('ck_quarter_line_days')),
    sa.CheckConstraint('people > 0', name=op.f('ck_quarter_line_people')),
    sa.ForeignKeyConstraint(['group_id'], ['people_group.id'], name=op.f('fk_quarter_line_group_id_people_group')),
    sa.ForeignKeyConstraint(['proposal_id'], ['quarter_proposal.id'], name=op.f('fk_quarter_line_proposal_id_quarter_proposal')),
    sa.ForeignKeyConstraint(['venue_id'], ['venue.id'], name=op.f('fk_quarter_line_venue_id_venue')),
    sa.ForeignKeyConstraint(['version_id'], ['course_version.id'], name=op.f('fk_quarter_line_version_id_course_version')),
    sa.ForeignKeyConstraint(['workshop_id'], ['workshop.id'], name=op.f('fk_quarter_line_workshop_id_workshop')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_quarter_line')),
    sa.UniqueConstraint('public_id', name=op.f('uq_quarter_line_public_id')),
    sa.UniqueConstraint('workshop_id', name=op.f('uq_quarter_line_workshop_id'))
    )
    op.create_index('ix_quarter_line_proposal_id_first', 'quarter_line', ['proposal_id', 'first'], unique=False)
    op.create_index(op.f('ix_quarter_line_venue_id'), 'quarter_line', ['venue_id'], unique=False)
    op.create_index(op.f('ix_quarter_line_version_id'), 'quarter_line', ['version_id'], unique=False)
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
    sa.Column('created_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.CheckConstraint('least_weight between 1 and 100', name=op.f('ck_rate_table_least_weight')),
    sa.ForeignKeyConstraint(['workshop_id'], ['workshop.id'], name=op.f('fk_rate_table_workshop_id_workshop')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_rate_table')),
    sa.UniqueConstraint('public_id', name=op.f('uq_rate_table_public_id')),
    sa.UniqueConstraint('workshop_id', 'version', name=op.f('uq_rate_table_workshop_id_version'))
    )
    op.create_index('uq_rate_table_version_programme', 'rate_table', ['version'], unique=True, sqlite_where=sa.text('workshop_id is null'), postgresql_where=sa.text('workshop_id is null'))
    op.create_table('recovery_code',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('code_hash', sa.String(length=64), nullable=False),
    sa.Column('used_at', UtcDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_recovery_code_account_id_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_recovery_code')),
    sa.UniqueConstraint('account_id', 'code_hash', name=op.f('uq_recovery_code_account_id_code_hash'))
    )
    op.create_table('session_plan',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('module_id', sa.Integer(), nullable=False),
    sa.Column('position', sa.SmallInteger(), nullable=False),
    sa.Column('row_version', sa.Integer(), nullable=False),
    sa.Column('title', sa.String(length=160), nullable=False),
    sa.Column('minutes', sa.SmallInteger(), nullable=False),
    sa.Column('why', sa.String(length=300), nullable=False),
    sa.Column('group_size', sa.String(length=200), nullable=False),
    sa.Column('leads', sa.String(length=12), nullable=False),
    sa.Column('room', sa.String(length=300), nullable=False),
    sa.Column('preparation', sa.Text(), nullable=False),
    sa.Column('distress_with', sa.String(length=300), nullable=False),
    sa.Column('distress_service', sa.String(length=160), nullable=False),
    sa.Column('no_electricity', sa.Text(), nullable=False),
    sa.Column('low_literacy', sa.Text(), nullable=False),
    sa.Column('with_15', sa.Text(), nullable=False),
    sa.Column('with_60', sa.Text(), nullable=False),
    sa.Column('notes', sa.Text(), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.Column('lineage', sa.String(length=16), nullable=False),
    sa.Column('made_from', sa.JSON(), nullable=False),
    sa.CheckConstraint('minutes between 5 and 600', name=op.f('ck_session_plan_minutes')),
    sa.ForeignKeyConstraint(['module_id'], ['module.id'], name=op.f('fk_session_plan_module_id_module')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_session_plan')),
    sa.UniqueConstraint('public_id', name=op.f('uq_session_plan_public_id'))
    )
    op.create_index('ix_session_plan_lineage', 'session_plan', ['lineage'], unique=False)
    op.create_index(op.f('ix_session_plan_module_id'), 'session_plan', ['module_id'], unique=False)
    op.create_table('settled_claim',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('first_id', sa.Integer(), nullable=False),
    sa.Column('second_id', sa.Integer(), nullable=False),
    sa.Column('keeps_id', sa.Integer(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('settled_by', sa.String(length=16), nullable=False),
    sa.Column('settled_at', UtcDateTime(timezone=True), nullable=False),
    sa.CheckConstraint('first_id < second_id', name=op.f('ck_settled_claim_order')),
    sa.ForeignKeyConstraint(['first_id'], ['workshop.id'], name=op.f('fk_settled_claim_first_id_workshop')),
    sa.ForeignKeyConstraint(['keeps_id'], ['workshop.id'], name=op.f('fk_settled_claim_keeps_id_workshop')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_settled_claim_person_id_person')),
    sa.ForeignKeyConstraint(['second_id'], ['workshop.id'], name=op.f('fk_settled_claim_second_id_workshop')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_settled_claim')),
    sa.UniqueConstraint('person_id', 'day', 'first_id', 'second_id', name=op.f('uq_settled_claim_person_id_day_first_id_second_id'))
    )
    op.create_index(op.f('ix_settled_claim_first_id'), 'settled_claim', ['first_id'], unique=False)
    op.create_index(op.f('ix_settled_claim_keeps_id'), 'settled_claim', ['keeps_id'], unique=False)
    op.create_index(op.f('ix_settled_claim_second_id'), 'settled_claim', ['second_id'], unique=False)
    op.create_table('settlement',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('slot_id', sa.Integer(), nullable=False),
    sa.Column('entry_id', sa.Integer(), nullable=False),
    sa.Column('source', sa.String(length=16), nullable=False),
    sa.Column('counted', sa.Boolean(), nullable=False),
    sa.Column('status', sa.String(length=16), nullable=False),
    sa.Column('reason', sa.String(length=300), nullable=False),
    sa.Column('settled_by', sa.String(length=16), nullable=False),
    sa.Column('settled_at', UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['entry_id'], ['roster_entry.id'], name=op.f('fk_settlement_entry_id_roster_entry')),
    sa.ForeignKeyConstraint(['slot_id'], ['slot.id'], name=op.f('fk_settlement_slot_id_slot')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_settlement')),
    sa.UniqueConstraint('slot_id', 'entry_id', 'source', name=op.f('uq_settlement_slot_id_entry_id_source'))
    )
    op.create_index(op.f('ix_settlement_entry_id'), 'settlement', ['entry_id'], unique=False)
    op.create_table('sign_up_link',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('workshop_id', sa.Integer(), nullable=False),
    sa.Column('group_id', sa.Integer(), nullable=False),
    sa.Column('organisation_id', sa.Integer(), nullable=True),
    sa.Column('kind', sa.String(length=8), nullable=False),
    sa.Column('most_rows', sa.SmallInteger(), nullable=False),
    sa.Column('call', sa.String(length=120), nullable=False),
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('expires_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('withdrawn_at', UtcDateTime(timezone=True), nullable=True),
    sa.Column('made_by', sa.String(length=16), nullable=False),
    sa.Column('made_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.CheckConstraint("kind = 'open' or organisation_id is not null", name=op.f('ck_sign_up_link_station')),
    sa.CheckConstraint("kind in ('quota', 'open')", name=op.f('ck_sign_up_link_kind')),
    sa.CheckConstraint('most_rows between 1 and 200', name=op.f('ck_sign_up_link_most_rows')),
    sa.ForeignKeyConstraint(['group_id'], ['people_group.id'], name=op.f('fk_sign_up_link_group_id_people_group')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_sign_up_link_organisation_id_organisation')),
    sa.ForeignKeyConstraint(['workshop_id'], ['workshop.id'], name=op.f('fk_sign_up_link_workshop_id_workshop')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sign_up_link')),
    sa.UniqueConstraint('public_id', name=op.f('uq_sign_up_link_public_id')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_sign_up_link_token_hash'))
    )
    op.create_index(op.f('ix_sign_up_link_group_id'), 'sign_up_link', ['group_id'], unique=False)
    op.create_index(op.f('ix_sign_up_link_organisation_id'), 'sign_up_link', ['organisation_id'], unique=False)
    op.create_index(op.f('ix_sign_up_link_workshop_id'), 'sign_up_link', ['workshop_id'], unique=False)
    op.create_table('signature_image',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('sealed', sa.LargeBinary(), nullable=False),
    sa.Column('created_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('withdrawn_at', UtcDateTime(timezone=True), nullable=True),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_signature_image_account_id_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_signature_image')),
    sa.UniqueConstraint('public_id', name=op.f('uq_signature_image_public_id'))
    )
    op.create_index(op.f('ix_signature_image_account_id'), 'signature_image', ['account_id'], unique=False)
    op.create_index('uq_signature_image_account_id_held', 'signature_image', ['account_id'], unique=True, sqlite_where=sa.text('withdrawn_at is null'), postgresql_where=sa.text('withdrawn_at is null'))
    op.create_table('signed_in_session',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('device', sa.String(length=40), nullable=False),
    sa.Column('created_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('last_seen_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('fresh_at', UtcDateTime(timezone=True), nullable=True),
    sa.Column('ended_at', UtcDateTime(timezone=True), nullable=True),
    sa.Column('unfamiliar', sa.Boolean(), server_default=sa.false(), nullable=False),
    sa.Column('answered_at', UtcDateTime(timezone=True), nullable=True),
    sa.Column('kept_form', sa.LargeBinary(), nullable=True),
    sa.Column('kept_at', UtcDateTime(timezone=True), nullable=True),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_signed_in_session_account_id_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_signed_in_session')),
    sa.UniqueConstraint('public_id', name=op.f('uq_signed_in_session_public_id')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_signed_in_session_token_hash'))
    )
    op.create_index('ix_signed_in_session_account_id_ended_at', 'signed_in_session', ['account_id', 'ended_at'], unique=False)
    op.create_table('skill_deferral',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('course_id', sa.Integer(), nullable=False),
    sa.Column('deferred_on', sa.Date(), nullable=False),
    sa.Column('because', sa.String(length=300), nullable=False),
    sa.Column('deferred_by', sa.String(length=16), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_skill_deferral_account_id_account')),
    sa.ForeignKeyConstraint(['course_id'], ['course.id'], name=op.f('fk_skill_deferral_course_id_course')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_skill_deferral'))
    )
    op.create_index('ix_skill_deferral_account_id_course_id', 'skill_deferral', ['account_id', 'course_id'], unique=False)
    op.create_index(op.f('ix_skill_deferral_course_id'), 'skill_deferral', ['course_id'], unique=False)
    op.create_table('supervision_visit',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('track_id', sa.Integer(), nullable=False),
    sa.Column('version_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=12), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('supervisor', sa.String(length=16), nullable=False),
    sa.Column('organisation_id', sa.Integer(), nullable=True),
    sa.Column('venue_id', sa.Integer(), nullable=True),
    sa.Column('observed', sa.JSON(), nullable=False),
    sa.Column('note_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('next_on', sa.Date(), nullable=True),
    sa.Column('next_by', sa.String(length=16), nullable=False),
    sa.Column('fact_id', sa.Integer(), nullable=True),
    sa.Column('entered_by', sa.String(length=16), nullable=False),
    sa.Column('entered_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('withdrawn_at', UtcDateTime(timezone=True), nullable=True),
    sa.Column('withdrawn_by', sa.String(length=16), nullable=True),
    sa.Column('withdrawn_because', sa.String(length=300), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.CheckConstraint("kind in ('outreach', 'practicum', 'visit')", name=op.f('ck_supervision_visit_kind')),
    sa.CheckConstraint('next_on is null or next_on > day', name=op.f('ck_supervision_visit_days')),
    sa.ForeignKeyConstraint(['fact_id'], ['seen_fact.id'], name=op.f('fk_supervision_visit_fact_id_seen_fact')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_supervision_visit_organisation_id_organisation')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_supervision_visit_person_id_person')),
    sa.ForeignKeyConstraint(['track_id'], ['track.id'], name=op.f('fk_supervision_visit_track_id_track')),
    sa.ForeignKeyConstraint(['venue_id'], ['venue.id'], name=op.f('fk_supervision_visit_venue_id_venue')),
    sa.ForeignKeyConstraint(['version_id'], ['track_version.id'], name=op.f('fk_supervision_visit_version_id_track_version')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_supervision_visit')),
    sa.UniqueConstraint('public_id', name=op.f('uq_supervision_visit_public_id'))
    )
    op.create_index(op.f('ix_supervision_visit_fact_id'), 'supervision_visit', ['fact_id'], unique=False)
    op.create_index('ix_supervision_visit_next_on', 'supervision_visit', ['next_on'], unique=False, sqlite_where=sa.text('next_on is not null and withdrawn_at is null'), postgresql_where=sa.text('next_on is not null and withdrawn_at is null'))
    op.create_index(op.f('ix_supervision_visit_organisation_id'), 'supervision_visit', ['organisation_id'], unique=False)
    op.create_index(op.f('ix_supervision_visit_person_id'), 'supervision_visit', ['person_id'], unique=False)
    op.create_index('ix_supervision_visit_track_id_person_id', 'supervision_visit', ['track_id', 'person_id', 'day'], unique=False)
    op.create_index(op.f('ix_supervision_visit_venue_id'), 'supervision_visit', ['venue_id'], unique=False)
    op.create_index(op.f('ix_supervision_visit_version_id'), 'supervision_visit', ['version_id'], unique=False)
    op.create_table('teaching_days',
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('weekdays', sa.JSON(), nullable=False),
    sa.Column('most_days_a_month', sa.SmallInteger(), nullable=True),
    sa.Column('row_version', sa.Integer(), nullable=False),
    sa.CheckConstraint('most_days_a_month between 1 and 31', name=op.f('ck_teaching_days_most_days_a_month')),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_teaching_days_account_id_account')),
    sa.PrimaryKeyConstraint('account_id', name=op.f('pk_teaching_days'))
    )
    op.create_table('track_badge',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('track_id', sa.Integer(), nullable=False),
    sa.Column('version_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('earned_on', sa.Date(), nullable=False),
    sa.Column('given_at', UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_track_badge_person_id_person')),
    sa.ForeignKeyConstraint(['track_id'], ['track.id'], name=op.f('fk_track_badge_track_id_track')),
    sa.ForeignKeyConstraint(['version_id'], ['track_version.id'], name=op.f('fk_track_badge_version_id_track_version')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_track_badge')),
    sa.UniqueConstraint('track_id', 'person_id', name=op.f('uq_track_badge_track_id_person_id'))
    )
    op.create_index(op.f('ix_track_badge_person_id'), 'track_badge', ['person_id'], unique=False)
    op.create_index(op.f('ix_track_badge_version_id'), 'track_badge', ['version_id'], unique=False)
    op.create_table('track_enrolment',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('track_id', sa.Integer(), nullable=False),
    sa.Column('version_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('enrolled_by', sa.String(length=16), nullable=False),
    sa.Column('enrolled_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('batch', sa.String(length=16), server_default='', nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_track_enrolment_person_id_person')),
    sa.ForeignKeyConstraint(['track_id'], ['track.id'], name=op.f('fk_track_enrolment_track_id_track')),
    sa.ForeignKeyConstraint(['version_id'], ['track_version.id'], name=op.f('fk_track_enrolment_version_id_track_version')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_track_enrolment')),
    sa.UniqueConstraint('public_id', name=op.f('uq_track_enrolment_public_id')),
    sa.UniqueConstraint('track_id', 'person_id', name=op.f('uq_track_enrolment_track_id_person_id'))
    )
    op.create_index(op.f('ix_track_enrolment_person_id'), 'track_enrolment', ['person_id'], unique=False)
    op.create_index('ix_track_enrolment_track_id_batch', 'track_enrolment', ['track_id', 'batch', 'enrolled_at', 'enrolled_by'], unique=False, sqlite_where=sa.text("batch <> ''"), postgresql_where=sa.text("batch <> ''"))
    op.create_index('ix_track_enrolment_track_id_enrolled_at', 'track_enrolment', ['track_id', 'enrolled_at', 'batch', 'enrolled_by'], unique=False, sqlite_where=sa.text("batch <> ''"), postgresql_where=sa.text("batch <> ''"))
    op.create_index(op.f('ix_track_enrolment_version_id'), 'track_enrolment', ['version_id'], unique=False)
    op.create_table('trainer_skill',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('course_id', sa.Integer(), nullable=False),
    sa.Column('level', sa.String(length=8), nullable=False),
    sa.Column('since', sa.Date(), nullable=False),
    sa.Column('evidence', sa.String(length=12), nullable=False),
    sa.Column('workshops', sa.JSON(), nullable=False),
    sa.Column('assessed_by', sa.String(length=16), nullable=False),
    sa.Column('assessed_on', sa.Date(), nullable=True),
    sa.Column('note', sa.String(length=300), nullable=False),
    sa.Column('granted_by', sa.String(length=16), nullable=False),
    sa.Column('granted_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('ended_on', sa.Date(), nullable=True),
    sa.Column('ended_how', sa.String(length=8), nullable=False),
    sa.Column('ended_by', sa.String(length=16), nullable=False),
    sa.Column('ended_because', sa.String(length=300), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.CheckConstraint("(ended_on is null) = (ended_how = '')", name=op.f('ck_trainer_skill_end')),
    sa.CheckConstraint("ended_how in ('', 'ended', 'replaced', 'left')", name=op.f('ck_trainer_skill_ended_how')),
    sa.CheckConstraint("evidence in ('taught', 'assessed', 'certificate')", name=op.f('ck_trainer_skill_evidence')),
    sa.CheckConstraint("level in ('lead', 'co_teach', 'observe')", name=op.f('ck_trainer_skill_level')),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_trainer_skill_account_id_account')),
    sa.ForeignKeyConstraint(['course_id'], ['course.id'], name=op.f('fk_trainer_skill_course_id_course')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_trainer_skill')),
    sa.UniqueConstraint('public_id', name=op.f('uq_trainer_skill_public_id'))
    )
    op.create_index('ix_trainer_skill_account_id', 'trainer_skill', ['account_id'], unique=False)
    op.create_index('ix_trainer_skill_course_id_account_id', 'trainer_skill', ['course_id', 'account_id'], unique=False)
    op.create_index('uq_trainer_skill_present', 'trainer_skill', ['account_id', 'course_id'], unique=True, sqlite_where=sa.text('ended_on is null'), postgresql_where=sa.text('ended_on is null'))
    op.create_table('workshop_test',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('workshop_id', sa.Integer(), nullable=False),
    sa.Column('moment', sa.String(length=12), nullable=False),
    sa.Column('hall_code', sa.String(length=6), nullable=True),
    sa.Column('opens_at', UtcDateTime(timezone=True), nullable=True),
    sa.Column('closes_at', UtcDateTime(timezone=True), nullable=True),
    sa.Column('created_by', sa.String(length=16), nullable=False),
    sa.Column('created_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.CheckConstraint("moment in ('before', 'after', 'follow_up')", name=op.f('ck_workshop_test_moment')),
    sa.CheckConstraint('(opens_at is null) = (closes_at is null)', name=op.f('ck_workshop_test_times')),
    sa.ForeignKeyConstraint(['workshop_id'], ['workshop.id'], name=op.f('fk_workshop_test_workshop_id_workshop')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_workshop_test')),
    sa.UniqueConstraint('hall_code', name=op.f('uq_workshop_test_hall_code')),
    sa.UniqueConstraint('public_id', name=op.f('uq_workshop_test_public_id')),
    sa.UniqueConstraint('workshop_id', 'moment', name=op.f('uq_workshop_test_workshop_id_moment'))
    )
    op.create_table('answer_link',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('enrolment_id', sa.Integer(), nullable=False),
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('made_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('expires_at', UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['enrolment_id'], ['enrolment.id'], name=op.f('fk_answer_link_enrolment_id_enrolment'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_answer_link')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_answer_link_token_hash'))
    )
    op.create_index(op.f('ix_answer_link_enrolment_id'), 'answer_link', ['enrolment_id'], unique=False)
    op.create_index(op.f('ix_answer_link_expires_at'), 'answer_link', ['expires_at'], unique=False)
    op.create_table('api_token_scope',
    sa.Column('token_id', sa.Integer(), nullable=False),
    sa.Column('scope', sa.String(length=30), nullable=False),
    sa.Column('last_used_at', UtcDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['token_id'], ['api_token.id'], name=op.f('fk_api_token_scope_token_id_api_token')),
    sa.PrimaryKeyConstraint('token_id', 'scope', name=op.f('pk_api_token_scope'))
    )
    op.create_table('asked_question',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('test_id', sa.Integer(), nullable=False),
    sa.Column('revision_id', sa.Integer(), nullable=False),
    sa.Column('position', sa.SmallInteger(), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.ForeignKeyConstraint(['revision_id'], ['question_revision.id'], name=op.f('fk_asked_question_revision_id_question_revision')),
    sa.ForeignKeyConstraint(['test_id'], ['workshop_test.id'], name=op.f('fk_asked_question_test_id_workshop_test')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_asked_question')),
    sa.UniqueConstraint('public_id', name=op.f('uq_asked_question_public_id')),
    sa.UniqueConstraint('test_id', 'revision_id', name=op.f('uq_asked_question_test_id_revision_id'))
    )
    op.create_index(op.f('ix_asked_question_revision_id'), 'asked_question', ['revision_id'], unique=False)
    op.create_table('breach_note',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('breach_id', sa.Integer(), nullable=False),
    sa.Column('text_sealed', sa.LargeBinary(), nullable=False),
    sa.Column('at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('by', sa.String(length=16), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.ForeignKeyConstraint(['breach_id'], ['breach.id'], name=op.f('fk_breach_note_breach_id_breach')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_breach_note')),
    sa.UniqueConstraint('public_id', name=op.f('uq_breach_note_public_id'))
    )
    op.create_index(op.f('ix_breach_note_breach_id'), 'breach_note', ['breach_id'], unique=False)
    op.create_table('certificate_batch',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('workshop_id', sa.Integer(), nullable=False),
    sa.Column('rule_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=12), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('design_version_id', sa.Integer(), nullable=False),
    sa.Column('job', sa.String(length=16), nullable=True),
    sa.Column('issues_on', sa.Date(), nullable=True),
    sa.Column('approved', sa.JSON(), nullable=True),
    sa.Column('issued_by', sa.String(length=16), nullable=True),
    sa.Column('issued_at', UtcDateTime(timezone=True), nullable=True),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('proposed_by', sa.String(length=16), nullable=False),
    sa.Column('approved_by', sa.String(length=16), nullable=True),
    sa.Column('approved_for', sa.String(length=16), nullable=True),
    sa.Column('returned_reason', sa.Text(), nullable=False),
    sa.Column('created_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.CheckConstraint("kind in ('workshop', 'correction', 'renewal')", name=op.f('ck_certificate_batch_kind')),
    sa.CheckConstraint("state in ('proposed', 'approved', 'issuing', 'stopped', 'issued', 'returned')", name=op.f('ck_certificate_batch_state')),
    sa.ForeignKeyConstraint(['design_version_id'], ['certificate_design_version.id'], name=op.f('fk_certificate_batch_design_version_id_certificate_design_version')),
    sa.ForeignKeyConstraint(['rule_id'], ['certificate_rule.id'], name=op.f('fk_certificate_batch_rule_id_certificate_rule')),
    sa.ForeignKeyConstraint(['workshop_id'], ['workshop.id'], name=op.f('fk_certificate_batch_workshop_id_workshop')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_certificate_batch')),
    sa.UniqueConstraint('public_id', name=op.f('uq_certificate_batch_public_id'))
    )
    op.create_index(op.f('ix_certificate_batch_design_version_id'), 'certificate_batch', ['design_version_id'], unique=False)
    op.create_index('ix_certificate_batch_state_created_at', 'certificate_batch', ['state', 'created_at'], unique=False)
    op.create_index(op.f('ix_certificate_batch_workshop_id'), 'certificate_batch', ['workshop_id'], unique=False)
    op.create_table('evaluation_box',
    sa.Column('form_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('slots', sa.SmallInteger(), nullable=False),
    sa.Column('piece', sa.Integer(), nullable=False),
    sa.Column('taken', sa.SmallInteger(), nullable=False),
    sa.Column('on_paper', sa.SmallInteger(), nullable=False),
    sa.Column('salt', sa.LargeBinary(), nullable=False),
    sa.Column('seen', sa.LargeBinary(), nullable=False),
    sa.Column('body', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['form_id'], ['evaluation_form.id'], name=op.f('fk_evaluation_box_form_id_evaluation_form')),
    sa.PrimaryKeyConstraint('form_id', name=op.f('pk_evaluation_box'))
    )
    op.create_table('evaluation_question',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('form_id', sa.Integer(), nullable=False),
    sa.Column('position', sa.SmallInteger(), nullable=False),
    sa.Column('kind', sa.String(length=8), nullable=False),
    sa.Column('texts', sa.JSON(), nullable=False),
    sa.Column('options', sa.JSON(), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.CheckConstraint("kind in ('scale', 'choice', 'comment')", name=op.f('ck_evaluation_question_kind')),
    sa.ForeignKeyConstraint(['form_id'], ['evaluation_form.id'], name=op.f('fk_evaluation_question_form_id_evaluation_form')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_evaluation_question')),
    sa.UniqueConstraint('public_id', name=op.f('uq_evaluation_question_public_id'))
    )
    op.create_index(op.f('ix_evaluation_question_form_id'), 'evaluation_question', ['form_id'], unique=False)
    op.create_table('forum_member',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('forum_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('appears', sa.String(length=8), nullable=False),
    sa.Column('shown_as', sa.String(length=120), nullable=False),
    sa.Column('left_on', sa.Date(), nullable=True),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.CheckConstraint("appears in ('name', 'alias', 'office', 'counted')", name=op.f('ck_forum_member_appears')),
    sa.ForeignKeyConstraint(['forum_id'], ['forum.id'], name=op.f('fk_forum_member_forum_id_forum')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_forum_member_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_forum_member')),
    sa.UniqueConstraint('forum_id', 'person_id', name=op.f('uq_forum_member_forum_id_person_id')),
    sa.UniqueConstraint('public_id', name=op.f('uq_forum_member_public_id'))
    )
    op.create_index(op.f('ix_forum_member_person_id'), 'forum_member', ['person_id'], unique=False)
    op.create_table('forum_quorum',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('forum_id', sa.Integer(), nullable=False),
    sa.Column('holds_from', sa.Date(), nullable=False),
    sa.Column('created_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.ForeignKeyConstraint(['forum_id'], ['forum.id'], name=op.f('fk_forum_quorum_forum_id_forum'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_forum_quorum')),
    sa.UniqueConstraint('forum_id', 'holds_from', name=op.f('uq_forum_quorum_forum_id_holds_from')),
    sa.UniqueConstraint('public_id', name=op.f('uq_forum_quorum_public_id'))
    )
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
    sa.Column('device_time', UtcDateTime(timezone=True), nullable=False),
    sa.Column('received_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('decision', sa.String(length=8), nullable=False),
    sa.Column('decided_at', UtcDateTime(timezone=True), nullable=True),
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
    op.create_index(op.f('ix_held_item_pad_id'), 'held_item', ['pad_id'], unique=False)
    op.create_index('ix_held_item_register_id_decided_at_id', 'held_item', ['register_id', 'decided_at', 'id'], unique=False)
    op.create_table('kept_answer',
    sa.Column('token_id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(length=64), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('made_at', UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['token_id'], ['api_token.id'], name=op.f('fk_kept_answer_token_id_api_token')),
    sa.PrimaryKeyConstraint('token_id', 'key', name=op.f('pk_kept_answer'))
    )
    op.create_index('ix_kept_answer_made_at', 'kept_answer', ['made_at'], unique=False)
    op.create_table('kobo_mark',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('form_id', sa.Integer(), nullable=False),
    sa.Column('slot', sa.String(length=16), nullable=False),
    sa.Column('entry', sa.String(length=16), nullable=False),
    sa.Column('state', sa.String(length=8), nullable=False),
    sa.Column('said', sa.String(length=200), nullable=False),
    sa.Column('choice', sa.String(length=16), nullable=False),
    sa.Column('draft', sa.String(length=16), nullable=True),
    sa.Column('draft_said', sa.String(length=200), nullable=False),
    sa.Column('decided_by', sa.String(length=16), nullable=False),
    sa.Column('decided_at', UtcDateTime(timezone=True), nullable=True),
    sa.CheckConstraint("state in ('', 'accepted', 'out')", name=op.f('ck_kobo_mark_state')),
    sa.ForeignKeyConstraint(['form_id'], ['kobo_form.id'], name=op.f('fk_kobo_mark_form_id_kobo_form')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_kobo_mark')),
    sa.UniqueConstraint('form_id', 'slot', 'entry', name=op.f('uq_kobo_mark_form_id_slot_entry'))
    )
    op.create_table('kobo_row',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('form_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.BigInteger(), nullable=False),
    sa.Column('first_id', sa.String(length=64), nullable=False),
    sa.Column('content', sa.String(length=64), nullable=False),
    sa.Column('list_id', sa.String(length=16), nullable=False),
    sa.Column('row', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['form_id'], ['kobo_form.id'], name=op.f('fk_kobo_row_form_id_kobo_form')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_kobo_row')),
    sa.UniqueConstraint('list_id', 'row', name=op.f('uq_kobo_row_list_id_row'))
    )
    op.create_index(op.f('ix_kobo_row_first_id'), 'kobo_row', ['first_id'], unique=False)
    op.create_index('ix_kobo_row_form_id_number', 'kobo_row', ['form_id', 'number'], unique=False)
    op.create_table('listed_score',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('test_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('tenths', sa.SmallInteger(), nullable=False),
    sa.Column('entered_by', sa.String(length=16), nullable=False),
    sa.Column('entered_at', UtcDateTime(timezone=True), nullable=False),
    sa.CheckConstraint('tenths between 0 and 1000', name=op.f('ck_listed_score_tenths')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_listed_score_person_id_person')),
    sa.ForeignKeyConstraint(['test_id'], ['workshop_test.id'], name=op.f('fk_listed_score_test_id_workshop_test')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_listed_score')),
    sa.UniqueConstraint('test_id', 'person_id', name=op.f('uq_listed_score_test_id_person_id'))
    )
    op.create_index(op.f('ix_listed_score_person_id'), 'listed_score', ['person_id'], unique=False)
    op.create_table('mediator_duty_hours',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('duty_id', sa.Integer(), nullable=False),
    sa.Column('opens', sa.Integer(), nullable=False),
    sa.Column('closes', sa.Integer(), nullable=False),
    sa.CheckConstraint('closes > opens', name=op.f('ck_mediator_duty_hours_order')),
    sa.ForeignKeyConstraint(['duty_id'], ['mediator_duty.id'], name=op.f('fk_mediator_duty_hours_duty_id_mediator_duty'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mediator_duty_hours'))
    )
    op.create_index(op.f('ix_mediator_duty_hours_duty_id'), 'mediator_duty_hours', ['duty_id'], unique=False)
    op.create_table('mediator_duty_station',
    sa.Column('duty_id', sa.Integer(), nullable=False),
    sa.Column('organisation_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['duty_id'], ['mediator_duty.id'], name=op.f('fk_mediator_duty_station_duty_id_mediator_duty'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_mediator_duty_station_organisation_id_organisation')),
    sa.PrimaryKeyConstraint('duty_id', 'organisation_id', name=op.f('pk_mediator_duty_station'))
    )
    op.create_index(op.f('ix_mediator_duty_station_organisation_id'), 'mediator_duty_station', ['organisation_id'], unique=False)
    op.create_table('meeting',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('forum_id', sa.Integer(), nullable=False),
    sa.Column('register_id', sa.Integer(), nullable=False),
    sa.Column('starts_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('place', sa.String(length=160), nullable=False),
    sa.Column('letter', sa.String(length=1), nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('cancelled_reason', sa.Text(), nullable=False),
    sa.Column('held_at', UtcDateTime(timezone=True), nullable=True),
    sa.Column('row_version', sa.Integer(), nullable=False),
    sa.Column('created_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.CheckConstraint("state in ('planned', 'held', 'cancelled')", name=op.f('ck_meeting_state')),
    sa.ForeignKeyConstraint(['forum_id'], ['forum.id'], name=op.f('fk_meeting_forum_id_forum')),
    sa.ForeignKeyConstraint(['register_id'], ['register.id'], name=op.f('fk_meeting_register_id_register')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_meeting')),
    sa.UniqueConstraint('forum_id', 'starts_at', name=op.f('uq_meeting_forum_id_starts_at')),
    sa.UniqueConstraint('public_id', name=op.f('uq_meeting_public_id')),
    sa.UniqueConstraint('register_id', name=op.f('uq_meeting_register_id'))
    )
    op.create_index(op.f('ix_meeting_forum_id'), 'meeting', ['forum_id'], unique=False)
    op.create_index(op.f('ix_meeting_starts_at'), 'meeting', ['starts_at'], unique=False)
    op.create_table('officer_duty_hours',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('duty_id', sa.Integer(), nullable=False),
    sa.Column('opens', sa.Integer(), nullable=False),
    sa.Column('closes', sa.Integer(), nullable=False),
    sa.CheckConstraint('closes > opens', name=op.f('ck_officer_duty_hours_order')),
    sa.ForeignKeyConstraint(['duty_id'], ['officer_duty.id'], name=op.f('fk_officer_duty_hours_duty_id_officer_duty'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_officer_duty_hours'))
    )
    op.create_index(op.f('ix_officer_duty_hours_duty_id'), 'officer_duty_hours', ['duty_id'], unique=False)
    op.create_table('payout_list',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('workshop_id', sa.Integer(), nullable=False),
    sa.Column('table_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.SmallInteger(), nullable=False),
    sa.Column('total_cents', sa.BigInteger(), nullable=False),
    sa.Column('approved_at', UtcDateTime(timezone=True), nullable=True),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('proposed_by', sa.String(length=16), nullable=False),
    sa.Column('approved_by', sa.String(length=16), nullable=True),
    sa.Column('approved_for', sa.String(length=16), nullable=True),
    sa.Column('returned_reason', sa.Text(), nullable=False),
    sa.Column('created_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.CheckConstraint("state in ('proposed', 'approved', 'returned')", name=op.f('ck_payout_list_state')),
    sa.ForeignKeyConstraint(['table_id'], ['rate_table.id'], name=op.f('fk_payout_list_table_id_rate_table')),
    sa.ForeignKeyConstraint(['workshop_id'], ['workshop.id'], name=op.f('fk_payout_list_workshop_id_workshop')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_payout_list')),
    sa.UniqueConstraint('public_id', name=op.f('uq_payout_list_public_id')),
    sa.UniqueConstraint('workshop_id', 'number', name=op.f('uq_payout_list_workshop_id_number'))
    )
    op.create_index('ix_payout_list_state_created_at', 'payout_list', ['state', 'created_at'], unique=False)
    op.create_index(op.f('ix_payout_list_table_id'), 'payout_list', ['table_id'], unique=False)
    op.create_table('plan_row',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('plan_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=12), nullable=False),
    sa.Column('position', sa.SmallInteger(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('seen', sa.String(length=300), nullable=False),
    sa.Column('amount', sa.String(length=80), nullable=False),
    sa.Column('used', sa.String(length=8), server_default='', nullable=False),
    sa.Column('file', sa.String(length=16), server_default='', nullable=False),
    sa.Column('minutes', sa.SmallInteger(), nullable=True),
    sa.Column('rank', sa.String(length=8), nullable=False),
    sa.Column('method', sa.String(length=12), nullable=False),
    sa.Column('to_do', sa.Text(), nullable=False),
    sa.Column('to_say', sa.Text(), nullable=False),
    sa.Column('said', sa.Text(), nullable=False),
    sa.Column('answer', sa.Text(), nullable=False),
    sa.Column('stop', sa.Text(), nullable=False),
    sa.Column('source', sa.String(length=300), nullable=False),
    sa.Column('checked_on', sa.Date(), nullable=True),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.Column('lineage', sa.String(length=16), nullable=False),
    sa.Column('made_from', sa.JSON(), nullable=False),
    sa.CheckConstraint("kind in ('objective', 'step', 'key_message', 'hard_moment', 'legal_point', 'material')", name=op.f('ck_plan_row_kind')),
    sa.ForeignKeyConstraint(['plan_id'], ['session_plan.id'], name=op.f('fk_plan_row_plan_id_session_plan')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_plan_row')),
    sa.UniqueConstraint('public_id', name=op.f('uq_plan_row_public_id'))
    )
    op.create_index(op.f('ix_plan_row_file'), 'plan_row', ['file'], unique=False)
    op.create_index(op.f('ix_plan_row_plan_id'), 'plan_row', ['plan_id'], unique=False)
    op.create_table('series',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('source_id', sa.Integer(), nullable=True),
    sa.Column('forum_id', sa.Integer(), nullable=True),
    sa.Column('repeats', sa.String(length=16), nullable=False),
    sa.Column('first', sa.Date(), nullable=False),
    sa.Column('every', sa.SmallInteger(), nullable=False),
    sa.Column('weekdays', sa.JSON(), nullable=False),
    sa.Column('ordinal', sa.SmallInteger(), nullable=False),
    sa.Column('day', sa.SmallInteger(), nullable=False),
    sa.Column('until', sa.Date(), nullable=True),
    sa.Column('count', sa.SmallInteger(), nullable=True),
    sa.Column('on_holiday', sa.String(length=8), nullable=False),
    sa.Column('created_by', sa.String(length=16), nullable=False),
    sa.Column('created_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.CheckConstraint("on_holiday in ('keep', 'skip', 'next', 'before')", name=op.f('ck_series_on_holiday')),
    sa.CheckConstraint("repeats in ('weekly', 'monthly_weekday', 'monthly_day')", name=op.f('ck_series_repeats')),
    sa.CheckConstraint('(source_id is null) <> (forum_id is null)', name=op.f('ck_series_one_subject')),
    sa.ForeignKeyConstraint(['forum_id'], ['forum.id'], name=op.f('fk_series_forum_id_forum')),
    sa.ForeignKeyConstraint(['source_id'], ['workshop.id'], name=op.f('fk_series_source_id_workshop')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_series')),
    sa.UniqueConstraint('public_id', name=op.f('uq_series_public_id'))
    )
    op.create_index(op.f('ix_series_forum_id'), 'series', ['forum_id'], unique=False)
    op.create_index(op.f('ix_series_source_id'), 'series', ['source_id'], unique=False)
    op.create_table('sign_up',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('link_id', sa.Integer(), nullable=False),
    sa.Column('typed_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('state', sa.String(length=8), nullable=False),
    sa.Column('entered_on', sa.Date(), nullable=False),
    sa.Column('decided_by', sa.String(length=16), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.CheckConstraint("(state = 'waiting') = (typed_sealed is not null)", name=op.f('ck_sign_up_typed')),
    sa.CheckConstraint("state in ('waiting', 'accepted', 'declined')", name=op.f('ck_sign_up_state')),
    sa.ForeignKeyConstraint(['link_id'], ['sign_up_link.id'], name=op.f('fk_sign_up_link_id_sign_up_link')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sign_up')),
    sa.UniqueConstraint('public_id', name=op.f('uq_sign_up_public_id'))
    )
    op.create_index(op.f('ix_sign_up_link_id'), 'sign_up', ['link_id'], unique=False)
    op.create_table('track_move',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('enrolment_id', sa.Integer(), nullable=False),
    sa.Column('from_id', sa.Integer(), nullable=False),
    sa.Column('to_id', sa.Integer(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('moved_by', sa.String(length=16), nullable=False),
    sa.Column('moved_at', UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['enrolment_id'], ['track_enrolment.id'], name=op.f('fk_track_move_enrolment_id_track_enrolment')),
    sa.ForeignKeyConstraint(['from_id'], ['track_version.id'], name=op.f('fk_track_move_from_id_track_version')),
    sa.ForeignKeyConstraint(['to_id'], ['track_version.id'], name=op.f('fk_track_move_to_id_track_version')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_track_move'))
    )
    op.create_index(op.f('ix_track_move_enrolment_id'), 'track_move', ['enrolment_id'], unique=False)
    op.create_index(op.f('ix_track_move_from_id'), 'track_move', ['from_id'], unique=False)
    op.create_index(op.f('ix_track_move_to_id'), 'track_move', ['to_id'], unique=False)
    op.create_table('workshop_session',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('workshop_id', sa.Integer(), nullable=False),
    sa.Column('slot_id', sa.Integer(), nullable=False),
    sa.Column('plan_id', sa.Integer(), nullable=True),
    sa.Column('title', sa.String(length=160), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.ForeignKeyConstraint(['plan_id'], ['session_plan.id'], name=op.f('fk_workshop_session_plan_id_session_plan')),
    sa.ForeignKeyConstraint(['slot_id'], ['slot.id'], name=op.f('fk_workshop_session_slot_id_slot')),
    sa.ForeignKeyConstraint(['workshop_id'], ['workshop.id'], name=op.f('fk_workshop_session_workshop_id_workshop')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_workshop_session')),
    sa.UniqueConstraint('public_id', name=op.f('uq_workshop_session_public_id')),
    sa.UniqueConstraint('slot_id', name=op.f('uq_workshop_session_slot_id'))
    )
    op.create_index(op.f('ix_workshop_session_plan_id'), 'workshop_session', ['plan_id'], unique=False)
    op.create_index(op.f('ix_workshop_session_workshop_id'), 'workshop_session', ['workshop_id'], unique=False)
    op.create_table('agenda_item',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('meeting_id', sa.Integer(), nullable=False),
    sa.Column('position', sa.SmallInteger(), nullable=False),
    sa.Column('kind', sa.String(length=8), nullable=False),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('minutes', sa.SmallInteger(), nullable=True),
    sa.Column('minute', sa.Text(), nullable=False),
    sa.Column('row_version', sa.Integer(), nullable=False),
    sa.Column('changed_by', sa.String(length=16), nullable=True),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.CheckConstraint("kind in ('plain', 'arising')", name=op.f('ck_agenda_item_kind')),
    sa.ForeignKeyConstraint(['meeting_id'], ['meeting.id'], name=op.f('fk_agenda_item_meeting_id_meeting')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_agenda_item')),
    sa.UniqueConstraint('public_id', name=op.f('uq_agenda_item_public_id'))
    )
    op.create_index(op.f('ix_agenda_item_meeting_id'), 'agenda_item', ['meeting_id'], unique=False)
    op.create_table('answer',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('op_id', sa.String(length=36), nullable=False),
    sa.Column('asked_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('chosen', sa.String(length=40), nullable=False),
    sa.Column('text_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('source', sa.String(length=12), nullable=False),
    sa.Column('device', sa.String(length=36), nullable=False),
    sa.Column('entered_by', sa.String(length=16), nullable=False),
    sa.Column('given_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('received_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('stands', sa.Boolean(), nullable=False),
    sa.Column('late', sa.Boolean(), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.CheckConstraint("source in ('phone', 'paper', 'photo', 'read_aloud')", name=op.f('ck_answer_source')),
    sa.CheckConstraint('not (stands and late)', name=op.f('ck_answer_stands')),
    sa.ForeignKeyConstraint(['asked_id'], ['asked_question.id'], name=op.f('fk_answer_asked_id_asked_question')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_answer_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_answer')),
    sa.UniqueConstraint('op_id', name=op.f('uq_answer_op_id')),
    sa.UniqueConstraint('public_id', name=op.f('uq_answer_public_id'))
    )
    op.create_index(op.f('ix_answer_asked_id'), 'answer', ['asked_id'], unique=False)
    op.create_index(op.f('ix_answer_person_id'), 'answer', ['person_id'], unique=False)
    op.create_index('uq_answer_stands', 'answer', ['asked_id', 'person_id'], unique=True, sqlite_where=sa.text('stands'), postgresql_where=sa.text('stands'))
    op.create_table('certificate',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('batch_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('version_id', sa.Integer(), nullable=True),
    sa.Column('serial', sa.String(length=16), nullable=True),
    sa.Column('printed_name', sa.String(length=200), nullable=False),
    sa.Column('public_title', sa.String(length=120), nullable=False),
    sa.Column('minutes', sa.SmallInteger(), nullable=False),
    sa.Column('issued_on', sa.Date(), nullable=True),
    sa.Column('expires_on', sa.Date(), nullable=True),
    sa.Column('reminded_on', sa.Date(), nullable=True),
    sa.Column('supersedes_id', sa.Integer(), nullable=True),
    sa.Column('renews_id', sa.Integer(), nullable=True),
    sa.Column('payload', sa.LargeBinary(), nullable=True),
    sa.Column('badge_place', sa.Integer(), nullable=True),
    sa.Column('revoked_at', UtcDateTime(timezone=True), nullable=True),
    sa.Column('revoked_by', sa.String(length=16), nullable=True),
    sa.Column('revoked_class', sa.String(length=24), nullable=False),
    sa.Column('revoked_reason', sa.Text(), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.ForeignKeyConstraint(['batch_id'], ['certificate_batch.id'], name=op.f('fk_certificate_batch_id_certificate_batch')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_certificate_person_id_person')),
    sa.ForeignKeyConstraint(['renews_id'], ['certificate.id'], name=op.f('fk_certificate_renews_id_certificate')),
    sa.ForeignKeyConstraint(['supersedes_id'], ['certificate.id'], name=op.f('fk_certificate_supersedes_id_certificate')),
    sa.ForeignKeyConstraint(['version_id'], ['track_version.id'], name=op.f('fk_certificate_version_id_track_version')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_certificate')),
    sa.UniqueConstraint('public_id', name=op.f('uq_certificate_public_id')),
    sa.UniqueConstraint('serial', name=op.f('uq_certificate_serial'))
    )
    op.create_index('ix_certificate_batch_id', 'certificate', ['batch_id'], unique=False)
    op.create_index('ix_certificate_expires_on_id', 'certificate', ['expires_on', 'id'], unique=False)
    op.create_index('ix_certificate_issued_on_id', 'certificate', ['issued_on', 'id'], unique=False)
    op.create_index(op.f('ix_certificate_person_id'), 'certificate', ['person_id'], unique=False)
    op.create_index('ix_certificate_renews_id', 'certificate', ['renews_id'], unique=False, sqlite_where=sa.text('renews_id is not null'), postgresql_where=sa.text('renews_id is not null'))
    op.create_index('ix_certificate_revoked_at', 'certificate', ['revoked_at'], unique=False, sqlite_where=sa.text('revoked_at is not null'), postgresql_where=sa.text('revoked_at is not null'))
    op.create_index(op.f('ix_certificate_supersedes_id'), 'certificate', ['supersedes_id'], unique=False)
    op.create_index(op.f('ix_certificate_version_id'), 'certificate', ['version_id'], unique=False)
    op.create_index('uq_certificate_badge_place', 'certificate', ['badge_place'], unique=True)
    op.create_index('uq_certificate_batch_id_person_id_proposed', 'certificate', ['batch_id', 'person_id'], unique=True, sqlite_where=sa.text('serial is null'), postgresql_where=sa.text('serial is null'))
    op.create_table('evaluation_comment',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('question_id', sa.Integer(), nullable=False),
    sa.Column('body', sa.LargeBinary(), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.ForeignKeyConstraint(['question_id'], ['evaluation_question.id'], name=op.f('fk_evaluation_comment_question_id_evaluation_question')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_evaluation_comment')),
    sa.UniqueConstraint('public_id', name=op.f('uq_evaluation_comment_public_id'))
    )
    op.create_index(op.f('ix_evaluation_comment_question_id'), 'evaluation_comment', ['question_id'], unique=False)
    op.create_table('evaluation_count',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('question_id', sa.Integer(), nullable=False),
    sa.Column('part', sa.String(length=4), nullable=False),
    sa.Column('option', sa.String(length=2), nullable=False),
    sa.Column('count', sa.SmallInteger(), nullable=False),
    sa.ForeignKeyConstraint(['question_id'], ['evaluation_question.id'], name=op.f('fk_evaluation_count_question_id_evaluation_question')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_evaluation_count')),
    sa.UniqueConstraint('question_id', 'part', 'option', name=op.f('uq_evaluation_count_question_id_part_option'))
    )
    op.create_table('forum_quorum_group',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('quorum_id', sa.Integer(), nullable=False),
    sa.Column('group_id', sa.Integer(), nullable=False),
    sa.Column('share', sa.String(length=12), nullable=False),
    sa.Column('least', sa.SmallInteger(), nullable=False),
    sa.CheckConstraint("share in ('number', 'third', 'half', 'over_half', 'two_thirds', 'all')", name=op.f('ck_forum_quorum_group_share')),
    sa.CheckConstraint('least between 0 and 500', name=op.f('ck_forum_quorum_group_least')),
    sa.ForeignKeyConstraint(['group_id'], ['people_group.id'], name=op.f('fk_forum_quorum_group_group_id_people_group')),
    sa.ForeignKeyConstraint(['quorum_id'], ['forum_quorum.id'], name=op.f('fk_forum_quorum_group_quorum_id_forum_quorum'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_forum_quorum_group')),
    sa.UniqueConstraint('quorum_id', 'group_id', name=op.f('uq_forum_quorum_group_quorum_id_group_id'))
    )
    op.create_index(op.f('ix_forum_quorum_group_group_id'), 'forum_quorum_group', ['group_id'], unique=False)
    op.create_table('forum_term',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('member_id', sa.Integer(), nullable=False),
    sa.Column('office', sa.String(length=120), nullable=False),
    sa.Column('begins_on', sa.Date(), nullable=False),
    sa.Column('ends_on', sa.Date(), nullable=True),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.CheckConstraint('ends_on is null or ends_on >= begins_on', name=op.f('ck_forum_term_days')),
    sa.ForeignKeyConstraint(['member_id'], ['forum_member.id'], name=op.f('fk_forum_term_member_id_forum_member'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_forum_term')),
    sa.UniqueConstraint('public_id', name=op.f('uq_forum_term_public_id'))
    )
    op.create_index(op.f('ix_forum_term_ends_on'), 'forum_term', ['ends_on'], unique=False)
    op.create_index(op.f('ix_forum_term_member_id'), 'forum_term', ['member_id'], unique=False)
    op.create_table('hand_count',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('asked_id', sa.Integer(), nullable=False),
    sa.Column('choice', sa.String(length=2), nullable=False),
    sa.Column('hands', sa.SmallInteger(), nullable=False),
    sa.CheckConstraint('hands between 0 and 500', name=op.f('ck_hand_count_hands')),
    sa.ForeignKeyConstraint(['asked_id'], ['asked_question.id'], name=op.f('fk_hand_count_asked_id_asked_question')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_hand_count')),
    sa.UniqueConstraint('asked_id', 'choice', name=op.f('uq_hand_count_asked_id_choice'))
    )
    op.create_table('meeting_answer',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('meeting_id', sa.Integer(), nullable=False),
    sa.Column('member_id', sa.Integer(), nullable=False),
    sa.Column('answer', sa.String(length=8), nullable=False),
    sa.Column('answered_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('answered_by', sa.String(length=16), nullable=False),
    sa.CheckConstraint("answer in ('yes', 'no', 'unsure')", name=op.f('ck_meeting_answer_answer')),
    sa.ForeignKeyConstraint(['meeting_id'], ['meeting.id'], name=op.f('fk_meeting_answer_meeting_id_meeting'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['member_id'], ['forum_member.id'], name=op.f('fk_meeting_answer_member_id_forum_member'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_meeting_answer')),
    sa.UniqueConstraint('meeting_id', 'member_id', name=op.f('uq_meeting_answer_meeting_id_member_id'))
    )
    op.create_index(op.f('ix_meeting_answer_member_id'), 'meeting_answer', ['member_id'], unique=False)
    op.create_table('minutes_erratum',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('meeting_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.SmallInteger(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('root', sa.String(length=64), nullable=False),
    sa.Column('value', sa.Text(), nullable=True),
    sa.Column('salt', sa.String(length=32), nullable=True),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.CheckConstraint('(value is null) = (salt is null)', name=op.f('ck_minutes_erratum_withdrawn')),
    sa.ForeignKeyConstraint(['meeting_id'], ['meeting.id'], name=op.f('fk_minutes_erratum_meeting_id_meeting')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_minutes_erratum')),
    sa.UniqueConstraint('meeting_id', 'number', name=op.f('uq_minutes_erratum_meeting_id_number')),
    sa.UniqueConstraint('public_id', name=op.f('uq_minutes_erratum_public_id'))
    )
    op.create_table('minutes_leaf',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('meeting_id', sa.Integer(), nullable=False),
    sa.Column('place', sa.SmallInteger(), nullable=False),
    sa.Column('kind', sa.String(length=12), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('value', sa.Text(), nullable=True),
    sa.Column('salt', sa.String(length=32), nullable=True),
    sa.Column('about', sa.String(length=16), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.CheckConstraint('(value is null) = (salt is null)', name=op.f('ck_minutes_leaf_withdrawn')),
    sa.ForeignKeyConstraint(['meeting_id'], ['meeting.id'], name=op.f('fk_minutes_leaf_meeting_id_meeting')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_minutes_leaf')),
    sa.UniqueConstraint('meeting_id', 'place', name=op.f('uq_minutes_leaf_meeting_id_place')),
    sa.UniqueConstraint('public_id', name=op.f('uq_minutes_leaf_public_id'))
    )
    op.create_table('minutes_life',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('meeting_id', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('circulated_at', UtcDateTime(timezone=True), nullable=True),
    sa.Column('circulated_by', sa.String(length=16), nullable=True),
    sa.Column('remarks_until', sa.Date(), nullable=True),
    sa.Column('confirmed_in_id', sa.Integer(), nullable=True),
    sa.Column('locked_at', UtcDateTime(timezone=True), nullable=True),
    sa.Column('root', sa.String(length=64), nullable=False),
    sa.CheckConstraint("(state = 'locked') = (root <> '')", name=op.f('ck_minutes_life_root')),
    sa.CheckConstraint("state in ('draft', 'circulated', 'locked')", name=op.f('ck_minutes_life_state')),
    sa.ForeignKeyConstraint(['confirmed_in_id'], ['meeting.id'], name=op.f('fk_minutes_life_confirmed_in_id_meeting')),
    sa.ForeignKeyConstraint(['meeting_id'], ['meeting.id'], name=op.f('fk_minutes_life_meeting_id_meeting')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_minutes_life')),
    sa.UniqueConstraint('meeting_id', name=op.f('uq_minutes_life_meeting_id'))
    )
    op.create_index(op.f('ix_minutes_life_confirmed_in_id'), 'minutes_life', ['confirmed_in_id'], unique=False)
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
    op.create_table('payout_file',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('list_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.SmallInteger(), nullable=False),
    sa.Column('count', sa.SmallInteger(), nullable=False),
    sa.Column('total_cents', sa.BigInteger(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('repeats', sa.SmallInteger(), nullable=False),
    sa.Column('made_by', sa.String(length=16), nullable=False),
    sa.Column('made_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.ForeignKeyConstraint(['list_id'], ['payout_list.id'], name=op.f('fk_payout_file_list_id_payout_list')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_payout_file')),
    sa.UniqueConstraint('list_id', 'number', name=op.f('uq_payout_file_list_id_number')),
    sa.UniqueConstraint('public_id', name=op.f('uq_payout_file_public_id'))
    )
    op.create_table('payout_reversal',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('list_id', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('proposed_by', sa.String(length=16), nullable=False),
    sa.Column('approved_by', sa.String(length=16), nullable=True),
    sa.Column('approved_for', sa.String(length=16), nullable=True),
    sa.Column('returned_reason', sa.Text(), nullable=False),
    sa.Column('created_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.CheckConstraint("state in ('proposed', 'approved', 'returned')", name=op.f('ck_payout_reversal_state')),
    sa.CheckConstraint('approved_by is null or approved_by <> proposed_by', name=op.f('ck_payout_reversal_two_people')),
    sa.ForeignKeyConstraint(['list_id'], ['payout_list.id'], name=op.f('fk_payout_reversal_list_id_payout_list')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_payout_reversal')),
    sa.UniqueConstraint('public_id', name=op.f('uq_payout_reversal_public_id'))
    )
    op.create_index(op.f('ix_payout_reversal_list_id'), 'payout_reversal', ['list_id'], unique=False)
    op.create_table('series_date',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('series_id', sa.Integer(), nullable=False),
    sa.Column('named', sa.Date(), nullable=False),
    sa.Column('workshop_id', sa.Integer(), nullable=True),
    sa.Column('meeting_id', sa.Integer(), nullable=True),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.CheckConstraint('workshop_id is null or meeting_id is null', name=op.f('ck_series_date_one_held')),
    sa.ForeignKeyConstraint(['meeting_id'], ['meeting.id'], name=op.f('fk_series_date_meeting_id_meeting')),
    sa.ForeignKeyConstraint(['series_id'], ['series.id'], name=op.f('fk_series_date_series_id_series')),
    sa.ForeignKeyConstraint(['workshop_id'], ['workshop.id'], name=op.f('fk_series_date_workshop_id_workshop')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_series_date')),
    sa.UniqueConstraint('meeting_id', name=op.f('uq_series_date_meeting_id')),
    sa.UniqueConstraint('public_id', name=op.f('uq_series_date_public_id')),
    sa.UniqueConstraint('series_id', 'named', name=op.f('uq_series_date_series_id_named')),
    sa.UniqueConstraint('workshop_id', name=op.f('uq_series_date_workshop_id'))
    )
    op.create_table('session_record',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('session_id', sa.Integer(), nullable=False),
    sa.Column('notes_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('next_time_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('row_version', sa.Integer(), nullable=False),
    sa.Column('written_by', sa.String(length=16), nullable=False),
    sa.Column('written_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.ForeignKeyConstraint(['session_id'], ['workshop_session.id'], name=op.f('fk_session_record_session_id_workshop_session')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_session_record')),
    sa.UniqueConstraint('public_id', name=op.f('uq_session_record_public_id')),
    sa.UniqueConstraint('session_id', name=op.f('uq_session_record_session_id'))
    )
    op.create_table('signature_use',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('signature_id', sa.Integer(), nullable=False),
    sa.Column('design_id', sa.Integer(), nullable=True),
    sa.Column('batch_id', sa.Integer(), nullable=True),
    sa.Column('approved_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('withdrawn_at', UtcDateTime(timezone=True), nullable=True),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.CheckConstraint('(design_id is null) <> (batch_id is null)', name=op.f('ck_signature_use_one_place')),
    sa.ForeignKeyConstraint(['batch_id'], ['certificate_batch.id'], name=op.f('fk_signature_use_batch_id_certificate_batch')),
    sa.ForeignKeyConstraint(['design_id'], ['certificate_design.id'], name=op.f('fk_signature_use_design_id_certificate_design')),
    sa.ForeignKeyConstraint(['signature_id'], ['signature_image.id'], name=op.f('fk_signature_use_signature_id_signature_image')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_signature_use')),
    sa.UniqueConstraint('public_id', name=op.f('uq_signature_use_public_id'))
    )
    op.create_index('ix_signature_use_batch_id', 'signature_use', ['batch_id'], unique=False)
    op.create_index('ix_signature_use_design_id', 'signature_use', ['design_id'], unique=False)
    op.create_index(op.f('ix_signature_use_signature_id'), 'signature_use', ['signature_id'], unique=False)
    op.create_table('signed_copy',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('meeting_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=8), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('added_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.ForeignKeyConstraint(['meeting_id'], ['meeting.id'], name=op.f('fk_signed_copy_meeting_id_meeting')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_signed_copy')),
    sa.UniqueConstraint('meeting_id', name=op.f('uq_signed_copy_meeting_id')),
    sa.UniqueConstraint('public_id', name=op.f('uq_signed_copy_public_id'))
    )
    op.create_table('action',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('item_id', sa.Integer(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('owner_id', sa.Integer(), nullable=True),
    sa.Column('due_on', sa.Date(), nullable=True),
    sa.Column('state', sa.String(length=8), nullable=False),
    sa.Column('closed_at', UtcDateTime(timezone=True), nullable=True),
    sa.Column('outcome', sa.Text(), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.CheckConstraint("state in ('open', 'done', 'dropped')", name=op.f('ck_action_state')),
    sa.ForeignKeyConstraint(['item_id'], ['agenda_item.id'], name=op.f('fk_action_item_id_agenda_item')),
    sa.ForeignKeyConstraint(['owner_id'], ['forum_member.id'], name=op.f('fk_action_owner_id_forum_member')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_action')),
    sa.UniqueConstraint('public_id', name=op.f('uq_action_public_id'))
    )
    op.create_index(op.f('ix_action_due_on'), 'action', ['due_on'], unique=False)
    op.create_index(op.f('ix_action_item_id'), 'action', ['item_id'], unique=False)
    op.create_index(op.f('ix_action_owner_id'), 'action', ['owner_id'], unique=False)
    op.create_table('agenda_paper',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('item_id', sa.Integer(), nullable=False),
    sa.Column('title', sa.String(length=120), nullable=False),
    sa.Column('kind', sa.String(length=8), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('created_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.ForeignKeyConstraint(['item_id'], ['agenda_item.id'], name=op.f('fk_agenda_paper_item_id_agenda_item'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_agenda_paper')),
    sa.UniqueConstraint('public_id', name=op.f('uq_agenda_paper_public_id'))
    )
    op.create_index(op.f('ix_agenda_paper_item_id'), 'agenda_paper', ['item_id'], unique=False)
    op.create_table('certificate_printing',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('batch_id', sa.Integer(), nullable=False),
    sa.Column('certificate_id', sa.Integer(), nullable=True),
    sa.Column('kind', sa.String(length=16), nullable=False),
    sa.Column('count', sa.Integer(), nullable=False),
    sa.Column('reason', sa.String(length=16), nullable=False),
    sa.Column('made_by', sa.String(length=16), nullable=False),
    sa.Column('made_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.CheckConstraint('count >= 1', name=op.f('ck_certificate_printing_count')),
    sa.ForeignKeyConstraint(['batch_id'], ['certificate_batch.id'], name=op.f('fk_certificate_printing_batch_id_certificate_batch')),
    sa.ForeignKeyConstraint(['certificate_id'], ['certificate.id'], name=op.f('fk_certificate_printing_certificate_id_certificate')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_certificate_printing')),
    sa.UniqueConstraint('public_id', name=op.f('uq_certificate_printing_public_id'))
    )
    op.create_index('ix_certificate_printing_batch_id_made_at', 'certificate_printing', ['batch_id', 'made_at'], unique=False)
    op.create_index(op.f('ix_certificate_printing_certificate_id'), 'certificate_printing', ['certificate_id'], unique=False)
    op.create_table('decision',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('item_id', sa.Integer(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.ForeignKeyConstraint(['item_id'], ['agenda_item.id'], name=op.f('fk_decision_item_id_agenda_item')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_decision')),
    sa.UniqueConstraint('public_id', name=op.f('uq_decision_public_id'))
    )
    op.create_index(op.f('ix_decision_item_id'), 'decision', ['item_id'], unique=False)
    op.create_table('internal_line',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('item_id', sa.Integer(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('asked_by', sa.String(length=16), nullable=True),
    sa.Column('released_by', sa.String(length=16), nullable=True),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.CheckConstraint('released_by is null or released_by <> asked_by', name=op.f('ck_internal_line_two_people')),
    sa.ForeignKeyConstraint(['item_id'], ['agenda_item.id'], name=op.f('fk_internal_line_item_id_agenda_item'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_internal_line')),
    sa.UniqueConstraint('item_id', 'digest', name=op.f('uq_internal_line_item_id_digest')),
    sa.UniqueConstraint('public_id', name=op.f('uq_internal_line_public_id'))
    )
    op.create_table('item_conflict',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('item_id', sa.Integer(), nullable=False),
    sa.Column('member_id', sa.Integer(), nullable=False),
    sa.Column('declared_at', UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['item_id'], ['agenda_item.id'], name=op.f('fk_item_conflict_item_id_agenda_item'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['member_id'], ['forum_member.id'], name=op.f('fk_item_conflict_member_id_forum_member'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_item_conflict')),
    sa.UniqueConstraint('item_id', 'member_id', name=op.f('uq_item_conflict_item_id_member_id'))
    )
    op.create_index(op.f('ix_item_conflict_member_id'), 'item_conflict', ['member_id'], unique=False)
    op.create_table('minutes_difference',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('item_id', sa.Integer(), nullable=False),
    sa.Column('page', sa.String(length=16), nullable=False),
    sa.Column('part', sa.String(length=32), nullable=False),
    sa.Column('before', sa.Text(), nullable=False),
    sa.Column('stands', sa.Text(), nullable=False),
    sa.Column('other', sa.Text(), nullable=False),
    sa.Column('written_by', sa.String(length=16), nullable=False),
    sa.Column('made_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.ForeignKeyConstraint(['item_id'], ['agenda_item.id'], name=op.f('fk_minutes_difference_item_id_agenda_item'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_minutes_difference')),
    sa.UniqueConstraint('public_id', name=op.f('uq_minutes_difference_public_id'))
    )
    op.create_index(op.f('ix_minutes_difference_item_id'), 'minutes_difference', ['item_id'], unique=False)
    op.create_table('minutes_page',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('page', sa.String(length=16), nullable=False),
    sa.Column('item_id', sa.Integer(), nullable=False),
    sa.Column('written_by', sa.String(length=16), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('written', sa.JSON(), nullable=False),
    sa.Column('renamed', sa.JSON(), nullable=False),
    sa.Column('written_at', UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['item_id'], ['agenda_item.id'], name=op.f('fk_minutes_page_item_id_agenda_item'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_minutes_page')),
    sa.UniqueConstraint('page', name=op.f('uq_minutes_page_page'))
    )
    op.create_index(op.f('ix_minutes_page_item_id'), 'minutes_page', ['item_id'], unique=False)
    op.create_table('minutes_remark',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('item_id', sa.Integer(), nullable=False),
    sa.Column('member_id', sa.Integer(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('state', sa.String(length=8), nullable=False),
    sa.Column('answer', sa.Text(), nullable=False),
    sa.Column('written_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.CheckConstraint("(state = 'open') = (answer = '')", name=op.f('ck_minutes_remark_answer')),
    sa.CheckConstraint("state in ('open', 'taken', 'declined')", name=op.f('ck_minutes_remark_state')),
    sa.ForeignKeyConstraint(['item_id'], ['agenda_item.id'], name=op.f('fk_minutes_remark_item_id_agenda_item')),
    sa.ForeignKeyConstraint(['member_id'], ['forum_member.id'], name=op.f('fk_minutes_remark_member_id_forum_member')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_minutes_remark')),
    sa.UniqueConstraint('public_id', name=op.f('uq_minutes_remark_public_id'))
    )
    op.create_index(op.f('ix_minutes_remark_item_id'), 'minutes_remark', ['item_id'], unique=False)
    op.create_index(op.f('ix_minutes_remark_member_id'), 'minutes_remark', ['member_id'], unique=False)
    op.create_table('named_leaf',
    sa.Column('leaf_id', sa.Integer(), nullable=False),
    sa.Column('member_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['leaf_id'], ['minutes_leaf.id'], name=op.f('fk_named_leaf_leaf_id_minutes_leaf'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['member_id'], ['forum_member.id'], name=op.f('fk_named_leaf_member_id_forum_member')),
    sa.PrimaryKeyConstraint('leaf_id', name=op.f('pk_named_leaf'))
    )
    op.create_index(op.f('ix_named_leaf_member_id'), 'named_leaf', ['member_id'], unique=False)
    op.create_table('objective_reached',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('record_id', sa.Integer(), nullable=False),
    sa.Column('lineage', sa.String(length=16), nullable=False),
    sa.Column('reached', sa.String(length=12), nullable=False),
    sa.CheckConstraint("reached in ('reached', 'partly', 'not_taught')", name=op.f('ck_objective_reached_reached')),
    sa.ForeignKeyConstraint(['record_id'], ['session_record.id'], name=op.f('fk_objective_reached_record_id_session_record')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_objective_reached')),
    sa.UniqueConstraint('record_id', 'lineage', name=op.f('uq_objective_reached_record_id_lineage'))
    )
    op.create_index(op.f('ix_objective_reached_lineage'), 'objective_reached', ['lineage'], unique=False)
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
    sa.Column('cash_digest', sa.String(length=64), nullable=True),
    sa.Column('mobile_digest', sa.String(length=64), nullable=True),
    sa.Column('file_id', sa.Integer(), nullable=True),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.CheckConstraint("state in ('outstanding', 'sent', 'paid', 'failed', 'returned', 'changed')", name=op.f('ck_payout_line_state')),
    sa.CheckConstraint('(person_id is null) <> (payee_id is null)', name=op.f('ck_payout_line_payee')),
    sa.CheckConstraint('amount_cents > 0', name=op.f('ck_payout_line_amount')),
    sa.ForeignKeyConstraint(['file_id'], ['payout_file.id'], name=op.f('fk_payout_line_file_id_payout_file')),
    sa.ForeignKeyConstraint(['list_id'], ['payout_list.id'], name=op.f('fk_payout_line_list_id_payout_list')),
    sa.ForeignKeyConstraint(['payee_id'], ['payee.id'], name=op.f('fk_payout_line_payee_id_payee')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_payout_line_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_payout_line')),
    sa.UniqueConstraint('public_id', name=op.f('uq_payout_line_public_id')),
    sa.UniqueConstraint('reference', name=op.f('uq_payout_line_reference'))
    )
    op.create_index(op.f('ix_payout_line_file_id'), 'payout_line', ['file_id'], unique=False)
    op.create_index('ix_payout_line_list_id_position', 'payout_line', ['list_id', 'position'], unique=False)
    op.create_index(op.f('ix_payout_line_payee_id'), 'payout_line', ['payee_id'], unique=False)
    op.create_index(op.f('ix_payout_line_person_id'), 'payout_line', ['person_id'], unique=False)
    op.create_table('step_left_out',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('record_id', sa.Integer(), nullable=False),
    sa.Column('lineage', sa.String(length=16), nullable=False),
    sa.Column('reason', sa.String(length=12), nullable=False),
    sa.Column('words_sealed', sa.LargeBinary(), nullable=True),
    sa.CheckConstraint("reason in ('time', 'known', 'unsafe', 'missing', 'wishes', 'other')", name=op.f('ck_step_left_out_reason')),
    sa.ForeignKeyConstraint(['record_id'], ['session_record.id'], name=op.f('fk_step_left_out_record_id_session_record')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_step_left_out')),
    sa.UniqueConstraint('record_id', 'lineage', name=op.f('uq_step_left_out_record_id_lineage'))
    )
    op.create_index(op.f('ix_step_left_out_lineage'), 'step_left_out', ['lineage'], unique=False)
    op.create_table('action_link',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('action_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=8), nullable=False),
    sa.Column('target', sa.String(length=16), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.CheckConstraint("kind in ('workshop', 'session', 'station', 'service')", name=op.f('ck_action_link_kind')),
    sa.ForeignKeyConstraint(['action_id'], ['action.id'], name=op.f('fk_action_link_action_id_action'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_action_link')),
    sa.UniqueConstraint('action_id', 'kind', 'target', name=op.f('uq_action_link_action_id_kind_target')),
    sa.UniqueConstraint('public_id', name=op.f('uq_action_link_public_id'))
    )
    op.create_index(op.f('ix_action_link_target'), 'action_link', ['target'], unique=False)
    op.create_table('action_note',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('action_id', sa.Integer(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('by_owner', sa.Boolean(), nullable=False),
    sa.Column('kind', sa.String(length=8), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('created_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.ForeignKeyConstraint(['action_id'], ['action.id'], name=op.f('fk_action_note_action_id_action'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_action_note')),
    sa.UniqueConstraint('public_id', name=op.f('uq_action_note_public_id'))
    )
    op.create_index(op.f('ix_action_note_action_id'), 'action_note', ['action_id'], unique=False)
    op.create_table('decision_presence',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('decision_id', sa.Integer(), nullable=False),
    sa.Column('group_id', sa.Integer(), nullable=False),
    sa.Column('noted_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('members', sa.SmallInteger(), nullable=False),
    sa.Column('present', sa.SmallInteger(), nullable=False),
    sa.Column('needed', sa.SmallInteger(), nullable=False),
    sa.Column('counted_out', sa.SmallInteger(), nullable=False),
    sa.Column('votes_for', sa.SmallInteger(), nullable=True),
    sa.Column('votes_against', sa.SmallInteger(), nullable=True),
    sa.Column('abstained', sa.SmallInteger(), nullable=True),
    sa.CheckConstraint('present + counted_out <= members', name=op.f('ck_decision_presence_present')),
    sa.CheckConstraint('votes_for + votes_against + abstained <= present', name=op.f('ck_decision_presence_votes')),
    sa.ForeignKeyConstraint(['decision_id'], ['decision.id'], name=op.f('fk_decision_presence_decision_id_decision'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['group_id'], ['people_group.id'], name=op.f('fk_decision_presence_group_id_people_group')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_decision_presence')),
    sa.UniqueConstraint('decision_id', 'group_id', name=op.f('uq_decision_presence_decision_id_group_id'))
    )
    op.create_index(op.f('ix_decision_presence_group_id'), 'decision_presence', ['group_id'], unique=False)
    op.create_table('decision_review',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('decision_id', sa.Integer(), nullable=False),
    sa.Column('expected', sa.Text(), nullable=False),
    sa.Column('look_on', sa.Date(), nullable=False),
    sa.Column('table_key', sa.String(length=20), nullable=False),
    sa.Column('line', sa.String(length=40), nullable=False),
    sa.Column('conclusion', sa.String(length=8), nullable=False),
    sa.Column('found', sa.Text(), nullable=False),
    sa.Column('concluded_at', UtcDateTime(timezone=True), nullable=True),
    sa.Column('row_version', sa.Integer(), nullable=False),
    sa.CheckConstraint("(conclusion = '') = (concluded_at is null)", name=op.f('ck_decision_review_concluded')),
    sa.CheckConstraint("(table_key = '') = (line = '')", name=op.f('ck_decision_review_line')),
    sa.CheckConstraint("conclusion in ('', 'worked', 'unclear', 'not')", name=op.f('ck_decision_review_conclusion')),
    sa.ForeignKeyConstraint(['decision_id'], ['decision.id'], name=op.f('fk_decision_review_decision_id_decision'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_decision_review')),
    sa.UniqueConstraint('decision_id', name=op.f('uq_decision_review_decision_id'))
    )
    op.create_index(op.f('ix_decision_review_look_on'), 'decision_review', ['look_on'], unique=False)
    op.create_table('payout_day',
    sa.Column('line_id', sa.Integer(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.ForeignKeyConstraint(['line_id'], ['payout_line.id'], name=op.f('fk_payout_day_line_id_payout_line')),
    sa.PrimaryKeyConstraint('line_id', 'day', name=op.f('pk_payout_day'))
    )
    op.create_index('ix_payout_day_day', 'payout_day', ['day'], unique=False)
    op.create_table('payout_event',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('line_id', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('means', sa.String(length=8), nullable=False),
    sa.Column('receipt_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('noted_by', sa.String(length=16), nullable=False),
    sa.Column('noted_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('approved_by', sa.String(length=16), nullable=True),
    sa.Column('checked_by', sa.String(length=16), nullable=True),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.CheckConstraint("means in ('', 'cash', 'mobile', 'bank')", name=op.f('ck_payout_event_means')),
    sa.CheckConstraint("state in ('outstanding', 'sent', 'paid', 'failed', 'returned', 'changed')", name=op.f('ck_payout_event_state')),
    sa.ForeignKeyConstraint(['line_id'], ['payout_line.id'], name=op.f('fk_payout_event_line_id_payout_line')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_payout_event')),
    sa.UniqueConstraint('public_id', name=op.f('uq_payout_event_public_id'))
    )
    op.create_index(op.f('ix_payout_event_line_id'), 'payout_event', ['line_id'], unique=False)
    op.create_index('ix_payout_event_unchecked', 'payout_event', ['line_id'], unique=False, sqlite_where=sa.text("state in ('failed', 'outstanding') and checked_by is null"), postgresql_where=sa.text("state in ('failed', 'outstanding') and checked_by is null"))
    op.create_table('payout_reversal_line',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('reversal_id', sa.Integer(), nullable=False),
    sa.Column('line_id', sa.Integer(), nullable=False),
    sa.Column('file_id', sa.Integer(), nullable=True),
    sa.Column('before', sa.String(length=12), nullable=False),
    sa.Column('after', sa.String(length=12), nullable=False),
    sa.Column('means', sa.String(length=8), nullable=False),
    sa.Column('receipt_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.CheckConstraint("after in ('failed', 'returned', 'outstanding')", name=op.f('ck_payout_reversal_line_after')),
    sa.CheckConstraint("before in ('sent', 'paid')", name=op.f('ck_payout_reversal_line_before')),
    sa.ForeignKeyConstraint(['file_id'], ['payout_file.id'], name=op.f('fk_payout_reversal_line_file_id_payout_file')),
    sa.ForeignKeyConstraint(['line_id'], ['payout_line.id'], name=op.f('fk_payout_reversal_line_line_id_payout_line')),
    sa.ForeignKeyConstraint(['reversal_id'], ['payout_reversal.id'], name=op.f('fk_payout_reversal_line_reversal_id_payout_reversal')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_payout_reversal_line')),
    sa.UniqueConstraint('public_id', name=op.f('uq_payout_reversal_line_public_id'))
    )
    op.create_index(op.f('ix_payout_reversal_line_file_id'), 'payout_reversal_line', ['file_id'], unique=False)
    op.create_index(op.f('ix_payout_reversal_line_line_id'), 'payout_reversal_line', ['line_id'], unique=False)
    op.create_index(op.f('ix_payout_reversal_line_reversal_id'), 'payout_reversal_line', ['reversal_id'], unique=False)
    install_triggers(op.get_bind())
    install_search(op.get_bind())
    _add_built_in()


def _add_built_in() -> None:
    connection, now = op.get_bind(), datetime.now(UTC)
    if connection.dialect.name == 'sqlite':
        now = now.replace(tzinfo=None)
    for public_id, name in _BUILT_IN:
        values = {
            'public_id': public_id,
            'version': f'{public_id}-1',
            'name': name,
            'content': json.dumps({'base': public_id}),
            'is_default': public_id == 'classic',
            'now': now,
        }
        connection.execute(
            sa.text(
                "INSERT INTO certificate_design (public_id, name, content, row_version, in_use,"
                " is_default, created_by, created_at, changed_at)"
                " VALUES (:public_id, :name, :content, 1, 1, :is_default, 'system', :now, :now)"
            ),
            values,
        )
        connection.execute(
            sa.text(
                "INSERT INTO certificate_design_version (public_id, design_id, number, content,"
                " digest, created_by, created_at) SELECT :version, id, 1, content, '', 'system', :now"
                " FROM certificate_design WHERE public_id = :public_id"
            ),
            values,
        )


def downgrade() -> None:
    raise NotImplementedError('there is nothing before all tables')
