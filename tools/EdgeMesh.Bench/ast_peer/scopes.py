"""Scopes and the variables in them."""
import ast


class Symbol:
    __slots__ = ('name', 'scope', 'values', 'elements', 'paths', 'functions', 'classes', 'parameter', 'opaque')

    def __init__(self, name, scope):
        self.name = name
        self.scope = scope
        self.values = []      # (expression, scope) of each assignment
        self.elements = []    # the same of what a loop runs through
        self.paths = []       # what imports put here: machine.Pin
        self.functions = []
        self.classes = []
        self.parameter = None
        self.opaque = False


class Scope:
    __slots__ = ('parent', 'node', 'symbols', 'globals', 'root')

    def __init__(self, parent, node):
        self.parent = parent
        self.node = node
        self.symbols = {}
        self.globals = ()
        self.root = parent.root if parent else self

    def bind(self, name):
        scope = self.root if name in self.globals else self
        symbol = scope.symbols.get(name)
        if symbol is None:
            symbol = scope.symbols[name] = Symbol(name, scope)
        return symbol

    def find(self, name):
        """The variable that a name means here; None where only a built-in can be meant."""
        if name in self.globals:
            return self.root.symbols.get(name)
        scope = self
        while scope is not None:
            if scope is self or not isinstance(scope.node, ast.ClassDef):
                symbol = scope.symbols.get(name)
                if symbol is not None:
                    return symbol
            scope = scope.parent
        return None


def canonical(module):
    """MicroPython's utime is time."""
    return module[1:] if module[:1] == 'u' and module.split('.')[0] in PREFIXED else module


PREFIXED = frozenset('u' + name for name in (
    'time', 'asyncio', 'json', 'binascii', 'struct', 'random', 're', 'socket', 'hashlib', 'collections', 'select', 'errno', 'io', 'heapq', 'requests', 'machine', 'ssl',
    'array', 'math', 'os', 'sys', 'cryptolib', 'zlib', 'websocket', 'bluetooth', 'network'))
