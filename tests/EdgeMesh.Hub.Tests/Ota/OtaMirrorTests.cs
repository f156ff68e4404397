using System;
using System.Security.Cryptography;
using System.Threading.Tasks;
using Dapper;
using EdgeMesh.Contracts;
using EdgeMesh.Hub.Devices;
using EdgeMesh.Hub.Storage;
using EdgeMesh.Hub.Tests.Broker;

namespace EdgeMesh.Hub.Tests.Ota;

/// <summary><c>devices/{id}/ota</c>, retained, says what is stored, whatever was killed in between.</summary>
public sealed class OtaMirrorTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly int _port = BrokerHub.FreePort();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_state_that_was_stored_and_never_published_is_published_when_the_hub_is_back()
    {
        string database;
        await using (RunningHub hub = await RunningHub.StartAsync(_folder.Path, _port))
        {
            database = hub.Get<Database>().File;
            await hub.AddFirmwareAsync(RandomNumberGenerator.GetBytes(1000));
            await using TestDevice device = await hub.NewAsync("porch");
            hub.Ota.Start("porch", "blink", null);
            await hub.RetainedAsync(TopicKind.PublicOta, "porch", OtaStates.Offered);
        }

        // As a hub leaves it that is killed right after it has stored the device's report.
        new Database(database).Change(db => db.Execute("UPDATE ota_session SET state = 'confirmed'"));

        await using (RunningHub hub = await RunningHub.StartAsync(_folder.Path, _port))
        {
            await hub.RetainedAsync(TopicKind.PublicOta, "porch", OtaStates.Confirmed);
        }
    }

    [Fact]
    public async Task The_end_of_a_trial_whose_update_was_given_up_is_published()
    {
        await using RunningHub hub = await RunningHub.StartAsync(_folder.Path, _port);
        await hub.AddFirmwareAsync(RandomNumberGenerator.GetBytes(1000));
        await using TestDevice device = await hub.ConnectNewAsync("porch");
        hub.Ota.Start("porch", "blink", null);
        await Eventually.TrueAsync(() => device.Applied, "the image is applied");
        hub.Ota.Abort("porch");
        await hub.RetainedAsync(TopicKind.PublicOta, "porch", OtaStates.Failed);

        await device.ReportAsync(OtaStates.Confirmed);

        await hub.RetainedAsync(TopicKind.PublicOta, "porch", OtaStates.Confirmed);
    }

    [Fact]
    public async Task What_a_removed_device_had_is_not_published_again()
    {
        await using (RunningHub hub = await RunningHub.StartAsync(_folder.Path, _port))
        {
            await hub.AddFirmwareAsync(RandomNumberGenerator.GetBytes(1000));
            await using TestDevice gone = await hub.NewAsync("gone");
            await using TestDevice stays = await hub.NewAsync("stays");
            hub.Ota.Start("gone", "blink", null);
            hub.Ota.Start("stays", "blink", null);
            await hub.Get<DeviceService>().RemoveAsync("gone", default);
        }

        await using (RunningHub hub = await RunningHub.StartAsync(_folder.Path, _port))
        {
            await hub.RetainedAsync(TopicKind.PublicOta, "stays", OtaStates.Offered);
            Assert.DoesNotContain(hub.Ota.Latest(), view => view.Device == "gone");
        }
    }
}
