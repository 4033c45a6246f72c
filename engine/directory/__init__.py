"""Units, roles, people, substitutes and calendars: who may do what, and when."""
