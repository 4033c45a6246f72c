package bench;

import java.util.Map;
import javax.sql.DataSource;

/** What the loads ask of an engine. */
public interface Engine extends AutoCloseable {
  void open(DataSource ds);

  /** A diagram of the resources in this engine's dialect. */
  String fill(String xml);

  void deploy(String name, String xml);

  String start(String key, Map<String, Object> vars);

  /** Find the one open task of an instance and complete it. */
  void completeTask(String pid, Map<String, Object> vars);

  /** Lock up to so many external tasks and complete each; how many there were. */
  int externalBatch(int max);

  void executor(boolean on);

  boolean externalNeedsExecutor();

  long running();

  long finished();

  String describe();

  void close();
}
