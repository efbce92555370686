"""One field a topic, as a user with Python would write it: the topic split, a dictionary of fields,
orjson for the value where it is JSON. Prints one line of JSON like the gateway's program; the hash
is made of the same readings.

usage: orjson_fields.py FOLDER CORPUS [SECONDS]
"""

import json
import struct
import sys
import time

import orjson

ARRIVAL = 1_770_000_000_000
MASK = (1 << 64) - 1


def bits_of(value):
    return struct.unpack("<Q", struct.pack("<d", value + 0.0))[0]


def number(value):
    """A number, or a text that is one."""
    return float(value) if isinstance(value, str) else value


class Field:
    """A number with a unit that is converted by a factor."""

    def __init__(self, signal, factor=1.0, absent=()):
        self.number, self.kind, self.lowest, self.highest = signal
        self.factor, self.absent = factor, absent

    def readings(self, value, out):
        if value is None or value in self.absent:
            return
        value = number(value)
        if self.kind == "boolean":
            out.append((self.number, ARRIVAL, 1 if value else 0))
            return
        value = value * self.factor
        if self.kind == "integer":
            # Half away from zero, as the gateway rounds.
            value = int(value + 0.5) if value >= 0 else -int(-value + 0.5)
            bits = value & MASK
        else:
            bits = bits_of(value)
        if self.lowest <= value <= self.highest:
            out.append((self.number, ARRIVAL, bits))


class Location:
    """An object of two numbers."""

    def __init__(self, latitude, longitude):
        self.latitude, self.longitude = Field(latitude), Field(longitude)

    def readings(self, value, out):
        for key, member in value.items():
            if key == "latitude":
                self.latitude.readings(member, out)
            elif key == "longitude":
                self.longitude.readings(member, out)


class Words:
    """Texts that stand for values of several signals."""

    def __init__(self, *signals):
        self.signals = [(signal[0], words) for signal, words in signals]

    def readings(self, value, out):
        for number, words in self.signals:
            word = words.get(value)
            if word is not None:
                out.append((number, ARRIVAL, word))


class Parts:
    """Numbers between commas."""

    def __init__(self, *fields):
        self.fields = fields

    def readings(self, value, out):
        for field, part in zip(self.fields, value.split(",")):
            field.readings(part, out)


def read_signals(folder):
    signals = {}
    with open(f"{folder}/signals.tsv", encoding="utf-8") as file:
        for line in file:
            path, index, kind, lowest, highest = line.rstrip("\n").split("\t")
            signals[path] = (int(index), kind, float(lowest), float(highest))
    return signals


ABSENT = frozenset(["", "<invalid>", "Unknown", "SNA"])


def tesla_fields(signals):
    mile = 1609.344
    battery = "Vehicle.Powertrain.TractionBattery."
    wheels = "Vehicle.Chassis.Axle."
    charging = {
        "Charging": 1, "DetailedChargeStateCharging": 1, "Disconnected": 0,
        "DetailedChargeStateDisconnected": 0, "DetailedChargeStateNoPower": 0,
        "DetailedChargeStateComplete": 0, "DetailedChargeStateStopped": 0,
    }
    connected = {
        word: 0 if "Disconnected" in word else 1 for word in charging
    }
    port = "Charging.ChargingPort.AnyPosition."
    return {
        "Odometer": Field(signals["Vehicle.TraveledDistance"], mile, ABSENT),
        "VehicleSpeed": Field(signals["Vehicle.Speed"], 1.609344, ABSENT),
        "OutsideTemp": Field(signals["Vehicle.Exterior.AirTemperature"], 1.0, ABSENT),
        "Soc": Field(signals[battery + "StateOfCharge.Current"], 1.0, ABSENT),
        "BatteryLevel": Field(signals[battery + "StateOfCharge.Displayed"], 1.0, ABSENT),
        "EstBatteryRange": Field(signals[battery + "Range"], mile, ABSENT),
        "TpmsPressureFl": Field(
            signals[wheels + "Row1.Wheel.Left.Tire.Pressure"], 100.0, ABSENT | {0}),
        "DetailedChargeState": Words(
            (signals[battery + "Charging.IsCharging"], charging),
            (signals[battery + port + "IsChargingCableConnected"], connected)),
        "Location": Location(
            signals["Vehicle.CurrentLocation.Latitude"],
            signals["Vehicle.CurrentLocation.Longitude"]),
    }


