"""What one expression may cost. All are counted, none is measured in time, so a result never depends on the machine."""

# Steps of an evaluation: about one for each node of the expression that runs, each item and each 16 characters.
DEFAULT_BUDGET = 1_000_000

# Characters of an expression.
MAX_TEXT = 100_000

# Levels of brackets, calls and keywords in one another; each costs the parser a few Python frames.
MAX_NESTING = 80

# Levels of nodes in one another, as the chain `a.b.c` makes too; each costs the compiler a few Python frames.
MAX_TREE = 200

# Levels of running nodes, counted where a function calls a function; each costs the evaluation a Python frame, of
# which Python has a thousand for everybody.
MAX_DEPTH = 650

# Characters of one string.
MAX_STRING = 1_000_000

# Values in one result, counted as they would be written out, so that shared parts count each time.
MAX_RESULT = 250_000

# Lists and contexts in one another in one result.
MAX_RESULT_DEPTH = 100

# Warnings kept of one evaluation; a loop would repeat the same one.
MAX_WARNINGS = 50
