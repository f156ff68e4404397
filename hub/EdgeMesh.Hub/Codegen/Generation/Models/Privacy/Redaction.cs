using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;
using System.Text.RegularExpressions;
using EdgeMesh.Contracts;
using EdgeMesh.Hub.Results;

namespace EdgeMesh.Hub.Codegen.Generation.Models.Privacy;

/// <summary>
/// Takes what is private out of a conversation, and puts it back into the answers. The same thing has the same placeholder throughout: <c>PRIVATE_HOST_001</c>,
/// which may stand in prose, in a string and as a name in a program.
/// </summary>
/// <remarks>Not for several threads at once: a conversation is one.</remarks>
public sealed partial class Redaction
{
    private const int PlaceholdersMax = 999;
    private const int NameLengthMin = 2;

    // A shorter number is a pin's or a time's wherever it stands, and no name.
    private const int NumberLengthMin = 4;

    // Longer ones are also found inside of words.
    private const int InsideLengthMin = 6;

    private const string Gone = "\ue000";
    private const string GoneOrSpace = Gone + " ";

    private readonly Dictionary<(string Kind, string Value), string> _placeholders = [];
    private readonly Dictionary<string, string> _values = [];

    // What was taken out, as it stood there and without its escapes.
    private readonly HashSet<(string Kind, string Value)> _known = [];
    private readonly Regex? _names;
    private bool _exhausted;

    /// <summary>Of a conversation.</summary>
    /// <param name="names">What is private by its name: of devices, people, places, networks; single signs and short numbers are left.</param>
    public Redaction(IEnumerable<string> names)
    {
        string[] wanted = [.. names.Select(n => n.Trim()).Where(n => n.Length >= (n.All(char.IsDigit) ? NumberLengthMin : NameLengthMin)).Distinct().OrderByDescending(n => n.Length)];
        _names = wanted.Length == 0 ? null : new Regex(string.Join('|', wanted.Select(Pattern)), RegexOptions.CultureInvariant, TimeSpan.FromSeconds(2));
    }

    /// <summary>The text without what is private; <c>redaction_incomplete</c> where a second look, also at what is spelt in other signs, still finds something.</summary>
    public Result<string> Redact(string text)
    {
        try
        {
            string folded = Folded(text);
            if (folded != text && !Pieces(text).Select(p => Folded(p.Value)).SequenceEqual(Pieces(folded).Select(p => p.Value)))
            {
                return Incomplete("something spelt in unusual signs");
            }

            string redacted = Replace(text);
            return Leak(redacted) is { } kind ? Incomplete(kind.ToLowerInvariant()) : redacted;
        }
        catch (RegexMatchTimeoutException)
        {
            return Incomplete("it takes too long to look through");
        }
    }

    /// <summary>The text with every placeholder of this conversation given back.</summary>
    public string Restore(string text) => Placeholder().Replace(text, m => _values.GetValueOrDefault(m.Value, m.Value));

    /// <summary>The first placeholder of a restored text that stands for nothing: the model made it up; null where there is none.</summary>
    public string? Unknown(string restored) =>
        Placeholder().Matches(restored).Select(m => m.Value).FirstOrDefault(p => !_values.ContainsKey(p) && !_values.ContainsValue(p));

    /// <summary>What kind of thing is left in a redacted text; null where nothing is found.</summary>
    internal string? Leak(string redacted)
    {
        // One sign that is in no pattern for a placeholder: what stands around it must not become something together.
        string bare = Folded(Placeholder().Replace(redacted, m => _values.ContainsKey(m.Value) ? Gone : m.Value));
        IReadOnlyList<Unescaped> readings = Unescaped.Of(bare);
        return _exhausted ? "too much at once"
            : !readings[^1].IsPlain ? "escapes within escapes"
            : readings.Select(r => LeakIn(Folded(r.Text))).FirstOrDefault(kind => kind is not null);
    }

    private string? LeakIn(string bare) =>
        Spans(bare).Where(s => bare.AsSpan(s.Start, s.Length).Trim(GoneOrSpace).Length > 0).Select(s => s.Kind).FirstOrDefault()
        ?? _known.Where(k => IsWorthRepeating(k.Kind, k.Value) && bare.Contains(Folded(k.Value), StringComparison.OrdinalIgnoreCase)).Select(k => k.Kind).FirstOrDefault();

    private string Replace(string text)
    {
        StringBuilder redacted = new();
        int at = 0;
        foreach ((int start, string kind, string value) in Pieces(text))
        {
            redacted.Append(text, at, start - at).Append(PlaceholderOf(kind, value));
            at = start + value.Length;
        }

        return redacted.Append(text, at, text.Length - at).ToString();
    }

