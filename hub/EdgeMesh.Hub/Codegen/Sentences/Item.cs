using System.Globalization;

namespace EdgeMesh.Hub.Codegen.Sentences;

/// <summary>A piece of a request that means something: a phrase of the lexicon, a number, or what folding made of several.</summary>
/// <remarks>
/// Classes beyond the lexicon's: <c>number, measure, clock</c> (a time of day), <c>pinno</c> (a pin by its number), <c>period, duration, delay,
/// threshold, band, hyst, window, at_time, until_time, rolepin, unknown, dash, equals</c>.
/// </remarks>
/// <param name="Class">What sort of piece.</param>
/// <param name="Id">Which one: a device, a quantity, <c>above</c>, a role.</param>
/// <param name="Text">The words, for people.</param>
/// <param name="Value">A number, in the unit kept; minutes for times of day.</param>
internal sealed record Item(string Class, string Id, string Text, double Value = double.NaN)
{
    /// <summary>The other end of a band or window.</summary>
    internal double Value2 { get; init; } = double.NaN;

    /// <summary>What the number measures; empty for none.</summary>
    internal string Dimension { get; init; } = "";

    /// <summary>The unit kept; empty for none.</summary>
    internal string Unit { get; init; } = "";

    /// <summary>Whether the word was followed by a plural's s or stands for several.</summary>
    internal bool Quoted { get; init; }

    internal bool Is(string wanted) => Class == wanted;

    internal bool IsTime => Class == "measure" && Dimension == "time";

    internal bool IsAmount => Class is "measure" or "number";

    internal static string Plain(double number) => number.ToString("0.######", CultureInfo.InvariantCulture);
}
