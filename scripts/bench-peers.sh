#!/usr/bin/env bash
# Builds the peers in C++ that decoders are measured beside, into .build/peers.
set -euo pipefail
cd "$(dirname "$0")/.."

peers=.build/peers
mkdir -p "$peers"
command -v protoc >/dev/null ||
    { echo "bench: apt-get install protobuf-compiler libprotobuf-dev" >&2; exit 1; }

source=Benchmarks/peers/protobuf
if [ ! -x "$peers/tesla_protobuf" ] ||
    [ -n "$(find "$source" -newer "$peers/tesla_protobuf")" ]; then
    protoc --cpp_out="$peers" --proto_path="$source" tesla.proto
    g++ -std=c++17 -O3 -DNDEBUG -I"$peers" "$source/tesla_protobuf.cpp" "$peers/tesla.pb.cc" \
        -lprotobuf -o "$peers/tesla_protobuf"
fi
