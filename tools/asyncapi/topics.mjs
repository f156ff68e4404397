// node tools/asyncapi/topics.mjs CAPTURE: puts a capture into docs/topics.md, between its two marks, as the tree that MQTT Explorer shows.
// A capture is made by: EDGEMESH_CAPTURE=FILE dotnet test tests/EdgeMesh.EndToEnd.Tests -c Release --filter StandardsTests
import { readFileSync, writeFileSync } from 'node:fs'
import { readCapture } from './capture.mjs'
import { channelOf, readDocument } from './document.mjs'

const page = new URL('../../docs/topics.md', import.meta.url)
const marks = ['<!-- captured: tools/asyncapi/topics.mjs -->', '<!-- end -->']
const widest = 170

const document = readDocument()
const tree = new Map()
for (const line of readCapture(process.argv[2])) {
    let at = tree
    const levels = line.topic.split('/')
    for (const level of levels.slice(0, -1)) {
        if (!at.has(level)) at.set(level, new Map())
        at = at.get(level)
    }
    const leaf = levels.at(-1)
    if (line.text !== '') at.set(leaf, Object.assign(at.get(leaf) ?? new Map(), { last: line }))
}

const text = readFileSync(page, 'utf8')
const [before, rest] = text.split(marks[0])
const after = rest.split(marks[1])[1]
writeFileSync(page, `${before}${marks[0]}\n\`\`\`text\n${draw(tree, '').join('\n')}\n\`\`\`\n${marks[1]}${after}`)

function draw(node, indent) {
    return [...node].flatMap(([level, inner]) => {
        const shown = inner.last ? [`${indent}${level} = ${payload(inner.last)}`] : [`${indent}${level}`]
        return [...shown, ...draw(inner, indent + '  ')]
    })
}

function payload(line) {
    const { channel } = channelOf(document, line.topic)
    const notes = [channel['x-retained'] ? 'retained' : '', channel['x-acl'].subscribe.includes('viewer') ? '' : 'hidden from the viewer'].filter(Boolean)
    const what = line.text === undefined ? frame(Buffer.from(line.base64, 'base64')) : JSON.stringify(JSON.parse(line.text, shorten))
    return [what.length > widest ? what.slice(0, widest) + '…' : what, ...notes].join('   ')
}

function frame(bytes) {
    return `${bytes.subarray(0, 21).toString('hex')}…  (${bytes.length} bytes: version ${bytes[0]}, session ${bytes.readUInt32BE(1)}, sequence ${bytes.readUInt32BE(5)}, tag, data)`
}

// Keys and certificates are not shown at all; of long values only how they begin.
function shorten(name, value) {
    if (typeof value !== 'string') return value
    if (value.includes('-----BEGIN')) return 'PEM'
    return value.length > 40 && /^[\w+/=-]+$/.test(value) ? value.slice(0, 8) + '…' : value
}
