using System.Collections.Frozen;

namespace EdgeMesh.MicroPython.Policy;

/// <summary>The names of modules.</summary>
internal static class Modules
{
    private static readonly FrozenSet<string> WithPrefix = new[]
    {
        "utime", "uasyncio", "ujson", "ubinascii", "ustruct", "urandom", "ure", "usocket", "uhashlib", "ucollections", "uselect", "uerrno", "uio", "uheapq",
        "urequests", "umachine", "ussl", "uarray", "umath", "uos", "usys", "uctypes_", "ucryptolib", "uzlib", "uwebsocket", "ubluetooth", "unetwork",
    }.ToFrozenSet();

    /// <summary>The first part of that name: umqtt of umqtt.simple.</summary>
    internal static string First(string module)
    {
        string name = Canonical(module);
        int dot = name.IndexOf('.', System.StringComparison.Ordinal);
        return dot < 0 ? name : name[..dot];
    }

    /// <summary>A module's name without MicroPython's u: utime is time.</summary>
    internal static string Canonical(string module)
    {
        int dot = module.IndexOf('.', System.StringComparison.Ordinal);
        string first = dot < 0 ? module : module[..dot];
        return first.StartsWith('u') && WithPrefix.Contains(first) ? module[1..] : module;
    }
}
