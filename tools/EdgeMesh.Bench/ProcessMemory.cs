using System;
using System.Globalization;
using System.IO;
using System.Linq;

namespace EdgeMesh.Bench;

/// <summary>The memory of a process as the kernel counts it (proc(5), <c>/proc/PID/status</c>), in KiB.</summary>
internal readonly struct ProcessMemory(int processId)
{
    /// <summary>Resident now.</summary>
    internal double ResidentKiB => Read("VmRSS");

    /// <summary>Most that was resident since <see cref="ResetPeak"/>.</summary>
    internal double PeakKiB => Read("VmHWM");

    /// <summary>Lets the peak begin anew at what is resident now.</summary>
    internal void ResetPeak() => File.WriteAllText($"/proc/{processId}/clear_refs", "5");

    private double Read(string field) => double.Parse(
        File.ReadLines($"/proc/{processId}/status").First(line => line.StartsWith(field + ":", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1],
        CultureInfo.InvariantCulture);
}
