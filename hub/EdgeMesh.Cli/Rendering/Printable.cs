using System.Linq;

namespace EdgeMesh.Cli.Rendering;

/// <summary>Text that may go to a terminal.</summary>
internal static class Printable
{
    /// <summary>The text without control characters: a device's words must not move the cursor or set a title.</summary>
    internal static string Of(string text) => text.Any(char.IsControl) ? string.Concat(text.Select(c => char.IsControl(c) ? '\ufffd' : c)) : text;
}
