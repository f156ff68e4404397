using System;
using System.Globalization;
using EdgeMesh.Device.Platform;

namespace EdgeMesh.Device.Host;

/// <summary>A line per event on the standard output: <c>HH:mm:ss level text</c>, in UTC.</summary>
internal sealed class ConsoleLog(LogLevel least) : IDeviceLog
{
    private readonly TimeProvider _time = TimeProvider.System;

    public void Write(LogLevel level, string text)
    {
        if (level < least) return;
        string time = _time.GetUtcNow().ToString("HH:mm:ss", CultureInfo.InvariantCulture);
        string word = level switch { LogLevel.Debug => "debug", LogLevel.Info => "info", LogLevel.Warning => "warning", _ => "error" };
        lock (_time)
        {
            // One write a line: the parent writes to the same pipe.
            Console.Out.Write($"{time} {word} {text.ReplaceLineEndings(" ")}\n");
            Console.Out.Flush();
        }
    }
}
