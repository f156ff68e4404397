using System;
using System.Threading.Tasks;
using EdgeMesh.Bench.Devices;

namespace EdgeMesh.Bench.Cases;

/// <summary>What the cases have in common.</summary>
internal static class Settings
{
    /// <summary>Runs that count.</summary>
    internal const int Runs = 5;

    /// <summary>Runs before these: the just-in-time compiler takes a third of the processor until it has seen the hot path often enough.</summary>
    internal const int WarmUps = 3;

    /// <summary>8 MiB.</summary>
    internal const int ImageBytes = 8 * 1024 * 1024;

    /// <summary>The hub's default.</summary>
    internal const int ChunkBytes = 4096;

    /// <summary>The hub's default.</summary>
    internal const int Window = 32;

    /// <summary>Delay of a slow link in each direction.</summary>
    internal static readonly TimeSpan OneWay = TimeSpan.FromMilliseconds(10);

    internal static Task<HubProcess> StartHubAsync(BenchFolder folder, int window = Window, int chunkBytes = ChunkBytes) =>
        HubProcess.StartAsync(folder.Hub, "--Ota:ChunkSize", $"{chunkBytes}", "--Ota:Window", $"{window}");

    /// <summary>A device that takes what the hub would use.</summary>
    internal static BenchDeviceOptions Device(string folder, int port, int window = Window, int chunkBytes = ChunkBytes) => new(folder, port, window, chunkBytes);

    /// <summary>Tells how a run went.</summary>
    internal static void Report(string name, int run, FormattableString figures) =>
        Progress.Say($"{name} {(run <= 0 ? "warm-up" : $"run {run} of {Runs}")}: {FormattableString.Invariant(figures)}");
}
