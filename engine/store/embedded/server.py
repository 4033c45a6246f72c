"""The embedded server as its users see it: the first process to come starts it, the last to go stops it."""

from pathlib import Path
from types import TracebackType
from typing import Self

from engine.errors import Conflict
from engine.store.embedded.addresses import Address
from engine.store.embedded.cluster import DATABASE, SUPERUSER, USER, make_data_folder, prepare
from engine.store.embedded.locks import Membership, held_alone
from engine.store.embedded.postmaster import Postmaster


class EmbeddedServer:
    """One process's share in the server of a data folder, from `start` or `with` on until `stop`.

    Using it is a lock the kernel frees when the process dies. A server all of whose users were killed goes on,
    and the next to start takes it over; one that was killed itself is started again and recovers.
    """

    def __init__(self, data: Path, port: int | None = None) -> None:
        self.data = data.absolute()
        self._port = port
        self._membership = Membership(self.data / "users.lock")
        self._postmaster: Postmaster | None = None
        self._urls: dict[str, str] = {}

    def start(self) -> Self:
        """Be a user of the running server, made and started first if need be; again after it died, it revives it.

        Raises Unavailable or Conflict if that is not possible, each saying what to do.
        """
        make_data_folder(self.data)
        with held_alone(self.data / "server.lock"):
            cluster = prepare(self.data)
            if self._postmaster is None:
                self._postmaster = Postmaster(cluster)
            address = self._join(self._postmaster)
        self._urls = {user: address.url(user, cluster.password, "{database}") for user in (USER, SUPERUSER)}
        return self

    def is_running(self) -> bool:
        """Whether the postmaster lives; a supervisor asks and calls `start` again if it does not."""
        return self._postmaster is not None and self._postmaster.pid() is not None

    def stop(self) -> None:
        """Use it no longer; the last user ends the server. Harmless when called twice, or before `start`."""
        if self._postmaster is None:
            return
        with held_alone(self.data / "server.lock"):
            if self._membership.leave():
                self._postmaster.stop()

    def url(self, database: str = DATABASE) -> str:
        """Where Trunkline's own role connects to: it owns its databases and is no superuser."""
        return self._urls[USER].replace("{database}", database)

    def superuser_url(self, database: str = "postgres") -> str:
        """Where an administrator connects to."""
        return self._urls[SUPERUSER].replace("{database}", database)

    def _join(self, postmaster: Postmaster) -> Address:
        try:
            return self._join_as_found(postmaster)
        except Conflict:
            if postmaster.pid() is not None:
                raise
            # It was one that outlived its users, and ended just now: a new one can have the port asked for.
            return self._join_as_found(postmaster)

    def _join_as_found(self, postmaster: Postmaster) -> Address:
        self._membership.join()
        try:
            return postmaster.ensure(self._port)
        except BaseException:
            # Also when a Ctrl-C comes in between: what nobody uses is not left running.
            if self._membership.leave():
                postmaster.stop()
            raise

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
