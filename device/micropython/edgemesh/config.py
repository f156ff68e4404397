# /edgemesh.json, as `edgemesh devices add` prints it.
from .contracts import CHUNK_BYTES_DEFAULT, CHUNK_BYTES_MAX, CHUNK_BYTES_MIN, IMAGE_BYTES_MAX, KEY_BYTES, NAME_LENGTH, PUBLISHERS_MAX, PUBLISHER_KEY_LENGTH, WINDOW_MAX
from .fields import Refused, digits, integer, invalid, is_name, parse_object, text, texts

PATH = '/edgemesh.json'
_DAY_MS = 86400000
_PEM_LENGTH = 8192
_UINT32 = 4294967295


# The members, optional ones filled in. Raises Refused with a sentence that says what to mend.
def read():
    try:
        with open(PATH, 'rb') as f:
            o = parse_object(f.read())
    except OSError:
        raise Refused('', '%s is missing; copy there what `edgemesh devices add` printed.' % PATH)
    if o is None:
        raise Refused('', '%s is not a JSON object; copy there what `edgemesh devices add` printed.' % PATH)
    try:
        return _check(o)
    except Refused as e:
        raise Refused('', '%s: %s.' % (PATH, e.reason))


def _check(o):
    for name in ('site', 'device', 'type'):
        if not is_name(o.get(name)):
            invalid(name, "1 to 32 characters out of a-z, 0-9, '_' and '-', the first a letter or a digit")
    digits(o, 'key', 2 * KEY_BYTES)
    if not text(o, 'host', 255):
        invalid('host', "the hub's address")
    integer(o, 'port', 1, 65535)
    if 'ca' in o:
        for name in ('ca', 'certificate', 'private_key') if 'certificate' in o else ('ca',):
            if '-----BEGIN ' not in text(o, name, _PEM_LENGTH):
                invalid(name, 'PEM')
        o['time'] = integer(o, 'time', 0, _UINT32, 0)
    for name, low, high, default in (
            ('slot_bytes', 1, IMAGE_BYTES_MAX, 131072), ('window', 1, WINDOW_MAX, 8),
            ('chunk_bytes', CHUNK_BYTES_MIN, CHUNK_BYTES_MAX, CHUNK_BYTES_DEFAULT),
            ('healthy_after_ms', 0, _DAY_MS, 10000), ('hub_patience_ms', 1000, _DAY_MS, 600000),
            ('report_retry_ms', 100, _DAY_MS, 10000), ('watchdog_ms', 1000, _DAY_MS, 30000),
            ('health_every_ms', 1000, _DAY_MS, 60000)):
        o[name] = integer(o, name, low, high, default)
    text(o, 'board', NAME_LENGTH, '')
    for name, default in (('encrypt', True), ('firmware', True), ('light_sleep', False)):
        if type(o.setdefault(name, default)) is not bool:
            invalid(name, 'true or false')
    o['capabilities'] = texts(o, 'capabilities', 64, NAME_LENGTH)
    o['publishers'] = _publishers(o)
    networks(o)
    return o


# The Wi-Fi networks; a key may also be called password, as it was once.
def networks(o):
    wifi = o.setdefault('wifi', [])
    if type(wifi) is not list or not all(type(n) is dict for n in wifi):
        invalid('wifi', 'an array of objects')
    for network in wifi:
        text(network, 'ssid', 32)
        network['key'] = text(network, 'password' if 'password' in network else 'key', 64)
    return wifi


# The keys that sign images, one for each kind. Were one that cannot be read passed over, images would be taken unsigned.
def _publishers(o):
    keys = []
    given = o.get('publishers', [])
    if type(given) is not list or not all(type(p) is dict for p in given):
        invalid('publishers', 'an array of objects')
    for p in given:
        key = digits(p, 'key', PUBLISHER_KEY_LENGTH)
        kinds = texts(p, 'kinds', 4)
        if not kinds:
            invalid('kinds', 'the kinds that the key signs')
        for kind in kinds:
            keys.append({'pin': key, 'kind': kind, 'key': key, 'sequence': 0})
    if len(keys) > PUBLISHERS_MAX:
        invalid('publishers', 'at most %d keys, each counted once a kind' % PUBLISHERS_MAX)
    return keys
