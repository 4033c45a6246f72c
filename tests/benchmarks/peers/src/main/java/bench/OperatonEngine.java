package bench;

import java.util.*;
import javax.sql.DataSource;
import org.operaton.bpm.engine.*;
import org.operaton.bpm.engine.delegate.*;
import org.operaton.bpm.engine.impl.cfg.*;
import org.operaton.bpm.engine.impl.context.Context;

/** Operaton embedded, its standalone defaults but for the pool and the history level. */
public final class OperatonEngine implements Engine {
  private ProcessEngineConfigurationImpl cfg;
  private ProcessEngine pe;

  public void open(DataSource ds) {
    cfg = new StandaloneProcessEngineConfiguration();
    cfg.setDataSource(ds);
    cfg.setDatabaseSchemaUpdate("true");
    cfg.setHistory("full");
    cfg.setJobExecutorActivate(false);
    cfg.setEnforceHistoryTimeToLive(false);
    pe = cfg.buildProcessEngine();
  }

  public String fill(String xml) {
    return xml.replace("@NS@", "http://operaton.org/schema/1.0/bpmn").replace("@PKG@", getClass().getName() + "$").replace("@EXT@", "external");
  }

  public void deploy(String name, String xml) {
    pe.getRepositoryService().createDeployment().addString(name + ".bpmn", xml).deploy();
  }

  public String start(String key, Map<String, Object> vars) {
    return pe.getRuntimeService().startProcessInstanceByKey(key, vars).getId();
  }

  public void completeTask(String pid, Map<String, Object> vars) {
    TaskService ts = pe.getTaskService();
    ts.complete(ts.createTaskQuery().processInstanceId(pid).singleResult().getId(), vars);
  }

  public int externalBatch(int max) {
    ExternalTaskService es = pe.getExternalTaskService();
    var l = es.fetchAndLock(max, "w").topic("t", 60_000).execute();
    l.forEach(t -> es.complete(t.getId(), "w"));
    return l.size();
  }

  public void executor(boolean on) {
    if (on) cfg.getJobExecutor().start(); else cfg.getJobExecutor().shutdown();
  }

  public boolean externalNeedsExecutor() { return false; }

  public long running() { return pe.getRuntimeService().createProcessInstanceQuery().count(); }

  public long finished() { return pe.getHistoryService().createHistoricProcessInstanceQuery().finished().count(); }

  public String describe() {
    return "operaton " + ProcessEngine.class.getPackage().getImplementationVersion() + " ids=" + cfg.getIdGenerator().getClass().getSimpleName()
        + " jdbcBatch=" + cfg.isJdbcBatchProcessing() + " history=" + cfg.getHistoryLevel().getName();
  }

  public void close() { pe.close(); }

  public static class Noop implements JavaDelegate { public void execute(DelegateExecution e) { } }

  public static class Rand implements JavaDelegate { public void execute(DelegateExecution e) { e.setVariable("x", Loads.rand100()); } }

  public static class Init implements JavaDelegate { public void execute(DelegateExecution e) { e.setVariable("i", 0); e.setVariable("n", 10); } }

  public static class Inc implements JavaDelegate { public void execute(DelegateExecution e) { e.setVariable("i", (Integer) e.getVariable("i") + 1); } }

  public static class SetVar implements JavaDelegate { public void execute(DelegateExecution e) { e.setVariable("v_" + e.getCurrentActivityId(), 1); } }

  public static class Fired implements JavaDelegate {
    public void execute(DelegateExecution e) {
      Date due = (Date) e.getVariable("due");
      Context.getCommandContext().getTransactionContext().addTransactionListener(TransactionState.COMMITTED, cc -> Loads.late(due));
    }
  }
}
