"""designs of certificates, signatures and funders' marks

Revision ID: 0014
Revises: 0013
"""

import json
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

import kash.platform.database

revision = '0014'
down_revision = '0013'
branch_labels = None
depends_on = None

# Every programme has these from the beginning; batches named one of them.
_BUILT_IN = (('classic', 'Classic'), ('modern', 'Modern'), ('plain', 'Plain'))


def upgrade() -> None:
    op.create_table('certificate_design',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('content', sa.JSON(), nullable=False),
    sa.Column('edition', sa.Integer(), nullable=False),
    sa.Column('in_use', sa.SmallInteger(), nullable=True),
    sa.Column('is_default', sa.Boolean(), nullable=False),
    sa.Column('retired_at', kash.platform.database.UtcDateTime(timezone=True), nullable=True),
    sa.Column('created_by', sa.String(length=16), nullable=False),
    sa.Column('created_at', kash.platform.database.UtcDateTime(timezone=True), nullable=False),
    sa.Column('changed_at', kash.platform.database.UtcDateTime(timezone=True), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.CheckConstraint('not is_default or (in_use is not null and retired_at is null)', name=op.f('ck_certificate_design_default')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_certificate_design')),
    sa.UniqueConstraint('name', name=op.f('uq_certificate_design_name')),
    sa.UniqueConstraint('public_id', name=op.f('uq_certificate_design_public_id'))
    )
    op.create_index('uq_certificate_design_is_default', 'certificate_design', ['is_default'], unique=True,
        sqlite_where=sa.text('is_default'), postgresql_where=sa.text('is_default'))

    op.create_table('certificate_design_version',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('design_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.SmallInteger(), nullable=False),
    sa.Column('content', sa.JSON(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('created_by', sa.String(length=16), nullable=False),
    sa.Column('created_at', kash.platform.database.UtcDateTime(timezone=True), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.ForeignKeyConstraint(['design_id'], ['certificate_design.id'], name=op.f('fk_certificate_design_version_design_id_certificate_design')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_certificate_design_version')),
    sa.UniqueConstraint('design_id', 'number', name=op.f('uq_certificate_design_version_design_id_number')),
    sa.UniqueConstraint('public_id', name=op.f('uq_certificate_design_version_public_id'))
    )

    op.create_table('certificate_design_image',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('design_id', sa.Integer(), nullable=False),
    sa.Column('use', sa.String(length=4), nullable=False),
    sa.Column('name', sa.String(length=32), nullable=False),
    sa.Column('created_by', sa.String(length=16), nullable=False),
    sa.Column('created_at', kash.platform.database.UtcDateTime(timezone=True), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.CheckConstraint("use in ('logo', 'seal', 'own')", name=op.f('ck_certificate_design_image_use')),
    sa.ForeignKeyConstraint(['design_id'], ['certificate_design.id'], name=op.f('fk_certificate_design_image_design_id_certificate_design')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_certificate_design_image')),
    sa.UniqueConstraint('public_id', name=op.f('uq_certificate_design_image_public_id'))
    )
    op.create_index('ix_certificate_design_image_design_id', 'certificate_design_image', ['design_id'])

    op.create_table('signature_image',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('sealed', sa.LargeBinary(), nullable=False),
    sa.Column('created_at', kash.platform.database.UtcDateTime(timezone=True), nullable=False),
    sa.Column('withdrawn_at', kash.platform.database.UtcDateTime(timezone=True), nullable=True),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_signature_image_account_id_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_signature_image')),
    sa.UniqueConstraint('public_id', name=op.f('uq_signature_image_public_id'))
    )
    op.create_index('ix_signature_image_account_id', 'signature_image', ['account_id'])
    op.create_index('uq_signature_image_account_id_held', 'signature_image', ['account_id'], unique=True,
        sqlite_where=sa.text('withdrawn_at is null'), postgresql_where=sa.text('withdrawn_at is null'))

    op.create_table('signature_use',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('signature_id', sa.Integer(), nullable=False),
    sa.Column('design_id', sa.Integer(), nullable=True),
    sa.Column('batch_id', sa.Integer(), nullable=True),
    sa.Column('approved_at', kash.platform.database.UtcDateTime(timezone=True), nullable=False),
    sa.Column('withdrawn_at', kash.platform.database.UtcDateTime(timezone=True), nullable=True),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.CheckConstraint('(design_id is null) <> (batch_id is null)', name=op.f('ck_signature_use_one_place')),
    sa.ForeignKeyConstraint(['signature_id'], ['signature_image.id'], name=op.f('fk_signature_use_signature_id_signature_image')),
    sa.ForeignKeyConstraint(['design_id'], ['certificate_design.id'], name=op.f('fk_signature_use_design_id_certificate_design')),
    sa.ForeignKeyConstraint(['batch_id'], ['certificate_batch.id'], name=op.f('fk_signature_use_batch_id_certificate_batch')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_signature_use')),
    sa.UniqueConstraint('public_id', name=op.f('uq_signature_use_public_id'))
    )
    op.create_index('ix_signature_use_signature_id', 'signature_use', ['signature_id'])
    op.create_index('ix_signature_use_design_id', 'signature_use', ['design_id'])
    op.create_index('ix_signature_use_batch_id', 'signature_use', ['batch_id'])

    op.create_table('funder_mark',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('funder_id', sa.Integer(), nullable=False),
    sa.Column('created_at', kash.platform.database.UtcDateTime(timezone=True), nullable=False),
    sa.Column('replaced_at', kash.platform.database.UtcDateTime(timezone=True), nullable=True),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.ForeignKeyConstraint(['funder_id'], ['funder.id'], name=op.f('fk_funder_mark_funder_id_funder')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_funder_mark')),
    sa.UniqueConstraint('public_id', name=op.f('uq_funder_mark_public_id'))
    )
    op.create_index('ix_funder_mark_funder_id', 'funder_mark', ['funder_id'])
    op.create_index('uq_funder_mark_funder_id_held', 'funder_mark', ['funder_id'], unique=True,
        sqlite_where=sa.text('replaced_at is null'), postgresql_where=sa.text('replaced_at is null'))

    _add_built_in()

    with op.batch_alter_table('certificate_batch', schema=None) as batch_op:
        batch_op.add_column(sa.Column('design_version_id', sa.Integer(), nullable=True))
    op.execute(
        "UPDATE certificate_batch SET design_version_id = (SELECT version.id"
        " FROM certificate_design_version version"
        " JOIN certificate_design design ON design.id = version.design_id"
        " WHERE version.number = 1 AND design.public_id ="
        " CASE WHEN certificate_batch.design IN ('classic', 'modern', 'plain')"
        " THEN certificate_batch.design ELSE 'classic' END)"
    )
    with op.batch_alter_table('certificate_batch', schema=None) as batch_op:
        batch_op.alter_column('design_version_id', existing_type=sa.Integer(), nullable=False)
        batch_op.create_index(batch_op.f('ix_certificate_batch_design_version_id'), ['design_version_id'])
        batch_op.create_foreign_key(batch_op.f('fk_certificate_batch_design_version_id_certificate_design_version'), 'certificate_design_version', ['design_version_id'], ['id'])
        batch_op.drop_column('design')


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
                "INSERT INTO certificate_design (public_id, name, content, edition, in_use,"
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
    with op.batch_alter_table('certificate_batch', schema=None) as batch_op:
        batch_op.add_column(sa.Column('design', sa.String(length=16), nullable=True))
    op.execute(
        "UPDATE certificate_batch SET design = coalesce((SELECT design.public_id"
        " FROM certificate_design_version version"
        " JOIN certificate_design design ON design.id = version.design_id"
        " WHERE version.id = certificate_batch.design_version_id"
        " AND design.public_id IN ('classic', 'modern', 'plain')), 'classic')"
    )
    op.drop_table('signature_use')
    with op.batch_alter_table('certificate_batch', schema=None) as batch_op:
        batch_op.alter_column('design', existing_type=sa.String(length=16), nullable=False)
        batch_op.drop_constraint(batch_op.f('fk_certificate_batch_design_version_id_certificate_design_version'), type_='foreignkey')
        batch_op.drop_index(batch_op.f('ix_certificate_batch_design_version_id'))
        batch_op.drop_column('design_version_id')
    for table in ('funder_mark', 'signature_image', 'certificate_design_image', 'certificate_design_version', 'certificate_design'):
        op.drop_table(table)
