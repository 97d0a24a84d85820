"""lists of people

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

import kash.platform.database

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('people_list',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(length=8), nullable=False),
    sa.Column('group_id', sa.Integer(), nullable=True),
    sa.Column('format', sa.String(length=8), nullable=False),
    sa.Column('edition', sa.Integer(), nullable=False),
    sa.Column('choices', sa.LargeBinary(), nullable=True),
    sa.Column('new_count', sa.Integer(), nullable=False),
    sa.Column('same_count', sa.Integer(), nullable=False),
    sa.Column('changed_count', sa.Integer(), nullable=False),
    sa.Column('left_count', sa.Integer(), nullable=False),
    sa.Column('organisations', sa.JSON(), nullable=False),
    sa.Column('has_report', sa.Boolean(), nullable=False),
    sa.Column('created_by', sa.String(length=16), nullable=False),
    sa.Column('created_at', kash.platform.database.UtcDateTime(timezone=True), nullable=False),
    sa.Column('added_at', kash.platform.database.UtcDateTime(timezone=True), nullable=True),
    sa.Column('undone_at', kash.platform.database.UtcDateTime(timezone=True), nullable=True),
    sa.Column('undone_by', sa.String(length=16), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.CheckConstraint("state in ('waiting', 'added', 'undone')", name=op.f('ck_people_list_state')),
    sa.ForeignKeyConstraint(['group_id'], ['people_group.id'], name=op.f('fk_people_list_group_id_people_group')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_people_list')),
    sa.UniqueConstraint('public_id', name=op.f('uq_people_list_public_id'))
    )
    with op.batch_alter_table('people_list', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_people_list_created_by'), ['created_by'], unique=False)
        batch_op.create_index(batch_op.f('ix_people_list_group_id'), ['group_id'], unique=False)
        batch_op.create_index('ix_people_list_state_created_at', ['state', 'created_at'], unique=False)

    op.create_table('people_list_mapping',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('shape', sa.String(length=64), nullable=False),
    sa.Column('sealed', sa.LargeBinary(), nullable=False),
    sa.Column('created_by', sa.String(length=16), nullable=False),
    sa.Column('changed_at', kash.platform.database.UtcDateTime(timezone=True), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_people_list_mapping')),
    sa.UniqueConstraint('public_id', name=op.f('uq_people_list_mapping_public_id')),
    sa.UniqueConstraint('shape', 'created_by', name=op.f('uq_people_list_mapping_shape_created_by'))
    )
    with op.batch_alter_table('people_list_mapping', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_people_list_mapping_created_by'), ['created_by'], unique=False)

    op.create_table('people_list_person',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('list_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('row', sa.Integer(), nullable=False),
    sa.Column('added', sa.Boolean(), nullable=False),
    sa.Column('edition', sa.Integer(), nullable=False),
    sa.Column('before', sa.LargeBinary(), nullable=True),
    sa.ForeignKeyConstraint(['list_id'], ['people_list.id'], name=op.f('fk_people_list_person_list_id_people_list')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_people_list_person_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_people_list_person')),
    sa.UniqueConstraint('list_id', 'person_id', name=op.f('uq_people_list_person_list_id_person_id'))
    )
    with op.batch_alter_table('people_list_person', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_people_list_person_person_id'), ['person_id'], unique=False)


def downgrade() -> None:
    op.drop_table('people_list_person')
    op.drop_table('people_list_mapping')
    op.drop_table('people_list')
