"""The ground: trigram search, the case clock, and PgQueuer's tables in a schema of their own."""

import sqlalchemy as sa
from alembic import op

from engine.store.dispatch import install_script

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make what every later revision stands on."""
    op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    _case_clock()
    op.get_bind().exec_driver_sql(install_script())


def _case_clock() -> None:
    op.create_table(
        "case_clock",
        # One row for ever: a second one would make case time ambiguous.
        sa.Column("id", sa.SmallInteger, sa.CheckConstraint("id = 1", name="case_clock_one_row"), primary_key=True),
        sa.Column("mode", sa.Text, nullable=False),
        sa.Column("shift", sa.Interval, nullable=False),
        sa.Column("frozen_at", sa.DateTime(timezone=True)),
        # A frozen clock has a time it stands at, a running one has none.
        sa.CheckConstraint(
            "mode IN ('offset', 'frozen') AND (mode = 'frozen') = (frozen_at IS NOT NULL)", name="case_clock_mode"
        ),
    )
    op.execute("INSERT INTO case_clock (id, mode, shift) VALUES (1, 'offset', '0')")
