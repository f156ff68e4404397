using System.Linq;

namespace EdgeMesh.Hub.Results;

/// <summary>Text that may go to a terminal or a log.</summary>
public static class Printable
{
    /// <summary>The text without control characters: a device's words must not move the cursor or set a title.</summary>
    public static string Of(string text) => text.Any(char.IsControl) ? string.Concat(text.Select(c => char.IsControl(c) ? '\ufffd' : c)) : text;
}
