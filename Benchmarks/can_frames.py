"""CAN frames through a DBC: the gateway's kernel, and the whole way from a payload of candump lines
to readings, beside cantools, on the same frames of the same database, all signals of each frame.
The database is made here, in the shape of a carmaker's: some hundred frames of eight bytes with a
dozen signals each, one to twenty bits wide, a few of them signed, in Motorola order or multiplexed.
"""

import os
import random
import struct

from stage import Child, Failure

MESSAGES = 100
FRAMES = 4_000
# Bits of a signal, as often as they are met.
WIDTHS = ([1] * 34 + [2] * 12 + [3] * 8 + [4] * 12 + [8] * 16 + [10] * 6 + [12] * 6 + [16] * 4
          + [20] * 2)
SCALES = [(1, 0)] * 14 + [(0.1, 0), (0.5, -50), (0.01, 0), (0.002, -16.3), (2, 0), (0.4, 0)]


def message_lines(number, chance):
    """One frame whose signals follow each other, with gaps."""
    identifier = 0x100 + number
    lines = [f"BO_ {identifier} Frame_{number}: 8 Gateway"]
    is_paged = number % 16 == 0
    position, index = 0, 0
    while position < 64:
        width = chance.choice(WIDTHS)
        if position + width > 64:
            break
        factor, offset = chance.choice(SCALES)
        sign = "-" if width > 4 and chance.random() < 0.1 else "+"
        order, start = 1, position
        if chance.random() < 0.15 and position % 8 == 0:
            # In Motorola order the highest bit is named; the bytes are taken by this signal alone.
            order, start = 0, position + 7
            position += (width + 7) // 8 * 8 - width
        if position + width > 64:
            break
        page = ""
        if is_paged:
            page, width = (" M", 1) if index == 0 else (f" m{index % 2}", width)
            if index == 0:
                factor, offset, sign, order, start = 1, 0, "+", 1, position
        lines.append(
            f" SG_ F{number}_S{index}{page} : {start}|{width}@{order}{sign} ({factor},{offset}) "
            f'[0|0] "" Receiver')
        position += width + chance.choice([0, 0, 0, 1])
        index += 1
    return lines


def write_fixture(folder):
    """Paths of the database and of the frames."""
    chance = random.Random(20_260_101)
    lines = ['VERSION ""', "", "NS_ :", "", "BS_:", "", "BU_: Gateway Receiver", ""]
    for number in range(MESSAGES):
        lines += message_lines(number, chance) + [""]
    database = os.path.join(folder, "fixture.dbc")
    with open(database, "w", encoding="utf-8") as file:
        file.write("\n".join(lines))
    frames = os.path.join(folder, "fixture.frames")
    with open(frames, "wb") as file:
        for _ in range(FRAMES):
            identifier = 0x100 + chance.randrange(MESSAGES)
            file.write(struct.pack("<I", identifier) + chance.randbytes(8))
    return database, frames


def measure(bench, program, python, root):
    """Signals a second on one core, best pass of each side: decode.can.dbc on frames that lie
    ready, decode.can.feed on lines of candump, which both sides have to read first.
    """
    script = os.path.join(root, "Benchmarks", "peers", "cantools_peer.py")
    for name, more in (("decode.can.dbc", []), ("decode.can.feed", ["--feed"])):
        if not bench.wants(name):
            continue
        database, frames = write_fixture(bench.folder)
        words = ["--dbc", database, "--frames", frames] + more
        mine = Child("can", [program] + words, bench.folder).result(120)
        peer = Child("cantools", [python, script] + words, bench.folder).result(300)
        if mine["hash"] != peer["hash"]:
            raise Failure(f"the values differ: {mine} and {peer}")
        bench.add(
            name, mine["signals_per_second"], "signals/s", peer["signals_per_second"],
            mine["signals_per_second"] / peer["signals_per_second"], mine["hash"])
