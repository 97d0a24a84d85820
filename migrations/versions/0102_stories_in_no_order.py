"""stories have random numbers that fit on both engines, so that none tells in which order they came

Revision ID: 0102
Revises: 0100
"""

import secrets

import sqlalchemy as sa
from alembic import op

revision = '0102'
down_revision = '0100'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('story') as batch:
        batch.alter_column(
            'id',
            existing_type=sa.Integer(),
            type_=sa.BigInteger(),
            autoincrement=False,
            existing_nullable=False,
        )
    connection = op.get_bind()
    if connection.dialect.name == 'postgresql':
        op.execute('ALTER TABLE story ALTER COLUMN id DROP DEFAULT')
        op.execute('DROP SEQUENCE IF EXISTS story_id_seq')
        for number in connection.scalars(sa.text('SELECT id FROM story')).all():
            connection.execute(
                sa.text('UPDATE story SET id = :new WHERE id = :old'),
                {'new': secrets.randbits(62) + 1, 'old': number},
            )


def downgrade() -> None:
    connection = op.get_bind()
    for place, number in enumerate(connection.scalars(sa.text('SELECT id FROM story')).all(), 1):
        connection.execute(
            sa.text('UPDATE story SET id = :new WHERE id = :old'), {'new': -place, 'old': number}
        )
    op.execute('UPDATE story SET id = -id')
    with op.batch_alter_table('story') as batch:
        batch.alter_column(
            'id',
            existing_type=sa.BigInteger(),
            type_=sa.Integer(),
            autoincrement=True,
            existing_nullable=False,
        )
    if connection.dialect.name == 'postgresql':
        op.execute('CREATE SEQUENCE story_id_seq AS integer OWNED BY story.id')
        op.execute("SELECT setval('story_id_seq', (SELECT coalesce(max(id), 0) + 1 FROM story))")
        op.execute("ALTER TABLE story ALTER COLUMN id SET DEFAULT nextval('story_id_seq')")
