"""days without court become holidays, with a name and a source

Revision ID: 0049
Revises: 0048
"""

import secrets
from datetime import UTC, date, datetime

import sqlalchemy as sa
from alembic import op

import kash.platform.database
from kash.platform.database import public_id_from

revision = '0049'
down_revision = '0048'
branch_labels = None
depends_on = None

_Moment = kash.platform.database.UtcDateTime
_PROGRAMME = sa.table(
    'programme', sa.column('id', sa.Integer), sa.column('settings', sa.JSON)
)
_HOLIDAY = sa.table(
    'local_holiday',
    sa.column('public_id', sa.String),
    sa.column('day', sa.Date),
    sa.column('name', sa.String),
    sa.column('source', sa.String),
    sa.column('added_by', sa.String),
    sa.column('added_at', _Moment),
)


def _settings(connection: sa.Connection) -> list[tuple[int, dict]]:
    rows = connection.execute(sa.select(_PROGRAMME.c.id, _PROGRAMME.c.settings)).all()
    return [(row.id, dict(row.settings or {})) for row in rows]


def upgrade() -> None:
    op.create_table(
        'local_holiday',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('day', sa.Date(), nullable=False),
        sa.Column('name', sa.String(length=80), nullable=False),
        sa.Column('source', sa.String(length=200), nullable=False),
        sa.Column('added_by', sa.String(length=16), nullable=False),
        sa.Column('added_at', _Moment(timezone=True), nullable=False),
        sa.Column('public_id', sa.String(length=16), nullable=False),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_local_holiday')),
        sa.UniqueConstraint('day', name=op.f('uq_local_holiday_day')),
        sa.UniqueConstraint('public_id', name=op.f('uq_local_holiday_public_id')),
    )
    connection = op.get_bind()
    for key, settings in _settings(connection):
        kept = settings.pop('court_closed', None)
        if kept is None:
            continue
        for day in sorted({str(one) for one in kept.get('days', ())}):
            connection.execute(
                sa.insert(_HOLIDAY).values(
                    public_id=public_id_from(secrets.token_bytes(16)),
                    day=date.fromisoformat(day),
                    name='No court sits',
                    source='',
                    added_by='system',
                    added_at=datetime.now(UTC),
                )
            )
        connection.execute(
            sa.update(_PROGRAMME).where(_PROGRAMME.c.id == key).values(settings=settings)
        )


def downgrade() -> None:
    connection = op.get_bind()
    days = [day.isoformat() for day in connection.scalars(sa.select(_HOLIDAY.c.day)).all()]
    for key, settings in _settings(connection):
        connection.execute(
            sa.update(_PROGRAMME)
            .where(_PROGRAMME.c.id == key)
            .values(settings={**settings, 'court_closed': {'days': sorted(days)}})
        )
    op.drop_table('local_holiday')
