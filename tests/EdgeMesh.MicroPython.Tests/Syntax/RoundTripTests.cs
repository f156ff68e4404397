using System.Collections;
using System.Reflection;
using System.Text;
using EdgeMesh.MicroPython.Syntax;

namespace EdgeMesh.MicroPython.Tests.Syntax;

/// <summary>What the printer writes parses to the same tree.</summary>
public sealed class RoundTripTests
{
    private const int Programs = 3000;

    [Fact]
    public void Every_accepted_snippet_prints_to_a_text_with_the_same_tree() => Assert.All(Snippets.All.Where(s => s.Accepted), s => Check(s.Program));

    [Fact]
    public void Every_generated_program_prints_to_a_text_with_the_same_tree()
    {
        int trees = Enumerable.Range(0, Programs).Count(seed => Check(new ProgramGenerator(seed).Program()));
        Assert.True(trees > Programs / 2);
    }

    private static bool Check(string program)
    {
        ParseResult first = MicroPythonParser.Parse(program);
        if (first.Tree is null)
        {
            return false;
        }

        string printed = Printer.Print(first.Tree);
        ParseResult second = MicroPythonParser.Parse(printed);
        Assert.True(second.Tree is not null, $"{second.Error}\n{program}\nwas printed as\n{printed}");
        Assert.True(Dump(first.Tree) == Dump(second.Tree), $"{program}\nwas printed as\n{printed}\n{Dump(first.Tree)}\n{Dump(second.Tree)}");
        Assert.Equal(first.Error is null, second.Error is null);
        return true;
    }

    // All there is in a tree but where it stands.
    private static string Dump(object? value)
    {
        StringBuilder text = new();
        Dump(text, value);
        return text.ToString();
    }

    private static void Dump(StringBuilder text, object? value)
    {
        if (value is null or string or bool or double or Enum or ConstantValue || value.GetType().FullName == "System.Numerics.BigInteger")
        {
            text.Append(value is string s ? $"\"{s}\"" : value is ConstantValue c ? $"const {c.Value}" : value ?? "null").Append(' ');
            return;
        }

        if (value.GetType() is { IsGenericType: true } type && type.Name.StartsWith("ImmutableArray", StringComparison.Ordinal))
        {
            bool none = (bool)type.GetProperty("IsDefault")!.GetValue(value)!;
            text.Append('[');
            foreach (object? item in none ? Array.Empty<object>() : (IEnumerable)value)
            {
                Dump(text, item);
            }

            text.Append("] ");
            return;
        }

        text.Append(value.GetType().Name).Append('(');
        foreach (PropertyInfo property in value.GetType().GetProperties().Where(p => p.Name is not ("Span" or "EqualityContract")).OrderBy(p => p.Name, StringComparer.Ordinal))
        {
            Dump(text, property.GetValue(value));
        }

        text.Append(") ");
    }
}
