"""duplicates and merges

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

import kash.platform.database

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('likely_duplicate',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('first_id', sa.Integer(), nullable=False),
    sa.Column('second_id', sa.Integer(), nullable=False),
    sa.Column('score', sa.SmallInteger(), nullable=False),
    sa.Column('certain', sa.Boolean(), nullable=False),
    sa.Column('reasons', sa.JSON(), nullable=False),
    sa.Column('names_alike', sa.Boolean(), nullable=False),
    sa.Column('reason', sa.String(length=32), nullable=False),
    sa.Column('found_at', kash.platform.database.UtcDateTime(timezone=True), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.CheckConstraint('first_id <= second_id', name=op.f('ck_likely_duplicate_order')),
    sa.ForeignKeyConstraint(['first_id'], ['person.id'], name=op.f('fk_likely_duplicate_first_id_person'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['second_id'], ['person.id'], name=op.f('fk_likely_duplicate_second_id_person'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_likely_duplicate')),
    sa.UniqueConstraint('first_id', 'second_id', name=op.f('uq_likely_duplicate_first_id_second_id')),
    sa.UniqueConstraint('public_id', name=op.f('uq_likely_duplicate_public_id'))
    )
    with op.batch_alter_table('likely_duplicate', schema=None) as batch_op:
        batch_op.create_index('ix_likely_duplicate_score_id', ['score', 'id'], unique=False)
        batch_op.create_index(batch_op.f('ix_likely_duplicate_second_id'), ['second_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_likely_duplicate_reason'), ['reason'], unique=False)

    op.create_table('not_the_same',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('first_id', sa.Integer(), nullable=False),
    sa.Column('second_id', sa.Integer(), nullable=False),
    sa.Column('said_by', sa.String(length=16), nullable=False),
    sa.Column('said_at', kash.platform.database.UtcDateTime(timezone=True), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.CheckConstraint('first_id <= second_id', name=op.f('ck_not_the_same_order')),
    sa.ForeignKeyConstraint(['first_id'], ['person.id'], name=op.f('fk_not_the_same_first_id_person'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['second_id'], ['person.id'], name=op.f('fk_not_the_same_second_id_person'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_not_the_same')),
    sa.UniqueConstraint('first_id', 'second_id', name=op.f('uq_not_the_same_first_id_second_id')),
    sa.UniqueConstraint('public_id', name=op.f('uq_not_the_same_public_id'))
    )
    with op.batch_alter_table('not_the_same', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_not_the_same_second_id'), ['second_id'], unique=False)

    op.create_table('person_merge',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('gone', sa.String(length=16), nullable=False),
    sa.Column('kept_id', sa.Integer(), nullable=False),
    sa.Column('merged_by', sa.String(length=16), nullable=False),
    sa.Column('merged_at', kash.platform.database.UtcDateTime(timezone=True), nullable=False),
    sa.Column('undone_at', kash.platform.database.UtcDateTime(timezone=True), nullable=True),
    sa.Column('undone_by', sa.String(length=16), nullable=True),
    sa.Column('sealed', sa.LargeBinary(), nullable=True),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.ForeignKeyConstraint(['kept_id'], ['person.id'], name=op.f('fk_person_merge_kept_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_person_merge')),
    sa.UniqueConstraint('public_id', name=op.f('uq_person_merge_public_id'))
    )
    with op.batch_alter_table('person_merge', schema=None) as batch_op:
        batch_op.create_index('ix_person_merge_gone_undone_at', ['gone', 'undone_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_person_merge_kept_id'), ['kept_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_person_merge_merged_at'), ['merged_at'], unique=False)

    with op.batch_alter_table('certificate', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('uq_certificate_batch_id_person_id'), type_='unique')
        batch_op.create_index('ix_certificate_batch_id', ['batch_id'], unique=False)
        batch_op.create_index(
            'uq_certificate_batch_id_person_id_proposed',
            ['batch_id', 'person_id'],
            unique=True,
            sqlite_where=sa.text('serial is null'),
            postgresql_where=sa.text('serial is null'),
        )


def downgrade() -> None:
    with op.batch_alter_table('certificate', schema=None) as batch_op:
        batch_op.drop_index(
            'uq_certificate_batch_id_person_id_proposed',
            sqlite_where=sa.text('serial is null'),
            postgresql_where=sa.text('serial is null'),
        )
        batch_op.drop_index('ix_certificate_batch_id')
        batch_op.create_unique_constraint(
            batch_op.f('uq_certificate_batch_id_person_id'), ['batch_id', 'person_id']
        )
    op.drop_table('person_merge')
    op.drop_table('not_the_same')
    op.drop_table('likely_duplicate')
