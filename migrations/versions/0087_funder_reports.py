"""reports to funders

Revision ID: 0087
Revises: 0079
"""

import sqlalchemy as sa
from alembic import op

from kash.platform.database import UtcDateTime

revision = '0087'
down_revision = '0079'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'funder_report',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('statement_id', sa.Integer(), nullable=False),
        sa.Column('language', sa.String(length=3), nullable=False),
        sa.Column('title', sa.String(length=120), nullable=False),
        sa.Column('sections', sa.JSON(), nullable=False),
        sa.Column('texts', sa.JSON(), nullable=False),
        sa.Column('stories', sa.JSON(), nullable=False),
        sa.Column('content', sa.Text(), nullable=False),
        sa.Column('digest', sa.String(length=64), nullable=False),
        sa.Column('approved_at', UtcDateTime(timezone=True), nullable=True),
        sa.Column('row_version', sa.Integer(), nullable=False),
        sa.Column('public_id', sa.String(length=16), nullable=False),
        sa.Column('state', sa.String(length=12), nullable=False),
        sa.Column('proposed_by', sa.String(length=16), nullable=False),
        sa.Column('approved_by', sa.String(length=16), nullable=True),
        sa.Column('approved_for', sa.String(length=16), nullable=True),
        sa.Column('returned_reason', sa.Text(), nullable=False),
        sa.Column('created_at', UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state in ('draft', 'proposed', 'approved', 'returned')",
            name=op.f('ck_funder_report_state'),
        ),
        sa.CheckConstraint(
            'approved_by is null or approved_by <> proposed_by',
            name=op.f('ck_funder_report_two_people'),
        ),
        sa.CheckConstraint("language in ('en', 'sw')", name=op.f('ck_funder_report_language')),
        sa.CheckConstraint(
            "state in ('draft', 'returned') or content <> ''",
            name=op.f('ck_funder_report_content'),
        ),
        sa.ForeignKeyConstraint(
            ['statement_id'],
            ['statement.id'],
            name=op.f('fk_funder_report_statement_id_statement'),
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_funder_report')),
        sa.UniqueConstraint('public_id', name=op.f('uq_funder_report_public_id')),
        sa.UniqueConstraint('statement_id', name=op.f('uq_funder_report_statement_id')),
    )
    op.create_table(
        'report_template',
        sa.Column('funder_id', sa.Integer(), nullable=False),
        sa.Column('language', sa.String(length=3), nullable=False),
        sa.Column('sections', sa.JSON(), nullable=False),
        sa.Column('texts', sa.JSON(), nullable=False),
        sa.Column('row_version', sa.Integer(), nullable=False),
        sa.Column('written_by', sa.String(length=16), nullable=False),
        sa.Column('written_at', UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("language in ('en', 'sw')", name=op.f('ck_report_template_language')),
        sa.ForeignKeyConstraint(
            ['funder_id'], ['funder.id'], name=op.f('fk_report_template_funder_id_funder')
        ),
        sa.PrimaryKeyConstraint('funder_id', name=op.f('pk_report_template')),
    )


def downgrade() -> None:
    op.drop_table('report_template')
    op.drop_table('funder_report')
