using System.Collections.Immutable;
using EdgeMesh.MicroPython.Syntax;

namespace EdgeMesh.MicroPython.Policy;

internal sealed partial class Facts
{
    private void Assign(Expr target, Expr? value)
    {
        switch (target)
        {
            case NameExpr name:
                Symbol symbol = Bind(name, name.Id);
                if (value is not null)
                {
                    symbol.Assign(new Site(value, _space));
                }

                break;
            case TupleExpr or ListExpr:
                ImmutableArray<Expr> items = target is TupleExpr tuple ? tuple.Items : ((ListExpr)target).Items;
                ImmutableArray<Expr> values = value switch { TupleExpr t => t.Items, ListExpr l => l.Items, _ => default };
                for (int i = 0; i < items.Length; i++)
                {
                    if (!values.IsDefault && values.Length == items.Length && items[i] is not StarExpr)
                    {
                        Assign(items[i], values[i]);
                    }
                    else
                    {
                        Opaque(items[i]);
                    }
                }

                break;
            case StarExpr star: Opaque(star.Value); break;
            // await x = …: the compiler objects to it, where it looks.
            case PrimaryExpr { Trailers.IsEmpty: true } awaited: Value(awaited); break;
            case PrimaryExpr primary:
                Targets.Add((primary, _space));
                Value(primary);
                if (primary.Trailers[^1] is AttributeTrailer attribute)
                {
                    Symbol field = Attribute(attribute.Name);
                    field.IsOpaque |= value is null;
                    if (value is not null)
                    {
                        field.Assign(new Site(value, _space));
                    }
                }
                else if (primary.Trailers[^1] is IndexTrailer index)
                {
                    int last = primary.Trailers.Length - 1;
                    string owner = Owner(primary, last);
                    bool named = index.Index is StringLiteral && value is not null;
                    Mutated.Add((primary, last, _space, named ? (owner, ((StringLiteral)index.Index).Value, value!) : null));
                    if (!named)
                    {
                        Changed.Add(owner);
                    }
                }

                break;
        }
    }

    private Symbol Attribute(string name)
    {
        if (!Attributes.TryGetValue(name, out Symbol? symbol))
        {
            Attributes[name] = symbol = new Symbol(name, Root);
        }

        return symbol;
    }

    private void Opaque(Expr target)
    {
        Assign(target, null);
        switch (target)
        {
            case NameExpr name: _space.Bind(name.Id).IsOpaque = true; break;
            case PrimaryExpr { Trailers: [.., AttributeTrailer attribute] }: Attribute(attribute.Name).IsOpaque = true; break;
        }
    }

    private void AssignElement(Expr target, Expr source)
    {
        if (target is NameExpr name)
        {
            Bind(name, name.Id).Iterate(new Site(source, _space));
        }
        else
        {
            // for name, pin in ((…, …), …): each target takes its column.
            ImmutableArray<Expr> items = target is TupleExpr tuple ? tuple.Items : target is ListExpr list ? list.Items : [target];
            for (int i = 0; i < items.Length; i++)
            {
                if (items[i] is NameExpr column && target is TupleExpr)
                {
                    Bind(column, column.Id).Iterate(new Site(new ColumnExpr(source.Span, source, i), _space));
                }
                else
                {
                    Opaque(items[i]);
                }
            }
        }
    }
}

/// <summary>Element <paramref name="Index"/> of each element of a value: what an unpacking loop takes.</summary>
internal sealed record ColumnExpr(SourceSpan Span, Expr Source, int Index) : Expr(Span);
