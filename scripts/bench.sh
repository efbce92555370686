#!/usr/bin/env bash
# Measures the gateway beside its peers; writes .build/bench.json. Words are handed on to
# Benchmarks/bench.py, for example:  scripts/bench.sh --only pipeline
set -euo pipefail
cd "$(dirname "$0")/.."

turnpike=${BENCH_TURNPIKE:-.build/release/turnpike}
scratch=${BENCH_SCRATCH:-.build/benchmarks}
yardstick=.build/yardstick
environment=.build/bench-venv

[ -x "$turnpike" ] || { echo "bench: $turnpike is missing; make build first" >&2; exit 1; }
command -v mosquitto >/dev/null || { echo "bench: mosquitto is missing; make setup" >&2; exit 1; }

make -s -C Benchmarks/yardstick OUT="$PWD/$yardstick"
swift build -c release --package-path Benchmarks --scratch-path "$scratch" \
    --product PipelineBenchmark
swift build -c release --package-path Benchmarks --scratch-path "$scratch" \
    --product CANBenchmark
swift build -c release --package-path Benchmarks --scratch-path "$scratch" \
    --product DecodingBenchmark
swift build -c release --package-path Benchmarks --scratch-path "$scratch" \
    --product ProtobufBenchmark
scripts/bench-peers.sh
g++ -O3 -march=native -std=c++17 -o .build/simdjson-peer \
    Benchmarks/peers/simdjson_peer.cpp -lsimdjson
if ! "$environment/bin/python" -c 'import cantools, orjson, paho.mqtt.client' 2>/dev/null; then
    python3 -m venv "$environment"
    "$environment/bin/pip" install --quiet --requirement Benchmarks/peers/requirements.txt
fi

exec env PYTHONDONTWRITEBYTECODE=1 python3 Benchmarks/bench.py \
    --turnpike "$turnpike" --pipeline "$scratch/release/PipelineBenchmark" \
    --can "$scratch/release/CANBenchmark" \
    --decoding "$scratch/release/DecodingBenchmark" --simdjson .build/simdjson-peer \
    --yardstick "$yardstick" --python "$environment/bin/python" --output .build/bench.json "$@"
