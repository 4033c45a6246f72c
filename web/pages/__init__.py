"""The pages people see: one family of pages a file, made on the server, in Chinese and English."""

from web.pages.families import register

__all__ = ["register"]
