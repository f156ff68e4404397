// node tools/asyncapi/check.mjs [CAPTURE]: checks docs/asyncapi.json by AsyncAPI's own schema, and a capture by docs/asyncapi.json.
// Prints how many messages of which channel it saw, as JSON; what is wrong goes to stderr, and the exit code is 1 then.
import { check, readCapture } from './capture.mjs'
import { problemsOf, readDocument } from './document.mjs'

const document = readDocument()
const problems = problemsOf(document)
if (process.argv[2]) {
    const seen = check(document, readCapture(process.argv[2]))
    problems.push(...seen.problems)
    console.log(JSON.stringify(seen.counts))
}
for (const problem of problems.slice(0, 50)) console.error(problem)
process.exit(problems.length ? 1 : 0)
