using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;

namespace EdgeMesh.Cli.Rendering;

/// <summary>Two texts beside each other: the lines that are in one only, and some around them, as <c>diff -u</c> marks them.</summary>
internal static class LineDiff
{
    private const int Around = 3;

    // A table of this many cells takes 16 MB; programs that differ in more are shown one after the other.
    private const long CellsMax = 4_000_000;

    internal static string Of(string oldName, string oldText, string newName, string newText)
    {
        (char Mark, string Line)[] lines = [.. Compare(Lines(oldText), Lines(newText))];
        if (lines.All(l => l.Mark == ' '))
        {
            return $"{oldName} and {newName} are the same.\n";
        }

        StringBuilder text = new StringBuilder().Append("--- ").Append(oldName).Append('\n').Append("+++ ").Append(newName).Append('\n');
        bool shown = true;
        for (int i = 0; i < lines.Length; i++)
        {
            bool near = lines[Math.Max(0, i - Around)..Math.Min(lines.Length, i + Around + 1)].Any(l => l.Mark != ' ');
            if (near)
            {
                text.Append(shown ? "" : "@@\n").Append(lines[i].Mark).Append(lines[i].Line).Append('\n');
            }

            shown = near;
        }

        return text.ToString();
    }

    private static string[] Lines(string text) => text.TrimEnd('\n').Split('\n');

    private static IEnumerable<(char Mark, string Line)> Compare(string[] old, string[] young)
    {
        int head = old.Zip(young).TakeWhile(p => p.First == p.Second).Count();
        int tail = old.Skip(head).Reverse().Zip(young.Skip(head).Reverse()).TakeWhile(p => p.First == p.Second).Count();
        string[] a = old[head..^tail], b = young[head..^tail];
        IEnumerable<(char, string)> middle = (long)a.Length * b.Length <= CellsMax ? ByCommonLines(a, b) : [.. a.Select(l => ('-', l)), .. b.Select(l => ('+', l))];
        return [.. old[..head].Select(l => (' ', l)), .. middle, .. old[^tail..].Select(l => (' ', l))];
    }

    // By the longest common subsequence, whose length from each place on is in the table.
    private static List<(char, string)> ByCommonLines(string[] a, string[] b)
    {
        int[,] common = new int[a.Length + 1, b.Length + 1];
        for (int i = a.Length - 1; i >= 0; i--)
        {
            for (int j = b.Length - 1; j >= 0; j--)
            {
                common[i, j] = a[i] == b[j] ? common[i + 1, j + 1] + 1 : Math.Max(common[i + 1, j], common[i, j + 1]);
            }
        }

        List<(char, string)> lines = [];
        for (int i = 0, j = 0; i < a.Length || j < b.Length;)
        {
            if (i < a.Length && j < b.Length && a[i] == b[j])
            {
                lines.Add((' ', a[i++]));
                j++;
            }
            else if (i < a.Length && (j == b.Length || common[i + 1, j] >= common[i, j + 1]))
            {
                lines.Add(('-', a[i++]));
            }
            else
            {
                lines.Add(('+', b[j++]));
            }
        }

        return lines;
    }
}
