"""Operations on many instances at once, with results per instance.

Why each constraint and index is there stands beside it in `engine.store.models`.
"""

from alembic import op

revision = "0010"
down_revision = "0008"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE batches (
    key bigint NOT NULL,
    kind text NOT NULL,
    plan jsonb NOT NULL,
    state text NOT NULL,
    created_by text NOT NULL,
    unit text,
    total bigint NOT NULL,
    started_at timestamptz NOT NULL,
    ended_at timestamptz,
    PRIMARY KEY (key),
    CONSTRAINT batches_kind CHECK (kind IN ('cancel', 'migrate', 'modify', 'resolve')),
    CONSTRAINT batches_state CHECK
        (state IN ('active', 'completed', 'canceled') AND (state = 'active') = (ended_at IS NULL))
);
CREATE TABLE batch_items (
    batch_key bigint NOT NULL REFERENCES batches,
    instance_key bigint NOT NULL,
    state text NOT NULL,
    processed_at timestamptz,
    error jsonb,
    PRIMARY KEY (batch_key, instance_key),
    CONSTRAINT batch_items_state CHECK
        (state IN ('active', 'completed', 'failed', 'canceled') AND (state = 'failed') = (error IS NOT NULL))
);
CREATE INDEX batch_items_by_state ON batch_items (batch_key, state);
CREATE INDEX batch_items_of_instance ON batch_items (instance_key);
"""


def upgrade() -> None:
    """Make the tables."""
    op.get_bind().exec_driver_sql(TABLES)
