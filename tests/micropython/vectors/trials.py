# Boot records, what changes them, and trials.
from checks import check, due_of, words
from edgemesh import offer, records, signing, slots, trial
from edgemesh.crypto import from_hex as unhex


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


RUNS = {
    'boot-record': boot_record,
    'boot-slots': boot_slots,
    'trial': run_trial,
}
