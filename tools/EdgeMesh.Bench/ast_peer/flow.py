"""Whether the agent can run a program: its entry, its loops, what it catches. The rest of the judgement."""
import ast

from facts import FUNCTIONS
from rules import LEAVES, PAUSES, UNIT_MS, Judgement
from values import Container, Made

WAITS = frozenset((ast.Await, ast.Yield, ast.YieldFrom, ast.AsyncFor, ast.AsyncWith))
RUNS = WAITS | {ast.Call}

# What parts of a kind can hold others; bodies of functions and classes run elsewhere.
CHILDREN = {kind: tuple(field for field in kind._fields if field not in ('ctx', 'op', 'ops', 'kind', 'attr', 'id', 'type_comment', 'conversion', 'lineno', 'names', 'level', 'module'))
            for base in (ast.expr, ast.stmt) for kind in base.__subclasses__() if kind not in (*FUNCTIONS, ast.Lambda, ast.ClassDef, ast.Constant, ast.Global, ast.Import)}
CHILDREN |= {kind: kind._fields for kind in (ast.keyword, ast.ExceptHandler, ast.comprehension, ast.withitem)}


def parts(body):
    """Every part that runs where it stands: bodies of functions, lambdas and classes run elsewhere."""
    pending = list(body)
    while pending:
        node = pending.pop()
        yield node
        for field in CHILDREN.get(node.__class__, ()):
            value = getattr(node, field)
            if value.__class__ is list:
                pending += value
            elif value is not None:
                pending.append(value)


def leaves(body, breaks):
    for node in body:
        kind = node.__class__
        if kind in LEAVES or (breaks and kind is ast.Break) or (kind is ast.Expr and node.value.__class__ is ast.Yield):
            return True
        inner = breaks and kind not in (ast.While, ast.For)
        if any(leaves(getattr(node, part, ()), inner) for part in ('body', 'orelse', 'finalbody')) or any(leaves(h.body, inner) for h in getattr(node, 'handlers', ())):
            return True
    return False


def is_endless(loop):
    if leaves(loop.body, True):
        return False
    if isinstance(loop.test, ast.Constant):
        return bool(loop.test.value)
    names = {n.id for n in ast.walk(loop.test) if isinstance(n, ast.Name)}
    if any(isinstance(n, (ast.Call, ast.Attribute, ast.Subscript, ast.NamedExpr)) for n in ast.walk(loop.test)):
        return False
    return not any(isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store) and n.id in names for n in parts(loop.body))


