"""The front door: every name the other rooms may use."""

from engine.work.contract import BpmnError, Handler, Job, Port, Retry

__all__ = ["BpmnError", "Handler", "Job", "Port", "Retry"]
