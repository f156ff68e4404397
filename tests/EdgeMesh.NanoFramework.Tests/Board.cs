extern alias nano;

using System;
using System.Collections.Generic;
using System.IO;
using nano::EdgeMesh.Device.NanoFramework;
using nano::EdgeMesh.Device.Platform;
using nano::System.IO;

// The stubs are one board: its drive, its network and its ports are static.
[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace EdgeMesh.NanoFramework.Tests;

/// <summary>The stubs as a blank board, whose clock is set by hand.</summary>
public sealed class Board : IClock, IDeviceLog, IPower, IDisposable
{
    public Board()
    {
        StubDrive.Folder = System.IO.Directory.CreateTempSubdirectory("edgemesh-nano-").FullName;
        StubDrive.PowerUp();
        StubDrive.Changes = 0;
        nano::System.Net.NetworkInformation.NetworkInterface.Address = "0.0.0.0";
        nano::nanoFramework.Runtime.Native.SystemInfo.Platform = "ESP32";
    }

    public long NowMs { get; set; }

    public List<string> Lines { get; } = [];

    public NanoStorage Storage { get; private set; } = new("I:\\");

    public int Reboots { get; private set; }

    public void Wait(long milliseconds) => NowMs += milliseconds;

    public void Write(LogLevel level, string text) => Lines.Add(text);

    public void Reboot() => Reboots++;

    /// <summary>The power goes and comes back.</summary>
    public void PowerCycle()
    {
        StubDrive.PowerUp();
        Storage = new NanoStorage("I:\\");
    }

    public void Dispose()
    {
        StubDrive.PowerUp();
        System.IO.Directory.Delete(StubDrive.Folder, recursive: true);
    }
}
