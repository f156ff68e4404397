using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;
using System.Text.RegularExpressions;

namespace EdgeMesh.Hub.Codegen.Generation.Models.Privacy;

/// <summary>A text as who takes its escapes for what they stand for reads it (<c>\x68</c>, <c>\u00fc</c>, <c>\"</c>: Python's and JSON's), and where in the text each sign stands.</summary>
internal sealed partial class Unescaped
{
    // Deeper than Python in JSON in JSON nobody writes.
    private const int DepthMax = 4;
    private const string Letters = "abfnrtv", Controls = "\a\b\f\n\r\t\v";

    // Where each sign begins in the text, and where the last one ends; null where nothing was escaped.
    private readonly int[]? _starts;

    private Unescaped(string text, int[]? starts) => (Text, _starts) = (text, starts);

    /// <summary>What is read.</summary>
    internal string Text { get; }

    /// <summary>Whether no escape is left in it.</summary>
    internal bool IsPlain => !Escape().IsMatch(Text);

    /// <summary>The text as it is, without its escapes, and without those that come out of them; the last one is plain, unless they go too deep.</summary>
    internal static IReadOnlyList<Unescaped> Of(string text)
    {
        List<Unescaped> readings = [new(text, null)];
        while (readings.Count <= DepthMax && !readings[^1].IsPlain)
        {
            readings.Add(readings[^1].Next());
        }

        return readings;
    }

    /// <summary>A piece of what is read, as it stands in the text.</summary>
    internal PrivateSpan Back(PrivateSpan span)
    {
        int start = At(span.Start);
        return span with { Start = start, Length = At(span.Start + span.Length) - start };
    }

    private int At(int position) => _starts is null ? position : _starts[position];

    private Unescaped Next()
    {
        StringBuilder read = new(Text.Length);
        List<int> starts = new(Text.Length + 1);
        int at = 0;
        foreach (Match escape in Escape().Matches(Text))
        {
            Copy(escape.Index);
            string sign = Sign(escape);
            read.Append(sign);
            starts.AddRange(Enumerable.Repeat(At(escape.Index), sign.Length));
            at = escape.Index + escape.Length;
        }

        Copy(Text.Length);
        starts.Add(At(Text.Length));
        return new Unescaped(read.ToString(), [.. starts]);

        void Copy(int end)
        {
            for (; at < end; at++)
            {
                read.Append(Text[at]);
                starts.Add(At(at));
            }
        }
    }

    private static string Sign(Match escape)
    {
        if (escape.Groups["hex"] is { Success: true } hex)
        {
            uint code = uint.Parse(hex.Value, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
            return code <= char.MaxValue ? ((char)code).ToString() : code <= 0x10ffff ? char.ConvertFromUtf32((int)code) : "\ufffd";
        }

        if (escape.Groups["octal"] is { Success: true } octal)
        {
            return ((char)octal.Value.Aggregate(0, (code, digit) => (code * 8) + digit - '0')).ToString();
        }

        string sign = escape.Groups["sign"].Value;
        return sign.Length == 1 && Letters.IndexOf(sign[0]) is >= 0 and int control ? Controls[control].ToString() : sign;
    }

    [GeneratedRegex(@"\\(?:x(?<hex>[0-9A-Fa-f]{2})|u(?<hex>[0-9A-Fa-f]{4})|U(?<hex>[0-9A-Fa-f]{8})|(?<octal>[0-7]{1,3})|(?<sign>[\\'""/abfnrtv])|\r?\n)", RegexOptions.CultureInvariant)]
    private static partial Regex Escape();
}
