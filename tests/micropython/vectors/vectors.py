# Runs on the device: main.py of vectors.test.mjs. Prints "failed <file>: <case>: <what came>" and "cases <file> <count>".
import gc
import json
import os
from binascii import crc32
from edgemesh import checked, contracts, crypto, fields, link, offer, receiver, records, signing, slots, trial
from edgemesh.fields import Refused
from time import ticks_diff, ticks_ms

unhex = crypto.from_hex
file = ''
cases = 0
gc.collect()
base = gc.mem_alloc()


def check(name, came, wanted):
    global cases
    cases += 1
    # The host's interpreter collects only where a program sleeps or asks for it; big integers are much garbage.
    if gc.mem_alloc() > base + (1 << 20):
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


def profile_of(base, changes):
    p = offer.Profile('', [], 0, 0, 0, [])
    p.trusted = []
    for values in base, changes:
        for name in values:
            setattr(p, name, values[name])
    return p


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


# What a generator returns, and the sum of what it yields.
def run_out(work):
    total = 0
    try:
        while True:
            total += next(work)
    except StopIteration as e:
        return e.value, total


def x25519(v):
    from edgemesh import curve25519
    for c in v['cases']:
        product, total = run_out(curve25519.x25519(unhex(c['scalar']), unhex(c['u'])))
        check(c['source'], (crypto.to_hex(product), total), (c['product'], curve25519.LADDER))
    k = unhex(v['iterated']['start'])
    started = ticks_ms()
    after_1 = run_out(curve25519.x25519(k, k))[0]
    print('took', 'X25519', ticks_diff(ticks_ms(), started))
    check('iterated', crypto.to_hex(after_1), v['iterated']['after_1'])


def ed25519(v):
    from edgemesh import ed25519
    for c in v['cases']:
        started = ticks_ms()
        valid, total = run_out(ed25519.verification(unhex(c['public_key']), unhex(c['message']), unhex(c['signature'])))
        check(c['source'], valid, c['valid'])
        if c['source'] == 'RFC 8032 7.1, test 3':
            print('took', 'Ed25519', ticks_diff(ticks_ms(), started), total)


