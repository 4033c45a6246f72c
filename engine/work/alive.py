"""Which of our workers live: each holds an advisory lock by its number, which the database frees when it dies."""

import os
import secrets
import socket

OWN = "trunkline/"  # names of our own workers begin like this
# Our own class: the other advisory locks on this database are taken by one bigint, which is another key space.
LOCK_CLASS = 1_414_681_675

# SQL for "no living worker has this name"; the name stands in j.worker.
NOT_ALIVE = f"""NOT EXISTS (
    SELECT FROM pg_locks l JOIN pg_database b ON b.oid = l.database
    WHERE l.locktype = 'advisory' AND l.classid = {LOCK_CLASS} AND l.objsubid = 2 AND l.granted
      AND b.datname = current_database() AND l.objid::text = split_part(j.worker, '/', 4)
)"""
HOLD = f"SELECT pg_advisory_lock({LOCK_CLASS}, $1)"


def new_worker_name() -> tuple[str, int]:
    """A name for this process as a worker, and the number in it that it holds a lock by."""
    # The lock's second half is a signed 32-bit integer, while pg_locks shows it unsigned: both agree below 2³¹.
    number = secrets.randbelow(2**31)
    return f"{OWN}{socket.gethostname().replace('/', '-')}/{os.getpid()}/{number}", number
