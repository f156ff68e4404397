using System;
using System.IO;

namespace EdgeMesh.Bench.Cases;

/// <summary>A folder for one case; it goes with the case.</summary>
internal sealed class BenchFolder : IDisposable
{
    // A fleet's devices do not share a disk: each writes to a flash of its own. Memory stands for these.
    private const string InMemory = "/dev/shm";
    private readonly string _onDisk = Directory.CreateDirectory(Path.Combine(Environment.CurrentDirectory, ".state", $"bench-{Environment.ProcessId}")).FullName;
    private readonly string _inMemory = Path.Combine(InMemory, $"edgemesh-bench-{Environment.ProcessId}");

    /// <summary>The hub's folder, on the disk.</summary>
    internal string Hub => Directory.CreateDirectory(Path.Combine(_onDisk, "hub")).FullName;

    /// <summary>A device's flash, on the disk.</summary>
    internal string Flash => Directory.CreateDirectory(Path.Combine(_onDisk, "flash")).FullName;

    /// <summary>The flashes of a fleet, in memory.</summary>
    internal string FleetFlash => Directory.CreateDirectory(_inMemory).FullName;

    public void Dispose()
    {
        Directory.Delete(_onDisk, recursive: true);
        if (Directory.Exists(_inMemory))
        {
            Directory.Delete(_inMemory, recursive: true);
        }
    }
}
