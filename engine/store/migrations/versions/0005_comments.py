"""Comments on cases, append-only.

Why each constraint and index is there stands beside it in `engine.store.models`.
"""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TABLES = """
CREATE SEQUENCE comment_keys;
CREATE TABLE comments (
    key bigint NOT NULL DEFAULT nextval('comment_keys'),
    instance_key bigint NOT NULL,
    root_key bigint NOT NULL,
    author text NOT NULL,
    text text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (key),
    CONSTRAINT comments_text CHECK (length(text) BETWEEN 1 AND 4000)
);
CREATE INDEX comments_of_family ON comments (root_key, key);
"""

# Whoever reads a comment later reads what was said; only retention takes it away, with its case.
AS_IT_WAS_SAID = """
CREATE FUNCTION refuse_another_comment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'comments are append-only';
END $$;
CREATE TRIGGER comments_stay BEFORE UPDATE ON comments
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_another_comment();
"""


def upgrade() -> None:
    """Make the table and what guards it."""
    op.get_bind().exec_driver_sql(TABLES)
    op.get_bind().exec_driver_sql(AS_IT_WAS_SAID)
