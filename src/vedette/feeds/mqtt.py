"""Transport *_mqtt: we subscribe at a broker; each message published there is an arrival.

The broker is told to keep back what is larger than we read (MQTT 5), our own queue is bounded, and
a broker that is away is called again for ever, with growing pauses. The client library is loaded
when such a feed is opened, not before.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING, Any

from vedette.config.site import Feed
from vedette.feeds.intake import Intake
from vedette.feeds.tak import tls_context
from vedette.model.arrivals import Arrival

if TYPE_CHECKING:
    import aiomqtt

MESSAGE_BYTES_MAX = 1 << 18  # asked of the broker; four times what any payload of ours may have
QUEUE_MAX = 10_000  # messages the library holds for us, besides the intake's own queue
CONNECT_TIMEOUT_S = 5.0
KEEP_ALIVE_S = 15  # the broker is gone when it has not answered one and a half times as long
PAUSE_MIN_S, PAUSE_MAX_S = 0.25, 30.0

Clock = Callable[[], int]


class _Waiting(asyncio.Queue["aiomqtt.Message"]):
    """What the library holds for us: when it is full the oldest goes, and is counted."""

    lost = 0

    def put_nowait(self, item: "aiomqtt.Message") -> None:
        """Take in a message."""
        if self.full():
            self.get_nowait()
            self.lost += 1
        super().put_nowait(item)


async def stay_subscribed(feed: Feed, intake: Intake, clock: Clock) -> None:
    """Keep a subscription: connect, take messages until it ends, connect again, for ever.

    Raises VedetteError where the feed's TLS files cannot be used.
    """
    import aiomqtt

    def put(kind: str, data: bytes = b"", count: int = 0) -> None:
        intake.put(Arrival(feed=feed.id, t_recv_ns=clock(), kind=kind, data=data, count=count))

    tls, pause_s = tls_context(feed), PAUSE_MIN_S
    while True:
        is_open = False
        try:
            async with _client(feed, tls) as client:
                await client.subscribe(feed.topic or "#", qos=1)
                put("opened")
                is_open = True
                async for payload, lost in _payloads(client):
                    pause_s = PAUSE_MIN_S
                    if lost:
                        put("shed", count=lost)
                    put("data", payload)
        except aiomqtt.MqttCodeError as error:  # the broker answers, and does not want us
            put("refused", f"broker: {error}"[:200].encode(), 1)
        except (aiomqtt.MqttError, OSError, TimeoutError):
            pass  # away: called again, and shown as not connected
        finally:
            if is_open:
                put("closed")
        await asyncio.sleep(pause_s)
        pause_s = min(2.0 * pause_s, PAUSE_MAX_S)


def _client(feed: Feed, tls: ssl.SSLContext | None) -> "aiomqtt.Client":
    import aiomqtt
    from paho.mqtt.packettypes import PacketTypes
    from paho.mqtt.properties import Properties

    limits: Any = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
    limits.MaximumPacketSize = MESSAGE_BYTES_MAX
    return aiomqtt.Client(
        feed.host,
        feed.port,
        username=feed.user,
        password=feed.password,
        protocol=aiomqtt.ProtocolVersion.V5,
        properties=limits,
        tls_context=tls,
        timeout=CONNECT_TIMEOUT_S,
        keepalive=KEEP_ALIVE_S,
        queue_type=_Waiting,
        max_queued_incoming_messages=QUEUE_MAX,
    )


async def _payloads(client: "aiomqtt.Client") -> AsyncIterator[tuple[bytes, int]]:
    """Give each message's octets, and how many messages were lost before it."""
    waiting, told = client._queue, 0  # the only way to a count that the library does not keep
    async for message in client.messages:
        lost = waiting.lost - told if isinstance(waiting, _Waiting) else 0
        told += lost
        yield message.payload, lost
