"""The menu: what there is for a person, by role."""

from dataclasses import dataclass

import engine


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the menu. `name` is its text's name in `translations/frame.yaml`."""

    name: str
    address: str
    icon: str
    current: bool = False


EVERYBODY = (
    Entry("menu_inbox", "/inbox", "inbox"),
    Entry("menu_start", "/start", "circle-plus"),
    Entry("menu_cases", "/cases", "briefcase"),
)
ANALYSTS = (Entry("menu_modeler", "/models", "sitemap"),)
OPERATORS = (Entry("menu_operations", "/operations", "activity"),)


def entries(person: engine.Principal, path: str) -> list[Entry]:
    """The person's menu, with the entry marked that the path lies below."""
    found = [*EVERYBODY]
    found += ANALYSTS if person.may_deploy() else ()
    found += OPERATORS if person.may_operate() else ()
    return [Entry(one.name, one.address, one.icon, _lies_below(path, one.address)) for one in found]


def _lies_below(path: str, address: str) -> bool:
    below = path == address or path.startswith(f"{address}/")
    # A task is opened from the inbox.
    return below or (address == "/inbox" and path.startswith("/tasks/"))