    // What is private in a text, piece by piece; what overlaps the one before is only what is beyond it.
    private List<(int Start, string Kind, string Value)> Pieces(string text)
    {
        List<(int, string, string)> pieces = [];
        int at = 0;
        foreach (PrivateSpan span in WithRepetitions(Unescaped.Of(text)).OrderBy(s => s.Start).ThenByDescending(s => s.Length))
        {
            int start = Math.Max(span.Start, at), end = span.Start + span.Length;
            if (end > at)
            {
                pieces.Add((start, span.Kind, text[start..end]));
                at = end;
            }
        }

        return pieces;
    }

    private IEnumerable<PrivateSpan> Spans(string text)
    {
        IEnumerable<PrivateSpan> named = _names?.Matches(text).Select(m => new PrivateSpan(m.Index, m.Length, "NAME")) ?? [];
        return named.Concat(PrivatePatterns.In(text));
    }

    // What is private once is so wherever it stands, and in whatever escapes.
    private IEnumerable<PrivateSpan> WithRepetitions(IReadOnlyList<Unescaped> readings)
    {
        (Unescaped Reading, PrivateSpan Span)[] found = [.. readings.SelectMany(r => Spans(r.Text).Select(s => (r, s)))];
        (string Kind, string Value)[] known =
            [.. found.Select(f => (f.Span.Kind, f.Reading.Text.Substring(f.Span.Start, f.Span.Length))).Concat(_known).Where(k => IsWorthRepeating(k.Item1, k.Item2)).Distinct()];
        return found.Select(f => f.Reading.Back(f.Span)).Concat(readings.SelectMany(r => known.SelectMany(k => Repetitions(r.Text, k.Kind, k.Value)).Select(r.Back)));
    }

    private static IEnumerable<PrivateSpan> Repetitions(string text, string kind, string value)
    {
        for (int at = text.IndexOf(value, StringComparison.OrdinalIgnoreCase); at >= 0; at = text.IndexOf(value, at + value.Length, StringComparison.OrdinalIgnoreCase))
        {
            yield return new PrivateSpan(at, value.Length, kind);
        }
    }

    private string PlaceholderOf(string kind, string value)
    {
        if (!_placeholders.TryGetValue((kind, value), out string? placeholder))
        {
            _exhausted |= _placeholders.Count >= PlaceholdersMax;
            placeholder = string.Create(CultureInfo.InvariantCulture, $"PRIVATE_{kind}_{Math.Min(_placeholders.Count + 1, PlaceholdersMax):000}");
            if (!_exhausted)
            {
                _placeholders[(kind, value)] = placeholder;
                _values[placeholder] = value;
                _known.UnionWith(Unescaped.Of(value).Select(r => (kind, r.Text)));
            }
        }

        return placeholder;
    }

    private static bool IsWorthRepeating(string kind, string value) => kind != "TEXT" && value.Length >= InsideLengthMin && !PrivateNames.IsCommon(value);

    private static Error Incomplete(string what) => new(
        ErrorCodes.RedactionIncomplete, $"What looks private cannot be taken out of the text for certain ({what}), so nothing was sent to the cloud. Say it in other words, or use a local model.");

    private static string Pattern(string name)
    {
        string words = string.Join(@"[\s_-]*", SpacesAndDashes().Split(name).Where(w => w.Length > 0).Select(Regex.Escape));
        string any = $"(?i:{words})";
        return words.Length == 0 ? "(?!)" : name.Length >= InsideLengthMin ? any : $@"(?:(?<![\p{{L}}\p{{N}}])|(?<=\p{{Ll}})(?=\p{{Lu}})){any}(?![\p{{Ll}}\p{{N}}])";
    }

    // The same in plain signs: no invisible ones, ASCII for its full-width forms, one dot, one dash, one at.
    private static string Folded(string text)
    {
        StringBuilder folded = new(text.Length);
        foreach (char c in text)
        {
            UnicodeCategory category = char.GetUnicodeCategory(c);
            if (category is not (UnicodeCategory.Format or UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark))
            {
                folded.Append(c switch
                {
                    >= '\uff01' and <= '\uff5e' => (char)(c - 0xfee0),
                    '\u3002' or '\uff61' or '\u2024' => '.',
                    '\ufe6b' => '@',
                    '\u2010' or '\u2011' or '\u2012' or '\u2013' or '\u2212' => '-',
                    _ when category == UnicodeCategory.SpaceSeparator => ' ',
                    _ when category == UnicodeCategory.DecimalDigitNumber => (char)('0' + char.GetNumericValue(c)),
                    _ => c,
                });
            }
        }

        return folded.ToString();
    }

    [GeneratedRegex(@"PRIVATE_[A-Z]{1,8}_\d{3}")]
    private static partial Regex Placeholder();

    [GeneratedRegex(@"[\s_-]+")]
    private static partial Regex SpacesAndDashes();
}
