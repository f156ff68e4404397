using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Threading.Tasks;
using EdgeMesh.Contracts;
using EdgeMesh.Hub.Broker;
using EdgeMesh.Hub.Broker.Embedded;
using EdgeMesh.Mqtt;
using Microsoft.Extensions.Logging;

namespace EdgeMesh.Hub.Tests.Broker;

public class EmbeddedBrokerTests
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    [Fact]
    public async Task Stopping_the_hub_ends_Mosquitto()
    {
        await using BrokerHub hub = await BrokerHub.StartAsync();
        Assert.Equal(BrokerPhase.Connected, hub.Status.Phase);
        int mosquitto = hub.Embedded.ProcessId;
        Assert.True(Runs(mosquitto));
        await hub.StopAsync();
        Assert.False(Runs(mosquitto));
        Assert.Equal(BrokerPhase.Stopped, hub.Status.Phase);
        Assert.DoesNotContain(hub.Log.Lines, l => l.Level >= LogLevel.Error);
    }

    [Fact]
    public async Task A_killed_hub_leaves_no_Mosquitto_behind_and_the_next_one_starts_on_the_same_port()
    {
        string folder = Directory.CreateTempSubdirectory("edgemesh-broker-").FullName;
        try
        {
            int port = BrokerHub.FreePort();
            using Process killed = Process.Start("dotnet", ["exec", typeof(EmbeddedBrokerTests).Assembly.Location, folder, $"{port}"]);
            int mosquitto = 0;
            await Eventually.TrueAsync(() => (mosquitto = MosquittoOn(folder)) != 0 && LinuxProcesses.ListenerOf(port) is not null, "the child hub's broker");
            killed.Kill();
            await killed.WaitForExitAsync();
            await Eventually.TrueAsync(() => !Runs(mosquitto), "the end of Mosquitto after its hub was killed");
            await using BrokerHub next = await BrokerHub.StartAsync(new() { ["Broker:Port"] = $"{port}" }, folder);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task A_Mosquitto_left_behind_on_the_state_folder_is_ended()
    {
        await using BrokerHub first = await BrokerHub.StartAsync();
        await first.StopAsync();
        using Process orphan = Process.Start("/usr/sbin/mosquitto", ["-c", first.BrokerFile("mosquitto.conf")]);
        await Eventually.TrueAsync(() => LinuxProcesses.ListenerOf(first.Port) is not null, "the orphan to listen");
        await using BrokerHub next = await BrokerHub.StartAsync(new() { ["Broker:Port"] = $"{first.Port}" }, first.StateFolder);
        Assert.True(orphan.HasExited);
    }

    [Fact]
    public async Task A_killed_Mosquitto_comes_back_and_the_hub_hears_its_topics_again()
    {
        await using BrokerHub hub = new();
        System.Collections.Concurrent.ConcurrentQueue<string> heard = [];
        hub.Connection.Subscribe(Topic.AllUpFilter("home"), message =>
        {
            heard.Enqueue(message.ConvertPayloadToString());
            return Task.CompletedTask;
        });
        await hub.StartAsync();
        await hub.ConnectedAsync();
        int mosquitto = hub.Embedded.ProcessId;
        using (Process process = Process.GetProcessById(mosquitto))
        {
            process.Kill();
        }

        await hub.ConnectedAsync(times: 2);
        Assert.NotEqual(mosquitto, hub.Embedded.ProcessId);
        Assert.Single(hub.Events.OfType<BrokerDisconnected>());
        await hub.Connection.PublishAsync(Topic.Format(TopicKind.State, "home", "lamp"), "again"u8.ToArray());
        await Eventually.TrueAsync(() => heard.Contains("again"), "the message after the restart");
    }

    [Fact]
    public async Task A_taken_port_is_named_with_its_holder_and_what_to_do_and_said_once()
    {
        using TcpListener holder = new(IPAddress.Loopback, 0);
        holder.Start();
        int port = ((IPEndPoint)holder.LocalEndpoint).Port;
        await using BrokerHub hub = new(new() { ["Broker:Port"] = $"{port}" });
        await hub.StartAsync();
        await Eventually.TrueAsync(() => hub.Status.Phase == BrokerPhase.Unavailable, "the port to be found taken");
        Assert.Equal(ErrorCodes.BrokerUnavailable, hub.Status.Error!.Code);
        Assert.Contains($"port {port} is taken by", hub.Status.Error.Message, StringComparison.Ordinal);
        Assert.Contains($"(process {Environment.ProcessId})", hub.Status.Error.Message, StringComparison.Ordinal);
        Assert.Contains("systemctl disable --now mosquitto", hub.Status.Error.Message, StringComparison.Ordinal);
        holder.Stop();
        await hub.ConnectedAsync();
        Assert.Single(hub.Log.Lines, l => l.Level >= LogLevel.Error);
    }

    [Fact]
    public async Task A_missing_Mosquitto_is_tried_again_with_doubling_pauses_of_1_to_60_s()
    {
        await using BrokerHub hub = new(new() { ["Broker:Mosquitto"] = "/nowhere/mosquitto" });
        ImpatientTime time = new();
        using System.Threading.CancellationTokenSource stopping = new();
        List<Hub.Results.Error> errors = [];
        EmbeddedBroker broker = new(hub.Get<Microsoft.Extensions.Options.IOptions<BrokerOptions>>(), hub.Get<BrokerFolder>(), [], time, hub.Get<ILogger<EmbeddedBroker>>());
        await broker.RunAsync(() => Task.CompletedTask, Unavailable, stopping.Token);
        Assert.Equal([1, 2, 4, 8, 16, 32, 60, 60], time.PausesSeconds);
        Assert.All(errors, e => Assert.Contains("/nowhere/mosquitto, which does not exist", e.Message, StringComparison.Ordinal));
        Assert.All(errors, e => Assert.Equal(ErrorCodes.BrokerUnavailable, e.Code));

        void Unavailable(Hub.Results.Error error)
        {
            errors.Add(error);
            if (errors.Count == 9)
            {
                stopping.Cancel();
            }
        }
    }

    [Fact]
    public async Task Secrets_and_accounts_are_readable_by_the_owner_alone_and_no_secret_is_logged()
    {
        await using BrokerHub hub = await BrokerHub.StartAsync();
        Assert.Equal(OwnerOnly | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.Combine(hub.StateFolder, "broker")));
        foreach (string name in new[] { "hub.secret", "viewer.secret", "dynamic-security.json", "mosquitto.conf" })
        {
            Assert.Equal(OwnerOnly, File.GetUnixFileMode(hub.BrokerFile(name)));
        }

        string hubSecret = File.ReadAllText(hub.BrokerFile("hub.secret")).Trim();
        string viewerSecret = File.ReadAllText(hub.BrokerFile("viewer.secret")).Trim();
        Assert.DoesNotContain(hub.Log.Lines, l => l.Text.Contains(hubSecret, StringComparison.Ordinal) || l.Text.Contains(viewerSecret, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_AllowPlain_the_broker_listens_on_loopback_only()
    {
        await using BrokerHub hub = await BrokerHub.StartAsync();
        Assert.Equal(["0100007F"], ListeningAddresses(hub.Port));
    }

    [Fact]
    public async Task With_AllowPlain_it_listens_everywhere_and_says_so()
    {
        await using BrokerHub hub = await BrokerHub.StartAsync(new() { ["Broker:AllowPlain"] = "true" });
        Assert.Contains("00000000", ListeningAddresses(hub.Port));
        Assert.Contains(hub.Log.Lines, l => l.Level == LogLevel.Warning && l.Text.Contains("LABORATORY", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_second_hub_on_the_same_state_folder_is_refused_and_does_not_end_the_firsts_broker()
    {
        await using BrokerHub first = await BrokerHub.StartAsync();
        await using BrokerHub second = new(stateFolder: first.StateFolder);
        await second.StartAsync();
        await Eventually.TrueAsync(() => second.Status.Phase == BrokerPhase.Unavailable, "the second hub's refusal");
        Assert.Contains("another hub", second.Status.Error!.Message, StringComparison.Ordinal);
        Assert.True(Runs(first.Embedded.ProcessId));
    }

    internal static bool Runs(int process) =>
        File.Exists($"/proc/{process}/stat") && !File.ReadAllText($"/proc/{process}/stat").Contains(") Z ", StringComparison.Ordinal);

    private static int MosquittoOn(string folder) =>
        LinuxProcesses.WithArguments("-c", Path.Combine(folder, "broker", "mosquitto.conf")).FirstOrDefault();

    private static string[] ListeningAddresses(int port)
    {
        string end = ":" + port.ToString("X4", CultureInfo.InvariantCulture);
        return [.. File.ReadLines("/proc/net/tcp").Select(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(f => f[3] == "0A" && f[1].EndsWith(end, StringComparison.Ordinal)).Select(f => f[1].Split(':')[0])];
    }

    /// <summary>Lets every pause be over at once, and keeps how long it was to be.</summary>
    private sealed class ImpatientTime : TimeProvider
    {
        public List<double> PausesSeconds { get; } = [];

        public override System.Threading.ITimer CreateTimer(System.Threading.TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            PausesSeconds.Add(dueTime.TotalSeconds);
            return System.CreateTimer(callback, state, TimeSpan.Zero, period);
        }
    }
}
