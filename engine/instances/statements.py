"""The SQL of an advance: one part a table, each a data-modifying WITH query; together they are one statement.

Rows come as one JSON text a part. An INSERT writes all of them or fails; what is changed and deleted is counted where
it must be there, and the statement fails where it was not. It tells of a part only what has to be known after it.
"""

ROWS_REFUSED = "TL001"
COUNTS = "SELECT ARRAY[{counts}] AS counts OFFSET 0"  # counted once, not for each place that names them
REQUIRE_ROWS = "CASE WHEN counts = %(rows)s::bigint[] THEN 0 ELSE refuse_rows(ARRAY[{names}], counts) END"

_INSERT = """
    INSERT INTO instances
        (key, definition_key, process_id, version, state, held, parent_key, parent_element_key, root_key, business_id,
         case_no, unit, starter, started_at, ended_at, incidents, may_hold_start, snapshot)
    VALUES ({key}, %(definition_key)s, %(process_id)s, %(version)s, %(state)s, %(held)s, %(parent_key)s,
            %(parent_element_key)s, %(root_key)s, %(business_id)s, %(case_no)s, %(unit)s, %(starter)s,
            %(now)s, %(ended_at)s, %(incidents)s, %(may_hold_start)s, %(snapshot)s::jsonb)
"""
INSERT_INSTANCE = _INSERT.format(key="%(key)s")
# A value that cannot be made is an error: counting rows would cost a tenth of the statement.
INSERT_FORESEEN_INSTANCE = _INSERT.format(
    key="CASE WHEN EXISTS ({guard}) THEN %(key)s::bigint ELSE refuse_rows(ARRAY['foreseen'], ARRAY[0]::bigint[]) END"
)
_UPDATE = """
    UPDATE instances SET state = %(state)s, held = %(held)s, unit = %(unit)s, ended_at = %(ended_at)s,
           incidents = %(incidents)s, snapshot = %(snapshot)s::jsonb
    WHERE key = %(key)s AND state = 'active' {seen}
    RETURNING 1
"""
# Compare-and-set: nobody ends an instance that has ended.
UPDATE_INSTANCE = _UPDATE.format(seen="")
# Whoever writes an instance writes a new version of its row; after waiting for him PostgreSQL asks this again.
UPDATE_SEEN_INSTANCE = _UPDATE.format(seen="AND xmin = %(seen)s::xid")
LOCK_SEEN_INSTANCE = "SELECT 1 FROM instances WHERE key = %(key)s AND xmin = %(seen)s::xid FOR UPDATE"
# Of those who changed it before this statement began it sees the version, those who come later wait.
RECORD_SEEN = "SELECT 1 FROM {table} WHERE key = %(record)s AND xmin = %(record_seen)s::xid FOR UPDATE"
# A scope that is new with its instance has none of them yet.
ADD_VARIABLES = """
    INSERT INTO variables (instance_key, scope_key, name, value)
    SELECT %(key)s, (r.one->>0)::bigint, r.one->>1, (r.one->2)::jsonb
    FROM json_array_elements(%(variables)s::json) r(one)
"""
SET_VARIABLES = ADD_VARIABLES + "ON CONFLICT (instance_key, scope_key, name) DO UPDATE SET value = excluded.value"
DROP_VARIABLES = """
    DELETE FROM variables WHERE instance_key = %(key)s AND scope_key = ANY(%(dropped)s::bigint[])
"""
SET_TOKENS = """
    INSERT INTO tokens_apart (key, instance_key, parent_key, inside, token)
    SELECT (r.one->>0)::bigint, %(key)s, (r.one->>1)::bigint, (r.one->>2)::int, r.one->3
    FROM jsonb_array_elements(%(tokens)s::jsonb) r(one)
    ON CONFLICT (key) DO UPDATE SET parent_key = excluded.parent_key, inside = excluded.inside, token = excluded.token
"""
DROP_TOKENS = "DELETE FROM tokens_apart WHERE key = ANY(%(tokens_dropped)s::bigint[]) RETURNING 1"
# Whether our own workers run a topic is what they have written to `handlers`.
# What jobs wait for is machine time, `now()`; `%(now)s` is case time, as in all rows that people read.
OPEN_JOBS = """
    INSERT INTO jobs (key, instance_key, element, element_key, kind, type, state, retries, headers, scopes, priority,
                      variables, available_at, handled, definition_key, process_id, created_at)
    SELECT r.key, %(key)s, r.element, r.element_key, r.kind, r.type, 'created', r.retries, r.headers, r.scopes,
           r.priority, r.variables, now(), EXISTS (SELECT FROM handlers h WHERE h.topic = r.type),
           %(definition_key)s, %(process_id)s, %(now)s
    FROM json_to_recordset(%(jobs)s::json) r(key bigint, element text, element_key bigint, kind text, type text,
         retries int, headers jsonb, scopes bigint[], priority int, variables jsonb)
    RETURNING key, handled
"""
# The state before is given as a value here and below: a plan from when a table was small must not go through an index
# of all that is open.
# A job that a person lets go on begins to count its attempts anew.
# The range of the instance's keys says how few of all rows it can be, whatever the statistics believe.
CHANGE_JOBS = """
    UPDATE jobs j SET state = r.state, retries = coalesce(r.retries, j.retries), worker = NULL, lease_until = NULL,
           error_message = coalesce(r.error_message, j.error_message), error_code = r.error_code,
           attempts = CASE WHEN r.resolved THEN 0 ELSE j.attempts END,
           available_at = now() + coalesce(r.back_off, interval '0')
    FROM json_to_recordset(%(job_changes)s::json) r(key bigint, state text, retries int, error_message text,
         error_code text, resolved boolean, back_off interval, sources text[])
    WHERE j.key = r.key AND j.key BETWEEN %(key)s AND %(key)s + 16777215 AND j.state = ANY(r.sources)
    RETURNING j.key, j.handled AND j.state = 'created' AS handled
"""
CLOSE_JOBS = "DELETE FROM jobs WHERE key = ANY(%(jobs_closed)s::bigint[]) RETURNING 1"
OPEN_TASKS = """
    INSERT INTO tasks (key, instance_key, element, element_key, state, scopes, assignee, candidate_groups,
                       candidate_users, form_id, form_key, due_at, follow_up_at, warned_at, overdue_at, reminded_at,
                       priority, transition, definition_key, process_id, unit, created_at)
    SELECT r.key, %(key)s, r.element, r.element_key, 'created', r.scopes, r.assignee, r.candidate_groups,
           r.candidate_users, r.form_id, r.form_key, r.due_at, r.follow_up_at, r.warned_at, r.overdue_at, r.reminded_at,
           r.priority, r.transition, %(definition_key)s, %(process_id)s, r.unit, %(now)s
    FROM json_to_recordset(%(tasks)s::json) r(key bigint, element text, element_key bigint, scopes bigint[],
         assignee text, candidate_groups text[], candidate_users text[], form_id text, form_key bigint,
         due_at timestamptz, follow_up_at timestamptz, warned_at timestamptz, overdue_at timestamptz,
         reminded_at timestamptz, priority int, transition text, unit text)
"""
# Nearly always it is one: PostgreSQL cannot know that of a JSON text, and would go through all tasks to join it.
CHANGE_TASK = """
    UPDATE tasks t SET state = coalesce(%(task_state)s, t.state), due_at = coalesce(%(task_due_at)s, t.due_at),
           warned_at = coalesce(%(task_warned_at)s, t.warned_at),
           overdue_at = coalesce(%(task_overdue_at)s, t.overdue_at),
           reminded_at = coalesce(%(task_reminded_at)s, t.reminded_at),
           transition = CASE WHEN %(task_state)s IS NULL THEN t.transition END,
           completed_at = CASE WHEN %(task_state)s IS NULL THEN NULL ELSE %(now)s::timestamptz END,
           completed_by = CASE %(task_state)s WHEN 'completed' THEN %(actor)s::text END
    WHERE t.key = %(task_key)s AND t.state = %(task_open)s
    RETURNING t.candidate_groups || t.candidate_users || array_remove(ARRAY[t.assignee], NULL) AS concerned
"""
CHANGE_TASKS = """
    UPDATE tasks t SET state = coalesce(r.state, t.state), due_at = coalesce(r.due_at, t.due_at),
           warned_at = coalesce(r.warned_at, t.warned_at), overdue_at = coalesce(r.overdue_at, t.overdue_at),
           reminded_at = coalesce(r.reminded_at, t.reminded_at),
           transition = CASE WHEN r.state IS NULL THEN t.transition END,
           completed_at = CASE WHEN r.state IS NULL THEN NULL ELSE %(now)s::timestamptz END,
           completed_by = CASE r.state WHEN 'completed' THEN %(actor)s::text END
    FROM json_to_recordset(%(task_changes)s::json) r(key bigint, state text, due_at timestamptz,
         warned_at timestamptz, overdue_at timestamptz, reminded_at timestamptz)
    WHERE t.key = r.key AND t.key BETWEEN %(key)s AND %(key)s + 16777215 AND t.state = %(task_open)s
    RETURNING t.candidate_groups || t.candidate_users || array_remove(ARRAY[t.assignee], NULL) AS concerned
"""
# The same for tasks with listeners: what they agreed to may clear a field, so each is set where it is named.
AGREED_TASKS = """
    UPDATE tasks t SET state = coalesce(r.state, t.state), assignee = n.assignee,
           candidate_groups = n.candidate_groups, candidate_users = n.candidate_users, unit = n.unit,
           due_at = n.due_at, follow_up_at = n.follow_up_at, priority = n.priority,
           transition = CASE WHEN r.state IS NULL THEN n.transition END, denied_reason = n.denied_reason,
           warned_at = n.warned_at, overdue_at = n.overdue_at, reminded_at = n.reminded_at,
           completed_at = CASE WHEN r.state IS NULL THEN NULL ELSE %(now)s::timestamptz END,
           completed_by = CASE r.state WHEN 'completed' THEN %(actor)s::text END
    FROM (SELECT (change->>'key')::bigint AS key, change->>'state' AS state, change
          FROM jsonb_array_elements(%(task_changes)s::jsonb) change) r
    JOIN tasks before ON before.key = r.key AND before.key BETWEEN %(key)s AND %(key)s + 16777215
    CROSS JOIN LATERAL jsonb_populate_record(before, r.change - 'state') n
    WHERE t.key = r.key AND t.state = %(task_open)s
    RETURNING t.candidate_groups || t.candidate_users || before.candidate_groups || before.candidate_users
              || array_remove(ARRAY[t.assignee, before.assignee], NULL) AS concerned
"""
OPEN_TIMERS = """
    INSERT INTO timers (key, instance_key, element, element_key, kind, due_at, cycle, left_times)
    SELECT r.key, %(key)s, r.element, r.element_key, r.kind, r.due_at, r.cycle, r.left_times
    FROM json_to_recordset(%(timers)s::json) r(key bigint, element text, element_key bigint, kind text,
         due_at timestamptz, cycle text, left_times int)
"""
CLOSE_TIMERS = "DELETE FROM timers WHERE key = ANY(%(timers_closed)s::bigint[]) RETURNING 1"
OPEN_SUBSCRIPTIONS = """
    INSERT INTO subscriptions (key, instance_key, process_id, definition_key, element, element_key, kind, name,
                               correlation_key, action, opened_at)
    SELECT r.key, %(key)s, %(process_id)s, %(definition_key)s, r.element, r.element_key, r.kind, r.name,
           r.correlation_key, r.action, %(now)s
    FROM json_to_recordset(%(subscriptions)s::json) r(key bigint, element text, element_key bigint, kind text,
         name text, correlation_key text, action jsonb)
    RETURNING key, kind, name, correlation_key
"""
# A message that is buffered already is handed out in a transaction of its own.
CORRELATE = """
    INSERT INTO commands (instance_key, kind, payload)
    SELECT %(key)s, 'correlate', jsonb_build_object('subscription', s.key, 'by', %(by)s::jsonb)
    FROM subscriptions_opened s
    WHERE s.kind = 'message' AND EXISTS (
        SELECT FROM messages m
        WHERE m.name = s.name AND (s.correlation_key IS NULL OR m.correlation_key = s.correlation_key)
          AND m.expires_at > %(now)s
    )
    RETURNING 1
"""
CLOSE_SUBSCRIPTIONS = "DELETE FROM subscriptions WHERE key = ANY(%(subscriptions_closed)s::bigint[]) RETURNING 1"
OPEN_INCIDENTS = """
    INSERT INTO incidents (key, instance_key, element, element_key, job_key, kind, code, parameters, state,
                           definition_key, process_id, created_at)
    SELECT r.key, %(key)s, r.element, r.element_key, r.job_key, r.kind, r.code, r.parameters, 'active',
           %(definition_key)s, %(process_id)s, %(now)s
    FROM json_to_recordset(%(incidents_opened)s::json) r(key bigint, element text, element_key bigint, job_key bigint,
         kind text, code text, parameters jsonb)
"""
CLOSE_INCIDENTS = """
    UPDATE incidents SET state = 'resolved', resolved_at = %(now)s
    WHERE key = ANY(%(incidents_closed)s::bigint[]) AND state = 'active' RETURNING 1
"""
INVOLVE = """
    INSERT INTO involved_units (instance_key, unit, why, since)
    SELECT %(key)s, r.unit, r.why, %(now)s
    FROM json_to_recordset(%(involved)s::json) r(unit text, why text)
    ON CONFLICT DO NOTHING
"""
# The instance's own are written by another part, whose rows this one does not see and would collide with.
INHERIT_UNITS = """
    INSERT INTO involved_units (instance_key, unit, why, since)
    SELECT %(key)s, u.unit, 'called', %(now)s FROM involved_units u
    WHERE u.instance_key = %(parent_key)s AND u.unit <> ALL(%(own_units)s::text[])
"""
SEND_COMMANDS = """
    INSERT INTO commands (instance_key, kind, payload)
    SELECT r.instance_key, r.kind, r.payload
    FROM json_to_recordset(%(commands)s::json) r(instance_key bigint, kind text, payload jsonb)
    RETURNING 1
"""
# A message start lets no second instance in while the first one runs (decision 7).
FREE_STARTS = "DELETE FROM message_starts WHERE instance_key = %(key)s RETURNING process_id, correlation_key"
SEND_FREED = """
    INSERT INTO commands (instance_key, kind, payload)
    SELECT NULL, 'freed', jsonb_build_object('process_id', f.process_id, 'correlation_key', f.correlation_key,
                                             'by', %(by)s::jsonb)
    FROM starts_freed f
    RETURNING id
"""
