"""All signals of recorded frames by cantools, as its users write it. Prints one line of JSON with
the best pass and a hash of every value.

usage: cantools_peer.py --dbc FILE --frames FILE [--seconds 4] [--feed]

With --feed the frames come as lines of candump, which are read within the time.
"""

import argparse
import json
import struct
import time

import cantools

MASK = (1 << 64) - 1


def read_options():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dbc", required=True)
    parser.add_argument("--frames", required=True)
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--feed", action="store_true")
    return parser.parse_args()


def hashed(digest, value):
    """FNV-1a over the eight bytes of a double; -0 counts as 0."""
    for byte in struct.pack("<d", float(value) + 0.0):
        digest = ((digest ^ byte) * 0x100000001B3) & MASK
    return digest


def decode_frames(database, frames):
    for identifier, data in frames:
        database.decode_message(identifier, data, decode_choices=False)


def decode_lines(database, lines):
    for line in lines.splitlines():
        stamp, _, frame = line.split()
        float(stamp[1:-1])
        identifier, data = frame.split("#")
        database.decode_message(int(identifier, 16), bytes.fromhex(data), decode_choices=False)


def main():
    options = read_options()
    database = cantools.database.load_file(options.dbc)
    with open(options.frames, "rb") as file:
        content = file.read()
    frames = [
        (struct.unpack_from("<I", content, at)[0], content[at + 4:at + 12])
        for at in range(0, len(content) - 11, 12)]
    order = {}
    with open(options.dbc, encoding="utf-8") as file:
        for line in file:
            words = line.split()
            if words[:1] == ["BO_"]:
                names = order.setdefault(int(words[1]), [])
            elif words[:1] == ["SG_"]:
                names.append(words[1])
    signals, digest = 0, 0xCBF29CE484222325
    for identifier, data in frames:
        values = database.decode_message(identifier, data, decode_choices=False)
        for name in order[identifier]:
            if name in values:
                signals += 1
                digest = hashed(digest, values[name])
    decode, work = decode_frames, frames
    if options.feed:
        decode, work = decode_lines, "\n".join(
            f"(1700000000.{number % 10}00000) can0 {identifier:03X}#{data.hex().upper()}"
            for number, (identifier, data) in enumerate(frames))
    best, spent = float("inf"), 0.0
    while spent < options.seconds:
        begun = time.perf_counter()
        decode(database, work)
        took = time.perf_counter() - begun
        spent += took
        best = min(best, took)
    print(json.dumps({
        "frames": len(frames), "signals": signals, "ns_per_signal": best / signals * 1e9,
        "signals_per_second": signals / best, "hash": f"{digest:x}"}))


if __name__ == "__main__":
    main()
