"""The resources of the API, one a file."""

from web.api import clock, cluster

BLUEPRINTS = [clock.blueprint, cluster.blueprint]
