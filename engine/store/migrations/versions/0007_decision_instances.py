"""The trace of every decision evaluated for an instance.

Why each constraint and index is there stands beside it in `engine.store.models`.
"""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE decision_instances (
    key bigint NOT NULL,
    evaluation_key bigint NOT NULL,
    number bigint NOT NULL,
    instance_key bigint NOT NULL,
    root_key bigint NOT NULL,
    element text NOT NULL,
    element_key bigint NOT NULL,
    definition_key bigint NOT NULL,
    process_id text NOT NULL,
    asked_key bigint NOT NULL,
    decision_key bigint,
    decision_id text NOT NULL,
    decision_name text NOT NULL,
    decision_version bigint,
    drg_key bigint,
    type text NOT NULL,
    state text NOT NULL,
    output jsonb,
    inputs jsonb NOT NULL,
    rules jsonb NOT NULL,
    tables jsonb NOT NULL,
    failure jsonb,
    evaluated_at timestamptz NOT NULL,
    PRIMARY KEY (key),
    CONSTRAINT decision_instances_key_of_instance CHECK (instance_key = (key >> 24) << 24),
    CONSTRAINT decision_instances_number CHECK (number > 0 AND key = evaluation_key + number - 1),
    CONSTRAINT decision_instances_state CHECK
        (state IN ('evaluated', 'failed') AND (state = 'failed') = (failure IS NOT NULL))
);
CREATE INDEX decision_instances_of_instance ON decision_instances (instance_key, key);
CREATE INDEX decision_instances_of_decision ON decision_instances (decision_id, key);
"""


def upgrade() -> None:
    """Make the table."""
    op.get_bind().exec_driver_sql(TABLES)
