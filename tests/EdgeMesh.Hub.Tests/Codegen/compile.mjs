// Compiles MicroPython sources on the real interpreter: reads a JSON list of them, writes a JSON list of errors, null where there is none.
import { readFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'

const [, , host, file] = process.argv
const { loadMicroPython } = await import(pathToFileURL(`${host}/node_modules/@micropython/micropython-webassembly-pyscript/micropython.mjs`))
const interpreter = await loadMicroPython({ heapsize: 16 * 1024 * 1024, stdout: () => {} })
const errors = JSON.parse(readFileSync(file, 'utf8')).map((source) => {
  try {
    interpreter.globals.set('source', source)
    interpreter.runPython('compile(source, "program.py", "exec")\nimport gc\ngc.collect()')
    return null
  } catch (error) {
    return String(error)
  }
})
console.log(JSON.stringify(errors))
