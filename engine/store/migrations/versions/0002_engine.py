"""The engine's tables: definitions, instances, what they wait for, what passes between them, and history.

Why each constraint and index is there stands beside it in `engine.store.models`.
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# Definitions, and what opens instances; the number of every key is drawn from one sequence.
DEFINITIONS = """
CREATE SEQUENCE numbers;
CREATE TABLE deployments (
    key bigint NOT NULL,
    name text NOT NULL,
    comment text NOT NULL,
    deployed_at timestamptz NOT NULL,
    deployed_by text NOT NULL,
    PRIMARY KEY (key)
);
CREATE TABLE definitions (
    key bigint NOT NULL,
    kind text NOT NULL,
    id text NOT NULL,
    version integer NOT NULL,
    version_tag text,
    name text NOT NULL,
    resource text NOT NULL,
    deployment_key bigint NOT NULL,
    drg_key bigint,
    namespace text,
    digest bytea NOT NULL,
    texts jsonb NOT NULL,
    content bytea NOT NULL,
    PRIMARY KEY (key),
    CONSTRAINT definitions_kind CHECK (kind IN ('process', 'decision', 'form')),
    CONSTRAINT definitions_version CHECK (version > 0),
    CONSTRAINT definitions_drg CHECK ((kind = 'decision') = (drg_key IS NOT NULL)),
    CONSTRAINT definitions_version_once UNIQUE (kind, id, version),
    FOREIGN KEY(deployment_key) REFERENCES deployments (key)
);
CREATE INDEX definitions_deployment ON definitions (deployment_key);
CREATE INDEX definitions_namespace ON definitions (namespace, deployment_key) WHERE namespace IS NOT NULL;
CREATE INDEX definitions_tag ON definitions (kind, id, version_tag) WHERE version_tag IS NOT NULL;
CREATE INDEX definitions_drg_key ON definitions (drg_key) WHERE drg_key IS NOT NULL;
CREATE TABLE start_events (
    definition_key bigint NOT NULL,
    element text NOT NULL,
    process_id text NOT NULL,
    kind text NOT NULL,
    name text,
    due_at timestamptz,
    cycle text,
    left_times integer,
    PRIMARY KEY (definition_key, element),
    CONSTRAINT start_events_kind CHECK
        (CASE kind WHEN 'timer' THEN due_at IS NOT NULL WHEN 'message' THEN name IS NOT NULL
        WHEN 'signal' THEN name IS NOT NULL ELSE false END),
    FOREIGN KEY(definition_key) REFERENCES definitions (key)
);
CREATE INDEX start_events_due ON start_events (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX start_events_of_process ON start_events (process_id);
CREATE INDEX start_events_by_name ON start_events (kind, name);
CREATE TABLE handlers (
    topic text NOT NULL,
    version integer NOT NULL,
    input jsonb NOT NULL,
    output jsonb NOT NULL,
    texts jsonb NOT NULL,
    worker text NOT NULL,
    seen_at timestamptz NOT NULL,
    PRIMARY KEY (topic)
);
"""

# Instances with their variables and the units they are seen by.
INSTANCES = """
CREATE TABLE instances (
    key bigint NOT NULL,
    definition_key bigint NOT NULL,
    process_id text NOT NULL,
    version integer NOT NULL,
    state text NOT NULL,
    held boolean DEFAULT false NOT NULL,
    suspended boolean DEFAULT false NOT NULL,
    parent_key bigint,
    parent_element_key bigint,
    root_key bigint NOT NULL,
    business_id text,
    case_no text,
    unit text,
    starter text NOT NULL,
    started_at timestamptz NOT NULL,
    ended_at timestamptz,
    incidents integer DEFAULT '0' NOT NULL,
    snapshot jsonb NOT NULL,
    PRIMARY KEY (key),
    CONSTRAINT instances_state CHECK
        (state IN ('active', 'completed', 'canceled') AND (state = 'active') = (ended_at IS NULL)),
    CONSTRAINT instances_key CHECK (key & 16777215 = 0),
    CONSTRAINT instances_incidents CHECK (incidents >= 0),
    CONSTRAINT instances_parent CHECK
        ((parent_key IS NULL) = (parent_element_key IS NULL) AND (parent_key IS NULL) = (root_key = key)),
    FOREIGN KEY(definition_key) REFERENCES definitions (key)
);
CREATE INDEX instances_process ON instances (process_id, state, key);
CREATE INDEX instances_definition ON instances (definition_key, key);
CREATE INDEX instances_parent_key ON instances (parent_key) WHERE parent_key IS NOT NULL;
CREATE INDEX instances_with_incidents ON instances (key) WHERE incidents > 0;
CREATE UNIQUE INDEX instances_business_id_in_use ON instances (process_id, business_id)
    WHERE state = 'active' AND parent_key IS NULL AND business_id IS NOT NULL;
CREATE UNIQUE INDEX instances_one_for_each_call ON instances (parent_element_key)
    WHERE parent_element_key IS NOT NULL AND state = 'active';
CREATE UNIQUE INDEX instances_case_no ON instances (case_no) WHERE case_no IS NOT NULL;
CREATE INDEX instances_unit ON instances (unit, key) WHERE unit IS NOT NULL;
CREATE INDEX instances_case_no_search ON instances USING gin (case_no gin_trgm_ops) WHERE case_no IS NOT NULL;
CREATE INDEX instances_root_key ON instances (root_key) WHERE parent_key IS NOT NULL;
CREATE INDEX instances_business_id_search ON instances USING gin (business_id gin_trgm_ops)
    WHERE business_id IS NOT NULL;
CREATE TABLE variables (
    instance_key bigint NOT NULL,
    scope_key bigint NOT NULL,
    name text NOT NULL,
    value jsonb NOT NULL,
    PRIMARY KEY (instance_key, scope_key, name)
);
CREATE INDEX variables_by_name ON variables (name, instance_key);
CREATE TABLE involved_units (
    instance_key bigint NOT NULL,
    unit text NOT NULL,
    why text NOT NULL,
    since timestamptz NOT NULL,
    PRIMARY KEY (instance_key, unit),
    CONSTRAINT involved_units_why CHECK (why IN ('owner', 'task', 'starter', 'called'))
);
CREATE INDEX involved_units_of_unit ON involved_units (unit, instance_key);
CREATE TABLE case_numbers (
    prefix text NOT NULL,
    unit text NOT NULL,
    day date NOT NULL,
    last integer NOT NULL,
    PRIMARY KEY (prefix, unit, day),
    CONSTRAINT case_numbers_last CHECK (last > 0)
);
"""

# What instances wait for.
WAITING = """
CREATE TABLE jobs (
    key bigint NOT NULL,
    instance_key bigint NOT NULL,
    element text NOT NULL,
    element_key bigint NOT NULL,
    kind text NOT NULL,
    type text NOT NULL,
    state text NOT NULL,
    retries integer NOT NULL,
    attempts integer DEFAULT '0' NOT NULL,
    headers jsonb NOT NULL,
    scopes bigint[] NOT NULL,
    priority integer NOT NULL,
    variables jsonb,
    worker text,
    lease_until timestamptz,
    available_at timestamptz NOT NULL,
    handled boolean NOT NULL,
    error_message text,
    error_code text,
    definition_key bigint NOT NULL,
    process_id text NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (key),
    CONSTRAINT jobs_state CHECK (state IN ('created', 'activated', 'failed', 'error_thrown')),
    CONSTRAINT jobs_kind CHECK (kind IN ('BPMN_ELEMENT', 'REMINDER')),
    CONSTRAINT jobs_lease CHECK
        ((state = 'activated') = (lease_until IS NOT NULL) AND (state = 'activated') = (worker IS NOT NULL)),
    CONSTRAINT jobs_counts CHECK (retries >= 0 AND attempts >= 0),
    CONSTRAINT jobs_key_of_instance CHECK (instance_key = (key >> 24) << 24)
);
CREATE INDEX jobs_leased ON jobs (lease_until) WHERE state = 'activated';
CREATE INDEX jobs_to_activate ON jobs (type, priority DESC, key) WHERE state = 'created';
CREATE TABLE tasks (
    key bigint NOT NULL,
    instance_key bigint NOT NULL,
    element text NOT NULL,
    element_key bigint NOT NULL,
    state text NOT NULL,
    scopes bigint[] NOT NULL,
    assignee text,
    candidate_groups text[] NOT NULL,
    candidate_users text[] NOT NULL,
    form_id text,
    form_key bigint,
    due_at timestamptz,
    follow_up_at timestamptz,
    warned_at timestamptz,
    overdue_at timestamptz,
    reminded_at timestamptz,
    priority integer NOT NULL,
    definition_key bigint NOT NULL,
    process_id text NOT NULL,
    unit text,
    created_at timestamptz NOT NULL,
    completed_at timestamptz,
    completed_by text,
    PRIMARY KEY (key),
    CONSTRAINT tasks_state CHECK
        (state IN ('created', 'completed', 'canceled') AND (state = 'created') = (completed_at IS NULL)
        AND (state = 'completed') = (completed_by IS NOT NULL)),
    CONSTRAINT tasks_key_of_instance CHECK (instance_key = (key >> 24) << 24)
);
CREATE INDEX tasks_open_by_user ON tasks USING gin (candidate_users) WHERE state = 'created';
CREATE INDEX tasks_open_by_unit ON tasks (unit, key) WHERE state = 'created';
CREATE INDEX tasks_completed_by ON tasks (completed_by, key) WHERE state = 'completed';
CREATE INDEX tasks_open_by_assignee ON tasks (assignee, key) WHERE state = 'created';
CREATE INDEX tasks_open ON tasks (key) WHERE state = 'created';
CREATE INDEX tasks_open_by_group ON tasks USING gin (candidate_groups) WHERE state = 'created';
CREATE INDEX tasks_open_by_due ON tasks (due_at, key) WHERE state = 'created';
CREATE TABLE timers (
    key bigint NOT NULL,
    instance_key bigint NOT NULL,
    element text NOT NULL,
    element_key bigint NOT NULL,
    kind text NOT NULL,
    due_at timestamptz NOT NULL,
    cycle text,
    left_times integer,
    PRIMARY KEY (key),
    taken_until timestamptz,
    attempts integer NOT NULL DEFAULT 0,
    CONSTRAINT timers_kind CHECK (kind IN ('event', 'warning', 'due', 'reminder')),
    CONSTRAINT timers_key_of_instance CHECK (instance_key = (key >> 24) << 24)
);
CREATE INDEX timers_due ON timers (due_at, key);
CREATE TABLE subscriptions (
    key bigint NOT NULL,
    instance_key bigint NOT NULL,
    process_id text NOT NULL,
    definition_key bigint NOT NULL,
    element text NOT NULL,
    element_key bigint NOT NULL,
    kind text NOT NULL,
    name text NOT NULL,
    correlation_key text,
    action jsonb,
    opened_at timestamptz NOT NULL,
    PRIMARY KEY (key),
    CONSTRAINT subscriptions_kind CHECK (kind IN ('message', 'signal')),
    CONSTRAINT subscriptions_key_of_instance CHECK (instance_key = (key >> 24) << 24)
);
CREATE INDEX subscriptions_by_name ON subscriptions (kind, name, correlation_key);
CREATE TABLE incidents (
    key bigint NOT NULL,
    instance_key bigint NOT NULL,
    element text NOT NULL,
    element_key bigint NOT NULL,
    job_key bigint,
    kind text NOT NULL,
    code text NOT NULL,
    parameters jsonb NOT NULL,
    state text NOT NULL,
    definition_key bigint NOT NULL,
    process_id text NOT NULL,
    created_at timestamptz NOT NULL,
    resolved_at timestamptz,
    PRIMARY KEY (key),
    CONSTRAINT incidents_state CHECK
        (state IN ('active', 'resolved') AND (state = 'resolved') = (resolved_at IS NOT NULL)),
    CONSTRAINT incidents_key_of_instance CHECK (instance_key = (key >> 24) << 24)
);
CREATE INDEX incidents_open ON incidents (process_id, key) WHERE state = 'active';
"""

# What passes between instances: commands and messages.
BETWEEN = """
CREATE TABLE commands (
    id bigint GENERATED ALWAYS AS IDENTITY,
    instance_key bigint,
    kind text NOT NULL,
    payload jsonb NOT NULL,
    created_at timestamptz DEFAULT now() NOT NULL,
    due_at timestamptz DEFAULT now() NOT NULL,
    attempts smallint DEFAULT '0' NOT NULL,
    failed_at timestamptz,
    error text,
    PRIMARY KEY (id),
    CONSTRAINT commands_failed_says_why CHECK (failed_at IS NULL OR error IS NOT NULL)
);
CREATE INDEX commands_in_order ON commands (instance_key, id);
CREATE INDEX commands_due ON commands (due_at) WHERE failed_at IS NULL;
CREATE TABLE messages (
    key bigint NOT NULL,
    name text NOT NULL,
    correlation_key text NOT NULL,
    message_id text,
    variables jsonb NOT NULL,
    published_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (key)
);
CREATE UNIQUE INDEX messages_published_once ON messages (name, correlation_key, message_id)
    WHERE message_id IS NOT NULL;
CREATE INDEX messages_expiring ON messages (expires_at);
CREATE INDEX messages_buffered ON messages (name, correlation_key, key);
CREATE TABLE message_receipts (
    message_key bigint NOT NULL,
    process_id text NOT NULL,
    instance_key bigint NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (message_key, process_id),
    FOREIGN KEY(message_key) REFERENCES messages (key) ON DELETE CASCADE
);
CREATE TABLE message_starts (
    process_id text NOT NULL,
    correlation_key text NOT NULL,
    instance_key bigint NOT NULL,
    PRIMARY KEY (process_id, correlation_key)
);
CREATE INDEX message_starts_of_instance ON message_starts (instance_key);
"""

# History, in partitions by month of machine time; what no month's partition takes goes to the rest.
HISTORY = """
CREATE SEQUENCE history_keys;
CREATE TABLE history (
    key bigint DEFAULT nextval('history_keys') NOT NULL,
    machine_at timestamptz DEFAULT now() NOT NULL,
    at timestamptz NOT NULL,
    instance_key bigint,
    root_key bigint,
    kind text NOT NULL,
    element text,
    element_key bigint,
    actor text NOT NULL,
    on_behalf_of text,
    unit text,
    source text NOT NULL,
    request_id text,
    data jsonb,
    PRIMARY KEY (key, machine_at)
) PARTITION BY RANGE (machine_at);
CREATE INDEX history_of_instance ON history (instance_key, key);
"""

# A partition for this month and each of the next three; upkeep makes those after them.
PARTITIONS = """
CREATE TABLE history_rest PARTITION OF history DEFAULT;
DO $$
DECLARE
    first date;
BEGIN
    FOR n IN 0..3 LOOP
        first := date_trunc('month', now() AT TIME ZONE 'UTC') + make_interval(months => n);
        EXECUTE format(
            'CREATE TABLE %%I PARTITION OF history FOR VALUES FROM (%%L) TO (%%L)',
            to_char(first, '"history_"YYYY"_"MM'),
            first::timestamp AT TIME ZONE 'UTC',
            (first + interval '1 month')::timestamp AT TIME ZONE 'UTC'
        );
    END LOOP;
END $$;
"""


def upgrade() -> None:
    """Make the tables."""
    for statements in (DEFINITIONS, INSTANCES, WAITING, BETWEEN, HISTORY, PARTITIONS):
        op.get_bind().exec_driver_sql(statements)
