package bench;

import java.lang.management.ManagementFactory;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;

/** Statements, bytes of WAL and processor time since the last reset, as the harness counts Trunkline's. */
final class Counting {
  private final Connection side;
  private final ProcessHandle postmaster;
  private long from, cpuFrom, serverFrom;

  Counting(Connection side) throws SQLException {
    this.side = side;
    postmaster = ProcessHandle.of(ask("SELECT pg_backend_pid()")).flatMap(ProcessHandle::parent).orElseThrow();
  }

  void reset() throws SQLException {
    cpuFrom = ownCpu();
    serverFrom = childrensCpu();
    from = ask("SELECT (pg_current_wal_insert_lsn() - '0/0')::bigint");
    ask("SELECT 1 FROM pg_stat_statements_reset()");
  }

  long statements() throws SQLException {
    return ask("SELECT coalesce(sum(s.calls), 0)::bigint FROM pg_stat_statements s JOIN pg_database d ON d.oid = s.dbid"
        + " WHERE d.datname = current_database() AND s.toplevel AND s.query NOT LIKE '%pg_stat_statements%'"
        + " AND upper(s.query) NOT IN ('BEGIN', 'COMMIT', 'ROLLBACK')");
  }

  long wal() throws SQLException { return ask("SELECT (pg_current_wal_insert_lsn() - '0/0')::bigint") - from; }

  /** Nanoseconds of this JVM, its compiler and collector included. */
  long cpu() { return ownCpu() - cpuFrom; }

  /** Nanoseconds of the server's processes that live; the pool keeps its own. */
  long serverCpu() { return childrensCpu() - serverFrom; }

  private long childrensCpu() {
    return postmaster.children().flatMap(child -> child.info().totalCpuDuration().stream()).mapToLong(Duration::toNanos).sum();
  }

  private static long ownCpu() {
    return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime();
  }

  /** Instances not yet ended, asked beside the pool: the engine's job threads may hold all of it. */
  long live() throws SQLException { return ask("SELECT count(*) FROM act_ru_execution WHERE parent_id_ IS NULL"); }

  /** Planner statistics as autovacuum would have them after its first minute. */
  void settle() throws SQLException {
    try (Statement s = side.createStatement()) { s.execute("VACUUM ANALYZE"); }
  }

  private long ask(String question) throws SQLException {
    try (Statement s = side.createStatement(); ResultSet r = s.executeQuery(question)) {
      r.next();
      return r.getLong(1);
    }
  }
}
