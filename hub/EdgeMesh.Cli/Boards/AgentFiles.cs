using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Reflection;

namespace EdgeMesh.Cli.Boards;

/// <summary>The MicroPython agent, which this program carries.</summary>
internal static class AgentFiles
{
    private const string Prefix = "agent/";
    private static readonly Assembly Carrier = typeof(AgentFiles).Assembly;

    /// <summary>Whose presence starts the agent at the board's next boot.</summary>
    internal const string Main = "main.py";

    /// <summary>For mip: lists the others, and is none of the board's.</summary>
    internal const string Package = "package.json";

    /// <summary>What goes onto a board, as paths from its root, <see cref="Main"/> last: an agent that is there in part must not start.</summary>
    internal static IReadOnlyList<string> Paths { get; } =
    [
        .. Carrier.GetManifestResourceNames().Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)).Select(name => name[Prefix.Length..])
            .Where(path => path != Package).OrderBy(path => path == Main).ThenBy(path => path, StringComparer.Ordinal),
    ];

    /// <summary>How many bytes they are in all.</summary>
    internal static long Bytes => Paths.Sum(path =>
    {
        using Stream stream = Open(path);
        return stream.Length;
    });

    /// <summary>One of them, or <see cref="Package"/>.</summary>
    internal static Stream Open(string path) => Carrier.GetManifestResourceStream(Prefix + path)!;

    /// <summary>The content of one of them.</summary>
    internal static byte[] Read(string path)
    {
        using Stream source = Open(path);
        using MemoryStream content = new();
        source.CopyTo(content);
        return content.ToArray();
    }

    /// <summary>Writes all of them below a folder, which is made where it is not there.</summary>
    internal static void WriteTo(string folder)
    {
        foreach (string path in Paths.Append(Package))
        {
            string target = Path.Combine(folder, path);
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            using Stream source = Open(path);
            using FileStream file = File.Create(target);
            source.CopyTo(file);
        }
    }
}
