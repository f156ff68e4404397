// The pages about the wire keep up with it.
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { readDocument } from '../../tools/asyncapi/document.mjs'

const page = name => readFileSync(new URL(`../../docs/${name}`, import.meta.url), 'utf8')
const document = readDocument()
const below = address => address.replace('edgemesh/v1/{site}/', '').replaceAll('{device}', '{id}')

test('docs/topics.md tells of every topic, and shows a capture of every retained one', () => {
    const text = page('topics.md')
    for (const [name, channel] of Object.entries(document.channels)) {
        assert.ok(text.includes('`' + below(channel.address) + '`'), `${name}: \`${below(channel.address)}\` is missing`)
        const level = channel.address.split('/').at(-1)
        if (channel['x-retained'] && !level.startsWith('{')) assert.match(text, new RegExp(`\\b${level} = \\{.*retained`), `${name} is not in the capture`)
    }
})

test('no capture in a page holds a key, a password or a whole signature', () => {
    for (const name of ['topics.md', 'brokers.md']) {
        const text = page(name)
        assert.doesNotMatch(text, /PRIVATE KEY|BEGIN CERT/)
        assert.doesNotMatch(text, /\b[0-9a-f]{64}\b/)
        assert.doesNotMatch(text, /"mac":"[0-9a-f]{9}/)
    }
})

test('docs/write-a-device.md names every file of vectors, and its worked example has their bytes', () => {
    const text = page('write-a-device.md')
    const vectors = name => JSON.parse(readFileSync(new URL(`../../shared/vectors/${name}.json`, import.meta.url), 'utf8'))
    const readme = readFileSync(new URL('../../shared/vectors/README.md', import.meta.url), 'utf8')
    let named = 0
    for (const [, files] of readme.matchAll(/^\| ((?:`[a-z0-9-]+` ?)+)\|/gm)) {
        for (const [, file] of files.matchAll(/`([a-z0-9-]+)`/g)) {
            if (!existsSync(new URL(`../../shared/vectors/${file}.json`, import.meta.url))) continue
            assert.ok(text.includes('`' + file + '`'), `${file} is missing`)
            named++
        }
    }
    assert.ok(named > 20, `${named} files`)
    const handshake = vectors('handshake')
    const key = vectors('device-key')
    for (const bytes of [
        handshake.secret, handshake.hello, handshake.welcome, handshake.session_up, handshake.session_down, handshake.first_up.payload, handshake.first_down.payload,
        key.handshake, key.broker_password, vectors('chunk-frame').accepted[1].frame,
    ]) assert.ok(text.includes(bytes), `${bytes} is missing`)
})