class Flow(Judgement):
    def flow(self):
        facts = self.facts
        self.pausing = set()
        self.bodies = {function: [n for n in parts(function.body) if n.__class__ in RUNS]
                       for function, _ in facts.functions}
        more = True
        while more:
            more = False
            for function, _ in facts.functions:
                if function.name not in self.pausing and self.pauses(self.bodies[function], facts.scopes[function]):
                    self.pausing.add(function.name)
                    more = True
        self.entry()
        endless = {loop for loop, _ in facts.loops if isinstance(loop, ast.While) and is_endless(loop)}
        for loop, scope in facts.loops:
            self.loop(loop, scope, endless)
        self.catches(endless)
        self.recursion()
        self.sizes()

    def pauses(self, nodes, scope):
        for node in nodes:
            if node.__class__ is not ast.Call:
                if node.__class__ in WAITS:
                    return True
                continue
            function = node.func
            name = function.attr if function.__class__ is ast.Attribute else getattr(function, 'id', None)
            if name in self.pausing:
                return True
            if function.__class__ is ast.Name:
                symbol = scope.find(name)
                name = symbol.paths[0].split('.')[-1] if symbol is not None and symbol.paths else name
            if name in PAUSES and self.is_long_enough(name, node, scope):
                return True
        return False

    def is_long_enough(self, name, call, scope):
        if name not in UNIT_MS or len(call.args) != 1:
            return True
        time = self.of(call.args[0], scope)
        return not time[1] or not time[0] or any(not isinstance(v, (int, float)) or v * UNIT_MS[name] >= self.policy.limits['pause_ms'] for v in time[0])

    def entry(self):
        top = {function.name: function for function, scope in self.facts.functions if scope is self.facts.root}
        loop, setup, main = top.get('loop'), top.get('setup'), top.get('main')
        if loop is None and main is None:
            self.add('entry', self.facts.root.node)
            return
        for function in (main,) if loop is None else (loop, setup):
            if function is not None and (len(function.args.args) > len(function.args.defaults) or (isinstance(function, ast.AsyncFunctionDef) and function is not main)):
                self.add('entry', function)
        if loop is not None and setup is None:
            self.add('no-setup', loop)

    def loop(self, loop, scope, endless):
        if isinstance(loop, ast.While):
            pausing = self.pauses(parts([*loop.body, loop.test]), scope)
            if not pausing and loop in endless:
                self.add('loop-without-sleep', loop)
            elif not pausing and all(isinstance(s, ast.Pass) for s in loop.body):
                self.add('blocking-wait', loop)
            if loop in endless:
                self.growth(loop)
        elif any(v.__class__ is Made and v.path == '.iter' and len(v.call.args) == 2 for v in self.of(loop.iter, scope)[0]) and not leaves(loop.body, True):
            self.add('loop-too-long', loop)

    def growth(self, loop):
        grown, shrunk = {}, set()
        for node in parts(loop.body):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name):
                if node.func.attr == 'append':
                    grown.setdefault(node.func.value.id, node)
                elif node.func.attr in ('pop', 'clear', 'popleft', 'remove'):
                    shrunk.add(node.func.value.id)
            elif isinstance(node, (ast.Assign, ast.Delete)):
                shrunk.update(getattr(t, 'id', None) or getattr(getattr(t, 'value', None), 'id', '') for t in node.targets)
        for name in grown.keys() - shrunk:
            self.add('unbounded-list', grown[name])

    def catches(self, endless):
        within = {node for loop in endless for node in parts(loop.body) if isinstance(node, ast.Try)}
        for attempt, scope in self.facts.tries:
            forever = attempt in within or getattr(scope.node, 'name', '') == 'loop'
            for handler in attempt.handlers:
                stops = handler.type is None or any(getattr(n, 'id', '') in ('BaseException', 'KeyboardInterrupt', 'SystemExit') for n in ast.walk(handler.type))
                if leaves(handler.body, True):
                    continue
                if stops and forever and self.pauses(parts(attempt.body), self.facts.root):
                    self.add('stop-swallowed', handler)
                elif handler.type is None:
                    self.add('bare-except', handler)

    def recursion(self):
        certain = {}
        for function, _ in self.facts.functions:
            called = certain[function.name] = set()
            for statement in function.body:
                if isinstance(statement, (ast.Expr, ast.Return, ast.Assign)):
                    nodes = list(parts([statement]))
                    if not any(isinstance(n, (ast.IfExp, ast.BoolOp)) for n in nodes):
                        called.update(n.func.id for n in nodes if isinstance(n, ast.Call) and isinstance(n.func, ast.Name))
                elif leaves([statement], False):
                    break
        for function, _ in self.facts.functions:
            reached, pending = set(), list(certain[function.name])
            while pending:
                name = pending.pop()
                if name not in reached and name in certain:
                    reached.add(name)
                    pending.extend(certain[name])
            if function.name in reached:
                self.add('recursion', function)

    def sizes(self):
        most = {ast.Mult: self.policy.limits['allocation_bytes'], ast.Pow: 4096, ast.LShift: 65536}
        for node, scope in self.facts.binaries:
            kind = node.op.__class__
            if kind in most:
                large = any(isinstance(v, int) and v > most[kind] for v in self.of(node.right, scope)[0])
                if large and (kind is not ast.Mult or any(isinstance(v, (str, bytes, Container)) for v in self.of(node.left, scope)[0])):
                    self.add('memory', node)
            elif kind is ast.Mod:
                self.template(self.of(node.left, scope), node)
            elif kind is ast.Sub and self.ticks(node.left, scope) and self.ticks(node.right, scope):
                self.add('ticks-compared', node)
        for node, scope in self.facts.compares:
            if any(self.ticks(operand, scope) for operand in (node.left, *node.comparators)):
                self.add('ticks-compared', node)

    def ticks(self, node, scope):
        if isinstance(node, ast.BinOp):
            return self.ticks(node.left, scope) or self.ticks(node.right, scope)
        return any(v.__class__ is Made and v.path in ('time.ticks_ms', 'time.ticks_us') for v in self.of(node, scope)[0])


def judge(source, policy):
    return Flow(source, policy).found
