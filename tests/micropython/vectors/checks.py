# What the checks of all files share. Prints "failed <file>: <case>: <what came>".
import gc
from edgemesh.fields import Refused
from edgemesh.link import NEVER

# The file whose cases are checked, and how many checks it took so far.
file = ''
count = 0
# What was alive before the first file.
base_bytes = 0


def check(name, came, wanted):
    global count
    count += 1
    # The host's interpreter collects only where a program sleeps or asks for it; big integers are much garbage.
    if gc.mem_alloc() > base_bytes + (1 << 20):
        gc.collect()
    if came != wanted:
        print('failed %s: %s: %r instead of %r' % (file, name, came, wanted))


def words(text):
    name = text.split(' ')[0]
    pairs = {}
    for word in text.split(' ')[1:]:
        if '=' in word:
            key, value = word.split('=')
            pairs[key] = int(value) if value.isdigit() and key != 'sha256' else value
    return name, pairs


def refusal(call, *args):
    try:
        call(*args)
        return ''
    except Refused as e:
        return e.code


def due_of(machine):
    return 'never' if machine.due_ms >= NEVER else machine.due_ms
