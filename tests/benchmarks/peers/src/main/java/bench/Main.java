package bench;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.util.List;

/**
 * One engine on a database of its own (BENCH_JDBC, PGUSER, PGPASSWORD). Reads a load a line, prints JSON lines and then "done".
 *
 *   Main operaton SECONDS       lines: "warm SECONDS", "seq THREADS" …, "user THREADS BACKLOG", "timer N AHEAD", "jobs N", "check"
 */
public final class Main {
  private static final List<String> DIAGRAMS = List.of("seq", "exc", "ext", "par", "cyc", "seq5", "user", "timer", "exttask");

  public static void main(String[] args) throws Exception {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(System.getenv("BENCH_JDBC"));
    config.setUsername(System.getenv("PGUSER"));
    config.setPassword(System.getenv("PGPASSWORD"));
    // Both take a second connection inside a transaction, their job threads too: ten would run dry and stand still.
    config.setMaximumPoolSize(24);
    config.setMinimumIdle(8);
    HikariDataSource pool = new HikariDataSource(config);
    String name = args[0].equals("operaton") ? "bench.OperatonEngine" : "bench.FlowableEngine";
    Engine engine = (Engine) Class.forName(name).getConstructor().newInstance();
    engine.open(pool);
    for (String diagram : DIAGRAMS) {
      try (InputStream in = Main.class.getResourceAsStream("/" + diagram + ".bpmn")) {
        engine.deploy(diagram, engine.fill(new String(in.readAllBytes(), StandardCharsets.UTF_8)));
      }
    }
    Connection side = DriverManager.getConnection(config.getJdbcUrl(), config.getUsername(), config.getPassword());
    Loads loads = new Loads(engine, new Counting(side), Double.parseDouble(args[1]));
    System.out.println("{\"load\":\"config\",\"text\":\"" + engine.describe() + "\"}\ndone");
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line; (line = in.readLine()) != null; ) {
      run(loads, line.split(" "));
      System.out.println("done");
    }
    System.exit(0);
  }

  private static void run(Loads loads, String[] words) throws Exception {
    switch (words[0]) {
      case "warm" -> loads.warmUp(Double.parseDouble(words[1]));
      case "user" -> loads.user(Integer.parseInt(words[1]), Integer.parseInt(words[2]));
      case "timer" -> loads.timers(Integer.parseInt(words[1]), Double.parseDouble(words[2]));
      case "jobs" -> loads.jobs(Integer.parseInt(words[1]));
      case "check" -> loads.check();
      default -> loads.start(words[0], Integer.parseInt(words[1]));
    }
  }
}
