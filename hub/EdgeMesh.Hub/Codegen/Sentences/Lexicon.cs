using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;

namespace EdgeMesh.Hub.Codegen.Sentences;

/// <summary>A phrase's class and what it stands for.</summary>
/// <param name="Class">Such as <c>sensor</c> or <c>above</c>.</param>
/// <param name="Id">Which one.</param>
internal readonly record struct Meaning(string Class, string Id);

/// <summary>What words mean, from <c>lexicon.txt</c>.</summary>
internal sealed class Lexicon
{
    private const int TypoLengthMin = 5;
    private static readonly Lazy<Lexicon> LazyShared = new(() => new Lexicon());
    private readonly Dictionary<string, Meaning> _phrases = [];
    private readonly Dictionary<char, List<string>> _correctable = [];

    private Lexicon()
    {
        using StreamReader reader = new(typeof(Lexicon).Assembly.GetManifestResourceStream("lexicon")!);
        while (reader.ReadLine() is { } line)
        {
            if (line.Length > 0 && line[0] != '#')
            {
                Add(line);
            }
        }
    }

    internal static Lexicon Shared => LazyShared.Value;

    /// <summary>The most words that a phrase has.</summary>
    internal int WordsMax { get; private set; }

    /// <summary>What a phrase means, its words with single spaces between; its last word may be a plural.</summary>
    internal Meaning? Find(string phrase) =>
        _phrases.TryGetValue(phrase, out Meaning meaning) ? meaning
        : phrase.Length > 3 && phrase[^1] == 's' && _phrases.TryGetValue(phrase[..^1], out meaning) && meaning.Class != "noise" ? meaning
        : phrase.Length > 5 && phrase.EndsWith("es", StringComparison.Ordinal) && _phrases.TryGetValue(phrase[..^2], out meaning) && meaning.Class != "noise" ? meaning
        : null;

    /// <summary>The one known word that a mistyped one is a letter away from; null where there is none, or more than one.</summary>
    internal string? Correct(string word)
    {
        if (word.Length < TypoLengthMin || !_correctable.TryGetValue(word[0], out List<string>? candidates))
        {
            return null;
        }

        string[] near = [.. candidates.Where(c => Math.Abs(c.Length - word.Length) <= 1 && IsOneEdit(word, c))];
        return near.Select(n => _phrases[n]).Distinct().Count() == 1 ? near[0] : null;
    }

    // One letter more, less, other, or two neighbours swapped.
    private static bool IsOneEdit(string a, string b)
    {
        int start = 0;
        while (start < a.Length && start < b.Length && a[start] == b[start])
        {
            start++;
        }

        int aEnd = a.Length - 1, bEnd = b.Length - 1;
        while (aEnd >= start && bEnd >= start && a[aEnd] == b[bEnd])
        {
            aEnd--;
            bEnd--;
        }

        int aLeft = aEnd - start + 1, bLeft = bEnd - start + 1;
        return (aLeft <= 1 && bLeft <= 1) || (aLeft == 2 && bLeft == 2 && a[start] == b[start + 1] && a[start + 1] == b[start]);
    }

    private void Add(string line)
    {
        int equals = line.IndexOf(" = ", StringComparison.Ordinal);
        int space = line.IndexOf(' ', StringComparison.Ordinal);
        Meaning meaning = new(line[..space], line[(space + 1)..equals].Trim('"'));
        foreach (string phrase in line[(equals + 3)..].Split(", ", StringSplitOptions.TrimEntries).Select(p => p.Trim('"')))
        {
            // What was said first counts: noise comes last.
            if (_phrases.TryAdd(phrase, meaning))
            {
                WordsMax = Math.Max(WordsMax, phrase.Count(c => c == ' ') + 1);
                if (meaning.Class is not ("noise" or "forbidden" or "unsupported") && phrase.Length > TypoLengthMin && phrase.All(char.IsAsciiLetter))
                {
                    (_correctable.TryGetValue(phrase[0], out List<string>? list) ? list : _correctable[phrase[0]] = []).Add(phrase);
                }
            }
        }
    }
}
