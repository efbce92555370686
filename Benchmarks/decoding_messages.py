"""JSON messages to readings: the gateway's decoder beside simdjson On-Demand and beside Python with
orjson, on the same files of messages. They take turns, so that a busy moment of the machine meets
both; the best round of each counts, and both must have made the same readings.
"""

import os

from stage import Child, Failure

ROUNDS = 3
SECONDS = 1
# Id, corpus, words for the gateway's program, peer.
ROWS = [
    ("decode.json.native", "native", [], "simdjson"),
    ("decode.json.native.cold", "native", ["--cold"], "simdjson"),
    ("decode.json.bmw", "bmw", [], "simdjson"),
    ("decode.json.teltonika", "teltonika", [], "simdjson"),
    ("decode.json.highmobility", "highmobility", [], "simdjson"),
    ("decode.json.onstar", "onstar", [], "simdjson"),
    ("decode.field.tesla", "tesla", ["--topic"], "orjson"),
    ("decode.field.ovms", "ovms", ["--topic"], "orjson"),
]


def measure(bench, program, peer, python, root):
    """Adds a row for each corpus that `program` makes. `peer` is the program with simdjson."""
    rows = [row for row in ROWS if bench.wants(row[0])]
    if not rows:
        return
    corpora = os.path.join(bench.folder, "corpora")
    names = run(bench, "corpora", [program, "corpus", corpora])["corpora"]
    script = os.path.join(root, "Benchmarks", "peers", "orjson_fields.py")
    for name, corpus, words, kind in rows:
        if corpus not in names:
            continue
        mine = [program, "run", corpora, corpus, "--seconds", str(SECONDS)] + words
        other = [peer] if kind == "simdjson" else [python, script]
        other += [corpora, corpus, str(SECONDS)]
        ours, theirs = [], []
        for _ in range(ROUNDS):
            ours.append(run(bench, "decoding", mine))
            theirs.append(run(bench, kind, other))
        hashes = {found["hash"] for found in ours + theirs}
        if len(hashes) != 1:
            raise Failure(f"{name}: the readings differ: {sorted(hashes)}")
        best = min(found["ns"] for found in ours)
        peer_best = min(found["ns"] for found in theirs)
        bench.add(name, best, "ns/message", peer_best, peer_best / best, hashes.pop())


def run(bench, name, command):
    """One line of JSON from a program that measures by itself."""
    return Child(name, command, bench.folder).result(SECONDS + 120)
