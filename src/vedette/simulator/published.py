"""What a scenario's receivers publish at a real MQTT broker: the demo's side of the `*_mqtt` feeds.

The broker is not ours and must run already. Before the first word it is asked, by an empty message,
until it says that somebody has subscribed: what is published to nobody is lost.
"""

import asyncio
import threading
from typing import TYPE_CHECKING, Any

from vedette.base.errors import VedetteError
from vedette.config.site import Feed

if TYPE_CHECKING:
    import paho.mqtt.client as paho

NO_SUBSCRIBER = 0x10  # MQTT 5, reason of PUBACK
PROBES = {"remote_id_mqtt": b"{}", "detections_mqtt": b"\n"}  # no report in their formats
ASK_AGAIN_S = 0.1
CONNECT_S = 10.0


class Publisher:
    """One feed's messages to its broker."""

    def __init__(self, feed: Feed) -> None:
        self.feed = feed
        self.topic = (feed.topic or "#").replace("#", "scenario").replace("+", "scenario")
        self._client: paho.Client | None = None
        self._answered = threading.Event()
        self._reason = NO_SUBSCRIBER

    async def open(self) -> None:
        """Connect to the broker. Raises VedetteError where there is none."""
        await asyncio.to_thread(self._connect)

    def _connect(self) -> None:
        import paho.mqtt.client as paho
        from paho.mqtt.enums import CallbackAPIVersion

        client = paho.Client(CallbackAPIVersion.VERSION2, protocol=paho.MQTTv5)
        if self.feed.user is not None:
            client.username_pw_set(self.feed.user, self.feed.password)
        if self.feed.tls_ca is not None:
            client.tls_set(self.feed.tls_ca, self.feed.tls_certificate, self.feed.tls_key)
        client.on_publish = self._on_publish
        client.connect_timeout = CONNECT_S
        try:
            client.connect(self.feed.host, self.feed.port)
        except OSError as error:
            where = f"{self.feed.host}:{self.feed.port}"
            raise VedetteError(f"feed {self.feed.id!r}: no MQTT broker at {where}") from error
        client.loop_start()
        self._client = client

    def _on_publish(
        self, client: Any, userdata: Any, mid: int, reason: Any, properties: Any
    ) -> None:
        self._reason = reason.value
        self._answered.set()

    async def heard(self) -> None:
        """Wait until somebody has subscribed; the last message asked with has then arrived."""
        self._reason = NO_SUBSCRIBER
        while self._reason == NO_SUBSCRIBER:
            await asyncio.to_thread(self._ask)
            await asyncio.sleep(ASK_AGAIN_S if self._reason == NO_SUBSCRIBER else 0.0)

    def _ask(self) -> None:
        assert self._client is not None
        self._answered.clear()
        self._client.publish(self.topic, PROBES[self.feed.kind], qos=1)
        self._answered.wait(CONNECT_S)

    def publish(self, data: bytes) -> None:
        """Publish one message."""
        assert self._client is not None
        self._client.publish(self.topic, data, qos=1)

    def close(self) -> None:
        """Leave the broker."""
        if self._client is not None:
            self._client.disconnect()
            self._client.loop_stop()
