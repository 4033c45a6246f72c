package bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

/** The loads on one engine; each prints a JSON line for each concurrency. */
final class Loads {
  static final List<String> FIVE = List.of("seq", "exc", "ext", "par", "cyc");
  private static final Map<String, Object> TWO = Map.of("approved", true, "note", "fine");
  private static final int WARM = 10_000;
  private static final ConcurrentLinkedQueue<Long> LATENESS = new ConcurrentLinkedQueue<>();

  private final Engine engine;
  private final Counting counting;
  private final double secs;
  private long started;

  Loads(Engine engine, Counting counting, double secs) {
    this.engine = engine;
    this.counting = counting;
    this.secs = secs;
  }

  static int rand100() { return ThreadLocalRandom.current().nextInt(1, 101); }

  static void late(Date due) { LATENESS.add(System.currentTimeMillis() - due.getTime()); }

  /** At least so long, and until the compiler has seen enough: a busy machine takes longer, but not for ever. */
  void warmUp(double secs) throws Exception {
    Window.Op mix = starter("mix");
    long begin = started;
    for (int turn = 0; turn == 0 || turn < 5 && started - begin < WARM; turn++) started += Window.of(4, secs, mix).nanos().length;
    started += Window.of(4, secs / 4, t -> engine.completeTask(engine.start("user", null), TWO)).nanos().length;
  }

  void start(String load, int threads) throws Exception {
    Window.Op op = starter(load);
    started += Window.of(threads, secs / 4, op).nanos().length;
    started += report(load, threads, () -> Window.of(threads, secs / 3, op));
  }

  /** Creating, then finding and completing, over a backlog of open tasks. */
  void user(int threads, int backlog) throws Exception {
    Queue<String> open = new ConcurrentLinkedQueue<>();
    for (int i = 0; i < backlog; i++) open.add(engine.start("user", null));
    counting.settle();
    Queue<String> ids = new ConcurrentLinkedQueue<>();
    started += backlog + report("user create", threads, () -> Window.of(threads, secs / 3, t -> ids.add(engine.start("user", null))));
    int third = ids.size() / 3;
    counting.settle();
    report("user complete", threads, () -> {
      AtomicInteger left = new AtomicInteger(third);
      return Window.of(threads, secs / 3, t -> {
        if (left.decrementAndGet() < 0) throw new CancellationException();
        engine.completeTask(ids.poll(), TWO);
      });
    });
    open.addAll(ids);
    drain(open);
  }

  /** Timers with one due instant, put in before it; the executor is idle then. */
  void timers(int number, double ahead) throws Exception {
    LATENESS.clear();
    Date due = new Date(System.currentTimeMillis() + (long) (ahead * 1000));
    AtomicInteger left = new AtomicInteger(number);
    Window.of(4, 600, t -> {
      if (left.decrementAndGet() < 0) throw new CancellationException();
      engine.start("timer", Map.of("due", due));
    });
    started += number;
    counting.settle();
    boolean early = System.currentTimeMillis() < due.getTime() - 1000;
    engine.executor(true);
    while (counting.live() > 0) Thread.sleep(10);
    double all = (System.currentTimeMillis() - due.getTime()) / 1e3;
    engine.executor(false);
    long[] late = LATENESS.stream().mapToLong(Long::longValue).sorted().toArray();
    if (!early) {
      timers(number, 2 * ahead);
      return;
    }
    System.out.printf(Locale.ROOT, "{\"load\":\"timer\",\"n\":%d,\"all_s\":%.3f,\"p50_s\":%.3f,\"p99_s\":%.3f}%n", number, all, pct(late, .5) / 1e3, pct(late, .99) / 1e3);
  }

  /** External tasks served to one worker in batches of 50; until the instances have ended. */
  void jobs(int number) throws Exception {
    for (int n : new int[] {number / 4, number}) {
      for (int i = 0; i < n; i++) engine.start("exttask", null);
      started += n;
      counting.settle();
      if (engine.externalNeedsExecutor()) engine.executor(true);
      long begin = System.nanoTime();
      long served = 0;
      for (int k; (k = engine.externalBatch(50)) > 0; ) served += k;
      while (counting.live() > 0) Thread.sleep(5);
      double secs = (System.nanoTime() - begin) / 1e9;
      if (engine.externalNeedsExecutor()) engine.executor(false);
      if (n == number) System.out.printf(Locale.ROOT, "{\"load\":\"jobs\",\"n\":%d,\"per_s\":%.1f}%n", served, served / secs);
    }
  }

  /** Every started instance has ended, and history says so. */
  void check() {
    if (engine.running() != 0 || engine.finished() != started)
      throw new IllegalStateException(started + " started, " + engine.running() + " running, " + engine.finished() + " in history");
  }

  private Window.Op starter(String load) {
    if (!load.equals("mix")) return t -> engine.start(load, null);
    int[] turn = new int[64 * 16];
    return t -> engine.start(FIVE.get((turn[t * 16]++ + t) % 5), null);
  }

  private void drain(Queue<String> ids) throws Exception {
    Window.of(8, 600, t -> {
      String id = ids.poll();
      if (id == null) throw new CancellationException();
      engine.completeTask(id, TWO);
    });
  }

  private long report(String load, int threads, Callable<Window> run) throws Exception {
    counting.reset();
    List<Window> windows = new ArrayList<>();
    for (int i = 0; i < 3; i++) windows.add(run.call());
    double statements = counting.statements(), wal = counting.wal(), cpu = counting.cpu(), server = counting.serverCpu();
    double[] rates = windows.stream().mapToDouble(Window::rate).sorted().toArray();
    long[] taken = windows.stream().flatMapToLong(w -> Arrays.stream(w.nanos())).sorted().toArray();
    System.out.printf(Locale.ROOT, "{\"load\":\"%s\",\"threads\":%d,\"per_s\":%.2f,\"p50_ms\":%.4f,\"p99_ms\":%.4f,\"statements\":%.2f,\"wal\":%.1f,\"cpu_ms\":%.4f,\"server_cpu_ms\":%.4f}%n",
        load, threads, rates[1], pct(taken, .5) / 1e6, pct(taken, .99) / 1e6, statements / taken.length, wal / taken.length,
        cpu / 1e6 / taken.length, server / 1e6 / taken.length);
    return taken.length;
  }

  private static long pct(long[] sorted, double q) { return sorted[(int) Math.min(sorted.length - 1, Math.floor(q * sorted.length))]; }
}
