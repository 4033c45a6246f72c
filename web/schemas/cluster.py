"""Topology, licence, the one who asks, and the clock."""

from web.schemas.fields import Anything, Flag, Inner, Moment, Several, Shape, Text, Whole


class Partition(Shape):
    """A part of a cluster; we have one."""

    partition_id = Whole()
    role = Text()
    health = Text()


class Broker(Shape):
    """A node of a cluster."""

    node_id = Whole()
    host = Text()
    port = Whole()
    partitions = Several(Inner(Partition))
    version = Text()


class Topology(Shape):
    """The nodes there are."""

    brokers = Several(Inner(Broker))
    cluster_id = Text()
    cluster_size = Whole()
    partitions_count = Whole()
    replication_factor = Whole()
    gateway_version = Text()
    last_completed_change_id = Text()


class License(Shape):
    """Camunda's licence state."""

    valid_license = Flag()
    license_type = Text()
    is_commercial = Flag()
    expires_at = Moment()


class Tenant(Shape):
    """The one tenant."""

    name = Text()
    tenant_id = Text()
    description = Text()


class Me(Shape):
    """Who asks. `unit` and `language` are ours."""

    username = Text()
    display_name = Text()
    email = Text()
    authorized_components = Several(Text())
    tenants = Several(Inner(Tenant))
    groups = Several(Text())
    roles = Several(Text())
    sales_plan_type = Text()
    c8_links = Anything(data_key="c8Links")
    can_logout = Flag()
    unit = Text()
    language = Text()


class ClockPin(Shape):
    """The moment to stand at, in milliseconds since 1970."""

    timestamp = Whole(0, 253_402_300_799_999, required=True)
