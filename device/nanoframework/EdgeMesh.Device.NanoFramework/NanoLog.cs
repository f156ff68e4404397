using System;
using EdgeMesh.Device.Platform;

namespace EdgeMesh.Device.NanoFramework;

/// <summary>Lines for whoever has the debugger attached: that is where nanoFramework's console goes.</summary>
public sealed class NanoLog : IDeviceLog
{
    /// <summary>The least level that is shown.</summary>
    public LogLevel Least { get; set; } = LogLevel.Info;

    /// <inheritdoc/>
    public void Write(LogLevel level, string text)
    {
        if (level >= Least)
        {
            // An enumeration prints as its number here.
            string word = level == LogLevel.Debug ? "debug " : level == LogLevel.Info ? "info " : level == LogLevel.Warning ? "warning " : "error ";
            Console.WriteLine(word + text);
        }
    }
}
