"""What the pages need: login sessions, counted attempts, drafts of forms, documents, and word of changed tasks.

Why each constraint and index is there stands beside it in `engine.store.models`.
"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE login_sessions (
    token_hash bytea NOT NULL,
    person text NOT NULL,
    csrf text NOT NULL,
    created_at timestamptz NOT NULL,
    seen_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (token_hash),
    CONSTRAINT login_sessions_hash CHECK (length(token_hash) = 32),
    FOREIGN KEY(person) REFERENCES people (id) ON DELETE CASCADE
);
CREATE INDEX login_sessions_by_person ON login_sessions (person);
CREATE INDEX login_sessions_by_end ON login_sessions (expires_at);
CREATE TABLE login_attempts (
    place bytea NOT NULL,
    attempts integer NOT NULL,
    since timestamptz NOT NULL,
    PRIMARY KEY (place),
    CONSTRAINT login_attempts_counted CHECK (attempts > 0)
);
CREATE TABLE form_drafts (
    person text NOT NULL,
    place text NOT NULL,
    data jsonb NOT NULL,
    saved_at timestamptz NOT NULL,
    PRIMARY KEY (person, place),
    FOREIGN KEY(person) REFERENCES people (id) ON DELETE CASCADE
);
CREATE INDEX form_drafts_by_age ON form_drafts (saved_at);
CREATE TABLE documents (
    id text NOT NULL,
    content_hash text NOT NULL,
    file_name text NOT NULL,
    content_type text NOT NULL,
    size bigint NOT NULL,
    owner text NOT NULL,
    instance_key bigint,
    process_id text,
    properties jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz,
    PRIMARY KEY (id),
    CONSTRAINT documents_hash CHECK (content_hash ~ '^[0-9a-f]{64}$'),
    CONSTRAINT documents_size CHECK (size >= 0)
);
CREATE INDEX documents_by_hash ON documents (content_hash);
CREATE INDEX documents_by_instance ON documents (instance_key) WHERE instance_key IS NOT NULL;
CREATE INDEX documents_expiring ON documents (expires_at) WHERE expires_at IS NOT NULL;
"""

# One word for each group and person concerned, however many tasks a statement touches; PostgreSQL sends equal ones
# of a transaction once. Inboxes that are open in a browser listen to theirs.
WORD_OF_TASKS = """
CREATE FUNCTION tell_of_tasks() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('trunkline_tasks', concerned)
    FROM (
        SELECT unnest(candidate_groups || candidate_users || array_remove(ARRAY[assignee], NULL)) AS concerned
        FROM changed
        GROUP BY 1
    ) told;
    RETURN NULL;
END $$;
CREATE FUNCTION tell_of_updated_tasks() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('trunkline_tasks', concerned)
    FROM (
        SELECT unnest(candidate_groups || candidate_users || array_remove(ARRAY[assignee], NULL)) AS concerned
        FROM changed
        UNION
        SELECT assignee FROM before WHERE assignee IS NOT NULL
    ) told;
    RETURN NULL;
END $$;
CREATE TRIGGER tasks_opened AFTER INSERT ON tasks REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION tell_of_tasks();
CREATE TRIGGER tasks_changed AFTER UPDATE ON tasks REFERENCING OLD TABLE AS before NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION tell_of_updated_tasks();
"""

INBOX = """
ALTER INDEX tasks_open_by_group SET (fastupdate = off);
ALTER INDEX tasks_open_by_user SET (fastupdate = off);
"""


def upgrade() -> None:
    """Make the tables and the triggers."""
    op.get_bind().exec_driver_sql(TABLES)
    op.get_bind().exec_driver_sql(WORD_OF_TASKS)
    op.get_bind().exec_driver_sql(INBOX)
