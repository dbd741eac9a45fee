"""A client of TAK as pytak makes one; runs in the environment of the peers.

    python pytak_client.py '{"COT_URL": "tcp://127.0.0.1:8087", ...}' EVENT_XML|-

Sends the event once it has connected, then again each second; writes each event that it hears as a
line of hexadecimal digits, with the fields that pytak read where it speaks protobuf.
"""

import asyncio
import configparser
import json
import sys

import pytak


class Sender(pytak.QueueWorker):
    async def handle_data(self, data):
        await self.put_queue(data)

    async def run(self):
        while True:
            if sys.argv[2] != "-":
                await self.handle_data(sys.argv[2].encode())
            await asyncio.sleep(1.0)


class Receiver(pytak.QueueWorker):
    async def handle_data(self, data):
        if not isinstance(data, bytes):  # a TakMessage of takproto
            event = data.cotEvent
            said = {"type": event.type, "uid": event.uid, "lat": event.lat, "lon": event.lon,
                    "hae": event.hae, "ce": event.ce, "callsign": event.detail.contact.callsign,
                    "speed": event.detail.track.speed, "xml": event.detail.xmlDetail}  # fmt: skip
            print(json.dumps(said), flush=True)
            return
        print(data.hex(), flush=True)

    async def run(self):
        while True:
            await self.handle_data(await self.queue.get())


async def main():
    parser = configparser.ConfigParser()
    parser["client"] = json.loads(sys.argv[1])
    tool = pytak.CLITool(parser["client"])
    await tool.setup()
    tool.add_tasks(
        {Sender(tool.tx_queue, parser["client"]), Receiver(tool.rx_queue, parser["client"])}
    )
    print("ready", flush=True)
    await tool.run()


asyncio.run(main())
