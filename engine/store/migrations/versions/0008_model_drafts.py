"""Drafts of models: what an analyst has changed and not deployed yet.

Why each constraint is there stands beside it in `engine.store.models`.
"""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

TABLE = """
CREATE TABLE model_drafts (
    person text NOT NULL REFERENCES people ON DELETE CASCADE,
    kind text NOT NULL,
    id text NOT NULL,
    resource text NOT NULL,
    base integer NOT NULL,
    content text NOT NULL,
    texts jsonb NOT NULL,
    saved_at timestamptz NOT NULL,
    PRIMARY KEY (person, kind, id),
    CONSTRAINT model_drafts_kind CHECK (kind IN ('process', 'decision', 'form')),
    CONSTRAINT model_drafts_base CHECK (base >= 0)
);
"""


def upgrade() -> None:
    """Make the table."""
    op.get_bind().exec_driver_sql(TABLE)
