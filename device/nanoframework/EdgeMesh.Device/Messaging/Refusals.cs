using System.Collections;
using EdgeMesh.Device.Platform;

namespace EdgeMesh.Device.Messaging;

/// <summary>Counts refused messages by code, and logs the first, the tenth, the hundredth of each: a flood must not fill a log.</summary>
internal sealed class Refusals
{
    private readonly Hashtable _counts = new Hashtable();
    private readonly IDeviceLog _log;

    internal Refusals(IDeviceLog log) => _log = log;

    /// <summary>A message was refused.</summary>
    internal void Add(string code, string reason)
    {
        long count = CountOf(code) + 1;
        _counts[code] = count;
        long power = 1;
        while (power < count)
        {
            power *= 10;
        }

        if (power == count)
        {
            _log.Write(LogLevel.Warning, "Refused (" + code + ", " + count.ToString() + " so far): " + reason);
        }
    }

    /// <summary>How many were refused with a code.</summary>
    internal long CountOf(string code) => _counts[code] is long count ? count : 0;
}
