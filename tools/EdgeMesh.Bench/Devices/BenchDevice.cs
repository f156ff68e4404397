using System;
using System.Diagnostics;
using System.IO;
using System.Text;
using System.Text.Json.Nodes;
using System.Threading;
using System.Threading.Tasks;
using EdgeMesh.Device;
using EdgeMesh.Device.Host;
using EdgeMesh.Device.Platform;
using EdgeMesh.Protocol.DotNet;

namespace EdgeMesh.Bench.Devices;

/// <summary>The production client on the host's platform, on a thread of its own; it ends where the board would boot the new image.</summary>
internal sealed class BenchDevice : IDisposable
{
    private readonly TaskCompletionSource<long> _applied = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly HostClock _clock = new();
    private readonly MqttClientConnection _mqtt;
    private readonly FileStorage _storage;
    private readonly DeviceClient _client;
    private readonly Thread _thread;
    private volatile bool _stopping;

    /// <summary>Boots a device with an empty flash.</summary>
    /// <param name="configuration">What the hub answered when the device was added.</param>
    /// <param name="options">What the bench sets.</param>
    internal BenchDevice(JsonObject configuration, BenchDeviceOptions options)
    {
        JsonObject own = (JsonObject)configuration.DeepClone();
        own["port"] = options.Port;
        own["window"] = options.Window;
        own["chunk_bytes"] = options.ChunkBytes;
        own["slot_bytes"] = 16 * 1024 * 1024;
        Id = (string)own["device"]!;
        DeviceConfiguration read = DeviceConfiguration.Read(Encoding.UTF8.GetBytes(own.ToJsonString()), out string problem) ?? throw new InvalidDataException(problem);
        string flash = Path.Combine(options.Folder, Id);
        if (Directory.Exists(flash))
        {
            Directory.Delete(flash, recursive: true);
        }

        Directory.CreateDirectory(flash);
        WarningLog log = new();
        _mqtt = new MqttClientConnection(_clock, log);
        _storage = new FileStorage(flash);
        _client = new DeviceClient(
            new Board(_clock, _storage, _mqtt, new ResetLine(_applied), new NoDeadMan(), new AssemblyLoader(), new DotNetCrypto(), log), read);
        _thread = new Thread(Run) { IsBackground = true, Name = Id };
        _thread.Start();
    }

    internal string Id { get; }

    /// <summary>The time stamp at which the verified image was ordered to be applied, and the boot record on the disk said so.</summary>
    internal Task<long> Applied => _applied.Task;

    /// <summary>Cuts the power; <see cref="Dispose"/> waits until it is off.</summary>
    internal void PowerOff()
    {
        _stopping = true;
        _clock.Wake();
    }

    public void Dispose()
    {
        PowerOff();
        _thread.Join();
        _clock.Dispose();
    }

    private void Run()
    {
        try
        {
            while (!_stopping)
            {
                _clock.Wait(_client.Poll());
            }
        }
        catch (BoardResetException)
        {
            // The reset line has told whoever waits.
        }
        catch (Exception defect)
        {
            _applied.TrySetException(defect);
        }
        finally
        {
            // Here and not in Dispose: closing blocks, and two hundred that block threads of the pool starve it.
            _mqtt.Dispose();
            _storage.Dispose();
        }
    }

    private sealed class ResetLine(TaskCompletionSource<long> applied) : IPower
    {
        public void Reboot()
        {
            applied.TrySetResult(Stopwatch.GetTimestamp());
            throw new BoardResetException("The board boots the new image.");
        }
    }

    private sealed class NoDeadMan : IDeadMan
    {
        public void Start(long timeoutMs)
        {
        }

        public void Feed()
        {
        }
    }

    private sealed class WarningLog : IDeviceLog
    {
        public void Write(LogLevel level, string text)
        {
            if (level >= LogLevel.Warning)
            {
                Progress.Say($"device: {text}");
            }
        }
    }
}

/// <summary>What the bench sets of a device.</summary>
/// <param name="Folder">Where its flash is.</param>
/// <param name="Port">The broker's port, or a proxy's.</param>
/// <param name="Window">Most chunks in flight.</param>
/// <param name="ChunkBytes">Largest chunk.</param>
internal sealed record BenchDeviceOptions(string Folder, int Port, int Window, int ChunkBytes);
