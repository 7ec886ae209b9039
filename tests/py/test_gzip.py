# SPDX-License-Identifier: MIT
"""Gzip against Python's zlib on damaged streams, and the work that hostile streams cause: twice the bytes, at most 2.1 times
the instructions (counted by valgrind's callgrind; skipped where it is not)."""
import os
import random
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest
import zlib

import harness

TOOL = os.path.join(harness.BUILD, 'tools', 'inflate')
WHOLE, TRUNCATED, GARBAGE, DAMAGED = range(4)
SPACING = 1 << 16


def header(flags=0, rest=b''):
    return b'\x1f\x8b\x08' + bytes([flags]) + b'\0\0\0\0\0\xff' + rest


def trailer(text):
    return struct.pack('<II', zlib.crc32(text), len(text) & 0xFFFFFFFF)


def raw(text, level=6, strategy=zlib.Z_DEFAULT_STRATEGY):
    deflate = zlib.compressobj(level, zlib.DEFLATED, -15, 8, strategy)
    return deflate.compress(text) + deflate.flush()


def member(text, level=6, strategy=zlib.Z_DEFAULT_STRATEGY):
    return header() + raw(text, level, strategy) + trailer(text)


def lines(size, seed=1):
    chance = random.Random(seed)
    words = ['queue_entered', 'abandoned', 'billing', '+442079460', ',', ',', '\n', '2024-01-01 10:00:']
    return ''.join(chance.choice(words) + str(chance.randrange(60)) for _ in range(size // 8)).encode()[:size]


class Files(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.TemporaryDirectory()
        self.addCleanup(self.directory.cleanup)
        self.path = os.path.join(self.directory.name, 'file.gz')

    def write(self, stream):
        with open(self.path, 'wb') as file:
            file.write(stream)

    def tell(self, stream, *arguments):
        """(size, crc, end, end_offset, points, error) of each line."""
        self.write(stream)
        out = subprocess.run([TOOL, self.path, *map(str, arguments)], stdout=subprocess.PIPE, check=True).stdout
        told = []
        for line in out.decode().split('\n')[:-1]:
            size, crc, end, offset, points, error, _ = line.split('\t')
            told.append((int(size), int(crc, 16), int(end), int(offset), int(points), error))
        return told


def python_inflates(stream):
    """The bytes of one member, and whether it is whole."""
    inflater = zlib.decompressobj(31)
    out = b''
    try:
        for at in range(0, len(stream), 97):
            out += inflater.decompress(stream[at:at + 97])
    except zlib.error:
        return out, False
    return out, inflater.eof and not inflater.unused_data


class Differential(Files):
    def test_whole_or_not_as_python_says(self):
        chance = random.Random(20240606)
        text = lines(30000)
        seen = set()
        for trial in range(150):
            how = chance.choice([(0, 0), (1, 0), (6, 0), (9, 0), (6, zlib.Z_HUFFMAN_ONLY), (6, zlib.Z_FIXED), (6, zlib.Z_RLE)])
            stream = bytearray(member(text[chance.randrange(20000):], *how))
            for _ in range(chance.choice([0, 1, 1, 3])):
                stream[chance.randrange(10, len(stream))] ^= 1 << chance.randrange(8)
            if chance.random() < 0.3:
                del stream[chance.randrange(20, len(stream)):]
            expected, is_whole = python_inflates(bytes(stream))
            size, crc, end, _, _, error = self.tell(stream)[0]
            with self.subTest(trial=trial):
                self.assertEqual((end == WHOLE, error), (is_whole, ''))
                if is_whole:
                    self.assertEqual((size, crc), (len(expected), zlib.crc32(expected)))
            seen.add(end)
        self.assertGreaterEqual(seen, {WHOLE, TRUNCATED, DAMAGED})

    def test_the_rest_from_each_point(self):
        text = lines(900000)
        stream = member(text) + member(text, 1)
        first = self.tell(stream, SPACING)[0]
        self.assertEqual(first[:3], (2 * len(text), zlib.crc32(text * 2), WHOLE))
        self.assertGreater(first[4], 8)
        ends = set()
        for point in range(first[4]):
            _, rest = self.tell(stream, SPACING, point)
            self.assertEqual((rest[1], rest[2]), (zlib.crc32((text * 2)[-rest[0]:]), WHOLE))
            ends.add(rest[0])
        self.assertEqual(len(ends), first[4])


SIZE = 100000
EMPTY_STORED, EMPTY_FIXED = b'\0\0\0\xff\xff', b'\x02\x08\x20\x80\x00'

# Of about n bytes each; what they inflate to does not matter.
HOSTILE = {
    'empty members': lambda n: member(b'') * (n // 20),
    'members of one byte': lambda n: member(b'a') * (n // 21),
    'a name': lambda n: header(8, b'n' * n + b'\0') + raw(b'') + trailer(b''),
    'extra fields': lambda n: (header(4, b'\xe8\x03' + b'\0' * 1000) + raw(b'') + trailer(b'')) * (n // 1022),
    'headers with a checksum': lambda n: (header(2, struct.pack('<H', zlib.crc32(header(2)) & 0xFFFF)) + raw(b'') + trailer(b'')) * (n // 22),
    'empty stored blocks': lambda n: header() + EMPTY_STORED * (n // 5) + raw(b'') + trailer(b''),
    'empty fixed blocks': lambda n: header() + EMPTY_FIXED * (n // 5) + raw(b'') + trailer(b''),
    'stored blocks of one byte': lambda n: header() + b'\0\1\0\xfe\xffx' * (n // 6) + raw(b'') + trailer(b'x' * (n // 6)),
    'a bomb': lambda n: member(b'\0' * (n * 20)),
    'far matches': lambda n: member(random.Random(3).randbytes(32500) * (n // 5000)),
    'padding': lambda n: member(b'a') + b'\0' * n,
    'cut short': lambda n: member(lines(n), 0)[:-9],
}


@unittest.skipUnless(shutil.which('valgrind'), 'valgrind is not there')
class Work(Files):
    def count(self, stream, *arguments):
        self.write(stream)
        command = ['valgrind', '--tool=callgrind', '--callgrind-out-file=/dev/null', TOOL, self.path, *map(str, arguments)]
        said = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=True).stderr.decode()
        return int(re.search(r'Collected : (\d+)', said).group(1))

    def test_twice_the_bytes_are_twice_the_work(self):
        with open(TOOL, 'rb') as tool:
            if b'__asan_init' in tool.read():
                self.skipTest('built with sanitizers')
        worst = (0.0, '')
        idle = self.count(member(b''))
        for name, make in HOSTILE.items():
            for arguments in (), (SPACING,):
                one, two = (self.count(make(n), *arguments) - idle for n in (SIZE, 2 * SIZE))
                with self.subTest(name=name, arguments=arguments):
                    self.assertGreater(one, 0)
                    self.assertLessEqual(two, 2.1 * one)
                worst = max(worst, (two / one, name))
        print('at most %.3f times the work, for %s' % worst, file=sys.stderr)


if __name__ == '__main__':
    harness.main(TOOL)