def cpace(v):
    from edgemesh import cpace

    def side(c, initiator):
        return cpace.CPace(initiator, unhex(c['prs']), unhex(c['ci']), unhex(c['sid']),
                           unhex(c['ad_a' if initiator else 'ad_b']), unhex(c['ya' if initiator else 'yb']))

    def run(side, portion):
        last = side.progress()
        while not side.step(portion):
            if not last <= side.progress() <= 100:
                print('failed cpace: progress', last, side.progress())
            last = side.progress()

    for c in v['cases']:
        started = ticks_ms()
        a = side(c, True)
        run(a, 100)
        b = side(c, False)
        ad_a, ad_b = unhex(c['ad_a']), unhex(c['ad_b'])
        check(c['source'], b.receive(a.share, ad_a), True)
        run(b, 10)
        check(c['source'], a.receive(b.share, ad_b), True)
        run(a, 1)
        print('took', 'CPace', ticks_diff(ticks_ms(), started) // 2, cpace.MULTIPLICATIONS)
        check(c['source'], [crypto.to_hex(x) for x in (a.share, b.share, a.tag, b.tag)],
              [c['share_a'], c['share_b'], c['tag_a'], c['tag_b']])
        check(c['source'], (a.progress(), b.progress(), a._done), (100, 100, cpace.MULTIPLICATIONS))
        check(c['source'], a.confirm(a.tag) or a.confirm(b.tag), None)
        check(c['source'], crypto.to_hex(b.confirm(a.tag)), c['isk'])
    c = v['cases'][0]
    for refused in v['refused_shares'] + [{'source': 'its own', 'share': c['share_a']}]:
        a = side(c, True)
        share = unhex(refused['share'])
        check(refused['source'], a.receive(share, unhex(c['ad_a'])), len(share) == 32)
        run(a, 1000)
        check(refused['source'], (a.refused, a.tag, a.confirm(bytes(64))), (True, None, None))


def enrollment(v):
    from edgemesh.enrollment import DeviceEnrollment, read_secret

    def side(c):
        drawn = [unhex(r) for r in c['device_random']]
        return DeviceEnrollment(read_secret(c['secret']), c['type'], c['runtime'], c['id'], lambda count: drawn.pop(0))

    def take(device, message):
        device.take(message.encode())
        while not device.step(500):
            pass
        if device.configuration and device.outgoing is None and not device.done:
            device.stored()

    for c in v['cases']:
        device = side(c)
        take(device, '')
        check(c['name'], device.outgoing.decode(), c['begin'])
        take(device, c['answer'])
        check(c['name'], device.outgoing.decode(), c['confirm'])
        take(device, c['grant'])
        check(c['name'], (device.configuration.decode(), device.outgoing.decode()), (c['configuration'], c['stored']))
        take(device, c['done'])
        check(c['name'], (device.done, device.code, device.progress), (True, '', 100))
    for change in v['changes']:
        c = v['cases'][change['case']]
        device = side(c)
        take(device, '')
        order = ['answer', 'grant', 'done']
        at = order.index(change['message'])
        for message in order[:at]:
            take(device, c[message])
        changed = json.loads(c[change['message']])
        for name in change['change']:
            changed.pop(name, None)
            if change['change'][name] is not None:
                changed[name] = change['change'][name]
        before = device.outgoing_number
        take(device, json.dumps(changed))
        if change['outcome'] == 'refused':
            check(change['name'], (device.code, b'"m":"abort"' in device.outgoing, device.configuration), ('enrollment_refused', True, None))
            continue
        check(change['name'], (device.outgoing_number, device.code, device.done), (before, '', False))
        for message in order[at:]:
            take(device, c[message])
        check(change['name'], device.done, True)
    for c in v['secrets']:
        check(c['typed'], read_secret(c['typed']), (c['token'], c['value']) if c['token'] else None)


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


def offer_judge(v):
    for c in v['cases']:
        try:
            offered = offer.Transfer(1, c['manifest'], c['chunk_bytes'])
            code = (offer.judge(offered, c['encoding'], profile_of(v['profile'], c.get('profile', {}))) or ('',))[0]
        except Refused:
            code = 'manifest_invalid'
        check(c['name'], code, c['code'])


# What the agent makes of it does not matter here: whether it reads it does.
class Reader:
    _board = _delivery = None

    class _record:
        report = None

    def __init__(self):
        self._board = self._delivery = self
        self.read = False

    def now_ms(self):
        return 0

    def _refresh_profile(self, now_ms):
        pass

    def step(self, event, now_ms):
        self.read = True

    def step_trial(self, kind, detail):
        self.read = True


def down_messages(v):
    from edgemesh.agent import Agent
    for c in v['cases']:
        reader = Reader()
        try:
            Agent.take(reader, c['topic'], c['body'])
        except Refused:
            pass
        check(c['name'], reader.read, c['accepted'])


def publishers_(v):
    codes = 'signature_required', 'publisher_untrusted', 'signature_invalid'
    from edgemesh.publishers import check as checked
    for c in v['cases']:
        work = checked(c['trusted'], c['offer'], c['kind'], crypto.from_base64url, codes)
        before = 0
        try:
            while True:
                percent = next(work)
                if not before <= percent < 100:
                    check(c['name'] + ', progress', percent, before)
                before = percent
        except StopIteration as e:
            signer, refused = e.value
        check(c['name'], (refused[0] if refused else '', signer), (c['code'], c.get('signer')))
    for s in v['successions']:
        record = slots.BootRecord()
        record.keys = s['keys']
        record.succeed(s['signer'])
        check(s['name'], record.keys, s['after'])
        configured = v['configured']
        check(s['name'] + ', trusted', [slots.key_of(record.keys, configured['pin'], configured['kind']) or configured], s['trusted'])


def members_of(record):
    members = slots._members(record)
    members.pop('generation', None)
    return members


def without_generation(fields):
    return {name: fields[name] for name in fields if name != 'generation'}


# A record with these members, by way of its text.
def record_of(members):
    members = dict(members)
    members['generation'] = members.get('generation', 1)
    body = signing.open_text(members)
    record = records.read(body + slots._tail(body))
    if not record:
        raise ValueError(members)
    return record


def boot_record(v):
    for c in v['records']:
        record = records.read(c['text'].encode())
        check(c['name'], record and (record.generation, members_of(record)),
              (c['fields']['generation'], without_generation(c['fields'])))
        if not record:
            continue
        data, number = record.next()
        again = records.read(data)
        check(c['name'] + ', written here', again and (again.generation, number, members_of(again)),
              (c['fields']['generation'] + 1, (c['fields']['generation'] + 1) % 2, without_generation(c['fields'])))
    for c in v['damaged']:
        text = unhex(c['hex']) if 'hex' in c else c['text'].encode()
        check(c['name'], records.read(text), None)
    for c in v['newest']:
        boot0, boot1 = (c[name].encode() if c.get(name) else None for name in ('boot0', 'boot1'))
        check(c['name'], records.newest(boot0, boot1).generation, c['generation'])


def boot_slots(v):
    for s in v['scenarios']:
        record = record_of(s['record'])
        for i, step in enumerate(s['steps']):
            name, p = words(step['event'])
            at = '%s, step %d' % (s['name'], i)
            if name == 'select':
                check(at, record.select(), step['result'])
            elif name == 'broken':
                record.broken(step['event'].split(' ')[1])
            elif name == 'begin_transfer':
                record.begin_transfer(offer.Transfer(p['session'], v['manifests'][p['manifest']], p['chunk_bytes']))
            elif name == 'condemn':
                record.condemn(p['code'], p['reason'])
            else:
                getattr(record, name)()
        check(s['name'], members_of(record), without_generation(s['after']))


def due_of(machine):
    return 'never' if machine.due_ms >= link.NEVER else machine.due_ms


def run_trial(v):
    for s in v['scenarios']:
        record = record_of(s['record'])
        machine = trial.Trial(record, 0)
        for i, step in enumerate(s['steps']):
            at = '%s, step %d' % (s['name'], i)
            name, p = words(step['event'])
            detail = p if name == 'reported' else step['event'][8:] if name == 'faulted' else None
            came = []
            for effect in machine.step(name, step['at'], detail):
                if effect == 'send_report':
                    r = record.report
                    effect = 'send report session=%d state=%s' % (r['session'], r['state'])
                    if r['code']:
                        effect += ' code=' + r['code']
                came.append(effect)
            check(at, came, step['effects'])
            if 'due' in step:
                check(at + ', due', due_of(machine), step['due'])
        check(s['name'], members_of(record), without_generation(s['after']))


SENT = {contracts.TOPIC_OTA_ACCEPT: ('accept', 'session', 'next', 'window'),
        contracts.TOPIC_OTA_CHUNK_ACK: ('chunk_ack', 'session', 'next', 'bitmap'),
        contracts.TOPIC_OTA_VERIFY: ('verify', 'session', 'checked', 'sha256', 'signature'),
        contracts.TOPIC_OTA_REJECT: ('reject', 'session', 'code'),
        contracts.TOPIC_OTA_ABORT_UP: ('abort', 'session', 'code')}


def effect_text(effect):
    if effect[0] == 'send':
        name, *members = SENT[effect[1]]
        return ' '.join(['send ' + name] + ['%s=%s' % (m, effect[2][m]) for m in members if m in effect[2]])
    if effect[0] in ('hold', 'append_held', 'trim', 'refuse'):
        return '%s %s' % effect[:2]
    return effect[0]


def receiver_event(v, text):
    name, p = words(text)
    if name == 'restored':
        return name, offer.Transfer(p['session'], v['manifests'][p['manifest']], p['chunk_bytes']), p['stored']
    if name == 'offer':
        p['manifest'] = v['manifests'].get(p['manifest'], p['manifest'])
        return 'offered', p
    if name == 'chunk':
        return 'chunk_arrived', p['session'], p['sequence'], p['length']
    if name == 'hashed':
        return name, p['checked'], p.get('sha256', '')
    if name == 'signature':
        key = '578dd5760eebf8f976fed730911bbf811b568ada3309196fedddad9d8a4f83d0'
        signer = {'pin': key, 'kind': 'micropython-app', 'key': key, 'sequence': p['sequence']} if 'sequence' in p else None
        return 'signature_checked', p['percent'], signer, (p['code'], '') if 'code' in p else None
    if name == 'complete':
        return 'completed', p['session']
    if name == 'abort':
        return 'aborted', p['session']
    if name == 'storage_failed':
        return name, p['code']
    return name,


def run_receiver(v):
    for s in v['scenarios']:
        machine = checked.CheckedReceiver(profile_of(v['profile'], s.get('profile', {})))
        for i, step in enumerate(s['steps']):
            at = '%s, step %d' % (s['name'], i)
            came = machine.step(receiver_event(v, step['event']), step['at'])
            check(at, [effect_text(e) for e in came], step['effects'])
            if 'due' in step:
                check(at + ', due', due_of(machine), step['due'])


for file, run in (
        ('sha256', sha256), ('hmac', hmac), ('hkdf', hkdf), ('sha512', sha512), ('hmac-sha512', hmac_sha512),
        ('x25519', x25519), ('ed25519', ed25519), ('cpace', cpace), ('aes-gcm', aes_gcm), ('enrollment', enrollment), ('crc32', crc), ('names', names), ('topics', topics),
        ('json', accepted_json), ('signed-json', signed_json), ('chunk-frame', chunk_frame),
        ('replay-window', replay_window), ('device-key', device_key), ('handshake', handshake), ('encryption', encryption),
        ('offer-judge', offer_judge), ('publishers', publishers_), ('boot-record', boot_record), ('boot-slots', boot_slots), ('trial', run_trial),
        ('receiver', run_receiver), ('messages', down_messages)):
    if file + '.json' not in os.listdir('/vectors'):
        continue
    with open('/vectors/%s.json' % file) as f:
        vectors = json.load(f)
    cases = 0
    run(vectors)
    print('cases', file, cases)
    vectors = None
    gc.collect()
