using System.Collections.Immutable;
using System.Text;

namespace EdgeMesh.MicroPython.Syntax;

public static partial class Printer
{
    // What a place takes without parentheses, from the most on.
    private enum Strength
    {
        Star, TargetList, List, TargetItem, Named, Test, NoCondition, Or, And, Not, Compare, Binary, Unary = 20, Power, Primary,
    }

    private static Strength Of(Expr value) => value switch
    {
        YieldExpr => Strength.Star,
        TupleExpr { InParentheses: false } => Strength.List,
        StarExpr => Strength.TargetItem,
        NamedExpr => Strength.Named,
        LambdaExpr or ConditionalExpr => Strength.Test,
        BoolExpr { IsAnd: false } => Strength.Or,
        BoolExpr => Strength.And,
        UnaryExpr { Operator: "not" } => Strength.Not,
        CompareExpr => Strength.Compare,
        BinaryExpr { Operators: ["**"] } => Strength.Power,
        BinaryExpr binary => Strength.Binary + StrengthOf(binary.Operators[0]),
        UnaryExpr => Strength.Unary,
        PrimaryExpr { IsAwait: true } => Strength.Power,
        _ => Strength.Primary,
    };

    private static int StrengthOf(string sign) => sign switch { "|" => 1, "^" => 2, "&" => 3, "<<" or ">>" => 4, "+" or "-" => 5, _ => 6 };

    // In a field of an f-string, text must not look like the field's end.
    private static void Write(StringBuilder text, Expr value, Strength place, bool field)
    {
        Strength own = Of(value);
        // A tuple without parentheses stays one where the grammar takes lists; elsewhere the tree would have them.
        bool fits = own >= place || (value is TupleExpr && place <= Strength.List) || (value is StarExpr && place is Strength.Named);
        if (value is StarExpr && place is Strength.Star or Strength.TargetList or Strength.TargetItem)
        {
            fits = true;
        }

        if ((value is YieldExpr && place != Strength.Star) || (value is NamedExpr && place != Strength.Named))
        {
            fits = false;
        }

        if (!fits)
        {
            text.Append('(');
        }

        Bare(text, value, field, place);
        if (!fits)
        {
            text.Append(')');
        }
    }

    private static void Bare(StringBuilder text, Expr value, bool field, Strength place)
    {
        switch (value)
        {
            case NameExpr name: text.Append(name.Id); break;
            case IntegerLiteral integer: text.Append(integer.Text); break;
            case FloatLiteral real: text.Append(real.Text); break;
            case StringLiteral literal: Quote(text, literal.Value, "", field); break;
            case BytesLiteral literal: Quote(text, literal.Value, "b", field); break;
            case FString format: Format(text, format, field); break;
            case SingletonLiteral { Value: Singleton.Ellipsis }: text.Append("..."); break;
            case SingletonLiteral singleton: text.Append(singleton.Value.ToString()); break;
            case TupleExpr tuple:
                text.Append(tuple.InParentheses ? "(" : "");
                Items(text, tuple.Items, tuple.InParentheses ? Strength.Named : place == Strength.TargetList ? Strength.TargetItem : Strength.TargetItem, field);
                text.Append(tuple.Items.Length == 1 ? "," : "").Append(tuple.InParentheses ? ")" : "");
                break;
            case ListExpr list:
                text.Append('[');
                Items(text, list.Items, Strength.Named, field);
                text.Append(']');
                break;
            case SetExpr set:
                text.Append('{');
                Items(text, set.Items, Strength.Test, field);
                text.Append(set.Pairs.IsEmpty ? "" : ", ");
                Pairs(text, set.Pairs, field);
                text.Append('}');
                break;
            case DictExpr dict:
                text.Append('{');
                Pairs(text, dict.Items, field);
                text.Append('}');
                break;
            case Comprehension comprehension: Comprehend(text, comprehension, field); break;
            case StarExpr star:
                text.Append('*');
                Write(text, star.Value, Strength.Binary, field);
                break;
            case NamedExpr named:
                Write(text, named.Target, Strength.Test, field);
                text.Append(" := ");
                Write(text, named.Value, Strength.Test, field);
                break;
            case YieldExpr yield:
                text.Append(yield.IsFrom ? "yield from " : yield.Value is null ? "yield" : "yield ");
                if (yield.Value is not null)
                {
                    Write(text, yield.Value, yield.IsFrom ? Strength.Test : Strength.List, field);
                }

                break;
            case LambdaExpr lambda:
                text.Append(lambda.Parameters.IsEmpty ? "lambda" : "lambda ");
                Parameters(text, lambda.Parameters, field);
                text.Append(": ");
                Write(text, lambda.Body, place == Strength.NoCondition ? Strength.NoCondition : Strength.Test, field);
                break;
            case ConditionalExpr choice:
                Write(text, choice.Then, Strength.Or, field);
                text.Append(" if ");
                Write(text, choice.Condition, Strength.Or, field);
                text.Append(" else ");
                Write(text, choice.Otherwise, Strength.Test, field);
                break;
            case BoolExpr logic: Chain(text, logic.Operands, Of(logic) + 1, _ => logic.IsAnd ? " and " : " or ", field); break;
            case CompareExpr compare: Chain(text, compare.Operands, Strength.Binary, i => $" {compare.Operators[i]} ", field); break;
            case BinaryExpr { Operators: ["**"] } power:
                Write(text, power.Operands[0], power.Operands[0] is PrimaryExpr ? Strength.Power : Strength.Primary, field);
                text.Append(" ** ");
                Write(text, power.Operands[1], Strength.Unary, field);
                break;
            case BinaryExpr binary: Chain(text, binary.Operands, Of(binary) + 1, i => $" {binary.Operators[i]} ", field); break;
            case UnaryExpr unary:
                text.Append(unary.Operator).Append(unary.Operator == "not" ? " " : "");
                Write(text, unary.Operand, unary.Operator == "not" ? Strength.Not : Strength.Unary, field);
                break;
            case PrimaryExpr primary: Primary(text, primary, field); break;
            case SliceExpr slice:
                Part(text, slice.Lower, "", field);
                Part(text, slice.Upper, ":", field);
                Part(text, slice.Step, slice.HasSecondColon ? ":" : "", field);
                break;
        }
    }

