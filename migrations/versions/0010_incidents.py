"""incidents as far as they stand in clear, unfinished filings, mediators and their briefs

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op

import kash.platform.database

revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('incident_draft',
    sa.Column('id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('code_hash', sa.String(length=64), nullable=False),
    sa.Column('kept_until', sa.Date(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_incident_draft')),
    sa.UniqueConstraint('code_hash', name=op.f('uq_incident_draft_code_hash'))
    )
    op.create_index('ix_incident_draft_kept_until', 'incident_draft', ['kept_until'])

    op.create_table('incident',
    sa.Column('id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('state', sa.String(length=16), nullable=False),
    sa.Column('document_id', sa.BigInteger(), nullable=True),
    sa.Column('receipt_hash', sa.String(length=64), nullable=True),
    sa.Column('remind_at', kash.platform.database.UtcDateTime(timezone=True), nullable=True),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.CheckConstraint("(document_id is null) = (state = 'shredded')", name=op.f('ck_incident_document')),
    sa.CheckConstraint("state in ('draft', 'submitted', 'triaged', 'verified', 'insufficient', 'no_violation', 'mediation', 'referred', 'resolved', 'unresolved', 'closed', 'shredded')", name=op.f('ck_incident_state')),
    sa.ForeignKeyConstraint(['document_id'], ['vault_document.id'], name=op.f('fk_incident_document_id_vault_document')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_incident')),
    sa.UniqueConstraint('document_id', name=op.f('uq_incident_document_id')),
    sa.UniqueConstraint('public_id', name=op.f('uq_incident_public_id')),
    sa.UniqueConstraint('receipt_hash', name=op.f('uq_incident_receipt_hash'))
    )
    op.create_index('ix_incident_remind_at', 'incident', ['remind_at'])
    op.create_index('ix_incident_state_id', 'incident', ['state', 'id'])

    op.create_table('incident_draft_screen',
    sa.Column('draft_id', sa.BigInteger(), nullable=False),
    sa.Column('screen', sa.String(length=16), nullable=False),
    sa.Column('document_id', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['document_id'], ['vault_document.id'], name=op.f('fk_incident_draft_screen_document_id_vault_document')),
    sa.ForeignKeyConstraint(['draft_id'], ['incident_draft.id'], name=op.f('fk_incident_draft_screen_draft_id_incident_draft'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('draft_id', 'screen', name=op.f('pk_incident_draft_screen')),
    sa.UniqueConstraint('document_id', name=op.f('uq_incident_draft_screen_document_id'))
    )
    op.create_table('mediation_brief',
    sa.Column('id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(length=8), nullable=False),
    sa.Column('note_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('outcome_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('runs_out_at', kash.platform.database.UtcDateTime(timezone=True), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.CheckConstraint("state in ('open', 'accepted', 'closed')", name=op.f('ck_mediation_brief_state')),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_mediation_brief_account_id_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mediation_brief')),
    sa.UniqueConstraint('public_id', name=op.f('uq_mediation_brief_public_id'))
    )
    op.create_index('ix_mediation_brief_account_id_state', 'mediation_brief', ['account_id', 'state'])
    op.create_index('ix_mediation_brief_runs_out_at', 'mediation_brief', ['runs_out_at'])

    op.create_table('mediator_duty',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('phone_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('spoken', sa.String(length=80), nullable=False),
    sa.Column('note', sa.String(length=200), nullable=False),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.Column('edition', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_mediator_duty_account_id_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mediator_duty')),
    sa.UniqueConstraint('account_id', name=op.f('uq_mediator_duty_account_id')),
    sa.UniqueConstraint('public_id', name=op.f('uq_mediator_duty_public_id'))
    )
    op.create_table('mediator_duty_hours',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('duty_id', sa.Integer(), nullable=False),
    sa.Column('opens', sa.Integer(), nullable=False),
    sa.Column('closes', sa.Integer(), nullable=False),
    sa.CheckConstraint('closes > opens', name=op.f('ck_mediator_duty_hours_order')),
    sa.ForeignKeyConstraint(['duty_id'], ['mediator_duty.id'], name=op.f('fk_mediator_duty_hours_duty_id_mediator_duty'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mediator_duty_hours'))
    )
    op.create_index('ix_mediator_duty_hours_duty_id', 'mediator_duty_hours', ['duty_id'])

    op.create_table('mediator_duty_station',
    sa.Column('duty_id', sa.Integer(), nullable=False),
    sa.Column('organisation_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['duty_id'], ['mediator_duty.id'], name=op.f('fk_mediator_duty_station_duty_id_mediator_duty'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_mediator_duty_station_organisation_id_organisation')),
    sa.PrimaryKeyConstraint('duty_id', 'organisation_id', name=op.f('pk_mediator_duty_station'))
    )
    op.create_index('ix_mediator_duty_station_organisation_id', 'mediator_duty_station', ['organisation_id'])



def downgrade() -> None:

    op.drop_table('mediator_duty_station')

    op.drop_table('mediator_duty_hours')
    op.drop_table('mediator_duty')

    op.drop_table('mediation_brief')
    op.drop_table('incident_draft_screen')

    op.drop_table('incident')

    op.drop_table('incident_draft')
