"""Starts and ends what is measured: broker, gateway, publishers, subscribers. Everything listens on
the loopback interface only, on free ports, and is ended by its process id."""

import json
import os
import signal
import socket
import subprocess
import tempfile
import time
import urllib.request

TICKS = os.sysconf("SC_CLK_TCK")


class Failure(Exception):
    """Something that has to be there is not, in words."""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for_port(port, child, seconds):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if child.process.poll() is not None:
            raise Failure(f"{child.name} ended with {child.process.returncode}; see {child.log}")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise Failure(f"{child.name} does not listen after {seconds} s; see {child.log}")


class Child:
    """A process in a session of its own, so that Ctrl-C reaches this program alone."""

    running = []

    def __init__(self, name, command, folder, environment=None):
        self.name, self.log = name, os.path.join(folder, name + ".log")
        with open(self.log, "a", encoding="utf-8") as log:
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log, text=True,
                start_new_session=True, env={**os.environ, **(environment or {})},
            )
        Child.running.append(self)

    def stop(self):
        """Asks it to end, and insists after a while."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.process.stdout.close()
        if self in Child.running:
            Child.running.remove(self)

    def result(self, seconds):
        """Waits for its end and reads the one line of JSON that it prints."""
        try:
            output, _ = self.process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            self.stop()
            raise Failure(f"{self.name} did not end within {seconds} s") from None
        if self in Child.running:
            Child.running.remove(self)
        if self.process.returncode != 0:
            raise Failure(f"{self.name} ended with {self.process.returncode}; see {self.log}")
        return json.loads(output)

    def cpu_seconds(self):
        """User and system time of all its threads so far."""
        with open(f"/proc/{self.process.pid}/stat", encoding="ascii") as file:
            fields = file.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    @classmethod
    def stop_all(cls):
        for child in list(reversed(cls.running)):
            child.stop()


class Broker:
    """A mosquitto of our own that loses nothing. A new one for each round, so that no session of an
    earlier round is served beside."""

    def __init__(self, folder):
        self.port = free_port()
        # A port that was free once may be free again in a later round.
        store = tempfile.mkdtemp(prefix=f"mosquitto-{self.port}-", dir=folder)
        path = store + ".conf"
        with open(path, "w", encoding="utf-8") as file:
            if os.geteuid() == 0:
                file.write("user root\n")
            file.write(
                f"listener {self.port} 127.0.0.1\nallow_anonymous true\npersistence true\n"
                f"persistence_location {store}/\nautosave_interval 1800\n"
                "max_inflight_messages 0\nmax_queued_messages 0\n"
            )
        self.child = Child("mosquitto", ["mosquitto", "-c", path], folder)
        wait_for_port(self.port, self.child, 10)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        # Nothing of it is needed again, so its queues need not be written.
        self.child.process.kill()
        self.child.process.wait()
        self.child.stop()


class Gateway:
    """The product's binary with everything on, over one data folder."""

    def __init__(self, program, root, folder, webhook_port, connections):
        self.program, self.folder = program, folder
        self.api_port = free_port()
        self.data = os.path.join(folder, "store")
        self.configuration = os.path.join(folder, "gateway.yaml")
        with open(self.configuration, "w", encoding="utf-8") as file:
            file.write(
                f"data: {self.data}\nclock: wall\nsignals: {root}/config/signals.yaml\n"
                f"sources: {root}/config/sources\nrules: {root}/config/rules\n"
                "broker:\n  client_id: turnpike-bench\n  subscriptions: [vss/+/telemetry]\n"
                f"  connections: {connections}\n"
                f"api:\n  port: {self.api_port}\n"
                f"delivery:\n  allowed_private_targets: [\"127.0.0.1:{webhook_port}\"]\n"
                "log:\n  level: warning\n"
            )
        self.child = None

    def command(self, *words):
        done = subprocess.run(
            [self.program, *words, "--config", self.configuration], capture_output=True,
            text=True, stdin=subprocess.DEVNULL, check=False,
        )
        if done.returncode != 0:
            raise Failure(f"turnpike {' '.join(words)}: {done.stdout}{done.stderr}")
        return done.stdout

    def start(self, broker, qos):
        environment = {
            "TURNPIKE_BROKER_PORT": str(broker.port), "TURNPIKE_BROKER_QOS": str(qos),
        }
        command = [self.program, "run", "--config", self.configuration]
        self.child = Child("gateway", command, self.folder, environment)
        wait_for_port(self.api_port, self.child, 60)
        deadline = time.monotonic() + 30
        while not self.is_ready():
            if time.monotonic() > deadline:
                raise Failure(f"the gateway is not ready; see {self.child.log}")
            time.sleep(0.05)

    def stop(self):
        self.child.stop()

    def is_ready(self):
        try:
            with self.get("/health/ready") as answer:
                return answer.status == 200
        except OSError:
            return False

    def get(self, path):
        return urllib.request.urlopen(f"http://127.0.0.1:{self.api_port}{path}", timeout=5)

    def counters(self):
        """Samples of /metrics without labels, and messages by outcome."""
        values = {}
        with self.get("/metrics") as answer:
            for line in answer.read().decode().splitlines():
                if line.startswith("turnpike_messages"):
                    name, _, value = line.rpartition(" ")
                    values[name] = float(value)
        return values

    def sample(self):
        """Seconds, CPU seconds, messages received: as of now."""
        received = self.counters()["turnpike_messages_received_total"]
        return time.monotonic(), self.child.cpu_seconds(), received
