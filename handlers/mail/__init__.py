"""The port `mail`: SMTP."""
