#!/usr/bin/env bash
# Installs what is missing from Debian to build, run and test. Says nothing when nothing is
# missing; may be run as often as you like.
set -euo pipefail

packages=(
    build-essential      # linker and C compiler
    ca-certificates      # to fetch the Swift packages
    curl                 # to ask the HTTP interface, in the documents' examples
    git                  # SwiftPM fetches with it
    libmosquitto-dev     # MQTT
    libsimdjson-dev      # the benchmarks' peer for JSON
    libsqlite3-dev       # journal and stores
    mosquitto            # the broker of demo and tests
    mosquitto-clients    # to look at topics by hand
    openssl              # certificates for the tests with TLS
    protobuf-compiler libprotobuf-dev  # a peer that decoders are measured beside
    pkg-config           # SwiftPM finds the two libraries with it
    python3              # the benchmarks' peer
    python3-venv
    strace               # a test sees that fdatasync comes before the acknowledgement
)

if ! command -v swift >/dev/null; then
    echo "setup: Swift 6.3 is missing; see https://www.swift.org/install/linux/" >&2
    exit 1
fi

if ! command -v dpkg-query >/dev/null; then
    echo "setup: this is no Debian; please see to it yourself that you have: ${packages[*]}" >&2
    exit 0
fi

missing=()
for package in "${packages[@]}"; do
    state=$(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null || true)
    [ "$state" = installed ] || missing+=("$package")
done
[ "${#missing[@]}" -gt 0 ] || exit 0

as_root=()
if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null; then
        echo "setup: run as root: apt-get install ${missing[*]}" >&2
        exit 1
    fi
    as_root=(sudo)
fi

echo "setup: installing ${missing[*]}"
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -qq -y --no-install-recommends "${missing[@]}" >/dev/null
