using System.Collections.Generic;
using System.IO;
using System.Linq;

namespace EdgeMesh.Hub.Codegen.Templates;

/// <summary>The classes and functions that templates stand on, in the order in which a program has them.</summary>
internal static class Prelude
{
    private static readonly Dictionary<string, string[]> Needs = new()
    {
        ["clock"] = [],
        ["readings"] = [],
        ["sensor"] = ["clock", "readings"],
        ["switch"] = [],
        ["contact"] = [],
        ["gates"] = ["clock", "readings"],
    };

    internal static IReadOnlyCollection<string> Parts => Needs.Keys;

    /// <summary>The code of the parts used and of what those need.</summary>
    internal static IEnumerable<string> CodeOf(IEnumerable<string> uses)
    {
        HashSet<string> wanted = [.. uses.SelectMany(u => Needs[u].Append(u))];
        return Needs.Keys.Where(wanted.Contains).Select(part => Resource("prelude/" + part));
    }

    internal static string Resource(string name)
    {
        using StreamReader reader = new(typeof(Prelude).Assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }
}