def decode_tesla(topic, payload, fields, out):
    """telemetry/VIN/v/FIELD; the vehicle's name is what a gateway would go on with."""
    levels = topic.decode().split("/")
    if len(levels) < 4 or levels[-2] != "v":
        return None
    field = fields.get(levels[-1])
    if field is not None:
        field.readings(orjson.loads(payload), out)
    return levels[-3]


NO_NUMBER = frozenset(["", "nan", "-nan", "inf"])


def ovms_fields(signals):
    battery = "Vehicle.Powertrain.TractionBattery."
    wheels = "Vehicle.Chassis.Axle."
    tyres = [
        Field(signals[f"{wheels}{row}.Wheel.{side}.Tire.Pressure"], 1.0, NO_NUMBER | {"0"})
        for row in ("Row1", "Row2") for side in ("Left", "Right")
    ]
    return {
        "v/p/odometer": Field(signals["Vehicle.TraveledDistance"], 1000.0, NO_NUMBER),
        "v/p/speed": Field(signals["Vehicle.Speed"], 1.0, NO_NUMBER),
        "v/b/soc": Field(signals[battery + "StateOfCharge.Displayed"], 1.0, NO_NUMBER),
        "v/b/soh": Field(signals[battery + "StateOfHealth"], 1.0, NO_NUMBER | {"0"}),
        "v/b/12v/voltage": Field(
            signals["Vehicle.LowVoltageBattery.CurrentVoltage"], 1.0, NO_NUMBER),
        "v/p/latitude": Field(signals["Vehicle.CurrentLocation.Latitude"], 1.0, NO_NUMBER),
        "v/p/longitude": Field(signals["Vehicle.CurrentLocation.Longitude"], 1.0, NO_NUMBER),
        "v/e/temp": Field(signals["Vehicle.Exterior.AirTemperature"], 1.0, NO_NUMBER),
        "v/t/pressure": Parts(*tyres),
        "v/c/charging": Words((signals[battery + "Charging.IsCharging"], {"yes": 1, "no": 0})),
    }


def decode_ovms(topic, payload, fields, out):
    """ovms/USER/VEHICLE/metric/FIELD, where the field has slashes of its own; bare text."""
    levels = topic.decode().split("/", 4)
    if len(levels) < 5 or levels[0] != "ovms" or levels[3] != "metric":
        return None
    field = fields.get(levels[4])
    if field is not None:
        field.readings(payload.decode(), out)
    return levels[2]


FORMS = {"tesla": (tesla_fields, decode_tesla), "ovms": (ovms_fields, decode_ovms)}


def main():
    folder, corpus = sys.argv[1:3]
    seconds = float(sys.argv[3]) if len(sys.argv) > 3 else 1
    make_fields, decode = FORMS[corpus]
    fields = make_fields(read_signals(folder))
    with open(f"{folder}/{corpus}.tsv", "rb") as file:
        messages = [line.split(b"\t", 1) for line in file.read().splitlines()]
    digest, readings = 0, 0
    out = []
    for topic, payload in messages:
        out.clear()
        decode(topic, payload, fields, out)
        readings += len(out)
        for reading in out:
            for part in reading:
                digest = ((digest ^ part) * 0x100000001B3) & MASK
    best, passes, begun = float("inf"), 0, time.perf_counter()
    while time.perf_counter() - begun < seconds or passes < 5:
        start = time.perf_counter_ns()
        for topic, payload in messages:
            out.clear()
            decode(topic, payload, fields, out)
        best = min(best, time.perf_counter_ns() - start)
        passes += 1
    print(json.dumps({
        "corpus": corpus, "ns": round(best / len(messages), 1), "messages": len(messages),
        "readings": readings, "passes": passes, "hash": f"{digest:x}"}))


if __name__ == "__main__":
    main()
