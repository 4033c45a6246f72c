"""The syntax tree to closures: each node becomes one function of the run and the local variables.

`base` holds what the families share; each family registers a function for its nodes.
"""

from engine.feel.compiler import access, calls, collections, loops, names, operators, tests
from engine.feel.compiler.base import Compiler, Level

__all__ = ["Compiler", "Level", "access", "calls", "collections", "loops", "names", "operators", "tests"]
