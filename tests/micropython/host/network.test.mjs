import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';
import tls from 'node:tls';
import { run, WIFI } from './board.mjs';

async function listen(t, server) {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  return server.address().port;
}
const echo = (t) => listen(t, net.createServer((socket) => { socket.on('error', () => {}); socket.pipe(socket); }));

test('a blocking socket echoes, reads exactly, reads lines and sees the end', async (t) => {
  const port = await echo(t);
  const { output } = await run(`${WIFI}
import socket
s = socket.socket()
s.connect(socket.getaddrinfo('127.0.0.1', ${port})[0][-1])
print(s.write(b'line one\\nabc'), s.readline(), s.read(3))
data = bytes(range(256)) * 160
back = bytearray()
for i in range(0, len(data), 4096):
    s.sendall(memoryview(data)[i:i + 4096])
    back.extend(s.read(4096))
print(back == data)
s.close()
try: s.recv(1)
except OSError as e: print(e.errno)
`, { heap: 262144 });
  assert.deepEqual(output, ["12 b'line one\\n' b'abc'", 'True', '9']);
});

test('a timeout raises ETIMEDOUT, a non-blocking read gives None or EAGAIN, poll waits and wakes', async (t) => {
  const port = await echo(t);
  const { output } = await run(`${WIFI}
import socket, select
s = socket.socket()
s.connect(('127.0.0.1', ${port}))
s.settimeout(0.1)
t = time.ticks_ms()
try: s.recv(1)
except OSError as e: print(e.errno, 100 <= time.ticks_diff(time.ticks_ms(), t) < 1000)
s.setblocking(False)
print(s.read(1))
try: s.recv(1)
except OSError as e: print(e.errno)
p = select.poll()
p.register(s, select.POLLIN)
print(p.poll(20))
s.write(b'x')
print([(o is s, e) for o, e in p.poll(5000)], s.read(9))
n = socket.socket()
n.setblocking(False)
try: n.connect(('127.0.0.1', ${port}))
except OSError as e: print(e.errno)
p = select.poll()
p.register(n, select.POLLOUT)
print([e for o, e in p.poll(5000)])
`);
  assert.deepEqual(output, ['116 True', 'None', '11', '[]', "[(True, 1)] b'x'", '119', '[4]']);
});

test('a peer that does not read makes a non-blocking write partial, then EAGAIN', async (t) => {
  const port = await listen(t, net.createServer((socket) => { socket.on('error', () => {}); socket.pause(); }));
  const { output } = await run(`${WIFI}
import socket
s = socket.socket()
s.connect(('127.0.0.1', ${port}))
s.setblocking(False)
b = bytes(20000)
print(s.write(b) < len(b))
while s.write(b) is not None: time.sleep_ms(1)
print('full')
`);
  assert.deepEqual(output, ['True', 'full']);
});

test('without a network, or a peer, sockets fail with the numbers of an ESP32', async (t) => {
  const port = await echo(t);
  const { output } = await run(`
import socket
def e(f, *a):
    try: f(*a)
    except OSError as x: print(x.errno)
e(socket.socket().connect, ('127.0.0.1', ${port}))
e(socket.getaddrinfo, 'localhost', 1)
${WIFI}
e(socket.socket().connect, ('127.0.0.1', 1))
e(socket.getaddrinfo, 'no-such-name.invalid', 1)
print(socket.getaddrinfo('localhost', 1)[0][-1])
`);
  assert.deepEqual(output, ['118', '-202', '104', '-202', "('127.0.0.1', 1)"]);
});

test('TLS verifies the authority, the name and that the certificate has begun by the board\'s clock, and carries data', async (t) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'tls-'));
  t.after(() => fs.rmSync(folder, { recursive: true }));
  const file = (name) => path.join(folder, name);
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj', '/CN=broker.local',
    '-addext', 'subjectAltName=DNS:broker.local', '-keyout', file('key'), '-out', file('cert')], { stdio: 'ignore' });
  const cert = fs.readFileSync(file('cert'));
  const server = tls.createServer({ cert, key: fs.readFileSync(file('key')) }, (socket) => { socket.on('error', () => {}); socket.pipe(socket); });
  server.on('tlsClientError', () => {});
  const port = await listen(t, server);
  const { output } = await run(`${WIFI}
import socket, ssl
def attempt(ca, name):
    c = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if ca: c.load_verify_locations(cafile=ca)
    s = socket.socket()
    s.connect(('127.0.0.1', ${port}))
    try:
        w = c.wrap_socket(s, server_hostname=name)
        w.write(b'hello')
        print(w.read(5))
        w.close()
    except ValueError as e: print('refused')
attempt('ca.pem', 'broker.local')
import machine
machine.RTC().datetime(time.gmtime(${Math.floor(Date.now() / 1000)} - 946684800)[:3] + (0, 23, 59, 59, 0))
attempt('ca.pem', 'broker.local')
attempt(None, 'broker.local')
attempt('ca.pem', 'other.local')
`, { flash: { '/ca.pem': cert } });
  assert.deepEqual(output, ['refused', "b'hello'", 'refused', 'refused']);
});
