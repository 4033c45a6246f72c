"""Who is asking: a person or an API client, with the groups it is in and the units it sees."""

from dataclasses import dataclass

from .groups import any_matches, meant

ADMIN, ANALYST, OPERATOR, WORKER = "admin", "analyst", "operator", "worker"


@dataclass(frozen=True, slots=True)
class Principal:
    """`units` are those whose cases it sees: its own and all below. `groups` include those it stands in for: of each
    person it is a substitute of, `lent` has the id and the groups.

    `roles` are platform roles (admin, analyst, operator, worker); the roles of the regulation are parts of groups.
    """

    id: str
    name: str
    unit: str
    units: frozenset[str]
    roles: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    language: str = "zh"
    source: str = "api"
    on_behalf_of: str | None = None
    own_groups: frozenset[str] = frozenset()
    lent: tuple[tuple[str, frozenset[str]], ...] = ()

    def is_admin(self) -> bool:
        return ADMIN in self.roles

    def may_deploy(self) -> bool:
        return bool(self.roles & {ANALYST, ADMIN})

    def may_operate(self) -> bool:
        return bool(self.roles & {OPERATOR, ADMIN})

    def may_serve(self) -> bool:
        """Whether it may take jobs and send messages and signals, as programs of other systems do."""
        return bool(self.roles & {WORKER, OPERATOR, ADMIN})

    def may_see(self, units: frozenset[str]) -> bool:
        """Whether a case with these involved units is seen: its units see it, and all above them."""
        return bool(self.units & units)

    def may_start(self, starters: tuple[str, ...]) -> bool:
        """Whether one of its groups is among a process's starters; a process without starters is for operators."""
        return self.may_operate() or any_matches(self.groups, starters)

    def people(self) -> tuple[str, ...]:
        """Itself and those it stands in for."""
        return (self.id, *(person for person, _ in self.lent))

    def candidate_groups(self) -> list[str]:
        """Every candidate group that means it."""
        return meant(self.groups)

    def may_work_on(self, groups: tuple[str, ...], users: tuple[str, ...], assignee: str | None) -> bool:
        """Whether a task is its own, or one it is a candidate for. A task without candidates is for operators."""
        if any(person == assignee or person in users for person in self.people()):
            return True
        return any_matches(self.groups, groups) or (not groups and not users and self.may_operate())

    def stands_in(self, groups: tuple[str, ...], users: tuple[str, ...], assignee: str | None) -> str | None:
        """For whom it works on a task: who has claimed it, or whose right it takes; None where its own is enough."""
        if assignee not in (None, self.id):
            return next((person for person, _ in self.lent if person == assignee), None)
        if self.id in users or any_matches(self.own_groups, groups):
            return None
        return next((person for person, lent in self.lent if person in users or any_matches(lent, groups)), None)
