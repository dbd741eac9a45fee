"""A SAPIENT feed that is spoken to, one message at a time."""

from typing import Any

from codecs_world import HOME, T0_NS
from sapient_world import NODE, made

from vedette import codecs
from vedette.codecs import sapient
from vedette.config.site import Feed, Reference, Sensor, Site
from vedette.model.arrivals import Arrival
from vedette.model.enums import Mode

T_NS = T0_NS + 250_000_000
OURS = "0b8a1f3e-52b1-4c58-9d53-2b7f7bb2b5f1"


def make_site(kind="sapient_listen", **reference: Any) -> Site:
    return Site(
        schema=1,
        name="SAPIENT test",
        mode=Mode.SIMULATED,
        reference=Reference(**HOME, **reference),
        sensors=[
            Sensor(id="radar", kind="radar_3d", sapient_node=NODE, **HOME),
            Sensor(id="plain", kind="radar_3d", **HOME),
        ],
        feeds=[Feed(id="nodes", kind=kind, port=30200, node=OURS)],
    )


class Talk:
    """A feed that is spoken to, one message at a time."""

    def __init__(self, site=None, is_registered=True):
        self.decoders = codecs.open_decoders(site or make_site())
        if is_registered:
            assert self.say("registration")[0].kind == "registered"

    def say(self, kind, content=None, t_recv_ns=T_NS, **head):
        data = sapient.frame(made(kind, content, **head).SerializeToString())
        return codecs.decode(self.decoders, [Arrival(feed="nodes", t_recv_ns=t_recv_ns, data=data)])

    def note(self, kind, data=b""):
        arrival = Arrival(feed="nodes", t_recv_ns=T_NS, kind=kind, data=data)
        return codecs.decode(self.decoders, [arrival])

    def answered(self):
        """Give the last step's answers as (to whom, message)."""
        return [
            (answer.peer, sapient.parse(answer.data[sapient.HEAD_BYTES :]))
            for answer in codecs.answers(self.decoders)
        ]
