"""The port `device`: network elements asked over SNMP."""
