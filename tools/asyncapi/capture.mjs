// Captures of the wire: a JSON object a line, {topic, qos, retain, text} or, for what is no text, {topic, qos, retain, base64}.
// `retain` is what MQTT says of a received message: the broker had kept it.
import { readFileSync } from 'node:fs'
import { channelOf, payloadJudge } from './document.mjs'

const FRAME_OVERHEAD = 17

export function readCapture(file) {
    return readFileSync(file, 'utf8').split('\n').filter(Boolean).map(line => JSON.parse(line))
}

// Gives {counts: channel to messages to how many, problems: sentences}.
export function check(document, capture) {
    const judge = payloadJudge(document)
    const counts = {}
    const problems = []
    const kept = new Set()
    for (const line of capture) {
        const found = channelOf(document, line.topic)
        if (!found) {
            problems.push(`${line.topic}: no channel has this topic`)
            continue
        }
        const { name, channel, operation } = found
        const size = Buffer.from(line.text ?? line.base64, line.base64 === undefined ? 'utf8' : 'base64').length
        const say = what => problems.push(`${line.topic} (${name}): ${what}: ${line.text ?? `${size} bytes`}`)
        const { qos } = operation.bindings.mqtt
        if (size > channel['x-max-bytes']) say(`has ${size} bytes, more than ${channel['x-max-bytes']}`)
        if (line.retain) {
            kept.add(name)
            if (!channel['x-retained']) say('was retained')
        } else if (line.qos !== qos) {
            say(`came at quality ${line.qos} instead of ${qos}`)
        }
        const message = size === 0 && channel['x-cleared-by-empty'] ? 'cleared' : messageOf(judge, channel, line, say)
        counts[name] ??= {}
        counts[name][message] = (counts[name][message] ?? 0) + 1
    }
    for (const [name, channel] of Object.entries(document.channels)) {
        if (channel['x-retained'] && counts[name] && !kept.has(name)) problems.push(`${name}: was said, and nobody who came later was given it`)
    }
    return { counts, problems }
}

// The one of the channel's messages that it is.
function messageOf(judge, channel, line, say) {
    if (channel.messages.chunkFrame && line.base64 !== undefined) {
        const frame = Buffer.from(line.base64, 'base64')
        if (frame.length <= FRAME_OVERHEAD || frame[0] !== 1 || frame.readUInt32BE(1) === 0) say('is no chunk frame')
        return 'chunkFrame'
    }
    let value
    try {
        value = JSON.parse(line.text)
    } catch (e) {
        say(`is no JSON, ${e.message}`)
        return 'unknown'
    }
    const reasons = []
    for (const message of Object.keys(channel.messages).filter(m => m !== 'chunkFrame')) {
        const reason = judge(channel, message, value)
        if (!reason) {
            if ('mac' in value && !/,"mac":"[0-9a-f]{64}"\}$/.test(line.text)) say('does not end with its signature')
            return message
        }
        reasons.push(reason)
    }
    say(reasons.join('; or '))
    return 'unknown'
}
