using System;
using System.Linq;

namespace EdgeMesh.Hub.Configuration;

/// <summary>The setting that was probably meant.</summary>
internal static class Spelling
{
    // Beyond a third of its letters it is another word.
    private const int LettersAMistake = 3;
    private const int LongestKey = 128;

    /// <summary>The known key nearest to a wrong one; null where none is near.</summary>
    internal static string? Nearest(string key)
    {
        if (key.Length > LongestKey)
        {
            return null;
        }

        // The right name in a wrong section or in none is nearer than any misspelling.
        string name = key[(key.LastIndexOf(':') + 1)..];
        string bare = Bare(key);
        return Setting.All.Select(s => s.Key).FirstOrDefault(k => Bare(k) == bare)
            ?? Setting.All.Where(s => key.Contains(':', StringComparison.Ordinal)).Select(s => (s.Key, Distance: Distance(Bare(s.Key), bare)))
                .Where(found => found.Distance <= Math.Max(1, bare.Length / LettersAMistake)).OrderBy(found => found.Distance).Select(found => found.Key).FirstOrDefault()
            ?? Setting.All.FirstOrDefault(s => s.Name.Equals(name, StringComparison.OrdinalIgnoreCase))?.Key;
    }

    private static string Bare(string key) => new([.. key.Where(char.IsAsciiLetterOrDigit).Select(char.ToLowerInvariant)]);

    /// <summary>Letters to add, drop, change or swap with the next (the restricted Damerau-Levenshtein distance).</summary>
    private static int Distance(string a, string b)
    {
        int[,] d = new int[a.Length + 1, b.Length + 1];
        for (int i = 0; i <= a.Length; i++)
        {
            for (int j = 0; j <= b.Length; j++)
            {
                d[i, j] = i == 0 || j == 0 ? i + j
                    : Math.Min(Math.Min(d[i - 1, j] + 1, d[i, j - 1] + 1), d[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1));
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                {
                    d[i, j] = Math.Min(d[i, j], d[i - 2, j - 2] + 1);
                }
            }
        }

        return d[a.Length, b.Length];
    }
}
