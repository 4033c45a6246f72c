"""The demo set: a mail server, SNMP agents and an inventory on loopback, for first cases."""
