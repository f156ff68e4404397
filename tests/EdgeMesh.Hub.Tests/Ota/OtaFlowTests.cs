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

/// <summary>Updates from the hub's side, over a real Mosquitto, with the production receiver at the other end.</summary>
public sealed class OtaFlowTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly int _port = BrokerHub.FreePort();
    private readonly byte[] _image = RandomNumberGenerator.GetBytes(100_001);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("raw")]
    [InlineData("base64")]
    public async Task An_image_arrives_byte_for_byte_and_its_outcome_is_kept(string encoding)
    {
        await using RunningHub hub = await RunningHub.StartAsync(_folder.Path, _port, "--Ota:Encoding", encoding);
        await hub.AddFirmwareAsync(_image);
        await using TestDevice device = await hub.ConnectNewAsync("porch");

        Assert.True(hub.Ota.Start("porch", "blink", null).IsOk);
        await Eventually.TrueAsync(() => device.Applied, "the image is applied");
        Assert.Equal(_image, device.Image);
        await device.ReportAsync(OtaStates.Applying);
        Assert.Equal(OtaStates.Applying, hub.Latest("porch").State);
        await device.ReportAsync(OtaStates.Confirmed);

        OtaView end = hub.Latest("porch");
        Assert.Equal((OtaStates.Confirmed, 100, 100_001L), (end.State, end.Percent, end.Size));
        await Eventually.TrueAsync(() => hub.Get<DeviceService>().Show("porch").Value.Program == "blink@1", "the device's program is kept");
    }

    [Fact]
    public async Task A_roll_back_is_kept_with_its_cause()
    {
        await using RunningHub hub = await RunningHub.StartAsync(_folder.Path, _port);
        await hub.AddFirmwareAsync(_image);
        await using TestDevice device = await hub.ConnectNewAsync("porch");
        hub.Ota.Start("porch", "blink", null);
        await Eventually.TrueAsync(() => device.Applied, "the image is applied");

        await device.ReportAsync(OtaStates.RolledBack, ErrorCodes.CrashLoop, "OSError: no sensor answers on pin 4");

        OtaView end = hub.Latest("porch");
        Assert.Equal((OtaStates.RolledBack, ErrorCodes.CrashLoop, "OSError: no sensor answers on pin 4"), (end.State, end.Code, end.Reason));
        Assert.Equal("", hub.Get<DeviceService>().Show("porch").Value.Program);
    }

    [Fact]
    public async Task An_update_of_a_device_that_is_away_waits_says_so_and_goes_on_when_it_is_back()
    {
        await using RunningHub hub = await RunningHub.StartAsync(_folder.Path, _port);
        await hub.AddFirmwareAsync(_image);
        await using TestDevice device = await hub.NewAsync("porch");

        OtaView view = hub.Ota.Start("porch", "blink", null).Value;
        Assert.Equal(OtaStates.Offered, view.State);
        Assert.Contains("offline", view.Waiting, StringComparison.Ordinal);

        await device.ConnectAsync(hub.Host, hub.Port);
        await Eventually.TrueAsync(() => device.Applied, "the image is applied");
    }

    [Fact]
    public async Task A_device_that_loses_power_mid_transfer_goes_on_from_its_last_acknowledged_chunk()
    {
        await using RunningHub hub = await RunningHub.StartAsync(_folder.Path, _port);
        await hub.AddFirmwareAsync(_image);
        TestDeviceOptions options = new() { StopAfter = 10 };
        await using TestDevice device = await hub.ConnectNewAsync("porch", options: options);
        hub.Ota.Start("porch", "blink", null);
        await Eventually.TrueAsync(() => device.ChunksReceived.Contains(10), "chunk 10 was sent");

        await device.LosePowerAsync();
        await Eventually.TrueAsync(() => hub.Latest("porch").Waiting.Length > 0, "the update waits for the device");
        device.ChunksReceived.Clear();
        options.StopAfter = long.MaxValue;
        await device.ConnectAsync(hub.Host, hub.Port);

        await Eventually.TrueAsync(() => device.Applied, "the image is applied");
        Assert.Equal([0L, 10L], device.Accepted);
        Assert.Equal(10, device.ChunksReceived.Min());
        Assert.Equal(_image, device.Image);
    }

    [Fact]
    public async Task A_hub_that_restarts_mid_transfer_goes_on_with_the_same_session_from_the_last_acknowledged_chunk()
    {
        TestDeviceOptions options = new() { StopAfter = 10 };
        long session;
        TestDevice device;
        await using (RunningHub hub = await RunningHub.StartAsync(_folder.Path, _port))
        {
            await hub.AddFirmwareAsync(_image);
            device = await hub.ConnectNewAsync("porch", options: options);
            session = hub.Ota.Start("porch", "blink", null).Value.Session;
            await Eventually.TrueAsync(() => device.ChunksReceived.Contains(10), "chunk 10 was sent");
        }

        await device.LosePowerAsync();
        device.ChunksReceived.Clear();
        options.StopAfter = long.MaxValue;
        await using (RunningHub hub = await RunningHub.StartAsync(_folder.Path, _port))
        await using (device)
        {
            Assert.Equal((session, OtaStates.Transferring), (hub.Latest("porch").Session, hub.Latest("porch").State));
            await device.ConnectAsync(hub.Host, hub.Port);
            await Eventually.TrueAsync(() => device.Applied, "the image is applied");
            Assert.Equal(10, device.ChunksReceived.Min());
            Assert.Equal(_image, device.Image);
        }
    }

    [Fact]
    public async Task Twenty_devices_are_updated_at_once()
    {
        await using RunningHub hub = await RunningHub.StartAsync(_folder.Path, _port);
        await hub.AddFirmwareAsync(_image);
        TestDevice[] devices = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => hub.ConnectNewAsync($"d{i}")));
        foreach (TestDevice device in devices)
        {
            Assert.True(hub.Ota.Start(device.Id, "blink", null).IsOk);
        }

        await Eventually.TrueAsync(() => devices.All(d => d.Applied), "all images are applied");
        Assert.All(devices, d => Assert.Equal(_image, d.Image));
        foreach (TestDevice device in devices)
        {
            await device.DisposeAsync();
        }
    }

    [Fact]
    public async Task An_abort_at_the_hub_ends_the_update_on_both_sides_and_another_may_begin()
    {
        await using RunningHub hub = await RunningHub.StartAsync(_folder.Path, _port);
        await hub.AddFirmwareAsync(_image);
        TestDeviceOptions options = new() { StopAfter = 5 };
        await using TestDevice device = await hub.ConnectNewAsync("porch", options: options);
        hub.Ota.Start("porch", "blink", null);
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
    public async Task A_report_of_a_trial_whose_update_was_ended_is_answered_and_does_not_open_it_again()
    {
        await using RunningHub hub = await RunningHub.StartAsync(_folder.Path, _port);
        await hub.AddFirmwareAsync(_image);
        await using TestDevice device = await hub.ConnectNewAsync("porch");
        hub.Ota.Start("porch", "blink", null);
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
        await hub.AddFirmwareAsync(_image);
        await using TestDevice device = await hub.ConnectNewAsync("porch", options: new TestDeviceOptions { AnswersUpdates = false });
        hub.Ota.Start("porch", "blink", null);

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
        Assert.Empty(hub.Get<FirmwareStore>().List());
    }

    [Fact]
    public async Task An_old_image_may_be_sent_again_under_a_new_sequence()
    {
        await using RunningHub hub = await RunningHub.StartAsync(_folder.Path, _port);
        await hub.AddFirmwareAsync(_image);
        hub.Get<DeviceStore>().Add("porch", "test", new byte[32], 0);
        hub.Get<DeviceStore>().SetProgram("porch", "blink", "2", hub.Get<FirmwareStore>().Find("blink", "1").Value.Sequence + 1000);

        Assert.True(hub.Ota.Start("porch", "blink", "1").IsOk);
    }

    [Fact]
    public async Task An_update_whose_state_cannot_be_stored_goes_on_once_it_can()
    {
        await using RunningHub hub = await RunningHub.StartAsync(_folder.Path, _port, "--Ota:RecoveryPause", "00:00:00.05");
        await hub.AddFirmwareAsync(_image);
        TestDeviceOptions options = new() { StopAfter = 10 };
        await using TestDevice device = await hub.ConnectNewAsync("porch", options: options);
        hub.Ota.Start("porch", "blink", null);
        await Eventually.TrueAsync(() => device.ChunksReceived.Contains(10), "chunk 10 was sent");

        hub.Sql("ALTER TABLE ota_session RENAME TO hidden");
        options.StopAfter = long.MaxValue;
        await device.LosePowerAsync();
        await device.ConnectAsync(hub.Host, hub.Port);
        await hub.OnlineAsync("porch");
        hub.Sql("ALTER TABLE hidden RENAME TO ota_session");

        await Eventually.TrueAsync(() => device.Applied, "the image is applied");
        await device.ReportAsync(OtaStates.Confirmed);
        Assert.Equal(OtaStates.Confirmed, hub.Latest("porch").State);
    }

    [Fact]
    public async Task A_report_of_a_trial_does_not_open_an_ended_update_again_and_one_of_its_end_is_kept()
    {
        await using RunningHub hub = await RunningHub.StartAsync(_folder.Path, _port);
        await hub.AddFirmwareAsync(_image);
        await using TestDevice device = await hub.ConnectNewAsync("porch");
        hub.Ota.Start("porch", "blink", null);
        await Eventually.TrueAsync(() => device.Applied, "the image is applied");
        hub.Ota.Abort("porch");
        await hub.StateAsync("porch", OtaStates.Failed);

        await device.ReportAsync(OtaStates.Applying);
        Assert.Equal(OtaStates.Failed, hub.Latest("porch").State);
        await device.ReportAsync(OtaStates.Confirmed);
        Assert.Equal(OtaStates.Confirmed, hub.Latest("porch").State);
    }

    [Fact]
    public async Task A_device_that_claims_an_absurd_sequence_spoils_no_other_devices_updates()
    {
        await using RunningHub hub = await RunningHub.StartAsync(_folder.Path, _port);
        await hub.AddFirmwareAsync(_image);
        hub.Get<DeviceStore>().Add("liar", "test", new byte[32], 0);
        hub.Get<DeviceStore>().SetProgram("liar", "blink", "2", 999_999_999_999_999_999);
        hub.Ota.Start("liar", "blink", "1");

        await hub.AddFirmwareAsync([1, 2, 3], "other");
        await using TestDevice honest = await hub.ConnectNewAsync("honest");
        Assert.True(hub.Ota.Start("honest", "other", null).IsOk);
        await Eventually.TrueAsync(() => honest.Applied, "the image is applied");
    }

    [Fact]
    public async Task Availability_says_offline_for_a_device_that_has_not_come_back_after_a_restart_of_the_hub()
    {
        TestDevice device;
        await using (RunningHub hub = await RunningHub.StartAsync(_folder.Path, _port))
        {
            device = await hub.ConnectNewAsync("porch");
            await hub.RetainedAsync(TopicKind.PublicAvailability, "porch", "\"online\"");
        }

        await device.LosePowerAsync();
        await using (RunningHub hub = await RunningHub.StartAsync(_folder.Path, _port))
        {
            await hub.RetainedAsync(TopicKind.PublicAvailability, "porch", "\"offline\"");
        }
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
