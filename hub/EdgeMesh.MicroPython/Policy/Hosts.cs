using System;
using System.Linq;

namespace EdgeMesh.MicroPython.Policy;

/// <summary>Hosts and the list of them.</summary>
internal static class Hosts
{
    /// <summary>The host of an address or a URL; null where the text ends before the host does.</summary>
    internal static string? Of(string text, bool complete)
    {
        int scheme = text.IndexOf("://", StringComparison.Ordinal);
        string rest = scheme < 0 ? text : text[(scheme + 3)..];
        int end = rest.IndexOfAny(['/', '?', '#', '\\']);
        if (end < 0 && !complete)
        {
            return null;
        }

        rest = end < 0 ? rest : rest[..end];
        rest = rest[(rest.LastIndexOf('@') + 1)..];
        int port = rest.LastIndexOf(':');
        return (port < 0 ? rest : rest[..port]).ToLowerInvariant();
    }

    internal static bool IsAllowed(string host, PolicyData data, bool isClient) =>
        data.List("hosts").Concat(isClient ? data.List("client_hosts") : []).Any(pattern =>
            pattern.StartsWith("*.", StringComparison.Ordinal) ? host.EndsWith(pattern[1..], StringComparison.Ordinal)
            : pattern.EndsWith(".*", StringComparison.Ordinal) ? IsAddress(host) && host.StartsWith(pattern[..^1], StringComparison.Ordinal)
            : host == pattern);

    // A name such as 10.evil.example begins as an address does.
    private static bool IsAddress(string host) => host.Split('.') is { Length: 4 } parts && parts.All(p => byte.TryParse(p, out _) && (p.Length == 1 || p[0] != '0'));
}
