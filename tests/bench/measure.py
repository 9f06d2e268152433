#!/usr/bin/env python3
"""Runs commands in turn, several times, and prints medians and ratios to the first of them.

usage: measure.py RUNS NAME OUTPUT COMMAND [NAME OUTPUT COMMAND]...

A command is a line for sh; OUTPUT is the file whose size counts ('-': none), which is not there
when the command starts; nothing else waits to be written then either. The columns are seconds on
the clock, processor seconds of the command and all it started, the highest peak of memory of one
process in MiB, bytes, and how many times faster than the first each is.
"""
import os
import resource
import statistics
import subprocess
import sys
import time


def run(command):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.monotonic()
    child = subprocess.Popen(["/usr/bin/env", "time", "-f", "%M", "-o", "peak", "sh", "-c", command]
                             if have_time else ["sh", "-c", command])
    if child.wait() != 0:
        sys.exit("failed: " + command)
    wall = time.monotonic() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    peak = int(open("peak").read()) / 1024 if have_time else float("nan")
    return wall, cpu, peak


have_time = os.path.exists("/usr/bin/time")
runs, rows = int(sys.argv[1]), sys.argv[2:]
rows = [rows[i:i + 3] for i in range(0, len(rows), 3)]
results = [[] for _ in rows]
sizes = [0] * len(rows)
for _ in range(runs):
    for i, (name, output, command) in enumerate(rows):
        if os.path.exists(output):
            os.unlink(output)
        os.sync()
        results[i].append(run(command))
        sizes[i] = os.path.getsize(output) if output != "-" else 0
first = [statistics.median(column) for column in zip(*results[0])]
print(f"{'':34} {'wall s':>8} {'cpu s':>8} {'MiB':>6} {'bytes':>12} {'x wall':>7} {'x cpu':>7} {'size':>8}")
for i, (name, output, command) in enumerate(rows):
    wall, cpu, peak = [statistics.median(column) for column in zip(*results[i])]
    size = f"{100 * sizes[i] / sizes[0] - 100:+.2f} %" if sizes[i] and sizes[0] else ""
    print(f"{name:34} {wall:8.3f} {cpu:8.3f} {peak:6.0f} {sizes[i]:12} {first[0] / wall:7.2f}"
          f" {first[1] / cpu:7.2f} {size:>8}")
