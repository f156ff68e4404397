# Hashes, codes, the cipher, and what reads text.
import json
from binascii import crc32
from checks import check
from edgemesh import contracts, crypto, fields, link
from edgemesh.crypto import from_hex as unhex
from time import ticks_diff, ticks_ms


def sha256(v):
    for c in v['cases']:
        h = crypto.sha256()
        for _ in range(c['repeat']):
            h.update(unhex(c['message']))
        check(c['source'], crypto.to_hex(h.digest()), c['hash'])


def hmac(v):
    for c in v['cases']:
        mac = crypto.to_hex(crypto.Hmac(unhex(c['key'])).digest(unhex(c['data'])))
        check(c['source'], mac[:len(c['mac'])], c['mac'])


def hkdf(v):
    for c in v['cases']:
        derived = crypto.hkdf(unhex(c['key']), unhex(c['salt']), unhex(c['info']), c['length'])
        check(c['source'], crypto.to_hex(derived), c['derived'])


def sha512(v):
    from edgemesh.sha512 import sha512
    for c in v['cases']:
        message = unhex(c['message'])
        check(c['source'], crypto.to_hex(sha512(*(message for _ in range(c['repeat'])))), c['hash'])


def hmac_sha512(v):
    from edgemesh.sha512 import hmac_sha512
    for c in v['cases']:
        mac = crypto.to_hex(hmac_sha512(unhex(c['key']), unhex(c['data'])))
        check(c['source'], mac[:len(c['mac'])], c['mac'])


def aes_gcm(v):
    from edgemesh.gcm import Gcm
    for c in v['cases']:
        gcm = Gcm(unhex(c['key']))
        nonce, additional, plaintext = unhex(c['nonce']), unhex(c['additional']), unhex(c['plaintext'])
        sealed = gcm.seal(nonce, additional, plaintext)
        check(c['source'], crypto.to_hex(sealed), c['ciphertext'])
        check(c['source'], gcm.open(nonce, additional, sealed), plaintext)
        for at in 0, len(sealed) // 2, len(sealed) - 16, len(sealed) - 1:
            changed = sealed[:at] + bytes((sealed[at] ^ 1 << at % 8,)) + sealed[at + 1:]
            check(c['source'], gcm.open(nonce, additional, changed), None)
        check(c['source'], gcm.open(nonce, additional + b'x', sealed), None)
        check(c['source'], gcm.open(nonce[:11] + b'x', additional, sealed), None)
        for length in 0, 15, len(sealed) - 1:
            check(c['source'], gcm.open(nonce, additional, sealed[:length]), None)
    started = ticks_ms()
    gcm.seal(nonce, b'', bytes(4096))
    print('took', 'GCM4096', ticks_diff(ticks_ms(), started))


def crc(v):
    for c in v['cases']:
        check(c['data'], '%08x' % (crc32(unhex(c['data'])) & 0xFFFFFFFF), c['crc'])


def names(v):
    for valid in 'valid', 'invalid':
        for name in v[valid]:
            check(name, fields.is_name(name), valid == 'valid')


# A device needs only its own topics.
def topics(v):
    for c in v['valid']:
        pattern = getattr(contracts, 'TOPIC_' + c['kind'], None)
        if pattern:
            check(c['topic'], link.format_topic(pattern, c['site'], c['name']), c['topic'])


def accepted_json(v):
    for c in v['accepted']:
        check(c['text'], json.loads(c['text']), c['value'])


RUNS = {
    'sha256': sha256,
    'hmac': hmac,
    'hkdf': hkdf,
    'sha512': sha512,
    'hmac-sha512': hmac_sha512,
    'aes-gcm': aes_gcm,
    'crc32': crc,
    'names': names,
    'topics': topics,
    'json': accepted_json,
}
