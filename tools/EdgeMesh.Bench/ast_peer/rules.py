"""The policy's rules, over the facts and values of one program. Findings are (rule, line, column)."""
import ast
import re

from facts import Facts
from scopes import canonical
from values import Container, Imported, Made, Start, Values

SENSORS = frozenset(('measure', 'read_temp', 'convert_temp', 'readfrom_mem', 'readfrom', 'readfrom_mem_into', 'readfrom_into'))
PAUSES = frozenset(('sleep', 'sleep_ms', 'sleep_us', 'deepsleep', 'lightsleep', 'poll', 'ipoll', 'run_forever', 'wait_msg', 'run_until_complete'))
UNIT_MS = {'sleep': 1000, 'sleep_ms': 1, 'sleep_us': 0.001}
PIN_KEYWORDS = frozenset(('tx', 'rx', 'rts', 'cts', 'scl', 'sda', 'sck', 'mosi', 'miso', 'ws', 'sd', 'mck', 'pin'))
DRIVERS = frozenset(('machine.PWM', 'machine.DAC', 'machine.Signal', 'dht.DHT11', 'dht.DHT22'))
BUSES = frozenset(('machine.UART', 'machine.I2C', 'machine.SoftI2C', 'machine.SPI', 'machine.SoftSPI', 'machine.I2S', 'esp32.RMT'))
CLIENTS = frozenset(('umqtt.simple.MQTTClient', 'umqtt.robust.MQTTClient'))
REQUESTS = {'requests.' + verb: 0 for verb in ('get', 'post', 'put', 'patch', 'delete', 'head')} | {'requests.request': 1}
HANDED = {'machine.Pin': 'pin-computed', 'machine.deepsleep': 'sleep-time', 'machine.lightsleep': 'sleep-time', 'network.WLAN': 'wifi'} | dict.fromkeys(
    (*REQUESTS, *CLIENTS, 'socket.getaddrinfo', 'asyncio.open_connection'), 'host-computed')
WIDE = re.compile(r'\{[^{}]*:[^{}]*[0-9]{6}|%[-+ #0]*[0-9.]*[0-9]{6}')
SPECIAL = re.compile(r'\{[^{}]*__')
LEAVES = (ast.Return, ast.Raise, ast.Yield)


def pins(text):
    ends = [part.split('-') for part in text.split(',') if part]
    return {pin for end in ends for pin in range(int(end[0]), int(end[-1]) + 1)}


class Policy:
    """policy.yaml, read once."""

    def __init__(self, data, hosts):
        self.limits = {name: int(value) for name, value in data['limits'].items()}
        self.modules = {name: frozenset(names) for name, names in data['modules'].items()}
        self.packages = frozenset(name.split('.')[0] for name in self.modules if '.' in name)
        for section in ('builtins', 'names_refused', 'attributes_refused', 'socket_attributes_refused', 'dunders'):
            setattr(self, section, frozenset(data[section]))
        self.hosts = data['hosts'] + hosts
        self.client_hosts = self.hosts + data['client_hosts']
        board = data['boards']['esp32']
        self.pins, self.reserved, self.input_only, self.strapping, self.console = (
            pins(board[name]) for name in ('pins', 'reserved', 'input_only', 'strapping', 'console'))


