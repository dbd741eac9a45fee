"""What every output is given of the service around it."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from vedette.config.site import Output, Site
from vedette.model.arrivals import Arrival


@dataclass(slots=True)
class Surroundings:
    """The service, as far as an output may know it.

    site: with the zones that stand now, so that an output asks for it anew with each picture.
    now_ns: its time. note: takes an Arrival that says what became of the output. send: speaks over
    a feed's own connection (feed id, bytes, peer or None for all); False where nobody is there.
    written: by output, what it has handed to the system since the service looked last.
    """

    site: Site
    now_ns: Callable[[], int]
    note: Callable[[Arrival], None]
    send: Callable[[str, bytes, str | None], bool]
    written: Counter[str] = field(default_factory=Counter)

    def tell(self, output: Output, kind: str, count: int = 0) -> None:
        """Say what became of an output: "opened", "closed", or "shed" with how many."""
        self.note(Arrival(feed=output.id, t_recv_ns=self.now_ns(), kind=kind, count=count))

    def wrote(self, output: Output, count: int) -> None:
        """Count what an output has written: events, messages, lines or datagrams."""
        if count > 0:
            self.written[output.id] += count
