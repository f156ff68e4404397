# Signatures, keys, and the handshake with the first messages after it.
import json
from checks import check, refusal
from edgemesh import contracts, crypto, link, signing
from edgemesh.crypto import from_hex as unhex


def signed_json(v):
    mac = crypto.Hmac(unhex(v['key']))
    for accepted in 'accepted', 'refused':
        for c in v[accepted]:
            payload = unhex(c['payload_hex']) if 'payload_hex' in c else c['payload'].encode()
            check(c['name'], signing.verify(mac, c['topic'], payload), accepted == 'accepted')
    for c in v['accepted']:
        body = signing.parse(c['payload'].encode())
        signed = signing.sign(mac, c['topic'], body)
        check(c['name'] + ', signed here', signing.verify(mac, c['topic'], signed) and signing.parse(signed), body)


def chunk_frame(v):
    mac = crypto.Hmac(unhex(v['key']))
    for accepted in 'accepted', 'refused':
        for c in v[accepted]:
            frame = memoryview(unhex(c['frame']))
            check(c.get('name', c['frame'][:18]), signing.verify_chunk(mac, c.get('topic', v['topic']), frame),
                  accepted == 'accepted')


def replay_window(v):
    for c in v['cases']:
        window = signing.ReplayWindow()
        check(c['name'], [window.accept(n) for n in c['counters']], c['accepted'])


def device_key(v):
    key = link.DeviceKey(unhex(v['secret']), v['site'], v['device'])
    up, down = key.session(unhex(v['device_nonce']), unhex(v['hub_nonce']))
    for name, came in (('handshake', crypto.to_hex(key.handshake)), ('broker_password', key.broker_password()),
                       ('session_up', crypto.to_hex(up)), ('session_down', crypto.to_hex(down))):
        check(name, came, v[name])


def handshake(v):
    key = link.DeviceKey(unhex(v['secret']), v['site'], v['device'])

    def greeting():
        device = link.DeviceLink(key, v['site'], v['device'], lambda count: unhex(v['device_nonce']))
        device.connected(0)
        return device, device.poll(0)

    device, hello = greeting()
    mac = crypto.Hmac(key.handshake)
    check('hello', (signing.verify(mac, device.topic_of(contracts.TOPIC_HELLO), hello), signing.parse(hello)),
          (True, signing.parse(v['hello'].encode())))
    for c in v['refused_welcomes']:
        check(c['name'], refusal(device.welcomed, c['payload'].encode(), 0), c['code'])
    check('welcome', device.welcomed(v['welcome'].encode(), 0)['time'], v['time'])
    check('established', (device.established, device.due_ms), (True, link.NEVER))
    check('welcome again', refusal(device.welcomed, v['welcome'].encode(), 0), 'replayed')
    first = v['first_down']
    kind = getattr(contracts, 'TOPIC_' + first['kind'])
    check('first message down', device.open(kind, first['payload'].encode())['n'], 1)
    check('the same again', refusal(device.open, kind, first['payload'].encode()), 'replayed')
    first = v['first_up']
    kind = getattr(contracts, 'TOPIC_' + first['kind'])
    body = signing.parse(first['payload'].encode())
    body.pop('n')
    sealed = device.seal(kind, body)
    up = crypto.Hmac(unhex(v['session_up']))
    check('first message up', (signing.verify(up, device.topic_of(kind), sealed), signing.parse(sealed)),
          (True, signing.parse(first['payload'].encode())))
    check('asked for a hello', (refusal(device.welcomed, v['ask_for_hello'].encode(), 7), device.established, device.due_ms), ('no_session', False, 7))


def encryption(v):
    from edgemesh import cipher
    key = link.DeviceKey(unhex(v['secret']), v['site'], v['device'])
    up, down = key.encryption(unhex(v['device_nonce']), unhex(v['hub_nonce']))
    check('keys', (crypto.to_hex(up), crypto.to_hex(down)), (v['encryption_up'], v['encryption_down']))
    device = link.DeviceLink(key, v['site'], v['device'], lambda count: unhex(v['device_nonce']), cipher.Cipher)
    device.connected(0)
    check('hello', signing.parse(device.poll(0)), signing.parse(v['hello'].encode()))
    device.welcomed(v['welcome'].encode(), 0)
    # Members come in no order here, and with them the signature.
    check('up', signing.parse(device.seal(contracts.TOPIC_TELEMETRY, json.loads(v['up']['plain']))), signing.parse(v['up']['payload'].encode()))
    check('down', device.open(contracts.TOPIC_COMMAND, v['down']['payload'].encode()), json.loads(v['down']['plain']))
    check('the same again', refusal(device.open, contracts.TOPIC_COMMAND, v['down']['payload'].encode()), 'replayed')
    check('not encrypted', device.open(contracts.TOPIC_REPORTED, v['plain_down']['payload'].encode())['state'], 'confirmed')
    for c in v['refused_down']:
        check(c['name'], refusal(device.open, contracts.TOPIC_COMMAND, c['payload'].encode()), c['code'])
    check('chunk', device.open_chunk(memoryview(unhex(v['chunk']['frame']))), unhex(v['chunk']['data']))
    for c in v['refused_chunks']:
        check(c['name'], device.open_chunk(memoryview(unhex(c['frame']))), None)


RUNS = {
    'signed-json': signed_json,
    'chunk-frame': chunk_frame,
    'replay-window': replay_window,
    'device-key': device_key,
    'handshake': handshake,
    'encryption': encryption,
}
