"""Measures the gateway beside its peers, and the pipeline alone. Prints a table and writes a JSON
array of {"id","value","unit","peer","ratio","hash"}; "peer" is the peer's value in the same unit,
"ratio" how many times better than the peer the gateway is.

usage: bench.py --turnpike FILE --pipeline FILE --yardstick FOLDER --python FILE --output FILE
                [--can FILE] [--decoding FILE --simdjson FILE] [--only PREFIX] [--window SECONDS]
                [--connections COUNT] [--keep]

Only the standard library is used here; --python is the interpreter of an environment with
paho-mqtt, orjson and cantools. scripts/bench.sh builds everything and calls this.
"""

import argparse
import json
import os
import shutil
import signal
import sys
import time

import can_frames
import decoding_messages
from fleet_files import write_files
from latency import WebhookReceiver, measure_latency
from protobuf import measure_protobuf
from stage import Broker, Child, Failure, Gateway

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
TOPIC = "vss/+/telemetry"
VEHICLES = 100_000
# Vehicles whose service comes due while the latency is measured, each once.
DUE_VEHICLES = 1_009
PUBLISHER_CONNECTIONS = 2
# Between two rounds of reads, as the gateway's own default.
PAUSE_MS = 5
# In so many seconds every vehicle has spoken, so none is new while it counts.
WARM_UP_SECONDS = 4
PEER_SECONDS = 15
# Load at which the latency is measured, as a share of the rate that the gateway was seen to take.
LATENCY_LOAD = 0.7


class Bench:
    """What was measured so far, and the tools to measure with."""

    def __init__(self, options, folder):
        self.options, self.folder = options, folder
        self.results, self.publisher_cpu = [], []
        self.webhook = WebhookReceiver()
        self.gateway = Gateway(
            options.turnpike, ROOT, folder, self.webhook.port, options.connections)

    def prepare(self):
        begun = time.monotonic()
        url = f"http://127.0.0.1:{self.webhook.port}/leads"
        for kind, path in write_files(self.folder, VEHICLES, DUE_VEHICLES, url):
            self.gateway.command("import", kind, path)
        say(f"imported {VEHICLES + DUE_VEHICLES} vehicles in {time.monotonic() - begun:.1f} s")

    def publisher(self, broker, qos, seconds, *more):
        command = [os.path.join(self.options.yardstick, "publisher"), "127.0.0.1"]
        words = [broker.port, qos, seconds, *(more or (PUBLISHER_CONNECTIONS,))]
        return Child("publisher", command + [str(word) for word in words], self.folder)

    def note_publisher(self, result):
        self.publisher_cpu.append(result["cpu_us_per_message"])
        return result["cpu_us_per_message"]

    def peer_round(self, name, command, qos):
        """A subscriber that prints its own cost, with the publishers beside it."""
        with Broker(self.folder) as broker:
            words = ["127.0.0.1", broker.port, TOPIC, qos, PEER_SECONDS]
            if name == "yardstick":
                words.append(PAUSE_MS)
            peer = Child(name, command + [str(word) for word in words], self.folder)
            publisher = self.publisher(broker, qos, PEER_SECONDS + 2)
            result = peer.result(PEER_SECONDS + 90)
            mine = self.note_publisher(publisher.result(60))
        say_round(name, qos, result["cpu_us_per_message"], result["rate"], mine)
        return result["cpu_us_per_message"], result["rate"]

    def yardstick_round(self, qos):
        return self.peer_round(
            "yardstick", [os.path.join(self.options.yardstick, "yardstick")], qos)

    def python_round(self):
        script = os.path.join(ROOT, "Benchmarks", "peers", "python_subscriber.py")
        return self.peer_round("python", [self.options.python, script], 1)

    def gateway_round(self, qos):
        """A window as long as the time between two snapshots, so that one falls into it."""
        window = self.options.window
        with Broker(self.folder) as broker:
            self.gateway.start(broker, qos)
            publisher = self.publisher(broker, qos, WARM_UP_SECONDS + window + 2)
            time.sleep(WARM_UP_SECONDS)
            begin = self.gateway.sample()
            time.sleep(window)
            end = self.gateway.sample()
            mine = self.note_publisher(publisher.result(120))
            counters = self.gateway.counters()
            self.gateway.stop()
        seconds, cpu, messages = (end[part] - begin[part] for part in range(3))
        if messages < 1:
            raise Failure("the gateway received nothing; see gateway.log")
        check_applied(counters)
        say_round("gateway", qos, cpu * 1e6 / messages, messages / seconds, mine)
        return cpu * 1e6 / messages, messages / seconds

    def add(self, name, value, unit, peer=None, ratio=None, digest=None):
        self.results.append({
            "id": name, "value": rounded(value), "unit": unit, "peer": rounded(peer),
            "ratio": rounded(ratio), "hash": digest,
        })

    def wants(self, name):
        """Whether --only names it, something in it, or something that it is in."""
        only = self.options.only or ""
        return name.startswith(only) or only.startswith(name)

    def ingest(self):
        """Rounds in turn, so that a busy moment of the machine meets both; all of them count."""
        for qos, rounds in ((0, 1), (1, 2)):
            if not self.wants(f"ingest.qos{qos}"):
                continue
            yardstick, gateway = [], []
            for _ in range(rounds):
                yardstick.append(self.yardstick_round(qos))
                gateway.append(self.gateway_round(qos))
            yardstick.append(self.yardstick_round(qos))
            cost, peer_cost = mean(gateway, 0), mean(yardstick, 0)
            self.add(f"ingest.qos{qos}.cpu", cost, "µs/message", peer_cost, peer_cost / cost)
            if qos == 1:
                rate, peer_rate = mean(gateway, 1), mean(yardstick, 1)
                self.add("ingest.qos1.rate", rate, "messages/s", peer_rate, rate / peer_rate)
                python_cost = self.python_round()[0]
                self.add(
                    "ingest.qos1.cpu.python", cost, "µs/message", python_cost,
                    python_cost / cost)

    def pipeline(self):
        if not self.wants("pipeline.rate"):
            return
        command = [self.options.pipeline, "--folder", self.folder]
        result = Child("pipeline", command, self.folder).result(300)
        say(f"pipeline: {result['cpu_us_per_message']:.2f} µs CPU a message")
        self.add("pipeline.rate", result["rate_per_core"], "messages/s/core",
                 digest=result["hash"])

    def memory(self):
        if not self.wants("memory.vehicle"):
            return
        command = [self.options.pipeline, "--memory", "--folder", self.folder]
        result = Child("memory", command, self.folder).result(300)
        say(f"memory: {result['bytes_per_vehicle']} bytes a vehicle of {result['vehicles']}, "
            f"{result['resident_bytes_per_vehicle']} resident with all that the process grew by")
        self.add("memory.vehicle", result["bytes_per_vehicle"], "bytes/vehicle")

    def latency(self):
        if not self.wants("latency.outbox"):
            return
        known = [row["value"] for row in self.results if row["id"] == "ingest.qos1.rate"]
        rate = (known[0] if known else self.gateway_round(1)[1]) * LATENCY_LOAD
        found = measure_latency(self, rate, DUE_VEHICLES)
        self.add("latency.outbox", found["p99"], "ms (p99)")
        self.add("latency.outbox.p50", found["p50"], "ms (p50)")
        self.add("latency.delivered", found["delivered_p99"], "ms (p99)")
        self.add("latency.load", rate, "messages/s")


