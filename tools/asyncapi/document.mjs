// docs/asyncapi.json, checked by AsyncAPI's own schema, and what it says of a message.
import Ajv from 'ajv'
import specs from '@asyncapi/specs'
import { readFileSync } from 'node:fs'

const options = { strict: false, allErrors: true, validateFormats: false }

export function readDocument(file = new URL('../../docs/asyncapi.json', import.meta.url)) {
    return JSON.parse(readFileSync(file, 'utf8'))
}

// What is wrong with the document itself, a sentence each.
export function problemsOf(document) {
    const ajv = new Ajv({ ...options, logger: false })
    const valid = ajv.compile(specs.schemasWithoutId[document.asyncapi])
    const problems = valid(document) ? [] : valid.errors.map(e => `${e.instancePath} ${e.message}`)
    walk(document, '', (value, path) => {
        if (value.$ref && !resolve(document, value.$ref)) problems.push(`${path}: ${value.$ref} leads nowhere`)
    })
    return problems
}

export function resolve(document, ref) {
    return ref.slice(2).split('/').reduce((at, name) => at?.[name.replaceAll('~1', '/').replaceAll('~0', '~')], document)
}

// The channel of a topic, as {name, channel, operation}; undefined where the document has none.
export function channelOf(document, topic) {
    const part = '[a-z0-9][a-z0-9_-]{0,31}'
    for (const [name, channel] of Object.entries(document.channels)) {
        if (new RegExp(`^${channel.address.replace(/\{\w+\}/g, part)}$`).test(topic)) {
            const operation = Object.values(document.operations).find(o => o.channel.$ref === `#/channels/${name}`)
            return { name, channel, operation }
        }
    }
}

// Judges payloads by a channel's messages. Members that no schema names are a mistake here, though receivers pass over them: what is said is documented.
export function payloadJudge(document) {
    const closed = structuredClone(document)
    walk(closed.components.schemas, '', value => {
        if (value.type === 'object' && value.properties) value.additionalProperties ??= false
    })
    const ajv = new Ajv(options)
    ajv.addSchema({ $id: 'document', components: closed.components })
    const compiled = new Map()
    return (channel, message, value) => {
        const ref = resolve(document, channel.messages[message].$ref).payload.$ref
        if (!compiled.has(ref)) compiled.set(ref, ajv.compile({ $ref: 'document' + ref }))
        const valid = compiled.get(ref)
        return valid(value) ? '' : ajv.errorsText(valid.errors, { dataVar: message })
    }
}

function walk(value, path, visit) {
    if (value === null || typeof value !== 'object') return
    visit(value, path)
    for (const [name, inner] of Object.entries(value)) walk(inner, `${path}/${name}`, visit)
}
