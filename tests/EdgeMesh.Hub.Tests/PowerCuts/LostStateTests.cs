using System;
using System.Security.Cryptography;
using System.Threading.Tasks;
using Dapper;
using EdgeMesh.Contracts;
using EdgeMesh.Hub.Storage;
using EdgeMesh.Hub.Tests.Broker;
using Microsoft.Data.Sqlite;

namespace EdgeMesh.Hub.Tests.PowerCuts;

/// <summary>What is written without a flush (<see cref="Durability.Eventual"/>) a power cut may take back: the device says it anew.</summary>
public sealed class LostStateTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(OtaStates.Offered, OtaStates.Confirmed)]
    [InlineData(OtaStates.Transferring, OtaStates.RolledBack)]
    [InlineData(OtaStates.Verifying, OtaStates.Confirmed)]
    public async Task An_update_that_was_delivered_and_stands_as_less_after_a_power_cut_ends_by_the_devices_report(string kept, string end)
    {
        int port = BrokerHub.FreePort();
        TestDevice device;
        await using (RunningHub before = await RunningHub.StartAsync(_folder.Path, port))
        {
            await before.AddFirmwareAsync(RandomNumberGenerator.GetBytes(30_000));
            device = await before.ConnectNewAsync("porch");
            before.Ota.Start("porch", "blink", null);
            await Eventually.TrueAsync(() => device.Applied, "the image is applied");
            await before.StateAsync("porch", OtaStates.Complete);
        }

        await device.LosePowerAsync();
        using (SqliteConnection db = new Database(_folder.File("hub.db")).Open())
        {
            db.Execute("UPDATE ota_session SET state = @kept", new { kept });
        }

        await using RunningHub after = await RunningHub.StartAsync(_folder.Path, port);
        await using (device)
        {
            Assert.Equal(kept, after.Latest("porch").State);
            await device.ConnectAsync(after.Host, after.Port);
            await after.OnlineAsync("porch");
            await device.ReportAsync(OtaStates.Applying);
            await device.ReportAsync(end, end == OtaStates.RolledBack ? ErrorCodes.CrashLoop : "", end == OtaStates.RolledBack ? "No sensor." : "");
            await after.StateAsync("porch", end);
        }
    }
}
