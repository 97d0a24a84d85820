"""stories say who hears them; those of before are shown to nobody until it was asked again

Revision ID: 0104
Revises: 0101
"""

import sqlalchemy as sa

from alembic import op

revision = '0104'
down_revision = '0101'
branch_labels = None
depends_on = None

_TOLD = '(text is not null and beside_sealed is not null) or not (for_forum or for_funders)'


def upgrade() -> None:
    with op.batch_alter_table('story') as batch:
        for name in ('for_forum', 'for_funders'):
            batch.add_column(
                sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false())
            )
        batch.add_column(sa.Column('beside_sealed', sa.LargeBinary(), nullable=True))
        batch.create_check_constraint(op.f('ck_story_told'), _TOLD)
    with op.batch_alter_table('funder_report') as batch:
        batch.add_column(
            sa.Column('stories_settled', sa.JSON(), nullable=False, server_default='[]')
        )
    _end_acceptance()


def _end_acceptance() -> None:
    # Who accepted the words of a language had read others.
    programme = sa.table('programme', sa.column('id'), sa.column('settings', sa.JSON()))
    connection = op.get_bind()
    for row in connection.execute(sa.select(programme.c.id, programme.c.settings)).all():
        if isinstance(row.settings, dict) and row.settings.get('languages'):
            kept = {key: value for key, value in row.settings.items() if key != 'languages'}
            connection.execute(
                sa.update(programme).where(programme.c.id == row.id).values(settings=kept)
            )


def downgrade() -> None:
    with op.batch_alter_table('funder_report') as batch:
        batch.drop_column('stories_settled')
    with op.batch_alter_table('story') as batch:
        batch.drop_constraint(op.f('ck_story_told'), type_='check')
        for name in ('beside_sealed', 'for_funders', 'for_forum'):
            batch.drop_column(name)
