# Enrolments, messages that were changed on the way, and what people type.
import json
from checks import check
from edgemesh.crypto import from_hex as unhex


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


RUNS = {
    'enrollment': enrollment,
}
