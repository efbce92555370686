"""From publishing to the lead in the outbox: an open loop at a steady load, every message with its
scheduled time, and vehicles among them whose service comes due."""

import http.server
import os
import sqlite3
import threading
import time

from stage import Broker, Failure

# So many vehicles a second come due.
DUE_RATE = 50
# The publisher goes round the vehicles in this step.
STEP = 7919
LEAD_IN_SECONDS = 4


class WebhookReceiver:
    """A dealer's system that says yes to everything and notes when."""

    def __init__(self):
        received = self.received = {}

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                received.setdefault(self.headers.get("webhook-id"), time.time() * 1000)
                self.rfile.read(int(self.headers.get("content-length", 0)))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


def quantile(sorted_values, share):
    """The value that `share` of all do not exceed."""
    place = max(0, -(-len(sorted_values) * share // 1) - 1)
    return sorted_values[min(int(place), len(sorted_values) - 1)]


def measure_latency(bench, rate, due_vehicles):
    """Milliseconds from the scheduled time of sending to the outbox row, and to the dealer."""
    seconds = due_vehicles / DUE_RATE
    with Broker(bench.folder) as broker:
        bench.gateway.start(broker, 1)
        load = bench.publisher(broker, 1, seconds + LEAD_IN_SECONDS + 2, 2, round(rate))
        time.sleep(LEAD_IN_SECONDS)
        due = bench.publisher(
            broker, 1, seconds, 1, DUE_RATE, due_vehicles, "vss/d%06u/telemetry", 900)
        sent = due.result(seconds + 60)
        background = load.result(60)
        time.sleep(2)
        bench.gateway.stop()
    created, rows = [], outbox_rows(bench.gateway.data)
    delivered = []
    inverse = pow(STEP, -1, due_vehicles)
    for name, event, at in rows:
        number = int(name[1:]) * inverse % due_vehicles
        scheduled = sent["begun_unix_ms"] + number * 1000 / DUE_RATE
        created.append(at - scheduled)
        if event in bench.webhook.received:
            delivered.append(bench.webhook.received[event] - scheduled)
    if len(created) < 0.99 * sent["messages"] or len(delivered) < 0.99 * len(created):
        raise Failure(
            f"{sent['messages']} vehicles came due, {len(created)} leads stand in the outbox, "
            f"{len(delivered)} were delivered")
    created.sort()
    delivered.sort()
    print(
        f"  latency at {background['rate']:.0f} messages/s: {len(created)} leads, outbox p50 "
        f"{quantile(created, 0.5):.1f} ms, p99 {quantile(created, 0.99):.1f} ms, most "
        f"{created[-1]:.1f} ms; delivered p99 {quantile(delivered, 0.99):.1f} ms; the senders "
        f"were late by {background['late_ms_mean']:.2f} ms and {sent['late_ms_mean']:.2f} ms on "
        f"average", flush=True)
    return {
        "p50": quantile(created, 0.5), "p99": quantile(created, 0.99),
        "delivered_p99": quantile(delivered, 0.99),
    }


def outbox_rows(data):
    """Name, event and time of creation of the first outbox row of each lead."""
    path = os.path.join(data, "customers.db")
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as connection:
        return connection.execute(
            """
            SELECT n.external_id, o.event, o.created FROM outbox o
            JOIN leads l ON l.id = o.lead
            JOIN vehicle_names n ON n.vehicle = l.vehicle AND n.source = 'native'
            GROUP BY o.lead HAVING o.seq = min(o.seq)
            """).fetchall()