def mean(rounds, part):
    """Unlike the best of each, this favours neither the more rounds nor the shorter ones."""
    return sum(found[part] for found in rounds) / len(rounds)


def rounded(value):
    return None if value is None else float(f"{value:.4g}") if abs(value) < 1000 else round(value)


def say(text):
    print(text, flush=True)


def say_round(name, qos, cost, rate, publishers):
    say(f"  {name:<10} QoS {qos}  {cost:6.2f} µs CPU a message  {rate:8.0f} messages/s"
        f"  (publishers {publishers:.1f} µs)")


def check_applied(counters):
    """What was measured must be the work itself, not messages that were parked."""
    total = counters["turnpike_messages_received_total"]
    applied = counters.get('turnpike_messages_total{outcome="applied"}', 0)
    if applied < 0.99 * total:
        raise Failure(f"only {applied:.0f} of {total:.0f} messages were applied: {counters}")


def print_table(results):
    say("")
    say(f"{'id':<26}{'value':>12}  {'unit':<16}{'peer':>10}{'ratio':>8}  hash")
    for row in results:
        peer = "" if row["peer"] is None else f"{row['peer']:g}"
        ratio = "" if row["ratio"] is None else f"{row['ratio']:.2f}"
        say(f"{row['id']:<26}{row['value']:>12g}  {row['unit']:<16}{peer:>10}{ratio:>8}"
            f"  {row['hash'] or ''}")


def read_options():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name in ("turnpike", "pipeline", "yardstick", "python", "output"):
        parser.add_argument("--" + name, required=True)
    parser.add_argument("--can", type=os.path.abspath, help="the program CANBenchmark")
    parser.add_argument("--decoding", type=os.path.abspath, help="program DecodingBenchmark")
    parser.add_argument("--simdjson", type=os.path.abspath, help="its peer with simdjson")
    parser.add_argument("--only", help="only the ids that begin with this")
    parser.add_argument("--window", type=float, default=30, help="seconds the gateway is watched")
    parser.add_argument("--connections", type=int, default=1, help="of the gateway to the broker")
    parser.add_argument("--keep", action="store_true", help="leave data and logs")
    options = parser.parse_args()
    for name in ("turnpike", "pipeline", "yardstick", "output"):
        setattr(options, name, os.path.abspath(getattr(options, name)))
    return options


def interrupted(number, _):
    raise KeyboardInterrupt(signal.Signals(number).name)


def main():
    options = read_options()
    signal.signal(signal.SIGTERM, interrupted)
    folder = f"{options.output}.stage-{os.getpid()}"
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    code, keep = 0, options.keep
    try:
        load = os.getloadavg()[0]
        say(f"load average before: {load:.2f} on {os.cpu_count()} processors")
        if load > 1:
            say("the machine is busy with other work: absolute figures will be too bad")
        bench = Bench(options, folder)
        bench.pipeline()
        bench.memory()
        if options.can:
            can_frames.measure(bench, options.can, options.python, ROOT)
        if options.decoding and options.simdjson:
            decoding_messages.measure(
                bench, options.decoding, options.simdjson, options.python, ROOT)
        measure_protobuf(bench)
        if bench.wants("ingest") or bench.wants("latency"):
            bench.prepare()
            bench.ingest()
            bench.latency()
        print_table(bench.results)
        with open(options.output, "w", encoding="utf-8") as file:
            json.dump(bench.results, file, indent=1)
            file.write("\n")
        say(f"written to {options.output}")
    except KeyboardInterrupt:
        code = 130
    except Failure as failure:
        say(f"bench: {failure}")
        code, keep = 1, True
    finally:
        Child.stop_all()
        if not keep:
            shutil.rmtree(folder, ignore_errors=True)
    return code


if __name__ == "__main__":
    sys.exit(main())
