using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Numerics;
using EdgeMesh.MicroPython.Syntax;

namespace EdgeMesh.MicroPython.Policy;

internal sealed partial class Solver
{
    private Possible Index(Possible before, Possible index)
    {
        if (!before.IsComplete || before.Values.Any(v => v is not Container c || _changed.Contains(c.Expr)))
        {
            return Possible.Anything;
        }

        Possible all = Possible.Nothing;
        foreach (Container container in before.Values.Cast<Container>())
        {
            all = all.Or(At(container, index is { IsComplete: true, Values: [var only] } ? only : null));
        }

        return all;
    }

    private Possible At(Container container, object? key)
    {
        Space space = container.Space;
        ImmutableArray<Expr> items = Items(container.Expr);
        if (container.Expr is DictExpr dict)
        {
            IEnumerable<DictItem> found = key is null ? dict.Items : dict.Items.Where(item => !Of(item.Key, space).IsComplete || Of(item.Key, space).Values.Contains(key));
            Possible written = found.Aggregate(Possible.Nothing, (all, item) => all.Or(Of(item.Value, space)));
            return (_given.GetValueOrDefault(dict) ?? []).Where(g => key is null || g.Key.Equals(key)).Aggregate(written, (all, g) => all.Or(Of(g.Value.Expr, g.Value.Space)));
        }

        if (key is BigInteger at && at >= -items.Length && at < items.Length)
        {
            return Of(items[(int)(at < 0 ? at + items.Length : at)], space);
        }

        return items.Aggregate(Possible.Nothing, (all, item) => all.Or(Of(item, space)));
    }

    private static ImmutableArray<Expr> Items(Expr container) => container switch
    {
        TupleExpr tuple => tuple.Items,
        ListExpr list => list.Items,
        SetExpr set => set.Items,
        DictExpr dict => [.. dict.Items.Select(item => item.Key)],
        _ => [],
    };

    /// <summary>What running through a value gives.</summary>
    private Possible Elements(Expr source, Space space)
    {
        Possible all = Possible.Nothing;
        Possible values = Of(source, space);
        if (source is PrimaryExpr { Trailers: [.., AttributeTrailer { Name: "values" }, CallTrailer] } dict)
        {
            values = Along(dict, dict.Trailers.Length - 2, space);
            return Each(values, c => At(c, null));
        }

        foreach (object value in values.Values)
        {
            all = all.Or(value switch
            {
                Container container when !IsChanged(container.Expr) => Items(container.Expr).Aggregate(Possible.Nothing, (sum, item) => sum.Or(Of(item, container.Space))),
                Made { Path: ".range" } range => Range(range),
                Made { Path: ".reversed" or ".list" or ".tuple" or ".sorted" or ".set" } copy when copy.Call.Arguments is [{ } only] => Elements(only.Value, copy.Space),
                _ => Possible.Anything,
            });
        }

        return values.IsComplete ? all : Possible.Anything;
    }

    private Possible Each(Possible values, Func<Container, Possible> of) =>
        !values.IsComplete || values.Values.Any(v => v is not Container c || IsChanged(c.Expr)) ? Possible.Anything
        : values.Values.Cast<Container>().Aggregate(Possible.Nothing, (all, container) => all.Or(of(container)));

    private Possible Column(ColumnExpr column, Space space)
    {
        if (column.Source is PrimaryExpr { Trailers: [.., AttributeTrailer { Name: "items" }, CallTrailer] } items)
        {
            return Each(Along(items, items.Trailers.Length - 2, space), c => column.Index == 1
                ? At(c, null) : Items(c.Expr).Aggregate(Possible.Nothing, (all, key) => all.Or(Of(key, c.Space))));
        }

        if (Of(column.Source, space) is { IsComplete: true, Values: [Made { Path: ".enumerate" or ".zip" } made] })
        {
            int argument = made.Path == ".zip" ? column.Index : column.Index - 1;
            return argument >= 0 && argument < made.Call.Arguments.Length ? Elements(made.Call.Arguments[argument].Value, made.Space) : Possible.Anything;
        }

        return Each(Elements(column.Source, space), row => At(row, new BigInteger(column.Index)));
    }
}
