package bench;

import java.time.Duration;
import java.util.*;
import javax.sql.DataSource;
import org.flowable.common.engine.impl.cfg.TransactionState;
import org.flowable.common.engine.impl.context.Context;
import org.flowable.common.engine.impl.history.HistoryLevel;
import org.flowable.engine.*;
import org.flowable.engine.delegate.*;
import org.flowable.engine.impl.cfg.*;

/** Flowable embedded, its standalone defaults but for the pool and the history level. */
public final class FlowableEngine implements Engine {
  private ProcessEngineConfigurationImpl cfg;
  private ProcessEngine pe;

  public void open(DataSource ds) {
    cfg = new StandaloneProcessEngineConfiguration();
    cfg.setDataSource(ds);
    cfg.setDatabaseSchemaUpdate("true");
    cfg.setHistoryLevel(HistoryLevel.FULL);
    cfg.setAsyncExecutorActivate(false);
    pe = cfg.buildProcessEngine();
  }

  public String fill(String xml) {
    return xml.replace("@NS@", "http://flowable.org/bpmn").replace("@PKG@", getClass().getName() + "$").replace("@EXT@", "external-worker");
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
    ManagementService ms = pe.getManagementService();
    var l = ms.createExternalWorkerJobAcquireBuilder().topic("t", Duration.ofMinutes(1)).acquireAndLock(max, "w");
    l.forEach(j -> ms.createExternalWorkerCompletionBuilder(j.getId(), "w").complete());
    return l.size();
  }

  public void executor(boolean on) {
    if (on) cfg.getAsyncExecutor().start(); else cfg.getAsyncExecutor().shutdown();
  }

  /** Completing an external-worker job makes an executable job; the process moves on when the async executor runs it. */
  public boolean externalNeedsExecutor() { return true; }

  public long running() { return pe.getRuntimeService().createProcessInstanceQuery().count(); }

  public long finished() { return pe.getHistoryService().createHistoricProcessInstanceQuery().finished().count(); }

  public String describe() {
    return "flowable " + ProcessEngine.VERSION + " ids=" + cfg.getIdGenerator().getClass().getSimpleName()
        + " bulkInsert=" + cfg.isBulkInsertEnabled() + " history=" + cfg.getHistoryLevel().getKey();
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
      Context.getTransactionContext().addTransactionListener(TransactionState.COMMITTED, cc -> Loads.late(due));
    }
  }
}
