"""keys by which courses and their versions are known in every Kash to which they travel

Revision ID: 0041
Revises: 0040
"""

import secrets

import sqlalchemy as sa
from alembic import op

revision = '0041'
down_revision = '0040'
branch_labels = None
depends_on = None

_ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'
_UNIQUE = {'course': ['lineage'], 'course_version': ['course_id', 'lineage']}


def _new_id() -> str:
    return ''.join(secrets.choice(_ALPHABET) for _ in range(16))


def upgrade() -> None:
    bind = op.get_bind()
    for name, unique in _UNIQUE.items():
        with op.batch_alter_table(name) as table:
            table.add_column(
                sa.Column('lineage', sa.String(length=16), nullable=False, server_default='')
            )
        rows = sa.table(name, sa.column('id', sa.Integer), sa.column('lineage', sa.String))
        for row_id in bind.scalars(sa.select(rows.c.id)).all():
            bind.execute(sa.update(rows).where(rows.c.id == row_id).values(lineage=_new_id()))
        with op.batch_alter_table(name) as table:
            table.alter_column('lineage', existing_type=sa.String(16), server_default=None)
            table.create_unique_constraint(op.f(f'uq_{name}_{"_".join(unique)}'), unique)


def downgrade() -> None:
    for name, unique in _UNIQUE.items():
        with op.batch_alter_table(name) as table:
            table.drop_constraint(op.f(f'uq_{name}_{"_".join(unique)}'), type_='unique')
            table.drop_column('lineage')
