using System;
using System.Linq;
using System.Security.Cryptography;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using Dapper;
using EdgeMesh.Contracts;
using EdgeMesh.Hub.Audit;
using EdgeMesh.Hub.Devices;
using EdgeMesh.Hub.Firmware;
using EdgeMesh.Hub.Operations;
using EdgeMesh.Hub.Ota;
using EdgeMesh.Hub.Storage;
using EdgeMesh.Hub.Tests.Broker;
using EdgeMesh.Protocol.Json;

namespace EdgeMesh.Hub.Tests.Ota;

/// <summary>How updates end, and what the hub keeps of it.</summary>
public sealed class OtaEndTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly int _port = BrokerHub.FreePort();
    private readonly byte[] _image = RandomNumberGenerator.GetBytes(100_001);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_roll_back_is_kept_with_its_cause()
    {
        await using RunningHub hub = await RunningHub.StartAsync(_folder.Path, _port);
        await using TestDevice device = await hub.UpdateNewAsync("porch", _image);
        await Eventually.TrueAsync(() => device.Applied, "the image is applied");

        await device.ReportAsync(OtaStates.RolledBack, ErrorCodes.CrashLoop, "OSError: no sensor answers on pin 4");

        OtaView end = hub.Latest("porch");
        Assert.Equal((OtaStates.RolledBack, ErrorCodes.CrashLoop, "OSError: no sensor answers on pin 4"), (end.State, end.Code, end.Reason));
        Assert.Equal("", hub.Get<DeviceService>().Show("porch").Value.Program);
    }

    [Fact]
    public async Task An_abort_at_the_hub_ends_the_update_on_both_sides_and_another_may_begin()
    {
        await using RunningHub hub = await RunningHub.StartAsync(_folder.Path, _port);
        TestDeviceOptions options = new() { StopAfter = 5 };
        await using TestDevice device = await hub.UpdateNewAsync("porch", _image, options);
        await Eventually.TrueAsync(() => device.ChunksReceived.Contains(5), "chunk 5 was sent");

        Assert.True(hub.Ota.Abort("porch").IsOk);
        await hub.StateAsync("porch", OtaStates.Failed);
        Assert.Equal(ErrorCodes.Aborted, hub.Latest("porch").Code);
        await Eventually.TrueAsync(() => device.Received.Any(m => m.Kind == TopicKind.OtaAbortDown), "the device is told");

        options.StopAfter = long.MaxValue;
        await Eventually.TrueAsync(() => hub.Ota.Start("porch", "blink", null).IsOk, "another update begins");
        await Eventually.TrueAsync(() => device.Applied, "the image is applied");
    }

    [Fact]
    public async Task A_report_of_a_trial_whose_update_was_ended_is_answered_and_does_not_open_it_again_and_one_of_its_end_is_kept()
    {
        await using RunningHub hub = await RunningHub.StartAsync(_folder.Path, _port);
        await using TestDevice device = await hub.UpdateNewAsync("porch", _image);
        await Eventually.TrueAsync(() => device.Applied, "the image is applied");
        Assert.True(hub.Ota.Abort("porch").IsOk);
        await hub.StateAsync("porch", OtaStates.Failed);

        await device.ReportAsync(OtaStates.Applying);
        Assert.Equal(OtaStates.Failed, hub.Latest("porch").State);
        await Eventually.TrueAsync(() => hub.Ota.Start("porch", "blink", null).IsOk, "another update begins");

        await device.ReportAsync(OtaStates.Confirmed);
        Assert.Equal(OtaStates.Confirmed, hub.Ota.Status("porch", 2).Value[1].State);
    }

    [Fact]
    public async Task An_abort_by_the_device_fails_the_update_with_its_cause()
    {
        await using RunningHub hub = await RunningHub.StartAsync(_folder.Path, _port);
        await hub.AddFirmwareAsync(_image);
        await using TestDevice device = await hub.ConnectNewAsync("porch", options: new TestDeviceOptions { StopAfter = 5 });
        long session = hub.Ota.Start("porch", "blink", null).Value.Session;
        await hub.StateAsync("porch", OtaStates.Transferring);

        await device.SendAsync(
            TopicKind.OtaAbortUp, new JsonWriter().Add("session", session).Add("code", ErrorCodes.StorageFull).Add("reason", "The slot's storage is full."));

        await hub.StateAsync("porch", OtaStates.Failed);
        Assert.Equal((ErrorCodes.StorageFull, "The slot's storage is full."), (hub.Latest("porch").Code, hub.Latest("porch").Reason));
    }

    [Fact]
    public async Task A_device_that_never_answers_is_offered_again_and_then_given_up_with_the_reason()
    {
        await using RunningHub hub = await RunningHub.StartAsync(_folder.Path, _port, "--Ota:OfferTimeout", "00:00:00.1", "--Ota:Retries", "2");
        await using TestDevice device = await hub.UpdateNewAsync("porch", _image, new TestDeviceOptions { AnswersUpdates = false });

        await hub.StateAsync("porch", OtaStates.Failed);
        Assert.Equal(ErrorCodes.OfferTimeout, hub.Latest("porch").Code);
        Assert.Equal(3, device.Received.Count(m => m.Kind == TopicKind.OtaOffer));
    }

    [Fact]
    public async Task Firmware_on_its_way_is_removed_only_by_force_which_ends_the_update()
    {
        await using RunningHub hub = await RunningHub.StartAsync(_folder.Path, _port);
        await hub.AddFirmwareAsync(_image);
        await using TestDevice device = await hub.NewAsync("porch");
        hub.Ota.Start("porch", "blink", null);
        OperationCatalogue operations = hub.Get<OperationCatalogue>();
        System.Text.Json.Nodes.JsonObject name = new() { ["id"] = "blink", ["version"] = "1" };

        Assert.Equal(ErrorCodes.FirmwareInUse, (await operations.RunAsync("firmware-remove", name.DeepClone(), Caller.Hub, CancellationToken.None)).Error!.Code);
        name["force"] = true;
        Assert.True((await operations.RunAsync("firmware-remove", name, Caller.Hub, CancellationToken.None)).IsOk);
        Assert.Equal((OtaStates.Failed, ErrorCodes.Aborted), (hub.Latest("porch").State, hub.Latest("porch").Code));
        Assert.Empty(hub.Get<FirmwareService>().List());
    }

    [Fact]
    public async Task Ended_updates_are_forgotten_after_their_time()
    {
        string file;
        await using (RunningHub hub = await RunningHub.StartAsync(_folder.Path, _port))
        {
            await hub.AddFirmwareAsync(_image);
            await using TestDevice device = await hub.NewAsync("porch");
            hub.Ota.Start("porch", "blink", null);
            hub.Ota.Abort("porch");
            await hub.StateAsync("porch", OtaStates.Failed);
            file = hub.Get<Database>().File;
        }

        // Two minutes later.
        new Database(file).Change(db => db.Execute("UPDATE ota_session SET updated = updated - 120"));

        await using (RunningHub hub = await RunningHub.StartAsync(_folder.Path, _port, "--Ota:KeepEnded", "00:01:00"))
        {
            await Eventually.TrueAsync(() => hub.Ota.Status(null, 10).Value.Count == 0, "the list is empty");
        }
    }
}
