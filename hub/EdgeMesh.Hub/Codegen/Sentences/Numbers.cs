using System.Collections.Generic;

namespace EdgeMesh.Hub.Codegen.Sentences;

/// <summary>Numbers in digits and in words, fractions too.</summary>
internal static class Numbers
{
    private static readonly string[] Small =
    [
        "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen",
        "sixteen", "seventeen", "eighteen", "nineteen",
    ];

    private static readonly string[] Tens = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];

    /// <summary>A number at a place, and where it ends; null where there is none.</summary>
    internal static (double Value, int End)? At(IReadOnlyList<Token> tokens, int at)
    {
        string Text(int i) => i < tokens.Count ? tokens[i].Text : "";
        string word = Text(at);
        if (word is "minus" or "negative" && At(tokens, at + 1) is var (negated, end))
        {
            return (-negated, end);
        }

        if (Fraction(tokens, at) is { } fraction)
        {
            return fraction;
        }

        if (word == "a" && Text(at + 1) is "couple" && Text(at + 2) == "of")
        {
            return (2, at + 3);
        }

        (double Value, int End)? whole = at < tokens.Count && tokens[at].IsNumber ? (tokens[at].Value, at + 1) : Words(tokens, at);
        if (whole is null)
        {
            return null;
        }

        // 1 1/2, two and a half.
        (double value, int after) = whole.Value;
        if (Text(after) == "and" && Text(after + 1) is "a" or "one" && Text(after + 2) is "half" or "quarter")
        {
            return (value + (Text(after + 2) == "half" ? 0.5 : 0.25), after + 3);
        }

        return Text(after + 1) == "/" && Fraction(tokens, after) is var (part, partEnd) && part < 1 ? (value + part, partEnd) : whole;
    }

    /// <summary>"and a half", which may follow a unit; where it ends.</summary>
    internal static (double Value, int End)? AndAHalf(IReadOnlyList<Token> tokens, int at)
    {
        string Text(int i) => i < tokens.Count ? tokens[i].Text : "";
        return Text(at) == "and" && Text(at + 1) == "a" && Text(at + 2) is "half" or "quarter" ? (Text(at + 2) == "half" ? 0.5 : 0.25, at + 3) : null;
    }

    // 1/2; half (a, an); (a) quarter (of) (a, an); three quarters (of) (a, an).
    private static (double Value, int End)? Fraction(IReadOnlyList<Token> tokens, int at)
    {
        string Text(int i) => i < tokens.Count ? tokens[i].Text : "";
        if (at + 2 < tokens.Count && tokens[at].IsNumber && Text(at + 1) == "/" && tokens[at + 2].IsNumber && tokens[at + 2].Value is 2 or 3 or 4 or 5 or 8 or 10 && tokens[at].Value < tokens[at + 2].Value)
        {
            return (tokens[at].Value / tokens[at + 2].Value, at + 3);
        }

        int next = at;
        double count = Text(next) is "three" ? 3 : 1;
        next += Text(next) is "a" or "one" or "three" ? 1 : 0;
        double? part = Text(next) switch { "half" => 0.5, "quarter" or "quarters" => 0.25, "third" when next > at => 1.0 / 3, _ => null };
        if (part is null || (count == 3 && part != 0.25))
        {
            return null;
        }

        next++;
        next += Text(next) == "of" ? 1 : 0;
        next += Text(next) is "a" or "an" ? 1 : 0;
        return (count * part.Value, next);
    }

    // Up to nine thousand nine hundred and ninety nine.
    private static (double Value, int End)? Words(IReadOnlyList<Token> tokens, int at)
    {
        double total = 0, group = 0;
        int next = at;
        int end = -1;
        bool tens = false;
        while (next < tokens.Count)
        {
            string word = tokens[next].Text;
            int small = System.Array.IndexOf(Small, word), ten = System.Array.IndexOf(Tens, word);
            if (small >= 0 && (end < 0 || (tens && small is > 0 and < 10) || (group > 0 && group % 100 == 0) || (total > 0 && group == 0)))
            {
                group += small;
                tens = false;
            }
            else if (ten >= 0 && (end < 0 || (group % 100 == 0 && (group > 0 || total > 0))))
            {
                group += (ten + 2) * 10;
                tens = true;
            }
            else if (word == "hundred" && group < 10)
            {
                group = (group == 0 ? 1 : group) * 100;
                tens = false;
            }
            else if (word == "thousand" && total == 0)
            {
                total = (group == 0 ? 1 : group) * 1000;
                group = 0;
                tens = false;
            }
            else if (word == "dozen" && end < 0)
            {
                return (12, next + 1);
            }
            else if (word == "and" && end > 0 && (group >= 100 || total > 0) && next + 1 < tokens.Count && (System.Array.IndexOf(Small, tokens[next + 1].Text) > 0 || System.Array.IndexOf(Tens, tokens[next + 1].Text) >= 0) && group % 100 == 0)
            {
                next++;
                continue;
            }
            else
            {
                break;
            }

            end = ++next;
        }

        return end < 0 || (tokens[at].Text is "hundred" or "thousand" && end == at + 1 && at > 0 && tokens[at - 1].Text is not ("a" or "the")) ? null : (total + group, end);
    }
}
