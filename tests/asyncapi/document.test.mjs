// docs/asyncapi.json by AsyncAPI's own schema, and by messages that were made elsewhere: the vectors'.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { check } from '../../tools/asyncapi/capture.mjs'
import { problemsOf, readDocument } from '../../tools/asyncapi/document.mjs'

const document = readDocument()
const vectors = name => JSON.parse(readFileSync(new URL(`../../shared/vectors/${name}.json`, import.meta.url), 'utf8'))
const mac = '0'.repeat(64)
const device = 'edgemesh/v1/home/devices/lamp_1/'
const line = (topic, text, more = {}) => ({ topic, qos: 1, retain: false, text, ...more })
const signed = (topic, body, more) => line(device + topic, JSON.stringify({ ...body, n: 1, mac }), more)

// What check says of one message, without the retained copy that it misses.
const problems = message => check(document, [message]).problems.filter(p => !p.includes('nobody who came later'))
const form = message => Object.values(check(document, [message]).counts).map(forms => Object.keys(forms)[0])[0]

test('the document is valid by the schema of AsyncAPI 3', () => assert.deepEqual(problemsOf(document), []))

test('a document with a mistake is found out', () => {
    const mistakes = [
        d => { delete d.info.version },
        d => { d.operations.sendWelcome.action = 'publish' },
        d => { d.channels.hello.messages.hello.$ref = '#/components/messages/nothing' },
        d => { d.channels.hello.address = 7 },
        d => { d.components.schemas.Accept.type = 'thing' },
    ]
    for (const mistake of mistakes) {
        const wrong = structuredClone(document)
        mistake(wrong)
        assert.notDeepEqual(problemsOf(wrong), [], String(mistake))
    }
})

test('the messages of the vectors match: handshake, enrolment, reject and abort', () => {
    const { hello, welcome, first_up, first_down } = vectors('handshake')
    const good = [
        ['hello', line(device + 'up/hello', hello)], ['welcome', line(device + 'down/welcome', welcome)],
        ['deviceStatus', line(device + 'up/status', first_up.payload)], ['command', line(device + 'down/command', first_down.payload)],
        ['reject', signed('up/ota/reject', { session: 7, code: 'image_too_large', reason: 'The image has 2 bytes too many.' })],
        ['abort', signed('up/ota/abort', { session: 7, code: 'hash_mismatch' })],
        ['chunk', signed('down/ota/chunk', { session: 7, sequence: 0, data: 'AAEC' }, { qos: 0 })],
        ['encrypted', signed('up/telemetry', { enc: 'AAEC' })], ['readings', signed('up/telemetry', { temperature: 21.5 })],
    ]
    for (const c of vectors('enrollment').cases) {
        for (const m of ['begin', 'confirm', 'stored']) good.push([null, line('edgemesh/v1/enroll/k7m2qx9p/up', c[m])])
        for (const m of ['answer', 'grant', 'done']) good.push([null, line('edgemesh/v1/enroll/k7m2qx9p/down', c[m])])
    }
    const { frame } = vectors('chunk-frame').accepted[0]
    good.push(['chunkFrame', { topic: device + 'down/ota/chunk', qos: 0, retain: false, base64: Buffer.from(frame, 'hex').toString('base64') }])
    for (const [name, message] of good) {
        assert.deepEqual(problems(message), [])
        if (name) assert.equal(form(message), name)
    }
})

test('what is not as documented is found out: members, ranges, quality, retention, topics, signatures', () => {
    const accept = { session: 7, next: 3, window: 8 }
    assert.deepEqual(problems(signed('up/ota/accept', accept)), [])
    const bad = [
        signed('up/ota/accept', { ...accept, colour: 'red' }), signed('up/ota/accept', { session: 7, next: 3 }), signed('up/ota/accept', { ...accept, window: 65 }),
        signed('up/ota/accept', { ...accept, next: '3' }), signed('up/ota/accept', accept, { qos: 0 }), signed('up/ota/accept', accept, { retain: true }),
        signed('up/ota/nothing', accept), signed('up/ota/chunk-ack', { session: 7, next: 3, bitmap: '0' }, { qos: 0 }), signed('up/ota/reject', { session: 7, code: 'no_such_code' }),
        line(device + 'up/ota/accept', JSON.stringify({ mac, n: 1, ...accept })), line(device + 'up/ota/accept', JSON.stringify(accept)), line(device + 'up/ota/accept', 'hello'),
        line(device + 'up/ota/accept', ''), line(device + 'availability', '{"state":"perhaps","since":1}'), line('edgemesh/v1/Home/hub/status', '{"status":"online"}'),
        signed('up/telemetry', { text: 'x'.repeat(20000) }), { topic: device + 'down/ota/chunk', qos: 0, retain: false, base64: 'Ag==' },
    ]
    for (const message of bad) assert.notDeepEqual(problems(message), [], JSON.stringify(message).slice(0, 200))
})

test('what is said to be retained must reach who comes later', () => {
    const status = line('edgemesh/v1/home/hub/status', '{"status":"offline","time":0}')
    assert.equal(check(document, [status]).problems.length, 1)
    assert.deepEqual(check(document, [status, { ...status, retain: true }]).problems, [])
})
