using System.Collections.Generic;
using System.Linq;
using EdgeMesh.MicroPython.Syntax;

namespace EdgeMesh.MicroPython.Policy;

/// <summary>What changes lists and dictionaries after they are written, by whatever name, and what functions return.</summary>
internal sealed partial class Solver
{
    // By how they are written. A changed one may hold anything; one that was given elements by name holds those too.
    private readonly HashSet<Expr> _changed = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<Expr, List<(string Key, Site Value)>> _given = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<FunctionStmt, Possible?> _returned = new(ReferenceEqualityComparer.Instance);

    // While changes are found, names stand for what is written; later those that are changed may hold anything: what was found of them meanwhile does not hold then.
    private readonly List<Symbol> _met = [];
    private bool _finding;

    /// <summary>Finds all changes. To be asked before anything else.</summary>
    internal void FindChanged()
    {
        _finding = true;
        foreach ((Expr owner, int trailers, Space space, (string Name, string Key, Expr Value)? element) in facts.Mutated)
        {
            Possible possible = owner is PrimaryExpr primary && trailers < primary.Trailers.Length ? Along(primary, trailers, space) : Of(owner, space);
            if (element is { } given && possible is { IsComplete: true, Values.IsEmpty: false } && possible.Values.All(v => v is Container { Expr: DictExpr }))
            {
                foreach (Container container in possible.Values.Cast<Container>())
                {
                    if (!_given.TryGetValue(container.Expr, out List<(string, Site)>? all))
                    {
                        _given[container.Expr] = all = [];
                    }

                    all.Add((given.Key, new Site(given.Value, space)));
                }

                continue;
            }

            if (element is { Name: var name })
            {
                facts.Changed.Add(name);
            }

            _changed.UnionWith(possible.Values.OfType<Container>().Select(c => c.Expr));
        }

        _finding = false;
        if (facts.Mutated.Count > 0)
        {
            _met.ForEach(symbol => symbol.Known = null);
            _along.Clear();
            _fields.Clear();
            _returned.Clear();
            _steps = 0;
        }
    }

    // Whether running through it gives what is written there, and nothing else.
    private bool IsChanged(Expr container) => _changed.Contains(container) || _given.ContainsKey(container);

    /// <summary>What a plain function of the program's own returns; null where that is not told by its name.</summary>
    private Possible? Returned(NameExpr name, Space space)
    {
        if (space.Find(name.Id) is not { IsOpaque: false, IsDeleted: false, Functions: [{ IsAsync: false, Decorators.IsEmpty: true } function], Values.Count: 0, Paths.Count: 0, Iterated.Count: 0, Classes.Count: 0, Parameter: null }
            || facts.Changed.Contains(name.Id))
        {
            return null;
        }

        if (!_returned.TryGetValue(function, out Possible? known))
        {
            // Where it depends on itself it may be anything.
            _returned[function] = Possible.Anything;
            _returned[function] = known = facts.SpaceOf(function) is { } inner && inner.Parent?.Node is not ClassStmt ? Returned(function, inner) : null;
        }

        return known;
    }

    private Possible Returned(FunctionStmt function, Space inner)
    {
        Possible all = Possible.Nothing;
        bool yields = Parts.Any(function.Body, part =>
        {
            if (part is ReturnStmt { Value: { } value })
            {
                all = all.Or(Of(value, inner));
            }

            return part is YieldExpr;
        });
        return yields || ReferenceEquals(all, Possible.Nothing) ? Possible.Anything : all;
    }
}
