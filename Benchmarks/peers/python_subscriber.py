"""The subscriber that a user would write: paho-mqtt, orjson, and sqlite3 with a commit every 1,000
messages. It parses the six signals and keeps the newest value of each per vehicle.

usage: python_subscriber.py HOST PORT TOPIC QOS SECONDS [DATABASE]
Needs paho-mqtt (2.x) and orjson from PyPI. Prints the same line of JSON as the yardstick.
"""

import json
import os
import sqlite3
import sys
import tempfile
import time

import orjson
import paho.mqtt.client as mqtt
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

COMMIT_EVERY = 1000
FIRST_MESSAGE_SECONDS_MAX = 60
SIGNALS = (
    "Vehicle.Speed",
    "Vehicle.TraveledDistance",
    "Vehicle.Service.DistanceToService",
    "Vehicle.Service.TimeToService",
    "Vehicle.LowVoltageBattery.CurrentVoltage",
    "Vehicle.Powertrain.TractionBattery.StateOfCharge.Displayed",
)


class Store:
    """The newest values of every vehicle, on disk."""

    def __init__(self, path):
        self.connection = sqlite3.connect(path, isolation_level=None)
        self.connection.execute("PRAGMA journal_mode=WAL")
        self.connection.execute("PRAGMA synchronous=FULL")
        columns = ", ".join(f'"{name}" REAL' for name in SIGNALS)
        self.connection.execute(
            f"CREATE TABLE IF NOT EXISTS vehicle (id TEXT PRIMARY KEY, ts TEXT, {columns})"
        )
        places = ", ".join("?" * (2 + len(SIGNALS)))
        self.insert = f"INSERT OR REPLACE INTO vehicle VALUES ({places})"
        self.pending = 0
        self.connection.execute("BEGIN")

    def add(self, topic, payload):
        document = orjson.loads(payload)
        signals = document["signals"]
        vehicle = topic.split("/")[1]
        row = (vehicle, document["ts"], *(signals.get(name) for name in SIGNALS))
        self.connection.execute(self.insert, row)
        self.pending += 1
        if self.pending >= COMMIT_EVERY:
            self.commit()

    def commit(self):
        self.connection.execute("COMMIT")
        self.connection.execute("BEGIN")
        self.pending = 0


def main():
    if len(sys.argv) < 6:
        print(__doc__, file=sys.stderr)
        return 2
    host, port, topic, qos = sys.argv[1], int(sys.argv[2]), sys.argv[3], int(sys.argv[4])
    duration = float(sys.argv[5])
    folder = tempfile.TemporaryDirectory()
    path = sys.argv[6] if len(sys.argv) > 6 else os.path.join(folder.name, "vehicles.db")
    store = Store(path)
    counted = {"messages": 0, "first": None, "cpu": 0.0, "skip": 0}

    def on_connect(client, userdata, flags, reason, properties):
        if reason.is_failure:
            print(f"python_subscriber: {reason}", file=sys.stderr)
            os._exit(1)
        client.subscribe(topic, qos)

    def on_message(client, userdata, message):
        store.add(message.topic, message.payload)
        counted["messages"] += 1
        if counted["first"] is None:
            counted["first"] = time.monotonic()
            counted["cpu"] = time.process_time()
            counted["skip"] = 1

    client = mqtt.Client(
        mqtt.CallbackAPIVersion.VERSION2,
        client_id=f"python-subscriber-{os.getpid()}",
        protocol=mqtt.MQTTv5,
    )
    client.on_connect = on_connect
    client.on_message = on_message
    properties = Properties(PacketTypes.CONNECT)
    properties.SessionExpiryInterval = 600
    properties.ReceiveMaximum = 65535
    client.connect(host, port, 60, clean_start=False, properties=properties)
    begun = time.monotonic()
    while True:
        client.loop(timeout=0.1)
        now = time.monotonic()
        first = counted["first"]
        if first is not None and now - first >= duration:
            break
        if first is None and now - begun > FIRST_MESSAGE_SECONDS_MAX:
            print("python_subscriber: no message came", file=sys.stderr)
            return 1
    seconds = time.monotonic() - counted["first"]
    cpu = time.process_time() - counted["cpu"]
    messages = counted["messages"] - counted["skip"]
    store.commit()
    print(
        json.dumps(
            {
                "messages": messages,
                "seconds": round(seconds, 3),
                "cpu_seconds": round(cpu, 4),
                "cpu_us_per_message": round(cpu * 1e6 / messages, 3) if messages else 0,
                "rate": round(messages / seconds),
            },
            separators=(",", ":"),
        )
    )
    farewell = Properties(PacketTypes.DISCONNECT)
    farewell.SessionExpiryInterval = 0
    client.disconnect(properties=farewell)
    return 0


if __name__ == "__main__":
    sys.exit(main())