    private static void Part(StringBuilder text, Expr? value, string before, bool field)
    {
        text.Append(before);
        if (value is not null)
        {
            Write(text, value, Strength.Test, field);
        }
    }

    private static void Items(StringBuilder text, ImmutableArray<Expr> items, Strength place, bool field)
    {
        for (int i = 0; i < items.Length; i++)
        {
            text.Append(i == 0 ? "" : ", ");
            Write(text, items[i], place, field);
        }
    }

    private static void Chain(StringBuilder text, ImmutableArray<Expr> operands, Strength place, System.Func<int, string> between, bool field)
    {
        for (int i = 0; i < operands.Length; i++)
        {
            text.Append(i == 0 ? "" : between(i - 1));
            Write(text, operands[i], place, field);
        }
    }

    private static void Pairs(StringBuilder text, ImmutableArray<DictItem> items, bool field)
    {
        for (int i = 0; i < items.Length; i++)
        {
            text.Append(i == 0 ? "" : ", ");
            Write(text, items[i].Key, Strength.Test, field);
            text.Append(": ");
            Write(text, items[i].Value, Strength.Test, field);
        }
    }

    private static void Comprehend(StringBuilder text, Comprehension comprehension, bool field)
    {
        (char open, char close) = comprehension.Kind switch
        {
            ComprehensionKind.Generator => ('(', ')'), ComprehensionKind.List => ('[', ']'), _ => ('{', '}'),
        };
        text.Append(open);
        bool named = comprehension.Kind is ComprehensionKind.Generator or ComprehensionKind.List;
        Write(text, comprehension.Element, named ? Strength.Named : Strength.Test, field);
        if (comprehension.Value is not null)
        {
            text.Append(": ");
            Write(text, comprehension.Value, Strength.Test, field);
        }

        foreach (ComprehensionClause clause in comprehension.Clauses)
        {
            text.Append(clause.Target is null ? " if " : " for ");
            if (clause.Target is not null)
            {
                Write(text, clause.Target, Strength.TargetList, field);
                text.Append(" in ");
            }

            Write(text, clause.Source, clause.Target is null && clause.Source is LambdaExpr ? Strength.Test : Strength.Or, field);
        }

        text.Append(close);
    }

    private static void Primary(StringBuilder text, PrimaryExpr primary, bool field)
    {
        text.Append(primary.IsAwait ? "await " : "");
        // 1.real would be a number; a primary within one had parentheses.
        bool alone = primary.Value is not (IntegerLiteral or FloatLiteral or PrimaryExpr) && Of(primary.Value) == Strength.Primary;
        text.Append(alone ? "" : "(");
        Write(text, primary.Value, Strength.Star, field);
        text.Append(alone ? "" : ")");
        foreach (Trailer trailer in primary.Trailers)
        {
            switch (trailer)
            {
                case AttributeTrailer attribute: text.Append('.').Append(attribute.Name); break;
                case IndexTrailer index:
                    text.Append('[');
                    Index(text, index.Index, field);
                    text.Append(']');
                    break;
                case CallTrailer call: Arguments(text, call.Arguments, field); break;
            }
        }
    }

    private static void Index(StringBuilder text, Expr index, bool field)
    {
        if (index is TupleExpr { InParentheses: false } tuple)
        {
            Items(text, tuple.Items, Strength.Test, field);
            text.Append(tuple.Items.Length == 1 ? "," : "");
        }
        else
        {
            Write(text, index, Strength.Test, field);
        }
    }

    private static void Arguments(StringBuilder text, ImmutableArray<Argument> arguments, bool field)
    {
        text.Append('(');
        for (int i = 0; i < arguments.Length; i++)
        {
            Argument argument = arguments[i];
            text.Append(i == 0 ? "" : ", ").Append(argument.Kind switch { ArgumentKind.Star => "*", ArgumentKind.DoubleStar => "**", _ => "" });
            if (argument.Name is not null)
            {
                Write(text, argument.Name, Strength.Test, field);
                text.Append('=');
            }

            if (argument is { Kind: ArgumentKind.Bare, Value: Comprehension generator })
            {
                int open = text.Length;
                Comprehend(text, generator, field);
                text.Remove(open, 1).Length--;
            }
            else
            {
                Write(text, argument.Value, argument.Kind == ArgumentKind.Bare ? Strength.Named : Strength.Test, field);
            }
        }

        text.Append(')');
    }

    private static void Parameters(StringBuilder text, ImmutableArray<Parameter> parameters, bool field)
    {
        for (int i = 0; i < parameters.Length; i++)
        {
            Parameter parameter = parameters[i];
            text.Append(i == 0 ? "" : ", ").Append(parameter.Kind switch { ParameterKind.Star => "*", ParameterKind.DoubleStar => "**", _ => "" });
            text.Append(parameter.Name);
            Part(text, parameter.Annotation, parameter.Annotation is null ? "" : ": ", field);
            Part(text, parameter.Default, parameter.Default is null ? "" : "=", field);
        }
    }
}
