"""the vault: members, compartments, sealed documents

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op

import kash.platform.database

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('vault_compartment',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=16), nullable=False),
    sa.Column('generation', sa.Integer(), nullable=False),
    sa.Column('public_key', sa.LargeBinary(), nullable=False),
    sa.Column('state', sa.String(length=8), nullable=False),
    sa.Column('rotation_due', sa.Boolean(), nullable=False),
    sa.Column('made_at', kash.platform.database.UtcDateTime(timezone=True), nullable=False),
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
    op.create_index('ix_vault_document_kind_id', 'vault_document', ['kind', 'id'])

    op.create_table('vault_member',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('holder', sa.String(length=16), nullable=False),
    sa.Column('public_key', sa.LargeBinary(), nullable=False),
    sa.Column('salt', sa.LargeBinary(), nullable=False),
    sa.Column('sealed_private', sa.LargeBinary(), nullable=False),
    sa.Column('recovery_salt', sa.LargeBinary(), nullable=True),
    sa.Column('recovery_private', sa.LargeBinary(), nullable=True),
    sa.Column('joined_at', kash.platform.database.UtcDateTime(timezone=True), nullable=False),
    sa.Column('admitted_by', sa.String(length=16), nullable=True),
    sa.Column('admitted_at', kash.platform.database.UtcDateTime(timezone=True), nullable=True),
    sa.Column('opened_at', kash.platform.database.UtcDateTime(timezone=True), nullable=True),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_vault_member')),
    sa.UniqueConstraint('holder', name=op.f('uq_vault_member_holder')),
    sa.UniqueConstraint('public_id', name=op.f('uq_vault_member_public_id'))
    )
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
    op.create_index('ix_vault_document_key_compartment_id_form', 'vault_document_key', ['compartment_id', 'form'])

    op.create_table('vault_opening',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('session', sa.String(length=16), nullable=False),
    sa.Column('member_id', sa.Integer(), nullable=False),
    sa.Column('sealed_private', sa.LargeBinary(), nullable=False),
    sa.Column('opened_at', kash.platform.database.UtcDateTime(timezone=True), nullable=False),
    sa.Column('used_at', kash.platform.database.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['member_id'], ['vault_member.id'], name=op.f('fk_vault_opening_member_id_vault_member'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_vault_opening')),
    sa.UniqueConstraint('session', name=op.f('uq_vault_opening_session'))
    )
    op.create_index('ix_vault_opening_member_id', 'vault_opening', ['member_id'])

    op.create_table('vault_unsealing',
    sa.Column('id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('document_id', sa.BigInteger(), nullable=False),
    sa.Column('reason_id', sa.BigInteger(), nullable=True),
    sa.Column('member_id', sa.Integer(), nullable=False),
    sa.Column('asked_at', kash.platform.database.UtcDateTime(timezone=True), nullable=False),
    sa.Column('decided_by', sa.String(length=16), nullable=True),
    sa.Column('decided_at', kash.platform.database.UtcDateTime(timezone=True), nullable=True),
    sa.Column('granted', sa.Boolean(), nullable=True),
    sa.Column('runs_out_at', kash.platform.database.UtcDateTime(timezone=True), nullable=True),
    sa.Column('wrapped', sa.LargeBinary(), nullable=True),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.ForeignKeyConstraint(['document_id'], ['vault_document.id'], name=op.f('fk_vault_unsealing_document_id_vault_document'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['member_id'], ['vault_member.id'], name=op.f('fk_vault_unsealing_member_id_vault_member'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['reason_id'], ['vault_document.id'], name=op.f('fk_vault_unsealing_reason_id_vault_document'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_vault_unsealing')),
    sa.UniqueConstraint('public_id', name=op.f('uq_vault_unsealing_public_id'))
    )
    op.create_index('ix_vault_unsealing_document_id', 'vault_unsealing', ['document_id'])
    op.create_index('ix_vault_unsealing_reason_id', 'vault_unsealing', ['reason_id'])
    op.create_index('ix_vault_unsealing_member_id', 'vault_unsealing', ['member_id'])

    op.create_table('vault_wrap',
    sa.Column('compartment_id', sa.Integer(), nullable=False),
    sa.Column('member_id', sa.Integer(), nullable=False),
    sa.Column('wrapped', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['compartment_id'], ['vault_compartment.id'], name=op.f('fk_vault_wrap_compartment_id_vault_compartment'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['member_id'], ['vault_member.id'], name=op.f('fk_vault_wrap_member_id_vault_member'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('compartment_id', 'member_id', name=op.f('pk_vault_wrap'))
    )
    op.create_index('ix_vault_wrap_member_id', 'vault_wrap', ['member_id'])



def downgrade() -> None:

    op.drop_table('vault_wrap')

    op.drop_table('vault_unsealing')

    op.drop_table('vault_opening')

    op.drop_table('vault_document_key')
    op.drop_table('vault_member')

    op.drop_table('vault_document')
    op.drop_table('vault_compartment')
