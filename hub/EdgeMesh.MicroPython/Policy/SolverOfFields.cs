using System.Collections.Frozen;
using System.Linq;
using EdgeMesh.MicroPython.Syntax;

namespace EdgeMesh.MicroPython.Policy;

/// <summary>Whose attribute it is: one of the program's own objects, or of something that a built-in or a library made.</summary>
internal sealed partial class Solver
{
    // Attributes that such things have, with values that whoever makes them chooses: range(6, 7).start, StopIteration(6).value, response.text.
    private static readonly FrozenSet<string> ForeignFields = FrozenSet.Create(
        "value", "args", "errno", "start", "stop", "step", "real", "imag", "itemsize", "text", "content", "status_code", "reason", "encoding", "headers", "raw", "s", "sock", "server",
        "addr", "port", "user", "pswd", "client_id", "keepalive", "lw_topic", "lw_msg", "n", "bpp", "data");

    private readonly bool _hasTuples = facts.Imports.Exists(i => i.Name == "namedtuple") || facts.Calls.ContainsKey("namedtuple") || facts.TakenAttributes.Contains("namedtuple");

    private bool IsForeign(string name) => _hasTuples || ForeignFields.Contains(name);

    // The first parameter of a method of an own class, where nobody can have passed something else for it: each call passes just what the method needs besides.
    private bool IsSelf(NameExpr name, Space space) =>
        space.Find(name.Id) is { IsOpaque: false, Values.Count: 0, Iterated.Count: 0, Parameter: (FunctionStmt { Decorators.IsEmpty: true } method, 0, _) } symbol
        && symbol.Space.Parent is { Node: ClassStmt type, Parent: { } around } && (symbol.IsSelf ??= IsSelf(method, type, around));

    private bool IsSelf(FunctionStmt method, ClassStmt type, Space around) => IsOwn(type, around, 0) && !facts.TakenAttributes.Contains(method.Name)
        && !facts.TakenAttributes.Contains(Facts.AnyAttribute) && facts.CallsOf(method.Name).TrueForAll(c => !c.IsMethod || IsBound(c.Call, method));

    private static bool IsBound(CallTrailer call, FunctionStmt method) =>
        call.Arguments.All(a => a.Kind is ArgumentKind.Positional or ArgumentKind.Keyword) && (call.Arguments.Length <= method.Parameters.Skip(1).Count(p => p is { Kind: ParameterKind.Plain, Default: null })
            || call.Arguments is [{ Value: NameExpr { Id: "self" } }, ..]);
}
