package bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/** So many threads that call an operation for so long; each call is timed. */
record Window(double secs, long[] nanos) {
  interface Op {
    /** CancellationException: there is nothing left to do. */
    void run(int thread) throws Exception;
  }

  double rate() { return nanos.length / secs; }

  static Window of(int threads, double secs, Op op) throws Exception {
    long[][] taken = new long[threads][];
    long[] ends = new long[threads];
    AtomicLong deadline = new AtomicLong();
    AtomicReference<Exception> failed = new AtomicReference<>();
    CountDownLatch go = new CountDownLatch(1);
    List<Thread> all = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      int me = i;
      Thread thread = new Thread(() -> {
        try {
          go.await();
          taken[me] = calls(me, deadline.get(), op, ends);
        } catch (Exception e) {
          failed.compareAndSet(null, e);
        }
      });
      all.add(thread);
      thread.start();
    }
    long begin = System.nanoTime();
    deadline.set(begin + (long) (secs * 1e9));
    go.countDown();
    for (Thread thread : all) thread.join();
    if (failed.get() != null) throw failed.get();
    double took = (Arrays.stream(ends).max().getAsLong() - begin) / 1e9;
    return new Window(took, Arrays.stream(taken).flatMapToLong(Arrays::stream).toArray());
  }

  private static long[] calls(int me, long end, Op op, long[] ends) throws Exception {
    long[] taken = new long[4096];
    int used = 0;
    long now = System.nanoTime();
    try {
      while (now < end) {
        op.run(me);
        long after = System.nanoTime();
        if (used == taken.length) taken = Arrays.copyOf(taken, used * 2);
        taken[used++] = after - now;
        now = after;
      }
    } catch (CancellationException e) {
      // nothing left
    }
    ends[me] = now;
    return Arrays.copyOf(taken, used);
  }
}
