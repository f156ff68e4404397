using System;
using System.Diagnostics;
using System.Linq;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using EdgeMesh.Contracts;
using EdgeMesh.Device.Host;
using EdgeMesh.Device.Platform;
using EdgeMesh.Device.Tests.World;
using EdgeMesh.Protocol.DotNet;
using EdgeMesh.Simulation.Device;
using Xunit.Abstractions;

namespace EdgeMesh.Device.Tests.Hostile;

/// <summary>The C# device's connection at a broker that sends MQTT by its grammar, and with mistakes; and at a good one afterwards.</summary>
public sealed class HostileBrokerTests(ITestOutputHelper output)
{
    private const int Seed = 1;
    private const int MessagesMax = 300;
    private const long GrowthMaxBytes = 8 << 20;
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(20);

    private static readonly string[] Topics =
    [
        Topic.Format(TopicKind.HubStatus, ScriptedHub.Site),
        .. new[] { TopicKind.Welcome, TopicKind.Command, TopicKind.Reported, TopicKind.OtaOffer, TopicKind.OtaChunk, TopicKind.OtaComplete, TopicKind.OtaAbortDown }
            .Select(kind => Topic.Format(kind, ScriptedHub.Site, ScriptedHub.Device)),
    ];

    [Fact]
    public async Task Whatever_a_broker_sends_the_connection_ends_or_goes_on_in_bounded_time_and_memory_and_never_throws()
    {
        const int Connections = 800;
        await using var broker = new TurningBroker(new HostileStream(Seed, Topics), Connections, new byte[32]);
        using var clock = new HostClock();
        using var mqtt = new MqttClientConnection(clock, new TestWorld());
        var settings = new MqttSettings
        {
            Host = "127.0.0.1", Port = broker.Port, ClientId = "board-1", Password = "secret", WillTopic = Topics[1], WillPayload = [1], Filters = ["a", "b"], TimeoutMs = 2000,
        };
        long before = GC.GetTotalMemory(forceFullCollection: true);
        int connected = 0, messages = 0;
        for (int i = 0; i < Connections; i++)
        {
            try
            {
                var watch = Stopwatch.StartNew();
                connected += mqtt.Connect(settings).Length == 0 ? 1 : 0;
                messages += Drain(mqtt, watch);
                Assert.True(watch.Elapsed < Bound, $"It took {watch.Elapsed}.");
            }
            catch (Exception e)
            {
                Assert.Fail($"Seed {Seed}, connection {i}: {e}\n{Convert.ToHexString(broker.Last.AsSpan(0, Math.Min(300, broker.Last.Length)))}");
            }
        }

        long grown = GC.GetTotalMemory(forceFullCollection: true) - before;
        Assert.Equal("", mqtt.Connect(settings));
        output.WriteLine($"counted: connections of the C# device to a hostile broker: {Connections}, seed {Seed}; {connected} stood for a while, {messages} messages taken from them");
        Assert.InRange(connected, Connections / 4, Connections);
        Assert.True(messages > Connections / 4, "The streams say too little.");
        Assert.True(grown < GrowthMaxBytes, $"{grown} bytes more are alive.");
    }

    [Fact]
    public async Task A_device_whose_broker_was_hostile_is_the_same_device_at_a_good_one()
    {
        const int Connections = 15;
        DeviceConfiguration any = TestWorld.Read("");
        await using var broker = new TurningBroker(new HostileStream(Seed + 1, Topics), Connections, any.Key);
        string json = $$"""
            {"site":"{{ScriptedHub.Site}}","device":"{{ScriptedHub.Device}}","type":"esp32-nano","key":"{{Convert.ToHexStringLower(any.Key)}}","host":"127.0.0.1","port":{{broker.Port}}}
            """;
        DeviceConfiguration configuration = DeviceConfiguration.Read(Encoding.UTF8.GetBytes(json), out _)!;
        using var clock = new HostClock();
        using var mqtt = new MqttClientConnection(clock, new TestWorld());
        var world = new TestWorld();
        var fast = new FastClock(clock);
        var client = new DeviceClient(new Board(fast, new MemoryStorage(), mqtt, world, new NoDeadMan(), world, new DotNetCrypto(), world), configuration);
        var watch = Stopwatch.StartNew();
        while (!client.Online || broker.Connections <= Connections)
        {
            fast.Wait(client.Poll());
            Assert.True(watch.Elapsed < TimeSpan.FromSeconds(60), $"It is not online after {broker.Connections} connections:\n{string.Join('\n', world.Lines.TakeLast(20))}");
        }

        output.WriteLine($"counted: connections of a whole C# device to a hostile broker: {Connections}, seed {Seed + 1}");
    }

    // As the device does: takes what waits, until the connection is lost. A broker that goes on for ever does not come about here.
    private static int Drain(MqttClientConnection mqtt, Stopwatch watch)
    {
        int messages = 0;
        bool connected = true;
        while (connected)
        {
            connected = mqtt.Connected;
            int waiting = 0;
            while (mqtt.Receive() is { } message)
            {
                waiting++;
                if (waiting % 3 == 0) mqtt.Publish("answer", message.Payload, 1, false);
            }

            Assert.True(waiting <= MessagesMax, $"{waiting} messages waited.");
            messages += waiting;
            if (watch.Elapsed > Bound) return messages;
            Thread.Yield();
        }

        return messages;
    }

    /// <summary>A clock of which a second is five milliseconds of ours.</summary>
    private sealed class FastClock(HostClock clock) : IClock
    {
        private const int Factor = 200;

        public long NowMs => clock.NowMs * Factor;

        public void Wait(long milliseconds) => clock.Wait(milliseconds > 0 ? (milliseconds / Factor) + 1 : 0);
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
}
