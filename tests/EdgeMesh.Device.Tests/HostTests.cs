using System;
using System.Buffers;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.IO;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using EdgeMesh.Contracts;
using EdgeMesh.Device.Tests.World;
using EdgeMesh.Mqtt;
using EdgeMesh.Protocol;

namespace EdgeMesh.Device.Tests;

/// <summary>The real process, a real Mosquitto, real assemblies; the hub's side is the hub's own link and sender.</summary>
public sealed class HostTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("edgemesh-device-");
    private readonly ConcurrentQueue<string> _lines = new();
    private readonly ConcurrentQueue<(string Topic, byte[] Payload)> _inbox = new();
    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private readonly byte[] _key = new byte[32];
    private readonly int _port = FreePort();
    private Process? _broker;
    private Process? _board;

    [Fact]
    public async Task The_process_takes_an_update_rolls_back_a_crash_and_a_hang_and_ends_with_its_parent()
    {
        string mosquitto = File.Exists("/usr/sbin/mosquitto") ? "/usr/sbin/mosquitto" : "mosquitto";
        _broker = Process.Start(new ProcessStartInfo(mosquitto, $"-p {_port}") { RedirectStandardError = true, RedirectStandardOutput = true })!;
        await using var client = new ReconnectingMqttClient();
        client.ApplicationMessageReceivedAsync += received =>
        {
            _inbox.Enqueue((received.ApplicationMessage.Topic, received.ApplicationMessage.Payload.ToArray()));
            return Task.CompletedTask;
        };
        await client.StartAsync(new ReconnectingMqttClientOptions
        {
            ClientOptions = new MqttClientOptions { ChannelOptions = new MqttClientTcpOptions { RemoteEndpoint = new IPEndPoint(IPAddress.Loopback, _port) } },
        });
        await client.SubscribeAsync([new MqttTopicFilter(Topic.AllUpFilter(ScriptedHub.Site), MqttQualityOfServiceLevel.AtLeastOnce)]);
        var hub = new ScriptedHub(_key, (topic, payload) => _ = client.PublishAsync(
            new MqttApplicationMessageBuilder().WithTopic(topic).WithPayload(payload).WithQualityOfServiceLevel(MqttQualityOfServiceLevel.AtLeastOnce).Build()))
        {
            ChunkBytes = 1024,
        };

        StartBoard();
        await Deliver(hub, 1, "Heartbeat.dll", OtaStates.Confirmed);
        await Until(hub, () => hub.Heard.Exists(m => m.Kind == TopicKind.Telemetry && m.Body.Has("heartbeat_version")));
        await Deliver(hub, 2, "CrashAtStart.dll", OtaStates.RolledBack);
        Assert.Contains("No sensor answers on the bus.", hub.Sender!.Reason);
        await Deliver(hub, 3, "Hang.dll", OtaStates.RolledBack);
        Assert.Contains(_lines, line => line.Contains("The dead-man ends the board"));
        hub.Heard.Clear();
        await Until(hub, () => hub.Heard.Exists(m => m.Kind == TopicKind.Telemetry && m.Body.Has("heartbeat_version")));

        Process.Start("kill", ["-TERM", _board!.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)])!.WaitForExit();
        Assert.True(_board.WaitForExit(10_000));
        Assert.Equal(0, _board.ExitCode);
        await Until(hub, () => _lost);
    }

    private bool _lost;

    public void Dispose()
    {
        foreach (var process in new[] { _board, _broker })
        {
            if (process is { HasExited: false }) process.Kill(entireProcessTree: true);
            process?.Dispose();
        }

        _folder.Delete(true);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private void StartBoard()
    {
        string config = Path.Combine(_folder.FullName, "device.json");
        File.WriteAllText(config, $$"""
            {"site":"{{ScriptedHub.Site}}","device":"{{ScriptedHub.Device}}","type":"esp32-nano","key":"{{Hex.Encode(_key)}}","host":"127.0.0.1",
             "port":{{_port}},"healthy_after_ms":500,"report_retry_ms":500,"watchdog_ms":2500}
            """);
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true };
        foreach (string argument in new[] { Path.Combine(AppContext.BaseDirectory, "EdgeMesh.Device.Host.dll"), "--config", config, "--state", Path.Combine(_folder.FullName, "state") })
        {
            start.ArgumentList.Add(argument);
        }

        _board = Process.Start(start)!;
        _board.OutputDataReceived += (_, line) => _lines.Enqueue(line.Data ?? "");
        _board.BeginOutputReadLine();
    }

    private async Task Deliver(ScriptedHub hub, long sequence, string assembly, string state)
    {
        hub.Update(sequence + ".0.0", sequence, await File.ReadAllBytesAsync(Path.Combine(AppContext.BaseDirectory, assembly)), _watch.ElapsedMilliseconds);
        await Until(hub, () => hub.Sender!.State == state);
    }

    private async Task Until(ScriptedHub hub, Func<bool> holds)
    {
        long endMs = _watch.ElapsedMilliseconds + 60_000;
        while (!holds())
        {
            long nowMs = _watch.ElapsedMilliseconds;
            Assert.True(nowMs < endMs, $"It did not come about; the update is {hub.Sender?.State}. The board's log:\n{string.Join('\n', _lines)}");
            if (_inbox.TryDequeue(out var message))
            {
                bool will = System.Text.Encoding.UTF8.GetString(message.Payload) == """{"status":"lost"}""";
                _lost |= will;
                if (will) hub.DeviceGone(nowMs);
                else hub.Take(message.Topic, message.Payload, nowMs);
            }
            else
            {
                if (hub.DueMs <= nowMs) hub.Tick(nowMs);
                await Task.Delay(2);
            }
        }
    }
}
