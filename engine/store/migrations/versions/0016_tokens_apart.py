"""Tokens inside multi-instance bodies of many get rows of their own.

Instances that have such a body already keep their tokens in the snapshot until they advance for the next time.
"""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

CHANGE = """
CREATE TABLE tokens_apart (
    key bigint PRIMARY KEY,
    instance_key bigint NOT NULL,
    parent_key bigint NOT NULL,
    inside integer NOT NULL,
    token jsonb NOT NULL,
    CONSTRAINT tokens_apart_key_of_instance CHECK (instance_key = (key >> 24) << 24),
    CONSTRAINT tokens_apart_inside CHECK (inside >= 0)
);
CREATE INDEX tokens_apart_in_parent ON tokens_apart (parent_key, key);
"""


def upgrade() -> None:
    """Make the table."""
    op.get_bind().exec_driver_sql(CHANGE)
