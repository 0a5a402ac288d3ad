"""A long line between this network namespace and another one, for kernels without `tc netem` (Linux, as root).

    line.py NAMESPACE MEGABITS MILLISECONDS

Two TUN devices, 10.99.0.1 here and 10.99.0.2 there; every packet waits for its turn at the rate and then half of the round trip.
The TCP of both ends is the kernel's own, so that windows and slow start are what they are on such a line. Packets are of 9,000
bytes: with 1,500 this program would be the limit, and larger ones only help a single connection to grow. Prints `ready`.
"""

import collections
import fcntl
import os
import select
import struct
import subprocess
import sys
import time

MTU = 9000
# As much as a router keeps: the line's own content once more. What comes on top is lost.
ROUTER_SECONDS = 0.05


def device(name):
    tun = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    # TUNSETIFF with IFF_TUN | IFF_NO_PI
    fcntl.ioctl(tun, 0x400454CA, struct.pack("16sH", name.encode(), 0x0001 | 0x1000))
    return tun


def ip(*words):
    subprocess.run(["ip", *words], check=True)


def main(namespace, megabits, milliseconds):
    rate, delay = float(megabits) * 1e6 / 8, float(milliseconds) / 2000
    subprocess.run(["ip", "netns", "del", namespace], stderr=subprocess.DEVNULL)
    ip("netns", "add", namespace)
    ends = [device("line0"), device("line1")]
    ip("link", "set", "line1", "netns", namespace)
    for name, address, prefix in [
        ("line0", "10.99.0.1/24", []),
        ("line1", "10.99.0.2/24", ["-n", namespace]),
    ]:
        ip(*prefix, "address", "add", address, "dev", name)
        ip(*prefix, "link", "set", name, "mtu", str(MTU), "txqueuelen", "10000", "up")
    print("ready", flush=True)
    # Each direction: the packets on their way, and when the last one has left the sender.
    ways = [
        [ends[0], ends[1], collections.deque(), 0.0],
        [ends[1], ends[0], collections.deque(), 0.0],
    ]
    while True:
        due = [way[2][0][0] for way in ways if way[2]]
        pause = max(0.0, min(due) - time.monotonic()) if due else None
        select.select(ends, [], [], pause)
        for way in ways:
            source, target, queue, free = way
            for _ in range(64):
                try:
                    packet = os.read(source, MTU + 100)
                except BlockingIOError:
                    break
                now = time.monotonic()
                free = max(now, free)
                if free - now <= ROUTER_SECONDS:
                    free += len(packet) / rate
                    queue.append((free + delay, packet))
            way[3] = free
            now = time.monotonic()
            while queue and queue[0][0] <= now:
                os.write(target, queue.popleft()[1])


if __name__ == "__main__":
    main(*sys.argv[1:])
