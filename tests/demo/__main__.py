"""python -m tests.demo: the story of a fault, told beside a running `make serve`."""

import sys
import time

import requests

import engine
from tests.demo.office import Office
from tests.demo.story import Story


def main() -> int:
    """1 where no Trunkline with its demo answers."""
    settings = engine.load_settings()
    address = f"http://{settings.host}:{settings.port}"
    try:
        requests.get(f"{address}/readyz", timeout=5).raise_for_status()
    except requests.RequestException as error:
        sys.stderr.write(f"Nothing answers at {address}: start `make serve` in another terminal first. ({error})\n")
        return 1
    if requests.get(f"{address}/v2/topology", auth=("admin", "demo"), timeout=5).status_code == 401:
        sys.stderr.write(f"The Trunkline at {address} runs without its demo: start it by `make serve`.\n")
        return 1
    Story(Office(address), settings.data / "demo" / "mail", say).tell()
    return 0


def say(line: str) -> None:
    sys.stdout.write(f"{time.strftime('%H:%M:%S')}  {line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
