"""From the bytes of a DMN 1.1 to 1.5 file to plain data, with a finding for everything that does not fit."""

from engine.dmn.drg import Definitions
from engine.dmn.errors import Finding
from engine.dmn.reading.definitions import read_definitions
from engine.dmn.reading.source import read_xml


def read(data: bytes, name: str = "") -> tuple[Definitions, list[Finding]]:
    """The file's content and findings; raises DmnError only for what is no harmless DMN file at all."""
    findings: list[Finding] = []
    return read_definitions(read_xml(data, name), findings), findings
