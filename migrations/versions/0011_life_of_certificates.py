"""certificates that run out, are corrected and renewed; issuing in parts; links; paper that was made

Revision ID: 0011
Revises: 0010
"""

import sqlalchemy as sa
from alembic import op

import kash.platform.database

revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None

_STATES = "state in ('proposed', 'approved', 'issuing', 'stopped', 'issued', 'returned')"
_FORMER_STATES = "state in ('proposed', 'approved', 'issued', 'returned')"


def upgrade() -> None:
    with op.batch_alter_table('certificate_rule') as table:
        table.add_column(sa.Column('months_valid', sa.SmallInteger(), nullable=True))
        table.create_check_constraint(op.f('ck_certificate_rule_months_valid'), 'months_valid between 1 and 240')
    with op.batch_alter_table('certificate_batch') as table:
        table.add_column(sa.Column('kind', sa.String(length=12), nullable=False, server_default='workshop'))
        table.add_column(sa.Column('reason', sa.Text(), nullable=False, server_default=''))
        table.add_column(sa.Column('job', sa.String(length=16), nullable=True))
        table.add_column(sa.Column('issues_on', sa.Date(), nullable=True))
        table.drop_constraint(op.f('ck_certificate_batch_state'), type_='check')
        table.create_check_constraint(op.f('ck_certificate_batch_state'), _STATES)
        table.create_check_constraint(op.f('ck_certificate_batch_kind'), "kind in ('workshop', 'correction', 'renewal')")
    with op.batch_alter_table('certificate_batch') as table:
        table.alter_column('kind', server_default=None)
        table.alter_column('reason', server_default=None)
    with op.batch_alter_table('certificate') as table:
        table.add_column(sa.Column('expires_on', sa.Date(), nullable=True))
        table.add_column(sa.Column('reminded_on', sa.Date(), nullable=True))
        table.add_column(sa.Column('supersedes_id', sa.Integer(), nullable=True))
        table.add_column(sa.Column('renews_id', sa.Integer(), nullable=True))
        table.create_foreign_key(op.f('fk_certificate_supersedes_id_certificate'), 'certificate', ['supersedes_id'], ['id'])
        table.create_foreign_key(op.f('fk_certificate_renews_id_certificate'), 'certificate', ['renews_id'], ['id'])
    op.create_index('ix_certificate_expires_on_id', 'certificate', ['expires_on', 'id'])
    op.create_index('ix_certificate_supersedes_id', 'certificate', ['supersedes_id'])
    op.create_index('ix_certificate_renews_id', 'certificate', ['renews_id'])

    op.create_table('holder_link',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('made_by', sa.String(length=16), nullable=False),
    sa.Column('made_at', kash.platform.database.UtcDateTime(timezone=True), nullable=False),
    sa.Column('expires_at', kash.platform.database.UtcDateTime(timezone=True), nullable=False),
    sa.Column('used_at', kash.platform.database.UtcDateTime(timezone=True), nullable=True),
    sa.Column('ended_at', kash.platform.database.UtcDateTime(timezone=True), nullable=True),
    sa.Column('visit_hash', sa.String(length=64), nullable=True),
    sa.Column('visit_ends_at', kash.platform.database.UtcDateTime(timezone=True), nullable=True),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_holder_link_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_holder_link')),
    sa.UniqueConstraint('public_id', name=op.f('uq_holder_link_public_id')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_holder_link_token_hash')),
    sa.UniqueConstraint('visit_hash', name=op.f('uq_holder_link_visit_hash'))
    )
    op.create_index('ix_holder_link_person_id', 'holder_link', ['person_id'])

    op.create_table('certificate_printing',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('batch_id', sa.Integer(), nullable=False),
    sa.Column('certificate_id', sa.Integer(), nullable=True),
    sa.Column('kind', sa.String(length=16), nullable=False),
    sa.Column('count', sa.Integer(), nullable=False),
    sa.Column('reason', sa.String(length=16), nullable=False),
    sa.Column('made_by', sa.String(length=16), nullable=False),
    sa.Column('made_at', kash.platform.database.UtcDateTime(timezone=True), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.CheckConstraint('count >= 1', name=op.f('ck_certificate_printing_count')),
    sa.ForeignKeyConstraint(['batch_id'], ['certificate_batch.id'], name=op.f('fk_certificate_printing_batch_id_certificate_batch')),
    sa.ForeignKeyConstraint(['certificate_id'], ['certificate.id'], name=op.f('fk_certificate_printing_certificate_id_certificate')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_certificate_printing')),
    sa.UniqueConstraint('public_id', name=op.f('uq_certificate_printing_public_id'))
    )
    op.create_index('ix_certificate_printing_batch_id_made_at', 'certificate_printing', ['batch_id', 'made_at'])
    op.create_index('ix_certificate_printing_certificate_id', 'certificate_printing', ['certificate_id'])


def downgrade() -> None:
    op.drop_table('certificate_printing')
    op.drop_table('holder_link')
    op.drop_index('ix_certificate_renews_id', 'certificate')
    op.drop_index('ix_certificate_supersedes_id', 'certificate')
    op.drop_index('ix_certificate_expires_on_id', 'certificate')
    with op.batch_alter_table('certificate') as table:
        table.drop_constraint(op.f('fk_certificate_renews_id_certificate'), type_='foreignkey')
        table.drop_constraint(op.f('fk_certificate_supersedes_id_certificate'), type_='foreignkey')
        table.drop_column('renews_id')
        table.drop_column('supersedes_id')
        table.drop_column('reminded_on')
        table.drop_column('expires_on')
    # What was issued in part stays issued; the rest waits for its approval to be used.
    op.execute("UPDATE certificate_batch SET state = 'approved' WHERE state IN ('issuing', 'stopped')")
    with op.batch_alter_table('certificate_batch') as table:
        table.drop_constraint(op.f('ck_certificate_batch_kind'), type_='check')
        table.drop_constraint(op.f('ck_certificate_batch_state'), type_='check')
        table.create_check_constraint(op.f('ck_certificate_batch_state'), _FORMER_STATES)
        table.drop_column('issues_on')
        table.drop_column('job')
        table.drop_column('reason')
        table.drop_column('kind')
    with op.batch_alter_table('certificate_rule') as table:
        table.drop_constraint(op.f('ck_certificate_rule_months_valid'), type_='check')
        table.drop_column('months_valid')
