"""Other job queues on PostgreSQL for Python, each behind the same program; see README.md."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Peer:
    module: str
    # The part of the jobs that it gets in bulk and drain, so that a round takes seconds for each.
    share: float


PEERS = {
    "pgqueuer": Peer("pgqueuer_peer", 1),
    "procrastinate": Peer("procrastinate_peer", 1 / 60),
    "oban": Peer("oban_peer", 1 / 30),
    "chancy": Peer("chancy_peer", 1 / 15),
}
