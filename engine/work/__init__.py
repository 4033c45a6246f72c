"""Work: jobs, the handlers' contract, retries, timers, messages and the inbox's commands."""
