"""Tesla's binary records to readings: the gateway's decoder, SwiftProtobuf and Google's C++ runtime
with the same mapping behind them, one thread, rounds in turn, the best round of each."""

import os

from stage import Child, Failure

ROUNDS = 40
TURNS = 3


def measure_protobuf(bench):
    """Adds decode.protobuf.tesla and decode.protobuf.tesla.cpp."""
    if not bench.wants("decode.protobuf.tesla"):
        return
    program = os.path.join(os.path.dirname(bench.options.pipeline), "ProtobufBenchmark")
    root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    peer = os.path.join(root, ".build", "peers", "tesla_protobuf")
    for path in (program, peer):
        if not os.path.exists(path):
            raise Failure(f"{path} is missing; scripts/bench.sh builds it")
    ours, swift, cpp = [], [], []
    for _ in range(TURNS):
        result = Child(
            "protobuf",
            [program, "--root", root, "--folder", bench.folder, "--rounds", str(ROUNDS)],
            bench.folder).result(300)
        records, mapping = (
            os.path.join(bench.folder, "tesla." + name) for name in ("records", "mapping"))
        beside = Child(
            "protobuf-cpp", [peer, records, mapping, str(ROUNDS)], bench.folder).result(300)
        hashes = {result["hash"], result["peer_hash"], beside["hash"]}
        if len(hashes) != 1:
            raise Failure(f"the decoders of Tesla records disagree: {hashes}")
        ours.append(result["ns"])
        swift.append(result["peer_ns"])
        cpp.append(beside["ns"])
    best, digest = min(ours), result["hash"]
    bench.add("decode.protobuf.tesla", best, "ns/record", min(swift), min(swift) / best, digest)
    bench.add("decode.protobuf.tesla.cpp", best, "ns/record", min(cpp), min(cpp) / best, digest)
