"""The pure core: tokens, scopes, joins and events of one instance. A command in, the new state and effects out."""
