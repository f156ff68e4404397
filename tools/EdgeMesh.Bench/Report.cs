using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Text.Json;
using Spectre.Console;

namespace EdgeMesh.Bench;

/// <summary>The figures as a table for people and as a file for programs.</summary>
internal static class Report
{
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true };

    internal static void Show(IEnumerable<Figure> figures)
    {
        Table table = new Table().AddColumns("Figure", "Value", "Unit", "Peer", "Ratio", "Target", "Met");
        foreach (Figure f in figures)
        {
            table.AddRow(f.Name, Text(f.Value), f.Unit, Text(f.Peer), Text(f.Ratio), Text(f.Target), f.Met switch { true => "yes", false => "no", null => "" });
        }

        AnsiConsole.Write(table);
    }

    internal static void Write(string file, IReadOnlyList<Figure> figures)
    {
        // Written anew after every case: whoever ends the bench early finds the last whole file.
        File.WriteAllText(file + ".new", JsonSerializer.Serialize(figures, Json) + "\n");
        File.Move(file + ".new", file, overwrite: true);
    }

    private static string Text(double? value) => value?.ToString(value >= 100 ? "0" : "0.##", CultureInfo.InvariantCulture) ?? "";
}
