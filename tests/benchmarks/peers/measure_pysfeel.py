"""Run by the throw-away environment's Python: how long pySFeel takes for the expressions on standard input."""

import contextlib
import io
import json
import sys
import time
from collections.abc import Callable

import pySFeel


def main() -> None:
    asked = json.load(sys.stdin)
    # It prints what it parses.
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        parser = pySFeel.SFeelParser()
        for name, value in asked["scope"].items():
            parser.sFeelParse(f"{name} <- {json.dumps(value)}")
        answer = parser.sFeelParse(asked["condition"])[1]
        if answer is not True:
            raise SystemExit(f"it has another answer: {answer!r}")
        times = {
            "condition": best(lambda: parser.sFeelParse(asked["condition"]), asked),
            "cells": best(lambda: [parser.sFeelParse(cell) for cell in asked["cells"]], asked),
        }
    json.dump(times, sys.stdout)


def best(work: Callable[[], object], asked: dict[str, float]) -> float:
    """Microseconds a call takes, in the best batch."""
    batch, found, until = int(asked["batch"]), float("inf"), time.perf_counter() + asked["seconds"]
    while time.perf_counter() < until:
        began = time.perf_counter()
        for _ in range(batch):
            work()
        found = min(found, time.perf_counter() - began)
    return found / batch * 1e6


if __name__ == "__main__":
    main()
