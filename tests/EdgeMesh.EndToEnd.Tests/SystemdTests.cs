using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using EdgeMesh.Contracts;
using EdgeMesh.EndToEnd.Tests.World;
using EdgeMesh.Hub.Tests.Hosting;
using Xunit.Abstractions;

namespace EdgeMesh.EndToEnd.Tests;

/// <summary>The hub as systemd runs it: its notification socket, its watchdog, its journal, its SIGTERM.</summary>
public sealed class SystemdTests(ITestOutputHelper output)
{
    private const int ImageBytes = 40_000;
    private const long StopAtChunk = 40;

    // The unit's TimeoutStopSec is twice this.
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(15);

    // JOURNAL_STREAM names the stream that systemd opened: here the pipe that the test reads.
    private static string[] Under(NotificationSocket systemd, TimeSpan? watchdog = null) =>
    [
        "/bin/sh", "-c", "JOURNAL_STREAM=0:$(stat -L -c %i /proc/$$/fd/1); export JOURNAL_STREAM; exec \"$0\" \"$@\"", "env", $"NOTIFY_SOCKET={systemd.Address}", "EDGEMESH_Ota__Windw=4",
        .. watchdog is { } interval ? [string.Create(CultureInfo.InvariantCulture, $"WATCHDOG_USEC={interval.TotalMicroseconds:0}")] : Array.Empty<string>(), "dotnet",
    ];

    [Fact]
    public async Task An_update_in_flight_goes_on_after_systemctl_stop_and_start_and_systemd_is_told_of_both()
    {
        using NotificationSocket systemd = new(isAbstract: true);
        await using Site site = await Site.StartUnderAsync(Under(systemd));
        await site.WatchAsync(output, async () =>
        {
            await systemd.UntilAsync("READY=1\n");
            Device device = await site.AddDeviceAsync("porch", Device.NanoFramework);
            await device.AddFirmwareAsync("heartbeat", "1.1.0", device.Heartbeat(), ImageBytes);
            long acknowledged = 0;
            Stopwatch stopping = new();
            Task<Message> stopped = site.Wire.NextAsync(m => m.Kind == TopicKind.OtaChunkAck && (acknowledged = m.Next) >= StopAtChunk, "the update is under way", () =>
            {
                stopping.Start();
                site.Hub.Terminate();
            });
            await site.MustAsync("ota", "start", "porch", "heartbeat");
            await stopped;

            // Told before it is gone.
            await systemd.UntilAsync("STOPPING=1\n");
            Assert.Equal(0, await site.Hub.ExitedAsync());
            Assert.True(stopping.Elapsed < StopLimit, $"It took {stopping.Elapsed.TotalSeconds:0.0} s to stop.");
            Assert.Empty(site.BrokerProcesses());
            Assert.All(site.Hub.Lines, line => Assert.Matches("^<[0-7]>[A-Za-z.]+\\[", line));
            Assert.Contains(site.Hub.Lines, line => line.StartsWith("<4>", StringComparison.Ordinal) && line.Contains("Did you mean EDGEMESH_Ota__Window?", StringComparison.Ordinal));
            output.WriteLine($"measured: stopped within {stopping.Elapsed.TotalSeconds:0.0} s of SIGTERM, with an update in flight");

            Task<Message> resumed = site.Wire.NextAsync(m => m.Kind == TopicKind.OtaAccept, "the device accepts again");
            Task<Message> confirmed = site.Wire.NextAsync(m => m.Says(TopicKind.PublicOta, "state", "confirmed"), "the update is confirmed");
            await site.StartHubAsync();
            await systemd.UntilAsync("READY=1\n");
            Assert.InRange((await resumed).Next, acknowledged, long.MaxValue);
            await confirmed;
        });
    }

    [Fact]
    public async Task The_watchdog_is_fed_while_the_hub_works_and_not_while_its_database_is_stuck()
    {
        using NotificationSocket systemd = new(isAbstract: false);
        await using Site site = await Site.StartUnderAsync(Under(systemd, TimeSpan.FromSeconds(1)));
        await site.WatchAsync(output, async () =>
        {
            await systemd.UntilAsync("READY=1\n");
            await systemd.UntilAsync("WATCHDOG=1");
            await systemd.UntilAsync("WATCHDOG=1\nSTATUS=Running, connected to the broker");

            // Another process takes the write lock and keeps it.
            using DatabaseLock taken = new(Path.Combine(site.State, "hub.db"));
            await Eventually.TrueAsync(() => Stuck() >= 2, "the hub says that it is stuck");
            while (systemd.HasMore)
            {
                _ = await systemd.NextAsync();
            }

            int said = Stuck();
            await Eventually.TrueAsync(() => Stuck() >= said + 2, "two more halves of the interval go by");
            Assert.False(systemd.HasMore, "the watchdog was fed by a hub that is stuck");
            taken.Dispose();
            await systemd.UntilAsync("WATCHDOG=1");

            int Stuck() => site.Hub.Lines.Count(line => line.StartsWith("<2>", StringComparison.Ordinal) && line.Contains("no answer from the database", StringComparison.Ordinal));
        });
    }

    /// <summary>The write lock of a SQLite database, held as another program would hold it.</summary>
    private sealed class DatabaseLock : IDisposable
    {
        private const string Sqlite = "libsqlite3.so.0";

        private nint _database;

        public DatabaseLock(string file)
        {
            Assert.Equal(0, Open(file, out _database));
            Assert.Equal(0, Wait(_database, 10_000));
            Assert.Equal(0, Execute(_database, "BEGIN IMMEDIATE", 0, 0, 0));
        }

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _database, 0) is var database && database != 0)
            {
                _ = Execute(database, "ROLLBACK", 0, 0, 0);
                _ = Close(database);
            }
        }

        [DllImport(Sqlite, EntryPoint = "sqlite3_open")]
        private static extern int Open([MarshalAs(UnmanagedType.LPUTF8Str)] string file, out nint database);

        [DllImport(Sqlite, EntryPoint = "sqlite3_busy_timeout")]
        private static extern int Wait(nint database, int limitMs);

        [DllImport(Sqlite, EntryPoint = "sqlite3_exec")]
        private static extern int Execute(nint database, [MarshalAs(UnmanagedType.LPUTF8Str)] string sql, nint callback, nint argument, nint error);

        [DllImport(Sqlite, EntryPoint = "sqlite3_close")]
        private static extern int Close(nint database);
    }
}
