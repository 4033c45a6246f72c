"""The processes of the loads, in the shapes that the other engines are given (`peers/src/main/resources`)."""

from tests.engine.factories import (
    Part,
    catch,
    diagram,
    each,
    end,
    exclusive,
    flows,
    message,
    parallel,
    script,
    service,
    start,
    terminate,
    timer,
    user,
)

STAFF = "GD-GZ.crc.duty"
TURNS = 10


def noop(id: str) -> Part:  # noqa: A002 - BPMN's own name
    """What the others have as a delegate that does nothing; here it sets a variable, since a script has to."""
    return script(id, "1", "done")


SEQ = diagram(start("s"), noop("t1"), noop("t2"), end("x"), flows("s t1 t2 x"), process_id="SEQ")
EXC = diagram(
    start("s"),
    script("r", "floor(random number() * 100) + 1", "x"),
    exclusive("g", default="g_b"),
    noop("a"),
    noop("b"),
    exclusive("j"),
    end("e"),
    flows("s r g a j e", "g b j", g_a="=x >= 50"),
    process_id="EXC",
)
EXT = diagram(
    start("s"),
    parallel("g"),
    noop("a"),
    end("x1"),
    noop("b"),
    end("x2", terminate()),
    flows("s g a x1", "g b x2"),
    process_id="EXT",
)
PAR = diagram(
    start("s"),
    parallel("g"),
    noop("a"),
    noop("b"),
    parallel("j"),
    end("x"),
    flows("s g a j x", "g b j"),
    process_id="PAR",
)
CYC = diagram(
    start("s"),
    script("i", "0", "i"),
    script("t", "i + 1", "i"),
    exclusive("g", default="g_x"),
    end("x"),
    flows("s i t g x", "g t", g_t=f"=i < {TURNS}"),
    process_id="CYC",
)
SEQ5 = diagram(
    start("s"),
    *(script(f"t{n}", f"{n} + 1", f"x{n}") for n in range(1, 6)),
    end("e"),
    flows("s t1 t2 t3 t4 t5 e"),
    process_id="SEQ5",
)
BIG = diagram(
    start("s"),
    *(noop(f"t{n}") for n in range(1, 202)),
    end("e"),
    flows(" ".join(["s", *(f"t{n}" for n in range(1, 202)), "e"])),
    process_id="BIG",
)
USER = diagram(start("s"), user("u", STAFF), end("x"), flows("s u x"), process_id="USER")
TIMER = diagram(start("s"), catch("c", timer(date="=due")), noop("t"), end("x"), flows("s c t x"), process_id="TIMER")
JOBS = diagram(start("s"), service("w", "bench.foreign"), end("x"), flows("s w x"), process_id="JOBS")
SVC = diagram(
    start("s"),
    *(service(f"t{n}", "bench.noop") for n in range(1, 6)),
    end("e"),
    flows("s t1 t2 t3 t4 t5 e"),
    process_id="SVC",
)
MSG = diagram(start("s"), catch("c", message("bench", "=id")), end("x"), flows("s c x"), process_id="MSG")
LOOP = diagram(
    start("s"),
    exclusive("m"),
    user("u", STAFF),
    exclusive("g", default="g_m"),
    end("x"),
    flows("s m u g x", "g m", g_x="=stop = true"),
    process_id="LOOP",
)
LOOP_PAR = diagram(
    start("s"),
    exclusive("m"),
    parallel("split"),
    user("a", STAFF),
    user("b", STAFF),
    parallel("join"),
    exclusive("g", default="g_m"),
    end("x"),
    flows("s m split a join g x", "split b join", "g m", g_x="=stop = true"),
    process_id="LOOP_PAR",
)
WIDE = diagram(start("s"), user("u", STAFF, loop=each("=list", "item")), end("x"), flows("s u x"), process_id="WIDE")