class Judgement:
    def __init__(self, source, policy):
        self.policy = policy
        self.found = {}
        if len(source.encode()) > policy.limits['source_bytes']:
            self.found['size', 1, 1] = None
            return
        try:
            tree = ast.parse(source)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            self.found['syntax', 1, 1] = None
            return
        self.facts = Facts(tree, policy.modules)
        self.values = Values(self.facts)
        self.names()
        self.calls()
        self.flow()

    def add(self, rule, node):
        self.found[rule, getattr(node, 'lineno', 1), getattr(node, 'col_offset', 0)] = None

    def names(self):
        facts, policy, values = self.facts, self.policy, self.values
        modules = policy.modules
        for node, module, name, level in facts.imports:
            module = canonical(module)
            part = modules.get(f'{module}.{name}') if name else None
            if level or (module not in modules and part is None and not (name is None and module in policy.packages)):
                self.add('module', node)
            elif name not in (None, '*') and part is None and name not in modules[module]:
                self.add('module-name', node)
        for node, name in facts.bound:
            if name in policy.names_refused:
                self.add('builtin', node)
        for node, scope, use in facts.names:
            if node.id in policy.names_refused:
                self.add('builtin', node)
                continue
            symbol = scope.find(node.id)
            if symbol is None:
                if node.id not in policy.builtins:
                    self.add('undefined', node)
                elif use != 'called' and node.id in ('getattr', 'setattr', 'hasattr', 'delattr'):
                    self.add('dynamic-attribute', node)
                elif use != 'called' and node.id == 'type':
                    self.add('type-making', node)
            elif symbol.paths and use not in ('base', 'tested') and any(path in modules or '.' not in path for path in symbol.paths):
                self.add('module-value', node)
        sockets = any(canonical(module).split('.')[0] in ('socket', 'asyncio', 'ssl') for _, module, _, _ in facts.imports)
        for node, scope in facts.attributes:
            self.attribute(node, node.attr, sockets)
            for value in values.of(node.value, scope)[0]:
                if value.__class__ is Imported and value.path[0] != '.':
                    names = modules.get(value.path)
                    if f'{value.path}.{node.attr}' not in modules and (node.attr not in names if names is not None else '.' not in value.path):
                        self.add('module-name', node)
        for node, scope in facts.targets:
            if any(value.__class__ is Imported for value in values.of(node.value, scope)[0]):
                self.add('module-write', node)
        for node, scope in facts.decorators:
            base = node.func if isinstance(node, ast.Call) else node
            if isinstance(base, ast.Attribute) and getattr(base.value, 'id', '') == 'micropython':
                self.add('native', node)
            elif any(getattr(value, 'path', '').startswith('micropython.') for value in values.of(base, scope)[0]):
                self.add('native', node)
        for node, _ in facts.classes:
            if node.keywords:
                self.add('type-making', node)

    def attribute(self, node, name, sockets):
        if name[:2] == '__' and name[-2:] == '__' and name not in self.policy.dunders:
            self.add('dunder', node)
        elif name == 'start_server' or (sockets and name in self.policy.socket_attributes_refused):
            self.add('server', node)
        elif name in self.policy.attributes_refused:
            self.add('attribute', node)

    @staticmethod
    def given(call, index, name):
        for keyword in call.keywords:
            if keyword.arg == name:
                return keyword.value
        return call.args[index] if index < len(call.args) else None

    def of(self, node, scope):
        return ((), False) if node is None else self.values.of(node, scope)

    def calls(self):
        for node, scope in self.facts.handed:
            for value in self.values.of(node, scope)[0]:
                if value.__class__ is Imported and value.path in HANDED:
                    self.add(HANDED[value.path], node)
        for call, scope, guarded in self.facts.calls:
            function = call.func
            for value in self.values.of(function, scope)[0]:
                if value.__class__ is Imported:
                    self.call(value.path, call, scope)
            if function.__class__ is ast.Attribute:
                self.method(function.attr, self.values.of(function.value, scope), call, scope)
                if function.attr in SENSORS and not guarded:
                    self.add('sensor-error', call)
            for keyword in call.keywords:
                if keyword.arg == 'server_side':
                    self.add('server', call)

    def call(self, path, call, scope):
        if path in ('.getattr', '.setattr', '.hasattr', '.delattr'):
            asked = self.of(call.args[1] if len(call.args) > 1 else None, scope)
            if not asked[1] or not all(isinstance(v, str) for v in asked[0]):
                self.add('dynamic-attribute', call)
            for name in asked[0]:
                self.attribute(call, name, True)
        elif path == '.type' and (len(call.args) != 1 or call.keywords):
            self.add('type-making', call)
        elif path == '.print' and any(k.arg in (None, 'file') for k in call.keywords):
            self.add('attribute', call)
        elif path == 'machine.Pin':
            mode = self.of(self.given(call, 1, 'mode'), scope)
            drives = any(v.__class__ is Imported and not v.path.endswith('.IN') for v in mode[0])
            self.pin(self.given(call, 0, 'id'), call, scope, drives, True)
        elif path in ('machine.ADC', 'machine.TouchPad'):
            self.pin(self.given(call, 0, 'pin'), call, scope, False, True)
        elif path in DRIVERS:
            self.pin(self.given(call, 0, 'pin'), call, scope, True, True)
            self.duty(self.given(call, 2, 'duty'), 1023, scope)
            self.duty(self.given(call, 99, 'duty_u16'), 65535, scope)
        elif path in ('neopixel.NeoPixel', 'onewire.OneWire', 'apa106.APA106', 'machine.time_pulse_us'):
            self.pin(self.given(call, 0, 'pin'), call, scope, path != 'machine.time_pulse_us', False)
        elif path == 'machine.freq' and call.args:
            if not all(v in (80_000_000, 160_000_000, 240_000_000) for v in self.of(call.args[0], scope)[0]):
                self.add('module-name', call)
        elif path == 'machine.Timer':
            self.period(call, scope)
        elif path in ('machine.deepsleep', 'machine.lightsleep'):
            time = self.of(self.given(call, 0, 'time_ms'), scope)
            least, most = self.policy.limits['sleep_least_ms'], self.policy.limits['sleep_most_ms']
            if not time[1] or not time[0] or not all(isinstance(v, int) and least <= v <= most for v in time[0]):
                self.add('sleep-time', call)
        elif path == 'network.WLAN':
            mode = self.of(self.given(call, 0, 'interface_id'), scope) if call.args else ((), True)
            if not mode[1] or not all(v == 0 or v == Imported('network.STA_IF') for v in mode[0]):
                self.add('wifi', call)
        elif path in CLIENTS:
            self.host(self.given(call, 1, 'server'), call, scope, True)
        elif path in REQUESTS:
            self.host(self.given(call, REQUESTS[path], 'url'), call, scope, True)
        elif path in ('socket.getaddrinfo', 'asyncio.open_connection'):
            self.host(self.given(call, 0, 'host'), call, scope, False)
        elif path in ('.bytearray', '.bytes', '.range', '.pow', 'math.factorial'):
            most, rule, index = {'.range': (self.policy.limits['loop_rounds'], 'loop-too-long', -1), '.pow': (4096, 'memory', -1), 'math.factorial': (1000, 'memory', 0)}.get(
                path, (self.policy.limits['allocation_bytes'], 'memory', 0))
            if call.args and any(isinstance(v, int) and v > most for v in self.of(call.args[index], scope)[0]):
                self.add(rule, call)
        if path in BUSES:
            if path == 'machine.UART' and not all(isinstance(v, int) and v for v in self.of(self.given(call, 0, 'id'), scope)[0] or (0,)):
                self.add('console', call)
            for keyword in call.keywords:
                if keyword.arg in PIN_KEYWORDS:
                    self.pin(keyword.value, call, scope, keyword.arg not in ('rx', 'miso', 'cts'), True)

    def pin(self, number, call, scope, drives, certain):
        policy, known = self.policy, self.of(number, scope)
        for value in known[0]:
            if value.__class__ is int:
                rule = ('pin-reserved' if value in policy.reserved else 'pin-missing' if value not in policy.pins else 'pin-input-only' if drives and value in policy.input_only
                        else 'strapping-pin' if drives and value in policy.strapping else 'console-pin' if value in policy.console else None)
                if rule:
                    self.add(rule, number)
            elif value.__class__ is Made and value.path == 'machine.Pin':
                if drives and value.call is not call:
                    self.pin(self.given(value.call, 0, 'id'), value.call, value.scope, drives, False)
            elif certain:
                self.add('pin-missing' if isinstance(value, (str, float)) else 'pin-computed', number)
        if certain and not known[1]:
            self.add('pin-computed', number or call)

    def duty(self, duty, full, scope):
        if duty is not None and any(isinstance(v, (int, float)) and not 0 <= v * 100 <= full * self.policy.limits['duty_percent'] for v in self.of(duty, scope)[0]):
            self.add('duty', duty)

    def period(self, call, scope):
        least = self.policy.limits['timer_least_ms']
        fast = any(isinstance(v, int) and v < least for v in self.of(self.given(call, 99, 'period'), scope)[0])
        if fast or any(isinstance(v, (int, float)) and v * least > 1000 for v in self.of(self.given(call, 99, 'freq'), scope)[0]):
            self.add('timer-fast', call)

    def host(self, host, call, scope, client):
        known = self.of(host, scope)
        for value in known[0]:
            text = value if isinstance(value, str) else value.text if value.__class__ is Start else ''
            rest = text.split('://', 1)[-1]
            name = re.split(r'[/?#\\]', rest)[0]
            if value.__class__ is Start and name == rest or not text:
                self.add('host-computed', host)
            elif not self.allowed(name.rsplit('@', 1)[-1].split(':')[0].lower(), client):
                self.add('host', host)
        if not known[1]:
            self.add('host-computed', host or call)

    def allowed(self, host, client):
        address = re.fullmatch(r'(\d{1,3}\.){3}\d{1,3}', host)
        return any(host.endswith(p[1:]) if p[:2] == '*.' else address and host.startswith(p[:-1]) if p[-2:] == '.*' else host == p
                   for p in (self.policy.client_hosts if client else self.policy.hosts))

    def method(self, name, receiver, call, scope):
        made = {value.path for value in receiver[0] if value.__class__ is Made}
        if 'network.WLAN' in made and (name in ('connect', 'disconnect') or name in ('active', 'config', 'ifconfig') and (call.args or call.keywords)):
            self.add('wifi', call)
        elif name in ('connect', 'sendto') and 'socket.socket' in made and call.args:
            for value in self.of(call.args[0 if name == 'connect' else -1], scope)[0]:
                if value.__class__ is Container and isinstance(value.node, ast.Tuple) and value.node.elts:
                    self.host(value.node.elts[0], call, value.scope, False)
        elif name == 'init' and 'machine.Timer' in made:
            self.period(call, scope)
        elif name in ('duty', 'duty_u16') and 'machine.PWM' in made:
            self.duty(self.given(call, 0, name), 1023 if name == 'duty' else 65535, scope)
        elif name == 'format':
            self.template(receiver, call)

    def template(self, texts, node):
        for text in texts[0]:
            if isinstance(text, str) and SPECIAL.search(text):
                self.add('dunder', node)
            if isinstance(text, str) and WIDE.search(text):
                self.add('memory', node)
