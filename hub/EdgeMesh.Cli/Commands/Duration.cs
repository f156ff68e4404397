using System;
using System.CommandLine.Parsing;
using System.Globalization;

namespace EdgeMesh.Cli.Commands;

/// <summary>Durations as people type them: a number and <c>s</c>, <c>m</c>, <c>h</c> or <c>d</c>.</summary>
internal static class Duration
{
    // As long as a timer of .NET runs, in whole days.
    private const double DaysMax = 49;

    /// <summary>The unit that a text ends with, in seconds; 0 for none.</summary>
    internal static int UnitSeconds(string text) => text.Length == 0 ? 0 : text[^1] switch { 's' => 1, 'm' => 60, 'h' => 3600, 'd' => 86400, _ => 0 };

    internal static TimeSpan? Parse(ArgumentResult result)
    {
        string text = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
        int unitSeconds = UnitSeconds(text);
        if (unitSeconds > 0 && double.TryParse(text[..^1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number)
            && number * unitSeconds is > 0 and <= DaysMax * 86400)
        {
            return TimeSpan.FromSeconds(number * unitSeconds);
        }

        result.AddError($"\"{text}\" is no duration: give a number and s, m, h or d, such as 90s or 10m, up to {DaysMax}d");
        return null;
    }
}
