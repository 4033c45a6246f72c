"""python -m web: the web server alone. python -m web serve: the database, the web server and a worker together."""

import argparse
import gc
import os
import signal
import sys
from types import FrameType
from typing import Any

import waitress
from waitress.task import ThreadedTaskDispatcher

import engine
from web import children

# Requests that wait (jobs wanted, events to come) hold a thread each.
THREADS = 48
CONNECTIONS = 2_000
LARGEST_BODY_READ = 64 * 1024 * 1024
STOP_SECONDS = 0.5


def main() -> int:
    """Run what the arguments ask for; 2 where the settings or the database refuse it."""
    parser = argparse.ArgumentParser(prog="python -m web", description=__doc__)
    parser.add_argument("command", nargs="?", choices=["serve"], help="without one: the web server alone")
    command = parser.parse_args().command
    try:
        settings = engine.load_settings()
        engine.configure_logs(settings.log_level)
        # A calendar that cannot be read is refused now, not when the first limit is counted.
        engine.holidays_known_until()
        if command == "serve":
            from web.serve import serve

            return serve(settings)
        return run(settings)
    except SystemExit:
        return 0
    except engine.TrunklineError as error:
        sys.stderr.write(engine.words(error, engine.terminal_language()) + "\n")
        return 2


def run(settings: engine.Settings) -> int:
    """Serve until SIGTERM or Ctrl-C."""
    from web.app import create_app
    from web.pages.live import STREAMS

    children.end_with_supervisor()
    with engine.database(settings) as url:
        engine.require_current(url)
        # Requests that wait hold a thread and no connection; two web processes and two workers stay within what the
        # embedded server allows.
        engine.configure(url, connections=THREADS // 2)
        signal.signal(signal.SIGTERM, _end)
        threads = _Threads()
        # Each open inbox holds a thread that does nothing but wait.
        threads.set_thread_count(THREADS + STREAMS)
        application = create_app(settings)
        server = waitress.create_server(application, _dispatcher=threads, **server_options(settings))
        # What is there now stays: looking through it for garbage would stop every request for a tenth of a second.
        gc.collect()
        gc.freeze()
        server.run()
    return 0


def server_options(settings: engine.Settings) -> dict[str, Any]:
    """What waitress is told of itself."""
    options: dict[str, Any] = {
        "host": settings.host,
        "port": settings.port,
        "ident": None,
        # Browsers keep connections open, and each open inbox holds one.
        "connection_limit": CONNECTIONS,
        # select() takes no descriptor beyond 1,023, and there may be more connections than that.
        "asyncore_use_poll": True,
        # A body between the application's limit and this one is read to its end and refused with a sentence.
        "max_request_body_size": LARGEST_BODY_READ,
    }
    if settings.trusted_proxy:
        options |= {
            "trusted_proxy": settings.trusted_proxy,
            "trusted_proxy_headers": {"x-forwarded-for", "x-forwarded-proto", "x-forwarded-host", "x-forwarded-port"},
            "clear_untrusted_proxy_headers": True,
        }
    return options


class _Threads(ThreadedTaskDispatcher):  # type: ignore[misc]
    """Waitress waits for running requests; one that waits for something itself does not get longer than this."""

    def shutdown(self, cancel_pending: bool = True, timeout: float = STOP_SECONDS) -> bool:
        return bool(super().shutdown(cancel_pending, timeout))


def _end(number: int, frame: FrameType | None) -> None:
    raise SystemExit(0)


if __name__ == "__main__":
    status = main()
    sys.stdout.flush()
    # Taking the interpreter down in good order costs most of a second, and everything is ended by now.
    os._exit(status)
